"""Where results lie, and what they are of.

Products, claims, records and caches; the digests of data, files and code that they are keyed by.
"""
