"""The checks of published numbers, one per file: each takes a publication and yields findings."""
