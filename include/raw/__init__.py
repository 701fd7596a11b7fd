"""Step 2, land: the bytes as received, immutable, the manifest last."""
