"""Who calls: the bearer token of a person's own program, never the cookie of a browser."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import current_app, g, request
from sqlalchemy.orm import Session

from garment_hub.api.services import person_with
from garment_hub.db import engine_of, reading
from models.errors import Forbidden, Unauthorised
from models.user import Role, User

P = ParamSpec("P")
R = TypeVar("R")
SCHEME = "bearer"


def with_token(*roles: Role) -> Callable[[Callable[P, R]], Callable[P, Any]]:
    """The counterpart of ``audience`` for programs: 401 without a token that opens, 403 for another role's."""

    def decorate(view: Callable[P, R]) -> Callable[P, Any]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
            given = request.authorization
            if given is None or given.type != SCHEME or not given.token:
                raise Unauthorised("api_token_missing")
            with reading(engine_of(current_app._get_current_object())) as session:  # type: ignore[attr-defined]
                person = person_with(session, given.token)
                if person is None:
                    raise Unauthorised("api_token_unknown")
                if person.role not in roles:
                    raise Forbidden("wrong_role")
                g.api_person_id = person.id
            return view(*args, **kwargs)

        guarded.audience = frozenset(roles)  # type: ignore[attr-defined]
        return guarded

    return decorate


def caller(session: Session) -> User:
    """The person on whose behalf the program calls."""
    return session.get_one(User, g.api_person_id)
