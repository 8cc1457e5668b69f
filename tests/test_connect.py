from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..sandbox.marketplaces import marketplace_of
from .common import AmazonCase

BASE = "inventory_and_order_tracking"


class AccountCase(AmazonCase):
    def seller(self, *marketplaces, **keywords):
        return self.sandbox.add_seller(
            f"S{next(self._keys)}", list(marketplaces) or ["US"], **keywords
        )

    def wizard(self, seller, home="us", **values):
        return self.env["amazon.connect"].create(
            seller.credentials
            | {
                "marketplace_id": self.env.ref(
                    f"amazon_connector.amazon_marketplace_{home}"
                ).id,
                "use_sandbox": True,
                "sandbox_url": self.sandbox.url,
            }
            | values
        )

    def account_of(self, seller):
        return (
            self.env["amazon.account"]
            .with_context(active_test=False)
            .search([("seller_id", "=", seller.seller_id)])
        )

    def connected(self, seller, **values):
        self.press(self.wizard(seller, **values).action_connect)
        return self.account_of(seller)

    def refused(self, seller, *words, **values):
        """Connecting is refused in one sentence with these words; nothing is kept."""
        wizard = self.wizard(seller, **values)
        with self.assertRaises(UserError) as caught:
            self.press(wizard.action_connect)
        for word in words:
            self.assertIn(word, str(caught.exception))
        self.assertFalse(self.account_of(seller))
        self.assertFalse(
            self.env["amazon.store"].search(
                [("account_id.seller_id", "=", seller.seller_id)]
            )
        )


@tagged("post_install", "-at_install")
class TestConnect(AccountCase):
    def test_stores_are_discovered(self):
        """rows 1.2, 1.4: pasted credentials connect, and Amazon names the stores"""
        seller = self.seller("US", "CA", pseudo=["Non-Amazon US", "SI CA Prod"])
        wizard = self.wizard(seller)
        action = self.press(wizard.action_connect)
        account = self.account_of(seller)
        self.assertEqual(action["res_id"], account.id)
        self.assertEqual(account.state, "connected")
        self.assertEqual(
            account.store_ids.mapped("marketplace_id.country_id.code"), ["US", "CA"]
        )
        for store in account.store_ids:
            self.assertFalse(store._missing_settings(is_fba=True), store.name)
            self.assertEqual(store.pricelist_id.currency_id, store.currency_id)

    def test_region_follows_the_marketplace(self):
        """row 1.3: the home marketplace decides the region; it is asked once"""
        account = self.connected(self.seller("DE", "FR"), home="de")
        self.assertEqual(account.region, "eu")
        call = self.sandbox.calls_of("getMarketplaceParticipations")[-1]
        self.assertEqual(call["region"], "eu")

    def test_label(self):
        """row 1.5: a store's label is free and shown on its orders"""
        seller = self.seller()
        store = self.connected(seller).store_ids
        self.assertEqual(store.name, "Amazon.com")
        store.name = "Shop West"
        order = self.sandbox.add_order(seller)
        self.take_in(store.account_id)
        self.assertEqual(self.inbox(order).store_id.display_name, "Shop West")

    def test_missing_currency_is_activated(self):
        """row 1.2: connecting activates the stores' currencies, if the user likes"""
        krona = self.env.ref("base.SEK")
        krona.active = False
        self.connected(self.seller("SE"), home="se", activate_currencies=False)
        self.assertFalse(krona.active)
        account = self.connected(self.seller("SE"), home="se")
        self.assertTrue(krona.active)
        self.assertEqual(account.store_ids.pricelist_id.currency_id, krona)

    def test_wrong_secret(self):
        """row 1.2: a wrong secret is named; nothing is kept"""
        self.refused(self.seller(), "client ID or secret", client_secret="wrong")

    def test_unknown_client(self):
        """row 1.2: a mistyped client id is named, too"""
        self.refused(self.seller(), "client ID or secret", client_id="amzn1.typo")

    def test_revoked_token(self):
        """row 1.2: a revoked refresh token says to authorize again"""
        seller = self.seller()
        seller.revoked = True
        self.refused(seller, "refresh token", "Authorize the app again")

    def test_missing_role(self):
        """row 1.2: a missing role is named"""
        seller = self.seller()
        seller.roles.discard(BASE)
        self.refused(seller, "Inventory and Order Tracking", "Add the role")

    def test_wrong_region(self):
        """row 1.3: credentials of another region say which region was asked"""
        self.refused(self.seller("US"), "Europe", "home marketplace", home="de")

    def test_no_marketplace(self):
        """row 1.1: a seller who sells nowhere (not a Professional one) is told so"""
        seller = self.seller()
        with patch.object(type(seller), "participations", lambda self: []):
            self.refused(seller, "names no marketplace")

    def test_amazon_is_down(self):
        """row 1.2: an outage is not taken for wrong credentials"""
        self.sandbox.faults.add("getMarketplaceParticipations", status=503, times=3)
        self.addCleanup(self.sandbox.faults.clear)
        self.refused(self.seller(), "could not be asked")

    def test_professional_account(self):
        """row 1.1: the onboarding says that a Professional account is needed"""
        view = self.env["amazon.connect"].get_views([(False, "form")])
        self.assertIn("Professional", view["views"]["form"]["arch"])

    def test_suspended_store(self):
        """row 1.4: a store whose listings Amazon suspended is shown as such"""
        seller = self.seller("US", "CA")
        seller.suspended.add("CA")
        account = self.connected(seller)
        suspended = account.store_ids.filtered("is_suspended")
        self.assertEqual(suspended.marketplace_id.country_id.code, "CA")
        self.assertEqual(account.suspended_stores, suspended.name)
        self.assertEqual(account.state, "connected")
        seller.suspended.clear()
        self.press(account.action_test)
        self.assertFalse(account.suspended_stores)

    def test_same_seller_again(self):
        """row 1.2: connecting a known seller renews credentials and keeps all data"""
        seller = self.seller()
        account = self.connected(seller)
        account.store_ids.name = "My label"
        order = self.sandbox.add_order(seller)
        self.take_in(account)
        cursor = account.orders_cursor
        seller.client_secret = "amzn1.oa2-cs.v1.rotated"
        account.action_deactivate()
        again = self.connected(seller)
        self.assertEqual(again, account)
        self.assertEqual(account.state, "connected")
        self.assertEqual(account.store_ids.name, "My label")
        self.assertEqual(account.orders_cursor, cursor)
        self.assertEqual(self.inbox(order).account_id, account)

    def test_refused_again_keeps_what_works(self):
        """row 1.2: wrong new credentials don't spoil a connection that works"""
        seller = self.seller()
        account = self.connected(seller)
        wizard = self.wizard(seller, client_secret="wrong")
        with self.assertRaises(UserError):
            self.press(wizard.action_connect)
        self.env.invalidate_all()
        self.assertEqual(account.state, "connected")
        self.press(account.action_test)
        self.assertEqual(account.state, "connected", account.health_message)

    @mute_logger("odoo.sql_db")
    def test_seller_is_unique(self):
        """row 1.4: one seller in one region is one account, by the database itself"""
        account = self.connected(self.seller())
        with self.assertRaises(UniqueViolation):
            account.copy({"seller_id": account.seller_id})


@tagged("post_install", "-at_install")
class TestMarketplaces(AccountCase):
    def test_seed(self):
        """row 1.6: all marketplaces are there, with currency, region and host"""
        wanted = "US CA MX GB DE ES FR IT AE NL SE AU BE PL JP IN SG ZA"
        marketplaces = self.env["amazon.marketplace"].search([])
        codes = set(marketplaces.mapped("country_id.code"))
        self.assertLessEqual(set(wanted.split()), codes)
        for marketplace in marketplaces:
            self.assertTrue(marketplace.api_id)
            self.assertTrue(marketplace.currency_id)
            self.assertTrue(marketplace.seller_central_host)
            known = marketplace_of(marketplace.api_id)
            self.assertEqual(marketplace.region, known.region)
            self.assertEqual(marketplace.currency_id.name, known.currency)

    def test_new_marketplace_needs_no_code(self):
        """row 1.6: a marketplace entered by hand becomes a store like the others"""
        canada = self.env.ref("amazon_connector.amazon_marketplace_ca")
        api_id = canada.api_id
        canada.api_id = "A0FORMER"
        canada.flush_recordset()
        self.env["amazon.marketplace"].create(
            {
                "name": "Amazon.new",
                "api_id": api_id,
                "country_id": self.env.ref("base.ca").id,
                "currency_id": self.env.ref("base.CAD").id,
                "region": "na",
            }
        )
        self.rate("CAD", 1.4)
        seller = self.seller("US", "CA")
        account = self.connected(seller)
        self.assertIn("Amazon.new", account.store_ids.mapped("name"))
        order = self.sandbox.add_order(seller, marketplace="CA")
        self.take_in(account)
        record = self.inbox(order)
        self.assertEqual(record.state, "imported", record.reason)
