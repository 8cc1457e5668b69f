"""The options of a variation: Amazon's attribute names made readable, and compared."""

from dataclasses import dataclass


def label(attribute):
    """``size_name`` ► ``Size``, ``item_package_quantity`` ► ``Item Package Quantity``."""
    words = attribute.strip().lower().removesuffix("_name").replace("_", " ")
    return words.title()


def readable(name):
    """What two names of an attribute have in common, however they are written."""
    return " ".join(name.split()).casefold()


@dataclass(frozen=True)
class Options:
    """pairs: ((label, value), …); missing: labels for which Amazon tells no value."""

    pairs: tuple = ()
    missing: tuple = ()

    @classmethod
    def of(cls, item, limit=None):
        """The first ``limit`` options of a catalog item, all when None."""
        if not item or not (item.variation_attributes or item.options):
            return cls(missing=("options",))
        told = dict(item.options)
        names = list(dict.fromkeys([*item.variation_attributes, *told]))[:limit]
        return cls(
            pairs=tuple((label(name), told[name]) for name in names if name in told),
            missing=tuple(label(name) for name in names if name not in told),
        )

    @property
    def key(self):
        return frozenset(
            (readable(name), value.casefold()) for name, value in self.pairs
        )

    @property
    def text(self):
        return ", ".join(f"{name} {value}" for name, value in self.pairs)
