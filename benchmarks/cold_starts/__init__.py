"""Cold starts of the built functions, with and without byte code."""
