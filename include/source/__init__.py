"""Step 1, read: what changed in a source since a watermark."""
