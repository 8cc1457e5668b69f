"""The accountant's half of the demo: Amazon settles, Odoo books, every cent is asked for.

As before, the script does what a person would: propose the ledger accounts, say that
settlements are posted by themselves, press Fetch, and answer a refund with a credit note.
"""

from collections import defaultdict
from decimal import Decimal

from webclient import get_json, post_json

DAY = 24 * 3600
CHARGES = (
    ("ServiceFee", "Cost of Advertising", "TransactionTotalAmount", "-35.20"),
    ("other-transaction", "other-transaction", "Storage Fee", "-12.34"),
    ("other-transaction", "other-transaction", "Subscription Fee", "-39.99"),
    ("other-transaction", "FBA Inventory Reimbursement", "WAREHOUSE_LOST", "18.05"),
)
STORES = (("US", "US"), ("US", "CA"), ("DE", "DE"), ("DE", "FR"))
# the buyer's money: open on invoices, credit notes and the settlements' own lines
OPEN_ORDERS = """
    SELECT COALESCE(item.amazon_order_ref, o.amazon_order_ref),
           SUM(item.amount_residual_currency)
      FROM account_move_line item
      JOIN account_account account ON account.id = item.account_id
      JOIN account_move move ON move.id = item.move_id
 LEFT JOIN amazon_order o ON o.id = move.amazon_order_id
     WHERE account.account_type = 'asset_receivable' AND item.parent_state = 'posted'
       AND COALESCE(item.amazon_order_ref, o.amazon_order_ref) IS NOT NULL
     GROUP BY 1 HAVING SUM(item.amount_residual_currency) != 0
"""
# what the list of mismatches names
LISTED = """
    SELECT issue.order_ref, SUM(item.amount_residual_currency)
      FROM amazon_settlement_issue issue
      JOIN account_move_line item ON item.id = issue.move_line_id
     WHERE issue.ignored IS NOT TRUE AND item.amazon_order_ref IS NOT NULL
     GROUP BY 1
"""
BALANCES = """
    SELECT setting.kind, SUM(item.amount_residual_currency)
      FROM account_move_line item
      JOIN amazon_settlement_account setting
        ON setting.ledger_account_id = item.account_id
     WHERE item.parent_state = 'posted'
       AND setting.kind IN ('reserve', 'transit', 'carried', 'suspense', 'clearing')
     GROUP BY 1
"""
DIFFERENCE = """
    SELECT COALESCE(SUM(ABS(s.total_amount - COALESCE(item.amount_currency, 0))
                        + ABS(s.total_amount - s.rows_amount)), 0)
      FROM amazon_settlement s
 LEFT JOIN account_move_line item ON item.id = s.payout_line_id
"""


def settle(user, accounts, sandbox_url):
    """Two periods in every store: refunds, fees, a reserve that comes back."""
    ids = list(accounts.values())
    user.call("amazon.account", "action_create_settlement_accounts", ids)
    user.call("amazon.account", "write", ids, {"settlement_policy": "posted"})
    first_refunds(user, sandbox_url)
    for seller in accounts:
        for kind, amount_type, description, amount in CHARGES:
            post_json(
                f"{sandbox_url}/sandbox/sellers/{seller}/charge",
                {
                    "transaction_type": kind,
                    "amount_type": amount_type,
                    "description": description,
                    "amount": amount,
                },
            )
    close(user, accounts, sandbox_url, days=8, reserve="25.00")
    credit(user)
    close(user, accounts, sandbox_url, days=7, reserve="0")


def first_refunds(user, sandbox_url):
    """One shipped order of each seller goes back."""
    done = set()
    for order in get_json(f"{sandbox_url}/sandbox/state")["orders"]:
        invoiced = user.count(
            "account.move",
            [
                ("amazon_order_id.amazon_order_ref", "=", order["orderId"]),
                ("state", "=", "posted"),
            ],
        )
        if invoiced and order["seller"] not in done and Decimal(order["held"]):
            done.add(order["seller"])
            item = next(item for item in order["items"] if item["fulfilled"])
            post_json(
                f"{sandbox_url}/sandbox/orders/{order['orderId']}/refund",
                {"items": {item["orderItemId"]: 1}},
            )


def close(user, accounts, sandbox_url, days, reserve):
    """Time passes, Amazon closes its settlements, the accountant presses Fetch."""
    post_json(f"{sandbox_url}/sandbox/clock", {"advance": days * DAY})
    for seller, marketplace in STORES:
        post_json(
            f"{sandbox_url}/sandbox/sellers/{seller}/settle",
            {
                "marketplace": marketplace,
                "reserve": reserve if marketplace in ("US", "DE") else "0",
            },
        )
    post_json(f"{sandbox_url}/sandbox/clock", {"advance": 600})
    wanted = len(get_json(f"{sandbox_url}/sandbox/state")["settlements"])
    for account_id in accounts.values():
        user.call("amazon.account", "action_fetch_settlements", [account_id])
    done = [("state", "in", ("booked", "paid"))]
    user.wait(
        "settlements booked", lambda: user.count("amazon.settlement", done) >= wanted
    )


def credit(user):
    """Amazon has refunded buyers: their credit notes are made of the refund, and posted."""
    issues = user.call(
        "amazon.settlement.issue", "search", [("kind", "=", "no_credit_note")]
    )
    if issues:
        user.call("amazon.settlement.issue", "action_create_credit_note", issues)
    notes = user.call(
        "account.move",
        "search",
        [
            ("move_type", "=", "out_refund"),
            ("state", "=", "draft"),
            ("amazon_order_id", "!=", False),
        ],
    )
    user.call("account.move", "action_post", notes)


def count(stack, state):
    """(figures, problems): Odoo's ledger beside what Amazon says it holds."""
    gaps = _order_gaps(stack, state) | _balance_gaps(stack, state)
    gaps = {what: gap for what, gap in gaps.items() if gap}
    for what, gap in gaps.items():
        print(f"  unexplained: {what} {gap}", flush=True)
    unexplained = sum(map(abs, gaps.values()))
    posted = int(
        stack.sql(
            "SELECT count(*) FROM amazon_settlement WHERE state IN ('booked', 'paid')"
        )[0]
    )
    difference = Decimal(stack.sql(DIFFERENCE)[0])
    reconciled = stack.sql(
        """SELECT count(DISTINCT move.id) FROM account_move move
             JOIN account_move_line item ON item.move_id = move.id
            WHERE move.amazon_order_id IS NOT NULL AND move.state = 'posted'
              AND item.display_type = 'payment_term' AND item.reconciled"""
    )
    figures = {
        "settlements_posted": posted,
        "settlement_difference": f"{difference:.2f}",
        "invoices_reconciled": int(reconciled[0]),
        "clearing_balance_unexplained": f"{unexplained:.2f}",
    }
    problems = {
        "settlements not posted": len(state["settlements"]) - posted,
        "settlements that differ from Amazon's total": difference,
        "money that nothing explains": f"{unexplained:.2f}" if gaps else 0,
        "proofs that fail": int(
            stack.sql(
                "SELECT count(*) FROM amazon_settlement_proof WHERE state = 'failed'"
            )[0]
        ),
    }
    return figures, problems


def _amounts(stack, query):
    rows = (row.split("|") for row in stack.sql(query))
    return defaultdict(Decimal, {key: Decimal(amount) for key, amount in rows})


def _order_gaps(stack, state):
    """Open in Odoo, less what Amazon still holds, less what is listed as a mismatch.

    What Amazon has not marked as shipped it holds nothing for (one order of the seed is
    shipped by a program in which Amazon itself confirms).
    """
    waiting = {o["orderId"] for o in state["orders"] if o["status"] == "UNSHIPPED"}
    open_, listed = _amounts(stack, OPEN_ORDERS), _amounts(stack, LISTED)
    invoiced = {
        ref
        for (ref,) in (
            row.split("|")
            for row in stack.sql(
                """SELECT DISTINCT o.amazon_order_ref FROM account_move move
                     JOIN amazon_order o ON o.id = move.amazon_order_id
                    WHERE move.state = 'posted'"""
            )
        )
    }
    held = {
        order["orderId"]: Decimal(order["held"])
        for order in state["orders"]
        if order["orderId"] in invoiced
    }
    return {
        ref: open_[ref] - held.get(ref, 0) - listed[ref]
        for ref in (set(open_) | set(held) | set(listed)) - waiting
    }


def _balance_gaps(stack, state):
    """Reserves are what Amazon keeps, payouts what it sent, nothing else is left."""
    balances = _amounts(stack, BALANCES)
    reserve, transit = Decimal(), Decimal()
    latest = {}
    for settlement in state["settlements"]:
        latest[settlement["seller"], settlement["marketplaceId"]] = settlement
        transit += max(Decimal(settlement["total"]), 0)
    for settlement in latest.values():
        reserve += Decimal(settlement["reserve"])
        transit += min(Decimal(settlement["total"]), 0)
    return {
        "reserve": balances["reserve"] - reserve,
        "transit": balances["transit"] - transit,
        "carried": balances["carried"],
        "suspense": balances["suspense"],
        "clearing": balances["clearing"],
    }
