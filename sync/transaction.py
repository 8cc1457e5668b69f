"""Units of work that survive concurrent writers.

Odoo's transactions are REPEATABLE READ: a serialization failure loses the whole
transaction, and the only right answer is to start again on a fresh snapshot.
"""

from psycopg2.errors import UniqueViolation

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

TRIES = 5


def retried(env, work):
    """Run ``work()`` and return its result, again after a lost transaction.

    ``work`` must not rely on records read before, and must start from committed data:
    everything since the last commit is rolled back with it. A unique violation means
    another worker stored the same thing first; the next snapshot sees it.
    """
    for attempt in range(TRIES):
        try:
            result = work()
            env.flush_all()
            return result
        except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, UniqueViolation):
            env.cr.rollback()
            env.invalidate_all()
            if attempt == TRIES - 1:
                raise
