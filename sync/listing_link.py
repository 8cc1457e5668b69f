"""Which product a seller SKU is: the stored link first, then the internal reference."""

from collections import defaultdict


def ensure(env, wanted):
    """Find or make the listings of ``(store, sku, item values, is FBA)`` tuples.

    A SKU seen for the first time gets a listing. In stores that aren't linked by hand it
    is linked as in the account's other stores, else when exactly one product has it as
    internal reference; otherwise it is left for a person to link. What it is, Amazon is
    asked by the next load of products.

    :return: {(store, sku): listing}
    """
    if not wanted:
        return {}
    Listing = env["amazon.listing"]
    stores = env["amazon.store"].union(*(store for store, *_rest in wanted))
    skus = list({sku for _store, sku, *_rest in wanted})
    found = {
        (listing.store_id, listing.sku): listing
        for listing in Listing.with_context(active_test=False).search(
            [("store_id", "in", stores.ids), ("sku", "in", skus)]
        )
    }
    missing = {}
    for store, sku, values, is_fba in wanted:
        if (store, sku) not in found and (store, sku) not in missing:
            missing[store, sku] = {
                "store_id": store.id,
                "sku": sku,
                "asin": values["asin"],
                "name": values["name"] or sku,
                "channel": "fba" if is_fba else "merchant",
                "to_load": store.account_id.sync_products,
            }
    if missing:
        links = _Links(env, stores, skus)
        for (store, sku), values in missing.items():
            values |= links.of(store, sku)
        created = Listing.create(list(missing.values()))
        created.filtered("to_load").account_id._enqueue("catalog")
        found.update(zip(missing, created, strict=True))
    return found


class _Links:
    """What is stored about some SKUs, read once."""

    def __init__(self, env, stores, skus):
        self.products = products_by_reference(env, stores.company_id, skus)
        self.elsewhere = defaultdict(set)
        for listing in env["amazon.listing"].search(
            [
                ("account_id", "in", stores.account_id.ids),
                ("sku", "in", skus),
                ("product_id", "!=", False),
            ]
        ):
            link = listing.product_id, listing.quantity_factor
            self.elsewhere[listing.account_id, listing.sku].add(link)

    def of(self, store, sku):
        """Values of a new listing; {} when a person has to say."""
        if store.match_mode != "sku":
            return {}
        known = self.elsewhere[store.account_id, sku]
        if len(known) == 1:
            [(product, factor)] = known
            method = "account"
        else:
            product = not known and self.products.get((store.company_id.id, sku))
            factor, method = 1, "sku"
        if not product:
            return {}
        return {
            "product_id": product.id,
            "quantity_factor": factor,
            "link_method": method,
        }


def products_by_reference(env, companies, references):
    """{(company id, internal reference): product}; ambiguous references are left out,
    and what can't be sold alone: archived products and combos.

    One query for all; products shared by all companies count for each.
    """
    Product = env["product.product"].with_context(active_test=False)
    by_key = defaultdict(lambda: env["product.product"])
    products = Product.search(
        [
            ("default_code", "in", references),
            ("company_id", "in", [False, *companies.ids]),
        ]
    )
    for product in products.with_env(env):
        for company in product.company_id or companies:
            by_key[company.id, product.default_code] |= product
    return {
        key: found
        for key, found in by_key.items()
        if len(found) == 1 and found.active and found.type != "combo"
    }
