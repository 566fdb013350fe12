"""Tests of what people are told outside the pages."""
