"""Faults: runs."""
