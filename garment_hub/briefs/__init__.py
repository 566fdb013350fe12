"""Briefs: writing, checking, publishing and their list of factories."""
