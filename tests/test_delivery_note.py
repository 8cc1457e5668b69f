from odoo.tests import tagged

from .common import AmazonCase


@tagged("post_install", "-at_install")
class TestDeliveryNote(AmazonCase):
    def test_delivery_preference(self):
        """row 5.22: what the buyer asks for stands on sale, transfer and delivery slip"""
        account, seller = self.us()
        order = self.sandbox.add_order(
            seller,
            delivery_preference={
                "dropOffLocation": "Back door",
                "addressInstruction": "Ring at Müller, 2nd floor",
                "deliveryCapabilities": ["PALLET_DISABLED"],
                "deliveryTime": {
                    "businessHours": [
                        {
                            "dayOfWeek": "MON",
                            "timeWindows": [
                                {
                                    "startTime": {"hour": 9, "minute": 0},
                                    "endTime": {"hour": 17, "minute": 30},
                                }
                            ],
                        }
                    ],
                    "exceptionDates": [
                        {
                            "exceptionDate": "2026-12-31",
                            "exceptionDateType": "CLOSED",
                        }
                    ],
                },
            },
        )
        plain = self.sandbox.add_order(seller)
        self.take_in(account)
        sale = self.inbox(order).sale_order_id
        self.assertEqual(
            sale.amazon_delivery_note.splitlines(),
            [
                "Leave at: Back door",
                "Instructions: Ring at Müller, 2nd floor",
                "Takes no pallets",
                "Open MON: 09:00–17:30",
                "Closed on 2026-12-31",
            ],
        )
        picking = sale.picking_ids
        self.assertEqual(picking.amazon_delivery_note, sale.amazon_delivery_note)
        slip = self.env["ir.actions.report"]._render_qweb_html(
            "stock.action_report_delivery", picking.ids
        )[0]
        self.assertIn("Ring at Müller, 2nd floor", slip.decode())
        self.assertFalse(self.inbox(plain).sale_order_id.amazon_delivery_note)
