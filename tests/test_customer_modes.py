from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .customer_case import CustomerCase

MODES = (
    "id_email_update",
    "id_email_keep",
    "id_or_default",
    "email_update",
    "email_or_default",
    "default",
)


@tagged("post_install", "-at_install")
class TestCustomerModes(CustomerCase):
    def test_mode_1(self):
        """row 5.3: who is recognised is updated with the order's data; who is not is
        a new customer"""
        self.store.customer_mode = "id_email_update"
        first = self.buys().partner_id
        self.assertEqual(first.street, "1 First Street")
        second = self.buys(name="Ava Nguyen-Smith", street="2 Second Street")
        self.assertEqual(second.partner_id, first)
        self.assertEqual(first.name, "Ava Nguyen-Smith")
        self.assertEqual((first.street, first.city), ("2 Second Street", "Austin"))
        self.assertEqual(second.partner_shipping_id, first)
        other = self.buys("liam@marketplace.amazon.com", "Liam O'Brien").partner_id
        self.assertNotEqual(other, first)
        self.assertNotEqual(other, self.default)

    def test_id_at_another_marketplace(self):
        """row 5.3: the id is the address without marketplace and order number"""
        self.store.customer_mode = "id_email_update"
        first = self.meets("a1b2c3@marketplace.amazon.com").partner
        again = self.meets("A1B2c3+9-f7@marketplace.amazon.ca").partner
        self.assertEqual(again, first)

    def test_real_address_is_no_id(self):
        """row 5.3: only an address of Amazon's own has the id before the @"""
        first = self.meets("ava@example.com").partner
        self.assertNotEqual(self.meets("ava@example.org").partner, first)
        self.assertNotEqual(self.meets("ava+1@example.com").partner, first)

    def test_mode_2(self):
        """row 5.4: who is recognised keeps the stored data; the goods still go where
        the order says"""
        self.assertEqual(self.store.customer_mode, "id_email_keep")
        first = self.meets().partner
        second = self.meets(name="Ava Smith", street="2 Second Street")
        self.assertEqual(second.partner, first)
        self.assertEqual((first.name, first.street), ("Ava Nguyen", "1 First Street"))
        self.assertEqual(second.shipping.name, "Ava Smith")
        self.assertEqual(second.shipping.street, "2 Second Street")

    def test_mode_2_contact_of_other_origin(self):
        """row 5.4: a contact whose e-mail is the buyer's address is the customer"""
        contact = self.known(email="Ava@Marketplace.amazon.com")
        self.assertEqual(self.meets().partner, contact)
        self.assertEqual((contact.name, contact.street), ("Ava N.", "Old Road"))

    def test_mode_3(self):
        """row 5.5: the id is found and nothing updated, or the selected customer"""
        known = self.meets().partner
        self.store.customer_mode = "id_or_default"
        people = self.customers()
        self.assertEqual(self.meets(street="Elsewhere").partner, known)
        self.assertEqual(known.street, "1 First Street")
        sale = self.meets("liam@marketplace.amazon.com", "Liam O'Brien")
        self.assertEqual(sale.partner, self.default)
        self.assertEqual(sale.shipping.name, "Liam O'Brien")
        self.assertEqual(self.customers(), people)

    def test_mode_3_does_not_look_for_mail(self):
        """row 5.5: a contact's e-mail is no id; Amazon's address entered on it is"""
        contact = self.known()
        self.store.customer_mode = "id_or_default"
        self.assertEqual(self.meets().partner, self.default)
        contact.amazon_email = "ava@marketplace.amazon.com"
        self.assertEqual(self.meets().partner, contact)

    def test_mode_4(self):
        """row 5.6: the e-mail is found and updated, or a new customer"""
        contact = self.known()
        self.store.customer_mode = "email_update"
        self.assertEqual(self.meets().partner, contact)
        self.assertEqual(
            (contact.name, contact.street), ("Ava Nguyen", "1 First Street")
        )
        self.assertFalse(contact.amazon_email)
        people = self.customers()
        new = self.meets("liam@marketplace.amazon.com", "Liam O'Brien").partner
        self.assertEqual(self.customers() - people, new)

    def test_mode_4_goes_by_the_whole_address(self):
        """row 5.6: the same id at another marketplace is another e-mail"""
        self.store.customer_mode = "email_update"
        first = self.meets("a1@marketplace.amazon.com").partner
        second = self.meets("a1@marketplace.amazon.ca").partner
        self.assertNotEqual(second, first)
        self.assertEqual(self.meets("a1@marketplace.amazon.ca").partner, second)

    def test_mode_5(self):
        """row 5.7: the e-mail is found and updated, or the selected customer"""
        contact = self.known()
        self.store.customer_mode = "email_or_default"
        people = self.customers()
        self.assertEqual(self.meets().partner, contact)
        self.assertEqual(contact.street, "1 First Street")
        sale = self.meets("liam@marketplace.amazon.com", "Liam O'Brien")
        self.assertEqual(sale.partner, self.default)
        self.assertEqual(self.customers(), people)

    def test_mode_6(self):
        """row 5.8: always the selected customer, delivered to the buyer's address"""
        known = self.buys().partner_id
        self.store.customer_mode = "default"
        people = self.customers()
        sale = self.buys(street="2 Second Street")
        self.assertEqual(sale.partner_id, self.default)
        self.assertEqual(sale.partner_invoice_id, self.default)
        place = sale.picking_ids.partner_id
        self.assertEqual(place, sale.partner_shipping_id)
        self.assertEqual((place.name, place.street), ("Ava Nguyen", "2 Second Street"))
        self.assertEqual((place.type, place.parent_id), ("delivery", self.default))
        self.assertEqual(known.street, "1 First Street")
        self.assertEqual(self.customers(), people)
        # the selected customer is nobody's home
        self.assertFalse(self.default.street or self.default.city)
        self.assertEqual(self.buys(street="2 Second Street").partner_shipping_id, place)

    def test_mode_without_its_customer(self):
        """rows 5.5, 5.7, 5.8: a mode that needs a customer is refused without one"""
        for mode in ("id_or_default", "email_or_default", "default"):
            self.store.write({"customer_mode": mode})
            self.refused({"default_customer_id": False})
        for mode in ("id_email_update", "id_email_keep", "email_update"):
            self.store.write({"customer_mode": mode, "default_customer_id": False})
        self.refused({"fba_to_default_customer": True})
        self.refused({"customer_mode": "default"})

    def refused(self, values):
        with self.assertRaises(ValidationError) as refused:
            self.store.write(values)
        self.assertIn("Choose a default customer", str(refused.exception))

    def test_missing_customer_is_told(self):
        """rows 4.30, 5.1: an order waits, with the reason, for the default customer"""
        self.store.default_customer_id = False
        order = self.sandbox.add_order(self.seller)
        self.take_in(self.account)
        self.assertEqual(self.inbox(order).state, "blocked")
        self.assertIn("Default Customer", self.inbox(order).reason)

    def test_older_order_changes_nothing(self):
        """row 5.3: history that is loaded later does not bring back an old address"""
        self.store.customer_mode = "id_email_update"
        first = self.buys(street="New Street").partner_id
        order = self.sandbox.add_order(
            self.seller,
            created=self.sandbox.clock.now() - timedelta(days=365),
            **self.order(street="Long Ago Street"),
        )
        self.take_in(self.account)
        sale = self.inbox(order).sale_order_id
        self.assertEqual(sale.partner_id, first)
        self.assertEqual(first.street, "New Street")
        self.assertEqual(sale.partner_shipping_id.street, "Long Ago Street")

    def test_update_keeps_what_is_not_given(self):
        """row 5.3: an order without street or telephone takes none away"""
        self.store.customer_mode = "id_email_update"
        customer = self.meets().partner
        hidden = dict.fromkeys(("addressLine1", "postalCode", "phone"))
        sale = self.meets(address=hidden | {"city": "Dallas"})
        self.assertEqual(sale.partner, customer)
        self.assertEqual(
            (customer.street, customer.city, customer.phone),
            ("1 First Street", "Austin", "1"),
        )
        self.assertEqual(sale.shipping.city, "Dallas")
        self.assertFalse(sale.shipping.street)

    def test_gift_does_not_move_the_buyer(self):
        """rows 5.3, 5.21: a gift's address is not taken for the buyer's own"""
        self.store.customer_mode = "id_email_update"
        customer = self.meets().partner
        sale = self.meets(address={"name": "Noah", "addressLine1": "9 Gift Lane"})
        self.assertEqual(sale.partner, customer)
        self.assertEqual(customer.street, "1 First Street")
        self.assertEqual(sale.shipping.street, "9 Gift Lane")

    def test_update_does_not_divert_a_parcel(self):
        """rows 5.3, 5.21: what is not yet sent still goes where its own order said"""
        self.store.customer_mode = "id_email_update"
        first = self.buys()
        second = self.buys(street="2 Second Street")
        self.assertEqual(first.partner_id.street, "2 Second Street")
        self.assertEqual(first.picking_ids.partner_id.street, "1 First Street")
        self.assertEqual(first.partner_shipping_id.street, "1 First Street")
        self.assertEqual(second.picking_ids.partner_id.street, "2 Second Street")
        self.assertFalse(first.picking_ids.activity_ids)

    def test_update_within_a_batch(self):
        """rows 5.3, 5.21: two orders at once: the newer one's address is the customer's,
        each parcel goes to its own"""
        self.store.customer_mode = "id_email_update"
        now = self.sandbox.clock.now()
        orders = [
            self.sandbox.add_order(
                self.seller,
                created=now - timedelta(hours=age),
                **self.order(street=street),
            )
            for age, street in ((1, "Newer Street"), (2, "Older Street"))
        ]
        self.take_in(self.account)
        newer, older = (self.inbox(order).sale_order_id for order in orders)
        self.assertEqual(newer.partner_id, older.partner_id)
        self.assertEqual(newer.partner_id.street, "Newer Street")
        self.assertEqual(older.partner_shipping_id.street, "Older Street")

    def test_tag_for_new_customers(self):
        """row 5.9: new customers get the store's tag; known ones and contacts don't"""
        known = self.meets().partner
        tag = self.env["res.partner.category"].create({"name": "Amazon"})
        self.store.customer_tag_id = tag
        self.meets(street="2 Second Street")
        gift = {"name": "Noah", "addressLine1": "9 Gift Lane"}
        sale = self.meets("liam@marketplace.amazon.com", "Liam", address=gift)
        self.assertEqual(sale.partner.category_id, tag)
        self.assertFalse(sale.shipping.category_id)
        self.assertFalse(known.category_id)

    def test_never_mailed(self):
        """row 5.6: whatever the mode, Amazon's address is never an e-mail of Odoo's"""
        for number, mode in enumerate(MODES):
            with self.subTest(mode):
                self.store.customer_mode = mode
                sale = self.meets(
                    f"b{number}@marketplace.amazon.com", f"Buyer {number}"
                )
                for partner in sale.partner | sale.shipping:
                    self.assertFalse(partner.email)
                    self.assertFalse(partner.email_normalized)


@tagged("post_install", "-at_install")
class TestCompanyAsCustomer(CustomerCase):
    def setUp(self):
        super().setUp()
        self.assertFalse(self.store.company_as_customer)
        self.store.company_as_customer = True

    def test_company_and_contact(self):
        """row 5.2: the company is the customer, the person its contact"""
        sale = self.buys(buyer={"buyerCompanyName": "Acme Inc."})
        company = sale.partner_id
        self.assertEqual((company.name, company.is_company), ("Acme Inc.", True))
        self.assertEqual(company.street, "1 First Street")
        self.assertEqual(company.child_ids.name, "Ava Nguyen")
        self.assertEqual(sale.partner_invoice_id, company)
        self.assertEqual(sale.picking_ids.partner_id, company.child_ids)
        self.assertEqual(company.child_ids.street, "1 First Street")
        self.assertIn("Acme Inc.", company.child_ids._display_address())

    def test_colleagues(self):
        """row 5.2: colleagues order for one company, which is one customer"""
        acme = {"buyer": {"buyerCompanyName": "Acme Inc."}}
        company = self.meets(**acme).partner
        acme = {"buyer": {"buyerCompanyName": "ACME  inc."}}
        second = self.meets("liam@marketplace.amazon.com", "Liam O'Brien", **acme)
        self.assertEqual(second.partner, company)
        self.assertEqual(
            set(company.child_ids.mapped("name")), {"Ava Nguyen", "Liam O'Brien"}
        )
        again = self.meets("liam@marketplace.amazon.com", "Liam O'Brien")
        self.assertEqual(again.partner, company)

    def test_namesake_elsewhere(self):
        """row 5.2: a company of the same name in another town is another customer"""
        acme = {"buyer": {"buyerCompanyName": "Acme Inc."}}
        first = self.meets(**acme).partner
        second = self.meets(
            "liam@marketplace.amazon.com",
            "Liam",
            address={"postalCode": "10001", "city": "New York"},
            **acme,
        )
        self.assertNotEqual(second.partner, first)

    def test_delivery_to_a_company(self):
        """row 5.2: where only the delivery address names a company, it is that one"""
        sale = self.meets(address={"companyName": "Acme Inc."})
        self.assertEqual(sale.partner.name, "Acme Inc.")

    def test_no_company(self):
        """row 5.2: without a company the person is the customer"""
        sale = self.meets()
        self.assertEqual(sale.partner.name, "Ava Nguyen")
        self.assertFalse(sale.partner.is_company)

    def test_nobody(self):
        """row 5.2: nobody is named: the default customer"""
        self.seller.roles -= {"direct_to_consumer_shipping", "tax_invoicing"}
        sale = self.buys(buyer={"buyerCompanyName": "Acme Inc."})
        self.assertEqual(sale.partner_id, self.default)

    def test_elsewhere(self):
        """rows 5.2, 5.21: another address of the company is a delivery contact, with
        the company it goes to"""
        acme = {"buyer": {"buyerCompanyName": "Acme Inc."}}
        company = self.meets(**acme).partner
        sale = self.meets(
            street="5 Depot Road", address={"companyName": "Depot Ltd"}, **acme
        )
        self.assertEqual(sale.partner, company)
        place = sale.shipping
        self.assertEqual((place.type, place.street), ("delivery", "5 Depot Road"))
        self.assertEqual(place.name, "Depot Ltd, Ava Nguyen")

    def test_switched_off(self):
        """row 5.2: else the person is the customer, and the company stands on it"""
        self.store.company_as_customer = False
        customer = self.meets(buyer={"buyerCompanyName": "Acme Inc."}).partner
        self.assertEqual((customer.name, customer.is_company), ("Ava Nguyen", False))
        self.assertEqual(customer.company_name, "Acme Inc.")


@tagged("post_install", "-at_install")
class TestFbaCustomers(CustomerCase):
    def fba(self, **order):
        return self.buys(fulfilled_by="AMAZON", status="SHIPPED", **order)

    def test_names_withheld(self):
        """rows 5.1, 12.8: in North America nobody is named: the default customer, and
        one contact for a town, however many orders go there"""
        self.seller.roles -= {"direct_to_consumer_shipping"}
        town = {"city": "Austin", "stateOrRegion": "TX"}
        first, second = self.fba(address=town), self.fba(address=town)
        self.assertEqual((first | second).partner_id, self.default)
        self.assertEqual(first.partner_shipping_id.city, "Austin")
        self.assertEqual(second.partner_shipping_id, first.partner_shipping_id)
        self.assertFalse(self.default.city)

    def test_all_to_the_default_customer(self):
        """row 5.8: FBA orders of named buyers go to the default customer on request"""
        fba = {"fulfilled_by": "AMAZON", "status": "SHIPPED"}
        self.assertEqual(self.meets(**fba).partner.name, "Ava Nguyen")
        self.store.fba_to_default_customer = True
        customer, place = self.meets(**fba)
        self.assertEqual(customer, self.default)
        self.assertEqual((place.name, place.parent_id), ("Ava Nguyen", self.default))
        self.assertEqual(self.meets().partner.name, "Ava Nguyen")

    def test_named_without_email(self):
        """row 5.1: without an e-mail, name and street recognise a returning buyer"""
        fba = {"fulfilled_by": "AMAZON", "status": "SHIPPED"}
        first = self.meets(**fba).partner
        self.assertFalse(first.amazon_email)
        self.assertEqual(self.meets(**fba).partner, first)
        self.assertNotEqual(self.meets(street="Elsewhere", **fba).partner, first)
        # a namesake in the same town is somebody else
        town = {"addressLine1": None, "postalCode": None}
        self.assertNotEqual(self.meets(address=town, **fba).partner, first)


@tagged("post_install", "-at_install")
class TestCustomerScreen(CustomerCase):
    def test_settings_on_the_form(self):
        """rows 5.2, 5.3, 5.9: the settings stand on the store's form; those for new
        customers only where there are new ones"""
        form = Form(self.store)
        self.assertFalse(form._get_modifier("company_as_customer", "invisible"))
        form.customer_mode = "default"
        self.assertTrue(form._get_modifier("company_as_customer", "invisible"))
        self.assertTrue(form._get_modifier("customer_tag_id", "invisible"))
        form.save()
        self.assertEqual(self.store.customer_mode, "default")

    def test_contact_screen(self):
        """row 5.3: a contact shows by what Amazon's buyer is recognised"""
        customer = self.buys().partner_id
        marks = {"id:ava", "mail:ava@marketplace.amazon.com"}
        self.assertEqual(set(customer.amazon_buyer_ids.mapped("key")), marks)
        form = Form(customer)
        self.assertFalse(form._get_modifier("amazon_email", "invisible"))
