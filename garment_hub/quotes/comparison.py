"""Answers side by side: what each price is, holds and comes to, and in which lines they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from garment_hub.quotes.standing import is_awardable, is_lapsed
from models.quote import DeclineReason, Quote, QuoteRequest, RequestStatus
from models.team import Team

VAT_PERCENT = 10
# A yes is shown to the end, also when another one was taken.
SAID_YES = frozenset({RequestStatus.ANSWERED, RequestStatus.CHOSEN, RequestStatus.NOT_CHOSEN})


@dataclass(frozen=True, slots=True)
class Sum:
    """Price times pieces, the VAT on top of it (0 when it is inside), and both together."""

    pieces: int
    net_krw: int
    vat_krw: int

    @property
    def total_krw(self) -> int:
        return self.net_krw + self.vat_krw


def per_piece(quote: Quote) -> int | None:
    """The price with all that is asked apart from it; unknown without a price."""
    return None if quote.unit_price_krw is None else quote.unit_price_krw + sum((quote.extras or {}).values())


def sum_of(quote: Quote, pieces: int) -> Sum | None:
    price = per_piece(quote)
    if price is None:
        return None
    net = price * pieces
    return Sum(pieces, net, 0 if quote.is_vat_included else vat_on(net))


def vat_on(net_krw: int) -> int:
    """Whole won, rounded half up."""
    return (net_krw * VAT_PERCENT + 50) // 100


def not_named(quote: Quote, wanted: Sequence[str]) -> list[str]:
    """Work that is wanted and of which the price says nothing."""
    return [process for process in wanted if process not in quote.price_includes and process not in quote.extras]


@dataclass(frozen=True, slots=True)
class TeamOffer:
    """What the members of a team answered, in the order of the chain."""

    team: Team
    requests: list[QuoteRequest]

    @property
    def is_followed(self) -> bool:
        """Somebody refused, and the others have gone over to another plan."""
        return len(self.requests) < len(self.team.members)

    @property
    def is_over(self) -> bool:
        return any(request.status is RequestStatus.WITHDRAWN for request in self.requests)

    @property
    def refused(self) -> list[QuoteRequest]:
        return [request for request in self.requests if request.status is RequestStatus.DECLINED]

    def is_awardable(self, today: date) -> bool:
        return all(is_awardable(request, today) for request in self.requests)

    @property
    def total(self) -> Sum | None:
        """Of all parts together; unknown while one has no price."""
        sums = [sum_of(request.quote, request.team_member.quantity) if request.quote and request.team_member else None
                for request in self.requests]  # fmt: skip
        known = [each for each in sums if each is not None]
        if len(known) < len(sums):
            return None
        return Sum(known[-1].pieces, sum(each.net_krw for each in known), sum(each.vat_krw for each in known))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Requests by what became of them; offers in the order in which they arrived."""

    offers: list[QuoteRequest]
    teams: list[TeamOffer]
    waiting: list[QuoteRequest]
    lapsed: list[QuoteRequest]
    refusals: list[tuple[DeclineReason, list[QuoteRequest]]]
    withdrawn: list[QuoteRequest]

    @property
    def priced(self) -> list[QuoteRequest]:
        return [offer for offer in self.offers if offer.quote and offer.quote.unit_price_krw is not None]


def compare(requests: Sequence[QuoteRequest], today: date) -> Comparison:
    alone = [request for request in requests if request.team_member is None]
    offers = [request for request in alone if request.quote is not None and request.status in SAID_YES]
    still_open = [request for request in alone if request.status is RequestStatus.OPEN]
    teams = _teams([request for request in requests if request.team_member is not None])
    gone = [request for offer in teams if offer.is_followed for request in offer.refused]
    refused = {reason: [one for one in [*alone, *gone] if one.decline_reason is reason] for reason in DeclineReason}
    return Comparison(
        offers=sorted(offers, key=lambda request: (request.quote.answered_at, request.id)),  # type: ignore[union-attr]
        teams=[offer for offer in teams if not offer.is_followed],
        waiting=[request for request in still_open if not is_lapsed(request, today)],
        lapsed=[request for request in still_open if is_lapsed(request, today)],
        refusals=[(reason, which) for reason, which in refused.items() if which],
        withdrawn=[request for request in alone if request.status is RequestStatus.WITHDRAWN],
    )


def _teams(requests: Sequence[QuoteRequest]) -> list[TeamOffer]:
    """The newest plan first."""
    found: dict[int, TeamOffer] = {}
    for request in requests:
        member = request.team_member
        if member is not None:
            found.setdefault(member.team_id, TeamOffer(member.team, [])).requests.append(request)
    for offer in found.values():
        offer.requests.sort(key=lambda request: (request.team_member.position, request.id))  # type: ignore[union-attr]
    return sorted(found.values(), key=lambda offer: -offer.team.id)


def differs(values: Sequence[object]) -> bool:
    """Whether the offers do not all say the same."""
    return any(value != values[0] for value in values[1:])
