"""Amazon ► catalog: loads of products, stage by stage, in as many wake-ups as it takes.

list → details → match → images. Every stage finds in the database what is left to do
and commits each step, so a load can be stopped, throttled or killed anywhere and goes
on from there.
"""

import logging
from datetime import UTC, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from odoo import fields
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..spapi.errors import SpApiError, Temporary, Throttled, Unauthorised
from . import (
    catalog_details,
    catalog_families,
    catalog_query,
    catalog_report,
    connection,
    product_image,
)
from .catalog_work import Work
from .transaction import retried

_logger = logging.getLogger(__name__)

NIGHT = range(1, 6)  # hours at the marketplace
# a little under a day, or the load would start later every night
NIGHTLY = timedelta(hours=20)
RETRY = timedelta(minutes=5)
ROLE_RETRY = timedelta(days=1)


def load_due(account):
    """Start what is due, and go on with every running load; commits step by step."""
    retried(account.env, partial(_begin, account))
    loads = _running(account)
    if not loads:
        return
    run = account._start_run("catalog")
    if not run.user_id:
        run.user_id = loads.user_id[:1]
    calls = []
    try:
        with account._client(on_call=lambda *call: calls.append(call)) as api:
            for load in loads:
                if not _go_on(Work(load, api, run)):
                    account._enqueue("catalog")
                    break
    except (Unauthorised, connection.NotConfigured) as exc:
        account.env.cr.rollback()
        message = connection.explain(account, exc)
        run._finish("failed", message, len(calls))
        account._mark_attention(message)
        run._tell_user()
    else:
        _close(run, loads, len(calls))
    account.env["ir.cron"]._commit_progress(remaining=0)


def _close(run, loads, calls):
    states = set(loads.mapped("state"))
    waits = "running" in states
    for load in loads.filtered(lambda load: load.state == "failed" and load.message):
        run._note(f"{load.store_id.name}: {load.message.splitlines()[-1]}")
    run._finish(
        "failed" if "failed" in states else "waiting" if waits else "done", calls=calls
    )
    if states - {"running"}:
        run._tell_user()


# -- what is due ------------------------------------------------------------------------


def _begin(account):
    stores = account.store_ids.filtered("active")
    Load = account.env["amazon.catalog.load"]
    if nightly := _nightly(account, stores):
        Load._start(nightly, "all")
    if asked := _asked(stores):
        Load._start(asked, "skus")


def _nightly(account, stores):
    """Stores that sleep and were not loaded today; the first load is a person's."""
    if not account.load_nightly:
        return stores.browse()
    now = fields.Datetime.now()
    asleep = stores.filtered(
        lambda store: now.replace(tzinfo=UTC)
        .astimezone(ZoneInfo(store.marketplace_id.tz))
        .hour
        in NIGHT
    )
    if not asleep:
        return asleep
    Load = account.env["amazon.catalog.load"]
    of_these = [("store_id", "in", asleep.ids), ("kind", "!=", "skus")]
    last = dict(
        Load._read_group([*of_these, ("kind", "=", "all")], ["store_id"], ["start:max"])
    )
    is_open = Load.search([*of_these, *Load._open_domain()])
    return (asleep - is_open.store_id).filtered(
        lambda store: store in last and last[store] < now - NIGHTLY
    )


def _asked(stores):
    """Stores with SKUs that only an order knows, unless Amazon just refused them."""
    env = stores.env
    flagged = env["amazon.listing"].with_context(active_test=False)
    groups = flagged._read_group(
        [("to_load", "=", True), ("store_id", "in", stores.ids)], ["store_id"]
    )
    asked = stores.browse(store.id for (store,) in groups)
    if not asked:
        return asked
    others = env["amazon.catalog.load"].search(
        [
            ("store_id", "in", asked.ids),
            ("kind", "=", "skus"),
            "|",
            *env["amazon.catalog.load"]._open_domain(),
            "&",
            ("state", "=", "failed"),
            ("end", ">", fields.Datetime.now() - ROLE_RETRY),
        ]
    )
    return asked - others.store_id


def _running(account):
    """Loads that can go on now: first what orders wait for."""
    loads = account.env["amazon.catalog.load"].search(
        [("account_id", "=", account.id), ("state", "=", "running")], order="id"
    )
    return loads.filtered(
        lambda load: load.store_id.active and catalog_report.due(load)
    ).sorted(lambda load: load.kind != "skus")


# -- one load ---------------------------------------------------------------------------


def _go_on(work):
    """Stage by stage as far as it goes; False when the scheduler's time is up."""
    load, account = work.load, work.account
    _show_wait(work)
    try:
        while STAGES[work.stage](work):
            work.stage = load.stage
    except Throttled as exc:
        account.env.cr.rollback()
        work.wait = timedelta(seconds=exc.retry_after + 1)
        _say(work, account.env._("Amazon's rate limit is reached: going on later."))
    except Temporary as exc:
        account.env.cr.rollback()
        work.wait = RETRY
        _say(work, connection.explain(account, exc))
    except SpApiError as exc:
        account.env.cr.rollback()
        if isinstance(exc, Unauthorised) and exc.mend != "role":
            raise
        _fail(work, _explain(work, exc))
    except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, connection.NotConfigured):
        raise
    except Exception as exc:
        account.env.cr.rollback()
        _logger.exception("Amazon load of products %s failed", load.id)
        _fail(work, f"{type(exc).__name__}: {exc}.")
    _show_wait(work)
    if work.wait is not None:
        account._enqueue("catalog", work.wait)
    account.env["ir.cron"]._commit_progress()
    return work.wait is not None or load.state != "running"


def _explain(work, error):
    if isinstance(error, Unauthorised):
        # the operation serves reports of many kinds, and with them of many roles
        error.role = work.env._("Product Listing")
    return connection.explain(work.account, error)


def _say(work, message):
    """In the log, and on the load's page while it lasts: it goes on by itself."""
    work.reason = message
    work.run._note(f"{work.store.name}: {message}")


def _show_wait(work):
    """The load says what it waits for, and no longer when it goes on."""

    def show():
        if work.load.state == "running":
            work.load.waits_for = words

    words = work.wait is not None and work.reason
    if (work.load.waits_for or False) != (words or False):
        retried(work.env, show)
        work.env["ir.cron"]._commit_progress()


def _fail(work, message):
    work.step(partial(work.load._fail, message))


def _images(work):
    """Images come one by one, and are committed by who fetches them."""

    def time_left():
        left = work.env["ir.cron"]._commit_progress()
        return left if work.load.state == "running" else 0

    if product_image.fetch_due(work.load, time_left):
        work.step(work.load._finish)
    return False


STAGES = {
    "list": catalog_query.take_in,
    "details": catalog_details.take_in,
    "match": catalog_families.match,
    "images": _images,
}
