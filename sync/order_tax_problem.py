"""What to say of an order that is held for its taxes: what is missing, and where to
enter it."""

from .order_tax_mapping import KINDS
from .problem import Problem


def no_row(store, charge, place):
    """No row of the mapping is for the charge."""
    values = {
        "store": store.name,
        "kind": _kind(store, charge),
        "place": _destination(store, place),
    }
    if store.require_tax_mapping or store.tax_mode != "amazon":
        sentence = store.env._(
            "Store %(store)s has no tax mapping for '%(kind)s' to %(place)s: add a row "
            "to its Tax Mapping.",
            **values,
        )
    else:
        sentence = store.env._(
            "Store %(store)s has no tax for '%(kind)s' to %(place)s: press Create "
            "Defaults on the store, or add a row to its Tax Mapping.",
            **values,
        )
    return Problem("tax", sentence)


def no_facilitator(store):
    return Problem(
        "tax",
        store.env._(
            "Store %s has no tax for what Amazon collects and remits itself: press "
            "Create Defaults on the store or choose the taxes there.",
            store.name,
        ),
    )


def no_rule(store, charge, product, place):
    """Neither the product nor the store says anything."""
    return Problem(
        "tax",
        store.env._(
            "%(product)s has no customer tax, and store %(store)s has no tax of its own "
            "and no tax mapping for '%(kind)s' to %(place)s: set one of them, or choose "
            "Ignore Amazon's Tax in the store.",
            product=product.display_name,
            store=store.name,
            kind=_kind(store, charge),
            place=_destination(store, place),
        ),
    )


def nets_to_zero(store, tax, amount):
    return Problem(
        "tax",
        store.env._(
            "Tax %(tax)s nets to zero (reverse charge), but Amazon charged %(amount)s of "
            "tax: choose another tax in the Tax Mapping of store %(store)s.",
            tax=tax.name,
            amount=amount,
            store=store.name,
        ),
    )


def _kind(store, charge):
    kind = KINDS.get(charge.kind, "other")
    if store.tax_mode == "amazon" and not charge.tax:
        kind = "tax_free"
    field = store.env["amazon.tax.mapping"]._fields["kind"]
    return dict(field._description_selection(store.env))[kind]


def _destination(store, place):
    country = store.env["res.country"].search([("code", "=", place.country)], limit=1)
    if not country:
        return place.country or store.env._("an unknown country")
    state = country.state_ids.filtered(
        lambda s: {(s.code or "").upper(), (s.name or "").upper()} & place.states
    )
    # no country has two states of one name
    return ", ".join([*state[:1].mapped("name"), country.name])
