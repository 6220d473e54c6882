"""The configuration of a run: YAML and ``--set``, merged and validated into frozen data."""
