"""Asking and answering: how many, once, by whom, until when, and what goes along."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.briefs import services as briefs
from garment_hub.quotes import news, services
from garment_hub.recommendations.services import recommend_for_brief
from models.audit import AuditAction, AuditEntry
from models.base import utc_now
from models.brief import Brief, BriefStatus
from models.case import Case
from models.designer import Designer
from models.district import District
from models.errors import Conflict, DomainError, Invalid
from models.factory import CapabilityKind, Factory, LegalForm, OperatingStatus, Sector
from models.payment import AskingStop, PaymentKind, PaymentPart
from models.quote import (
    MAXIMUM_ASKED,
    MAXIMUM_PER_FACTORY_AND_WEEK,
    DeclineReason,
    QuoteAnswer,
    QuoteRequest,
    RequestStatus,
)
from models.user import Role, User
from tests.builders import (
    in_days,
    make_brief,
    make_designer,
    make_district,
    make_factory,
    make_order,
    make_quote,
    make_user,
)

TODAY = in_days(0)
YES = services.Offer(QuoteAnswer.POSSIBLE, 12_000, in_days(20))
YES_WITHOUT_PRICE = services.Offer(QuoteAnswer.POSSIBLE, None, in_days(20))


@pytest.fixture
def district(session: Session) -> District:
    return session.get_one(District, 1)


@pytest.fixture
def designer(session: Session, district: District) -> Designer:
    return make_designer(session, district)


@pytest.fixture
def brief(session: Session, designer: Designer) -> Brief:
    return make_brief(session, designer)


@pytest.fixture
def asked(session: Session, brief: Brief) -> QuoteRequest:
    owner = make_user(session, Role.FACTORY_OWNER, brief.district)
    return ask(session, brief, make_factory(session, brief.district, owner=owner))[0]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str, dict[str, Any]]]:
    """Who was told what."""
    found: list[tuple[int, str, dict[str, Any]]] = []

    def notify(_session: Session, user: User, code: str, **values: Any) -> None:
        found.append((user.id, code, values))

    for room in (news, briefs):  # a question is taken back where its brief is
        monkeypatch.setattr(room, "notify", notify)
    return found


def ask(session: Session, brief: Brief, *factories: Factory, **values: Any) -> list[QuoteRequest]:
    return services.request_quotes(session, brief, [factory.id for factory in factories], TODAY, **values)


def owner_of(request: QuoteRequest) -> User:
    assert request.factory.owner is not None
    return request.factory.owner


def decline(session: Session, request: QuoteRequest, reason: DeclineReason = DeclineReason.FULL, **values: Any) -> None:
    services.decline(session, request, reason, request.factory.owner or request.brief.designer.user, TODAY, **values)


def test_each_factory_is_asked_once_and_the_day_to_answer_is_before_the_goods(session: Session, brief: Brief) -> None:
    factory = make_factory(session, brief.district)
    (asked,) = services.request_quotes(session, brief, [factory.id, factory.id], TODAY)
    assert asked.status is RequestStatus.OPEN
    assert TODAY < asked.answer_by <= brief.needed_by  # type: ignore[operator]
    with pytest.raises(Conflict, match="factory_already_asked"):
        ask(session, brief, factory)


def test_a_question_opens_the_place_to_talk_about_it(session: Session, asked: QuoteRequest) -> None:
    assert session.scalars(select(Case.request_id)).all() == [asked.id]


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
    decline(session, first)
    ask(session, brief, factories[-1])


def test_who_let_the_day_to_answer_go_by_keeps_nobody_else_from_being_asked(session: Session, brief: Brief) -> None:
    factories = [make_factory(session, brief.district) for _number in range(MAXIMUM_ASKED + 1)]
    for request in ask(session, brief, *factories[:MAXIMUM_ASKED]):
        request.answer_by = in_days(-1)
    session.flush()
    assert ask(session, brief, factories[-1])


def test_a_factory_is_asked_only_so_often_a_week_whoever_asks(session: Session, district: District) -> None:
    busy, idle = make_factory(session, district, name="바쁜공장"), make_factory(session, district)
    briefs = [make_brief(session, make_designer(session, district)) for _n in range(MAXIMUM_PER_FACTORY_AND_WEEK + 1)]
    requests = [ask(session, brief, busy)[0] for brief in briefs[:-1]]
    with pytest.raises(Conflict, match="factory_asked_enough") as refusal:
        ask(session, briefs[-1], idle, busy)
    assert refusal.value.values == {"factory": "바쁜공장"}
    requests[0].asked_at = utc_now() - timedelta(days=7, minutes=1)
    session.flush()
    assert len(ask(session, briefs[-1], idle, busy)) == 2


def test_who_has_not_paid_asks_nobody_until_it_is_lifted(session: Session, designer: Designer, brief: Brief) -> None:
    factory = make_factory(session, brief.district)
    old = make_quote(session, make_brief(session, designer), factory)
    part = PaymentPart(line=make_order(session, old).lines[0], kind=PaymentKind.BALANCE, amount_krw=1)
    stop = AskingStop(designer=designer, payment_part=part)
    session.add(stop)
    session.flush()
    with pytest.raises(Conflict, match="asking_stopped"):
        ask(session, brief, factory)
    stop.lifted_at, stop.lifted_reason = utc_now(), "입금 확인"
    session.flush()
    assert ask(session, brief, factory)


@pytest.mark.parametrize("percent", [0, 1, 31, 100])
def test_only_the_deposits_shown_can_be_offered(session: Session, brief: Brief, percent: int) -> None:
    factory = make_factory(session, brief.district)
    with pytest.raises(Invalid, match="deposit_not_offered"):
        ask(session, brief, factory, deposit_percent=percent)
    (request,) = ask(session, brief, factory, deposit_percent=services.DEPOSITS[0])
    assert request.deposit_offered_percent == services.DEPOSITS[0]


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


def test_the_owner_is_told_and_for_nobodys_factory_every_coordinator_of_the_district(
    session: Session, brief: Brief, told: list[tuple[int, str, dict[str, Any]]]
) -> None:
    owner = make_user(session, Role.FACTORY_OWNER, brief.district)
    centre = {make_user(session, Role.COORDINATOR, brief.district).id for _number in range(2)}
    make_user(session, Role.COORDINATOR, make_district(session))
    make_user(session, Role.COORDINATOR, brief.district, is_active=False)
    claimed, unclaimed = make_factory(session, brief.district, owner=owner), make_factory(session, brief.district)
    ask(session, brief, claimed)
    assert [(user, code) for user, code, _values in told] == [(owner.id, "quote_requested")]
    assert told[0][2]["quantity"] == brief.quantity
    told.clear()
    ask(session, brief, unclaimed)
    assert {(user, code) for user, code, _values in told} == {(user, "request_for_unclaimed") for user in centre}


@pytest.mark.parametrize("has_answered", [False, True])
def test_a_question_is_taken_back_and_the_factory_is_told(
    session: Session, asked: QuoteRequest, told: list[tuple[int, str, dict[str, Any]]], has_answered: bool
) -> None:
    if has_answered:
        services.submit_quote(session, asked, YES, owner_of(asked), TODAY)
    told.clear()
    services.withdraw_request(session, asked)
    assert asked.status is RequestStatus.WITHDRAWN
    assert asked.closed_at is not None
    assert [(user, code) for user, code, _values in told] == [(owner_of(asked).id, "request_withdrawn")]
    with pytest.raises(Conflict, match="request_taken_back"):
        services.submit_quote(session, asked, YES, owner_of(asked), TODAY)
    with pytest.raises(Conflict):
        services.withdraw_request(session, asked)


def test_an_answer_is_given_once(session: Session, asked: QuoteRequest) -> None:
    owner = owner_of(asked)
    quote = services.submit_quote(session, asked, YES, owner, TODAY)
    assert (asked.status, quote.answered_by_id, asked.answered_by_id) == (RequestStatus.ANSWERED, owner.id, owner.id)
    assert asked.answered_at is not None
    assert TODAY < quote.valid_until <= asked.brief.needed_by  # type: ignore[operator]
    with pytest.raises(Conflict, match="request_already_answered"):
        services.submit_quote(session, asked, YES, owner, TODAY)
    with pytest.raises(Conflict, match="request_already_answered"):
        decline(session, asked, DeclineReason.PRICE)


def test_a_yes_without_a_price_binds_nothing_and_is_completed_later(session: Session, asked: QuoteRequest) -> None:
    quote = services.submit_quote(session, asked, YES_WITHOUT_PRICE, owner_of(asked), TODAY)
    assert not quote.is_binding
    asked.answer_by = in_days(-1)  # the yes came in time, the price may come later
    session.flush()
    completed = services.submit_quote(session, asked, YES, owner_of(asked), TODAY)
    assert completed is quote
    assert (completed.is_binding, asked.status) == (True, RequestStatus.ANSWERED)
    with pytest.raises(Conflict, match="request_already_answered"):
        services.submit_quote(session, asked, YES, owner_of(asked), TODAY)


def test_a_price_that_ran_out_is_named_anew(session: Session, asked: QuoteRequest) -> None:
    quote = services.submit_quote(session, asked, YES, owner_of(asked), TODAY)
    quote.valid_until = in_days(-1)
    session.flush()
    services.submit_quote(session, asked, replace(YES, unit_price_krw=13_000), owner_of(asked), TODAY)
    assert (quote.unit_price_krw, quote.valid_until >= TODAY) == (13_000, True)


@pytest.mark.parametrize("status", [BriefStatus.CLOSED, BriefStatus.WITHDRAWN])
def test_a_yes_without_a_price_is_not_completed_once_the_brief_is_over(
    session: Session, asked: QuoteRequest, status: BriefStatus
) -> None:
    services.submit_quote(session, asked, YES_WITHOUT_PRICE, owner_of(asked), TODAY)
    asked.brief.move_to(status)
    session.flush()
    with pytest.raises(Conflict, match="request_taken_back"):
        services.submit_quote(session, asked, YES, owner_of(asked), TODAY)


def test_after_the_day_to_answer_nobody_answers(session: Session, asked: QuoteRequest) -> None:
    later = asked.answer_by + timedelta(days=1)
    with pytest.raises(Conflict, match="answer_day_over"):
        services.submit_quote(session, asked, replace(YES, valid_until=later), owner_of(asked), later)
    with pytest.raises(Conflict, match="answer_day_over"):
        services.decline(session, asked, DeclineReason.FULL, owner_of(asked), later)
    assert asked.status is RequestStatus.OPEN
    services.decline(session, asked, DeclineReason.FULL, owner_of(asked), asked.answer_by)


def test_a_refusal_keeps_its_reason_and_what_could_have_been(session: Session, asked: QuoteRequest) -> None:
    decline(session, asked, DeclineReason.PRICE, could_at_krw=14_000, could_from_on=in_days(9))
    assert (asked.status, asked.decline_reason, asked.quote) == (RequestStatus.DECLINED, DeclineReason.PRICE, None)
    assert (asked.could_at_krw, asked.could_from_on) == (14_000, in_days(9))
    assert asked.answered_by_id == owner_of(asked).id


def test_a_yes_under_conditions_names_them(session: Session, asked: QuoteRequest) -> None:
    conditional = replace(YES, answer=QuoteAnswer.CONDITIONAL)
    with pytest.raises(Invalid, match="answer_incomplete"):
        services.submit_quote(session, asked, conditional, owner_of(asked), TODAY)
    assert asked.status is RequestStatus.OPEN


@pytest.mark.parametrize("day", [in_days(-1), in_days(29)])
def test_a_price_stands_from_today_until_the_goods_are_needed(session: Session, asked: QuoteRequest, day: Any) -> None:
    with pytest.raises(Invalid, match="validity_out_of_range"):
        services.submit_quote(session, asked, replace(YES, valid_until=day), owner_of(asked), TODAY)


def test_a_brief_that_is_over_takes_no_answer(session: Session, asked: QuoteRequest) -> None:
    asked.brief.move_to(BriefStatus.WITHDRAWN)
    session.flush()
    with pytest.raises(Conflict, match="request_taken_back"):
        services.submit_quote(session, asked, YES, owner_of(asked), TODAY)


@pytest.mark.parametrize("says_yes", [True, False])
def test_staff_who_answer_for_an_owner_say_how_they_know_and_it_is_recorded(
    session: Session, brief: Brief, says_yes: bool
) -> None:
    coordinator = make_user(session, Role.COORDINATOR, brief.district)
    (request,) = ask(session, brief, make_factory(session, brief.district))

    def answer(**values: Any) -> None:
        if says_yes:
            services.submit_quote(session, request, YES, coordinator, TODAY, **values)
        else:
            services.decline(session, request, DeclineReason.FULL, coordinator, TODAY, **values)

    with pytest.raises(DomainError, match="heard_needed"):
        answer()
    session.rollback()  # as the request would be
    brief = make_brief(session, make_designer(session, session.get_one(District, 1)))
    coordinator = make_user(session, Role.COORDINATOR, brief.district)
    (request,) = ask(session, brief, make_factory(session, brief.district))
    answer(heard="오늘 아침 전화로")
    (entry,) = session.scalars(select(AuditEntry))
    assert (entry.action, entry.actor_id, entry.reason) == (
        AuditAction.ANSWERED_FOR_OWNER, coordinator.id, "오늘 아침 전화로",
    )  # fmt: skip
    assert request.answered_by_id == coordinator.id


def test_an_owners_own_answer_needs_no_entry(session: Session, asked: QuoteRequest) -> None:
    services.submit_quote(session, asked, YES, owner_of(asked), TODAY)
    assert session.scalars(select(AuditEntry)).all() == []


def test_the_designer_is_told_of_the_answer(
    session: Session, brief: Brief, asked: QuoteRequest, told: list[tuple[int, str, dict[str, Any]]]
) -> None:
    other = ask(session, brief, make_factory(session, brief.district, owner=owner_of(asked)))[0]
    told.clear()
    services.submit_quote(session, asked, YES, owner_of(asked), TODAY)
    decline(session, other, DeclineReason.DATE)
    assert [(user, code) for user, code, _values in told] == [
        (brief.designer.user_id, "quote_answered"), (brief.designer.user_id, "quote_declined"),
    ]  # fmt: skip
    assert told[1][2]["reason"] == "date"
