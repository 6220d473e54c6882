"""Processes: how they end, how they lock a file against each other, and how several train one cell together."""
