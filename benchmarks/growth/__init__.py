"""What a run costs as the tables, the ledger and the lake grow: `python -m benchmarks.growth`."""
