"""Which delivery method a merchant's order gets, by what Amazon says of its shipping.

The text of the promised shipping service is looked for first, because it is the more
specific one, then the service level the buyer chose, then the store's default.
"""


def service_key(text):
    """How a service is compared: 'SECOND_DAY', 'Second Day' and 'second-day' are one."""
    signs = (sign if sign.isalnum() else " " for sign in (text or "").casefold())
    return " ".join("".join(signs).split())


def services(order):
    """The texts by which Amazon names the order's shipping, most specific first."""
    fulfillment = order.fulfillment
    if not fulfillment:
        return []
    promise = fulfillment.transit_time
    texts = [promise and promise.shipping_service, fulfillment.service_level]
    return [text for text in texts if text]


class DeliveryMethods:
    """A store's mapping, read once for all orders of a batch."""

    def __init__(self, store):
        self.default = store.free_shipping_carrier_id
        self.methods = {
            mapping.level_id.key: mapping.delivery_carrier_id
            for mapping in store.service_mapping_ids
        }

    def of(self, order):
        """The order's ``delivery.carrier``; none for what Amazon ships itself."""
        if order.is_fba:
            return self.default.browse()
        for text in services(order):
            method = self.methods.get(service_key(text))
            if method:
                return method
        return self.default
