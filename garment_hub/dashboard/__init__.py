"""Indicators of the district."""
