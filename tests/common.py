"""Real Odoo documents against the sandbox Amazon, over real HTTP."""

from contextlib import ExitStack
from decimal import Decimal
from itertools import count

from lxml import etree

from odoo.fields import Command
from odoo.tests import TransactionCase

from ..sandbox import Sandbox


class AmazonCase(TransactionCase):
    """An empty sandbox with two sellers (US, DE), products, and connected accounts.

    Jobs run as the scheduler runs them (:meth:`pull`, :meth:`process`, :meth:`send`),
    in cursors of their own that share the test's transaction.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = Sandbox(seed=None, rate_factor=None)
        cls.sandbox.start()
        cls.addClassCleanup(cls.sandbox.stop)
        # a seller of its own for every test: its reports and money stay at Amazon
        cls._keys = count()
        cls.env = cls.env(context=dict(cls.env.context, skip_sms=True))
        cls.company = cls.env.company
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.mug = cls._product("MUG-BLUE-350")
        cls.bag = cls._product("BACKPACK-20L")
        cls.ups = cls.env["delivery.carrier"].create(
            {
                "name": "UPS Ground",
                "product_id": cls.env.ref(
                    "amazon_connector.product_amazon_shipping"
                ).id,
            }
        )

    @classmethod
    def _product(cls, sku, quantity=100, **values):
        """A storable product with ``sku`` as internal reference and some stock."""
        product = cls.env["product.product"].create(
            {
                "name": sku.title(),
                "default_code": sku,
                "is_storable": True,
                "taxes_id": [Command.clear()],
                **values,
            }
        )
        if quantity:
            cls.env["stock.quant"]._update_available_quantity(
                product, cls.warehouse.lot_stock_id, quantity
            )
        return product

    def connect(self, key="US", marketplaces=None, **values):
        """A connected account of a new sandbox seller; stores as Amazon names them."""
        with self.enter_registry_test_mode():
            return self._connect(key, marketplaces, **values)

    @classmethod
    def connect_for_all(cls, key="US", marketplaces=None, **values):
        """The same for all tests of a class, in its setUpClass."""
        patches = cls._registry_test_mode_patches(cr=cls.cr, registry=cls.registry)
        with ExitStack() as stack:
            for patch in patches:
                stack.enter_context(patch)
            return cls._connect(key, marketplaces, **values)

    @classmethod
    def _connect(cls, key, marketplaces, **values):
        seller = cls.sandbox.add_seller(key, marketplaces or [key])
        home = cls.env.ref(f"amazon_connector.amazon_marketplace_{key[:2].lower()}")
        credentials = {
            name: seller.credentials[name]
            for name in ("seller_id", "client_id", "client_secret", "refresh_token")
        }
        wizard = cls.env["amazon.connect"].create(
            credentials
            | {
                "marketplace_id": home.id,
                "use_sandbox": True,
                "sandbox_url": cls.sandbox.url,
            }
            | values
        )
        wizard.action_connect()
        account = cls.env["amazon.account"].search(
            [("seller_id", "=", seller.seller_id)]
        )
        account.store_ids.default_carrier_id = cls.env["amazon.carrier"].search(
            [("name", "=", "UPS")]
        )
        return account, seller

    def us(self, **values):
        return self.connect(f"US{next(self._keys)}", ["US"], **values)

    def de(self, tax=19.0, **values):
        """A German account whose store takes ``tax`` % out of Amazon's prices."""
        account, seller = self.connect(f"DE{next(self._keys)}", ["DE"], **values)
        self.rate("EUR", 0.9)
        account.store_ids.tax_id = self.env["account.tax"].create(
            {
                "name": f"{tax} % included {seller.key}",
                "amount": tax,
                "type_tax_use": "sale",
                "price_include_override": "tax_included",
            }
        )
        return account, seller

    def rate(self, name, rate):
        currency = self.env["res.currency"].with_context(active_test=False)
        currency = currency.search([("name", "=", name)])
        currency.active = True
        if not currency.rate_ids:
            self.env["res.currency.rate"].create(
                {"currency_id": currency.id, "name": "2020-01-01", "rate": rate}
            )

    # -- jobs -----------------------------------------------------------------------

    def _run(self, cron):
        with self.enter_registry_test_mode():
            # the scheduler logs an error and goes on; a test must not
            self.assertIs(cron.method_direct_trigger(), True)

    def press(self, button):
        """Press a button that calls Amazon; the limiter's cursors share the test's."""
        with self.enter_registry_test_mode():
            return button()

    def pull(self, account):
        self._run(account.orders_cron_id)

    def process(self, account):
        self._run(account.process_cron_id)

    def send(self, account):
        self._run(account.shipments_cron_id)

    def take_in(self, account):
        """Pull and process: orders become sales."""
        self.pull(account)
        self.process(account)

    # -- records --------------------------------------------------------------------

    def run_of(self, account, kind="orders"):
        """The account's latest entry in the operations log."""
        return self.env["amazon.sync.run"].search(
            [("account_id", "=", account.id), ("kind", "=", kind)], limit=1
        )

    def inbox(self, order):
        """The inbox record of a sandbox order (or of an order id)."""
        reference = getattr(order, "order_id", order)
        return self.env["amazon.order"].search([("amazon_order_ref", "=", reference)])

    def ship(self, picking, tracking="1Z999AA10123456784", carrier=None, **quantities):
        """Validate a transfer as the warehouse does.

        :param quantities: default_code -> quantity, for a partial shipment
        """
        picking.carrier_id = carrier if carrier is not None else self.ups
        picking.carrier_tracking_ref = tracking
        for move in picking.move_ids:
            sku = move.product_id.default_code
            move.quantity = quantities.get(sku, 0 if quantities else move.quantity)
            move.picked = bool(move.quantity)
        result = picking.with_context(skip_backorder=True).button_validate()
        self.assertIs(result, True)
        return picking.amazon_submission_ids

    def open_screens(self, user, *records, kinds=("list", "form")):
        """Load the list and the form of each record as `user`'s web client does."""
        for record in records:
            record = record.with_user(user)
            views = record.get_views([(False, kind) for kind in kinds])
            for kind in kinds:
                self.assertTrue(record.web_read(self._shown(views, record, kind)))

    def _shown(self, views, record, kind):
        """The fields of a view's first level; a line list by the lines' names."""
        arch = etree.fromstring(views["views"][kind]["arch"])
        names = {
            node.get("name")
            for node in arch.iter("field")
            if not any(up.tag == "field" for up in node.iterancestors())
        }
        return {
            name: (
                {"fields": {"display_name": {}}}
                if record._fields[name].relational
                else {}
            )
            for name in names
        }

    def assertMoney(self, value, expected):
        """Equal to Amazon's cent; floats of Monetary fields are compared as Decimal."""
        self.assertEqual(
            Decimal(str(value)).quantize(Decimal("0.01")), Decimal(str(expected))
        )
