"""The weekly question behind a link: opening shows three buttons, one tap is the answer."""

from __future__ import annotations

from flask import make_response, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response

from garment_hub.factories.queries import get_factory
from garment_hub.links.opening import OpenLink
from garment_hub.permissions import Access
from garment_hub.pulses import services
from garment_hub.pulses.pages import answer_sent, question_page
from models.errors import DomainError, Gone
from models.factory import Factory


def ask(opened: OpenLink) -> Response:
    factory = _factory(opened)
    if request.method == "POST":
        services.answer(opened.session, factory, answer_sent(), opened.owner, opened.now)
        return redirect(opened.address(done=1), 303)
    is_known = current_user.is_authenticated
    return make_response(question_page(opened.session, factory, address=opened.address(), is_signed_in=is_known))


def _factory(opened: OpenLink) -> Factory:
    """Theirs still: who has given the factory away speaks for it no longer."""
    try:
        return get_factory(opened.session, opened.subject_id, opened.owner, Access.WRITE)
    except DomainError as error:
        raise Gone("link_closed") from error
