"""The cookie of a browser that signed in before: signed, so that only we can say so."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadData, URLSafeSerializer

ONE_YEAR = 365 * 24 * 3600
PEOPLE_KEPT = 5


@dataclass(frozen=True, slots=True)
class KnownDevice:
    key: str
    people: tuple[int, ...]


def of_request() -> KnownDevice:
    """The device of this request; one never seen before knows nobody."""
    try:
        key, people = _serializer().loads(request.cookies.get(_cookie_name(), ""))
    except BadData:
        return KnownDevice(secrets.token_urlsafe(16), ())
    return KnownDevice(key, tuple(people))


def remember(user_id: int) -> None:
    """This browser signed in to the account."""
    device = of_request()
    people = [user_id, *(known for known in device.people if known != user_id)][:PEOPLE_KEPT]
    value = _serializer().dumps([device.key, people])

    @after_this_request
    def keep(response: Response) -> Response:
        if response.status_code < 400:
            response.set_cookie(
                _cookie_name(), value, max_age=ONE_YEAR, secure=request.is_secure, httponly=True, samesite="Lax"
            )
        return response


def _cookie_name() -> str:
    return "__Host-device" if request.is_secure else "device"


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="known-device")
