"""Where results are stored.

Products, claims, records and caches, and the digests of data, files and code that are their keys.
"""
