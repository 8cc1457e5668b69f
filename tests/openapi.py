"""Amazon's OpenAPI models as the judge of our requests and the sandbox's answers.

`validate_call(call)` takes one of `Sandbox.calls` (or a dict like it) and raises
`ContractError` with all that is wrong; `missing()` says why it cannot work here.

The models are stricter here than as published: unknown properties and parameters are
errors, and so are deprecated operations and values outside the lists that Amazon
writes into descriptions ("Possible values").
"""

import json
import re
from functools import lru_cache
from pathlib import Path

try:
    import jsonschema
except ImportError:  # a test tool only; the add-on doesn't need it
    jsonschema = None

MODELS = Path(__file__).resolve().parents[2] / "shared" / "spapi-models"
FILES = (
    "orders_2026-01-01.json",
    "ordersV0.json",
    "sellers.json",
    "reports_2021-06-30.json",
    "finances_2024-06-19.json",
    "listingsItems_2021-08-01.json",
    "catalogItems_2022-04-01.json",
    "feeds_2021-06-30.json",
)
# Login with Amazon and the storage of files: no model describes them.
UNDESCRIBED = ("/auth/", "/documents/", "/uploads/", "/images/")
# Faults by which an answer is not Amazon's any more.
BROKEN = ("status", "truncate", "timeout_before", "timeout_after")


class ContractError(AssertionError):
    pass


def missing():
    """Why nothing can be validated here, or an empty string."""
    if jsonschema is None:
        return "jsonschema is not installed"
    if not all((MODELS / name).is_file() for name in FILES):
        return f"Amazon's models are not at {MODELS}"
    return ""


def validate_call(call):
    """Check a request and its answer against Amazon's model.

    `call`: method, path (without the region), query, request_body, status,
    response_body; `fault` where there was one. Calls to Login with Amazon and to the
    storage of documents pass: no model describes them.
    """
    _raise(call, [*_request_errors(call), *_answer_errors(call)])


def validate_answer(call):
    """Only the answer: for a request that was wrong on purpose."""
    _raise(call, list(_answer_errors(call)))


def _raise(call, errors):
    if errors:
        listed = "\n  ".join(errors)
        raise ContractError(f"{call['method']} {call['path']}:\n  {listed}")


@lru_cache
def _model(name):
    model = json.loads((MODELS / name).read_text(encoding="utf-8"))
    _merge_all_of(model["definitions"])
    _tighten(model)
    return model


def _merge_all_of(definitions):
    """`allOf` as one object: its parts could not be strict each by itself."""
    for schema in definitions.values():
        for part in schema.pop("allOf", ()):
            if "$ref" in part:
                part = definitions[part["$ref"].rpartition("/")[2]]
            schema.setdefault("properties", {}).update(part["properties"])
            schema.setdefault("required", []).extend(part.get("required", ()))


def _tighten(node):
    """Turn what the model only says in words into schema."""
    if isinstance(node, list):
        for child in node:
            _tighten(child)
        return
    if not isinstance(node, dict):
        return
    if isinstance(node.get("properties"), dict):
        node.setdefault("additionalProperties", False)
        for schema in node["properties"].values():
            values = _possible_values(schema.get("description", ""))
            if values and schema.get("type") == "string":
                schema.setdefault("enum", values)
            elif values and schema.get("type") == "array":
                schema["items"].setdefault("enum", values)
    for child in node.values():
        _tighten(child)


def _possible_values(description):
    _before, found, text = description.partition("**Possible values")
    if not found:
        return []
    return re.findall(r"`([A-Z][A-Za-z_]*)`", text)


@lru_cache
def _operation(method, path):
    """The model that knows this operation, and the operation."""
    for name in FILES:
        model = _model(name)
        for template, methods in model["paths"].items():
            pattern = re.sub(r"\{\w+\}", "[^/]+", template)
            operation = methods.get(method.lower())
            if operation and re.fullmatch(pattern, path):
                if operation.get("deprecated"):
                    raise ContractError(f"{method} {path} is deprecated")
                return model, operation
    raise ContractError(f"{method} {path} is no operation of Amazon's models")


def _request_errors(call):
    if call["path"].startswith(UNDESCRIBED):
        return
    model, operation = _operation(call["method"], call["path"])
    parameters = operation.get("parameters", ())
    known = {row["name"]: row for row in parameters if row["in"] == "query"}
    query = call.get("query") or {}
    for name in query:
        if name not in known:
            yield f"request: unknown query parameter {name}"
    for name, parameter in known.items():
        if name in query:
            value = _typed(parameter, query[name])
            yield from _schema_errors(model, parameter, value, f"request {name}")
        elif parameter.get("required"):
            yield f"request: query parameter {name} is missing"
    body = call.get("request_body")
    for parameter in parameters:
        if parameter["in"] == "body":
            yield from _schema_errors(model, parameter["schema"], body, "request body")
            return
    if body not in (None, ""):
        yield "request: has a body but should not"


def _typed(parameter, text):
    """A query parameter's text as the type it stands for; wrong text stays text."""
    if parameter["type"] == "array":
        return [_typed(parameter["items"], part) for part in text.split(",")]
    if parameter["type"] == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    if parameter["type"] == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


def _answer_errors(call):
    if call["path"].startswith(UNDESCRIBED) or call.get("fault") in BROKEN:
        return
    model, operation = _operation(call["method"], call["path"])
    response = operation["responses"].get(str(call["status"]))
    body = call.get("response_body")
    if response is None:
        yield f"answer: status {call['status']} is not in the model"
    elif "schema" in response:
        yield from _schema_errors(model, response["schema"], body, "answer")
    elif body not in (None, ""):
        yield "answer: has a body but should not"


def _schema_errors(model, schema, value, where):
    schema = {**schema, "definitions": model["definitions"]}
    # `required: true` of a parameter is not JSON Schema's list.
    if isinstance(schema.get("required"), bool):
        del schema["required"]
    checker = jsonschema.FormatChecker()
    checker.checks("date-time")(_is_date_time)
    validator = jsonschema.Draft4Validator(schema, format_checker=checker)
    for error in validator.iter_errors(value):
        place = "/".join(map(str, error.absolute_path))
        yield f"{where}/{place}: {error.message}"[:500]


_DATE_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)"
)


def _is_date_time(value):
    return not isinstance(value, str) or bool(_DATE_TIME.fullmatch(value))
