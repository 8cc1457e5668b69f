from odoo import fields, models

STATES = [("ok", "Holds"), ("warning", "Look at it"), ("failed", "Fails")]


class AmazonSettlementProof(models.Model):
    """One thing that has to hold before a settlement may be booked, and whether."""

    _name = "amazon.settlement.proof"
    _description = "Amazon Settlement Proof"
    _order = "settlement_id desc, code, id"
    _rec_name = "code"

    settlement_id = fields.Many2one(
        "amazon.settlement", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="settlement_id.company_id", store=True)
    code = fields.Selection(
        [
            ("P1", "Rows add up to the total"),
            ("P2", "Every row of the file is here"),
            ("P3", "Every amount is in one journal item"),
            ("P4", "Entries balance"),
            ("P5", "Payout is Amazon's total"),
            ("P6", "Marketplace tax nets to zero"),
            ("P7", "Payout has arrived"),
            ("P8", "Follows the settlement before"),
        ],
        "Proof",
        required=True,
    )
    state = fields.Selection(STATES, required=True)
    detail = fields.Char()
