"""Who bought and where it goes: partners for a batch of orders, in few queries.

A buyer is recognised by Amazon's anonymised address, which is kept in a field of its
own: Odoo never mails it. Amazon gives no billing address, so none is invented: the
customer has the ship-to address, and a delivery contact when another person receives.
"""

from collections import namedtuple

Customer = namedtuple("Customer", "partner shipping")

ADDRESS = ("street", "street2", "zip", "city", "state_id", "country_id", "phone")


def customers(store, orders):
    """{order id: Customer} for parsed orders of one store."""
    geography = _Geography(store.env, orders)
    partners = _Partners(store, orders)
    for order in orders:
        partners.want(order, geography)
    partners.create()
    return {order.order_id: partners.result(order.order_id) for order in orders}


def _address(order):
    return order.recipient.delivery_address if order.recipient else None


class _Geography:
    """Countries and states of the batch, read once."""

    def __init__(self, env, orders):
        codes = {a.country_code for a in map(_address, orders) if a and a.country_code}
        countries = env["res.country"].search([("code", "in", list(codes))])
        self.countries = {country.code: country.id for country in countries}
        self.states = {}
        for state in env["res.country.state"].search(
            [("country_id", "in", countries.ids)]
        ):
            for key in (state.code, state.name):
                self.states[state.country_id.id, key.upper()] = state.id

    def values(self, address):
        """Address values of a ``res.partner``; only what Amazon gave."""
        if not address:
            return {}
        lines = [
            address.address_line1,
            address.address_line2,
            address.address_line3,
        ]
        lines = [line for line in lines if line]
        country = self.countries.get(address.country_code, False)
        region = address.state_or_region or ""
        state = self.states.get((country, region.upper()), False)
        city = [address.city or "", "" if state else region]
        return {
            "street": lines[0] if lines else False,
            "street2": ", ".join(lines[1:]) or False,
            "zip": address.postal_code or False,
            "city": ", ".join(part for part in city if part) or False,
            "state_id": state,
            "country_id": country,
            "phone": address.phone or False,
        }


class _Partners:
    def __init__(self, store, orders):
        self.store = store
        self.Partner = store.env["res.partner"].with_context(
            tracking_disable=True, no_vat_validation=True
        )
        emails = {o.buyer.email for o in orders if o.buyer and o.buyer.email}
        self.known = {
            partner.amazon_email: partner
            for partner in self.Partner.search(
                [
                    ("amazon_email", "in", list(emails)),
                    ("company_id", "in", [False, store.company_id.id]),
                ],
                order="id desc",
            )
        }
        self.customers = {}  # key -> partner or values
        self.shippings = {}  # order id -> (customer key, contact or its values or None)

    def want(self, order, geography):
        address = _address(order)
        place = geography.values(address)
        receiver = address and (address.name or address.company_name)
        name = (order.buyer and order.buyer.name) or receiver
        if not name:
            # nobody is named: the store's customer, and at most a place to ship to
            self.shippings[order.order_id] = (
                None,
                self._contact(order, None, place) if any(place.values()) else None,
            )
            return
        email = order.buyer.email if order.buyer else None
        key = email or f"order:{order.order_id}"
        if key not in self.customers:
            self.customers[key] = self.known.get(key) or self._new(
                order, name, email, place
            )
        customer = self.customers[key]
        receiver = receiver or name
        if receiver == name and self._lives_at(customer, place):
            shipping = None
        else:
            shipping = self._known_contact(customer, receiver, place) or self._contact(
                order, receiver, place
            )
        self.shippings[order.order_id] = (key, shipping)

    def _known_contact(self, customer, name, place):
        """The delivery contact to which an earlier order of the customer went."""
        if isinstance(customer, dict):
            return None
        return customer.child_ids.filtered(
            lambda contact: contact.type == "delivery"
            and contact.name == name
            and self._lives_at(contact, place)
        )[:1]

    def _lives_at(self, customer, place):
        if isinstance(customer, dict):
            return all(customer.get(f, False) == place.get(f, False) for f in ADDRESS)
        return all(
            (customer[f].id if f.endswith("_id") else customer[f] or False)
            == place.get(f, False)
            for f in ADDRESS
        )

    def _new(self, order, name, email, place):
        return place | {
            "name": name,
            "company_name": order.buyer and order.buyer.company_name,
            "amazon_email": email,
            "company_id": self.store.company_id.id,
            "customer_rank": 1,
            "lang": self.store._buyer_lang(),
        }

    def _contact(self, order, name, place):
        return place | {
            "name": name or f"Amazon {order.order_id}",
            "type": "delivery",
            "company_id": self.store.company_id.id,
            "lang": self.store._buyer_lang(),
        }

    def create(self):
        """One ``create`` for all customers, one for all delivery contacts."""
        new = [key for key, value in self.customers.items() if isinstance(value, dict)]
        created = self.Partner.create([self.customers[key] for key in new])
        self.customers.update(zip(new, created, strict=True))
        self.customers[None] = self.store.default_customer_id
        contacts = [
            (order_id, values | {"parent_id": self.customers[key].id})
            for order_id, (key, values) in self.shippings.items()
            if isinstance(values, dict)
        ]
        made = self.Partner.create([values for _order_id, values in contacts])
        self.made = dict(
            zip((order_id for order_id, _v in contacts), made, strict=True)
        )

    def result(self, order_id):
        key, shipping = self.shippings[order_id]
        if isinstance(shipping, dict):
            shipping = self.made[order_id]
        customer = self.customers[key]
        return Customer(customer, shipping or customer)
