"""Proposed teams as the page shows them: a picture of who works when, its table, and the rows that ask them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.briefs.working_days import IsWorking, working_days_of
from garment_hub.recommendations.teaming import ProposedPlace
from models.brief import Brief
from models.capacity import week_of
from models.factory import Factory
from models.vocabulary import stage_of

ONE_DAY, ONE_WEEK = timedelta(days=1), timedelta(weeks=1)
# The picture ends at most so many weeks after the work: a far due date would press the bars together.
MOST_WEEKS_AFTER = timedelta(weeks=3)
# Heights in the picture, as in its style sheet; widths are percent.
HEAD, ROW, BAR = 52, 64, 36
GAP = 1.0
COLOURS = 4
Run = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Member:
    """A place with its factory and its bar; ``colour`` is the factory's own, counted from 1."""

    place: ProposedPlace
    factory: Factory
    colour: int
    start: float
    width: float
    middle: int

    @property
    def stages(self) -> list[str]:
        return list(dict.fromkeys(stage_of().get(code, code) for code in self.place.processes))

    @property
    def quantity(self) -> int:
        return self.place.quantity

    @property
    def end(self) -> float:
        return round(self.start + self.width, 2)

    @property
    def top(self) -> int:
        return self.middle - BAR // 2


@dataclass(frozen=True, slots=True)
class Handover:
    """Pieces that go from one step to the next; the line between them runs at ``at``."""

    givers: list[Member]
    takers: list[Member]
    at: float

    @property
    def top(self) -> int:
        return self.givers[0].middle

    @property
    def bottom(self) -> int:
        return self.takers[-1].middle

    @property
    def on(self) -> date:
        return max(giver.place.due_on for giver in self.givers)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days a picture shows, from a Monday to a Sunday."""

    first: date
    last: date

    def at(self, day: date) -> float:
        """Where a day begins, in percent."""
        return round(100 * (day - self.first).days / ((self.last - self.first).days + 1), 2)

    @property
    def weeks(self) -> list[tuple[float, date]]:
        """Mondays and where they stand; every second or third of a long time."""
        count = ((self.last - self.first).days + 1) // ONE_WEEK.days
        each = -(-count // 8)
        return [(self.at(monday), monday) for monday in (self.first + ONE_WEEK * n for n in range(0, count, each))]

    def rests(self, is_working: IsWorking) -> list[Run]:
        """Runs of days off: where they begin and how wide they are."""
        days = [self.first + ONE_DAY * number for number in range((self.last - self.first).days + 1)]
        runs = [list(run) for works, run in groupby(days, key=is_working) if not works]
        return [(self.at(run[0]), round(self.at(run[-1] + ONE_DAY) - self.at(run[0]), 2)) for run in runs]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A chain of places with all that its picture needs."""

    number: int
    members: list[Member]
    needed_by: date
    calendar: Calendar
    rests: list[Run]

    @property
    def factories(self) -> int:
        return len({member.factory.id for member in self.members})

    @property
    def done_on(self) -> date:
        return max(member.place.due_on for member in self.members)

    @property
    def spare_days(self) -> int:
        return (self.needed_by - self.done_on).days

    @property
    def due_at(self) -> float | None:
        """Where the day ends on which the goods are needed, if the picture reaches so far."""
        return self.calendar.at(self.needed_by + ONE_DAY) if self.needed_by <= self.calendar.last else None

    @property
    def bottom(self) -> int:
        return HEAD + ROW * len(self.members)

    @property
    def steps(self) -> list[list[Member]]:
        return [list(step) for _position, step in groupby(self.members, key=lambda member: member.place.position)]

    @property
    def handovers(self) -> list[Handover]:
        return [Handover(givers, takers, self._line(givers)) for givers, takers in pairwise(self.steps)]

    def after(self, member: Member) -> list[Member]:
        """To whom a member hands over."""
        return next((one.takers for one in self.handovers if member in one.givers), [])

    def _line(self, givers: Sequence[Member]) -> float:
        return round(max(giver.end for giver in givers) + GAP / 2, 2)

    @property
    def has_unknown(self) -> bool:
        places = [member.place for member in self.members]
        return any(None in (place.needed_hundredths, place.free_hundredths) or place.unsure for place in places)

    @property
    def lead(self) -> str:
        return next(str(number) for number, member in enumerate(self.members) if member.place.is_lead)

    def rows(self) -> list[dict[str, object]]:
        """As the form by hand takes them."""
        return [
            {
                "step": member.place.position,
                "factory_id": member.factory.id,
                "processes": list(member.place.processes),
                "quantity": member.place.quantity,
                "starts_on": member.place.starts_on,
                "due_on": member.place.due_on,
            }
            for member in self.members
        ]


def shown(session: Session, brief: Brief, teams: Sequence[Sequence[ProposedPlace]]) -> list[Proposal]:
    """The chains with names, drawn over the weeks of their work."""
    ids = {place.factory_id for team in teams for place in team}
    named = {factory.id: factory for factory in session.scalars(select(Factory).where(Factory.id.in_(ids)))}
    return [_proposal(brief, number, team, named) for number, team in enumerate(teams, 1)]


def _proposal(brief: Brief, number: int, team: Sequence[ProposedPlace], named: Mapping[int, Factory]) -> Proposal:
    done_on = max(place.due_on for place in team)
    needed_by = brief.needed_by or done_on
    last = min(needed_by, done_on + MOST_WEEKS_AFTER)
    calendar = Calendar(week_of(min(place.starts_on for place in team)), week_of(last) + ONE_WEEK - ONE_DAY)
    rests = calendar.rests(working_days_of(brief.district.country))
    return Proposal(number, list(_members(team, named, calendar)), needed_by, calendar, rests)


def _members(team: Sequence[ProposedPlace], named: Mapping[int, Factory], calendar: Calendar) -> Iterator[Member]:
    colours = {factory: number for number, factory in enumerate(dict.fromkeys(place.factory_id for place in team))}
    for row, place in enumerate(team):
        start = calendar.at(place.starts_on)
        width = round(calendar.at(place.due_on + ONE_DAY) - start - GAP, 2)
        colour = colours[place.factory_id] % COLOURS + 1
        yield Member(place, named[place.factory_id], colour, start, width, HEAD + ROW * row + ROW // 2)
