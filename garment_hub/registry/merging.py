"""Joins two rows of the register that are one firm, and parts them again.

The history of the row that goes moves to the row that stays; the row itself remains, closed and pointing on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint, or_, select, update
from sqlalchemy.orm import Session, selectinload

from garment_hub import audit
from garment_hub.factories.search import search_text
from garment_hub.registry.journal import Journal, take_back
from garment_hub.registry.merge_values import by_rule, take_values
from models.audit import AuditAction
from models.base import Base
from models.capacity import DAYS_PER_WEEK, HUNDREDTHS_PER_DAY, CapacityBooking, CapacityWeek
from models.errors import Conflict, Invalid, NotFound
from models.factory import Factory, OperatingStatus
from models.factory_exposure import FactoryExposure
from models.mandate import Mandate
from models.merge import Merge
from models.quote import QuoteRequest, RequestStatus
from models.registry_import import DuplicateProposal, DuplicateVerdict
from models.team import TeamMember
from models.user import User

# Everything that points to a factory follows the firm to the row that stays, but for these tables:
STAYS = {
    "factory": "a row merged before points to the next, and from there on",
    "factory_capability": "what a row says of itself is copied where it is chosen",
    "factory_rate": "the same",
    "factory_certificate": "the same",
    "factory_fact": "the same",
    "registry_row": "what an import did to which row, so that it can be reported",
    "recommendation_entry": "a list stays as it was shown, or it could not be replayed",
    "duplicate_proposal": "what was proposed and decided about which row",
    "merge": "the history of merges",
    "tip": "what was told to the owner of that row",
}
# Where the table allows one of a kind and both rows have it, that of the row that goes stays behind; but a question
# that still runs cannot, and weeks and amounts add up.
OPEN_REQUEST = frozenset({RequestStatus.OPEN, RequestStatus.ANSWERED, RequestStatus.CHOSEN})
_FULL_WEEK = DAYS_PER_WEEK * HUNDREDTHS_PER_DAY
_FACTORY: Table = Factory.__table__  # type: ignore[assignment]
_WEEK_OF_BOOKING: Column[Any] = CapacityBooking.__table__.c.week_id  # type: ignore[assignment]


def merge(
    session: Session, actor: User, kept: Factory, gone: Factory, from_gone: Collection[str] | None, now: datetime
) -> Merge:
    """Let ``gone`` go into ``kept``. ``from_gone`` names the fields whose word is taken from it; None: by the rule."""
    _lock(session, kept, gone)
    _refuse(session, kept, gone)
    journal = Journal(session)
    for column in references():
        _follow(session, journal, column, kept.id, gone.id)
    take_values(journal, kept, gone, by_rule(kept, gone) if from_gone is None else from_gone)
    _close(journal, kept, gone, now)
    _decide(session, journal, actor, kept, gone, now)
    session.expire_all()
    _find_again(session, kept)
    done = Merge(
        district_id=kept.district_id, kept_id=kept.id, gone_id=gone.id, merged_at=now, merged_by_id=actor.id,
        before=journal.seal(),
    )  # fmt: skip
    session.add(done)
    audit.record(session, actor, AuditAction.FACTORIES_MERGED, done, kept=kept.id, gone=gone.id)
    session.expire_all()
    return done


def undo_merge(session: Session, actor: User, merged: Merge, now: datetime) -> None:
    """Part the two again exactly as they were, or raise Conflict where something was built on the merge since."""
    taken = update(Merge).where(Merge.id == merged.id, Merge.undone_at.is_(None))
    if not session.execute(taken.values(undone_at=now, undone_by_id=actor.id)).rowcount:  # type: ignore[attr-defined]
        raise Conflict("merge_already_undone")
    _lock(session, merged.kept, merged.gone)
    if merged.kept.merged_into_id is not None:
        raise Conflict("merge_has_later_merge")
    if not merged.before:
        raise Conflict("merge_forgotten")
    take_back(session, merged.before)
    _find_again(session, merged.kept)
    audit.record(session, actor, AuditAction.MERGE_UNDONE, merged, kept=merged.kept_id, gone=merged.gone_id)


def prefer(one: Factory, other: Factory) -> tuple[Factory, Factory]:
    """Which row stays: the one with an owner, the checked one, the one confirmed last, of more facts, the older."""

    def weight(factory: Factory) -> tuple[bool, bool, int, int, int]:
        confirmed = factory.confirmed_on.toordinal() if factory.confirmed_on else 0
        return (
            factory.owner_id is not None, factory.verified_on is not None, confirmed, len(factory.facts), -factory.id
        )  # fmt: skip

    return (one, other) if weight(one) >= weight(other) else (other, one)


def _lock(session: Session, *factories: Factory) -> None:
    """Both rows, the lower id first, as they stand now: whoever comes second sees what the first has done."""
    session.flush()
    ids = sorted(factory.id for factory in factories)
    query = select(Factory).where(Factory.id.in_(ids)).order_by(Factory.id).with_for_update(of=Factory)
    session.scalars(query.execution_options(populate_existing=True)).all()
    children = (Factory.capabilities, Factory.rates, Factory.facts, Factory.certificates)
    session.scalars(
        select(Factory)
        .where(Factory.id.in_(ids))
        .options(*(selectinload(child) for child in children))
        .execution_options(populate_existing=True)
    ).all()


def _refuse(session: Session, kept: Factory, gone: Factory) -> None:
    if kept.id == gone.id:
        raise Invalid("merge_one_row")
    if kept.district_id != gone.district_id:
        raise NotFound
    if kept.merged_into_id is not None or gone.merged_into_id is not None:
        raise Conflict("merge_already_merged")
    if kept.owner_id and gone.owner_id and kept.owner_id != gone.owner_id:
        raise Conflict("merge_two_owners")
    theirs = select(TeamMember.team_id, TeamMember.position).where(TeamMember.factory_id == gone.id)
    mine = select(TeamMember.team_id, TeamMember.position).where(TeamMember.factory_id == kept.id)
    if session.execute(theirs.intersect(mine)).first():
        raise Conflict("merge_same_team")


def references() -> Iterator[Column[Any]]:
    """Every column that points to a factory and whose rows follow, in the order of the tables."""
    for table in Base.metadata.sorted_tables:
        if table.name in STAYS:
            continue
        for key in _keys(table):
            yield key.parent


def _keys(table: Table) -> list[ForeignKey]:
    return [key for key in table.foreign_keys if key.column.table.name == Factory.__tablename__]


def _follow(session: Session, journal: Journal, column: Column[Any], kept: int, gone: int) -> None:
    table = column.table
    if table.name == CapacityWeek.__tablename__:
        _join_weeks(session, journal, kept, gone)
    if table.name == FactoryExposure.__tablename__:
        _join_exposure(session, journal, kept, gone)
        return
    if table.name == Mandate.__tablename__ and _is_anothers_word(session, kept, gone):
        return
    (key,) = table.primary_key.columns
    ids = session.scalars(select(key).where(column == gone).order_by(key)).all()
    if not ids:
        return
    doubled = _doubled(session, column, kept, gone)
    if table.name == QuoteRequest.__tablename__:
        _refuse_open_requests(session, doubled)
    journal.move(column, [id_ for id_ in ids if id_ not in doubled], gone, kept)


def _doubled(session: Session, column: Column[Any], kept: int, gone: int) -> set[int]:
    """Rows for which the row that stays has one of its own already, by any rule of the table that allows one only."""
    table = column.table
    (key,) = table.primary_key.columns
    found: set[int] = set()
    for columns, condition in _unique(table, column):
        mine, theirs = table.alias(), table.alias()
        query = select(theirs.c[key.name]).where(theirs.c[column.name] == gone)
        query = query.join(mine, mine.c[column.name] == kept)
        for each in columns:
            query = query.where(mine.c[each] == theirs.c[each])
        if condition is not None:
            ids = select(key).where(condition)
            query = query.where(mine.c[key.name].in_(ids), theirs.c[key.name].in_(ids))
        found |= set(session.scalars(query))
    return found


def _unique(table: Table, column: Column[Any]) -> Iterator[tuple[list[str], Any]]:
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint) and column.name in constraint.columns:
            yield [each.name for each in constraint.columns if each.name != column.name], None
    for index in table.indexes:
        if index.unique and column.name in index.columns:
            yield [each.name for each in index.columns if each.name != column.name], _condition(index)
    if column.primary_key:
        yield [], None


def _condition(index: Index) -> Any:
    return index.dialect_options["postgresql"].get("where")


def _is_anothers_word(session: Session, kept: int, gone: int) -> bool:
    """Only the owner of the row that stays can let the centre act for it."""
    owners = dict(session.execute(select(Factory.id, Factory.owner_id).where(Factory.id.in_((kept, gone)))).all())
    return owners[kept] is not None and owners[kept] != owners[gone]


def _refuse_open_requests(session: Session, doubled: Collection[int]) -> None:
    """One question to both rows: what is over stays where it was; what runs has to end first."""
    running = select(QuoteRequest.id).where(QuoteRequest.id.in_(doubled), QuoteRequest.status.in_(OPEN_REQUEST))
    if session.execute(running).first():
        raise Conflict("merge_open_request")


def _join_weeks(session: Session, journal: Journal, kept: int, gone: int) -> None:
    """A week both speak of: the word of the row that stays holds, and what is taken in the other is taken here."""
    table: Table = CapacityWeek.__table__  # type: ignore[assignment]
    query = select(CapacityWeek).where(CapacityWeek.factory_id.in_((kept, gone))).order_by(CapacityWeek.id)
    weeks = {(week.factory_id, week.starts_on): week for week in session.scalars(query.with_for_update())}
    for (factory_id, monday), theirs in weeks.items():
        mine = weeks.get((kept, monday))
        if factory_id != gone or mine is None or not theirs.booked_hundredths + theirs.held_hundredths:
            continue
        booked = mine.booked_hundredths + theirs.booked_hundredths
        held = mine.held_hundredths + theirs.held_hundredths
        if booked + held > _FULL_WEEK:
            raise Conflict("merge_week_too_full", week=monday)
        opened = max(mine.open_hundredths, booked + held)
        ids = session.scalars(select(CapacityBooking.id).where(CapacityBooking.week_id == theirs.id)).all()
        journal.move(_WEEK_OF_BOOKING, ids, theirs.id, mine.id)
        taken = {"booked_hundredths": booked, "held_hundredths": held}
        journal.change(table, mine.id, is_sealed=True, open_hundredths=opened, **taken)
        journal.change(table, theirs.id, booked_hundredths=0, held_hundredths=0)


def _join_exposure(session: Session, journal: Journal, kept: int, gone: int) -> None:
    """Shown twice is shown twice: the amounts add up."""
    table: Table = FactoryExposure.__table__  # type: ignore[assignment]
    amounts = dict(session.execute(select(table.c.factory_id, table.c.amount)
                                   .where(table.c.factory_id.in_((kept, gone)))).all())  # fmt: skip
    if amounts.get(gone):
        if kept not in amounts:
            journal.add(table, factory_id=kept, amount=0.0)
        journal.count(table, kept, "amount", amounts.get(kept, 0.0) + amounts[gone])
        journal.count(table, gone, "amount", 0.0)


def _close(journal: Journal, kept: Factory, gone: Factory, now: datetime) -> None:
    closed: dict[str, Any] = {"status": OperatingStatus.CLOSED, "owner_id": None, "merged_into_id": kept.id}
    journal.change(_FACTORY, gone.id, **closed, updated_at=now)
    journal.change(_FACTORY, kept.id, updated_at=now)


def _find_again(session: Session, factory: Factory) -> None:
    session.execute(
        update(Factory)
        .where(Factory.id == factory.id)
        .values(search_text=search_text(factory), updated_at=Factory.updated_at)
        .execution_options(synchronize_session=False)
    )
    session.expire(factory)


def _decide(session: Session, journal: Journal, actor: User, kept: Factory, gone: Factory, now: datetime) -> None:
    """The pair is decided, also where it was never proposed as one or somebody had kept it apart."""
    pair = sorted((kept.id, gone.id))
    query = select(DuplicateProposal.id).where(
        DuplicateProposal.factory_id == pair[0], DuplicateProposal.other_id == pair[1]
    )
    for proposal_id in session.scalars(query):
        journal.change(
            DuplicateProposal.__table__, proposal_id,  # type: ignore[arg-type]
            verdict=DuplicateVerdict.SAME, decided_at=now, decided_by_id=actor.id, put_off_at=None,
        )  # fmt: skip


def forget_merges(session: Session, factory: Factory) -> list[Factory]:
    """The rows that went into this one, to be erased with it; none can be parted again, since nothing is kept of it."""
    gone: list[Factory] = []
    for merged in session.scalars(select(Merge).where(or_(Merge.kept_id == factory.id, Merge.gone_id == factory.id))):
        merged.before = []
        if merged.kept_id == factory.id and merged.gone.merged_into_id == factory.id:
            gone += [merged.gone, *forget_merges(session, merged.gone)]
    return gone


def merges_of(session: Session, factory: Factory) -> list[Merge]:
    """The history of a row, the latest first."""
    query = select(Merge).where(or_(Merge.kept_id == factory.id, Merge.gone_id == factory.id))
    people = selectinload(Merge.merged_by), selectinload(Merge.undone_by), selectinload(Merge.kept)
    return list(session.scalars(query.options(*people, selectinload(Merge.gone)).order_by(Merge.id.desc())))
