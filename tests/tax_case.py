"""Stores whose sales get taxes, and documents that must come to Amazon's cents."""

from odoo.fields import Command

from .test_order_import import ImportCase


class TaxCase(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.mug | cls.bag).invoice_policy = "delivery"  # invoiced as it leaves

    def tax(self, name, amount, included=False, **values):
        """A sales tax of the company."""
        include = "tax_included" if included else "tax_excluded"
        return self.env["account.tax"].create(
            {
                "name": name,
                "amount": amount,
                "type_tax_use": "sale",
                "price_include_override": include,
            }
            | values
        )

    def group(self, name, *taxes):
        children = self.env["account.tax"].union(*taxes)
        return self.tax(
            name, 0, amount_type="group", children_tax_ids=[Command.set(children.ids)]
        )

    def map(self, tax, kind="any", country=None, states=(), store=None, **values):
        """A row of the store's tax mapping; states by their codes."""
        country = country and self.env.ref(f"base.{country}")
        chosen = country and country.state_ids.filtered(lambda s: s.code in states)
        return self.env["amazon.tax.mapping"].create(
            {
                "store_id": (store or self.store).id,
                "kind": kind,
                "tax_id": tax.id,
                "country_id": country and country.id,
                "state_ids": [Command.set(chosen.ids)] if chosen else False,
            }
            | values
        )

    def held(self, *items, **order):
        """The inbox record of a new order that is held for its taxes."""
        made = self.sandbox.add_order(
            self.seller, items=list(items) or ["MUG-BLUE-350"], **order
        )
        self.take_in(self.account)
        record = self.inbox(made)
        self.assertEqual((record.state, record.reason_code), ("blocked", "tax"))
        self.assertFalse(record.sale_order_id)
        return record

    def sell(self, *items, **order):
        return self.take(self.account, self.seller, *items, **order)[1]

    def charge(self, sale, kind):
        product, _label = self.store._charge_product(kind)
        return self.line(sale, product)

    def invoice_in_parts(self, sale, **first):
        """Ship this much at first, the rest later; (invoices, their credit notes)."""
        self.store.invoice_policy = "posted"
        self.ship(sale.picking_ids, **first)
        self.process(self.account)
        self.assertEqual(len(sale.invoice_ids), 1)
        self.ship(sale.picking_ids.filtered(lambda p: p.state != "done"), "1Z-2")
        self.process(self.account)
        invoices = sale.invoice_ids.sorted("id")
        self.assertEqual(set(invoices.mapped("state")), {"posted"})
        self.assertEqual(len(invoices), 2)
        notes = invoices._reverse_moves()
        notes.action_post()
        return invoices, notes

    def assertSame(self, sale, invoices, notes):
        """Invoices and credit notes come to the sale, and each note to its invoice."""
        for name in ("amount_untaxed", "amount_tax", "amount_total"):
            whole = round(sale[name], 2)
            self.assertMoney(sum(invoices.mapped(name)), f"{whole:.2f}")
            for invoice, note in zip(invoices, notes, strict=True):
                self.assertMoney(note[name], f"{invoice[name]:.2f}")
