"""Links that do one job without signing in: signed, bound to a purpose and a thing, alive for as long as that needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from models.errors import NotFound


class Purpose(StrEnum):
    """The value stands in the address: a link sent stays readable when names in the code change."""

    ANSWER = "a"  # a quote request
    PULSE = "w"  # a factory's weekly question
    TERMS = "t"  # an order's terms
    PAYMENT = "p"  # a payment part
    SIGN_IN = "s"  # a person
    LISTING = "l"  # the factory that was just registered
    CLAIM = "c"  # a factory that its owner may take over


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
# How long a link opens at all. A request has its own day, which is looked at when the link is opened.
LIFE = {
    Purpose.ANSWER: timedelta(days=60),
    Purpose.PULSE: timedelta(days=7),
    Purpose.TERMS: timedelta(days=30),
    Purpose.PAYMENT: timedelta(days=30),
    Purpose.SIGN_IN: timedelta(minutes=15),
    Purpose.LISTING: timedelta(days=7),
    Purpose.CLAIM: timedelta(days=90),
}


@dataclass(frozen=True, slots=True)
class Link:
    """``subject_id`` is the thing of the purpose; ``user_id`` whose link it is, None for whoever holds the paper.

    ``is_to_phone``: it was sent to the person's telephone, so that whoever uses it holds that telephone.
    """

    purpose: Purpose
    subject_id: int
    user_id: int | None
    made_at: datetime
    is_to_phone: bool = False

    @property
    def ends_at(self) -> datetime:
        return self.made_at + LIFE[self.purpose]


def token_of(link: Link) -> str:
    """What stands behind ``/link/``."""
    made_at = (link.made_at - EPOCH) // MILLISECOND
    content = [link.subject_id, link.user_id, made_at, link.is_to_phone]
    return f"{link.purpose}.{_serializer(link.purpose).dumps(content)}"


def read_token(token: str) -> Link:
    """The link that we signed, still open or not. Raises NotFound for what we did not sign."""
    code, _dot, signed = token.partition(".")
    try:
        purpose = Purpose(code)
        subject_id, user_id, made_at, is_to_phone = _serializer(purpose).loads(signed)
    except (BadData, ValueError) as error:
        raise NotFound("link_unknown") from error
    return Link(purpose, subject_id, user_id, EPOCH + made_at * MILLISECOND, is_to_phone)


def _serializer(purpose: Purpose) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=f"link:{purpose}")
