"""A run's pictures: checked datasets, masked data bars, and the partition into folds."""
