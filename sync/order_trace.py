"""Why an order did not come in: step by step, by the importer's own rules.

The order goes through inbox and planning as it would when it came in, inside a
savepoint that is always undone: the answer is the importer's, and nothing is written.
"""

from collections import namedtuple
from contextlib import closing
from datetime import timedelta

from odoo import fields

from ..spapi.errors import NotFound, SpApiError
from ..spapi.orders import get_order
from . import connection, order_again, order_inbox, order_plan
from .order_snapshot import snapshot
from .problem import Problem

PASSED, FAILED, OPEN = "passed", "failed", "open"
LAG = timedelta(minutes=3)  # Amazon's list is two minutes late

# the importer's rules, in its order, and what it blocks or ignores an order for
RULES = (
    ("store", ("malformed", "marketplace")),
    (
        "status",
        ("waiting", "fba_unshipped", "unknown_status", "non_amazon", "unfulfillable")
        + ("shipped_outside", "merchant_unshipped", "not_chosen"),
    ),
    ("policy", ("fba_off",)),
    ("items", ("no_items", "unlinked", "loading")),
    ("amounts", ("amounts",)),
    ("settings", ("currency", "settings", "tax")),
)
Step = namedtuple("Step", "key state message")
# account and payload of the order; the steps taken to find them
Found = namedtuple("Found", "account payload steps")
# what the importer would make of the order, and what it made of it so far
Verdict = namedtuple("Verdict", "state code reason due status store")


def find(accounts, reference):
    """Ask the accounts one by one for the order: one call each, until it is found."""
    live = accounts.filtered(lambda a: a._is_live() and a.sync_orders)
    account_step = _account_step(accounts, live)
    if not live:
        return Found(None, None, [account_step])
    # where it is in the inbox already is the best guess
    known = accounts.env["amazon.order"].search(
        [("account_id", "in", live.ids), ("amazon_order_ref", "=", reference)]
    )
    words = []
    for account in known.account_id | live:
        try:
            with account._client(max_wait=5) as api:
                payload = get_order(api, reference)
        except NotFound:
            words.append(_unknown(account))
        except (connection.NotConfigured, SpApiError) as exc:
            words.append(connection.explain(account, exc))
        else:
            message = account.env._("Found in account %s.", account.name)
            return Found(
                account, payload, [account_step, Step("amazon", PASSED, message)]
            )
    words.append(
        accounts.env._(
            "An order can belong to another seller account or region, may be only "
            "seconds old, or older than two years."
        )
    )
    return Found(None, None, [account_step, Step("amazon", FAILED, "\n".join(words))])


def _unknown(account):
    return account.env._("Account %s: Amazon knows no such order.", account.name)


def _account_step(accounts, live):
    env = accounts.env
    if not accounts:
        words = [env._("No account is connected: Configuration > Connect.")]
    else:
        words = [_off(account) for account in accounts - live]
    if live:
        words.insert(0, env._("Connected: %s.", ", ".join(live.mapped("name"))))
    return Step("account", PASSED if live else FAILED, "\n".join(words))


def _off(account):
    if account._is_live():
        return account.env._(
            "'Orders in' is off for account %s: switch it on.", account.name
        )
    return account.env._(
        "Account %(name)s is not connected: %(why)s",
        name=account.name,
        why=account.health_message or account.env._("open it and press Connect."),
    )


def steps(account, payload, record):
    """All steps after the order was found at Amazon.

    :param record: its inbox record, empty when there is none
    """
    verdict = evaluate(account, payload)
    done = record.state == "imported"
    failing = None if done else _failing(verdict)
    found = [_inbox_step(account, payload, record)]
    reached = True
    for key, _codes in RULES:
        if key == failing:
            words = verdict.reason or _canceled(account)
            found.append(Step(key, FAILED, words))
            reached = False
        elif reached:
            found.append(Step(key, PASSED, _passed(key, account, verdict)))
        else:
            found.append(Step(key, OPEN, ""))
    found.append(_sale_step(record, verdict, reached))
    found.append(_shipment_step(record))
    return found


def _failing(verdict):
    """The rule that holds the order; None when nothing does."""
    if verdict.state == "pending" and verdict.due:
        return None  # it only waits for its time
    if verdict.code == order_again.CODE:
        return None  # every rule is passed: the sale is the reason
    for key, codes in RULES:
        if verdict.code in codes:
            return key
    if verdict.state == "canceled":
        return "status"
    if verdict.code:
        return "settings" if verdict.state == "blocked" else "policy"
    return None


def evaluate(account, payload):
    """The :class:`Verdict` on Amazon's answer; whatever it takes is undone."""
    account = account.sudo()
    with closing(account.env.cr.savepoint()):
        order_inbox.store(account, [payload])
        record = record_of(account, payload)
        record = record.with_company(account.company_id)
        if record.state == "blocked":
            # looked at as if a person had pressed Retry
            record.write({"state": "pending", "next_try": fields.Datetime.now()})
            record.write({"reason_code": False, "reason_detail": False})
        if record.state == "pending" and record.next_try:
            try:
                order_again.check(record)
                order_plan.plan(record)
            except Problem as exc:
                record._block(exc.code, str(exc))
        return Verdict(
            record.state,
            record.reason_code,
            record.reason,
            record.reason_code != "loading" and record.next_try,
            record.status_text,
            record.store_id.name,
        )


def record_of(account, payload):
    """The inbox record of a raw payload."""
    return account.env["amazon.order"].search(
        [
            ("account_id", "=", account.id),
            ("amazon_order_ref", "=", snapshot(payload).reference),
        ]
    )


def _inbox_step(account, payload, record):
    env = account.env
    if record:
        captured = fields.Datetime.context_timestamp(record, record.create_date)
        return Step(
            "inbox", PASSED, env._("Captured on %s.", f"{captured:%Y-%m-%d %H:%M}")
        )
    changed = snapshot(payload).values.get("last_updated")
    if changed and changed > fields.Datetime.now() - LAG:
        why = env._("Amazon's list is two minutes late: the next pull brings it.")
    elif changed and not account.orders_cursor:
        why = env._("No pull has ended yet: press Pull Now on the account.")
    elif changed and changed > account.orders_cursor:
        why = env._("It changed after the last pull: the next one brings it.")
    else:
        why = env._(
            "Amazon's list did not tell of it while the connector listened: it was last "
            "changed before the account was connected, in a store that was switched off, "
            "or Amazon left it out."
        )
    return Step("inbox", FAILED, env._("%s Take It In gets it now.", why))


def _canceled(account):
    return account.env._("The order is canceled at Amazon: there is nothing to sell.")


def _passed(key, account, verdict):
    env = account.env
    return {
        "store": env._("Store %s.", verdict.store),
        "status": env._("Status at Amazon: %s.", verdict.status),
        "policy": env._("The store's settings let it in."),
        "items": env._("Every SKU has its product, or a service line."),
        "amounts": env._("Amazon's amounts add up."),
        "settings": env._("Currency and settings of the store are complete."),
    }[key]


def _sale_step(record, verdict, reached):
    env = record.env
    if record.state == "imported":
        return _imported_step(record)
    if not reached:
        return Step("sale", OPEN, "")
    if verdict.code == order_again.CODE:
        return Step("sale", FAILED, verdict.reason)
    if not record:
        return Step("sale", OPEN, env._("It can become a sale: press Take It In."))
    if record.state == "blocked":
        words = env._(
            "At its last try: %s The checks above are passed now: press Retry.",
            record.reason or "",
        )
        return Step("sale", FAILED, words)
    if record.state != "pending":  # settled before Amazon or a setting changed
        words = env._("%s Press Open Order to decide anew.", record.reason or "")
        return Step("sale", FAILED, words)
    words = env._("It is being imported: ask again in a moment.")
    return Step("sale", OPEN, record.reason or words)


def _imported_step(record):
    env, sale = record.env, record.sudo().sale_order_id
    if not sale:
        return Step("sale", FAILED, env._("It was a sale, which was deleted."))
    if sale.state == "cancel":
        words = env._("It is sale %s, which is canceled.", sale.name)
        return Step("sale", FAILED, words)
    words = [env._("It is sale %s.", sale.name), record.attention]
    return Step("sale", PASSED, " ".join(filter(None, words)))


def _shipment_step(record):
    env = record.env
    submissions = record.sudo().submission_ids
    refused = submissions.filtered(lambda s: s.state == "refused")
    if record.fulfilled_by == "AMAZON":
        return Step("shipment", PASSED, env._("Amazon ships it: nothing to confirm."))
    if refused:
        return Step("shipment", FAILED, refused[0].reason or "")
    if not submissions:
        words = record.left_open or env._("Nothing was shipped in Odoo yet.")
        return Step("shipment", OPEN, words)
    underway = submissions.filtered(lambda s: s.state != "confirmed")
    if underway:
        return Step(
            "shipment", OPEN, underway[0].reason or env._("On its way to Amazon.")
        )
    return Step("shipment", PASSED, env._("Amazon has confirmed the shipment."))
