"""The exact search behind `recommender.teams`: an integer programme says who, a walk over the days says when.

The programme (HiGHS) knows no dates. It knows, for every place somebody could take, the most pieces possible between
the earliest day on which anybody can have done what comes before and the latest on which anybody can still do the rest.
Its answer is walked day by day; one that comes too late is cut off with all others that are no faster, and asked again.
So the first answer that arrives is the best over all chains of whole days. Where hardly anything arrives in time,
proving that can take minutes: after so much `EFFORT` the best is taken over the timetables of the fastest chains alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from recommender.team_lots import Array, Lots, Option, Stretch, shared
from recommender.team_programme import Programme, Span

#: Each answer that is cut off counts as the square of the options: what the next one costs. After so much, timetables.
EFFORT = 20_000
#: Sizes of chains, from the smallest possible, whose timetables are tried.
TIMETABLES = 2
#: Share of the cost left open there: less than one place of six, so that only the scores may be short of the best.
TIMETABLE_GAP = 0.01
SCORE_DIGITS = 3
#: What one place in the order of the ids costs; of six factories among sixty together less than a thousandth.
ID_STEP = 2.5e-6


@dataclass(frozen=True, slots=True)
class Step:
    """The options that share one step, with their pieces and the days of the step."""

    options: tuple[int, ...]
    lots: tuple[int, ...]
    first: int
    last: int


class TeamSearch:
    """Teams over given options, best first.

    Parameters
    ----------
    stretches : sequence of Stretch
        What is to be done.
    options : sequence of Option
        Who could do which part of it.
    scores : mapping of str to float
        How well a factory fits, between 0 and 1.
    kept : frozenset of str
        Factories of the team already; they cost nothing.
    places : int
        How many places may be given.
    leaders : frozenset of str
        Factories of which one must be in the team; empty if a lead is there.
    """

    def __init__(
        self,
        stretches: Sequence[Stretch],
        options: Sequence[Option],
        scores: Mapping[str, float],
        kept: frozenset[str],
        places: int,
        leaders: frozenset[str] | None,
    ) -> None:
        self.stretches, self.options, self.places = stretches, options, places
        self.lots = Lots(options, stretches)
        self._of_span: dict[Span, list[int]] = {}
        for number, option in enumerate(options):
            self._of_span.setdefault((option.stretch, option.begin, option.end), []).append(number)
        self._scores, self._kept, self._leaders = scores, kept, leaders

    def best(self, most: int) -> list[list[list[Step]]]:
        """Up to ``most`` teams: for each stretch its steps. None holds all the new factories of an earlier one."""
        programmes, effort = self._over_all_days(), float(EFFORT)
        found: list[list[list[Step]]] = []
        earlier: list[frozenset[str]] = []
        while len(found) < most and (answers := [one for one in (each.solve() for each in programmes) if one]):
            chosen, is_spent = min(answers)[1], effort <= 0
            walks = [self._walk(number, chosen) for number in range(len(self.stretches))]
            if not (late := [walk for walk in walks if walk.is_late]):
                found.append([walk.steps for walk in walks])
                earlier.append(frozenset(self.options[one].factory for one in chosen) - self._kept)
                self._bar(programmes, earlier[-1:])
            elif not is_spent:
                effort -= len(self.options) ** 2
                for walk in late:
                    self._cut(programmes[0], walk, chosen)
            if is_spent:
                programmes, effort = self._over_timetables(), np.inf  # whose answers are never late
                self._bar(programmes, earlier)
        return found

    def _bar(self, programmes: Sequence[Programme], teams: Sequence[frozenset[str]]) -> None:
        for programme, team in product(programmes, teams):
            programme.add([(programme.factory(name), 1.0) for name in sorted(team)], high=len(team) - 1)

    # -- when ------------------------------------------------------------------------------------------------------

    def _walk(self, stretch: int, chosen: Sequence[int]) -> _Walk:
        """Every step as early as it can be; earlier is never worse, for a later window lies inside an earlier one."""
        known = self.stretches[stretch]
        mine = [self.options[one] for one in chosen if self._is_in(one, stretch)]
        spans = sorted({(option.begin, option.end) for option in mine})
        walk, day = _Walk(stretch), known.first
        for span in spans:
            members = np.array([one for one in chosen if one in self._of_span[(stretch, *span)]])
            days = np.arange(day, known.last + 1)
            lots = self.lots.between(members, np.full_like(days, day), days)
            is_done = (lots.sum(axis=0) >= known.quantity) & (lots > 0).all(axis=0)
            walk.spans.append(span)
            if not is_done.any():
                walk.is_late = True
                walk.days.append((day, known.last + 1))  # no day that is left is soon enough
                return walk
            at = int(is_done.argmax())
            shares = shared(known.quantity, self.lots.least[members], lots[:, at])
            walk.days.append((day, day + at))
            walk.steps.append(Step(tuple(members.tolist()), shares, day, day + at))
            day += at + 1
        return walk

    def _is_in(self, option: int, stretch: int) -> bool:
        return self.options[option].stretch == stretch

    def _cut(self, programme: Programme, walk: _Walk, chosen: Sequence[int]) -> None:
        """Some span must be done sooner than this walk says.

        With a day for every border between steps, a chain whose spans all fail to go from one border's day to before
        the next one's is by induction at no border sooner, so it comes too late as well.
        """
        known = self.stretches[walk.stretch]
        borders = self._borders(walk)
        sooner, is_cut = [], True
        for (of, begin, end), which in self._of_span.items():
            if of != walk.stretch or borders[begin] > known.last:
                continue
            window = np.array([borders[begin]]), np.array([borders[end] - 2])
            lots = self.lots.between(np.array(which), *window)[:, 0] / known.quantity
            if np.sort(lots)[-self.places :].sum() >= 1.0:
                column = programme.column()
                programme.add([*zip(which, lots.tolist(), strict=True), (column, -1.0)], low=0.0)
                sooner.append((column, 1.0))
                is_cut &= lots[np.isin(which, chosen)].sum() < 1.0
        programme.add(sooner, low=1.0)
        if not is_cut:  # held up by its smallest lot, not by its pace
            mine = [one for one in chosen if self._is_in(one, walk.stretch)]
            rest = [one for one in range(len(self.options)) if self._is_in(one, walk.stretch) and one not in mine]
            programme.add([*((one, -1.0) for one in mine), *((one, 1.0) for one in rest)], low=1.0 - len(mine))

    def _borders(self, walk: _Walk) -> list[int]:
        """The first free day behind each step; inside a span in proportion to how fast its halves can be done."""
        known = self.stretches[walk.stretch]
        borders = [known.last + 2] * (len(known.steps) + 1)
        for (begin, end), (first, last) in zip(walk.spans, walk.days, strict=True):
            borders[begin] = first
            borders[end] = last + 1
            for inside in range(begin + 1, end):
                left, right = (self._fastest(walk.stretch, *half) for half in ((begin, inside), (inside, end)))
                borders[inside] = first + round((last + 1 - first) * left / (left + right))
        return borders

    def _fastest(self, stretch: int, begin: int, end: int) -> int:
        """Days of the stretch that the fastest alone needs for these steps."""
        known = self.stretches[stretch]
        which = np.array(self._of_span.get((stretch, begin, end), []), dtype=np.int64)
        days = np.arange(known.first, known.last + 1)
        is_done = (self.lots.between(which, np.full_like(days, known.first), days) >= known.quantity).any(axis=0)
        return int(is_done.argmax()) + 1 if is_done.any() else len(days)

    # -- who -------------------------------------------------------------------------------------------------------

    def _over_all_days(self) -> list[Programme]:
        """The programme without cuts; none when some stretch cannot be done even if the others need nobody."""
        most = np.zeros(len(self.options), dtype=np.int64)
        for number in range(len(self.stretches)):
            ahead, behind = self._reach(number)[0], self._latest(number)
            if np.isinf(ahead[-1]).all():
                return []
            for (_of, begin, end), which in self._spans_of(number):
                firsts, lasts = ahead[begin, :-1], behind[end, :-1][::-1]
                is_open = firsts <= lasts  # never where one of them cannot be reached
                if is_open.any():
                    windows = firsts[is_open].astype(int), lasts[is_open].astype(int)
                    most[which] = self.lots.between(which, *windows).max(axis=1)
        return [self._written(most)]

    def _over_timetables(self) -> list[Programme]:
        """One programme for each of the `TIMETABLES`, as it is and stretched over all the days."""
        written = {}
        for more, is_stretched in product(range(TIMETABLES), (False, True)):
            most = np.zeros(len(self.options), dtype=np.int64)
            for number in range(len(self.stretches)):
                borders = self._timetable(number, more, is_stretched)
                for (_of, begin, end), which in self._spans_of(number):
                    window = np.array([borders[begin]]), np.array([borders[end] - 1])
                    most[which] = self.lots.between(which, *window)[:, 0]
            if most.tobytes() not in written:
                written[most.tobytes()] = self._written(most, TIMETABLE_GAP)
        return list(written.values())

    def _timetable(self, stretch: int, more: int, is_stretched: bool) -> list[int]:
        """The first day of each step and the day behind the last, in the fastest chain of the fewest or more places."""
        known = self.stretches[stretch]
        days, came = self._reach(stretch)
        at = len(known.steps)
        places = min(int(np.isfinite(days[at]).argmax()) + more, self.places)
        walk, ends = _Walk(stretch), int(days[at, places])
        while at:
            begin, used = came[at, places]
            walk.spans.insert(0, (begin, at))
            walk.days.insert(0, (int(days[begin, used]), int(days[at, places]) - 1))
            at, places = begin, used
        borders = self._borders(walk)
        if is_stretched:
            room = known.last + 1 - known.first
            return [known.first + (border - known.first) * room // (ends - known.first) for border in borders]
        return [*borders[:-1], known.last + 1]

    def _reach(self, stretch: int) -> tuple[Array, dict[tuple[int, int], tuple[int, int]]]:
        """The first free day after so many steps with at most so many places, by the fastest for each, and how."""
        known = self.stretches[stretch]
        days = np.full((len(known.steps) + 1, self.places + 1), np.inf)
        days[0] = known.first
        came: dict[tuple[int, int], tuple[int, int]] = {}
        for begin in range(len(known.steps) + 1):
            for used in range(self.places + 1):
                if used and days[begin, used - 1] <= min(days[begin, used], known.last + 1):
                    days[begin, used] = days[begin, used - 1]
                    came[begin, used] = came.get((begin, used - 1), (0, 0))
                if days[begin, used] <= known.last:
                    self._go_on(stretch, (begin, used), days, came)
        return days, came

    def _go_on(
        self, stretch: int, at: tuple[int, int], days: Array, came: dict[tuple[int, int], tuple[int, int]]
    ) -> None:
        """From one number of steps and places to all that can be reached by one more span."""
        (begin, used), first = at, int(days[at])
        until = np.arange(first, self.stretches[stretch].last + 1)
        for (_of, start, end), which in self._spans_of(stretch):
            if start == begin:
                is_done = self._done_by_fastest(which, np.full_like(until, first), until)
                for more, done in enumerate(is_done[: self.places - used], used + 1):
                    day = first + int(done.argmax()) + 1
                    if done.any() and day < days[end, more]:
                        days[end, more], came[end, more] = day, at

    def _latest(self, stretch: int) -> Array:
        """The last day left for what comes before, when at most so many places do the rest."""
        known = self.stretches[stretch]
        days = np.full((len(known.steps) + 1, self.places + 1), -np.inf)
        days[-1] = known.last
        for begin in range(len(known.steps) - 1, -1, -1):
            for (_of, start, end), which in self._spans_of(stretch):
                for used in range(self.places if start == begin else 0):
                    since = np.arange(known.first, max(days[end, used], known.first - 1) + 1).astype(int)
                    is_done = self._done_by_fastest(which, since, np.full_like(since, since[-1] if len(since) else 0))
                    for more, done in enumerate(is_done[: self.places - used], used + 1):
                        days[begin, more] = max(days[begin, more], *(since[done] - 1), -np.inf)
            days[begin] = np.maximum.accumulate(days[begin])
        return days

    def _spans_of(self, stretch: int) -> list[tuple[Span, Array]]:
        return [(span, np.array(which)) for span, which in self._of_span.items() if span[0] == stretch]

    def _done_by_fastest(self, which: Array, first: Array, last: Array) -> Array:
        """For one, two, ... of the options: in which windows the fastest of them make all the pieces."""
        lots = -np.sort(-self.lots.between(which, first, last), axis=0)[: self.places]
        done: Array = np.cumsum(lots, axis=0) >= self.lots.quantity[which[0]]
        return done

    def _written(self, most: Array, gap: float = 0.0) -> Programme:
        names = sorted({option.factory for option in self.options} - self._kept)
        programme = Programme(self._costs(), self._factory_costs(names), list(self._of_span), gap)
        for number, stretch in enumerate(self.stretches):
            for step in range(len(stretch.steps)):
                over = [span for span in self._of_span if span[0] == number and span[1] <= step < span[2]]
                programme.add([(programme.span(span), 1.0) for span in over], low=1.0, high=1.0)
                self._link(programme, [one for span in over for one in self._of_span[span]])
        for span, which in self._of_span.items():
            chosen = (programme.span(span), -1.0)
            programme.add([*((one, most[one] / self.lots.quantity[one]) for one in which), chosen], low=0.0)
            programme.add([*((one, self.lots.least[one] / self.lots.quantity[one]) for one in which), chosen], high=0.0)
        self._bound(programme, most)
        return programme

    def _link(self, programme: Programme, over: list[int]) -> None:
        """Whoever has a place is in the team, and has one place in a step."""
        places: dict[str, list[tuple[int, float]]] = {}
        for one in over:
            places.setdefault(self.options[one].factory, []).append((one, 1.0))
        for name, terms in places.items():
            if name in self._kept:
                programme.add(terms, high=1.0)
            else:
                programme.add([*terms, (programme.factory(name), -1.0)], high=0.0)

    def _bound(self, programme: Programme, most: Array) -> None:
        for one, pieces in enumerate(most):
            if pieces == 0:
                programme.close(one)
        mine: dict[str, list[tuple[int, float]]] = {}
        for one, option in enumerate(self.options):
            mine.setdefault(option.factory, []).append((one, 1.0))
        new = {name: programme.factory(name) for name in mine if name not in self._kept}
        for name, column in new.items():
            programme.add([*mine[name], (column, -1.0)], low=0.0)
        programme.add([(one, 1.0) for one in range(len(self.options))], high=self.places)
        programme.add([(column, 1.0) for column in new.values()], low=max(0, 2 - len(self._kept)))
        if self._leaders is not None:
            programme.add([(new[name], 1.0) for name in self._leaders if name in new], low=1.0)

    def _costs(self) -> list[float]:
        """Of a place: most of all its doubts, then that it is one more."""
        base = float(self.places + 1)
        return [base + option.doubts * base**3 for option in self.options]

    def _factory_costs(self, names: Sequence[str]) -> dict[str, float]:
        base = float(self.places + 1)
        return {
            name: base**2 - round(self._scores.get(name, 0.0), SCORE_DIGITS) + ID_STEP * number
            for number, name in enumerate(names)
        }


@dataclass(slots=True)
class _Walk:
    """One stretch day by day; ``days`` of a late last step end behind the stretch."""

    stretch: int
    spans: list[tuple[int, int]] = field(default_factory=list)
    days: list[tuple[int, int]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    is_late: bool = False
