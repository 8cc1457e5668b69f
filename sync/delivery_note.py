"""What the buyer wants whoever delivers to know, in lines of text (row 5.22)."""


def delivery_note(env, order):
    """The buyer's delivery preference; False without one."""
    preference = order.recipient and order.recipient.delivery_preference
    if not preference:
        return False
    lines = []
    if preference.drop_off_location:
        lines.append(env._("Leave at: %s", preference.drop_off_location))
    if preference.address_instruction:
        lines.append(env._("Instructions: %s", preference.address_instruction))
    lines += _capabilities(env, preference.delivery_capabilities)
    lines += _times(env, preference.delivery_time)
    return "\n".join(lines) or False


def _capabilities(env, codes):
    known = {
        "HAS_ACCESS_POINT": env._("Has an access point"),
        "PALLET_ENABLED": env._("Takes pallets"),
        "PALLET_DISABLED": env._("Takes no pallets"),
    }
    return [known.get(code, code.replace("_", " ").capitalize()) for code in codes]


def _times(env, time):
    if not time:
        return []
    lines = [
        env._("Open %(day)s: %(hours)s", day=day.day_of_week, hours=_hours(day))
        for day in time.business_hours
        if day.day_of_week and day.time_windows
    ]
    for exception in time.exception_dates:
        if exception.exception_date_type == "CLOSED":
            lines.append(env._("Closed on %s", exception.exception_date))
        elif exception.time_windows:
            lines.append(
                env._(
                    "Open %(day)s: %(hours)s",
                    day=exception.exception_date,
                    hours=_hours(exception),
                )
            )
    return lines


def _hours(day):
    return ", ".join(
        f"{_clock(window.start_time)}–{_clock(window.end_time)}"
        for window in day.time_windows
    )


def _clock(time):
    return f"{time.hour or 0:02}:{time.minute or 0:02}" if time else ""
