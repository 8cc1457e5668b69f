"""Listings ► one quantity per SKU: what is to be sold, or why nothing is sent.

Amazon keeps one quantity per account and SKU, for all stores. So the stores that share
a SKU must agree on where its stock comes from; where they don't, nothing is sent.
"""

import math
from collections import defaultdict, namedtuple
from dataclasses import dataclass

from odoo.tools import SQL

from .stock_levels import EPSILON, Source, levels

_Row = namedtuple(
    "_Row",
    "sku store product factor buffer remote channel status parent active",
)


@dataclass
class Wanted:
    """What a SKU has to sell. code: why nothing is sent, "" when it is; detail: names
    for the sentence that explains the code."""

    code: str = ""
    detail: str = ""
    product_id: int | None = None
    quantity: int = 0
    reserved: int = 0
    lead_time: int = 0
    is_negative: bool = False


def wanted(account, skus=None):
    """{sku: Wanted} of the account's listings, or of those with these SKUs."""
    settings = _settings(account)
    groups = defaultdict(list)
    for row in _rows(account, skus):
        groups[row.sku].append(row)
    plans = {sku: _plan(rows, settings) for sku, rows in groups.items()}
    asked = defaultdict(set)
    for plan in plans.values():
        if not plan.result.code:
            asked[plan.source].add(plan.result.product_id)
    stock = levels(account.env, account.company_id, asked)
    return {sku: _fill(plan, stock) for sku, plan in plans.items()}


def _settings(account):
    """{store id: its settings}; stores that are archived are not there."""
    return {
        store.id: _Settings(
            store.name,
            Source(
                frozenset(store._stock_warehouses().ids),
                store.stock_basis,
                store.stock_due_days if store.stock_basis == "due" else 0,
            ),
            store.stock_buffer,
            store.stock_lead_time,
        )
        for store in account.store_ids.filtered("active")
    }


_Settings = namedtuple("_Settings", "name source buffer lead_time")


@dataclass
class _Plan:
    result: Wanted
    source: Source | None = None
    factor: int = 1
    buffer: int = 0


def _rows(account, skus):
    account.env["amazon.listing"].flush_model()
    chosen = SQL("TRUE") if skus is None else SQL("sku = ANY(%s)", list(skus))
    rows = account.env.execute_query(
        SQL(
            """
            SELECT sku, store_id, product_id, quantity_factor, stock_buffer, is_remote,
                   channel, status, is_parent, active
              FROM amazon_listing
             WHERE account_id = %s AND %s
            """,
            account.id,
            chosen,
        )
    )
    return [_Row(*row) for row in rows]


def is_pushed(row, stores):
    """Whether a listing takes part in its SKU's quantity."""
    return (
        row.store in stores
        and row.active
        and not row.parent
        and not row.remote
        and row.channel == "merchant"
        and row.status == "listed"
    )


def _plan(rows, stores):
    """What is decided before any stock is looked at."""
    if any(row.channel == "fba" and not row.remote for row in rows):
        return _Plan(Wanted("fba"))  # a quantity would make it the merchant's
    if all(row.parent for row in rows):
        return _Plan(Wanted("family"))
    chosen = [row for row in rows if is_pushed(row, stores)]
    if not chosen:
        mirrors = all(row.remote for row in rows if row.status == "listed")
        remote = mirrors and any(row.remote for row in rows)
        return _Plan(Wanted("remote" if remote else "gone"))
    linked = {(row.product, row.factor) for row in chosen if row.product}
    if not linked:
        return _Plan(Wanted("unlinked"))
    names = ", ".join(sorted(stores[row.store].name for row in chosen))
    product_id, factor = min(linked)
    if len(linked) > 1:
        return _Plan(Wanted("conflict", names, product_id))
    settings = [stores[row.store] for row in chosen]
    without = [s.name for s in settings if not s.source.warehouses]
    if without:
        return _Plan(Wanted("warehouse", ", ".join(sorted(without)), product_id))
    if len({s.source for s in settings}) > 1:
        return _Plan(Wanted("conflict", names, product_id))
    return _Plan(
        Wanted(
            product_id=product_id,
            lead_time=max(s.lead_time or 0 for s in settings),
        ),
        settings[0].source,
        factor or 1,
        max(
            stores[row.store].buffer or 0 if (row.buffer or 0) < 0 else row.buffer or 0
            for row in chosen
        ),
    )


def _fill(plan, stock):
    result = plan.result
    if result.code:
        return result
    level = stock[plan.source, result.product_id]
    result.reserved = level.reserved
    if level.units is None:
        result.code = "not_stored"
        return result
    result.is_negative = level.is_negative
    sets = math.floor(level.units / plan.factor + EPSILON)
    result.quantity = min(max(0, sets - plan.buffer), 10**9 - 1)
    return result


def affected(account, product_ids):
    """The SKUs that sell these products, or did when they were computed last."""
    return [
        row[0]
        for row in account.env.execute_query(
            SQL(
                """
                SELECT sku FROM amazon_listing
                 WHERE account_id = %(account)s AND product_id = ANY(%(products)s)
                 UNION
                SELECT sku FROM amazon_quantity
                 WHERE account_id = %(account)s AND product_id = ANY(%(products)s)
                """,
                account=account.id,
                products=list(product_ids),
            )
        )
    ]


def targets(account, skus):
    """{sku: (marketplace ids, product type or "PRODUCT")}: where a quantity goes."""
    account.env["amazon.listing"].flush_model()
    found = {}
    for sku, marketplace, product_type in account.env.execute_query(
        SQL(
            """
            SELECT listing.sku, place.api_id, listing.product_type
              FROM amazon_listing listing
              JOIN amazon_store store ON store.id = listing.store_id AND store.active
              JOIN amazon_marketplace place ON place.id = store.marketplace_id
             WHERE listing.account_id = %s AND listing.sku = ANY(%s)
               AND listing.active AND listing.channel = 'merchant'
               AND listing.status = 'listed'
               AND listing.is_parent IS NOT TRUE AND listing.is_remote IS NOT TRUE
          ORDER BY store.sequence, store.id
            """,
            account.id,
            list(skus),
        )
    ):
        places, known = found.setdefault(sku, ([], "PRODUCT"))
        places.append(marketplace)
        if product_type and known == "PRODUCT":
            found[sku] = places, product_type
    return found
