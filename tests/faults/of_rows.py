"""Faults: rows."""
