"""The sandbox's clock: real time plus what tests and drills moved it by."""

from datetime import datetime, timedelta, timezone

UTC = timezone.utc


class Clock:
    def __init__(self, start=None):
        self._offset = start - datetime.now(UTC) if start else timedelta()

    def now(self):
        return datetime.now(UTC) + self._offset

    def advance(self, seconds):
        """Move on (or back, with a negative number); returns the new time."""
        self._offset += timedelta(seconds=seconds)
        return self.now()


def iso(moment):
    """ISO 8601 with milliseconds, as Amazon writes it."""
    moment = moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def parse_time(text):
    """An aware datetime, or None where the text isn't ISO 8601 with a time zone."""
    try:
        # Python 3.10 doesn't read the Z.
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except (AttributeError, ValueError):
        return None
    if len(text) == 10:  # a plain date is fine with Amazon: midnight UTC
        return moment.replace(tzinfo=UTC)
    return moment if moment.tzinfo else None
