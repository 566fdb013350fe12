"""Visits of the centre to factories."""
