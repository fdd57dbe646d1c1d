# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Dates and times as lists have them: ISO, day and month in either order, serial numbers of
spreadsheets, months in words, with times or without.

A date like 03/04/2026 says nothing by itself. What a whole column says decides: see
:class:`Column`.
"""

import datetime as dt
import re
import unicodedata
import zoneinfo
from dataclasses import dataclass, field
from typing import Final, NamedTuple

#: Where the calendar of spreadsheets begins; it took 1900 for a leap year.
_SERIAL_ZERO: Final = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a serial number has no zone
_SERIALS: Final = (18_264, 80_000)  # 1950 to 2119
_YEARS: Final = (1800, 9000)
#: Two digits below this are of this century.
_CENTURY: Final = 70
#: Countries where the month goes first.
_MONTH_FIRST: Final = frozenset(("USA", "FSM", "MHL", "PLW", "PHL"))

_MONTHS: Final = (
    "jan january enero ene janvier janv januar jän jänner gennaio janeiro يناير",
    "feb february febrero février fév févr februar febbraio fevereiro فبراير شباط",
    "mar march marzo mars märz mrz mär março مارس آذار",
    "apr april abril abr avril avr aprile أبريل ابريل نيسان",
    "may mayo mai maggio maio مايو أيار ايار",
    "jun june junio juin juni giugno junho يونيو حزيران",
    "jul july julio juillet juil juli luglio julho يوليو تموز",
    "aug august agosto ago août aout أغسطس اغسطس آب",
    "sep sept september septiembre setiembre septembre settembre setembro سبتمبر أيلول ايلول",
    "oct october octubre octobre oktober okt ottobre outubro أكتوبر اكتوبر",
    "nov november noviembre novembre novembro نوفمبر",
    "dec december diciembre dic décembre déc dezember dez dicembre dezembro ديسمبر",
)
_MONTH: Final = {
    word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()
} | {
    "كانون الثاني": 1,
    "تشرين الأول": 10,
    "تشرين الثاني": 11,
    "كانون الأول": 12,
}

_TIME: Final = (
    r"(?:[T,]?\s*(?:at\s+|um\s+|à\s+|a las\s+|الساعة\s+)?"
    r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<part>\d{1,9}))?)?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?(?:\s*(?:uhr|h))?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?)?"
)
_WEEKDAY: Final = r"(?:[^\W\d]{2,10}\.?,\s*)?"
_ISO: Final = re.compile(
    r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})" + _TIME,
    re.IGNORECASE,
)
_COMPACT: Final = re.compile(
    r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)" + _TIME,
    re.IGNORECASE,
)
_NUMBERS: Final = re.compile(
    _WEEKDAY + r"(?P<first>\d{1,2})(?P<mark>[-/.])(?P<second_>\d{1,2})(?P=mark)"
    r"(?P<year>\d{4}|\d\d)" + _TIME,
    re.IGNORECASE,
)
_DAY_FIRST: Final = re.compile(
    _WEEKDAY + r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|re|º|\.)?[\s-]+(?:de\s+)?"
    r"(?P<month>[^\W\d_]+(?:\s[^\W\d_]+)?)\.?,?[\s-]+(?:del?\s+)?(?P<year>\d{4}|\d\d)" + _TIME,
    re.IGNORECASE,
)
_MONTH_FIRST_WORDS: Final = re.compile(
    _WEEKDAY
    + r"(?P<month>[^\W\d_]+)\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})"
    + _TIME,
    re.IGNORECASE,
)
_SERIAL: Final = re.compile(r"\d{5}(?:[.,]\d{1,12})?", re.ASCII)


class Moment(NamedTuple):
    """A day, with a time of day where the list has one, and a zone where it says one."""

    day: dt.date
    time: dt.time | None = None
    zone: dt.tzinfo | None = None

    def ms(self, tz: str, *, end: bool = False) -> int:
        """Milliseconds since 1970 UTC. Without a zone it is in ``tz``; without a time of day it
        is midnight, or with ``end`` the last moment of the day."""
        time = self.time or (dt.time(23, 59, 59) if end else dt.time())
        moment = dt.datetime.combine(self.day, time, self.zone or zone_of(tz))
        return (moment - _EPOCH) // dt.timedelta(milliseconds=1)


_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Either(NamedTuple):
    """A date whose day and month could be either of two numbers."""

    first: int
    second: int
    year: int
    time: dt.time | None
    zone: dt.tzinfo | None

    def moment(self, *, month_first: bool) -> Moment:
        day, month = (self.second, self.first) if month_first else (self.first, self.second)
        return Moment(dt.date(self.year, month, day), self.time, self.zone)


def zone_of(tz: str) -> dt.tzinfo:
    """The zone with an IANA name; UTC for none, or one that is not known."""
    try:
        return zoneinfo.ZoneInfo(tz) if tz else dt.UTC
    except (KeyError, ValueError, OSError):
        return dt.UTC


def read(text: str) -> Moment | Either:
    """What a cell says of a day; raises ValueError for what is none."""
    text = _western(text.strip())
    if len(text) > 60:
        raise ValueError("too long for a date")
    if found := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        return _moment(found, int(found["year"]), int(found["month"]), int(found["day"]))
    if found := _NUMBERS.fullmatch(text):
        return _of_numbers(found)
    if found := _DAY_FIRST.fullmatch(text) or _MONTH_FIRST_WORDS.fullmatch(text):
        words = [word for word in found["month"].lower().split() if word not in ("de", "del")]
        month = _MONTH.get(" ".join(words))
        if month is None:
            raise ValueError("no month")
        return _moment(found, _year(found["year"]), month, int(found["day"]))
    if _SERIAL.fullmatch(text):
        number = float(text.replace(",", "."))
        if _SERIALS[0] <= number <= _SERIALS[1]:
            moment = _SERIAL_ZERO + dt.timedelta(seconds=round(number * 86_400))
            return Moment(moment.date(), moment.time() if number % 1 else None)
    raise ValueError("no date")


def _of_numbers(found: re.Match[str]) -> Moment | Either:
    first, second, year = int(found["first"]), int(found["second_"]), _year(found["year"])
    if found["mark"] == "." or first > 12:  # with full stops the day goes first everywhere
        return _moment(found, year, second, first)
    if second > 12:
        return _moment(found, year, first, second)
    if not (1 <= first <= 12 and 1 <= second <= 12 and _YEARS[0] <= year <= _YEARS[1]):
        raise ValueError("no day")
    time, zone = _time_of(found)
    either = Either(first, second, year, time, zone)
    return either if first != second else either.moment(month_first=False)


def _moment(found: re.Match[str], year: int, month: int, day: int) -> Moment:
    if not _YEARS[0] <= year <= _YEARS[1]:
        raise ValueError("no year of ours")
    return Moment(dt.date(year, month, day), *_time_of(found))


def _time_of(found: re.Match[str]) -> tuple[dt.time | None, dt.tzinfo | None]:
    if found["hour"] is None:
        return None, None
    hour, half = int(found["hour"]), (found["half"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("no hour")
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    part = int((found["part"] or "").ljust(6, "0")[:6])
    time = dt.time(hour, int(found["minute"] or 0), int(found["second"] or 0), part)
    return time, _zone(found["zone"])


def _zone(text: str | None) -> dt.tzinfo | None:
    if not text:
        return None
    if text[0] not in "+-":
        return dt.UTC
    digits = text[1:].replace(":", "")
    ahead = dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return dt.timezone(-ahead if text[0] == "-" else ahead)


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < _CENTURY else 1900)


def _western(text: str) -> str:
    """Digits of other scripts as ASCII; Arabic marks of direction left out."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.digit(letter)) if letter.isdigit() else letter
        for letter in unicodedata.normalize("NFKC", text)
        if unicodedata.category(letter) != "Cf"
    )


@dataclass(slots=True)
class Column:
    """What the dates of one column have shown so far of which goes first, day or month.

    ``day_first`` and ``month_first`` count the dates that can be read in one way alone.
    """

    day_first: int = 0
    month_first: int = 0
    unclear: list[str] = field(default_factory=list)  # where, of the first few

    def note(self, text: str) -> None:
        """Learn from one more cell."""
        found = _NUMBERS.fullmatch(_western(text.strip()))
        if found is None or found["mark"] == ".":
            return
        first, second = int(found["first"]), int(found["second_"])
        if first > 12 >= second:
            self.day_first += 1
        elif second > 12 >= first:
            self.month_first += 1

    def is_month_first(self, country: str) -> bool:
        """How the dates that could be either are read."""
        if self.day_first != self.month_first:
            return self.month_first > self.day_first
        return country in _MONTH_FIRST

    def why(self, country: str) -> str:
        """The sentence that says how they were read, and from what that follows."""
        first, then = ("month", "day") if self.is_month_first(country) else ("day", "month")
        example = {"month": "03/04/2026 is 4 March", "day": "03/04/2026 is 3 April"}[first]
        if self.day_first and self.month_first:
            return (
                f"Some of these dates have the {first} first and some the {then}. Those that could"
                f" be either were read with the {first} first: {example}. Look at them."
            )
        if self.day_first or self.month_first:
            return f"In this column the {first} goes first, as other dates in it show: {example}."
        return (
            f"Nothing in this column tells whether the day or the month goes first. It was read"
            f" with the {first} first: {example}. Look at them."
        )
