"""A doubtful tracking number, in words for the one who can still correct it."""

from ..spapi.tracking import LONGEST, doubt


def warning(env, package):
    """A sentence about a parcel's tracking number, or False.

    :param package: dict with ``tracking``, ``carrier_code``, as the outbox keeps it
    """
    number, carrier = package.get("tracking"), package.get("carrier_code")
    found = doubt(carrier, number)
    if not found:
        return False
    match found.code:
        case "characters":
            problem = env._(
                "Tracking number %s holds a space or another character that no tracking "
                "number has.",
                number,
            )
        case "short":
            problem = env._("Tracking number %s is too short.", number)
        case "long":
            problem = env._(
                "Tracking number %(number)s is longer than the %(count)s characters "
                "Amazon takes.",
                number=number,
                count=LONGEST,
            )
        case "digits":
            problem = env._("Tracking number %s has no digit.", number)
        case _:
            problem = env._(
                "%(number)s is not a tracking number of %(carrier)s, which looks like "
                "%(example)s.",
                number=number,
                carrier=carrier,
                example=found.example,
            )
    advice = env._(
        "Compare number and carrier with the label: it is sent as it is, but Amazon may "
        "refuse it or count the parcel as untracked."
    )
    return f"{problem} {advice}"
