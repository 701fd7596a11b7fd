"""A large table over several workers: how much sooner it is loaded, and that a killed worker costs no row."""
