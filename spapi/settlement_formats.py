"""How a settlement file is written: flat_file.py, in a settlement's words.

What a text alone leaves open is read in both ways; which way holds for the file is
decided by the whole file, in settlement.py (spapi.md §8.3).
"""

from . import flat_file
from .flat_file import (
    FlatFileError,
    read_amount,
    read_lines,
    read_moment,
    read_quantity,
    show,
)

__all__ = [
    "Ambiguous",
    "SettlementError",
    "choose_encoding",
    "lines",
    "read_amount",
    "read_moment",
    "read_quantity",
    "show",
]

_FAULTS = {
    "too long": "is longer than any line of a settlement report.",
    "damaged": "holds a zero byte: the file is damaged. Download it once more.",
}


class SettlementError(FlatFileError):
    """Why a file cannot be taken: one sentence, with the line and the column."""


class Ambiguous(SettlementError):
    """A file that can be read in two ways. question: "decimal" or "date_order", the
    argument of read_settlement() that answers it."""

    def __init__(self, words, question, line=None, column=None):
        super().__init__(words, line, column)
        self.question = question


def choose_encoding(file, charset=""):
    """One Python codec for the whole of `file`; charset: what its sender called it."""
    what = "settlement report"
    return flat_file.choose_encoding(file, charset, what, SettlementError)


def lines(file, encoding):
    """(number, text) of each line that is not blank."""
    for number, text, fault in read_lines(file, encoding):
        if fault:
            raise SettlementError(_FAULTS[fault], number)
        yield number, text
