"""Readers of picture files: a module a format, each with a function of a path and a frame's number to a frame."""
