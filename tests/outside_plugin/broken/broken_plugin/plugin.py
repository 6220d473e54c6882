"""Fails on import, as a plugin with a missing dependency does."""

raise ImportError("broken_plugin needs a library that nobody has")
