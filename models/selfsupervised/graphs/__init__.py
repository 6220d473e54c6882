"""Contrastive methods over graphs of patches."""
