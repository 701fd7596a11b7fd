"""Breaking the running stack on purpose, to watch who is told of it and how it recovers: `make fail-demo`."""
