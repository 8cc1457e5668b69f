"""Amazon's marketplaces: what the sandbox must know of each."""

from typing import NamedTuple


class Marketplace(NamedTuple):
    country: str
    id: str
    region: str
    currency: str
    language: str
    domain: str
    tax_rate: str  # the usual one there; orders may differ

    @property
    def name(self):
        return "Amazon." + self.domain.removeprefix("amazon.")

    @property
    def decimals(self):
        return 0 if self.currency == "JPY" else 2

    @property
    def includes_tax(self):
        """Prices in the US and Canada are without tax, everywhere else with it."""
        return self.country not in ("US", "CA")


_TABLE = """
US ATVPDKIKX0DER  na USD en_US amazon.com    0.0825
CA A2EUQ1WTGCTBG2 na CAD en_CA amazon.ca     0.13
MX A1AM78C64UM0Y8 na MXN es_MX amazon.com.mx 0.16
BR A2Q3Y263D00KWC na BRL pt_BR amazon.com.br 0.17
GB A1F83G8C2ARO7P eu GBP en_GB amazon.co.uk  0.20
DE A1PA6795UKMFR9 eu EUR de_DE amazon.de     0.19
FR A13V1IB3VIYZZH eu EUR fr_FR amazon.fr     0.20
IT APJ6JRA9NG5V4  eu EUR it_IT amazon.it     0.22
ES A1RKKUPIHCS9HS eu EUR es_ES amazon.es     0.21
NL A1805IZSGTT6HS eu EUR nl_NL amazon.nl     0.21
SE A2NODRKZP88ZB9 eu SEK sv_SE amazon.se     0.25
PL A1C3SOZRARQ6R3 eu PLN pl_PL amazon.pl     0.23
BE AMEN7PMS3EDWL  eu EUR fr_BE amazon.com.be 0.21
IE A28R8C7NBKEWEA eu EUR en_IE amazon.ie     0.23
TR A33AVAJ2PDY3EV eu TRY tr_TR amazon.com.tr 0.20
AE A2VIGQ35RCS4UG eu AED en_AE amazon.ae     0.05
SA A17E79C6D8DWNP eu SAR ar_SA amazon.sa     0.15
EG ARBP9OOSHTCHU  eu EGP ar_EG amazon.eg     0.14
IN A21TJRUUN4KGV  eu INR en_IN amazon.in     0.18
ZA AE08WJ6YKNBMC  eu ZAR en_ZA amazon.co.za  0.15
JP A1VC38T7YXB528 fe JPY ja_JP amazon.co.jp  0.10
AU A39IBJ37TRP1C6 fe AUD en_AU amazon.com.au 0.10
SG A19VAU5U5O7RUS fe SGD en_SG amazon.sg     0.09
"""
MARKETPLACES = {
    row[0]: Marketplace(*row) for row in map(str.split, _TABLE.split("\n")) if row
}
_BY_NAME = {
    **MARKETPLACES,
    **{marketplace.id: marketplace for marketplace in MARKETPLACES.values()},
    "UK": MARKETPLACES["GB"],
}


def marketplace_of(name):
    """By country code or by Amazon's id; a Marketplace passes through."""
    return name if isinstance(name, Marketplace) else _BY_NAME[name]


def is_marketplace_id(text):
    return text in _BY_NAME and _BY_NAME[text].id == text
