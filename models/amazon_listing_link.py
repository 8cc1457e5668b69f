from odoo import api, fields, models
from odoo.exceptions import UserError

from ..sync import catalog_match, one_writer, stock_watch
from ..sync.match_links import products_by_sku

IMAGE_STATES = [("due", "To Fetch"), ("done", "Fetched"), ("failed", "Failed")]


class AmazonListing(models.Model):
    """How a listing gets its product, and what the product gets of the listing."""

    _inherit = "amazon.listing"

    link_date = fields.Datetime("Linked On", readonly=True)
    product_remarks = fields.Json("Remarks by Subject", readonly=True, prefetch=False)
    product_problem = fields.Text(
        "Product Remarks",
        compute="_compute_product_problem",
        store=True,
        help="What the product could not take over from Amazon, and why.",
    )
    image_state = fields.Selection(IMAGE_STATES, readonly=True, copy=False)
    image_due_url = fields.Char("Image to Fetch", readonly=True, copy=False)
    image_done_url = fields.Char(
        "Image Decided On",
        readonly=True,
        copy=False,
        help="The address that was fetched, or can't be: it is not asked for again.",
    )
    image_next_try = fields.Datetime(readonly=True, copy=False)

    _image_due_idx = models.Index("(store_id, id) WHERE image_state = 'due'")

    @api.depends("product_remarks")
    def _compute_product_problem(self):
        for listing in self:
            remarks = listing.product_remarks or {}
            listing.product_problem = "\n".join(remarks.values()) or False

    def _set_remarks(self, remarks):
        """Remember what could not be taken over; False: that is settled.

        :param remarks: {what it is about: sentence or False}
        """
        self.ensure_one()
        known = self.product_remarks or {}
        merged = {key: text for key, text in {**known, **remarks}.items() if text}
        if merged != known:
            self.product_remarks = merged

    @api.model
    def _prepare_link_by_hand(self, product_id):
        """What goes with a person's choice of a product, or of none."""
        return {
            "is_manual": True,
            "link_method": "manual" if product_id else False,
            "link_date": fields.Datetime.now() if product_id else False,
            "link_note": False,
            # its price and image go to the product with the next load
            "to_match": bool(product_id),
            "previous_asin": False,
        }

    def _after_link(self):
        """What waits for products is told that listings have one."""
        if self:
            self._release_orders()
            stock_watch.mark(self.env, self.product_id.ids)

    # -- buttons --------------------------------------------------------------------

    def action_match(self):
        """Look for the products of these listings again; nobody's decision changes."""
        self.check_access("write")
        listings = self.sudo()
        todo = listings._to_link().filtered(lambda listing: not listing.is_manual)
        skipped = listings._why_skipped(by_hand=False)
        one_writer.claim(self.env)
        catalog_match.match_again(listings)
        linked = len(todo.filtered("product_id"))
        return self._tell(
            self.env._(
                "%(linked)s linked, %(left)s without product. The list says why.",
                linked=linked,
                left=len(todo) - linked,
            ),
            skipped=skipped,
        )

    def action_create_products(self):
        """New products of what is unlinked, if no product has the SKU yet (row 2.11)."""
        self.check_access("write")
        self.env["product.product"].check_access("create")
        todo = self.sudo()._to_link()
        skipped = self.sudo()._why_skipped(by_hand=True)
        if taken := todo._why_taken():
            raise UserError(taken)
        one_writer.claim(self.env)
        catalog_match.create_by_hand(todo)
        left = len(todo.filtered(lambda listing: not listing.product_id))
        return self._tell(
            self.env._(
                "%(created)s linked, %(left)s could not be created. The list says why.",
                created=len(todo) - left,
                left=left,
            ),
            "warning" if left else "success",
            skipped,
        )

    def _to_link(self):
        """What a product can be looked for, or made."""
        return self.filtered(
            lambda listing: not listing.product_id
            and not listing.is_parent
            and listing.status != "canceled"
        )

    def _why_skipped(self, by_hand):
        """The sentence about those a button leaves as they are, or "".

        :param by_hand: what a person left blank is not skipped
        """
        rest = self.filtered(lambda listing: not listing.product_id)
        families = rest.filtered("is_parent")
        canceled = (rest - families).filtered(lambda one: one.status == "canceled")
        blank = (rest - families - canceled).filtered("is_manual")
        counts = [
            (self - rest, self.env._("linked already")),
            (families, self.env._("families, which nobody buys")),
            (canceled, self.env._("canceled at Amazon")),
            (
                blank.browse() if by_hand else blank,
                self.env._("left blank by hand: press Link for them"),
            ),
        ]
        told = [f"{len(some)} {words}" for some, words in counts if some]
        return self.env._("Skipped: %s.", ", ".join(told)) if told else ""

    def _why_taken(self):
        """The sentence about products that have these SKUs already, or "".

        An archived product's reference is taken, too: it may come back.
        """
        found = []
        for company, listings in self._to_link().grouped("company_id").items():
            skus = set(listings.mapped("sku"))
            for products in products_by_sku(self.env, company, skus).values():
                found += products
        if not found:
            return ""
        words = self.env._(
            "Products with these internal references exist already: %s. Link the "
            "listings to them.",
            ", ".join(sorted({product.default_code for product in found})),
        )
        archived = {p.default_code for p in found if not p.active}
        if archived:
            words += " " + self.env._(
                "Archived, to be restored first: %s.", ", ".join(sorted(archived))
            )
        return words

    def action_confirm_asin(self):
        """A person has looked: what Amazon moved the SKU to is the same product."""
        self.filtered("previous_asin").previous_asin = False

    def action_unlink_product(self):
        """The link goes, its history stays in the chatter; no load links it again."""
        self._leave_blank(self.env._("Unlinked by hand."))

    def action_leave_blank(self):
        """A person wants no product here."""
        self._leave_blank(self.env._("Left blank by hand."))

    def _leave_blank(self, note):
        self.write({"product_id": False, "link_note": note})

    def _tell(self, message, kind="success", skipped=""):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "message": f"{message} {skipped}".strip(),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
