"""Permits and the goods release slip: the catalogue as data, and the papers of both."""
