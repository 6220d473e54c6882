"""One cell to its record, what a process computes with, and how far the runs of this machine are."""
