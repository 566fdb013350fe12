"""The promise of an order: its first version, what is still blank, what it costs, who proposed and who confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.factories import bookings
from garment_hub.notifications import notify
from garment_hub.orders import payments
from garment_hub.orders.queries import own_lines, parties_of, people_on
from garment_hub.quotes.comparison import vat_on
from models import vocabulary
from models.brief import Brief, Supplier
from models.capacity import SEOUL
from models.errors import Conflict, Forbidden
from models.order import ENDED, INSPECTION_DAYS, EventKind, Order, OrderEvent, OrderLine, OrderStatus, Party
from models.quote import LONGEST_PAYMENT_DAYS, BalanceRule
from models.terms import Terms, TermsConfirmation, terms_hash
from models.user import Role, User

Body = dict[str, Any]
PATTERN = "pattern"  # the sizes of the finished piece stand in the pattern, not in the terms
DOCUMENTS = ("tax_invoice", "cash_receipt")
OWNERSHIPS = ("designer", "factory", "shared")
INVOICING = ("each", "lead")


# --- what it costs -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Amounts:
    """Whole won; ``net + vat == total == deposit + balance``."""

    net: int
    vat: int
    total: int
    deposit: int
    balance: int


def amounts(line: Mapping[str, Any]) -> Amounts:
    """The sums of one line: price and extras for all its pieces, VAT rounded half up, the deposit rounded down."""
    stated = (line["unit_price_krw"] + sum(line["extras"].values())) * line["quantity"]
    if line["vat_included"]:
        # Of 110 parts 10 are VAT, that is one eleventh.
        vat = (2 * stated + 11) // 22
        total = stated
    else:
        vat = vat_on(stated)
        total = stated + vat
    deposit = total * (line["deposit_percent"] or 0) // 100
    return Amounts(total - vat, vat, total, deposit, total - deposit)


def line_total(line: Mapping[str, Any], pieces: int) -> int:
    """What so many pieces of a line cost, VAT in it."""
    return amounts({**line, "quantity": pieces}).total


# --- what is blank -------------------------------------------------------------------------------------------------


def missing(body: Body) -> list[str]:
    """Names of the terms that nobody has filled in, in the order of the paper; nothing starts while one is left."""
    lines = [name for line in body["lines"] for name in missing_of_line(line)]
    found = [name for name, is_filled in _filled(body).items() if not is_filled]
    return list(dict.fromkeys([*found, *lines]))


def missing_of_line(line: Mapping[str, Any]) -> list[str]:
    """Names of the blank terms of one factory's part."""
    is_after = line["balance"] == BalanceRule.AFTER_HANDOVER
    filled = {
        "unit_price_krw": (line["unit_price_krw"] or 0) > 0,
        "vat_included": line["vat_included"] is not None,
        "price_includes": bool(line["price_includes"]),
        "tolerance_pieces": line["tolerance_pieces"] is not None,
        "starts_on": bool(line["starts_on"]),
        "due_on": bool(line["due_on"]),
        "deposit_percent": line["deposit_percent"] is not None,
        "balance": bool(line["balance"]),
        "balance_days": not is_after or line["balance_days"] in range(LONGEST_PAYMENT_DAYS + 1),
        "document": bool(line["document"]),
        "account": bool(line["account"]),
        "defects": bool(line["defects"]),
    }
    return [name for name, is_filled in filled.items() if not is_filled]


def _filled(body: Body) -> dict[str, bool]:
    materials, sample = body["materials"], body["sample"]
    is_brought = any(row["by"] == Supplier.DESIGNER for row in materials)
    return {
        "style": bool(body["style"]),
        "assort": _adds_up(body["assort"], body["quantity"]),
        "materials": bool(materials) and all(row["name"] and row["by"] for row in materials),
        "materials_on": not is_brought or bool(body["materials_on"]),
        "sample": sample is None or (sample["fee_krw"] is not None and bool(sample["on"])),
        "ownership": bool(body["ownership"]),
        "secrecy": body["secrecy"] is not None,
    }


def _adds_up(assort: list[Body], quantity: int) -> bool:
    """Every colour says how many of each size, and together they are the order, to the piece."""
    sizes = {frozenset(row["sizes"]) for row in assort}
    counts = [count for row in assort for count in row["sizes"].values()]
    is_stated = len(sizes) == 1 and all(row["colour"] for row in assort) and None not in counts
    return is_stated and sum(counts) == quantity


# --- the first version ---------------------------------------------------------------------------------------------


def first_terms(session: Session, order: Order, actor: User) -> Terms:
    """Version 1 from what brief and quotes already say; what they leave open stays blank."""
    return _store(session, order, first_body(order), actor, order.placed_at)


def first_body(order: Order) -> Body:
    brief, lead = order.brief, order.lead
    sample = {
        "fee_krw": lead.quote.sample_fee_krw,
        "on": _iso(lead.quote.sample_on),
        "deducted": lead.quote.is_sample_fee_deducted,
    }
    return {
        "order": order.number,
        "style": None,
        "item": order.item,
        "quantity": order.quantity,
        "buyer": {"brand": order.designer.brand, "name": order.designer.user.name},
        "lines": [line_body(line) for line in order.active_lines],
        "assort": [],
        "size_table": [],
        "cautions": [],
        "materials": _materials(brief),
        "materials_on": _iso(brief.materials_on),
        "sample": None if order.is_sample_waived else sample,
        "inspection_days": INSPECTION_DAYS,
        "ownership": None,
        "secrecy": None,
        "invoicing": INVOICING[0],
        "changes": "new_version",
        "deliver_to": brief.deliver_to.name_ko if brief.deliver_to else None,
    }


def line_body(line: OrderLine) -> Body:
    """One factory's part as its quote offered it."""
    quote = line.quote
    deposit = quote.request.deposit_offered_percent if quote.deposit_percent is None else quote.deposit_percent
    return {
        "line": line.id,
        "factory": line.factory.name,
        "position": line.position,
        "processes": line.processes,
        "quantity": line.quantity,
        "unit_price_krw": line.unit_price_krw,
        "vat_included": quote.is_vat_included,
        "price_includes": quote.price_includes,
        "extras": quote.extras,
        "starts_on": _iso(line.starts_on),
        "due_on": _iso(line.due_on),
        "deposit_percent": deposit,
        "balance": quote.balance.value if quote.balance else None,
        "balance_days": quote.balance_days,
        "document": None,
        "account": None,
        "tolerance_pieces": quote.tolerance_pieces,
        "defects": quote.defects.value if quote.defects else None,
    }


def _materials(brief: Brief) -> list[Body]:
    """The fabrics of the brief; the factory reads their Korean names, so these are what both promise."""
    by = brief.fabric_by.value if brief.fabric_by else None
    names = [vocabulary.name("fabric", code, "ko") for code in brief.fabrics]
    return [{"name": name, "colour": None, "use": None, "by": by} for name in names]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


# --- versions ------------------------------------------------------------------------------------------------------


def versions(session: Session, order: Order) -> list[Terms]:
    """All versions, the newest first."""
    query = select(Terms).where(Terms.order_id == order.id).order_by(Terms.version.desc())
    return list(session.scalars(query))


def latest(session: Session, order: Order) -> Terms:
    return versions(session, order)[0]


def agreed(session: Session, order: Order) -> Terms | None:
    """The newest version, if every side has confirmed it: without that nothing new begins."""
    return next((terms for terms in versions(session, order)[:1] if is_agreed(terms)), None)


def in_force(session: Session, order: Order) -> Terms | None:
    """What is owed and counted by: the newest version that every side confirmed. A proposal changes nothing yet."""
    return next((terms for terms in versions(session, order) if is_agreed(terms)), None)


def is_agreed(terms: Terms) -> bool:
    """Complete, and confirmed by the designer and by every factory that is still part of the order."""
    return not missing(terms.body) and not _unconfirmed(terms)


def _unconfirmed(terms: Terms) -> set[int | None]:
    """Who has not confirmed: ids of lines, None for the designer."""
    needed = {None, *(line.id for line in terms.order.active_lines)}
    return needed - {confirmation.line_id for confirmation in terms.confirmations}


def own_sides(order: Order, user: User) -> list[OrderLine | None]:
    """For whom this person may confirm: their lines, None for the designer."""
    sides: list[OrderLine | None] = [*own_lines(order, user)]
    return [None, *sides] if Party.DESIGNER in parties_of(order, user) else sides


def lines_seen_by(order: Order, user: User) -> frozenset[int]:
    """Whose sums and account somebody may read: of a team, each factory only its own."""
    own = frozenset(line.id for line in own_sides(order, user) if line)
    is_one_of_many = user.role is Role.FACTORY_OWNER and user.id != order.designer.user_id
    return own if is_one_of_many else frozenset(line.id for line in order.lines)


def waits_for(terms: Terms, user: User) -> bool:
    """Whether this person still has to confirm this version."""
    sides = {line.id if line else None for line in own_sides(terms.order, user)}
    return bool(sides & _unconfirmed(terms))


def propose(session: Session, order: Order, body: Body, actor: User, now: datetime) -> Terms:
    """A new version, to which its maker's side has said yes unless something is still blank."""
    sides = _require_side(session, order, actor)
    terms = _store(session, order, body, actor, now)
    _record(session, terms, EventKind.TERMS_PROPOSED, actor, now)
    _tell(session, terms, actor, "terms_proposed", version=terms.version)
    if not missing(body):
        _say_yes(session, terms, sides, actor, now)
    return terms


def confirm(session: Session, order: Order, version: int, actor: User, now: datetime) -> Terms:
    """This side's yes to the version that it has read; again is no harm.

    Raises Conflict("terms_changed") when there is a newer one, Conflict("terms_blank") while something is blank.
    """
    sides = _require_side(session, order, actor)
    terms = latest(session, order)
    if terms.version != version:
        raise Conflict("terms_changed", version=terms.version)
    if missing(terms.body):
        raise Conflict("terms_blank")
    _say_yes(session, terms, sides, actor, now)
    return terms


def renew(session: Session, order: Order, actor: User, now: datetime) -> Terms:
    """A version for the factories that are now part of the order; who was in keeps what was promised."""
    body = latest(session, order).body
    known = {line["line"]: line for line in body["lines"]}
    lines = [known.get(line.id) or line_body(line) for line in order.active_lines]
    return _store(session, order, {**body, "lines": lines}, actor, now)


def _require_side(session: Session, order: Order, actor: User) -> list[OrderLine | None]:
    session.refresh(order, with_for_update=True)
    sides = own_sides(order, actor)
    if not sides:
        raise Forbidden
    if order.status in ENDED:
        raise Conflict("terms_order_over")
    return sides


def _store(session: Session, order: Order, body: Body, actor: User, now: datetime) -> Terms:
    newest = session.scalar(
        select(Terms.version).where(Terms.order_id == order.id).order_by(Terms.version.desc()).limit(1)
    )
    terms = Terms(
        order=order, version=(newest or 0) + 1, body=body, body_hash=terms_hash(body), made_by=actor, made_at=now
    )
    session.add(terms)
    session.flush()
    return terms


def _say_yes(session: Session, terms: Terms, sides: Iterable[OrderLine | None], actor: User, now: datetime) -> None:
    order, unconfirmed = terms.order, _unconfirmed(terms)
    said = [side for side in sides if (side.id if side else None) in unconfirmed]
    for line in said:
        party = Party.FACTORY if line else Party.DESIGNER
        terms.confirmations.append(TermsConfirmation(party=party, line=line, user=actor, confirmed_at=now))
    session.flush()
    if said:
        _record(session, terms, EventKind.TERMS_CONFIRMED, actor, now)
        _tell(session, terms, actor, "terms_confirmed")
    if not is_agreed(terms):
        return
    if said:
        _take_effect(session, terms, now)
    if order.status is OrderStatus.SAMPLE_APPROVED:
        from garment_hub.orders.services import advance  # late: moving an order asks whether the terms are agreed

        advance(session, order, EventKind.CONFIRMED, actor, _party(order, actor), now)


def _take_effect(session: Session, terms: Terms, now: datetime) -> None:
    """Prices and days of the order follow the promise, in the calendar too, and its sums are made."""
    order, today = terms.order, now.astimezone(SEOUL).date()
    promised = {line["line"]: line for line in terms.body["lines"]}
    for line in order.active_lines:
        line.unit_price_krw = promised[line.id]["unit_price_krw"]
        days = date.fromisoformat(promised[line.id]["starts_on"]), date.fromisoformat(promised[line.id]["due_on"])
        if days != (line.starts_on, line.due_on):
            line.starts_on, line.due_on = days
            bookings.reschedule(session, line, today, now)
    order.due_on = max(line.due_on for line in order.active_lines)
    payments.make_parts(session, order, terms, today)


def _party(order: Order, actor: User) -> Party:
    return Party.DESIGNER if None in own_sides(order, actor) else Party.FACTORY


def _record(session: Session, terms: Terms, kind: EventKind, actor: User, now: datetime) -> None:
    order = terms.order
    values = {"version": terms.version, "hash": terms.body_hash}
    party = _party(order, actor)
    session.add(
        OrderEvent(order=order, kind=kind, status=order.status, party=party, actor=actor, at=now, values=values)
    )
    session.flush()


def _tell(session: Session, terms: Terms, actor: User, template: str, **values: Any) -> None:
    order = terms.order
    for person in people_on(session, order):
        if person.id != actor.id:
            notify(session, person, template, link=f"/orders/{order.id}/terms", item=order.item, **values)
