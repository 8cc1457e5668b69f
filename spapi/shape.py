"""Reads JSON objects into frozen dataclasses, guided by their type hints.

A field takes the JSON key that is its name in camelCase, or the path given by
`at("customization.customizedUrl")`. A field without a default is required. Absent
and null mean the same; keys that no field asks for are ignored.
"""

import functools
import re
import types
import typing
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal


class Malformed(ValueError):
    """Says what is wrong, and at which JSON path."""

    def __init__(self, words):
        super().__init__(words)
        self.words = words
        self.path = ""

    def under(self, step):
        """The same error, seen from one step further up."""
        dot = "." if self.path and not self.path.startswith("[") else ""
        self.path = f"{step}{dot}{self.path}"
        return self

    def __str__(self):
        return f"{self.path}: {self.words}" if self.path else self.words


def at(path, default=MISSING):
    """A dataclass field that is found at `path` (keys joined by dots)."""
    return field(default=default, metadata={"at": path})


@dataclass(frozen=True, slots=True)
class Money:
    """amount: exact, as Amazon wrote it; currency: ISO 4217."""

    amount: Decimal
    currency: str = at("currencyCode")


def read(cls, payload):
    """`payload` (a JSON object) as an instance of `cls`, or Malformed."""
    if not isinstance(payload, dict):
        raise Malformed(f"{_show(payload)} is not an object")
    values = []
    for first, others, convert, default in _plan(cls):
        value = payload.get(first)
        path = first
        try:
            for key in others:
                if value is None:
                    break
                if not isinstance(value, dict):
                    raise Malformed(f"{_show(value)} is not an object")
                value = value.get(key)
                path = f"{path}.{key}"
            if value is not None:
                values.append(convert(value))
            elif default is not MISSING:
                values.append(default)
            else:
                raise Malformed("is missing")
        except Malformed as error:
            raise error.under(path) from None
    return cls(*values)


@functools.cache
def _plan(cls):
    """[(first key, further keys, converter, default)] for the fields of `cls`."""
    hints = typing.get_type_hints(cls)
    plan = []
    for member in fields(cls):
        path = member.metadata.get("at") or _camel(member.name)
        first, *others = path.split(".")
        convert = _converter(hints[member.name])
        plan.append((first, others, convert, member.default))
    return plan


def _camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _converter(hint):
    if isinstance(hint, types.UnionType):
        (hint,) = (arg for arg in typing.get_args(hint) if arg is not types.NoneType)
    if typing.get_origin(hint) is tuple:
        return functools.partial(_tuple, _converter(typing.get_args(hint)[0]))
    if is_dataclass(hint):
        return functools.partial(read, hint)
    return _SCALARS[hint]


def _tuple(convert, value):
    if not isinstance(value, list):
        raise Malformed(f"{_show(value)} is not a list")
    result = []
    for index, element in enumerate(value):
        try:
            result.append(convert(element))
        except Malformed as error:
            raise error.under(f"[{index}]") from None
    return tuple(result)


def _text(value):
    if not isinstance(value, str):
        raise Malformed(f"{_show(value)} is not a text")
    return value


def _object(value):
    """As it came: for what Amazon's model leaves open."""
    if not isinstance(value, dict):
        raise Malformed(f"{_show(value)} is not an object")
    return value


def _integer(value):
    if type(value) is not int:
        raise Malformed(f"{_show(value)} is not a whole number")
    return value


def _boolean(value):
    if type(value) is not bool:
        raise Malformed(f"{_show(value)} is not true or false")
    return value


# RFC 7159 numbers; no NaN, no "1_000", no exponent that fills the memory.
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?")


def _decimal(value):
    # A float has lost its digits before it came here: not accepted.
    if type(value) is int or (isinstance(value, str) and _NUMBER.fullmatch(value)):
        return Decimal(value)
    raise Malformed(f"{_show(value)} is not a number")


_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?"
    r"(?:[Zz]|([+-])(\d\d):?(\d\d))",
    re.ASCII,
)


def moment(value):
    """An ISO 8601 text with Z or an offset as an aware datetime in UTC."""
    match = _MOMENT.fullmatch(_text(value))
    if not match:
        raise Malformed(f"{_show(value)} is not a date and time with a time zone")
    date, clock, fraction, sign, hours, minutes = match.groups()
    try:
        result = datetime.fromisoformat(f"{date}T{clock}")
        offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
        result += offset if sign == "-" else -offset
    except (ValueError, OverflowError):
        raise Malformed(f"{_show(value)} is not a date and time") from None
    microseconds = int((fraction or "0")[:6].ljust(6, "0"))
    return result.replace(microsecond=microseconds, tzinfo=timezone.utc)


def iso(value):
    """An aware datetime as Amazon writes it: 2026-11-20T01:00:00.000Z."""
    if value.tzinfo is None:
        raise ValueError(f"{value} has no time zone")
    value = value.astimezone(timezone.utc)
    return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"


_SCALARS = {
    str: _text,
    dict: _object,
    int: _integer,
    bool: _boolean,
    Decimal: _decimal,
    datetime: moment,
}


def _show(value):
    """A value in an error: short, and never the content of an object."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
