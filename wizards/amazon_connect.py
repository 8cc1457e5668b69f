import os

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..sync import connection

SANDBOX_VARIABLE = "AMAZON_CONNECTOR_SANDBOX_URL"  # set by 'make run'


class AmazonConnect(models.TransientModel):
    """Connect an account: paste credentials, live test, stores are found by themselves."""

    _name = "amazon.connect"
    _description = "Connect to Amazon"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    marketplace_id = fields.Many2one(
        "amazon.marketplace",
        "Home Marketplace",
        required=True,
        default=lambda self: self._default_marketplace(),
        help="Where you registered as a seller. It decides the region.",
    )
    seller_id = fields.Char(
        "Seller ID",
        required=True,
        help="Seller Central > Settings > Account Info > Merchant Token.",
    )
    client_id = fields.Char(
        "LWA Client ID",
        required=True,
        help="Developer Console > your app > LWA credentials > View.",
    )
    client_secret = fields.Char(
        "LWA Client Secret", required=True, help="Shown beside the client ID."
    )
    refresh_token = fields.Char(
        required=True, help="Developer Console > your app > Authorize > Generate token."
    )
    use_sandbox = fields.Boolean(
        "Try with the Sandbox",
        default=lambda self: SANDBOX_VARIABLE in os.environ,
        help="Connects to the connector's own sandbox instead of Amazon. Start it with "
        "'make run' or 'python sandbox'; its start page shows the credentials.",
    )
    sandbox_url = fields.Char(
        "Sandbox Address",
        default=lambda self: os.environ.get(SANDBOX_VARIABLE, "http://127.0.0.1:8890"),
    )
    activate_currencies = fields.Boolean(
        "Activate Missing Currencies",
        default=True,
        help="Orders in a currency that is not active in Odoo stay blocked.",
    )

    @api.model
    def _default_marketplace(self):
        Marketplace = self.env["amazon.marketplace"]
        country = self.env.company.country_id
        return Marketplace.search(
            [("country_id", "=", country.id)], limit=1
        ) or Marketplace.search([], limit=1)

    def action_connect(self):
        """Test live; keep the account only when Amazon accepts it."""
        self.ensure_one()
        account = self._account()
        error = connection.check(account)
        if error:
            # nothing half-done: a refused account is not kept
            raise UserError(error)
        if self.activate_currencies:
            self._activate_currencies(account)
        return account.get_formview_action()

    def _account(self):
        Account = self.env["amazon.account"].with_context(active_test=False)
        known = Account.search(
            [
                ("seller_id", "=", self.seller_id.strip()),
                ("region", "=", self.marketplace_id.region),
            ]
        )
        values = {
            "client_id": self.client_id.strip(),
            "client_secret": self.client_secret,
            "refresh_token": self.refresh_token,
            "secret_date": fields.Date.context_today(self),
            "sandbox_url": self.sandbox_url if self.use_sandbox else False,
        }
        if known:
            # the same seller again: new credentials, all data stays
            known.write(values | {"active": True})
            return known
        return Account.create(
            values
            | {
                "name": f"Amazon {self.marketplace_id.country_id.code}",
                "company_id": self.company_id.id,
                "marketplace_id": self.marketplace_id.id,
                "seller_id": self.seller_id.strip(),
            }
        )

    def _activate_currencies(self, account):
        currencies = account.store_ids.currency_id.filtered(lambda c: not c.active)
        if currencies:
            currencies.sudo().active = True
        account.store_ids._create_defaults()
