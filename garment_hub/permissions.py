"""Who may open which page: the two decorators, the start-up check, and the access an object is loaded with."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Flask, redirect, request, url_for
from flask_login import current_user

from garment_hub.db import get_session
from models.errors import Forbidden
from models.user import Role, User

P = ParamSpec("P")
R = TypeVar("R")

EVERY_ROLE = frozenset(Role)


class Access(Enum):
    """What an object is wanted for; loaders cannot be called without saying it."""

    READ = auto()
    WRITE = auto()


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Anybody may open this view."""
    view.audience = None  # type: ignore[attr-defined]
    return view


def audience(*roles: Role) -> Callable[[Callable[P, R]], Callable[P, Any]]:
    """Only these roles may open the view: strangers are sent to sign in, others are refused."""

    def decorate(view: Callable[P, R]) -> Callable[P, Any]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
            if not current_user.is_authenticated:
                return redirect(url_for("accounts.sign_in", next=_wanted()), 303)
            if current_user.role not in roles:
                raise Forbidden("wrong_role")
            return view(*args, **kwargs)

        guarded.audience = frozenset(roles)  # type: ignore[attr-defined]
        return guarded

    return decorate


def _wanted() -> str:
    """Where to go after signing in: this page, or home when it was a form."""
    return request.full_path if request.method == "GET" else url_for("pages.home")


def signed_in() -> User:
    """The person of this request, in its session; only for views behind ``audience``.

    On an unsafe request this is the session's first statement and takes the write lock: decode, hash and rank before.
    """
    return get_session().get_one(User, current_user.id)


def audience_of(app: Flask, endpoint: str) -> frozenset[Role] | None:
    """Roles of a view, or None where anybody may come."""
    roles: frozenset[Role] | None = vars(app.view_functions[endpoint])["audience"]
    return roles


def require_audiences(app: Flask) -> None:
    """Refuse to start with a view that does not say whom it is for."""
    nameless = sorted(name for name, view in app.view_functions.items() if "audience" not in vars(view))
    if nameless:
        raise RuntimeError(f"these views name no audience: {', '.join(nameless)}")
