"""Teams: factories that make together what no single one can, every step covered, lots split, one of them the lead.

The problem that is solved
--------------------------
The asked processes, by their stages in the order of the trade, are the steps. A *place* is one factory doing one step,
or several steps in a row as one, with a lot of the pieces. A plan gives every step to one or several places whose lots
add up to the quantity; steps that are done as one by one place are done as one by all who share them. It is allowed if

* no place goes to a factory with a known no: inactive, item, process, asked certificate, asked verification;
* each lot is at least the factory's known minimum, and a factory shares a step once;
* the steps lie one after the other between the first possible day and the needed day, whole days, the next beginning
  the day after the one before is due, so that days of one factory never count twice;
* each place's work (`needed_hundredths` of its lot and its processes) fits in `free_hundredths` of its days;
* there are at least two factories, at most ``most_places`` places, and one factory is no shared room.

A step is *in doubt* in a place as long as its processes, the item or a certificate are no known yes, and every step of
a place is where the rate is not known or the stated weeks do not suffice. Days nobody spoke about then hold one
factory-day each; an unknown rate holds any lot, in no fewer days than its steps' equal share of all days.

The best plan has, in this order, the fewest doubts (over all places), the fewest factories, the fewest places, the
highest sum of the factories' scores (in thousandths), the lowest sum of their numbers in the order of the ids. Each
step is then as early as it can be, and lots are shared by what each could make in those days. A further proposal is the
best plan that does not hold all the factories of an earlier one; where there is one without doubts, all are.

This is exact over all chains of whole days for up to `MOST_CANDIDATES` factories that could take a step. Of more, those
are taken that can make most or fit best, step by step. With many factories and hardly enough time the proof is given up
after a while (`EFFORT` in `recommender.team_search`): the plan then keeps every rule, but a better one may exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from recommender.capacity import DAY_HUNDREDTHS, DAYS_IN_WEEK, needed_hundredths, rate_for
from recommender.feasibility import Active, Certificates, DoesProcesses, MakesItem, Verified, all_of
from recommender.price import SEWING_STAGE
from recommender.types import Answer, BriefFeatures, FactoryFeatures, Team, TeamPlace

if TYPE_CHECKING:
    from recommender.team_lots import Option, Stretch
    from recommender.team_search import Step

MOST_CANDIDATES = 60
MOST_PLACES = 6
MOST_TEAMS = 3


def propose_teams(
    brief: BriefFeatures,
    factories: Iterable[FactoryFeatures],
    stage_of: Mapping[str, str],
    stage_order: Sequence[str],
    scores: Mapping[str, float] | None = None,
    *,
    most: int = MOST_TEAMS,
    most_places: int = MOST_PLACES,
    without: frozenset[str] = frozenset(),
    keep: Sequence[TeamPlace] = (),
) -> tuple[Team, ...]:
    """Up to ``most`` plans for the brief, best first; none when nobody can.

    Parameters
    ----------
    stage_of : mapping of str to str
        Process code to stage code.
    stage_order : sequence of str
        Stages in the order in which a garment passes them; others come last.
    scores : mapping of str to float, optional
        How well each factory fits, from 0 to 1; 0 for those left out.
    without : frozenset of str
        Factories that get no place, such as one that dropped out.
    keep : sequence of TeamPlace
        Places that are agreed. They stay as they are, at most numbered anew; what is missing is planned between them.
    """
    plan = _Plan(brief, stage_of, stage_order, keep)
    places = most_places - len(keep)
    if places < 1 or not plan.gaps or any(gap.first > gap.last for gap in plan.gaps):
        return ()
    crew = _Crew(plan, scores or {})
    crew.call(factory for factory in factories if factory.id not in without)
    for options in crew.options():
        if found := _search(plan, crew, options, places, most):
            return found
    return ()


def _search(plan: _Plan, crew: _Crew, options: list[Option], places: int, most: int) -> tuple[Team, ...]:
    from recommender.team_search import TeamSearch

    if not options:
        return ()
    kept = frozenset(place.factory for place in plan.kept)
    search = TeamSearch(plan.stretches, options, crew.scores, kept, places, crew.leaders(kept))
    return tuple(_team(plan, crew, options, steps) for steps in search.best(most))


@dataclass(frozen=True, slots=True)
class _Gap:
    """Steps without anybody: behind so many of the kept positions, or beside one of them, and the days for it."""

    behind: int
    steps: tuple[frozenset[str], ...]
    quantity: int
    first: date
    last: date
    beside: frozenset[str] = frozenset()


class _Plan:
    """The steps of a brief, and what of them is still to be given."""

    def __init__(
        self, brief: BriefFeatures, stage_of: Mapping[str, str], stage_order: Sequence[str], keep: Sequence[TeamPlace]
    ) -> None:
        self.brief, self.stage_of = brief, stage_of
        self._order = {stage: number for number, stage in enumerate(stage_order)}
        self.kept = sorted(keep, key=lambda place: place.position)
        self.positions = [list(places) for _number, places in groupby(self.kept, key=lambda place: place.position)]
        self.monday = brief.starts_on - timedelta(days=brief.starts_on.weekday())
        self.gaps = [*self._lots_missing(), *self._steps_missing()]

    @property
    def stretches(self) -> list[Stretch]:
        from recommender.team_lots import Stretch

        return [
            Stretch(gap.steps, gap.quantity, self._number(gap.first), self._number(gap.last), gap.beside)
            for gap in self.gaps
        ]

    def day(self, number: int) -> date:
        return self.monday + timedelta(days=number)

    def _number(self, day: date) -> int:
        return (day - self.monday).days

    def rank(self, process: str) -> tuple[int, str]:
        stage = self.stage_of.get(process, process)
        return self._order.get(stage, len(self._order)), stage

    def _steps_missing(self) -> Iterator[_Gap]:
        """The steps nobody keeps, each run of them before the first kept position of a later stage."""
        taken = frozenset(process for place in self.kept for process in place.processes)
        missing = sorted(self.brief.processes - taken, key=lambda process: (self.rank(process), process))
        steps = [(rank, frozenset(of_stage)) for rank, of_stage in groupby(missing, key=self.rank)]
        starts = [min(map(self.rank, places[0].processes)) for places in self.positions]
        for behind, run in groupby(steps, key=lambda step: _first_after(step[0], starts)):
            yield _Gap(
                behind,
                tuple(processes for _rank, processes in run),
                self.brief.quantity,
                self._day_after(behind - 1),
                self._day_before(behind),
            )

    def _lots_missing(self) -> Iterator[_Gap]:
        """Kept positions that no longer make all the pieces.

        Where steps are missing on one side too, the new lot keeps to the days of the others on that side.
        """
        runs = {gap.behind for gap in self._steps_missing()}
        for number, places in enumerate(self.positions):
            if (quantity := self.brief.quantity - sum(place.quantity for place in places)) > 0:
                first = min(place.starts_on for place in places) if number in runs else self._day_after(number - 1)
                last = max(place.due_on for place in places) if number + 1 in runs else self._day_before(number + 1)
                beside = frozenset(place.factory for place in places)
                first = max(first, self.brief.starts_on)
                yield _Gap(number, (places[0].processes,), quantity, first, last, beside)

    def _day_after(self, position: int) -> date:
        due = [place.due_on for place in self.positions[position]] if position >= 0 else []
        return max([self.brief.starts_on, *(day + timedelta(days=1) for day in due)])

    def _day_before(self, position: int) -> date:
        starts = [place.starts_on for place in self.positions[position]] if position < len(self.positions) else []
        return min([self.brief.needed_by, *(day - timedelta(days=1) for day in starts)])


def _first_after(rank: tuple[int, str], starts: Sequence[tuple[int, str]]) -> int:
    return next((number for number, start in enumerate(starts) if start > rank), len(starts))


class _Crew:
    """Factories that could take a part, and the parts each could take."""

    def __init__(self, plan: _Plan, scores: Mapping[str, float]) -> None:
        self._plan, self._brief = plan, plan.brief
        highest = max([1.0, *scores.values()])
        self.scores = {name: score / highest for name, score in scores.items()}
        self._whole = [rule(plan.stage_of) for rule in (Active, MakesItem, Certificates, Verified)]
        self._processes = DoesProcesses(plan.stage_of)
        self._known: dict[str, FactoryFeatures] = {}
        self._options: dict[str, list[Option]] = {}

    def call(self, factories: Iterable[FactoryFeatures]) -> None:
        """Take note of all who could take a part."""
        for factory in factories:
            if options := list(self._could_take(factory)):
                self._known[factory.id] = factory
                self._options[factory.id] = options

    def options(self) -> Iterator[list[Option]]:
        """Those without doubts alone, then all; of the best factories, by id."""
        for most in (0, len(self._brief.processes)):
            mine = {
                name: [option for option in options if option.doubts <= most] for name, options in self._options.items()
            }
            names = _best_of({name: options for name, options in mine.items() if options}, self._plan, self.scores)
            yield [option for name in sorted(names) for option in mine[name]]

    def leaders(self, kept: frozenset[str]) -> frozenset[str] | None:
        """Those of whom one must join so that there is a lead; None when one is there."""
        if any(place.is_lead for place in self._plan.kept) or not all(map(self.is_shared_room, kept)):
            return None
        return frozenset(name for name in self._known if not self.is_shared_room(name))

    def is_shared_room(self, name: str) -> bool:
        return name in self._known and self._known[name].is_shared_room

    def needed(self, name: str, processes: frozenset[str], quantity: int) -> int | None:
        return needed_hundredths(self._part(processes, quantity), self._known[name], self._plan.stage_of)

    def _part(self, processes: frozenset[str], quantity: int) -> BriefFeatures:
        return replace(self._brief, processes=processes, quantity=quantity)

    def _could_take(self, factory: FactoryFeatures) -> Iterator[Option]:
        fits = all_of([rule.answer(self._brief, factory) for rule in self._whole])
        if fits is Answer.NO:
            return
        for number, gap in enumerate(self._plan.gaps):
            if factory.id in gap.beside or (factory.minimum_order_quantity or 1) > gap.quantity:
                continue
            does = [all_of([fits, self._processes.answer(self._part(step, 1), factory)]) for step in gap.steps]
            for begin in range(len(does)):
                for end in range(begin + 1, len(does) + 1):
                    if does[end - 1] is Answer.NO:
                        break
                    yield from self._ways(factory, number, (begin, end), does[begin:end].count(Answer.UNKNOWN))

    def _ways(self, factory: FactoryFeatures, gap: int, span: tuple[int, int], doubts: int) -> Iterator[Option]:
        """The span in the days that were stated, and with hope where more would then be possible."""
        from recommender.team_lots import Option

        processes = frozenset[str]().union(*self._plan.gaps[gap].steps[slice(*span)])
        rate = rate_for(self._part(processes, 1), factory, self._plan.stage_of)
        stated, hoped = self._weeks(factory, unsaid=0), self._weeks(factory, unsaid=DAYS_IN_WEEK * DAY_HUNDREDTHS)
        is_known = rate is not None and factory.free_weeks is not None
        least = factory.minimum_order_quantity or 1
        if is_known:
            yield Option(factory.id, gap, *span, doubts, rate, stated, least)
        if not is_known or hoped != stated:
            yield Option(factory.id, gap, *span, span[1] - span[0], rate, hoped, least)

    def _weeks(self, factory: FactoryFeatures, unsaid: int) -> tuple[int, ...]:
        free = {week.starts_on: week.free_hundredths for week in factory.free_weeks or ()}
        count = (self._brief.needed_by - self._plan.monday).days // DAYS_IN_WEEK + 1
        return tuple(free.get(self._plan.day(DAYS_IN_WEEK * number), unsaid) for number in range(count))


def _best_of(options: Mapping[str, list[Option]], plan: _Plan, scores: Mapping[str, float]) -> list[str]:
    """At most `MOST_CANDIDATES` of them: for each step in turn the next that can make most, and that fits best."""
    if len(options) <= MOST_CANDIDATES:
        return list(options)
    queues = []
    for number, gap in enumerate(plan.gaps):
        for step in range(len(gap.steps)):
            pieces = {name: _pieces(of_one, number, step, gap.quantity) for name, of_one in options.items()}
            able = sorted((name for name in pieces if pieces[name]), key=lambda name: (-scores.get(name, 0.0), name))
            queues += [able, sorted(able, key=pieces.__getitem__, reverse=True)]
    chosen: dict[str, None] = {}
    for turn in range(len(options)):
        chosen.update((queue[turn], None) for queue in queues if turn < len(queue))
        if len(chosen) >= MOST_CANDIDATES:
            break
    return list(chosen)[:MOST_CANDIDATES]


def _pieces(options: Sequence[Option], gap: int, step: int, quantity: int) -> float:
    """About how many pieces of a step the factory can make in all its weeks; those without doubts come first."""
    lots = [
        min(quantity, quantity if option.rate is None else sum(option.free) * option.rate / DAY_HUNDREDTHS)
        * (1 if option.doubts else 2)
        for option in options
        if option.stretch == gap and option.begin <= step < option.end
    ]
    return max(lots, default=0.0)


def _team(plan: _Plan, crew: _Crew, options: Sequence[Option], stretches: Sequence[Sequence[Step]]) -> Team:
    steps: list[tuple[tuple[int, int], list[TeamPlace]]] = [
        ((number, 1), list(places)) for number, places in enumerate(plan.positions)
    ]
    for gap, chain in zip(plan.gaps, stretches, strict=True):
        for step in chain:
            shares = zip(step.options, step.lots, strict=True)
            places = [_place(plan, crew, options[one], lot, step) for one, lot in shares]
            if gap.beside:
                steps[gap.behind][1].extend(places)
            else:
                steps.append(((gap.behind, 0), places))
    in_order = [places for _at, places in sorted(steps, key=lambda step: step[0])]
    numbered = [replace(place, position=number) for number, step in enumerate(in_order, 1) for place in step]
    return Team(tuple(_led(plan, crew, numbered)))


def _place(plan: _Plan, crew: _Crew, option: Option, lot: int, step: Step) -> TeamPlace:
    processes = frozenset[str]().union(*plan.gaps[option.stretch].steps[option.begin : option.end])
    return TeamPlace(
        factory=option.factory,
        position=0,
        processes=processes,
        quantity=lot,
        starts_on=plan.day(step.first),
        due_on=plan.day(step.last),
        needed_hundredths=crew.needed(option.factory, processes, lot),
    )


def _led(plan: _Plan, crew: _Crew, places: Sequence[TeamPlace]) -> list[TeamPlace]:
    """The kept lead, or whoever sews most pieces, else works longest; no shared room. Ties by score, then id."""
    if any(place.is_lead for place in places):
        return list(places)

    def claim(number: int) -> tuple[int, int, float, str]:
        place = places[number]
        sews = any(plan.stage_of.get(process, process) == SEWING_STAGE for process in place.processes)
        work = place.needed_hundredths or 0
        return -place.quantity * sews, -work, -crew.scores.get(place.factory, 0.0), place.factory

    can = [number for number, place in enumerate(places) if not crew.is_shared_room(place.factory)]
    lead = min(can, key=claim)
    return [replace(place, is_lead=number == lead) for number, place in enumerate(places)]
