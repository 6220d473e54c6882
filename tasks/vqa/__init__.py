"""The task of answering questions about electron micrographs."""
