"""Recommendations: rows to features, ranking, stored lists and their wording."""
