"""The sheet of first questions: on paper, empty or with what is known, and the screen that types it in."""

from __future__ import annotations

from datetime import datetime

from flask import Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from garment_hub.accounts.links import Link, Purpose, token_of
from garment_hub.db import get_session
from garment_hub.doors import sent_form
from garment_hub.errors import status_of
from garment_hub.listings.registration import read_number
from garment_hub.orders.documents import can_make_pdf, make_pdf
from garment_hub.permissions import audience, signed_in
from garment_hub.qr import qr_svg
from garment_hub.registry.blueprint import bp
from garment_hub.registry.forms import RATES, SheetForm, sheet_form
from garment_hub.registry.registering import Alike, SheetAnswers, already_there
from garment_hub.registry.registering import register as register_for_owner
from garment_hub.registry.sheet import numbered, paper, signed
from garment_hub.site import current_district
from models.base import utc_now
from models.capacity import today_in_seoul
from models.district import Neighbourhood, current_neighbourhoods
from models.errors import Conflict, Invalid, NotFound
from models.factory import Factory, Sector
from models.mandate import MandateChannel
from models.user import CENTRE, Role, User

CODE_SIDE = 118


@bp.route("/district/registry/new", methods=["GET", "POST"])
@audience(*CENTRE)
def register() -> ResponseReturnValue:
    """Types in what an owner says; the form sent twice registers once."""
    session, person = get_session(), signed_in()
    places = current_neighbourhoods(session, person.district_id, today_in_seoul())
    form = sheet_form(places)
    if request.method != "POST":
        return _page(form)
    sent = sent_form(form, person)
    if earlier := sent.earlier_location(session):
        return redirect(earlier, 303)
    said = _said(form, places) if form.validate() else None
    if said is None:
        return _page(form), 422
    known = [] if form.is_another.data else already_there(session, said, person.district_id)
    if known:
        return _page(form, known), 422
    return _register(session, form, said, person)


def _register(session: Session, form: SheetForm, said: SheetAnswers, person: User) -> ResponseReturnValue:
    consent = {
        "given_by": form.given_by.data,
        "channel": MandateChannel(form.channel.data),
        "purposes": form.purposes,
    }
    try:
        factory = register_for_owner(session, said, consent, person, utc_now())
    except (Conflict, Invalid) as error:
        session.rollback()
        form.refuse(error)
        return _page(form), status_of(error)
    there = url_for("registry.factory", factory_id=factory.id, registered=1)
    sent_form(form, person).remember(session, there)
    return redirect(there, 303)


def _said(form: SheetForm, places: list[Neighbourhood]) -> SheetAnswers | None:
    """What the form says; None where the business number cannot be one, which then stands beside its field."""
    digits = None
    if form.number.data:
        try:
            digits = read_number(form.number.data, current_district().country)
        except Invalid as error:
            form.refuse(error)
            return None
    return SheetAnswers(
        name=form.name.data,
        phone=form.phone.data,
        neighbourhood=next(place for place in places if place.id == form.dong.data),
        address=form.address.data,
        people=form.people.data,
        minimum=form.minimum.data,
        business_number=digits,
        has_no_business_number=bool(form.has_no_number.data),
        fabrics=form.fabrics.data or (),
        stages=form.stages,
        processes=form.processes,
        items=form.sewn,
        pieces=form.pieces,
    )


def _page(form: SheetForm, known: list[tuple[Factory, Alike]] | None = None) -> str:
    return render_template("registry/register.html", form=form, questions=numbered(), rates=RATES, known=known or [])


@bp.get("/district/sheet.pdf")
@audience(Role.COORDINATOR, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
def empty_sheet() -> Response:
    """To take along and to lay out: nobody's data, and a code that leads to the same questions on a telephone."""
    return _sheet(None, url_for("listings.start"))


@bp.get("/district/registry/<int:factory_id>/sheet.pdf")
@audience(*CENTRE)
def filled_sheet(factory_id: int) -> Response:
    """With what is known, and a code with which its owner takes the factory over."""
    factory, now = _factory(get_session(), factory_id, signed_in()), utc_now()
    if factory.owner_id is not None:
        return _sheet(factory, url_for("links.ask"))
    link = Link(Purpose.CLAIM, factory.id, None, now)
    return _sheet(factory, url_for("links.page", token=token_of(link)), link.ends_at)


def _factory(session: Session, factory_id: int, person: User) -> Factory:
    """One of the own district, for administrators of any. It holds telephone, address and a key."""
    factory = session.get(Factory, factory_id)
    is_elsewhere = factory is not None and factory.district_id != person.district_id
    if factory is None or factory.sector is not Sector.GARMENT or (is_elsewhere and person.role is Role.COORDINATOR):
        raise NotFound
    return factory


def _sheet(factory: Factory | None, path: str, ends_at: datetime | None = None) -> Response:
    """As PDF; on a machine that cannot make one, as a page that prints from the browser as it stands."""
    address = current_app.config["SITE_URL"].rstrip("/") + path
    is_page = not can_make_pdf()
    page = render_template(
        "registry/sheet.html",
        factory=factory,
        lines=paper(factory),
        signed=signed(factory.mandate if factory else None),
        code=qr_svg(address, title=_("Leads to the same on a telephone"), side=CODE_SIDE),
        ends_at=ends_at,
        is_page=is_page,
    )
    name = f"sheet-{factory.id}.pdf" if factory else "sheet.pdf"
    headers = {"Cache-Control": "no-store"}
    if is_page:
        return Response(page, headers=headers)
    headers["Content-Disposition"] = f'inline; filename="{name}"'
    return Response(make_pdf(page), mimetype="application/pdf", headers=headers)
