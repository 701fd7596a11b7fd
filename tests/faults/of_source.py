"""Faults: source."""
