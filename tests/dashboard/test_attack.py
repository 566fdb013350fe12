"""An attacker with all that was published, linear programming and a list of who worked when finds out nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from garment_hub.dashboard.disclosure import TOTAL, Place
from garment_hub.dashboard.suppression import PublishedTable, Table, is_safe, primary, publish, publish_together

CLOSE = 0.1  # of the true value: so near counts as found out
ROWS, COLUMNS = tuple("가나다라"), tuple("xyz")
MONTHS = 4
World = list[Table]
Office = Callable[[World], list[PublishedTable]]


def steady_world(seed: int) -> World:
    """The attacker's best case: a firm earns the same every month, so a difference is about who came and went."""
    draw = Random(seed)
    homes = [draw.choice(ROWS) for _number in range(draw.choice((25, 60, 110)))]
    earns = {
        (number, row, column): max(1, round(draw.lognormvariate(3, 1.2)))
        for number, row in enumerate(homes)
        for column in draw.sample(COLUMNS, draw.randint(1, 2))
    }
    away = draw.choice((0.02, 0.1, 0.4))
    return [_month(draw, earns, away) for _number in range(MONTHS)]


def _month(draw: Random, earns: dict[tuple[int, str, str], int], away: float) -> Table:
    cells: dict[Place, dict[int, int]] = {}
    there = {number for number in {firm for firm, _row, _column in earns} if draw.random() > away}
    for (number, row, column), value in earns.items():
        if number in there:
            cells.setdefault((row, column), {})[number] = value
    return Table(ROWS, COLUMNS, cells)


def the_office(world: World) -> list[PublishedTable]:
    shown: list[PublishedTable] = []
    for number, table in enumerate(world):
        earlier = [(before, one.hidden) for before, one in zip(world[:number], shown, strict=True)]
        shown.append(publish(table, earlier))
    return shown


def hides_nothing(world: World) -> list[PublishedTable]:
    return [_shown(table, set()) for table in world]


def hides_the_small_only(world: World) -> list[PublishedTable]:
    return [_shown(table, primary(table)) for table in world]


def forgets_last_month(world: World) -> list[PublishedTable]:
    return [publish(table) for table in world]


def _shown(table: Table, hidden: set[Place]) -> PublishedTable:
    values = {place: None if place in hidden else table.value(place) for place in table.places}
    return PublishedTable(table.rows, table.columns, values)


Unknown = tuple[int, str]  # a firm in a column; its row is known, and what it earns there is not


def _equations(table: Table, shown: PublishedTable, at: dict[Unknown, int]) -> tuple[list[np.ndarray], list[int]]:
    """Each published figure is a sum over firms that the attacker can name."""
    lines, sums = [], []
    for (row, column), value in shown.values.items():
        if not value:
            continue
        line = np.zeros(len(at))
        for (cell_row, cell_column), firms in table.cells.items():
            if row in (cell_row, TOTAL) and column in (cell_column, TOTAL):
                line[[at[firm, cell_column] for firm in firms]] = 1
        lines.append(line)
        sums.append(value)
    return lines, sums


def _span(aim: np.ndarray, lines: np.ndarray, sums: np.ndarray) -> tuple[float, float]:
    ends = []
    for sign in (1, -1):
        found = linprog(sign * aim, A_eq=lines, b_eq=sums, bounds=(0, None), method="highs")
        ends.append(sign * found.fun if found.status == 0 else sign * -np.inf)
    return ends[0], ends[1]


def _is_close(aim: np.ndarray, lines: np.ndarray, sums: np.ndarray, value: int) -> bool:
    low, high = _span(aim, lines, sums)
    return high - low < CLOSE * value


def found_out(tables: Sequence[Table], shown: Sequence[PublishedTable]) -> list[object]:
    """Hidden cells and single firms that these months together give away.

    What was shown of an earlier month, of enough firms, says the same of the same firms in a later one that hides
    them: that is no find, unless they are few or one of them is nearly all.
    """
    earns = {
        (firm, column): value
        for table in tables
        for (_row, column), firms in table.cells.items()
        for firm, value in firms.items()
    }
    at = {unknown: number for number, unknown in enumerate(earns)}
    systems = [_equations(table, one, at) for table, one in zip(tables, shown, strict=True)]
    lines = np.array([line for found, _sums in systems for line in found]).reshape(-1, len(at))
    sums = np.array([one for _lines, found in systems for one in found])
    aims: list[tuple[Any, np.ndarray, int]] = []
    for unknown, value in earns.items():
        aim = np.zeros(len(at))
        aim[at[unknown]] = 1
        aims.append((unknown, aim, value))
    for month, (table, one) in enumerate(zip(tables, shown, strict=True)):
        for place in one.hidden:
            everything = PublishedTable(table.rows, table.columns, {place: table.value(place)})
            (aim,), _sums = _equations(table, everything, at)
            aims.append(((month, place), aim, table.value(place)))
    recovered: list[object] = []
    for name, aim, value in aims if len(lines) else ():
        if not _is_close(aim, lines, sums, value):
            continue
        is_cell, before = isinstance(name[1], tuple), len(systems[0][0])
        is_old_news = len(tables) == 2 and before and _is_close(aim, lines[:before], sums[:before], value)
        if not (is_cell and is_old_news and is_safe(tables[name[0]].at(name[1]))):
            recovered.append(name)
    return recovered


def attack(world: World, office: Office) -> list[object]:
    """Each month alone, and each two months together."""
    shown = office(world)
    found = [one for table, seen in zip(world, shown, strict=True) for one in found_out([table], [seen])]
    for a, b in combinations(range(len(world)), 2):
        found += found_out([world[a], world[b]], [shown[a], shown[b]])
    return found


def changing_world(seed: int) -> World:
    """What firms earn changes from month to month, as it does."""
    draw = Random(seed)
    steady = steady_world(seed)
    return [
        Table(
            table.rows,
            table.columns,
            {
                place: {firm: max(1, round(value * draw.uniform(0.2, 3))) for firm, value in firms.items()}
                for place, firms in table.cells.items()
            },
        )
        for table in steady
    ]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 3, 4, 8])
def test_nothing_of_what_the_office_hides_is_found_out(seed: int) -> None:
    world = steady_world(seed)
    assert attack(world, the_office) == []
    assert any(value for shown in the_office(world) for value in shown.values.values()), "hiding everything is no feat"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20, 23))
def test_nothing_is_found_out_in_months_that_differ(seed: int) -> None:
    world = changing_world(seed)
    for table, shown in zip(world, the_office(world), strict=True):
        assert found_out([table], [shown]) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("office", "months"), [(hides_nothing, 1), (hides_the_small_only, 1), (forgets_last_month, MONTHS)]
)
def test_the_same_attacker_finds_something_where_a_rule_is_left_out(office: Office, months: int) -> None:
    assert attack(steady_world(1)[:months], office)


def _tables() -> st.SearchStrategy[Table]:
    firms = st.dictionaries(st.integers(1, 12), st.integers(1, 500), max_size=9)
    places = st.tuples(st.sampled_from(ROWS[:3]), st.sampled_from(COLUMNS))
    return st.dictionaries(places, firms, max_size=9).map(lambda cells: Table(ROWS[:3], COLUMNS, cells))


@given(_tables())
def test_what_is_shown_is_true_and_has_enough_firms(table: Table) -> None:
    shown = publish(table)
    for place, value in shown.values.items():
        assert value is None or value == table.value(place)
        if value:
            firms = table.at(place)
            assert len(firms) >= 5
            assert max(firms.values()) <= 0.8 * value


@given(_tables(), _tables())
def test_a_place_shown_twice_never_differs_by_a_few_firms(table: Table, before: Table) -> None:
    first = publish(before)
    shown = publish(table, [(before, first.hidden)])
    for place, value in shown.values.items():
        changed = table.at(place).keys() ^ before.at(place).keys()
        if value and place not in first.hidden:
            assert len(changed) == 0 or len(changed) >= 5


def test_jobs_and_amounts_hide_the_same_places() -> None:
    world = steady_world(3)
    jobs = Table(ROWS, COLUMNS, {place: dict.fromkeys(firms, 1) for place, firms in world[0].cells.items()})
    shown = publish_together({"jobs": jobs, "amounts": world[0]}, {})
    assert shown["jobs"].hidden == shown["amounts"].hidden


def test_a_table_with_enough_firms_everywhere_is_shown_whole() -> None:
    firms = iter(range(10_000))
    table = Table(
        ROWS, COLUMNS, {(row, column): {next(firms): 10 for _n in range(6)} for row in ROWS for column in COLUMNS}
    )
    assert not publish(table).hidden
