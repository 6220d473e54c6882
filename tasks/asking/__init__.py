"""Asking a trained model about the user's pictures."""
