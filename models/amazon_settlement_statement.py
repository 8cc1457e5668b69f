from odoo import api, fields, models
from odoo.exceptions import UserError

from .amazon_settlement_proof import STATES as PROOF_STATES

# Seller Central's statement: its sections, and the categories each is made of
SECTIONS = {
    "beginning": ["beginning"],
    "sales": ["product", "shipping", "promotion", "tax", "other_sales"],
    "refunds": ["refund", "refund_expense"],
    "withheld": ["withheld"],
    "expenses": ["amazon_fee", "fba_fee", "advertising", "other_expense"],
    "reserve": ["reserve"],
    "transfer": ["transfer"],
    "unmapped": ["unmapped"],
}

PRINTED_ISSUES = 100


class AmazonSettlement(models.Model):
    """A settlement as Seller Central shows it: sections, categories, wordings, total."""

    _inherit = "amazon.settlement"

    statement = fields.Json(compute="_compute_statement")
    payout_status = fields.Char("Payout", compute="_compute_payout_status")
    proof_state = fields.Selection(PROOF_STATES, compute="_compute_proof_status")
    proof_status = fields.Char("Proof Result", compute="_compute_proof_status")
    previous_id = fields.Many2one(
        "amazon.settlement", "Previous", compute="_compute_neighbors"
    )
    next_id = fields.Many2one("amazon.settlement", "Next", compute="_compute_neighbors")

    @api.depends("total_ids.category", "total_ids.amount", "total_amount")
    def _compute_statement(self):
        for settlement in self:
            settlement.statement = settlement._statement()

    def _statement(self):
        """[{name, amount, categories: [{name, amount, lines: [{id, ...}]}]}]"""
        sections = []
        for section, keys in SECTIONS.items():
            categories = [c for key in keys if (c := self._statement_category(key))]
            if categories:
                sections.append(
                    {
                        "key": section,
                        "name": self._section_name(section),
                        "amount": self._sum(categories),
                        "categories": categories,
                    }
                )
        return sections

    def _statement_category(self, key):
        totals = self.total_ids.filtered(lambda total: total.category == key)
        if not totals:
            return None
        labels = dict(
            self.total_ids._fields["category"]._description_selection(self.env)
        )
        lines = [total._statement_line() for total in totals]
        return {
            "key": key,
            "name": labels[key].rpartition(": ")[2],
            "amount": self._sum(lines),
            "rows": sum(line["rows"] for line in lines),
            "warning": any(line["warning"] for line in lines),
            "lines": lines,
        }

    def _section_name(self, section):
        return {
            "beginning": self.env._("Beginning Balance"),
            "sales": self.env._("Sales"),
            "refunds": self.env._("Refunds"),
            "withheld": self.env._("Tax Withheld"),
            "expenses": self.env._("Expenses"),
            "reserve": self.env._("Account Level Reserve"),
            "transfer": self.env._("Transfers"),
            "unmapped": self.env._("To Map"),
        }[section]

    def _sum(self, parts):
        return self.currency_id.round(sum(part["amount"] for part in parts))

    @api.depends("state", "total_amount", "payout_line_id.amount_residual_currency")
    def _compute_payout_status(self):
        for settlement in self:
            settlement.payout_status = settlement._payout_text()

    def _payout_text(self):
        if self.state not in ("booked", "paid"):
            return self.env._("Not booked yet")
        if not self.payout_line_id:
            return self.env._("Nothing to pay out")
        if self.currency_id.is_zero(self.payout_residual):
            return (
                self.env._("Received")
                if self.total_amount > 0
                else self.env._("Settled")
            )
        if self.total_amount < 0:
            return self.env._("Owed to Amazon")
        return self.env._("On its way to the bank")

    @api.depends("proof_ids.state")
    def _compute_proof_status(self):
        """The worst light, and which proofs show it."""
        for settlement in self:
            settlement.proof_state = settlement.proof_status = False
            for state in ("failed", "warning", "ok"):
                proofs = settlement.proof_ids.filtered(lambda p, s=state: p.state == s)
                if proofs:
                    settlement.proof_state = state
                    settlement.proof_status = settlement._proof_text(state, proofs)
                    break

    def _proof_text(self, state, proofs):
        if state == "ok":
            return self.env._("All %s hold", len(proofs))
        labels = dict(proofs._fields["code"]._description_selection(self.env))
        names = ", ".join(labels[proof.code] for proof in proofs)
        if state == "failed":
            return self.env._("Fails: %s", names)
        return self.env._("Look at: %s", names)

    # -- what the printed statement adds ----------------------------------------------

    def _statement_ledger(self):
        """[(ledger account, debit, credit)] of the entries, in the company's currency."""
        return self.env["account.move.line"]._read_group(
            [("move_id", "in", self.move_ids.ids)],
            ["account_id"],
            ["debit:sum", "credit:sum"],
            order="account_id",
        )

    def _statement_balances(self):
        """The entries' items that stay open on purpose: reserves, payouts, loans."""
        return self.env["account.move.line"].search(
            [
                ("move_id", "in", self.move_ids.ids),
                ("parent_state", "=", "posted"),
                ("account_id.reconcile", "=", True),
                ("amazon_order_ref", "=", False),
                ("reconciled", "=", False),
                ("amount_residual_currency", "!=", 0),
            ],
            order="account_id, id",
        )

    def _statement_issues(self):
        """(the first mismatches that are not solved, how many more there are)"""
        issues = self.env["amazon.settlement.issue"]
        domain = [
            ("settlement_id", "=", self.id),
            ("state", "in", ("open", "ignored")),
        ]
        more = max(0, issues.search_count(domain) - PRINTED_ISSUES)
        return issues.search(domain, limit=PRINTED_ISSUES), more

    # -- where to go next -------------------------------------------------------------

    def action_view_category(self, category):
        """The rows behind one line of the statement."""
        action = self.action_view_rows()
        action["domain"] += [("category", "=", category)]
        return action

    def action_view_settled_orders(self):
        return self._open("amazon_settlement_order_action")

    def action_map(self):
        """Say what the amounts are that no rule knows."""
        self.ensure_one()
        Wizard = self.env["amazon.settlement.map"]
        if not Wizard.has_access("create"):
            raise UserError(
                self.env._(
                    "Rules are made by accountants with the right Invoicing / "
                    "Administrator, or by Amazon administrators. Ask one of them to open "
                    "this settlement and press Map Amounts."
                )
            )
        return Wizard._open(self)

    def action_download(self):
        return self.report_id.action_download()

    @api.depends("account_id", "currency_id", "marketplace_name", "start")
    def _compute_neighbors(self):
        for settlement in self:
            settlement.previous_id = settlement._neighbor("<", "start desc, id desc")
            settlement.next_id = settlement._neighbor(">", "start, id")

    def _neighbor(self, operator, order):
        """The settlement before or after it in its chain."""
        if not self.start:
            return self.browse()
        return self.search(
            [
                ("account_id", "=", self.account_id.id),
                ("currency_id", "=", self.currency_id.id),
                ("marketplace_name", "=", self.marketplace_name),
                ("start", operator, self.start),
            ],
            order=order,
            limit=1,
        )

    def action_previous(self):
        return self.previous_id.get_formview_action()

    def action_next(self):
        return self.next_id.get_formview_action()
