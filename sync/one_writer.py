"""Products are made by one worker at a time.

An internal reference, an attribute or a category has no unique key in Odoo, so two
accounts that are loaded at once would each make the product they both sell.
"""

import time
from contextlib import contextmanager

from odoo.exceptions import UserError

LOCK = 0x616D7A70  # any number that is nobody else's
TRIES = 40
PAUSE = 0.5  # seconds


@contextmanager
def one_writer(env):
    """Whether this worker alone makes products, until the block ends.

    The lock belongs to the connection, and is taken before the transaction that makes
    something begins: its snapshot shows what others have made. It goes with a worker
    that dies. Begin and end it with everything committed.
    """
    free = _wait(env)
    try:
        yield free
    except BaseException:
        env.cr.rollback()  # nothing can be asked in a transaction that is lost
        raise
    finally:
        if free:
            env.cr.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _wait(env):
    for attempt in range(TRIES):
        if attempt:
            time.sleep(PAUSE)
        env.cr.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        [free] = env.cr.fetchone()
        env["ir.cron"]._commit_progress()
        if free:
            return True
    return False


def claim(env):
    """The same for a user's own transaction, who is told to come back.

    :raises UserError: a load makes products right now
    """
    env.cr.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
    if not env.cr.fetchone()[0]:
        raise UserError(
            env._(
                "Products are being made by a load right now. Press again in a minute."
            )
        )
