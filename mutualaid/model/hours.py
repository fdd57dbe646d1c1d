# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Opening hours of a place: one canonical text, words for people, and the next time it is open.

The canonical text uses recurrence parts of iCalendar (RFC 5545) as HSDS schedules do:
``FREQ=MONTHLY;BYDAY=1SA;OPENS=10:00;CLOSES=13:00``, several of them joined by ``|``. FREQ is WEEKLY
or MONTHLY; BYMONTHDAY stands in place of BYDAY for fixed days of a month. Without OPENS it is the
whole day; CLOSES at or before OPENS is on the next day. Times are local to the group.
"""

import datetime as dt
import re
import zoneinfo
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from mutualaid.errors import BadValueError

MOST_SESSIONS: Final = 12

_CODES: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ORDINALS: Final = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}
_EVERY_DAY: Final = tuple((0, day) for day in range(7))

_BYDAY: Final = re.compile(r"([1-5]|-1)?(MO|TU|WE|TH|FR|SA|SU)")
_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Session:
    """One recurring time of being open.

    ``days`` are (ordinal, weekday) with Monday 0; ordinal 0 is every week, -1 the month's last.
    Either ``days`` or ``month_days`` (1 to 31) is empty. ``opens`` and ``closes`` are minutes
    after midnight; both None is the whole day, ``closes`` alone None is an open end.
    """

    days: tuple[tuple[int, int], ...] = ()
    month_days: tuple[int, ...] = ()
    opens: int | None = None
    closes: int | None = None

    def falls_on(self, date: dt.date) -> bool:
        """Whether a session begins on this day."""
        if self.month_days:
            return date.day in self.month_days
        last = (date + dt.timedelta(days=7)).month != date.month
        return any(
            date.weekday() == day and ordinal in {0, (date.day + 6) // 7, -1 if last else 0}
            for ordinal, day in self.days
        )


def parse(text: str) -> tuple[Session, ...]:
    """The sessions of a canonical text; empty for a blank one, ValueError for anything else."""
    return tuple(_parse_session(part) for part in text.split("|")) if text.strip() else ()


def canonical(text: str) -> str:
    """Canonical text for what a person typed: words ("First Saturday, 10 to 13") or canonical.

    Raises :class:`BadValueError` for what is neither.
    """
    try:
        sessions = parse(text)
    except ValueError:
        sessions = tuple(_read_words(text))
    if len(sessions) > MOST_SESSIONS:
        raise BadValueError(
            f"These are {len(sessions)} different times, and at most {MOST_SESSIONS} fit. Keep the "
            "usual ones and put the rest into the description."
        )
    return write(sessions)


def write(sessions: Iterable[Session]) -> str:
    """The canonical text of sessions."""
    return "|".join(dict.fromkeys(_write_session(session) for session in sessions))


def words(text: str) -> str:
    """Canonical text in words: "First Saturday, 10:00 to 13:00". Other text stays as it is."""
    try:
        sessions = parse(text)
    except ValueError:
        return text
    times: dict[str, list[str]] = {}
    for session in sessions:
        times.setdefault(_day_words(session), []).append(_time_words(session))
    lines = []
    for days, spans in times.items():
        said = [span for span in spans if span]
        lines.append(f"{days}, {_join(said)}" if len(said) == len(spans) else days)
    return "; ".join(lines)


def next_session(text: str, now: int, tz: str = "") -> tuple[int, int] | None:
    """When the place is open now or next: begin and end in ms; None if that is not known.

    ``tz`` is an IANA name; an unknown one counts as UTC. An open end lasts until midnight.
    """
    try:
        sessions = parse(text)
    except ValueError:
        return None
    zone = _zone(tz)
    today = dt.datetime.fromtimestamp(now / 1000, zone).date()
    for ahead in range(-1, 400):
        date = today + dt.timedelta(days=ahead)
        spans = (_span(session, date, zone) for session in sessions if session.falls_on(date))
        ahead_of_now = [span for span in spans if span[1] > now]
        if ahead_of_now:
            return min(ahead_of_now)
    return None


# -- canonical text ---------------------------------------------------------------------------


def _parse_session(part: str) -> Session:
    values: dict[str, str] = {}
    for item in part.strip().split(";"):
        name, equals, value = item.partition("=")
        if not equals or name in values:
            raise ValueError(f"not a recurrence part: {item[:40]}")
        values[name] = value
    frequency = values.pop("FREQ", "")
    opens = _clock(values.pop("OPENS", None))
    closes = _clock(values.pop("CLOSES", None))
    by_day, by_month_day = values.pop("BYDAY", ""), values.pop("BYMONTHDAY", "")
    if values or frequency not in {"WEEKLY", "MONTHLY"} or bool(by_day) == bool(by_month_day):
        raise ValueError("not a weekly or monthly recurrence")
    if opens is None and closes is not None:
        raise ValueError("closes without opening")
    if by_month_day:
        month_days = [int(day) for day in by_month_day.split(",") if day.isdecimal()]
        if frequency == "WEEKLY" or not all(1 <= day <= 31 for day in month_days) or not month_days:
            raise ValueError("not a day of the month")
        return Session((), tuple(sorted(set(month_days))), opens, closes)
    found = [_BYDAY.fullmatch(day) for day in by_day.split(",")]
    days = {(int(day[1] or 0), _CODES.index(day[2])) for day in found if day}
    if None in found or any(bool(ordinal) == (frequency == "WEEKLY") for ordinal, _ in days):
        raise ValueError("not a weekday")
    return Session(_in_order(days), (), opens, closes)


def _write_session(session: Session) -> str:
    weekly = bool(session.days) and not session.days[0][0]
    parts = [f"FREQ={'WEEKLY' if weekly else 'MONTHLY'}"]
    if session.days:
        parts.append("BYDAY=" + ",".join(f"{n or ''}{_CODES[day]}" for n, day in session.days))
    else:
        parts.append("BYMONTHDAY=" + ",".join(map(str, session.month_days)))
    if session.opens is not None:
        parts.append(f"OPENS={_time(session.opens)}")
    if session.closes is not None:
        parts.append(f"CLOSES={_time(session.closes)}")
    return ";".join(parts)


def _in_order(days: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted(set(days), key=lambda each: (each[0] % 7, each[1])))  # the last comes last


def _clock(text: str | None) -> int | None:
    if text is None:
        return None
    found = _CLOCK.fullmatch(text)
    if not found:
        raise ValueError(f"not a time: {text[:20]}")
    return int(found[1]) * 60 + int(found[2])


def _time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


# -- the next session -------------------------------------------------------------------------


def _zone(tz: str) -> dt.tzinfo:
    try:
        return zoneinfo.ZoneInfo(tz)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return dt.UTC


def _span(session: Session, date: dt.date, zone: dt.tzinfo) -> tuple[int, int]:
    opens = session.opens or 0
    closes = 24 * 60 if session.closes is None else session.closes
    if closes <= opens:
        closes += 24 * 60

    def at(minutes: int) -> int:
        days, rest = divmod(minutes, 24 * 60)
        day = date + dt.timedelta(days=days)
        time = dt.time(rest // 60, rest % 60, tzinfo=zone)
        return int(dt.datetime.combine(day, time).timestamp() * 1000)

    return at(opens), at(closes)


# -- into words -------------------------------------------------------------------------------


def _join(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _time_words(session: Session) -> str:
    if session.opens is None:
        return ""
    if session.closes is None:
        return f"from {_time(session.opens)}"
    return f"{_time(session.opens)} to {_time(session.closes)}"


def _day_words(session: Session) -> str:
    if session.month_days:
        return f"On the {_join([_numeral(day) for day in session.month_days])} of the month"
    if session.days == _EVERY_DAY:
        return "Every day"
    weekdays = [day for _, day in session.days]
    if not session.days[0][0]:
        run = weekdays == list(range(weekdays[0], weekdays[0] + len(weekdays)))
        if run and len(weekdays) > 2:
            return f"{_DAYS[weekdays[0]]} to {_DAYS[weekdays[-1]]}"
        return _join([f"{_DAYS[day]}s" for day in weekdays])
    by_weekday: dict[int, list[str]] = {}
    for ordinal, day in session.days:
        by_weekday.setdefault(day, []).append(_ORDINALS[ordinal])
    said = _join([f"{_join(ordinals)} {_DAYS[day]}" for day, ordinals in by_weekday.items()])
    return said[0].upper() + said[1:]


def _numeral(day: int) -> str:
    suffix = "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{suffix}"


# -- from words -------------------------------------------------------------------------------

_HOUR = r"(\d{1,2}(?!\d|st|nd|rd|th)(?:[:.h][0-5]\d)?|noon|midnight)\s*(am|pm|h)?\b"
_SPAN: Final = re.compile(rf"(?:\bfrom\s+)?\b{_HOUR}\s*(?:to|until|till|-|–|—)\s*{_HOUR}", re.ASCII)
_BETWEEN: Final = re.compile(rf"\bbetween\s+{_HOUR}\s*and\s*{_HOUR}", re.ASCII)
_FROM: Final = re.compile(rf"(?:\bfrom|\bat|\bafter)\s+{_HOUR}(?:\s+on(?:wards?)?\b)?", re.ASCII)
_WORD: Final = re.compile(r"-?\d+(?:st|nd|rd|th)?|[a-z]+|[-–—]")
_FILLERS: Final = frozenset(("and", "on", "the", "of", "every", "each", "in", "month", "a", "open"))
_NUMERALS: Final = {
    **{word: ordinal for ordinal, word in _ORDINALS.items()},
    "1st": 1,
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
    "5th": 5,
}
_GROUPS: Final = {
    "daily": range(7),
    "day": range(7),
    "days": range(7),
    "weekdays": range(5),
    "weekday": range(5),
    "weekends": range(5, 7),
    "weekend": range(5, 7),
}


def _read_words(text: str) -> Iterator[Session]:
    for part in re.split(r"[;\n|]", text.lower()):
        if part.strip():
            yield from _read_part(part, text)


def _read_part(part: str, text: str) -> Iterator[Session]:
    spans: list[tuple[int, int | None]] = []

    def take(found: re.Match[str]) -> str:
        spans.append(_read_span(found, text))
        return " "

    rest = part
    for pattern in (_BETWEEN, _SPAN, _FROM):
        rest = pattern.sub(take, rest)
    days, month_days = _read_days(rest, text)
    whole_day: list[tuple[int | None, int | None]] = [(None, None)]
    for opens, closes in spans or whole_day:
        if days:
            for monthly in (False, True):
                some = _in_order(day for day in days if bool(day[0]) == monthly)
                if some:
                    yield Session(some, (), opens, closes)
        else:
            yield Session((), month_days, opens, closes)


def _read_span(found: re.Match[str], text: str) -> tuple[int, int | None]:
    groups = found.groups()
    if len(groups) == 2:
        return _read_hour(*groups, text), None
    first, first_half, second, second_half = groups
    if second_half in {"am", "pm"} and first_half is None and _hour_of(first, 13) <= 12:
        # "10 to 1 pm" begins in the morning, "2 to 4 pm" in the afternoon.
        before_noon = _hour_of(first, 0) % 12 > _hour_of(second, 0) % 12 and second_half == "pm"
        first_half = "am" if before_noon else second_half
    opens = _read_hour(first, first_half, text)
    closes = _read_hour(second, second_half, text)
    bare = first.isdecimal() and second.isdecimal() and not (first_half or second_half)
    if bare and closes <= opens < 12 * 60 < closes + 12 * 60:
        closes += 12 * 60  # "9 to 5"
    return opens, closes


def _hour_of(text: str, other: int) -> int:
    digits = re.match(r"\d+", text)
    return int(digits[0]) if digits else other


def _read_hour(text: str, half: str | None, whole: str) -> int:
    if text in {"noon", "midnight"}:
        return 12 * 60 if text == "noon" else 0
    hour_text, _, minute_text = re.sub("[.h]", ":", text).partition(":")
    hour, minute = int(hour_text), int(minute_text or 0)
    if half in {"am", "pm"}:
        if not 1 <= hour <= 12:
            raise _not_hours(whole)
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour == 24 and not minute:
        hour = 0
    if hour > 23:
        raise _not_hours(whole)
    return hour * 60 + minute


def _read_days(part: str, text: str) -> tuple[set[tuple[int, int]], tuple[int, ...]]:
    days: set[tuple[int, int]] = set()
    ordinals: list[int] = []
    numbers: list[int] = []
    before: int | None = None  # the weekday that a range begins with
    open_range = False
    for word in _WORD.findall(part):
        weekday = _weekday(word)
        if weekday is not None:
            if open_range and before is not None:
                span = (weekday - before) % 7
                days.update((0, (before + step) % 7) for step in range(span + 1))
            days.update((ordinal, weekday) for ordinal in ordinals or [0])
            before, open_range = (weekday, False) if not ordinals else (None, False)
            numbers = [] if ordinals else numbers
            ordinals = []
        elif word in {"to", "-", "–", "—", "through", "till", "until"}:
            open_range = True
        elif word in _NUMERALS:
            ordinals.append(_NUMERALS[word])
            if word[0].isdecimal():
                numbers.append(_NUMERALS[word])
        elif word[0].isdecimal() and word[-2:] in {"st", "nd", "rd", "th"}:
            numbers.append(int(word[:-2]))
        elif word in _GROUPS and not ordinals:
            days.update((0, day) for day in _GROUPS[word])
        elif word not in _FILLERS:
            raise _not_hours(text)
    if not days and numbers and len(numbers) >= len(ordinals):
        if not all(1 <= number <= 31 for number in numbers):
            raise _not_hours(text)
        return set(), tuple(sorted(set(numbers)))
    if not days or ordinals or open_range or numbers:
        raise _not_hours(text)
    return days, ()


def _weekday(word: str) -> int | None:
    singular = word.removesuffix("s")
    for number, day in enumerate(_DAYS):
        name = day.lower()
        if singular == name or (len(singular) >= 2 and name.startswith(singular) and len(word) < 6):
            return number
    return None


def _not_hours(text: str) -> BadValueError:
    return BadValueError(
        f"“{text[:60]}” cannot be read as opening hours. Write them like “Tuesdays, 17:00 to "
        "19:00” or “First Saturday, 10:00 to 13:00”, with a semicolon between several."
    )
