"""Pages on which the centre records a mandate, and the owner sees and ends it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from garment_hub.accounts.sign_in import safe_next
from garment_hub.db import get_session
from garment_hub.errors import status_of
from garment_hub.factories.queries import get_factory
from garment_hub.mandates import services
from garment_hub.mandates.forms import CHANNELS, MandateForm
from garment_hub.permissions import Access, audience, signed_in
from models.base import utc_now
from models.errors import Conflict, Invalid
from models.factory import Factory
from models.mandate import MandateChannel
from models.user import CENTRE, ConsentPurpose, Role

bp = Blueprint("mandates", __name__)


@bp.route("/factories/<int:factory_id>/mandate")
@audience(Role.FACTORY_OWNER, *CENTRE)
def mandate(factory_id: int) -> str:
    """The owner reads what runs; the centre finds the form that records it."""
    factory = get_factory(get_session(), factory_id, signed_in(), Access.WRITE)
    return _page(factory, MandateForm(formdata=None, next=request.args.get("next")))


@bp.post("/factories/<int:factory_id>/mandate")
@audience(*CENTRE)
def record(factory_id: int) -> ResponseReturnValue:
    session, person, form = get_session(), signed_in(), MandateForm()
    factory = get_factory(session, factory_id, person, Access.WRITE)
    if not form.validate():
        return _page(factory, form), 422
    purposes = {ConsentPurpose(code) for code in form.purposes.data}
    said = {"given_by": form.given_by.data, "channel": MandateChannel(form.channel.data), "purposes": purposes}
    try:
        services.give(session, factory, person, **said, now=utc_now())
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _page(factory, form), status_of(error)
    return redirect(safe_next(form.next.data) or url_for("mandates.mandate", factory_id=factory.id), 303)


@bp.post("/factories/<int:factory_id>/mandate/end")
@audience(Role.FACTORY_OWNER, *CENTRE)
def end(factory_id: int) -> ResponseReturnValue:
    session, person = get_session(), signed_in()
    factory = get_factory(session, factory_id, person, Access.WRITE)
    services.end(session, factory, person, utc_now())
    return redirect(url_for("mandates.mandate", factory_id=factory.id), 303)


def _page(factory: Factory, form: MandateForm) -> str:
    is_centre = signed_in().is_staff
    return render_template(
        "mandates/mandate.html",
        layout="_layout_staff.html" if is_centre else "_layout_owner.html",
        factory=factory,
        running=factory.mandate,
        form=form,
        is_centre=is_centre,
        channels=dict(CHANNELS),
    )
