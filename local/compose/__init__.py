"""The stack on Docker Compose: what `docker-compose.yaml` is given, and the same commands on it (`STACK=compose`)."""
