# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Windows of time and their repetition, ends and the warnings before them; pure.

All times are ms since 1970 UTC. A zone is a name of the IANA database, as the group's record has
it; "" and unknown names count as UTC, on every machine alike.

What repeats does so by the clock on the wall of the group: every Tuesday at 18:00 stays at 18:00
when the clocks change. A time that the clocks skip falls as much later as they skip (02:30 becomes
03:30); of a time that comes twice it is the first (``fold=0`` of PEP 495). What repeats monthly
keeps its day, and takes the last day of a month that lacks it. Each repetition is counted from the
first, so the 31st goes to 28 February and on to 31 March.

Nothing here raises on times of others, however odd: from 0 to ``LATEST``, rounds to 10,000.
"""

import calendar
import datetime as dt
import re
import zoneinfo
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from mutualaid.errors import BadValueError
from mutualaid.model.records.reading import LATEST
from mutualaid.model.values.posts import Repeat
from mutualaid.model.values.time import DAY_MS, ExpiryWarning

WEEK_MS: Final = 7 * DAY_MS
#: Repetitions are counted up to here: 190 years of weeks.
MOST_ROUNDS: Final = 10_000
#: How long before the end each warning comes, the last first.
AHEAD_MS: Final = {ExpiryWarning.DAY: DAY_MS, ExpiryWarning.WEEK: WEEK_MS}
#: A round without an end counts as over this long after it began.
OPEN_ENDED_MS: Final = DAY_MS
#: A stamp further ahead of this machine's clock than this is not believed.
BELIEVABLE_MS: Final = DAY_MS
#: What repeats monthly must be over before the shortest month is.
_LONGEST: Final = {Repeat.WEEKLY: WEEK_MS, Repeat.MONTHLY: 28 * DAY_MS}
_FURTHEST_MS: Final = 3 * 366 * DAY_MS

# Not those of the calendar module, which follow the locale of the process.
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MS: Final = dt.timedelta(milliseconds=1)


@lru_cache(maxsize=64)
def zone_of(name: str) -> dt.tzinfo:
    """The time zone of that name; UTC where there is none."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return dt.UTC


# -- repetition -------------------------------------------------------------------------------


def occurrence(
    starts: int,
    ends: int | None,
    repeat: Repeat | None,
    round: int,  # noqa: A002 - the name it has everywhere
    zone: str,
) -> tuple[int, int | None]:
    """When a round begins and ends; round 0 is the window itself.

    The end keeps its distance from the beginning by the clock on the wall. An end that is not
    after the beginning is none.
    """
    starts = min(max(starts, 0), LATEST)
    if ends is not None:
        ends = min(ends, LATEST) if ends > starts else None
    number = min(max(round, 0), MOST_ROUNDS)
    if repeat is None or number == 0:
        return starts, ends
    where = zone_of(zone)
    wall = _wall(starts, where)
    shifted = _shifted(wall, repeat, number)
    begins = _moment(shifted, where)
    if ends is None:
        return begins, None
    closes = _moment(shifted + (_wall(ends, where) - wall), where)
    # Where the clocks skip the beginning or go back within it, the time that passes decides.
    return begins, closes if closes > begins else begins + (ends - starts)


def round_at(
    starts: int,
    ends: int | None,
    repeat: Repeat | None,
    now: int,
    zone: str,
    least: int = 0,
) -> int:
    """The first round, from ``least`` on, that is not over at ``now``.

    A round is over at its end; one without an end, a day after it began. What does not repeat
    has round 0 only.
    """
    if repeat is None:
        return 0
    least = min(max(least, 0), MOST_ROUNDS)

    def is_over(number: int) -> bool:
        return over_at(*occurrence(starts, ends, repeat, number, zone)) <= now

    number = min(max(_guess(starts, ends, repeat, now, zone), least), MOST_ROUNDS)
    while number > least and not is_over(number - 1):
        number -= 1
    while number < MOST_ROUNDS and is_over(number):
        number += 1
    return number


def over_at(starts: int, ends: int | None) -> int:
    """When a window is over."""
    return ends if ends is not None else starts + OPEN_ENDED_MS


def _guess(starts: int, ends: int | None, repeat: Repeat, now: int, zone: str) -> int:
    """A round that is at most a few away from the first that is not over."""
    first = over_at(*occurrence(starts, ends, repeat, 0, zone))
    now = min(max(now, 0), LATEST)
    if now <= first:
        return 0
    if repeat == Repeat.WEEKLY:
        return (now - first) // WEEK_MS
    where = zone_of(zone)
    one, other = _wall(first, where), _wall(now, where)
    return max(0, (other.year - one.year) * 12 + other.month - one.month)


def _shifted(wall: dt.datetime, repeat: Repeat, number: int) -> dt.datetime:
    if repeat == Repeat.WEEKLY:
        return wall + dt.timedelta(weeks=number)
    months = wall.year * 12 + wall.month - 1 + number
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return wall.replace(year=year, month=month + 1, day=min(wall.day, last))


def _wall(moment: int, zone: dt.tzinfo) -> dt.datetime:
    """What the clock on the wall shows, without a zone."""
    return (_EPOCH + moment * _MS).astimezone(zone).replace(tzinfo=None, fold=0)


def _moment(wall: dt.datetime, zone: dt.tzinfo) -> int:
    return (wall.replace(tzinfo=zone) - _EPOCH) // _MS


# -- ends -------------------------------------------------------------------------------------


def warning(expires: int | None, posted: int, now: int) -> ExpiryWarning | None:
    """How soon a post ends: within a week, within a day, or None.

    ``posted`` is when it was posted or last renewed. A warning that would have come before that
    is left out: food that is posted for three days is warned of a day before only.
    """
    if expires is None or now >= expires:
        return None
    for soon, ahead in AHEAD_MS.items():
        if posted < expires - ahead <= now:
            return soon
    return None


def lapse_at(stamps: Iterable[int], limit: int, now: int) -> int | None:
    """When a promise lapses: ``limit`` ms after it was last touched.

    ``stamps`` are the times of the owner's yes and of all that the helper said, 0 for what never
    was. The newest that can be believed counts: a neighbour's clock that runs a year ahead keeps
    no promise alive, and one that is a year behind ends no fresh one. None where none can be
    believed: then this machine's clock is behind or those of all who are concerned are ahead, and
    what is written tells nothing.
    """
    believed = [stamp for stamp in stamps if 0 < stamp <= now + BELIEVABLE_MS]
    return max(believed) + limit if believed else None


# -- what a person typed ----------------------------------------------------------------------


def check_window(
    starts: int | None, ends: int | None, repeat: Repeat | None, now: int, zone: str = ""
) -> None:
    """Raise BadValueError, with a sentence, for a window of time that cannot be meant.

    What repeats may have begun long ago. ``zone`` is where the times are told.
    """
    for time in (starts, ends):
        if time is not None and not 0 <= time <= LATEST:
            raise BadValueError("This time cannot be kept; choose a day in this century.")
    if repeat is not None and starts is None:
        raise BadValueError(
            f"What comes back {repeat} needs the time when it first begins. Add when it starts."
        )
    if ends is not None and starts is None:
        raise BadValueError("A time that ends needs a beginning, too. Add when it starts.")
    if starts is not None and ends is not None:
        if ends <= starts:
            raise BadValueError(
                f"The time would end ({words(ends, zone)}) before it begins"
                f" ({words(starts, zone)}). Choose a later end."
            )
        if repeat is not None and ends - starts > _LONGEST[repeat]:
            every = "a week" if repeat == Repeat.WEEKLY else "four weeks"
            raise BadValueError(
                f"What comes back {repeat} can last {every} at most, or it would begin again before"
                " it is over. Choose an earlier end."
            )
    last = starts if ends is None else ends
    if last is None:
        return
    if repeat is None and (ends if ends is not None else last + OPEN_ENDED_MS) <= now:
        raise BadValueError(
            f"This time is over: {words(last, zone)}. On this machine it is now"
            f" {words(now, zone)}; choose a later time, or set its clock if that is wrong."
        )
    if max(last, starts or 0) > now + _FURTHEST_MS:
        raise BadValueError(
            f"{words(last, zone)} is more than three years away. On this machine it is now"
            f" {words(now, zone)}; choose an earlier time, or set its clock if that is wrong."
        )


_DATE: Final = r"(\d{4})-(\d{1,2})-(\d{1,2})"
_CLOCK: Final = r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d{1,6})?)?"
_OFFSET: Final = r"(?P<offset>z|[+-]\d{2}:?\d{2})?"
_TYPED: Final = re.compile(
    rf"(?:(?P<date>{_DATE})|(?P<day>today|tomorrow))?(?:(?:t|,?\s+|^)(?P<clock>{_CLOCK})\s*{_OFFSET})?",
    re.ASCII | re.IGNORECASE,
)


def parse_moment(text: str, zone: str, now: int, *, end_of_day: bool = False) -> int:
    """The time that a person typed, read by the clock on the wall of ``zone``.

    "2026-12-01 14:30", the same with a ``T`` or seconds, "2026-12-01", "tomorrow 14:30",
    "tomorrow", "14:30" (the next one), or ISO 8601 with an offset. A day alone is its first
    moment; with ``end_of_day`` the moment when it is over. Of a time that comes twice when the
    clocks go back it is the first. Raises BadValueError with a sentence.
    """
    typed = " ".join(text.split())
    found = _TYPED.fullmatch(typed)
    if found is None or not typed:
        raise BadValueError(
            f"“{typed[:40]}” cannot be read as a time. Write the day like 2026-12-01, or the day"
            " and the time like 2026-12-01 14:30."
        )
    where = zone_of(zone)
    today = _wall(min(max(now, 0), LATEST), where).date()
    date = _date(found, today)
    clock = _clock(found)
    if found["offset"]:
        return _in_bounds(_with_offset(date, clock or dt.time(), found["offset"]), typed)
    if clock is None:
        whole = dt.datetime.combine(date, dt.time())
        # A day that begins when the clocks go forward begins a little later: that is no fault.
        return _in_bounds(_moment(whole + dt.timedelta(days=end_of_day), where), typed)
    wall = dt.datetime.combine(date, clock)
    moment = _moment(wall, where)
    if not (found["date"] or found["day"]) and moment <= now:
        wall += dt.timedelta(days=1)
        moment = _moment(wall, where)
    if _wall(moment, where) != wall:
        raise BadValueError(
            f"{wall:%H:%M} does not come on {_day(wall.date())}: the clocks go forward then, in"
            f" {zone}. Choose a time an hour before or after."
        )
    return _in_bounds(moment, typed)


def _date(found: re.Match[str], today: dt.date) -> dt.date:
    if not found["date"]:
        return today + dt.timedelta(days=(found["day"] or "").lower() == "tomorrow")
    year, month, day = (int(part) for part in found["date"].split("-"))
    try:
        date = dt.date(year, month, day)
    except ValueError:
        raise BadValueError(
            f"There is no day {found['date']}: write year, month and day, like 2026-12-01."
        ) from None
    if not 1971 <= year <= 5000:
        raise BadValueError("This time cannot be kept; choose a day in this century.")
    return date


def _clock(found: re.Match[str]) -> dt.time | None:
    if not found["clock"]:
        return None
    try:
        hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
        return dt.time(hour, minute, second)
    except ValueError:
        raise BadValueError(
            f"There is no time {found['clock']}: the day has 24 hours, from 00:00 to 23:59."
        ) from None


def _with_offset(date: dt.date, clock: dt.time, offset: str) -> int:
    minutes = 0
    if offset.lower() != "z":
        minutes = int(offset[1:3]) * 60 + int(offset[-2:])
    if minutes >= 24 * 60:
        raise BadValueError(f"No place is {offset} from UTC: the offset is at most 23:59.")
    away = dt.timedelta(minutes=-minutes if offset[0] == "-" else minutes)
    return _moment(dt.datetime.combine(date, clock), dt.timezone(away))


def _in_bounds(moment: int, typed: str) -> int:
    if not 0 <= moment <= LATEST:
        raise BadValueError(f"“{typed[:40]}” cannot be kept; choose a day in this century.")
    return moment


def words(moment: int, zone: str) -> str:
    """A time as sentences name it: "1 December 2026, 14:30"."""
    wall = _wall(min(max(moment, 0), LATEST), zone_of(zone))
    return f"{_day(wall.date())}, {wall:%H:%M}"


def day_words(moment: int, zone: str) -> str:
    """The day of a time: "1 December 2026"."""
    return _day(_wall(min(max(moment, 0), LATEST), zone_of(zone)).date())


def _day(date: dt.date) -> str:
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"
