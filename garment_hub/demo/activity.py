"""Made-up briefs of the last weeks, with the requests they led to and the answers that came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from garment_hub.demo import shapes
from models.base import utc_now
from models.brief import Brief, BriefStatus, Supplier
from models.designer import Designer
from models.factory import CapabilityKind, Factory
from models.quote import DeclineReason, Quote, QuoteAnswer, QuoteRequest, RequestStatus

LAST_DAYS = 28
REASONS = (DeclineReason.PRICE, DeclineReason.PRICE, DeclineReason.DATE, DeclineReason.FULL, DeclineReason.MACHINE)
CONDITION = "날짜를 한 주 늦추면 할 수 있어요."


@dataclass(slots=True)
class Desk:
    """Writes briefs for designers and lets factories answer."""

    random: Random
    designers: Sequence[Designer]
    factories: Sequence[Factory]
    today: date

    def requests(self, briefs: int) -> list[QuoteRequest]:
        """Requests of ``briefs`` briefs; two in three have an answer."""
        return [request for _ in range(briefs) for request in self._requests_of(self._brief())]

    def _brief(self) -> Brief:
        designer = self.random.choice(self.designers)
        item = self.random.choice(designer.items)
        published_at = utc_now() - timedelta(hours=self.random.randint(24, LAST_DAYS * 24))
        return Brief(
            designer=designer,
            district_id=designer.district_id,
            status=BriefStatus.OPEN,
            item=item,
            processes=["cutting", "sewing_assembly", "ironing_finishing"],
            quantity=self.random.randrange(20, 310, 10),
            colours=self.random.randint(1, 3),
            sizes=self.random.randint(1, 4),
            needed_by=self.today + timedelta(days=self.random.randint(14, 60)),
            fabric_by=Supplier.DESIGNER,
            budget_per_piece_krw=round(shapes.PRICE_AROUND[item] * self.random.uniform(0.9, 1.3) / 500) * 500,
            market=designer.market,
            created_at=published_at,
            published_at=published_at,
        )

    def _requests_of(self, brief: Brief) -> list[QuoteRequest]:
        makers = [factory for factory in self.factories if brief.item in factory.codes(CapabilityKind.ITEM)]
        asked = self.random.sample(makers, min(len(makers), self.random.randint(1, 4)))
        return [self._request(brief, factory) for factory in asked]

    def _request(self, brief: Brief, factory: Factory) -> QuoteRequest:
        asked_at = (brief.published_at or utc_now()) + timedelta(minutes=self.random.randint(5, 300))
        request = QuoteRequest(
            brief=brief,
            factory=factory,
            status=RequestStatus.OPEN,
            asked_at=asked_at,
            answer_by=asked_at.date() + timedelta(days=7),
        )
        if self.random.random() < 2 / 3:
            self._answer(request, asked_at + timedelta(minutes=self.random.randint(20, 1200)))
        return request

    def _answer(self, request: QuoteRequest, at: datetime) -> None:
        request.answered_at = at
        if self.random.random() < 0.35:
            request.move_to(RequestStatus.DECLINED)
            request.decline_reason = self.random.choice(REASONS)
            return
        request.move_to(RequestStatus.ANSWERED)
        is_plain = self.random.random() < 0.7
        brief = request.brief
        request.quote = Quote(
            answer=QuoteAnswer.POSSIBLE if is_plain else QuoteAnswer.CONDITIONAL,
            unit_price_krw=round((brief.budget_per_piece_krw or 9000) * self.random.uniform(0.95, 1.2) / 100) * 100,
            price_includes=["cutting", "sewing_assembly", "ironing_finishing"],
            ready_on=brief.needed_by if is_plain else (brief.needed_by or self.today) + timedelta(days=7),
            condition=None if is_plain else CONDITION,
            valid_until=min(brief.needed_by or self.today, at.date() + timedelta(days=14)),
            answered_at=at,
        )
