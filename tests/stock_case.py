"""What the tests of quantities share: stores that sell the same SKUs, and the job."""

from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.tools.safe_eval import safe_eval

from .common import AmazonCase

SEE_QUANTITIES = timedelta(seconds=61)


class StockCase(AmazonCase):
    """A US account whose Stock out is on; nothing is listed yet."""

    MARKETPLACES = ("US",)

    def setUp(self):
        super().setUp()
        self.addCleanup(self.sandbox.faults.clear)
        self.account, self.seller = self.connect(
            f"US{next(self._keys)}", list(self.MARKETPLACES)
        )
        self.stores = self.account.store_ids
        self.stores.warehouse_id = self.warehouse
        self.switch_on()
        self.settle()

    # -- settings ---------------------------------------------------------------------

    def switch_on(self, account=None):
        (account or self.account).with_context(
            amazon_stock_unchecked=True
        ).sync_stock = True

    def second_warehouse(self, code="SEC"):
        return self.env["stock.warehouse"].create(
            {"name": f"Warehouse {code}", "code": code, "company_id": self.company.id}
        )

    def stock(self, product, quantity, warehouse=None):
        location = (warehouse or self.warehouse).lot_stock_id
        self.env["stock.quant"]._update_available_quantity(product, location, quantity)

    def listing(self, sku, product=None, stores=None, at_amazon=0, **values):
        """Listings of a SKU in the stores, here and, with a number, at Amazon."""
        stores = stores or self.stores
        if at_amazon is not None:
            for store in stores:
                self.sandbox.add_listing(
                    store.account_id.seller_id and self._seller_of(store),
                    sku,
                    marketplace=store.marketplace_id.country_id.code,
                    quantity=at_amazon,
                )
        return self.env["amazon.listing"].create(
            [
                {
                    "store_id": store.id,
                    "sku": sku,
                    "name": f"Product {sku}",
                    "status": "listed",
                    "product_id": product.id if product else False,
                    **values,
                }
                for store in stores
            ]
        )

    def _seller_of(self, store):
        (seller,) = (
            seller
            for seller in self.sandbox.sellers.values()
            if seller.seller_id == store.account_id.seller_id
        )
        return seller

    def demand(self, product, quantity, days=0, warehouse=None, confirm=True):
        """A transfer to a customer."""
        warehouse = warehouse or self.warehouse
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": warehouse.out_type_id.id,
                "location_id": warehouse.lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
            }
        )
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "product_uom": product.uom_id.id,
                "picking_id": picking.id,
                "location_id": picking.location_id.id,
                "location_dest_id": picking.location_dest_id.id,
            }
        )
        if confirm:
            picking.action_confirm()
        move.date = fields.Datetime.now() + timedelta(days=days)
        return move

    def kit(self, sku, parts, **values):
        """A kit of {product: units}; the test is skipped without Manufacturing."""
        if "mrp.bom" not in self.env:
            self.skipTest("Manufacturing is not installed")
        product = self._product(sku, quantity=0, is_storable=False, **values)
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    (0, 0, {"product_id": part.id, "product_qty": units})
                    for part, units in parts.items()
                ],
            }
        )
        return product

    # -- jobs -------------------------------------------------------------------------

    def settle(self):
        """The end of a transaction: what was marked is written."""
        self.env.flush_all()
        self.cr.flush()

    def push(self, account=None):
        self.settle()
        self._run((account or self.account).stock_cron_id)

    def fresh_orders(self, account=None):
        """Orders have just been pulled: the job sends without a pull of its own."""
        run = self.env["amazon.sync.run"]._begin(
            account or self.account, "orders", self.env["res.users"], 0
        )
        run._finish()

    def later(self, records=None):
        """Time passes: what waits for a moment in the future is due."""
        past = fields.Datetime.now() - timedelta(seconds=1)
        for each in (self.rows(), self.feeds()) if records is None else (records,):
            each.filtered("next_try").next_try = past

    def take_effect(self):
        """A minute at Amazon: what it accepted is in effect."""
        self.sandbox.clock.advance(SEE_QUANTITIES.total_seconds())

    def prove(self):
        """What was sent takes effect and is read back."""
        self.take_effect()
        self.later(self.rows().filtered(lambda row: row.state == "sent"))
        self.push()

    # -- what is there ------------------------------------------------------------------

    def rows(self, account=None):
        return self.env["amazon.quantity"].search(
            [("account_id", "=", (account or self.account).id)]
        )

    def filtered(self, name, account=None):
        """The account's quantities behind a filter of the list."""
        view = self.env["amazon.quantity"].get_view(view_type="search")
        (node,) = etree.fromstring(view["arch"]).xpath(f"//filter[@name='{name}']")
        return self.rows(account).filtered_domain(safe_eval(node.get("domain")))

    def feeds(self):
        return self.env["amazon.feed"].search([("account_id", "=", self.account.id)])

    def row(self, sku, account=None):
        return self.rows(account).filtered(lambda row: row.sku == sku)

    def at_amazon(self, sku, seller=None):
        """What buyers meet now."""
        return self.sandbox.listings.stock(seller or self.seller, sku).quantity

    def calls(self, operation, seller=None):
        return [
            call
            for call in self.sandbox.calls_of(operation)
            if call["seller"] == (seller or self.seller).key
        ]

    def patches(self, seller=None):
        """[(SKU, what was sent)] in the order Amazon got them."""
        return [
            (
                call["parameters"]["sku"],
                call["request_body"]["patches"][0]["value"][0],
            )
            for call in self.calls("patchListingsItem", seller)
        ]

    def sent(self):
        return [(sku, value["quantity"]) for sku, value in self.patches()]

    def alarms(self, account=None):
        return (account or self.account).activity_ids


class LampCase(StockCase):
    """One SKU is listed, whose product has 8 units."""

    def setUp(self):
        super().setUp()
        self.product = self._product("LAMP", 8)
        self.listing("LAMP", self.product)

    def in_effect(self):
        """The first quantities are sent, in effect and proven."""
        self.push()
        self.prove()
        self.assertEqual(set(self.rows().mapped("state")), {"confirmed"})
        self.assertEqual(self.at_amazon("LAMP"), 8)
