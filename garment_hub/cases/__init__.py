"""The coordinator's queue: what has stopped, whom to call, and the one thing to do about it."""
