"""When orders are asked for next: after the pull, by what it brought and by the clock.

Pure: moments are naive UTC, as Odoo stores them.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHORTEST, LONGEST = 5, 120  # minutes


def next_wait(wait, found):
    """Minutes until the next pull: doubled while nothing comes, short again on a hit.

    >>> [next_wait(5, False), next_wait(80, False), next_wait(120, True)]
    [10, 120, 5]
    """
    if found or not wait:
        return SHORTEST
    return min(wait * 2, LONGEST)


def not_before_start(moment, start, tz):
    """``moment``, or when the day's polling begins, if that is later.

    :param start: hour of the local day, 8.5 is half past eight; 0 is around the clock
    :param tz: name of the time zone in which the day is counted
    """
    zone = ZoneInfo(tz or "UTC")
    day = moment.replace(tzinfo=UTC).astimezone(zone).date()
    # 23:59:59 is a time of day, and no time of the next one
    hours, minutes = divmod(min(round(start * 60), 24 * 60 - 1), 60)
    begin = datetime.combine(day, time(hours, minutes), zone).astimezone(UTC)
    return max(moment, begin.replace(tzinfo=None))


def after(moment, minutes, start, tz):
    """When the next pull is due, ``minutes`` after ``moment`` at the earliest."""
    return not_before_start(moment + timedelta(minutes=minutes), start, tz)
