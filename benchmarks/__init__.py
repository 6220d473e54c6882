"""Speed measurements: ours against a named peer, in turns, in one run."""
