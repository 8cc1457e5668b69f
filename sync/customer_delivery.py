"""Where the goods go: the customer, or a contact of the customer with its own address.

A contact is used again by every later order to the same person at the same address;
without an address the contact has none (row 5.21).
"""

from collections import namedtuple

from .customer_address import Geography, delivery_address, place_of, reached_by

Customer = namedtuple("Customer", "partner shipping")
# a contact of the customer; ``company`` is the ship-to company where it is another one
Contact = namedtuple("Contact", "parent_id kind name company place")


def deliver(store, buyers, partners):
    """{order id: Customer}; makes the contacts that are missing, in one ``create``."""
    Partner = store.env["res.partner"].with_context(
        tracking_disable=True, no_vat_validation=True
    )
    wanted = {b.order_id: _contact(store, b, partners[b.order_id]) for b in buyers}
    known = _known(Partner, {contact for contact in wanted.values() if contact})
    missing = {}
    for buyer in sorted(buyers, key=lambda b: b.moment):
        contact = wanted[buyer.order_id]
        if contact in known:
            _reach(known[contact], buyer.place["phone"])
        elif contact:
            missing[contact] = _values(store, contact, buyer)
    known.update(zip(missing, _create(Partner, missing), strict=True))
    return {
        order_id: Customer(partner, known.get(wanted[order_id]) or partner)
        for order_id, partner in partners.items()
    }


def _contact(store, buyer, customer):
    """The :class:`Contact` the order goes to, or None: to the customer itself."""
    receiver = buyer.receiver or buyer.name
    place = place_of(buyer.place)
    company = buyer.receiving_company
    if company in (receiver, customer.commercial_company_name):
        company = ""
    if customer == store.default_customer_id:
        # nobody's own address: whoever buys next must not be sent to this one
        if not receiver and not any(place):
            return None
    elif buyer.takes_it_in and not company and _lives_there(customer, buyer):
        if not customer.is_company or receiver in ("", customer.name):
            return None
        return Contact(customer.id, "contact", receiver, "", place)
    if company and customer.commercial_partner_id.is_company:
        # Odoo prints the customer's company on every contact: name the other one here
        receiver, company = f"{company}, {receiver}", ""
    return Contact(customer.id, "delivery", receiver, company, place)


def _lives_there(customer, buyer):
    return place_of(customer) == place_of(buyer.place) and reached_by(
        customer, buyer.place["phone"]
    )


def _known(Partner, contacts):
    """{Contact: partner} of those that earlier orders went to."""
    if not contacts:
        return {}
    found = Partner.search(
        [
            ("parent_id", "in", list({contact.parent_id for contact in contacts})),
            ("type", "in", ("delivery", "contact")),
            ("name", "in", list({contact.name or False for contact in contacts})),
        ],
        order="id desc",
    )
    return {
        Contact(
            partner.parent_id.id,
            partner.type,
            partner.name or "",
            partner.company_name or "",
            place_of(partner),
        ): partner
        for partner in found
    }


def _reach(partner, phone):
    """Amazon's telephone numbers are temporary: the newest one reaches the buyer."""
    if not reached_by(partner, phone):
        partner.phone = phone


def _values(store, contact, buyer):
    return buyer.place | {
        "parent_id": contact.parent_id,
        "type": contact.kind,
        "name": contact.name or False,
        "company_id": store.company_id.id,
        "lang": store._buyer_lang(),
    }


def _create(Partner, missing):
    partners = new_contacts(Partner, list(missing.values()))
    for contact, partner in zip(missing, partners, strict=True):
        if contact.company:  # Odoo takes it away from a contact that is created
            partner.company_name = contact.company
    return partners


def new_contacts(Partner, values_list):
    """Contacts of customers, in one ``create``.

    They take over tax number, fiscal position and the like, as Odoo's contacts do; but
    Odoo would ask for that contact by contact, and would make the first place a parcel
    goes to the address of a customer who has none.
    """
    parents = Partner.browse(values["parent_id"] for values in values_list)
    return Partner.with_context(_partners_skip_fields_sync=True).create(
        [
            parent.commercial_partner_id._get_commercial_values() | values
            for parent, values in zip(parents, values_list, strict=True)
        ]
    )


def destinations(customer, orders):
    """{order id: Customer} with the place each order goes to, as taxes see it.

    For orders of one customer for all: the place is never stored. Without an address of
    Amazon's, the customer's own holds.
    """
    partner, places, found = customer.partner, {}, {}
    geography = Geography(partner.env, orders)
    for order in orders:
        values = geography.values(delivery_address(order))
        key = values["country_id"], values["state_id"], values["zip"]
        if not values["country_id"]:
            continue
        if key not in places:
            places[key] = partner.new(
                dict(zip(("country_id", "state_id", "zip"), key, strict=True))
                | {
                    "vat": partner.vat,
                    "property_account_position_id": (
                        partner.property_account_position_id.id
                    ),
                }
            )
        found[order.order_id] = Customer(partner, places[key])
    return found
