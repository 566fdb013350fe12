"""Tests: they mirror the wings and prove behaviour."""
