"""Refunds that a settlement names ► draft credit notes that say the same, to the cent.

The rows of one refund become one credit note: a line per SKU and component, with the
taxes the order's invoice has. Tax that Amazon remits itself is no part of it.
"""

from decimal import Decimal

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools.float_utils import float_repr

from .order_tax import LineTax, TaxRules, extra_tax_data
from .refund_parts import parts
from .settlement_parts import adjustment_of


def create(issues):
    """A draft credit note for each refund; one that is there already is given back.

    :raises UserError: one sentence; nothing is made
    """
    return issues.env["account.move"].union(*map(_credit_note, issues))


def _credit_note(issue):
    env, refund = issue.env, issue.move_line_id.sudo()
    order = issue.sudo().amazon_order_id
    if issue.kind != "no_credit_note" or not order:
        raise UserError(
            env._(
                "%s waits for no credit note. Choose lines of the kind 'Refund without "
                "credit note'.",
                issue.order_ref or issue.settlement_id.display_name,
            )
        )
    adjustment = adjustment_of(refund.amazon_key)
    key = adjustment or issue.settlement_id.settlement_ref
    notes = _notes(order)
    if known := notes.filtered(lambda note: note.amazon_adjustment_ref == key):
        return known.with_env(env)
    if other := notes.filtered(_is_free):
        raise UserError(
            env._(
                "Credit note %(note)s of order %(order)s belongs to no refund yet. Post "
                "it, or delete it if it is not for this refund.",
                note=other[0].display_name,
                order=order.amazon_order_ref,
            )
        )
    rows = (
        env["amazon.settlement.line"]
        .sudo()
        .search(
            [
                ("settlement_id", "=", issue.settlement_id.id),
                ("order_ref", "=", order.amazon_order_ref),
                ("adjustment_ref", "=", adjustment or False),
                ("booked_role", "=", "refund"),
            ],
            order="number",
        )
    )
    return _Builder(env, order, rows, key).create()


def _notes(order):
    """The order's living credit notes."""
    return order.env["account.move"].search(
        [
            ("amazon_order_id", "=", order.id),
            ("company_id", "=", order.company_id.id),
            ("move_type", "=", "out_refund"),
            ("state", "!=", "cancel"),
        ]
    )


def _is_free(note):
    return not note.amazon_adjustment_ref and (
        note.state == "draft" or note.payment_state in ("not_paid", "partial")
    )


class _Builder:
    """One refund's credit note; everything of the order is read as superuser."""

    def __init__(self, env, order, rows, key):
        self.env = env
        self.order = order
        self.sale = order.sale_order_id
        self.company = order.company_id
        self.rows = rows
        self.key = key
        self.store = order.store_id.with_company(self.company)
        self.rules = TaxRules(self.store)
        self.currency = rows.currency_id
        self.date = min(rows.mapped("accounting_date"))
        self.rate = env["res.currency"]._get_conversion_rate(
            self.company.currency_id, self.currency, self.company, self.date
        )
        self.invoices = self._invoices()
        # as the order's invoice has it; where there is none, as its sale
        self.sources = self._invoice_lines() or self._sale_lines()

    def _invoices(self):
        Move = self.order.env["account.move"]
        posted = [
            ("move_type", "=", "out_invoice"),
            ("state", "=", "posted"),
            ("company_id", "=", self.company.id),
        ]
        own = Move.search([("amazon_order_id", "=", self.order.id), *posted])
        return own | self._sale_lines().invoice_lines.move_id.filtered_domain(posted)

    def _sale_lines(self):
        """Not those of other orders on the same sale."""
        return self.sale.order_line.filtered(
            lambda line: not line.display_type
            and line.amazon_order_id in (self.order, self.order.browse())
        )

    def _invoice_lines(self):
        """Not those of other orders on the same invoice."""
        return self.invoices.invoice_line_ids.filtered(
            lambda line: line.product_id
            and (not line.sale_line_ids or line.sale_line_ids & self._sale_lines())
        )

    def create(self):
        amount = -sum(Decimal(str(row.amount)) for row in self.rows)
        Move = self.env["account.move"].with_company(self.company)
        note = Move.create(self._values())
        total = float_repr(note.amount_total, self.currency.decimal_places)
        if Decimal(total) != amount:
            raise UserError(
                self.env._(
                    "Odoo comes to %(odoo)s for the refund of %(order)s, Amazon to "
                    "%(amazon)s. Make the credit note by hand.",
                    odoo=note.amount_total,
                    order=self.order.amazon_order_ref,
                    amazon=amount,
                )
            )
        return note

    def _values(self):
        order, invoice = self.order, self.invoices[:1]
        partner = (
            invoice.partner_id
            or self.sale.partner_invoice_id
            or self.store.default_customer_id
        )
        settled = len(self.invoices) == 1 and not invoice.amount_residual
        kinds = dict.fromkeys(self.rows.mapped("transaction_type"))
        return {
            "move_type": "out_refund",
            "partner_id": partner.id,
            "currency_id": self.currency.id,
            "invoice_date": self.date,
            "invoice_payment_term_id": False,
            "fiscal_position_id": (invoice or self.sale).fiscal_position_id.id,
            # of an open invoice Odoo would take it off, and not off the refund
            "reversed_entry_id": invoice.id if settled else False,
            "invoice_origin": order.amazon_order_ref,
            "ref": f"{' / '.join(kinds)} {order.amazon_order_ref}",
            "amazon_order_id": order.id,
            "amazon_adjustment_ref": self.key,
            "invoice_line_ids": [
                Command.create(self._line(part)) for part in parts(self.rows)
            ],
            **({"journal_id": invoice.journal_id.id} if invoice else {}),
        }

    def _line(self, part):
        product, source = self._source(part)
        line_tax = self._tax(part, source)
        quantity = self._quantity(part, source, line_tax.unit_basis)
        price_unit = float(line_tax.unit_basis) / quantity
        values = {
            "product_id": product.id,
            "quantity": quantity,
            "price_unit": price_unit,
            "tax_ids": [Command.set(line_tax.taxes.ids)],
            "extra_tax_data": extra_tax_data(
                line_tax, price_unit, quantity, self.currency, self.rate
            ),
        }
        if part.kind != "ITEM":
            label = part.label or product.name
            values["name"] = f"{label} {part.sku}".strip()
        if source._name == "account.move.line" and source.product_id == product:
            values["account_id"] = source.account_id.id
        elif account := (
            self.sale.amazon_income_account_id or self.store.income_account_id
        ):
            values["account_id"] = account.id
        if source.analytic_distribution:
            values["analytic_distribution"] = source.analytic_distribution
        return values

    def _source(self, part):
        """(product, line of the invoice or sale it is refunded from)"""
        if part.kind == "ITEM":
            items = self.sources.filtered(lambda x: part.sku in self._skus(x))
            listing = self.store.listing_ids.filtered(lambda x: x.sku == part.sku)[:1]
            product = items[:1].product_id or listing.product_id
            product = product or self.store.other_product_id
        else:
            product = self.store._charge_product(part.kind)[0]
        same = self.sources.filtered(lambda line: line.product_id == product)
        return product, (same or self.sources)[:1]

    def _skus(self, line):
        sale_line = line.sale_line_ids if "sale_line_ids" in line else line
        return sale_line.amazon_order_line_id.mapped("sku")

    def _quantity(self, part, source, basis):
        """Amazon's units where it names them and they divide the amount, else 1."""
        line = source.sale_line_ids[:1] if "sale_line_ids" in source else source
        units = part.quantity * (line._amazon_factor() if line else 1)
        price = Decimal(str(self.currency.round(float(basis) / units)))
        return units if price * Decimal(str(units)) == basis else 1

    def _tax(self, part, source):
        """LineTax, with the taxes of the source less Amazon's own."""
        none = self.rules.none
        taxes = source.tax_ids - self.store._marketplace_taxes()
        amazon = self.store.amazon_tax_id
        if self.rules.is_stated(taxes, part.tax, source):
            return self.rules.stated_line(taxes, part.tax, part.net, self.currency)
        if taxes and taxes != amazon:
            gross = part.net + part.tax
            net, amounts = self.rules.split(taxes, gross, self.currency)
            included = all(tax.price_include for tax in taxes)
            return LineTax(taxes, net, amounts, gross if included else net)
        if part.tax and amazon and (taxes or self.store.tax_mode == "amazon"):
            amounts = {amazon.id: (part.tax, part.net)}
            return LineTax(amazon, part.net, amounts, part.net)
        gross = part.net + part.tax
        return LineTax(none, gross, {}, gross)
