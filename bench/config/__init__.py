"""What a run is asked for: YAML and ``--set``, merged and validated into frozen data."""
