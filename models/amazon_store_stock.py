from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..sync import stock_watch

SOURCE_FIELDS = (
    "stock_source",
    "stock_warehouse_ids",
    "stock_basis",
    "stock_due_days",
    "warehouse_id",
)
SETTINGS = {*SOURCE_FIELDS, "stock_buffer", "stock_lead_time", "active"}


class AmazonStore(models.Model):
    """Which stock a store sells, and how much of it Amazon is told."""

    _inherit = "amazon.store"

    stock_source = fields.Selection(
        [
            ("store", "The store's warehouse"),
            ("chosen", "Chosen warehouses"),
            ("all", "All warehouses of the company"),
        ],
        "Stock From",
        default="store",
        required=True,
        tracking=True,
        help="The sum of these warehouses is what Amazon is told. Amazon keeps one "
        "quantity per SKU for all stores of the account: stores that share a SKU need "
        "the same source.",
    )
    stock_warehouse_ids = fields.Many2many(
        "stock.warehouse",
        "amazon_store_stock_warehouse_rel",
        string="Warehouses",
        check_company=True,
    )
    stock_basis = fields.Selection(
        [
            ("available", "Available: on hand less open orders"),
            ("on_hand", "On hand, whatever is ordered"),
            ("due", "On hand less orders due soon"),
        ],
        "Quantity Basis",
        default="available",
        required=True,
        tracking=True,
    )
    stock_due_days = fields.Integer(
        "Due Within (days)",
        default=7,
        help="Orders that leave later than this don't lower the quantity. It goes by the "
        "scheduled date of the transfers: orders without a delivery date count as due.",
    )
    stock_buffer = fields.Integer(
        "Buffer Stock",
        help="Units that Amazon is never told of. A listing may have its own buffer; "
        "where stores share a SKU, the largest counts.",
    )
    stock_lead_time = fields.Integer(
        "Lead Time (days)",
        help="Days until an order is shipped, 1 to 30: Amazon promises buyers a date "
        "with it. 2 is the least that is practical, 3 is safe. 0 leaves Amazon's own. "
        "It goes with the next quantity that is sent.",
    )

    _check_due_days = models.Constraint(
        "CHECK (stock_due_days > 0)", "Orders are due within one day at least."
    )
    _check_buffer = models.Constraint(
        "CHECK (stock_buffer >= 0)", "A buffer is zero or more units."
    )
    _check_lead_time = models.Constraint(
        "CHECK (stock_lead_time BETWEEN 0 AND 30)",
        "Amazon takes lead times from 1 to 30 days.",
    )

    def write(self, vals):
        # rules that come along are measured by the warehouses that count from now on
        first = "stock_warehouse_ids"
        if first in vals:
            vals = {first: vals[first], **vals}
        result = super().write(vals)
        if SETTINGS & set(vals):
            stock_watch.mark_all(self.account_id)
        return result

    @api.constrains(*SOURCE_FIELDS, "active")
    def _check_stock_source(self):
        """Stores that share a SKU sell one quantity: from one source.

        While Stock out is off it does not matter; the comparison shows it then.
        """
        for account in self.account_id.filtered("sync_stock"):
            sources = {store: store._stock_settings() for store in account.store_ids}
            if len(set(sources.values())) < 2:
                continue
            for sku, stores in self._shared_skus(account):
                if len({sources[store] for store in stores}) > 1:
                    raise ValidationError(
                        self.env._(
                            "%(stores)s share SKU %(sku)s, and Amazon keeps one "
                            "quantity for all of them: they need the same warehouses "
                            "and the same quantity basis. Select these stores in the "
                            "list and change them together.",
                            stores=", ".join(stores.mapped("name")),
                            sku=sku,
                        )
                    )

    @api.constrains("stock_source", "stock_warehouse_ids")
    def _check_stock_chosen(self):
        for store in self:
            if store.stock_source == "chosen" and not store.stock_warehouse_ids:
                raise ValidationError(
                    self.env._(
                        "Store %s would sell the stock of chosen warehouses, but none "
                        "is chosen. Choose at least one, or another source of stock.",
                        store.name,
                    )
                )

    @api.constrains(*SOURCE_FIELDS, "active")
    def _check_shippers_count(self):
        """No units are sold again and again because others have left (row 9.2).

        A rule that asks for stock takes none but what its warehouse has free.
        """
        for store in self:
            rules = store.routing_rule_ids.filtered(lambda rule: not rule.require_stock)
            store._refuse_uncounted(
                store.warehouse_id
                | rules.warehouse_id
                | store.location_mapping_ids.warehouse_id
            )

    def _refuse_uncounted(self, warehouses):
        """While Stock out is off it does not matter which warehouse ships."""
        self.ensure_one()
        if not (self.active and self.account_id.sync_stock):
            return
        uncounted = warehouses - self._stock_warehouses()
        if uncounted:
            raise ValidationError(
                self.env._(
                    "Orders of %(store)s would leave from %(warehouses)s, which does not "
                    "count in the stock Amazon is told: the same units would be sold "
                    "again and again. Count it too (page Stock), choose another "
                    "warehouse, or tick 'Only With Stock' where a routing rule names it.",
                    store=self.name,
                    warehouses=", ".join(uncounted.mapped("name")),
                )
            )

    def _stock_settings(self):
        self.ensure_one()
        return (
            frozenset(self._stock_warehouses().ids),
            self.stock_basis,
            self.stock_due_days if self.stock_basis == "due" else 0,
        )

    def _shared_skus(self, account):
        """[(SKU, stores)] of merchant SKUs in more than one of the account's stores."""
        self.env["amazon.listing"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT listing.sku, ARRAY_AGG(listing.store_id ORDER BY listing.store_id)
                  FROM amazon_listing listing
                 WHERE listing.store_id = ANY(%s)
                   AND listing.active AND listing.channel = 'merchant'
                   AND listing.status = 'listed'
                   AND listing.is_parent IS NOT TRUE AND listing.is_remote IS NOT TRUE
              GROUP BY listing.sku
                HAVING COUNT(*) > 1
              ORDER BY listing.sku
                """,
                account.store_ids.ids,
            )
        )
        return [(sku, self.browse(ids)) for sku, ids in rows]

    def _stock_warehouses(self):
        """The warehouses whose sum is sold in this store."""
        self.ensure_one()
        if self.stock_source == "chosen":
            return self.stock_warehouse_ids
        if self.stock_source == "all":
            return self.env["stock.warehouse"].search(
                [("company_id", "=", self.company_id.id)]
            )
        return self.warehouse_id
