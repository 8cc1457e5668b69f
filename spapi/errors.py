"""What can go wrong between us and Amazon, one class per thing to do about it."""


class SpApiError(Exception):
    """A call to Amazon that brought no usable answer.

    operation: Amazon's name of the operation ("searchOrders"; "token" for LWA).
    status: HTTP status, None when nothing came back.
    code, message, details: Amazon's own words where it gave any.
    request_id: x-amzn-RequestId, which Amazon's support asks for.
    """

    def __init__(
        self, message, *, operation="", status=None, code="", request_id="", details=""
    ):
        super().__init__(message)
        self.operation = operation
        self.status = status
        self.code = code
        self.message = message
        self.request_id = request_id
        self.details = details

    def __str__(self):
        words = f"{self.code}: {self.message}" if self.code else self.message
        if self.details and self.details not in self.message:
            words += f" ({self.details})"
        facts = [self.operation]
        facts.append(f"HTTP {self.status}" if self.status else "")
        facts.append(f"request {self.request_id}" if self.request_id else "")
        facts = ", ".join(filter(None, facts))
        return " ".join(f"{words} [{facts}]".split() if facts else words.split())


class Throttled(SpApiError):
    """The usage plan is spent. Come back after `retry_after` seconds."""

    def __init__(self, message, *, retry_after, **facts):
        super().__init__(message, **facts)
        self.retry_after = float(retry_after)


class Temporary(SpApiError):
    """Nobody decided anything: network, time-out, 5xx, or an answer that is not one.

    The same call may succeed later. `sent` is False when the request cannot have
    reached Amazon's operation, so that repeating it is safe whatever it does.
    """

    def __init__(self, message, *, sent=True, **facts):
        super().__init__(message, **facts)
        self.sent = sent


class Refused(SpApiError):
    """Amazon said no, for good, and said why. The same call will fail again."""


class NotFound(Refused):
    """Amazon knows no such thing, or it is not this seller's."""


class Unauthorised(SpApiError):
    """Amazon does not let us in. `mend` names what has to be renewed.

    mend: "refresh_token" (authorise again), "client_secret" (rotated or wrong), or
    "role" (403 to a valid token: `role` names the role or roles that open this
    operation). A wrong region looks like a missing role; who sees "role" on
    getMarketplaceParticipations too should think of the region.
    """

    def __init__(self, message, *, mend, role="", note="", **facts):
        super().__init__(message, **facts)
        self.mend = mend
        self.role = role
        self.note = note


class MalformedOrder(ValueError):
    """An order payload that is not what Amazon's model promises."""


class AmountMismatch(ValueError):
    """Amounts of an order that do not add up, in words and figures."""
