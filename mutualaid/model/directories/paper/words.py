# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words on paper: whole sentences in the language of the sheet, its plurals, numbers and dates.

They are files in ``resources/paper``, one a language, with the same names in each. A sheet may be
in another language than the window, and is made without one, so these are not the window's words.
"""

import datetime as dt
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from mutualaid.errors import BadValueError
from mutualaid.model import hours
from mutualaid.model.records.reading import LATEST
from mutualaid.model.times import zone_of
from mutualaid.paths import resources

LANGUAGES: Final = ("en", "es", "ar")

# First strong isolate and its end (Unicode Standard Annex 9, section 2.4).
_ISOLATE: Final = "\u2068"
_END: Final = "\u2069"
#: Controls that could turn round what stands beside a text.
_DIRECTIONS: Final = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))


def clean(text: str) -> str:
    """Text of others as it may stand on paper: line breaks and joiners stay, no other controls."""
    text = text.translate(_DIRECTIONS)
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        sign
        for sign in text
        if sign in "\n\u200c\u200d\u200e\u200f" or unicodedata.category(sign) not in _UNSEEN
    )


_UNSEEN: Final = frozenset(("Cc", "Cf", "Cs"))


def isolated(text: str) -> str:
    """A text of others, set apart from the direction of the sentence that it stands in."""
    text = " ".join(clean(text).split())
    return text if text.isascii() and text.isalpha() else f"{_ISOLATE}{text}{_END}"


class Words:
    """The words of one language."""

    def __init__(self, language: str, table: Mapping[str, Any]) -> None:
        self.language = language
        self.right_to_left: bool = table["right_to_left"]
        self.digits: str = table["digits"]
        self.page: str = table["page"]
        self._table = table
        self._digits = str.maketrans("0123456789", self.digits)

    def say(self, name: str, /, n: int | None = None, **values: str | int) -> str:
        """The sentence of that name ("board.title") with its places filled in.

        With ``n`` it is the plural form for that number, which stands in the place {n}. Texts are
        isolated; numbers are in the digits of the language. KeyError for a name there is not.
        """
        found: Any = self._table
        for part in name.split("."):
            found = found[part]
        if n is not None:
            found = found[self._plural(n)] if self._plural(n) in found else found["other"]
            values["n"] = n
        filled = {
            place: self.number(value) if isinstance(value, int) else isolated(value)
            for place, value in values.items()
        }
        return str(found).format_map(filled)

    def named(self, family: str, name: str) -> str:
        """What a value of ours is called ("category", "food"); one of their own stays."""
        known = self._table[family].get(name)
        return str(known) if known is not None else isolated(name)

    def listed(self, parts: Iterable[str]) -> str:
        """Several things in one line; empty ones are left out."""
        comma: str = self._table["comma"]
        return comma.join(part for part in parts if part)

    def dotted(self, parts: Iterable[str]) -> str:
        """Several facts in one line; each is read in its own direction."""
        shown = [part for part in parts if part]
        return " · ".join(
            part if part.startswith(_ISOLATE) else f"{_ISOLATE}{part}{_END}" for part in shown
        )

    def number(self, number: int) -> str:
        return str(number).translate(self._digits)

    def date(self, at: int, zone: str) -> str:
        """The day of a time in ms: "22 November 2026"."""
        day = _wall(at, zone)
        return self.say(
            "date",
            day=day.day,
            month=self._table["months"][day.month - 1],
            year=day.year,
        )

    def moment(self, at: int, zone: str) -> str:
        """Weekday, day and time of a time in ms."""
        wall = _wall(at, zone)
        return self.say(
            "moment",
            weekday=self._table["weekdays"][wall.weekday()],
            date=self.date(at, zone),
            time=self._clock(wall.hour * 60 + wall.minute),
        )

    def span(self, starts: int, ends: int | None, zone: str) -> str:
        """A window of time."""
        if ends is None or ends <= starts:
            return self.moment(starts, zone)
        first, last = _wall(starts, zone), _wall(ends, zone)
        if first.date() == last.date():
            until = self._clock(last.hour * 60 + last.minute)
        else:
            until = self.moment(ends, zone)
        return self.say("span", begins=self.moment(starts, zone), ends=until)

    def opening(self, text: str) -> str:
        """Canonical opening hours (see ``model.hours``) in words; other text as it is."""
        try:
            sessions = hours.parse(text)
        except ValueError:
            return isolated(text)
        return "; ".join(self._session(each) for each in sessions)

    def _session(self, session: hours.Session) -> str:
        days = self._days(session)
        if session.opens is None:
            return days
        opens = self._clock(session.opens)
        if session.closes is None:
            return self.say("hours.open_end", days=days, opens=opens)
        return self.say("hours.times", days=days, opens=opens, closes=self._clock(session.closes))

    def _days(self, session: hours.Session) -> str:
        if session.month_days:
            numbers = self.listed(self.number(day) for day in session.month_days)
            return self.say("hours.month_days", days=numbers)
        weekdays = self._table["weekdays"]
        every = [day for ordinal, day in session.days if not ordinal]
        if len(every) == 7:
            return self.say("hours.every_day")
        if len(every) > 2 and every == list(range(every[0], every[-1] + 1)):
            return self.say("hours.days", first=weekdays[every[0]], last=weekdays[every[-1]])
        said = [self.say("hours.every", day=weekdays[day]) for day in every]
        for ordinal, day in session.days:
            if ordinal:
                which = "last" if ordinal < 0 else str(ordinal)
                said.append(self.say(f"hours.nth.{which}", day=weekdays[day]))
        return self.listed(said)

    def _clock(self, minutes: int) -> str:
        return f"{minutes // 60:02}:{minutes % 60:02}".translate(self._digits)

    def _plural(self, n: int) -> str:
        """The plural category of a whole number (Unicode CLDR)."""
        if self.language != "ar":
            return "one" if n == 1 else "other"
        if n <= 2:
            return ("zero", "one", "two")[n]
        hundred = n % 100
        return "few" if 3 <= hundred <= 10 else "many" if hundred >= 11 else "other"


def _wall(at: int, zone: str) -> dt.datetime:
    # A day from either edge, no zone leads beyond what a date can be.
    at = min(max(at, 86_400_000), LATEST - 86_400_000)
    return dt.datetime.fromtimestamp(at / 1000, zone_of(zone))


@cache
def words_in(language: str) -> Words:
    """The words of a language; raises BadValueError where there is no such file."""
    if language not in LANGUAGES:
        raise BadValueError(
            f"There are no words for paper in “{language[:20]}”. There are: {', '.join(LANGUAGES)}."
        )
    text = (resources() / "paper" / f"{language}.toml").read_text(encoding="utf-8")
    return Words(language, tomllib.loads(text))


def language_of(locale: str) -> str:
    """The language for paper that a locale ("es_MX.UTF-8") asks for; English for any other."""
    asked = locale.replace("-", "_").partition("_")[0].partition(".")[0].lower()
    return asked if asked in LANGUAGES else "en"
