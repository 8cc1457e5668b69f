"""Real processes on a database of their own, against one sandbox, killed at will."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from collections import Counter
from itertools import count
from pathlib import Path

from odoo import sql_db
from odoo.tests import BaseCase

from ..sandbox import Sandbox

DATABASE = os.environ.get("AMAZON_CONNECTOR_DRILL_DB") and (
    # several test processes at once have a copy each
    os.environ["AMAZON_CONNECTOR_DRILL_DB"] + os.environ.get("PYTEST_XDIST_WORKER", "")
)
CONF = os.environ.get("AMAZON_CONNECTOR_CONF")
SERVER = os.environ.get("AMAZON_CONNECTOR_ODOO")
LONG = os.environ.get("AMAZON_CONNECTOR_DRILL") == "long"
PATIENCE = 120


class Worker:
    """One job in one process."""

    def __init__(self, pid, answer):
        self.pid = pid
        self.answer = answer

    def alive(self):
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def kill(self):
        """No warning, no last words."""
        os.kill(self.pid, signal.SIGKILL)

    def outcome(self):
        """Wait for the end: a dict of began, ended, and result or error.

        None for a worker that was killed.
        """
        until(lambda: not self.alive(), "the end of a worker")
        return json.loads(self.answer.read_text()) if self.answer.exists() else None


class Workers:
    """Odoo, loaded once; every job is a process forked from it (`odoo_worker.py`)."""

    def __init__(self, folder):
        self.folder = folder
        self.numbers = count()
        self.log = folder / "workers.log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    Path(__file__).with_name("odoo_worker.py"),
                    CONF,
                    DATABASE,
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._hear()  # ready

    def _hear(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"Odoo did not start:\n{self.log.read_text()[-4000:]}")
        return line.strip()

    def start(self, do, at=0, **arguments):
        """A :class:`Worker` on its way; it begins at time ``at`` at the earliest."""
        answer = self.folder / f"{next(self.numbers)}.json"
        job = {"do": do, "at": at, "arguments": arguments, "answer": str(answer)}
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        return Worker(int(self._hear()), answer)

    def stop(self):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def until(condition, what, seconds=PATIENCE):
    """Poll until ``condition()`` is true; returns what it gave."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.01)
    return found


@unittest.skipUnless(
    DATABASE and CONF,
    "needs a database that processes of our own may fill: run 'make test'",
)
class ProcessCase(BaseCase):
    """Workers on the drill database; every test has an account of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = Sandbox(seed=None, rate_factor=None)
        cls.sandbox.rng.seed()  # the database may know sellers of an earlier class
        cls.sandbox.start()
        cls.addClassCleanup(cls.sandbox.stop)
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.workers = Workers(Path(folder))
        cls.addClassCleanup(cls.workers.stop)
        cls.addClassCleanup(sql_db.close_db, DATABASE)
        cls.keys = count()
        cls.finish(cls.workers.start("products", skus=list(cls.sandbox.catalog)))

    def setUp(self):
        super().setUp()
        self.addCleanup(self.sandbox.faults.clear)
        self.addCleanup(vars(self.sandbox).pop, "record", None)
        self.seller = self.sandbox.add_seller(f"US{next(self.keys)}", ["US"])
        self.account = self.run_job(
            "connect",
            seller=self.seller.credentials,
            country="US",
            url=self.sandbox.url,
        )

    def generate(self, number):
        """Merchant orders of one line each: many of them in little time."""
        self.sandbox.generate_orders(self.seller, number, items=(1, 1), shipping=False)

    # -- processes --------------------------------------------------------------------

    @classmethod
    def finish(cls, worker):
        outcome = worker.outcome()
        if outcome is None or "error" in outcome:
            problem = outcome["error"] if outcome else "the worker is dead"
            raise AssertionError(f"{problem}\n{cls.workers.log.read_text()[-4000:]}")
        return outcome

    def run_job(self, do, **arguments):
        """Run a job in a process of its own to its end; what it returned."""
        return self.finish(self.workers.start(do, **arguments))["result"]

    def cron(self, *jobs):
        """Scheduled jobs of the account, one after the other."""
        for job in jobs:
            self.run_job("cron", account=self.account, job=job)

    def both(self, method, apart=0):
        """Two processes call the account's method at once; both must end well.

        :param apart: seconds from the first one's begin to the other's
        """
        at = time.time() + 0.3
        pair = [
            self.workers.start("call", begin, account=self.account, method=method)
            for begin in (at, at + apart)
        ]
        first, second = (self.finish(worker) for worker in pair)
        overlap = min(first["ended"], second["ended"]) - max(
            first["began"], second["began"]
        )
        self.assertGreater(overlap, 0, "the two did not run at the same time")

    def kill_after_answer(self, job, operation, number):
        """Run a scheduled job; its process dies while an answer is on its way.

        Amazon has done the work of the ``number``-th call of ``operation`` then, and
        nobody hears of it.
        """
        record = self.sandbox.record
        seen = count(1)
        started = []

        def recorded(call):
            record(call)
            if call["operation"] == operation and next(seen) == number:
                until(lambda: started, "the worker's number")[0].kill()

        self.sandbox.record = recorded
        started.append(self.workers.start("cron", account=self.account, job=job))
        self.died(started[0])
        del self.sandbox.record

    def node(self):
        """A real Odoo server with two threads for scheduled jobs, as a cluster has."""
        command = [sys.executable, SERVER, "-c", CONF, "-d", DATABASE]
        command += ["--max-cron-threads=2", "--http-port", free_port()]
        with open(self.workers.folder / "nodes.log", "a") as log:
            node = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.addCleanup(node.wait)
        self.addCleanup(node.kill)
        return node

    def died(self, worker):
        """Wait until a killed worker and its database session are gone."""
        self.assertIsNone(worker.outcome(), "the worker was not killed in time")
        session = f"odoo-{worker.pid}"
        until(
            lambda: not self.sql(
                "SELECT 1 FROM pg_stat_activity WHERE application_name = %s", session
            ),
            "the end of the dead worker's session",
        )

    # -- the database -----------------------------------------------------------------

    @classmethod
    def sql(cls, statement, *parameters):
        """Run one committed statement on the drill database; its rows, if any."""
        with sql_db.db_connect(DATABASE).cursor() as cr:
            cr.execute(statement, parameters)
            return cr.fetchall() if cr.description else None

    def number(self, statement, *parameters):
        return self.sql(statement, *parameters)[0][0]

    def orders(self, state=None):
        """How many records of this account's orders (in a state) there are."""
        return self.number(
            """
            SELECT count(*) FROM amazon_order
            WHERE account_id = %s AND (%s IS NULL OR state = %s)
            """,
            self.account,
            state,
            state,
        )

    def runs(self, kind):
        """(state, message) of the account's runs of a kind, the oldest first."""
        return self.sql(
            """
            SELECT state, message FROM amazon_sync_run
            WHERE account_id = %s AND kind = %s ORDER BY id
            """,
            self.account,
            kind,
        )

    # -- what must hold ---------------------------------------------------------------

    def assertAllCaptured(self):
        """Every order of the seller is in the inbox, with its items, exactly once."""
        expected = Counter(
            (order.order_id, item["orderItemId"])
            for order in self.sandbox.orders.values()
            if order.seller is self.seller
            for item in order.items
        )
        rows = self.sql(
            """
            SELECT o.amazon_order_ref, l.item_ref FROM amazon_order o
            LEFT JOIN amazon_order_line l ON l.order_id = o.id
            WHERE o.account_id = %s
            """,
            self.account,
        )
        self.assertEqual(Counter(rows), expected)

    def assertCursorThere(self):
        """The last pull is complete, and the next one starts from its own time."""
        cursor, token = self.sql(
            "SELECT orders_cursor, pull_token FROM amazon_account WHERE id = %s",
            self.account,
        )[0]
        pages = [
            call["response_body"]["lastUpdatedBefore"]
            for call in self.sandbox.calls_of("searchOrders")
            if call["seller"] == self.seller.key
            and isinstance(call["response_body"], dict)
            and "orders" in call["response_body"]
        ]
        self.assertIsNone(token)
        self.assertIn(cursor.isoformat(), {page[:19] for page in pages})

    def assertAllSold(self):
        """Every order has exactly one sale: confirmed, complete, with one transfer."""
        rows = self.sql(
            """
            SELECT o.amazon_order_ref, o.state, s.state, o.sale_order_id = s.id,
                   (SELECT count(*) FROM stock_picking p
                    WHERE p.sale_id = s.id AND p.state != 'cancel'),
                   (SELECT array_agg(a.item_ref ORDER BY a.item_ref)
                    FROM sale_order_line l
                    JOIN amazon_order_line a ON a.id = l.amazon_order_line_id
                    WHERE l.order_id = s.id)
            FROM amazon_order o LEFT JOIN sale_order s ON s.amazon_order_id = o.id
            WHERE o.account_id = %s ORDER BY o.amazon_order_ref
            """,
            self.account,
        )
        expected = [
            (
                order.order_id,
                "imported",
                "sale",
                True,
                1,
                sorted(item["orderItemId"] for item in order.items),
            )
            for order in self.sandbox.orders.values()
            if order.seller is self.seller
        ]
        self.assertEqual(rows, sorted(expected))
