"""A settlement that is here already: the same once more, or another version of it?"""

from itertools import islice

from ..spapi.settlement import SettlementError

PAGE = 2000


class Unchanged(Exception):
    """The settlement is here already, and the file says nothing else."""

    def __init__(self, settlement, message):
        super().__init__(message)
        self.settlement = settlement


class Revision(SettlementError):
    """The file says something else of a settlement that has journal entries."""

    def __init__(self, settlement, message):
        super().__init__(message)
        self.settlement = settlement


def check(settlement, source):
    """Returns when the file's rows shall replace those of the settlement.

    :raises Unchanged: nothing to do
    :raises SettlementError: the settlement stays as it is, for the reason given
    """
    env, name = settlement.env, settlement.settlement_ref
    if settlement.digest == source.digest:
        raise Unchanged(
            settlement,
            env._(
                "Settlement %(settlement)s is here already, from report %(report)s, "
                "with the same rows: nothing has changed.",
                settlement=name,
                report=settlement.report_id.display_name or env._("(deleted)"),
            ),
        )
    other_layout = settlement.version != source.version
    if other_layout and _same_amounts(settlement, source):
        raise Unchanged(
            settlement,
            env._(
                "Settlement %(settlement)s is here already with the same amounts: this "
                "file tells them in layout %(new)s, the one before in %(old)s. Nothing "
                "has changed.",
                settlement=name,
                new=source.version,
                old=settlement.version,
            ),
        )
    difference = _difference(settlement, source)
    if settlement.move_ids:
        raise Revision(
            settlement,
            env._(
                "Settlement %(settlement)s is booked from another file: this one has "
                "%(difference)s. The entries stay as they are. If this file is the right "
                "one, press Reset on the settlement, then Retry here.",
                settlement=name,
                difference=difference,
            ),
        )
    if other_layout and source.version == "V1":
        raise SettlementError(
            env._(
                "Settlement %(settlement)s is here already from a file of today's "
                "layout (V2), which is kept: this one, of the old layout (V1), has "
                "%(difference)s.",
                settlement=name,
                difference=difference,
            )
        )


def _same_amounts(settlement, source):
    """Whether both come to the same per order and description.

    The two layouts cut the same money into rows in different ways; the database
    compares them, so that memory does not grow with the file.
    """
    header, currency = source.header, settlement.currency_id
    if header.currency != currency.name or currency.compare_amounts(
        float(header.total), settlement.total_amount
    ):
        return False
    cr = settlement.env.cr
    settlement.env.flush_all()
    cr.execute(
        """
        CREATE TEMPORARY TABLE amazon_settlement_twin
        (order_ref varchar, description varchar, amount numeric) ON COMMIT DROP
        """
    )
    rows = iter(source.rows)
    while page := [
        (row.order_id or None, row.amount_description, row.amount)
        for row in islice(rows, PAGE)
    ]:
        cr.execute_values(
            "INSERT INTO amazon_settlement_twin VALUES %s", page, page_size=PAGE
        )
    cr.execute(
        r"""
        SELECT 1 FROM (
            SELECT order_ref, description, amount FROM amazon_settlement_twin
            UNION ALL
            SELECT order_ref, amount_description, -amount FROM amazon_settlement_line
            WHERE settlement_id = %s
        ) twins
        GROUP BY order_ref, lower(regexp_replace(description, '\W', '', 'g'))
        HAVING sum(amount) != 0
        LIMIT 1
        """,
        [settlement.id],
    )
    same = not cr.fetchone()
    cr.execute("DROP TABLE amazon_settlement_twin")
    return same


def _difference(settlement, source):
    """What differs, in words: "total 10.00 instead of 9.00, 3 rows instead of 2"."""
    env, header, currency = settlement.env, source.header, settlement.currency_id
    words = []
    if header.currency != currency.name:
        words.append(
            env._(
                "currency %(new)s instead of %(old)s",
                new=header.currency,
                old=currency.name,
            )
        )
    if currency.compare_amounts(float(header.total), settlement.total_amount):
        words.append(
            env._(
                "total %(new)s instead of %(old)s",
                new=f"{header.total:f}",
                old=f"{settlement.total_amount:.{currency.decimal_places}f}",
            )
        )
    if source.row_count != settlement.row_count:
        words.append(
            env._(
                "%(new)s rows instead of %(old)s",
                new=source.row_count,
                old=settlement.row_count,
            )
        )
    return ", ".join(words) or env._("other rows of the same total")
