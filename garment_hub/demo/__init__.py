"""Made-up example data, marked as such."""
