from datetime import timedelta

from odoo import fields, models

from ..sync import (
    catalog_load,
    deferred_funds,
    invoice_batch,
    invoice_payment,
    invoicing,
    order_acknowledge,
    order_automation,
    order_capture,
    order_load,
    order_process,
    settlement_import,
    settlement_process,
    settlement_summary,
    shipment_proof,
    shipment_push,
    stock_push,
)

CRONS = {
    "orders_cron_id": "_cron_pull_orders",
    "process_cron_id": "_cron_process_orders",
    "shipments_cron_id": "_cron_send_shipments",
    "settlements_cron_id": "_cron_settlements",
    "catalog_cron_id": "_cron_load_products",
    "stock_cron_id": "_cron_send_quantities",
}
EVERY = 60  # minutes, where the account has no setting for it
# these go on while Amazon can't be asked
OFFLINE = ("process_cron_id", "settlements_cron_id")
# a direction that is switched off has nothing to wake up for
SWITCHES = {
    "orders_cron_id": "sync_orders",
    "shipments_cron_id": "sync_shipments",
    "catalog_cron_id": "sync_products",
    "stock_cron_id": "sync_stock",
}
# who pressed the button that started a job
REQUESTED_BY = {
    "orders": "pull_requested_by_id",
    "settlements": "settlements_requested_by_id",
}


class AmazonAccount(models.Model):
    """The account's own scheduled jobs, and where each of them stands.

    Every account owns its ``ir.cron`` records, so accounts run in parallel on as many
    workers as share the database, and one cron record never runs twice at once.
    """

    _inherit = "amazon.account"

    orders_cron_id = fields.Many2one("ir.cron", readonly=True, copy=False)
    process_cron_id = fields.Many2one("ir.cron", readonly=True, copy=False)
    shipments_cron_id = fields.Many2one("ir.cron", readonly=True, copy=False)
    settlements_cron_id = fields.Many2one("ir.cron", readonly=True, copy=False)
    catalog_cron_id = fields.Many2one("ir.cron", readonly=True, copy=False)
    stock_cron_id = fields.Many2one("ir.cron", readonly=True, copy=False)
    orders_cursor = fields.Datetime(
        "Orders Up to Date Until",
        copy=False,
        tracking=True,
        help="Amazon's own time of the last complete pull; the next one starts a little "
        "before it. Set it back to read older changes again: nothing is doubled.",
    )
    deep_pull_date = fields.Date(
        "Last Deep Pull",
        copy=False,
        help="Once a day the last two days are read again, in case Amazon's list had "
        "left something out.",
    )
    pull_since = fields.Datetime("Running Pull Since", copy=False)
    pull_until = fields.Datetime("Running Pull Until", copy=False)
    pull_token = fields.Char("Running Pull Token", copy=False)
    pull_token_date = fields.Datetime("Running Pull Token of", copy=False)
    pull_requested_by_id = fields.Many2one("res.users", copy=False)

    def write(self, vals):
        switched_on = {
            field: self.filtered(lambda a, switch=switch: not a[switch])
            for field, switch in SWITCHES.items()
            if vals.get(switch)
        }
        result = super().write(vals)
        if {"name", "active", "state", *SWITCHES.values()} & set(vals):
            self._update_crons()
        for field, accounts in switched_on.items():
            # what was asked for while the job slept
            accounts._enqueue(field.removesuffix("_cron_id"))
        return result

    def _create_crons(self):
        """The jobs an account lacks: all of a new one, the new ones of an old one."""
        for account in self.sudo():
            for field, method in CRONS.items():
                if not account[field]:
                    minutes = account._interval_of(field)
                    account[field] = (
                        self.env["ir.cron"]
                        .sudo()
                        .create(account._prepare_cron(method, minutes))
                    )

    def _interval_of(self, cron_field):
        name = cron_field.replace("_cron_id", "_interval")
        return self[name] if name in self._fields else EVERY

    def _prepare_cron(self, method, minutes):
        return {
            "name": self._cron_name(method),
            "model_id": self.env["ir.model"]._get_id("amazon.account"),
            "state": "code",
            "code": f"model.browse({self.id}).{method}()",
            "user_id": self.env.ref("base.user_root").id,
            "interval_number": minutes,
            "interval_type": "minutes",
            "active": False,
        }

    def _cron_name(self, method):
        return f"Amazon {self.name}: {method.removeprefix('_cron_').replace('_', ' ')}"

    def _update_crons(self):
        """Jobs follow the account; one that runs right now is left as it is.

        It may be the job that stops the account, and its record can't be changed until
        it ends. A job that stays active asks nothing of Amazon: it looks at the account.
        """
        self._create_crons()
        for account in self.sudo():
            for field, method in CRONS.items():
                cron = account[field]
                values = {"name": account._cron_name(method)}
                values["active"] = account._is_scheduled(field)
                changed = {k: v for k, v in values.items() if cron[k] != v}
                if changed and cron.try_lock_for_update(allow_referencing=True):
                    cron.write(changed)

    def _is_scheduled(self, field):
        self.ensure_one()
        if not self.active or (field in SWITCHES and not self[SWITCHES[field]]):
            return False
        return self.state == "connected" or (
            self.state == "attention" and field in OFFLINE
        )

    def _crons(self):
        crons = self.env["ir.cron"].sudo()
        for field in CRONS:
            crons |= self.sudo()[field]
        return crons

    # -- the jobs -----------------------------------------------------------------

    def _enqueue(self, job, delay=None):
        """The one way work is started: ``job`` is a key of ``CRONS`` without suffix.

        :param delay: timedelta; None means now (a worker is notified at commit)
        """
        at = fields.Datetime.now() + delay if delay else None
        for account in self.sudo():
            account[f"{job}_cron_id"]._trigger(at)

    def _start_run(self, kind, total=0):
        """A committed entry of the operations log, so that it outlives a rollback."""
        self.ensure_one()
        self._close_dead_runs(kind)
        requested_by = REQUESTED_BY.get(kind)
        user = self[requested_by] if requested_by else self.env["res.users"]
        if user:
            self[requested_by] = False
        run = self.env["amazon.sync.run"]._begin(self, kind, user, total)
        self.env["ir.cron"]._commit_progress()
        return run

    def _close_dead_runs(self, kind):
        """What a killed worker left behind as running never ends by itself.

        The scheduler runs a job once at a time: whoever is running as that job knows
        that no earlier run of it is alive.
        """
        if self.env.context.get("cron_id") not in self._crons().ids:
            return
        runs = self.env["amazon.sync.run"].search(
            [
                ("account_id", "=", self.id),
                ("kind", "=", kind),
                ("state", "=", "running"),
            ]
        )
        for run in runs.try_lock_for_update():
            run._finish(
                "failed",
                self.env._(
                    "The worker was stopped before it was done. What it had stored is "
                    "kept, the rest is done by the next run."
                ),
            )

    def _cron_pull_orders(self):
        self.ensure_one()
        if not (self._is_live() and self.sync_orders):
            return
        if not order_load.has_the_turn(self):
            order_capture.pull(self)
        order_load.work(self)

    def _cron_process_orders(self):
        self.ensure_one()
        order_process.process_due(self)
        order_automation.work_due(self)
        invoicing.invoice_due(self)
        invoice_batch.post_due(self)
        invoice_payment.pay_due(self)

    def _cron_send_shipments(self):
        self.ensure_one()
        if self._is_live() and self.sync_shipments:
            shipment_push.send_due(self)
            shipment_proof.read_back(self)
            order_acknowledge.work(self)

    def _cron_settlements(self):
        self.ensure_one()
        if self._is_live() and self.sync_settlements and self._settlements_due():
            settlement_import.pull(self)
        else:  # what was fetched or uploaded before
            settlement_import.read_downloaded(self)
        asks = self._is_live() and self.sync_settlements
        if asks:
            settlement_summary.check_due(self)
        settlement_process.process_due(self)
        if asks:
            deferred_funds.pull(self)

    def _cron_load_products(self):
        self.ensure_one()
        if self._is_live() and self.sync_products:
            catalog_load.load_due(self)

    def _cron_send_quantities(self):
        self.ensure_one()
        if self._is_live() and self.sync_stock:
            stock_push.push(self)

    def _readback_delay(self):
        """How long after sending Amazon is asked whether it took effect."""
        self.ensure_one()
        return timedelta(seconds=0 if self.is_sandbox else 180)
