"""Selling partners: their credentials, roles and marketplaces."""

from .marketplaces import marketplace_of

BASE = "inventory_and_order_tracking"
DIRECT_TO_CONSUMER = "direct_to_consumer_shipping"
TAX_INVOICING = "tax_invoicing"
FINANCE = "finance_and_accounting"
LISTING = "product_listing"
ROLES = (BASE, DIRECT_TO_CONSUMER, TAX_INVOICING, FINANCE, LISTING)


class Seller:
    """One selling partner in one region.

    Tests and drills change the attributes: `roles.discard(...)`, `revoked = True`,
    `client_secret = ...` (a rotated secret), `suspended.add("CA")`.
    """

    def __init__(self, key, marketplaces, rng, *, roles=ROLES, name=None, pseudo=()):
        self.key = key
        self.name = name or f"Sandbox Trading {key}"
        self.marketplaces = [marketplace_of(country) for country in marketplaces]
        self.region = self.marketplaces[0].region
        if any(other.region != self.region for other in self.marketplaces):
            raise ValueError("A selling partner's authorization covers one region")
        self.pseudo = list(pseudo)  # stores Amazon lists that are no marketplaces
        self.roles = set(roles)
        self.revoked = False
        self.suspended = set()  # country codes of stores with suspended listings
        self.seller_id = "A" + _letters(rng, 13)
        self.client_id = f"amzn1.application-oa2-client.{rng.getrandbits(128):032x}"
        self.client_secret = f"amzn1.oa2-cs.v1.{rng.getrandbits(256):064x}"
        self.refresh_token = f"Atzr|{rng.getrandbits(512):0128x}"

    @property
    def credentials(self):
        return {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": self.refresh_token,
            "seller_id": self.seller_id,
        }

    @property
    def marketplace_ids(self):
        return {marketplace.id for marketplace in self.marketplaces}

    def participations(self):
        """The payload of getMarketplaceParticipations."""
        rows = [
            _participation(
                marketplace.id,
                marketplace.name,
                marketplace,
                f"www.{marketplace.domain}",
                self.name,
                marketplace.country in self.suspended,
            )
            for marketplace in self.marketplaces
        ]
        for number, name in enumerate(self.pseudo):
            home = self.marketplaces[0]
            pseudo_id = f"ANONAMAZON{number:04}"
            domain = f"sim{number}.stores.amazon.com"
            rows.append(_participation(pseudo_id, name, home, domain, self.name, False))
        return rows


def _participation(marketplace_id, name, home, domain, store, suspended):
    return {
        "marketplace": {
            "id": marketplace_id,
            "name": name,
            "countryCode": home.country,
            "defaultCurrencyCode": home.currency,
            "defaultLanguageCode": home.language,
            "domainName": domain,
        },
        "storeName": store,
        "participation": {"isParticipating": True, "hasSuspendedListings": suspended},
    }


def _letters(rng, count):
    return "".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", k=count))
