"""How fast a large table goes the whole way, beside the limit and beside what a user would pick instead."""
