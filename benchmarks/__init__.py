"""Speed measurements: ours against a named peer, alternating in one run."""
