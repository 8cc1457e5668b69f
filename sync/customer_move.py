"""Another address for what is sold but not yet sent."""

from .customer_delivery import new_contacts


def redirect(sale, contact):
    """Send a confirmed sale's transfers to another contact; nothing else changes."""
    sale.with_context(update_delivery_shipping_partner=True).write(
        {
            "partner_shipping_id": contact.id,
            # computed from the address, but an Amazon sale's taxes are decided already
            "fiscal_position_id": sale.fiscal_position_id.id,
        }
    )


def keep_open_deliveries(partners):
    """Before customers' addresses are overwritten: a parcel under way keeps the old one.

    The old address stays as a delivery contact of the customer.
    """
    if not partners:
        return
    # contacts of a business share its address
    sharing = partners | partners.child_ids.filtered(lambda c: c.type == "contact")
    sales = partners.env["sale.order"].search(
        [
            ("partner_shipping_id", "in", sharing.ids),
            ("state", "=", "sale"),
            ("picking_ids.state", "not in", ("done", "cancel")),
        ]
    )
    for partner in sales.partner_shipping_id:
        old = partner._convert_fields_to_values([*partner._address_fields(), "phone"])
        contact = new_contacts(
            partner,
            [
                old
                | {
                    "name": partner.name,
                    "type": "delivery",
                    "parent_id": (partner.parent_id or partner).id,
                    "company_id": partner.company_id.id,
                    "lang": partner.lang,
                }
            ],
        )
        for sale in sales.filtered(lambda s, p=partner: s.partner_shipping_id == p):
            redirect(sale, contact)
