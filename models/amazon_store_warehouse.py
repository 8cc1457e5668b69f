from odoo import api, fields, models
from odoo.exceptions import ValidationError

# what a warehouse does before goods have left -> the settings that do it
STEPS = {
    "ship_only": ("auto_ship",),
    "pick_ship": ("auto_pick", "auto_ship"),
    "pick_pack_ship": ("auto_pick", "auto_pack", "auto_ship"),
}


class AmazonStore(models.Model):
    """Which warehouse ships, and what it does by itself."""

    _inherit = "amazon.store"

    warehouse_id = fields.Many2one(
        help="Ships the merchant-fulfilled orders of this store, unless a routing rule "
        "or a mapped location of Amazon names another one."
    )
    routing_rule_ids = fields.One2many("amazon.routing.rule", "store_id")
    location_mapping_ids = fields.One2many("amazon.location.mapping", "store_id")
    auto_pick = fields.Boolean(
        "Pick",
        tracking=True,
        help="Validates the pick of an order right after its import, when everything "
        "is in stock. Otherwise it stays open, and so does all that comes after it.",
    )
    auto_pack = fields.Boolean(
        "Pack",
        tracking=True,
        help="Validates the packing of an order right after its pick.",
    )
    auto_ship = fields.Selection(
        [
            ("no", "No"),
            ("ship", "Ship and confirm to Amazon"),
            ("outside", "Already shipped at Amazon"),
        ],
        "Ship",
        default="no",
        required=True,
        tracking=True,
        help="Validates the delivery of a merchant order right after its import. 'Ship "
        "and confirm' tells Amazon, which asks for a tracking number; 'Already shipped' "
        "only takes the goods off your stock: nothing about the shipment is taken from "
        "Amazon, and nothing is sent. What is short or tracked by lots or serial "
        "numbers stays open, and the transfer says why.",
    )
    step_count = fields.Integer(
        compute="_compute_step_count",
        help="Steps from the shelf to the door, in the warehouse that takes most.",
    )

    @api.depends(
        "warehouse_id.delivery_steps",
        "routing_rule_ids.warehouse_id.delivery_steps",
        "location_mapping_ids.warehouse_id.delivery_steps",
    )
    def _compute_step_count(self):
        for store in self:
            steps = store._shipping_warehouses().mapped("delivery_steps")
            store.step_count = max((len(STEPS[step]) for step in steps), default=1)

    def _shipping_warehouses(self):
        """Every warehouse that may ship an order of the store."""
        return (
            self.warehouse_id
            | self.routing_rule_ids.warehouse_id
            | self.location_mapping_ids.warehouse_id
        )

    def _auto_steps(self):
        """Names of the steps that are done by themselves."""
        self.ensure_one()
        chosen = {
            "pick": self.auto_pick,
            "pack": self.auto_pack,
            "ship": self.auto_ship != "no",
        }
        return {step for step, is_chosen in chosen.items() if is_chosen}

    @api.constrains("auto_ship", "confirm_mode", "capture_option")
    def _check_auto_ship(self):
        """'Ship and confirm to Amazon' has something to confirm, and may do so."""
        for store in self.filtered(lambda store: store.auto_ship == "ship"):
            if store.confirm_mode == "manual":
                raise ValidationError(
                    self.env._(
                        "Store %s would ship and confirm to Amazon by itself, but "
                        "confirms by button only. Choose another way to confirm "
                        "shipments, or No under Ship.",
                        store.name,
                    )
                )
            if store.capture_option == "shipped":
                raise ValidationError(
                    self.env._(
                        "Orders of store %s come in when Amazon has them as shipped: "
                        "there is nothing to confirm. Choose Already Shipped at Amazon "
                        "or No under Ship, or other orders to come in.",
                        store.name,
                    )
                )

    @api.constrains("auto_pick", "auto_pack", "auto_ship", "warehouse_id")
    def _check_automation(self):
        """Nothing can be shipped by itself that waits to be picked by hand."""
        for store in self:
            steps = store._auto_steps()
            for warehouse in store._shipping_warehouses():
                names = STEPS[warehouse.delivery_steps]
                chosen = [name.removeprefix("auto_") in steps for name in names]
                if all(chosen):
                    continue
                earlier = names[chosen.index(False)]
                later = [
                    name
                    for name in names[names.index(earlier) :]
                    if chosen[names.index(name)]
                ]
                if later:
                    raise ValidationError(
                        self.env._(
                            "Warehouse %(warehouse)s works in several steps, so "
                            "'%(later)s' can't be done by itself while '%(earlier)s' "
                            "waits for people. Switch on '%(earlier)s' as well, or "
                            "switch off '%(later)s'.",
                            warehouse=warehouse.name,
                            later=self._fields[later[0]]._description_string(self.env),
                            earlier=self._fields[earlier]._description_string(self.env),
                        )
                    )
