"""Row 6.5: where our tax replaces Amazon's, only the net is Amazon's, and the order says
both figures."""

from decimal import Decimal

from odoo.tools.float_utils import float_repr

ZERO = Decimal(0)


def expected(plan, commands):
    """(total, tax) of a sale with these lines: Amazon's net, and the tax they say."""
    Tax = plan.record.env["account.tax"]
    tax = ZERO
    for _command, _id, values in commands:
        data = values["extra_tax_data"] or {}
        for tax_id, amounts in data.get("manual_tax_amounts", {}).items():
            if not Tax.browse(int(tax_id)).has_negative_factor:
                tax += Decimal(
                    float_repr(
                        amounts["tax_amount_currency"],
                        plan.record.currency_id.decimal_places,
                    )
                )
    return plan.amounts.total_net + tax, tax


def tell(plan, figures):
    """Say on the order how far our tax is from Amazon's, if it is.

    :param figures: (total, tax) of its sale
    """
    record, amounts = plan.record, plan.amounts
    total, tax = figures
    theirs = amounts.total_tax - amounts.total_facilitated
    note = False
    if tax != theirs:
        note = record.env._(
            "The tax was recalculated: %(ours)s %(currency)s by your own rate, "
            "%(theirs)s %(currency)s by Amazon. The sale comes to %(total)s "
            "%(currency)s, what Amazon owes you for it to %(due)s %(currency)s.",
            ours=tax,
            theirs=theirs,
            total=total,
            due=amounts.total_gross - amounts.total_facilitated,
            currency=record.currency_id.name,
        )
    if record.tax_note != note:
        record.tax_note = note
