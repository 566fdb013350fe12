"""What may be published of a table about firms: cells are hidden until nothing says what one firm earns.

Four rules, each on inner cells and on totals alike; ``docs/privacy-of-statistics.md`` gives the reasons.
Few: fewer than five firms. Dominance: one firm has more than 80 %. Change: since an earlier month that showed the
same place, one to four firms came or went, or one of them makes up more than 80 % of the change. Complement: what is
hidden cannot be worked out to within a fifth of its value from what is shown, now and in any one earlier month.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from garment_hub.dashboard.disclosure import CAME, STAYED, TOTAL, WENT, Group, Knowledge, Place

LEAST_FIRMS = 5
LARGEST_SHARE = 0.8
OPEN = 0.2  # the least and the most that a hidden value can be lie this part of it apart, or more
NOW, THEN = (STAYED, CAME), (STAYED, WENT)

Firms = Mapping[int, int]  # firm -> its part of a cell


@dataclass(frozen=True, slots=True)
class Table:
    """What each firm has in each cell of a month; nothing of this leaves the office."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[Place, Firms]

    def at(self, place: Place) -> Firms:
        """The firms of a cell or of a total."""
        row, column = place
        if TOTAL not in place:
            return self.cells.get(place, {})
        rows, columns = (self.rows if row == TOTAL else (row,)), (self.columns if column == TOTAL else (column,))
        return _sum(self.cells.get((one, other), {}) for one in rows for other in columns)

    def value(self, place: Place) -> int:
        return sum(self.at(place).values())

    @property
    def places(self) -> list[Place]:
        return [(row, column) for row in (*self.rows, TOTAL) for column in (*self.columns, TOTAL)]

    @property
    def lines(self) -> list[tuple[list[Place], Place]]:
        """Places that add up, and the place of their sum."""
        across = [([(row, one) for one in self.columns], (row, TOTAL)) for row in (*self.rows, TOTAL)]
        down = [([(one, column) for one in self.rows], (TOTAL, column)) for column in (*self.columns, TOTAL)]
        return across + down


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """``values`` has every place, totals included; None is hidden."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: Mapping[Place, int | None]

    @property
    def hidden(self) -> frozenset[Place]:
        return frozenset(place for place, value in self.values.items() if value is None)


Earlier = Sequence[tuple[Table, frozenset[Place]]]  # tables of earlier months and what they hid


def _sum(groups: Iterable[Firms]) -> Counter[int]:
    total: Counter[int] = Counter()
    for firms in groups:
        total.update(firms)
    return total


def is_safe(firms: Firms) -> bool:
    """Nobody at all, or enough of them and nobody who makes up nearly all."""
    if not firms:
        return True
    return len(firms) >= LEAST_FIRMS and max(firms.values()) <= LARGEST_SHARE * sum(firms.values())


def may_follow(now: Firms, before: Firms) -> bool:
    """Whether the difference of the two says nothing about the few who came or went."""
    changed = {firm: now.get(firm, 0) + before.get(firm, 0) for firm in now.keys() ^ before.keys()}
    return is_safe(changed)


def publish(
    table: Table, earlier: Earlier = (), also: Iterable[Place] = (), left_out: Collection[Place] = ()
) -> PublishedTable:
    """The table as anybody may see it.

    ``also`` is hidden whatever is in it. ``left_out`` is not printed, to keep the table short: such a place is
    guarded only if there is something in it to guard.
    """
    hidden = {place for place in (*also, *left_out) if table.value(place)} | primary(table, earlier)
    while more := (
        _bare_remainders(table, hidden) | _open_changes(table, hidden, earlier)
        or _within_reach(table, hidden, earlier, left_out)
    ):
        hidden |= more
    values = {place: None if place in hidden else table.value(place) for place in table.places}
    return PublishedTable(table.rows, table.columns, values)


def publish_together(
    tables: Mapping[str, Table], earlier: Mapping[str, Earlier], left_out: Collection[Place] = ()
) -> dict[str, PublishedTable]:
    """Tables of the same cells, such as jobs and amounts: what one hides all hide."""
    hidden: frozenset[Place] = frozenset()
    while True:
        shown = {name: publish(table, earlier.get(name, ()), hidden, left_out) for name, table in tables.items()}
        union = hidden.union(*(one.hidden for one in shown.values()))
        if union == hidden:
            return shown
        hidden = union


def primary(table: Table, earlier: Earlier = ()) -> set[Place]:
    """Places that may not stand there for what is in them."""
    found = {place for place in table.places if not is_safe(table.at(place))}
    for before, was_hidden in earlier:
        for place in table.places:
            is_shown_twice = table.at(place) and place in before.places and place not in was_hidden
            if is_shown_twice and not may_follow(table.at(place), before.at(place)):
                found.add(place)
    return found


def _bare_remainders(table: Table, hidden: set[Place]) -> set[Place]:
    """A shown total less its shown parts is a figure too, about the firms of the hidden parts."""
    more: set[Place] = set()
    for parts, total in table.lines:
        left = [part for part in parts if part in hidden]
        if left and total not in hidden and not is_safe(_sum(table.at(part) for part in left)):
            more |= _next_to_hide(table, hidden, [(parts, total)])
    return more


def _open_changes(table: Table, hidden: set[Place], earlier: Earlier) -> set[Place]:
    """So is the difference of two such figures of two months, taken over the same cells."""
    more: set[Place] = set()
    for before, was_hidden in earlier:
        for parts, total in table.lines:
            if total in hidden or total in was_hidden or not table.at(total):
                continue
            left = [part for part in parts if part in hidden or part in was_hidden]
            if not may_follow(_sum(map(table.at, left)), _sum(map(before.at, left))):
                more.add(total)
    return more


def _within_reach(table: Table, hidden: set[Place], earlier: Earlier, left_out: Collection[Place]) -> set[Place]:
    """One more place for the first figure that the shown ones pin down, alone or beside those of an earlier month."""
    found = _pinned(table, hidden, None, frozenset(), left_out)
    for before, was_hidden in earlier:
        found = found or _pinned(table, hidden, before, was_hidden, left_out)
    return set() if found is None else _next_to_hide(table, hidden, _lines_of(table, found))


def _pinned(
    table: Table, hidden: set[Place], before: Table | None, was_hidden: frozenset[Place], left_out: Collection[Place]
) -> Place | None:
    """A hidden place, or the cell of a few firms that came or went, of which the value lies open."""
    firms_of = _groups(table, before)
    groups = {group: sum(firms.values()) for group, firms in firms_of.items()}
    known, known_before = Knowledge(groups), Knowledge(groups)
    known.learn(set(table.places) - hidden, NOW)
    if before:
        for one in (known, known_before):
            one.learn(set(before.places) - was_hidden, THEN)
    aims: list[tuple[Place, tuple[str, ...]]] = [(place, NOW) for place in _guarded(table, hidden, left_out)]
    if before:
        aims += [(place, THEN) for place in _guarded(before, was_hidden, left_out)]
        few = [group for group, firms in firms_of.items() if not is_safe(firms)]
        aims += [((row, column), (state,)) for row, column, state in few]
    for place, states in aims:
        value = sum(value for group, value in groups.items() if _covers(place, group) and group[2] in states)
        # What the earlier month gave away by itself, no silence of this one takes back.
        if known.is_pinned(place, states, OPEN * value) and not known_before.is_pinned(place, states, OPEN * value):
            return place
    return None


def _guarded(table: Table, hidden: Iterable[Place], left_out: Collection[Place]) -> list[Place]:
    return sorted(place for place in hidden if place not in left_out or not is_safe(table.at(place)))


def _groups(table: Table, before: Table | None) -> Mapping[Group, Firms]:
    """Firms by cell and by whether they are there in both months; who stayed counts as steady."""
    found: dict[Group, dict[int, int]] = {}
    for (row, column), firms in table.cells.items():
        old = before.cells.get((row, column), {}) if before else firms
        for firm, value in firms.items():
            found.setdefault((row, column, STAYED if firm in old else CAME), {})[firm] = value
    for (row, column), firms in before.cells.items() if before else ():
        for firm, value in firms.items():
            if firm not in table.cells.get((row, column), {}):
                found.setdefault((row, column, WENT), {})[firm] = value
    return found


def _covers(place: Place, group: Group) -> bool:
    return place[0] in (group[0], TOTAL) and place[1] in (group[1], TOTAL)


def _lines_of(table: Table, place: Place) -> list[tuple[list[Place], Place]]:
    return [(parts, total) for parts, total in table.lines if place in parts or place == total]


def _next_to_hide(table: Table, hidden: set[Place], lines: Sequence[tuple[list[Place], Place]]) -> set[Place]:
    """The smallest shown part of these lines that is not empty, else one of their totals, else any; else nothing."""
    parts = {part for line, _total in lines for part in line}
    totals = {total for _line, total in lines}
    for candidates in (parts, totals, set(table.places)):
        shown = [place for place in candidates if place not in hidden and table.value(place)]
        if shown:
            return {min(shown, key=lambda place: (place.count(TOTAL), table.value(place), place))}
    return set()
