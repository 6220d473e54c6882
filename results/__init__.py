"""Published numbers and the definition of every column."""
