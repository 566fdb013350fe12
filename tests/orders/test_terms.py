"""The terms: what they cost, what is blank, who may propose, who has confirmed, and what follows from it."""

from __future__ import annotations

import json
from copy import deepcopy
from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.orders import payments, terms
from models.base import utc_now
from models.district import District
from models.errors import Conflict, Forbidden
from models.notification import Notification
from models.order import EventKind, OrderEvent, OrderStatus
from models.payment import PaymentKind
from models.quote import LONGEST_PAYMENT_DAYS
from models.terms import terms_hash
from models.user import Role
from tests.builders import make_user
from tests.orders.filled import filled
from tests.orders.stages import Trade, make_team_trade, make_trade

NOW = utc_now()
won = st.integers(1, 10_000_000)
lines = st.fixed_dictionaries(
    {
        "unit_price_krw": won,
        "extras": st.dictionaries(st.sampled_from(["inspection", "packing", "grading"]), st.integers(0, 9_999)),
        "quantity": st.integers(1, 5_000),
        "vat_included": st.booleans(),
        "deposit_percent": st.integers(0, 100),
    }
)
BODY: dict[str, Any] = {
    "order": "2027-00001", "style": None, "item": "shirt_blouse", "quantity": 120, "assort": [], "size_table": [],
    "cautions": [], "materials": [], "materials_on": None, "inspection_days": 10, "ownership": None, "secrecy": None,
    "buyer": {"brand": "린넨오후", "name": "이하나"}, "invoicing": "each", "changes": "new_version", "deliver_to": None,
    "sample": {"fee_krw": None, "on": None, "deducted": False},
    "lines": [{"line": 1, "factory": "든솔봉제", "processes": ["cutting"], "quantity": 120, "unit_price_krw": 12_000,
               "vat_included": None, "price_includes": [], "extras": {}, "starts_on": "2027-02-22",
               "due_on": "2027-03-12", "deposit_percent": None, "balance": None, "balance_days": None,
               "document": None, "account": None, "tolerance_pieces": None, "defects": None}],
}  # fmt: skip


@pytest.fixture
def trade(session: Session) -> Trade:
    return make_trade(session, session.get_one(District, 1))


def newest(trade: Trade) -> dict[str, Any]:
    return terms.latest(trade.session, trade.order).body


# Sums


@given(lines)
def test_sums_are_whole_won_and_add_up(line: dict[str, Any]) -> None:
    sums = terms.amounts(line)
    stated = (line["unit_price_krw"] + sum(line["extras"].values())) * line["quantity"]
    assert sums.net + sums.vat == sums.total == sums.deposit + sums.balance
    assert (sums.total if line["vat_included"] else sums.net) == stated
    exact = Fraction(stated, 11) if line["vat_included"] else Fraction(stated, 10)
    assert sums.vat == floor(exact + Fraction(1, 2))
    assert sums.deposit == floor(Fraction(sums.total * line["deposit_percent"], 100))


@given(lines, st.integers(0, 5_000))
def test_more_pieces_never_cost_less(line: dict[str, Any], pieces: int) -> None:
    assert terms.line_total(line, pieces) <= terms.line_total(line, pieces + 1)
    assert terms.line_total(line, line["quantity"]) == terms.amounts(line).total


# Hash


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [found for key, each in value.items() for found in paths(each, (*path, key))]
    if isinstance(value, list):
        return [found for at, each in enumerate(value) for found in paths(each, (*path, at))]
    return [path]


FULL = filled(BODY)


@given(st.sampled_from(paths(FULL)), st.one_of(st.none(), st.booleans(), st.integers(), st.text()))
def test_any_changed_value_changes_the_hash(path: tuple[Any, ...], value: Any) -> None:
    changed = deepcopy(FULL)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    is_same = json.dumps(holder[path[-1]]) == json.dumps(value)
    holder[path[-1]] = value
    assert (terms_hash(changed) == terms_hash(FULL)) is is_same


def shuffled(value: Any, draw: st.DrawFn) -> Any:
    if isinstance(value, dict):
        return {key: shuffled(value[key], draw) for key in draw(st.permutations(list(value)))}
    return [shuffled(each, draw) for each in value] if isinstance(value, list) else value


@st.composite
def reordered(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = shuffled(FULL, draw)
    return found


@given(reordered())
def test_the_order_of_keys_does_not_change_the_hash(body: dict[str, Any]) -> None:
    assert terms_hash(body) == terms_hash(FULL)


# Blanks

OWN = ("style", "ownership", "secrecy", "materials_on")
OF_LINE = ("vat_included", "price_includes", "deposit_percent", "balance", "balance_days", "document", "account",
           "tolerance_pieces", "defects", "unit_price_krw", "starts_on", "due_on")  # fmt: skip
blanked = st.sets(st.sampled_from([*OWN, *OF_LINE, "assort", "materials", "sample"]))


@given(blanked)
def test_exactly_what_is_blank_is_named(names: set[str]) -> None:
    body = filled(BODY)
    for name in names:
        if name in OF_LINE:
            body["lines"][0][name] = [] if name == "price_includes" else None
        elif name == "sample":
            body["sample"]["fee_krw"] = None
        else:
            body[name] = [] if name in ("assort", "materials") else None
    # Days are asked for only where somebody is to bring something, or where it is paid by days.
    wanted = set(names)
    if "materials" in names:
        wanted.discard("materials_on")
    if "balance" in names:
        wanted.discard("balance_days")
    assert set(terms.missing(body)) == wanted


def test_terms_without_a_blank_miss_nothing() -> None:
    assert terms.missing(filled(BODY)) == []
    assert terms.missing(BODY) != []


@given(st.lists(st.lists(st.integers(0, 60), min_size=3, max_size=3), min_size=1, max_size=4))
def test_the_assort_is_the_order_to_the_piece(counts: list[list[int]]) -> None:
    rows = [{"colour": f"색{at}", "sizes": dict(zip("SML", row, strict=True))} for at, row in enumerate(counts)]
    body = {**filled(BODY), "assort": rows}
    assert ("assort" not in terms.missing(body)) == (sum(map(sum, counts)) == body["quantity"])


def test_every_colour_says_how_many_of_each_size() -> None:
    rows = [{"colour": "아이보리", "sizes": {"S": 60, "M": 60}}, {"colour": "남색", "sizes": {"S": 0}}]
    assert "assort" in terms.missing({**filled(BODY), "assort": rows})


@given(st.integers(-5, 100))
def test_days_until_payment_have_a_ceiling(days: int) -> None:
    body = filled(BODY)
    body["lines"][0]["balance_days"] = days
    assert ("balance_days" in terms.missing(body)) == (not 0 <= days <= LONGEST_PAYMENT_DAYS)


def test_no_blank_is_filled_with_the_ceiling(trade: Trade) -> None:
    trade.order.lead.quote.balance_days = None
    assert terms.first_body(trade.order)["lines"][0]["balance_days"] is None


# From brief and quote


def test_the_first_version_says_what_brief_and_quote_said(trade: Trade) -> None:
    body, line = newest(trade), newest(trade)["lines"][0]
    assert (body["order"], body["item"], body["quantity"]) == (trade.order.number, "shirt_blouse", 120)
    assert (line["unit_price_krw"], line["deposit_percent"], line["balance_days"]) == (12_000, 30, 7)
    assert body["sample"]["fee_krw"] == 50_000
    assert {"style", "assort", "document", "account", "ownership", "secrecy"} <= set(terms.missing(body))


def test_what_a_new_client_offered_stands_where_the_factory_asked_nothing(trade: Trade) -> None:
    quote = trade.order.lead.quote
    quote.deposit_percent, quote.request.deposit_offered_percent = None, 50
    assert terms.line_body(trade.order.lead)["deposit_percent"] == 50


# Proposing and confirming


def test_a_proposal_is_its_makers_yes_and_asks_the_other_side(trade: Trade) -> None:
    made = terms.propose(trade.session, trade.order, filled(newest(trade)), trade.designer, NOW)
    assert (made.version, [yes.user for yes in made.confirmations]) == (2, [trade.designer])
    assert terms.waits_for(made, trade.owner) and not terms.waits_for(made, trade.designer)
    assert terms.agreed(trade.session, trade.order) is None
    told = trade.session.scalars(select(Notification.user_id).where(Notification.template == "terms_proposed")).all()
    assert told == [trade.owner.id]


def test_terms_with_a_blank_are_nobodys_yes(trade: Trade) -> None:
    body = {**filled(newest(trade)), "secrecy": None}
    made = terms.propose(trade.session, trade.order, body, trade.designer, NOW)
    assert made.confirmations == []
    with pytest.raises(Conflict, match="terms_blank"):
        terms.confirm(trade.session, trade.order, made.version, trade.owner, NOW)


def test_only_the_version_that_was_read_can_be_confirmed(trade: Trade) -> None:
    terms.propose(trade.session, trade.order, filled(newest(trade)), trade.designer, NOW)
    terms.propose(trade.session, trade.order, filled(newest(trade)) | {"style": "B"}, trade.designer, NOW)
    with pytest.raises(Conflict, match="terms_changed"):
        terms.confirm(trade.session, trade.order, 2, trade.owner, NOW)
    assert terms.agreed(trade.session, trade.order) is None


def test_the_last_yes_confirms_an_order_whose_sample_is_right(trade: Trade) -> None:
    trade.bring_to("sample_approved")
    trade.agree()
    assert trade.order.status is OrderStatus.CONFIRMED
    parts = {part.kind: part.amount_krw for part in payments.parts_of(trade.session, trade.order)}
    sums = terms.amounts(newest(trade)["lines"][0])
    assert (parts[PaymentKind.DEPOSIT], parts[PaymentKind.BALANCE]) == (sums.deposit, sums.balance)


def test_saying_yes_again_is_no_harm(trade: Trade) -> None:
    trade.agree()
    before = trade.session.scalars(select(OrderEvent.id)).all()
    terms.confirm(trade.session, trade.order, 2, trade.owner, NOW)
    assert trade.session.scalars(select(OrderEvent.id)).all() == before


def test_a_change_holds_only_once_both_said_yes(trade: Trade) -> None:
    trade.agree()
    changed = deepcopy(newest(trade))
    changed["lines"][0]["unit_price_krw"] = 9_000
    terms.propose(trade.session, trade.order, changed, trade.designer, NOW)
    force = terms.in_force(trade.session, trade.order)
    assert force and force.version == 2 and terms.agreed(trade.session, trade.order) is None
    assert trade.order.lead.unit_price_krw == 12_000
    terms.confirm(trade.session, trade.order, 3, trade.owner, NOW)
    force = terms.in_force(trade.session, trade.order)
    assert force and force.version == 3
    assert trade.order.lead.unit_price_krw == 9_000


def test_strangers_and_the_centre_promise_nothing(trade: Trade) -> None:
    district = trade.session.get_one(District, 1)
    for role in (Role.DESIGNER, Role.FACTORY_OWNER, Role.COORDINATOR):
        with pytest.raises(Forbidden):
            terms.confirm(trade.session, trade.order, 1, make_user(trade.session, role, district), NOW)


def test_the_centre_answers_for_a_factory_that_nobody_has_claimed(trade: Trade) -> None:
    terms.propose(trade.session, trade.order, filled(newest(trade)), trade.designer, NOW)
    trade.order.lead.factory.owner = None
    coordinator = make_user(trade.session, Role.COORDINATOR, trade.session.get_one(District, 1))
    assert terms.is_agreed(terms.confirm(trade.session, trade.order, 2, coordinator, NOW))


def test_what_is_over_is_promised_no_more(trade: Trade) -> None:
    trade.bring_to("cancelled")
    with pytest.raises(Conflict, match="terms_order_over"):
        terms.propose(trade.session, trade.order, filled(newest(trade)), trade.designer, NOW)


def test_each_factory_of_a_team_confirms_and_sees_its_own_part(session: Session) -> None:
    team = make_team_trade(session, session.get_one(District, 1))
    terms.propose(session, team.order, filled(newest(team)), team.designer, NOW)
    for owner in team.owners:
        assert terms.agreed(session, team.order) is None
        terms.confirm(session, team.order, 2, owner, NOW)
    assert terms.agreed(session, team.order) is not None
    own = {owner.id: terms.lines_seen_by(team.order, owner) for owner in team.owners}
    assert all(len(seen) == 1 for seen in own.values()) and len(set(own.values())) == len(own)
    assert len(terms.lines_seen_by(team.order, team.designer)) == len(team.order.lines)


def test_versions_and_yeses_are_written_into_the_history(trade: Trade) -> None:
    trade.agree()
    kinds = [EventKind.TERMS_PROPOSED, EventKind.TERMS_CONFIRMED]
    events = [event for event in trade.order.events if event.kind in kinds]
    assert [event.values["version"] for event in events] == [2, 2, 2]
    assert {event.values["hash"] for event in events} == {terms.latest(trade.session, trade.order).body_hash}
