"""Groups of rows ► journal items: which account, which partner, what it clears."""

from collections import defaultdict
from decimal import Decimal

from .settlement_entry import Own, Sets, book_value
from .settlement_open_items import COLUMNS, Known, known_orders, open_item, open_items

_DIRECT = ("reserve", "payout", "cross_account", "loan")


class LineBuilder:
    """Turns groups into lines; asks the database once per part, never per group."""

    def __init__(self, settlement):
        self.settlement = settlement
        self.env = settlement.env
        self.account = settlement.account_id
        self.partner = self.account.settlement_partner_id
        self.accounts = self.env["amazon.settlement.account"]._resolver(self.account)
        self.stores = {
            store.marketplace_id.name: store for store in self.account.store_ids
        }
        self.env.cr.execute(
            "SELECT total_amount::text FROM amazon_settlement WHERE id = %s",
            [settlement.id],
        )
        self.total = Decimal(self.env.cr.fetchone()[0])
        self.items = {}
        self.known = {}
        self.unmatched = []  # indexes of lines that close nothing known
        self.taken = [0]  # open balances that a row of this settlement has closed

    def ledger(self, kind, store=None):
        """The id of the ledger account of a kind.

        :raises UserError: names the kind that has none and where to set it
        """
        return self.accounts.get(kind, store).ledger_account_id.id

    def store(self, marketplace):
        return self.stores.get(marketplace) or self.stores.get(
            self.settlement.marketplace_name
        )

    def is_taxed(self, group):
        return bool(self._taxes(group))

    def _taxes(self, group):
        none = self.env["account.tax"]
        if group.is_order or not group.mapping_id or group.role in _DIRECT:
            return none
        mapping = self._mapping(group)
        if mapping.ledger_account_id:
            return mapping.tax_ids
        setting = self.accounts.get(group.kind, self.store(group.marketplace))
        return setting.tax_ids if setting.treatment == "tax" else none

    def _mapping(self, group):
        return self.env["amazon.settlement.mapping"].browse(group.mapping_id)

    # -- one part -----------------------------------------------------------------

    def build(self, entry, groups):
        """Append the lines of `groups` to `entry`.

        :return: Sets of the orders' lines, and [(index of our line, line id)] of
            balances that close an earlier settlement's
        """
        orders = [group for group in groups if group.is_order]
        refs = {group.order_ref for group in orders if group.order_ref}
        self.items = open_items(self.settlement, refs, self._clearing())
        self.known = known_orders(self.settlement, refs)
        sets, balances, self.unmatched = Sets(), [], []
        for group in orders:
            self._order_line(entry, group, sets)
        self._withheld_lines(entry, orders)
        for group in groups:
            if group.is_order:
                continue
            if group.role in _DIRECT:
                self._balance_line(entry, group, balances)
            else:
                self._plain_line(entry, group)
        return sets, balances

    def _clearing(self):
        settings = self.env["amazon.settlement.account"].search(
            [
                ("company_id", "=", self.settlement.company_id.id),
                ("kind", "=", "clearing"),
            ]
        )
        return settings.ledger_account_id.ids

    def _order_line(self, entry, group, sets):
        """What Amazon owes for an order, on the account where it is open."""
        items = [
            item
            for item in self.items.get(group.order_ref, ())
            if item.currency_id == entry.currency.id
        ]
        ref = group.order_ref
        name = ref or group.label
        if group.role == "refund":
            name = self.env._("%s refund", name)
        credited = bool(self.known.get(ref, Known()).credits)
        key = {"amazon_key": group.key}
        for (account_id, partner_id), amount, cleared in self._shares(group, items):
            index = entry.add(
                account_id,
                amount,
                name,
                value=book_value(entry, amount, cleared),
                partner_id=partner_id,
                amazon_order_ref=ref or False,
                **key,
            )
            key = {"amazon_base_key": group.key}
            if ref and amount:
                own = Own(index, amount, ref, group.adjustment_ref, credited)
                sets.add(account_id, own, items)

    def _shares(self, group, items):
        """((account, partner), amount, what it clears) of a group's money.

        It goes where a payment was registered, then to the invoices; all of it to one
        account, unless it is open on several.
        """
        # money waits where a payment was registered, else on the invoice
        items.sort(key=lambda item: item.source != "payment")
        same = [item for item in items if (item.residual > 0) == (group.amount > 0)]
        same = [item for item in same if item.source != "settlement"] or same
        open_on = defaultdict(list)
        for item in same:
            open_on[item.account_id].append(item)
        *others, last = list(open_on.values()) or [[]]
        rest = group.amount
        for cleared in others:
            amount = min(rest, sum(item.residual for item in cleared), key=abs)
            yield self._where(group, cleared), amount, cleared
            rest -= amount
        if rest or not others:
            yield self._where(group, last or items), rest, last

    def _where(self, group, items):
        if items:
            return items[0].account_id, items[0].partner_id or self.partner.id
        known = self.known.get(group.order_ref, Known())
        store = self.store(group.marketplace)
        partner = self.env["res.partner"].browse(known.partner_id) or (
            store.default_customer_id if store else self.partner
        )
        partner = (partner or self.partner).commercial_partner_id
        return partner.property_account_receivable_id.id, partner.id

    def _withheld_lines(self, entry, orders):
        """The tax Amazon collected and remitted: shown, and zero by construction."""
        withheld = defaultdict(Decimal)
        for group in orders:
            withheld[group.marketplace] += group.withheld
        for marketplace, amount in withheld.items():
            if not amount:
                continue
            account = self.ledger("mptax", self.store(marketplace))
            texts = (
                (-amount, self.env._("Tax collected for remittance %s", marketplace)),
                (amount, self.env._("Tax withheld and remitted %s", marketplace)),
            )
            for value, text in texts:
                entry.add(account, value, text.strip(), partner_id=self.partner.id)

    def payout_line(self, entry):
        """What Amazon transfers; [(index, line id)] of what has closed it already."""
        account = self.ledger("transit")
        item = self._open_balance(account, -self.total, waits=True)
        index = entry.add(
            account,
            -self.total,
            self.env._("Payout %s", self.settlement.settlement_ref),
            value=book_value(entry, -self.total, item and [item]),
            partner_id=self.partner.id,
            amazon_key="payout",
        )
        return self._take(index, item)

    def _balance_line(self, entry, group, balances):
        """One row, one line: what stays open until its counterpart comes."""
        mapping = self._mapping(group)
        account = mapping.ledger_account_id.id or self.ledger(group.kind)
        item = self._counterpart(account, group, mapping)
        index = entry.add(
            account,
            group.amount,
            group.label,
            value=book_value(entry, group.amount, item and [item]),
            partner_id=self.partner.id,
            amazon_key=group.key,
        )
        balances += self._take(index, item)
        if not item and mapping.closes_earlier:
            self.unmatched.append(index)

    def _take(self, index, item):
        if not item:
            return []
        self.taken.append(item.line_id)
        return [(index, item.line_id)]

    def _counterpart(self, account, group, mapping):
        """The open item that the row closes, or that waits for the row."""
        return self._open_balance(
            account,
            group.amount,
            waits=not mapping.closes_earlier,
            anywhere=group.role == "cross_account",
        )

    def _open_balance(self, account, amount, waits, anywhere=False):
        """The oldest open item of exactly `amount` on a ledger account.

        :param waits: one of a later settlement that was booked before this one, and
            found nothing to close; else one of an earlier settlement, or of an opening
            balance entered by hand
        :param anywhere: of any settlement of the company
        """
        self.env.flush_all()
        self.env.cr.execute(
            f"""SELECT {COLUMNS}, 'settlement', FALSE
                 FROM account_move_line l
                 JOIN account_move m ON m.id = l.move_id
            LEFT JOIN amazon_settlement s ON s.id = m.amazon_settlement_id
                WHERE l.account_id = %(ledger)s AND l.parent_state = 'posted'
                  AND l.company_id = %(company)s AND NOT l.reconciled
                  AND CASE WHEN s.id IS NULL
                      THEN NOT %(waits)s AND m.statement_line_id IS NULL
                      ELSE %(anywhere)s OR s.account_id = %(account)s
                       AND (s.marketplace_name = %(marketplace)s
                            OR s.marketplace_name IS NULL OR %(marketplace)s IS NULL)
                       AND (s.start > %(start)s) = %(waits)s END
                  AND (NOT %(waits)s OR EXISTS (
                       SELECT FROM amazon_settlement_issue i
                        WHERE i.move_line_id = l.id AND i.kind IN ('reserve', 'balance')))
                  AND l.currency_id = %(currency)s
                  AND l.amount_residual_currency = %(amount)s
                  AND s.id IS DISTINCT FROM %(id)s AND NOT l.id = ANY(%(taken)s)
             ORDER BY s.id IS NULL, l.amazon_key = 'payout' DESC NULLS LAST, l.date, l.id
                LIMIT 1""",
            {
                "ledger": account,
                "company": self.settlement.company_id.id,
                "anywhere": anywhere,
                "waits": waits,
                "marketplace": self.settlement.marketplace_name or None,
                "start": self.settlement.start,
                "account": self.account.id,
                "currency": self.settlement.currency_id.id,
                "amount": amount,
                "id": self.settlement.id,
                "taken": self.taken,
            },
        )
        row = self.env.cr.fetchone()
        return open_item(*row) if row else None

    def _plain_line(self, entry, group):
        """Income, fees, taxes on them, and what no rule knows."""
        name = group.label if group.wordings == 1 else self._mapping(group).display_name
        name = f"{name} {group.marketplace}".strip()
        store = self.store(group.marketplace)
        if not group.mapping_id:
            entry.add(
                self.ledger("suspense"),
                group.amount,
                name,
                partner_id=self.partner.id,
                amazon_key=group.key,
            )
            return
        mapping = self._mapping(group)
        setting = mapping
        account = mapping.ledger_account_id.id
        if not account:
            setting = self.accounts.get(group.kind, store)
            to_invoice = setting.treatment == "to_invoice"
            account = (
                self.ledger("toinvoice", store)
                if to_invoice
                else setting.ledger_account_id.id
            )
        partner = mapping.partner_id or setting.partner_id or self.partner
        analytic = mapping.analytic_distribution or setting.analytic_distribution
        analytic = analytic or False
        if taxes := self._taxes(group):
            entry.add_taxed(
                account,
                group.amount,
                name,
                taxes,
                partner,
                group.key,
                analytic_distribution=analytic,
            )
            return
        entry.add(
            account,
            group.amount,
            name,
            partner_id=partner.id,
            analytic_distribution=analytic,
            amazon_key=group.key,
        )
