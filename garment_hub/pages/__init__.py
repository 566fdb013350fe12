"""Home, explanations and health checks."""
