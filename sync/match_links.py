"""What is stored already: the links of other listings, and internal references."""

from collections import defaultdict

from .match_family import within


class Known:
    """Listings of the account with a SKU or an ASIN of the batch, and the products that
    have one of their SKUs as internal reference: two searches for a batch."""

    def __init__(self, batch):
        env, todo = batch.env, batch.todo
        Listing = env["amazon.listing"].with_context(active_test=False)
        listings = Listing.search(
            [
                ("account_id", "=", batch.store.account_id.id),
                "|",
                ("sku", "in", todo.mapped("sku")),
                ("asin", "in", [asin for asin in todo.mapped("asin") if asin]),
            ]
        ).with_env(env)
        self.by_sku, self.by_asin = defaultdict(list), defaultdict(list)
        for listing in listings:
            self.by_sku[listing.sku].append(listing)
            if listing.asin and listing.condition:
                self.by_asin[listing.asin, listing.condition].append(listing)
        self.products = products_by_sku(
            env, batch.company, {*listings.mapped("sku"), *todo.mapped("sku")}
        )

    def product_of_sku(self, sku):
        """The one product that can be sold and has this internal reference."""
        found = [p for p in self.products[sku] if p.active and p.type != "combo"]
        return found[0] if len(found) == 1 == len(self.products[sku]) else None


def products_by_sku(env, company, skus):
    """{SKU: [product]}, archived ones as well: their reference is taken, too."""
    found = defaultdict(list)
    Product = env["product.product"].with_context(active_test=False)
    for product in Product.search(
        [
            ("default_code", "in", list(skus)),
            ("company_id", "in", [False, company.id]),
        ]
    ).with_env(env):
        found[product.default_code].append(product)
    return found


def known(batch):
    if batch.known is None:
        batch.known = Known(batch)
    return batch.known


def by_account(batch):
    """The same SKU in another store of the account: one SKU is one thing."""
    if not batch.open:
        return
    for listing in batch.open:
        others = [
            other
            for other in known(batch).by_sku[listing.sku]
            if other.store_id != batch.store and other.product_id
        ]
        _agree(batch, listing, _links(others), "account")


def by_stored_asin(batch):
    """Listings with the same ASIN that were linked before this load began.

    What this load links is no evidence of old: with it, the outcome would depend on
    which of two SKUs came first.
    """
    start = batch.load.start
    for listing in batch.open:
        peers = [
            peer
            for peer in _peers(batch, listing)
            if peer.product_id
            and not (start and peer.link_date and peer.link_date >= start)
        ]
        _agree(batch, listing, _links(peers), "asin")


def by_sku(batch):
    """Exactly one product has the SKU as its internal reference, or one of the family's."""
    for listing in batch.open:
        products = known(batch).products[listing.sku]
        product = known(batch).product_of_sku(listing.sku)
        if not product and len(products) > 1:
            sold = [p for p in products if p.active and p.type != "combo"]
            inside = within(batch, listing, sold)
            product = inside[0] if len(inside) == 1 else None
        if product:
            batch.link(listing, product, "sku")
        elif len(products) > 1:
            batch.refuse(
                listing,
                batch.env._(
                    "%(count)s products have the internal reference %(sku)s. Link the "
                    "right one.",
                    count=len(products),
                    sku=listing.sku,
                ),
            )
        elif products:
            batch.refuse(
                listing,
                batch.env._(
                    "The product with the internal reference %s is archived or a "
                    "combo. Restore it, or link another one.",
                    listing.sku,
                ),
            )


def found_nothing(batch, listing):
    """What Amazon's id has told: nothing; "" of a listing without it."""
    if not listing.asin:
        return ""
    return batch.env._(
        "No other SKU with its ASIN %s and condition is linked.", listing.asin
    )


def by_new_asin(batch):
    """Listings with the same ASIN that are linked by now, or that will be by their own
    SKU when it is their turn."""
    for listing in batch.open:
        links = set()
        for peer in _peers(batch, listing):
            if peer in batch.links:
                product, factor, _method = batch.links[peer]
            elif peer.product_id:
                product, factor = peer.product_id, peer.quantity_factor
            elif _will_match(peer):
                product, factor = known(batch).product_of_sku(peer.sku), 1
            else:
                continue
            if product:
                links.add((product, factor))
        _agree(batch, listing, links, "asin")


def _peers(batch, listing):
    """Other listings of the account that sell the same thing in the same condition."""
    if not (listing.asin and listing.condition):
        return []
    return [
        peer
        for peer in known(batch).by_asin[listing.asin, listing.condition]
        if peer != listing
    ]


def _will_match(listing):
    return (
        not listing.is_manual
        and not listing.is_parent
        and listing.status != "canceled"
        and listing.store_id.match_mode == "sku"
    )


def _links(listings):
    return {(listing.product_id, listing.quantity_factor) for listing in listings}


def _agree(batch, listing, links, method):
    """One link, or of several the one that leads into the family's product."""
    if len(links) > 1:
        inside = within(batch, listing, {product for product, _factor in links})
        links = {link for link in links if link[0] in inside} or links
    if len(links) == 1:
        [(product, factor)] = links
        batch.link(listing, product, method, factor)
    elif links:
        where = (
            batch.env._("its SKU in other stores")
            if method == "account"
            else batch.env._("other SKUs with its ASIN")
        )
        batch.refuse(
            listing,
            batch.env._(
                "%(where)s lead to different products or units per sale: %(products)s. "
                "Link the right one.",
                where=where[:1].upper() + where[1:],
                products=", ".join(
                    sorted(f"{product.display_name} × {n}" for product, n in links)
                ),
            ),
        )
