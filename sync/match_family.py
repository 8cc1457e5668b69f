"""A family ► the product template whose variants its listings are (row 2.7, step 1)."""

from collections import defaultdict
from dataclasses import dataclass

from .variation import Options, readable


@dataclass
class Template:
    """What a family has become in Odoo; ``problem`` when that is not clear."""

    record: object = None
    problem: str = ""


def templates(batch):
    """{family: Template}: known from before, else found by the family's title."""
    if batch.templates is None:
        batch.templates = _find(batch, _known_before, _by_siblings, _by_title)
    return batch.templates


def within(batch, listing, products):
    """Of several products, those that are variants of the family's product.

    As the family is known by now: what this batch links does not count, or the outcome
    would depend on which listing comes first.
    """
    family = batch.family(listing)
    if not family:
        return []
    if batch.told is None:
        batch.told = _find(batch, _known_before, _by_title)
    template = batch.told[family].record
    return [p for p in products if template and p.product_tmpl_id == template]


def _find(batch, *steps):
    families = batch.env["amazon.catalog.item"].union(
        *map(batch.family, batch.listings)
    )
    found = {family: Template() for family in families}
    if families:
        for step in steps:
            step(batch, families, found)
    return found


def _known_before(batch, families, found):
    """In this store or in another: an ASIN is the same family everywhere."""
    Item = batch.env["amazon.catalog.item"]
    by_asin = {}
    for item in Item.search(
        [
            ("asin", "in", families.mapped("asin")),
            ("company_id", "=", batch.company.id),
            ("product_tmpl_id.active", "=", True),
        ],
        order="id desc",
    ):
        by_asin[item.asin] = item.product_tmpl_id
    for family in families:
        own = family.product_tmpl_id
        found[family].record = own if own.active else by_asin.get(family.asin)


def _by_siblings(batch, families, found):
    """Members that are linked already, all to variants of one product."""
    by_family = defaultdict(set)
    for listing in batch.listings:
        product = batch.product(listing)
        if product.product_template_attribute_value_ids:
            by_family[batch.family(listing)].add(product.product_tmpl_id)
    for family in families:
        if not found[family].record and len(by_family[family]) == 1:
            [found[family].record] = by_family[family]


def _by_title(batch, families, found):
    unknown = families.filtered(lambda family: not found[family].record)
    titles = [title for title in unknown.mapped("title") if title]
    if not titles:
        return
    by_name = defaultdict(list)
    for template in batch.env["product.template"].search(
        [
            ("name", "in", titles),
            ("company_id", "in", [False, batch.company.id]),
            ("type", "!=", "combo"),
        ]
    ):
        by_name[template.name].append(template)
    for family in unknown:
        named = by_name[family.title] if family.title else []
        if len(named) == 1:
            found[family].record = named[0]
        elif named:
            found[family].problem = batch.env._(
                "%(count)s products are named %(name)s. Link the right variant.",
                count=len(named),
                name=family.title,
            )


def by_options(batch):
    """Within the family's template: the variant with the same options."""
    members = batch.open.filtered(lambda listing: batch.family(listing))
    if not members:
        return
    for listing in members:
        problem = templates(batch)[batch.family(listing)].problem
        if problem:
            batch.refuse(listing, problem)
    with_template = (members & batch.open).filtered(
        lambda listing: template_of(batch, listing)
    )
    refuse_unclear(batch, with_template)
    variants = variants_of(batch, with_template)
    for listing in with_template & batch.open:
        product = variants.of(template_of(batch, listing), options(batch, listing))
        if product:
            batch.link(listing, product, "family")


def found_nothing(batch, listing):
    """Why the family did not tell the product; "" of what is in none."""
    family = batch.family(listing)
    if not family:
        return ""
    template = template_of(batch, listing)
    if not template:
        name = family.title or family.asin
        return batch.env._("No product is named %s, as its family.", name)
    return batch.env._(
        "%(product)s has no variant with %(options)s.",
        product=template.display_name,
        options=options(batch, listing).text,
    )


def template_of(batch, listing):
    return templates(batch)[batch.family(listing)].record


def variants_of(batch, members):
    """The :class:`Variants` of the templates of these members' families."""
    found = (template_of(batch, listing) for listing in members)
    return Variants(batch.env, {template.id for template in found if template})


def remember(batch):
    """The next load knows the family's product, whatever its name is by then."""
    for listing in batch.links:
        family, product = batch.family(listing), batch.product(listing)
        if family and batch.templates and not family.product_tmpl_id:
            if product.product_tmpl_id == template_of(batch, listing):
                family.product_tmpl_id = product.product_tmpl_id


def options(batch, listing):
    """The :class:`Options` of a family's member, cut as the store wants."""
    item = listing.catalog_item_id
    if item not in batch.options:
        store = batch.store
        limit = store.options_limit if store.limit_options else None
        batch.options[item] = Options.of(batch.item(item), limit)
    return batch.options[item]


def refuse_unclear(batch, members):
    """Options that Amazon doesn't tell, or that two different things share: a note."""
    if not members:
        return
    sharing = _sharing(batch, members)
    for listing in members:
        own = options(batch, listing)
        others = sharing[batch.family(listing), own.key] - {listing.asin}
        if own.missing:
            batch.refuse(
                listing,
                batch.env._(
                    "Amazon does not tell this variation's %s. Link a product, or "
                    "complete the listing at Amazon.",
                    ", ".join(own.missing),
                ),
            )
        elif others:
            batch.refuse(
                listing,
                batch.env._(
                    "%(asins)s of the same family have the same options: %(options)s. "
                    "Link each by hand, or let the store use more options per family.",
                    asins=", ".join(sorted(others)),
                    options=own.text,
                ),
            )


def _sharing(batch, members):
    """{(family, options): {ASIN}} over all listings the store has of the families."""
    families = batch.env["amazon.catalog.item"].union(*map(batch.family, members))
    everyone = batch.env["amazon.listing"].search(
        [
            ("store_id", "=", batch.store.id),
            ("family_id", "in", families.ids),
            ("status", "!=", "canceled"),
            ("is_parent", "=", False),
        ]
    )
    sharing = defaultdict(set)
    for listing in everyone.with_env(batch.env) | members:
        if batch.family(listing):
            key = options(batch, listing).key
            sharing[batch.family(listing), key].add(listing.asin)
    return sharing


class Variants:
    """The variants of some templates by what they are, in a handful of queries."""

    def __init__(self, env, template_ids):
        self.by_key = {}
        self.archived = {}
        products = (
            env["product.product"]
            .with_context(active_test=False)
            .search([("product_tmpl_id", "in", list(template_ids))], order="id desc")
        )
        for product in products.with_env(env):
            values = product.product_template_attribute_value_ids.filtered(
                lambda value: value.attribute_id.create_variant != "no_variant"
            )
            key = frozenset(
                (readable(value.attribute_id.name), value.name.casefold())
                for value in values
            )
            shelf = self.by_key if product.active else self.archived
            shelf[product.product_tmpl_id, key] = product

    def of(self, template, wanted):
        return self.by_key.get((template, wanted.key))

    def archived_of(self, template, wanted):
        return self.archived.get((template, wanted.key))
