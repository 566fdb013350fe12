"""A person's data out in one file, and gone on request."""
