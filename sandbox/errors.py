"""Amazon's error answers: a status and `{"errors": [{code, message, details}]}`."""

CODES = {
    400: ("InvalidInput", "Invalid Input"),
    401: ("Unauthorized", "Access to requested resource is denied."),
    403: ("Unauthorized", "Access to requested resource is denied."),
    404: ("NotFound", "The requested resource was not found."),
    413: ("RequestTooLarge", "The request size exceeded the maximum accepted size."),
    415: ("UnsupportedMediaType", "The request payload is in an unsupported format."),
    429: ("QuotaExceeded", "You exceeded your quota for the requested resource."),
    500: ("InternalFailure", "We encountered an internal error. Please try again."),
    503: ("ServiceUnavailable", "Service is temporarily unavailable."),
}


class ApiError(Exception):
    def __init__(self, status, message="", details="", code=""):
        super().__init__(message)
        default_code, default_message = CODES.get(status, ("InternalFailure", ""))
        self.status = status
        self.code = code or default_code
        self.message = message or default_message
        self.details = details

    @property
    def body(self):
        error = {"code": self.code, "message": self.message, "details": self.details}
        return {"errors": [error]}


def invalid(message, details=""):
    return ApiError(400, message, details)


def denied(details=""):
    return ApiError(403, details=details)
