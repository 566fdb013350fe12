"""What one unknown fact keeps a factory from: briefs it may fit for all that is known, and what each must still ask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from garment_hub.factories.listing import rate_pairs
from garment_hub.factories.services import CAPACITY, CERTIFICATES, RATES
from garment_hub.recommendations.edits import load_few
from garment_hub.recommendations.features import Window, brief_features
from models import vocabulary
from models.brief import Brief
from models.capacity import DAYS_PER_WEEK, SEOUL, week_of
from models.factory import CapabilityKind, Factory, FactSource
from models.registration_photo import RegistrationPhoto
from recommender import BriefFeatures, FactoryFeatures, Feasibility, Rate, Reason, rate_for

DAYS = 30
WEEKS_ASKED = 8  # so many the page of weeks asks for
REGISTRATION = "registration"
#: Question of a rule -> the part of the listing that answers it.
PART_OF = {
    "ask_item": "items",
    "ask_process": "processes",
    "ask_minimum_order_quantity": "size",
    "ask_lead_time": "size",
    "ask_rate": RATES,
    "ask_free_days": CAPACITY,
    "ask_price_floor": "price",
    "ask_price_basis": "price",
    "ask_certificate": CERTIFICATES,
}
PARTS = frozenset({*PART_OF.values(), "stages", REGISTRATION})
#: Parts that are lists -> the fact that says who gave the list.
_FACT_OF = {
    "items": CapabilityKind.ITEM.value,
    "processes": CapabilityKind.PROCESS.value,
    "stages": CapabilityKind.STAGE.value,
    CERTIFICATES: CERTIFICATES,
}


@dataclass(frozen=True, slots=True)
class Worth:
    """How many briefs wait for one part of a listing."""

    part: str
    briefs: int


def worths(session: Session, factory: Factory, today: date) -> list[Worth]:
    """Parts that briefs of the last 30 days wait for, the one that most of them wait for first."""
    briefs = recent_briefs(session, factory.district_id, today)
    return worths_of(session, [factory], briefs, today)[factory.id]


def recent_briefs(session: Session, district_id: int, today: date) -> list[BriefFeatures]:
    """Briefs of the district published in the last 30 days, read as of today: what cannot be done any more is a no."""
    since = datetime.combine(today - timedelta(days=DAYS), time(), SEOUL)
    query = select(Brief).where(Brief.district_id == district_id, Brief.published_at >= since)
    rows = session.scalars(query.options(joinedload(Brief.deliver_to)).order_by(Brief.id))
    return [brief_features(brief, today) for brief in rows if not brief.missing_for_publishing]


def worths_of(
    session: Session, factories: Sequence[Factory], briefs: Sequence[BriefFeatures], today: date
) -> dict[int, list[Worth]]:
    """The same for several factories of one district. No list holds those that strangers do not see."""
    listed = [factory for factory in factories if factory.is_listed]
    ids = [factory.id for factory in listed]
    facts = {int(one.id): one for one in load_few(session, Factory.id.in_(ids), Window.from_day(today))}
    sent = set(session.scalars(select(RegistrationPhoto.factory_id).where(RegistrationPhoto.factory_id.in_(ids))))
    found: dict[int, list[Worth]] = {factory.id: [] for factory in factories}
    for factory in listed:
        gaps = _Gaps(factory, facts[factory.id], today, is_registration_sent=factory.id in sent)
        counts = Counter(part for brief in briefs for part in gaps.of(brief))
        found[factory.id] = [Worth(*one) for one in sorted(counts.items(), key=lambda one: (-one[1], one[0]))]
    return found


class _Gaps:
    """What a listing leaves open and its owner can still say. What was answered, even in part, is not asked again."""

    def __init__(self, factory: Factory, facts: FactoryFeatures, today: date, *, is_registration_sent: bool) -> None:
        # Who never spoke of weeks has no more days in them than anybody.
        self.factory, self.facts = factory, replace(facts, free_weeks=facts.free_weeks or ())
        self.stage_of = vocabulary.stage_of()
        self.feasibility = Feasibility(self.stage_of)
        self.is_registered = bool(factory.business_number or factory.has_no_business_number or is_registration_sent)
        stated = {(rate.item, rate.stage) for rate in facts.rates}
        missing = [Rate(1.0, *pair) for pair in rate_pairs(factory) if pair not in stated]
        self.with_rates = replace(facts, rates=(*facts.rates, *missing))
        spoken = {week.starts_on for week in facts.free_weeks or ()}
        asked = (week_of(today) + timedelta(weeks=number) for number in range(WEEKS_ASKED))
        self.silent_weeks = [monday for monday in asked if monday not in spoken]

    def of(self, brief: BriefFeatures) -> set[str]:
        """Parts without which the brief, that fits in all that is known, stays in doubt."""
        refusals = [reason.code for reason in self.feasibility.why_not(brief, self.facts)]
        if refusals:
            # Whoever asks for checked factories waits for the centre, and that for the registration.
            return set() if self.is_registered or refusals != ["not_verified"] else {REGISTRATION}
        questions = self.feasibility.questions(brief, self.facts)
        return {self._part(question) for question in questions if self._is_open(question, brief)}

    def _part(self, question: Reason) -> str:
        is_stage = question.values.get("process") in self.stage_of.values()
        return "stages" if is_stage else PART_OF[question.code]

    def _is_open(self, question: Reason, brief: BriefFeatures) -> bool:
        part = self._part(question)
        if part in _FACT_OF:
            fact = self.factory.fact(_FACT_OF[part])
            return fact is None or (fact.source is FactSource.IMPORT and not fact.is_complete)
        if part == RATES:
            return rate_for(brief, self.with_rates, self.stage_of) is not None
        if part == CAPACITY:
            first = brief.starts_on - timedelta(days=DAYS_PER_WEEK - 1)
            return any(first <= monday <= brief.needed_by for monday in self.silent_weeks)
        return question.code != "ask_price_basis" or self._has_open_basis(brief)

    def _has_open_basis(self, brief: BriefFeatures) -> bool:
        """Whether what the price includes, or a word about VAT, can bring it under the budget."""
        facts = self.facts
        vat = (True, False) if facts.price_vat_included is None else (facts.price_vat_included,)
        included = facts.price_includes or brief.price_includes or brief.processes
        if facts.price_includes and len(vat) == 1:
            return False  # all is said, and does not compare with what this brief counts
        stated = [replace(facts, price_vat_included=one, price_includes=included) for one in vat]
        return any(not self._asks_or_refuses(brief, one, "ask_price_basis", "over_budget") for one in stated)

    def _asks_or_refuses(self, brief: BriefFeatures, facts: FactoryFeatures, *codes: str) -> bool:
        reasons = (*self.feasibility.questions(brief, facts), *self.feasibility.why_not(brief, facts))
        return any(reason.code in codes for reason in reasons)
