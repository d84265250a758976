"""The command line: one file for each noun, every command a thin call of a service."""
