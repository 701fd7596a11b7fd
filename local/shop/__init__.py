"""The embedded stand-in for `totesys`, the source database of Terrific Totes: schema, demo rows, daily life."""
