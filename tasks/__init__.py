"""What is measured: datasets, teachers, instruction records, protocols, metrics."""
