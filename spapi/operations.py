"""What we need to know about an operation of Amazon's before calling it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operation:
    """name: Amazon's (the key of PLANS); api, method: class and method of
    python-amazon-sp-api; repeatable: whether it may be sent again when nobody knows
    if the first one was done (after a time-out, a broken connection or a 5xx);
    role: the role or roles that open it; required: the key every answer has."""

    name: str
    api: type
    method: str
    repeatable: bool
    role: str
    required: str = ""
