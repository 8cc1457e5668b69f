"""Amazon's prices ► the store's pricelist (row 2.25)."""

from .leading import leading, speaking


def update(batch):
    """One fixed price per product, made or brought up to date."""
    store = batch.store
    products = batch.listings.product_id
    if not store.load_prices or not products:
        return
    if not store.pricelist_id and store.currency_id.active:
        store.pricelist_id = store._pricelist(store.currency_id)
    pricelist = store.pricelist_id.with_env(batch.env)
    listings = speaking(
        batch,
        [
            ("store_id", "=", store.id),
            ("product_id", "in", products.ids),
            ("price", ">", 0),
        ],
    )
    if not pricelist or not listings:
        return
    items = {
        item.product_id: item
        for item in batch.env["product.pricelist.item"].search(
            [
                ("pricelist_id", "=", pricelist.id),
                ("product_id", "in", products.ids),
                ("applied_on", "=", "0_product_variant"),
                ("compute_price", "=", "fixed"),
                ("min_quantity", "=", 0),
                ("date_start", "=", False),
                ("date_end", "=", False),
            ],
            order="id",
        )
    }
    missing = []
    for product, listing in leading(listings).items():
        item = items.get(product)
        if not item:
            missing.append(_prepare(pricelist, listing))
        elif store.currency_id.compare_amounts(item.fixed_price, listing.price):
            item.fixed_price = listing.price
            batch.updated |= product
    batch.env["product.pricelist.item"].create(missing)


def _prepare(pricelist, listing):
    return {
        "pricelist_id": pricelist.id,
        "applied_on": "0_product_variant",
        "product_tmpl_id": listing.product_id.product_tmpl_id.id,
        "product_id": listing.product_id.id,
        "compute_price": "fixed",
        "fixed_price": listing.price,
        "min_quantity": 0,
    }
