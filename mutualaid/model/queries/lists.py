# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Imports, what came in with them, and the people who are known of from a list."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from mutualaid.errors import NotFoundError
from mutualaid.model import codes
from mutualaid.model.queries.where import NAME_OF, Where, marks
from mutualaid.model.records.contact import AUDIENCES, KINDS
from mutualaid.model.values.directories import ImportRow, KnownRow, KnownWord

#: Kinds that an import writes, and where each says which one.
IMPORTED: Final[Mapping[str, str]] = {
    "listed": "listed_source",
    "post": "post_source",
    "place": "place_source",
    "repair": "repair",
}

_IMPORTS: Final = f"""
    SELECT r.id, {NAME_OF.format("i.person")}, i.person = ?, i.created, i.format, i.origin,
           i.licence, i.added, i.changed, i.undone
    FROM import_log AS i JOIN record AS r ON r.number = i.record
"""


def imports(db: Any, me: bytes, *, limit: int = 200) -> list[ImportRow]:
    """The imports of the group, the newest first."""
    rows = db.execute(f"{_IMPORTS} ORDER BY i.created DESC, r.id LIMIT ?", (me, limit))
    return [_import(row) for row in rows]


def import_row(db: Any, me: bytes, which: bytes) -> ImportRow:
    """One import; raises NotFoundError."""
    row = db.execute(f"{_IMPORTS} WHERE r.id = ?", (me, which)).fetchone()
    if row is None:
        raise NotFoundError("There is no such import in this group's log.")
    return _import(row)


def _import(row: Sequence[Any]) -> ImportRow:
    id_, who, mine, created, format_, origin, licence, added, changed, undone = row
    return ImportRow(
        id=id_,
        code=codes.code(id_),
        who=who,
        mine=bool(mine),
        created=created,
        format=format_,
        origin=origin,
        licence=licence,
        added=added,
        changed=changed,
        undone=bool(undone),
    )


class Brought(NamedTuple):
    """A record that an import wrote last."""

    number: int
    id: bytes
    kind: str


def brought(db: Any, import_: bytes) -> list[Brought]:
    """What an import wrote and nothing else has since; posts first, places last, so that nothing
    points at what is gone."""
    found: list[Brought] = []
    for kind in ("post", "repair", "listed", "place"):
        rows = db.execute(
            f"SELECT r.number, r.id FROM {IMPORTED[kind]} AS s JOIN record AS r"
            " ON r.number = s.record WHERE s.import_id = ? ORDER BY r.number",
            (import_,),
        )
        found += [Brought(number, id_, kind) for number, id_ in rows]
    return found


def title_of(db: Any, kind: str, number: int) -> str:
    """What a record is called, for people."""
    column = {"listed": "name", "place": "name", "post": "title", "repair": "item"}[kind]
    row = db.execute(f"SELECT {column} FROM {kind} WHERE record = ?", (number,)).fetchone()
    return str(row[0]) if row else ""


def source_of(db: Any, kind: str, number: int) -> tuple[str, str, str] | None:
    """List, id there and licence of a record, None where it comes from none."""
    if kind not in IMPORTED:
        return None
    row = db.execute(
        f"SELECT origin, origin_id, licence FROM {IMPORTED[kind]} WHERE record = ?", (number,)
    ).fetchone()
    return tuple(row) if row and any(row) else None


def here(db: Any, records: Sequence[bytes]) -> set[bytes]:
    """Which of these records are here."""
    found: set[bytes] = set()
    for at in range(0, len(records), 500):
        some = list(records[at : at + 500])
        sql = f"SELECT id FROM record WHERE id IN ({marks(some)})"
        found.update(row[0] for row in db.execute(sql, some))
    return found


def sealed_about(db: Any, listed: bytes, author: bytes | None = None) -> list[bytes]:
    """The sealed notes with the contacts of somebody known of, as far as I can open them."""
    rows = db.execute(
        "SELECT id FROM opened_known AS o JOIN record ON number = o.record"
        " WHERE o.about = ? AND o.author = coalesce(?, o.author) ORDER BY id",
        (listed, author),
    )
    return [row[0] for row in rows]


def words_about(db: Any, listed: bytes, person: bytes | None = None) -> list[bytes]:
    """The records that say that somebody known of agreed; those of one who asked."""
    rows = db.execute(
        "SELECT id FROM listed_word AS w JOIN record ON number = w.record"
        " WHERE w.about = ? AND w.person = coalesce(?, w.person) ORDER BY id",
        (listed, person),
    )
    return [row[0] for row in rows]


def is_agreed(db: Any, listed: bytes) -> bool:
    """Whether anybody says that somebody known of agreed."""
    sql = "SELECT 1 FROM listed_word WHERE about = ? LIMIT 1"
    return db.execute(sql, (listed,)).fetchone() is not None


def contacts_of(db: Any, listed: bytes, person: bytes) -> list[tuple[str, str]]:
    """The contacts of somebody known of that one person opened to the group."""
    rows = db.execute(
        "SELECT DISTINCT kind, value FROM listed_contact WHERE about = ? AND person = ?"
        " ORDER BY kind, value",
        (listed, person),
    )
    return [(str(KINDS[kind]), value) for kind, value in rows]


def contacts_about(db: Any, listed: bytes, person: bytes | None = None) -> list[bytes]:
    """The records with the contacts of somebody known of who agreed; those of one who asked."""
    rows = db.execute(
        "SELECT id FROM listed_contact AS c JOIN record ON number = c.record"
        " WHERE c.about = ? AND c.person = coalesce(?, c.person) ORDER BY id",
        (listed, person),
    )
    return [row[0] for row in rows]


def sealed_contacts(db: Any, listed: bytes) -> list[tuple[str, str]]:
    """The contacts of somebody known of that are sealed and open to me, each once."""
    found: dict[tuple[str, str], None] = {}
    for (packed,) in db.execute(
        "SELECT contacts FROM opened_known WHERE about = ? ORDER BY record", (listed,)
    ):
        found.update(dict.fromkeys((kind, value) for kind, value in json.loads(packed)))
    return list(found)


def sealed_more(db: Any, listed: bytes) -> list[tuple[str, str]]:
    """What lists say beside of somebody known of, as far as it is open to me, each once."""
    return list(_beside(db, [listed]).get(listed, ()))


# -- people who are known of

_KNOWN: Final = """
    SELECT l.record, r.id, l.name, l.area, l.availability, s.origin, s.licence,
           i.person = :me
           OR EXISTS (SELECT 1 FROM opened_known WHERE about = r.id AND author = :me)
    FROM listed AS l JOIN record AS r ON r.number = l.record
    LEFT JOIN listed_source AS s ON s.record = l.record
    LEFT JOIN record AS ir ON ir.id = s.import_id LEFT JOIN import_log AS i ON i.record = ir.number
"""


def known_people(
    db: Any,
    me: bytes,
    stewards: Collection[bytes],
    search: str = "",
    limit: int = 200,
    offset: int = 0,
) -> list[KnownRow]:
    """People known of by name, found by name, area, language, skill or what they repair.
    ``stewards`` are those of now."""
    where = Where().words("l.sort_name || l.words", search)
    values = _named(str(where), where.values)
    sql = f"{_KNOWN} WHERE {values[0]} ORDER BY l.sort_name, r.id LIMIT :limit OFFSET :offset"
    rows = db.execute(sql, {"me": me, "limit": limit, "offset": offset, **values[1]}).fetchall()
    return _known(db, rows, me, stewards)


def known_person(db: Any, me: bytes, stewards: Collection[bytes], which: bytes) -> KnownRow:
    """One of them, by the record's id; raises NotFoundError."""
    rows = db.execute(f"{_KNOWN} WHERE r.id = :which", {"me": me, "which": which}).fetchall()
    if not rows:
        raise NotFoundError("Nobody of that sort is on a list here. They may have been forgotten.")
    return _known(db, rows, me, stewards)[0]


def _named(condition: str, values: Sequence[Any]) -> tuple[str, dict[str, Any]]:
    """A condition with question marks as one with names."""
    named: dict[str, Any] = {}
    for number, value in enumerate(values):
        condition = condition.replace("?", f":word{number}", 1)
        named[f"word{number}"] = value
    return condition, named


def _known(
    db: Any, rows: Sequence[Sequence[Any]], me: bytes, stewards: Collection[bytes]
) -> list[KnownRow]:
    numbers = [row[0] for row in rows]
    languages = _lists(db, "SELECT record, name FROM listed_language", numbers)
    skills = _lists(db, "SELECT record, name FROM listed_skill", numbers)
    fixes = _lists(db, "SELECT record, category FROM listed_fix", numbers)
    ids = [row[1] for row in rows]
    words = _words(db, ids, me, stewards)
    contacts: dict[bytes, dict[tuple[str, str], None]] = {}
    # A contact counts with the word of who opened it: nobody adds one to another's word.
    for about, kind, value in _about(
        db,
        "SELECT about, kind, value FROM listed_contact AS c WHERE about IN ({}) AND EXISTS"
        " (SELECT 1 FROM listed_word AS w WHERE w.about = c.about AND w.person = c.person)"
        " ORDER BY kind, value",
        ids,
    ):
        contacts.setdefault(about, {})[str(KINDS[kind]), value] = None
    sealed: dict[bytes, dict[tuple[str, str], None]] = {}
    for about, packed in _about(
        db, "SELECT about, contacts FROM opened_known WHERE about IN ({}) ORDER BY record", ids
    ):
        for kind, value in json.loads(packed):
            sealed.setdefault(about, {})[kind, value] = None
    more: dict[bytes, dict[str, str]] = {}
    for about, said in _beside(db, ids).items():
        for name, value in said:
            before = more.setdefault(about, {}).get(name)
            more[about][name] = value if before is None else f"{before}; {value}"
    return [
        KnownRow(
            number=number,
            id=id_,
            code=codes.code(id_),
            name=name,
            area=area,
            languages=tuple(each for (each,) in languages.get(number, ())),
            availability=availability,
            skills=tuple(each for (each,) in skills.get(number, ())),
            fixes=tuple(each for (each,) in fixes.get(number, ())),
            origin=origin or "",
            licence=licence or "",
            words=tuple(words.get(id_, ())),
            contacts=tuple(contacts.get(id_, ())),
            sealed=tuple(sealed.get(id_, ())),
            has_contacts=id_ in sealed or id_ in contacts,
            mine=bool(mine),
            more=more.get(id_, {}),
        )
        for number, id_, name, area, availability, origin, licence, mine in rows
    ]


def _words(
    db: Any, ids: Sequence[bytes], me: bytes, stewards: Collection[bytes]
) -> dict[bytes, list[KnownWord]]:
    """Who says that each of them agreed: mine first, then those of stewards."""
    found: dict[bytes, list[KnownWord]] = {}
    for about, person, by, how, audience in _about(
        db,
        f"SELECT about, person, {NAME_OF.format('w.person')}, how, audience FROM listed_word AS w"
        " JOIN record AS r ON r.number = w.record WHERE about IN ({}) ORDER BY r.created, r.id",
        ids,
    ):
        word = KnownWord(by, person == me, person in stewards, how, AUDIENCES[audience])
        found.setdefault(about, []).append(word)
    for words in found.values():
        words.sort(key=lambda word: (not word.mine, not word.steward))
    return found


def _beside(db: Any, ids: Sequence[bytes]) -> dict[bytes, dict[tuple[str, str], None]]:
    """What lists say beside of people known of, as far as it is open to me."""
    found: dict[bytes, dict[tuple[str, str], None]] = {}
    for about, packed in _about(
        db, "SELECT about, more FROM opened_known WHERE about IN ({}) ORDER BY record", ids
    ):
        for name, value in json.loads(packed):
            found.setdefault(about, {})[name, value] = None
    return found


def _about(db: Any, sql: str, ids: Sequence[bytes]) -> Iterator[Any]:
    """Rows about some records; ``{}`` in the query stands for their marks."""
    for at in range(0, len(ids), 500):
        some = list(ids[at : at + 500])
        yield from db.execute(sql.replace("{}", marks(some)), some)


def _lists(db: Any, sql: str, numbers: Sequence[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for at in range(0, len(numbers), 500):
        some = list(numbers[at : at + 500])
        for number, *rest in db.execute(
            f"{sql} WHERE record IN ({marks(some)}) ORDER BY 1, 2", some
        ):
            found.setdefault(number, []).append(tuple(rest))
    return found


def name_of(db: Any, person: bytes) -> str:
    """A member's name, or a word for somebody whose page has not come."""
    row = db.execute("SELECT name FROM person WHERE person = ? LIMIT 1", (person,)).fetchone()
    return str(row[0]) if row else "A neighbour"


def built_on(db: Any, record: bytes, me: bytes, import_: bytes) -> tuple[str, str]:
    """Who else built what on a record, in words for a sentence; twice "" for nothing."""
    values = {"record": record, "me": me, "import": import_}
    for sql, what in _BUILT_ON:
        used = {name: value for name, value in values.items() if f":{name}" in sql}
        row = db.execute(f"{sql} LIMIT 1", used).fetchone()
        if row is not None:
            return name_of(db, row[0]), what
    return "", ""


_BUILT_ON: Final = (
    ("SELECT person FROM response WHERE post = :record AND person <> :me", "answered it"),
    ("SELECT person FROM comment WHERE about = :record AND person <> :me", "wrote about it"),
    (
        "SELECT owner FROM repair WHERE place = :record AND coalesce(import_id, x'') <> :import",
        "noted a repair there",
    ),
)


def doubled_posts(db: Any, me: bytes) -> list[bytes]:
    """My posts that somebody else brought in from the same list, too, where theirs is to stay:
    the one that was answered, then the one with the lower id."""
    rows = db.execute(
        """SELECT r.id FROM post AS p JOIN record AS r ON r.number = p.record
           JOIN post_source AS s ON s.record = p.record
           WHERE p.owner = :me AND p.said = 0 AND s.origin_id <> '' AND EXISTS (
               SELECT 1 FROM post_source AS o JOIN post AS q ON q.record = o.record
               JOIN record AS t ON t.number = o.record
               WHERE o.origin_id = s.origin_id AND o.origin_id <> '' AND o.origin = s.origin
               AND q.owner <> :me AND q.said = 0 AND q.kind = p.kind AND q.title = p.title
               AND q.on_behalf_of = p.on_behalf_of
               AND (t.id < r.id OR EXISTS (SELECT 1 FROM response WHERE post = t.id)))
           AND NOT EXISTS (SELECT 1 FROM response WHERE post = r.id)
           AND NOT EXISTS (SELECT 1 FROM comment WHERE about = r.id)""",
        {"me": me},
    )
    return [row[0] for row in rows]


def count_imports(db: Any) -> int:
    return int(db.execute("SELECT count(*) FROM import_log").fetchone()[0])
