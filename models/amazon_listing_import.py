from odoo import api, models
from odoo.exceptions import UserError

# an empty cell of the file says nothing about these
KEPT_WHEN_EMPTY = ("product_id", "quantity_factor", "name", "alias", "asin", "channel")


class AmazonListing(models.Model):
    """SKU mappings from a CSV or XLSX file, through Odoo's own importer (row 2.34)."""

    _inherit = "amazon.listing"

    @api.model
    def load(self, fields, data):
        """A file that contradicts itself, or names two products, links nothing."""
        messages = self._find_repeated(fields, data)
        if messages:
            return {"ids": False, "messages": messages, "nextrow": 0}
        with self.env.cr.savepoint() as savepoint:
            result = super().load(fields, data)
            doubtful = [
                message
                for message in result["messages"]
                if message.get("field") == "product_id" and message["type"] == "warning"
            ]
            if doubtful:
                # Odoo would take the first of several products
                savepoint.rollback()
                for message in doubtful:
                    message["type"] = "error"
                result.update(ids=False, nextrow=0)
        return result

    @api.model
    def _find_repeated(self, fields, data):
        """Errors of rows whose store and SKU stand in the file twice."""
        roots = [name.split("/")[0] for name in fields]
        if "sku" not in roots:
            return []
        places = [roots.index(name) for name in ("store_id", "sku") if name in roots]
        first, messages = {}, []
        for number, row in enumerate(data):
            key = tuple(row[place] for place in places)
            if not row[places[-1]]:
                continue
            if key in first:
                messages.append(
                    {
                        "type": "error",
                        "field": "sku",
                        "record": number,
                        "rows": {"from": number, "to": number},
                        "message": self.env._(
                            "SKU %(sku)s of the same store stands in rows %(first)s and "
                            "%(second)s of the file. Remove one of them.",
                            sku=row[places[-1]],
                            first=first[key] + 1,
                            second=number + 1,
                        ),
                    }
                )
            first.setdefault(key, number)
        return messages

    @api.model
    def _load_records_create(self, vals_list):
        """A row of a store and SKU that is listed already updates that listing."""
        if not self.env.context.get("import_file"):
            return super()._load_records_create(vals_list)
        prepared = [self._prepare_import(values) for values in vals_list]
        known = {
            (listing.store_id.id, listing.sku): listing
            for listing in self.with_context(active_test=False).search(
                [
                    ("store_id", "in", [v.get("store_id") for v in prepared]),
                    ("sku", "in", [v.get("sku") for v in prepared]),
                ]
            )
        }
        found = [known.get((v.get("store_id"), v.get("sku"))) for v in prepared]
        updated = [listing.id for listing in found if listing]
        if len(set(updated)) < len(updated):
            raise UserError(
                self.env._("The file names a SKU of the same store more than once.")
            )
        new = [
            {"name": values.get("sku"), **values}
            for values, listing in zip(prepared, found, strict=True)
            if not listing
        ]
        created = iter(super()._load_records_create(new) if new else self)
        result = self.browse()
        for values, listing in zip(prepared, found, strict=True):
            if listing:
                listing._load_records_write(values)
            result += listing or next(created)
        return result

    def _load_records_write(self, values):
        if self.env.context.get("import_file"):
            values = self._prepare_import(values)
        return super()._load_records_write(values)

    @api.model
    def _prepare_import(self, values):
        """What a file says about a product is a person's decision."""
        values = {
            name: value
            for name, value in values.items()
            if value or name not in KEPT_WHEN_EMPTY
        }
        if values.get("product_id"):
            values = self._prepare_link_by_hand(values["product_id"]) | values
        return values
