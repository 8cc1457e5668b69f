import unittest
from datetime import timedelta

from odoo.tests import tagged

from .processes import LONG, SERVER, ProcessCase, until

STOPPED = "stopped"


@tagged("post_install", "-at_install")
class TestProcesses(ProcessCase):
    """Twice, at once, killed and in a storm: everything there, nothing twice."""

    def test_twice_the_same_pull(self):
        """row 4.12: a second pull of the same orders changes nothing"""
        self.sandbox.generate_orders(self.seller, 12)
        self.cron("orders", "process")
        self.sql(
            "UPDATE amazon_account SET orders_cursor = NULL WHERE id = %s", self.account
        )
        self.cron("orders", "process")
        self.assertAllCaptured()
        self.assertAllSold()
        self.assertCursorThere()

    def test_two_pulls_at_once(self):
        """row 4.12: two processes pull one account, no order comes in twice"""
        self.generate(250)
        # both begin a pull of their own, then their pages come in any order
        self.sandbox.faults.add("searchOrders", kind="slow", seconds=1.5, times=2)
        self.sandbox.faults.add(
            "searchOrders", kind="slow", seconds=0.2, probability=0.5
        )
        self.both("_cron_pull_orders", apart=1.1)
        self.assertAllCaptured()
        self.assertCursorThere()
        self.assertEqual([state for state, _m in self.runs("orders")], ["done"] * 2)
        # neither went on with the other's token and its own dates
        self.assertEqual({call["status"] for call in self._searches()}, {200})

    def test_killed_between_two_pages(self):
        """row 4.12: the next pull goes on from the last page that was kept"""
        self.generate(250)
        self.kill_after_answer("orders", "searchOrders", 2)
        self.assertEqual(self.orders(), 100)
        self.cron("orders")
        self.assertAllCaptured()
        self.assertCursorThere()
        # page 1, page 2 (lost), and no page from the start again
        self.assertEqual(
            ["paginationToken" in call["query"] for call in self._searches()],
            [False, True, True, True],
        )

    def test_killed_run_is_closed(self):
        """row 4.31: the log does not say for ever that a dead worker is running"""
        self.generate(1)
        self.kill_after_answer("orders", "searchOrders", 1)
        self.assertEqual(self.runs("orders")[0][0], "running")
        self.cron("orders")
        (first, message), (second, _none) = self.runs("orders")
        self.assertEqual((first, second), ("failed", "done"))
        self.assertIn(STOPPED, message)

    def test_storm(self):
        """row 4.12: 429, 5xx, broken lines and half answers lose and double nothing"""
        self.generate(500 if LONG else 250)
        storm = [
            self.sandbox.faults.add("searchOrders", probability=0.08, **fault)
            for fault in (
                {"status": 429},
                {"status": 500},
                {
                    "status": 503,
                    "body": "<html>down</html>",
                    "content_type": "text/html",
                },
                {"kind": "truncate"},
                {"kind": "timeout_before"},
                {"kind": "timeout_after"},
            )
        ]
        rounds = 0
        while rounds < (20 if LONG else 3) or not self._complete():
            rounds += 1
            self.assertLess(rounds, 60, "the pull does not come to its end")
            if self._complete():  # and once more from the start
                self.sql(
                    "UPDATE amazon_account SET orders_cursor = NULL WHERE id = %s",
                    self.account,
                )
            self.cron("orders")
        self.assertAllCaptured()
        self.assertCursorThere()
        self.assertTrue(sum(fault.fired for fault in storm))

    def _searches(self):
        """The pulls' calls of searchOrders; connecting tries it, too."""
        return [
            call
            for call in self.sandbox.calls_of("searchOrders")
            if call["seller"] == self.seller.key
            and call["query"].get("maxResultsPerPage") != "1"
        ]

    def test_two_import_at_once(self):
        """row 4.12: two processes import one account, each order becomes one sale"""
        self.generate(70)
        self.cron("orders")
        self.both("_cron_process_orders")
        self.cron("process")
        self.assertAllSold()

    def test_killed_in_a_batch(self):
        """row 4.12: what a dead worker had not committed is done by the next one"""
        self.generate(60)
        self.cron("orders")
        worker = self.workers.start("cron", account=self.account, job="process")
        until(lambda: self.orders("imported"), "the first imported orders")
        until(self._pickings_in_the_making, "transfers of the second batch")
        worker.kill()
        self.died(worker)
        self.assertEqual(self.orders("imported"), 50)
        self.cron("process")
        self.assertAllCaptured()
        self.assertAllSold()
        (first, message), *others = self.runs("process")
        self.assertEqual(first, "failed")
        self.assertIn(STOPPED, message)
        self.assertEqual({state for state, _message in others}, {"done"})

    @unittest.skipUnless(LONG and SERVER, "a long one: run 'make drill'")
    def test_two_nodes(self):
        """row 4.12: two servers share an account's jobs by their own schedulers"""
        self.generate(300)
        others = self.sql(
            """
            UPDATE ir_cron c SET active = false FROM amazon_account a
            WHERE a.id = %s AND c.active AND c.id NOT IN (
                a.orders_cron_id, a.process_cron_id, a.shipments_cron_id)
            RETURNING c.id
            """,
            self.account,
        )
        self.addCleanup(
            self.sql,
            "UPDATE ir_cron SET active = true WHERE id IN %s",
            tuple(row[0] for row in others),
        )
        first, _second = self.node(), self.node()
        self.run_job("enqueue", account=self.account, job="orders")
        until(lambda: self.orders("imported") >= 100, "a hundred orders", 600)
        first.kill()
        until(lambda: self.orders("imported") == 300, "all orders", 600)
        self.assertAllCaptured()
        self.assertAllSold()

    def _pickings_in_the_making(self):
        """Numbers were drawn for transfers that nobody sees yet."""
        return self.number(
            """
            SELECT (SELECT last_value FROM stock_picking_id_seq)
                   >= (SELECT max(id) FROM stock_picking) + 5
            """
        )

    def test_killed_while_sending(self):
        """row 8.14: a confirmation Amazon took, but we never heard of, is sent again"""
        self._packed(25)
        self.kill_after_answer("shipments", "confirmShipment", 7)
        self.assertEqual(self._submissions(), {"sent": 6, "queued": 19})
        self.cron("shipments")  # what the dead worker had not taken for itself
        self.assertEqual(self._submissions()["queued"], 14)
        self.assertLeaseIsWatched()
        self._pass_time()
        self.cron("shipments", "orders")
        self.assertEqual(self._submissions(), {"confirmed": 25})
        self.assertAmazonHasAll()
        calls = [call["order_id"] for call in self._confirmations()]
        self.assertEqual((len(calls), len(set(calls))), (26, 25))

    def test_two_send_at_once(self):
        """row 8.14: two processes send one account's outbox, each package once"""
        self._packed(30)
        self.sandbox.faults.add(
            "confirmShipment", kind="slow", seconds=0.02, probability=1
        )
        self.both("_cron_send_shipments")
        self._pass_time()
        self.cron("orders")
        self.assertEqual(self._submissions(), {"confirmed": 30})
        self.assertAmazonHasAll()
        self.assertEqual(len(self._confirmations()), 30)

    def _packed(self, number):
        self.generate(number)
        self.cron("orders", "process")
        self.run_job("pack", account=self.account)
        self.assertEqual(self._submissions(), {"queued": number})

    def _pass_time(self):
        """A quarter of an hour, at Amazon and for what waits here."""
        self.sandbox.clock.advance(timedelta(minutes=15).total_seconds())
        self.sql(
            """
            UPDATE amazon_submission SET next_try = next_try - interval '15 minutes'
            WHERE account_id = %s
            """,
            self.account,
        )

    def _submissions(self):
        return dict(
            self.sql(
                """
                SELECT state, count(*) FROM amazon_submission
                WHERE account_id = %s GROUP BY state
                """,
                self.account,
            )
        )

    def _confirmations(self):
        return [
            call
            for call in self.sandbox.calls_of("confirmShipment")
            if call["seller"] == self.seller.key
        ]

    def assertLeaseIsWatched(self):
        """The scheduler looks again as soon as the dead worker's lease has ended."""
        ends, looks = self.sql(
            """
            SELECT (SELECT max(next_try) FROM amazon_submission
                    WHERE account_id = a.id AND state = 'queued'),
                   (SELECT max(call_at) FROM ir_cron_trigger
                    WHERE cron_id = a.shipments_cron_id)
            FROM amazon_account a WHERE a.id = %s
            """,
            self.account,
        )[0]
        self.assertTrue(looks, "nobody will look")
        self.assertGreaterEqual(looks, ends)
        self.assertLess(looks - ends, timedelta(minutes=1))

    def assertAmazonHasAll(self):
        """Each order is at Amazon with one package, all units and our number."""
        tracking = dict(
            self.sql(
                """
                SELECT o.amazon_order_ref, p.carrier_tracking_ref
                FROM amazon_submission s
                JOIN amazon_order o ON o.id = s.order_id
                JOIN stock_picking p ON p.id = s.picking_id
                WHERE s.account_id = %s
                """,
                self.account,
            )
        )
        for order in self.sandbox.orders.values():
            if order.seller is not self.seller:
                continue
            self.assertEqual(order.status, "SHIPPED")
            (package,) = order.packages
            self.assertEqual(package["trackingNumber"], tracking[order.order_id])
            for item in order.items:
                self.assertEqual(
                    item["fulfillment"]["quantityFulfilled"], item["quantityOrdered"]
                )

    def _complete(self):
        return self.number(
            "SELECT orders_cursor IS NOT NULL FROM amazon_account WHERE id = %s",
            self.account,
        )
