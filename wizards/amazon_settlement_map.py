from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.amazon_settlement_line import CATEGORIES, ROLES
from ..sync.settlement_kinds import KINDS

UNNAMED = "other-transaction"  # Amazon's word for rows of the account itself


class AmazonSettlementMap(models.TransientModel):
    """Say what the amounts are that no rule knows; the settlement is asked again."""

    _name = "amazon.settlement.map"
    _description = "Rules for Unknown Amounts"

    settlement_id = fields.Many2one("amazon.settlement", required=True)
    company_id = fields.Many2one(related="settlement_id.company_id")
    line_ids = fields.One2many(
        "amazon.settlement.map.line",
        "wizard_id",
        compute="_compute_lines",
        store=True,
        readonly=False,
    )

    @api.depends("settlement_id")
    def _compute_lines(self):
        for wizard in self:
            rows = wizard._unknown()
            wizard.line_ids = [Command.clear(), *map(Command.create, rows)]

    def _unknown(self):
        """Each unknown wording once: {field: value} of a line."""
        settlement = self.settlement_id
        Mapping = self.env["amazon.settlement.mapping"]
        rules = Mapping._rules(settlement.account_id)
        names = ["transaction_type", "amount_type", "amount_description"]
        found = self.env["amazon.settlement.line"]._read_group(
            [
                ("settlement_id", "=", settlement.id),
                ("mapping_id", "=", False),
                ("amount", "!=", 0),
            ],
            names,
            [
                "__count",
                "amount:sum",
                "order_ref:min",
                "marketplace_name:array_agg_distinct",
            ],
            order="amount:sum",
        )
        for *triple, count, amount, order_ref, marketplaces in found:
            rule = rules.suggest([text or "" for text in triple], amount < 0)
            yield {
                **dict(zip(names, triple, strict=True)),
                "row_count": count,
                "amount": amount,
                "order_ref": order_ref,
                "marketplaces": ", ".join(filter(None, marketplaces)),
                "suggestion_id": rule and rule.key,
            }

    def action_apply(self):
        """Make the rules, then ask every settlement of the company that waits."""
        self.ensure_one()
        chosen = self.line_ids.filtered("role")
        if not chosen:
            raise UserError(self.env._("Say of at least one wording what it is."))
        self.env["amazon.settlement.mapping"].create(
            [line._prepare_rule() for line in chosen]
        )
        waiting = self.env["amazon.settlement"].search(
            [("company_id", "=", self.company_id.id), ("state", "=", "to_map")]
        )
        (self.settlement_id | waiting).action_classify()
        return {"type": "ir.actions.act_window_close"}

    @api.model
    def _open(self, settlement):
        """The action that shows the wizard for a settlement."""
        return self.create({"settlement_id": settlement.id})._reopen()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What Are These Amounts?"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }


class AmazonSettlementMapLine(models.TransientModel):
    _name = "amazon.settlement.map.line"
    _description = "Unknown Amount"

    wizard_id = fields.Many2one(
        "amazon.settlement.map", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="wizard_id.settlement_id.currency_id")
    transaction_type = fields.Char(readonly=True)
    amount_type = fields.Char(readonly=True)
    amount_description = fields.Char(readonly=True)
    wording = fields.Char(compute="_compute_wording")
    row_count = fields.Integer("Rows", readonly=True)
    amount = fields.Monetary("Sum", readonly=True)
    order_ref = fields.Char("For Example", readonly=True)
    marketplaces = fields.Char(readonly=True)
    suggestion_id = fields.Many2one(
        "amazon.settlement.mapping", "Similar To", readonly=True
    )
    suggestion = fields.Char(
        compute="_compute_suggestion",
        help="What the rule with the nearest wording says. It is used only if you say so.",
    )
    role = fields.Selection([role for role in ROLES if role[0] != "suspense"])
    kind = fields.Selection(
        [(key, kind.label) for key, kind in KINDS.items() if kind.roles],
        "Booked On",
        compute="_compute_kind",
        store=True,
        readonly=False,
    )
    category = fields.Selection(
        [category for category in CATEGORIES if category[0] != "unmapped"],
        "Shown Under",
    )

    @api.depends("transaction_type", "amount_type", "amount_description")
    def _compute_wording(self):
        for line in self:
            texts = line.transaction_type, line.amount_type, line.amount_description
            said = dict.fromkeys(filter(None, texts))
            if len(said) > 1:
                said.pop(UNNAMED, None)
            line.wording = " / ".join(said)

    @api.depends("suggestion_id")
    def _compute_suggestion(self):
        for line in self:
            rule = line.suggestion_id
            line.suggestion = bool(rule) and self.env._(
                "%(kind)s, as %(rule)s",
                kind=KINDS[rule.kind].label if rule.kind else dict(ROLES)[rule.role],
                rule=rule.display_name,
            )

    @api.depends("role")
    def _compute_kind(self):
        for line in self:
            kinds = [key for key, kind in KINDS.items() if line.role in kind.roles]
            if line.kind not in kinds:
                line.kind = kinds[0] if len(kinds) == 1 else False

    def action_accept(self):
        """Take over what the similar rule says."""
        self.ensure_one()
        rule = self.suggestion_id
        self.write({"role": rule.role, "kind": rule.kind, "category": rule.category})
        return self.wizard_id._reopen()

    def _prepare_rule(self):
        """The rule's values: for exactly this wording, in this company."""
        self.ensure_one()
        if not self.category:
            raise UserError(
                self.env._("Choose for '%s' where it is shown.", self.wording)
            )
        texts = {
            name: (self[name] or "").replace("*", "") or False
            for name in ("transaction_type", "amount_type", "amount_description")
        }
        return {
            **texts,
            "company_id": self.wizard_id.company_id.id,
            "role": self.role,
            "kind": self.kind,
            "category": self.category,
            "note": self.env._(
                "Made for settlement %s", self.wizard_id.settlement_id.settlement_ref
            ),
        }
