"""Nobody is written to at night, whatever the clocks of the place are doing."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from garment_hub.notifications.quiet_hours import after_quiet_hours

# Rome and New York change their clocks, Lord Howe by half an hour; Apia once left out a whole day.
ZONES = ["Asia/Seoul", "Europe/Rome", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"]
MINUTE = timedelta(minutes=1)


def first_minute_by_day(moment: datetime, zone: ZoneInfo) -> datetime:
    """Minute by minute until the clocks there show day."""
    while not time(8) <= moment.astimezone(zone).time() < time(21):
        moment = (moment + MINUTE).replace(second=0, microsecond=0)
    return moment


@given(
    st.datetimes(datetime(2010, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(ZONES).map(ZoneInfo),
)
@example(datetime(2026, 12, 31, 14, 59, 59, tzinfo=UTC), ZoneInfo("Asia/Seoul"))  # a second before the new year
@example(datetime(2026, 12, 31, 12, 0, tzinfo=UTC), ZoneInfo("Asia/Seoul"))  # 21:00 sharp
@example(datetime(2026, 12, 31, 23, 0, tzinfo=UTC), ZoneInfo("Asia/Seoul"))  # 8:00 sharp
@example(datetime(2027, 3, 27, 22, 0, tzinfo=UTC), ZoneInfo("Europe/Rome"))  # the night that lacks an hour
@example(datetime(2027, 10, 30, 22, 0, tzinfo=UTC), ZoneInfo("Europe/Rome"))  # the night with one too many
@example(datetime(2011, 12, 30, 9, 0, tzinfo=UTC), ZoneInfo("Pacific/Apia"))  # the evening before the day left out
def test_the_night_ends_at_the_first_minute_of_day(moment: datetime, zone: ZoneInfo) -> None:
    assert after_quiet_hours(moment, zone) == first_minute_by_day(moment, zone)


def test_a_message_of_new_years_eve_comes_on_new_years_morning() -> None:
    eve = datetime(2026, 12, 31, 14, 30, tzinfo=UTC)  # 23:30 in Seoul
    assert after_quiet_hours(eve).isoformat() == "2026-12-31T23:00:00+00:00"  # 8:00 on the 1st of January
