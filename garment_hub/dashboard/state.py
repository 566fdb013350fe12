"""The figures that take long to count: counted once an hour beside the pages, read by the desk as they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, or_, select
from sqlalchemy.orm import Session

from garment_hub.dashboard import queries
from garment_hub.dashboard.growth import months
from garment_hub.dashboard.indicators import ACTIVITY, Period, working
from garment_hub.dashboard.matching import by_keeper, unmet
from garment_hub.dashboard.outlook import Outlook, outlook
from garment_hub.db import reading, unit_of_work
from models.capacity import SEOUL
from models.district import District
from models.district_state import DistrictState
from models.factory import CapabilityKind

COUNTED_EVERY = timedelta(hours=1)
PERIODS = (30, 90, 365)
LOOKED_BACK = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class State:
    """What was counted, and when. ``keepers`` hold factories, shown and asked."""

    counted_at: datetime
    places: dict[int, int]
    items: list[tuple[str, int]]
    stages: list[tuple[str, int]]
    unknown: list[tuple[str, int]]
    unmet: list[tuple[str, int]]
    keepers: dict[str, dict[str, int]]
    outlook: Outlook
    before: dict[str, dict[str, float | None]]  # days of a period -> function -> value in the period before the last
    months: list[tuple[date, int, int]]  # first day, jobs confirmed, firms that got them

    @property
    def seasons(self) -> list[tuple[int, float]]:
        """Calendar month and its mean number of jobs, over the whole months that are past."""
        past = self.months[:-1]
        return [
            (number, sum(found) / len(found))
            for number in range(1, 13)
            if (found := [jobs for month, jobs, _firms in past if month.month == number])
        ]


def count(session: Session, district_id: int, now: datetime) -> dict[str, Any]:
    """Everything anew, as it is stored: JSON knows neither days nor pairs."""
    conditions = working(district_id)
    since, seen = now - LOOKED_BACK, outlook(session, district_id, now.astimezone(SEOUL).date())
    return {
        "places": [[*pair] for pair in queries.by_neighbourhood(session, conditions).items()],
        "items": [[*pair] for pair in queries.by_code(session, CapabilityKind.ITEM, conditions)],
        "stages": [[*pair] for pair in queries.by_code(session, CapabilityKind.STAGE, conditions)],
        "unknown": [[*pair] for pair in queries.unknown_facts(session, conditions)],
        "unmet": [[*pair] for pair in unmet(session, district_id, since)],
        "keepers": {name: asdict(share) for name, share in by_keeper(session, district_id, since).items()},
        "free": [[stage, week.isoformat(), days] for (stage, week), days in seen.free.items()],
        "wanted": [[stage, week.isoformat(), days] for (stage, week), days in seen.wanted.items()],
        "uncounted": sorted(seen.uncounted),
        "before": {str(days): _before(session, district_id, now, days) for days in PERIODS},
        "months": [[month.isoformat(), *figures] for month, figures in months(session, district_id, now)],
    }


def _before(session: Session, district_id: int, now: datetime, days: int) -> dict[str, float | None]:
    """What went on in as many days before the last ones; it is over, so an hour makes no difference to it."""
    today = now.astimezone(SEOUL).date()
    period = Period.ending(today - timedelta(days=days), days)
    return {function.__name__: function(session, district_id, period).value for function in ACTIVITY}


def read(session: Session, district_id: int, now: datetime) -> State:
    """As it was last counted; in a district where that never happened, counted now and not kept."""
    stored = session.get(DistrictState, district_id)
    figures = stored.figures if stored else count(session, district_id, now)
    return _state(figures, stored.counted_at if stored else now)


def _state(figures: Mapping[str, Any], counted_at: datetime) -> State:
    def pairs(name: str) -> list[tuple[Any, int]]:
        return [(key, number) for key, number in figures[name]]

    def cells(name: str) -> dict[tuple[str, date], float]:
        return {(stage, date.fromisoformat(week)): days for stage, week, days in figures[name]}

    return State(
        counted_at=counted_at,
        places=dict(pairs("places")),
        items=pairs("items"),
        stages=pairs("stages"),
        unknown=pairs("unknown"),
        unmet=pairs("unmet"),
        keepers=figures["keepers"],
        outlook=Outlook(cells("free"), cells("wanted"), frozenset(figures["uncounted"])),
        before=figures["before"],
        months=[(date.fromisoformat(month), jobs, firms) for month, jobs, firms in figures["months"]],
    )


def count_due(engine: Engine, now: datetime) -> int:
    """Every district whose figures are an hour old or were never counted; nobody who writes waits for the counting."""
    is_old = or_(DistrictState.district_id.is_(None), DistrictState.counted_at <= now - COUNTED_EVERY)
    query = select(District.id).outerjoin(DistrictState, DistrictState.district_id == District.id).where(is_old)
    with reading(engine) as session:
        counted = {district_id: count(session, district_id, now) for district_id in session.scalars(query).all()}
    with unit_of_work(engine) as session:
        for district_id, figures in counted.items():
            session.merge(DistrictState(district_id=district_id, counted_at=now, figures=figures))
    return len(counted)
