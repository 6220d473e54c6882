"""Datasets: micrographs with ids and categories."""
