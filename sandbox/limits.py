"""Amazon's usage plans: one token bucket per selling partner and operation."""

from .errors import ApiError

# Rate per second and burst, as Amazon's models state them.
PLANS = {
    "getMarketplaceParticipations": (0.016, 15),
    "searchOrders": (0.0056, 20),
    "getOrder": (0.5, 30),
    "confirmShipment": (2, 10),
    "getReports": (0.0222, 10),
    "getReport": (2, 15),
    "createReport": (0.0167, 15),
    "cancelReport": (0.0222, 10),
    "getReportDocument": (0.0167, 15),
    "listTransactions": (0.5, 10),
    "listSummary": (0.5, 10),
    "getListingsItem": (5, 10),
    "searchListingsItems": (5, 5),
    "patchListingsItem": (5, 5),
    "getCatalogItem": (2, 2),
    "searchCatalogItems": (2, 2),
    "createFeedDocument": (0.5, 15),
    "createFeed": (0.0083, 15),
    "getFeed": (2, 15),
    "getFeeds": (0.0222, 10),
    "cancelFeed": (2, 15),
    "getFeedDocument": (0.0222, 10),
}
UNLIMITED = 1000.0  # what the header announces where there are no limits


class Limits:
    """`factor` multiplies rate and burst of every plan; None lifts all limits."""

    def __init__(self, clock, factor=None):
        self.clock = clock
        self.factor = factor
        self._buckets = {}  # (seller key, operation) → (tokens, time)

    def take(self, seller, operation):
        if self.factor is None:
            return
        rate, burst = (number * self.factor for number in PLANS[operation])
        burst = max(burst, 1)
        now = self.clock.now()
        tokens, seen = self._buckets.get((seller.key, operation), (burst, now))
        tokens = min(burst, tokens + max((now - seen).total_seconds(), 0) * rate)
        granted = tokens >= 1
        self._buckets[seller.key, operation] = (tokens - granted, now)
        if not granted:
            raise ApiError(429)

    def header(self, operation):
        """The plan's rate (not the burst, not what is left), as Amazon announces."""
        if self.factor is None:
            return f"{UNLIMITED:g}"
        return f"{PLANS[operation][0] * self.factor:g}"
