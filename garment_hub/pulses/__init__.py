"""The weekly question to owners."""
