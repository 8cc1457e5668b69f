"""What a submission does to a listing: from a patch call or from a message of a feed.

Only quantities are taken: `/attributes/fulfillment_availability` with `merge`,
`replace`, `add` or `delete`. What is wrong with a submission is told as issues, and
nothing of it happens then.

Amazon leaves open, and the sandbox chose: a SKU that is not listed is an issue (13013);
`replace` and `add` forget a lead time that is not sent along, `merge` keeps it; the
channel of the last value sent is the listing's from then on, so a quantity of DEFAULT
turns an FBA listing into one of the merchant, and the other way round.
"""

from datetime import timedelta

from .errors import invalid
from .listings import DEFAULT, Change, amazon_channel

PATH = "/attributes/fulfillment_availability"
OPERATIONS = ("add", "replace", "merge", "delete")
_LEAD_TIME = "lead_time_to_ship_max_days"
_KNOWN = {"fulfillment_channel_code", "quantity", _LEAD_TIME, "restock_date"}
_KNOWN |= {"marketplace_id", "is_inventory_available"}
_NAME = "fulfillment_availability"
_MAX = 10**9


def issue(code, message, attribute=_NAME, category="INVALID_ATTRIBUTE"):
    return {
        "code": code,
        "message": message,
        "severity": "ERROR",
        "attributeNames": [attribute],
        "categories": [category],
    }


def check_patches(body):
    """Whether it is a patch request at all; 400 where it isn't."""
    if not isinstance(body, dict):
        raise invalid("Invalid Input", "The body must be a JSON object")
    product_type, patches = body.get("productType"), body.get("patches")
    if not isinstance(product_type, str) or not product_type:
        raise invalid("Invalid Input", "productType is missing")
    if not isinstance(patches, list) or not patches:
        raise invalid("Invalid Input", "patches must hold at least one operation")
    for patch in patches:
        if not isinstance(patch, dict) or patch.get("op") not in OPERATIONS:
            raise invalid("Invalid Input", f"op must be one of {', '.join(OPERATIONS)}")
        if not isinstance(patch.get("path"), str):
            raise invalid("Invalid Input", "path is missing")
        value = patch.get("value", [])
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            raise invalid("Invalid Input", "value must be a list of objects")
    return patches


def problems(sandbox, seller, sku, marketplace_ids, patches, operation):
    """The issues by which this submission is INVALID; none, and it is accepted."""
    listings = sandbox.listings.find(seller, sku, marketplace_ids)
    if not listings:
        text = f"The SKU {sku} does not exist in the catalog. Nothing was processed."
        return [issue("13013", text, "sku", "INVALID_SKU")]
    found = []
    for patch in patches:
        found += _problems_of(patch, next(iter(listings.values())).marketplace)
    if sandbox.faults.take(("invalid_patch",), operation, sku=sku):
        text = "'[batteries_required]' is required but not supplied."
        found.append(issue("90220", text, "batteries_required", "MISSING_ATTRIBUTE"))
    return found


def _problems_of(patch, marketplace):
    if patch["path"] != PATH:
        name = patch["path"].rpartition("/")[2]
        yield issue("4000003", f"The sandbox takes no {patch['path']}.", name)
        return
    values = patch.get("value", [])
    if not values and patch["op"] != "delete":
        yield issue("90220", f"'{_NAME}' is required but not supplied.")
    for value in values:
        for name in sorted(set(value) - _KNOWN):
            yield issue("90000900", f"The field '{name}' is not known.", name)
        channel = value.get("fulfillment_channel_code")
        if channel not in (DEFAULT, amazon_channel(marketplace)):
            text = f"{channel!r} is no valid 'fulfillment_channel_code'."
            yield issue("4000003", text)
        elif channel != DEFAULT and "quantity" in value:
            yield issue("4000003", f"No quantity can be set for {channel}.")
        for name, low, high in (("quantity", 0, _MAX), (_LEAD_TIME, 1, 30)):
            if name in value and not _between(value[name], low, high):
                text = f"'{name}' must be a whole number from {low} to {high}."
                yield issue("4000003", text)


def _between(number, low, high):
    whole = isinstance(number, int) and not isinstance(number, bool)
    return whole and low <= number <= high


def accept(sandbox, seller, sku, patches, operation, source, ready=timedelta(0)):
    """Take an accepted submission to heart: at once as sent, effective in a while."""
    stock = sandbox.listings.stock(seller, sku)
    values = {}
    for patch in patches:
        stock.submitted = _patched(stock, patch)
        values.update(_effect(patch))
    sandbox.listings.touch(seller, sku)
    if sandbox.faults.take(("silent_quantity",), operation, sku=sku):
        return
    delay = ready + sandbox.listings.delay
    if late := sandbox.faults.take(("late_quantity",), operation, sku=sku):
        delay += timedelta(seconds=late.seconds)
    stock.plan(Change(sandbox.clock.now() + delay, values, source))


def _effect(patch):
    """What of the stock this operation will change."""
    values = {} if patch["op"] == "merge" else {"quantity": 0, "lead_time": None}
    for value in patch.get("value", []) if patch["op"] != "delete" else ():
        values["channel"] = value["fulfillment_channel_code"]
        if "quantity" in value:
            values["quantity"] = value["quantity"]
        if _LEAD_TIME in value:
            values["lead_time"] = value[_LEAD_TIME]
    return values


def _patched(stock, patch):
    """The attribute after this operation; the value changed last stands last."""
    sent = [dict(value) for value in patch.get("value", [])]
    if patch["op"] == "delete":
        gone = {value.get("fulfillment_channel_code") for value in sent}
        kept = [
            v for v in submitted(stock) if v["fulfillment_channel_code"] not in gone
        ]
        return kept if sent else []
    if patch["op"] != "merge":
        return sent
    merged = {v["fulfillment_channel_code"]: v for v in submitted(stock)}
    for value in sent:
        before = merged.pop(value["fulfillment_channel_code"], {})
        merged[value["fulfillment_channel_code"]] = {**before, **value}
    return list(merged.values())


def submitted(stock):
    """`fulfillment_availability` as the seller sent it, or as it began."""
    if stock.submitted:
        return [dict(value) for value in stock.submitted]
    value = {"fulfillment_channel_code": stock.channel}
    if stock.by_merchant:
        value["quantity"] = stock.quantity
        if stock.lead_time:
            value[_LEAD_TIME] = stock.lead_time
    return [value]
