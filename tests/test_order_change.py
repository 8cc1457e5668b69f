"""What Amazon changes after an order became a sale is found and shown."""

from odoo.tests import new_test_user, tagged

from ..sandbox.amounts import order_proceeds
from ..sandbox.items import build_item
from ..sync import order_change, order_inbox
from .test_order_import import ImportCase

MUGS = {"sku": "MUG-BLUE-350", "quantity": 3, "total": "30.00", "facilitator": False}
BAG = {"sku": "BACKPACK-20L", "total": "25.50", "facilitator": False}
TAXED = {"tax_rate": "0.0825"}


class ChangeCase(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account, cls.seller = cls.connect_for_all("US", ["US"])
        cls.store = cls.account.store_ids
        cls.user = new_test_user(
            cls.env, "change-user", groups="amazon_connector.group_amazon_user"
        )

    def setUp(self):
        super().setUp()
        self.addCleanup(self.sandbox.orders.clear)

    def sell(self, *items, **order):
        items = items or (MUGS | TAXED, BAG | TAXED)
        order, sale = self.take(self.account, self.seller, *items, **order)
        return order, self.inbox(order), sale

    def item(self, order, sku="MUG-BLUE-350"):
        return next(i for i in order.items if i["product"]["sellerSku"] == sku)

    def cancel(self, order, units, sku="MUG-BLUE-350"):
        """Amazon cancels some units of an item."""
        self.sandbox.cancel(
            order.order_id, items={self.item(order, sku)["orderItemId"]: units}
        )
        self.see()

    def edit(self, order, remove=(), **values):
        """Amazon takes items out of an order, or puts new ones in."""
        order.items[:] = [
            i for i in order.items if i["product"]["sellerSku"] not in remove
        ]
        for sku, item in values.items():
            new = build_item(
                self.sandbox.rng, order.marketplace, sku.replace("_", "-"), **item
            )
            order.items.append(new)
        self.settle(order)

    def settle(self, order):
        order.payload["proceeds"] = order_proceeds(order.items, order.marketplace)
        order.touch(self.sandbox.clock.now())
        self.see()

    def replace(self, order, **values):
        """Amazon has other amounts or units of the first item."""
        old = order.items[0]
        new = build_item(
            self.sandbox.rng,
            order.marketplace,
            item_id=old["orderItemId"],
            **(MUGS | TAXED | values),
        )
        order.items[0] = new
        self.settle(order)

    def see(self):
        self.sandbox.clock.advance(180)
        self.take_in(self.account)

    def shown(self, record):
        return {
            (row["sku"] or row["key"], row["field"]): (row["before"], row["now"])
            for row in record.changes or []
        }

    def apply(self, record):
        record.with_user(self.user).action_apply_changes()

    def assertAgreed(self, record):
        self.assertFalse(record.is_changed)
        self.assertFalse(record.changes)
        self.assertFalse(record.activity_ids)

    def assertAsImported(self, order, sale):
        """To the cent what a fresh import of the same order comes to."""
        twin = self.sandbox.add_order(self.seller, items=[])
        twin.items[:] = [
            item | {"orderItemId": f"{n}{item['orderItemId']}"[:14]}
            for n, item in enumerate(order.items, 1)
        ]
        twin.payload["proceeds"] = order_proceeds(twin.items, twin.marketplace)
        self.see()
        other = self.inbox(twin)
        self.assertEqual(other.state, "imported", other.reason)
        for field in ("amount_total", "amount_tax", "amount_untaxed"):
            self.assertMoney(sale[field], f"{other.sale_order_id[field]:.2f}")


@tagged("post_install", "-at_install")
class TestDifferences(ChangeCase):
    def test_units_canceled(self):
        """row 4.35: fewer units at Amazon are shown with amounts, and the sale stays"""
        order, record, sale = self.sell()
        total = sale.amount_total
        self.cancel(order, 2)
        self.assertEqual(
            self.shown(record),
            {
                ("MUG-BLUE-350", "quantity"): ("3", "1"),
                ("MUG-BLUE-350", "amount"): ("32.48", "10.83"),
                ("MUG-BLUE-350", "tax"): ("2.48", "0.83"),
            },
        )
        self.assertTrue(record.is_changed)
        self.assertEqual(sale.amount_total, total)
        self.assertEqual(self.line(sale, self.mug).product_uom_qty, 3)
        self.assertIn("10.83", record.change_table)
        self.assertEqual(sale.amazon_changed_count, 1)
        self.assertEqual(sale.picking_ids.amazon_changed_count, 1)
        filters = self.env["amazon.order"].search([("is_changed", "=", True)])
        self.assertEqual(filters, record)

    def test_one_activity(self):
        """row 4.35: the account's user is told once, not at each pull"""
        order, record, _sale = self.sell()
        self.cancel(order, 1)
        order.touch(self.sandbox.clock.now())
        self.see()
        self.cancel(order, 1)
        activity = record.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.account.user_id)
        self.assertIn("Apply Changes", activity.note)

    def test_vanishes_again(self):
        """row 4.35: what Amazon takes back is no difference any more"""
        order, record, _sale = self.sell(MUGS | TAXED)
        self.replace(order, quantity=2, total="20.00")
        self.assertTrue(record.is_changed)
        self.replace(order)
        self.assertAgreed(record)

    def test_everyday_traffic(self):
        """row 4.35: shipments, packages, status and buyer's wishes are no difference"""
        order, record, sale = self.sell()
        self.ship(sale.picking_ids, **{"MUG-BLUE-350": 1})
        self.send(self.account)
        self.see()
        self.assertEqual(order.status, "PARTIALLY_SHIPPED")
        self.assertEqual(record.status_text, "Partially shipped")
        self.assertAgreed(record)
        request = {"requester": "BUYER", "cancelReason": "Too late"}
        order.items[0]["cancellation"] = {"cancellationRequest": request}
        order.touch(self.sandbox.clock.now())
        self.see()
        self.assertTrue(record.cancel_requested)
        self.assertAgreed(record)

    def test_amounts_held_back(self):
        """row 4.35: an answer without amounts changes nothing; those after it count"""
        order, record, _sale = self.sell(MUGS | TAXED)
        proceeds, items = order.payload.pop("proceeds"), order.items[0].pop("proceeds")
        order.touch(self.sandbox.clock.now())
        self.see()
        self.assertAgreed(record)
        order.payload["proceeds"], order.items[0]["proceeds"] = proceeds, items
        self.replace(order, total="27.00")
        self.assertEqual(
            self.shown(record)["MUG-BLUE-350", "amount"], ("32.48", "29.23")
        )

    def test_unreadable_in_between(self):
        """row 4.35: a change behind an unreadable answer is not lost"""
        order, record, _sale = self.sell(MUGS | TAXED)
        broken = order.payload | {"orderItems": "?"}
        order_inbox.store(self.account, [broken])
        self.assertEqual(record.state, "imported")
        self.replace(order, total="27.00")
        self.assertTrue(record.is_changed)

    def test_whole_order_canceled(self):
        """rows 4.33, 4.35: a cancellation of all is no list of differences"""
        order, record, sale = self.sell()
        self.cancel(order, 1)
        self.sandbox.cancel(order.order_id)
        self.see()
        self.assertEqual((record.state, sale.state), ("canceled", "cancel"))
        self.assertAgreed(record)

    def test_pure(self):
        """row 4.35: items and charges that come and go, in plain rows"""
        before = {
            "items": {"1": {"sku": "A", "quantity": 2}},
            "currency": "USD",
            "charges": {
                "ITEM 1": {"amount": "5", "tax": "0", "remitted": "0"},
                "SHIPPING": {"amount": "3", "tax": "0", "remitted": "0"},
            },
        }
        now = {
            "items": {"2": {"sku": "B", "quantity": 1}},
            "currency": "USD",
            "charges": {"ITEM 2": {"amount": "4", "tax": "1", "remitted": "0"}},
        }
        rows = [
            (row["sku"] or row["key"], row["field"], row["before"], row["now"])
            for row in order_change.differences(before, now)
        ]
        self.assertEqual(
            rows,
            [
                ("A", "quantity", "2", "0"),
                ("A", "amount", "5", "0"),
                ("B", "quantity", "0", "1"),
                ("B", "amount", "0", "4"),
                ("B", "tax", "0", "1"),
                ("SHIPPING", "amount", "3", "0"),
            ],
        )
        self.assertEqual(order_change.differences(before, before), [])

    def test_detection_costs_no_query_per_order(self):
        """row 4.35: a page of changed orders costs its writes, whatever has changed"""
        orders = [
            self.sandbox.add_order(self.seller, items=[MUGS | TAXED]) for _n in range(6)
        ]
        self.take_in(self.account)
        small = self._queries(orders[:1])
        large = self._queries(orders[1:])
        # one UPDATE of each order and of its item, as for every other change
        self.assertLessEqual(large - small, 4 * 2)

    def _queries(self, orders):
        for order in orders:
            item = order.items[0]
            order.items[0] = build_item(
                self.sandbox.rng,
                order.marketplace,
                item_id=item["orderItemId"],
                **(MUGS | TAXED | {"total": "12.00"}),
            )
            order.payload["proceeds"] = order_proceeds(order.items, order.marketplace)
            order.touch(self.sandbox.clock.now())
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        order_inbox.store(self.account, [order.payload for order in orders])
        self.env.flush_all()
        count = self.cr.sql_log_count - before
        self.assertTrue(all(self.inbox(order).is_changed for order in orders))
        return count
