"""After a member of a team has refused: who stays, and whose questions go over to the new plan."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.briefs.services import take_back_request
from garment_hub.quotes.standing import is_lapsed
from models.brief import Brief
from models.quote import QuoteRequest, RequestStatus
from models.team import Team, TeamMember

WAITING = frozenset({RequestStatus.OPEN, RequestStatus.ANSWERED})


def said_no(session: Session, brief: Brief) -> frozenset[int]:
    """Factories that refused this brief or a part of it."""
    refused = select(QuoteRequest.factory_id).where(
        QuoteRequest.brief_id == brief.id, QuoteRequest.status == RequestStatus.DECLINED
    )
    return frozenset(session.scalars(refused))


def staying(session: Session, team: Team | None, today: date) -> list[TeamMember]:
    """The others of a team of which one has refused, as far as their days are still ahead; nobody of a whole team."""
    if team is None:
        return []
    asked = _asked(session, team.brief)
    members = [member for request, member in asked if member.team is team and _stands(request, today)]
    return [member for member in members if member.starts_on >= today] if team in _broken(asked) else []


def take_over(session: Session, team: Team, today: date) -> dict[TeamMember, QuoteRequest]:
    """Give the new plan the questions of broken teams about the same work on the same days; take back what is left.

    So nobody is asked twice, and a price already named stands.
    """
    asked = _asked(session, team.brief, lock=True)
    broken = _broken(asked)
    open_ones = [(request, member) for request, member in asked if member.team in broken and _stands(request, today)]
    taken: dict[TeamMember, QuoteRequest] = {}
    for request, member in open_ones:
        same = (each for each in team.members if each not in taken and _work(each) == _work(member))
        if (heir := next(same, None)) is not None:
            taken[heir] = request
    if not taken:
        return taken
    for heir, request in taken.items():
        request.team_member = heir
    session.flush()
    for request, _member in open_ones:
        if request not in taken.values():
            take_back_request(session, request)
    return taken


def _asked(session: Session, brief: Brief, *, lock: bool = False) -> list[tuple[QuoteRequest, TeamMember]]:
    """Requests to members of teams, the newest first."""
    query = select(QuoteRequest).where(QuoteRequest.brief_id == brief.id, QuoteRequest.team_member_id.is_not(None))
    query = query.order_by(QuoteRequest.id.desc())
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return [(request, request.team_member) for request in session.scalars(query) if request.team_member]


def _broken(asked: list[tuple[QuoteRequest, TeamMember]]) -> set[Team]:
    return {member.team for request, member in asked if request.status is RequestStatus.DECLINED}


def _stands(request: QuoteRequest, today: date) -> bool:
    return request.status in WAITING and not is_lapsed(request, today)


def _work(member: TeamMember) -> tuple[object, ...]:
    return member.factory_id, frozenset(member.processes), member.quantity, member.starts_on, member.due_on
