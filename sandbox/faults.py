"""Unkindness on demand: what goes wrong, when, and how often."""

import random
import time

# What each kind does. A row fault waits for an answer that has a next page.
KINDS = {
    "status": "answers with `status` and `body`; nothing is done",
    "truncate": "does the work, answers 200 with half of the JSON",
    "timeout_before": "closes the connection before anything is done",
    "timeout_after": "does the work, then closes the connection without an answer",
    "slow": "waits `seconds` before the work",
    "drop_rows": "searchOrders: the last row of a page is missing",
    "repeat_rows": "searchOrders: the last row of a page comes again on the next",
    "change_between_pages": "searchOrders: an order already given changes and comes "
    "again on a later page",
    "silent_confirm": "confirmShipment: 204, but nothing happens",
    "cancelled_report": "the next report, requested or of a settlement, is CANCELLED",
    "fatal_report": "createReport: the report ends FATAL, its document says why",
    "slow_report": "createReport: the report takes `seconds` longer",
    "invalid_patch": "patchListingsItem, createFeed: INVALID, with an issue",
    "silent_quantity": "patchListingsItem, createFeed: accepted, but never effective",
    "late_quantity": "patchListingsItem, createFeed: effective `seconds` later",
    "cancelled_feed": "createFeed: the feed ends CANCELLED, nothing is done",
    "fatal_feed": "createFeed: the feed ends FATAL, nothing is done",
    "slow_feed": "createFeed: the feed takes `seconds` longer",
    "row_missing": "document: the last row of a settlement is missing",
    "total_wrong": "document: the total of a settlement is a cent too high",
    "new_type": "document: a row of a settlement is of a type nobody has seen",
}


class Fault:
    def __init__(self, kind, operation, times, after, probability, **effect):
        self.kind = kind
        self.operation = operation
        self.order_id = effect.get("order_id")
        self.sku = effect.get("sku")
        self.times = times  # None: without end
        self.after = after
        self.probability = probability
        self.status = effect.get("status")
        self.body = effect.get("body")
        self.content_type = effect.get("content_type")
        self.seconds = effect.get("seconds")
        self.fired = 0

    def matches(self, kinds, operation, order_id, sku):
        if self.kind not in kinds or self.times == self.fired:
            return False
        if self.operation is None:
            # Amazon's login is another house: only a fault that names it is for it.
            wanted = operation != "token"
        else:
            wanted = self.operation == operation
        about = self.order_id in (None, order_id) and self.sku in (None, sku)
        return wanted and about


class Faults:
    def __init__(self, seed=None):
        self._rng = random.Random(seed)
        self._faults = []

    def add(
        self,
        operation=None,
        *,
        kind=None,
        status=None,
        body=None,
        content_type="application/json",
        times=None,
        after=0,
        probability=None,
        order_id=None,
        sku=None,
        seconds=1.0,
    ):
        """Arrange for a fault; returns it (its `fired` counts).

        It passes by the first `after` calls it matches, then strikes `times` times:
        once by default, without end where a `probability` is given. Without an
        `operation` it is for all of them, without an `order_id` for every order,
        without a `sku` for every listing.
        """
        kind = kind or "status"
        if kind not in KINDS:
            raise ValueError(f"Unknown kind of fault {kind!r}: {', '.join(KINDS)}")
        if kind == "status" and status is None:
            status = 503 if body is None else 200
        if times is None and probability is None:
            times = 1
        fault = Fault(
            kind,
            operation,
            times,
            after,
            probability,
            order_id=order_id,
            sku=sku,
            status=status,
            body=body,
            content_type=content_type,
            seconds=seconds,
        )
        self._faults.append(fault)
        return fault

    def clear(self):
        self._faults.clear()

    def take(self, kinds, operation, order_id=None, sku=None):
        """The fault of one of these kinds that strikes this call, or None."""
        for fault in self._faults:
            if not fault.matches(kinds, operation, order_id, sku):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            chance = fault.probability
            if chance is not None and self._rng.random() >= chance:
                continue
            fault.fired += 1
            return fault
        return None


def wait(fault):
    time.sleep(fault.seconds)
