# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fields of several kinds of records: for whom something may leave, where it is, whence it came."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from mutualaid.errors import BadValueError
from mutualaid.model.records.kind import Field, FieldType, Table
from mutualaid.model.records.reading import family, identity, line, long_text
from mutualaid.model.values import Audience, Scalar

#: The views keep the place in this tuple; more is wider.
AUDIENCES: Final = tuple(Audience)
#: What is meant where nobody said anything: it does not leave the group.
UNSAID: Final = AUDIENCES.index(Audience.GROUP)

LONGEST_POINT: Final = 40
LONGEST_MORE: Final = 2000

_AUDIENCE: Final = {str(audience): number for number, audience in enumerate(AUDIENCES)}
_POINT: Final = re.compile(r"(-?\d{1,3}(?:\.\d{1,15})?),(-?\d{1,3}(?:\.\d{1,15})?)", re.ASCII)


def share_field(name: str, *, prefix: bool = False) -> Field:
    """For whom something may leave. Of what was said apart the narrowest stands: whoever takes
    something back on one machine is not overruled by another that has not heard of it."""
    return Field(
        name,
        FieldType.CHOICE,
        choices=AUDIENCES,
        prefix=prefix,
        label="audience",
        settle=narrowest,
    )


def narrowest(values: Sequence[Scalar]) -> Scalar:
    """The narrowest of several audiences; what is none counts as unsaid."""

    def width(value: Scalar) -> int:
        place = audience(value)
        return UNSAID if place is None else place

    return min(values, key=width)


def audience(value: Scalar) -> int | None:
    """The place of an audience in :data:`AUDIENCES`, or None."""
    return _AUDIENCE.get(value) if isinstance(value, str) else None


def point(value: Scalar) -> tuple[float, float] | None:
    """A latitude and a longitude in degrees (WGS 84), from ``lat,lon``; or None."""
    found = _POINT.fullmatch(line(value, LONGEST_POINT).replace(" ", ""))
    if found is None:
        return None
    lat, lon = float(found[1]), float(found[2])
    fits = math.isfinite(lat) and abs(lat) <= 90 and math.isfinite(lon) and abs(lon) <= 180
    return (lat, lon) if fits else None


def clean_point(text: str) -> str:
    """A point as it is kept, to about ten metres; raises BadValueError for what is none."""
    found = point(text)
    if found is None:
        raise BadValueError(
            f"“{text[:40]}” is not a point on the map. Write latitude and longitude in degrees"
            " with a comma between them, like 52.4862,-1.8904."
        )
    return point_text(*found)


def point_text(lat: float, lon: float) -> str:
    """A point as it is kept."""
    return ",".join(f"{degrees:.4f}".rstrip("0").rstrip(".") for degrees in (lat, lon))


# Where a record of an import was first kept


SOURCE_FIELDS: Final = (
    Field("origin", longest=140, label="name of the list it comes from"),
    Field("origin_id", longest=140, label="id in the list it comes from"),
    Field("licence", longest=80),
    Field("import", FieldType.BYTES, longest=16),  # the import that wrote it last
)
#: What a list says beside; of people that is sealed, and stands nowhere in clear.
MORE_FIELD: Final = Field(
    "more:", FieldType.LONG_TEXT, longest=LONGEST_MORE, prefix=True, label="value"
)


def source_tables(kind: str, *, more: bool = True) -> tuple[Table, ...]:
    """The views of :data:`SOURCE_FIELDS`, for kinds most records of which have none; ``more``:
    and of :data:`MORE_FIELD`."""
    tables = (
        Table(
            f"{kind}_source",
            (
                "origin TEXT NOT NULL",
                "origin_id TEXT NOT NULL",
                "licence TEXT NOT NULL",
                "import_id BLOB",  # a record id
            ),
            indexes=("origin_id WHERE origin_id <> ''",),
        ),
        Table(
            f"{kind}_more",
            ("name TEXT NOT NULL", "value TEXT NOT NULL"),
            indexes=("record",),
            one_row=False,
        ),
    )
    return tables if more else tables[:1]


def source_rows(
    kind: str, fields: Mapping[str, Scalar], *, more: bool = True
) -> dict[str, Sequence[tuple[Any, ...]]]:
    """Their rows."""
    source = (
        line(fields.get("origin"), 140),
        line(fields.get("origin_id"), 140),
        line(fields.get("licence"), 80),
        identity(fields.get("import")),
    )
    found: dict[str, Sequence[tuple[Any, ...]]] = {
        f"{kind}_source": (source,) if any(source) else ()
    }
    if more:
        found[f"{kind}_more"] = [
            (name, text)
            for name, value in family(fields, MORE_FIELD.name)
            if (text := long_text(value, LONGEST_MORE))
        ]
    return found
