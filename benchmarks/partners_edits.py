"""Capacity edits, one after the other: what each takes, and whether the very next list has seen it."""

from __future__ import annotations

import statistics
import time
from dataclasses import replace
from random import Random

from benchmarks.partners_world import BRIEFS, World
from recommender import Answer, BriefFeatures, FactoryFeatures, FreeWeek

EDITS = 10_000


def capacity_edits(world: World, edits: int = EDITS) -> tuple[float, dict[str, float]]:
    """The share of edits that the next new list has seen, and the microseconds of an edit.

    Every second edit books all the free days of a factory that could take a brief, which puts it out of the list; the
    other one gives them back.
    """
    dice, seen, weeks_us, rows_us = Random(1), 0, [], []
    pairs = _pairs(world)
    for _edit in range(edits // 2):
        brief, factory = pairs[dice.randrange(len(pairs))]
        weeks = tuple(replace(week, free_hundredths=0) for week in factory.free_weeks or ())
        before = world.ranker.count(brief)[Answer.NO]
        for changed, expected in ((weeks, before + 1), (factory.free_weeks, before)):
            began = time.perf_counter()
            world.ranker.catalogue_.write_free_weeks(factory.id, changed)
            weeks_us.append(1e6 * (time.perf_counter() - began))
            seen += world.ranker.recommend(brief).infeasible == expected
        began = time.perf_counter()
        world.ranker.apply([factory])
        rows_us.append(1e6 * (time.perf_counter() - began))
    figures = {"capacity_edit_us": statistics.median(weeks_us), "factory_edit_us": statistics.median(rows_us)}
    return seen / (2 * (edits // 2)), {name: round(figure, 2) for name, figure in figures.items()}


def _pairs(world: World) -> list[tuple[BriefFeatures, FactoryFeatures]]:
    """Factories that can take a brief, and could not if all their stated days were booked."""
    found = []
    for brief in world.briefs[:BRIEFS]:
        for row in world.rules.rows(brief)[:200]:
            factory = world.ranker.facts(str(row + 1))
            full = replace(factory, free_weeks=tuple(FreeWeek(one.starts_on, 0) for one in factory.free_weeks or ()))
            if factory.free_weeks and world.ranker.answer(brief, full) is Answer.NO:
                found.append((brief, factory))
    return found
