"""How somebody came to a page that exists for signed-in people and behind a link alike, and the taking of its forms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from flask import redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from garment_hub.errors import status_of
from garment_hub.form_tokens import SentForm
from garment_hub.forms import TokenForm
from models.errors import Conflict, Invalid
from models.user import User

Answer = str | Response | tuple[str, int]


class Address(Protocol):
    """Where the page stands, or with ``do`` one of its forms, named by what it does."""

    def __call__(self, **query: Any) -> str: ...


@dataclass(frozen=True, slots=True)
class Door:
    """``is_link``: whoever looks is not signed in, so that other pages are closed to them."""

    address: Address
    is_link: bool = False
    picture: Callable[[int], str] | None = None


def front_door(endpoint: str, picture: Callable[[int], str] | None = None, **ids: Any) -> Door:
    """The way in of signed-in people: each form is an endpoint of the same blueprint."""
    room = endpoint.split(".")[0]

    def address(do: str | None = None, **query: Any) -> str:
        return url_for(f"{room}.{do}" if do else endpoint, **ids, **query)

    return Door(address, picture=picture)


def sent_form(form: TokenForm, user: User) -> SentForm:
    """What was sent just now; behind a link, whose address is not to be stored, without it."""
    link = (request.view_args or {}).get("token", "")
    return SentForm.of(form.form_token.data, user, request.form.to_dict(flat=False), link=link)


def take(
    session: Session,
    user: User,
    form: TokenForm,
    act: Callable[[], object],
    page: Callable[[], str],
    location: str,
) -> Answer:
    """Do what the form asks for, once; when it cannot be done, show the page again with what was written."""
    sent = sent_form(form, user)
    if earlier := sent.earlier_location(session):
        return redirect(earlier, 303)
    if not form.validate():
        return page(), 422
    try:
        act()
    except (Conflict, Invalid) as error:
        session.rollback()
        form.refuse(error)
        return page(), status_of(error)
    sent.remember(session, location)
    return redirect(location, 303)
