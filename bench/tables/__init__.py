"""Rendered views over records, published numbers beside measured."""
