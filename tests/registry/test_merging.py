"""Two rows that are one firm: what goes where, and that everything can be put back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from garment_hub.claims.services import take_over
from garment_hub.factories.queries import history_of, track_record
from garment_hub.registry.merge_values import CHOICES, LISTS, compare, stated
from garment_hub.registry.merging import STAYS, forget_merges, merge, prefer, references, undo_merge
from models.audit import AuditAction, AuditEntry
from models.base import Base, utc_now
from models.capacity import CapacityBooking, CapacityWeek
from models.claim import ClaimGround
from models.errors import Conflict, Invalid, NotFound
from models.factory import CapabilityKind, Factory, FactSource, OperatingStatus
from models.factory_change import FactoryChange
from models.factory_exposure import FactoryExposure
from models.merge import Merge
from models.order import OrderLine
from models.past_order import PastOrder
from models.quote import QuoteRequest, RequestStatus
from models.registry_import import DuplicateProposal, DuplicateVerdict, FactoryIdentity
from models.review import Review
from models.team import Team, TeamMember
from models.user import Role
from models.visit import Visit
from tests.builders import in_days, make_brief, make_designer, make_district, make_factory, make_quote, make_user
from tests.registry.merging_world import DAY, Pair, everything, make_pair

NOW = utc_now()


@pytest.fixture
def pair(session: Session) -> Pair:
    return make_pair(session)


def joined(session: Session, pair: Pair, from_gone: set[str] | None = None) -> Merge:
    return merge(session, pair.officer, pair.kept, pair.gone, from_gone, NOW)


def ids_of(session: Session, table: Any, factory: Factory) -> int:
    return session.scalar(select(func.count()).select_from(table).where(table.factory_id == factory.id)) or 0


def test_the_history_of_both_is_at_the_one_that_stays(session: Session, pair: Pair) -> None:
    joined(session, pair)
    for table in (OrderLine, PastOrder, FactoryIdentity):
        assert (ids_of(session, table, pair.kept), ids_of(session, table, pair.gone)) == (2, 0)
    assert history_of(session, pair.kept).orders == 2
    session.execute(Review.__table__.update().values(written_at=NOW - timedelta(days=60)))  # type: ignore[attr-defined]
    assert track_record(session, pair.kept, NOW).of == 2


def test_the_other_row_is_closed_hidden_and_points_on(session: Session, pair: Pair) -> None:
    joined(session, pair)
    gone = pair.gone
    assert (gone.status, gone.is_listed, gone.owner_id, gone.merged_into_id) == (
        OperatingStatus.CLOSED, False, None, pair.kept.id,
    )  # fmt: skip
    proposal = session.scalars(select(DuplicateProposal)).one()
    assert (proposal.verdict, proposal.decided_by_id) == (DuplicateVerdict.SAME, pair.officer.id)


def test_days_taken_in_one_week_by_both_add_up(session: Session, pair: Pair) -> None:
    joined(session, pair)
    weeks = session.scalars(select(CapacityWeek).where(CapacityWeek.factory_id == pair.kept.id)).all()
    assert sorted((week.booked_hundredths, week.open_hundredths) for week in weeks) == [
        (2 * DAY, 5 * DAY), (4 * DAY, 5 * DAY),
    ]  # fmt: skip
    for week in session.scalars(select(CapacityWeek)):
        booked = select(func.coalesce(func.sum(CapacityBooking.hundredths), 0))
        assert week.booked_hundredths == session.scalar(booked.where(CapacityBooking.week_id == week.id))


def test_what_only_one_may_have_stays_behind(session: Session, pair: Pair) -> None:
    """A visit on the same day, and a question about the same brief that is over."""
    joined(session, pair)
    assert (ids_of(session, Visit, pair.kept), ids_of(session, Visit, pair.gone)) == (3, 1)
    assert (ids_of(session, QuoteRequest, pair.kept), ids_of(session, QuoteRequest, pair.gone)) == (3, 1)
    assert session.get_one(FactoryExposure, pair.kept.id).amount == 4.0


def test_without_a_choice_the_stronger_word_stands(session: Session, pair: Pair) -> None:
    joined(session, pair)
    kept = pair.kept
    assert (kept.phone, kept.people, kept.address) == ("021234567", 7, "장안동 1")
    assert kept.codes(CapabilityKind.ITEM) == ["coat"]  # of two lists by owners on one day that of the row that stays
    assert kept.codes(CapabilityKind.FABRIC) == ["woven"]
    assert (fact := kept.fact("people")) and (fact.source, fact.source_name) == (FactSource.IMPORT, "구청")
    assert [one.code for one in kept.certificates] == ["kc"]
    assert pair.gone.codes(CapabilityKind.ITEM) == ["shirt_blouse"]


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(from_gone=st.sets(st.sampled_from([*CHOICES, *LISTS])))
def test_what_was_chosen_stands_and_parting_leaves_every_table_as_it_was(session: Session, from_gone: set[str]) -> None:
    pair = make_pair(session)
    before = everything(session)
    wanted = {
        name: stated(pair.gone if name in from_gone else pair.kept, name) for name in (*CHOICES, *LISTS)
    }  # fmt: skip
    done = joined(session, pair, from_gone)
    assert {name: stated(pair.kept, name) for name in wanted} == wanted
    assert everything(session) != before
    undo_merge(session, pair.officer, done, NOW)
    assert everything(session) == before
    session.rollback()


def test_a_list_shown_since_does_not_forbid_parting(session: Session, pair: Pair) -> None:
    done = joined(session, pair)
    session.get_one(FactoryExposure, pair.kept.id).amount += 1
    session.flush()
    undo_merge(session, pair.officer, done, NOW)
    assert session.get_one(FactoryExposure, pair.kept.id).amount == 2.5
    assert session.get_one(FactoryExposure, pair.gone.id).amount == 2.5


def _answer(session: Session, pair: Pair) -> None:
    session.scalars(select(OrderLine).order_by(OrderLine.id)).all()[-1].quote.request.status = RequestStatus.NOT_CHOSEN


def _book(session: Session, pair: Pair) -> None:
    session.scalars(select(CapacityWeek).where(CapacityWeek.booked_hundredths == 4 * DAY)).one().held_hundredths = DAY


def _take_in(session: Session, pair: Pair) -> None:
    session.scalars(select(FactoryIdentity)).all()[-1].content_hash = "y"


def _say(session: Session, pair: Pair) -> None:
    pair.kept.people = 9


@pytest.mark.parametrize("work", [_answer, _book, _take_in, _say])
def test_what_was_built_on_a_merge_forbids_parting(
    session: Session, pair: Pair, work: Callable[[Session, Pair], None]
) -> None:
    done = joined(session, pair)
    work(session, pair)
    session.flush()
    with pytest.raises(Conflict) as refused, session.begin_nested():
        undo_merge(session, pair.officer, done, NOW)
    assert refused.value.code == "merge_has_later_work"
    assert pair.gone.merged_into_id == pair.kept.id


def test_other_words_said_since_stay_when_they_are_parted(session: Session, pair: Pair) -> None:
    done = joined(session, pair)
    pair.kept.lead_time_days = 12
    session.flush()
    undo_merge(session, pair.officer, done, NOW)
    assert (pair.kept.lead_time_days, pair.kept.people, pair.gone.merged_into_id) == (12, None, None)


def test_two_owners_stay_two(session: Session, pair: Pair) -> None:
    pair.gone.owner = make_user(session, Role.FACTORY_OWNER, pair.kept.district)
    before = everything(session)
    with pytest.raises(Conflict) as refused:
        joined(session, pair)
    assert refused.value.code == "merge_two_owners"
    assert everything(session) == before


def test_the_owner_of_either_is_the_owner_of_both(session: Session) -> None:
    pair = make_pair(session, with_history=False)
    owner = pair.kept.owner
    merge(session, pair.officer, pair.gone, pair.kept, set(), NOW)
    assert (pair.gone.owner, pair.kept.owner) == (owner, None)


def test_a_refusal_to_be_shown_stands(session: Session, pair: Pair) -> None:
    pair.gone.is_display_refused = True
    joined(session, pair)
    assert pair.kept.is_display_refused


def test_a_running_question_to_both_has_to_end_first(session: Session, pair: Pair) -> None:
    brief = make_brief(session, make_designer(session, pair.kept.district))
    for factory in (pair.kept, pair.gone):
        make_quote(session, brief, factory)
    with pytest.raises(Conflict) as refused:
        joined(session, pair)
    assert refused.value.code == "merge_open_request"


def test_more_than_a_full_week_is_refused(session: Session, pair: Pair) -> None:
    for week in session.scalars(select(CapacityWeek)):
        week.open_hundredths, week.booked_hundredths = 7 * DAY, 4 * DAY
    with pytest.raises(Conflict) as refused:
        joined(session, pair)
    assert refused.value.code == "merge_week_too_full"


def test_two_that_work_side_by_side_stay_two(session: Session, pair: Pair) -> None:
    team = Team(brief=make_brief(session, make_designer(session, pair.kept.district)))
    team.members = [
        TeamMember(factory=one, position=0, processes=["cutting"], quantity=1, starts_on=in_days(1), due_on=in_days(2))
        for one in (pair.kept, pair.gone)
    ]
    session.add(team)
    with pytest.raises(Conflict) as refused:
        joined(session, pair)
    assert refused.value.code == "merge_same_team"


def test_a_row_is_merged_once_and_never_with_itself_or_across_districts(session: Session, pair: Pair) -> None:
    with pytest.raises(Invalid):
        merge(session, pair.officer, pair.kept, pair.kept, None, NOW)
    with pytest.raises(NotFound):
        merge(session, pair.officer, pair.kept, make_factory(session, make_district(session)), None, NOW)
    joined(session, pair)
    with pytest.raises(Conflict):
        merge(session, pair.officer, make_factory(session, pair.kept.district), pair.gone, None, NOW)


def test_a_chain_is_parted_from_its_end(session: Session, pair: Pair) -> None:
    last = make_factory(session, pair.kept.district)
    first = joined(session, pair)
    second = merge(session, pair.officer, last, pair.kept, None, NOW)
    with pytest.raises(Conflict) as refused, session.begin_nested():
        undo_merge(session, pair.officer, first, NOW)
    assert refused.value.code == "merge_has_later_merge"
    undo_merge(session, pair.officer, second, NOW)
    undo_merge(session, pair.officer, first, NOW)
    with pytest.raises(Conflict) as refused:
        undo_merge(session, pair.officer, first, NOW)
    assert refused.value.code == "merge_already_undone"


def test_what_was_erased_on_request_cannot_come_back(session: Session, pair: Pair) -> None:
    done = joined(session, pair)
    last = make_factory(session, pair.kept.district)
    merge(session, pair.officer, last, pair.kept, None, NOW)
    assert forget_merges(session, last) == [pair.kept, pair.gone]
    assert all(merged.before == [] for merged in session.scalars(select(Merge)))
    pair.kept.merged_into_id = None
    session.flush()
    with pytest.raises(Conflict) as refused:
        undo_merge(session, pair.officer, done, NOW)
    assert refused.value.code == "merge_forgotten"


def test_nobody_takes_over_a_row_that_went_into_another(session: Session, pair: Pair) -> None:
    joined(session, pair)
    claimant = make_user(session, Role.FACTORY_OWNER, pair.kept.district)
    with pytest.raises(Conflict):
        take_over(session, pair.gone, claimant, ClaimGround.CODE, NOW)


def test_both_acts_are_recorded(session: Session, pair: Pair) -> None:
    done = joined(session, pair)
    undo_merge(session, pair.officer, done, NOW)
    entries = session.scalars(select(AuditEntry).where(AuditEntry.subject == "merge").order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries] == [AuditAction.FACTORIES_MERGED, AuditAction.MERGE_UNDONE]
    assert entries[0].values == {"kept": pair.kept.id, "gone": pair.gone.id}


def test_the_ranking_hears_of_both_rows_each_time(session: Session, pair: Pair) -> None:
    def noted() -> set[int]:
        newest = session.scalars(select(FactoryChange.factory_id).where(FactoryChange.id > since))
        return {pair.kept.id, pair.gone.id} & set(newest)

    since = session.scalar(select(func.max(FactoryChange.id))) or 0
    done = joined(session, pair)
    assert noted() == {pair.kept.id, pair.gone.id}
    since = session.scalar(select(func.max(FactoryChange.id))) or 0
    undo_merge(session, pair.officer, done, NOW)
    assert noted() == {pair.kept.id, pair.gone.id}


def test_the_row_with_an_owner_stays(session: Session, pair: Pair) -> None:
    assert prefer(pair.gone, pair.kept) == (pair.kept, pair.gone) == prefer(pair.kept, pair.gone)
    assert {one.name for one in compare(pair.kept, pair.gone) if one.is_from_gone} == {"phone", "people", "fabric"}


def test_every_table_that_points_to_a_factory_follows_or_says_why_not() -> None:
    known = {column.table.name for column in references()} | set(STAYS)
    pointing = {
        table.name
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "factory"
    }
    assert pointing == known
