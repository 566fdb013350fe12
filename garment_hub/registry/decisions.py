"""What people decide about pairs: one firm, two firms, or later; one pair at a time, or many of one band."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session, aliased, joinedload

from garment_hub.registry.duplicates import LIKELY
from garment_hub.registry.merging import merge, prefer
from models.errors import Conflict, DomainError, NotFound
from models.factory import Factory
from models.merge import Merge
from models.registry_import import DuplicateProposal, DuplicateVerdict
from models.user import User

MOST_AT_ONCE = 50  # as many as a page shows; more would hold up others who write


class Decision(StrEnum):
    SAME = "same"
    DIFFERENT = "different"
    LATER = "later"


class Pile(StrEnum):
    """How pairs lie on the desk: very likely one, for a person to look at, put off."""

    SAME = "same"
    LOOK = "look"
    LATER = "later"


@dataclass(slots=True)
class Outcome:
    """What became of many decisions at once; ``left`` are pairs that could not be done, and why."""

    done: int = 0
    left: list[tuple[DuplicateProposal, DomainError]] = field(default_factory=list)


def open_pairs(district_id: int, pile: Pile | None = None) -> Select[DuplicateProposal]:
    """Pairs of this district that nobody has decided on and whose rows both stand for themselves."""
    other = aliased(Factory)
    query = (
        select(DuplicateProposal)
        .join(Factory, DuplicateProposal.factory_id == Factory.id)
        .join(other, DuplicateProposal.other_id == other.id)
        .where(
            Factory.district_id == district_id,
            Factory.merged_into_id.is_(None),
            other.merged_into_id.is_(None),
            DuplicateProposal.verdict.is_(None),
        )
    )
    return query if pile is None else query.where(*_on(pile))


def _on(pile: Pile) -> list[ColumnElement[bool]]:
    if pile is Pile.LATER:
        return [DuplicateProposal.put_off_at.is_not(None)]
    is_likely = DuplicateProposal.score > LIKELY
    return [DuplicateProposal.put_off_at.is_(None), is_likely if pile is Pile.SAME else ~is_likely]


def pile_counts(session: Session, district_id: int) -> dict[Pile, int]:
    return {
        pile: session.scalar(select(func.count()).select_from(open_pairs(district_id, pile).subquery())) or 0
        for pile in Pile
    }


def pairs_on(session: Session, district_id: int, pile: Pile, *, start: int, count: int) -> Sequence[DuplicateProposal]:
    """One page of a pile, the likeliest first; what was put off comes back in the order in which it was put off."""
    order: tuple[Any, ...] = (DuplicateProposal.score.desc(), DuplicateProposal.id)
    if pile is Pile.LATER:
        order = (DuplicateProposal.put_off_at, DuplicateProposal.id)
    both = joinedload(DuplicateProposal.factory), joinedload(DuplicateProposal.other)
    query = open_pairs(district_id, pile).order_by(*order).offset(start).limit(count)
    return session.scalars(query.options(*both)).all()


def get_pair(session: Session, proposal_id: int, district_id: int) -> DuplicateProposal:
    """A pair of this district that waits for somebody, or NotFound."""
    pair = session.scalar(open_pairs(district_id).where(DuplicateProposal.id == proposal_id))
    if pair is None:
        raise NotFound
    return pair


def chosen_pairs(session: Session, district_id: int, pile: Pile, ids: Collection[int]) -> list[DuplicateProposal]:
    """Of these pairs the ones that still lie on this pile."""
    both = joinedload(DuplicateProposal.factory), joinedload(DuplicateProposal.other)
    query = open_pairs(district_id, pile).where(DuplicateProposal.id.in_(ids)).order_by(DuplicateProposal.id)
    return list(session.scalars(query.options(*both).limit(MOST_AT_ONCE)))


def keep_apart(session: Session, actor: User, pair: DuplicateProposal, now: datetime) -> None:
    """These are two firms; the pair is not proposed again."""
    _decide_once(
        session, pair, verdict=DuplicateVerdict.DIFFERENT, decided_at=now, decided_by_id=actor.id, put_off_at=None
    )


def put_off(session: Session, pair: DuplicateProposal, now: datetime) -> None:
    """Nobody can say yet; it waits on a pile of its own."""
    _decide_once(session, pair, put_off_at=now)


def join(
    session: Session,
    actor: User,
    pair: DuplicateProposal,
    kept_id: int | None,
    from_gone: Collection[str] | None,
    now: datetime,
) -> Merge:
    """These are one firm; without words about it the rule says which row stays and whose values."""
    _decide_once(session, pair, verdict=None)
    kept, gone = prefer(pair.factory, pair.other)
    if kept_id == gone.id:
        kept, gone = gone, kept
    return merge(session, actor, kept, gone, from_gone, now)


def _decide_once(session: Session, pair: DuplicateProposal, **values: Any) -> None:
    """One conditional statement decides: whoever comes second is told so."""
    statement = update(DuplicateProposal).where(DuplicateProposal.id == pair.id, DuplicateProposal.verdict.is_(None))
    if not session.execute(statement.values(values)).rowcount:  # type: ignore[attr-defined]
        raise Conflict("pair_decided")


def decide_all(
    session: Session, actor: User, pairs: Sequence[DuplicateProposal], decision: Decision, now: datetime
) -> Outcome:
    """The same word for each; a pair that cannot be joined is left as it is, and the others are done."""
    outcome = Outcome()
    for pair in pairs:
        try:
            with session.begin_nested():
                _decide(session, actor, pair, decision, now)
            outcome.done += 1
        except DomainError as error:
            outcome.left.append((pair, error))
    return outcome


def _decide(session: Session, actor: User, pair: DuplicateProposal, decision: Decision, now: datetime) -> None:
    if decision is Decision.SAME:
        join(session, actor, pair, None, None, now)
    elif decision is Decision.DIFFERENT:
        keep_apart(session, actor, pair, now)
    else:
        put_off(session, pair, now)
