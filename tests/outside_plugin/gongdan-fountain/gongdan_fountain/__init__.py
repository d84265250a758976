"""Fountains and pools: a plugin from outside of gongdan's repository."""
