"""Is this buyer a customer already? Recognised, updated or made, as the store says.

Amazon's orders carry no buyer number. The name part of the anonymised address stands
for it: Amazon gives each buyer of a seller one of his own, and may add ``+something``
to it, order by order. The database holds every such mark once per company
(``amazon.buyer``); a second worker who makes the same customer starts again.
"""

import hashlib
from collections import namedtuple
from dataclasses import dataclass
from datetime import datetime

from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo.fields import Domain

from . import buyer_vat, customer_move
from .customer_address import PLACE, delivery_address, place_of
from .order_snapshot import naive

# by which marks a buyer is recognised; whether the customer's data then follows the
# order; whether one who is not recognised becomes a customer
Mode = namedtuple("Mode", "marks updates inserts")
MODES = {
    "id_email_update": Mode(("id", "mail"), True, True),
    "id_email_keep": Mode(("id", "mail"), False, True),
    "id_or_default": Mode(("id",), False, False),
    "email_update": Mode(("mail",), True, True),
    "email_or_default": Mode(("mail",), True, False),
    "default": Mode((), False, False),
}
RELAY = "marketplace.amazon."


@dataclass(frozen=True, slots=True)
class Buyer:
    """What one order says of who bought and where it goes."""

    order_id: str
    is_fba: bool
    moment: datetime
    name: str
    email: str
    company: str
    receiver: str
    receiving_company: str
    place: dict
    vat: str

    @property
    def takes_it_in(self):
        """Whether the parcel goes to the buyer, as far as Amazon says."""
        return self.receiver in ("", self.name)


def read(order, geography):
    """The :class:`Buyer` of a parsed order."""
    address = delivery_address(order)
    buyer = order.buyer
    receiver = (address and (address.name or address.company_name)) or ""
    receiving_company = (address and address.company_name) or ""
    return Buyer(
        order_id=order.order_id,
        is_fba=order.is_fba,
        moment=naive(order.created_time),
        name=(buyer and buyer.name) or receiver,
        email=_without_tag((buyer and buyer.email) or ""),
        company=(buyer and buyer.company_name) or receiving_company,
        receiver=receiver,
        receiving_company=receiving_company,
        place=geography.values(address),
        vat=buyer_vat.number_of(order),
    )


def _without_tag(email):
    name, at, domain = email.strip().lower().partition("@")
    if domain.startswith(RELAY):
        name = name.partition("+")[0]
    return f"{name}{at}{domain}"


def marks(buyer, store):
    """{kind: mark} of all that a buyer can be recognised by."""
    found = {}
    if buyer.email:
        name, _at, domain = buyer.email.partition("@")
        found["id"] = f"id:{name if domain.startswith(RELAY) else buyer.email}"
        found["mail"] = f"mail:{buyer.email}"
    elif buyer.name and buyer.place["street"] and buyer.place["zip"]:
        found["home"] = _mark("home", buyer.name, place_of(buyer.place))
    if store.company_as_customer and buyer.company and buyer.place["zip"]:
        where = buyer.place["zip"], buyer.place["country_id"]
        found["company"] = _mark("company", buyer.company, where)
    return found


def _mark(kind, name, parts):
    """Recognises without telling: nobody's address is kept a second time."""
    words = " ".join([name, *(str(part) for part in parts if part)]).lower().split()
    return f"{kind}:{hashlib.sha256(' '.join(words).encode()).hexdigest()[:32]}"


def match(store, buyers):
    """{order id: customer} for the buyers of one store's orders."""
    matching = _Matching(store, buyers)
    chosen = {
        buyer.order_id: matching.choose(buyer)
        for buyer in sorted(buyers, key=lambda b: b.moment)
    }
    matching.save(list(dict.fromkeys(chosen.values())))
    return {order_id: slot.partner for order_id, slot in chosen.items()}


class _Slot:
    """One customer of the batch: a partner, or the values of one to be made."""

    def __init__(self, partner=None, values=None, last_order=None):
        self.partner = partner
        self.values = values
        self.changes = {}
        self.last_order = last_order
        self.marks = set()

    @property
    def is_company(self):
        return self.partner.is_company if self.partner else self.values["is_company"]

    def update(self, buyer, vat):
        """Let the customer's data follow a newer order; what it lacks is kept."""
        if self.last_order and buyer.moment < self.last_order:
            return
        self.last_order = buyer.moment
        values = {}
        if self.is_company:
            values["name"] = buyer.company
        else:
            values["name"] = buyer.name
            if not (self.partner and self.partner.parent_id):
                values["company_name"] = buyer.company
        if not (self.partner and self.partner.parent_id):  # a contact has its company's
            values["vat"] = vat
        if buyer.takes_it_in:
            values["phone"] = buyer.place["phone"]
        values = {field: value for field, value in values.items() if value}
        if buyer.takes_it_in and buyer.place["street"]:
            values |= {field: buyer.place[field] for field in PLACE}
        target = self.changes if self.partner else self.values
        target |= values


class _Matching:
    def __init__(self, store, buyers):
        self.store = store
        self.Partner = store.env["res.partner"].with_context(
            tracking_disable=True, no_vat_validation=True
        )
        self.marks = {buyer.order_id: marks(buyer, store) for buyer in buyers}
        self.default = _Slot(store.default_customer_id)
        self.slots = {}  # mark -> slot
        self.partners = {}  # partner id -> slot
        self._read_known(buyers)

    # -- who is known ---------------------------------------------------------------

    def _read_known(self, buyers):
        wanted = {mark for found in self.marks.values() for mark in found.values()}
        company = self.store.company_id
        rows = self.store.env["amazon.buyer"].search(
            [("company_id", "=", company.id), ("key", "in", list(wanted))]
        )
        self.rows = {row.key: row for row in rows}
        for row in rows:
            partner = row.partner_id
            # a customer put away, or given to another company, is not sold to
            if partner.active and partner.company_id.id in (False, company.id):
                self._know(row.key, partner, row.last_order)
        unknown = {
            buyer.email
            for buyer in buyers
            if buyer.email and f"mail:{buyer.email}" not in self.slots
        }
        if unknown:
            self._read_contacts(list(unknown))

    def _read_contacts(self, emails):
        """Customers of other origin: with Amazon's address entered, or as their mail."""
        mine = Domain("company_id", "in", [False, self.store.company_id.id])
        there = Domain("amazon_email", "in", emails) | Domain(
            "email_normalized", "in", emails
        )
        marks_of = {
            found["mail"]: found for found in self.marks.values() if "mail" in found
        }
        for partner in self.Partner.search(mine & there, order="id"):
            for email in {partner.amazon_email, partner.email_normalized} & {*emails}:
                self._know(f"mail:{email}", partner)
                if email == partner.amazon_email:
                    self._know(marks_of[f"mail:{email}"]["id"], partner)

    def _know(self, mark, partner, last_order=None):
        slot = self.partners.setdefault(partner.id, _Slot(partner))
        self.slots.setdefault(mark, slot)
        if last_order and (not slot.last_order or slot.last_order < last_order):
            slot.last_order = last_order

    # -- what becomes of a buyer ------------------------------------------------------

    def choose(self, buyer):
        mode = MODES[self.store.customer_mode]
        if buyer.is_fba and self.store.fba_to_default_customer:
            mode = MODES["default"]
        slot = self._recognise(buyer, mode)
        if slot is None:
            if not (mode.inserts and buyer.name):
                return self.default
            slot = _Slot(values=self._new(buyer), last_order=buyer.moment)
        elif mode.updates and slot.partner != self.store.default_customer_id:
            slot.update(buyer, self._vat(buyer))
        self._learn(buyer, slot)
        return slot

    def _recognise(self, buyer, mode):
        kinds = mode.marks + (("home", "company") if mode.inserts else ())
        found = self.marks[buyer.order_id]
        known = (self.slots.get(found[kind]) for kind in kinds if kind in found)
        return next((slot for slot in known if slot), None)

    def _learn(self, buyer, slot):
        for kind, mark in self.marks[buyer.order_id].items():
            if kind == "company" and not slot.is_company:
                continue
            if self.slots.setdefault(mark, slot) is slot:
                slot.marks.add(mark)

    def _new(self, buyer):
        is_company = bool(self.store.company_as_customer and buyer.company)
        values = buyer.place | {
            "name": buyer.company if is_company else buyer.name,
            "company_name": not is_company and buyer.company,
            "is_company": is_company,
            "amazon_email": buyer.email or False,
            "company_id": self.store.company_id.id,
            "customer_rank": 1,
            "lang": self.store._buyer_lang(),
            "vat": self._vat(buyer),
        }
        if self.store.customer_tag_id:
            values["category_id"] = [(4, self.store.customer_tag_id.id)]
        return values

    def _vat(self, buyer):
        """The buyer's tax number, if Odoo takes it."""
        country = self.store.env["res.country"].browse(buyer.place["country_id"])
        return buyer_vat.accepted(self.store.env, buyer.vat, country) or False

    # -- doing ------------------------------------------------------------------------

    def save(self, slots):
        """One ``create`` for new customers, one for what they are recognised by."""
        new = [slot for slot in slots if not slot.partner]
        made = self.Partner.create([slot.values for slot in new])
        for slot, partner in zip(new, made, strict=True):
            slot.partner = partner
        self._update([slot for slot in slots if slot.changes])
        self._save_marks(slots)

    def _update(self, slots):
        for slot in slots:
            current = slot.partner._convert_fields_to_values(slot.changes)
            slot.changes = {
                field: value
                for field, value in slot.changes.items()
                if current[field] != value
            }
        moving = [slot.partner.id for slot in slots if slot.changes.keys() & {*PLACE}]
        customer_move.keep_open_deliveries(self.Partner.browse(moving))
        for slot in slots:
            if slot.changes:
                slot.partner.with_env(self.Partner.env).write(slot.changes)

    def _save_marks(self, slots):
        new = []
        for slot in slots:
            for mark in slot.marks:
                values = {"partner_id": slot.partner.id, "last_order": slot.last_order}
                row = self.rows.get(mark)
                if row is None:
                    company = {"company_id": self.store.company_id.id}
                    new.append(company | {"key": mark} | values)
                elif row.partner_id != slot.partner or (
                    slot.last_order and row.last_order != slot.last_order
                ):
                    row.write(values)
        try:
            self.store.env["amazon.buyer"].create(new)
        except UniqueViolation as exc:
            # another worker has just made this customer: the next snapshot shows it
            raise SerializationFailure("amazon.buyer: made by another worker") from exc
