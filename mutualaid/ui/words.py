# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words on the screen: translation, and the names of our values, times and counts.

``tr("Post")``; ``tr("Posted by {name}", name=row.owner_name)``; with a count,
``tr("%n neighbours", one="%n neighbour", n=count)``: the translator sees the first text and its
plural forms, ``one`` is what English itself says for one.
"""

import datetime as dt
from typing import Final

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale, Qt, QTime

from mutualaid.model.taxonomy import CATEGORIES
from mutualaid.model.times import zone_of
from mutualaid.model.values import Mode, PlaceKind, PostKind, PostStatus, SkillLevel, Urgency

#: All our texts share one context, so that a word means the same on every page.
CONTEXT: Final = "mutualaid"

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR


def tr(source: str, *, n: int | None = None, one: str = "", **values: object) -> str:
    """The text in the window's language, with ``%n`` and ``{name}`` filled in."""
    if n is None:
        text = QCoreApplication.translate(CONTEXT, source)
    else:
        count = QLocale().toString(n)
        # Asked without a number first: what comes back unchanged has no translation, and English
        # needs its own singular.
        text = QCoreApplication.translate(CONTEXT, source, None, n)
        if text == source.replace("%n", str(n)):
            text = one if n == 1 and one else source
            text = text.replace("%n", count)
    return text.format(**values) if values else text


# -- values -----------------------------------------------------------------------------------


def kind_word(kind: PostKind) -> str:
    return tr("Need") if kind is PostKind.NEED else tr("Offer")


def urgency_word(urgency: Urgency) -> str:
    return {
        Urgency.TODAY: tr("today"),
        Urgency.DAYS: tr("within days"),
        Urgency.WEEK: tr("this week"),
        Urgency.ANYTIME: tr("any time"),
    }[urgency]


def mode_word(mode: Mode) -> str:
    return {
        Mode.GIFT: tr("a gift"),
        Mode.LEND: tr("to lend"),
        Mode.POOL: tr("to share"),
        Mode.SWAP: tr("to swap"),
        Mode.HOURS: tr("for hours"),
        Mode.COST: tr("at cost"),
    }[mode]


def status_word(status: PostStatus) -> str:
    return {
        PostStatus.OPEN: tr("open"),
        PostStatus.OFFERED: tr("help offered"),
        PostStatus.PART_COVERED: tr("part covered"),
        PostStatus.AGREED: tr("agreed"),
        PostStatus.SAID_DONE: tr("said done by the helper"),
        PostStatus.LAPSED: tr("lapsed: open again"),
        PostStatus.PARKED: tr("set aside"),
        PostStatus.DONE: tr("done"),
        PostStatus.EXPIRED: tr("run out"),
        PostStatus.WITHDRAWN: tr("withdrawn"),
    }[status]


def level_word(level: SkillLevel) -> str:
    return {
        SkillLevel.CAN: tr("can do"),
        SkillLevel.TEACH: tr("can teach"),
        SkillLevel.LEARN: tr("wants to learn"),
    }[level]


def place_word(kind: PlaceKind) -> str:
    return {
        PlaceKind.ORGANIZATION: tr("Organization"),
        PlaceKind.HUB: tr("Hub"),
        PlaceKind.KITCHEN: tr("Kitchen"),
        PlaceKind.CLINIC: tr("Clinic"),
        PlaceKind.WORKSHOP: tr("Workshop"),
        PlaceKind.REPAIR: tr("Repair session"),
    }[kind]


def category_word(category: str) -> str:
    """The name of a category of posts; one that the group added stands for itself."""
    known = next((one for one in CATEGORIES if one.id == category), None)
    return tr(known.name) if known else category


# -- times ------------------------------------------------------------------------------------


def clock_time(at: int) -> str:
    """Hours and minutes of a time in ms, as the system's language writes them."""
    return QLocale().toString(
        QDateTime.fromMSecsSinceEpoch(at).time(), QLocale.FormatType.ShortFormat
    )


def day(at: int) -> str:
    """A date, with the month in words and without the year where it is this year."""
    moment = QDateTime.fromMSecsSinceEpoch(at)
    this_year = QDateTime.currentDateTime().date().year() == moment.date().year()
    return QLocale().toString(moment.date(), "d MMMM" if this_year else "d MMMM yyyy")


def ago(at: int, now: int) -> str:
    """How long ago in words; what seems to lie in the future is "just now"."""
    past = max(0, now - at)
    if past < MINUTE:
        return tr("just now")
    if past < HOUR:
        return tr("%n minutes ago", one="%n minute ago", n=past // MINUTE)
    if past < DAY:
        return tr("%n hours ago", one="%n hour ago", n=past // HOUR)
    if past < 2 * DAY:
        return tr("yesterday")
    if past < 14 * DAY:
        return tr("%n days ago", n=past // DAY)
    return tr("on {day}", day=day(at))


def on_the_wall(at: int, zone: str) -> dt.datetime:
    """What calendar and clock on the wall of a zone show at a time in ms."""
    return dt.datetime.fromtimestamp(at / 1000, zone_of(zone))


def day_near(at: int, zone: str, now: int) -> str:
    """A day as it is said: "today", "tomorrow", "Tuesday" within the week, else the date."""
    then, today = on_the_wall(at, zone).date(), on_the_wall(now, zone).date()
    away = (then - today).days
    if away == 0:
        return tr("today")
    if away == 1:
        return tr("tomorrow")
    if away == -1:
        return tr("yesterday")
    if 1 < away < 7:
        return weekday(at, zone)
    date = QDate(then.year, then.month, then.day)
    return QLocale().toString(date, "d MMMM" if then.year == today.year else "d MMMM yyyy")


def weekday(at: int, zone: str) -> str:
    """The name of the day of the week."""
    return QLocale().dayName(on_the_wall(at, zone).isoweekday())


def time_in(at: int, zone: str) -> str:
    """Hours and minutes in a zone, as the system's language writes them."""
    then = on_the_wall(at, zone)
    return QLocale().toString(QTime(then.hour, then.minute), QLocale.FormatType.ShortFormat)


def is_midnight(at: int, zone: str) -> bool:
    then = on_the_wall(at, zone)
    return not (then.hour or then.minute)


def moment(at: int, zone: str, now: int) -> str:
    """A time as it is said: "tomorrow 14:30"; the first moment of a day is the day."""
    near = day_near(at, zone, now)
    if is_midnight(at, zone):
        return near
    return tr("{day} {time}", day=near, time=time_in(at, zone))


def last_heard(at: int | None, now: int) -> str:
    """``last at 14:05`` today, else ``last on 3 November``."""
    if at is None:
        return ""
    if day(at) == day(now):
        return tr("last at {time}", time=clock_time(at))
    return tr("last on {day}", day=day(at))


def now_ms() -> int:
    """The present in ms since 1970 UTC."""
    return QDateTime.currentMSecsSinceEpoch()


def initials(name: str) -> str:
    """One or two letters for the circle beside a name."""
    words = [word for word in name.split() if word[:1].isalnum()]
    if not words:
        return "?"
    if len(words) == 1:
        return words[0][:2].upper()
    return (words[0][0] + words[-1][0]).upper()


def sentence(*parts: str) -> str:
    """Join what there is to one sentence for a screen reader."""
    return ", ".join(part.strip().rstrip(".") for part in parts if part.strip()) + "."


def begun(words: str) -> str:
    """Words at the beginning of a line or sentence: their first letter is a capital."""
    return f"{words[:1].upper()}{words[1:]}"


def meta(*parts: str) -> str:
    """Join what there is by the dots of a card's last line."""
    return " · ".join(part for part in parts if part)


#: How text that may not fit is shortened, in every direction of writing.
ELIDE: Final = Qt.TextElideMode.ElideRight
