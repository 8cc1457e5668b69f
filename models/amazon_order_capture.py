from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..sync import unlinked_items


class AmazonOrder(models.Model):
    """Orders that wait for the store's choice or for products, or are shipped by hand."""

    _inherit = "amazon.order"

    can_ship_by_hand = fields.Boolean(compute="_compute_can_ship_by_hand")

    @api.depends(
        "sale_order_id.state",
        "sale_order_id.picking_ids.state",
        "sale_order_id.order_line.qty_delivered",
        "submission_ids.state",
    )
    def _compute_can_ship_by_hand(self):
        for order in self.sudo():
            order.can_ship_by_hand = bool(
                unlinked_items.left_by_hand(order) or order._refused_by_hand()
            )

    def _refused_by_hand(self):
        """What was confirmed without a transfer and Amazon has refused."""
        return self.submission_ids.filtered(
            lambda submission: not submission.picking_id
            and submission.state == "refused"
        )

    def _reason_sentence(self):
        match self.reason_code:
            case "merchant_unshipped":
                return self.env._(
                    "The store takes in shipped orders only. It comes in once Amazon has "
                    "it as shipped."
                )
            case "not_chosen" if self.state == "ignored":
                return self.env._(
                    "The store takes in orders of chosen statuses only, and %s is none of "
                    "them (Store > Orders). Press Import Anyway if it belongs in the "
                    "books.",
                    self.status_text,
                )
            case "not_chosen":
                return self.env._(
                    "The store takes in orders of chosen statuses only, and %s is none of "
                    "them (Store > Orders). It is looked at again when Amazon changes it.",
                    self.status_text,
                )
            case "loading":
                return self.env._(
                    "Its product is being loaded from Amazon (SKU %s). The order goes on "
                    "by itself.",
                    self.reason_detail or "",
                )
        return super()._reason_sentence()

    def _block(self, code, detail=False):
        """What a load of products settles by itself waits, and is no one's task."""
        if code != "loading":
            return super()._block(code, detail)
        self.write(
            {
                "state": "pending",
                "reason_code": code,
                "reason_detail": detail,
                "next_try": fields.Datetime.now() + unlinked_items.LOOK_AGAIN,
            }
        )
        unlinked_items.ask(self)
        return None

    @api.model
    def _release_unlinked(self, stores, items):
        """Decide anew about orders of these stores that lack a product.

        :param items: Domain of the order items that make a held order worth it; orders
            that wait for a load are looked at in any case
        """
        waiting = Domain("state", "=", "pending") & Domain(
            "reason_code", "=", "loading"
        )
        held = Domain("state", "=", "blocked") & Domain("reason_code", "=", "unlinked")
        without = items & Domain("listing_id.product_id", "=", False)
        held &= Domain("line_ids", "any", without)
        self.search(Domain("store_id", "in", stores.ids) & (waiting | held))._retry()

    def action_ship_by_hand(self):
        self.ensure_one()
        if not self.can_ship_by_hand:
            raise UserError(
                self.env._("Nothing of this order is left to be shipped by hand.")
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Shipped by Hand"),
            "res_model": "amazon.ship.by.hand",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_id": self.id},
        }
