# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What bringing in a list would do: each item held against what is here."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from mutualaid.errors import BadValueError
from mutualaid.model import times
from mutualaid.model.content import GONE
from mutualaid.model.directories.becoming import (
    Becoming,
    Called,
    Unusable,
    become,
    nonce_of,
    record_id,
)
from mutualaid.model.directories.cells import same_contact
from mutualaid.model.directories.comparing import Here
from mutualaid.model.directories.incoming.item import Item, Problem, Sort
from mutualaid.model.directories.incoming.tables import Problems
from mutualaid.model.directories.preview import FieldChange, PreviewLine, SkipWhy
from mutualaid.model.values import Repeat, Scalar

if TYPE_CHECKING:
    from mutualaid.model.apply import Weighed
    from mutualaid.model.directories.directory import Contact

#: Called with how many items of how many are done; raises to stop.
Tick = Callable[[int, int], None]

#: Fields that say whence a record came and what was agreed here: never a difference.
_NOT_COMPARED: Final = frozenset(("origin", "origin_id", "import", "yes", "for"))
_WINDOW: Final = frozenset(("starts", "ends"))
#: What a list says beside a record, and under which licence.
_BESIDE: Final = ("more:", "licence")
#: So many seconds two clocks may differ where a list says when something was changed.
_CLOCKS_MS: Final = 2000
#: Generations of one identity, each of which was forgotten.
_MOST_GENERATIONS: Final = 1000
_BAD_TITLE: Final = 60


class Work(NamedTuple):
    """What is to be written for one item."""

    number: int
    made: Becoming
    record: bytes
    nonce: bytes | None  # None: the record is here, and changes
    updates: Mapping[str, Scalar] = {}
    sealed: bool = False  # whether contacts, and what stands beside of people, are to be sealed


class KnownOf(NamedTuple):
    """About somebody known of, by their record: their contacts that are sealed and open to me,
    what lists say of them beside, as far as that is, and whether anybody says that they agreed."""

    contacts: "Callable[[bytes], Sequence[Contact]]"
    more: Callable[[bytes], Collection[tuple[str, str]]]
    agreed: Callable[[bytes], bool]


@dataclass(slots=True)
class Foreseen:
    """Lines and works of a list, in the order of its items; places first."""

    adds: list[PreviewLine] = field(default_factory=list)
    changes: list[PreviewLine] = field(default_factory=list)
    skips: list[PreviewLine] = field(default_factory=list)
    problems: tuple[Problem, ...] = ()
    works: list[Work] = field(default_factory=list)


class Foresight:
    """Holds items against what is here. For one list, on one state of the group."""

    def __init__(
        self,
        here: Here,
        *,
        group: bytes,
        me: bytes,
        now: int,
        format_: str,
        called: Called,
        licence: str,
        purged: Collection[bytes],
        weigh: "Callable[[bytes], Weighed]",
        known: KnownOf,
    ) -> None:
        """``weigh`` weighs a record that is here."""
        self._here = here
        self._group = group
        self._me = me
        self._now = now
        self._format = format_
        self._called = called
        self._licence = licence
        self._purged = purged
        self._weigh = weigh
        self._known_of = known
        self._seen: dict[bytes, str] = {}
        self._seen_contacts: dict[bytes, frozenset[str]] = {}
        self._places: dict[str, bytes] = {}
        self._problems = Problems()
        self.found = Foreseen()

    def look(
        self,
        items: Sequence[Item],
        *,
        anyway: Collection[int] = (),
        leave_out: Collection[int] = (),
        tick: Tick,
    ) -> Foreseen:
        """Hold all items against what is here. ``anyway`` are numbers of items that are added
        though they are probably here; ``leave_out`` of those that are passed over."""
        order = sorted(range(len(items)), key=lambda at: (items[at].sort is not Sort.PLACE, at))
        for done, number in enumerate(order):
            if done % 200 == 0:
                tick(done, len(order))
            item = items[number]
            try:
                self._one(number, item, anyway=number in anyway, out=number in leave_out)
            except Unusable as error:
                self._skip(number, item, _bad_title(item), error.why, str(error))
            except BadValueError as error:
                self._skip(number, item, _bad_title(item), SkipWhy.BAD, str(error))
        tick(len(order), len(order))
        self.found.problems = self._problems.all()
        self.found.adds.sort(key=lambda line: line.number)
        self.found.skips.sort(key=lambda line: line.number)
        return self.found

    def _one(self, number: int, item: Item, *, anyway: bool, out: bool) -> None:
        made = become(item, self._called, self._licence, self._now)
        if item.sort is Sort.REPAIR and item.place:
            place = self._places.get(item.place)
            if place is not None:
                made.fields["place"] = place
        for note in made.notes:
            self._problems.add(item.where, note, kept=True)
        if out:
            self._skip(number, item, made.title, SkipWhy.NOT_WANTED, "")
            return
        nonce, identity = self._identity(made)
        if identity in self._seen and not self._is_another(made, identity):
            said = f"It stands in the list before, in {self._seen[identity]}."
            self._skip(number, item, made.title, SkipWhy.TWICE, said, identity)
            return
        if identity in self._seen:
            made.key += "\x1f2"
            nonce, identity = self._identity(made)
        self._seen[identity] = item.where
        self._seen_contacts[identity] = frozenset(map(same_contact, made.contacts))
        same = self._same(made, identity)
        if same is not None and self._may_be_another(made, same):
            if not anyway:
                said = f"{made.title} is known of already, in the same area, with another contact."
                self._skip(number, item, made.title, SkipWhy.PROBABLY_SAME, said, same)
                return
            made.key += "\x1f2"
            nonce, identity = self._identity(made)
            same = self._same(made, identity)
        if same is not None:
            self._note_place(item, same)
            self._known(number, item, made, same)
            return
        match = self._here.probably(made)
        if match is not None and not anyway:
            self._note_place(item, match.record)
            member = self._here.records[match.record].kind == "person"
            why = SkipWhy.MEMBER if member else SkipWhy.PROBABLY_SAME
            self._skip(number, item, made.title, why, match.why, match.record)
            return
        self._note_place(item, identity)
        line = PreviewLine(number, item.sort, item.where, made.title)
        self.found.adds.append(line)
        works = Work(number, made, identity, nonce, {}, made.is_sealed)
        self.found.works.append(works)

    def _note_place(self, item: Item, record: bytes) -> None:
        if item.sort is Sort.PLACE and item.key:
            self._places.setdefault(item.key, record)

    def _is_another(self, made: Becoming, identity: bytes) -> bool:
        """Whether a line without an id, like one before, is of somebody else: the same name in
        the same area, with other contacts."""
        if made.origin_id or made.kind != "listed":
            return False
        before = self._seen_contacts.get(identity, frozenset())
        mine = frozenset(map(same_contact, made.contacts))
        return bool(before and mine and not before & mine)

    def _may_be_another(self, made: Becoming, same: bytes) -> bool:
        """Whether somebody whom a list without a name and without ids calls as one who is known
        of may be somebody else: none of their contacts is one that is known."""
        if not made.unnamed or made.origin_id or self._here.records[same].kind != "listed":
            return False
        here = set(map(same_contact, self._known_of.contacts(same)))
        said = set(map(same_contact, made.contacts))
        return bool(here and said and not here & said)

    def _identity(self, made: Becoming) -> tuple[bytes, bytes]:
        """The nonce and id of a record: the first generation that was not forgotten."""
        for generation in range(_MOST_GENERATIONS):
            nonce = nonce_of(self._format, made, generation)
            identity = record_id(self._group, self._me, made, nonce)
            if identity not in self._purged:
                return nonce, identity
        raise Unusable("It was brought in and forgotten too often.")

    def _same(self, made: Becoming, identity: bytes) -> bytes | None:
        """The record here that this is for certain."""
        known = self._here.records.get(identity)
        if known is not None:
            return identity
        return self._here.of_source(made) or self._here.own(made)

    # -- what is here already

    def _known(self, number: int, item: Item, made: Becoming, same: bytes) -> None:
        known = self._here.records[same]
        if known.kind == "person":
            said = f"{made.title} is a member: their page is their own."
            self._skip(number, item, made.title, SkipWhy.MEMBER, said, same)
            return
        if known.owner not in (self._me, self._group):
            said = "A neighbour brought it in already."
            self._skip(number, item, made.title, SkipWhy.KNOWN, said, same)
            return
        weighed = self._weigh(same)
        if not known.alive:
            self._come_back(number, item, made, same, weighed)
            return
        updates, fields, kept = self._differences(item, made, weighed, known.updated)
        contacts = known.kind == "listed" and self._has_new_contacts(made, same)
        if contacts:
            fields.append(FieldChange("contacts", "", "sealed until they are asked"))
        beside = known.kind == "listed" and self._has_more_beside(made, same)
        if beside:
            fields.append(FieldChange("more", "", "sealed to who brings the list, and stewards"))
        sealed = contacts or beside
        if updates or sealed:
            why = f"Changed here since, and left: {', '.join(kept)}." if kept else ""
            line = PreviewLine(
                number, item.sort, item.where, made.title, why, None, tuple(fields), same
            )
            self.found.changes.append(line)
            self.found.works.append(Work(number, made, same, None, updates, sealed))
        elif kept:
            said = f"Somebody here changed it since: {', '.join(kept)}."
            self._skip(number, item, made.title, SkipWhy.CHANGED_HERE, said, same)
        else:
            self._skip(number, item, made.title, SkipWhy.KNOWN, "It is here already.", same)

    def _come_back(
        self, number: int, item: Item, made: Becoming, same: bytes, weighed: "Weighed"
    ) -> None:
        """What an undo took off the lists comes back; what somebody took off by hand does not."""
        fields = weighed.merged.fields if weighed.merged else {}
        if weighed.merged is None or fields.get("import") is not None:
            said = "Somebody here took it off the lists."
            self._skip(number, item, made.title, SkipWhy.CHANGED_HERE, said, same)
            return
        self.found.adds.append(
            PreviewLine(number, item.sort, item.where, made.title, "It comes back.", same=same)
        )
        updates = {name: value for name, value in made.fields.items() if fields.get(name) != value}
        updates[GONE] = None
        self.found.works.append(Work(number, made, same, None, updates, made.is_sealed))

    def _differences(
        self, item: Item, made: Becoming, weighed: "Weighed", updated: int
    ) -> tuple[dict[str, Scalar], list[FieldChange], list[str]]:
        """What the list says otherwise: what changes, how that is shown, and what is left because
        somebody here changed it after the list."""
        now = weighed.merged.fields if weighed.merged else {}
        newer = bool(item.updated) and item.updated + _CLOCKS_MS >= updated
        updates: dict[str, Scalar] = {}
        shown: list[FieldChange] = []
        kept: list[str] = []
        for name, value in made.fields.items():
            if name in _NOT_COMPARED or now.get(name) == value:
                continue
            if value == "" and name in now:
                continue  # of a family: the list knows of it, and says no more
            if name == "confirmed" and not _is_later(value, now.get(name)):
                continue
            if name.startswith(_BESIDE) and now.get("import") is None:
                continue  # such things stay with what came from lists: this was written here
            if name in _WINDOW and self._is_a_round(made.fields, now):
                continue
            if newer or _was_imported(weighed, name):
                updates[name] = value
                shown.append(FieldChange(name, _said(now.get(name)), _said(value)))
            else:
                kept.append(name)
        return updates, shown, kept

    def _is_a_round(self, said: Mapping[str, Scalar], now: Mapping[str, Scalar]) -> bool:
        """Whether a list says a later time of what comes back, as lists for people do."""
        first, starts, repeat = now.get("starts"), said.get("starts"), now.get("repeat")
        if not isinstance(first, int) or not isinstance(starts, int):
            return False
        if repeat not in set(Repeat) or said.get("repeat") != repeat:
            return False
        ends, zone = now.get("ends"), self._here.tz
        window = (first, ends if isinstance(ends, int) else None, Repeat(str(repeat)))
        number = times.round_at(*window, starts, zone)
        return times.occurrence(*window, number, zone)[0] == starts

    def _has_new_contacts(self, made: Becoming, same: bytes) -> bool:
        if not made.contacts or self._known_of.agreed(same):
            return False
        known = set(map(same_contact, self._known_of.contacts(same)))
        return not set(map(same_contact, made.contacts)) <= known

    def _has_more_beside(self, made: Becoming, same: bytes) -> bool:
        return bool(made.beside) and not made.beside.items() <= set(self._known_of.more(same))

    def _skip(
        self,
        number: int,
        item: Item,
        title: str,
        why: SkipWhy,
        said: str,
        same: bytes | None = None,
    ) -> None:
        line = PreviewLine(number, item.sort, item.where, title, said, why, (), same)
        self.found.skips.append(line)


def _was_imported(weighed: "Weighed", name: str) -> bool:
    """Whether nobody but imports wrote a field, last."""
    for change in reversed(weighed.counted):
        if change.sets is not None and (name in change.sets or name in change.deletes):
            return "import" in change.sets
    return True


def _is_later(value: Scalar, than: Scalar) -> bool:
    return isinstance(value, int) and (not isinstance(than, int) or value > than)


def _said(value: Scalar) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, bytes):
        return "…"
    return "" if value is None else str(value)


def _bad_title(item: Item) -> str:
    for name in ("name", "title", "item", "category"):
        value = item.fields.get(name)
        if isinstance(value, str) and value.strip():
            return " ".join(value.split())[:_BAD_TITLE]
    return ""
