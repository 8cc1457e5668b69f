from odoo import fields, models
from odoo.exceptions import UserError


class AmazonSyncRun(models.Model):
    """Which span of Amazon's changes a run read, so that it can be read once more."""

    _inherit = "amazon.sync.run"

    kind = fields.Selection(
        selection_add=[("load", "Load Orders")], ondelete={"load": "cascade"}
    )
    since = fields.Datetime(
        "Read From", readonly=True, help="Orders changed at Amazon since this time."
    )
    until = fields.Datetime("Read To", readonly=True)
    order_load_ids = fields.One2many("amazon.order.load", "run_id")

    def _cover(self, since, until):
        """The run has read what changed at Amazon in between."""
        values = {}
        if since and not (self.since and self.since <= since):
            values["since"] = since
        if until and not (self.until and self.until >= until):
            values["until"] = until
        if values:
            self.write(values)

    def _progress_text(self):
        if self.kind != "load":
            return super()._progress_text()
        return self.env._(
            "Orders are being loaded: %(pages)s pages so far, %(new)s orders new, "
            "%(changed)s changed.",
            pages=self.pages,
            new=self.captured,
            changed=self.updated,
        )

    def action_rerun(self):
        """Row 4.17: read again what this run read, besides the ordinary pull."""
        self.ensure_one()
        if self.kind != "orders":
            raise UserError(
                self.env._("Only runs that pulled orders can be run again from here.")
            )
        if not self.since:
            raise UserError(
                self.env._(
                    "This run stored no page of orders, so there is nothing to repeat: "
                    "the next pull reads the same orders by itself."
                )
            )
        load = (
            self.env["amazon.order.load"]
            .sudo()
            ._start(
                self.account_id.store_ids,
                "changed",
                self.since,
                self.until or self.end or fields.Datetime.now(),
                self.env.user,
            )
        )
        return load.with_env(self.env).get_formview_action()
