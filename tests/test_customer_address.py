from odoo.fields import Command
from odoo.tests import tagged

from ..sync.customers import customers
from .customer_case import CustomerCase

GIFT = {"name": "Noah Brown", "addressLine1": "9 Gift Lane"}


@tagged("post_install", "-at_install")
class TestCustomerAddress(CustomerCase):
    def test_default_customer_gets_no_address(self):
        """row 5.11: the first buyer's address does not become the default customer's"""
        self.store.customer_mode = "default"
        self.default.country_id = False
        self.meets()
        nothing = dict.fromkeys(
            ("name", "addressLine1", "city", "stateOrRegion", "postalCode", "phone")
        )
        sent = self.meets(name=None, address=nothing | {"countryCode": None})
        self.assertEqual(sent.shipping, self.default)
        self.assertFalse(self.default.contact_address_inline)

    def test_no_address_of_a_known_buyer(self):
        """row 5.21: without an address the delivery has none: not the billing one"""
        customer = self.meets().partner
        nothing = dict.fromkeys(
            ("name", "addressLine1", "city", "stateOrRegion", "postalCode", "phone")
        )
        sent = self.meets(address=nothing | {"countryCode": None})
        self.assertEqual(sent.partner, customer)
        self.assertFalse(sent.shipping.contact_address_inline)

    def test_ship_to_company(self):
        """row 5.21: the company that receives stands on the delivery contact"""
        self.meets()
        sent = self.meets(address=GIFT | {"companyName": "Acme Inc."})
        place = sent.shipping
        self.assertEqual((place.name, place.parent_id), ("Noah Brown", sent.partner))
        self.assertIn("Acme Inc.", place._display_address())
        again = self.meets(address=GIFT | {"companyName": "Acme Inc."})
        self.assertEqual(again.shipping, place)
        # the same street without the company is another door
        self.assertNotEqual(self.meets(address=GIFT).shipping, place)

    def test_gift_twice_in_one_batch(self):
        """row 5.21: two orders to one address at once make one delivery contact"""
        orders = [self.parsed(address=GIFT) for _n in range(2)]
        first, second = self.together(orders)
        self.assertEqual(first.shipping, second.shipping)
        self.assertNotEqual(first.shipping, first.partner)

    def together(self, orders):
        found = customers(self.store, orders)
        return [found[order.order_id] for order in orders]

    def test_telephone(self):
        """row 5.21: Amazon's numbers change with each order: the contact has the last
        one, and there are not as many contacts as numbers"""
        first = self.meets(address=GIFT | {"phone": "+1 480 1 ext. 1"}).shipping
        second = self.meets(address=GIFT | {"phone": "+1 480 1 ext. 2"}).shipping
        third = self.meets(address=GIFT | {"phone": None}).shipping
        self.assertEqual(first | second | third, first)
        self.assertEqual(first.phone, "+1 480 1 ext. 2")

    def test_telephone_of_the_customer(self):
        """row 5.4: a kept customer keeps the number; the delivery has the new one"""
        customer = self.meets().partner
        places = [self.meets(address={"phone": f"+1 {n}"}).shipping for n in (5, 6)]
        self.assertEqual(customer.phone, "1")
        self.assertEqual(places[0], places[1])
        self.assertEqual(places[0].phone, "+1 6")
        self.assertEqual(self.meets(address={"phone": None}).shipping, customer)

    def test_buyer_comes_later(self):
        """row 5.1: while payment is pending Amazon names nobody; the sale is made when
        it does, with buyer and address"""
        people = self.customers()
        order = self.sandbox.add_order(
            self.seller, status="PENDING", **self.order(address=GIFT)
        )
        self.take_in(self.account)
        record = self.inbox(order)
        self.assertEqual((record.state, record.reason_code), ("pending", "waiting"))
        self.assertEqual(self.customers(), people)
        self.sandbox.release_pending(order.order_id)
        self.sandbox.clock.advance(180)
        self.take_in(self.account)
        sale = record.sale_order_id
        self.assertEqual(sale.partner_id.name, "Ava Nguyen")
        self.assertEqual(sale.partner_shipping_id.street, "9 Gift Lane")

    def moves(self, order, **address):
        """Amazon changes the address of an order and is asked again."""
        order.payload["recipient"]["deliveryAddress"].update(address)
        self.sandbox.clock.advance(180)
        order.touch(self.sandbox.clock.now())
        self.sandbox.clock.advance(180)
        self.take_in(self.account)

    def sold(self, **order):
        order = self.sandbox.add_order(self.seller, **self.order(**order))
        self.take_in(self.account)
        return order, self.inbox(order).sale_order_id

    def test_address_changed_before_shipping(self):
        """row 4.35: Amazon's new address is that of the sale and its transfer; the
        customer's data stays"""
        order, sale = self.sold()
        position = self.env["account.fiscal.position"].create(
            {"name": "US", "auto_apply": True, "country_id": self.ref("base.us")}
        )
        self.moves(order, addressLine1="7 New Street")
        self.assertEqual(sale.partner_shipping_id.street, "7 New Street")
        self.assertEqual(sale.picking_ids.partner_id, sale.partner_shipping_id)
        self.assertEqual(sale.partner_id.street, "1 First Street")
        self.assertNotEqual(sale.fiscal_position_id, position)
        self.assertFalse(self.inbox(order).attention)
        self.assertFalse(sale.activity_ids | sale.picking_ids.activity_ids)

    def test_address_changed_by_hand_stays(self):
        """row 4.35: what was corrected in Odoo is not set back by other news"""
        order, sale = self.sold()
        by_hand = sale.partner_id.copy({"street": "By Hand"})
        sale.partner_shipping_id = by_hand
        self.moves(order, phone="+1 999")
        self.assertEqual(sale.partner_shipping_id, by_hand)

    def test_address_changed_after_shipping(self):
        """row 4.35: when goods have left, somebody is told and nothing is changed"""
        order, sale = self.sold()
        place = sale.partner_shipping_id
        self.ship(sale.picking_ids)
        self.moves(order, addressLine1="7 New Street")
        self.assertEqual(sale.partner_shipping_id, place)
        self.assertIn("after goods had left", self.inbox(order).attention)
        self.assertEqual(len(sale.activity_ids), 1)
        self.moves(order, addressLine2="Floor 2")
        self.assertEqual(len(sale.activity_ids), 1)

    def test_address_changed_after_the_label(self):
        """row 4.35: a label with the old address must be made again"""
        order, sale = self.sold()
        sale.picking_ids.carrier_tracking_ref = "1Z9"
        self.moves(order, addressLine1="7 New Street")
        self.assertEqual(sale.picking_ids.partner_id.street, "7 New Street")
        self.assertIn("new label", self.inbox(order).attention)

    def test_contact_follows_its_customer(self):
        """row 5.21: a delivery contact has tax number and fiscal position of its
        customer, as Odoo's own contacts do"""
        customer = self.meets().partner
        position = self.env["account.fiscal.position"].create({"name": "Special"})
        customer.write(
            {"vat": "US1234567", "property_account_position_id": position.id}
        )
        place = self.meets(address=GIFT).shipping
        self.assertEqual(place.vat, "US1234567")
        self.assertEqual(place.property_account_position_id, position)

    def test_merged_contacts(self):
        """row 5.4: contacts that were merged stay one customer"""
        one = self.meets().partner
        other = self.meets("a2@marketplace.amazon.com", "A. Nguyen").partner
        self.env["base.partner.merge.automatic.wizard"].create(
            {
                "partner_ids": [Command.set((one | other).ids)],
                "dst_partner_id": other.id,
                "state": "selection",
            }
        ).action_merge()
        self.assertFalse(one.exists())
        self.assertEqual(self.meets().partner, other)
        self.assertEqual(self.meets("a2@marketplace.amazon.com").partner, other)

    def test_archived_customer(self):
        """row 5.4: a customer put away is not sold to: there will be a new one"""
        gone = self.meets().partner
        gone.active = False
        new = self.meets().partner
        self.assertNotEqual(new, gone)
        self.assertTrue(new.active)
        self.assertEqual(self.meets().partner, new)
