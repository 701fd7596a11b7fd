"""Whom the synthetic Johns Hopkins file counts: few, with the names that make the real one hard to read."""

from __future__ import annotations

from local.covid.curve import Place

US = Place("US", "", 40.0, -100.0, scale=1.0)

PLACES = (
    Place("Brazil", "", -14.235, -51.9253, scale=0.4, delay=30),
    Place("Canada", "Alberta", 53.9333, -116.5765, scale=0.005, delay=12, recovered_known=False),
    Place("Canada", "Ontario", 51.2538, -85.3232, scale=0.012, delay=10, recovered_known=False),
    Place("Canada", "Quebec", 52.9399, -73.5491, scale=0.014, delay=8, recovered_known=False),
    Place("Cote d'Ivoire", "", 7.54, -5.5471, scale=0.0008, delay=40),
    Place("Germany", "", 51.165691, 10.451526, scale=0.09, delay=-4),
    Place("India", "", 20.593684, 78.96288, scale=0.6, delay=35),
    Place("Italy", "", 41.87194, 12.56738, scale=0.08, delay=-12),
    Place("Korea, South", "", 35.907757, 127.766922, scale=0.004, delay=-20),
    Place("Saint Vincent and the Grenadines", "", 12.9843, -61.2872, scale=0.00001, delay=20),
    Place("Sweden", "", 60.128161, 18.643501, scale=0.02, recovered_known=False),
    Place("Taiwan*", "", 23.7, 121.0, scale=0.0001, delay=-5),
    US,
    Place("United Kingdom", "", 55.3781, -3.436, scale=0.11, delay=-2),
)
"""In the order of the file: by country, then by province."""
