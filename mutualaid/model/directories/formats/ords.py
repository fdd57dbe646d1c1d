# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Repairs as the Open Repair Data Standard 0.3 has them: one CSV file, a row for each attempt.

The columns are those of the published table schema (openrepair/data, July 2025), in the order in
which the Open Repair Alliance publishes them. What was taken in from such a file goes out under
its own id. The standard has no column for a licence; the manifest of an export names those of
its sources.
"""

import csv
import io
import re
from collections.abc import Iterator
from typing import Final

from mutualaid.model.directories.directory import Directory, Repair
from mutualaid.model.directories.formats.format import File, Format, Tick
from mutualaid.model.directories.incoming.ords_ids import own_number
from mutualaid.model.taxonomy import PRODUCT_BY_NAME, PRODUCT_CATEGORIES, barrier_number
from mutualaid.model.text import plain
from mutualaid.model.values import RepairOutcome

#: Those of the published file.
COLUMNS: Final = (
    "id",
    "data_provider",
    "country",
    "partner_product_category",
    "product_category",
    "product_category_id",
    "brand",
    "year_of_manufacture",
    "product_age",
    "repair_status",
    "repair_barrier_if_end_of_life",
    "group_identifier",
    "event_date",
    "problem",
)

#: A category that the standard does not list stands before the words for the item; a sign like
#: this in its own words is doubled.
_BETWEEN: Final = "»"

#: As the published schema says them, which differs from the standard's text in the last.
BARRIERS: Final = (
    "",
    "Spare parts not available",
    "Spare parts too expensive",
    "No way to open product",
    "Repair information not available",
    "Lack of equipment",
    "Too worn out",
)

_STATUSES: Final = {
    RepairOutcome.UNKNOWN: "Unknown",
    RepairOutcome.FIXED: "Fixed",
    RepairOutcome.REPAIRABLE: "Repairable",
    RepairOutcome.END_OF_LIFE: "End of life",
}
_OWN: Final = re.compile(f"((?:[^{_BETWEEN}]|{_BETWEEN * 2})+) {_BETWEEN}(?!{_BETWEEN}) ?(.*)")
_MISC: Final = 18
_ALLIANCE: Final = "Open Repair Data"
_ID: Final = re.compile(r"[a-z]{1,40}-[0-9]{1,18}", re.ASCII)
_COUNTRY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_YEAR: Final = re.compile(r"\d{4}", re.ASCII)
_AGE: Final = re.compile(r"\d{1,4}(\.\d{1,3})?", re.ASCII)
_ROWS_A_CHUNK: Final = 500


def split_item(partner_category: str) -> tuple[str, str]:
    """A category of one's own and the words for the item, from what we wrote into the column for
    both; ("", the words) where the standard lists the category."""
    found = _OWN.fullmatch(partner_category)
    if found is None:
        return "", partner_category
    return found[1].replace(_BETWEEN * 2, _BETWEEN), found[2]


def _files(directory: Directory, tick: Tick) -> Iterator[File]:
    yield File("repairs.csv", _chunks(directory, tick))


def _chunks(directory: Directory, tick: Tick) -> Iterator[bytes]:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    name = _letters(directory.group.name)
    used: set[str] = set()
    for number, repair in enumerate(directory.repairs, 1):
        tick()
        writer.writerow(_row(repair, directory, _identifier(repair, name, used)))
        if number % _ROWS_A_CHUNK == 0:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _row(repair: Repair, directory: Directory, identifier: str) -> tuple[str, ...]:
    group = directory.group
    product = PRODUCT_BY_NAME.get(repair.category)
    number = product.number if product else _MISC
    item = repair.item
    if product is None or not product.listed or _BETWEEN in item:
        category = repair.category.replace(_BETWEEN, _BETWEEN * 2)
        item = f"{category} {_BETWEEN} {item}".rstrip()
    ended = repair.outcome is RepairOutcome.END_OF_LIFE
    return (
        identifier,
        _provider(repair) or group.name,
        _fitting(repair.country, _COUNTRY) or _fitting(group.country, _COUNTRY),
        item,
        PRODUCT_CATEGORIES[number - 1].name,
        str(number),
        repair.brand,
        _fitting(repair.year, _YEAR),
        _fitting(repair.age, _AGE),
        _STATUSES[repair.outcome],
        BARRIERS[barrier_number(repair.barrier)] if ended else "",
        repair.place_name or group.name,
        _fitting(repair.date, _DATE),
        repair.problem,
    )


def _provider(repair: Repair) -> str:
    """Who published it first; of what was taken in long ago only the place is known."""
    name = repair.source.name if repair.source else ""
    return repair.place_name or name if name == _ALLIANCE else name


def _fitting(value: str, pattern: re.Pattern[str]) -> str:
    return value if pattern.fullmatch(value) else ""


def _identifier(repair: Repair, name: str, used: set[str]) -> str:
    """``name-number``: the one it came in with, or one that follows from its public id."""
    own = repair.source.id.strip().lower().replace("_", "-") if repair.source else ""
    if not _ID.fullmatch(own) or own in used:
        number = own_number(repair.id)
        while (own := f"{name}-{number}") in used:
            number += 1
    used.add(own)
    return own


def _letters(text: str) -> str:
    """The letters of a name that the standard takes in an id."""
    return re.sub("[^a-z]", "", plain(text))[:30] or "mutualaid"


FORMAT: Final = Format(
    name="ords",
    title="Open Repair Data 0.3 (CSV)",
    suffix=".csv",
    takes=frozenset({"repair"}),
    files=_files,
    carries=frozenset(
        f"repair.{field}"
        for field in (
            "category item outcome brand problem barrier date year age country place place_name"
        ).split()
    ),
    reads=True,
    about="For the Open Repair Alliance and everybody who counts what is repaired, and why not.",
    loses={"repair.source": "The standard has no column for a licence; the manifest names it."},
)
