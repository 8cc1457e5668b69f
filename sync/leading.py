"""Of several listings of a product: the one whose facts count.

Merchant and FBA, new and used, several stores: without a fixed order the last one read
would win, and every load would change the product again.
"""

from .listing_batch import is_new


def leading(listings):
    """{product: its leading listing}"""
    found = {}
    for listing in listings.sorted(_rank):
        found.setdefault(listing.product_id, listing)
    return found


def _rank(listing):
    store = listing.store_id
    return (
        store.sequence,
        store.id,
        not is_new(listing),
        listing.status != "listed",
        listing.id,
    )


def speaking(batch, domain):
    """Listings whose facts are the product's: not gone, and one unit a sale."""
    return (
        batch.env["amazon.listing"]
        .search(
            [
                *domain,
                ("company_id", "=", batch.company.id),
                ("status", "!=", "canceled"),
                ("is_parent", "=", False),
                ("quantity_factor", "=", 1),
            ]
        )
        .with_env(batch.env)
    )
