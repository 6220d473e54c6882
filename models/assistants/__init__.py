"""Assistants of other authors, behind the same contracts."""
