# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words of a directory on a site and in a chat, in each language that there is.

They stand in ``resources/site/*.toml``, the same keys in every one.
"""

import datetime as dt
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from mutualaid import paths
from mutualaid.model.directories.directory import AsOf, Directory, Post
from mutualaid.model.directories.formats import html
from mutualaid.model.directories.formats.html import Html
from mutualaid.model.hours import Session, parse
from mutualaid.model.taxonomy import CATEGORY_BY_ID
from mutualaid.model.times import zone_of
from mutualaid.model.values import PostKind, PostStatus, Repeat

#: In the order in which a page offers them.
LANGUAGES: Final = ("en", "es", "ar")


def language_of(directory: Directory) -> str:
    """The language in which a directory begins: that of most posts that say one, of those we have
    words for; else the one of the group's country; else English."""
    said = Counter(post.language[:2].lower() for post in directory.posts if post.language)
    known = [(-said[language], place) for place, language in enumerate(LANGUAGES) if said[language]]
    if known and -min(known)[0] * 2 > sum(said.values()):
        return LANGUAGES[min(known)[1]]
    country = directory.group.country
    return next((one for one in LANGUAGES if country in words_in(one).countries), LANGUAGES[0])


@cache
def words_in(language: str) -> "Words":
    """The words of one of ``LANGUAGES``."""
    with (paths.resources() / "site" / f"{language}.toml").open("rb") as file:
        return Words(language, tomllib.load(file))


def spaced(code: str) -> str:
    """A code as it is printed: K7QF 2M9P."""
    return f"{code[:4]} {code[4:]}" if len(code) > 4 else code


class Words:
    """The words of one language; ``words.said("post.until", day=…)`` is one text of them."""

    def __init__(self, language: str, table: Mapping[str, Any]) -> None:
        self.language = language
        self.name: str = table["language"]
        self.direction: str = table["direction"]
        self.countries = frozenset(table["countries"])
        self.months: Sequence[str] = table["dates"]["months"]
        self.weekdays: Sequence[str] = table["dates"]["weekdays"]
        self.open_days: Sequence[str] = table["hours"]["days"]
        self.ordinals: Sequence[str] = table["hours"]["ordinals"]
        self._said: dict[str, Any] = {}
        self._hours: dict[str, str] = {}
        self._keep("", table)

    def _keep(self, before: str, table: Mapping[str, Any]) -> None:
        for key, value in table.items():
            if isinstance(value, dict) and "other" in value and before + key not in _LISTS:
                self._said[before + key] = value
            elif isinstance(value, dict):
                self._keep(f"{before}{key}.", value)
            else:
                self._said[before + key] = value

    # -- texts ----------------------------------------------------------------------------

    def has(self, key: str) -> bool:
        return key in self._said

    def said(self, key: str, *, n: int | None = None, **values: str) -> str:
        """A text with its values filled in, as plain text."""
        found = self._said[key]
        text: str = self._by_number(found, n).replace("%n", str(n)) if n is not None else found
        return text.format(**values) if values else text

    def marked(self, key: str, *, n: int | None = None, **values: str) -> Html:
        """A text as markup, each value isolated from the direction of the text around it."""
        found = self._said[key]
        source = self._by_number(found, n) if n is not None else found
        text = str(html.text(source)).replace("%n", str(n))
        safe = {
            name: value if isinstance(value, Html) else html.isolated(value)
            for name, value in values.items()
        }
        return Html(text.format(**safe))

    def forms(self, key: str) -> Mapping[str, str]:
        """All forms by number of a text: "one" → …, "other" → …."""
        found: Mapping[str, str] = self._said[key]
        return found

    def _by_number(self, forms: Mapping[str, str], n: int) -> str:
        return forms.get(_plural(self.language, n)) or forms["other"]

    # -- values ---------------------------------------------------------------------------

    def category(self, category: str) -> str:
        """The name of a category of posts; one that a group added stands for itself."""
        return self.said(f"category.{category}") if category in CATEGORY_BY_ID else category

    def product(self, name: str) -> str:
        return str(self._said.get(f"product.{name}", name))

    def barrier(self, name: str) -> str:
        return str(self._said.get(f"barrier.{name}", name))

    def state(self, post: Post) -> str:
        """What came of a post so far; "" where it is plainly open."""
        wanted = sum(part.quantity for part in post.parts)
        going = sum(promise.amount for promise in post.promises)
        if wanted > 1 and going:
            return self.said("post.covered", covered=str(min(going, wanted)), wanted=str(wanted))
        if post.status is PostStatus.OPEN:
            return ""
        if post.status is PostStatus.OFFERED and post.kind is PostKind.OFFER:
            return self.said("post.asked")
        return self.said(f"status.{post.status}")

    def listed(self, items: Sequence[str]) -> str:
        """ "a, b and c"."""
        if len(items) < 2:
            return "".join(items)
        most = self.said("hours.comma").join(items[:-1])
        return self.said("hours.and", most=most, last=items[-1])

    # -- times ----------------------------------------------------------------------------

    def date(self, date: dt.date, this_year: int = 0) -> str:
        key = "dates.date_this_year" if date.year == this_year else "dates.date"
        month = self.months[date.month - 1]
        return self.said(key, day=str(date.day), month=month, year=str(date.year))

    def day(self, at: int, zone: str, now: int | None = None) -> str:
        """The date of a time in ms; without its year where ``now`` is in the same."""
        return self.date(_wall(at, zone).date(), _wall(now, zone).year if now is not None else 0)

    def moment(self, at: int, zone: str) -> str:
        """Date and time, and of which zone."""
        then = _wall(at, zone)
        time = f"{then:%H:%M} ({zone or 'UTC'})"
        return self.said("dates.date_time", date=self.date(then.date()), time=time)

    def when(self, post: Post, zone: str, now: int) -> str:
        """The window of time of a post, with weekday, and whether it comes back; "" for none."""
        if post.starts is None:
            return ""
        begin = _wall(post.starts, zone)
        end = _wall(post.ends, zone) if post.ends is not None else None
        said = self._weekday(begin, now, zone)
        if begin.time() != dt.time() or end is not None:
            said = self.said("dates.date_time", date=said, time=f"{begin:%H:%M}")
        if end is not None and end.date() == begin.date():
            said += f"–{end:%H:%M}"
        elif end is not None:
            last = self._weekday(end, now, zone)
            last = self.said("dates.date_time", date=last, time=f"{end:%H:%M}")
            said = self.said("dates.span", first=said, last=last)
        if post.repeat is not None:
            again = "dates.weekly" if post.repeat is Repeat.WEEKLY else "dates.monthly"
            said += self.said("hours.comma") + self.said(again)
        return said

    def _weekday(self, then: dt.datetime, now: int, zone: str) -> str:
        weekday = self.weekdays[then.weekday()]
        date = self.date(then.date(), _wall(now, zone).year)
        return self.said("dates.weekday_date", weekday=weekday, date=date)

    def hours(self, text: str) -> str:
        """Opening hours (see ``model.hours``) in words; what cannot be read stays as it is."""
        if text not in self._hours:
            if len(self._hours) > 10_000:
                self._hours.clear()
            self._hours[text] = self._hours_of(text)
        return self._hours[text]

    def _hours_of(self, text: str) -> str:
        try:
            sessions = parse(text)
        except ValueError:
            return text
        times: dict[str, list[str]] = {}
        for session in sessions:
            times.setdefault(self._days(session), []).append(self._span(session))
        lines = []
        for days, spans in times.items():
            open_at = self.listed([span for span in spans if span])
            lines.append(self.said("hours.session", days=days, times=open_at) if open_at else days)
        said = self.said("hours.then").join(lines)
        return said[:1].upper() + said[1:]

    def _span(self, session: Session) -> str:
        if session.opens is None:
            return ""
        opens = f"{session.opens // 60:02}:{session.opens % 60:02}"
        if session.closes is None:
            return self.said("hours.from", opens=opens)
        closes = f"{session.closes // 60:02}:{session.closes % 60:02}"
        return self.said("hours.span", opens=opens, closes=closes)

    def _days(self, session: Session) -> str:
        if session.month_days:
            days = self.listed([str(day) for day in session.month_days])
            return self.said("hours.month_days", days=days)
        weekdays = [day for _, day in session.days]
        if session.days[0][0]:
            return self.listed(
                [
                    self.said(
                        "hours.ordinal_day",
                        ordinal=self.ordinals[ordinal - 1 if ordinal > 0 else -1],
                        day=self.weekdays[day],
                    )
                    for ordinal, day in session.days
                ]
            )
        if weekdays == list(range(7)):
            return self.said("hours.every_day")
        if len(weekdays) > 2 and weekdays == list(range(weekdays[0], weekdays[-1] + 1)):
            first, last = self.weekdays[weekdays[0]], self.weekdays[weekdays[-1]]
            return self.said("hours.day_range", first=first, last=last)
        return self.listed([self.open_days[day] for day in weekdays])

    # -- how fresh ------------------------------------------------------------------------

    def heard(self, as_of: AsOf, zone: str) -> list[str]:
        """Which machines had been heard, in sentences that name none."""
        if not as_of.machines:
            return [self.said("about.alone")]
        said = [self.said("about.heard", n=as_of.machines, heard=str(as_of.heard))]
        if as_of.oldest is not None:
            said.append(self.said("about.oldest", day=self.day(as_of.oldest, zone)))
        elif as_of.heard < as_of.machines:
            said.append(self.said("about.never"))
        return said


#: Tables of names, in which "other" is a name like each.
_LISTS: Final = ("category", "contact")


def _wall(at: int, zone: str) -> dt.datetime:
    """What a clock on a wall there shows; the nearest that there is for times out of range."""
    at = min(max(at, 0), 253_370_764_800_000)  # the year 9999
    return dt.datetime.fromtimestamp(at / 1000, zone_of(zone))


def _plural(language: str, n: int) -> str:
    """The plural category of a number (Unicode CLDR, cardinal)."""
    if language != "ar":
        return "one" if n == 1 else "other"
    if n < 3:
        return ("zero", "one", "two")[n]
    rest = n % 100
    return "few" if 3 <= rest <= 10 else "many" if rest >= 11 else "other"
