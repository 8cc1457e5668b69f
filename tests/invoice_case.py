"""What the tests of invoices and their payments share: orders that are shipped."""

from .shipment_case import ShipmentCase


class InvoiceCase(ShipmentCase):
    """Merchant orders of a US store whose items are invoiced once shipped."""

    def setUp(self):
        super().setUp()
        self.mug.invoice_policy = self.bag.invoice_policy = "delivery"
        self.company.partner_id.tz = "America/New_York"

    def bill(self):
        """The scheduled job makes, posts and pays invoices."""
        self.process(self.account)

    def sold(self, count=1, **values):
        """Sales of so many new orders, in the order they were bought."""
        items = [{"sku": "MUG-BLUE-350", "total": "20.00", "tax_rate": 0}]
        orders = [
            self.sandbox.add_order(self.seller, **({"items": items} | values))
            for _number in range(count)
        ]
        self.take_in(self.account)
        records = self.env["amazon.order"].union(*map(self.inbox, orders))
        self.assertEqual(len(records), count)
        for record in records:
            self.assertEqual(record.state, "imported", record.reason)
        return records.sale_order_id

    def shipped_sales(self, count=1, **values):
        sales = self.sold(count, **values)
        for sale in sales:
            self.ship(sale.picking_ids)
        return sales

    def invoiced(self, count=1, **values):
        """Invoices of so many shipped orders, as the store's policy has them."""
        sales = self.shipped_sales(count, **values)
        self.bill()
        self.assertEqual(len(sales.invoice_ids), count)
        return sales.invoice_ids.sorted("id")

    def shipped_on(self, sale, moment):
        """As if the goods had left then."""
        sale.order_line.move_ids.date = moment

    def bank(self, name="Amazon money", **values):
        """A journal that can receive payments, on an account of its own."""
        journal = self.env["account.journal"].create(
            {"name": name, "code": name[:3].upper() + "X", "type": "bank", **values}
        )
        journal.inbound_payment_method_line_ids.payment_account_id = self.env[
            "account.account"
        ].create(
            {
                "name": f"{name} outstanding",
                "code": f"10{journal.id}9",
                "account_type": "asset_current",
                "reconcile": True,
            }
        )
        return journal

    def payments(self, invoices):
        return self.env["account.payment"].search(
            [("amazon_invoice_id", "in", invoices.ids)]
        )
