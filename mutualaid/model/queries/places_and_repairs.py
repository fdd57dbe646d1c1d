# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Places, and the log of repairs."""

from collections.abc import Sequence
from typing import Any, Final

from mutualaid.errors import NotFoundError
from mutualaid.model import codes
from mutualaid.model import search as index
from mutualaid.model.queries.where import NAME_OF, Where, marks
from mutualaid.model.records.person import canonical_product
from mutualaid.model.records.place import CONTACTS, KINDS
from mutualaid.model.records.repair import OUTCOMES
from mutualaid.model.records.sharing import point_text
from mutualaid.model.taxonomy import BARRIERS
from mutualaid.model.values import ContactKind, Fix, PlaceRow, RepairRow

_PLACES: Final = """
    SELECT p.record, r.id, p.name, p.kind, p.area, p.address, p.hours, p.about, p.confirmed,
           (SELECT count(*) FROM repair AS t WHERE t.place = r.id),
           (SELECT count(*) FROM repair AS t WHERE t.place = r.id AND t.outcome = 1),
           p.owner = ? OR p.owner IN (SELECT owner FROM group_page), p.lat, p.lon
    FROM place AS p JOIN record AS r ON r.number = p.record
"""


def places(db: Any, me: bytes, search: str = "", limit: int = 200) -> list[PlaceRow]:
    """Places by name, found by name, area, address, description, or what they repair."""
    where = Where().words("p.sort_name || p.words", search)
    sql = f"{_PLACES} WHERE {where} ORDER BY p.sort_name, r.id LIMIT ?"
    return _with_fixes(db, db.execute(sql, (me, *where.values, limit)).fetchall())


def place(db: Any, me: bytes, which: bytes) -> PlaceRow:
    """One place by its record's id; raises NotFoundError."""
    rows = db.execute(f"{_PLACES} WHERE r.id = ?", (me, which)).fetchall()
    if not rows:
        raise NotFoundError("This place is no longer here. Somebody may have removed it.")
    return _with_fixes(db, rows)[0]


def repairs(
    db: Any,
    me: bytes,
    search: str = "",
    category: str = "",
    place: bytes | None = None,
    limit: int = 200,
) -> list[RepairRow]:
    """Attempts at repairs, the latest first. Whose they are is said of those who show outcomes."""
    where = Where()
    expression = index.match_expression(search)
    if expression is not None:
        where.add(
            "t.record IN (SELECT rowid FROM search WHERE search MATCH ?)",
            f'"{index.REPAIR_MARK}" AND {expression}',
        )
    if category:
        where.add("t.category = ?", canonical_product(category))
    if place is not None:
        where.add("t.place = ?", place)
    rows = db.execute(
        f"""
        SELECT t.record, r.id, t.category, t.item, t.brand, t.problem, t.outcome, t.barrier,
               t.date, coalesce((SELECT name FROM place JOIN record ON record.number = place.record
                                 WHERE record.id = t.place), ''),
               CASE WHEN t.owner = ? OR EXISTS (SELECT 1 FROM person AS shows
                         WHERE shows.person = t.owner AND shows.outcomes)
                    THEN {NAME_OF.format("t.owner")} ELSE '' END,
               t.owner = ?
        FROM repair AS t JOIN record AS r ON r.number = t.record
        WHERE {where} ORDER BY t.date DESC, t.record DESC LIMIT ?
        """,
        (me, me, *where.values, limit),
    )
    return [
        RepairRow(
            number=number,
            id=id_,
            code=codes.code(id_),
            category=category_,
            item=item,
            brand=brand,
            problem=problem,
            outcome=OUTCOMES[outcome],
            barrier=BARRIERS[barrier - 1] if barrier else "",
            date=date,
            place_name=place_name,
            who=who,
            mine=bool(mine),
        )
        for (
            number,
            id_,
            category_,
            item,
            brand,
            problem,
            outcome,
            barrier,
            date,
            place_name,
            who,
            mine,
        ) in rows
    ]


def _with_fixes(db: Any, rows: Sequence[tuple[Any, ...]]) -> list[PlaceRow]:
    numbers = [row[0] for row in rows]
    fixes: dict[int, list[Fix]] = {}
    for at in range(0, len(numbers), 500):
        some = numbers[at : at + 500]
        for number, category, note in db.execute(
            f"SELECT record, category, note FROM place_fix WHERE record IN ({marks(some)})"
            " ORDER BY category",
            some,
        ):
            fixes.setdefault(number, []).append(Fix(category, note))
    reached = _contacts(db, numbers)
    return [
        PlaceRow(
            number=number,
            id=id_,
            code=codes.code(id_),
            name=name,
            kind=KINDS[kind],
            area=area,
            address=address,
            hours=hours,
            about=about,
            fixes=tuple(fixes.get(number, ())),
            attempts=attempts,
            fixed=fixed,
            last_confirmed=confirmed,
            editable=bool(editable),
            contacts=tuple(reached.get(number, ())),
            point="" if lat is None else point_text(lat, lon),
        )
        for (
            number,
            id_,
            name,
            kind,
            area,
            address,
            hours,
            about,
            confirmed,
            attempts,
            fixed,
            editable,
            lat,
            lon,
        ) in rows
    ]


def _contacts(db: Any, numbers: Sequence[int]) -> dict[int, list[tuple[ContactKind, str]]]:
    """How each place can be reached."""
    found: dict[int, list[tuple[ContactKind, str]]] = {}
    for at in range(0, len(numbers), 500):
        some = numbers[at : at + 500]
        for number, kind, value in db.execute(
            f"SELECT record, kind, value FROM place_contact WHERE record IN ({marks(some)})"
            " ORDER BY kind",
            some,
        ):
            found.setdefault(number, []).append((CONTACTS[kind], value))
    return found
