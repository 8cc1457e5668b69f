"""The parser of orders against Amazon's own model, where it is at hand."""

import dataclasses
import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..spapi import order_fields, orders, shape
from ..spapi.orders import parse_order

MODEL = (
    Path(__file__).resolve().parent.parent.parent
    / "shared/spapi-models/orders_2026-01-01.json"
)


@tagged("post_install", "-at_install")
class TestModel(BaseCase):
    """Against Amazon's own model, where it is at hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not MODEL.is_file():
            cls.skipTest(cls, "Amazon's model is not here")
        cls.model = json.loads(MODEL.read_text())

    def test_examples_parse(self):
        examples = list(_orders_in(self.model["paths"]))
        self.assertGreaterEqual(len(examples), 8)
        for example in examples:
            order = parse_order(example)
            self.assertEqual(order.order_id, example["orderId"])
            self.assertEqual(len(order.items), len(example["orderItems"]))

    def test_every_field_of_the_model_is_read(self):
        # Everything that can be set, set; then each leaf must show in the result.
        filled, leaves = _fill(
            self.model["definitions"], {"$ref": "#/definitions/Order"}
        )
        order = parse_order(filled)
        found = set(_leaves(order))
        missing = {path: value for path, value in leaves.items() if value not in found}
        self.assertEqual(missing, {})
        self.assertGreater(len(leaves), 120)

    def test_required_fields_are_those_of_the_model(self):
        for cls, name in (
            (orders.Order, "Order"),
            (order_fields.OrderItem, "OrderItem"),
            (order_fields.SalesChannel, "SalesChannel"),
            (order_fields.OrderPackage, "OrderPackage"),
            (order_fields.OrderFulfillment, "OrderFulfillment"),
            (shape.Money, "Money"),
        ):
            ours = {
                first
                for first, _, _, default in shape._plan(cls)
                if default is dataclasses.MISSING
            }
            self.assertEqual(
                ours, set(self.model["definitions"][name]["required"]), name
            )


def _orders_in(node):
    if isinstance(node, dict):
        if "orderId" in node and isinstance(node.get("orderItems"), list):
            yield node
        for value in node.values():
            yield from _orders_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from _orders_in(value)


def _fill(definitions, schema, path="", number=None):
    """(payload with every property set to a value of its own, {path: value})"""
    number = number or iter(range(1000, 10_000))
    if "$ref" in schema:
        return _fill(
            definitions, definitions[schema["$ref"].split("/")[-1]], path, number
        )
    if "properties" in schema:
        result, leaves = {}, {}
        for key, child in schema["properties"].items():
            result[key], more = _fill(definitions, child, f"{path}.{key}", number)
            leaves |= more
        return result, leaves
    if schema.get("type") == "array":
        value, leaves = _fill(definitions, schema["items"], f"{path}[]", number)
        return [value], leaves
    value = next(number)
    if schema.get("format") == "date-time":
        moment = datetime(2026, 1, 1, tzinfo=timezone.utc) + timedelta(minutes=value)
        return shape.iso(moment), {path: moment}
    if schema.get("type") == "integer":
        return value, {path: value}
    if path.endswith(".amount") or schema.get("type") == "number":
        return f"{value}.50", {path: Decimal(f"{value}.50")}
    return f"text {value}", {path: f"text {value}"}


def _leaves(value):
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _leaves(getattr(value, field.name))
    elif isinstance(value, tuple):
        for element in value:
            yield from _leaves(element)
    else:
        yield value
