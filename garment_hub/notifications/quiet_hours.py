"""When people are left in peace: messages of the evening and the night wait for the morning."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.capacity import SEOUL

QUIET_FROM, QUIET_UNTIL = time(21), time(8)


def after_quiet_hours(moment: datetime, zone: ZoneInfo = SEOUL) -> datetime:
    """``moment`` itself by day; between 21:00 and 8:00 on that place's clocks, the next 8:00."""
    local = moment.astimezone(zone)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return moment
    morning = local.date() + timedelta(days=1 if local.time() >= QUIET_FROM else 0)
    return datetime.combine(morning, QUIET_UNTIL, zone).astimezone(UTC)
