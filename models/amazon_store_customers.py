from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..sync.customer_match import MODES


class AmazonStore(models.Model):
    """Who becomes a customer in Odoo, and what happens to those who are one."""

    _inherit = "amazon.store"

    default_customer_id = fields.Many2one(
        help="Customer of orders for which Amazon names no buyer, and of all those "
        "buyers who, by the setting 'Buyers', don't become customers themselves."
    )
    customer_mode = fields.Selection(
        [
            ("id_email_update", "Id or e-mail matches: update, else new customer"),
            ("id_email_keep", "Id or e-mail matches: keep data, else new customer"),
            ("id_or_default", "Id matches: keep data, else default customer"),
            ("email_update", "E-mail matches: update, else new customer"),
            ("email_or_default", "E-mail matches: update, else default customer"),
            ("default", "Always the default customer"),
        ],
        "Buyers",
        default="id_email_keep",
        required=True,
        tracking=True,
        help="Amazon gives an anonymised address, never a real one. Its part before the "
        "@ is the buyer's id, the same at every marketplace; as an e-mail, the whole "
        "address is looked for, also among the e-mail addresses of your contacts. "
        "'Update' overwrites name, address and telephone with those of the newest "
        "order. Whoever the customer is, goods are sent to the buyer's own address.",
    )
    fba_to_default_customer = fields.Boolean(
        "FBA to Default Customer",
        tracking=True,
        help="Orders that Amazon fulfills come without an e-mail and mostly without a "
        "street, so a returning buyer is not recognised: every order would be a new "
        "customer. Without a name (North America) they always go to the default "
        "customer.",
    )
    company_as_customer = fields.Boolean(
        "Use Company as Customer",
        tracking=True,
        help="Where the buyer, or else the delivery address, names a company, a new "
        "customer is that company, and the person a contact of it. Without a company, "
        "the person is the customer.",
    )
    customer_tag_id = fields.Many2one(
        "res.partner.category",
        "Tag for New Customers",
        ondelete="set null",
        help="Put on customers that an order of this store makes, to tell them from "
        "your other ones.",
    )

    @api.constrains("customer_mode", "fba_to_default_customer", "default_customer_id")
    def _check_customer(self):
        for store in self.filtered(lambda s: not s.default_customer_id):
            mode = MODES[store.customer_mode]
            if mode.inserts and not store.fba_to_default_customer:
                continue
            raise ValidationError(
                self.env._(
                    "Store %(store)s would sell to its default customer, but has none. "
                    "Choose a default customer, or let new buyers become customers.",
                    store=store.name,
                )
            )
