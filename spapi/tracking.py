"""Whether a tracking number can be one of its carrier; no network, no database.

Amazon validates tracking numbers since 2021 and counts parcels whose number does not
fit the carrier as untracked. Only formats that are certain are checked, for the
carriers below by their exact ``CarrierCode``; every other carrier's number is only
checked for what no tracking number has. A doubt is a warning, never a refusal: carriers
add formats without notice.

Sources: features.md row 8.7; the carriers' own help pages (UPS "1Z" numbers, FedEx and
USPS lengths, DHL Express waybills, DHL Paket shipment numbers); UPU standard S10 for
two letters, nine digits, two letters; ``ShipperTrackingNumber`` of Amazon's
OrderFulfillment.xsd for the greatest length.
"""

import re
from dataclasses import dataclass

SHORTEST = 5
LONGEST = 50
# letters, digits, and what carriers print between them
_ALLOWED = re.compile(r"[A-Z0-9./_-]+")

_UPU = r"[A-Z]{2}\d{9}[A-Z]{2}"
_DHL_PIECE = r"J(D|JD|VGL)[A-Z0-9]{6,36}"
_DHL_EXPRESS = rf"\d{{10,11}}|000\d{{7,17}}|{_DHL_PIECE}"
_DHL_PAKET = rf"\d{{12}}|\d{{20}}|{_DHL_PIECE}|{_UPU}"
# 22 digits as a rule; a mail class may have 20 or 21, a ZIP code may stand in front
_USPS = rf"(420\d{{5}}(\d{{4}})?)?\d{{20,22}}|\d{{26}}|{_UPU}"

# {CarrierCode: (pattern, example)}
FORMATS = {
    "UPS": (r"1Z[A-Z0-9]{16}", "1Z999AA10123456784"),
    "FedEx": (r"\d{12}|\d{15}|\d{20}|\d{22}", "123456789012"),
    "USPS": (_USPS, "9400110200881234567890"),
    "DHL": (rf"{_DHL_EXPRESS}|{_DHL_PAKET}", "1234567890"),
    "DHL Express": (_DHL_EXPRESS, "1234567890"),
    "DHL-Paket": (_DHL_PAKET, "00340434161094012345"),
    "YAMATO": (r"\d{12}|\d{4}-\d{4}-\d{4}", "1234-5678-9012"),
    "YamatoTransport": (r"\d{12}|\d{4}-\d{4}-\d{4}", "1234-5678-9012"),
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a number can't be right.

    code: "characters", "short", "long", "digits" (it has none), or "format", which has
    the example of a number of this carrier.
    """

    code: str
    example: str = ""


def doubt(carrier_code, number):
    """A :class:`Doubt` about a tracking number, or None.

    Small letters pass: Amazon and carriers read them like capitals. Without a number
    there is nothing to doubt.
    """
    number = (number or "").upper()
    if not number:
        return None
    if not _ALLOWED.fullmatch(number):
        return Doubt("characters")
    if len(number) < SHORTEST:
        return Doubt("short")
    if len(number) > LONGEST:
        return Doubt("long")
    if not any(sign.isdigit() for sign in number):
        return Doubt("digits")
    pattern, example = FORMATS.get(carrier_code, ("", ""))
    if pattern and not re.fullmatch(pattern, number, re.ASCII):
        return Doubt("format", example)
    return None
