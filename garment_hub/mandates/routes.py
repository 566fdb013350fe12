"""Pages on which the centre records a mandate, and the owner sees and ends it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from garment_hub.accounts.sign_in import safe_next
from garment_hub.db import get_session
from garment_hub.errors import status_of
from garment_hub.factories.queries import MandateMissing, get_kept_factory
from garment_hub.mandates import services
from garment_hub.mandates.asking import CHANNELS, to_mandate
from garment_hub.mandates.forms import MandateForm
from garment_hub.permissions import audience, signed_in
from models.base import utc_now
from models.errors import Conflict
from models.factory import Factory
from models.mandate import MandateChannel
from models.user import CENTRE, Role

bp = Blueprint("mandates", __name__)
bp.app_errorhandler(MandateMissing)(to_mandate)


@bp.app_template_filter("mandate_channel")
def channel_words(channel: MandateChannel) -> str:
    return str(CHANNELS[channel])


@bp.route("/factories/<int:factory_id>/mandate")
@audience(Role.FACTORY_OWNER, *CENTRE)
def mandate(factory_id: int) -> str:
    """The owner reads what runs; the centre finds what to read aloud, and the form that records the answer."""
    factory = get_kept_factory(get_session(), factory_id, signed_in())
    return _page(factory, MandateForm(formdata=None, next=request.args.get("next")))


@bp.post("/factories/<int:factory_id>/mandate")
@audience(*CENTRE)
def record(factory_id: int) -> ResponseReturnValue:
    session, person, form = get_session(), signed_in(), MandateForm()
    factory = get_kept_factory(session, factory_id, person)
    if not form.validate():
        return _page(factory, form), 422
    try:
        services.give(
            session,
            factory,
            person,
            given_by=form.given_by.data,
            channel=MandateChannel(form.channel.data),
            purposes=form.purposes,
            now=utc_now(),
        )
    except Conflict as error:
        form.refuse(error)
        return _page(factory, form), status_of(error)
    return redirect(safe_next(form.next.data) or url_for("mandates.mandate", factory_id=factory.id), 303)


@bp.post("/factories/<int:factory_id>/mandate/end")
@audience(Role.FACTORY_OWNER, *CENTRE)
def end(factory_id: int) -> ResponseReturnValue:
    session, person = get_session(), signed_in()
    factory = get_kept_factory(session, factory_id, person)
    services.end(session, factory, person, utc_now())
    return redirect(url_for("mandates.mandate", factory_id=factory.id, ended=1), 303)


def _page(factory: Factory, form: MandateForm) -> str:
    return render_template(
        "mandates/mandate.html",
        factory=factory,
        form=form,
        back=safe_next(form.next.data),
        is_centre=signed_in().role in CENTRE,
        has_ended=request.args.get("ended"),
    )
