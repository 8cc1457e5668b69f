"""A family of variations ► one template with exactly the variants the seller lists.

Its attributes create variants dynamically: with Odoo's default, every combination would
become a product, and most of them nobody sells.
"""

from collections import defaultdict

from odoo.fields import Command

from .match_family import options, refuse_unclear, template_of, templates, variants_of
from .product_values import common, list_price, plain
from .variation import readable


def refuse_unfit(batch, members):
    """Notes for those that can't become a variant of their family's product."""
    if not members:
        return
    for listing in members:
        problem = templates(batch)[batch.family(listing)].problem
        if not problem and not batch.family(listing).title:
            problem = batch.env._(
                "Amazon tells no title of this variation's family. Link a product."
            )
        if problem:
            batch.refuse(listing, problem)
    refuse_unclear(batch, members & batch.open)
    joining = (members & batch.open).filtered(
        lambda listing: template_of(batch, listing)
    )
    variants = variants_of(batch, joining)
    for listing in joining:
        problem = _misfit(batch, listing, variants)
        if problem:
            batch.refuse(listing, problem)


def _misfit(batch, listing, variants):
    env, template = batch.env, template_of(batch, listing)
    wanted = options(batch, listing)
    has = _lines(template)
    if set(has) != {readable(name) for name, _value in wanted.pairs}:
        return env._(
            "%(product)s has other attributes (%(has)s) than the family at Amazon "
            "(%(wanted)s). Link a product.",
            product=template.display_name,
            has=", ".join(line.attribute_id.name for line in has.values())
            or env._("none"),
            wanted=", ".join(name for name, _value in wanted.pairs),
        )
    if variants.archived_of(template, wanted):
        return env._(
            "The variant of %(product)s with %(options)s is archived. Restore it, or "
            "link another one.",
            product=template.display_name,
            options=wanted.text,
        )
    if variants.of(template, wanted):
        return env._(
            "%(product)s has a variant with %(options)s already. Link it.",
            product=template.display_name,
            options=wanted.text,
        )
    if not template.has_dynamic_attributes():
        return env._(
            "%(product)s makes all variants of its attributes by itself. Add %(options)s "
            "to it, and match again.",
            product=template.display_name,
            options=wanted.text,
        )
    return ""


def _lines(template):
    """{readable name: attribute line} of what makes variants."""
    lines = template.valid_product_template_attribute_line_ids
    return {
        readable(line.attribute_id.name): line
        for line in lines._without_no_variant_attributes()
    }


def create(batch, groups, values):
    """The variants of some families, and the templates where there is none yet.

    :param groups: listings of one family each, without template or with a fitting one
    :param values: {listing: product_values.Values}
    :return: {listing: product}
    """
    listings = batch.env["amazon.listing"].union(*groups)
    old = [group for group in groups if template_of(batch, group[0])]
    new = [group for group in groups if not template_of(batch, group[0])]
    shelf = _Attributes(batch, old, new)
    made = _make_templates(batch, new, values, shelf)
    template = {
        listing: template_of(batch, listing) or made[batch.family(listing)]
        for listing in listings
    }
    for group in old:
        _extend(batch, group, shelf)
    combinations = _combinations(batch, template)
    products = batch.env["product.product"].create(
        [
            {
                **template[listing]._prepare_variant_values(combinations[listing]),
                **values[listing].variant,
                "default_code": listing.sku,
                "active": True,
            }
            for listing in listings
        ]
    )
    for family, record in made.items():
        family.product_tmpl_id = record
    return dict(zip(listings, products, strict=True))


def _make_templates(batch, groups, values, shelf):
    """{family: template}, in one ``create``."""
    if not groups:
        return {}
    families = [batch.family(group[0]) for group in groups]
    shared = common(batch)
    made = batch.env["product.template"].create(
        [
            {
                **shared,
                **template_values(batch, family, group, values),
                "list_price": lowest_price(batch, group),
                "attribute_line_ids": [
                    Command.create(
                        {
                            "attribute_id": attribute.id,
                            "value_ids": [Command.set(value_ids)],
                        }
                    )
                    for attribute, value_ids in shelf.lines(batch, group)
                ],
            }
            for family, group in zip(families, groups, strict=True)
        ]
    )
    return dict(zip(families, made, strict=True))


def template_values(batch, family, group, values):
    """What the family itself tells, the rest as its first member has it."""
    found = {"name": family.title, **values[group[0]].template}
    item = batch.item(family)
    text = plain(item and item.description)
    if text:
        found["description_sale"] = text
    return found


def lowest_price(batch, group):
    prices = [list_price(batch, listing) for listing in group]
    return min((price for price in prices if price), default=0.0)


def _extend(batch, group, shelf):
    """Values of new variants join the template's attributes."""
    template = template_of(batch, group[0])
    archived = template.with_context(active_test=False).product_variant_ids.filtered(
        lambda product: not product.active
    )
    commands = []
    lines = _lines(template)
    for attribute, value_ids in shelf.lines(batch, group):
        line = lines[readable(attribute.name)]
        fresh = set(value_ids) - set(line.value_ids.ids)
        if fresh:
            added = [Command.link(value_id) for value_id in sorted(fresh)]
            commands.append(Command.update(line.id, {"value_ids": added}))
    if commands:
        template.attribute_line_ids = commands
        # Odoo brings archived variants back whenever the attributes change
        archived.filtered("active").active = False


def _combinations(batch, template):
    """{listing: its product.template.attribute.value records}"""
    ids = list({record.id for record in template.values()})
    found = {}
    for value in batch.env["product.template.attribute.value"].search(
        [("product_tmpl_id", "in", ids), ("ptav_active", "=", True)]
    ):
        name = readable(value.attribute_id.name)
        found[value.product_tmpl_id, name, value.name.casefold()] = value
    return {
        listing: batch.env["product.template.attribute.value"].union(
            *(
                found[record, readable(name), value.casefold()]
                for name, value in options(batch, listing).pairs
            )
        )
        for listing, record in template.items()
    }


class _Attributes:
    """Attributes and values of some families, found by name or made."""

    def __init__(self, batch, old, new):
        self._lines = {}
        for group in old:
            template = template_of(batch, group[0])
            for name, line in _lines(template).items():
                self._lines[template, name] = line.attribute_id
        self._dynamic = self._find_attributes(batch, new)
        self._values = self._find_values(batch, [*old, *new])

    def _find_attributes(self, batch, groups):
        labels = {
            name
            for group in groups
            for listing in group
            for name, _value in options(batch, listing).pairs
        }
        if not labels:
            return {}
        Attribute = batch.env["product.attribute"]
        found = {}
        for attribute in Attribute.search(
            [("name", "in", list(labels)), ("create_variant", "=", "dynamic")],
            order="id desc",
        ):
            found[readable(attribute.name)] = attribute
        missing = sorted(name for name in labels if readable(name) not in found)
        made = Attribute.create(
            [{"name": name, "create_variant": "dynamic"} for name in missing]
        )
        found.update(zip(map(readable, missing), made, strict=True))
        return found

    def _find_values(self, batch, groups):
        """{(attribute, value in lower case): id}"""
        wanted = {}
        for group in groups:
            for listing in group:
                for attribute, value in self._pairs(batch, listing):
                    wanted.setdefault((attribute, value.casefold()), value)
        Value = batch.env["product.attribute.value"]
        found = {}
        for record in Value.search(
            [
                ("attribute_id", "in", [attribute.id for attribute, _key in wanted]),
                ("name", "in", list(set(wanted.values()))),
            ],
            order="id desc",
        ):
            found[record.attribute_id, record.name.casefold()] = record.id
        for template_lines in {
            line
            for group in groups
            if template_of(batch, group[0])
            for line in _lines(template_of(batch, group[0])).values()
        }:
            # the template's own spelling ("black") is what "Black" is
            for value in template_lines.value_ids:
                key = template_lines.attribute_id, value.name.casefold()
                found[key] = value.id
        missing = [key for key in wanted if key not in found]
        made = Value.create(
            [{"attribute_id": key[0].id, "name": wanted[key]} for key in missing]
        )
        found.update(zip(missing, made.ids, strict=True))
        return found

    def _pairs(self, batch, listing):
        """[(attribute, value)] of one member."""
        template = template_of(batch, listing)
        return [
            (
                self._lines[template, readable(name)]
                if template
                else self._dynamic[readable(name)],
                value,
            )
            for name, value in options(batch, listing).pairs
        ]

    def lines(self, batch, group):
        """[(attribute, value ids)] that the members of a family need."""
        needed = defaultdict(dict)
        for listing in group:
            for attribute, value in self._pairs(batch, listing):
                needed[attribute][self._values[attribute, value.casefold()]] = True
        return [(attribute, list(ids)) for attribute, ids in needed.items()]
