"""Answers side by side: what each price is, holds and comes to, and in which lines they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from models.quote import DeclineReason, Quote, QuoteRequest, RequestStatus

VAT_PERCENT = 10


@dataclass(frozen=True, slots=True)
class Sum:
    """Price times pieces, the VAT on top of it (0 when it is inside), and both together."""

    pieces: int
    net_krw: int
    vat_krw: int

    @property
    def total_krw(self) -> int:
        return self.net_krw + self.vat_krw


def sum_of(quote: Quote, pieces: int) -> Sum:
    net = quote.unit_price_krw * pieces
    return Sum(pieces, net, 0 if quote.is_vat_included else round(net * VAT_PERCENT / 100))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Requests by what became of them; offers in the order in which they arrived."""

    offers: list[QuoteRequest]
    waiting: list[QuoteRequest]
    refusals: list[tuple[DeclineReason, int]]
    withdrawn: list[QuoteRequest]


def compare(requests: Sequence[QuoteRequest]) -> Comparison:
    offers = [request for request in requests if request.quote is not None]
    refused = Counter(request.decline_reason for request in requests if request.decline_reason)
    return Comparison(
        offers=sorted(offers, key=lambda request: (request.quote.answered_at, request.id)),  # type: ignore[union-attr]
        waiting=[request for request in requests if request.status is RequestStatus.OPEN],
        refusals=[(reason, refused[reason]) for reason in DeclineReason if refused[reason]],
        withdrawn=[request for request in requests if request.status is RequestStatus.WITHDRAWN],
    )


def differs(values: Sequence[object]) -> bool:
    """Whether the offers do not all say the same."""
    return any(value != values[0] for value in values[1:])
