"""Registrations: one file a family, each a list of specs with lazy import paths."""
