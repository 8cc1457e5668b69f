"""A business buyer's tax number: from Amazon's order to the customer.

Odoo's own check decides whether the customer gets it. A number that Odoo does not take
stays on the Amazon order, and holds nobody up.
"""

# Amazon's types of numbers that Odoo keeps as a customer's tax number
TYPES = ("VAT", "CNPJ")


def number_of(order):
    """The tax number in a parsed order that its buyer has as a business, or ""."""
    registrations = order.tax.registrations if order.tax else ()
    for wanted in TYPES:
        for registration in registrations:
            if registration.entity_type == "BUYER" and registration.type == wanted:
                return (registration.number or "").strip()
    return ""


def accepted(env, number, country):
    """The number as Odoo writes it for a customer there; "" if it does not take it."""
    if not number:
        return ""
    Partner = env["res.partner"]
    vat, _code = Partner._run_vat_checks(country, number, validation="setnull")
    return vat or ""


def note(order):
    """Why the buyer's number is not the customer's; False when it is, or may be yet."""
    partner = order.sudo().sale_order_id.partner_id.commercial_partner_id
    if not order.buyer_vat or not partner or _same(partner.vat, order.buyer_vat):
        return False
    if partner == order.sudo().store_id.default_customer_id:
        return order.env._("It is not entered on the default customer.")
    if not accepted(order.env, order.buyer_vat, partner.country_id):
        return order.env._(
            "Odoo does not accept this number, so it is not on the customer."
        )
    return order.env._("It is not on the customer, whose own data are kept.")


def _same(vat, number):
    """Whether they are one number; the country's letters may be missing."""
    first, second = (
        "".join(filter(str.isalnum, text or "")).upper() for text in (vat, number)
    )
    return bool(first) and (first.endswith(second) or second.endswith(first))
