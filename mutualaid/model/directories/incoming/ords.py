# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Repair data that others publish: the Open Repair Data Standard 0.3, as CSV.

A repair group in the file becomes a place that repairs; each row becomes an attempt there. Both
take their identity from the file (``ords_ids``), so that the same file imported twice, or by two
people who have not met, adds nothing the second time. Source: openrepair.org/open-data.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from mutualaid.errors import BadValueError, ImportFileError
from mutualaid.model import keys, taxonomy
from mutualaid.model.directories.formats.ords import split_item
from mutualaid.model.directories.incoming.item import Item, Read, Sort, Tick, Wanted
from mutualaid.model.directories.incoming.ords_ids import same_id
from mutualaid.model.directories.incoming.tables import Problems, read_text
from mutualaid.model.records import REGISTRY, check
from mutualaid.model.taxonomy import PRODUCT_BY_NAME
from mutualaid.model.values import Millis, RepairOutcome, Scalar

#: The licence of everything that the Open Repair Alliance publishes.
LICENCE: Final = "CC BY-SA 4.0"

#: Columns that the standard asks for. Their values may be empty, and often are.
REQUIRED: Final = (
    "id",
    "partner_product_category",
    "problem",
    "repair_status",
    "event_date",
    "data_provider",
    "country",
)

OUTCOMES: Final[Mapping[str, RepairOutcome]] = {
    "": RepairOutcome.UNKNOWN,
    "unknown": RepairOutcome.UNKNOWN,
    "fixed": RepairOutcome.FIXED,
    "repairable": RepairOutcome.REPAIRABLE,
    "end of life": RepairOutcome.END_OF_LIFE,
    "0": RepairOutcome.UNKNOWN,
    "1": RepairOutcome.FIXED,
    "2": RepairOutcome.REPAIRABLE,
    "3": RepairOutcome.END_OF_LIFE,
}

_YEAR: Final = re.compile(r"\d{4}", re.ASCII)
_AGE: Final = re.compile(r"\d{1,4}(\.\d{1,3})?", re.ASCII)
_COUNTRY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_REPAIR: Final = REGISTRY["repair"]
_PLACE: Final = REGISTRY["place"]
_NUMBERED: Final = len(taxonomy.PRODUCT_CATEGORIES)
_BARRIER_DIGITS: Final = tuple("123456")


@dataclass(slots=True)
class _Place:
    """A repair group, as its attempts show it."""

    name: str
    provider: str
    where: str
    categories: set[str] = field(default_factory=set)
    last: str = ""

    def item(self, key: str) -> Item:
        fields: dict[str, Scalar] = {"name": self.name, "kind": "repair", "origin": self.provider}
        # A category that only this file knows stays with its attempts: a place has room for so
        # many.
        for category in sorted(self.categories & PRODUCT_BY_NAME.keys()):
            fields[f"fix:{category}"] = ""
        if self.last:
            midnight = datetime.combine(date.fromisoformat(self.last), datetime.min.time(), UTC)
            fields["confirmed"] = Millis(int(midnight.timestamp() * 1000))
        return Item(Sort.PLACE, key, self.where, fields)


def read(path: Path, _wanted: Wanted, tick: Tick) -> Read:
    """Read a CSV file of repair attempts; see :class:`item.Reader`.

    Raises ImportFileError for one without the columns of the standard.
    """
    problems = Problems()
    table = read_text(path, tick, problems, is_header=_is_header, strict=True)
    header = [name.strip().lower() for name in table.header]
    _check_header(header, path)
    places: dict[str, _Place] = {}
    attempts: list[Item] = []
    first_line: dict[str, int] = {}
    alike: Counter[tuple[str, ...]] = Counter()
    providers: Counter[str] = Counter()
    lines = 0
    for line, cells in table.rows:
        lines += 1
        try:
            row = dict(zip(header, cells, strict=True))
            key = row["id"].strip() or _row_id(cells, alike)
            identity = same_id(key)
            if identity in first_line:
                raise BadValueError(f"The id {key} already stands in line {first_line[identity]}.")
            fields = _fields(row)
            check(_REPAIR, {**fields, "origin_id": key})
            place = _place_of(row, fields, places, f"line {line}")
        except BadValueError as error:
            problems.add(f"line {line}", str(error))
            continue
        first_line[identity] = line
        providers[str(fields.get("origin", ""))] += 1
        attempts.append(Item(Sort.REPAIR, key, f"line {line}", fields, place=place))
    made = [place.item(key) for key, place in places.items()]
    usual = providers.most_common(1)
    return Read(
        items=(*made, *attempts),
        problems=problems.all(),
        origin=usual[0][0] if usual else "",
        licence=LICENCE,
        lines=lines,
    )


def _is_header(row: Sequence[str]) -> float:
    """The first row that says anything is the header, whatever it says."""
    return 1.0 if any(cell.strip() for cell in row) else 0.0


def _check_header(header: Sequence[str], path: Path) -> None:
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        raise ImportFileError(
            f"{path.name} is not Open Repair Data 0.3: its first line lacks the columns "
            f"{', '.join(missing)}. Nothing was imported."
        )
    twice = [name for name in header if name.endswith(" (2)") and name[:-4] in header]
    if twice:
        raise ImportFileError(
            f"The first line of {path.name} names the column {twice[0][:-4]} twice. Nothing was "
            "imported."
        )


def _row_id(cells: Sequence[str], alike: Counter[tuple[str, ...]]) -> str:
    """Without an id the row's own content stands for it; of rows that are quite alike the second
    has its own identity too."""
    alike[tuple(cells)] += 1
    content = "\x1f".join((*cells, str(alike[tuple(cells)])))
    return "row-" + keys.blake2b(content.encode(), size=8).hex()


def _place_of(
    row: Mapping[str, str], fields: Mapping[str, Scalar], places: dict[str, _Place], where: str
) -> str:
    """The key of the place where an attempt was made: the repair group, or where the file names
    none, who published it."""
    provider = row["data_provider"].strip()
    name = row.get("group_identifier", "").strip() or provider
    if not name:
        return ""
    key = f"{provider}: {name}"
    if key not in places:
        check(_PLACE, {"name": name, "origin": provider or name})
        places[key] = _Place(name, provider, where)
    place = places[key]
    place.categories.add(str(fields["category"]))
    place.last = max(place.last, str(fields.get("date", "")))
    return key


def _fields(row: Mapping[str, str]) -> dict[str, Scalar]:
    """The fields of a repair record; what the file leaves empty is left out."""

    def cell(name: str) -> str:
        return row.get(name, "").strip()

    status = cell("repair_status")
    outcome = OUTCOMES.get(status.lower())
    if outcome is None:
        raise BadValueError(
            f"The repair status “{_short(status)}” is none of Fixed, Repairable, End of life, "
            "Unknown."
        )
    own, item = split_item(cell("partner_product_category"))
    brand = cell("brand")
    fields: dict[str, Scalar] = {
        "category": own or _category(row),
        "item": item,
        "brand": "" if brand.lower() == "unknown" else brand,
        "problem": cell("problem"),
        "outcome": outcome.value,
        "barrier": _barrier(cell("repair_barrier_if_end_of_life")),
        "date": cell("event_date"),
        "year": _fitting(cell("year_of_manufacture"), _YEAR, "year of manufacture", "four digits"),
        "age": _fitting(cell("product_age"), _AGE, "product age", "a number of years"),
        "country": _fitting(cell("country").upper(), _COUNTRY, "country", "three letters"),
        "origin": cell("data_provider"),
    }
    return {name: value for name, value in fields.items() if value != ""}


def _fitting(value: str, pattern: re.Pattern[str], what: str, wanted: str) -> str:
    if value and not pattern.fullmatch(value):
        raise BadValueError(f"The {what} “{_short(value)}” is not {wanted}.")
    return value


def _short(value: str) -> str:
    return value if len(value) <= 40 else value[:39] + "…"


def _category(row: Mapping[str, str]) -> str:
    """The standard's product category: by its name, its number, or the group's own word for it."""
    name = row.get("product_category", "").strip()
    if name:
        return taxonomy.product_name(name) or name
    number = row.get("product_category_id", "").strip()
    if number.isascii() and number.isdigit() and 1 <= int(number) <= _NUMBERED:
        return taxonomy.PRODUCT_CATEGORIES[int(number) - 1].name
    return taxonomy.product_name(row.get("partner_product_category", "")) or "Misc"


def _barrier(value: str) -> str:
    """A barrier as the standard says it; its number is understood."""
    if value == "0":
        return ""
    return taxonomy.BARRIERS[int(value) - 1] if value in _BARRIER_DIGITS else value
