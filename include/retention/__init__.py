"""What is kept for how long: the warehouse's notes on runs are pruned, the lake's objects have lifecycle rules."""
