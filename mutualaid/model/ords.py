# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Repair data that others publish: the Open Repair Data Standard 0.3, as CSV.

A repair group in the file becomes a place that repairs; each row becomes an attempt there. Both
belong to the group and take their identity from the file, so that the same file imported twice,
or by two people who have not met, adds nothing the second time. Source: openrepair.org/open-data.
"""

import contextlib
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from mutualaid.errors import BadValueError, ImportFileError, NotFoundError
from mutualaid.model import keys, taxonomy
from mutualaid.model.records import REGISTRY, check
from mutualaid.model.taxonomy import PRODUCT_BY_NAME
from mutualaid.model.values import (
    ChangeSet,
    Fix,
    ImportProblem,
    ImportReport,
    Millis,
    PlaceRow,
    RepairOutcome,
    Scalar,
)

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

_LARGEST_FILE: Final = 256 * 1024 * 1024
#: A quotation mark that is never closed may spoil so many lines at most, not the rest of the file.
_LONGEST_ROW_LINES: Final = 100
_YEAR: Final = re.compile(r"\d{4}", re.ASCII)
_AGE: Final = re.compile(r"\d{1,4}(\.\d{1,3})?", re.ASCII)
_REPAIR: Final = REGISTRY["repair"]
_PLACE: Final = REGISTRY["place"]
_NUMBERED: Final = len(taxonomy.PRODUCT_CATEGORIES)
_BARRIER_DIGITS: Final = tuple("123456")
_COUNTRY: Final = re.compile(r"[A-Z]{3}", re.ASCII)


class Importer(Protocol):
    """What an import needs of a group."""

    @property
    def id(self) -> bytes: ...

    def import_records(self, records: Iterable["ImportRecord"]) -> tuple[int, int]: ...

    def place(self, place: bytes) -> PlaceRow: ...

    def edit_place(self, place: bytes, **changes: Any) -> ChangeSet: ...


class ImportRecord(NamedTuple):
    """A record to add: its kind, fields, nonce, and whether the group owns it."""

    kind: str
    fields: Mapping[str, Scalar]
    nonce: bytes | None
    group_owned: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """One row of the file: somebody tried to repair something."""

    line: int
    id: str
    provider: str
    repair_group: str
    country: str
    category: str
    item: str
    brand: str
    problem: str
    outcome: RepairOutcome
    barrier: str
    date: str
    year: str
    age: str

    @property
    def place_name(self) -> str:
        """The repair group, or where the file names none, who published it."""
        return self.repair_group or self.provider


@dataclass(frozen=True, slots=True)
class OrdsFile:
    """What a file says, and what in it cannot be used, by line."""

    attempts: tuple[Attempt, ...]
    problems: tuple[ImportProblem, ...]


def read_file(path: Path) -> OrdsFile:
    """Read a CSV file of repair attempts.

    Raises ImportFileError where nothing of the file can be used: not there, not UTF-8, or without
    the columns of the standard. A row that cannot be used is a problem with its line; the others
    are read.
    """
    lines = _lines(path)
    header, separator, start = _header(lines, path)
    attempts: list[Attempt] = []
    problems: list[ImportProblem] = []
    first_line: dict[str, int] = {}
    alike: Counter[tuple[str, ...]] = Counter()
    for line, cells in _rows(lines, start, separator, len(header), problems):
        try:
            attempt = _attempt(line, dict(zip(header, cells, strict=True)))
            if not attempt.id:
                # Without an id the row's own content stands for it; of rows that are quite alike
                # the second has its own identity too.
                alike[tuple(cells)] += 1
                content = "\x1f".join((*cells, str(alike[tuple(cells)])))
                attempt = replace(attempt, id="row-" + keys.blake2b(content.encode(), size=8).hex())
            identity = _same_id(attempt.id)
            if identity in first_line:
                raise BadValueError(
                    f"The id {attempt.id} already stands in line {first_line[identity]}."
                )
            check(_REPAIR, attempt_fields(attempt, place=None, licence=LICENCE))
            if attempt.place_name:
                check(_PLACE, place_fields(attempt.place_name, attempt.provider, [attempt]))
        except BadValueError as error:
            problems.append(ImportProblem(line, str(error)))
            continue
        first_line[identity] = line
        attempts.append(attempt)
    problems.sort(key=lambda problem: problem.line)
    return OrdsFile(tuple(attempts), tuple(problems))


def import_file(
    group: Importer,
    path: Path,
    *,
    licence: str = LICENCE,
    progress: "Progress | None" = None,
    dry_run: bool = False,
) -> ImportReport:
    """Bring a file's repair groups and attempts into the group; what is known is left alone.

    ``progress`` wraps the records on their way. Raises as :func:`read_file` does.
    """
    content = read_file(path)
    made = list(records(content.attempts, group.id, licence=licence))
    places = sum(record.kind == "place" for record in made)
    if dry_run:
        return ImportReport(len(made), 0, places, content.problems)
    added, known = group.import_records(made if progress is None else progress(made))
    if added and known:
        _add_fixes(group, made)
    return ImportReport(added, known, places, content.problems)


def _add_fixes(group: Importer, made: Iterable[ImportRecord]) -> None:
    """Let places that were there already be known for what a newer file says they repair."""
    for record in made:
        if record.kind != "place" or record.nonce is None:
            continue
        place_id = record_id(group.id, record.nonce, "place")
        with contextlib.suppress(NotFoundError):  # somebody took it off the list
            place = group.place(place_id)
            here = {fix.category for fix in place.fixes}
            said = [name.removeprefix("fix:") for name in record.fields if name[:4] == "fix:"]
            more = tuple(Fix(category) for category in said if category not in here)
            if more:
                group.edit_place(place_id, fixes=(*place.fixes, *more))


class Progress(Protocol):
    """Hands the records on and may show how far it has come."""

    def __call__(self, records: Sequence[ImportRecord], /) -> Iterable[ImportRecord]: ...


def records(
    attempts: Sequence[Attempt], group_id: bytes, *, licence: str = LICENCE
) -> Iterator[ImportRecord]:
    """The records that a file's attempts make: first the places, then the attempts there."""
    by_place: dict[tuple[str, str], list[Attempt]] = {}
    for attempt in attempts:
        if attempt.place_name:
            by_place.setdefault((attempt.place_name, attempt.provider), []).append(attempt)
    ids: dict[tuple[str, str], bytes] = {}
    for (name, provider), there in by_place.items():
        nonce = place_nonce(name, provider)
        ids[name, provider] = record_id(group_id, nonce, "place")
        yield ImportRecord("place", place_fields(name, provider, there), nonce, True)
    for attempt in attempts:
        place = ids.get((attempt.place_name, attempt.provider))
        fields = attempt_fields(attempt, place=place, licence=licence)
        yield ImportRecord("repair", fields, attempt_nonce(attempt.id), True)


def place_nonce(name: str, provider: str) -> bytes:
    """The nonce of a repair group's place: the same wherever it is imported."""
    return keys.blake2b(f"{name}\x00{provider}".encode(), size=8, person=b"mutualaid/ordspl")


def attempt_nonce(ords_id: str) -> bytes:
    """The nonce of an attempt: the same wherever it is imported."""
    return keys.blake2b(_same_id(ords_id).encode(), size=8, person=b"mutualaid/ordsat")


def record_id(group_id: bytes, nonce: bytes, kind: str) -> bytes:
    """The id that a record owned by the group will have."""
    return keys.blake2b(group_id + group_id + nonce + kind.encode(), size=16)


def place_fields(name: str, provider: str, attempts: Sequence[Attempt]) -> dict[str, Scalar]:
    """The fields of a repair group's place, last confirmed by the last attempt there."""
    fields: dict[str, Scalar] = {
        "name": name,
        "kind": "repair",
        "origin": f"ords:{provider or name}",
    }
    # A category that only this file knows stays with its attempts: a place has room for so many.
    for category in sorted({attempt.category for attempt in attempts} & PRODUCT_BY_NAME.keys()):
        fields[f"fix:{category}"] = ""
    last = max(attempt.date for attempt in attempts)
    if last:
        midnight = datetime.combine(date.fromisoformat(last), datetime.min.time(), UTC)
        fields["confirmed"] = Millis(int(midnight.timestamp() * 1000))
    return fields


def attempt_fields(attempt: Attempt, *, place: bytes | None, licence: str) -> dict[str, Scalar]:
    """The fields of a repair record; what the file leaves empty is left out."""
    fields: dict[str, Scalar] = {
        "category": attempt.category,
        "item": attempt.item,
        "brand": attempt.brand,
        "problem": attempt.problem,
        "outcome": attempt.outcome.value,
        "barrier": attempt.barrier,
        "date": attempt.date,
        "place": place,
        "year": attempt.year,
        "age": attempt.age,
        "country": attempt.country,
        "origin": f"ords:{attempt.id}",
        "licence": licence,
    }
    return {name: value for name, value in fields.items() if value not in ("", None)}


def _same_id(ords_id: str) -> str:
    """One spelling for an id: the standard wants ``name-1``, real files have ``name_1``."""
    return ords_id.strip().lower().replace("_", "-")


def _lines(path: Path) -> list[str]:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise ImportFileError(
                f"{path.name} is larger than 256 MiB. Nothing was imported. Split it and import "
                "its parts one after the other."
            )
        data = path.read_bytes()
    except OSError as error:
        raise ImportFileError(
            f"The file {path} cannot be read: {error.strerror}. Nothing was imported."
        ) from error
    save_as = (
        "Open it in a spreadsheet or text editor, save it as CSV with the character set UTF-8, "
        "and import that file."
    )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data[:4096]:
        raise ImportFileError(
            f"{path.name} is not UTF-8 text; it looks like UTF-16 or no text at all. Nothing was "
            f"imported. {save_as}"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ImportFileError(
            f"{path.name} is not UTF-8 text: line {line} holds a byte that cannot be read. "
            f"Nothing was imported. {save_as}"
        ) from error
    return list(io.StringIO(text, newline=""))


def _header(lines: Sequence[str], path: Path) -> tuple[list[str], str, int]:
    """The names of the columns, what separates them, and where the rows begin."""
    start = next((number for number, line in enumerate(lines) if line.strip()), None)
    if start is None:
        raise ImportFileError(f"{path.name} is empty. Nothing was imported.")
    separator = max(",;\t", key=lines[start].count)
    cells = next(csv.reader([lines[start]], delimiter=separator), [])
    header = [cell.strip().lower() for cell in cells]
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        raise ImportFileError(
            f"{path.name} is not Open Repair Data 0.3: its first line lacks the columns "
            f"{', '.join(missing)}. Nothing was imported."
        )
    twice = [name for name, count in Counter(header).items() if name and count > 1]
    if twice:
        raise ImportFileError(
            f"The first line of {path.name} names the column {twice[0]} twice. Nothing was "
            "imported."
        )
    return header, separator, start + 1


def _rows(
    lines: Sequence[str],
    start: int,
    separator: str,
    columns: int,
    problems: list[ImportProblem],
) -> Iterator[tuple[int, list[str]]]:
    """Every row with the number of its first line; rows of a wrong length go to ``problems``.

    Row by row, so that after a quotation mark that is never closed reading goes on one line
    further down, where one reader over the whole file would lose all that follows.
    """
    at = start
    while at < len(lines):
        ahead = lines[at : at + _LONGEST_ROW_LINES]
        reader = csv.reader(ahead, delimiter=separator)
        try:
            cells = next(reader)
            taken = reader.line_num
        except csv.Error as error:
            problems.append(ImportProblem(at + 1, f"The row cannot be read: {error}."))
            at += 1
            continue
        open_ended = 1 < taken == len(ahead) and not _is_closed(ahead, separator)
        if len(cells) == columns and not open_ended:
            yield at + 1, cells
            at += taken
            continue
        if any(cells):
            problems.append(ImportProblem(at + 1, _why(len(cells), columns, taken)))
        at = next(
            (
                further
                for further in range(at + 1, at + taken)
                if len(next(csv.reader([lines[further]], delimiter=separator), ())) == columns
            ),
            at + taken,
        )


def _is_closed(lines: Sequence[str], separator: str) -> bool:
    try:
        for _row in csv.reader(lines, delimiter=separator, strict=True):
            pass
    except csv.Error:
        return False
    return True


def _why(found: int, columns: int, lines: int) -> str:
    if lines > 1:
        return (
            f"A quotation mark in this row is not closed, or not in the right place: it would go "
            f"on for {lines} lines."
        )
    return f"The row has {found} columns where the first line of the file has {columns}."


def _attempt(line: int, row: Mapping[str, str]) -> Attempt:
    def cell(name: str) -> str:
        return row.get(name, "").strip()

    status = cell("repair_status")
    outcome = OUTCOMES.get(status.lower())
    if outcome is None:
        raise BadValueError(
            f"The repair status “{_short(status)}” is none of Fixed, Repairable, End of life, "
            "Unknown."
        )
    brand = cell("brand")
    return Attempt(
        line=line,
        id=cell("id"),
        provider=cell("data_provider"),
        repair_group=cell("group_identifier"),
        country=_fitting(cell("country").upper(), _COUNTRY, "country", "three letters"),
        category=_category(row),
        item=cell("partner_product_category"),
        brand="" if brand.lower() == "unknown" else brand,
        problem=cell("problem"),
        outcome=outcome,
        barrier=_barrier(cell("repair_barrier_if_end_of_life")),
        date=cell("event_date"),
        year=_fitting(cell("year_of_manufacture"), _YEAR, "year of manufacture", "four digits"),
        age=_fitting(cell("product_age"), _AGE, "product age", "a number of years"),
    )


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
