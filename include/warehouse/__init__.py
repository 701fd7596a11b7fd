"""Step 4, load: staging, merge, ledger and migrations of the PostgreSQL warehouse."""
