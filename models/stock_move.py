from odoo import models

from ..sync import stock_watch

# what a change of these does to the quantity to sell
WATCHED = {"product_uom_qty", "product_uom", "date", "location_id", "location_dest_id"}


class StockMove(models.Model):
    """Demand that comes, goes or moves in time changes what Amazon may sell."""

    _inherit = "stock.move"

    def write(self, vals):
        result = super().write(vals)
        if WATCHED & set(vals):
            self._amazon_mark()
        return result

    def unlink(self):
        self._amazon_mark()
        return super().unlink()

    def _action_confirm(self, *args, **kwargs):
        moves = super()._action_confirm(*args, **kwargs)
        moves._amazon_mark()
        return moves

    def _action_cancel(self):
        self._amazon_mark()
        return super()._action_cancel()

    def _action_done(self, *args, **kwargs):
        moves = super()._action_done(*args, **kwargs)
        moves._amazon_mark()
        return moves

    def _amazon_mark(self):
        stock_watch.mark(
            self.env,
            [move.product_id.id for move in self if move.state != "draft"],
        )
