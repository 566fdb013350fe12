"""Looks through a whole register for rows that may be one firm; what was proposed or decided is not asked again."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from garment_hub.registry.duplicates import Band, Firm, Proposal, band, propose
from garment_hub.registry.services import UnitOfWork, district_by_code
from models.base import utc_now
from models.district import District
from models.factory import Factory
from models.merge import DuplicateSearch
from models.registry_import import DuplicateProposal
from models.user import User

_AT_ONCE = 500
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to. ``asked_before`` are pairs that wait for somebody or were decided."""

    factories: int
    pairs: int
    asked_before: int
    same: int
    look: int

    def as_json(self) -> dict[str, int]:
        return asdict(self)


def search_register(unit_of_work: UnitOfWork, *, district_code: str) -> Found:
    """Compare every factory of the district with every other, outside of any transaction, and propose what is new."""
    with unit_of_work(writes=False) as session:
        district_id = district_by_code(session, district_code).id
        firms = firms_of(session, district_id)
    found = propose(firms)
    new: list[Proposal] = []
    for some in _chunks(found):
        with unit_of_work() as session:
            # Searches at once take turns. Rows that only point to the district are not held up.
            session.execute(select(District.id).where(District.id == district_id).with_for_update(key_share=True))
            new += _store(session, some)
    bands = [band(one.score) for one in new]
    return Found(len(firms), len(found), len(found) - len(new), bands.count(Band.SAME), bands.count(Band.LOOK))


def ask_for_search(session: Session, actor: User, district: District) -> DuplicateSearch:
    """Have the register looked through beside the pages; one that still waits is enough."""
    waiting = session.scalar(
        select(DuplicateSearch).where(DuplicateSearch.district_id == district.id, DuplicateSearch.done_at.is_(None))
    )
    if waiting is None:
        waiting = DuplicateSearch(district_id=district.id, asked_by_id=actor.id)
        session.add(waiting)
        session.flush()
    return waiting


def last_search(session: Session, district_id: int) -> DuplicateSearch | None:
    query = select(DuplicateSearch).where(DuplicateSearch.district_id == district_id)
    return session.scalar(query.order_by(DuplicateSearch.id.desc()).limit(1))


def run_searches(unit_of_work: UnitOfWork) -> int:
    """Do what was asked for. Cut off or run twice it proposes no pair twice."""
    with unit_of_work(writes=False) as session:
        query = select(DuplicateSearch.id, District.code).join(District, DuplicateSearch.district_id == District.id)
        waiting = session.execute(query.where(DuplicateSearch.done_at.is_(None))).all()
    for search_id, code in waiting:
        figures = search_register(unit_of_work, district_code=code).as_json()
        with unit_of_work() as session:
            done = update(DuplicateSearch).where(DuplicateSearch.id == search_id)
            session.execute(done.values(done_at=utc_now(), figures=figures))
        log.info("duplicates of %s: %s", code, figures)
    return len(waiting)


def firms_of(session: Session, district_id: int) -> list[Firm]:
    """What is compared of every row of a district that still stands for itself."""
    query = select(Factory.id, Factory.name, Factory.address, Factory.phone, Factory.business_number)
    rows = session.execute(query.where(Factory.district_id == district_id, Factory.merged_into_id.is_(None)))
    return [Firm(id_, name, address or "", phone or "", number or "") for id_, name, address, phone, number in rows]


def _chunks(found: Sequence[Proposal]) -> Iterator[list[Proposal]]:
    rest = iter(found)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def _store(session: Session, pairs: Sequence[Proposal]) -> list[Proposal]:
    """The pairs nobody was asked about yet, whose rows both stand still."""
    query = select(DuplicateProposal.factory_id, DuplicateProposal.other_id)
    query = query.where(DuplicateProposal.factory_id.in_({pair.first for pair in pairs}))
    asked = {tuple(row) for row in session.execute(query)}
    ids = {id_ for pair in pairs for id_ in (pair.first, pair.second)}
    stands = set(session.scalars(select(Factory.id).where(Factory.id.in_(ids), Factory.merged_into_id.is_(None))))
    new = [pair for pair in pairs if (pair.first, pair.second) not in asked and {pair.first, pair.second} <= stands]
    if new:
        rows = [{"factory_id": pair.first, "other_id": pair.second, "score": pair.score} for pair in new]
        session.execute(insert(DuplicateProposal), rows)
    return new
