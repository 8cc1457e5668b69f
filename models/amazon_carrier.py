import re

from odoo import api, fields, models


class AmazonCarrier(models.Model):
    """Amazon's ``CarrierCode`` enumeration (amzn-base.xsd), exact and case-sensitive.

    No operation of the SP-API returns it, so it ships as data.
    """

    _name = "amazon.carrier"
    _description = "Amazon Carrier Code"
    _order = "name"

    name = fields.Char("Carrier Code", required=True)

    _name_uniq = models.Constraint(
        "UNIQUE (name)", "This carrier code is there already."
    )

    @api.model
    def _suggest(self, name):
        """The carrier a delivery method's name begins with: 'DHL Express 12:00' is DHL
        Express, the longest of those that fit; none when no name fits."""
        words = _words(name)
        found = [
            carrier
            for carrier in self.search([("name", "!=", "Other")])
            if words[: len(_words(carrier.name))] == _words(carrier.name)
        ]
        return max(found, key=lambda carrier: len(carrier.name), default=self.browse())


def _words(text):
    return re.findall(r"\w+", text.casefold())
