"""The warehouse tables fed by `totesys`, the shop's PostgreSQL database: one file a table."""
