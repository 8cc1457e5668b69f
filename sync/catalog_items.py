"""ASINs ► catalog items: a record for each, before anything is known of it."""

import re

ASIN = re.compile("[0-9A-Z]{10}")


def ensure(store, asins):
    """{ASIN: its item in the store}, made where it is missing; one search, one create."""
    Item = store.env["amazon.catalog.item"]
    wanted = {asin for asin in asins if asin and ASIN.fullmatch(asin)}
    if not wanted:
        return {}
    found = {
        item.asin: item
        for item in Item.search(
            [("store_id", "=", store.id), ("asin", "in", [*wanted])]
        )
    }
    missing = sorted(wanted - set(found))
    created = Item.create([{"store_id": store.id, "asin": asin} for asin in missing])
    return found | dict(zip(missing, created, strict=True))
