"""The queue of cases that need a hand, and what the centre does about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from garment_hub.audit.wording import ACTIONS
from garment_hub.cases import figures, handling, queries, services, wording
from garment_hub.cases.forms import CaseForm, DisputeForm, HandBackForm, NoteForm, ReasonForm
from garment_hub.cases.handling import Handling
from garment_hub.cases.queries import Desk
from garment_hub.cases.wording import Row
from garment_hub.db import get_session
from garment_hub.errors import status_of
from garment_hub.form_tokens import SentForm, new_token
from garment_hub.orders.queries import get_order
from garment_hub.permissions import Access, audience, signed_in
from models.base import utc_now
from models.case_note import CaseKind
from models.errors import Conflict, Invalid, NotFound
from models.order import Order, OrderStatus
from models.user import CENTRE, STAFF, User

bp = Blueprint("cases", __name__)
Answer = str | Response | tuple[str, int]
# What may be decided of the things of a kind, each a route of its own.
DECISIONS = {
    CaseKind.DISPUTE: ("end_dispute",),
    CaseKind.STOPPED: ("lift_stop",),
    CaseKind.SUSPICIOUS: ("clear_review", "dismiss_review"),
}
ENDS = frozenset(name for names in DECISIONS.values() for name in names)
FORMS: dict[str, type[CaseForm]] = {
    **dict.fromkeys(ENDS, ReasonForm),
    "take": CaseForm,
    "hand_back": HandBackForm,
    "add_note": NoteForm,
}


@dataclass(frozen=True, slots=True)
class Act:
    """A form of a row on which the centre decides, where it goes, and what its button says."""

    url: str
    form: CaseForm
    words: object


@dataclass(frozen=True, slots=True)
class Card:
    """One case as the page shows it: its row, what may be decided, who has it in hand, and its notes."""

    row: Row
    acts: list[Act]
    handling: Handling


@dataclass(frozen=True, slots=True)
class Section:
    kind: CaseKind
    count: int
    cards: list[Card]


def _desk() -> Desk:
    """Everybody sees to the own district."""
    return Desk(signed_in().district_id, utc_now())


@bp.route("/district/cases")
@audience(*sorted(STAFF))
def queue() -> str:
    """The queue; an officer, who calls nobody, sees how many there are of each kind and no names."""
    desk, session = _desk(), get_session()
    counts = queries.counts(session, desk)
    sections = _sections(counts, desk) if _is_centre() else []
    return render_template(
        "cases/queue.html",
        counts=counts,
        sections=sections,
        titles=wording.TITLES,
        explanations=wording.EXPLANATIONS,
        talks=_conversations([card.row for section in sections for card in section.cards]),
        answers=figures.first_answers(session, desk),
        days=figures.done_today(session, desk),
        acts_done=ACTIONS,
        is_centre=_is_centre(),
        done=wording.DONE.get(request.args.get("done", "")),
        now=desk.now,
    )


def _is_centre() -> bool:
    return signed_in().role in CENTRE


def _sections(counts: dict[CaseKind, int], desk: Desk) -> list[Section]:
    rows = {kind: _rows(kind, _longest(kind, desk), desk) for kind, count in counts.items() if count}
    cards = _cards([(kind, row) for kind, found in rows.items() for row in found], desk)
    return [Section(kind, counts[kind], [next(cards) for _row in found]) for kind, found in rows.items()]


def _longest(kind: CaseKind, desk: Desk) -> list[object]:
    return queries.longest_waiting(get_session(), desk, kind)


def _cards(rows: list[tuple[CaseKind, Row]], desk: Desk) -> Iterator[Card]:
    things = [(kind, row.thing.id) for kind, row in rows]
    found = handling.handlings(get_session(), desk.district_id, things)
    for kind, row in rows:
        state = found[kind, row.thing.id]
        yield Card(row, _acts(kind, row.thing, state), state)


def _rows(kind: CaseKind, things: list[object], desk: Desk) -> list[Row]:
    orders = [thing for thing in things if isinstance(thing, Order)] if kind is CaseKind.DISPUTE else []
    events = queries.dispute_events(get_session(), orders)
    return wording.rows_of(kind, things, desk, events)


def _acts(kind: CaseKind, thing: object, state: Handling) -> list[Act]:
    """What may be decided of the thing itself, then taking it in hand or handing it back, then a note."""
    of_hand = "take" if state.hold is None else "hand_back"
    return [_act(name, kind, thing) for name in (*DECISIONS.get(kind, ()), of_hand, "add_note")]


def _act(name: str, kind: CaseKind, thing: Any, sent: CaseForm | None = None) -> Act:
    form = sent or _form(name, kind, thing, formdata=None)
    form.form_token.data = new_token()
    where = {"thing_id": thing.id} if name in ENDS else {"thing_id": thing.id, "kind": kind.value}
    return Act(url_for(f"cases.{name}", **where), form, wording.ACTS[name])


def _form(name: str, kind: CaseKind, thing: Any, **sent: None) -> CaseForm:
    own = f"{name}-{kind.value}-{thing.id}"
    return DisputeForm(name=own, order=thing, **sent) if name == "end_dispute" else FORMS[name](name=own, **sent)


def _conversations(rows: list[Row]) -> dict[int, int]:
    return queries.conversations(get_session(), {row.request_id for row in rows if row.request_id is not None})


@bp.route("/district/cases/orders/<int:thing_id>/end-dispute", methods=["POST"])
@audience(*CENTRE)
def end_dispute(thing_id: int) -> Answer:
    session, user = get_session(), signed_in()
    order = get_order(session, thing_id, user, Access.WRITE)

    def act(form: CaseForm) -> None:
        to = OrderStatus(form["to"].data)
        services.end_dispute(session, order, user, to, form["reason"].data, utc_now())

    return _carry_out("end_dispute", CaseKind.DISPUTE, order, act)


@bp.route("/district/cases/stops/<int:thing_id>/lift", methods=["POST"])
@audience(*CENTRE)
def lift_stop(thing_id: int) -> Answer:
    stop = queries.get_stop(get_session(), thing_id, signed_in(), Access.WRITE)
    return _decide("lift_stop", CaseKind.STOPPED, stop, services.lift_stop)


@bp.route("/district/cases/reviews/<int:thing_id>/clear", methods=["POST"])
@audience(*CENTRE)
def clear_review(thing_id: int) -> Answer:
    review = queries.get_review(get_session(), thing_id, signed_in(), Access.WRITE)
    return _decide("clear_review", CaseKind.SUSPICIOUS, review, services.clear_review)


@bp.route("/district/cases/reviews/<int:thing_id>/dismiss", methods=["POST"])
@audience(*CENTRE)
def dismiss_review(thing_id: int) -> Answer:
    review = queries.get_review(get_session(), thing_id, signed_in(), Access.WRITE)
    return _decide("dismiss_review", CaseKind.SUSPICIOUS, review, services.dismiss_review)


def _decide(name: str, kind: CaseKind, thing: Any, decide: Callable[..., None]) -> Answer:
    session, user = get_session(), signed_in()
    return _carry_out(name, kind, thing, lambda form: decide(session, thing, user, form["reason"].data, utc_now()))


@bp.route("/district/cases/<kind>/<int:thing_id>/note", methods=["POST"])
@audience(*CENTRE)
def add_note(kind: str, thing_id: int) -> Answer:
    session, user, case, thing = _case(kind, thing_id)

    def act(form: CaseForm) -> None:
        handling.add_note(session, case, thing, user, form["text"].data, utc_now())

    return _carry_out("add_note", case, thing, act)


@bp.route("/district/cases/<kind>/<int:thing_id>/take", methods=["POST"])
@audience(*CENTRE)
def take(kind: str, thing_id: int) -> Answer:
    session, user, case, thing = _case(kind, thing_id)
    return _carry_out("take", case, thing, lambda _form: handling.take(session, case, thing, user, utc_now()))


@bp.route("/district/cases/<kind>/<int:thing_id>/hand-back", methods=["POST"])
@audience(*CENTRE)
def hand_back(kind: str, thing_id: int) -> Answer:
    session, user, case, thing = _case(kind, thing_id)

    def act(form: CaseForm) -> None:
        handling.hand_back(session, case, thing, user, form["text"].data, utc_now())

    return _carry_out("hand_back", case, thing, act)


def _case(kind: str, thing_id: int) -> tuple[Session, User, CaseKind, Any]:
    session, user = get_session(), signed_in()
    case = next((case for case in CaseKind if case.value == kind), None)
    if case is None:
        raise NotFound
    return session, user, case, handling.get_thing(session, case, thing_id, user)


def _carry_out(name: str, kind: CaseKind, thing: Any, act: Callable[[CaseForm], None]) -> Answer:
    """Once per form; what was typed stays on the page when it cannot be done."""
    session, form = get_session(), _form(name, kind, thing)
    sent = SentForm.of(form.form_token.data, signed_in(), request.form.to_dict(flat=False))
    try:
        location = sent.earlier_location(session)
        if location is None:
            if not form.validate():
                return _again(name, kind, thing, form), 422
            act(form)
            location = url_for("cases.queue", done=name, _anchor=kind.value)
            sent.remember(session, location)
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _again(name, kind, thing, form), status_of(error)
    return redirect(location, 303)


def _again(name: str, kind: CaseKind, thing: Any, form: CaseForm) -> str:
    """The whole case, so that what was typed stands beside what has changed."""
    desk = _desk()
    card = next(_cards([(kind, _rows(kind, [thing], desk)[0])], desk))
    return render_template(
        "cases/again.html",
        card=card,
        act=_act(name, kind, thing, form),
        kind=kind,
        title=wording.TITLES[kind],
        talks=_conversations([card.row]),
        form=form,
        now=desk.now,
    )
