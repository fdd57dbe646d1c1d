# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages: of members, and of those who are known of from a list."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from mutualaid.model.codes import code
from mutualaid.model.directories import sources
from mutualaid.model.directories.directory import Contact, Person
from mutualaid.model.directories.ledger import Ledger
from mutualaid.model.records.contact import AUDIENCES as CONTACT_AUDIENCES
from mutualaid.model.records.contact import KINDS
from mutualaid.model.records.person import LEVELS, SHARES
from mutualaid.model.records.sharing import AUDIENCES
from mutualaid.model.values import Fix, Skill
from mutualaid.model.values.directories import HeldWhy, ShareField


@dataclass(frozen=True, slots=True)
class _Lists:
    """What hangs on pages, by the number of their record."""

    languages: Mapping[int, list[tuple[Any, ...]]]
    skills: Mapping[int, list[tuple[Any, ...]]]
    fixes: Mapping[int, list[tuple[Any, ...]]]
    shares: dict[int, dict[ShareField, int]]


def members(led: Ledger) -> list[tuple[str, Person]]:
    """The pages of members that leave, each with what it is sorted by; fills ``led.shown``."""
    lists = _lists(led, "person", " AND declared")
    contacts: dict[bytes, list[tuple[int, str, int]]] = {}
    for member, kind, value, audience in led.db.execute(
        "SELECT person, kind, value, audience FROM contact ORDER BY kind, created DESC, value"
    ):
        wide = AUDIENCES.index(CONTACT_AUDIENCES[audience])
        contacts.setdefault(member, []).append((kind, value, wide))
    people: list[tuple[str, Person]] = []
    for number, id_, member, name, area, availability, sort_name, updated in led.db.execute(
        "SELECT p.record, r.id, p.person, p.name, p.area, p.availability, p.sort_name,"
        " r.updated FROM person AS p JOIN record AS r ON r.number = p.record"
    ):
        led.step()
        shares = lists.shares.get(number, {})
        led.shares[member] = shares
        if led.is_left_out("person", id_, name):
            continue
        if not led.lets(member, ShareField.NAME):
            led.stays("person", id_, name, HeldWhy.NO_NAME)
            continue
        person = _page(
            led, number, id_, (name, area, availability, updated), lists, contacts.get(member, ())
        )
        led.members[id_] = member
        led.shown[member] = person
        people.append((sort_name, person))
    return people


def known_of(led: Ledger) -> list[tuple[str, Person]]:
    """Those who are known of from a list, no members, and have agreed by a word that counts."""
    words = _words(led)
    contacts: dict[bytes, dict[tuple[int, str], int]] = {}
    for about, who, kind, value, audience in led.db.execute(
        "SELECT about, person, kind, value, audience FROM listed_contact ORDER BY kind, value"
    ):
        said = words.get(about)
        if said is None or who not in said.by:
            continue
        wide = min(AUDIENCES.index(CONTACT_AUDIENCES[audience]), said.wide)
        found = contacts.setdefault(about, {})
        found[kind, value] = min(found.get((kind, value), wide), wide)
    noted = {row[0] for row in led.db.execute("SELECT DISTINCT about FROM listed_word")}
    lists = _lists(led, "listed")
    origins = sources.read(led.db, "listed")
    people: list[tuple[str, Person]] = []
    for number, id_, name, area, availability, sort_name, updated in led.db.execute(
        "SELECT l.record, r.id, l.name, l.area, l.availability, l.sort_name,"
        " r.updated FROM listed AS l JOIN record AS r ON r.number = l.record"
    ):
        led.step()
        if led.is_left_out("person", id_, name):
            continue
        word = words.get(id_)
        if word is None or not led.may(word.wide):
            why = _NO_STEWARD if word is None and id_ in noted else ""
            led.stays("person", id_, name, HeldWhy.NO_CONSENT, said=why)
            continue
        lists.shares[number] = dict.fromkeys(SHARES, word.wide)
        reached = [(*each, wide) for each, wide in contacts.get(id_, {}).items()]
        page = (name, area, availability, updated)
        people.append((sort_name, _page(led, number, id_, page, lists, reached, origins)))
    return people


_NO_STEWARD: Final = "A steward has to note that they agreed, too."


class _Word(NamedTuple):
    """That somebody known of agreed: by whom, and for whom at most (a place in AUDIENCES)."""

    by: frozenset[bytes]
    wide: int


def _words(led: Ledger) -> dict[bytes, _Word]:
    """The words that count for whom this is, by the record they are about: within the group those
    of all, beyond it those of stewards. Of several the narrowest audience stands."""
    found: dict[bytes, _Word] = {}
    for about, who, audience in led.db.execute("SELECT about, person, audience FROM listed_word"):
        if led.outside and who not in led.stewards:
            continue
        wide = AUDIENCES.index(CONTACT_AUDIENCES[audience])
        before = found.get(about, _Word(frozenset(), wide))
        found[about] = _Word(before.by | {who}, min(before.wide, wide))
    return found


def _lists(led: Ledger, kind: str, declared: str = "") -> _Lists:
    fixes = f"SELECT record, category, note FROM {kind}_fix WHERE 1{declared} ORDER BY category"
    shares: dict[int, dict[ShareField, int]] = {}
    if kind == "person":  # of others nobody says it field by field
        for number, place, audience in led.db.execute(
            "SELECT record, field, audience FROM person_share"
        ):
            shares.setdefault(number, {})[SHARES[place]] = audience
    return _Lists(
        languages=led.by_record(f"SELECT record, name FROM {kind}_language ORDER BY name"),
        skills=led.by_record(f"SELECT record, name, level, note FROM {kind}_skill ORDER BY name"),
        fixes=led.by_record(fixes),
        shares=shares,
    )


def _page(
    led: Ledger,
    number: int,
    id_: bytes,
    row: tuple[str, str, str, int],
    lists: _Lists,
    contacts: Iterable[tuple[int, str, int]],
    origins: sources.Sources | None = None,
) -> Person:
    """A page whose name leaves, with what else of it does."""
    name, area, availability, updated = row
    shares = lists.shares.get(number, {})

    def only(share: ShareField, value: Any) -> Any:
        if not value or led.may(shares.get(share)):
            return value
        led.stays("person", id_, name, HeldWhy.NO_CONSENT, str(share))
        return type(value)()

    shown: list[Contact] = []
    for kind, value, audience in contacts:
        if led.may(audience):
            shown.append(Contact(KINDS[kind], value))
        else:
            what = f"contact:{KINDS[kind]}"
            led.stays("person", id_, name, HeldWhy.NO_CONSENT, what)
    return Person(
        id=id_,
        code=code(id_),
        name=name,
        area=only(ShareField.AREA, area),
        languages=only(
            ShareField.LANGUAGES, tuple(each[0] for each in lists.languages.get(number, ()))
        ),
        availability=only(ShareField.AVAILABILITY, availability),
        skills=only(
            ShareField.SKILLS,
            tuple(
                Skill(skill, LEVELS[level], note)
                for skill, level, note in lists.skills.get(number, ())
            ),
        ),
        fixes=only(ShareField.FIXES, tuple(Fix(*each) for each in lists.fixes.get(number, ()))),
        contacts=tuple(shown),
        known_of=origins is not None,
        updated=min(updated, led.asked.now),
        source=origins.source(number) if origins and not led.outside else None,
    )
