"""The embedded dataset: procedural micrographs drawn from scenes of facts."""
