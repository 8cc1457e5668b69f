"""A tracking number that can't be right is doubted before it is sent, and sent."""

from odoo.tests import BaseCase, Form, tagged

from ..spapi.tracking import FORMATS, doubt
from .shipment_case import TRACKING, ShipmentCase


@tagged("post_install", "-at_install")
class TestTrackingFormat(BaseCase):
    def test_numbers_that_fit(self):
        """row 8.7: what carriers hand out raises no doubt"""
        for carrier, number in (
            ("UPS", "1Z999AA10123456784"),
            ("UPS", "1z999aa10123456784"),
            ("FedEx", "123456789012"),
            ("FedEx", "123456789012345"),
            ("FedEx", "9612345678901234567890"),
            ("USPS", "94001108008812345678"),
            ("USPS", "9400110200881234567890"),
            ("USPS", "420787019400110200881234567890"),
            ("USPS", "EA123456784US"),
            ("DHL", "1234567890"),
            ("DHL", "00340434161094012345"),
            ("DHL Express", "JD014600003828172345"),
            ("DHL-Paket", "123456789012"),
            ("DHL-Paket", "CF123456785DE"),
            ("YAMATO", "1234-5678-9012"),
            # nothing certain is known of these
            ("Royal Mail", "AB123456785GB"),
            ("GLS", "ZWE4AB12"),
            ("Other", "KURIER-7.55/1"),
            ("", "12345"),
            ("UPS", ""),
            ("UPS", None),
        ):
            with self.subTest(carrier=carrier, number=number):
                self.assertIsNone(doubt(carrier, number))

    def test_numbers_that_do_not(self):
        """row 8.7: another carrier's number, a typing error, a word, a placeholder"""
        for carrier, number, code in (
            ("UPS", "123456789012", "format"),
            ("UPS", "1Z999AA1012345678", "format"),
            ("UPS", "1Z999AA101234567844", "format"),
            ("FedEx", "1Z999AA10123456784", "format"),
            ("FedEx", "1234567890123", "format"),
            ("USPS", "1Z999AA10123456784", "format"),
            ("USPS", "9400110200881234", "format"),
            ("DHL", "1Z999AA10123456784", "format"),
            ("DHL Express", "123456789", "format"),
            ("DHL-Paket", "1234567890", "format"),
            ("YAMATO", "12-3456-789012", "format"),
            ("USPS", "9400 1102 0088 1234 5678 90", "characters"),
            ("Other", "12345;67890", "characters"),
            ("Other", "Größe12345", "characters"),
            ("Other", "٣٤٥٦٧٨", "characters"),
            ("Other", "1", "short"),
            ("Other", "1" * 51, "long"),
            ("Other", "N/A/N/A", "digits"),
            ("Royal Mail", "untracked", "digits"),
        ):
            with self.subTest(carrier=carrier, number=number):
                self.assertEqual(doubt(carrier, number).code, code)

    def test_examples_fit(self):
        """row 8.7: the number shown as an example is itself beyond doubt"""
        for carrier, (_pattern, example) in FORMATS.items():
            self.assertIsNone(doubt(carrier, example), carrier)


@tagged("post_install", "-at_install")
class TestTrackingWarning(ShipmentCase):
    def setUp(self):
        super().setUp()
        self.env["amazon.carrier.mapping"].create(
            {
                "store_id": self.store.id,
                "delivery_carrier_id": self.ups.id,
                "carrier_id": self.store.default_carrier_id.id,
            }
        )

    def test_carriers_are_spelt_as_amazon_does(self):
        """row 8.7: the carriers whose format is known are codes of Amazon's list"""
        names = self.env["amazon.carrier"].search([]).mapped("name")
        self.assertLessEqual(set(FORMATS), set(names))

    def test_warned_before_and_after(self):
        """row 8.7: the transfer warns while the number is typed, the shipment after; the
        number is sent all the same, and the warning ends with its correction"""
        order, picking = self.sell()
        self.assertFalse(picking.amazon_tracking_warning)
        picking.carrier_id = self.ups
        with Form(picking) as form:
            form.carrier_tracking_ref = "123456789012"
            self.assertIn("not a tracking number of UPS", form.amazon_tracking_warning)
        self.assertIn("1Z999AA10123456784", picking.amazon_tracking_warning)
        row = self.ship(picking, tracking="123456789012")
        self.assertEqual(row.state, "queued")
        self.assertIn("not a tracking number of UPS", row.tracking_warning)
        self.assertTrue(picking.amazon_tracking_warning)
        self.send(self.account)
        self.assertEqual(order.packages[0]["trackingNumber"], "123456789012")
        picking.carrier_tracking_ref = TRACKING
        self.assertFalse(picking.amazon_tracking_warning)
        self.assertFalse(row.tracking_warning)

    def test_by_the_carrier_amazon_is_told(self):
        """row 8.7: the same number is right with one carrier and wrong with another"""
        _order, picking = self.sell()
        picking.carrier_tracking_ref = "123456789012"
        self.assertIn("of UPS", picking.amazon_tracking_warning)  # the store's default
        picking.carrier_id = self.env["delivery.carrier"].create(
            {"name": "Red Bicycle", "product_id": self.ups.product_id.id}
        )
        self.assertFalse(picking.amazon_tracking_warning)
        picking.carrier_tracking_ref = "1234 5678"
        self.assertIn("holds a space", picking.amazon_tracking_warning)

    def test_not_where_amazon_is_told_nothing(self):
        """row 8.7: transfers of other customers are left alone"""
        _order, picking = self.sell()
        other = picking.copy()
        other.move_ids.sale_line_id = False
        other.sale_id = False
        other.carrier_tracking_ref = "x"
        self.assertFalse(other.amazon_tracking_warning)

    def test_amazons_own_words_stay(self):
        """row 8.7: what Amazon refuses is shown with Amazon's words beside our doubt"""
        _order, picking, row = self.shipped(tracking="123456789012")
        words = "TrackingNumber: is invalid."
        self.sandbox.faults.add(
            "confirmShipment",
            status=400,
            body={"errors": [{"code": "InvalidInput", "message": words}]},
        )
        self.send(self.account)
        self.assertEqual(row.state, "refused")
        self.assertIn("TrackingNumber: is invalid", picking.amazon_answer)
        self.assertTrue(picking.amazon_tracking_warning)
