"""The pack of proofs in words: the cover, each section as rows of a table, and where to turn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from garment_hub.labels import number, term, won
from garment_hub.orders import wording
from garment_hub.orders.terms_wording import Row, full_moment, line_rows, order_rows, stored_day
from models.capacity import SEOUL
from models.order import Order, OrderEvent, Party
from models.payment import PaymentKind

PARTIES = {
    Party.DESIGNER: lazy_gettext("Designer"),
    Party.FACTORY: lazy_gettext("Factory"),
    Party.CENTRE: lazy_gettext("The centre"),
    Party.SYSTEM: lazy_gettext("By itself"),
}
SECTION_NAMES = {
    "order": lazy_gettext("Order"),
    "terms": lazy_gettext("Agreement in force"),
    "events": lazy_gettext("What happened"),
    "deliveries": lazy_gettext("Hand-overs"),
    "payments": lazy_gettext("Payments"),
    "messages": lazy_gettext("What was written"),
}


@dataclass(frozen=True, slots=True)
class Law:
    """A fact about the law with where it was read. Archived copies were read, not the law itself."""

    words: Any
    source: str


# Whoever adds a line names its source; offices and their telephones only once somebody has checked them.
LAWS = (
    Law(
        lazy_gettext(
            "The win-win act (상생협력법) asks that goods are paid within 60 days of their receipt, "
            "whatever the inspection, and knows no smallest sum."
        ),
        "smes.go.kr (FAQ), hnrlaw.co.kr (2022-10-26)",
    ),
)


@dataclass(frozen=True, slots=True)
class Words:
    """The pack as tables of words; an empty section has no rows."""

    owed: list[tuple[str, ...]]
    total: str
    terms: list[tuple[str, list[Row]]]
    confirmations: list[str]
    events: list[tuple[str, ...]]
    deliveries: list[tuple[str, ...]]
    payments: list[tuple[str, ...]]
    messages: list[tuple[str, ...]]
    hashes: list[tuple[str, str]]
    centre_phone: str
    made_at: str
    laws: tuple[Law, ...] = LAWS


def in_words(pack: dict[str, Any], order: Order, centre_phone: str) -> Words:
    sections, today = pack["sections"], datetime.fromisoformat(pack["made_at"]).astimezone(SEOUL).date()
    open_parts = [part for part in sections["payments"] if not part["received_at"]]
    events = {event.id: event for event in order.events}
    body = sections["terms"].get("body")
    return Words(
        owed=[_owed(part, today) for part in open_parts],
        total=won(sum(part["amount_krw"] for part in open_parts if _days_late(part, today))),
        terms=_terms(body) if body else [],
        confirmations=[_confirmation(yes) for yes in sections["terms"].get("confirmations", [])],
        events=[_event(events[row["id"]]) for row in sections["events"]],
        deliveries=[_delivery(row) for row in sections["deliveries"]],
        payments=[_payment(row) for row in sections["payments"]],
        messages=[_message(row) for row in sections["messages"]],
        hashes=[(str(SECTION_NAMES[name]), value) for name, value in pack["hashes"].items()],
        centre_phone=centre_phone,
        made_at=_moment(pack["made_at"]),
    )


def _moment(text: str | None) -> str:
    return full_moment(datetime.fromisoformat(text)) if text else "–"


def _kind(part: dict[str, Any]) -> str:
    return str(wording.PAYMENTS[PaymentKind(part["kind"])])


def _days_late(part: dict[str, Any], today: date) -> int:
    return max(0, (today - date.fromisoformat(part["due_on"])).days) if part["due_on"] else 0


def _owed(part: dict[str, Any], today: date) -> tuple[str, ...]:
    late = _days_late(part, today)
    since = _("%(days)s days late", days=late) if late else _("not due yet")
    return part["factory"], _kind(part), won(part["amount_krw"]), stored_day(part["due_on"]) or "–", since


def _terms(body: dict[str, Any]) -> list[tuple[str, list[Row]]]:
    """Of each factory its part, and at the end what holds for all."""
    common = [Row("item", str(_("Item")), f"{term(body['item'], 'item')} · {body['style'] or ''}"), *order_rows(body)]
    return [*((line["factory"], line_rows(line)) for line in body["lines"]), (str(_("For all")), common)]


def _confirmation(yes: dict[str, Any]) -> str:
    return f"{PARTIES[Party(yes['party'])]} · {yes['name']} · {_moment(yes['at'])}"


def _event(event: OrderEvent) -> tuple[str, ...]:
    said = [event.note, _("with a picture") if event.picture_key else None]
    return (
        full_moment(event.at),
        wording.who(event),
        wording.what(event),
        " · ".join(str(word) for word in said if word),
    )


def _delivery(row: dict[str, Any]) -> tuple[str, ...]:
    counted = "–" if row["counted_pieces"] is None else number(row["counted_pieces"])
    again = _("after correction") if row["is_rework"] else ""
    return (
        _moment(row["handed_over_at"]),
        f"{row['from']} → {row['to']}{again and f' ({again})'}",
        number(row["pieces"]),
        counted,
    )


def _payment(row: dict[str, Any]) -> tuple[str, ...]:
    due, sent, came = stored_day(row["due_on"]) or "–", _moment(row["reported_at"]), _moment(row["received_at"])
    return row["factory"], _kind(row), won(row["amount_krw"]), due, sent, came


def _message(row: dict[str, Any]) -> tuple[str, ...]:
    said = " · ".join(word for word in (row["text"], str(_("with a picture")) if row["has_picture"] else None) if word)
    return _moment(row["at"]), f"{PARTIES[Party(row['party'])]} · {row['author']}", said
