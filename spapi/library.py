"""python-amazon-sp-api behind our door.

The library knows operations, paths and parameters. It gets neither credentials nor
answers: tokens are added and answers judged by our client. What its source made
necessary (2.1.35; reference: spapi.md §16) is said at each place.
"""

import functools
import logging
import os
import types


def _import_api():
    """sp_api.api, imported without the environment it reads while being imported.

    AWS_ENV=SANDBOX would switch endpoints, and an unknown value of AWS_ENV, of
    SP_API_DEFAULT_MARKETPLACE or of SP_API_AUTH_CACHE_SIZE would stop the import.
    """
    hidden = {
        name: os.environ.pop(name)
        for name in list(os.environ)
        if name == "AWS_ENV" or name.startswith("SP_API_")
    }
    try:
        from sp_api import api
    finally:
        os.environ.update(hidden)
    return api


def _above_debug(record):
    return record.levelno > logging.DEBUG


api = _import_api()

# At debug level these write headers and bodies. A filter holds whatever level an
# administrator sets.
for _name in ("sp_api.base.client", "sp_api.auth.access_token_client"):
    logging.getLogger(_name).addFilter(_above_debug)


class _Bound:
    """Stands in for the constructor and the request of `sp_api.base.Client`.

    Theirs reads credentials from files and the environment, lets
    SP_API_DEFAULT_MARKETPLACE override the caller, opens an HTTP client of its own,
    cuts the host header of http:// endpoints, and adds four marketplace parameters.
    """

    def __init__(self, endpoint, transport):
        self.endpoint = endpoint
        self.marketplace_id = None
        self.restricted_data_token = None
        self._transport = transport

    @property
    def headers(self):
        return {"Content-Type": "application/json"}

    def _request(self, path, **options):
        options["add_marketplace"] = False
        return super()._request(path, **options)


@functools.cache
def _bound_class(api_class):
    return type(f"Bound{api_class.__name__}", (_Bound, api_class), {})


def bind(api_class, endpoint, transport):
    """An object of `api_class` that sends through `transport` and nowhere else."""
    return _bound_class(api_class)(endpoint, transport)


class Blank:
    """The answer the library gets to see: an empty one, whatever Amazon said."""

    status_code = 200
    headers = types.MappingProxyType({})

    @staticmethod
    def json():
        return {}
