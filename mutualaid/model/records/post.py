# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A need or an offer.

The view keeps the owner's decision (``state``) and the time of expiry; whether a post is open or
expired now, and whether somebody offered help, is worked out by the queries.
"""

from typing import Final

from mutualaid.model.records.kind import Field, FieldType, Kind, Record, Rows, Table
from mutualaid.model.records.reading import LATEST, integer, line, long_text
from mutualaid.model.search import CATEGORY_MARK
from mutualaid.model.taxonomy import CATEGORIES, CATEGORY_BY_ID
from mutualaid.model.values import Mode, PostKind, Urgency

#: What the owner decided; the view keeps the place in this tuple.
STATES: Final = ("open", "parked", "done", "withdrawn")
KINDS: Final = tuple(PostKind)
URGENCIES: Final = tuple(Urgency)
MODES: Final = tuple(Mode)

#: The first index of the view.
BOARD_INDEX: Final = "post_1"

LONGEST_TITLE: Final = 140
LONGEST_TEXT: Final = 4000

_DAY: Final = 86_400_000
_STATE: Final = {name: number for number, name in enumerate(STATES)}
_KIND: Final = {str(kind): number for number, kind in enumerate(KINDS)}
_URGENCY: Final = {str(urgency): number for number, urgency in enumerate(URGENCIES)}
_MODE: Final = {str(mode): number for number, mode in enumerate(MODES)}
_DAYS: Final = {category.id: category.days for category in CATEGORIES}


def default_expiry(created: int, category: str) -> int:
    """When a post ends whose owner set no time and did not make it a standing one."""
    return created + _DAYS.get(category, 30) * _DAY


def rows(record: Record) -> Rows:
    get = record.fields.get
    kind = _KIND.get(get("kind"))  # type: ignore[arg-type]
    title = line(get("title"), LONGEST_TITLE)
    if kind is None or not title:
        return {}
    category = line(get("category"), 40) or "other"
    return {
        "post": (
            (
                record.created,
                _STATE.get(get("state"), 0),  # type: ignore[arg-type]
                kind,
                category,
                _URGENCY.get(get("urgency"), 3),  # type: ignore[arg-type]
                _expiry(record, category),
                record.owner,
                line(get("area"), 80),
                _MODE.get(get("mode"), 0),  # type: ignore[arg-type]
                integer(get("parts"), 1, 99, 1),
                title,
                long_text(get("text"), LONGEST_TEXT),
                line(get("when"), 140),
                line(get("for"), 80),
                line(get("lang"), 20),
            ),
        )
    }


def _expiry(record: Record, category: str) -> int | None:
    """None for a standing post."""
    if record.fields.get("standing") is True:
        return None
    expires = record.fields.get("expires")
    if isinstance(expires, int) and 1 < expires <= LATEST:  # 1 is also True
        return int(expires)
    return default_expiry(record.created, category)


KIND: Final = Kind(
    name="post",
    fields=(
        Field("kind", FieldType.CHOICE, choices=tuple(PostKind), required=True),
        Field("title", longest=LONGEST_TITLE, required=True),
        Field("text", FieldType.LONG_TEXT, longest=LONGEST_TEXT),
        Field("category", FieldType.CHOICE, choices=tuple(CATEGORY_BY_ID)),
        Field("urgency", FieldType.CHOICE, choices=tuple(Urgency)),
        Field("area", longest=80),
        Field("when", longest=140),
        Field("expires", FieldType.TIME),
        Field("standing", FieldType.BOOLEAN),
        Field("mode", FieldType.CHOICE, choices=tuple(Mode)),
        Field("parts", FieldType.INTEGER, least=1, most=99, label="number of parts"),
        Field("for", longest=80, label="name of the person it is for"),
        Field("lang", longest=20, label="language"),
        Field("state", FieldType.CHOICE, choices=STATES),
        Field("confirmed", FieldType.TIME),
    ),
    tables=(
        Table(
            "post",
            (
                "created INTEGER NOT NULL",
                "state INTEGER NOT NULL",
                "kind INTEGER NOT NULL",
                "category TEXT NOT NULL",
                "urgency INTEGER NOT NULL",
                "expires INTEGER",
                "owner BLOB NOT NULL",
                "area TEXT NOT NULL COLLATE NOCASE",
                "mode INTEGER NOT NULL",
                "parts INTEGER NOT NULL",
                "title TEXT NOT NULL",
                "text TEXT NOT NULL",
                "due TEXT NOT NULL",
                "on_behalf_of TEXT NOT NULL",
                "lang TEXT NOT NULL",
            ),
            # The first covers the board and its counts: pages are found without reading rows.
            indexes=(
                "created, state, kind, category, urgency, area, expires",
                "owner, created",
            ),
        ),
    ),
    rows=rows,
    indexed=("category", "title", "text", "area", "due", "on_behalf_of"),
    mark=CATEGORY_MARK,
)
