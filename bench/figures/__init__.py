"""Figures drawn from records, with matplotlib."""
