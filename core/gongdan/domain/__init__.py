"""Frozen values and pure rules; nothing here reads a clock, a file, a database or the environment."""
