"""Which rule a settlement's row falls under.

Amazon's labels are no stable keys: case, spaces and spelling drift, free text stands in
them, and they are cut at 100 characters. So letters and digits alone are compared, with
``*`` for anything, and a label that may have been cut fits what it could have been.
"""

import math
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

CUT = (99, 100)  # the length of a cut label; its last character may have been a space
NEAR = 0.35  # share of what two labels say that they have to say both
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_EMPTY_WORDS = {"and", "for", "of", "on", "other", "the", "to", "transaction"}


def normalise(text):
    """The letters and digits of a label, in one case and one spelling."""
    text = unicodedata.normalize("NFKC", text or "").casefold()
    text = "".join(filter(str.isalnum, text))
    return text.replace("fulfilment", "fulfillment")


def normalise_pattern(text):
    """The same for a pattern, whose ``*`` stay."""
    return re.sub(r"\*+", "*", "*".join(map(normalise, (text or "").split("*"))))


@dataclass(frozen=True)
class Rule:
    """Rows that fit all patterns belong to ``key``, the caller's own reference.

    specificity: the higher, the earlier the rule is asked; marketplace: a pattern too,
    "" for any; sign: "+" or "-" where only such amounts are expected.
    """

    sequence: int
    specificity: int
    marketplace: str
    transaction_type: str
    amount_type: str
    amount_description: str
    key: object
    sign: str = ""

    @property
    def patterns(self):
        return self.transaction_type, self.amount_type, self.amount_description


class Rules:
    """Rules in the order in which they are asked; the first that fits wins."""

    def __init__(self, rules):
        ranked = sorted(rules, key=lambda rule: (-rule.specificity, rule.sequence))
        self._rules = [(rule, _matchers(rule)) for rule in ranked]
        self._found = {}
        self._words = None

    def find(self, triple, marketplace_name=""):
        """The Rule for (transaction type, amount type, amount description), or None."""
        asked = (*triple, marketplace_name)
        if asked not in self._found:
            labels = [_Label(text) for text in asked]
            self._found[asked] = next(
                (rule for rule, fits in self._rules if all(map(_fits, fits, labels))),
                None,
            )
        return self._found[asked]

    def suggest(self, triple, negative):
        """The rule whose labels say nearly the same of an amount of that sign, or None.

        Words that many rules share weigh little. Never applied by itself.
        """
        if self._words is None:
            self._words = [_words_of(rule.patterns) for rule, _fits in self._rules]
            self._counts = Counter(word for words in self._words for word in words)
        words = _words(triple[1], triple[2])
        kind = normalise(triple[0])
        best, near = None, (NEAR, False)
        for (rule, _fits), known in zip(self._rules, self._words, strict=True):
            if rule.sign == ("+" if negative else "-"):
                continue
            shared = self._weight(words & known)
            score = shared and shared / self._weight(words | known)
            rank = (round(score, 6), normalise(rule.transaction_type) == kind)
            if rank > near:
                best, near = rule, rank
        return best

    def _weight(self, words):
        total = len(self._rules)
        return sum(math.log(1 + total / (1 + self._counts[word])) for word in words)


class _Label:
    def __init__(self, text):
        self.text = normalise(text)
        self.cut = len((text or "").strip()) in CUT


def _matchers(rule):
    """Each pattern as the texts between its stars."""
    texts = (*rule.patterns, rule.marketplace or "*")
    return [_parts(text) for text in texts]


def _parts(text):
    parts = normalise_pattern(text).split("*")
    if len((text or "").strip()) >= CUT[0] and parts[-1]:
        parts.append("")  # taken from a label that may have been cut
    return parts


def _fits(parts, label):
    first, last, text = parts[0], parts[-1], label.text
    if label.cut and len(first) > len(text):
        return first.startswith(text)
    if len(parts) == 1:
        return first == text
    end = len(text) - len(last)
    at = len(first)
    if at > end or not (text.startswith(first) and text.endswith(last)):
        return False
    for part in parts[1:-1]:
        at = text.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True


def _words_of(patterns):
    transaction_type, amount_type, amount_description = patterns
    return _words(amount_type, amount_description) or _words(transaction_type)


def _words(*texts):
    """Words of labels like ``FBAInboundTransportationFee`` or ``WAREHOUSE_LOST``."""
    words = (word.casefold() for text in texts for word in _WORD.findall(text or ""))
    singular = {
        word[:-1] if len(word) > 3 and word[-1] == "s" else word for word in words
    }
    return singular - _EMPTY_WORDS
