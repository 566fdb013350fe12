"""Which reasons hold for a factory and a brief, for the designer and for the owner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from recommender.capacity import free_hundredths, needed_hundredths, rate_for
from recommender.feasibility import (
    Certificates,
    DoesProcesses,
    FreeDays,
    MakesItem,
    MinimumQuantity,
    PriceFloor,
    Rule,
    WorkingTime,
    is_verified,
)
from recommender.reasons import reason
from recommender.signals import Evidence, shrunk
from recommender.types import Answer, BriefFeatures, FactoryFeatures, Reason

#: A history percentile from here on is worth a word.
_OFTEN_CHOSEN = 0.5
_RECORDS = {
    "reliability": ("on_time_record", "on_time"),
    "quality": ("inspection_record", "passed"),
    "acceptance": ("says_yes_record", "accepted"),
}


class Explainer:
    """Reasons from facts and evidence; nothing is said that is not known.

    Parameters
    ----------
    stage_of : mapping of str to str
        Process code to stage code.
    """

    def __init__(self, stage_of: Mapping[str, str]) -> None:
        self.stage_of = stage_of
        self._processes = DoesProcesses(stage_of)
        self._certificates = Certificates(stage_of)

    def why(
        self, brief: BriefFeatures, factory: FactoryFeatures, evidence: Evidence, history: float = 0.0
    ) -> tuple[Reason, ...]:
        """What speaks for the factory; ``history`` is the value of that signal in [0, 1]."""
        return (
            *self._can_make(brief, factory),
            *self._can_deliver(brief, factory),
            *self._matches(brief, factory),
            *_experience(evidence, history),
        )

    def for_factory(self, brief: BriefFeatures, factory: FactoryFeatures, evidence: Evidence) -> tuple[Reason, ...]:
        """What fits the owner about the brief."""
        return (
            *self._fits_your_work(brief, factory),
            *self._fits_your_calendar(brief, factory),
            *self._fits_your_terms(brief, factory),
            *_fits_your_circle(evidence),
        )

    def _is_yes(self, rule: type[Rule], brief: BriefFeatures, factory: FactoryFeatures) -> bool:
        return rule(self.stage_of).answer(brief, factory) is Answer.YES

    def _done(self, brief: BriefFeatures, factory: FactoryFeatures) -> str:
        done = [code for code in brief.processes if self._processes.answer_one(code, factory) is Answer.YES]
        return " ".join(sorted(done))

    def _can_make(self, brief: BriefFeatures, factory: FactoryFeatures) -> Iterator[Reason]:
        if self._is_yes(MakesItem, brief, factory):
            yield reason("makes_item", item=brief.item)
        if done := self._done(brief, factory):
            yield reason("has_processes", processes=done)

    def _can_deliver(self, brief: BriefFeatures, factory: FactoryFeatures) -> Iterator[Reason]:
        if self._is_yes(FreeDays, brief, factory):
            needed = needed_hundredths(brief, factory, self.stage_of)
            free = free_hundredths(brief, factory)[0]
            yield reason("has_free_days", needed_hundredths=needed, free_hundredths=free, needed_by=brief.needed_by)
        if self._is_yes(WorkingTime, brief, factory):
            yield reason(
                "in_time", lead_time_days=factory.lead_time_days, days=(brief.needed_by - brief.starts_on).days
            )
        if self._is_yes(MinimumQuantity, brief, factory):
            minimum = factory.minimum_order_quantity
            yield reason("minimum_fits", minimum_order_quantity=minimum, quantity=brief.quantity)
        if brief.budget_per_piece_krw is not None and self._is_yes(PriceFloor, brief, factory):
            budget = brief.budget_per_piece_krw
            yield reason("within_budget", price_floor_krw=factory.price_floor_krw, budget_per_piece_krw=budget)

    def _matches(self, brief: BriefFeatures, factory: FactoryFeatures) -> Iterator[Reason]:
        if fabrics := brief.fabrics & factory.fabrics.has:
            yield reason("fabric_match", fabrics=" ".join(sorted(fabrics)))
        if brief.market in factory.markets.has:
            yield reason("market_match", market=brief.market)
        if brief.difficulty in factory.difficulties.has:
            yield reason("difficulty_match", difficulty=brief.difficulty)
        for code in sorted(brief.certificates):
            if self._certificates.answer_one(code, brief, factory) is Answer.YES:
                yield reason("certificate_held", certificate=code, until=factory.certificates_until[code])
        if is_verified(brief, factory):
            yield reason("verified", verified_on=factory.verified_on)

    def _fits_your_work(self, brief: BriefFeatures, factory: FactoryFeatures) -> Iterator[Reason]:
        if self._is_yes(MakesItem, brief, factory):
            yield reason("you_make_item", item=brief.item)
        if done := self._done(brief, factory):
            yield reason("you_do_processes", processes=done)

    def _fits_your_calendar(self, brief: BriefFeatures, factory: FactoryFeatures) -> Iterator[Reason]:
        rate = rate_for(brief, factory, self.stage_of)
        if rate is not None:
            needed = needed_hundredths(brief, factory, self.stage_of)
            yield reason("days_at_your_rate", needed_hundredths=needed, quantity=brief.quantity, pieces_per_day=rate)
        if self._is_yes(FreeDays, brief, factory):
            free = free_hundredths(brief, factory)[0]
            yield reason("your_free_days", free_hundredths=free, needed_by=brief.needed_by)
        if self._is_yes(WorkingTime, brief, factory):
            days = (brief.needed_by - brief.starts_on).days
            lead = factory.lead_time_days
            yield reason("date_leaves_time", days=days, lead_time_days=lead, needed_by=brief.needed_by)

    def _fits_your_terms(self, brief: BriefFeatures, factory: FactoryFeatures) -> Iterator[Reason]:
        if self._is_yes(MinimumQuantity, brief, factory):
            minimum = factory.minimum_order_quantity
            yield reason("over_your_minimum", quantity=brief.quantity, minimum_order_quantity=minimum)
        if brief.budget_per_piece_krw is not None and self._is_yes(PriceFloor, brief, factory):
            floor = factory.price_floor_krw
            yield reason("pays_your_floor", budget_per_piece_krw=brief.budget_per_piece_krw, price_floor_krw=floor)


def _experience(evidence: Evidence, history: float) -> Iterator[Reason]:
    km = evidence.get("km")
    if km is not None and km < 10.0:
        yield reason("near", km=round(km, 1))
    if orders := evidence.get("good_orders"):
        yield reason("same_buyer_before", orders=int(orders), months=_whole(evidence.get("months")))
    if history >= _OFTEN_CHOSEN:
        yield reason("similar_buyers", percentile=round(100 * history))
    for part, (code, name) in _RECORDS.items():
        yield from _record(part, code, name, evidence)


def _record(part: str, code: str, name: str, evidence: Evidence) -> Iterator[Reason]:
    """A record speaks for a factory when it is no worse than the district's mean."""
    good, of, mean = (evidence.get(f"{part}_{which}") for which in ("good", "of", "mean"))
    if good is not None and of and mean is not None and shrunk(good, of, mean) >= mean:
        yield reason(code, **{name: int(good), "of": int(of)})


def _fits_your_circle(evidence: Evidence) -> Iterator[Reason]:
    if orders := evidence.get("good_orders"):
        yield reason("buyer_came_before", orders=int(orders), months=_whole(evidence.get("months")))
    km = evidence.get("km")
    if km is not None and km < 10.0:
        yield reason("goods_stay_near", km=round(km, 1))


def _whole(months: float | None) -> int | None:
    return None if months is None else round(months)
