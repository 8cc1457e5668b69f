"""The accounts a settlement is booked on, each known by its kind.

A rule says of which kind a row is; the company says which ledger account that is.
"""

from typing import NamedTuple

PROFIT = ("expense", "income")  # roles whose rows end in profit and loss


class Kind(NamedTuple):
    """What a kind is called, and the ledger account made for it when none is chosen.

    own: each Amazon account has its own, because its open items prove a balance;
    fee: Amazon sends invoices for it; words: an account of the company is proposed when
    its name tells of Amazon and of one of them.
    """

    label: str
    name: str
    account_type: str
    roles: tuple = ()
    reconcile: bool = False
    own: bool = False
    fee: bool = False
    words: tuple = ()


def _balance(label, name, roles=(), account_type="asset_current"):
    return Kind(label, name, account_type, roles, reconcile=True, own=True)


def _asset(label, name):
    return Kind(label, name, "asset_current", ("asset",), reconcile=True)


def _fee(label, name, *words):
    return Kind(label, name, "expense", PROFIT, fee=True, words=words)


def _income(label, name, *words):
    return Kind(label, name, "income_other", PROFIT, words=words)


KINDS = {
    "transit": _balance("Payouts in Transit", "Amazon payouts in transit", ("payout",)),
    "carried": _balance("Carried Balance", "Amazon balance carried between months"),
    "reserve": _balance("Reserves Held", "Amazon reserves held", ("reserve",)),
    "suspense": _balance("Suspense", "Amazon suspense"),
    "clearing": _balance("Clearing", "Amazon clearing"),
    "crossacct": _balance(
        "Debt Between Marketplaces",
        "Amazon debt between marketplaces",
        ("cross_account",),
    ),
    "loan": _balance("Loan", "Amazon loan", ("loan",), "liability_current"),
    "mptax": Kind(
        "Marketplace Tax",
        "Marketplace tax pass-through",
        "liability_current",
        ("pass_through",),
    ),
    "tcs": _asset("GST Collected at Source (TCS)", "Amazon TCS receivable"),
    "tds": _asset("Income Tax Deducted (TDS)", "Amazon TDS receivable"),
    "incometax": _asset("Income Tax Withheld", "Amazon income tax withheld"),
    "directpay": _asset("Collected Elsewhere", "Amazon money collected elsewhere"),
    "comminglingvat": Kind(
        "Commingling VAT", "Amazon commingling VAT", "asset_current", ("fee_tax",)
    ),
    "feetax": Kind(
        "Tax on Fees", "Tax on Amazon fees", "expense", ("fee_tax",), fee=True
    ),
    "toinvoice": Kind(
        "Fees to Be Invoiced",
        "Amazon fees to be invoiced",
        "liability_payable",
        reconcile=True,
    ),
    "commission": _fee(
        "Referral Fees", "Amazon referral fees", "referral", "commission", "selling fee"
    ),
    "refundfee": _fee(
        "Refund Administration Fees",
        "Amazon refund administration fees",
        "refund administration",
        "refund fee",
    ),
    "shipchargeback": _fee(
        "Shipping Credit Taken Back",
        "Amazon shipping credit taken back",
        "shipping chargeback",
    ),
    "fba": _fee(
        "FBA Fulfillment", "Amazon FBA fulfillment fees", "fulfillment fee", "fba fee"
    ),
    "mcf": _fee(
        "Multi-Channel Fulfillment",
        "Amazon multi-channel fulfillment fees",
        "multi-channel",
        "mcf",
    ),
    "storage": _fee("Storage", "Amazon storage fees", "storage"),
    "inbound": _fee("Inbound and Preparation", "Amazon inbound fees", "inbound"),
    "removal": _fee("Removal and Disposal", "Amazon removal fees", "removal"),
    "fbareturn": _fee("Returns Handling", "Amazon returns handling fees", "returns"),
    "subscription": _fee("Subscription", "Amazon subscription", "subscription"),
    "ads": _fee("Advertising", "Amazon advertising", "advertising", "sponsored"),
    "marketing": _fee(
        "Coupons, Deals, Vine", "Amazon promotion programs", "coupon", "promotion"
    ),
    "postage": _fee("Postage", "Amazon postage", "postage"),
    "epr": _fee(
        "Extended Producer Responsibility",
        "Amazon EPR contributions",
        "epr contribution",
    ),
    "feeadj": _fee("Fee Adjustments", "Amazon fee adjustments", "fee adjustment"),
    "liquidationfee": _fee(
        "Liquidation Brokerage", "Amazon liquidation brokerage", "brokerage"
    ),
    "liquidation": _income(
        "Liquidation Sales", "Amazon liquidation sales", "liquidation"
    ),
    "reimb": _income("Reimbursements", "Amazon reimbursements", "reimbursement"),
    "recovery": _income("Recovered Refunds", "Amazon recovered refunds", "recovered"),
}
