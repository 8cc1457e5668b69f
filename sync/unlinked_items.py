"""Items without a product: held, looked up at Amazon, or sold as a service line.

Two cases, each with its setting (row 4.28): a listing that a load has brought, but that
stayed without product; and a SKU that only an order knows. The second one is first
asked for at Amazon, with all others of the store; its order goes on when that is done.
A service line has no transfer: the warehouse is told in words, and its units are
confirmed with the goods that leave last.
"""

from datetime import timedelta

from markupsafe import Markup

from odoo import fields

from .problem import Problem

HOLD, WAIT, SERVICE = "hold", "wait", "service"
ANSWER_LIFE = timedelta(days=1)  # Amazon's "no such SKU" may be over by then
LOOK_AGAIN = timedelta(hours=1)  # should nobody tell that the load has ended


# -- deciding -------------------------------------------------------------------------


def check(record):
    """Refuse what has to be held; the rest of the unlinked items become service lines.

    :raises Problem: "unlinked" for a person to act, "loading" for the time being
    """
    lines = record.line_ids
    unlinked = lines.filtered(lambda x: x.quantity and not x.product_id)
    if not unlinked:
        return
    unlinked = unlinked.with_prefetch(lines._prefetch_ids)  # read with those of others
    decided = unlinked.grouped(decide)
    if HOLD in decided:
        raise Problem("unlinked", _skus(decided[HOLD]))
    if WAIT in decided:
        raise Problem("loading", _skus(decided[WAIT]))
    store = record.store_id
    if not store.unknown_product_id:
        raise Problem(
            "settings",
            record.env._(
                "Store %s lacks the product for unlinked items: press Create Defaults "
                "on the store.",
                store.name,
            ),
        )


def _skus(lines):
    return ", ".join(dict.fromkeys(line.sku or "?" for line in lines))


def decide(line):
    """What becomes of an item without product."""
    listing, store = line.listing_id, line.order_id.store_id
    if not listing:  # neither SKU nor ASIN: nobody can be asked
        return HOLD
    if listing.status != "not_listed" or listing.is_manual:
        if listing.to_match and store.is_loading:
            # its product is being looked for; of a load that can't go on nobody knows
            return WAIT if store._can_load() else HOLD
        return SERVICE if store.unlinked_policy == "service" else HOLD
    if store.unknown_sku_policy == "hold":
        return HOLD
    if is_unknown_to_amazon(listing):
        return SERVICE
    if listing.lookup == "failed" and _is_fresh(listing):
        return HOLD
    return WAIT if store.can_load_skus else HOLD


def is_unknown_to_amazon(listing):
    """Amazon was asked lately, and lists no such SKU."""
    return listing.lookup == "unknown" and _is_fresh(listing)


def _is_fresh(listing):
    asked = listing.lookup_date
    return bool(asked) and asked > fields.Datetime.now() - ANSWER_LIFE


def ask(orders):
    """Have the catalog job load what these orders wait for and nobody has asked for."""
    listings = orders.line_ids.listing_id.filtered(
        lambda listing: not listing.product_id
        and not listing.to_load
        and listing.status == "not_listed"
        and not is_unknown_to_amazon(listing)
    )
    if listings:
        listings.to_load = True
        listings.account_id._enqueue("catalog")


# -- the sale -------------------------------------------------------------------------


def product_of(line):
    """The product that an order item is sold as."""
    return line.product_id or line.order_id.store_id.unknown_product_id


def sale_values(line, quantity):
    """(product, quantity, own values) of an item's sale line."""
    values = {"amazon_order_line_id": line.id}
    if line.product_id:
        return line.product_id, quantity * line.listing_id.quantity_factor, values
    # Amazon's title and SKU say what it is, and one unit is one unit
    title = line.name or line.sku
    name = title if title == line.sku else f"[{line.sku}] {title}"
    return product_of(line), quantity, values | {"name": name}


def service_lines(sales):
    """Items of Amazon that are sold as a service."""
    return sales.order_line.filtered(
        lambda line: line.amazon_order_line_id and line.product_id.type == "service"
    )


def deliver(lines):
    """These service lines have left the house."""
    for units, own in _undelivered(lines).grouped("product_uom_qty").items():
        own.qty_delivered = units


def announce(lines):
    """Tell the warehouse of what no transfer shows; without a transfer, by a task.

    :param lines: service lines that are new, or have more units now
    """
    for sale, own in lines.grouped("order_id").items():
        items = own.amazon_order_line_id.filtered(
            lambda item: item.quantity_outside < item.quantity
        )
        if not items:
            continue
        words = Markup("<br/>").join(map(_by_hand, items))
        for document in (sale, *sale.picking_ids):
            document.message_post(body=words)
        if not _open_shipments(sale) and _undelivered(own):
            _give_task(sale, words)


def _give_task(sale, words):
    order, user = sale.amazon_order_id, sale.amazon_store_id.account_id.user_id
    values = {"note": words, "user_id": (user or sale.env.user).id}
    if order:
        order.activity_schedule("amazon_connector.activity_ship_by_hand", **values)
        return
    # of a day's sale Amazon is told nothing: there is no button to press
    sale.activity_schedule(
        "mail.mail_activity_data_todo",
        summary=sale.env._("Ship it by hand, then enter what was delivered"),
        **values,
    )


def _by_hand(item):
    return item.env._(
        "%(count)s × SKU %(sku)s (%(title)s) is not a stocked product in Odoo: ship it "
        "by hand.",
        count=item.quantity - item.quantity_outside,
        sku=item.sku,
        title=item.name,
    )


def _undelivered(lines):
    return lines.filtered(lambda line: line.qty_delivered < line.product_uom_qty)


def _open_shipments(sale):
    return sale.picking_ids.filtered(
        lambda picking: picking.picking_type_code == "outgoing"
        and picking.state not in ("done", "cancel")
    )


def all_left(sale):
    """Whether nothing of the sale is to be shipped any more, by transfer or by hand."""
    return not (_open_shipments(sale) or _undelivered(service_lines(sale)))


# -- leaving --------------------------------------------------------------------------


def _leaving_with(picking):
    """Service lines that go with the last goods of the sale."""
    sale = picking.sale_id
    return service_lines(sale if not _open_shipments(sale) else sale.browse())


def deliver_with(pickings):
    """What goes with the last goods counts as delivered."""
    for picking in pickings:
        deliver(_leaving_with(picking))


def confirmed_with(picking, told):
    """{order item id: units Amazon does not know of} of what goes with a transfer."""
    return to_confirm(_leaving_with(picking), told)


def to_confirm(lines, told):
    """:param told: {order item: units Amazon knows of}, kept up to date"""
    items = {}
    for item in lines.amazon_order_line_id:
        known = told.get(item, 0)
        if item.quantity > known:
            items[item.item_ref] = item.quantity - known
            told[item] = item.quantity
    return items


def has_left(sale):
    """Whether service lines of the sale are on their way to the buyer."""
    return any(line.qty_delivered for line in service_lines(sale))


def left_by_hand(order):
    """Service lines of a merchant order that nothing takes along any more."""
    sale = order.sale_order_id
    if (
        order.fulfilled_by != "MERCHANT"
        or sale.state != "sale"
        or sale.amazon_order_id != order
        or _open_shipments(sale)
    ):
        return sale.order_line.browse()
    return _undelivered(service_lines(sale))
