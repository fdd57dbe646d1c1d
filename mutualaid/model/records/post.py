# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A need or an offer.

The view keeps what its owner decided (``said``), what came of it with the answers and decisions
of others (``state``, see ``outcomes``), and the time of expiry; whether a post is expired now is
worked out by the queries.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import Any, Final

from mutualaid.model.records.kind import Field, FieldType, Kind, Record, Rows, Table
from mutualaid.model.records.reading import LATEST, family, integer, line, long_text, time
from mutualaid.model.records.sharing import (
    MORE_FIELD,
    SOURCE_FIELDS,
    audience,
    share_field,
    source_rows,
    source_tables,
)
from mutualaid.model.search import CATEGORY_MARK
from mutualaid.model.taxonomy import CATEGORIES, CATEGORY_BY_ID
from mutualaid.model.values import Mode, PostKind, Repeat, Scalar, Urgency

#: What the owner decided; the view keeps the place in this tuple.
STATES: Final = ("open", "parked", "done", "withdrawn")
KINDS: Final = tuple(PostKind)
URGENCIES: Final = tuple(Urgency)
MODES: Final = tuple(Mode)
REPEATS: Final = (None, *Repeat)

#: The first index of the view.
BOARD_INDEX: Final = "post_1"

LONGEST_TITLE: Final = 140
LONGEST_TEXT: Final = 4000
LONGEST_PART: Final = 40
#: For whom a post, its photos and the name of whom it is for may leave.
SHARES: Final = ("share", "share_photos", "share_for")

MOST_PARTS: Final = 12  # sorts
MOST_OF_A_PART: Final = 99
MOST_ROUNDS: Final = 10_000
MOST_PHOTOS: Final = 4
PHOTO_HASH: Final = 32  # bytes
LONGEST_ALT: Final = 300
LONGEST_FORM: Final = 8  # the number of a printed form

#: The parts of a post that names none.
_ONE: Final[Mapping[str, int]] = MappingProxyType({"": 1})
#: A post with no other fields has these values in its last columns.
_NOTHING_MORE: Final = (1, 0, 0, 0, 0, 0, "")
_PLAIN: Final = frozenset(
    ("_id", "kind", "title", "text", "category", "urgency", "area", "when", "expires", "standing")
) | {"mode", "for", "lang", "state"}

_DAY: Final = 86_400_000
_STATE: Final = {name: number for number, name in enumerate(STATES)}
_KIND: Final = {str(kind): number for number, kind in enumerate(KINDS)}
_URGENCY: Final = {str(urgency): number for number, urgency in enumerate(URGENCIES)}
_MODE: Final = {str(mode): number for number, mode in enumerate(MODES)}
_REPEAT: Final = {str(repeat): number for number, repeat in enumerate(REPEATS) if repeat}
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
    state = _STATE.get(get("state"), 0)  # type: ignore[arg-type]
    sorts = parts(record.fields)
    plain = record.fields.keys() <= _PLAIN
    return {
        "post": (
            (
                record.created,
                state,
                kind,
                category,
                _URGENCY.get(get("urgency"), 3),  # type: ignore[arg-type]
                _expiry(record, category),
                record.owner,
                line(get("area"), 80),
                _MODE.get(get("mode"), 0),  # type: ignore[arg-type]
                1 if sorts is _ONE else sum(sorts.values()),
                title,
                long_text(get("text"), LONGEST_TEXT),
                line(get("when"), 140),
                line(get("for"), 80),
                line(get("lang"), 20),
                state,
                *(_NOTHING_MORE if plain else _more(record, sorts)),
            ),
        ),
        "post_part": () if sorts is _ONE or "" in sorts else tuple(sorts.items()),
        "post_photo": () if plain else _photos(record),
        **({} if plain else _leaving(record)),
    }


def parts(fields: Mapping[str, Scalar]) -> Mapping[str, int]:
    """What a post wants or gives: each sort of part and how many; at least one."""
    if not any(name.startswith("part:") for name in fields):
        single = integer(fields.get("parts"), 1, MOST_OF_A_PART, 1)
        return _ONE if single == 1 else {"": single}
    named = [
        (name[:LONGEST_PART], quantity)
        for name, value in family(fields, "part:")
        if (quantity := integer(value, 0, MOST_OF_A_PART, 0))
    ]
    return dict(named[:MOST_PARTS]) or _ONE


def _more(record: Record, sorts: Mapping[str, int]) -> tuple[object, ...]:
    """The columns that most posts have no use for."""
    get = record.fields.get
    starts = time(get("starts")) or 0
    repeat = _REPEAT.get(get("repeat"), 0) if starts else 0  # type: ignore[arg-type]
    asks = get("ask")
    return (
        int(asks) if isinstance(asks, bool) else int(sorts is _ONE),
        starts,
        max(starts, time(get("ends")) or 0) if starts else 0,
        repeat,
        integer(get("round"), 0, MOST_ROUNDS, 0) if repeat else 0,
        time(get("confirmed")) or 0,
        line(get("yes"), 80),
    )


def _leaving(record: Record) -> dict[str, Sequence[tuple[Any, ...]]]:
    """For whom it may leave, and whence it came."""
    shares = tuple(audience(record.fields.get(name)) for name in SHARES)
    said = any(share is not None for share in shares)
    form = line(record.fields.get("paper"), LONGEST_FORM)
    return {
        "post_share": (shares,) if said else (),
        "post_paper": ((form,),) if form else (),
        **source_rows("post", record.fields),
    }


def photos(fields: Mapping[str, Scalar]) -> Iterator[tuple[str, bytes]]:
    """The photos of a post in the order shown: key of the field, content hash.

    The key begins with the place and goes on with some of the hash, so that two machines that add
    a photo at once, apart, lose neither.
    """
    found = (
        (key, digest)
        for key, digest in family(fields, "photo:")
        if isinstance(digest, bytes) and len(digest) == PHOTO_HASH
    )
    return islice(found, MOST_PHOTOS)


def _photos(record: Record) -> tuple[tuple[int, bytes, str], ...]:
    return tuple(
        (place, digest, line(record.fields.get(f"alt:{key}"), LONGEST_ALT))
        for place, (key, digest) in enumerate(photos(record.fields), 1)
    )


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
        Field("parts", FieldType.INTEGER, least=1, most=MOST_OF_A_PART, label="number of parts"),
        Field(
            "part:",
            FieldType.INTEGER,
            least=1,
            most=MOST_OF_A_PART,
            prefix=True,
            label="number of parts",
            longest_key=LONGEST_PART,
        ),
        Field("ask", FieldType.BOOLEAN),
        Field("starts", FieldType.TIME),
        Field("ends", FieldType.TIME),
        Field("repeat", FieldType.CHOICE, choices=tuple(Repeat)),
        Field("round", FieldType.INTEGER, most=MOST_ROUNDS),
        Field("did:", FieldType.TIME, prefix=True),  # round → when its owner said it is done
        Field("photo:", FieldType.BYTES, longest=PHOTO_HASH, prefix=True, label="photo"),
        Field("alt:", longest=LONGEST_ALT, prefix=True, label="description of a photo"),
        Field("yes", longest=80, label="note of how they agreed"),
        Field("for", longest=80, label="name of the person it is for"),
        Field("lang", longest=20, label="language"),
        Field("state", FieldType.CHOICE, choices=STATES),
        Field("confirmed", FieldType.TIME),
        *(share_field(name) for name in SHARES),
        Field("paper", longest=LONGEST_FORM, label="number of the form"),
        *SOURCE_FIELDS,
        MORE_FIELD,
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
                "said INTEGER NOT NULL",
                "ask INTEGER NOT NULL",
                "starts INTEGER NOT NULL",  # 0: no window; likewise the next
                "ends INTEGER NOT NULL",
                "repeat INTEGER NOT NULL",
                "round INTEGER NOT NULL",
                "confirmed INTEGER NOT NULL",  # 0: never
                "consent TEXT NOT NULL",
            ),
            # The first covers the board and its counts: pages are found without reading rows.
            indexes=(
                "created, state, kind, category, urgency, area, expires",
                "owner, created",
                "record WHERE on_behalf_of <> ''",
            ),
        ),
        Table(
            "post_part",
            ("name TEXT NOT NULL", "quantity INTEGER NOT NULL"),
            indexes=("record",),
            one_row=False,
        ),
        Table(
            "post_photo",
            ("place INTEGER NOT NULL", "hash BLOB NOT NULL", "alt TEXT NOT NULL"),
            indexes=("record, place", "hash"),
            one_row=False,
        ),
        # Each is where it was said only, and counts then; NULL where another one was said.
        Table("post_share", ("post INTEGER", "photos INTEGER", "on_behalf_of INTEGER")),
        Table("post_paper", ("form TEXT NOT NULL",), indexes=("form",)),
        *source_tables("post"),
    ),
    rows=rows,
    indexed=("category", "title", "text", "area", "due", "on_behalf_of"),
    mark=CATEGORY_MARK,
)
