"""When a store's day ends: one moment per local day, whatever the clocks do.

Pure: moments are naive UTC, as Odoo stores them.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


def next_time(moment, hour, tz):
    """The first end of a day at or after ``moment``.

    :param hour: of the local day, 23.5 is half past eleven in the evening
    :param tz: name of the time zone in which the day is counted
    """
    day = _local(moment, tz).date() - DAY
    while (end := _end(day, hour, tz)) < moment:
        day += DAY
    return end


def minutes_of(hour):
    """Minutes of the day: 23.5 is 1410. What rounds up to 24:00 is none of the day's."""
    return round(hour * 60)


def day_of(end, tz):
    """The local day that ends then; midnight belongs to the day before."""
    return _local(end - timedelta(seconds=1), tz).date()


def local_text(moment, tz):
    return f"{_local(moment, tz):%d/%m/%Y %H:%M}"


def _local(moment, tz):
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(tz))


def _end(day, hour, tz):
    """Where the clock is put forward over the hour, it counts as if it were not; where
    it shows the hour twice, the first time counts."""
    hours, minutes = divmod(minutes_of(hour), 60)
    local = datetime.combine(day, time(hours, minutes), ZoneInfo(tz))
    return local.astimezone(UTC).replace(tzinfo=None)
