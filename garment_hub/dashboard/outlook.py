"""Free days against wanted days, by stage and week: where the district will run short, and where it has room.

Both sides are estimates of ours. A free day of a factory that does several stages is split evenly over them, since it
can be worked once. The pieces of an open brief become days at the district's median rate for the stage, spread evenly
over the weeks from its fabric to its day. A stage without any stated rate has no days, and that is said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from garment_hub.dashboard.indicators import working
from models import vocabulary
from models.brief import Brief, BriefStatus
from models.capacity import HUNDREDTHS_PER_DAY, CapacityWeek, week_of
from models.factory import CapabilityKind, Factory, FactoryCapability, FactoryRate
from models.order import Order, OrderStatus

WEEKS = 12
SEWING = "sewing"  # the stage of which owners state rates as "pieces of this item a day"
Cell = tuple[str, date]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One open brief: how many pieces, of what, through which stages, between which days."""

    item: str
    pieces: int
    stages: frozenset[str]
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Rates:
    """Median pieces a day of the district: of a stage, and of an item as a whole garment."""

    by_stage: Mapping[str, float]
    by_item: Mapping[str, float]

    def of(self, item: str, stage: str) -> float | None:
        """For sewing the item's own rate comes first; None where nobody has stated one."""
        whole = self.by_item.get(item) if stage == SEWING else None
        return whole or self.by_stage.get(stage)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Factory-days by stage and Monday. ``uncounted``: stages that are wanted and of which no rate is known."""

    free: dict[Cell, float]
    wanted: dict[Cell, float]
    uncounted: frozenset[str]

    def short(self) -> list[tuple[str, date, float]]:
        """Where more is wanted than is free, the earliest first, with the days that are missing."""
        gaps = [(stage, week, days - self.free.get((stage, week), 0.0)) for (stage, week), days in self.wanted.items()]
        return sorted([gap for gap in gaps if gap[2] > 0], key=lambda gap: (gap[1], -gap[2]))


def weeks_from(today: date) -> list[date]:
    return [week_of(today) + timedelta(weeks=number) for number in range(WEEKS)]


def outlook(session: Session, district_id: int, today: date) -> Outlook:
    wanted, uncounted = spread(_wanted(session, district_id, today), _rates(session, district_id), weeks_from(today))
    return Outlook(_free(session, district_id, weeks_from(today)), wanted, uncounted)


def spread(briefs: Iterable[Wanted], rates: Rates, weeks: list[date]) -> tuple[dict[Cell, float], frozenset[str]]:
    """Days wanted by stage and week within ``weeks``, and the stages of which no rate is known."""
    days: dict[Cell, float] = defaultdict(float)
    uncounted: set[str] = set()
    for brief in briefs:
        first = max(week_of(brief.first), weeks[0])
        last = max(week_of(brief.last), first)
        count = (last - first).days // 7 + 1
        for stage in brief.stages:
            rate = rates.of(brief.item, stage)
            if rate is None:
                uncounted.add(stage)
                continue
            for number in range(count):
                if (week := first + timedelta(weeks=number)) <= weeks[-1]:
                    days[stage, week] += brief.pieces / rate / count
    return dict(days), frozenset(uncounted)


def _free(session: Session, district_id: int, weeks: list[date]) -> dict[Cell, float]:
    stages = (
        select(FactoryCapability.factory_id, FactoryCapability.code)
        .where(FactoryCapability.kind == CapabilityKind.STAGE, FactoryCapability.has)
        .subquery()
    )
    counts = select(stages.c.factory_id, func.count().label("number")).group_by(stages.c.factory_id).subquery()
    left = CapacityWeek.open_hundredths - CapacityWeek.booked_hundredths - CapacityWeek.held_hundredths
    days = func.sum(left * 1.0 / counts.c.number / HUNDREDTHS_PER_DAY)
    query = (
        select(stages.c.code, CapacityWeek.starts_on, days)
        .select_from(CapacityWeek)
        .join(Factory, Factory.id == CapacityWeek.factory_id)
        .join(stages, stages.c.factory_id == CapacityWeek.factory_id)
        .join(counts, counts.c.factory_id == CapacityWeek.factory_id)
        .where(*working(district_id), CapacityWeek.starts_on.between(weeks[0], weeks[-1]))
        .group_by(stages.c.code, CapacityWeek.starts_on)
    )
    return {(stage, week): float(free) for stage, week, free in session.execute(query)}


def _rates(session: Session, district_id: int) -> Rates:
    query = select(FactoryRate.item, FactoryRate.stage, FactoryRate.pieces_per_day).join(Factory)
    by_stage: dict[str, list[int]] = defaultdict(list)
    by_item: dict[str, list[int]] = defaultdict(list)
    for item, stage, pieces in session.execute(query.where(*working(district_id))):
        if stage:
            by_stage[stage].append(pieces)
        elif item:
            by_item[item].append(pieces)
    medians = [{key: float(median(found)) for key, found in one.items()} for one in (by_stage, by_item)]
    return Rates(*medians)


def _wanted(session: Session, district_id: int, today: date) -> list[Wanted]:
    """Open briefs for which no order was placed: what is ordered already takes days of its factory."""
    ordered = exists().where(Order.brief_id == Brief.id, Order.status != OrderStatus.CANCELLED)
    query = select(Brief).where(
        Brief.district_id == district_id,
        Brief.status == BriefStatus.OPEN,
        Brief.needed_by > today,
        Brief.quantity.is_not(None),
        ~ordered,
    )
    stage_of = vocabulary.stage_of()
    return [
        Wanted(
            item=brief.item,
            pieces=brief.quantity or 0,
            stages=frozenset(stage_of[process] for process in brief.processes if process in stage_of),
            first=brief.materials_on or today,
            last=brief.needed_by or today,
        )
        for brief in session.scalars(query)
    ]
