from datetime import timedelta

from odoo import fields, models

PLAN = """
    SELECT CASE %(cron)s
           WHEN orders_cron_id THEN orders_interval
           WHEN shipments_cron_id THEN shipments_interval
           WHEN stock_cron_id THEN stock_interval
           ELSE settlements_interval
           END,
           CASE WHEN orders_cron_id = %(cron)s
                 AND next_poll > now() AT TIME ZONE 'UTC' THEN next_poll
           END
      FROM amazon_account
     WHERE %(cron)s IN (
           orders_cron_id, shipments_cron_id, stock_cron_id, settlements_cron_id)
"""


class IrCron(models.Model):
    _inherit = "ir.cron"

    def _reschedule_later(self, job):
        """An account's job takes over what the account asks for now.

        The scheduler holds the job's row while it runs, so neither the job nor who
        changes the account's settings meanwhile can write its next call: they leave it
        on the account. The scheduler's transaction is older than that, hence the look
        with a cursor of its own.
        """
        result = super()._reschedule_later(job)
        asked = {"cron": job["id"]}
        self.env.cr.execute(PLAN, asked)
        if not self.env.cr.rowcount:
            return result
        with self.env.registry.cursor() as cr:
            cr.execute(PLAN, asked)
            row = cr.fetchone()
        if row:
            minutes, planned = row
            changed = (job["interval_number"], job["interval_type"]) != (
                minutes,
                "minutes",
            )
            if changed or planned:
                cron = self.browse(job["id"])
                cron.invalidate_recordset(["nextcall"])
                cron._keep_pause(minutes, planned)
        return result

    def _keep_pause(self, minutes, planned):
        """Runs every so many minutes, the first time at most so many from now.

        :param planned: when else the next call is to be
        """
        self.ensure_one()
        soon = fields.Datetime.now() + timedelta(minutes=minutes)
        self.write(
            {
                "interval_number": minutes,
                "interval_type": "minutes",
                "nextcall": planned or min(self.nextcall, soon),
            }
        )
