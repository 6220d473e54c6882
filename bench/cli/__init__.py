"""Command line: one small file a verb."""
