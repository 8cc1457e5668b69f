from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

STATES = [
    ("running", "Running"),
    ("stopped", "Stopped"),
    ("done", "Done"),
    ("failed", "Failed"),
    ("replaced", "Replaced"),
]
STAGES = [
    ("list", "Listings"),
    ("details", "Product details"),
    ("match", "Matching"),
    ("images", "Images"),
]
PROBLEMS_SHOWN = 50
STALE = timedelta(days=1)  # a load stopped for longer is over when another one is due


class AmazonCatalogLoad(models.Model):
    """One load of a store's products: what it is at, and what came of it.

    Every stage works on what the database says is left to do, so a load that was
    stopped or killed goes on where it was, and one that runs again changes nothing.
    """

    _name = "amazon.catalog.load"
    _description = "Load of Products"
    _order = "id desc"

    store_id = fields.Many2one(
        "amazon.store", required=True, ondelete="cascade", index=True, readonly=True
    )
    account_id = fields.Many2one(related="store_id.account_id", store=True)
    company_id = fields.Many2one(related="store_id.company_id", store=True)
    user_id = fields.Many2one(
        "res.users", "Started By", readonly=True, help="Empty: the schedule."
    )
    kind = fields.Selection(
        [
            ("all", "All listings"),
            ("changes", "Changed since a date"),
            ("skus", "Unknown SKUs of orders"),
        ],
        "Loads",
        required=True,
        default="all",
        readonly=True,
    )
    since = fields.Datetime("Changed Since", readonly=True)
    until = fields.Datetime(readonly=True)
    page_token = fields.Char(readonly=True)
    report_asked = fields.Datetime(
        readonly=True,
        help="Set while Amazon is asked for a report, until its number is known.",
    )
    lines_done = fields.Integer(readonly=True, help="Lines of the report taken in.")
    state = fields.Selection(
        STATES, required=True, default="running", readonly=True, index=True
    )
    stage = fields.Selection(STAGES, required=True, default="list", readonly=True)
    message = fields.Text(readonly=True, help="What happened and what to do.")
    waits_for = fields.Text(readonly=True, help="What it waits for; goes on by itself.")
    report_id = fields.Many2one("amazon.report", readonly=True, ondelete="set null")
    start = fields.Datetime(default=fields.Datetime.now, readonly=True)
    end = fields.Datetime(readonly=True)

    total = fields.Integer("Listings", readonly=True)
    listings_new = fields.Integer("New", readonly=True)
    listings_changed = fields.Integer("Changed", readonly=True)
    listings_canceled = fields.Integer("Canceled", readonly=True)
    problems = fields.Integer(
        "Rows with Problems", readonly=True, help="See the message for each of them."
    )
    details = fields.Integer("Details Fetched", readonly=True)
    linked = fields.Integer(readonly=True)
    created = fields.Integer("Products Created", readonly=True)
    updated = fields.Integer("Products Updated", readonly=True)
    images = fields.Integer("Images Fetched", readonly=True)
    progress = fields.Integer(compute="_compute_progress")

    # orders wait for unknown SKUs, which a load of thousands must not keep from coming
    _open_uniq = models.UniqueIndex(
        "(store_id, (kind = 'skus')) WHERE state IN ('running', 'stopped')",
        "The products of this store are being loaded already.",
    )

    @api.depends("store_id.name", "start")
    def _compute_display_name(self):
        for load in self:
            moment = fields.Datetime.context_timestamp(load, load.start)
            load.display_name = f"{load.store_id.name} {moment:%Y-%m-%d %H:%M}"

    @api.depends("state", "stage")
    def _compute_progress(self):
        stages = [stage for stage, _name in STAGES]
        for load in self:
            done = stages.index(load.stage)
            load.progress = 100 if load.state == "done" else 100 * done // len(stages)

    @api.model
    def _start(self, stores, kind="all", since=False, user=None):
        """The open loads of these stores, begun where there is none.

        A stopped one goes on, unless it is old or loads something else.

        :param user: who wants them; None is the schedule
        """
        loads = self._find_open(stores, kind)
        stopped = loads.filtered(lambda load: load.state == "stopped")
        same = stopped._loading(kind, since).filtered(lambda x: not x._is_stale())
        same.write({"state": "running", "end": False})
        (stopped - same)._replace()
        loads -= stopped - same
        loads |= self.create(
            [
                {
                    "store_id": store.id,
                    "kind": kind,
                    "since": since,
                    "user_id": user.id if user else False,
                }
                for store in stores - loads.store_id
            ]
        )
        stores.account_id._enqueue("catalog")
        return loads

    @api.model
    def _find_open(self, stores, kind):
        return self.search(
            [
                ("store_id", "in", stores.ids),
                ("state", "in", ("running", "stopped")),
                ("kind", "=" if kind == "skus" else "!=", "skus"),
            ]
        )

    @api.model
    def _open_domain(self):
        """Loads that keep the schedule from starting another one."""
        return [
            "|",
            ("state", "=", "running"),
            "&",
            ("state", "=", "stopped"),
            ("end", ">", fields.Datetime.now() - STALE),
        ]

    @api.model
    def _check_free(self, stores, kind, since):
        """Refuse what a running load of something else would swallow."""
        loads = self._find_open(stores, kind)
        running = loads.filtered(lambda load: load.state == "running")
        others = running - running._loading(kind, since)
        if not others:
            return
        load, kinds = (
            others[0],
            dict(self._fields["kind"]._description_selection(self.env)),
        )
        what = kinds[load.kind]
        if load.kind == "changes":
            moment = fields.Datetime.context_timestamp(load, load.since)
            what = f"{what}: {moment:%Y-%m-%d %H:%M}"
        raise UserError(
            self.env._(
                "%(store)s is being loaded already (%(what)s). Stop it first, or wait.",
                store=load.store_id.name,
                what=what,
            )
        )

    def _loading(self, kind, since):
        """Those that load just this."""
        return self.filtered(
            lambda load: load.kind == kind
            and (kind != "changes" or load.since == since)
        )

    def _is_stale(self):
        return not self.end or self.end < fields.Datetime.now() - STALE

    def _replace(self):
        for load in self:
            load._note(self.env._("Replaced by a newer load."))
        self.write({"state": "replaced"})
        self.flush_recordset(["state"])  # before the newer one is there

    # -- what flows do to a load ------------------------------------------------------

    def _note(self, *sentences):
        """Add what has not been said yet."""
        self.ensure_one()
        said = (self.message or "").split("\n")
        lines = [text for text in said + list(sentences) if text]
        self.message = "\n".join(dict.fromkeys(lines)) or False

    def _note_problems(self, sentences):
        """Count them all, and show the first."""
        self._note(*sentences[: max(0, PROBLEMS_SHOWN - self.problems)])
        self.problems += len(sentences)

    def _sum_up_problems(self):
        if self.problems > PROBLEMS_SHOWN:
            more = self.problems - PROBLEMS_SHOWN
            self._note(self.env._("… and %s more rows with problems.", more))

    def _fail(self, reason):
        """What is loaded stays; Resume tries the rest again."""
        self._note(reason)
        self._end("failed")

    def _finish(self):
        self._end("done")

    def _end(self, state):
        now = fields.Datetime.now()
        self.write({"state": state, "end": now, "waits_for": False})

    # -- buttons ------------------------------------------------------------------

    def action_stop(self):
        """What is loaded stays; Resume goes on from there."""
        self.check_access("read")
        self.sudo().filtered(lambda load: load.state == "running")._end("stopped")

    def action_resume(self):
        self.check_access("read")
        todo = self.sudo().filtered(lambda load: load.state in ("stopped", "failed"))
        if not todo:
            raise UserError(self.env._("Only a load that stopped can be resumed."))
        for load in todo:
            load.write(load._prepare_resume())
        todo.account_id._enqueue("catalog")

    def _prepare_resume(self):
        """A load that failed reads its list from the start; nothing is doubled by it."""
        values = {"state": "running", "end": False}
        if self.state == "failed":
            values["message"] = False
            if self.stage == "list":
                values |= {
                    "problems": 0,
                    "lines_done": 0,
                    "page_token": False,
                    "report_id": False,
                    "total": 0,
                }
        return values

    def action_view_listings(self):
        self.ensure_one()
        return self.store_id._open("amazon_listing_action", None)

    def action_view_report(self):
        self.ensure_one()
        return self.report_id.get_formview_action()
