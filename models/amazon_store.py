from odoo import api, fields, models
from odoo.exceptions import ValidationError

# kind of a charge (spapi.amounts) -> field with its product
CHARGE_FIELDS = {
    "SHIPPING": "shipping_product_id",
    "GIFT_WRAP": "gift_wrap_product_id",
    "COD_FEE": "cod_product_id",
    "TIP": "tip_product_id",
    "OTHER": "other_product_id",
    "DISCOUNT": "discount_product_id",
}


class AmazonStore(models.Model):
    """One marketplace of an account, and everything that is decided per store."""

    _name = "amazon.store"
    _description = "Amazon Store"
    _inherit = ["mail.thread"]
    _check_company_auto = True
    _order = "account_id, sequence, id"

    name = fields.Char(
        "Label", required=True, tracking=True, help="Shown on orders and in logs."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(
        default=True, help="An archived store is not asked for anything."
    )
    account_id = fields.Many2one(
        "amazon.account", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    marketplace_id = fields.Many2one("amazon.marketplace", required=True)
    currency_id = fields.Many2one(related="marketplace_id.currency_id")
    is_suspended = fields.Boolean(
        "Listings Suspended", readonly=True, help="As Amazon reported it last."
    )

    # orders
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        check_company=True,
        tracking=True,
        help="Ships the merchant-fulfilled orders of this store.",
    )
    fba_policy = fields.Selection(
        [
            ("deliver", "Deliver from FBA location"),
            ("confirm", "Import without stock moves"),
            ("ignore", "Do not import"),
        ],
        "FBA Orders",
        default="deliver",
        required=True,
        tracking=True,
        help="Orders that Amazon fulfills are imported once Amazon has shipped them. "
        "They never get a transfer and are never confirmed to Amazon.",
    )
    fba_location_id = fields.Many2one(
        "stock.location",
        "FBA Location",
        check_company=True,
        domain="[('usage', '=', 'internal')]",
        help="Holds your stock at Amazon. It lies outside your own warehouses.",
    )
    default_customer_id = fields.Many2one(
        "res.partner",
        check_company=True,
        help="Customer of orders for which Amazon names no buyer.",
    )
    pricelist_id = fields.Many2one(
        "product.pricelist",
        check_company=True,
        help="Gives the sale its currency; the prices are Amazon's.",
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        check_company=True,
        help="Of sales and invoices; the due date follows from it.",
    )
    team_id = fields.Many2one(
        "crm.team", "Sales Team", check_company=True, help="Of sales and invoices."
    )
    user_id = fields.Many2one(
        "res.users", "Salesperson", help="Of sales and invoices. Empty: none."
    )

    # money
    invoice_policy = fields.Selection(
        [
            ("none", "Do not invoice"),
            ("draft", "Draft when shipped"),
            ("posted", "Posted when shipped"),
            ("batch", "Draft, posted in batch"),
        ],
        "Invoices",
        default="draft",
        required=True,
        tracking=True,
        help="Made by the scheduled job shortly after the transfer is validated, or, "
        "for FBA orders, after the import. Posted in batch: invoices have neither date "
        "nor number until you press Post Invoices.",
    )
    tax_mode = fields.Selection(
        [
            ("amazon", "Amazon's tax amounts"),
            ("inclusive", "Prices include tax, by own rule"),
            ("ignore", "Ignore Amazon's tax"),
        ],
        default="amazon",
        required=True,
        tracking=True,
        help="Amazon's tax amounts: for marketplaces where Amazon states tax (US, CA). "
        "By own rule: your tax is taken out of Amazon's price (EU, UK, JP, AU). "
        "Tax that Amazon collects and remits itself is kept apart and nets to zero.",
    )
    tax_id = fields.Many2one(
        "account.tax",
        "Store Tax",
        check_company=True,
        domain="[('type_tax_use', '=', 'sale')]",
        help="For 'by own rule': used for everything in this store. Empty: the product's "
        "customer taxes through the fiscal position.",
    )
    amazon_tax_id = fields.Many2one(
        "account.tax",
        "Tax You Remit",
        check_company=True,
        help="A 0 % tax that carries Amazon's tax amounts to your tax account.",
    )
    collected_tax_id = fields.Many2one(
        "account.tax",
        "Collected by Amazon",
        check_company=True,
        help="Marketplace facilitator tax as collected; the next field takes it out.",
    )
    remitted_tax_id = fields.Many2one(
        "account.tax", "Remitted by Amazon", check_company=True
    )

    # charges: one sale line each
    shipping_product_id = fields.Many2one("product.product", check_company=True)
    gift_wrap_product_id = fields.Many2one("product.product", check_company=True)
    cod_product_id = fields.Many2one(
        "product.product", "Cash on Delivery Product", check_company=True
    )
    tip_product_id = fields.Many2one(
        "product.product", "Delivery Tip Product", check_company=True
    )
    other_product_id = fields.Many2one(
        "product.product", "Other Charges Product", check_company=True
    )
    discount_product_id = fields.Many2one("product.product", check_company=True)

    # shipping
    default_carrier_id = fields.Many2one(
        "amazon.carrier",
        "Default Amazon Carrier",
        help="Sent when the transfer has no delivery method.",
    )
    carrier_mapping_ids = fields.One2many("amazon.carrier.mapping", "store_id")

    listing_ids = fields.One2many("amazon.listing", "store_id")
    pending_count = fields.Integer(compute="_compute_counts")
    blocked_count = fields.Integer(compute="_compute_counts")
    imported_count = fields.Integer(compute="_compute_counts")
    unlinked_count = fields.Integer("Unlinked SKUs", compute="_compute_counts")

    _account_marketplace_uniq = models.Constraint(
        "UNIQUE (account_id, marketplace_id)",
        "This marketplace is a store of the account already.",
    )

    @api.constrains(
        "warehouse_id", "fba_location_id", "stock_source", "stock_warehouse_ids"
    )
    def _check_fba_location(self):
        """Stock at Amazon must never count as stock of own warehouses (row 9.17).

        Nor as that of a warehouse that only another store of the company ships from.
        All warehouses may hold it: it is left out of what they have to sell.
        """
        Store = self.env["amazon.store"].sudo().with_context(active_test=False)
        for store in self:
            place = store.fba_location_id
            if place and place.usage != "internal":
                raise ValidationError(
                    self.env._(
                        "%s holds no stock of yours, so it can't be stock at Amazon. "
                        "Choose an FBA location of type Internal.",
                        place.display_name,
                    )
                )
            siblings = Store.search([("company_id", "=", store.company_id.id)])
            for owner in siblings:
                others = siblings if owner == store else store
                owner._refuse_fba_location_inside(others._merchant_warehouses())

    def _merchant_warehouses(self):
        """Warehouses that ship the stores' own orders, or whose stock was chosen."""
        chosen = self.filtered(lambda store: store.stock_source == "chosen")
        return self._shipping_warehouses() | chosen.stock_warehouse_ids

    def _refuse_fba_location_inside(self, warehouses):
        self.ensure_one()
        path = self.fba_location_id.parent_path or ""
        inside = warehouses.filtered(
            lambda warehouse: path.startswith(warehouse.view_location_id.parent_path)
        )
        if inside:
            raise ValidationError(
                self.env._(
                    "%(location)s, where store %(store)s has its stock at Amazon, lies "
                    "inside warehouse %(warehouse)s, so Amazon's stock would be sold "
                    "twice. Choose an FBA location outside, or another warehouse.",
                    location=self.fba_location_id.display_name,
                    store=self.name,
                    warehouse=", ".join(inside.mapped("name")),
                )
            )

    @api.constrains("pricelist_id", "marketplace_id")
    def _check_pricelist(self):
        for store in self:
            pricelist = store.pricelist_id
            if pricelist and pricelist.currency_id != store.currency_id:
                raise ValidationError(
                    self.env._(
                        "Pricelist %(pricelist)s is in %(currency)s, but %(store)s sells "
                        "in %(wanted)s. Choose a pricelist in %(wanted)s.",
                        pricelist=pricelist.name,
                        currency=pricelist.currency_id.name,
                        store=store.name,
                        wanted=store.currency_id.name,
                    )
                )

    def _compute_counts(self):
        counts = {
            (store.id, state): count
            for store, state, count in self.env["amazon.order"]._read_group(
                [("store_id", "in", self.ids)], ["store_id", "state"], ["__count"]
            )
        }
        unlinked = {
            store.id: count
            for store, count in self.env["amazon.listing"]._read_group(
                [
                    ("store_id", "in", self.ids),
                    ("product_id", "=", False),
                    ("is_parent", "=", False),
                    ("is_manual", "=", False),
                    ("status", "!=", "canceled"),
                ],
                ["store_id"],
                ["__count"],
            )
        }
        for store in self:
            for state in ("pending", "blocked", "imported"):
                store[f"{state}_count"] = counts.get((store.id, state), 0)
            store.unlinked_count = unlinked.get(store.id, 0)

    # -- what the flows ask for ------------------------------------------------------

    def _missing_settings(self, is_fba):
        """Labels of the settings without which no order can be imported."""
        self.ensure_one()
        needed = ["warehouse_id", "default_customer_id", *CHARGE_FIELDS.values()]
        if is_fba and self.fba_policy == "deliver":
            needed.append("fba_location_id")
        return [
            self._fields[name]._description_string(self.env)
            for name in needed
            if not self[name]
        ]

    def _charge_product(self, kind):
        """(product, line text) of a charge that is not an item."""
        self.ensure_one()
        product = self[CHARGE_FIELDS.get(kind, "other_product_id")]
        return product, product.name

    def _marketplace_taxes(self):
        return self.collected_tax_id | self.remitted_tax_id

    def _buyer_lang(self):
        """The marketplace country's language, when it is installed."""
        self.ensure_one()
        code = self.marketplace_id.country_id.code or ""
        installed = [lang for lang, _name in self.env["res.lang"].get_installed()]
        return next((x for x in installed if x.endswith(f"_{code}")), False)

    def _amazon_carrier(self, delivery_carrier):
        """What Amazon is told about the carrier of a transfer.

        Mapped delivery method, else 'Other' with its name (row 8.6). Without one, and
        for the store's default one, which names a service, not a carrier: the default.
        """
        self.ensure_one()
        mapping = self.carrier_mapping_ids.filtered(
            lambda m: m.delivery_carrier_id == delivery_carrier
        )
        is_default = delivery_carrier == self.free_shipping_carrier_id
        if not delivery_carrier or (is_default and not mapping):
            code = self.default_carrier_id.name or ""
            return {"carrier_code": code, "carrier_name": code, "shipping_method": ""}
        code = mapping.carrier_id.name or "Other"
        return {
            "carrier_code": code,
            "carrier_name": delivery_carrier.name if code == "Other" else code,
            "shipping_method": mapping.shipping_method or "",
        }

    # -- buttons ------------------------------------------------------------------

    def action_view_orders(self):
        return self._open("amazon_order_action", self.env.context.get("order_state"))

    def action_view_listings(self):
        return self._open("amazon_listing_action", "unlinked")

    @api.model
    def _chosen(self, direction):
        """Whose button was pressed; elsewhere all stores that the user works with.

        :param direction: the account's switch of what is to be done
        """
        context = self.env.context
        if context.get("active_model") == "amazon.store":
            return self.browse(context["active_ids"])
        if context.get("active_model") == "amazon.account":
            accounts = self.env["amazon.account"].browse(context["active_ids"])
            return accounts.store_ids
        return self.search(
            [
                ("account_id.state", "=", "connected"),
                (f"account_id.{direction}", "=", True),
                ("company_id", "in", self.env.companies.ids),
            ]
        )

    def _open(self, action, state):
        self.ensure_one()
        values = self.env["ir.actions.act_window"]._for_xml_id(
            f"amazon_connector.{action}"
        )
        values["domain"] = [("store_id", "=", self.id)]
        values["context"] = {f"search_default_{state}": 1} if state else {}
        return values
