"""Taking over a factory that is on the list already."""
