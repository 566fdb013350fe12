"""Factories: directory, page, listing and weekly capacity."""
