"""Thousands of orders of the same people: nobody becomes a customer twice."""

import random
from collections import Counter, defaultdict

from odoo.tests import tagged

from ..sync.customers import customers
from .customer_case import CustomerCase
from .processes import ProcessCase

PEOPLE = [
    (f"b{number}x@marketplace.amazon.com", f"Buyer {number}") for number in range(12)
]
STREETS = [f"{number} Road" for number in range(1, 4)]


@tagged("post_install", "-at_install")
class TestCustomerRepeat(CustomerCase):
    def test_few_buyers_many_orders(self):
        """rows 5.3, 5.4, 5.6: in batches of any size, one customer a buyer, and every
        parcel to its own order's address"""
        for mode in ("id_email_update", "id_email_keep", "email_update"):
            with self.subTest(mode):
                self.store.customer_mode = mode
                self.many_orders(random.Random(mode), mode)

    def many_orders(self, rng, mode, number=240):
        people = [(f"{mode}{email}", name) for email, name in PEOPLE]
        before = self.customers()
        found = defaultdict(set)
        places = Counter()
        while number > 0:
            size = rng.randint(1, 50)
            number -= size
            said = {}
            for _n in range(size):
                (email, name), street = rng.choice(people), rng.choice(STREETS)
                receiver = rng.choice(["", "Aunt Emma"]) or name
                order = self.parsed(
                    self.oddly(rng, email),
                    name,
                    street=street,
                    address={"name": receiver},
                )
                said[order.order_id] = (order, email, street, receiver)
            result = customers(self.store, [order for order, *_rest in said.values()])
            for order_id, (_order, email, street, receiver) in said.items():
                customer, place = result[order_id]
                found[email].add(customer)
                self.assertEqual(place.street, street)
                places[customer, receiver, street] += 1
                self.assertIn(place, customer | customer.child_ids)
                self.assertEqual(place.name, receiver)
        self.assertEqual(set(map(len, found.values())), {1})
        new = self.customers() - before
        self.assertEqual(len(new), len(found))
        # a contact for each of three streets and two receivers, not for each order
        self.assertLessEqual(max(len(customer.child_ids) for customer in new), 6)

    def oddly(self, rng, email):
        """The address as Amazon may write it: with another ``+tag`` in every order."""
        name, _at, domain = email.partition("@")
        tag = rng.choice(["", "+1f-9", "+8"])
        return f"{rng.choice([name, name.upper()])}{tag}@{domain}"

    def test_over_http(self):
        """row 5.4: sixty orders of four buyers over several pulls make four customers"""
        before = self.customers()
        for _pull in range(2):
            for number in range(30):
                email, name = PEOPLE[number % 4]
                self.sandbox.add_order(
                    self.seller,
                    **self.order(email, name, street=STREETS[number % 3]),
                )
            self.take_in(self.account)
            self.sandbox.clock.advance(180)
        sales = self.env["sale.order"].search([("amazon_store_id", "=", self.store.id)])
        self.assertEqual(len(sales), 60)
        self.assertEqual(self.customers() - before, sales.partner_id)
        self.assertEqual(len(sales.partner_id), 4)

    def test_queries(self):
        """row 5.3: a batch costs the same queries whatever its size and however many
        contacts there are"""
        for mode in ("id_email_update", "id_email_keep", "default"):
            self.store.customer_mode = mode
            costs = [self.cost(mode, size) for size in (5, 40)]
            with self.subTest(mode):
                (new, moved, same), (more_new, more_moved, more_same) = costs
                self.assertLess(more_new, new + 10)
                self.assertLessEqual(more_same, same + 2)
                # Odoo itself looks once for unsent letters of each one who moves
                letters = 35 if mode == "id_email_update" else 0
                self.assertLessEqual(more_moved, moved + letters + 2)

    def cost(self, mode, size):
        people = [
            (f"{mode}{size}-{n}@marketplace.amazon.com", str(n)) for n in range(size)
        ]
        return [
            self.queries([self.parsed(*person, street=street) for person in people])
            for street in ("First", "Second", "Second")
        ]

    def queries(self, orders):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        customers(self.store, orders)
        self.env.flush_all()
        return self.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestCustomerProcesses(ProcessCase):
    def test_two_workers_meet_the_same_buyers(self):
        """row 5.4: two processes import orders of three new buyers at once: three
        customers, and no order is blocked"""
        token = f"{self.sandbox.rng.getrandbits(60):x}"
        for number in range(90):
            self.sandbox.add_order(
                self.seller,
                buyer={
                    "buyerName": f"Buyer {number % 3}",
                    "buyerEmail": f"{token}{number % 3}@marketplace.amazon.com",
                },
                address={"name": "Somebody"},
            )
        self.cron("orders")
        self.both("_cron_process_orders")
        self.cron("process")
        self.assertAllSold()
        made = self.number(
            "SELECT count(*) FROM res_partner WHERE amazon_email LIKE %s", f"{token}%"
        )
        self.assertEqual(made, 3)
