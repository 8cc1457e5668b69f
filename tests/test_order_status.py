"""Which orders become sales, and what happens when something is switched off."""

from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_order_capture import CaptureCase, naive


@tagged("post_install", "-at_install")
class TestOrderStatus(CaptureCase):
    def states(self, **orders):
        """{name: (state, reason)} after orders with these keywords were taken in."""
        made = {
            name: self.sandbox.add_order(self.seller, **keywords)
            for name, keywords in orders.items()
        }
        self.take_in(self.account)
        records = {name: self.inbox(order) for name, order in made.items()}
        return {n: (r.state, r.reason_code or None) for n, r in records.items()}

    def test_only_ready_orders_become_sales(self):
        """row 4.36: Unshipped and PartiallyShipped are imported, nothing else is"""
        states = self.states(
            unshipped={},
            partial={
                "status": "PARTIALLY_SHIPPED",
                "items": [{"sku": "MUG-BLUE-350", "quantity": 2, "shipped": 1}],
            },
            pending={"status": "PENDING"},
            preorder={"status": "PENDING_AVAILABILITY"},
            shipped={"status": "SHIPPED"},
            canceled={"status": "CANCELLED"},
            unfulfillable={"status": "UNFULFILLABLE"},
        )
        self.assertEqual(
            states,
            {
                "unshipped": ("imported", None),
                "partial": ("imported", None),
                "pending": ("pending", "waiting"),
                "preorder": ("pending", "waiting"),
                "shipped": ("ignored", "shipped_outside"),
                "canceled": ("canceled", None),
                "unfulfillable": ("ignored", "unfulfillable"),
            },
        )
        sales = self.env["sale.order"].search(
            [("amazon_store_id", "=", self.account.store_ids.id)]
        )
        self.assertEqual(len(sales), 2)

    def test_unknown_status_is_kept(self):
        """row 4.36: a status nobody knows yet is kept, shown, and not imported"""
        order = self.sandbox.add_order(self.seller, status="ON_HOLD")
        self.take_in(self.account)
        record = self.inbox(order)
        self.assertEqual(
            (record.state, record.reason_code), ("pending", "unknown_status")
        )
        self.assertIn("ON_HOLD", record.reason)
        order.set_status("UNSHIPPED", self.sandbox.clock.now())
        self.sandbox.clock.advance(180)
        self.take_in(self.account)
        self.assertEqual(record.state, "imported", record.reason)

    def test_multi_channel_fulfillment_is_no_sale(self):
        """row 4.36: what Amazon ships for a sale made elsewhere is ignored"""
        states = self.states(
            mcf={"non_amazon": True, "fulfilled_by": "AMAZON", "status": "SHIPPED"}
        )
        self.assertEqual(states, {"mcf": ("ignored", "non_amazon")})

    def test_pending_is_kept_then_released(self):
        """row 4.11: a pending order is no sale until Amazon releases it"""
        order = self.sandbox.add_order(self.seller, status="PENDING")
        self.take_in(self.account)
        record = self.inbox(order)
        self.assertEqual(record.line_ids.mapped("sku"), ["MUG-BLUE-350"])
        self.assertFalse(record.sale_order_id)
        self.assertMoney(record.amount_total, "0.00")  # Amazon keeps it back

        self.sandbox.release_pending(order.order_id)
        self.sandbox.clock.advance(180)
        self.take_in(self.account)
        self.assertEqual(record.state, "imported", record.reason)
        self.assertEqual(record.run_id.updated, 0)
        self.assertEqual(self.run_of(self.account).updated, 1)
        sale = record.sale_order_id
        self.assertMoney(sale.amount_total, order.grand_total - self.collected(order))
        self.assertEqual(sale.partner_id.name, order.payload["buyer"]["buyerName"])

    def collected(self, order):
        """Tax that Amazon collects and remits itself."""
        charges = [
            float(row["subtotal"]["amount"])
            for item in order.items
            for row in item["proceeds"]["breakdowns"]
            if row["type"] == "TAX" and item.get("tax")
        ]
        return type(order.grand_total)(str(round(sum(charges), 2)))

    def test_pending_cannot_be_processed_by_hand(self):
        """row 4.11: the Process button makes no sale of a pending order"""
        order = self.sandbox.add_order(self.seller, status="PENDING")
        self.take_in(self.account)
        record = self.inbox(order)
        with self.assertRaisesRegex(UserError, "still wait for Amazon"):
            record.action_process()
        self.assertEqual(record.state, "pending")

    def test_process_button(self):
        """row 4.24: pending orders are processed by hand at any time"""
        order = self.sandbox.add_order(self.seller)
        self.pull(self.account)
        record = self.inbox(order)
        self.assertEqual(record.state, "pending")
        record.action_process()
        self.process(self.account)
        self.assertEqual(record.state, "imported", record.reason)
        self.assertEqual(record.process_run_id.processed, 1)

    def test_shipped_order_is_imported_on_request(self):
        """row 4.36: Import Anyway takes an order that was shipped before into the books"""
        order = self.sandbox.add_order(self.seller, status="SHIPPED")
        self.take_in(self.account)
        record = self.inbox(order)
        record.action_import_anyway()
        self.process(self.account)
        self.assertEqual(record.state, "imported", record.reason)
        picking = record.sale_order_id.picking_ids
        self.assertEqual(picking.state, "done")
        self.assertFalse(picking.amazon_submission_ids)

    def test_run_counts(self):
        """rows 4.31, 4.29: a run counts what it did, and leads to every held order"""
        self.account.store_ids.unknown_sku_policy = "hold"
        orders = {
            name: self.sandbox.add_order(self.seller, **keywords)
            for name, keywords in {
                "good": {},
                "unlinked": {"items": ["UMBRELLA-XL"]},
                "canceled": {"status": "CANCELLED"},
                "ignored": {"status": "SHIPPED"},
            }.items()
        }
        self.take_in(self.account)
        pull, process = self.run_of(self.account), self.run_of(self.account, "process")
        self.assertEqual((pull.captured, pull.canceled, pull.blocked), (4, 1, 0))
        self.assertEqual((process.processed, process.blocked), (1, 1))
        self.assertEqual((process.total, process.progress), (2, 100))
        self.assertFalse(pull.user_id)  # the schedule started it

        action = pull.action_view_orders()
        shown = self.env["amazon.order"].search(action["domain"])
        self.assertEqual(
            set(shown.mapped("amazon_order_ref")),
            {order.order_id for order in orders.values()},
        )
        held = shown.filtered(lambda o: o.state in ("blocked", "ignored"))
        self.assertEqual(len(held), 2)
        self.assertTrue(all(held.mapped("reason")))
        action = process.action_view_orders()
        shown = self.env["amazon.order"].search(action["domain"])
        self.assertIn(self.inbox(orders["unlinked"]), shown)

    def test_run_counts_what_a_change_brings(self):
        """row 4.31: an order canceled while it was pending counts as canceled"""
        order = self.sandbox.add_order(self.seller, status="PENDING")
        self.pull(self.account)
        self.sandbox.cancel(order.order_id)
        self.sandbox.clock.advance(180)
        self.pull(self.account)
        run = self.run_of(self.account)
        self.assertEqual((run.updated, run.canceled), (1, 1))

    def test_pull_now_names_the_user(self):
        """row 4.31: a run tells who started it"""
        self.account.action_pull_now()
        self.pull(self.account)
        self.assertEqual(self.run_of(self.account).user_id, self.env.user)


@tagged("post_install", "-at_install")
class TestSwitches(CaptureCase):
    def pull_directly(self):
        """The job itself, as if a worker had picked it up just before."""
        with self.enter_registry_test_mode():
            self.account._cron_pull_orders()

    def test_orders_off(self):
        """row 1.9: orders switched off: no call at all"""
        self.account.sync_orders = False
        self.pull(self.account)
        self.assertEqual(self.sandbox.calls, [])
        with self.assertRaisesRegex(UserError, "Orders in"):
            self.account.action_pull_now()

    def test_orders_on_again(self):
        """row 1.9: switched on again, the pull goes on from the stored cursor"""
        self.pull(self.account)
        cursor = self.account.orders_cursor
        self.account.sync_orders = False
        orders = self.orders(1)
        self.pull(self.account)
        self.account.sync_orders = True
        self.forget_calls()
        self.pull(self.account)
        after = naive(self.searches()[0]["query"]["lastUpdatedAfter"])
        self.assertEqual(after, cursor - timedelta(minutes=10))
        self.assertComplete(orders)

    def test_archived_store(self):
        """row 1.9: an archived store is not asked for; without any, no call is made"""
        account, seller = self.connect("US-two", ["US", "CA"])
        canada = account.store_ids.filtered(lambda s: s.currency_id.name == "CAD")
        canada.active = False
        self.forget_calls()
        self.pull(account)
        (search,) = self.searches(seller)
        self.assertEqual(search["query"]["marketplaceIds"], "ATVPDKIKX0DER")
        account.store_ids.active = False
        self.forget_calls()
        self.pull(account)
        self.assertEqual(self.sandbox.calls, [])

    def test_disabled_account(self):
        """row 1.11: a disabled account keeps all data and makes no call"""
        orders = self.orders(2)
        self.pull(self.account)
        self.account.action_deactivate()
        self.assertEqual(self.account.state, "inactive")
        self.assertFalse(any(self.account._crons().mapped("active")))
        self.forget_calls()
        self.pull_directly()
        self.assertEqual(self.sandbox.calls, [])
        self.assertComplete(orders)

    def test_enabled_again(self):
        """row 1.11: enabled again, it catches up from the stored cursor, not from now"""
        self.pull(self.account)
        cursor = self.account.orders_cursor
        self.account.action_deactivate()
        missed = self.orders(1)
        self.sandbox.clock.advance(3 * 3600)
        self.press(self.account.action_activate)
        self.assertEqual(self.account.state, "connected")
        self.assertTrue(self.account.orders_cron_id.active)
        self.forget_calls()
        self.pull(self.account)
        after = naive(self.searches()[0]["query"]["lastUpdatedAfter"])
        self.assertEqual(after, cursor - timedelta(minutes=10))
        self.assertComplete(missed)

    def test_archived_account(self):
        """row 1.11: an archived account makes no call either"""
        self.account.active = False
        self.forget_calls()
        self.pull_directly()
        self.assertEqual(self.sandbox.calls, [])

    def test_one_account_broken(self):
        """row 1.4: a revoked account stops and tells; the other goes on"""
        other, other_seller = self.us()
        order = self.sandbox.add_order(other_seller)
        self.seller.revoked = True
        self.pull(self.account)
        self.take_in(other)
        self.assertEqual(self.account.state, "attention")
        self.assertIn("refresh token", self.account.health_message)
        self.assertEqual(len(self.account.activity_ids), 1)
        self.forget_calls()
        self.pull(self.account)
        self.assertEqual(self.sandbox.calls, [])
        self.assertEqual(other.state, "connected")
        self.assertEqual(self.inbox(order).state, "imported")

        self.seller.revoked = False
        self.press(self.account.action_test)
        self.assertEqual(self.account.state, "connected")
        self.assertFalse(self.account.activity_ids)

    def test_nothing_leaks_between_accounts(self):
        """row 1.4: cursor, orders, log and listings stay with their account"""
        other, other_seller = self.us()
        mine = self.sandbox.add_order(self.seller)
        theirs = self.sandbox.add_order(other_seller)
        self.pull(self.account)
        self.assertFalse(other.orders_cursor)
        self.assertFalse(self.captured(other))
        self.assertFalse(self.run_of(other))
        self.pull(other)
        self.assertEqual(self.inbox(mine).account_id, self.account)
        self.assertEqual(self.inbox(theirs).account_id, other)
        for account in (self.account, other):
            self.assertEqual(
                account.store_ids.listing_ids.mapped("sku"), ["MUG-BLUE-350"]
            )
            self.assertEqual(self.captured(account).run_id.account_id, account)

    def test_stores_of_one_account_have_their_own_listings(self):
        """row 1.4: one SKU in two stores is two listings, each linked by itself"""
        account, seller = self.connect("US-and-CA", ["US", "CA"])
        self.rate("CAD", 1.4)
        account.store_ids.unknown_sku_policy = "hold"
        orders = [
            self.sandbox.add_order(seller, marketplace=code, items=["GLOVE-WINTER-S"])
            for code in ("US", "CA")
        ]
        self.take_in(account)
        states = [self.inbox(order).state for order in orders]
        self.assertEqual(states, ["blocked", "blocked"])
        listing = self.inbox(orders[0]).line_ids.listing_id
        listing.product_id = self.mug
        self.process(account)
        states = [self.inbox(order).state for order in orders]
        self.assertEqual(states, ["imported", "blocked"])
