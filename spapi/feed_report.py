"""The processing report of a JSON_LISTINGS_FEED: what became of each message.

Amazon lists issues, not messages: who is not named was accepted, provided that Amazon's
own counts agree. Where they don't, nobody knows, and the listing has to be read back.
"""

from dataclasses import dataclass

from .answers import json_object
from .report_download import DocumentError
from .shape import Malformed, at, read

__all__ = ["FeedIssue", "Outcome", "ProcessingReport", "read_processing_report"]


@dataclass(frozen=True, slots=True)
class FeedIssue:
    """message_id: None where the feed as a whole is meant; severity: "ERROR",
    "WARNING" or "INFO"."""

    message: str
    severity: str
    message_id: int | None = None
    sku: str = ""
    code: str = ""
    attribute_name: str = ""
    attribute_names: tuple[str, ...] = ()

    @property
    def is_error(self):
        return self.severity == "ERROR"

    def __str__(self):
        names = ", ".join(self.attribute_names) or self.attribute_name
        words = f"{self.message} ({names})" if names else self.message
        return f"{self.code}: {words}" if self.code else words


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message. accepted: None: Amazon does not tell."""

    message_id: int
    sku: str
    accepted: bool | None
    issues: tuple[FeedIssue, ...] = ()

    @property
    def reason(self):
        """Amazon's errors in words, "" where it has none."""
        errors = (str(issue) for issue in self.issues if issue.is_error)
        return "; ".join(dict.fromkeys(errors))


@dataclass(frozen=True, slots=True)
class ProcessingReport:
    seller_id: str = at("header.sellerId")
    feed_id: str = at("header.feedId")
    processed: int = at("summary.messagesProcessed")
    accepted: int = at("summary.messagesAccepted")
    invalid: int = at("summary.messagesInvalid")
    errors: int = at("summary.errors", 0)
    warnings: int = at("summary.warnings", 0)
    issues: tuple[FeedIssue, ...] = ()

    @property
    def general(self):
        """The issues of the feed as a whole."""
        return tuple(issue for issue in self.issues if issue.message_id is None)

    def outcomes(self, messages):
        """[Outcome] of {message id: SKU}, as quantity_feed() gave them."""
        of_message = {}
        for issue in self.issues:
            of_message.setdefault(issue.message_id, []).append(issue)
        refused = {
            number
            for number in messages
            if any(issue.is_error for issue in of_message.get(number, ()))
        }
        whole = ()
        if not self.accepted:
            whole = tuple(issue for issue in self.general if issue.is_error)
            refused = set(messages) if whole else refused
        agreed = self.accepted == len(messages) - len(refused)
        result = []
        for number, sku in messages.items():
            issues = (*of_message.get(number, ()), *whole)
            accepted = False if number in refused else True if agreed else None
            result.append(Outcome(number, sku, accepted, issues))
        return result


def read_processing_report(content):
    """The ProcessingReport in `content` (bytes), or DocumentError."""
    body = json_object(content)
    if body is None:
        raise DocumentError("Amazon's processing report is not readable JSON")
    try:
        return read(ProcessingReport, body)
    except Malformed as error:
        words = f"Amazon's processing report is not as its model has it ({error})"
        raise DocumentError(words) from None
