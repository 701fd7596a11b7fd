"""Faults: writers."""
