from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import AmazonCase

USER = "amazon_connector.group_amazon_user"
MANAGER = "amazon_connector.group_amazon_manager"


@tagged("post_install", "-at_install")
class TestSecurity(AmazonCase):
    def setUp(self):
        super().setUp()
        self.account, self.seller = self.us()
        self.store = self.account.store_ids
        self.store.unknown_sku_policy = "hold"
        self.user = new_test_user(self.env, "operator", groups=USER)
        self.manager = new_test_user(self.env, "administrator", groups=MANAGER)

    def as_user(self, records, user=None):
        return records.with_user(user or self.user)

    def models(self, **attributes):
        """The add-on's own models, found in the registry."""
        for name, model in self.env.registry.items():
            if name.startswith("amazon.") and not model._abstract:
                if all(getattr(model, k) == v for k, v in attributes.items()):
                    yield self.env[name]

    def shipped(self):
        """An order that has left, with its row in the outbox."""
        order = self.sandbox.add_order(self.seller)
        self.take_in(self.account)
        record = self.inbox(order)
        self.ship(record.sale_order_id.picking_ids)
        return record

    # -- every model ----------------------------------------------------------------

    def test_access_rights(self):
        """row 1.7: every model has access rights, and only for Amazon's own groups;
        how settlements are booked is the accountants' as well"""
        amazon = self.env.ref(USER) | self.env.ref(MANAGER)
        accounting = self.env.ref("account.group_account_manager")
        accounting |= self.env.ref("account.group_account_invoice")
        models = list(self.models())
        self.assertGreater(len(models), 10)
        for model in models:
            rights = self.env["ir.model.access"].search(
                [("model_id.model", "=", model._name)]
            )
            self.assertTrue(rights, model._name)
            groups = amazon
            if model._name.startswith("amazon.settlement"):
                groups |= accounting
            if model._name == "amazon.brand":  # shown on every product
                groups |= self.env.ref("base.group_user")
            self.assertLessEqual(rights.group_id, groups, model._name)
            self.assertTrue(all(right.group_id for right in rights), model._name)

    def test_company_rules(self):
        """row 1.4: every model with a company has a rule that keeps companies apart"""
        models = [m for m in self.models(_transient=False) if "company_id" in m._fields]
        self.assertGreater(len(models), 5)
        for model in models:
            rules = self.env["ir.rule"].search([("model_id.model", "=", model._name)])
            # settlement rules without a company are everybody's
            shared = " + [False]" * (model._name == "amazon.settlement.mapping")
            self.assertEqual(
                rules.filtered("global").domain_force,
                f"[('company_id', 'in', company_ids{shared})]",
                model._name,
            )

    def test_models_without_company(self):
        """row 1.4: what has no company is reference data, and only that"""
        names = {
            model._name
            for model in self.models(_transient=False)
            if "company_id" not in model._fields
        }
        self.assertEqual(
            names,
            {
                "amazon.brand",
                "amazon.carrier",
                "amazon.marketplace",
                "amazon.order.status",
                "amazon.rate.limit",
                "amazon.service.level",
            },
        )

    def test_other_company_sees_nothing(self):
        """row 1.4: a user of another company sees no account, order, log or listing"""
        self.shipped()
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "stranger",
            groups=MANAGER,
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        filled = 0
        for model in self.models(_transient=False):
            if "company_id" in model._fields:
                filled += bool(model.sudo().search_count([]))
                of_a_company = [("company_id", "!=", False)]
                seen = model.with_user(stranger).search_count(of_a_company)
                self.assertEqual(seen, 0, model._name)
        self.assertGreater(filled, 5)
        with self.assertRaises(AccessError):
            self.account.with_user(stranger).read(["name"])

    def test_no_amazon_rights(self):
        """row 1.7: an employee without Amazon rights gets nowhere"""
        employee = new_test_user(self.env, "employee", groups="base.group_user")
        for model in self.models():
            if model._name != "amazon.brand":  # shown on every product
                readable = model.with_user(employee).has_access("read")
                self.assertFalse(readable, model._name)

    # -- Amazon / User ----------------------------------------------------------------

    def test_user_processes(self):
        """row 1.7: a user retries a blocked order"""
        order = self.sandbox.add_order(self.seller, items=["UMBRELLA-XL"])
        self.take_in(self.account)
        record = self.inbox(order)
        self.assertEqual(record.state, "blocked")
        self.as_user(record).action_process()
        self.assertEqual(record.state, "pending")

    def test_user_links(self):
        """row 1.7: a user links SKUs, and the orders come in"""
        order = self.sandbox.add_order(self.seller, items=["UMBRELLA-XL"])
        self.take_in(self.account)
        record = self.inbox(order)
        wizard = (
            self.env["amazon.link.sku"]
            .with_user(self.user)
            .create({"order_id": record.id})
        )
        wizard.line_ids.product_id = self.mug
        wizard.action_link()
        self.process(self.account)
        self.assertEqual(record.state, "imported", record.reason)

    def test_user_fetches(self):
        """row 1.7: a user asks Amazon for an order again, and gets what is new"""
        order = self.sandbox.add_order(self.seller, items=["UMBRELLA-XL"])
        self.take_in(self.account)
        twin = self.sandbox.add_order(self.seller, items=["GLOVE-WINTER-S"])
        order.items[:] = twin.items
        order.touch(self.sandbox.clock.now())
        record = self.inbox(order)
        self.press(self.as_user(record).action_fetch)
        self.assertEqual(record.line_ids.mapped("sku"), ["GLOVE-WINTER-S"])

    def test_user_pulls(self):
        """row 1.7: a user starts a pull"""
        self.as_user(self.account).action_pull_now()
        self.pull(self.account)
        self.assertEqual(self.run_of(self.account).user_id, self.user)

    def test_user_resends(self):
        """row 1.7: a user corrects a refused shipment and sends it again"""
        record = self.shipped()
        body = {"errors": [{"code": "InvalidInput", "message": "Bad tracking"}]}
        self.sandbox.faults.add("confirmShipment", status=400, body=body)
        self.send(self.account)
        submission = record.submission_ids
        self.assertEqual(submission.state, "refused")
        self.as_user(submission).action_resend()
        self.send(self.account)
        self.assertIn(submission.state, ("sent", "confirmed"))

    def test_user_does_not_configure(self):
        """row 1.7: accounts, stores, marketplaces and mappings are not a user's"""
        for record, values in (
            (self.account, {"name": "Mine"}),
            (self.account, {"orders_cursor": False}),
            (self.account, {"state": "inactive"}),
            (self.store, {"tax_mode": "ignore"}),
            (self.store.marketplace_id, {"name": "Mine"}),
        ):
            with self.assertRaises(AccessError):
                self.as_user(record).write(values)
        with self.assertRaises(AccessError):
            self.as_user(self.account).action_deactivate()
        with self.assertRaises(AccessError):
            self.as_user(self.store).action_create_defaults()
        with self.assertRaises(AccessError):
            self.env["amazon.connect"].with_user(self.user).create({"seller_id": "A"})

    def test_user_sees_no_secrets(self):
        """rows 1.7, 1.14: neither credentials nor raw data are shown to a user"""
        self.shipped()
        record = self.env["amazon.order"].search([("account_id", "=", self.account.id)])
        for records, names in (
            (
                self.account,
                (
                    "client_id",
                    "client_secret",
                    "refresh_token",
                    "client_secret_encrypted",
                    "refresh_token_encrypted",
                ),
            ),
            (record, ("payload", "payload_text")),
        ):
            shown = self.as_user(records).read()[0]
            for name in names:
                self.assertNotIn(name, shown)
                with self.assertRaises(AccessError):
                    self.as_user(records).read([name])

    def test_cipher_text_is_for_nobody(self):
        """row 1.14: the cipher text itself is not even an Amazon administrator's"""
        with self.assertRaises(AccessError):
            self.as_user(self.account, self.manager).read(["client_secret_encrypted"])

    # -- deleting ---------------------------------------------------------------------

    def test_only_administrators_delete(self):
        """row 1.7: log entries, runs and listings are deleted by administrators only"""
        order = self.sandbox.add_order(self.seller, items=["UMBRELLA-XL"])
        self.take_in(self.account)
        record = self.inbox(order)
        for records in (record, record.run_id, record.line_ids.listing_id):
            with self.assertRaises(AccessError):
                self.as_user(records).unlink()
            self.as_user(records, self.manager).unlink()
            self.assertFalse(records.exists())

    def test_manager_configures(self):
        """row 1.7: an administrator connects an account and changes its stores"""
        seller = self.sandbox.add_seller("managed", ["US"])
        wizard = (
            self.env["amazon.connect"]
            .with_user(self.manager)
            .create(
                seller.credentials
                | {
                    "marketplace_id": self.store.marketplace_id.id,
                    "use_sandbox": True,
                    "sandbox_url": self.sandbox.url,
                }
            )
        )
        self.press(wizard.action_connect)
        account = self.env["amazon.account"].search(
            [("seller_id", "=", seller.seller_id)]
        )
        self.assertEqual(account.state, "connected")
        self.assertEqual(account.user_id, self.manager)
        account = self.as_user(account, self.manager)
        account.store_ids.write({"tax_mode": "ignore", "name": "Managed"})
        account.orders_interval = 30
        account.action_deactivate()
        self.assertFalse(account.sudo().orders_cron_id.active)
        account.unlink()
        self.assertFalse(account.exists())
