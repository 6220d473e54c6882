"""The page on this machine: results as they come, cells as they run, questions about dropped pictures."""
