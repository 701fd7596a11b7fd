"""The dashboards and the API by themselves, with a door of their own: `python -m include.analytics`."""
