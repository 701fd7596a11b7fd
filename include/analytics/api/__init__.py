"""The API: a router a subject, all under `/api/v1`."""
