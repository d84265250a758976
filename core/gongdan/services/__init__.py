"""Use cases, one file for each noun; the desk bundles them. No request, no command line, no global session."""
