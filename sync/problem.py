"""Why a record is held: a code the screens filter by, and the words."""


class Problem(Exception):
    """``code`` is a value of ``amazon.order.reason_code``; the text is for the user."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code
