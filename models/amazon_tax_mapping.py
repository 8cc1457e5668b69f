from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AmazonTaxMapping(models.Model):
    """Which of the company's taxes stands for what Amazon charges, and where.

    How a row is chosen: see ``sync.order_tax_mapping``.
    """

    _name = "amazon.tax.mapping"
    _description = "Amazon Tax Mapping"
    _check_company_auto = True
    _order = "store_id, sequence, id"
    _rec_name = "tax_id"

    store_id = fields.Many2one(
        "amazon.store", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="store_id.company_id", store=True)
    sequence = fields.Integer(
        default=10, help="Of two rows that say as much, the upper one is taken."
    )
    kind = fields.Selection(
        [
            ("any", "Everything taxed"),
            ("goods", "Goods"),
            ("tax_free", "Untaxed lines"),
            ("charges", "All charges"),
            ("shipping", "Shipping"),
            ("gift_wrap", "Gift wrap"),
            ("discount", "Discount"),
            ("other", "Other charges"),
        ],
        "What",
        default="any",
        required=True,
        help="Untaxed lines: whatever Amazon states no tax for, where Amazon's amounts "
        "are kept. All charges: shipping, gift wrap, discount and the others, unless "
        "they have a row of their own.",
    )
    country_id = fields.Many2one(
        "res.country", help="Where the order goes. Empty: everywhere."
    )
    country_group_id = fields.Many2one(
        "res.country.group", help="Several countries in one row, instead of a country."
    )
    state_ids = fields.Many2many(
        "res.country.state",
        string="States",
        domain="[('country_id', '=', country_id)]",
        help="Only orders to these states of the country. Empty: all of it.",
    )
    amazon_rate = fields.Float(
        "Amazon's Rate (%)",
        digits=(6, 4),
        help="Only lines that Amazon taxes at this rate, where there are several. Empty: "
        "any rate.",
    )
    tax_id = fields.Many2one(
        "account.tax",
        required=True,
        check_company=True,
        ondelete="restrict",
        domain="[('type_tax_use', '=', 'sale'), ('amount_type', '!=', 'fixed')]",
        help="A sales tax of your company. Where Amazon's amounts are kept, it gives the "
        "name and the accounts, and its rate does not matter; the taxes of a group share "
        "the amount by their rates.",
    )

    @api.onchange("country_id")
    def _onchange_country_id(self):
        if self.country_id:
            self.country_group_id = False
        self.state_ids = self.state_ids.filtered(
            lambda state: state.country_id == self.country_id
        )

    @api.onchange("country_group_id")
    def _onchange_country_group_id(self):
        if self.country_group_id:
            self.country_id = False
            self.state_ids = False

    @api.constrains("country_id", "country_group_id", "state_ids", "amazon_rate")
    def _check_destination(self):
        for row in self:
            if row.country_id and row.country_group_id:
                raise ValidationError(
                    self.env._(
                        "A row of the tax mapping is for a country or for a group of "
                        "countries, not for both: empty one of them."
                    )
                )
            strangers = row.state_ids.filtered(
                lambda state, row=row: state.country_id != row.country_id
            )
            if strangers:
                raise ValidationError(
                    self.env._(
                        "%(state)s is no state of the row's country: choose "
                        "%(country)s as its country.",
                        state=strangers[0].name,
                        country=strangers[0].country_id.name,
                    )
                )
            if not 0 <= row.amazon_rate < 100:
                raise ValidationError(
                    self.env._("Amazon's rate is between 0 and 100 %: enter 8.25.")
                )

    @api.constrains("tax_id", "kind", "company_id")
    def _check_tax(self):
        for row in self:
            tax = row.tax_id
            leaves = tax._flatten_taxes_and_sort_them()[0]
            home = row.company_id.account_fiscal_country_id
            if tax.type_tax_use != "sale" or "fixed" in leaves.mapped("amount_type"):
                raise ValidationError(
                    self.env._(
                        "%s is no sales tax with a rate: choose one that is.", tax.name
                    )
                )
            if home and tax.country_id != home:
                raise ValidationError(
                    self.env._(
                        "%(tax)s is a tax of %(country)s, and Odoo refuses it on "
                        "invoices of a company in %(home)s: choose a tax of %(home)s.",
                        tax=tax.name,
                        country=tax.country_id.name,
                        home=home.name,
                    )
                )
            if row.kind == "tax_free" and any(leaves.mapped("amount")):
                raise ValidationError(
                    self.env._(
                        "%s has a rate, but untaxed lines need a tax of 0 %%.", tax.name
                    )
                )

    @api.constrains(
        "store_id", "kind", "country_id", "country_group_id", "state_ids", "amazon_rate"
    )
    def _check_twice(self):
        """Two rows for the same would leave it to their sequence: one is a mistake."""
        for store in self.store_id:
            seen = set()
            for row in store.tax_mapping_ids:
                selection = (
                    row.kind,
                    row.country_id,
                    row.country_group_id,
                    frozenset(row.state_ids.ids),
                    row.amazon_rate,
                )
                if selection in seen:
                    raise ValidationError(
                        self.env._(
                            "Two rows of the tax mapping of %(store)s are for the same: "
                            "delete the one with %(tax)s, or change what it is for.",
                            store=store.name,
                            tax=row.tax_id.name,
                        )
                    )
                seen.add(selection)

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows.store_id._retry_held_for_tax()
        return rows

    def write(self, vals):
        result = super().write(vals)
        self.store_id._retry_held_for_tax()
        return result

    def unlink(self):
        stores = self.store_id  # a wrong row may be what they were held for
        result = super().unlink()
        stores._retry_held_for_tax()
        return result
