"""What is registered: models, tasks, datasets, teachers and tables of any package, looked up by name."""
