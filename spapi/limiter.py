"""Amazon's token bucket: how long a call has to wait for its turn.

The arithmetic is pure, so that it works the same over a dictionary here and over
rows of a database elsewhere. Amazon keeps one bucket per selling partner, app and
operation; a limiter is therefore made per account.
Source: developer-docs.amazon.com/sp-api/docs/usage-plans-and-rate-limits
"""

import threading
import time
from dataclasses import dataclass, replace
from typing import Protocol

from .plans import PLANS

__all__ = ["PLANS", "Bucket", "Limiter", "MemoryLimiter", "empty", "learn", "take"]

# A wait computed to the nanosecond must not leave us a billionth of a token short.
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Bucket:
    """tokens: calls that may go now; updated: when that was true (epoch seconds);
    rate: tokens per second; burst: the most that fit."""

    tokens: float
    updated: float
    rate: float
    burst: float


def full(operation, now):
    """The bucket Amazon starts `operation` with."""
    rate, burst = PLANS[operation]
    return Bucket(float(burst), now, rate, float(burst))


def take(bucket, now):
    """Take one token: (bucket afterwards, 0.0), or (bucket, seconds to wait)."""
    # A clock set back adds nothing and starts afresh, or it would block for long.
    elapsed = max(0.0, now - bucket.updated)
    tokens = min(bucket.burst, bucket.tokens + elapsed * bucket.rate)
    if tokens >= 1 - _ROUNDING:
        return replace(bucket, tokens=max(0.0, tokens - 1), updated=now), 0.0
    return replace(bucket, tokens=tokens, updated=now), (1 - tokens) / bucket.rate


def learn(bucket, rate):
    """The bucket with the rate Amazon stated (x-amzn-RateLimit-Limit)."""
    return replace(bucket, rate=rate) if rate > 0 else bucket


def empty(bucket, now):
    """The bucket after a 429: somebody else spent what we thought was left."""
    return replace(bucket, tokens=0.0, updated=now)


class Limiter(Protocol):
    """The buckets of one account."""

    def acquire(self, operation: str) -> float:
        """0.0: go, a token is taken. Else seconds to wait, nothing is taken."""

    def learn(self, operation: str, rate: float) -> None:
        """Amazon stated this rate, in calls per second."""

    def throttled(self, operation: str) -> None:
        """Amazon answered 429."""


class MemoryLimiter:
    """A Limiter for one process, safe to share between threads."""

    def __init__(self, clock=time.time):
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets = {}

    def acquire(self, operation):
        with self._lock:
            now = self._clock()
            self._buckets[operation], wait = take(self._bucket(operation, now), now)
            return wait

    def learn(self, operation, rate):
        with self._lock:
            bucket = self._bucket(operation, self._clock())
            self._buckets[operation] = learn(bucket, rate)

    def throttled(self, operation):
        with self._lock:
            now = self._clock()
            self._buckets[operation] = empty(self._bucket(operation, now), now)

    def _bucket(self, operation, now):
        return self._buckets.get(operation) or full(operation, now)
