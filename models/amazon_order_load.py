from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

STATES = [
    ("running", "Running"),
    ("stopped", "Stopped"),
    ("done", "Done"),
    ("failed", "Failed"),
]
# Amazon lists nothing younger than two minutes, and clocks differ
OPEN_END = timedelta(minutes=5)
HISTORY = relativedelta(years=1)
COUNTS = ("captured", "updated", "skipped", "canceled", "blocked")


class AmazonOrderLoad(models.Model):
    """Orders of a chosen time span, read besides the ordinary pull (rows 4.16-4.18).

    The span is read in windows, each with Amazon's own page token as its bookmark: a
    load that was killed goes on from its last page, the account's cursor stays.
    """

    _name = "amazon.order.load"
    _description = "Load of Orders"
    _order = "id desc"

    account_id = fields.Many2one(
        "amazon.account", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    store_ids = fields.Many2many("amazon.store", string="Stores", readonly=True)
    by = fields.Selection(
        [("created", "Purchased"), ("changed", "Changed at Amazon")],
        "Orders",
        default="created",
        required=True,
        readonly=True,
    )
    since = fields.Datetime("From", required=True, readonly=True)
    until = fields.Datetime("To", required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Started By", readonly=True)
    run_id = fields.Many2one(
        "amazon.sync.run",
        "Last Run",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    state = fields.Selection(
        STATES, required=True, default="running", readonly=True, index=True
    )
    message = fields.Text(readonly=True, help="What happened and what to do.")
    end = fields.Datetime("Ended", readonly=True)
    position = fields.Datetime(
        "Read Up To", readonly=True, help="All pages of the span up to here are in."
    )
    window_days = fields.Integer(default=31, readonly=True)
    window_until = fields.Datetime(readonly=True)
    page_token = fields.Char(readonly=True)
    token_date = fields.Datetime(readonly=True)
    next_try = fields.Datetime(
        "Goes On At", readonly=True, help="When Amazon's rate limit allows more."
    )

    pages = fields.Integer(readonly=True)
    captured = fields.Integer("New Orders", readonly=True)
    updated = fields.Integer("Changed Orders", readonly=True)
    skipped = fields.Integer("Unchanged Orders", readonly=True)
    canceled = fields.Integer(readonly=True)
    blocked = fields.Integer(readonly=True)
    progress = fields.Integer(compute="_compute_progress")

    @api.depends("account_id.name", "since", "until")
    def _compute_display_name(self):
        for load in self:
            since = fields.Datetime.context_timestamp(load, load.since)
            until = fields.Datetime.context_timestamp(load, load.until)
            load.display_name = (
                f"{load.account_id.name}: {since:%Y-%m-%d} – {until:%Y-%m-%d}"
            )

    @api.depends("state", "position", "since", "until")
    def _compute_progress(self):
        for load in self:
            whole = load.until - load.since
            done = (load.position or load.since) - load.since
            if load.state == "done":
                load.progress = 100
            else:
                load.progress = min(99, int(100 * done / whole)) if whole else 0

    @api.model
    def _start(self, stores, by, since, until, user):
        """Loads of this span, one an account; one that runs already is not doubled."""
        self._check_span(since, until)
        loads = self.browse()
        for account, chosen in stores.grouped("account_id").items():
            self._check_account(account)
            loads |= self.search(
                [
                    ("account_id", "=", account.id),
                    ("state", "=", "running"),
                    ("by", "=", by),
                    ("since", "=", since),
                    ("until", "=", until),
                ]
            ).filtered(lambda load, chosen=chosen: load.store_ids == chosen)[
                :1
            ] or self.create(
                {
                    "account_id": account.id,
                    "store_ids": chosen.ids,
                    "by": by,
                    "since": since,
                    "until": until,
                    "user_id": user.id,
                }
            )
        loads.account_id._enqueue("orders")
        return loads

    @api.model
    def _check_span(self, since, until):
        now = fields.Datetime.now()
        if until <= since:
            raise UserError(
                self.env._("The range ends before it begins: exchange its dates.")
            )
        if until > now:
            raise UserError(
                self.env._(
                    "The range ends in the future, where there are no orders yet. End it "
                    "today."
                )
            )
        # a day's grace: the first day is read from its beginning
        if since < now - HISTORY - timedelta(days=1):
            raise UserError(
                self.env._(
                    "Orders are loaded from at most one year back. Begin on %s or later.",
                    fields.Date.context_today(self) - HISTORY,
                )
            )

    @api.model
    def _check_account(self, account):
        if not account._is_live():
            raise UserError(
                self.env._(
                    "Account %s is not connected, so Amazon can't be asked. Open it and "
                    "press Connect.",
                    account.name,
                )
            )
        if not account.sync_orders:
            raise UserError(
                self.env._(
                    "'Orders in' is off for account %s. Switch it on first.",
                    account.name,
                )
            )

    # -- what the flow does to a load ------------------------------------------------

    def _window(self):
        """(from, to) of the pages read now; to is None for 'as far as Amazon goes'."""
        self.ensure_one()
        since = self.position or self.since
        if self.page_token:
            return since, self.window_until or None
        until = min(self.until, since + timedelta(days=self.window_days))
        if until > fields.Datetime.now() - OPEN_END:
            return since, None
        return since, until

    def _start_run(self):
        """The load's entry in the operations log: one, however often it has to wait."""
        self.ensure_one()
        account = self.account_id
        account._close_dead_runs("load")
        run = self.run_id
        if run.state == "waiting":
            run.write({"state": "running", "end": False, "message": False})
        else:
            run = self.env["amazon.sync.run"].create(
                {
                    "account_id": account.id,
                    "kind": "load",
                    "user_id": self.user_id.id,
                    "since": self.since,
                    "until": self.until,
                }
            )
            self.run_id = run
        self.env["ir.cron"]._commit_progress()
        return run

    def _book_page(self, page, window, counts):
        """The page is in: remember where to go on. A load stopped meanwhile stays so."""
        since, until = window
        values = {name: self[name] + counts[name] for name in COUNTS}
        values |= {"pages": self.pages + 1, "next_try": False, "message": False}
        if page.next_token:
            values |= {
                "page_token": page.next_token,
                "token_date": fields.Datetime.now(),
                "window_until": until or False,
                "position": since,
            }
        else:
            values |= {"page_token": False, "position": until or self.until}
            if values["position"] >= self.until and self.state == "running":
                values |= {"state": "done", "end": fields.Datetime.now()}
        self.write(values)

    def _forget_token(self):
        """Start the window over, and make it smaller: a token lives for a day."""
        self.write({"page_token": False, "window_days": max(1, self.window_days // 2)})

    def _fail(self, message):
        self.write(
            {"state": "failed", "message": message, "end": fields.Datetime.now()}
        )

    # -- buttons ----------------------------------------------------------------------

    def action_stop(self):
        """What is loaded stays; Resume goes on from there."""
        self.check_access("read")
        self.sudo().filtered(lambda load: load.state == "running").state = "stopped"

    def action_resume(self):
        self.check_access("read")
        loads = self.sudo().filtered(lambda load: load.state in ("stopped", "failed"))
        if not loads:
            raise UserError(self.env._("Only a load that stopped can be resumed."))
        for account in loads.account_id:
            self._check_account(account)
        loads.write(
            {"state": "running", "message": False, "end": False, "next_try": False}
        )
        loads.account_id._enqueue("orders")

    def action_view_orders(self):
        """The orders of the span, each with its state and reason."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_connector.amazon_order_action"
        )
        moment = "purchase_date" if self.by == "created" else "last_updated"
        action["domain"] = [
            ("store_id", "in", self.store_ids.ids),
            (moment, ">=", self.since),
            (moment, "<=", self.until),
        ]
        action["context"] = {}
        return action
