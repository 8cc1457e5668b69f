"""How many units of products there are to sell in sets of warehouses.

A handful of statements for any number of products: Odoo's own fields ask by warehouse,
and by kit. What comes out is never more than what Odoo itself calls free.
"""

import math
from collections import defaultdict, namedtuple
from datetime import timedelta

from odoo import fields
from odoo.tools import SQL

from . import stock_kits, stock_reserve

OPEN = ("confirmed", "waiting", "partially_available", "assigned")
EPSILON = 1e-6

# warehouses: frozenset of ids; basis: as in the store; days: 0 unless basis is "due"
Source = namedtuple("Source", "warehouses basis days")
# units: None when the product is not stored; reserved: in Amazon orders not in Odoo yet
Level = namedtuple("Level", "units reserved is_negative")


def levels(env, company, wanted, awaiting=None):
    """{(source, product): Level} of ``{Source: product ids}``.

    :param awaiting: as :func:`stock_reserve.awaiting` gives it; read when not given
    """
    if awaiting is None:
        awaiting = stock_reserve.awaiting(env, company)
    asked = {product_id for ids in wanted.values() for product_id in ids}
    if not asked:
        return {}
    kits = stock_kits.components(
        env,
        company,
        asked | {product_id for _warehouse, product_id, _units in awaiting},
    )
    shelf = {
        part for product_id in asked for part in kits.get(product_id, (product_id,))
    }
    book = _Book(env, company, wanted, shelf, awaiting, kits)
    return {
        (source, product_id): book.level(source, product_id)
        for source, product_ids in wanted.items()
        for product_id in product_ids
    }


def _at_amazon(env, company):
    """Paths below the FBA locations, as LIKE takes them: no merchant's stock there."""
    stores = env["amazon.store"].with_context(active_test=False).sudo()
    places = stores.search([("company_id", "=", company.id)]).fba_location_id
    return [f"{place.parent_path}%" for place in places]


class _Book:
    """Stock and demand of the products on the shelf, read once."""

    def __init__(self, env, company, sources, shelf, awaiting, kits):
        self.kits = kits
        self.at_amazon = _at_amazon(env, company)
        self.shelf = list(shelf)
        warehouses = {w for source in sources for w in source.warehouses}
        self.warehouses = list(warehouses)
        env["stock.quant"].flush_model()
        env["stock.move"].flush_model()
        env["stock.location"].flush_model()
        self.stored = self._stored(env)
        self.quants = self._quants(env)
        self.demand = {
            days: self._demand(env, days)
            for days in {s.days for s in sources if s.basis != "on_hand"}
        }
        self.awaiting = awaiting
        self.reserved = {source: self._reserved(source) for source in sources}
        self.free = {
            source: {part: self._free(source, part) for part in self.stored}
            for source in sources
        }

    def level(self, source, product_id):
        reserved = round(self.reserved[source][0].get(product_id, 0))
        free = self.free[source]
        if product_id not in self.kits:
            units = free.get(product_id)
            return Level(units, reserved, units is not None and units < -EPSILON)
        parts = [
            (free[part], need)
            for part, need in self.kits[product_id].items()
            if part in free
        ]
        if not parts:
            return Level(None, reserved, False)
        units = min(math.floor(have / need + EPSILON) for have, need in parts)
        return Level(units, reserved, units < 0)

    def _free(self, source, part):
        on_hand = held = demand = 0.0
        for warehouse, (quantity, reserved) in self.quants[part].items():
            if warehouse in source.warehouses:
                on_hand += quantity
                held += reserved
        if source.basis == "on_hand":
            return on_hand
        for (start, end), quantity in self.demand[source.days][part].items():
            if start in source.warehouses and end not in source.warehouses:
                demand += quantity
        if source.basis == "available":
            demand = max(demand, held)
        return on_hand - demand - self.reserved[source][1].get(part, 0)

    def _reserved(self, source):
        """({product: units}, the same with kits taken apart) of Amazon's orders."""
        own, parts = defaultdict(float), defaultdict(float)
        if source.basis == "on_hand":
            return own, parts  # whatever is ordered
        for warehouse, product_id, units in self.awaiting:
            if warehouse and warehouse not in source.warehouses:
                continue
            units = float(units)
            own[product_id] += units
            for part, need in self.kits.get(product_id, {product_id: 1}).items():
                parts[part] += units * need
        return own, parts

    def _stored(self, env):
        return {
            row[0]
            for row in env.execute_query(
                SQL(
                    """
                    SELECT product.id
                      FROM product_product product
                      JOIN product_template template
                        ON template.id = product.product_tmpl_id
                     WHERE product.id = ANY(%s) AND template.is_storable
                    """,
                    self.shelf,
                )
            )
        }

    def _quants(self, env):
        found = defaultdict(dict)
        for product_id, warehouse, quantity, reserved in env.execute_query(
            SQL(
                """
                SELECT quant.product_id, place.warehouse_id,
                       SUM(quant.quantity), SUM(quant.reserved_quantity)
                  FROM stock_quant quant
                  JOIN stock_location place ON place.id = quant.location_id
                 WHERE place.usage = 'internal'
                   AND place.warehouse_id = ANY(%s)
                   AND quant.product_id = ANY(%s)
                   AND NOT place.parent_path LIKE ANY(%s)
              GROUP BY quant.product_id, place.warehouse_id
                """,
                self.warehouses,
                self.shelf,
                self.at_amazon,
            )
        ):
            found[product_id][warehouse] = float(quantity), float(reserved or 0)
        return found

    def _demand(self, env, days):
        """{product: {(from warehouse, to warehouse or None): units}} of open moves."""
        soon = SQL("TRUE")
        if days:
            limit = fields.Datetime.now() + timedelta(days=days)
            soon = SQL("(move.date IS NULL OR move.date <= %s)", limit)
        found = defaultdict(dict)
        for product_id, start, end, quantity in env.execute_query(
            SQL(
                """
                SELECT move.product_id, start.warehouse_id,
                       CASE WHEN NOT goal.parent_path LIKE ANY(%s)
                            THEN goal.warehouse_id END AS goal_warehouse,
                       SUM(move.product_qty)
                  FROM stock_move move
                  JOIN stock_location start ON start.id = move.location_id
                  JOIN stock_location goal
                    ON goal.id = COALESCE(move.location_final_id, move.location_dest_id)
                 WHERE move.state IN %s
                   AND start.usage = 'internal'
                   AND start.warehouse_id = ANY(%s)
                   AND move.product_id = ANY(%s)
                   AND NOT start.parent_path LIKE ANY(%s)
                   AND %s
              GROUP BY move.product_id, start.warehouse_id, goal_warehouse
                """,
                self.at_amazon,
                OPEN,
                self.warehouses,
                self.shelf,
                self.at_amazon,
                soon,
            )
        ):
            found[product_id][start, end] = float(quantity)
        return found
