from datetime import datetime, timedelta

from odoo.tests import BaseCase, tagged

from ..sync.consolidation_time import day_of, next_time

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
HOUR = timedelta(hours=1)


def utc(text):
    return datetime.fromisoformat(text)


@tagged("post_install", "-at_install")
class TestConsolidationTime(BaseCase):
    def ends(self, start, days, hour, tz):
        """All ends of days, found by looking every quarter of an hour."""
        moment, ends = utc(start), []
        for _look in range(days * 24 * 4):
            end = next_time(moment, hour, tz)
            if not ends or ends[-1] != end:
                ends.append(end)
            moment += HOUR / 4
        return [end.isoformat(" ", "minutes") for end in ends]

    def test_clock_put_forward(self):
        """row 4.22: the day on which 2:30 does not exist has one end, like any other"""
        self.assertEqual(
            self.ends("2026-03-28 00:00", 3, 2.5, BERLIN),
            # 2:30 winter time, then 3:30 summer time, then 2:30 summer time
            ["2026-03-28 01:30", "2026-03-29 01:30", "2026-03-30 00:30"]
            + ["2026-03-31 00:30"],
        )
        self.assertEqual(
            self.ends("2026-03-07 06:00", 3, 2.5, NEW_YORK),
            ["2026-03-07 07:30", "2026-03-08 07:30", "2026-03-09 06:30"]
            + ["2026-03-10 06:30"],
        )

    def test_clock_put_back(self):
        """row 4.22: the day on which 2:30 comes twice has one end, the first time"""
        self.assertEqual(
            self.ends("2026-10-24 00:00", 3, 2.5, BERLIN),
            ["2026-10-24 00:30", "2026-10-25 00:30", "2026-10-26 01:30"]
            + ["2026-10-27 01:30"],
        )
        self.assertEqual(
            self.ends("2026-10-31 05:00", 3, 1.5, NEW_YORK),
            ["2026-10-31 05:30", "2026-11-01 05:30", "2026-11-02 06:30"]
            + ["2026-11-03 06:30"],
        )

    def test_local_time_follows_the_clock(self):
        """row 4.22: 23:00 is 23:00 in winter as in summer"""
        for tz, days in (
            (BERLIN, {"2026-03-28": 22, "2026-03-29": 21, "2026-10-25": 22}),
            (NEW_YORK, {"2026-03-08": 3, "2026-10-31": 3, "2026-11-01": 4}),
        ):
            for day, hour in days.items():
                end = next_time(utc(f"{day} 12:00"), 23.0, tz)
                self.assertEqual(end.hour, hour, (tz, day))
                self.assertEqual(day_of(end, tz).isoformat(), day)

    def test_every_day_of_a_year_once(self):
        """row 4.22: a year has as many ends as days, whatever the hour"""
        for tz in (BERLIN, NEW_YORK, "Asia/Tokyo", "America/Santiago"):
            for hour in (0.0, 0.5, 2.5, 23.99):
                moment, days = utc("2026-01-01 12:00"), []
                for _day in range(365):
                    moment = next_time(moment, hour, tz)
                    days.append(day_of(moment, tz))
                    moment += timedelta(seconds=1)
                self.assertEqual(len(set(days)), 365, (tz, hour))
                self.assertEqual((days[-1] - days[0]).days, 364)

    def test_midnight_ends_the_day_before(self):
        """row 5.25: what is sold on a day and taken in at midnight bears its date"""
        end = next_time(utc("2026-06-01 12:00"), 0.0, BERLIN)
        self.assertEqual(end, utc("2026-06-01 22:00"))
        self.assertEqual(day_of(end, BERLIN).isoformat(), "2026-06-01")
