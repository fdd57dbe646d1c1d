# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Opening hours as rows of ``schedules.csv``, and back (see ``model.hours``).

A row that ends on some day, counts its days, or names weeks or days of a year is no standing
opening time, and neither is one that nobody can read: those stay as they are.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from mutualaid.model import hours
from mutualaid.model.hours import MOST_SESSIONS, Session

#: What our hours have no place for.
_BEYOND: Final = ("valid_to", "until", "count", "byweekno", "byyearday")
_CLOCK: Final = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)(?::[0-5]\d)?(?:\.0+)?Z?", re.ASCII)
_DAY: Final = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_LONGEST: Final = 800  # characters, of hours that fit into a place


def rows(text: str) -> Iterator[dict[str, str]]:
    """The rows of canonical hours, without ids; none for hours that are not canonical."""
    try:
        sessions = hours.parse(text)
    except ValueError:
        return
    for session in sessions:
        said = hours.write([session])
        row = {"description": hours.words(said)}
        for part in said.split(";"):
            name, _, value = part.partition("=")
            if name in ("OPENS", "CLOSES"):
                row[f"{name.lower()}_at"] = f"{value}:00"
            else:
                row[name.lower()] = value
        yield row


def canonical(found: Iterable[Mapping[str, str]]) -> str:
    """Canonical hours from the rows that fit; "" where none does."""
    sessions = [session for row in found if (session := _session(row)) is not None]
    text = hours.write(sessions)
    if len(sessions) > 3:
        text = hours.write(_together(sessions))
    return text if text.count("|") < MOST_SESSIONS and len(text) <= _LONGEST else ""


def fits(row: Mapping[str, str]) -> bool:
    """Whether a row is a standing opening time."""
    return _session(row) is not None


def _session(row: Mapping[str, str]) -> Session | None:
    frequency = row.get("freq", "").strip().upper()
    if frequency not in ("WEEKLY", "MONTHLY") or any(row.get(name, "").strip() for name in _BEYOND):
        return None
    if row.get("interval", "").strip() not in ("", "1"):
        return None
    try:
        opens, closes = _clock(row.get("opens_at", "")), _clock(row.get("closes_at", ""))
    except ValueError:
        return None
    by_day = row.get("byday", "").upper().replace(" ", "")
    by_month_day = row.get("bymonthday", "").replace(" ", "")
    parts = [f"FREQ={frequency}"]
    if by_day and not by_month_day:
        found = [_DAY.fullmatch(day) for day in by_day.split(",")]
        if None in found:
            return None
        # Every Monday of every month is every Monday.
        days = [((each[1] or "").lstrip("+"), each[2]) for each in found if each]
        if frequency == "MONTHLY" and not any(number for number, _ in days):
            parts = ["FREQ=WEEKLY"]
        parts.append("BYDAY=" + ",".join(number + day for number, day in days))
    elif by_month_day and not by_day:
        parts.append(f"BYMONTHDAY={by_month_day}")
    else:
        return None
    if opens is not None:
        parts.append(f"OPENS={opens}")
        if closes is not None:
            parts.append(f"CLOSES={closes}")
    elif closes is not None:
        return None
    try:
        (session,) = hours.parse(";".join(parts))
    except ValueError:
        return None
    return session


def _clock(text: str) -> str | None:
    if not text.strip():
        return None
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise ValueError(text[:20])
    return f"{int(found[1]) % 24:02}:{found[2]}"


def _together(sessions: Iterable[Session]) -> Iterator[Session]:
    """Days of the week with the same times as one; lists from elsewhere have a row for each."""
    weekly: dict[tuple[int | None, int | None], set[tuple[int, int]]] = {}
    rest: list[Session] = []
    for session in sessions:
        if session.days and not session.days[0][0]:
            weekly.setdefault((session.opens, session.closes), set()).update(session.days)
        else:
            rest.append(session)
    for (opens, closes), days in weekly.items():
        yield Session(tuple(sorted(days)), (), opens, closes)
    yield from rest
