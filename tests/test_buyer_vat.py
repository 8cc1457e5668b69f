"""Business buyers' tax numbers: on the customer when Odoo takes them, else on the order."""

from unittest.mock import patch

from odoo.tests import tagged

from .customer_case import CustomerCase

NUMBER = "DE136695976"


def business(number=NUMBER, kind="VAT"):
    return {
        "taxRegistrationType": kind,
        "taxRegistrationNumber": number,
        "legalName": "Ava GmbH",
    }


@tagged("post_install", "-at_install")
class TestBuyerVat(CustomerCase):
    def test_new_customer(self):
        """row 5.2: a business buyer's tax number is the customer's"""
        sale = self.buys(tax_registration=business())
        self.assertEqual(sale.partner_id.vat, NUMBER)
        order = sale.amazon_order_id
        self.assertEqual(order.buyer_vat, NUMBER)
        self.assertFalse(order.buyer_vat_note)
        self.open_screens(self.env.user, order)

    def test_delivery_contact(self):
        """row 5.2: the company and its contact have it, whoever receives the parcel"""
        self.store.company_as_customer = True
        customer = self.meets(
            buyer={"buyerCompanyName": "Ava GmbH"},
            address={"name": "Somebody Else"},
            tax_registration=business(),
        )
        self.assertTrue(customer.partner.is_company)
        self.assertNotEqual(customer.partner, customer.shipping)
        self.assertEqual(customer.partner.vat, NUMBER)
        self.assertEqual(customer.shipping.vat, NUMBER)

    def test_kept_or_updated(self):
        """rows 5.3, 5.4: a known customer's number changes in the modes that update"""
        known = self.meets(tax_registration=business()).partner
        other = business("DE811569869")
        self.meets(tax_registration=other)
        self.assertEqual(known.vat, NUMBER)
        for keep in ("id_email_keep", "id_or_default"):
            self.store.customer_mode = keep
            self.assertEqual(self.meets(tax_registration=other).partner, known)
            self.assertEqual(known.vat, NUMBER)
        for update in ("id_email_update", "email_update", "email_or_default"):
            known.vat = NUMBER
            self.store.customer_mode = update
            self.meets()  # an order without a number takes none away
            self.assertEqual(known.vat, NUMBER)
            self.meets(tax_registration=other)
            self.assertEqual(known.vat, "DE811569869")

    def test_kept_number_is_told(self):
        """row 5.4: the order says that its number is not its customer's"""
        self.buys(tax_registration=business())
        sale = self.buys(tax_registration=business("DE811569869"))
        self.assertEqual(sale.partner_id.vat, NUMBER)
        self.assertIn("are kept", sale.amazon_order_id.buyer_vat_note)

    def test_default_customer(self):
        """row 5.8: the default customer gets nobody's number"""
        self.store.customer_mode = "default"
        sale = self.buys(tax_registration=business())
        self.assertEqual(sale.partner_id, self.default)
        self.assertFalse(self.default.vat)
        self.assertEqual(sale.amazon_order_id.buyer_vat, NUMBER)
        self.assertIn("default customer", sale.amazon_order_id.buyer_vat_note)

    def test_contact_of_a_company(self):
        """row 5.3: a known contact's number is that of the company it belongs to"""
        company = self.env["res.partner"].create(
            {"name": "Seller's own", "is_company": True, "vat": "FR83404833048"}
        )
        self.known(parent_id=company.id)
        self.store.customer_mode = "email_update"
        customer = self.meets(tax_registration=business()).partner
        self.assertEqual(customer.commercial_partner_id, company)
        self.assertEqual((customer | company).mapped("vat"), ["FR83404833048"] * 2)

    def test_refused_number(self):
        """row 5.2: a number that Odoo refuses stays on the order and holds nobody up"""
        Partner = type(self.env["res.partner"])
        checked = []

        def check(_self, country, vat, partner_name="", validation="error"):
            # as base_vat, which need not be installed
            checked.append((country.code, vat, validation))
            return ("" if validation == "setnull" else vat), country.code

        with patch.object(Partner, "_run_vat_checks", check):
            sale = self.buys(tax_registration=business("DE000000000"))
            order = sale.amazon_order_id
            self.assertIn("does not accept", order.buyer_vat_note)
        self.assertIn(("US", "DE000000000", "setnull"), checked)
        self.assertFalse(sale.partner_id.vat)
        self.assertEqual(order.state, "imported")
        self.assertEqual(order.buyer_vat, "DE000000000")

    def test_other_registrations(self):
        """row 5.2: only what Odoo keeps as a tax number, and only the buyer's"""
        person = self.meets(tax_registration=business("390.533.447-05", "CPF")).partner
        self.assertFalse(person.vat)
        seller = business() | {"entityType": "MERCHANT"}
        customer = self.meets("bo@marketplace.amazon.com", tax_registration=seller)
        self.assertFalse(customer.partner.vat)
