"""Owners who let the centre write and answer for them."""
