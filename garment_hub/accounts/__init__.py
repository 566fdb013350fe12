"""People: signing up, in and out, and their account."""
