# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The columns of the tables that we write for people, CSV and XLSX alike; and what each is when
such a table comes home.

A cell is text, a number, or a moment (an aware ``datetime`` in the group's time zone).
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from mutualaid.errors import BadValueError
from mutualaid.model import hours
from mutualaid.model.directories import cells
from mutualaid.model.directories.directory import (
    Contact,
    Directory,
    Person,
    Place,
    Post,
    Repair,
    Source,
    public_id,
)
from mutualaid.model.directories.incoming.dates import zone_of
from mutualaid.model.directories.incoming.item import LEFT_OUT, Sort
from mutualaid.model.taxonomy import CATEGORY_BY_ID
from mutualaid.model.values import ContactKind, SkillLevel

Cell = str | float | dt.datetime

#: What a list says beside has columns of its own, named as there; so many, and what is left of
#: it in one last column.
MOST_MORE: Final = 60
REST: Final = "… and more"
#: Tells the sorts apart where one table holds them all.
SORT: Final = "sort"
STANDING: Final = "standing"

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
#: What a spreadsheet can show of a day.
_DAYS: Final = (dt.datetime(1901, 1, 1, tzinfo=dt.UTC), dt.datetime(9000, 1, 1, tzinfo=dt.UTC))


class Column(NamedTuple):
    """A column: what stands above it, what it is when it comes home (a target of
    ``incoming.headers``), the cell of a record, and how wide a spreadsheet shows it."""

    header: str
    target: str
    cell: Callable[[Any, Directory], Cell]
    width: int = 16


def moment(ms: int | None, directory: Directory) -> Cell:
    """A time by the group's clock; "" for none, or one that no spreadsheet can show."""
    if not ms:
        return ""
    try:
        found = _EPOCH + dt.timedelta(milliseconds=ms)
    except OverflowError:
        return ""
    if not _DAYS[0] < found < _DAYS[1]:
        return ""
    return found.astimezone(zone_of(directory.group.tz))


def _contact(kind: ContactKind) -> Callable[[Any, Directory], Cell]:
    def cell(record: Any, _directory: Directory) -> Cell:
        values = [each.value for each in record.contacts if each.kind is kind]
        return cells.join(map(cells.escape, values))

    return cell


def _contacts(address: str) -> tuple[Column, ...]:
    return (
        Column("phone", "phone", _contact(ContactKind.PHONE), 20),
        Column("email", "email", _contact(ContactKind.EMAIL), 26),
        Column("Signal", "signal", _contact(ContactKind.SIGNAL)),
        Column(address, "post address", _contact(ContactKind.ADDRESS), 30),
        Column("other contact", "other", _contact(ContactKind.OTHER), 24),
    )


def _origin(record: Any, directory: Directory) -> Cell:
    source: Source | None = record.source
    return source.name if source else directory.group.name


_SOURCE: Final = (
    Column("from the list of", "origin", _origin, 20),
    Column(
        "id in that list", "origin_id", lambda record, _: record.source.id if record.source else ""
    ),
    Column("licence", "licence", lambda record, _: record.source.licence if record.source else ""),
    Column("id", "id", lambda record, _: str(public_id(record.id)), 38),
)
_UPDATED: Final = Column("updated", "updated", lambda record, of: moment(record.updated, of), 18)


def _skills(level: SkillLevel) -> Callable[[Any, Directory], Cell]:
    def cell(person: Person, _directory: Directory) -> Cell:
        return cells.join(
            cells.pair(skill.name, skill.note) for skill in person.skills if skill.level is level
        )

    return cell


def _fixes(record: Person | Place, _directory: Directory) -> Cell:
    return cells.join(cells.pair(fix.category, fix.note) for fix in record.fixes)


def _parts(post: Post, _directory: Directory) -> Cell:
    if len(post.parts) == 1 and not post.parts[0].name:
        return post.parts[0].quantity
    return cells.join(cells.pair(part.name, str(part.quantity)) for part in post.parts)


def _category(post: Post, _directory: Directory) -> Cell:
    known = CATEGORY_BY_ID.get(post.category)
    return known.name if known else post.category


def _helpers(post: Post, _directory: Directory) -> Cell:
    named = [
        cells.pair(each.by_name or "somebody", " ".join((str(each.amount), each.part)).strip())
        for each in post.promises
    ]
    return cells.join(named)


def _first(post: Post, directory: Directory, at: int) -> Cell:
    """When a repeating post began or ended the first time, where that says more."""
    return moment(post.first[at], directory) if post.first else ""


def _hours(place: Place, _directory: Directory) -> Cell:
    words = hours.words(place.hours)
    try:
        return words if hours.canonical(words) == place.hours else place.hours
    except BadValueError:
        return place.hours


def _point(name: str) -> Callable[[Any, Directory], Cell]:
    def cell(place: Place, _directory: Directory) -> Cell:
        return "" if place.point is None else float(getattr(place.point, name))

    return cell


COLUMNS: Final[Mapping[Sort, tuple[Column, ...]]] = {
    Sort.PERSON: (
        Column("name", "name", lambda person, _: person.name, 28),
        Column("area", "area", lambda person, _: person.area, 20),
        Column(
            "languages",
            "languages",
            lambda person, _: cells.join(map(cells.escape, person.languages)),
            22,
        ),
        Column("availability", "availability", lambda person, _: person.availability, 26),
        Column("can do", "skills", _skills(SkillLevel.CAN), 34),
        Column("can teach", "skills:teach", _skills(SkillLevel.TEACH), 30),
        Column("wants to learn", "skills:learn", _skills(SkillLevel.LEARN), 24),
        Column("repairs", "fixes", _fixes, 26),
        *_contacts("address"),
        Column(
            "member or on a list",
            LEFT_OUT,
            lambda person, _: "on a list" if person.known_of else "member",
        ),
        _UPDATED,
        *_SOURCE,
    ),
    Sort.POST: (
        Column("need or offer", "kind", lambda post, _: str(post.kind)),
        Column("title", "title", lambda post, _: post.title, 40),
        Column("text", "text", lambda post, _: post.text, 60),
        Column("category", "category", _category, 22),
        Column("urgency", "urgency", lambda post, _: str(post.urgency), 12),
        Column("area", "area", lambda post, _: post.area, 20),
        Column("when", "when", lambda post, _: post.when, 24),
        Column("from", "starts", lambda post, of: moment(post.starts, of), 18),
        Column("until", "ends", lambda post, of: moment(post.ends, of), 18),
        Column("repeats", "repeat", lambda post, _: str(post.repeat or ""), 12),
        Column("first from", "first_starts", lambda post, of: _first(post, of, 0), 18),
        Column("first until", "first_ends", lambda post, of: _first(post, of, 1), 18),
        Column(
            "stays until",
            "expires",
            lambda post, of: STANDING if post.expires is None else moment(post.expires, of),
            18,
        ),
        Column("gift or otherwise", "mode", lambda post, _: str(post.mode), 14),
        Column("how many", "parts", _parts, 14),
        Column("status", LEFT_OUT, lambda post, _: str(post.status), 12),
        Column("language", "language", lambda post, _: post.language, 10),
        Column("posted by", "by", lambda post, _: post.by_name, 24),
        Column("for", "for", lambda post, _: post.on_behalf_of, 20),
        *_contacts("address"),
        Column("who helps", LEFT_OUT, _helpers, 26),
        Column("photos", LEFT_OUT, lambda post, _: len(post.photos) or "", 8),
        Column("posted", LEFT_OUT, lambda post, of: moment(post.created, of), 18),
        _UPDATED,
        *_SOURCE,
    ),
    Sort.PLACE: (
        Column("name", "name", lambda place, _: place.name, 30),
        Column("kind", "kind", lambda place, _: str(place.kind), 14),
        Column("area", "area", lambda place, _: place.area, 20),
        Column("address", "address", lambda place, _: place.address, 34),
        Column("opening hours", "hours", _hours, 34),
        Column("about", "about", lambda place, _: place.about, 50),
        Column("repairs", "fixes", _fixes, 26),
        *_contacts("postal address"),
        Column("latitude", "lat", _point("lat"), 11),
        Column("longitude", "lon", _point("lon"), 11),
        Column("checked", "confirmed", lambda place, of: moment(place.confirmed, of), 18),
        _UPDATED,
        *_SOURCE,
    ),
    Sort.REPAIR: (
        Column("date", "date", lambda repair, _: repair.date, 12),
        Column("category", "category", lambda repair, _: repair.category, 24),
        Column("item", "item", lambda repair, _: repair.item, 24),
        Column("brand", "brand", lambda repair, _: repair.brand),
        Column("problem", "problem", lambda repair, _: repair.problem, 50),
        Column("outcome", "outcome", lambda repair, _: str(repair.outcome), 12),
        Column("why not", "barrier", lambda repair, _: repair.barrier, 26),
        Column("year of manufacture", "year", lambda repair, _: repair.year, 10),
        Column("age", "age", lambda repair, _: repair.age, 8),
        Column("country", "country", lambda repair, _: repair.country, 9),
        Column("place", "place", lambda repair, _: repair.place_name, 28),
        Column(
            "id of the place",
            "place_id",
            lambda repair, _: str(public_id(repair.place)) if repair.place else "",
            38,
        ),
        *_SOURCE,
    ),
}

#: The name of each table.
NAMES: Final[Mapping[Sort, str]] = {
    Sort.PERSON: "people",
    Sort.POST: "posts",
    Sort.PLACE: "places",
    Sort.REPAIR: "repairs",
}
HEADERS: Final[Mapping[Sort, tuple[str, ...]]] = {
    sort: tuple(column.header for column in columns) for sort, columns in COLUMNS.items()
}


def records(directory: Directory, sort: Sort) -> Sequence[Person | Post | Place | Repair]:
    """The records of one sort."""
    match sort:
        case Sort.PERSON:
            return directory.people
        case Sort.POST:
            return directory.posts
        case Sort.PLACE:
            return directory.places
        case Sort.REPAIR:
            return directory.repairs


class More(NamedTuple):
    """The columns for what lists say beside, and whether there is a last one for the rest."""

    names: tuple[str, ...]
    rest: bool

    @property
    def headers(self) -> tuple[str, ...]:
        return (*self.names, REST) if self.rest else self.names

    def cells(self, record: Any) -> list[Cell]:
        more: Mapping[str, str] = getattr(record, "more", {})
        row: list[Cell] = [more.get(name, "") for name in self.names]
        if self.rest:
            rest = (
                cells.pair(name, value) for name, value in more.items() if name not in self.names
            )
            row.append(cells.join(rest))
        return row


def more_of(found: Iterable[Any], taken: Iterable[str] = ()) -> More:
    """The columns that these records need: of the names that most have, so many; none of
    ``taken``."""
    counts: Counter[str] = Counter()
    for record in found:
        counts.update(getattr(record, "more", {}).keys())
    names = [name for name in counts if name not in {REST, *taken}]
    names.sort(key=lambda name: (-counts[name], name))
    kept = sorted(names[:MOST_MORE])
    return More(tuple(kept), len(kept) < len(counts))


def contacts_of(kind: ContactKind, cell: str) -> list[Contact]:
    """The contacts in a cell of ours."""
    return [Contact(kind, cells.unescape(part).strip()) for part in cells.split(cell)]


@lru_cache(maxsize=1)
def union_headers() -> tuple[str, ...]:
    """The columns of one table of everything, after the first."""
    return tuple(dict.fromkeys(name for names in HEADERS.values() for name in names))
