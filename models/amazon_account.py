from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..sync import connection, secrets

SECRET_LIFE = timedelta(days=180)
SECRET_WARNING = timedelta(days=30)


class AmazonAccount(models.Model):
    """One selling partner in one region: credentials, switches, schedule, health."""

    _name = "amazon.account"
    _description = "Amazon Account"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _check_company_auto = True
    _order = "sequence, id"

    name = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        help="Gets an activity when the account needs attention.",
    )
    marketplace_id = fields.Many2one(
        "amazon.marketplace",
        "Home Marketplace",
        required=True,
        help="The marketplace you registered in. It decides the region, and with it "
        "Amazon's endpoint.",
    )
    region = fields.Selection(related="marketplace_id.region", store=True)
    seller_id = fields.Char(
        "Seller ID",
        required=True,
        copy=False,
        help="Your merchant token, e.g. A1EXAMPLE2SELLER: Seller Central > Settings > "
        "Account Info > Merchant Token.",
    )
    sandbox_url = fields.Char(
        "Sandbox Address",
        help="Address of the connector's own sandbox, for trying it without an Amazon "
        "account. Empty for the real Amazon.",
        groups="amazon_connector.group_amazon_manager",
    )
    is_sandbox = fields.Boolean(compute="_compute_is_sandbox", store=True)

    client_id = fields.Char(
        "LWA Client ID", copy=False, groups="amazon_connector.group_amazon_manager"
    )
    client_secret = fields.Char(
        "LWA Client Secret",
        compute="_compute_secrets",
        inverse="_inverse_client_secret",
        copy=False,
        groups="amazon_connector.group_amazon_manager",
    )
    refresh_token = fields.Char(
        compute="_compute_secrets",
        inverse="_inverse_refresh_token",
        copy=False,
        groups="amazon_connector.group_amazon_manager",
    )
    client_secret_encrypted = fields.Char(copy=False, groups="base.group_system")
    refresh_token_encrypted = fields.Char(copy=False, groups="base.group_system")
    secret_date = fields.Date(
        "Secret Created On",
        default=fields.Date.context_today,
        copy=False,
        help="Amazon's client secret must be rotated every 180 days; you are warned "
        "30 days before.",
    )
    secret_warning = fields.Char(compute="_compute_secret_warning")

    state = fields.Selection(
        [
            ("draft", "Not Connected"),
            ("connected", "Connected"),
            ("attention", "Needs Attention"),
            ("inactive", "Inactive"),
        ],
        default="draft",
        required=True,
        copy=False,
        tracking=True,
    )
    health_message = fields.Text(
        "Health", copy=False, help="What is wrong and what to do about it."
    )
    suspended_stores = fields.Char(
        readonly=True,
        copy=False,
        help="Stores in which Amazon has suspended your listings.",
    )
    sync_orders = fields.Boolean(
        "Orders in", default=True, tracking=True, help="Off: no order is asked for."
    )
    sync_shipments = fields.Boolean(
        "Shipments out",
        default=True,
        tracking=True,
        help="Off: no shipment is sent to Amazon; they wait in the outbox.",
    )

    store_ids = fields.One2many("amazon.store", "account_id")
    order_ids = fields.One2many("amazon.order", "account_id")
    run_ids = fields.One2many("amazon.sync.run", "account_id")
    last_run_id = fields.Many2one("amazon.sync.run", compute="_compute_last_run")
    running_text = fields.Char(compute="_compute_last_run")
    currency_warning = fields.Char(compute="_compute_currency_warning")
    pending_count = fields.Integer(compute="_compute_counts")
    blocked_count = fields.Integer(compute="_compute_counts")
    refused_count = fields.Integer("Refused Shipments", compute="_compute_counts")

    _seller_uniq = models.Constraint(
        "UNIQUE (region, seller_id)",
        "This selling partner is already connected in this region.",
    )

    @api.depends("sandbox_url")
    def _compute_is_sandbox(self):
        for account in self:
            account.is_sandbox = bool(account.sudo().sandbox_url)

    @api.depends("client_secret_encrypted", "refresh_token_encrypted")
    def _compute_secrets(self):
        """Show that something is stored, never what."""
        for account in self:
            stored = account.sudo()
            account.client_secret = stored.client_secret_encrypted and "********"
            account.refresh_token = stored.refresh_token_encrypted and "********"

    def _inverse_client_secret(self):
        self._store_secret("client_secret")

    def _inverse_refresh_token(self):
        self._store_secret("refresh_token")

    def _store_secret(self, name):
        for account in self:
            text = (account[name] or "").strip()
            if text != "********":
                account.sudo()[f"{name}_encrypted"] = secrets.encrypt(text)

    @api.depends("secret_date")
    def _compute_secret_warning(self):
        today = fields.Date.context_today(self)
        for account in self:
            account.secret_warning = False
            if account.secret_date and not account.is_sandbox:
                due = account.secret_date + SECRET_LIFE
                if today >= due - SECRET_WARNING:
                    account.secret_warning = self.env._(
                        "Amazon stops accepting this client secret on %(date)s. Rotate "
                        "it in the Developer Console and paste the new one here.",
                        date=due,
                    )

    def _compute_last_run(self):
        runs = self.env["amazon.sync.run"]._read_group(
            [("account_id", "in", self.ids)], ["account_id"], ["id:max"]
        )
        last = {account.id: run_id for account, run_id in runs}
        for account in self:
            run = self.env["amazon.sync.run"].browse(last.get(account.id))
            account.last_run_id = run
            account.running_text = run.state == "running" and run._progress_text()

    @api.depends("store_ids.marketplace_id", "company_id")
    def _compute_currency_warning(self):
        """Said before the first order of such a store is blocked for it."""
        for account in self:
            company = account.company_id.sudo()
            foreign = account.store_ids.currency_id.sudo() - company.currency_id
            lacking = foreign.filtered(
                lambda c, root=company.root_id: not c.active
                or not c.rate_ids.filtered(
                    lambda r: r.company_id in (root, root.browse())
                )
            )
            account.currency_warning = bool(lacking) and self.env._(
                "Odoo has no exchange rate for %s. Activate the currency and enter a "
                "rate (Invoicing > Configuration > Currencies): until then, orders in it "
                "stay blocked.",
                ", ".join(lacking.mapped("name")),
            )

    def _compute_counts(self):
        orders = {
            (account.id, state): count
            for account, state, count in self.env["amazon.order"]._read_group(
                [
                    ("account_id", "in", self.ids),
                    ("state", "in", ("pending", "blocked")),
                ],
                ["account_id", "state"],
                ["__count"],
            )
        }
        refused = {
            account.id: count
            for account, count in self.env["amazon.submission"]._read_group(
                [("account_id", "in", self.ids), ("state", "=", "refused")],
                ["account_id"],
                ["__count"],
            )
        }
        for account in self:
            account.pending_count = orders.get((account.id, "pending"), 0)
            account.blocked_count = orders.get((account.id, "blocked"), 0)
            account.refused_count = refused.get(account.id, 0)

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        accounts._create_crons()
        return accounts

    def unlink(self):
        crons = self._crons()
        result = super().unlink()
        crons.unlink()
        return result

    # -- connection ---------------------------------------------------------------

    def _client(self, **kwargs):
        """An ``spapi`` client for this account; use it as a context manager."""
        self.ensure_one()
        return connection.client(self, **kwargs)

    def _is_live(self):
        """Whether calls may be made at all: off means off."""
        self.ensure_one()
        return self.active and self.state == "connected"

    def action_test(self):
        """Live test: names what is missing, discovers the stores when all is well."""
        self.ensure_one()
        error = connection.check(self)
        if error:
            return self._notify("danger", error, sticky=True)
        return self._notify(
            "success",
            self.env._(
                "Connected. Stores found: %s.", ", ".join(self.store_ids.mapped("name"))
            ),
        )

    def action_deactivate(self):
        self.write({"state": "inactive", "health_message": False})

    def action_activate(self):
        """Continue from the stored cursor, not from now."""
        return self.action_test()

    def _mark_attention(self, message):
        """The account stops, a person is told; other accounts go on."""
        for account in self:
            if account.state == "attention" and account.health_message == message:
                continue
            account.write({"state": "attention", "health_message": message})
            account.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=self.env._("Amazon account %s has stopped", account.name),
                note=message,
                user_id=account.user_id.id or self.env.uid,
            )

    def _mark_connected(self):
        self.write({"state": "connected", "health_message": False})
        self.activity_unlink(["mail.mail_activity_data_warning"])

    def _notify(self, kind, message, sticky=False):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "message": message,
                "sticky": sticky,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # -- buttons ------------------------------------------------------------------

    def action_pull_now(self):
        """Start the account's own job right away; the page can be left."""
        self.ensure_one()
        if not self._is_live():
            raise UserError(
                self.env._("Connect the account first: open it and press Connect.")
            )
        if not self.sync_orders:
            raise UserError(
                self.env._("Switch on 'Orders in' first: it is off for this account.")
            )
        self.sudo().pull_requested_by_id = self.env.user
        self.sudo().orders_cron_id._trigger()
        return self._notify(
            "info",
            self.env._("Orders are being pulled; see Operations > Runs for progress."),
        )

    def action_view_orders(self):
        return self._open("amazon_order_action", self.env.context.get("order_state"))

    def action_view_refused(self):
        return self._open("amazon_submission_action", "refused")

    def _open(self, action, state=None):
        self.ensure_one()
        values = self.env["ir.actions.act_window"]._for_xml_id(
            f"amazon_connector.{action}"
        )
        values["domain"] = [("account_id", "=", self.id)]
        values["context"] = {f"search_default_{state}": 1} if state else {}
        return values
