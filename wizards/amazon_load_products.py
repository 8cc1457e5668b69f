from odoo import api, fields, models
from odoo.exceptions import UserError

MANAGER = "amazon_connector.group_amazon_manager"
SETTINGS = ("match_mode", "create_products", "amazon_is_master")


class AmazonLoadProducts(models.TransientModel):
    """Which stores' products are loaded, and how they are matched (row 2.1)."""

    _name = "amazon.load.products"
    _description = "Load Products"

    store_ids = fields.Many2many(
        "amazon.store",
        string="Stores",
        required=True,
        default=lambda self: self.env["amazon.store"]._chosen("sync_products"),
        domain="[('account_id.state', '=', 'connected')]",
    )
    kind = fields.Selection(
        [("all", "All listings"), ("changes", "Changed since a date")],
        "What",
        default="all",
        required=True,
        help="All listings come as one report, which Amazon takes some minutes to make. "
        "Changes are read at once, at most 1,000.",
    )
    since = fields.Datetime(
        "Changed Since", help="Only listings that Amazon changed after this time."
    )
    match_mode = fields.Selection(
        lambda self: self.env["amazon.store"]._fields["match_mode"].selection,
        "Match Products",
        compute="_compute_settings",
        store=True,
        readonly=False,
    )
    create_products = fields.Boolean(
        "Create if Not Found", compute="_compute_settings", store=True, readonly=False
    )
    amazon_is_master = fields.Boolean(
        compute="_compute_settings", store=True, readonly=False
    )
    settings_differ = fields.Boolean(compute="_compute_settings_differ")
    can_configure = fields.Boolean(compute="_compute_can_configure")

    @api.depends("store_ids")
    def _compute_settings(self):
        for wizard in self:
            store = wizard.store_ids[:1]
            for name in SETTINGS:
                wizard[name] = store[name]

    @api.depends("store_ids")
    def _compute_settings_differ(self):
        for wizard in self:
            stores = wizard.store_ids
            settings = {tuple(store[name] for name in SETTINGS) for store in stores}
            wizard.settings_differ = len(settings) > 1

    @api.depends_context("uid")
    def _compute_can_configure(self):
        self.can_configure = self.env.user.has_group(MANAGER)

    def action_load(self):
        """Begin, and show how far it is; the page can be left."""
        self.ensure_one()
        self._check()
        since = self.kind == "changes" and self.since
        Load = self.env["amazon.catalog.load"].sudo()
        Load._check_free(self.store_ids, self.kind, since)
        if self.can_configure and not self.settings_differ:
            self._save_settings()
        loads = Load._start(self.store_ids, self.kind, since, self.env.user)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_connector.amazon_catalog_load_action"
        )
        action["domain"] = [("id", "in", loads.ids)]
        return action

    def _save_settings(self):
        """What was changed here, for all of these stores, which agreed so far."""
        store = self.store_ids[:1]
        changes = {name: self[name] for name in SETTINGS if self[name] != store[name]}
        if changes:
            self.store_ids.write(changes)

    def _check(self):
        if not self.store_ids:
            raise UserError(self.env._("Choose at least one store."))
        if self.kind == "changes" and not self.since:
            raise UserError(
                self.env._("Say since when: enter a date, or load all listings.")
            )
        for account in self.store_ids.account_id:
            if not account._is_live():
                raise UserError(
                    self.env._(
                        "Account %s is not connected, so Amazon can't be asked. Open it "
                        "and press Connect.",
                        account.name,
                    )
                )
            if not account.sync_products:
                raise UserError(
                    self.env._(
                        "'Products in' is off for account %s. Switch it on first.",
                        account.name,
                    )
                )
