"""Requests for quotes and their answers."""
