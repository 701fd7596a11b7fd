"""Synthetic COVID-19 files in the formats of the real ones, and the local server that publishes them.

All numbers are made up; only their shape is that of the New York Times' and Johns Hopkins' files.
"""
