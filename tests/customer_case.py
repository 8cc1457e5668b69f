"""A store and its buyers: met by the function alone, or as orders over HTTP."""

from ..sandbox.builder import build_order
from ..spapi.orders import parse_order
from ..sync.customers import customers
from .test_order_import import ImportCase

HOME = {
    "addressLine1": "1 First Street",
    "city": "Austin",
    "stateOrRegion": "TX",
    "postalCode": "78701",
    "phone": "1",
}


class CustomerCase(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account, cls.seller = cls.connect_for_all("US", ["US"])
        cls.store = cls.account.store_ids
        cls.default = cls.store.default_customer_id

    def setUp(self):
        super().setUp()
        # the database forgets after a test, so must Amazon
        self.addCleanup(self.sandbox.orders.clear)
        self.addCleanup(setattr, self.seller, "roles", set(self.seller.roles))

    def order(self, email="ava@marketplace.amazon.com", name="Ava Nguyen", **order):
        """Keywords of a sandbox order of this buyer to this street."""
        street = order.pop("street", HOME["addressLine1"])
        buyer = {"buyerName": name, "buyerEmail": email} | order.pop("buyer", {})
        address = HOME | {"name": name, "addressLine1": street}
        return {"buyer": buyer, "address": address | order.pop("address", {})} | order

    def parsed(self, *buyer, **order):
        """A new order of this buyer, as all of Amazon's data gives it."""
        now = self.sandbox.clock.now()
        payload = build_order(
            self.sandbox.rng, "US", now, **self.order(*buyer, **order)
        )
        return parse_order(payload)

    def meets(self, *buyer, **order):
        """The :class:`Customer` that a new order of this buyer gets."""
        order = self.parsed(*buyer, **order)
        return customers(self.store, [order])[order.order_id]

    def buys(self, *buyer, **order):
        """The confirmed sale of a new order of this buyer, over HTTP."""
        return self.take(self.account, self.seller, **self.order(*buyer, **order))[1]

    def customers(self):
        """Customers of the company, contacts of theirs aside."""
        return self.env["res.partner"].search(
            [("company_id", "=", self.company.id), ("parent_id", "=", False)]
        )

    def known(self, **values):
        """A contact of other origin, whom the seller knows by this mail address."""
        return self.env["res.partner"].create(
            {
                "name": "Ava N.",
                "street": "Old Road",
                "email": "ava@marketplace.amazon.com",
            }
            | values
        )
