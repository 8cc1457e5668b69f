from odoo.tests import tagged

from .test_order_import import ImportCase


@tagged("post_install", "-at_install")
class TestCustomers(ImportCase):
    def setUp(self):
        super().setUp()
        self.account, self.seller = self.us()
        self.store = self.account.store_ids

    def sell(self, *items, **order):
        return self.take(self.account, self.seller, *items, **order)

    def people(self):
        """Partners of the company, to see who was added."""
        return self.env["res.partner"].search([])

    def test_buyer_becomes_the_customer(self):
        """rows 5.1, 5.11, 5.21: the buyer with the ship-to address, one partner for all"""
        order, sale = self.sell(
            buyer={"buyerName": "Emma Johnson"},
            address={
                "name": "Emma Johnson",
                "addressLine1": "742 Maple Avenue",
                "addressLine2": "Apt 4",
                "addressLine3": "Back door",
                "city": "Springfield",
                "stateOrRegion": "IL",
                "postalCode": "62704",
                "phone": "+1 217-555-0101",
            },
        )
        partner = sale.partner_id
        self.assertEqual(sale.partner_shipping_id, partner)
        self.assertEqual(sale.partner_invoice_id, partner)
        self.assertEqual(sale.picking_ids.partner_id, partner)
        self.assertEqual(partner.name, "Emma Johnson")
        self.assertEqual(partner.street, "742 Maple Avenue")
        self.assertEqual(partner.street2, "Apt 4, Back door")
        self.assertEqual(partner.city, "Springfield")
        self.assertEqual(partner.zip, "62704")
        self.assertEqual(partner.state_id.code, "IL")
        self.assertEqual(partner.country_id.code, "US")
        self.assertEqual(partner.phone, "+1 217-555-0101")
        self.assertEqual(partner.company_id, self.company)

    def test_anonymised_address_is_no_email(self):
        """row 5.1: Amazon's relay address recognises the buyer, it is never mailed"""
        order, sale = self.sell()
        partner = sale.partner_id
        self.assertEqual(partner.amazon_email, order.payload["buyer"]["buyerEmail"])
        self.assertFalse(partner.email)

    def test_same_buyer_twice(self):
        """row 5.1: who bought before is the same customer again"""
        person = {
            "buyer": {
                "buyerName": "Ava Nguyen",
                "buyerEmail": "ava@marketplace.amazon.com",
            },
            "address": {"name": "Ava Nguyen", "addressLine1": "88 Market Street"}
            | {"city": "Austin", "stateOrRegion": "TX", "postalCode": "78701"}
            | {"phone": "1"},
        }
        _order, first = self.sell(**person)
        _order, second = self.sell(**person)
        self.assertEqual(first.partner_id, second.partner_id)
        self.assertEqual(second.partner_shipping_id, first.partner_id)

    def test_same_buyer_in_one_batch(self):
        """row 5.1: two orders of one buyer at once make one customer"""
        buyer = {"buyerName": "Ava Nguyen", "buyerEmail": "ava2@marketplace.amazon.com"}
        orders = [self.sandbox.add_order(self.seller, buyer=buyer) for _n in range(2)]
        self.take_in(self.account)
        sales = [self.inbox(order).sale_order_id for order in orders]
        self.assertEqual(sales[0].partner_id, sales[1].partner_id)
        self.assertTrue(sales[0].partner_id)

    def test_another_receiver(self):
        """row 5.21: a gift goes to a delivery contact; the buyer stays the customer"""
        _order, sale = self.sell(
            buyer={"buyerName": "Emma Johnson"},
            address={"name": "Liam O'Brien", "addressLine1": "18 Harbor Street"},
        )
        self.assertEqual(sale.partner_id.name, "Emma Johnson")
        receiver = sale.partner_shipping_id
        self.assertEqual(receiver.name, "Liam O'Brien")
        self.assertEqual(receiver.type, "delivery")
        self.assertEqual(receiver.parent_id, sale.partner_id)
        self.assertEqual(sale.picking_ids.partner_id, receiver)
        self.assertEqual(sale.partner_invoice_id, sale.partner_id)

    def test_moved_buyer(self):
        """row 5.21: a known buyer's new address is a delivery contact of the order"""
        buyer = {"buyerName": "Noah Brown", "buyerEmail": "noah@marketplace.amazon.com"}
        home = {"name": "Noah Brown", "addressLine1": "1 First Street"}
        _order, first = self.sell(buyer=buyer, address=home)
        _order, second = self.sell(
            buyer=buyer, address=home | {"addressLine1": "2 Second Street"}
        )
        self.assertEqual(second.partner_id, first.partner_id)
        self.assertEqual(second.partner_id.street, "1 First Street")
        self.assertEqual(second.partner_shipping_id.street, "2 Second Street")

    def test_same_gift_address_again(self):
        """row 5.21: the delivery contact of an earlier order is used again"""
        gift = {
            "buyer": {
                "buyerName": "Emma J",
                "buyerEmail": "emma@marketplace.amazon.com",
            },
            "address": {
                "name": "Liam O'Brien",
                "addressLine1": "18 Harbor Street",
                "city": "Boston",
                "stateOrRegion": "MA",
                "postalCode": "02110",
                "phone": "2",
            },
        }
        _order, first = self.sell(**gift)
        _order, second = self.sell(**gift)
        self.assertEqual(second.partner_shipping_id, first.partner_shipping_id)

    def test_no_address(self):
        """row 5.21: without an address the transfer has none; nothing is invented"""
        nothing = dict.fromkeys(
            ("name", "addressLine1", "city", "stateOrRegion", "postalCode", "phone")
        )
        _order, sale = self.sell(
            buyer={"buyerName": "Emma Johnson"},
            address=nothing | {"countryCode": None, "addressType": None},
        )
        self.assertEqual(sale.partner_id.name, "Emma Johnson")
        self.assertFalse(sale.partner_shipping_id.street)
        self.assertFalse(sale.partner_shipping_id.country_id)

    def test_buyer_data_hidden_by_role(self):
        """rows 5.1, 5.21: without the role Amazon gives a town: the store's customer,
        and that town to ship to"""
        self.seller.roles -= {"direct_to_consumer_shipping", "tax_invoicing"}
        _order, sale = self.sell(address={"city": "Springfield", "stateOrRegion": "IL"})
        self.assertEqual(sale.partner_id, self.store.default_customer_id)
        self.assertEqual(sale.partner_shipping_id.city, "Springfield")
        self.assertEqual(sale.partner_shipping_id.parent_id, sale.partner_id)
        self.assertFalse(sale.partner_shipping_id.street)
        self.assertFalse(sale.partner_id.amazon_email)

    def test_personal_data_refused(self):
        """row 5.1: refused with an error, the search is repeated without personal data"""
        self.sandbox.calls.clear()
        self.sandbox.faults.add("searchOrders", status=403, times=2)
        self.addCleanup(self.sandbox.faults.clear)
        order, sale = self.sell()
        last = self.sandbox.calls_of("searchOrders")[-1]
        self.assertNotIn("BUYER", last["query"]["includedData"])
        self.assertEqual(sale.partner_id, self.store.default_customer_id)
        run = self.run_of(self.account)
        self.assertEqual(run.state, "done")
        self.assertIn("Direct-to-Consumer Shipping", run.message)

    def test_umlauts(self):
        """row 5.1: German names arrive as they are, on customer and address"""
        account, seller = self.de()
        _order, sale = self.take(
            account,
            seller,
            buyer={"buyerName": "Jürgen Müßig"},
            address={
                "name": "Jürgen Müßig",
                "addressLine1": "Königsstraße 12",
                "city": "Nürnberg",
                "stateOrRegion": "Bayern",
            },
        )
        self.assertEqual(sale.partner_id.name, "Jürgen Müßig")
        self.assertEqual(sale.partner_id.street, "Königsstraße 12")
        self.assertEqual(sale.partner_id.state_id.name, "Bayern")
        self.assertEqual(sale.partner_id.city, "Nürnberg")

    def test_japanese_name(self):
        """row 5.1: a Japanese buyer keeps every character"""
        account, seller = self.connect("JP")
        account.store_ids.tax_mode = "ignore"
        self.rate("JPY", 150)
        _order, sale = self.take(
            account,
            seller,
            buyer={"buyerName": "佐藤 花子"},
            address={
                "name": "佐藤 花子",
                "city": "千代田区",
                "stateOrRegion": "東京都",
            },
        )
        self.assertEqual(sale.partner_id.name, "佐藤 花子")
        self.assertIn("千代田区", sale.partner_id.city)

    def test_unknown_country_and_state(self):
        """row 5.21: what Odoo has no record for is kept in the address as text"""
        _order, sale = self.sell(
            buyer={"buyerName": "Emma Johnson"},
            address={
                "name": "Emma Johnson",
                "city": "Town",
                "stateOrRegion": "Nowhere",
            },
        )
        self.assertEqual(sale.partner_id.city, "Town, Nowhere")
        self.assertFalse(sale.partner_id.state_id)

    def test_other_companies_buyer(self):
        """row 1.4: a buyer known to another company only is a new customer here"""
        elsewhere = self.env["res.partner"].create(
            {
                "name": "Emma Johnson",
                "amazon_email": "both@marketplace.amazon.com",
                "company_id": self.env["res.company"].create({"name": "Other"}).id,
            }
        )
        _order, sale = self.sell(buyer={"buyerEmail": "both@marketplace.amazon.com"})
        self.assertNotEqual(sale.partner_id, elsewhere)
        self.assertEqual(sale.partner_id.company_id, self.company)
