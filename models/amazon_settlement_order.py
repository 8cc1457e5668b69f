from collections import defaultdict

from odoo import fields, models
from odoo.tools import SQL


class AmazonSettlementOrder(models.Model):
    """What one settlement says of one order: its sales, refunds, fees, and the net.

    Sales and refunds are what the order's invoice and credit notes say: tax that Amazon
    withheld again is taken off.
    """

    _name = "amazon.settlement.order"
    _description = "Settled Amazon Order"
    _auto = False
    _order = "settlement_id desc, order_ref"
    _rec_name = "order_ref"
    _depends = {
        "amazon.settlement.line": [
            "settlement_id",
            "order_ref",
            "amount",
            "booked_role",
            "accounting_date",
        ],
        "amazon.order": ["amazon_order_ref", "sale_order_id", "store_id"],
        "account.move.line": ["amazon_order_ref", "amount_residual_currency"],
    }

    settlement_id = fields.Many2one("amazon.settlement", readonly=True)
    account_id = fields.Many2one("amazon.account", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    order_ref = fields.Char("Order Number", readonly=True)
    amazon_order_id = fields.Many2one("amazon.order", "Amazon Order", readonly=True)
    store_id = fields.Many2one("amazon.store", "Store", readonly=True)
    sale_order_id = fields.Many2one("sale.order", "Sale", readonly=True)
    date = fields.Date(readonly=True, help="The day of its first row.")
    sku = fields.Char("SKU", readonly=True)
    sales = fields.Monetary(
        readonly=True, help="What the buyer paid, less the tax that Amazon remits."
    )
    refunds = fields.Monetary(readonly=True, help="What the buyer got back.")
    fees = fields.Monetary(readonly=True, help="Fees, and fees given back.")
    other = fields.Monetary(
        readonly=True, help="Reimbursements, taxes withheld, and what has no rule yet."
    )
    net = fields.Monetary("Net Proceeds", readonly=True)
    row_count = fields.Integer("Rows", readonly=True)
    unmatched = fields.Monetary(
        "Not Matched",
        readonly=True,
        help="What of the order's money no invoice or credit note has been found for.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT min(l.id) AS id, l.settlement_id, l.account_id, l.company_id,
                   l.currency_id, l.order_ref, o.id AS amazon_order_id, o.store_id,
                   o.sale_order_id, min(l.accounting_date) AS date,
                   string_agg(DISTINCT l.sku, ', ') AS sku,
                   %(sales)s AS sales, %(refunds)s AS refunds, %(fees)s AS fees,
                   %(other)s AS other, sum(l.amount) AS net, count(*) AS row_count,
                   COALESCE((
                       SELECT -sum(i.amount_residual_currency)
                         FROM account_move_line i JOIN account_move m ON m.id = i.move_id
                        WHERE i.amazon_order_ref = l.order_ref
                          AND m.amazon_settlement_id = l.settlement_id
                          AND i.parent_state = 'posted'), 0) AS unmatched
              FROM amazon_settlement_line l
         LEFT JOIN amazon_order o ON o.account_id = l.account_id
                                 AND o.amazon_order_ref = l.order_ref
             WHERE l.order_ref IS NOT NULL AND l.order_ref NOT LIKE 'FBA%%'
          GROUP BY l.settlement_id, l.account_id, l.company_id, l.currency_id,
                   l.order_ref, o.id""",
            sales=_sum("l.booked_role = 'order'"),
            refunds=_sum("l.booked_role = 'refund'"),
            fees=_sum("l.booked_role IN ('expense', 'fee_tax')"),
            other=_sum(
                "COALESCE(l.booked_role, '') NOT IN "
                "('order', 'refund', 'expense', 'fee_tax')"
            ),
        )

    # -- for sales and invoices ---------------------------------------------------------

    def _totals(self, name, records):
        """{record id: what settlements paid, took, and left of the record's orders}.

        :param name: the field of this model that leads to `records`
        """
        # whoever may open the sale or the invoice sees these figures
        found = self.sudo()._read_group(
            [(name, "in", records.ids)],
            [name],
            ["sales:sum", "refunds:sum", "fees:sum", "net:sum", "__count"],
        )
        totals = defaultdict(lambda: _proceeds(0, 0, 0, 0, 0))
        for record, *figures in found:
            totals[record.id] = _proceeds(*figures)
        return totals

    def _open(self, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_connector.amazon_settlement_order_action"
        )
        return {**action, "domain": domain, "context": {}}

    def _open_rows(self, orders):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_connector.amazon_settlement_line_action"
        )
        domain = [
            ("account_id", "in", orders.account_id.ids),
            ("order_ref", "in", orders.mapped("amazon_order_ref")),
        ]
        return {
            **action,
            "domain": domain,
            "context": {"search_default_group_sku": 1},
        }

    # -- where to look --------------------------------------------------------------------

    def action_view_rows(self):
        self.ensure_one()
        action = self.settlement_id.action_view_rows()
        action["domain"] += [("order_ref", "=", self.order_ref)]
        return action

    def action_view_order(self):
        """The sale, or what is known of an order that has none."""
        self.ensure_one()
        return (self.sale_order_id or self.amazon_order_id).get_formview_action()


def _proceeds(sales, refunds, fees, net, count):
    return {
        "amazon_settled": sales + refunds,
        "amazon_fees": fees,
        "amazon_net_proceeds": net,
        "amazon_settled_count": count,
    }


def _sum(condition):
    return SQL("COALESCE(sum(l.amount) FILTER (WHERE %s), 0)", SQL(condition))
