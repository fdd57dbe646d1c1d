# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the group's log says of exports."""

from collections.abc import Iterator
from typing import Any

from mutualaid.model.codes import code
from mutualaid.model.directories.packing import Packed
from mutualaid.model.records.sharing import AUDIENCES
from mutualaid.model.values.directories import ExportRow

_ROWS = """
    SELECT e.record, r.id, coalesce((SELECT name FROM person WHERE person.person = e.person
           LIMIT 1), ''), e.person, e.created, e.audience, e.formats, e.people, e.posts,
           e.places, e.repairs, e.ends, e.hash, e.failed
    FROM export AS e JOIN record AS r ON r.number = e.record
"""


def exports(db: Any, me: bytes, now: int, limit: int | None = 200) -> list[ExportRow]:
    """The exports of everybody, the latest first; None: all."""
    rows = db.execute(
        f"{_ROWS} ORDER BY e.created DESC, e.record DESC LIMIT ?", (-1 if limit is None else limit,)
    )
    return [
        ExportRow(
            number=number,
            id=id_,
            code=code(id_),
            who=who,
            mine=person == me,
            created=min(created, now),
            audience=AUDIENCES[audience],
            formats=tuple(each for each in formats.split(",") if each),
            people=people,
            posts=posts,
            places=places,
            repairs=repairs,
            ends=ends,
            ended=ends <= now,
            hash=digest,
            failed=bool(failed),
        )
        for (
            number,
            id_,
            who,
            person,
            created,
            audience,
            formats,
            people,
            posts,
            places,
            repairs,
            ends,
            digest,
            failed,
        ) in rows
    ]


def parts(db: Any, export: bytes) -> Iterator[Packed]:
    """Whom an export held, as its author says: parts by others do not count."""
    for (data,) in db.execute(
        "SELECT packed FROM export_part AS part WHERE first = ?1 AND person ="
        " (SELECT owner FROM record WHERE id = ?1)",
        (export,),
    ):
        yield Packed(bytes(data))
