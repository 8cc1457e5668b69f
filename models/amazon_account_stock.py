from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..spapi.errors import SpApiError
from ..sync import connection, stock_compare, stock_watch
from .amazon_quantity import MISMATCHES

CHECK_LIFE = timedelta(hours=1)


class AmazonAccount(models.Model):
    """Whether, and since when, an account's quantities go to Amazon."""

    _inherit = "amazon.account"

    sync_stock = fields.Boolean(
        "Stock out",
        tracking=True,
        help="On: Odoo's quantities overwrite Amazon's. Press Compare Stock first.",
    )
    stock_checked = fields.Datetime("All Quantities Computed", readonly=True)
    quantity_ids = fields.One2many("amazon.quantity", "account_id")
    mismatch_count = fields.Integer(
        "Stock Mismatches", compute="_compute_mismatch_count"
    )

    stock_shared_warning = fields.Char(compute="_compute_stock_shared_warning")

    def _compute_mismatch_count(self):
        counts = dict(
            self.env["amazon.quantity"]._read_group(
                Domain("account_id", "in", self.ids) & MISMATCHES,
                ["account_id"],
                ["__count"],
            )
        )
        for account in self:
            account.mismatch_count = counts.get(account, 0)

    # -- switching on and off -----------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        accounts.filtered("sync_stock")._check_compared()
        return accounts

    def write(self, vals):
        if vals.get("sync_stock"):
            self.filtered(lambda account: not account.sync_stock)._check_compared()
        result = super().write(vals)
        if vals.get("sync_stock"):
            self.store_ids._check_stock_source()
            self.store_ids._check_shippers_count()
            # while it was off nobody noted what has changed since the comparison
            stock_watch.mark_all(self)
        return result

    def _check_compared(self):
        """Row 9.1: nobody overwrites Amazon's quantities without having seen them."""
        if self.env.context.get("amazon_stock_unchecked"):
            return
        for account in self:
            if not account._is_compared():
                raise ValidationError(
                    self.env._(
                        "Press Compare Stock first: Odoo's quantities will overwrite "
                        "those at Amazon, and %s has not been compared within the last "
                        "hour.",
                        account.name,
                    )
                )

    def _is_compared(self):
        checked = self.stock_checked
        return bool(checked) and checked > fields.Datetime.now() - CHECK_LIFE

    def action_compare_stock(self):
        """Compute all quantities, read Amazon's, send nothing."""
        self.ensure_one()
        if not self._is_live():
            raise UserError(
                self.env._("Connect the account first: open it and press Connect.")
            )
        try:
            stock_compare.compare(self.sudo())
        except (SpApiError, connection.NotConfigured) as exc:
            raise UserError(connection.explain(self, exc)) from exc
        return self._open("amazon_quantity_action", "different")

    def action_activate_stock(self):
        self.ensure_one()
        if not self._is_live() or not self._is_compared():
            raise UserError(
                self.env._(
                    "Press Compare Stock first and look at the differences: Odoo's "
                    "quantities will overwrite those at Amazon."
                )
            )
        self.sync_stock = True
        return self._notify(
            "success", self.env._("Stock out is on: what differs is being sent.")
        )

    def action_deactivate_stock(self):
        """Amazon keeps what it has; no call is made any more."""
        self.sync_stock = False

    def action_view_mismatches(self):
        return self._open("amazon_quantity_action", "mismatch")

    def action_push_stock(self):
        """Start the account's own job right away."""
        self.ensure_one()
        if not (self._is_live() and self.sync_stock):
            raise UserError(
                self.env._("Connect the account and switch Stock out on first.")
            )
        self._enqueue("stock")
        return self._notify("info", self.env._("Quantities are being sent."))

    # -- row 9.14 --------------------------------------------------------------------

    def _compute_stock_shared_warning(self):
        for account in self:
            others = account._stock_sharers()
            account.stock_shared_warning = bool(others) and self.env._(
                "The same products are sold elsewhere, too: %s. Every sale there lowers "
                "what Amazon is told, and there is a short while in between: set a "
                "buffer where stock is scarce.",
                ", ".join(others),
            )

    def _stock_sharers(self):
        """Names of other accounts and channels that sell this account's products."""
        self.ensure_one()
        self.env["amazon.listing"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT other.account_id
                  FROM amazon_listing own
                  JOIN amazon_listing other
                    ON other.product_id = own.product_id
                   AND other.account_id != own.account_id
                   AND other.active AND other.channel = 'merchant'
                 WHERE own.account_id = %s AND own.active
                   AND own.channel = 'merchant'
                """,
                self.id,
            )
        )
        names = self.browse(row[0] for row in rows).sudo().mapped("name")
        return sorted(names) + self._stock_channels()

    def _stock_channels(self):
        """Other channels of Odoo that sell products of this account's listings."""
        Template = self.env["product.template"].sudo()
        channels = {
            "website_published": self.env._("the website"),
            "available_in_pos": self.env._("the point of sale"),
        }
        return [
            name
            for field, name in channels.items()
            if field in Template._fields
            and Template.search_count(
                [
                    (field, "=", True),
                    ("product_variant_ids.amazon_listing_ids.account_id", "=", self.id),
                ],
                limit=1,
            )
        ]

    # -- what the flows ask for --------------------------------------------------------

    def _stock_proof_delay(self):
        """How long a quantity takes until buyers meet it."""
        self.ensure_one()
        return timedelta(seconds=65) if self.is_sandbox else timedelta(minutes=5)

    def _stock_feed_delay(self):
        """How long Amazon works on a feed, at least."""
        self.ensure_one()
        return timedelta(seconds=65) if self.is_sandbox else timedelta(minutes=2)

    def _stock_alarm(self, message=None):
        """One activity an account while quantities need a person, not one a SKU."""
        self.invalidate_recordset(["mismatch_count"])
        for account in self:
            summary = self.env._("Stock at Amazon: %s", account.name)
            alarms = account.activity_ids.filtered(
                lambda activity, summary=summary: activity.summary == summary
            )
            count = account.mismatch_count
            if message or count:
                if not alarms:
                    account.activity_schedule(
                        "mail.mail_activity_data_warning",
                        summary=summary,
                        note=message
                        or self.env._(
                            "%s quantities were refused by Amazon, had no effect, or "
                            "can't be told any more while Amazon sells the last one. "
                            "Open Stock at Amazon > Mismatches.",
                            count,
                        ),
                        user_id=account.user_id.id or self.env.uid,
                    )
            elif alarms:
                alarms.unlink()
