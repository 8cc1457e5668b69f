"""One load at work: every step is committed, and a step is never half done."""

from odoo import fields
from odoo.tools import SQL

from .transaction import retried


class Work:
    """A load, the way to Amazon, and the log.

    ``wait`` (a timedelta) is set by a stage that can't go on before something at
    Amazon is ready, ``reason`` says to people what it is.
    """

    def __init__(self, load, api, run):
        self.env = load.env
        self.load = load
        self.store = load.store_id
        self.account = load.account_id
        self.api = api
        self.run = run
        self.stage = load.stage
        self.wait = None
        self.reason = ""

    def step(self, change, done=1):
        """Do ``change()`` in a transaction of its own; whether the load may go on.

        Not when a person has stopped it, nor when the scheduler's time is up. What
        belongs to a stage that another worker has ended is left undone. Nothing is
        written or locked after it, so Amazon may be called.
        """

        def unless_stopped():
            if self.load.state == "running" and self.load.stage == self.stage:
                change()

        retried(self.env, unless_stopped)
        time_left = self.env["ir.cron"]._commit_progress(done)
        return bool(time_left) and self.load.state == "running"

    def wait_until(self, moment, reason):
        self.wait = moment - fields.Datetime.now()
        self.reason = reason

    def next_stage(self, stage):
        self.load.stage = stage


def mark(env, field, value, condition):
    """Set a listing's marker where ``condition`` (SQL) holds and it is another.

    Markers say what is left to do; they are no change of the listing, and leave its
    date and user as they are.
    """
    Listing = env["amazon.listing"]
    Listing.flush_model()
    env.cr.execute(
        SQL(
            "UPDATE amazon_listing SET %(field)s = %(value)s "
            "WHERE %(field)s IS DISTINCT FROM %(value)s AND %(condition)s",
            field=SQL.identifier(field),
            value=value,
            condition=condition,
        )
    )
    Listing.invalidate_model([field])
