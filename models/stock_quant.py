from odoo import models

from ..sync import stock_watch


class StockQuant(models.Model):
    """Every change of what is on hand or reserved passes here, also those no transfer
    stands for."""

    _inherit = "stock.quant"

    def _update_available_quantity(self, product_id, *args, **kwargs):
        stock_watch.mark(self.env, product_id.ids)
        return super()._update_available_quantity(product_id, *args, **kwargs)
