import re

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..sync import order_inbox, order_trace

ORDER_ID = re.compile(r"[A-Z0-9]{3}-\d{7}-\d{7}")
DASHES = str.maketrans("‐‑‒–—−", "------")


class AmazonOrderTrace(models.TransientModel):
    """ "Why did this order not come in?": asks Amazon live, and says step by step."""

    _name = "amazon.order.trace"
    _description = "Why did this order not come in?"
    _rec_name = "order_ref"

    order_ref = fields.Char(
        "Amazon Order",
        help="As Seller Central shows it, e.g. 111-2222222-3333333.",
    )
    account_id = fields.Many2one(
        "amazon.account", help="Empty: all accounts are asked, one call each."
    )
    step_ids = fields.One2many("amazon.order.trace.step", "trace_id", readonly=True)
    verdict = fields.Char(readonly=True)
    found_account_id = fields.Many2one("amazon.account", readonly=True)
    order_id = fields.Many2one("amazon.order", compute="_compute_order")
    has_sale = fields.Boolean(compute="_compute_order")
    can_take_in = fields.Boolean(compute="_compute_order")
    can_link = fields.Boolean(compute="_compute_order")
    can_retry = fields.Boolean(compute="_compute_order")

    @api.depends("order_ref", "found_account_id", "step_ids")
    def _compute_order(self):
        for trace in self:
            account = trace.found_account_id
            order = self.env["amazon.order"].search(
                [
                    ("account_id", "=", account.id),
                    ("amazon_order_ref", "=", trace.order_ref),
                ]
            )
            failed = trace.step_ids.filtered(lambda s: s.state == order_trace.FAILED)
            unlinked = order.line_ids.filtered(
                lambda x: x.quantity and not x.product_id
            )
            trace.order_id = order
            trace.has_sale = bool(order.sudo().sale_order_id)
            trace.can_take_in = bool(account) and not order
            trace.can_link = bool(unlinked) and "items" in failed.mapped("key")
            trace.can_retry = order.state == "blocked" and not trace.can_link

    # -- asking -----------------------------------------------------------------------

    def action_ask(self):
        """One call per connected account at most, until one knows the order."""
        self.ensure_one()
        reference = self._reference()
        found = order_trace.find(self._accounts(), reference)
        return self._show(reference, found)

    def _reference(self):
        text = "".join((self.order_ref or "").split()).translate(DASHES).upper()
        if not ORDER_ID.fullmatch(text):
            raise UserError(
                self.env._(
                    "An Amazon order number has 3, 7 and 7 digits, like "
                    "111-2222222-3333333. Copy it from Seller Central."
                )
            )
        return text

    def _accounts(self):
        return self.account_id or self.env["amazon.account"].search(
            [("company_id", "in", self.env.companies.ids)]
        )

    def _show(self, reference, found):
        """Write down the steps, and show the same dialog with them."""
        taken = list(found.steps)
        if found.payload:
            record = order_trace.record_of(found.account, found.payload)
            taken += order_trace.steps(found.account, found.payload, record)
        reached = {step.key for step in taken}
        keys = [key for key, _name in self.step_ids._keys()]
        taken += [
            order_trace.Step(key, order_trace.OPEN, "")
            for key in keys
            if key not in reached
        ]
        self.write(
            {
                "order_ref": reference,
                "found_account_id": found.account and found.account.id,
                "verdict": self._verdict(taken),
                "step_ids": [Command.clear()]
                + [
                    Command.create(
                        {
                            "sequence": keys.index(step.key),
                            "key": step.key,
                            "state": step.state,
                            "message": step.message,
                        }
                    )
                    for step in taken
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self._description,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _verdict(self, taken):
        names = dict(self.step_ids._keys())
        failed = [names[step.key] for step in taken if step.state == order_trace.FAILED]
        if failed:
            return self.env._("Stopped at: %s.", failed[0])
        sale = next(step for step in taken if step.key == "sale")
        return sale.message

    # -- what can be done about it ------------------------------------------------------

    def action_take_in(self):
        """Store the order as a pull would have, and let the importer look at it."""
        self.ensure_one()
        reference = self._reference()
        found = order_trace.find(self.found_account_id, reference)
        if not found.payload:
            return self._show(reference, found)
        order_inbox.store(found.account.sudo(), [found.payload])
        found.account._enqueue("process")
        return self._show(reference, found)

    def action_link(self):
        self.ensure_one()
        return self.order_id.action_link()

    def action_retry(self):
        self.ensure_one()
        self.order_id.action_process()
        return self.action_ask()

    def action_view_order(self):
        self.ensure_one()
        return self.order_id.get_formview_action()

    def action_view_sale(self):
        self.ensure_one()
        return self.order_id.action_view_sale()


class AmazonOrderTraceStep(models.TransientModel):
    _name = "amazon.order.trace.step"
    _description = "Step of an Order's Way"
    _order = "sequence"

    trace_id = fields.Many2one("amazon.order.trace", required=True, ondelete="cascade")
    sequence = fields.Integer()
    key = fields.Selection(
        [
            ("account", "Account connected"),
            ("amazon", "Known to Amazon"),
            ("inbox", "In the inbox"),
            ("store", "Store enabled"),
            ("status", "Status allows a sale"),
            ("policy", "Wanted by the store"),
            ("items", "SKUs linked"),
            ("amounts", "Amounts agree"),
            ("settings", "Settings complete"),
            ("sale", "Became a sale"),
            ("shipment", "Shipment confirmed"),
        ],
        "Step",
        required=True,
    )
    state = fields.Selection(
        [
            (order_trace.PASSED, "Passed"),
            (order_trace.FAILED, "Failed"),
            (order_trace.OPEN, "Not reached"),
        ],
        "Result",
        required=True,
    )
    message = fields.Text("What We Found")

    def _keys(self):
        return self._fields["key"]._description_selection(self.env)
