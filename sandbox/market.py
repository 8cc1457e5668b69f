"""What a sandbox offers around listings: list, change, take off, and buy."""

from . import listings_seed
from .catalog import CATALOG, price_of
from .marketplaces import marketplace_of
from .products import Product

# Keywords of a listing; all others are facts about the product (`Product`).
_OFFER = (
    "quantity",
    "status",
    "condition",
    "by_amazon",
    "lead_time",
    "opened",
    "issues",
)
_LIST_PRICE = object()


class Market:
    """The part of `Sandbox` that deals in listings."""

    def add_listing(
        self,
        seller,
        sku,
        *,
        marketplace=None,
        marketplaces=None,
        asin=None,
        title=None,
        price=_LIST_PRICE,
        **keywords,
    ):
        """List a SKU in these marketplaces, by default in all stores of the seller.

        `quantity`, `status` (Active, Inactive, Incomplete), `condition`, `by_amazon`,
        `lead_time`, `opened` and `issues` are the listing's. Other keywords are facts
        about the product (the fields of `Product`), and overwrite what the catalog
        knew of the ASIN. Without a `price` the list price is taken, None is none.
        Returns the listings.
        """
        with self.lock:
            seller = self._seller(seller)
            known = CATALOG.get(sku, {})
            asin = asin or known.get("asin") or listings_seed.asin_of(sku)
            offer = {name: keywords.pop(name) for name in _OFFER if name in keywords}
            # Facts a JSON caller can only write as lists.
            facts = {
                n: tuple(v) if isinstance(v, list) else v for n, v in keywords.items()
            }
            if unknown := set(facts) - set(Product.__dataclass_fields__):
                raise TypeError(f"Unknown keywords: {', '.join(sorted(unknown))}")
            product = self.products.put(
                asin, title or known.get("title", f"Product {sku}"), facts
            )
            if product.theme and price is _LIST_PRICE:
                price = None
            places = [marketplace] if marketplace else marketplaces
            return [
                self._list_at(seller, sku, place, product, title, price, offer)
                for place in places or seller.marketplaces
            ]

    def _list_at(self, seller, sku, place, product, title, price, offer):
        place = self._store(seller, place)
        if price is _LIST_PRICE:
            price = price_of(sku, place.currency)
        product.countries.add(place.country)
        return self.listings.add(
            seller, sku, place, product, title=title, price=price, **offer
        )

    def change_listing(self, seller, sku, marketplace=None, **changes):
        """Change `asin`, `title`, `price`, `status`, `condition`, `issues` (there, or
        everywhere), or the `quantity`, which is the same everywhere."""
        with self.lock:
            seller = self._seller(seller)
            quantity = changes.pop("quantity", None)
            places = [marketplace_of(marketplace).id] if marketplace else None
            changed = self.listings.change(seller, sku, places, **changes)
            for listing in changed:
                product = self.products.put(listing.asin, listing.title, {})
                product.countries.add(listing.marketplace.country)
            if quantity is not None:
                self.listings.stock(seller, sku).quantity = quantity
            return changed

    def remove_listing(self, seller, sku, marketplaces=None):
        """The seller deletes a listing, there or everywhere."""
        with self.lock:
            places = [marketplace_of(place).id for place in marketplaces or ()]
            self.listings.remove(self._seller(seller), sku, places or None)

    def generate_listings(self, seller, count, families=0, seed=0, marketplaces=None):
        """So many listings to sell, in so many families; their SKUs."""
        with self.lock:
            seller = self._seller(seller)
            return listings_seed.generate(
                self, seller, count, families, seed, marketplaces
            )

    def buy(self, marketplace, sku, quantity=1, *, seller=None, **keywords):
        """A buyer wants so many units: the order, or None where Amazon refuses.

        It refuses what isn't listed for sale there, and more than there is. `keywords`
        are those of the builder, `status="PENDING"` for one.
        """
        if quantity < 1:
            raise ValueError("A buyer buys one unit at least")
        with self.lock:
            place = marketplace_of(marketplace)
            seller = self._seller(seller) if seller else self.seller_of(place)
            listing = self.listings.find(seller, sku, [place.id]).get(place.id)
            if listing is None or listing.price is None:
                return None
            if listing.shown_status(self.clock.now()) != "Active":
                return None
            if listing.stock.quantity < quantity:
                return None
            item = {
                "sku": sku,
                "quantity": quantity,
                "unit_price": listing.price,
                "title": listing.title,
                "asin": listing.asin,
            }
            if not listing.stock.by_merchant:
                keywords.setdefault("fulfilled_by", "AMAZON")
            keywords.setdefault("created", self.clock.now())
            keywords.setdefault("updated", self.clock.now())
            return self.add_order(seller, marketplace=place, items=[item], **keywords)
