"""The rows of the queue in words: what is the matter, with whom, for how long, and whom to call."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from garment_hub.briefs import facts
from garment_hub.cases.queries import Desk
from garment_hub.labels import day, full_day, won
from garment_hub.quotes.wording import contact, factory_phone
from models.brief import Brief
from models.case_note import CaseKind
from models.designer import Designer
from models.factory import Factory
from models.order import Order, OrderEvent, OrderLine, Party
from models.payment import AskingStop, PaymentPart
from models.quote import Quote, QuoteRequest
from models.review import Review, SelfDealing

TITLES = {
    CaseKind.UNCLAIMED: lazy_gettext("Answer for a factory without an owner here"),
    CaseKind.UNANSWERED: lazy_gettext("No answer for a day"),
    CaseKind.EXPIRING: lazy_gettext("Offers about to expire"),
    CaseKind.TIGHT_BRIEF: lazy_gettext("Briefs with a tight date"),
    CaseKind.TIGHT_ORDER: lazy_gettext("Orders with a tight date"),
    CaseKind.LATE_DELIVERY: lazy_gettext("Late deliveries"),
    CaseKind.LATE_PAYMENT: lazy_gettext("Late payments"),
    CaseKind.DISPUTE: lazy_gettext("Disputes"),
    CaseKind.STOPPED: lazy_gettext("Clients who cannot ask"),
    CaseKind.SUSPICIOUS: lazy_gettext("Reviews to look at"),
}
EXPLANATIONS = {
    CaseKind.UNCLAIMED: lazy_gettext("Call the factory, ask, and write the answer down."),
    CaseKind.UNANSWERED: lazy_gettext("A call often helps. The owner may not have seen it."),
    CaseKind.EXPIRING: lazy_gettext("Afterwards the price no longer holds. Ask the designer whether they take it."),
    CaseKind.TIGHT_BRIEF: lazy_gettext(
        "By the assumed days of each step, two working days or less are to spare. Ask whether the date can move."
    ),
    CaseKind.TIGHT_ORDER: lazy_gettext(
        "By the assumed days of each step, two working days or less are to spare. Ask the factory how far they are."
    ),
    CaseKind.LATE_DELIVERY: lazy_gettext("Ask the factory for a new day and have it written down with the order."),
    CaseKind.LATE_PAYMENT: lazy_gettext("After a week the client cannot ask new factories."),
    CaseKind.DISPUTE: lazy_gettext("Call both sides first. The reason you write is read by both."),
    CaseKind.STOPPED: lazy_gettext("A sum is a week late. With a reason you can let them ask again."),
    CaseKind.SUSPICIOUS: lazy_gettext(
        "Both sides share something, so the review counts for nothing until you say it may."
    ),
}
SHARED = {
    SelfDealing.BUSINESS_NUMBER: lazy_gettext("Same business number"),
    SelfDealing.PHONE: lazy_gettext("Same telephone"),
    SelfDealing.ADDRESS: lazy_gettext("Same address"),
    SelfDealing.DEVICE: lazy_gettext("Same device"),
}
# What the queue says after one of its forms was sent.
DONE = {
    "end_dispute": lazy_gettext("The dispute has ended. Both sides have been told."),
    "lift_stop": lazy_gettext("They can ask new factories again, and have been told."),
    "clear_review": lazy_gettext("The review counts from now on."),
    "dismiss_review": lazy_gettext("The review stays without weight. Nobody is asked about it again."),
    "add_note": lazy_gettext("The note is kept."),
    "take": lazy_gettext("You have it in hand. Your colleagues see that."),
    "hand_back": lazy_gettext("Handed back. Anybody of the centre can take it."),
}
# The buttons of the forms.
ACTS = {
    "end_dispute": lazy_gettext("End the dispute"),
    "lift_stop": lazy_gettext("Let them ask again"),
    "clear_review": lazy_gettext("Let the review count"),
    "dismiss_review": lazy_gettext("Dismiss it for good"),
    "take": lazy_gettext("Take in hand"),
    "hand_back": lazy_gettext("Hand back"),
    "add_note": lazy_gettext("Add a note"),
}


@dataclass(frozen=True, slots=True)
class Contact:
    """``number`` is a telephone number, or an e-mail where there is none."""

    name: str
    number: str

    @property
    def dial(self) -> str | None:
        return None if "@" in self.number else self.number.replace("-", "")


@dataclass(frozen=True, slots=True)
class Row:
    """One case of the queue; ``thing`` is the database row behind it, ``request_id`` leads to its conversation."""

    thing: Any
    what: str
    sides: list[str]
    since: str
    request_id: int | None
    contacts: list[Contact]
    note: str
    action: tuple[str, str]


def rows_of(kind: CaseKind, things: Iterable[Any], desk: Desk, events: dict[int, OrderEvent]) -> list[Row]:
    return [ROWS[kind](thing, desk, events) for thing in things]


def _contacts(designer: Designer | None, factories: Iterable[Factory]) -> list[Contact]:
    """Those of whom a number is known."""
    found = [(designer.brand, contact(designer.user))] if designer else []
    found += [(factory.name, factory_phone(factory) or "") for factory in factories]
    return [Contact(name, number) for name, number in found if number]


def _hours(since: datetime, desk: Desk) -> str:
    hours = int((desk.now - since).total_seconds() // 3600)
    if hours < 1:
        return str(_("since just now"))
    if hours < 48:
        return str(ngettext("for %(num)s hour", "for %(num)s hours", hours))
    return str(ngettext("for %(num)s day", "for %(num)s days", hours // 24))


def _late(due_on: date, desk: Desk) -> str:
    return str(ngettext("%(num)s day late", "%(num)s days late", (desk.today - due_on).days))


def _request_row(asked: QuoteRequest, desk: Desk, words: str) -> Row:
    return Row(
        asked,
        facts.headline(asked.brief),
        [asked.brief.designer.brand, asked.factory.name],
        _hours(asked.asked_at, desk),
        asked.id,
        _contacts(None, [asked.factory]),
        _("Hoped for by %(day)s", day=day(asked.answer_by)),
        (words, url_for("quotes.show", request_id=asked.id)),
    )


def _unclaimed(asked: QuoteRequest, desk: Desk, _events: dict[int, OrderEvent]) -> Row:
    return _request_row(asked, desk, _("Answer for the factory"))


def _unanswered(asked: QuoteRequest, desk: Desk, _events: dict[int, OrderEvent]) -> Row:
    return _request_row(asked, desk, _("See the request"))


def _expiring(quote: Quote, desk: Desk, _events: dict[int, OrderEvent]) -> Row:
    asked = quote.request
    price = won(quote.unit_price_krw) if quote.unit_price_krw else _("without a price")
    return Row(
        quote,
        facts.headline(asked.brief),
        [asked.brief.designer.brand, asked.factory.name],
        _left(quote.valid_until, desk),
        asked.id,
        _contacts(asked.brief.designer, []),
        _("Offer: %(price)s", price=price),
        (_("See the quotes"), url_for("quotes.compare", brief_id=asked.brief_id)),
    )


def _order_row(thing: Any, order: Order, since: str, lines: list[OrderLine], note: str) -> Row:
    return Row(
        thing,
        f"{facts.headline(order.brief)} · {order.number}",
        [order.designer.brand, *(line.factory.name for line in lines)],
        since,
        lines[0].quote.request_id,
        _contacts(order.designer, [line.factory for line in lines]),
        note,
        (_("See the order"), url_for("orders.show", order_id=order.id)),
    )


def _tight_brief(brief: Brief, desk: Desk, _events: dict[int, OrderEvent]) -> Row:
    return Row(
        brief,
        facts.headline(brief),
        [brief.designer.brand],
        _left(brief.needed_by, desk),
        None,
        _contacts(brief.designer, []),
        _("Needed by %(day)s", day=day(brief.needed_by)) if brief.needed_by else "",
        (_("See the brief"), url_for("briefs.show", brief_id=brief.id)),
    )


def _tight_order(order: Order, desk: Desk, _events: dict[int, OrderEvent]) -> Row:
    lines = order.active_lines or order.lines
    return _order_row(order, order, _left(order.due_on, desk), lines, _("Promised for %(day)s", day=day(order.due_on)))


def _left(last: date | None, desk: Desk) -> str:
    left = (last - desk.today).days if last else 0
    return str(ngettext("%(num)s day left", "%(num)s days left", left)) if left else _("Only today")


def _late_delivery(order: Order, desk: Desk, _events: dict[int, OrderEvent]) -> Row:
    new_day = order.expected_on
    note = _("The factory says %(day)s", day=day(new_day)) if new_day else _("No new day said")
    lines = order.active_lines or order.lines
    return _order_row(order, order, _late(order.due_on, desk), lines, note)


def _late_payment(part: PaymentPart, desk: Desk, _events: dict[int, OrderEvent]) -> Row:
    order, due_on = part.line.order, part.due_on or desk.today
    note = _("%(amount)s, due on %(day)s", amount=won(part.amount_krw), day=full_day(due_on))
    if part.reported_at:
        note += " · " + _("the client says it was sent")
    return _order_row(part, order, _late(due_on, desk), [part.line], note)


def _dispute(order: Order, desk: Desk, events: dict[int, OrderEvent]) -> Row:
    opened = events.get(order.id)
    lines = order.active_lines or order.lines
    since = _hours(opened.at, desk) if opened else _("in dispute")
    return _order_row(order, order, since, lines, (opened and opened.note) or "")


def _stopped(stop: AskingStop, desk: Desk, _events: dict[int, OrderEvent]) -> Row:
    part = stop.payment_part
    amount = won(part.amount_krw)
    is_paid = part.received_at is not None
    note = _("%(amount)s has come by now", amount=amount) if is_paid else _("%(amount)s has not come", amount=amount)
    return _order_row(stop, part.line.order, _hours(stop.since, desk), [part.line], note)


def _suspicious(review: Review, desk: Desk, _events: dict[int, OrderEvent]) -> Row:
    shared = str(SHARED[review.suspicion]) if review.suspicion else ""
    by_designer = review.party is Party.DESIGNER
    writer = _("Written by the designer") if by_designer else _("Written by the factory")
    said = f" · {review.word}" if review.word else ""
    note = f"{shared} · {writer}{said}"
    return _order_row(review, review.line.order, _hours(review.written_at, desk), [review.line], note)


ROWS: dict[CaseKind, Callable[[Any, Desk, dict[int, OrderEvent]], Row]] = {
    CaseKind.UNCLAIMED: _unclaimed,
    CaseKind.UNANSWERED: _unanswered,
    CaseKind.EXPIRING: _expiring,
    CaseKind.TIGHT_BRIEF: _tight_brief,
    CaseKind.TIGHT_ORDER: _tight_order,
    CaseKind.LATE_DELIVERY: _late_delivery,
    CaseKind.LATE_PAYMENT: _late_payment,
    CaseKind.DISPUTE: _dispute,
    CaseKind.STOPPED: _stopped,
    CaseKind.SUSPICIOUS: _suspicious,
}
