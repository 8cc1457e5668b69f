"""Amazon's addresses as values of a partner: only what Amazon gave, nothing invented."""

PLACE = ("street", "street2", "zip", "city", "state_id", "country_id")


def delivery_address(order):
    return order.recipient.delivery_address if order.recipient else None


class Geography:
    """Countries and states of a batch of orders, read once."""

    def __init__(self, env, orders):
        codes = {
            address.country_code
            for address in map(delivery_address, orders)
            if address and address.country_code
        }
        countries = env["res.country"].search([("code", "in", list(codes))])
        self.countries = {country.code: country.id for country in countries}
        self.states = {}
        for state in env["res.country.state"].search(
            [("country_id", "in", countries.ids)]
        ):
            for key in (state.code, state.name):
                self.states[state.country_id.id, key.upper()] = state.id

    def values(self, address):
        """Address values of a ``res.partner``; empty without an address."""
        if not address:
            return dict.fromkeys((*PLACE, "phone"), False)
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


def place_of(values):
    """An address without its telephone, to compare: Amazon's numbers are temporary.

    :param values: a partner, or values as :class:`Geography` gives them
    """
    if isinstance(values, dict):
        return tuple(values.get(field) or False for field in PLACE)
    return tuple(
        values[field].id if field.endswith("_id") else values[field] or False
        for field in PLACE
    )


def reached_by(partner, phone):
    """Whether the partner has this telephone; Amazon gives none once it is delivered."""
    return not phone or partner.phone == phone
