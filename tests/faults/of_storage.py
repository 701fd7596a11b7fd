"""Faults: storage."""
