"""Amazon's changes ► the sale, as long as nothing speaks against it (row 4.35)."""

from odoo.exceptions import UserError
from odoo.fields import Command

from ..spapi.amounts import order_amounts
from ..spapi.errors import AmountMismatch, MalformedOrder
from ..spapi.orders import parse_order
from . import order_change, unlinked_items
from .customer_delivery import Customer
from .order_import import verify
from .order_plan import Plan
from .order_snapshot import item_values
from .order_tax import TaxRules
from .problem import Problem
from .sale_builder import SaleBuilder

WRITTEN = ("product_uom_qty", "price_unit", "discount", "tax_ids", "extra_tax_data")
GONE = {"product_uom_qty": 0, "extra_tax_data": False}


def apply(order):
    """Give the sale of a changed order what Amazon says now.

    :raises UserError: why not, and what to do; nothing was changed then
    """
    sale = order.sale_order_id
    _check_sale(order, sale)
    rows, locked = order.changes, sale.locked
    with order.env.cr.savepoint():
        plan = _plan(order)
        values, expected = _values(plan, sale)
        commands = _commands(plan, sale, values)
        if locked:
            sale.action_unlock()
        moves = sale.order_line.move_ids
        units = {line: line.product_uom_qty for line in sale.order_line}
        if order.fulfilled_by == "AMAZON":  # Amazon's stock needs no transfer
            sale = sale.with_context(skip_procurement=True)
        sale.write({"order_line": commands})
        _check_transfers(order, sale, moves)
        _check_invoices(sale)
        try:
            verify(sale, plan, expected)
        except Problem as exc:
            raise UserError(_by_hand(order, str(exc))) from exc
        if locked:
            sale.action_lock()
        added = sale.order_line.filtered(
            lambda line: line.amazon_order_line_id
            and line.product_uom_qty > units.get(line, 0)
        )
        _settle(order, plan.order, added)
    body = order.env._("Amazon's changes were applied:") + order._change_table(rows)
    sale.message_post(body=body)
    order.message_post(body=body)


def keep(order):
    """Leave the sale as it is; only a further change is shown again."""
    rows = order.changes
    now = order_change.terms_of(order.payload, order.store_id)
    order.write({"kept_terms": now, "changes": False, "is_changed": False})
    order_change.tell(order)
    body = order.env._("Amazon's changes were not taken over:")
    body += order._change_table(rows)
    order.sale_order_id.message_post(body=body)
    order.message_post(body=body)


def _check_sale(order, sale):
    env = order.env
    if sale.amazon_order_id != order:
        raise UserError(
            env._(
                "Sale %s stands for several Amazon orders. Correct it by hand, then "
                "press Keep Sale.",
                sale.name,
            )
        )
    if sale.state != "sale":
        raise UserError(
            env._(
                "Sale %s is not confirmed, so there is nothing to change in it. Press "
                "Keep Sale, or Reload Order to import the order anew.",
                sale.name,
            )
        )


def _by_hand(order, why):
    return order.env._(
        "%s: nothing was changed. Correct the sale by hand, then press Keep Sale.", why
    )


# What the sale would be


def _plan(order):
    try:
        parsed = parse_order(order.payload)
        _check_skus(order, parsed)
        unlinked_items.check(order)
        amounts = order_amounts(
            parsed, fallback=order.store_id.marketplace_id.prices_include_tax
        )
    except Problem as exc:
        if exc.code == "settings":
            raise UserError(str(exc)) from exc
        raise UserError(
            order.env._(
                "No product is linked to SKU %s. Choose it in Amazon > Catalog, then "
                "press Apply Changes again.",
                exc,
            )
        ) from exc
    except (AmountMismatch, MalformedOrder) as exc:
        raise UserError(
            order.env._(
                "Amazon's new data can't be used: %s. Press Fetch Again later, or "
                "correct the sale by hand and press Keep Sale.",
                exc,
            )
        ) from exc
    if amounts.currency and amounts.currency != order.sale_order_id.currency_id.name:
        why = order.env._("The order is in %s now", amounts.currency)
        raise UserError(_by_hand(order, why))
    return Plan(order, parsed, amounts)


def _values(plan, sale):
    """(values of each line, what they come to), as an import of today makes them."""
    store = plan.record.store_id.with_company(plan.record.company_id)
    customer = Customer(sale.partner_id, sale.partner_shipping_id)
    builder = SaleBuilder(store, TaxRules(store), {plan.order.order_id: customer})
    try:
        commands = builder.values(plan)["order_line"]
    except Problem as exc:
        raise UserError(str(exc)) from exc
    return [values for _command, _id, values in commands], builder.expected[0]


def _commands(plan, sale, wanted):
    """What to write on the sale's lines: the items by their id, charges by product."""
    order = plan.record
    charges = _charge_lines(sale)
    commands, kept = [], sale.order_line.browse()
    for values in wanted:
        item = values.get("amazon_order_line_id")
        if item:
            line = sale.order_line.filtered(
                lambda x, item=item: x.amazon_order_line_id.id == item
            )[:1]
            _check_item(plan, line, values)
        else:
            line = _same_charge(order, charges - kept, values)
        kept |= line
        if not line:
            commands.append(Command.create(values))
        elif update := _update(line, values):
            _check_units(order, line, values["product_uom_qty"])
            commands.append(Command.update(line.id, update))
    items = sale.order_line.filtered("amazon_order_line_id")
    for line in ((items | _gone_charges(order, charges)) - kept).filtered(
        "product_uom_qty"
    ):
        _check_units(order, line, 0)
        commands.append(Command.update(line.id, GONE))
    return commands


def _charge_lines(sale):
    return sale.order_line.filtered(
        lambda line: not line.amazon_order_line_id
        and not line.display_type
        and line.product_uom_qty == 1
    )


def _same_charge(order, charges, values):
    """The line of a charge: there are two where Amazon remits some of the tax."""
    taxes = set(values["tax_ids"][0][2])
    return charges.filtered(lambda x: x.product_id.id == values["product_id"]).sorted(
        lambda x: (x.amazon_order_id != order, set(x.tax_ids.ids) != taxes)
    )[:1]


def _gone_charges(order, charges):
    """Lines of charges that Amazon has dropped, or one of the two of a kind; a person's
    own lines are not among them."""
    return charges.filtered(lambda line: line.amazon_order_id == order)


def _update(line, values):
    """The values that the line does not have yet; all of them, or none."""
    update = {name: values[name] for name in WRITTEN}
    tax_ids = update["tax_ids"][0][2]
    same = (
        line.product_uom_qty == update["product_uom_qty"]
        and line.price_unit == update["price_unit"]
        and not line.discount
        and set(line.tax_ids.ids) == set(tax_ids)
        and (line.extra_tax_data or None) == update["extra_tax_data"]
    )
    return None if same else update


# What speaks against it


def _check_skus(order, parsed):
    """The product of another SKU is another sale line, with another transfer."""
    now = {item.order_item_id: item_values(item)["sku"] for item in parsed.items}
    for item in order.line_ids:
        sku = now.get(item.item_ref, item.sku)
        if sku != item.sku:
            why = order.env._(
                "Amazon has SKU %(now)s where %(before)s was sold",
                now=sku or "?",
                before=item.sku or "?",
            )
            raise UserError(_by_hand(order, why))


def _check_item(plan, line, values):
    order = plan.record
    item = order.line_ids.browse(values["amazon_order_line_id"])
    if not line:
        if order.fulfilled_by == "AMAZON":
            _refuse_units(order, item)
        return
    units = {each.order_item_id: each.quantity_ordered for each in plan.order.items}
    factor = values["product_uom_qty"] / units[item.item_ref]
    same = line.product_id.id == values["product_id"]
    if line.product_uom_qty and not (same and line._amazon_factor() == factor):
        why = order.env._(
            "SKU %s is linked to another product, or other units, than when the sale "
            "was made",
            item.sku,
        )
        raise UserError(_by_hand(order, why))


def _check_units(order, line, units):
    env, name = order.env, line.amazon_order_line_id.sku or line.name
    if units < line.qty_delivered and line.amazon_order_line_id:
        raise UserError(
            env._(
                "%(shipped)g units of %(name)s were shipped already, Amazon has %(units)g "
                "now. Take them back with a return and refund them with a credit note, "
                "then press Keep Sale.",
                shipped=line.qty_delivered,
                name=name,
                units=units,
            )
        )
    if units < line.qty_invoiced:
        raise UserError(_refund(line, name))
    if order.fulfilled_by == "AMAZON" and units != line.product_uom_qty:
        _refuse_units(order, line.amazon_order_line_id)


def _refuse_units(order, item):
    """What Amazon's warehouse sends is booked once, when it has left."""
    if order.store_id.fba_policy == "deliver" and item:
        why = order.env._("Amazon has shipped other units of %s itself", item.sku)
        raise UserError(_by_hand(order, why))


def _refund(line, name):
    invoices = line.invoice_lines.move_id.filtered(lambda move: move.state != "cancel")
    return line.env._(
        "%(name)s is on invoice %(invoice)s with other amounts than Amazon has now. "
        "Delete the invoice if it is a draft, else refund the difference with a credit "
        "note and press Keep Sale.",
        name=name,
        invoice=", ".join(invoices.mapped("display_name")),
    )


def _check_transfers(order, sale, before):
    """Fewer units come off the open transfers; Odoo must not take goods back."""
    back = (sale.order_line.move_ids - before).filtered(
        lambda move: move.location_id.usage == "customer"
    )
    if back:
        names = before.picking_id.filtered(lambda p: p.state != "done").mapped("name")
        why = order.env._(
            "The units can't be taken off transfer %s any more", ", ".join(names)
        )
        raise UserError(_by_hand(order, why))


def _check_invoices(sale):
    """What is invoiced must be its part of the new amounts, to the cent."""
    currency = sale.currency_id
    for line in sale.order_line.filtered("qty_invoiced"):
        part = line.qty_invoiced / line.product_uom_qty
        rows = line.invoice_lines.filtered(lambda row: row.parent_state != "cancel")
        for field in ("price_subtotal", "price_total"):
            booked = sum(
                -row[field] if row.move_id.move_type == "out_refund" else row[field]
                for row in rows
            )
            if not currency.is_zero(currency.round(line[field] * part) - booked):
                name = line.amazon_order_line_id.sku or line.name
                raise UserError(_refund(line, name))


# Done


def _settle(order, parsed, added):
    """Sale and Amazon agree: the order is what Amazon says now.

    :param added: sale lines of items that are new, or have more units
    """
    items = {item.order_item_id: item_values(item) for item in parsed.items}
    for line in order.line_ids:
        line.write(items.get(line.item_ref) or {"quantity": 0, "amount_total": 0.0})
    order.write(order_change.AGREED)
    if order.fulfilled_by == "MERCHANT":
        _hand_on(order, added)
    shipped = any(order.sale_order_id.order_line.mapped("qty_delivered"))
    if shipped and order.store_id.invoice_policy != "none":
        order.to_invoice = True
        order.account_id._enqueue("process")
    order_change.tell(order)


def _hand_on(order, added):
    """What the sale has more of is announced, and done by itself, as at an import."""
    store = order.store_id
    services = added & unlinked_items.service_lines(order.sale_order_id)
    if store.auto_ship == "outside":  # Amazon knows of whatever leaves
        for item in added.amazon_order_line_id:
            item.quantity_outside = item.quantity
        unlinked_items.deliver(services)
    unlinked_items.announce(services)
    if store._auto_steps() and added.move_ids.filtered(
        lambda move: move.state not in ("done", "cancel")
    ):
        order.write({"automation_due": True, "left_open": False})
        order.account_id._enqueue("process")
