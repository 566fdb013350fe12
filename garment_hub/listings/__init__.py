"""A factory puts itself on the list."""
