"""Results to share: records with their answers as a data set of the hub, read back and merged into a store."""
