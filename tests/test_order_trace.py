""" "Why did this order not come in?": each rule, and the button that helps."""

from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged

from ..sync import order_trace
from .common import AmazonCase

USER = "amazon_connector.group_amazon_user"
KEYS = [
    *("account", "amazon", "inbox", "store", "status", "policy", "items"),
    *("amounts", "settings", "sale", "shipment"),
]


class TraceCase(AmazonCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account, cls.seller = cls.connect_for_all("US", ["US"])
        cls.store = cls.account.store_ids
        cls.user = new_test_user(cls.env, "operator", groups=USER)

    def setUp(self):
        super().setUp()
        self.addCleanup(self.sandbox.faults.clear)
        self.addCleanup(self.sandbox.orders.clear)
        self.sandbox.calls.clear()

    def order(self, **values):
        return self.sandbox.add_order(self.seller, **values)

    def ask(self, order, **values):
        """The trace of a user who asks about the order."""
        reference = getattr(order, "order_id", order)
        Trace = self.env["amazon.order.trace"].with_user(self.user)
        trace = Trace.create({"order_ref": reference} | values)
        action = self.press(trace.action_ask)
        self.assertEqual(action["res_id"], trace.id)
        self.assertEqual(trace.step_ids.mapped("key"), KEYS)
        return trace

    def results(self, trace):
        return dict(zip(KEYS, trace.step_ids.mapped("state"), strict=True))

    def message(self, trace, key):
        return trace.step_ids.filtered(lambda step: step.key == key).message

    def assertStops(self, trace, key, *words, also=()):
        """The trace fails at this step: what is before it passed, the rest is open."""
        results = self.results(trace)
        for passed in KEYS[: KEYS.index(key)]:
            if passed not in also:
                self.assertEqual(results[passed], "passed", passed)
        self.assertEqual(results[key], "failed")
        for later in KEYS[KEYS.index(key) + 1 : KEYS.index("shipment")]:
            self.assertEqual(results[later], "open", later)
        for word in words:
            self.assertIn(word, self.message(trace, key))

    def asked(self):
        return len(self.sandbox.calls_of("getOrder"))


@tagged("post_install", "-at_install")
class TestTrace(TraceCase):
    def test_not_in_the_inbox(self):
        """row 4.29: an order no pull has brought is found live, and taken in"""
        moment = self.sandbox.clock.now() - timedelta(days=60)
        order = self.order(created=moment, updated=moment)
        self.take_in(self.account)
        before = self.env["amazon.listing"].search_count([])
        trace = self.ask(f" {order.order_id.replace('-', '–')}\n")
        self.assertEqual(trace.order_ref, order.order_id)
        results = self.results(trace)
        self.assertEqual(results.pop("inbox"), "failed")
        self.assertEqual(results.pop("sale"), "open")
        self.assertEqual(results.pop("shipment"), "open")
        self.assertEqual(set(results.values()), {"passed"})
        self.assertIn("Take It In", self.message(trace, "inbox"))
        # asking has written nothing
        self.assertFalse(self.inbox(order))
        self.assertEqual(self.env["amazon.listing"].search_count([]), before)
        self.assertEqual(self.asked(), 1)

        self.assertTrue(trace.can_take_in)
        self.press(trace.action_take_in)
        self.assertEqual(self.inbox(order).state, "pending")
        self.assertFalse(trace.can_take_in)
        self.process(self.account)
        sale = self.inbox(order).sale_order_id
        trace = self.ask(order)
        self.assertIn(sale.name, self.message(trace, "sale"))
        self.assertEqual(self.results(trace)["sale"], "passed")
        self.assertTrue(trace.has_sale)

    def test_too_young(self):
        """an order of this minute is not on Amazon's list yet, and the trace says so"""
        self.pull(self.account)
        now = self.sandbox.clock.now()
        order = self.order(created=now, updated=now)
        self.assertIn("two minutes late", self.message(self.ask(order), "inbox"))

    def test_missed_by_seconds(self):
        """an order that changed after the last pull comes with the next one"""
        order = self.order()
        self.assertIn("No pull has ended yet", self.message(self.ask(order), "inbox"))
        self.account.orders_cursor = order.updated.replace(
            tzinfo=None, microsecond=0
        ) - timedelta(minutes=1)
        self.assertIn("after the last pull", self.message(self.ask(order), "inbox"))

    def test_unknown(self):
        """an order of somebody else stops at Amazon, with where else it may be"""
        trace = self.ask("999-9999999-9999999")
        self.assertStops(trace, "amazon", "knows no such order", "another seller")
        self.assertFalse(trace.can_take_in)
        self.assertIn("Known to Amazon", trace.verdict)

    def test_format(self):
        """what is no order number is refused before Amazon is asked"""
        for text in ("", "111-222", "111-2222222-3333333/../x", "B00ABCDEFG"):
            with self.assertRaisesRegex(UserError, "3, 7 and 7 digits"):
                self.ask(text)
        self.assertEqual(self.asked(), 0)

    def test_account_off(self):
        """an account that is off is not asked; the first step says what is off"""
        order = self.order()
        self.account.sync_orders = False
        self.assertStops(self.ask(order), "account", "'Orders in' is off")
        self.account.write({"state": "attention", "health_message": "Token revoked."})
        self.assertStops(self.ask(order), "account", "not connected: Token revoked.")
        self.assertEqual(self.asked(), 0)

    def test_amazon_does_not_answer(self):
        """what Amazon says instead of the order stands in the step"""
        self.sandbox.faults.add("getOrder", status=503, times=5)
        self.assertStops(self.ask(self.order()), "amazon", "could not be asked")

    def test_accounts_in_turn(self):
        """one call per account, until one knows the order; or only the chosen one"""
        other, seller = self.us()
        mine, theirs = self.order(), self.sandbox.add_order(seller)
        trace = self.ask(theirs)
        self.assertEqual(trace.found_account_id, other)
        self.assertEqual(self.asked(), 2)
        self.pull(other)  # where it is known is asked first
        self.ask(theirs)
        self.assertEqual(self.asked(), 3)
        self.assertStops(self.ask(mine, account_id=other.id), "amazon")
        self.assertEqual(self.asked(), 4)

    def test_store_disabled(self):
        """an order of a marketplace without an enabled store stops there"""
        self.store.active = False
        self.assertStops(
            self.ask(self.order()), "store", "not a store", also=("inbox",)
        )

    def test_statuses(self):
        """rows 4.11, 4.29: each status that makes no sale says so in the trace"""
        cases = (
            ({"status": "PENDING"}, "not confirmed the payment"),
            ({"status": "CANCELLED"}, "canceled at Amazon"),
            ({"status": "UNFULFILLABLE"}, "can't fulfill"),
            ({"fulfilled_by": "AMAZON"}, "has not shipped it yet"),
            ({"non_amazon": True}, "made elsewhere"),
        )
        orders = [(self.order(**values), words) for values, words in cases]
        for order, words in orders:  # not known here yet
            self.assertStops(self.ask(order), "status", words, also=("inbox",))
        self.take_in(self.account)
        for order, words in orders:
            self.assertStops(self.ask(order), "status", words)

    def test_fba_off(self):
        """row 4.29: the store's own choice is a step of its own"""
        self.store.fba_policy = "ignore"
        order = self.order(status="SHIPPED", fulfilled_by="AMAZON")
        self.assertStops(
            self.ask(order), "policy", "does not import FBA", also=("inbox",)
        )
        self.take_in(self.account)
        self.assertStops(self.ask(order), "policy", "does not import FBA")

    def test_unlinked(self):
        """row 4.27: the SKU that holds the order is named, and linked from the trace"""
        self.account.store_ids.unknown_sku_policy = "hold"
        order = self.order(items=["MUG-BLUE-350", "UMBRELLA-XL"])
        self.assertStops(self.ask(order), "items", "UMBRELLA-XL", also=("inbox",))
        self.take_in(self.account)
        trace = self.ask(order)
        self.assertStops(trace, "items", "UMBRELLA-XL")
        self.assertEqual((trace.can_link, trace.can_retry), (True, False))
        action = trace.action_link()
        self.assertEqual(action["res_model"], "amazon.link.sku")
        wizard = self.env["amazon.link.sku"].with_context(action["context"]).create({})
        wizard.line_ids.product_id = self.mug
        wizard.action_link()
        self.process(self.account)
        trace = self.ask(order)
        self.assertEqual(self.results(trace)["sale"], "passed")
        self.assertFalse(trace.can_link)

    def test_settings(self):
        """row 4.30: what a store lacks is named; once it is there, Retry imports"""
        shipping = self.store.shipping_product_id
        self.store.shipping_product_id = False
        order = self.order()
        self.take_in(self.account)
        self.assertStops(self.ask(order), "settings", "Shipping Product")
        self.store.shipping_product_id = shipping
        trace = self.ask(order)
        self.assertStops(trace, "sale", "press Retry")
        self.assertTrue(trace.can_retry)
        self.press(trace.action_retry)
        self.process(self.account)
        self.assertEqual(self.inbox(order).state, "imported")

    def test_currency(self):
        """row 4.30: a currency Odoo does not know stops at the settings"""
        euro = self.env["res.currency"].with_context(active_test=False)
        euro = euro.search([("name", "=", "EUR")])
        euro.active = False
        account, seller = self.connect("DE-trace", ["DE"])
        account.store_ids.pricelist_id = False
        euro.active = False
        order = self.sandbox.add_order(seller)
        self.take_in(account)
        self.assertStops(self.ask(order), "settings", "EUR")

    def test_amounts(self):
        """amounts that don't add up stop there, with the figures"""
        order = self.order()
        order.payload["proceeds"]["grandTotal"]["amount"] = "1.00"
        self.take_in(self.account)
        self.assertStops(self.ask(order), "amounts", "1.00")

    def test_shipment(self):
        """the last step says whether Amazon has confirmed the shipment"""
        order = self.order()
        self.take_in(self.account)
        sale = self.inbox(order).sale_order_id
        self.assertEqual(self.results(self.ask(order))["shipment"], "open")
        self.ship(sale.picking_ids)
        self.assertEqual(self.results(self.ask(order))["shipment"], "open")
        self.send(self.account)
        trace = self.ask(order)
        self.assertEqual(set(self.results(trace).values()), {"passed"})
        self.assertIn(sale.name, trace.verdict)
        sale.locked = False
        sale._action_cancel()
        self.assertIn("canceled", self.message(self.ask(order), "sale"))

    def test_screen(self):
        """row 4.29: the trace opens for a user, from the menu, empty and filled"""
        view = Form(self.env["amazon.order.trace"].with_user(self.user))
        view.order_ref = self.order().order_id
        trace = view.save()
        self.open_screens(self.user, trace, kinds=("form",))
        self.press(trace.action_ask)
        self.open_screens(self.user, trace, kinds=("form",))
        menu = self.env.ref("amazon_connector.amazon_order_trace_menu")
        self.assertEqual(menu.action.res_model, "amazon.order.trace")

    def test_never_disagrees_with_the_importer(self):
        """the trace of a fresh order foretells what the importer then does with it"""
        orders = self.sandbox.generate_orders(self.seller, 12, kind="random", seed=7)
        self.account.orders_cursor = False
        foretold = {}
        for order in orders:
            payload = order.payload
            foretold[order] = order_trace.evaluate(self.account, payload)
        self.take_in(self.account)
        for order, verdict in foretold.items():
            record = self.inbox(order)
            state = "imported" if verdict.due else verdict.state
            self.assertEqual(
                (record.state, record.reason_code or False),
                (state, verdict.code or False),
            )
