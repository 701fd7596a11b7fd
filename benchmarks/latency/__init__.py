"""From commit in the shop to visible in the warehouse, on a whole stack of the benchmark's own."""
