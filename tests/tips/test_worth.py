"""What an answer would bring equals a plain loop that fills the fact in well and badly and asks the ranker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from garment_hub.factories.listing import rate_pairs
from garment_hub.recommendations.features import Window, brief_features, load_factories
from garment_hub.recommendations.worth import WEEKS_ASKED, worths
from models import vocabulary
from models.base import Base, utc_now
from models.capacity import CapacityWeek, today_in_seoul, week_of
from models.factory import CapabilityKind, Factory, FactoryCertificate, FactoryRate, FactSource
from models.registration_photo import RegistrationPhoto
from recommender import Answer, BriefFeatures, FactoryFeatures, FreeWeek, PartnerRanker, Rate, Stated, rate_for
from tests.builders import in_days, make_brief, make_designer, make_district, make_factory

ITEMS = ["shirt_blouse", "dress", "coat"]
PROCESSES = ["cutting", "sewing_assembly", "ironing_finishing", "buttonhole_straight"]
CERTIFICATE = next(iter(vocabulary.terms("certificate")))
# A price for this says nothing about a price for that.
OTHER_WORK = frozenset({next(code for code, stage in vocabulary.stage_of().items() if stage == "pattern")})
PARTS = ("items", "processes", "size", "rates", "capacity", "price", "certificates", "registration")
YESTERDAY = today_in_seoul() - timedelta(days=1)
MONDAYS = [week_of(today_in_seoul()) + timedelta(weeks=number) for number in range(WEEKS_ASKED)]
LISTS = {"items": CapabilityKind.ITEM, "processes": CapabilityKind.PROCESS}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


codes = st.sampled_from(["unknown", "imported", "open", "complete"])
maybe: Callable[[list[Any]], st.SearchStrategy[Any]] = lambda known: st.sampled_from([None, *known])  # noqa: E731
listings = st.fixed_dictionaries(
    {
        "items": codes,
        "processes": codes,
        "minimum_order_quantity": maybe([30, 200]),
        "lead_time_days": maybe([5, 25]),
        "price_floor_krw": maybe([8_000, 13_000]),
        "is_price_vat_included": maybe([True, False]),
        "price_includes": maybe([["cutting", "sewing_assembly"], [*PROCESSES]]),  # where a floor is stated
        "rates": st.lists(st.sampled_from([*ITEMS, None]), unique=True, max_size=2),
        "weeks": st.lists(st.integers(0, WEEKS_ASKED - 1), unique=True, max_size=WEEKS_ASKED),
        "certificate": st.sampled_from(["unknown", "held", "ended"]),
        "registration": st.sampled_from(["unknown", "number", "none", "sent"]),
        "is_checked": st.booleans(),
    }
)
briefs = st.fixed_dictionaries(
    {
        "item": st.sampled_from(ITEMS),
        "processes": st.lists(st.sampled_from(PROCESSES), min_size=1, unique=True),
        "quantity": st.sampled_from([20, 100, 400]),
        "needed_by": st.integers(6, 40).map(in_days),
        "budget_per_piece_krw": maybe([9_000, 12_000]),
        "certificates": st.sampled_from([[], [CERTIFICATE]]),
        "is_verified_only": st.booleans(),
    }
)


def fill_listing(session: Session, factory: Factory, said: dict[str, Any]) -> None:
    today = today_in_seoul()
    has = {"items": ["shirt_blouse", "dress"], "processes": ["cutting", "sewing_assembly"]}
    for name, kind in LISTS.items():
        if said[name] != "unknown":
            factory.set_capabilities(kind, dict.fromkeys(has[name]))
            source = FactSource.IMPORT if said[name] == "imported" else FactSource.OWNER
            factory.record_fact(kind, source, today, is_complete=said[name] == "complete")
    for name in ("minimum_order_quantity", "lead_time_days", "price_floor_krw", "is_price_vat_included"):
        setattr(factory, name, said[name])
    factory.price_includes = said["price_includes"] if said["price_floor_krw"] else None
    factory.rates = [FactoryRate(item=item, pieces_per_day=20) for item in said["rates"]]
    session.add_all(
        CapacityWeek(factory=factory, starts_on=week_of(today) + timedelta(weeks=n), open_hundredths=100)
        for n in said["weeks"]
    )
    if said["certificate"] != "unknown":
        until = today - timedelta(days=1) if said["certificate"] == "ended" else None
        factory.certificates = [FactoryCertificate(code=CERTIFICATE, valid_until=until)]
        factory.record_fact("certificates", FactSource.OWNER, today)
    factory.business_number = "1234567891" if said["registration"] == "number" else None
    factory.has_no_business_number = said["registration"] == "none"
    if said["registration"] == "sent":
        session.add(RegistrationPhoto(factory=factory, key="photo"))
    factory.verified_on = today if said["is_checked"] else None
    session.flush()


def is_open_list(factory: Factory, name: str) -> bool:
    fact = factory.fact(name)
    return fact is None or (fact.source is FactSource.IMPORT and not fact.is_complete)


def answered(factory: Factory, part: str, brief: BriefFeatures, facts: FactoryFeatures, good: bool) -> FactoryFeatures:
    """The facts after the page of one part was answered as well or as badly as can be; what is known stays."""
    if part in LISTS:
        stated = getattr(facts, part)
        new = frozenset({brief.item} if part == "items" else brief.processes) - stated.has - stated.has_not
        if not is_open_list(factory, LISTS[part].value):
            return facts
        change = {"has": stated.has | new} if good else {"has_not": stated.has_not | new}
        return replace(facts, **{part: replace(stated, **change)})
    if part == "size":
        said = 1 if good else 10**9
        minimum, lead = facts.minimum_order_quantity or said, facts.lead_time_days or said
        return replace(facts, minimum_order_quantity=minimum, lead_time_days=lead)
    if part == "price":
        floor, vat = facts.price_floor_krw, facts.price_vat_included
        return replace(
            facts,
            price_floor_krw=floor if floor is not None else 1 if good else 10**9,
            price_vat_included=good if vat is None else vat,
            price_includes=facts.price_includes or (brief.processes if good else OTHER_WORK),
        )
    if part == "rates" and rate_for(brief, facts, vocabulary.stage_of()) is None:
        known = {(rate.item, rate.stage) for rate in facts.rates}
        new_rates = [Rate(10**9 if good else 0.001, *pair) for pair in rate_pairs(factory) if pair not in known]
        return replace(facts, rates=(*facts.rates, *new_rates))
    if part == "capacity":
        spoken = {week.starts_on for week in facts.free_weeks or ()}
        silent = [monday for monday in MONDAYS if monday not in spoken]
        new_weeks = [FreeWeek(monday, 700 if good else 0) for monday in silent]
        return replace(facts, free_weeks=(*(facts.free_weeks or ()), *new_weeks))
    if part == "certificates" and not factory.fact("certificates"):
        return replace(facts, certificates_until={CERTIFICATE: None if good else YESTERDAY})
    return facts


def with_the_rest_known(
    factory: Factory, part: str, brief: BriefFeatures, facts: FactoryFeatures, pieces: float
) -> tuple[BriefFeatures, FactoryFeatures]:
    """Nothing but this part stands in the way of a yes, at so many pieces a day where no rate is known."""
    if part != "items":
        facts = replace(facts, items=Stated(frozenset({brief.item})))
    if part != "processes":
        facts = replace(facts, processes=Stated(brief.processes))
    if part != "size":
        facts = replace(facts, minimum_order_quantity=1, lead_time_days=1)
    if part != "price":
        brief = replace(brief, budget_per_piece_krw=None)
    if part != "certificates":
        brief = replace(brief, certificates=frozenset())
    if part != "rates" and rate_for(brief, facts, vocabulary.stage_of()) is None:
        facts = replace(facts, rates=(*facts.rates, Rate(pieces, brief.item)))
    return brief, facts if part == "capacity" else answered(factory, "capacity", brief, facts, True)


RANKER = PartnerRanker(stage_of=vocabulary.stage_of()).fit([FactoryFeatures("1")], [], today_in_seoul())


def answer_of(brief: BriefFeatures, facts: FactoryFeatures) -> Answer:
    """What the ranker makes of a register of this one factory."""
    ((answer, _count),) = (+RANKER.refresh([facts]).count(brief)).items()
    return answer


def waits_for(part: str, factory: Factory, brief: BriefFeatures, facts: FactoryFeatures, is_sent: bool) -> bool:
    """Whether there are answers to the other questions with which this one decides."""
    if part == "registration":
        is_open = not (factory.business_number or factory.has_no_business_number or is_sent)
        checked = replace(facts, verified_on=brief.as_of)
        return is_open and answer_of(brief, facts) is Answer.NO and answer_of(brief, checked) is not Answer.NO
    if answer_of(brief, facts) is Answer.NO:
        return False
    for pieces in (10**9, brief.quantity / 1.5, brief.quantity / 4.5, brief.quantity / 9):
        asked, rest = with_the_rest_known(factory, part, brief, facts, pieces)
        best, worst = (answer_of(asked, answered(factory, part, asked, rest, good)) for good in (True, False))
        if best is Answer.YES and worst is not Answer.YES:
            return True
    return False


@given(said=listings, asked=st.lists(briefs, min_size=1, max_size=3))
def test_the_figure_is_that_of_a_plain_loop(engine: Engine, said: dict[str, Any], asked: list[dict[str, Any]]) -> None:
    today = today_in_seoul()
    with Session(engine) as session:
        district = make_district(session)
        factory = make_factory(session, district, codes={CapabilityKind.STAGE: ["sewing"]})
        fill_listing(session, factory, said)
        designer = make_designer(session, district)
        rows = [make_brief(session, designer, published_at=utc_now(), **values) for values in asked]
        (facts,) = load_factories(session, Factory.id == factory.id, Window.from_day(today))
        read = [brief_features(row, today) for row in rows]
        is_sent = said["registration"] == "sent"
        wanted = {part: sum(waits_for(part, factory, brief, facts, is_sent) for brief in read) for part in PARTS}
        found = {worth.part: worth.briefs for worth in worths(session, factory, today)}
        session.rollback()
    assert found == +Counter(wanted), (found, wanted)
