# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What of a list is here already: the same for certain, or probably the same.

For certain: the same id in the same list, or one of our own exports that comes home. Probably:
the same name with the same contact or area, a title like that of another post by the same person,
the same place in the same area. What is probably the same is shown, and left as it is.
"""

import json
from collections.abc import Collection
from typing import Any, Final, NamedTuple
from uuid import UUID

from mutualaid.model.directories.becoming import Becoming
from mutualaid.model.directories.cells import same_contact
from mutualaid.model.directories.directory import Contact, public_id
from mutualaid.model.directories.incoming.ords_ids import own_number
from mutualaid.model.records.contact import KINDS
from mutualaid.model.records.post import KINDS as POST_KINDS
from mutualaid.model.text import plain
from mutualaid.model.values import ContactKind

#: Of two titles, the part of their words that must be the same.
_ALIKE: Final = 0.75
#: Posts of one person with which a title is compared.
_MOST_COMPARED: Final = 200


class Known(NamedTuple):
    """A record that is here."""

    number: int
    kind: str
    owner: bytes
    alive: bool
    updated: int


class Match(NamedTuple):
    """The record that an item is; ``why`` is a sentence where that is only probable."""

    record: bytes
    why: str = ""


class _Person(NamedTuple):
    record: bytes
    member: bool
    area: str  # plain
    contacts: frozenset[str]


class Here:
    """What is here, read once for a whole list."""

    def __init__(self, db: Any) -> None:
        self._db = db
        self.records: dict[bytes, Known] = {
            id_: Known(number, kind, owner, bool(alive), updated)
            for number, id_, kind, owner, alive, updated in db.execute(
                "SELECT number, id, kind, owner, alive, updated FROM record"
                " WHERE kind IN ('person', 'listed', 'post', 'place', 'repair')"
            )
        }
        self._sources = self._read_sources()
        self._public: dict[UUID, bytes] | None = None
        self._attempts: dict[int, bytes] | None = None
        self._people: dict[str, list[_Person]] | None = None
        self._posts: dict[tuple[str, str], list[tuple[bytes, str]]] | None = None
        self._places: dict[str, list[tuple[bytes, str]]] | None = None

    @property
    def tz(self) -> str:
        """Where the group is: a name of the IANA database, or ""."""
        row = self._db.execute("SELECT tz FROM group_page LIMIT 1").fetchone()
        return str(row[0]) if row else ""

    # -- for certain

    def of_source(self, made: Becoming) -> bytes | None:
        """The record with this id in this list, whoever brought it in."""
        if not made.origin_id or made.unnamed:
            return None
        return self._sources.get((made.kind, made.origin.casefold(), made.origin_id))

    def own(self, made: Becoming) -> bytes | None:
        """The record of this group that an export of ours calls by this id."""
        identifier = _uuid(made.origin_id)
        if identifier is None:
            return self._own_attempt(made.origin_id) if made.kind == "repair" else None
        if self._public is None:
            self._public = {public_id(each): each for each in self.records}
        found = self._public.get(identifier)
        if found is None:
            return None
        kinds = ("listed", "person") if made.kind == "listed" else (made.kind,)
        return found if self.records[found].kind in kinds else None

    def _own_attempt(self, ords_id: str) -> bytes | None:
        if self._attempts is None:
            attempts = (id_ for id_, known in self.records.items() if known.kind == "repair")
            self._attempts = {own_number(id_): id_ for id_ in attempts}
        number = ords_id.rpartition("-")[2]
        short = number.isascii() and number.isdecimal() and len(number) <= 18
        return self._attempts.get(int(number)) if short else None

    def _read_sources(self) -> dict[tuple[str, str, str], bytes]:
        found: dict[tuple[str, str, str], bytes] = {}
        for kind in ("listed", "post", "place"):
            for id_, origin, origin_id in self._db.execute(
                f"SELECT id, origin, origin_id FROM {kind}_source JOIN record ON number = record"
                " WHERE origin_id <> '' ORDER BY id DESC"
            ):
                found[kind, origin.casefold(), origin_id] = id_
        for id_, origin, origin_id in self._db.execute(
            "SELECT r.id, t.origin, t.origin_id FROM repair AS t JOIN record AS r"
            " ON r.number = t.record WHERE t.origin_id <> '' ORDER BY r.id DESC"
        ):
            found["repair", origin.casefold(), origin_id] = id_
        return found

    # -- probably

    def probably(self, made: Becoming) -> Match | None:
        """What an item that is nothing for certain probably is."""
        match made.kind:
            case "listed":
                return self._like_person(made)
            case "post":
                return self._like_post(made)
            case "place":
                return self._like_place(made)
        return None

    def _like_person(self, made: Becoming) -> Match | None:
        if self._people is None:
            self._people = self._read_people()
        area = plain(str(made.fields.get("area", "")))
        contacts = {same_contact(each) for each in made.contacts}
        for person in self._people.get(_name(made.title), ()):
            who = "a member" if person.member else "known of already"
            if contacts & person.contacts:
                said = f"{made.title} is {who}, with the same name and contact."
            elif area and area == person.area:
                said = f"{made.title} is {who}, with the same name in the same area."
            elif person.member and not area and not contacts:
                said = f"A member has the same name, {made.title}."
            else:
                continue
            return Match(person.record, said)
        return None

    def _read_people(self) -> dict[str, list[_Person]]:
        db = self._db
        contacts: dict[bytes, set[str]] = {}
        for about, kind, value in (
            *db.execute("SELECT person, kind, value FROM contact"),
            *db.execute("SELECT about, kind, value FROM listed_contact"),
        ):
            contacts.setdefault(about, set()).add(same_contact(Contact(KINDS[kind], value)))
        for author, kind, value in db.execute("SELECT author, kind, value FROM opened_opening"):
            contacts.setdefault(author, set()).add(same_contact(Contact(ContactKind(kind), value)))
        for about, packed in db.execute("SELECT about, contacts FROM opened_known"):
            said = (Contact(ContactKind(kind), value) for kind, value in json.loads(packed))
            contacts.setdefault(about, set()).update(map(same_contact, said))
        found: dict[str, list[_Person]] = {}
        for id_, person, name, area in db.execute(
            "SELECT r.id, p.person, p.name, p.area FROM person AS p"
            " JOIN record AS r ON r.number = p.record"
        ):
            reached = frozenset(contacts.get(person, ()))
            found.setdefault(_name(name), []).append(_Person(id_, True, plain(area), reached))
        for id_, name, area in db.execute(
            "SELECT r.id, p.name, p.area FROM listed AS p JOIN record AS r ON r.number = p.record"
        ):
            reached = frozenset(contacts.get(id_, ()))
            found.setdefault(_name(name), []).append(_Person(id_, False, plain(area), reached))
        return found

    def _like_post(self, made: Becoming) -> Match | None:
        if self._posts is None:
            self._posts = self._read_posts()
        who = str(made.fields.get("for", ""))
        words = frozenset(plain(made.title).split())
        alike = self._posts.get((str(made.fields.get("kind", "")), _name(who)), ())
        for record, title in alike[-_MOST_COMPARED:]:
            if _alike(words, frozenset(title.split())):
                return Match(record, f"There is a post much like it for {who} on the board.")
        return None

    def _read_posts(self) -> dict[tuple[str, str], list[tuple[bytes, str]]]:
        found: dict[tuple[str, str], list[tuple[bytes, str]]] = {}
        for id_, kind, title, whom, owner in self._db.execute(
            "SELECT r.id, p.kind, p.title, p.on_behalf_of, coalesce((SELECT name FROM person"
            " WHERE person.person = p.owner LIMIT 1), '') FROM post AS p"
            " JOIN record AS r ON r.number = p.record WHERE p.state <= 1 ORDER BY p.record"
        ):
            key = (str(POST_KINDS[kind]), _name(whom or owner))
            found.setdefault(key, []).append((id_, plain(title)))
        return found

    def _like_place(self, made: Becoming) -> Match | None:
        if self._places is None:
            self._places = {}
            for id_, name, area in self._db.execute(
                "SELECT r.id, p.name, p.area FROM place AS p JOIN record AS r"
                " ON r.number = p.record"
            ):
                self._places.setdefault(_name(name), []).append((id_, plain(area)))
        area = plain(str(made.fields.get("area", "")))
        for record, where in self._places.get(_name(made.title), ()):
            if not area or not where or area == where:
                return Match(record, f"There is a place called {made.title} already.")
        return None


def _name(text: str) -> str:
    return plain(text) or text


def _alike(one: Collection[str], other: Collection[str]) -> bool:
    if not one or not other:
        return False
    both = len(frozenset(one) & frozenset(other))
    return both >= _ALIKE * max(len(one), len(other))


def _uuid(text: str) -> UUID | None:
    text = text.removeprefix("urn:uuid:")
    if len(text) not in (32, 36):
        return None
    try:
        return UUID(text)
    except ValueError:
        return None
