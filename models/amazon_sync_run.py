from odoo import api, fields, models
from odoo.fields import Domain


class AmazonSyncRun(models.Model):
    """The operations log: what ran, who started it, and what came of it (row 4.31)."""

    _name = "amazon.sync.run"
    _description = "Amazon Run"
    _order = "id desc"

    account_id = fields.Many2one(
        "amazon.account", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    kind = fields.Selection(
        [
            ("orders", "Pull Orders"),
            ("process", "Process Orders"),
            ("shipments", "Send Shipments"),
            ("settlements", "Fetch Settlements"),
            ("transactions", "Read Amazon's Ledger"),
            ("catalog", "Load Products"),
            ("stock", "Send Quantities"),
        ],
        required=True,
    )
    user_id = fields.Many2one(
        "res.users", "Started By", help="Empty when the schedule started it."
    )
    state = fields.Selection(
        [
            ("running", "Running"),
            ("done", "Done"),
            ("waiting", "Goes On Later"),
            ("failed", "Failed"),
        ],
        default="running",
        required=True,
    )
    start = fields.Datetime(default=fields.Datetime.now, required=True)
    end = fields.Datetime()
    message = fields.Text()
    calls = fields.Integer("API Calls")
    pages = fields.Integer()
    total = fields.Integer(help="What there was to do at the start.")
    captured = fields.Integer(
        help="Seen for the first time: orders, reports, transactions."
    )
    updated = fields.Integer(help="Known orders that changed, transactions read again.")
    skipped = fields.Integer(help="Known orders or reports without any change.")
    processed = fields.Integer(
        help="Orders that became sales, shipments sent, or settlement files read."
    )
    canceled = fields.Integer()
    blocked = fields.Integer(
        help="Orders held with a reason; shipments or settlement files refused."
    )
    progress = fields.Integer(compute="_compute_progress")
    captured_order_ids = fields.One2many("amazon.order", "run_id")
    processed_order_ids = fields.One2many("amazon.order", "process_run_id")
    report_ids = fields.One2many("amazon.report", "run_id")

    @api.depends("account_id.name", "kind", "start")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for run in self:
            run.display_name = f"{run.account_id.name}: {kinds.get(run.kind)}"

    @api.depends("total", "processed", "canceled", "blocked", "state")
    def _compute_progress(self):
        for run in self:
            done = run.processed + run.canceled + run.blocked
            if run.state == "done" or not run.total:
                run.progress = 100 if run.state == "done" else 0
            else:
                run.progress = min(100, 100 * done // run.total)

    def _progress_text(self):
        """Where a running job stands, in a sentence."""
        self.ensure_one()
        if self.kind == "orders":
            return self.env._(
                "Orders are being pulled: %(pages)s pages so far, %(new)s orders new, "
                "%(changed)s changed.",
                pages=self.pages,
                new=self.captured,
                changed=self.updated,
            )
        if self.kind == "settlements":
            return self.env._(
                "Settlements are being fetched: %(new)s reports new, %(read)s read, "
                "%(refused)s refused.",
                new=self.captured,
                read=self.processed,
                refused=self.blocked,
            )
        if self.kind == "transactions":
            return self.env._(
                "Amazon's ledger is being read: %(pages)s pages so far, %(new)s "
                "transactions new.",
                pages=self.pages,
                new=self.captured,
            )
        if self.kind == "catalog":
            return self.env._(
                "Products are being loaded: %(new)s listings new, %(changed)s changed.",
                new=self.captured,
                changed=self.updated,
            )
        done = self.processed + self.canceled + self.blocked
        if self.kind == "stock":
            return self.env._(
                "Quantities are being sent: %(done)s of %(all)s.",
                done=done,
                all=self.total,
            )
        if self.kind == "process":
            return self.env._(
                "Orders are being processed: %(done)s of %(all)s.",
                done=done,
                all=self.total,
            )
        return self.env._(
            "Shipments are being sent: %(done)s of %(all)s.", done=done, all=self.total
        )

    @api.model
    def _begin(self, account, kind, user, total):
        """A new run, or the one that only ran out of the scheduler's time."""
        last = self.search(
            [("account_id", "=", account.id), ("kind", "=", kind)], limit=1
        )
        if last.state == "waiting" and not last.message:
            done = last.processed + last.canceled + last.blocked
            last.write({"state": "running", "end": False, "total": done + total})
            return last
        return self.create(
            {
                "account_id": account.id,
                "kind": kind,
                "user_id": user.id,
                "total": total,
            }
        )

    def _tell_user(self):
        """On the screen of who pressed the button: what came in, or why not."""
        if not self.user_id:
            return
        message = self.message or self._outcome_text()
        kind = {"done": "success", "failed": "danger"}.get(self.state, "warning")
        self.user_id._bus_send(
            "simple_notification",
            {"type": kind, "title": self.account_id.name, "message": message},
        )

    def _outcome_text(self):
        if self.kind == "settlements":
            return self.env._(
                "%(read)s settlement files read, %(refused)s refused.",
                read=self.processed,
                refused=self.blocked,
            )
        if self.kind == "catalog":
            return self.env._(
                "%(new)s new listings, %(changed)s changed, %(gone)s canceled.",
                new=self.captured,
                changed=self.updated,
                gone=self.canceled,
            )
        return self.env._(
            "%(new)s new orders, %(changed)s changed.",
            new=self.captured,
            changed=self.updated,
        )

    def _add(self, **counts):
        """Add to the counters."""
        for name, count in counts.items():
            if count:
                self[name] += count

    def _note(self, message):
        if message not in (self.message or ""):
            self.message = "\n".join(filter(None, [self.message, message]))

    def _finish(self, state="done", message=None, calls=None):
        if message:
            self._note(message)
        values = {"state": state, "end": fields.Datetime.now()}
        if calls is not None:
            values["calls"] = self.calls + calls
        self.write(values)

    def action_view_orders(self):
        """Every order the run touched is reachable from it, with its reason."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_connector.amazon_order_action"
        )
        action["domain"] = Domain("run_id", "=", self.id) | Domain(
            "process_run_id", "=", self.id
        )
        action["domain"] = list(action["domain"])
        action["context"] = self.env.context.get("order_filter") or {}
        return action

    def action_view_reports(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_connector.amazon_report_action"
        )
        action["domain"] = [("run_id", "=", self.id)]
        return action
