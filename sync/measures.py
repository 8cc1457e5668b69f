"""Amazon's measures in the units of the database: exact, and never guessed."""

from dataclasses import dataclass
from decimal import Decimal

# one of these in kilograms, or in meters
WEIGHTS = {
    "kilograms": Decimal(1),
    "grams": Decimal("0.001"),
    "milligrams": Decimal("0.000001"),
    "pounds": Decimal("0.45359237"),
    "ounces": Decimal("0.028349523125"),
}
LENGTHS = {
    "meters": Decimal(1),
    "centimeters": Decimal("0.01"),
    "millimeters": Decimal("0.001"),
    "inches": Decimal("0.0254"),
    "feet": Decimal("0.3048"),
}


class UnknownUnit(ValueError):
    """The text is the unit, as Amazon wrote it."""


@dataclass(frozen=True)
class Units:
    """What a database measures in, told in kilograms, meters and cubic meters."""

    weight: Decimal
    length: Decimal
    volume: Decimal

    @classmethod
    def of(cls, env):
        Template = env["product.template"]
        in_pounds = Template._get_weight_uom_id_from_ir_config_parameter() == env.ref(
            "uom.product_uom_lb"
        )
        in_feet = Template._get_volume_uom_id_from_ir_config_parameter() == env.ref(
            "uom.product_uom_cubic_foot"
        )
        return cls(
            weight=WEIGHTS["pounds" if in_pounds else "kilograms"],
            length=LENGTHS["feet" if in_feet else "millimeters"],
            volume=LENGTHS["feet" if in_feet else "meters"] ** 3,
        )

    def weight_of(self, measure):
        return _kilograms(measure) / self.weight

    def length_of(self, measure):
        return _meters(measure) / self.length

    def volume_of(self, length, width, height):
        cubic = _meters(length) * _meters(width) * _meters(height)
        return cubic / self.volume


def _kilograms(measure):
    return measure.value * _factor(WEIGHTS, measure.unit)


def _meters(measure):
    return measure.value * _factor(LENGTHS, measure.unit)


def _factor(table, unit):
    try:
        return table[unit.strip().lower()]
    except KeyError:
        raise UnknownUnit(unit) from None
