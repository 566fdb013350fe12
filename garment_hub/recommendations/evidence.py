"""What is known of past work, as the ranker learns from it: imported orders, orders made here, answers to requests."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from garment_hub.recommendations.dealings import (
    Dealing,
    FinishedWork,
    answers_to_requests,
    designer_key,
    finished_work,
    placed_pairs,
    suspicions_in,
)
from models.factory import Factory, FactoryFact, FactSource
from models.past_order import PastOrder
from recommender import Outcome

# Of one client with one factory the newest orders count for others, and as many answers; the rest is theirs alone.
MOST_PER_CLIENT = 3
# An imported row this near to an order made here, of the same two and of the same item, is that order told again.
TOLD_AGAIN = timedelta(days=7)


def load_outcomes(session: Session, district_id: int, as_of: date) -> list[Outcome]:
    """All that was known at the end of ``as_of``, in a fixed number of queries.

    A suspicious pair says nothing at all until staff have cleared it. What a client says of a factory counts for
    others only when the client is known from elsewhere: ten accounts that know one factory alone cost nothing to make.
    """
    suspicions = suspicions_in(session, district_id)
    finished = [one for one in finished_work(session, district_id, as_of, suspicions) if not one.is_suspicious]
    answers = [one for one in answers_to_requests(session, district_id, as_of, suspicions) if not one.is_suspicious]
    imported = _imported(session, district_id, as_of)
    clients = _Clients(imported, [*finished, *answers])
    clients.learn(finished, _vouching(session, finished))
    return [
        *(_imported_outcome(district_id, row) for row in imported),
        *_weighed(clients, finished),
        *_weighed(clients, answers),
    ]


def buyer_key(district_id: int, key: str) -> str:
    """How the ranker names an imported buyer without an account."""
    return f"buyer:{district_id}:{key}"


def _imported(session: Session, district_id: int, as_of: date) -> Sequence[Any]:
    """Orders placed elsewhere by ``as_of``; undated ones too, those made here and told again left out."""
    row = PastOrder
    query = (
        select(
            row.designer_id,
            row.buyer_key,
            row.factory_id,
            Factory.owner_id,
            row.ordered_on,
            row.quantity,
            row.item,
            row.delivered_on,
            row.is_on_time,
            row.passed_first_inspection,
        )
        .join(Factory, Factory.id == row.factory_id)
        .where(row.district_id == district_id, or_(row.ordered_on.is_(None), row.ordered_on <= as_of))
        .order_by(row.id)
    )
    here = placed_pairs(session, district_id)
    return [one for one in session.execute(query) if not _is_told_again(one, here)]


def _is_told_again(row: Any, here: Mapping[tuple[int, int], list[tuple[str, date]]]) -> bool:
    return row.ordered_on is not None and any(
        row.item in (None, item) and abs(row.ordered_on - day) <= TOLD_AGAIN
        for item, day in here.get((row.designer_id, row.factory_id), ())
    )


def _imported_outcome(district_id: int, row: Any) -> Outcome:
    return Outcome(
        buyer=designer_key(row.designer_id) if row.designer_id else buyer_key(district_id, row.buyer_key),
        factory=str(row.factory_id),
        ordered_on=row.ordered_on,
        quantity=row.quantity,
        item=row.item,
        delivered_on=row.delivered_on,
        on_time=row.is_on_time,
        passed_first_inspection=row.passed_first_inspection,
    )


def _vouching(session: Session, finished: Iterable[FinishedWork]) -> frozenset[int]:
    """Factories known to the district by more than their own word: checked, in a register, or entered by staff."""
    ids = {one.factory_id for one in finished if one.is_ended_well}
    told = select(FactoryFact.factory_id).where(FactoryFact.source != FactSource.OWNER, FactoryFact.factory_id.in_(ids))
    query = select(Factory.id).where(Factory.id.in_(ids), or_(Factory.verified_on.is_not(None), Factory.id.in_(told)))
    return frozenset(session.scalars(query))


class _Clients:
    """With which factories, and with whose, each client is known to have finished work."""

    def __init__(self, imported: Iterable[Any], dealings: Iterable[Dealing]) -> None:
        names = {one.designer_id: one.client for one in dealings}
        self._known: dict[str, set[tuple[int, int | None]]] = defaultdict(set)
        for row in imported:
            if row.designer_id in names:
                self._known[names[row.designer_id]].add((row.factory_id, row.owner_id))

    def learn(self, finished: Iterable[FinishedWork], vouching: frozenset[int]) -> None:
        for one in finished:
            if one.is_ended_well and one.factory_id in vouching:
                self._known[one.client].add((one.factory_id, one.owner_id))

    def may_speak_of(self, one: Dealing) -> bool:
        """Known from another factory of another owner."""
        return any(
            factory_id != one.factory_id and (owner_id is None or owner_id != one.owner_id)
            for factory_id, owner_id in self._known.get(one.client, ())
        )


def _weighed(clients: _Clients, dealings: Sequence[Dealing]) -> list[Outcome]:
    """Every row for its own pair; for others the newest of each client that may speak."""
    taken: Counter[tuple[str, int]] = Counter()
    found = []
    for one in sorted(dealings, key=lambda dealing: dealing.known_on)[::-1]:
        pair = (one.client, one.factory_id)
        counts = taken[pair] < MOST_PER_CLIENT and clients.may_speak_of(one)
        taken[pair] += counts
        found.append(replace(one.outcome, counts_for_others=counts))
    return found[::-1]
