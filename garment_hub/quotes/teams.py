"""Teams put together by hand: the rules of a chain, making one, asking every member for its part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.quotes.dropouts import take_over
from garment_hub.quotes.services import ask_one, askable, prepare_asking, require_room
from models.brief import Brief
from models.errors import Conflict, Invalid
from models.order import Order
from models.quote import QuoteRequest, RequestStatus
from models.team import Team, TeamMember

MOST_PLACES = 6


@dataclass(frozen=True, slots=True)
class Place:
    """What one factory would do. Places of equal ``position`` share the pieces of one step between them."""

    position: int
    factory_id: int
    processes: tuple[str, ...]
    quantity: int
    starts_on: date
    due_on: date
    is_lead: bool = False


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong, in which place and column; None where it is the whole chain. ``processes`` are those meant."""

    code: str
    place: int | None = None
    column: str | None = None
    processes: tuple[str, ...] = ()


def complaints(brief: Brief, places: Sequence[Place], today: date) -> list[Complaint]:
    """Everything that keeps these places from being a chain for the brief; nothing when they are one."""
    return [*_wrong_days(brief, places, today), *_wrong_work(brief, places), *_wrong_chain(brief, places)]


def _wrong_days(brief: Brief, places: Sequence[Place], today: date) -> Iterator[Complaint]:
    for number, place in enumerate(places):
        if place.starts_on < today:
            yield Complaint("team_day_over", number, "starts_on")
        if place.due_on < place.starts_on:
            yield Complaint("team_days_swapped", number, "due_on")
        elif brief.needed_by and place.due_on > brief.needed_by:
            yield Complaint("team_day_too_late", number, "due_on")


def _wrong_work(brief: Brief, places: Sequence[Place]) -> Iterator[Complaint]:
    where: dict[str, int] = {}
    for number, place in enumerate(places):
        if not place.processes:
            yield Complaint("team_place_without_work", number, "processes")
        if twice := tuple(code for code in place.processes if where.setdefault(code, place.position) != place.position):
            yield Complaint("team_work_twice", number, "processes", twice)
    if missing := tuple(process for process in brief.processes if process not in where):
        yield Complaint("team_work_missing", processes=missing)


def _wrong_chain(brief: Brief, places: Sequence[Place]) -> Iterator[Complaint]:
    steps = in_steps(places)
    if len(places) < 2:
        yield Complaint("team_too_small")
    for step in steps:
        last = step[-1]
        if sum(places[number].quantity for number in step) != brief.quantity:
            yield Complaint("team_pieces_wrong", last, "quantity")
        if any(set(places[number].processes) != set(places[last].processes) for number in step):
            yield Complaint("team_lots_differ", last, "processes")
        if max(Counter(places[number].factory_id for number in step).values()) > 1:
            yield Complaint("team_factory_twice", last, "factory_id")
    for before, after in pairwise(steps):
        due = max(places[number].due_on for number in before)
        yield from (Complaint("team_too_early", n, "starts_on") for n in after if places[n].starts_on < due)
    if sum(place.is_lead for place in places) != 1:
        yield Complaint("team_lead_needed", column="lead")


def in_steps(places: Sequence[Place] | Sequence[TeamMember]) -> list[list[int]]:
    """The numbers of the places, step by step along the chain."""
    order = sorted(range(len(places)), key=lambda number: (places[number].position, number))
    return [list(step) for _position, step in groupby(order, key=lambda number: places[number].position)]


def build_team(session: Session, brief: Brief, places: Sequence[Place], today: date) -> Team:
    """Keep a chain that has nothing wrong with it; steps are counted from one."""
    if found := complaints(brief, places, today):
        raise Invalid("team_not_a_chain", field=found[0].column, because=found[0].code)
    team = Team(brief=brief)
    for position, step in enumerate(in_steps(places), 1):
        team.members += [_member(places[number], position) for number in step]
    session.add(team)
    session.flush()
    return team


def _member(place: Place, position: int) -> TeamMember:
    return TeamMember(
        factory_id=place.factory_id,
        position=position,
        processes=list(place.processes),
        quantity=place.quantity,
        starts_on=place.starts_on,
        due_on=place.due_on,
        is_lead=place.is_lead,
    )


def request_team(
    session: Session, team: Team, today: date, *, deposit_percent: int | None = None, repeats: Order | None = None
) -> list[QuoteRequest]:
    """Ask every member for its part. However many they are, they count as one of the five that may wait.

    Where another team broke, those who do the same in this one are not asked again.
    """
    brief = team.brief
    prepare_asking(session, brief, today, deposit_percent)
    asked = select(QuoteRequest.id).join(QuoteRequest.team_member).where(TeamMember.team_id == team.id)
    if session.scalar(asked.limit(1)) is not None:
        raise Conflict("team_already_asked")
    requests = take_over(session, team, today)
    is_counted = any(request.status is RequestStatus.OPEN for request in requests.values())
    require_room(session, brief, 0 if is_counted else 1, today)
    new = [member for member in team.members if member not in requests]
    factories = askable(session, brief, [one.factory_id for one in new], have_worked_before=repeats is not None)
    for member, factory in zip(new, factories, strict=True):
        requests[member] = ask_one(
            session, brief, factory, today, member=member, repeats=repeats, deposit_percent=deposit_percent
        )
    return [requests[member] for member in team.members]


def neighbours(member: TeamMember) -> tuple[list[TeamMember], list[TeamMember]]:
    """Who hands over to this member, and to whom it hands over."""
    steps = [[member.team.members[number] for number in step] for step in in_steps(member.team.members)]
    at = next(number for number, step in enumerate(steps) if member in step)
    return steps[at - 1] if at else [], steps[at + 1] if at + 1 < len(steps) else []
