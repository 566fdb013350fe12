"""The pack of proofs for an unpaid sum: who owes what, what was promised, what happened, and values to check it by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.orders import payments, terms
from models.case import Case
from models.errors import Conflict
from models.message import Message
from models.order import Delivery, Order, OrderEvent, OrderLine, OrderStatus
from models.payment import PaymentPart
from models.user import User

Section = dict[str, Any] | list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class View:
    """Whose pack it is: of a team each factory gets its own part; talk is read by its two sides alone."""

    session: Session
    order: Order
    lines: list[OrderLine]
    talks: list[OrderLine]

    @property
    def parts(self) -> list[PaymentPart]:
        return [part for part in payments.parts_of(self.session, self.order) if part.line in self.lines]


def view_of(session: Session, order: Order, user: User) -> View:
    seen, sides = terms.lines_seen_by(order, user), terms.own_sides(order, user)
    lines = [line for line in order.lines if line.id in seen]
    return View(session, order, lines, lines if None in sides else [line for line in lines if line in sides])


def require_reason(session: Session, order: Order, user: User, today: date) -> None:
    """Papers against somebody are made when there is cause: a sum past its day, or an order in dispute."""
    is_late = any(part.days_late(today) for part in view_of(session, order, user).parts)
    if not is_late and order.status is not OrderStatus.DISPUTED:
        raise Conflict("nothing_unpaid")


def pack(session: Session, order: Order, user: User, now: datetime) -> dict[str, Any]:
    """All sections with the hash of each, and one hash over all; equal records give equal hashes, whenever made."""
    view = view_of(session, order, user)
    sections = {name: make(view) for name, make in SECTIONS.items()}
    hashes = {name: section_hash(section) for name, section in sections.items()}
    return {
        "made_at": _at(now),
        "made_for": user.name,
        "sections": sections,
        "hashes": hashes,
        "hash": section_hash(hashes),
    }


def section_hash(section: Section) -> str:
    """SHA-256 over the canonical JSON, as for terms."""
    canonical = json.dumps(section, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _on(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _order(view: View) -> Section:
    order = view.order
    return {
        "number": order.number,
        "item": order.item,
        "quantity": order.quantity,
        "status": order.status.value,
        "placed_at": _at(order.placed_at),
        "due_on": _on(order.due_on),
        "delivered_at": _at(order.delivered_at),
        "accepted_at": _at(order.accepted_at),
        "accepted_quantity": order.accepted_quantity,
        "designer": {"brand": order.designer.brand, "name": order.designer.user.name},
        "factories": [line.factory.name for line in view.lines],
    }


def _terms(view: View) -> Section:
    """The version in force; its hash covers all lines, also those that are not shown."""
    found = terms.in_force(view.session, view.order)
    if found is None:
        return {}
    return {
        "version": found.version,
        "hash": found.body_hash,
        "body": {**found.body, "lines": [line for line in found.body["lines"] if line["line"] in _ids(view.lines)]},
        "confirmations": [
            {"party": yes.party.value, "name": yes.user.name, "at": _at(yes.confirmed_at)}
            for yes in found.confirmations
        ],
    }


def _ids(lines: Collection[OrderLine]) -> set[int]:
    return {line.id for line in lines}


def _events(view: View) -> Section:
    """In the order they were written; sums of other factories stay with them."""
    return [_event(event) for event in view.order.events if event.line is None or event.line in view.lines]


def _event(event: OrderEvent) -> dict[str, Any]:
    return {
        "id": event.id,
        "kind": event.kind.value,
        "status": event.status.value,
        "party": event.party.value,
        "actor": event.actor.name if event.actor else None,
        "at": _at(event.at),
        "note": event.note,
        "has_picture": event.picture_key is not None,
        "values": event.values,
    }


def _deliveries(view: View) -> Section:
    return [_delivery(line, delivery) for line in view.lines for delivery in line.deliveries]


def _delivery(line: OrderLine, delivery: Delivery) -> dict[str, Any]:
    return {
        "from": line.factory.name,
        "to": delivery.to_line.factory.name if delivery.to_line else line.order.designer.brand,
        "number": delivery.number,
        "pieces": delivery.pieces,
        "is_rework": delivery.is_rework,
        "handed_over_at": _at(delivery.handed_over_at),
        "counted_pieces": delivery.counted_pieces,
        "counted_at": _at(delivery.counted_at),
    }


def _payments(view: View) -> Section:
    return [
        {
            "factory": part.line.factory.name,
            "kind": part.kind.value,
            "amount_krw": part.amount_krw,
            "due_on": _on(part.due_on),
            "reported_at": _at(part.reported_at),
            "received_at": _at(part.received_at),
        }
        for part in view.parts
    ]


def _messages(view: View) -> Section:
    requests = [line.quote.request_id for line in view.talks]
    query = select(Message).join(Message.case).where(Case.request_id.in_(requests))
    return [
        {
            "party": message.party.value,
            "author": message.author.name,
            "at": _at(message.sent_at),
            "read_at": _at(message.read_at),
            "text": message.text,
            "has_picture": message.picture_key is not None,
        }
        for message in view.session.scalars(query.order_by(Message.sent_at, Message.id))
    ]


SECTIONS: dict[str, Callable[[View], Section]] = {
    "order": _order,
    "terms": _terms,
    "events": _events,
    "deliveries": _deliveries,
    "payments": _payments,
    "messages": _messages,
}
