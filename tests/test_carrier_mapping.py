"""Own delivery methods and Amazon's carriers: the list, the mapping, and its copy."""

import json
import unittest
from pathlib import Path

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .shipment_case import ShipmentCase

LIST = Path(__file__).resolve().parents[2] / "shared/reference/carrier_codes.json"


@tagged("post_install", "-at_install")
class TestCarrierMapping(ShipmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dhl = cls.method("DHL Express 12:00")
        cls.van = cls.method("Own van")

    @classmethod
    def method(cls, name):
        return cls.env["delivery.carrier"].create(
            {"name": name, "product_id": cls.ups.product_id.id}
        )

    def code(self, name):
        return self.env["amazon.carrier"].search([("name", "=", name)])

    def map_carrier(self, store, method, name, **values):
        return self.env["amazon.carrier.mapping"].create(
            {
                "store_id": store.id,
                "delivery_carrier_id": method.id,
                "carrier_id": self.code(name).id,
                **values,
            }
        )

    # -- Amazon's list ----------------------------------------------------------------

    def test_list_of_carriers(self):
        """row 8.4: Amazon's carrier codes are there from the start, spelt exactly"""
        names = self.env["amazon.carrier"].search([]).mapped("name")
        self.assertEqual(len(names), 377)
        self.assertLessEqual(
            {
                "UPS",
                "USPS",
                "FedEx",
                "DHL",
                "DHL-Paket",
                "PUROLATOR",
                "YAMATO",
                "Other",
            },
            set(names),
        )
        self.assertFalse({"ups", "Purolator", "Yamato"} & set(names))

    @unittest.skipUnless(LIST.is_file(), f"Amazon's list is not at {LIST}")
    def test_list_is_complete(self):
        """row 8.4: exactly the codes of Amazon's schema, no more and no less"""
        official = json.loads(LIST.read_text())["values"]
        names = self.env["amazon.carrier"].search([]).mapped("name")
        self.assertEqual(set(names), set(official))

    # -- the mapping screen -----------------------------------------------------------

    def test_mapping_screen_suggests(self):
        """row 8.3: in the store's form a delivery method is mapped to one of Amazon's
        carriers; the one its name begins with is suggested, and can be changed"""
        with Form(self.store) as form:
            for method, suggestion in (
                (self.ups, "UPS"),
                (self.dhl, "DHL Express"),
                (self.van, "Other"),
            ):
                with form.carrier_mapping_ids.new() as line:
                    line.delivery_carrier_id = method
                    self.assertEqual(line.carrier_id.name, suggestion)
            with form.carrier_mapping_ids.edit(0) as line:
                line.carrier_id = self.code("UPSMI")
                line.delivery_carrier_id = self.method("UPS Mail")
                self.assertEqual(line.carrier_id.name, "UPSMI")
        mapped = self.store.carrier_mapping_ids
        self.assertEqual(
            mapped.mapped("carrier_id.name"), ["UPSMI", "DHL Express", "Other"]
        )

    def test_mapping_is_the_stores_own(self):
        """row 8.3: what one store maps is not what another one tells Amazon"""
        account, _seller = self.connect("US-two", ["US", "CA"])
        first, second = account.store_ids
        self.map_carrier(first, self.dhl, "DHL")
        self.assertEqual(first._amazon_carrier(self.dhl)["carrier_code"], "DHL")
        self.assertEqual(second._amazon_carrier(self.dhl)["carrier_code"], "Other")

    def test_other_passes_the_own_name(self):
        """row 8.6: 'Other' goes with the delivery method's name, mapped or not; a code
        goes as itself"""
        for mapped, told in (
            (None, ("Other", "Own van")),
            ("Other", ("Other", "Own van")),
            ("DHL-Paket", ("DHL-Paket", "DHL-Paket")),
        ):
            self.store.carrier_mapping_ids.unlink()
            if mapped:
                self.map_carrier(self.store, self.van, mapped)
            order, picking = self.sell()
            self.ship(picking, carrier=self.van)
            self.send(self.account)
            detail = self.confirmations(order)[0]["request_body"]["packageDetail"]
            self.assertEqual((detail["carrierCode"], detail["carrierName"]), told)

    def test_mapping_sends_what_lacked_a_carrier(self):
        """row 8.3: shipments whose delivery method stood for no carrier go once it does"""
        self.store.free_shipping_carrier_id = self.van
        order, picking = self.sell()
        # as in a database in which the default was taken away before
        self.env.cr.execute(
            "UPDATE amazon_store SET default_carrier_id = NULL WHERE id = %s",
            [self.store.id],
        )
        self.store.invalidate_recordset(["default_carrier_id"])
        row = self.ship(picking, carrier=self.van)
        self.assertEqual((row.state, row.reason_code), ("waiting", "carrier_code"))
        self.map_carrier(self.store, self.van, "USPS")
        self.assertEqual((row.state, row.carrier), ("queued", "USPS"))

    def test_cost_does_not_grow_with_the_mappings(self):
        """row 8.3: a shipment costs the same queries with 40 carriers mapped as with 4"""
        costs = []
        for size in (4, 40):
            for number in range(size - len(self.store.carrier_mapping_ids)):
                self.map_carrier(self.store, self.method(f"M{size}-{number}"), "DHL")
            picking = self.sell()[1]
            method = self.store.carrier_mapping_ids[-1].delivery_carrier_id
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            row = self.ship(picking, carrier=method)
            self.env.flush_all()
            costs.append(self.cr.sql_log_count - before)
            self.assertEqual(row.carrier, "DHL")
        self.assertLessEqual(costs[1], costs[0])

    # -- copies -----------------------------------------------------------------------

    def two_stores(self):
        account, _seller = self.connect("US-copy", ["US", "CA"])
        source, target = account.store_ids
        self.map_carrier(source, self.ups, "UPS", shipping_method="Ground")
        self.map_carrier(source, self.dhl, "DHL Express")
        self.map_service(source, "standard", self.ups)
        return source, target

    def map_service(self, store, level, method):
        level = self.env.ref(f"amazon_connector.amazon_service_level_{level}")
        return self.env["amazon.service.mapping"].create(
            {
                "store_id": store.id,
                "level_id": level.id,
                "delivery_carrier_id": method.id,
            }
        )

    def wizard(self, store, source):
        action = store.action_copy_carriers()
        form = Form(self.env[action["res_model"]].with_context(**action["context"]))
        form.source_store_id = source
        return form

    def shown(self, store):
        return {
            (m.delivery_carrier_id, m.carrier_id.name, m.shipping_method)
            for m in store.carrier_mapping_ids
        }

    def test_copy_edited_before_saving(self):
        """row 8.5: another store's mappings are loaded, edited, and kept in this one"""
        source, target = self.two_stores()
        form = self.wizard(target, source)
        self.assertEqual(len(form.carrier_line_ids), 2)
        with form.carrier_line_ids.edit(0) as line:
            self.assertFalse(line.is_mapped)
            line.carrier_id = self.code("Canada Post")
        form.carrier_line_ids.remove(1)
        with form.service_line_ids.edit(0) as line:
            line.delivery_carrier_id = self.dhl
        self.assertFalse(target.carrier_mapping_ids)
        form.save().action_copy()
        self.assertEqual(self.shown(target), {(self.ups, "Canada Post", "Ground")})
        (service,) = target.service_mapping_ids
        self.assertEqual(service.level_id.key, "standard")
        self.assertEqual(service.delivery_carrier_id, self.dhl)
        self.assertEqual(
            self.shown(source),
            {(self.ups, "UPS", "Ground"), (self.dhl, "DHL Express", False)},
        )

    def test_copy_keeps_what_is_mapped(self):
        """row 8.5: what is mapped already stays, unless overwriting is ticked"""
        source, target = self.two_stores()
        self.map_carrier(target, self.ups, "UPSMI")
        self.map_service(target, "standard", self.van)
        form = self.wizard(target, source)
        with form.carrier_line_ids.edit(0) as line:
            self.assertTrue(line.is_mapped)
        form.save().action_copy()
        self.assertEqual(
            self.shown(target),
            {(self.ups, "UPSMI", False), (self.dhl, "DHL Express", False)},
        )
        self.assertEqual(target.service_mapping_ids.delivery_carrier_id, self.van)
        form = self.wizard(target, source)
        form.overwrite = True
        form.save().action_copy()
        self.assertEqual(self.shown(target), self.shown(source))
        self.assertEqual(target.service_mapping_ids.delivery_carrier_id, self.ups)

    def test_copy_refuses_what_contradicts_itself(self):
        """row 8.5: the same delivery method twice is refused, in words"""
        source, target = self.two_stores()
        form = self.wizard(target, source)
        with form.carrier_line_ids.edit(0) as line:
            line.delivery_carrier_id = self.dhl
        with self.assertRaisesRegex(UserError, "DHL Express 12:00 stands .* twice"):
            form.save().action_copy()
        self.assertFalse(target.carrier_mapping_ids)

    def test_copy_stays_in_the_company(self):
        """row 8.5: only stores of the same company are offered, others are refused"""
        source, target = self.two_stores()
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids |= other
        stranger = self.connect("DE-copy", ["DE"], company_id=other.id)[0].store_ids
        action = target.action_copy_carriers()
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        domain = wizard._fields["source_store_id"].domain
        self.assertIn("company_id", domain)
        with self.assertRaises(UserError):
            wizard.create({"source_store_id": stranger.id})
        self.assertTrue(wizard.create({"source_store_id": source.id}))

    def test_copy_is_for_administrators(self):
        """row 8.5: who only operates does not change the settings of a store"""
        source, target = self.two_stores()
        user = new_test_user(
            self.env,
            "operator",
            groups="amazon_connector.group_amazon_user,stock.group_stock_user",
        )
        with self.assertRaises(AccessError):
            self.env["amazon.copy.carriers"].with_user(user).create(
                {"store_id": target.id, "source_store_id": source.id}
            )
