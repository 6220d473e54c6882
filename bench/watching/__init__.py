"""What happens in a run, as events, and the watchers that receive them, each in a process of its own."""
