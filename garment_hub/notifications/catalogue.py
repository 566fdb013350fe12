"""Every kind of message: who may get it, which values it needs, and whether it may be switched off."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from models.user import Role

DESIGNERS = frozenset({Role.DESIGNER})
COORDINATORS = frozenset({Role.COORDINATOR})
OWNERS = frozenset({Role.FACTORY_OWNER})
# For a factory without an owner the coordinators stand in.
FACTORIES = OWNERS | COORDINATORS
BOTH_SIDES = DESIGNERS | FACTORIES


class Topic(StrEnum):
    """What a message is about, which is also why somebody gets it."""

    REQUESTS = "requests"
    QUOTES = "quotes"
    ORDERS = "orders"
    PAYMENTS = "payments"
    TALK = "talk"
    CENTRE = "centre"
    CLAIMS = "claims"
    SIGN_IN = "sign_in"


@dataclass(frozen=True, slots=True)
class Template:
    """``values`` are what it cannot do without. What a sum, a day or a right hangs on is not optional.

    Somebody waits for what ``is_urgent``, or has to know it at once: it goes out at night too.
    """

    code: str
    topic: Topic
    audience: frozenset[Role]
    values: frozenset[str]
    is_optional: bool
    is_urgent: bool = False


def _optional(code: str, topic: Topic, audience: frozenset[Role], *values: str) -> Template:
    return Template(code, topic, audience, frozenset(values), is_optional=True)


def _always(code: str, topic: Topic, audience: frozenset[Role], *values: str) -> Template:
    return Template(code, topic, audience, frozenset(values), is_optional=False)


def _now(code: str, audience: frozenset[Role], *values: str) -> Template:
    return Template(code, Topic.SIGN_IN, audience, frozenset(values), is_optional=False, is_urgent=True)


CATALOGUE: dict[str, Template] = {
    template.code: template
    for template in (
        _optional("quote_requested", Topic.REQUESTS, FACTORIES, "designer", "item", "quantity", "needed_by"),
        _optional("quote_expiring", Topic.REQUESTS, FACTORIES, "item", "answer_by"),
        _optional("request_withdrawn", Topic.REQUESTS, FACTORIES, "item"),
        _optional("not_chosen", Topic.REQUESTS, FACTORIES, "item", "reason"),
        _optional("pulse_asked", Topic.REQUESTS, OWNERS, "factory"),
        _optional("monthly_tip", Topic.REQUESTS, OWNERS, "month", "shown", "asked", "chosen", "waiting"),
        _always("page_hidden", Topic.CENTRE, BOTH_SIDES, "name", "reason"),
        _optional("request_for_unclaimed", Topic.CENTRE, COORDINATORS, "factory", "item"),
        _optional("quote_answered", Topic.QUOTES, DESIGNERS, "factory", "item"),
        _optional("quote_declined", Topic.QUOTES, DESIGNERS, "factory", "item", "reason"),
        _optional("hold_ending", Topic.QUOTES, DESIGNERS, "factory", "item"),
        _always("order_awarded", Topic.ORDERS, FACTORIES, "item", "quantity", "designer"),
        _optional("sample_sent", Topic.ORDERS, BOTH_SIDES, "item", "factory"),
        _optional("sample_approved", Topic.ORDERS, BOTH_SIDES, "item"),
        _always("sample_rejected", Topic.ORDERS, BOTH_SIDES, "item"),
        _always("terms_proposed", Topic.ORDERS, BOTH_SIDES, "item", "version"),
        _always("terms_confirmed", Topic.ORDERS, BOTH_SIDES, "item"),
        _optional("order_moved", Topic.ORDERS, BOTH_SIDES, "item", "status"),
        _optional("delivery_sent", Topic.ORDERS, BOTH_SIDES, "item", "quantity"),
        _always("inspection_ending", Topic.ORDERS, DESIGNERS, "item", "day"),
        _always("order_accepted", Topic.ORDERS, BOTH_SIDES, "item"),
        _always("order_cancelled", Topic.ORDERS, BOTH_SIDES, "item", "reason"),
        _always("dispute_opened", Topic.ORDERS, BOTH_SIDES, "item"),
        _optional("review_waiting", Topic.ORDERS, BOTH_SIDES, "item"),
        _always("payment_due", Topic.PAYMENTS, DESIGNERS, "item", "amount_krw", "day"),
        _always("payment_late", Topic.PAYMENTS, BOTH_SIDES, "item", "amount_krw", "days"),
        _always("payment_reported", Topic.PAYMENTS, FACTORIES, "item", "designer", "amount_krw"),
        _always("payment_missing", Topic.PAYMENTS, DESIGNERS, "item", "factory", "amount_krw"),
        _optional("payment_received", Topic.PAYMENTS, BOTH_SIDES, "item", "amount_krw"),
        _always("asking_stopped", Topic.PAYMENTS, DESIGNERS | COORDINATORS, "item"),
        _always("asking_allowed", Topic.PAYMENTS, DESIGNERS),
        _always("mandate_given", Topic.CENTRE, OWNERS, "factory", "name"),
        _optional("message_received", Topic.TALK, BOTH_SIDES, "sender"),
        _always("claim_waiting", Topic.CENTRE, COORDINATORS, "factory"),
        _always("claim_accepted", Topic.CLAIMS, OWNERS, "factory"),
        _always("claim_refused", Topic.CLAIMS, OWNERS, "factory", "reason"),
        _now("claim_link", OWNERS, "factory"),
        _now("sign_in_link", DESIGNERS | OWNERS),
        _now("listing_link", OWNERS, "factory"),
        _now("link_again", DESIGNERS | OWNERS),
        _now("sign_in_shown", OWNERS, "reason"),
    )
}


URGENT = frozenset(code for code, template in CATALOGUE.items() if template.is_urgent)


def templates_for(role: Role) -> list[Template]:
    """What somebody of this role may get, in the order of the catalogue."""
    return [template for template in CATALOGUE.values() if role in template.audience]
