"""Compares what an import brought with everything there is, and proposes to a person what may be one firm."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, insert, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from garment_hub.registry.duplicates import Firm, Proposal, propose
from garment_hub.registry.storing import Origin
from garment_hub.registry.work import Claim, UnitOfWork, hold, paced
from models.factory import Factory
from models.merge import DuplicateSearch
from models.registry_import import DuplicateProposal, ImportPhase, RegistryRow, RowAction

MOST_COMPARED = 400_000_000  # pairs of names; above, neighbours are compared and a search of the whole is asked for
AT_ONCE = 500


class Placed(NamedTuple):
    """A firm, and the neighbourhood it is known to stand in."""

    firm: Firm
    neighbourhood_id: int | None


def sketch(firm_id: int, values: Mapping[str, Any]) -> Placed:
    """A factory that is not stored yet."""
    texts = [values.get(name) or "" for name in ("address", "phone", "business_number")]
    return Placed(Firm(firm_id, values["name"], *texts), values.get("neighbourhood_id"))


def propose_duplicates(unit_of_work: UnitOfWork, claim: Claim, origin: Origin) -> None:
    """Pairs with a factory this import created; comparing is done outside of any transaction."""
    with unit_of_work(writes=False) as session:
        mine = RegistryRow.import_id == origin.import_id, RegistryRow.action == RowAction.CREATED
        created = set(session.scalars(select(RegistryRow.factory_id).where(*mine)))
        is_parted = _count(session, origin.district_id) * len(created) > MOST_COMPARED
    with unit_of_work() as session:
        hold(session, claim, phase=ImportPhase.COMPARING)
        if is_parted:
            session.add(DuplicateSearch(district_id=origin.district_id))
    if not created:
        return
    pairs = pairs_among(_stored_groups(unit_of_work, origin.district_id, is_parted=is_parted), created)
    while chunk := list(islice(pairs, AT_ONCE)):
        with paced(unit_of_work) as session:
            hold(session, claim)
            _store(session, origin, chunk)


def pairs_among(groups: Iterable[list[Firm]], new: Collection[int | None]) -> Iterator[Proposal]:
    """Each pair within a group once, of which one is new."""
    found: set[tuple[int, int]] = set()
    for group in groups:
        mine = [firm for firm in group if firm.id in new]
        for pair in propose(mine, [firm for firm in group if firm.id not in new]) if mine else ():
            if (pair.first, pair.second) not in found:
                found.add((pair.first, pair.second))
                yield pair


def _stored_groups(unit_of_work: UnitOfWork, district_id: int, *, is_parted: bool) -> Iterator[list[Firm]]:
    """All at once where that can be done; else firms of one neighbourhood, and firms that share a number, since a
    hundred thousand against a hundred thousand takes many minutes."""
    conditions: list[ColumnElement[bool]] = [true()]
    if is_parted:
        with unit_of_work(writes=False) as session:
            query = select(Factory.neighbourhood_id).where(Factory.district_id == district_id).distinct()
            conditions = [Factory.neighbourhood_id.is_not_distinct_from(place) for place in session.scalars(query)]
        conditions.append(or_(_is_shared(Factory.phone, district_id), _is_shared(Factory.business_number, district_id)))
    for condition in conditions:
        with unit_of_work(writes=False) as session:
            firms = [placed.firm for placed in _firms(session, district_id, condition)]
        yield firms


def _is_shared(column: InstrumentedAttribute[str | None], district_id: int) -> ColumnElement[bool]:
    shared = select(column).where(Factory.district_id == district_id, column.is_not(None)).group_by(column)
    return column.in_(shared.having(func.count() > 1))


def _count(session: Session, district_id: int) -> int:
    return session.scalar(select(func.count()).where(Factory.district_id == district_id)) or 0


def _firms(session: Session, district_id: int, condition: ColumnElement[bool]) -> list[Placed]:
    columns = (Factory.id, Factory.name, Factory.address, Factory.phone, Factory.business_number)
    query = select(*columns, Factory.neighbourhood_id).where(condition)
    rows = session.execute(query.where(Factory.district_id == district_id, Factory.merged_into_id.is_(None)))
    return [
        Placed(Firm(id_, name, address or "", phone or "", number or ""), place)
        for id_, name, address, phone, number, place in rows
    ]


def groups_with(session: Session, district_id: int, new: Sequence[Placed]) -> list[list[Firm]]:
    """The same for factories that are not stored yet."""
    everybody = [*new, *_firms(session, district_id, true())]
    if len(everybody) * len(new) <= MOST_COMPARED:
        return [[firm for firm, _place in everybody]]
    uses = Counter(number for firm, _place in everybody for number in {firm.phone, firm.business_number} if number)
    parts: dict[int | None, list[Firm]] = defaultdict(list)
    for firm, neighbourhood_id in everybody:
        parts[neighbourhood_id].append(firm)
    sharing = [firm for firm, _place in everybody if max(uses[firm.phone], uses[firm.business_number]) > 1]
    return [sharing, *parts.values()]


def _store(session: Session, origin: Origin, pairs: Sequence[Proposal]) -> None:
    firsts = [pair.first for pair in pairs]
    query = select(DuplicateProposal.factory_id, DuplicateProposal.other_id)
    standing = {tuple(pair) for pair in session.execute(query.where(DuplicateProposal.factory_id.in_(firsts)))}
    values = [
        {"factory_id": pair.first, "other_id": pair.second, "score": pair.score, "import_id": origin.import_id}
        for pair in pairs
        if (pair.first, pair.second) not in standing
    ]
    if values:
        session.execute(insert(DuplicateProposal), values)
