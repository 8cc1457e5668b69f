"""Kits: what one unit of a product that is never stored itself takes from the shelf.

Bills of materials are read in bulk, one statement a level of nesting, whatever the
number of kits. Manufacturing is no dependency: without it there are no kits.
"""

from collections import defaultdict

from odoo.tools import SQL

MAX_DEPTH = 10  # Odoo refuses cycles; this only makes sure of an end


def components(env, company, product_ids):
    """{kit: {component: units in one kit}} of those products that are kits.

    Nested kits are resolved: the components are no kits themselves.
    """
    if "mrp.bom" not in env:
        return {}
    direct, todo = {}, set(product_ids)
    for _level in range(MAX_DEPTH):
        if not todo:
            break
        found = _direct(env, company, todo)
        direct |= found
        todo = {part for parts in found.values() for part in parts} - set(direct)
    return {
        product_id: _leaves(direct, product_id)
        for product_id in product_ids
        if product_id in direct
    }


def _leaves(direct, product_id, units=1.0, depth=0):
    leaves = defaultdict(float)
    for part, need in direct[product_id].items():
        if part in direct and depth < MAX_DEPTH:
            inner = _leaves(direct, part, units * need, depth + 1)
            for leaf, total in inner.items():
                leaves[leaf] += total
        else:
            leaves[part] += units * need
    return dict(leaves)


def _direct(env, company, product_ids):
    """{kit: {component: units}} by the bill of materials Odoo would choose."""
    relation = env["mrp.bom.line"]._fields["bom_product_template_attribute_value_ids"]
    rows = env.execute_query(
        SQL(
            """
            SELECT product.id, bom.id, line.id, line.product_id,
                   line.product_qty * line_uom.factor / part_uom.factor
                   / (bom.product_qty * bom_uom.factor / kit_uom.factor),
                   EXISTS (SELECT 1 FROM %s AS rel WHERE rel.%s = line.id)
              FROM product_product product
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN mrp_bom bom
                ON bom.type = 'phantom' AND bom.active AND bom.product_qty > 0
               AND bom.product_tmpl_id = template.id
               AND (bom.product_id IS NULL OR bom.product_id = product.id)
               AND (bom.company_id IS NULL OR bom.company_id = %s)
              JOIN uom_uom bom_uom ON bom_uom.id = bom.product_uom_id
              JOIN uom_uom kit_uom ON kit_uom.id = template.uom_id
              JOIN mrp_bom_line line ON line.bom_id = bom.id
              JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
              JOIN product_product part ON part.id = line.product_id
              JOIN product_template part_template
                ON part_template.id = part.product_tmpl_id
              JOIN uom_uom part_uom ON part_uom.id = part_template.uom_id
             WHERE product.id = ANY(%s)
          ORDER BY product.id, bom.sequence, bom.product_id, bom.id, line.id
            """,
            SQL.identifier(relation.relation),
            SQL.identifier(relation.column1),
            company.id,
            list(product_ids),
        )
    )
    chosen, parts = {}, defaultdict(lambda: defaultdict(float))
    for product_id, bom_id, line_id, part_id, need, conditional in rows:
        if chosen.setdefault(product_id, bom_id) != bom_id:
            continue  # a second bill of materials: Odoo takes the first
        taken = parts[product_id]
        if conditional:
            line = env["mrp.bom.line"].browse(line_id)
            if line._skip_bom_line(env["product.product"].browse(product_id)):
                continue
        if need:
            taken[part_id] += float(need)
    return {product_id: dict(taken) for product_id, taken in parts.items()}


def containing(env, product_ids):
    """These products and the kits they are in, at any depth."""
    found, todo = set(product_ids), set(product_ids)
    while todo and "mrp.bom" in env:
        rows = env.execute_query(
            SQL(
                """
                SELECT DISTINCT product.id
                  FROM mrp_bom_line line
                  JOIN mrp_bom bom ON bom.id = line.bom_id AND bom.type = 'phantom'
                  JOIN product_product product
                    ON product.product_tmpl_id = bom.product_tmpl_id
                   AND (bom.product_id IS NULL OR bom.product_id = product.id)
                 WHERE line.product_id = ANY(%s)
                """,
                list(todo),
            )
        )
        todo = {row[0] for row in rows} - found
        found |= todo
    return found
