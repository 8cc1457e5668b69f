"""Rows ► understood: which rule each row falls under, and what they come to.

Rules are asked once per distinct wording, never per row; everything else is one
statement over all rows of the settlement.
"""

from datetime import UTC
from zoneinfo import ZoneInfo

from . import settlement_proofs


def classify(settlement):
    """Give every row its role, rebuild the summary, and say what is to be done."""
    settlement.env.flush_all()
    match(settlement)
    book_withheld_with_order(settlement)
    _date(settlement)
    settlement.line_ids.invalidate_recordset()
    summarize(settlement)
    settlement.order_count = _order_count(settlement)
    settlement_proofs.prove_rows(settlement)
    settlement_proofs.prove_follower(settlement)
    _decide(settlement)


def match(settlement, only_unknown=False):
    """Ask the rules about every distinct wording.

    :param only_unknown: leave rows as they are that have a rule already
    """
    env, cr = settlement.env, settlement.env.cr
    cr.execute(
        """SELECT DISTINCT COALESCE(transaction_type, ''), COALESCE(amount_type, ''),
                  COALESCE(amount_description, ''), COALESCE(marketplace_name, '')
             FROM amazon_settlement_line
            WHERE settlement_id = %s AND (mapping_id IS NULL OR NOT %s)""",
        [settlement.id, only_unknown],
    )
    wordings = cr.fetchall()
    if not only_unknown:
        cr.execute(
            """UPDATE amazon_settlement_line
                  SET role = NULL, booked_role = NULL, kind = NULL, mapping_id = NULL,
                      category = 'unmapped'
                WHERE settlement_id = %s AND mapping_id IS NOT NULL""",
            [settlement.id],
        )
    Mapping = env["amazon.settlement.mapping"].sudo()
    rules = Mapping._rules(settlement.account_id)
    values = []
    for wording in wordings:
        marketplace = wording[3] or settlement.marketplace_name or ""
        if rule := rules.find(wording[:3], marketplace):
            mapping = Mapping.browse(rule.key)
            kind = mapping.kind or None
            values.append((*wording, mapping.role, kind, mapping.category, mapping.id))
    if values:
        cr.execute_values(
            f"""UPDATE amazon_settlement_line l
                   SET role = v.role, booked_role = v.role, kind = v.kind,
                       category = v.category, mapping_id = v.mapping
                  FROM (VALUES %s) v(tt, ty, ad, mp, role, kind, category, mapping)
                 WHERE l.settlement_id = {settlement.id:d} AND l.mapping_id IS NULL
                   AND COALESCE(l.transaction_type, '') = v.tt
                   AND COALESCE(l.amount_type, '') = v.ty
                   AND COALESCE(l.amount_description, '') = v.ad
                   AND COALESCE(l.marketplace_name, '') = v.mp""",
            values,
            page_size=len(values),
        )


def book_withheld_with_order(settlement):
    """Tax that Amazon took out again belongs to the order it was charged on.

    Without it the order's line is exactly what Amazon owes for the order, which is what
    the invoice says too. Not when the invoices carry that tax: then it is paid from the
    tax account.
    """
    if settlement.account_id.settlement_tax_on_invoice:
        return
    # joined by id alone: the planner knows nothing of rows that were inserted just now
    settlement.env.cr.execute(
        """UPDATE amazon_settlement_line l SET booked_role = s.booked
             FROM (SELECT id, role, min(role) FILTER (WHERE role != 'pass_through')
                          OVER (PARTITION BY order_ref, transaction_type) AS booked
                     FROM amazon_settlement_line
                    WHERE settlement_id = %(id)s AND order_ref IS NOT NULL
                      AND role IN ('order', 'refund', 'pass_through')) s
            WHERE l.id = s.id AND s.role = 'pass_through' AND s.booked IS NOT NULL""",
        {"id": settlement.id},
    )


def _date(settlement):
    """The day of each row by the marketplace's clock, as Seller Central counts."""
    zones = _zones(settlement)
    default = zones.get(settlement.marketplace_name) or zones[""]
    settlement.env.cr.execute_values(
        f"""UPDATE amazon_settlement_line l
               SET accounting_date = GREATEST(
                       (s.start AT TIME ZONE 'UTC' AT TIME ZONE z.tz)::date,
                       LEAST((s."end" AT TIME ZONE 'UTC' AT TIME ZONE z.tz)::date,
                             (COALESCE(l.posted, s."end")
                              AT TIME ZONE 'UTC' AT TIME ZONE z.tz)::date))
              FROM (VALUES %s) z(name, tz), amazon_settlement s
             WHERE l.settlement_id = {settlement.id:d} AND s.id = l.settlement_id
               AND COALESCE(l.marketplace_name, '') = z.name""",
        [(name, zones.get(name) or default) for name in _names(settlement)],
    )


def _names(settlement):
    settlement.env.cr.execute(
        """SELECT DISTINCT COALESCE(marketplace_name, '') FROM amazon_settlement_line
            WHERE settlement_id = %s""",
        [settlement.id],
    )
    return [name for (name,) in settlement.env.cr.fetchall()]


def _zones(settlement):
    """{marketplace's name: time zone}; "" for the account's own."""
    marketplaces = settlement.env["amazon.marketplace"].sudo().search([])
    zones = {m.name: m.tz for m in marketplaces if m.tz}
    zones[""] = settlement.account_id.marketplace_id.tz or "UTC"
    return zones


def end_date(settlement):
    """The settlement's last day, by the clock of its marketplace."""
    zones = _zones(settlement)
    zone = ZoneInfo(zones.get(settlement.marketplace_name) or zones[""])
    return settlement.end.replace(tzinfo=UTC).astimezone(zone).date()


def summarize(settlement):
    env = settlement.env
    env.cr.execute(
        """SELECT category, transaction_type, amount_type, amount_description,
                  marketplace_name, role, kind, mapping_id, sum(amount), count(*),
                  bool_or(amount != 0)
             FROM amazon_settlement_line WHERE settlement_id = %s
         GROUP BY 1, 2, 3, 4, 5, 6, 7, 8""",
        [settlement.id],
    )
    rows = env.cr.fetchall()
    order = [key for key, _label in settlement.total_ids._fields["category"].selection]
    Mapping = env["amazon.settlement.mapping"].sudo()
    settlement.sudo().total_ids.unlink()
    settlement.sudo().total_ids.create(
        [
            {
                "settlement_id": settlement.id,
                "sequence": order.index(category),
                "category": category,
                "transaction_type": tt,
                "amount_type": at,
                "amount_description": ad,
                "marketplace_name": marketplace,
                "role": role,
                "kind": kind,
                "mapping_id": mapping,
                "amount": float(amount),
                "row_count": count,
                "sign_warning": _contradicts(Mapping.browse(mapping), amount),
            }
            for category, tt, at, ad, marketplace, role, kind, mapping, amount, count, some in rows
            if some or category != "unmapped"
        ]
    )


def _contradicts(mapping, amount):
    sign = mapping.expected_sign
    return bool(sign and amount and (sign == "+") != (amount > 0))


def _order_count(settlement):
    settlement.env.cr.execute(
        """SELECT count(DISTINCT order_ref) FROM amazon_settlement_line
            WHERE settlement_id = %s AND role IN ('order', 'refund')""",
        [settlement.id],
    )
    return settlement.env.cr.fetchone()[0]


def _decide(settlement):
    env = settlement.env
    failed = settlement.proof_ids.filtered(lambda proof: proof.state == "failed")
    unknown = settlement.unmapped_ids
    if failed:
        reason = "\n".join(failed.mapped("detail"))
        settlement._set_state("error", reason)
        settlement._tell_accountant(env._("A settlement does not add up"), reason)
    elif unknown:
        names = dict.fromkeys(unknown.mapped("amount_description"))
        reason = env._(
            "No rule knows these amounts yet: %s. Press Map Amounts and say what they "
            "are.",
            ", ".join(name or env._("(empty)") for name in names),
        )
        settlement._set_state("to_map", reason)
        settlement._tell_accountant(env._("A settlement needs a rule"), reason)
    else:
        settlement._set_state("ready")
        settlement.activity_unlink(["mail.mail_activity_data_warning"])
