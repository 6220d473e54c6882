"""Who is there: models, tasks, datasets, teachers and tables, of ours or anybody's package, found by name."""
