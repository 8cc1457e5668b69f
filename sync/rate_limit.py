"""The limiter of ``spapi`` with its buckets in PostgreSQL.

All workers and nodes that share the database share the buckets. Every change is a
transaction of its own: what Amazon has counted stays counted when a batch is undone.
"""

import time

from psycopg2.errors import SerializationFailure, UniqueViolation

from ..spapi import limiter as buckets

TRIES = 20


class DatabaseLimiter:
    """See :class:`spapi.limiter.Limiter`; ``key`` is selling partner + application."""

    def __init__(self, registry, key, clock=time.time):
        self.registry = registry
        self.key = key
        self.clock = clock

    def acquire(self, operation):
        return self._change(
            operation, lambda bucket: buckets.take(bucket, self.clock())
        )

    def learn(self, operation, rate):
        self._change(operation, lambda bucket: (buckets.learn(bucket, rate), None))

    def throttled(self, operation):
        self._change(
            operation, lambda bucket: (buckets.empty(bucket, self.clock()), None)
        )

    def buckets(self, operations):
        """{operation: Bucket} of those that were used before."""
        with self.registry.cursor() as cr:
            cr.execute(
                """
                SELECT operation, tokens, updated, rate, burst FROM amazon_rate_limit
                WHERE key = %s AND operation = ANY(%s)
                """,
                [self.key, list(operations)],
            )
            return {
                operation: buckets.Bucket(*map(float, values))
                for operation, *values in cr.fetchall()
            }

    def _change(self, operation, function):
        for attempt in range(TRIES):
            try:
                with self.registry.cursor() as cr:
                    before = self._read(cr, operation)
                    after, answer = function(before)
                    if after != before:
                        self._write(cr, operation, after)
                    return answer
            except (SerializationFailure, UniqueViolation):
                # another worker took a token in between: look again
                if attempt == TRIES - 1:
                    raise
        raise AssertionError("unreachable")

    def _read(self, cr, operation):
        cr.execute(
            """
            SELECT tokens, updated, rate, burst FROM amazon_rate_limit
            WHERE key = %s AND operation = %s FOR UPDATE
            """,
            [self.key, operation],
            log_exceptions=False,
        )
        row = cr.fetchone()
        if row:
            return buckets.Bucket(*map(float, row))
        rate, burst = buckets.PLANS[operation]
        bucket = buckets.Bucket(float(burst), self.clock(), rate, float(burst))
        cr.execute(
            """
            INSERT INTO amazon_rate_limit (key, operation, tokens, updated, rate, burst)
            VALUES (%s, %s, %s, %s, %s, %s)
            """,
            [self.key, operation, *self._values(bucket)],
            log_exceptions=False,
        )
        return bucket

    def _write(self, cr, operation, bucket):
        cr.execute(
            """
            UPDATE amazon_rate_limit SET tokens = %s, updated = %s, rate = %s, burst = %s
            WHERE key = %s AND operation = %s
            """,
            [*self._values(bucket), self.key, operation],
            log_exceptions=False,
        )

    @staticmethod
    def _values(bucket):
        return [bucket.tokens, bucket.updated, bucket.rate, bucket.burst]
