"""Configurations shipped with the harness."""
