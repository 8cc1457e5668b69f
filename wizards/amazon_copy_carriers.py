from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class AmazonCopyCarriers(models.TransientModel):
    """Row 8.5: another store's mappings in a list, edited before they are kept."""

    _name = "amazon.copy.carriers"
    _description = "Copy Carriers From Another Store"
    _check_company_auto = True

    store_id = fields.Many2one("amazon.store", "To", required=True)
    company_id = fields.Many2one(related="store_id.company_id")
    source_store_id = fields.Many2one(
        "amazon.store",
        "Copy From",
        check_company=True,
        domain="[('company_id', '=', company_id), ('id', '!=', store_id)]",
    )
    overwrite = fields.Boolean(
        "Overwrite What Is Mapped",
        help="Otherwise what this store has mapped already stays as it is.",
    )
    carrier_line_ids = fields.One2many(
        "amazon.copy.carriers.carrier",
        "wizard_id",
        compute="_compute_lines",
        store=True,
        readonly=False,
    )
    service_line_ids = fields.One2many(
        "amazon.copy.carriers.service",
        "wizard_id",
        compute="_compute_lines",
        store=True,
        readonly=False,
    )

    @api.depends("source_store_id")
    def _compute_lines(self):
        for wizard in self:
            source = wizard.source_store_id
            for field, mappings in (
                ("carrier_line_ids", source.carrier_mapping_ids),
                ("service_line_ids", source.service_mapping_ids),
            ):
                Line = self.env[self._fields[field].comodel_name]
                rows = [Line._values(mapping) for mapping in mappings]
                wizard[field] = [Command.clear(), *map(Command.create, rows)]

    def action_copy(self):
        self.ensure_one()
        if not self.source_store_id:
            raise UserError(self.env._("Choose the store to copy from."))
        for lines in (self.carrier_line_ids, self.service_line_ids):
            lines._keep(self.store_id, self.overwrite)
        return {"type": "ir.actions.act_window_close"}


class AmazonCopyCarriersLine(models.AbstractModel):
    _name = "amazon.copy.carriers.line"
    _description = "Mapping to Copy"
    _check_company_auto = True

    # the model copied, its field that is unique in a store, and the ones it maps to
    _mapping_model = None
    _mapping_key = None
    _mapping_values = ()

    wizard_id = fields.Many2one(
        "amazon.copy.carriers", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="wizard_id.company_id")
    is_mapped = fields.Boolean(
        "Mapped Here",
        compute="_compute_is_mapped",
        help="This store has a mapping for it already.",
    )

    def _compute_is_mapped(self):
        mappings = self._mappings()
        for line in self:
            line.is_mapped = line[self._mapping_key]._origin in mappings

    def _mappings(self):
        """{what is mapped: mapping} of the store that is copied to."""
        mappings = self.env[self._mapping_model].search(
            [("store_id", "in", self.wizard_id.store_id.ids)]
        )
        return {mapping[self._mapping_key]: mapping for mapping in mappings}

    @api.model
    def _values(self, mapping):
        names = (self._mapping_key, *self._mapping_values)
        return {
            name: self._fields[name].convert_to_write(mapping[name], mapping)
            for name in names
        }

    def _keep(self, store, overwrite):
        """Add what the store lacks; what it has stays, unless it is overwritten."""
        self._check_once()
        known = self._mappings()
        fresh = []
        for line in self:
            values = self._values(line)
            mapping = known.get(line[self._mapping_key])
            if not mapping:
                fresh.append({"store_id": store.id, **values})
            elif overwrite:
                mapping.write(values)
        self.env[self._mapping_model].create(fresh)

    def _check_once(self):
        counts = Counter(line[self._mapping_key] for line in self)
        twice = [record.display_name for record, count in counts.items() if count > 1]
        if twice:
            raise UserError(
                self.env._(
                    "%s stands in the list twice. Remove one of the lines.",
                    ", ".join(twice),
                )
            )


class AmazonCopyCarriersCarrier(models.TransientModel):
    _name = "amazon.copy.carriers.carrier"
    _description = "Carrier Mapping to Copy"
    _inherit = ["amazon.copy.carriers.line"]
    _mapping_model = "amazon.carrier.mapping"
    _mapping_key = "delivery_carrier_id"
    _mapping_values = ("carrier_id", "shipping_method")

    delivery_carrier_id = fields.Many2one(
        "delivery.carrier", "Delivery Method", required=True, check_company=True
    )
    carrier_id = fields.Many2one("amazon.carrier", "Amazon Carrier", required=True)
    shipping_method = fields.Char()

    @api.depends("delivery_carrier_id")
    def _compute_is_mapped(self):
        return super()._compute_is_mapped()


class AmazonCopyCarriersService(models.TransientModel):
    _name = "amazon.copy.carriers.service"
    _description = "Shipping Service Mapping to Copy"
    _inherit = ["amazon.copy.carriers.line"]
    _mapping_model = "amazon.service.mapping"
    _mapping_key = "level_id"
    _mapping_values = ("delivery_carrier_id",)

    level_id = fields.Many2one(
        "amazon.service.level", "Amazon's Service", required=True, ondelete="cascade"
    )
    delivery_carrier_id = fields.Many2one(
        "delivery.carrier", "Delivery Method", required=True, check_company=True
    )

    @api.depends("level_id")
    def _compute_is_mapped(self):
        return super()._compute_is_mapped()
