"""Lots and serial numbers of what Amazon shipped: they never hold up an FBA order.

In this order: the serial numbers Amazon names, the lots in the FBA location by the
product's removal strategy (FIFO, LIFO, FEFO …), then a lot that says nobody knows.
"""

from collections import defaultdict, namedtuple

from odoo.fields import Command

UNKNOWN_LOT = "Amazon FBA"
EPSILON = 1e-6

# units of a lot taken from somewhere; ``lot`` is the name of one that is not found yet
Piece = namedtuple("Piece", "lot place package owner units")


def assign(lines, location, values_list):
    """Put lots on the values of those moves that need them, for a whole batch."""
    products = lines.env["product.product"].browse(
        {values["product_id"] for values in values_list}
    )
    tracked = products.filtered(lambda p: p.tracking != "none" and p.is_storable)
    if not tracked:
        return
    company = lines.company_id
    by_id = {line.id: line for line in lines}
    needs = [
        (values, tracked.browse(values["product_id"]), by_id[values["sale_line_id"]])
        for values in values_list
        if values["product_id"] in tracked.ids
    ]
    named = [_named(line, product) for _values, product, line in needs]
    shelf = _Shelf(tracked, location, {name for names in named for name in names})
    pieces = [
        shelf.take(product, _units(values, product), names, line.order_id.name)
        for (values, product, line), names in zip(needs, named, strict=True)
    ]
    lots = _lots(
        company,
        {
            (product, piece.lot)
            for (_values, product, _line), taken in zip(needs, pieces, strict=True)
            for piece in taken
            if isinstance(piece.lot, str)
        },
    )
    for (values, product, _line), taken in zip(needs, pieces, strict=True):
        values.pop("quantity")
        values["move_line_ids"] = [
            Command.create(_line_values(values, product, piece, lots))
            for piece in taken
        ]


def _units(values, product):
    uom = product.env["uom.uom"].browse(values["product_uom"])
    return uom._compute_quantity(values["quantity"], product.uom_id)


def _named(line, product):
    """The serial numbers Amazon names for the item of a sale line."""
    if product.tracking != "serial" or product != line.product_id:
        return []
    payload = line.amazon_order_id.sudo().payload or {}
    for item in payload.get("orderItems") or []:
        if item.get("orderItemId") == line.amazon_order_line_id.item_ref:
            return item["product"].get("serialNumbers") or []
    return []


class _Shelf:
    """What lies in the FBA location, by lot, in the order it is to be taken."""

    def __init__(self, products, location, named):
        self.location = location
        self.pieces = defaultdict(list)
        self.numbers = defaultdict(int)
        Quant = products.env["stock.quant"]
        self.gone = _at_customers(Quant, products, named)
        by_strategy = defaultdict(lambda: products.browse())
        for product in products:
            strategy = Quant._get_removal_strategy(product, location)
            by_strategy[strategy] |= product
        for strategy, chosen in by_strategy.items():
            for quant in _quants(Quant, chosen, location, strategy):
                units = quant.quantity - quant.reserved_quantity
                if units > EPSILON:
                    self.pieces[quant.product_id].append(
                        Piece(
                            quant.lot_id,
                            quant.location_id,
                            quant.package_id,
                            quant.owner_id,
                            units,
                        )
                    )

    def take(self, product, units, named, sale):
        """Pieces that make up the units; what Amazon names goes first."""
        pieces = self.pieces[product]
        wanted = [piece for piece in pieces if piece.lot.name in named]
        taken = self._from(product, wanted, units)
        known = {piece.lot.name for piece in wanted}
        new = [n for n in named if n not in known and (product, n) not in self.gone]
        # a serial number stands for one unit
        taken += [self._piece(name, 1) for name in new[: round(units - _sum(taken))]]
        taken += self._from(product, self.pieces[product], units - _sum(taken))
        return taken + self._unknown(product, units - _sum(taken), sale)

    def _from(self, product, pieces, units):
        """So many units of these pieces, taken off the shelf."""
        taken, left = [], list(self.pieces[product])
        for piece in pieces:
            if units < EPSILON:
                break
            part = min(units, piece.units)
            taken.append(piece._replace(units=part))
            left[left.index(piece)] = piece._replace(units=piece.units - part)
            units -= part
        self.pieces[product] = [piece for piece in left if piece.units > EPSILON]
        return taken

    def _unknown(self, product, units, sale):
        """Units Odoo has not at Amazon: the stock goes negative there."""
        if units < EPSILON:
            return []
        if product.tracking == "lot":
            return [self._piece(UNKNOWN_LOT, units)]
        return [
            self._piece(self._number(product, sale), 1) for _unit in range(round(units))
        ]

    def _piece(self, name, units):
        return Piece(name, self.location, False, False, units)

    def _number(self, product, sale):
        self.numbers[product, sale] += 1
        return f"{UNKNOWN_LOT} {sale}-{self.numbers[product, sale]}"


def _sum(pieces):
    return sum(piece.units for piece in pieces)


def _at_customers(Quant, products, named):
    """{(product, serial number)} of those that were sold before."""
    if not named:
        return set()
    quants = Quant.search(
        [
            ("product_id", "in", products.ids),
            ("lot_id.name", "in", list(named)),
            ("location_id.usage", "=", "customer"),
            ("quantity", ">", 0),
        ]
    )
    return {(quant.product_id, quant.lot_id.name) for quant in quants}


def _quants(Quant, products, location, strategy):
    order = Quant._get_removal_strategy_order(strategy)
    quants = Quant.search(
        [
            ("product_id", "in", products.ids),
            ("location_id", "child_of", location.id),
            ("lot_id", "!=", False),
            ("quantity", ">", 0),
        ],
        order=order or None,
    )
    if not order:  # the closest one
        quants = quants.sorted(lambda q: (q.location_id.complete_name, -q.id))
    return quants


def _lots(company, wanted):
    """{(product, name): lot}; those that are missing are made in one go."""
    if not wanted:
        return {}
    Lot = company.env["stock.lot"]
    found = Lot.search(
        [
            ("product_id", "in", [product.id for product, _name in wanted]),
            ("name", "in", [name for _product, name in wanted]),
            ("company_id", "in", (company.id, False)),
        ]
    )
    lots = {(lot.product_id, lot.name): lot for lot in found}
    missing = sorted(wanted - set(lots), key=lambda each: (each[0].id, each[1]))
    made = Lot.create(
        [
            {"product_id": product.id, "name": name, "company_id": company.id}
            for product, name in missing
        ]
    )
    return lots | dict(zip(missing, made, strict=True))


def _line_values(values, product, piece, lots):
    lot = lots[product, piece.lot] if isinstance(piece.lot, str) else piece.lot
    return {
        "product_id": product.id,
        "product_uom_id": product.uom_id.id,
        "quantity": piece.units,
        "lot_id": lot.id,
        "package_id": piece.package and piece.package.id,
        "owner_id": piece.owner and piece.owner.id,
        "location_id": piece.place.id,
        "location_dest_id": values["location_dest_id"],
        "company_id": values["company_id"],
        "picked": True,
    }
