"""The weekly question on its own page, and beside it how much work comes from elsewhere."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from garment_hub.db import get_session
from garment_hub.factories.queries import get_factory
from garment_hub.permissions import Access, audience, signed_in
from garment_hub.pulses import services
from garment_hub.pulses.pages import DONE, answer_sent, question_page
from models.base import utc_now
from models.user import Role

bp = Blueprint("pulses", __name__)
SPEAKERS = (Role.FACTORY_OWNER, Role.COORDINATOR, Role.ADMINISTRATOR)


@bp.route("/factories/<int:factory_id>/pulse", methods=["GET", "POST"])
@audience(*SPEAKERS)
def ask(factory_id: int) -> ResponseReturnValue:
    session = get_session()
    factory = get_factory(session, factory_id, signed_in(), Access.WRITE)
    here = url_for("pulses.ask", factory_id=factory.id)
    if request.method == "POST":
        services.answer(session, factory, answer_sent(), signed_in(), utc_now())
        return redirect(f"{here}?{DONE}=1", 303)
    return question_page(session, factory, address=here, is_signed_in=True)


@bp.route("/factories/<int:factory_id>/outside-work", methods=["POST"])
@audience(*SPEAKERS)
def outside_work(factory_id: int) -> ResponseReturnValue:
    session = get_session()
    factory = get_factory(session, factory_id, signed_in(), Access.WRITE)
    services.state_outside_work(session, factory, request.form.get("percent", -1, int), signed_in(), utc_now())
    return redirect(url_for("pulses.ask", factory_id=factory.id, shared=1), 303)
