"""Whether published numbers can be true: pure functions on the intervals that printed digits leave."""
