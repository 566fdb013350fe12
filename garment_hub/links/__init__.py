"""Links that do one job without signing in."""
