"""Who is at the other end: sign-in by token, as rows."""

from __future__ import annotations

from flask import Flask
from flask_login import LoginManager


def init_app(app: Flask) -> None:
    manager = LoginManager(app)
    manager.user_loader(lambda token: None)
