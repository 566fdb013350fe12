"""The queue of cases that need a hand, and what the centre does about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from garment_hub.cases import queries, services, wording
from garment_hub.cases.forms import DisputeForm, ReasonForm
from garment_hub.cases.queries import Desk, Kind
from garment_hub.cases.wording import Row
from garment_hub.db import get_session
from garment_hub.errors import status_of
from garment_hub.form_tokens import SentForm, new_token
from garment_hub.orders.queries import get_order
from garment_hub.permissions import Access, audience, signed_in
from models.base import utc_now
from models.errors import Conflict, Invalid
from models.order import Order, OrderStatus
from models.payment import AskingStop
from models.review import Review
from models.user import CENTRE, STAFF

bp = Blueprint("cases", __name__)
Answer = str | Response | tuple[str, int]
ACTED_ON = {
    Kind.DISPUTE: "cases.end_dispute",
    Kind.STOPPED: "cases.lift_stop",
    Kind.SUSPICIOUS: "cases.clear_review",
}


@dataclass(frozen=True, slots=True)
class Act:
    """The form of a row on which the centre decides, and where it goes."""

    url: str
    form: ReasonForm


@dataclass(frozen=True, slots=True)
class Section:
    kind: Kind
    count: int
    rows: list[tuple[Row, Act | None]]


def _desk() -> Desk:
    """Everybody sees to the own district."""
    return Desk(signed_in().district_id, utc_now())


@bp.route("/district/cases")
@audience(*sorted(STAFF))
def queue() -> str:
    """The queue; an officer, who calls nobody, sees how many there are of each kind and no names."""
    desk = _desk()
    counts = queries.counts(get_session(), desk)
    sections = [_section(kind, count, desk) for kind, count in counts.items() if count] if _is_centre() else []
    return render_template(
        "cases/queue.html",
        counts=counts,
        sections=sections,
        titles=wording.TITLES,
        explanations=wording.EXPLANATIONS,
        talks=_conversations([row for section in sections for row, _act in section.rows]),
        is_centre=_is_centre(),
        done=wording.DONE.get(request.args.get("done", "")),
    )


def _is_centre() -> bool:
    return signed_in().role in CENTRE


def _section(kind: Kind, count: int, desk: Desk) -> Section:
    things = queries.longest_waiting(get_session(), desk, kind)
    return Section(kind, count, [(row, _act(kind, row)) for row in _rows(kind, things, desk)])


def _rows(kind: Kind, things: list[object], desk: Desk) -> list[Row]:
    orders = [thing for thing in things if isinstance(thing, Order)] if kind is Kind.DISPUTE else []
    events = queries.dispute_events(get_session(), orders)
    return wording.rows_of(kind, things, desk, events)


def _act(kind: Kind, row: Row) -> Act | None:
    return Act(_url(kind, row.thing), _blank(kind, row.thing)) if kind in ACTED_ON else None


def _url(kind: Kind, thing: Order | AskingStop | Review) -> str:
    return url_for(ACTED_ON[kind], thing_id=thing.id)


def _blank(kind: Kind, thing: Order | AskingStop | Review) -> ReasonForm:
    form = _form(kind, thing, is_sent=False)
    form.form_token.data = new_token()
    return form


def _form(kind: Kind, thing: Order | AskingStop | Review, *, is_sent: bool = True) -> ReasonForm:
    name, sent = f"{kind.value}-{thing.id}", {} if is_sent else {"formdata": None}
    return DisputeForm(name=name, order=thing, **sent) if isinstance(thing, Order) else ReasonForm(name=name, **sent)


def _conversations(rows: list[Row]) -> dict[int, int]:
    return queries.conversations(get_session(), {row.request_id for row in rows})


@bp.route("/district/cases/orders/<int:thing_id>/end-dispute", methods=["POST"])
@audience(*CENTRE)
def end_dispute(thing_id: int) -> Answer:
    session, user = get_session(), signed_in()
    order = get_order(session, thing_id, user, Access.WRITE)

    def act(form: ReasonForm) -> None:
        to = OrderStatus(form["to"].data)
        services.end_dispute(session, order, user, to, form.reason.data, utc_now())

    return _carry_out(Kind.DISPUTE, order, act)


@bp.route("/district/cases/stops/<int:thing_id>/lift", methods=["POST"])
@audience(*CENTRE)
def lift_stop(thing_id: int) -> Answer:
    session, user = get_session(), signed_in()
    stop = queries.get_stop(session, thing_id, user, Access.WRITE)
    return _carry_out(
        Kind.STOPPED, stop, lambda form: services.lift_stop(session, stop, user, form.reason.data, utc_now())
    )


@bp.route("/district/cases/reviews/<int:thing_id>/clear", methods=["POST"])
@audience(*CENTRE)
def clear_review(thing_id: int) -> Answer:
    session, user = get_session(), signed_in()
    review = queries.get_review(session, thing_id, user, Access.WRITE)
    return _carry_out(
        Kind.SUSPICIOUS, review, lambda form: services.clear_review(session, review, user, form.reason.data, utc_now())
    )


def _carry_out(kind: Kind, thing: Order | AskingStop | Review, act: Callable[[ReasonForm], None]) -> Answer:
    """Once per form; what was typed stays on the page when it cannot be done."""
    session, form = get_session(), _form(kind, thing)
    sent = SentForm.of(form.form_token.data, signed_in(), request.form.to_dict(flat=False))
    try:
        location = sent.earlier_location(session)
        if location is None:
            if not form.validate():
                return _again(kind, thing, form), 422
            act(form)
            location = url_for("cases.queue", done=kind.value)
            sent.remember(session, location)
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _again(kind, thing, form), status_of(error)
    return redirect(location, 303)


def _again(kind: Kind, thing: Order | AskingStop | Review, form: ReasonForm) -> str:
    row = _rows(kind, [thing], _desk())[0]
    form.form_token.data = new_token()
    return render_template(
        "cases/again.html",
        row=row,
        act=Act(_url(kind, thing), form),
        kind=kind,
        title=wording.TITLES[kind],
        talks=_conversations([row]),
        form=form,
    )
