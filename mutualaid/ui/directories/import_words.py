# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lists of others in words: kinds of files, columns, what an import would do and why not."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from mutualaid.ui.directories.words import count_words, part_word, parts_words
from mutualaid.ui.wording import listed
from mutualaid.ui.words import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mutualaid.model.directories.incoming.item import Item
    from mutualaid.model.directories.preview import FieldChange, Preview

#: Kinds of files that are tables, whose columns are guessed.
TABLES: Final = frozenset(("csv", "xlsx"))
#: By the ending of a file's name.
_ENDINGS: Final = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".vcf": "vcard",
    ".vcard": "vcard",
    ".zip": "hsds",
    ".json": "murmurations",
}
#: So many columns are named in a sentence.
SHOWN: Final = 12
#: A column that only repair data has, and how far it is looked for it.
_REPAIRS: Final = b"partner_product_category"
_FIRST: Final = 4096
#: What the descriptor of a data package is called.
_PACKAGE: Final = "datapackage.json"


def format_words() -> dict[str, str]:
    """Kinds of files that can be brought in, as people call them."""
    return {
        "csv": tr("A table as text (CSV)"),
        "xlsx": tr("A spreadsheet (XLSX)"),
        "vcard": tr("An address book (vCard)"),
        "hsds": tr("A data package of services (HSDS 3.0)"),
        "ords": tr("Repair data (Open Repair Data Standard)"),
        "murmurations": tr("Offers and wants (Murmurations)"),
    }


def guessed_format(path: Path) -> str:
    """What kind of file it is, by its name, and of a table by what stands above its columns."""
    if path.name.casefold() == _PACKAGE or path.is_dir():
        return "hsds"
    found = _ENDINGS.get(path.suffix.casefold(), "csv")
    return "ords" if found == "csv" and _REPAIRS in _beginning(path) else found


def _beginning(path: Path) -> bytes:
    try:
        if not path.is_file():
            return b""  # a pipe would keep the window waiting
        with path.open("rb") as file:
            return file.read(_FIRST)
    except OSError:
        return b""


def target_words() -> dict[str, str]:
    """What a column can be that is no field of a record."""
    return {
        "given": tr("first name"),
        "family": tr("family name"),
        "id": tr("its number in the list"),
        "origin": tr("whose list it is"),
        "origin_id": tr("its number there"),
        "licence": tr("licence"),
        "updated": tr("when it was changed"),
        "phone": tr("phone"),
        "email": tr("email"),
        "signal": tr("Signal"),
        "other": tr("another way to reach them"),
        "for": tr("for whom it is"),
        "by": tr("who posted it"),
        "city": tr("town"),
        "postcode": tr("postcode"),
        "lat": tr("latitude"),
        "lon": tr("longitude"),
        "website": tr("website"),
        "provider": tr("who published it"),
    }


def target_word(target: str) -> str:
    """What a column is: a field of a record, or one of the words above."""
    return target_words().get(target) or part_word(target)


def did_words(preview: "Preview") -> str:
    """What an import would do, in a sentence or two."""
    adds: dict[str, int] = {}
    for line in preview.adds:
        adds[line.sort.value] = adds.get(line.sort.value, 0) + 1
    parts = []
    if preview.adds:
        parts.append(tr("Would add {what}.", what=count_words(adds)))
    if preview.changes:
        parts.append(tr("Would change %n.", n=len(preview.changes)))
    if preview.does_nothing:
        parts.append(tr("Nothing would be added or changed."))
    if preview.skips:
        parts.append(
            tr(
                "%n lines are left alone.",
                one="%n line is left alone.",
                n=len(preview.skips),
            )
        )
    return " ".join(parts)


def clear_words(preview: "Preview") -> str:
    """Who will read what the list says beside; "" where it says nothing beside."""
    parts = []
    if preview.in_clear:
        columns = _some(preview.in_clear)
        parts.append(tr("Everybody in the group will be able to read: {columns}.", columns=columns))
        if preview.tables:
            parts.append(tr("Under “Columns” each can be left out."))
    if preview.sealed:
        columns = _some(preview.sealed)
        parts.append(
            tr("Only you and the stewards will be able to read: {columns}.", columns=columns)
        )
    return " ".join(parts)


def _some(columns: "Sequence[str]") -> str:
    """The names of columns, as many as a sentence holds."""
    shown = [name[:40] for name in columns[:SHOWN]]
    if len(columns) > SHOWN:
        shown.append(tr("%n more", n=len(columns) - SHOWN))
    return listed(shown)


def changed_words(fields: "tuple[FieldChange, ...]") -> str:
    """Which fields of a record change, and to what."""
    return listed(
        [
            tr("{part}: {after}", part=part_word(_plain(field.name)), after=field.after)
            if field.after
            else tr("{part}: emptied", part=part_word(_plain(field.name)))
            for field in fields
        ]
    )


def added_words(item: "Item") -> str:
    """What the list says of a record that would be added."""
    contacts = [f"contact:{contact.kind}" for contact in item.contacts]
    more = ["more"] if item.more else []
    return parts_words([*(_plain(name) for name in item.fields), *contacts, *more])


def _plain(field: str) -> str:
    """A field, or the family that it belongs to: "skills" for "skill:bread"."""
    head = field.partition(":")[0]
    return {"skill": "skills", "fix": "fixes", "lang": "languages"}.get(head, head)
