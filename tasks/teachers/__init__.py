"""Teachers: makers of instruction records."""
