"""What the parameters of a request say, for every API that takes the same kinds."""

import base64
import json

from .clock import parse_time
from .errors import denied, invalid
from .marketplaces import is_marketplace_id


def listed(query, name, allowed=None):
    """A comma-separated parameter; each value must be one Amazon knows."""
    values = [value for value in query.get(name, "").split(",") if value]
    for value in values:
        if allowed and value not in allowed:
            raise invalid("Invalid Input", f"{value} is not a valid value of {name}")
    return values


def time_of(query, name):
    moment = parse_time(query[name])
    if moment is None:
        raise invalid("Invalid Input", f"{name} must be in ISO 8601 format")
    return moment


def check_marketplaces(marketplace_ids, seller):
    for marketplace_id in marketplace_ids:
        if not is_marketplace_id(marketplace_id):
            raise invalid("Invalid Input", f"{marketplace_id} is no marketplace id")
        if marketplace_id not in seller.marketplace_ids:
            raise denied(f"The seller doesn't sell in marketplace {marketplace_id}.")


def page_token(*content):
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


def read_token(text, length):
    """The content of a token we wrote; whatever else it is was not from here."""
    try:
        content = json.loads(base64.urlsafe_b64decode(text))
    except (ValueError, TypeError):
        content = None
    if not isinstance(content, list) or len(content) != length:
        raise invalid("Invalid Input", "nextToken is not valid")
    return content
