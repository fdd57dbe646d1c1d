# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The plan of an export: what would leave, what stays and why, what each format cannot carry."""

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from mutualaid.model.directories import packing
from mutualaid.model.directories.directory import (
    Directory,
    Person,
    Place,
    Post,
    Repair,
)
from mutualaid.model.directories.formats.format import Format
from mutualaid.model.directories.gathering import Gathered
from mutualaid.model.directories.ledger import Progress
from mutualaid.model.directories.photographs import Album
from mutualaid.model.records.export import COUNTS
from mutualaid.model.values import Audience
from mutualaid.model.values.directories import Held, HeldWhy, Loss, PlanLine, ShareField

Record = Person | Post | Place | Repair

#: Fields that say what a record is rather than anything of it.
_UNSAID: Final = frozenset(("id", "code", "known_of", "by_name", "first"))
#: Fields that every record has, so that the plan does not name them each time.
_EVERYWHERE: Final = frozenset(("created", "updated", "kind", "outcome"))
#: What a page shows of what its person agreed to.
_ON_PAGES: Final = tuple(
    field
    for field in ShareField
    if field not in (ShareField.NAME, ShareField.REPAIRS, ShareField.POSTS, ShareField.HELPING)
)


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """What one format takes out, and what it holds back of all that may leave."""

    format: Format
    directory: Directory
    held: tuple[Held, ...]
    losses: tuple[Loss, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """What an export would do; nothing of it is written yet.

    ``by_format`` has for each format the directory it would write. ``seen`` is the state of the
    group's database from which all this was made.
    """

    audience: Audience
    formats: tuple[str, ...]
    ends: int
    directory: Directory
    lines: tuple[PlanLine, ...]
    held: tuple[Held, ...]
    losses: tuple[Loss, ...]
    by_format: Mapping[str, Directory]
    members: Mapping[bytes, bytes]
    leave_out: frozenset[bytes]
    album: Album
    seen: int


def sorts(directory: Directory) -> Iterator[tuple[str, Sequence[Record]]]:
    """The records of a directory by sort."""
    yield "person", directory.people
    yield "post", directory.posts
    yield "place", directory.places
    yield "repair", directory.repairs


def title_of(record: Record) -> str:
    match record:
        case Person() | Place():
            return record.name
        case Post():
            return record.title
        case Repair():
            return record.item or record.category


def present(record: Record) -> tuple[str, ...]:
    """Names of the fields in which a record says something."""
    found: list[str] = []
    for field in dataclasses.fields(record):
        name = field.name
        if name in _UNSAID:
            continue
        value = getattr(record, name)
        if value and value != field.default:
            found.append(name)
    return tuple(found)


def same(one: Directory, other: Directory) -> bool:
    """Whether two directories let the same leave."""
    told = one.group == other.group and one.called_off == other.called_off
    return told and all(
        mine == theirs for (_sort, mine), (_, theirs) in zip(sorts(one), sorts(other), strict=True)
    )


def keep(found: Gathered, format_: Format) -> Kept:
    """What this format writes of what may leave."""
    directory = found.directory
    held: list[Held] = []
    losses: list[Loss] = []
    taken: dict[str, tuple[Record, ...]] = {}
    for sort, records in sorts(directory):
        if sort not in format_.takes:
            taken[sort] = ()
            if records:
                losses.append(Loss(format_.name, sort, len(records), format_.loses.get(sort, "")))
            continue
        stay: list[Record] = []
        for record in records:
            said = format_.holds_back(directory, record)
            if said:
                held.append(
                    Held(
                        sort,
                        record.id,
                        record.code,
                        title_of(record),
                        "",
                        HeldWhy.FORMAT,
                        format_.name,
                        said,
                    )
                )
            else:
                stay.append(record)
        taken[sort] = tuple(stay)
        losses += _losses(format_, sort, stay)
    left: Any = {
        "called_off": directory.called_off if format_.cancels else (),
        "people": taken["person"],
        "posts": taken["post"],
        "places": taken["place"],
        "repairs": taken["repair"],
    }
    return Kept(format_, dataclasses.replace(directory, **left), tuple(held), tuple(losses))


def _losses(format_: Format, sort: str, records: Sequence[Record]) -> Iterator[Loss]:
    """Of a format that we also read, all that would not come back; of others what they name."""
    counts: dict[str, int] = {}
    for record in records:
        for name in present(record):
            full = f"{sort}.{name}"
            lost = full in format_.loses or (format_.reads and full not in format_.carries)
            if lost:
                counts[full] = counts.get(full, 0) + 1
    for full, count in sorted(counts.items()):
        yield Loss(format_.name, full, count, format_.loses.get(full, ""))


def lines(kept: Collection[Directory], directory: Directory) -> Iterator[PlanLine]:
    """The records that leave in at least one format, and all they say there."""
    leaving = _leaving(kept)
    for sort, records in sorts(directory):
        for record in records:
            if record.id in leaving[sort]:
                yield PlanLine(sort, record.id, record.code, title_of(record), _fields(record))
    for post in directory.called_off:
        if any(each.called_off for each in kept):
            yield PlanLine("post", post.id, post.code, post.title, _fields(post))


def _leaving(directories: Collection[Directory]) -> dict[str, set[bytes]]:
    """Ids of what leaves in at least one format, by sort."""
    found: dict[str, set[bytes]] = {}
    for directory in directories:
        for sort, records in sorts(directory):
            found.setdefault(sort, set()).update(record.id for record in records)
    return found


def counts(plan: Plan) -> dict[str, int]:
    """How many of each sort leave, by the names of the log's fields."""
    leaving = _leaving(plan.by_format.values())
    return {name: len(leaving[sort]) for sort, name in zip(leaving, COUNTS, strict=True)}


def _fields(record: Record) -> tuple[str, ...]:
    names: list[str] = []
    for name in present(record):
        if name == "contacts":
            names += dict.fromkeys(f"contact:{contact.kind}" for contact in record.contacts)  # type: ignore[union-attr]
        elif name not in _EVERYWHERE:
            names.append(name)
    return tuple(names)


def whom(plan: Plan) -> tuple[dict[bytes, int], set[bytes]]:
    """Members of whom something leaves, with bits of what (see ``packing``); posts of members."""
    persons: dict[bytes, int] = {}
    posts: set[bytes] = set()

    def note(member: bytes | None, *names: str) -> None:
        if member is not None:
            bits = persons.get(member, 0)
            for name in names:
                bits |= packing.bit(name)
            persons[member] = bits

    for directory in plan.by_format.values():
        for person in directory.people:
            note(plan.members.get(person.id), ShareField.NAME, *_shared(person))
        for post in (*directory.posts, *directory.called_off):
            member = plan.members.get(post.id)
            note(member, ShareField.POSTS)
            if member is not None:
                posts.add(post.id)
            if post.by is not None:
                note(member, ShareField.NAME, *(f"contact:{each.kind}" for each in post.contacts))
            for promise in post.promises:
                named = (ShareField.NAME,) if promise.by is not None else ()
                note(plan.members.get(promise.id), ShareField.HELPING, *named)
        for repair in directory.repairs:
            note(plan.members.get(repair.id), ShareField.REPAIRS)
    return persons, posts


def _shared(person: Person) -> Iterator[str]:
    yield from (str(field) for field in _ON_PAGES if getattr(person, str(field)))
    for contact in person.contacts:
        yield f"contact:{contact.kind}"


class Steps:
    """Progress over all formats. Each has as many steps as records, however often it tells of
    one, so that none stands at the end while others are still to come."""

    def __init__(self, plan: Plan, tick: Progress) -> None:
        self._tick = tick
        self._counts = {
            name: sum(len(records) for _sort, records in sorts(directory))
            for name, directory in plan.by_format.items()
        }
        self._total = max(1, sum(self._counts.values()))
        self._before = self._here = self._most = 0

    def start(self, format_name: str) -> None:
        """The next format begins."""
        self._before += self._most
        self._most, self._here = self._counts[format_name], 0

    def step(self) -> None:
        """One record more; raises to stop."""
        self._here = min(self._here + 1, self._most)
        self._tick(self._before + self._here, self._total)

    def end(self) -> None:
        self._tick(self._total, self._total)
