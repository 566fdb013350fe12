"""What a person who is not signed in sees when a factory is theirs: by its address, and behind the centre's code."""

from __future__ import annotations

from collections.abc import Callable

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from garment_hub.accounts import sign_in
from garment_hub.accounts.links import Link, Purpose, token_of
from garment_hub.accounts.services import find_person
from garment_hub.accounts.throttle import leave_a_trace
from garment_hub.claims import services
from garment_hub.claims.forms import StrangersForm
from garment_hub.claims.services import Stranger
from garment_hub.db import engine_of, get_session, reading
from garment_hub.permissions import signed_in
from garment_hub.site import choose_locale, is_demo
from models.base import utc_now
from models.errors import Conflict, Invalid, TooMany
from models.factory import Factory
from models.user import Role

Find = Callable[[Session], Factory]


def strangers_page(find: Find, address: str, *, has_code: bool) -> ResponseReturnValue:
    """Name, telephone, consent; then a link goes to that telephone. Whether we know the number is not told.

    ``find`` gets the factory or refuses: first in a session that only reads, so that tries are counted before the
    request's own opens, and again there.
    """
    with reading(_engine()) as looking:
        if find(looking).owner_id is not None:
            return taken_page()
    form = StrangersForm()
    if request.method != "POST":
        return _page(find, form, address)
    if not form.validate():
        return _page(find, form, address), 422
    try:
        new = _send_link(find, form, has_code=has_code)
    except TooMany as error:
        form.refuse(error)
        return _page(find, form, address), 429, {"Retry-After": str(error.retry_after)}
    except Conflict:
        return taken_page()
    return redirect(url_for("claims.sent", example=token_of(new) if new and is_demo() else None), 303)


def _page(find: Find, form: StrangersForm, address: str) -> str:
    return render_template("claims/stranger.html", factory=find(get_session()), form=form, address=address)


def _send_link(find: Find, form: StrangersForm, *, has_code: bool) -> Link | None:
    """What stands in the message, where it goes to an account made just now."""
    phone = form.phone.data
    with reading(_engine()) as looking:
        known = find_person(looking, phone)
    sign_in.count_asking_for_link(phone, known)
    session = get_session()
    person = find_person(session, phone)
    if person is not None and person.role is not Role.FACTORY_OWNER:
        leave_a_trace(session)
        return None
    stranger = Stranger(form.name.data, phone, form.consents, choose_locale())
    try:
        reached = services.begin(session, find(session), person, stranger, has_code=has_code)
    except Invalid:  # the number is of an account that is shut
        leave_a_trace(session)
        return None
    return Link(Purpose.CLAIM, find(session).id, reached.id, utc_now(), is_to_phone=True) if person is None else None


def send_link_to_own(find: Find) -> ResponseReturnValue:
    """To the telephone of somebody who is signed in and has not confirmed it yet. Raises TooMany."""
    with reading(_engine()) as looking:
        if find(looking).owner_id is not None:
            return taken_page()
    sign_in.count_asking_for_link(current_user.phone, current_user.person)
    services.send_link(get_session(), find(get_session()), signed_in())
    return redirect(url_for("claims.sent"), 303)


def taken_page() -> ResponseReturnValue:
    """It is somebody's by now, whoever that is."""
    return render_template("claims/taken.html"), 409


def _engine() -> Engine:
    return engine_of(current_app._get_current_object())  # type: ignore[attr-defined]
