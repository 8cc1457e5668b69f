"""Sellers API v1: the marketplaces an account sells in."""

from dataclasses import dataclass

from . import library
from .errors import Temporary
from .operations import Operation
from .shape import Malformed, at, read

GET_MARKETPLACE_PARTICIPATIONS = Operation(
    name="getMarketplaceParticipations",
    api=library.api.Sellers,
    method="get_marketplace_participation",
    repeatable=True,
    role="Selling Partner Insights",
    required="payload",
)


@dataclass(frozen=True, slots=True)
class Participation:
    """One marketplace of an account; Amazon also lists pseudo-marketplaces like
    "Non-Amazon US", which the caller filters by the ids it knows."""

    marketplace_id: str = at("marketplace.id")
    name: str = at("marketplace.name")
    country_code: str = at("marketplace.countryCode")
    currency_code: str = at("marketplace.defaultCurrencyCode")
    language_code: str = at("marketplace.defaultLanguageCode")
    domain_name: str = at("marketplace.domainName")
    is_participating: bool = at("participation.isParticipating")
    has_suspended_listings: bool = at("participation.hasSuspendedListings")
    store_name: str = ""


def marketplace_participations(client):
    """A tuple of Participation. Source: getMarketplaceParticipations"""
    answer = client.call(GET_MARKETPLACE_PARTICIPATIONS)
    try:
        return read(_Participations, answer.body).payload
    except Malformed as error:
        raise Temporary(
            f"the answer is not as Amazon's model has it ({error})",
            operation=GET_MARKETPLACE_PARTICIPATIONS.name,
            status=answer.status,
            request_id=answer.request_id,
        ) from None


@dataclass(frozen=True, slots=True)
class _Participations:
    payload: tuple[Participation, ...]
