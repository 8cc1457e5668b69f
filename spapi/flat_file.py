"""How Amazon writes a tab-separated file: its characters, amounts and dates.

Every text is read in each way it could be meant; which way holds is for the whole file
to decide, never for a row. Source: spapi.md §8.2, §8.3
"""

import codecs
import functools
import io
import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal

# No line of Amazon's comes near; a file without line ends must not fill the memory.
_LONGEST_LINE = 2**16
_CHUNK = 2**16


class FlatFileError(ValueError):
    """Why a file cannot be taken: one sentence, with the line (as an editor counts,
    titles are line 1) and the column where there is one."""

    def __init__(self, words, line=None, column=None):
        place = [f"Line {line}"] if line else []
        place += [f"column {column}" if place else f"Column {column}"] if column else []
        super().__init__(f"{', '.join(place)}: {words}" if place else words)
        self.line = line
        self.column = column


def show(text):
    return repr(text if len(text) <= 40 else f"{text[:37]}...")


# Characters

_NOT_TEXT = {
    b"\x1f\x8b": "a gzip file, which has to be unpacked first",
    b"PK\x03\x04": "a ZIP or Excel file",
    b"%PDF": "a PDF file",
    b"<": "an XML or HTML file",
    b"\xff\xfe": "a text saved as UTF-16",
    b"\xfe\xff": "a text saved as UTF-16",
}
# What others call by a narrower name; anything else they say is not believed.
_CODECS = {"cp1252": "cp1252", "iso8859-1": "cp1252", "iso8859-15": "iso8859-15"}
_CODECS |= dict.fromkeys(("cp932", "shift_jis"), "cp932")


def choose_encoding(
    file, charset="", what="report", error=FlatFileError, japanese=False
):
    """One Python codec for the whole of `file`; charset: what its sender called it;
    what, error: what the file should be, and the exception that says it is not;
    japanese: the marketplace is Japan's.

    UTF-8 if all of it is; else what the sender says, else by the marketplace; latin-1,
    which reads anything, if nothing else does.
    """
    file.seek(0)
    head = file.read(_CHUNK)
    if not head.strip():
        raise error("The file is empty.")
    for start, words in _NOT_TEXT.items():
        if head.startswith(start):
            raise error(f"This is {words}, not a {what}.")
    if _decodes(file, "utf-8"):
        return "utf-8-sig"
    yen = rb"\tJPY[\t\r\n ]|amazon\.co\.jp"
    japanese = japanese or re.search(yen, head, re.IGNORECASE)
    encodings = ["cp932", "cp1252"] if japanese else ["cp1252", "cp932"]
    encodings = [*_named(charset), *encodings]
    return next((name for name in encodings if _decodes(file, name)), "latin-1")


def _named(charset):
    try:
        return [_CODECS[codecs.lookup(charset).name]]
    except (LookupError, ValueError):  # a name that is none
        return []


def _decodes(file, encoding):
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def nearly_utf8(file):
    """Whether `file` is UTF-8 but for a few bytes, such as texts that were cut in the
    middle of a character."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    file.seek(0)
    good = bad = 0
    while chunk := file.read(_CHUNK):
        text = decoder.decode(chunk)
        lost = text.count("\ufffd")
        bad += lost
        good += len(text) - len(text.encode("ascii", "ignore")) - lost
    return good > 4 * bad


class _Window(io.RawIOBase):
    """Reads `file` from its start, whoever else moves in it meanwhile."""

    def __init__(self, file):
        self._file = file
        self._position = 0

    def readable(self):
        return True

    def readinto(self, buffer):
        self._file.seek(self._position)
        data = self._file.read(len(buffer))
        self._position += len(data)
        buffer[: len(data)] = data
        return len(data)


def read_lines(file, encoding, errors="strict"):
    """(number, text, fault) of each line that is not blank; fault: what keeps the line
    from being read, or ""."""
    raw = io.BufferedReader(_Window(file), _CHUNK)
    readline = io.TextIOWrapper(raw, encoding, errors, newline="\n").readline
    number = 0
    while text := readline(_LONGEST_LINE):
        number += 1
        if len(text) == _LONGEST_LINE:
            yield number, text, "too long"
            while text and not text.endswith("\n"):
                text = readline(_LONGEST_LINE)
        elif number > 1 and "\0" in text:
            yield number, text, "damaged"
        elif not text.isspace():
            yield number, text, ""


# Amounts

_GROUPS = r"\d{1,15}|\d{1,3}(?:SEP\d{3}){1,4}"
_INDIAN = r"|\d{1,2}(?:,\d\d){1,5},\d{3}"
_SPACES = " \u00a0\u202f"
_POINT = re.compile(
    r"[+-]?(?:(?:"
    + _GROUPS.replace("SEP", f"[,'{_SPACES}]")
    + _INDIAN
    + r")(?:\.\d{1,6})?|\.\d{1,6})",
    re.ASCII,
)
_COMMA = re.compile(
    r"[+-]?(?:(?:"
    + _GROUPS.replace("SEP", rf"[.'{_SPACES}]")
    + r")(?:,\d{1,6})?|,\d{1,6})",
    re.ASCII,
)
_FROM_POINT = str.maketrans("", "", f",'{_SPACES}")
_FROM_COMMA = str.maketrans(",", ".", f".'{_SPACES}")


@functools.lru_cache(4096)
def read_amount(text):
    """(`text` with decimal point, with decimal comma) as Decimals; None: impossible."""
    whole, _point, cents = text.removeprefix("-").partition(".")
    if len(cents) == 2 and len(whole) < 16 and whole.isdigit() and cents.isdigit():
        if text.isascii():  # nearly all there are
            return Decimal(text), None
    text = text.replace("\u2212", "-")  # the minus of Swedish
    return (
        Decimal(text.translate(_FROM_POINT)) if _POINT.fullmatch(text) else None,
        Decimal(text.translate(_FROM_COMMA)) if _COMMA.fullmatch(text) else None,
    )


_WHOLE = re.compile(r"-?(\d{1,15})(?:[.,]0{1,2})?", re.ASCII)
_THOUSANDS = re.compile(rf"-?\d{{1,3}}(?:[.,'{_SPACES}]\d{{3}})+", re.ASCII)


def read_quantity(text):
    """A whole number, or None. With nothing to be decimal, all signs are thousands."""
    if text.isdecimal() and text.isascii():
        return int(text)
    if _WHOLE.fullmatch(text):
        return int(re.split("[.,]", text)[0])
    if _THOUSANDS.fullmatch(text):
        return int(re.sub(r"[^-\d]", "", text))
    return None


# Dates

_CLOCK = (
    r"(?:(?:T|[ ]+)(\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?\s*([A-Za-z]+|[+-]\d\d:?\d\d)?"
)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d\d?)\2(\d\d?)" + _CLOCK, re.ASCII)
_MONTH_NAME = re.compile(r"(\d\d?)-([A-Za-z]{3})-(\d{4})" + _CLOCK, re.ASCII)
_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
_YEAR_LAST = re.compile(r"(\d\d?)([-/.])(\d\d?)\2(\d{4}|\d\d)" + _CLOCK, re.ASCII)
# Amazon writes UTC; the names are what its other reports use, and mean one thing.
_ZONES = {
    **dict.fromkeys(("UTC", "GMT", "Z"), 0),
    **{"PST": -8, "PDT": -7, "EST": -5, "EDT": -4, "BST": 1, "CET": 1, "CEST": 2},
    **{"WET": 0, "WEST": 1, "MET": 1, "MEST": 2, "EET": 2, "EEST": 3, "TRT": 3},
    **{"BRT": -3, "SAST": 2, "SGT": 8, "JST": 9, "AEST": 10, "AEDT": 11},
}


@functools.lru_cache(4096)
def read_moment(text):
    """(`text` day first, month first), aware and in UTC; None: impossible.

    Both are the same for a date that leaves no choice: year first, or with dots,
    which nobody writes month first.
    """
    if match := _YEAR_FIRST.fullmatch(text):
        year, _separator, month, day, *clock = match.groups()
        moment = _moment(year, month, day, clock)
        return moment, moment
    if match := _YEAR_LAST.fullmatch(text):
        first, separator, second, year, *clock = match.groups()
        year = year if len(year) == 4 else f"20{year}"
        day_first = _moment(year, second, first, clock)
        if separator == ".":
            return day_first, day_first
        return day_first, _moment(year, first, second, clock)
    if match := _MONTH_NAME.fullmatch(text):
        day, name, year, *clock = match.groups()
        place, rest = divmod(_MONTHS.find(name.lower()), 3)
        moment = None if rest else _moment(year, place + 1, day, clock)
        return moment, moment
    return None, None


def _moment(year, month, day, clock):
    hour, minute, second, zone = clock
    try:
        local = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0),
            int(second or 0), tzinfo=timezone.utc,
        )  # fmt: skip
        return local - _offset(zone or "UTC")
    except (ValueError, KeyError, OverflowError):
        return None


@functools.lru_cache(64)
def _offset(zone):
    if zone[0] not in "+-":
        return timedelta(hours=_ZONES[zone.upper()])
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return timedelta(minutes=-minutes if zone[0] == "-" else minutes)
