"""Which warehouse ships a merchant order: routing rule, Amazon's location, the store's.

Rules, their countries and the stock they ask for are read once for a batch, whatever
the number of rules and orders.
"""

from collections import Counter, defaultdict, namedtuple

from . import stock_kits, stock_levels
from .customer_address import Geography, delivery_address
from .delivery_method import service_key
from .stock_levels import EPSILON, Source

# a routing rule, taken apart: sets are empty where it does not ask
Rule = namedtuple("Rule", "warehouse countries states services require_stock")


def choose(store, plans):
    """{order id: warehouse} for the plans of a batch, in the order they are taken."""
    if not (store.routing_rule_ids or store.location_mapping_ids):
        return {}
    rules = _rules(store.routing_rule_ids.with_prefetch())
    mappings = store.location_mapping_ids.with_prefetch()
    places = {_plain(mapping.location): mapping.warehouse_id for mapping in mappings}
    geography = Geography(store.env, [plan.order for plan in plans])
    stock = _Stock(store, plans, [r.warehouse for r in rules if r.require_stock])
    chosen = {}
    for plan in plans:
        address = geography.values(delivery_address(plan.order))
        warehouse = (
            _routed(rules, plan, address, stock)
            or next(filter(None, map(places.get, locations(plan.order))), None)
            or store.warehouse_id
        )
        stock.take(plan, warehouse)
        chosen[plan.order.order_id] = warehouse
    return chosen


def locations(order):
    """How Amazon names where an order ships from: most telling first.

    Orders API 2026-01-01 knows no supply source, only the address on the packages.
    """
    places = [package.ship_from_address for package in order.packages]
    return [
        _plain(getattr(place, field))
        for field in ("name", "postal_code", "city")
        for place in places
        if place and getattr(place, field)
    ]


def services(order):
    """Every name Amazon gives the speed or service the buyer has chosen."""
    fulfillment = order.fulfillment
    names = [package.shipping_service for package in order.packages]
    if fulfillment:
        transit = fulfillment.transit_time
        names += [fulfillment.service_level, transit and transit.shipping_service]
    return {service_key(name) for name in names if name}


def _plain(text):
    """How places are compared: without case, and with single spaces."""
    return " ".join((text or "").split()).casefold()


def _rules(records):
    return [
        Rule(
            rule.warehouse_id,
            {*rule.country_ids.ids, *rule.country_group_ids.country_ids.ids},
            set(rule.state_ids.ids),
            {service_key(x) for x in (rule.services or "").split(",") if x.strip()},
            rule.require_stock,
        )
        for rule in records
    ]


def _routed(rules, plan, address, stock):
    """The warehouse of the first rule that fits; None when none does."""
    named = services(plan.order)
    for rule in rules:
        if rule.countries and address["country_id"] not in rule.countries:
            continue
        if rule.states and address["state_id"] not in rule.states:
            continue
        if rule.services and not rule.services & named:
            continue
        if rule.require_stock and not stock.covers(plan, rule.warehouse):
            continue
        return rule.warehouse
    return None


class _Stock:
    """What the warehouses have free for the products of a batch, less what the batch
    has taken already. Nothing is read when no rule asks."""

    def __init__(self, store, plans, warehouses):
        self.taken = defaultdict(Counter)
        self.free = {}
        self.needs = {}
        if not warehouses:
            return
        ordered = {plan.order.order_id: _ordered(plan) for plan in plans}
        asked = set().union(*ordered.values())
        kits = stock_kits.components(store.env, store.company_id, asked)
        for order_id, products in ordered.items():
            need = self.needs[order_id] = Counter()
            for product_id, units in products.items():
                for part, each in kits.get(product_id, {product_id: 1}).items():
                    need[part] += units * each
        shelf = set().union(*self.needs.values())
        sources = {w: Source(frozenset(w.ids), "available", 0) for w in warehouses}
        levels = stock_levels.levels(
            store.env,
            store.company_id,
            dict.fromkeys(sources.values(), shelf),
            # this batch is among the orders that wait for their transfers
            awaiting=(),
        )
        self.free = {
            warehouse: {part: levels[source, part].units for part in shelf}
            for warehouse, source in sources.items()
        }

    def covers(self, plan, warehouse):
        free, taken = self.free[warehouse], self.taken[warehouse]
        return all(
            free[part] is None or free[part] - taken[part] >= need - EPSILON
            for part, need in self.needs[plan.order.order_id].items()
        )

    def take(self, plan, warehouse):
        self.taken[warehouse].update(self.needs.get(plan.order.order_id, {}))


def _ordered(plan):
    """{product id: units} that are still to be shipped."""
    ordered = Counter()
    for line in plan.record.line_ids:
        units = line.quantity - line.quantity_fulfilled
        if units > 0 and line.product_id:
            ordered[line.product_id.id] += units * line.listing_id.quantity_factor
    return ordered
