import copy

from odoo import fields, models


def _move_values(product, uom, quantity):
    return {
        "product_id": product.id,
        "product_uom": uom.id,
        "product_uom_qty": quantity,
        "quantity": quantity,
    }


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    amazon_order_line_id = fields.Many2one(
        "amazon.order.line",
        "Amazon Order Item",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    amazon_order_id = fields.Many2one(
        "amazon.order",
        "Amazon Order",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Items, shipping and discounts alike: whose they are, also where one sale "
        "stands for many orders.",
    )

    # on sales of many orders: stays when the log entry of the order is deleted
    amazon_order_ref = fields.Char(
        "Amazon Order Number", copy=False, readonly=True, index="btree_not_null"
    )

    # the database's own guard against an order item in two sales
    _amazon_order_line_uniq = models.UniqueIndex(
        "(amazon_order_line_id) "
        "WHERE amazon_order_line_id IS NOT NULL AND state != 'cancel'",
        "This item of an Amazon order is on a sale already.",
    )

    def _amazon_factor(self):
        """Units of the product in one unit of the Amazon order item."""
        self.ensure_one()
        ordered = self.amazon_order_line_id.quantity
        return self.product_uom_qty / ordered if ordered else 1

    def _amazon_kits(self):
        """{product: its kit's bill of materials} of the lines, read in one go."""
        if "mrp.bom" not in self.env:
            return {}
        return self.env["mrp.bom"]._bom_find(
            self.product_id, company_id=self.company_id[:1].id, bom_type="phantom"
        )

    def _amazon_components(self, kits):
        """What leaves the stock for this line: [values of a stock move].

        A kit is exploded into its components when Manufacturing is installed; each
        names its line of the bill of materials, from which Odoo counts delivered kits.

        :param kits: as :meth:`_amazon_kits` gives them
        """
        self.ensure_one()
        if bom := kits.get(self.product_id):
            _boms, lines = bom.explode(self.product_id, self.product_uom_qty)
            return [
                _move_values(line.product_id, line.product_uom_id, data["qty"])
                | {"bom_line_id": line.id}
                for line, data in lines
            ]
        return [
            _move_values(self.product_id, self.product_uom_id, self.product_uom_qty)
        ]

    def _prepare_invoice_line(self, **optional_values):
        """A partial invoice takes its part of Amazon's cents, so that the parts of all
        invoices add up to Amazon's amounts."""
        values = super()._prepare_invoice_line(**optional_values)
        quantity, whole = values.get("quantity"), self.product_uom_qty
        if not self.order_id.sudo().amazon_store_id or not whole:
            return values
        if not quantity or quantity == whole:
            return values
        if (self.extra_tax_data or {}).get("manual_tax_amounts"):
            values["extra_tax_data"] = self._amazon_slice(quantity)
        elif not self.discount and (self.extra_tax_data or not self.tax_ids):
            # without a tax there is nothing to carry exact amounts: the price does
            part = self._amazon_part(self.price_subtotal, quantity, self.currency_id)
            values["price_unit"] = part / quantity
        return values

    def _amazon_part(self, total, quantity, currency):
        """The share of ``total`` for ``quantity`` more units than already invoiced."""
        done, whole = self.qty_invoiced, self.product_uom_qty
        upto = currency.round(total * (done + quantity) / whole)
        return currency.round(upto - currency.round(total * done / whole))

    def _amazon_slice(self, quantity):
        """``extra_tax_data`` of an invoice line for ``quantity`` more units."""
        company = self.company_id.currency_id

        def part(key, total):
            foreign = key.endswith("_currency")
            return self._amazon_part(
                total, quantity, self.currency_id if foreign else company
            )

        data = copy.deepcopy(self.extra_tax_data)
        data["quantity"] = quantity
        for key in ("manual_total_excluded_currency", "manual_total_excluded"):
            data[key] = part(key, data[key])
        for amounts in data["manual_tax_amounts"].values():
            amounts.update({key: part(key, total) for key, total in amounts.items()})
        return data
