"""Asking and answering: how many, once, by whom, and what goes along."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.quotes import services
from garment_hub.quotes.comparison import VAT_PERCENT, compare, differs, sum_of
from garment_hub.quotes.schedule import days_needed, schedule_of, whole_garment_rate
from garment_hub.recommendations.services import recommend_for_brief
from models.base import utc_now
from models.brief import Brief, BriefStatus
from models.capacity import CapacityWeek, today_in_seoul, week_of
from models.designer import Designer
from models.district import District
from models.errors import Conflict, Invalid
from models.factory import CapabilityKind, Factory, FactoryRate, LegalForm, OperatingStatus, Sector
from models.quote import MAXIMUM_ASKED, DeclineReason, Quote, QuoteAnswer, QuoteRequest, RequestStatus
from models.user import Role
from tests.builders import in_days, make_brief, make_designer, make_district, make_factory, make_user

TODAY = today_in_seoul()
YES = services.Offer(QuoteAnswer.POSSIBLE, 12_000, in_days(20))


@pytest.fixture
def district(session: Session) -> District:
    return session.get_one(District, 1)


@pytest.fixture
def designer(session: Session, district: District) -> Designer:
    return make_designer(session, district)


@pytest.fixture
def brief(session: Session, designer: Designer) -> Brief:
    return make_brief(session, designer)


def ask(session: Session, brief: Brief, *factories: Factory) -> list[QuoteRequest]:
    return services.request_quotes(session, brief, [factory.id for factory in factories], TODAY)


def test_each_factory_is_asked_once_and_the_day_to_answer_is_before_the_goods(session: Session, brief: Brief) -> None:
    factory = make_factory(session, brief.district)
    (asked,) = services.request_quotes(session, brief, [factory.id, factory.id], TODAY)
    assert asked.status is RequestStatus.OPEN
    assert TODAY < asked.answer_by <= brief.needed_by  # type: ignore[operator]
    with pytest.raises(Conflict, match="factory_already_asked"):
        ask(session, brief, factory)


def test_what_is_unknown_goes_along_as_questions(session: Session, brief: Brief) -> None:
    factory = make_factory(session, brief.district, codes={CapabilityKind.ITEM: ["shirt_blouse"]})
    listed = recommend_for_brief(session, brief)
    entry = next(entry for entry in listed.entries if entry.factory_id == factory.id)
    assert entry.questions
    (asked,) = ask(session, brief, factory)
    assert asked.questions == entry.questions


def test_at_most_five_wait_at_a_time_and_an_answer_makes_room(session: Session, brief: Brief) -> None:
    factories = [make_factory(session, brief.district) for _number in range(MAXIMUM_ASKED + 1)]
    with pytest.raises(Invalid, match="too_many_asked"):
        ask(session, brief, *factories)
    first, *_rest = ask(session, brief, *factories[:MAXIMUM_ASKED])
    with pytest.raises(Invalid, match="too_many_asked"):
        ask(session, brief, factories[-1])
    services.decline(session, first, DeclineReason.FULL)
    ask(session, brief, factories[-1])


def test_nobody_is_asked_for_nothing(session: Session, brief: Brief) -> None:
    with pytest.raises(Invalid, match="choose_factories"):
        services.request_quotes(session, brief, [], TODAY)


@pytest.mark.parametrize("status", [BriefStatus.DRAFT, BriefStatus.CLOSED, BriefStatus.WITHDRAWN])
def test_only_an_open_brief_asks(session: Session, designer: Designer, status: BriefStatus) -> None:
    brief = make_brief(session, designer, status=status)
    with pytest.raises(Conflict, match="brief_not_open"):
        ask(session, brief, make_factory(session, brief.district))


def test_a_brief_whose_day_is_over_asks_nobody(session: Session, designer: Designer) -> None:
    brief = make_brief(session, designer, needed_by=TODAY)
    with pytest.raises(Invalid, match="brief_day_over"):
        ask(session, brief, make_factory(session, brief.district))


def test_who_cannot_be_seen_here_cannot_be_asked(session: Session, brief: Brief) -> None:
    district = brief.district
    hidden = [
        make_factory(session, district, sector=Sector.OTHER),
        make_factory(session, district, status=OperatingStatus.CLOSED),
        make_factory(session, district, legal_form=LegalForm.SOLE_TRADER),
        make_factory(session, make_district(session)),
    ]
    for factory in hidden:
        with pytest.raises(Conflict, match="factory_not_there"):
            ask(session, brief, factory)
    with pytest.raises(Conflict, match="factory_not_there"):
        services.request_quotes(session, brief, [10**6], TODAY)
    assert session.scalars(select(QuoteRequest)).all() == []


@pytest.fixture
def asked(session: Session, brief: Brief) -> QuoteRequest:
    owner = make_user(session, Role.FACTORY_OWNER, brief.district)
    return ask(session, brief, make_factory(session, brief.district, owner=owner))[0]


def test_an_answer_is_given_once(session: Session, asked: QuoteRequest) -> None:
    owner = asked.factory.owner
    assert owner is not None
    quote = services.submit_quote(session, asked, YES, owner)
    assert (asked.status, quote.answered_by_id) == (RequestStatus.ANSWERED, owner.id)
    assert asked.answered_at is not None
    with pytest.raises(Conflict, match="request_already_answered"):
        services.submit_quote(session, asked, YES, owner)
    with pytest.raises(Conflict, match="request_already_answered"):
        services.decline(session, asked, DeclineReason.PRICE)


def test_a_refusal_keeps_its_reason(session: Session, asked: QuoteRequest) -> None:
    services.decline(session, asked, DeclineReason.MACHINE)
    assert (asked.status, asked.decline_reason, asked.quote) == (RequestStatus.DECLINED, DeclineReason.MACHINE, None)


def test_a_yes_under_conditions_names_them(session: Session, asked: QuoteRequest) -> None:
    conditional = services.Offer(QuoteAnswer.CONDITIONAL, 13_000, in_days(20))
    with pytest.raises(Invalid, match="answer_incomplete"):
        services.submit_quote(session, asked, conditional, asked.brief.designer.user)
    assert asked.status is RequestStatus.OPEN


def test_a_brief_that_is_over_takes_no_answer(session: Session, asked: QuoteRequest) -> None:
    asked.brief.move_to(BriefStatus.WITHDRAWN)
    with pytest.raises(Conflict, match="brief_not_open"):
        services.submit_quote(session, asked, YES, asked.brief.designer.user)


def quote(price: int, *, is_vat_included: bool = False) -> Quote:
    return Quote(
        answer=QuoteAnswer.POSSIBLE, unit_price_krw=price, ready_on=TODAY, is_vat_included=is_vat_included,
        answered_at=utc_now(),
    )  # fmt: skip


@given(st.integers(1, 10**8), st.integers(1, 10**6), st.booleans())
def test_all_added_up_is_price_times_pieces_and_the_vat(price: int, pieces: int, included: bool) -> None:
    summed = sum_of(quote(price, is_vat_included=included), pieces)
    assert summed.net_krw == price * pieces
    assert summed.total_krw == summed.net_krw + summed.vat_krw
    assert abs(summed.vat_krw * 100 - (0 if included else summed.net_krw * VAT_PERCENT)) <= 50


def test_offers_stand_in_the_order_of_arrival_and_refusals_by_reason() -> None:
    late, early = QuoteRequest(id=1, quote=quote(9_000)), QuoteRequest(id=2, quote=quote(15_000))
    assert late.quote
    assert early.quote
    early.quote.answered_at, late.quote.answered_at = sorted([early.quote.answered_at, late.quote.answered_at])
    refused = [
        QuoteRequest(id=number, status=RequestStatus.DECLINED, decline_reason=reason)
        for number, reason in enumerate([DeclineReason.FULL, DeclineReason.PRICE, DeclineReason.FULL], 3)
    ]
    waiting = QuoteRequest(id=9, status=RequestStatus.OPEN)
    found = compare([*refused, late, waiting, early])
    assert found.offers == [early, late]
    assert dict(found.refusals) == {DeclineReason.FULL: 2, DeclineReason.PRICE: 1}
    assert found.waiting == [waiting]


@given(st.lists(st.integers(0, 3)))
def test_lines_differ_when_not_all_say_the_same(values: list[int]) -> None:
    assert differs(values) == (len(set(values)) > 1)


@given(st.integers(1, 10**6), st.integers(1, 5_000))
def test_days_needed_are_enough_and_not_more(quantity: int, rate: int) -> None:
    hundredths = days_needed(quantity, rate)
    assert hundredths * rate >= quantity * 100 > (hundredths - 1) * rate


def test_the_rate_of_one_stage_says_nothing_about_the_whole() -> None:
    cutter = Factory(rates=[FactoryRate(item=None, stage="cutting_stage", pieces_per_day=2000)])
    assert whole_garment_rate(cutter, "dress") is None
    both = Factory(rates=[FactoryRate(item=None, pieces_per_day=80), FactoryRate(item="dress", pieces_per_day=20)])
    assert whole_garment_rate(both, "dress") is both.rates[1]
    assert whole_garment_rate(both, "coat") is both.rates[0]


def test_free_weeks_are_those_with_a_day_left_until_then(session: Session, brief: Brief) -> None:
    factory = make_factory(session, brief.district)
    assert schedule_of(session, brief, factory, TODAY).free_weeks is None
    monday = week_of(TODAY)
    for number, (opened, booked) in enumerate([(500, 500), (500, 401), (500, 400)]):
        starts = week_of(in_days(7 * number))
        session.add(CapacityWeek(factory=factory, starts_on=starts, open_hundredths=opened, booked_hundredths=booked))
    session.flush()
    free = schedule_of(session, brief, factory, TODAY).free_weeks
    assert free is not None
    assert [(week - monday).days // 7 for week in free] == [2]
