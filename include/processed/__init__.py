"""Step 3, conform: raw text becomes typed Parquet in the shape that the catalogue declares."""
