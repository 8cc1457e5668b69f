from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..sync import order_choice
from ..sync.catalog_load import ROLE_RETRY


class AmazonStore(models.Model):
    """Which orders come in, and what becomes of SKUs without a product."""

    _inherit = "amazon.store"

    capture_option = fields.Selection(
        [
            ("unshipped", "To ship"),
            ("paid", "Paid, also when shipped"),
            ("shipped", "Shipped only"),
            ("chosen", "Chosen statuses"),
        ],
        "Orders",
        default="unshipped",
        required=True,
        tracking=True,
        help="Merchant-fulfilled orders. To ship: as long as something is left to ship; "
        "those already shipped when first seen are left out, with a button to import "
        "them anyway. Paid, also when shipped: those as well; what was shipped leaves "
        "your stock, and Amazon is told nothing. Shipped only: orders wait until Amazon "
        "has them as shipped, by whatever way. Orders whose payment is pending never "
        "become sales. Orders that Amazon fulfills follow 'FBA Orders' and come in once "
        "shipped, whatever is chosen here.",
    )
    status_ids = fields.Many2many(
        "amazon.order.status",
        "amazon_store_order_status_rel",
        string="Statuses",
        ondelete="restrict",
        help="Only merchant-fulfilled orders of these statuses come in. Pending and "
        "canceled ones never become sales. Another text may be typed, exactly as Amazon "
        "writes it; upper case, spaces and underscores make no difference.",
    )
    status_warning = fields.Char(compute="_compute_status_warning")
    unlinked_policy = fields.Selection(
        [("hold", "Hold the order"), ("service", "Sell as a service line")],
        "Unlinked Listings",
        default="hold",
        required=True,
        tracking=True,
        help="For SKUs that a load of products has brought, but which have no product "
        "in Odoo. Hold: the whole order waits until a person links the SKU. Service "
        "line: the item is sold without stock, with Amazon's tax, quantity and total.",
    )
    unknown_sku_policy = fields.Selection(
        [
            ("load", "Load, else service line"),
            ("hold", "Hold the order"),
        ],
        "Unknown SKUs",
        default="load",
        required=True,
        tracking=True,
        help="For SKUs that only an order knows. Load: the order waits for the moment, "
        "and goes on once Amazon has told what it is: linked, created or left unlinked "
        "by the store's own settings. What Amazon does not know either becomes a "
        "service line, to be shipped by hand. As long as products can't be loaded, the "
        "order is held.",
    )
    unknown_product_id = fields.Many2one(
        "product.product",
        "Unlinked Items Product",
        check_company=True,
        domain="[('type', '=', 'service')]",
        help="The service that stands on sale lines of items without a product.",
    )
    acknowledge_orders = fields.Boolean(
        tracking=True,
        help="Tells Amazon of every merchant order that has become a sale, with the "
        "sale's number, in an XML feed. Unproven: Amazon's own pages contradict each "
        "other on whether it shows as 'Processing' to the buyer. Goes out with "
        "'Shipments out'.",
    )
    can_load_skus = fields.Boolean(
        compute="_compute_can_load_skus",
        help="Whether Amazon can be asked for products now.",
    )

    is_loading = fields.Boolean(
        compute="_compute_is_loading",
        help="Whether a load is at work that has not looked for all products yet.",
    )

    @api.depends("capture_option", "status_ids")
    def _compute_status_warning(self):
        for store in self:
            strange = store.status_ids.filtered(lambda status: not status.is_amazon)
            warn = store.capture_option == "chosen" and strange
            store.status_warning = bool(warn) and self.env._(
                "Amazon has no order status %s: no order will match it.",
                ", ".join(strange.mapped("name")),
            )

    @api.depends(
        "active",
        "account_id.sync_products",
        "account_id.state",
        "account_id.active",
        "load_ids.state",
        "load_ids.end",
    )
    def _compute_can_load_skus(self):
        """Not while the load of SKUs is stopped, nor on the day it failed."""
        Load = self.env["amazon.catalog.load"].sudo()
        newest = Load._read_group(
            [("store_id", "in", self.ids), ("kind", "=", "skus")],
            ["store_id"],
            ["id:max"],
        )
        halted = Load.browse(load_id for _store, load_id in newest).filtered(
            lambda load: load.state in ("failed", "stopped")
            and load.end > fields.Datetime.now() - ROLE_RETRY
        )
        for store in self:
            store.can_load_skus = store._can_load() and store not in halted.store_id

    def _can_load(self):
        """Whether loads of products can go on at all."""
        account = self.account_id.sudo()
        return self.active and account.sync_products and account._is_live()

    @api.depends("load_ids.state", "load_ids.stage")
    def _compute_is_loading(self):
        loads = self.env["amazon.catalog.load"].sudo()
        running = loads.search(
            [
                ("store_id", "in", self.ids),
                ("state", "=", "running"),
                ("stage", "!=", "images"),
            ]
        )
        for store in self:
            store.is_loading = store in running.store_id

    @api.constrains("capture_option", "status_ids")
    def _check_status_ids(self):
        for store in self.filtered(lambda s: s.capture_option == "chosen"):
            names = store.status_ids.mapped("name")
            if any(map(order_choice.can_be_sold, names)):
                continue
            if names:
                message = self.env._(
                    "Orders that are %(statuses)s never become sales, so no order of "
                    "%(store)s would come in. Choose another status as well, such as "
                    "Unshipped.",
                    statuses=", ".join(store.status_ids.mapped("display_name")),
                    store=store.name,
                )
            else:
                message = self.env._(
                    "No status is chosen, so no order of %s would come in. Choose at "
                    "least one, such as Unshipped, or another option for orders.",
                    store.name,
                )
            raise ValidationError(message)

    @api.constrains("unknown_product_id")
    def _check_unknown_product(self):
        for store in self:
            product = store.unknown_product_id
            if product and product.type != "service":
                raise ValidationError(
                    self.env._(
                        "%(product)s is no service, so unlinked items would move its "
                        "stock. Choose a service in store %(store)s.",
                        product=product.display_name,
                        store=store.name,
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        if {"capture_option", "status_ids"} & set(vals):
            order_choice.reconsider(self.sudo())
        if {"unlinked_policy", "unknown_sku_policy", "unknown_product_id"} & set(vals):
            self.env["amazon.order"].sudo()._release_unlinked(self, Domain.TRUE)
        return result
