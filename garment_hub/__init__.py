"""The Flask application of Garment Hub: pages, permissions, transactions and commands."""

__version__ = "0.1.0"
