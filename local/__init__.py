"""The embedded stack: PostgreSQL, an AWS stand-in and Airflow on the loopback address, without Docker."""
