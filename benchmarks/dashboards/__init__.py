"""How fast the dashboards answer, over few orders and over many."""
