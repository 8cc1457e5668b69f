"""Who bought and where it goes: partners for a batch of orders, in few queries.

A buyer is recognised by Amazon's anonymised address, which is kept in a field of its
own: Odoo never mails it. Amazon gives no billing address, so none is invented: the
customer has the ship-to address, and a delivery contact when another person receives.
"""

from .customer_address import Geography
from .customer_delivery import deliver
from .customer_match import match, read


def customers(store, orders):
    """{order id: Customer} for parsed orders of one store."""
    geography = Geography(store.env, orders)
    buyers = [read(order, geography) for order in orders]
    return deliver(store, buyers, match(store, buyers))
