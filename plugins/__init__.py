"""Registrations: one file per family, each a list of specs with lazy import paths."""
