"""What brings the pipeline to Amazon MWAA: the package, and the commands that put it there and take it back."""
