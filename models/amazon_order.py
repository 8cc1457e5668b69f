import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..spapi.errors import SpApiError
from ..spapi.orders import get_order
from ..sync import connection, order_inbox

STATES = [
    ("pending", "Pending"),
    ("blocked", "Blocked"),
    ("imported", "Imported"),
    ("canceled", "Canceled"),
    ("ignored", "Ignored"),
]
REASONS = [
    ("waiting", "Payment pending at Amazon"),
    ("fba_unshipped", "Not yet shipped by Amazon"),
    ("unknown_status", "Unknown status"),
    ("non_amazon", "Not an Amazon sale"),
    ("unfulfillable", "Unfulfillable"),
    ("shipped_outside", "Shipped outside Odoo"),
    ("merchant_unshipped", "Not yet shipped"),
    ("not_chosen", "Status not chosen"),
    ("fba_off", "FBA orders switched off"),
    ("malformed", "Unreadable data"),
    ("marketplace", "Unknown marketplace"),
    ("no_items", "No items"),
    ("unlinked", "SKU without product"),
    ("loading", "Product being loaded"),
    ("amounts", "Amounts don't add up"),
    ("currency", "Currency"),
    ("tax", "Tax setting"),
    ("settings", "Missing setting"),
    ("consolidation", "Waits for the Day's Sale"),
    ("sold_before", "Has a sale already"),
    ("refused", "Refused by Odoo"),
]


class AmazonOrder(models.Model):
    """The inbox of orders and, at once, their log: one record an Amazon order."""

    _name = "amazon.order"
    _description = "Amazon Order"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "purchase_date desc, id desc"
    _rec_name = "amazon_order_ref"

    amazon_order_ref = fields.Char("Amazon Order", required=True, readonly=True)
    account_id = fields.Many2one(
        "amazon.account", required=True, ondelete="cascade", index=True, readonly=True
    )
    store_id = fields.Many2one(
        "amazon.store", ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    run_id = fields.Many2one(
        "amazon.sync.run", "Captured By", readonly=True, ondelete="set null"
    )
    process_run_id = fields.Many2one(
        "amazon.sync.run", "Processed By", readonly=True, ondelete="set null"
    )

    payload = fields.Json(readonly=True, groups="amazon_connector.group_amazon_manager")
    payload_digest = fields.Char(readonly=True)
    payload_text = fields.Text(
        "Raw Data",
        compute="_compute_payload_text",
        groups="amazon_connector.group_amazon_manager",
    )

    state = fields.Selection(
        STATES, required=True, default="pending", readonly=True, index=True
    )
    reason_code = fields.Selection(REASONS, "Why", readonly=True)
    reason_detail = fields.Text(readonly=True)
    reason = fields.Char(compute="_compute_reason")
    attention = fields.Text(
        readonly=True, help="What changed at Amazon after the order was shipped."
    )
    next_try = fields.Datetime(
        "Due", readonly=True, help="When the importer looks at the order next."
    )
    to_invoice = fields.Boolean(readonly=True)

    fulfillment_status = fields.Char("Status Code", readonly=True)
    status_text = fields.Char("Status at Amazon", compute="_compute_status_text")
    fulfilled_by = fields.Selection(
        [("MERCHANT", "Merchant"), ("AMAZON", "Amazon (FBA)")], readonly=True
    )
    purchase_date = fields.Datetime("Purchased", readonly=True)
    last_updated = fields.Datetime("Changed at Amazon", readonly=True)
    ship_by = fields.Datetime(readonly=True)
    deliver_by = fields.Datetime(readonly=True)
    programs = fields.Char(readonly=True)
    is_replacement = fields.Boolean("Replacement", readonly=True)
    cancel_requested = fields.Boolean("Buyer Asks to Cancel", readonly=True)
    currency_code = fields.Char(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_total = fields.Monetary(
        "Amazon Total",
        readonly=True,
        help="What the buyer pays, with the tax that Amazon collects and remits itself.",
    )

    line_ids = fields.One2many("amazon.order.line", "order_id", readonly=True)
    item_count = fields.Integer(compute="_compute_item_count")
    sale_order_id = fields.Many2one(
        "sale.order", readonly=True, index="btree_not_null", ondelete="set null"
    )
    sale_state = fields.Selection(
        related="sale_order_id.state", string="Sale Status", tracking=False
    )
    submission_ids = fields.One2many("amazon.submission", "order_id")

    _account_order_uniq = models.Constraint(
        "UNIQUE (account_id, amazon_order_ref)", "An Amazon order is stored once."
    )
    _ref_idx = models.Index("(amazon_order_ref)")
    _due_idx = models.Index("(account_id, next_try) WHERE next_try IS NOT NULL")
    _to_invoice_idx = models.Index("(account_id) WHERE to_invoice")

    def _compute_payload_text(self):
        for order in self:
            order.payload_text = order.payload and json.dumps(
                order.payload, indent=2, ensure_ascii=False
            )

    @api.depends("fulfillment_status")
    def _compute_status_text(self):
        """PARTIALLY_SHIPPED as people write it; unknown codes read as well."""
        for order in self:
            code = order.fulfillment_status or ""
            order.status_text = code.replace("_", " ").capitalize()

    @api.depends("line_ids.quantity")
    def _compute_item_count(self):
        for order in self:
            order.item_count = sum(order.line_ids.mapped("quantity"))

    @api.depends("reason_code", "reason_detail")
    def _compute_reason(self):
        for order in self:
            order.reason = order._reason_sentence()

    def _reason_sentence(self):
        """What, why and what to do, in one or two plain sentences."""
        detail = self.reason_detail or ""
        match self.reason_code:
            case "waiting":
                return self.env._(
                    "Amazon has not confirmed the payment yet and keeps price and buyer "
                    "back. The order comes in by itself."
                )
            case "fba_unshipped":
                return self.env._(
                    "Amazon has not shipped it yet. It comes in once shipped."
                )
            case "unknown_status":
                return self.env._(
                    "Amazon gives the status %s, which the connector does not know. The "
                    "order is kept and looked at again when Amazon changes it.",
                    detail,
                )
            case "non_amazon":
                return self.env._(
                    "Multi-channel fulfillment of a sale made elsewhere: no sale."
                )
            case "unfulfillable":
                return self.env._("Amazon can't fulfill this order: no sale is made.")
            case "shipped_outside":
                return self.env._(
                    "The order was already shipped when it was first seen, so nothing is "
                    "left to ship. Press Import Anyway if it belongs in the books."
                )
            case "fba_off":
                return self.env._(
                    "The store does not import FBA orders (Store > FBA Orders)."
                )
            case "malformed":
                return self.env._(
                    "Amazon's data can't be read: %s. Press Fetch Again; if it stays so, "
                    "send the raw data to support.",
                    detail,
                )
            case "marketplace":
                return self.env._(
                    "The order belongs to marketplace %s, which is not a store of this "
                    "account. Open the account and press Connect to look for new stores.",
                    detail,
                )
            case "no_items":
                return self.env._(
                    "Amazon sent the order without items. It is tried again when Amazon "
                    "changes it; Fetch Again asks now."
                )
            case "unlinked":
                return self.env._(
                    "No product is linked to SKU %s. Press Link SKUs to choose it.",
                    detail,
                )
            case "amounts":
                return self.env._(
                    "Amazon's amounts don't add up: %s. Press Fetch Again, and compare "
                    "with Seller Central if it stays so.",
                    detail,
                )
            case "tax":
                return self.env._(
                    "%s Press Retry then, if the order does not come in by itself.",
                    detail,
                )
            case "currency" | "settings":
                return self.env._("%s Then press Retry.", detail)
            case "refused":
                return self.env._(
                    "Odoo refused the order: %s Put that right and press Retry.", detail
                )
        return False

    # -- states -------------------------------------------------------------------

    def _block(self, code, detail=False):
        self.write(
            {
                "state": "blocked",
                "reason_code": code,
                "reason_detail": detail,
                "next_try": False,
            }
        )

    def _ignore(self, code):
        self.write({"state": "ignored", "reason_code": code, "next_try": False})

    def _retry(self):
        """Make blocked orders due again and wake the importer."""
        orders = self.filtered(lambda o: o.state in ("blocked", "pending"))
        orders.write(
            {
                "state": "pending",
                "reason_code": False,
                "reason_detail": False,
                "next_try": fields.Datetime.now(),
            }
        )
        orders.account_id._enqueue("process")

    # -- hooks for other add-ons ---------------------------------------------------

    def _prepare_sale_order(self, values, order):
        """Values of the sale to be created.

        :param values: dict as the connector makes it
        :param order: the parsed :class:`spapi.orders.Order`
        """
        self.ensure_one()
        return values

    # -- buttons ------------------------------------------------------------------

    def action_process(self):
        """Row 4.24: process by hand at any time; the result shows on the order."""
        orders = self.filtered(lambda o: o.state == "blocked" or o.next_try)
        if not orders:
            raise UserError(
                self.env._(
                    "Nothing to process: these orders are imported already or still "
                    "wait for Amazon."
                )
            )
        orders._retry()

    def action_import_anyway(self):
        self.filtered(
            lambda o: o.state == "ignored"
            and o.reason_code in ("shipped_outside", "not_chosen")
        ).write({"state": "blocked"})
        self._retry()

    def action_fetch(self):
        """Ask Amazon for this order now; the answer goes the way of every order."""
        self.ensure_one()
        if not self.account_id._is_live():
            raise UserError(
                self.env._("Account %s is not connected.", self.account_id.name)
            )
        try:
            with self.account_id._client(max_wait=5) as api:
                payload = get_order(api, self.amazon_order_ref)
        except (connection.NotConfigured, SpApiError) as exc:
            raise UserError(connection.explain(self.account_id, exc)) from exc
        # users operate: what Amazon adds to the order is not theirs to create by hand
        order_inbox.store(self.account_id.sudo(), [payload])
        self.account_id._enqueue("process")
        return self.account_id._notify(
            "success", self.env._("Amazon's status: %s.", self.status_text)
        )

    def action_link(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Link SKUs"),
            "res_model": "amazon.link.sku",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_id": self.id},
        }

    def action_view_sale(self):
        self.ensure_one()
        return self.sale_order_id.get_formview_action()

    def action_view_pickings(self):
        """For the warehouse, which may not be allowed to open sales."""
        self.ensure_one()
        pickings = self.sudo().sale_order_id.picking_ids.with_env(self.env)
        if len(pickings) == 1:
            return pickings.get_formview_action()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "stock.action_picking_tree_all"
        )
        return action | {"domain": [("id", "in", pickings.ids)], "context": {}}

    def action_open_seller_central(self):
        self.ensure_one()
        host = self.store_id.marketplace_id.seller_central_host
        return {
            "type": "ir.actions.act_url",
            "url": f"https://{host}/orders-v3/order/{self.amazon_order_ref}",
            "target": "new",
        }
