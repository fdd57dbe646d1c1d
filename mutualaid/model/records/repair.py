# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""An attempt at a repair and what came of it, in the terms of the Open Repair Data Standard 0.3."""

import datetime as dt
import re
from typing import Final

from mutualaid.errors import BadValueError
from mutualaid.model.records.kind import Field, FieldType, Kind, Record, Rows, Table
from mutualaid.model.records.person import canonical_product
from mutualaid.model.records.reading import identity, line, long_text
from mutualaid.model.search import REPAIR_MARK
from mutualaid.model.taxonomy import BARRIERS, barrier_number
from mutualaid.model.values import RepairOutcome

#: The standard's numbers are the places in this tuple, and so are the view's.
OUTCOMES: Final = tuple(RepairOutcome)

_OUTCOME: Final = {str(outcome): number for number, outcome in enumerate(OUTCOMES)}
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def clean_date(text: str) -> str:
    """A date as YYYY-MM-DD; raises BadValueError for a day that is none."""
    try:
        if _DATE.fullmatch(text):
            return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise BadValueError(
        f"“{text[:40]}” is not a date. Write it as year-month-day, like 2026-11-22."
    )


def clean_barrier(text: str) -> str:
    """A barrier in the standard's words; raises BadValueError for any other."""
    number = barrier_number(text)
    if not number:
        raise BadValueError(
            f"“{text[:60]}” is not one of the reasons in the list: {'; '.join(BARRIERS)}."
        )
    return BARRIERS[number - 1]


def rows(record: Record) -> Rows:
    get = record.fields.get
    category = line(get("category"), 80)
    if not category:
        return {}
    date = line(get("date"), 10)
    return {
        "repair": (
            (
                canonical_product(category),
                _OUTCOME.get(get("outcome"), 0),  # type: ignore[arg-type]
                date if _DATE.fullmatch(date) else "",
                identity(get("place")),
                record.owner,
                barrier_number(line(get("barrier"), 80)),
                line(get("item"), 140),
                line(get("brand"), 80),
                long_text(get("problem"), 2000),
                line(get("year"), 10),
                line(get("age"), 10),
                line(get("country"), 3),
                line(get("origin"), 140),
                line(get("licence"), 80),
                line(get("origin_id"), 140),
                identity(get("import")),
            ),
        )
    }


KIND: Final = Kind(
    name="repair",
    fields=(
        Field("category", longest=80, required=True, clean=canonical_product),
        Field("item", longest=140),
        Field("brand", longest=80),
        Field("problem", FieldType.LONG_TEXT, longest=2000),
        Field("outcome", FieldType.CHOICE, choices=tuple(RepairOutcome), required=True),
        Field("barrier", longest=80, clean=clean_barrier),
        Field("date", longest=10, clean=clean_date),
        Field("place", FieldType.BYTES, longest=16),
        Field("year", longest=10, label="year of manufacture"),
        Field("age", longest=10),
        Field("country", longest=3, label="country code"),
        Field("origin", longest=140),  # the list where it was first recorded
        Field("origin_id", longest=140),
        Field("licence", longest=80),
        Field("import", FieldType.BYTES, longest=16),  # the import that wrote it last
    ),
    tables=(
        Table(
            "repair",
            (
                "category TEXT NOT NULL",
                "outcome INTEGER NOT NULL",
                "date TEXT NOT NULL",
                "place BLOB",  # a record id
                "owner BLOB NOT NULL",
                "barrier INTEGER NOT NULL",
                "item TEXT NOT NULL",
                "brand TEXT NOT NULL",
                "problem TEXT NOT NULL",
                "year TEXT NOT NULL",
                "age TEXT NOT NULL",
                "country TEXT NOT NULL",
                "origin TEXT NOT NULL",
                "licence TEXT NOT NULL",
                "origin_id TEXT NOT NULL",
                "import_id BLOB",
            ),
            indexes=(
                "date",
                "category, date",
                "place, category, outcome, date",
                "owner, category, outcome, date",
            ),
        ),
    ),
    rows=rows,
    indexed=("category", "item", "brand", "problem"),
    mark=f"{REPAIR_MARK} ",
    group_may_own=True,
)
