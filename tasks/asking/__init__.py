"""Asking a trained model about pictures of one's own."""
