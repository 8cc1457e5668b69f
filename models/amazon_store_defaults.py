from odoo import api, models
from odoo.fields import Command, Domain

from .amazon_store import CHARGE_FIELDS

CHARGE_XMLIDS = {
    field: f"amazon_connector.product_amazon_{field.removesuffix('_product_id')}"
    for field in (*CHARGE_FIELDS.values(), "unknown_product_id")
}
TAXES = {
    # field: (name, name of the account made when the company has no sales tax account)
    "amazon_tax_id": ("Amazon sales tax", "Amazon sales tax payable"),
    "collected_tax_id": ("Collected by Amazon", "Marketplace tax pass-through"),
    "remitted_tax_id": ("Remitted by Amazon", "Marketplace tax pass-through"),
}


class AmazonStore(models.Model):
    """What a new store gets, so that orders come in without any further setting."""

    _inherit = "amazon.store"

    @api.model
    def _discover(self, account, participations):
        """Make or refresh the stores Amazon says the seller takes part in.

        :param participations: tuple of :class:`spapi.sellers.Participation`
        :return: the account's active stores
        """
        Store = self.sudo().with_context(active_test=False)
        marketplaces = {
            marketplace.api_id: marketplace
            for marketplace in self.env["amazon.marketplace"].search(
                [("api_id", "in", [p.marketplace_id for p in participations])]
            )
        }
        stores = {
            store.marketplace_id: store
            for store in Store.search([("account_id", "=", account.id)])
        }
        suspended = []
        for participation in participations:
            # the list names pseudo-marketplaces ("Non-Amazon US") as well
            marketplace = marketplaces.get(participation.marketplace_id)
            if not (marketplace and participation.is_participating):
                continue
            store = stores.get(marketplace)
            if not store:
                store = Store.create(self._prepare_store(account, marketplace))
                store._create_defaults()
            store.is_suspended = participation.has_suspended_listings
            if store.is_suspended and store.active:
                suspended.append(store.name)
        account.suspended_stores = ", ".join(suspended)
        return account.store_ids

    @api.model
    def _prepare_store(self, account, marketplace):
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", account.company_id.id)], limit=1
        )
        return {
            "account_id": account.id,
            "marketplace_id": marketplace.id,
            "name": marketplace.name,
            "warehouse_id": warehouse.id,
            "tax_mode": "inclusive" if marketplace.prices_include_tax else "amazon",
        }

    def action_create_defaults(self):
        self.check_access("write")
        self._create_defaults()

    def _create_defaults(self):
        """Fill what is empty; nothing a person has chosen is touched."""
        for store in self.sudo():
            store = store.with_company(store.company_id)
            values = {
                field: self.env.ref(xmlid, raise_if_not_found=False)
                for field, xmlid in CHARGE_XMLIDS.items()
                if not store[field]
            }
            if not store.default_customer_id:
                values["default_customer_id"] = store._make_customer()
            if not store.fba_location_id:
                values["fba_location_id"] = store._make_fba_location()
            if not store.pricelist_id and store.currency_id.active:
                values["pricelist_id"] = store._pricelist(store.currency_id)
            if store.company_id.chart_template:
                for field in TAXES:
                    if not store[field]:
                        values[field] = store._make_tax(field)
            store.write({name: r.id for name, r in values.items() if r})

    def _make_customer(self):
        return self.env["res.partner"].create(
            {
                "name": self.env._("Amazon customer (%s)", self.name),
                "company_id": self.company_id.id,
                "country_id": self.marketplace_id.country_id.id,
                "customer_rank": 1,
            }
        )

    def _make_fba_location(self):
        """One per account, outside of every warehouse."""
        siblings = self.account_id.store_ids.fba_location_id
        return siblings[:1] or self.env["stock.location"].create(
            {
                "name": self.env._("FBA %s", self.account_id.name),
                "usage": "internal",
                "company_id": self.company_id.id,
            }
        )

    def _pricelist(self, currency):
        """The pricelist that gives a sale its currency; made when there is none.

        In the store's own currency it is the store's alone: with one for several
        stores, the one loaded last would overwrite the prices (row 2.25).
        """
        if self.pricelist_id.currency_id == currency:
            return self.pricelist_id
        Pricelist = self.env["product.pricelist"].sudo()
        domain = [
            ("currency_id", "=", currency.id),
            ("company_id", "=", self.company_id.id),
        ]
        if currency == self.currency_id:
            others = self.sudo().with_context(active_test=False)
            others = others.search([("company_id", "=", self.company_id.id)]) - self
            label = self.name
            if label in others.mapped("name"):
                label = f"{label}, {self.account_id.name}"
            name = self.env._("Amazon: %s", label)
            domain.append(("id", "not in", others.pricelist_id.ids))
        else:
            name = self.env._("Amazon %s", currency.name)
        return Pricelist.search([*domain, ("name", "=", name)], limit=1) or (
            Pricelist.create(
                {
                    "name": name,
                    "currency_id": currency.id,
                    "company_id": self.company_id.id,
                }
            )
        )

    def _make_tax(self, field):
        """One set of taxes per company; the amounts are Amazon's, so the rate is 0."""
        name, account_name = TAXES[field]
        Tax = self.env["account.tax"]
        tax = Tax.search(
            [
                *Tax._check_company_domain(self.company_id),
                ("name", "=", name),
                ("type_tax_use", "=", "sale"),
            ],
            limit=1,
        )
        if tax:
            return tax
        account = self._tax_account(field, account_name)
        repartition = [
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "account_id": account.id}),
        ]
        return Tax.create(
            {
                "name": name,
                "invoice_label": name,
                "amount_type": "percent",
                "amount": 0.0,
                "type_tax_use": "sale",
                "price_include_override": "tax_excluded",
                "include_base_amount": False,
                "company_id": self.company_id.id,
                "tax_group_id": self._tax_group(field).id,
                "invoice_repartition_line_ids": repartition,
                "refund_repartition_line_ids": repartition,
            }
        )

    def _tax_group(self, field):
        name = (
            self.env._("Sales tax")
            if field == "amazon_tax_id"
            else self.env._("Marketplace tax (Amazon)")
        )
        Group = self.env["account.tax.group"]
        return Group.search(
            [("name", "=", name), ("company_id", "=", self.company_id.id)], limit=1
        ) or Group.create({"name": name, "company_id": self.company_id.id})

    def _tax_account(self, field, name):
        """The company's own sales tax account for tax it remits, else one made for it."""
        company = self.company_id
        if field == "amazon_tax_id":
            lines = company.account_sale_tax_id.invoice_repartition_line_ids
            if lines.account_id:
                return lines.account_id[:1]
        Account = self.env["account.account"].with_company(company)
        domain = Domain.AND(
            [Account._check_company_domain(company), [("name", "=", name)]]
        )
        return Account.search(domain, limit=1) or Account.create(
            {
                "name": name,
                "code": Account._search_new_account_code("251800"),
                "account_type": "liability_current",
                "company_ids": [Command.set(company.ids)],
            }
        )
