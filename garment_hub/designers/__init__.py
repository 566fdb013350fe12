"""Designers: profile and directory."""
