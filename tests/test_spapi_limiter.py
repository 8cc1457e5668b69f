"""The token bucket, its plans, and the cache of access tokens."""

import json
import random
import re
import threading
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..spapi.limiter import PLANS, Bucket, MemoryLimiter, empty, learn, take
from ..spapi.tokens import MemoryTokenCache

MODELS = Path(__file__).resolve().parent.parent.parent / "shared" / "spapi-models"
# Two APIs have an operation of this name; the plans hold the slower one.
AMBIGUOUS = {"getShipment"}
_PLAN_ROW = re.compile(r"\|\s*(?:Default\s*\|\s*)?([\d.]+)\s*\|\s*([\d.]+)\s*\|")


@tagged("post_install", "-at_install")
class TestBucket(BaseCase):
    def test_burst_then_rate(self):
        bucket = Bucket(tokens=2.0, updated=0.0, rate=0.5, burst=2.0)
        bucket, first = take(bucket, 0.0)
        bucket, second = take(bucket, 0.0)
        bucket, third = take(bucket, 0.0)
        self.assertEqual((first, second, third), (0.0, 0.0, 2.0))
        bucket, wait = take(bucket, 1.5)
        self.assertAlmostEqual(wait, 0.5)
        bucket, wait = take(bucket, 2.0)
        self.assertEqual(wait, 0.0)

    def test_refill_stops_at_the_burst(self):
        bucket = Bucket(tokens=0.0, updated=0.0, rate=1.0, burst=3.0)
        waits = []
        for _ in range(4):
            bucket, wait = take(bucket, 1_000_000.0)
            waits.append(wait)
        self.assertEqual(waits, [0.0, 0.0, 0.0, 1.0])

    def test_the_wait_it_names_is_enough(self):
        rng = random.Random(11)
        for rate, burst in sorted(set(PLANS.values())):
            for _ in range(50):
                now = rng.uniform(1.7e9, 1.9e9)
                tokens = rng.uniform(0, min(burst, 0.999))
                bucket, wait = take(Bucket(tokens, now, rate, burst), now)
                self.assertGreater(wait, 0.0)
                _, again = take(bucket, now + wait)
                self.assertEqual(again, 0.0, (rate, burst, tokens, now))

    def test_never_more_calls_than_amazon_grants(self):
        rng = random.Random(12)
        for _ in range(30):
            rate, burst = rng.choice(list(PLANS.values()))
            start = now = 1.8e9
            bucket, granted = Bucket(burst, start, rate, burst), 0
            for _ in range(300):
                now += rng.choice([0, rng.expovariate(rate), rng.expovariate(rate * 5)])
                bucket, wait = take(bucket, now)
                granted += wait == 0.0
                self.assertLessEqual(granted, burst + rate * (now - start) + 0.01)

    def test_clock_set_back(self):
        bucket = Bucket(tokens=0.0, updated=1000.0, rate=1.0, burst=5.0)
        bucket, wait = take(bucket, 400.0)
        self.assertEqual(wait, 1.0)
        # it does not wait until the old time is reached again
        self.assertEqual(take(bucket, 401.0)[1], 0.0)

    def test_learn_and_empty(self):
        bucket = Bucket(tokens=5.0, updated=0.0, rate=1.0, burst=5.0)
        self.assertEqual(learn(bucket, 4.0).rate, 4.0)
        self.assertEqual(learn(bucket, 0.0), bucket)
        self.assertEqual(take(empty(bucket, 100.0), 100.0)[1], 1.0)

    def test_memory_limiter_keeps_operations_apart(self):
        limiter = MemoryLimiter(lambda: 1000.0)
        limiter.throttled("getOrder")
        self.assertEqual(limiter.acquire("getOrder"), 2.0)
        self.assertEqual(limiter.acquire("confirmShipment"), 0.0)
        limiter.learn("getOrder", 1.0)
        self.assertEqual(limiter.acquire("getOrder"), 1.0)
        with self.assertRaises(KeyError):
            limiter.acquire("getOrdre")

    def test_memory_limiter_shared_by_threads(self):
        limiter = MemoryLimiter(lambda: 1000.0)
        granted = []

        def work():
            for _ in range(50):
                if limiter.acquire("getOrder") == 0.0:
                    granted.append(1)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(granted), PLANS["getOrder"][1])


@tagged("post_install", "-at_install")
class TestPlans(BaseCase):
    def test_plans_are_those_of_amazons_models(self):
        if not MODELS.is_dir():
            self.skipTest("Amazon's models are not here")
        compared = 0
        for name, plan in _plans_of_the_models():
            if name in PLANS and name not in AMBIGUOUS:
                self.assertEqual(tuple(map(float, PLANS[name])), plan, name)
                compared += 1
        self.assertGreater(compared, 80)

    def test_operations_we_call_now_have_a_plan(self):
        self.assertEqual(PLANS["searchOrders"], (0.0056, 20))
        self.assertEqual(PLANS["getOrder"], (0.5, 30))
        self.assertEqual(PLANS["confirmShipment"], (2, 10))
        self.assertEqual(PLANS["getMarketplaceParticipations"], (0.016, 15))


@tagged("post_install", "-at_install")
class TestTokenCache(BaseCase):
    def test_token_until_it_expires(self):
        now = [100.0]
        cache = MemoryTokenCache(lambda: now[0])
        cache.put("a", "token", 160.0)
        self.assertEqual((cache.get("a"), cache.get("b")), ("token", None))
        now[0] = 160.0
        self.assertIsNone(cache.get("a"))

    def test_drop(self):
        cache = MemoryTokenCache(lambda: 0.0)
        cache.put("a", "token", 1.0)
        cache.drop("a")
        cache.drop("never there")
        self.assertIsNone(cache.get("a"))


def _plans_of_the_models():
    """(operation, (rate, burst)) of every usage-plan table in the models."""
    for path in sorted(MODELS.glob("*.json")):
        for methods in json.loads(path.read_text()).get("paths", {}).values():
            for operation in methods.values():
                if isinstance(operation, dict) and "operationId" in operation:
                    row = _PLAN_ROW.search(operation.get("description", ""))
                    if row:
                        yield operation["operationId"], tuple(map(float, row.groups()))
