"""A run's pictures: checked datasets, masked data bars, near-duplicates, and the partition into folds."""
