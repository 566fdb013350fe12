"""Every team there is for a few factories and days, by trying all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import combinations, groupby

from recommender import Answer, BriefFeatures, FactoryFeatures, free_hundredths, needed_hundredths, rate_for
from recommender.capacity import window_days
from recommender.feasibility import Active, Certificates, DoesProcesses, MakesItem, Verified, all_of
from recommender.teams import MOST_PLACES
from tests.recommender.worlds import STAGE_OF

ORDER = ["pattern", "cutting_stage", "decoration", "sewing", "special_machine", "finishing"]
RULES = (Active, MakesItem, Certificates, Verified, DoesProcesses)
Way = tuple[int, bool]  # number of the factory, and whether its stated days are to suffice


class Enumeration:
    """Tries every way to join the steps, to share them and to count on days nobody spoke about."""

    def __init__(self, brief: BriefFeatures, factories: Sequence[FactoryFeatures], scores: dict[str, float]) -> None:
        self.brief, self.scores = brief, scores
        self.factories = sorted(factories, key=lambda factory: factory.id)
        ranked = sorted(brief.processes, key=lambda process: ORDER.index(STAGE_OF[process]))
        self.steps = [frozenset(of_stage) for _s, of_stage in groupby(ranked, key=lambda one: STAGE_OF[one])]
        self.can = cache(self._can)
        self.pieces = cache(self._pieces)

    def best(self, *, most_doubts: int) -> tuple[float, ...] | None:
        found = [self.value(plan) for plan in self.plans(0, self.brief.starts_on, MOST_PLACES, most_doubts)]
        return min((value for value in found if value is not None), default=None)

    def value(self, plan: Sequence[tuple[int, int]]) -> tuple[float, ...] | None:
        """Of the factories of a plan with their doubts."""
        crew = {number for number, _doubts in plan}
        if len(crew) < 2 or all(self.factories[number].is_shared_room for number in crew):
            return None
        score = sum(round(self.scores.get(self.factories[number].id, 0.0), 3) for number in crew)
        return sum(doubts for _number, doubts in plan), len(crew), len(plan), -round(score, 3)

    def plans(self, step: int, first: date, places: int, most_doubts: int) -> Iterator[list[tuple[int, int]]]:
        if step == len(self.steps):
            yield []
            return
        for end in range(step + 1, len(self.steps) + 1):
            processes = frozenset[str]().union(*self.steps[step:end])
            for group in self.groups(processes, places, most_doubts):
                due = self.done_on(group, processes, first)
                if due is not None:
                    doubts = [(way[0], self.doubts(way, processes)) for way in group]
                    for rest in self.plans(end, due + timedelta(days=1), places - len(group), most_doubts):
                        yield [*doubts, *rest]

    def groups(self, processes: frozenset[str], places: int, most_doubts: int) -> Iterator[tuple[Way, ...]]:
        able = [number for number in range(len(self.factories)) if self.can(number, processes) is not Answer.NO]
        ways = [(number, is_stated) for number in able for is_stated in (True, False)]
        ways = [way for way in ways if self.doubts(way, processes) <= most_doubts]
        for size in range(1, min(places, len(able)) + 1):
            for group in combinations(ways, size):
                if len({number for number, _is_stated in group}) == size:
                    yield group

    def doubts(self, way: Way, processes: frozenset[str]) -> int:
        """Steps that may turn out not to be possible; more than there are where the way is none."""
        number, is_stated = way
        steps = [step for step in self.steps if step <= processes]
        if not is_stated:
            return len(steps)
        rate = rate_for(replace(self.brief, processes=processes), self.factories[number], STAGE_OF)
        if rate is None or self.factories[number].free_weeks is None:
            return 99
        return sum(self.can(number, step) is Answer.UNKNOWN for step in steps)

    def done_on(self, group: tuple[Way, ...], processes: frozenset[str], first: date) -> date | None:
        """The first day on which these can have made all the pieces between them."""
        least = [self.factories[number].minimum_order_quantity or 1 for number, _is_stated in group]
        due = first
        while due <= self.brief.needed_by:
            most = [self.pieces(number, is_stated, processes, first, due) for number, is_stated in group]
            ranges = [range(low, high + 1) for low, high in zip(least, most, strict=True)]
            if all(ranges) and sum(least) <= self.brief.quantity <= sum(most):
                return due
            due += timedelta(days=1)
        return None

    def _can(self, number: int, processes: frozenset[str]) -> Answer:
        mine = replace(self.brief, processes=processes)
        return all_of([rule(STAGE_OF).answer(mine, self.factories[number]) for rule in RULES])

    def _pieces(self, number: int, is_stated: bool, processes: frozenset[str], first: date, due: date) -> int:
        factory = self.factories[number]
        mine = replace(self.brief, processes=processes, materials_on=first, needed_by=due)
        free, unknown_days = free_hundredths(mine, factory)
        free += 0 if is_stated else 100 * unknown_days
        if needed_hundredths(mine, factory, STAGE_OF) is None:
            share = window_days(self.brief) * len({STAGE_OF[one] for one in processes}) // len(self.steps)
            return self.brief.quantity if window_days(mine) >= share else 0
        for pieces in range(self.brief.quantity, 0, -1):
            needed = needed_hundredths(replace(mine, quantity=pieces), factory, STAGE_OF)
            if needed is not None and needed <= free:
                return pieces
        return 0
