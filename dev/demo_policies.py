"""Two stores of opposite policies in one account, for the demo.

Amazon.de makes one sale and one posted invoice of every order. Amazon.fr makes one sale
a day of everything Amazon has shipped there, for one customer, and one posted invoice.
Both are counted in Odoo's database beside what Amazon says.
"""

from decimal import Decimal

from webclient import get_json, post_json

SINGLE, DAILY = "Amazon.de", "Amazon.fr"
# what buyers in France have bought, and Amazon has shipped
BASKETS = (
    [{"sku": "MUG-BLUE-350", "quantity": 2, "shipping": "4.90"}],
    [{"sku": "MUG-BLUE-350"}, {"sku": "BACKPACK-20L", "discount": "2.50"}],
    [{"sku": "BACKPACK-20L", "gift_wrap": "3.00"}],
    [{"sku": "MUG-BLUE-350", "quantity": 3, "discount": "1.11"}],
    [{"sku": "BACKPACK-20L", "quantity": 2}, {"sku": "BACKPACK-20L"}],
)
SALES = """
    SELECT store.name, count(DISTINCT o.id), count(DISTINCT sale.id),
           count(DISTINCT sale.partner_id)
      FROM amazon_order o JOIN amazon_store store ON store.id = o.store_id
      JOIN sale_order sale ON sale.id = o.sale_order_id
     WHERE sale.state = 'sale' GROUP BY store.name
"""
INVOICES = """
    SELECT store.name, count(DISTINCT move.id)
      FROM account_move move
      JOIN account_move_line item ON item.move_id = move.id
      JOIN sale_order_line_invoice_rel link ON link.invoice_line_id = item.id
      JOIN sale_order_line line ON line.id = link.order_line_id
      JOIN sale_order sale ON sale.id = line.order_id
      JOIN amazon_store store ON store.id = sale.amazon_store_id
     WHERE move.state = 'posted' AND move.move_type = 'out_invoice' GROUP BY store.name
"""
# a day's sale: its total, what is still to be paid of its invoices
DAYS = """
    SELECT sale.client_order_ref, sale.amount_total,
           (SELECT COALESCE(SUM(move.amount_residual), 0) FROM account_move move
             WHERE move.state = 'posted' AND move.id IN (
                   SELECT item.move_id FROM account_move_line item
                     JOIN sale_order_line_invoice_rel link
                       ON link.invoice_line_id = item.id
                     JOIN sale_order_line line ON line.id = link.order_line_id
                    WHERE line.order_id = sale.id))
      FROM sale_order sale
     WHERE sale.amazon_store_id IS NOT NULL AND sale.amazon_order_id IS NULL
       AND sale.state = 'sale'
"""
BY_ORDER = """
    SELECT o.amazon_order_ref, SUM(line.price_total)
      FROM sale_order_line line JOIN sale_order sale ON sale.id = line.order_id
      JOIN amazon_order o ON o.id = line.amazon_order_id
     WHERE sale.amazon_order_id IS NULL AND sale.state = 'sale'
     GROUP BY o.amazon_order_ref
"""


def oppose(user, sandbox_url):
    """One store is set to a sale a day; five of its orders were shipped by Amazon."""
    store = user.search("amazon.store", [("name", "=", DAILY)], ["id"])[0]["id"]
    user.call("amazon.store", "write", [store], {"order_mode": "daily"})
    post_json(
        f"{sandbox_url}/sandbox/orders",
        [
            {
                "marketplace": "FR",
                "fulfilled_by": "AMAZON",
                "status": "SHIPPED",
                "items": [{"tax_rate": 0, "total": "24.95", **item} for item in basket],
            }
            for basket in BASKETS
        ],
    )


def consolidate(user):
    """The day need not be over: Consolidate Now takes what is there."""
    store = user.search("amazon.store", [("name", "=", DAILY)], ["id"])[0]["id"]
    user.call("amazon.store", "action_consolidate_now", [store])
    waiting = [("store_id", "=", store), ("state", "=", "pending")]
    user.wait("the day's sale", lambda: not user.count("amazon.order", waiting))


def count(stack, sandbox_url):
    """(figures, problems): both stores, counted in Odoo's database."""
    state = get_json(f"{sandbox_url}/sandbox/state")
    at_amazon = {o["orderId"]: Decimal(o["grandTotal"] or 0) for o in state["orders"]}
    invoices = dict(row.split("|") for row in stack.sql(INVOICES))
    policies = {}
    for row in stack.sql(SALES):
        name, orders, sales, customers = row.split("|")
        if name in (SINGLE, DAILY):
            policies[name] = {
                "orders": int(orders),
                "sales": int(sales),
                "customers": int(customers),
                "invoices": int(invoices.get(name, 0)),
            }
    by_order = {
        ref: Decimal(total)
        for ref, total in (row.split("|") for row in stack.sql(BY_ORDER))
    }
    off = sum(abs(total - at_amazon[ref]) * 100 for ref, total in by_order.items())
    days = [row.split("|") for row in stack.sql(DAYS)]
    for reference, total, unpaid in days:
        policies[DAILY] |= {"unpaid": unpaid, "total": total, "reference": reference}
    single, daily = policies.get(SINGLE, {}), policies.get(DAILY, {})
    problems = {
        "orders missing in the day's sale": len(BASKETS) - daily.get("orders", 0),
        "sales of the day beside the one": len(days) - 1,
        "orders of the single store without a sale of their own": single.get(
            "orders", 0
        )
        - single.get("sales", 0),
        "cents off in the day's sale": off,
        "unpaid of the day's invoice": sum(Decimal(unpaid) for *_, unpaid in days),
    }
    return {"policies": policies}, problems
