# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A tabular data package as it lies there: a folder, its ``datapackage.json``, or a ZIP of both.

The descriptor says where the tables are, and is not believed in anything else: what it names
outside of the package is not opened, nothing is fetched, and the columns are those of the files.
Files that it forgets are found by their names.
"""

import json
import re
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Final, NamedTuple

from mutualaid.errors import ImportFileError
from mutualaid.model.directories.hsds.bundle import Row
from mutualaid.model.directories.hsds.schema import BY_RESOURCE, TABLES
from mutualaid.model.directories.incoming.item import Tick
from mutualaid.model.directories.incoming.tables import Problems, read_text
from mutualaid.model.text import one_line

DESCRIPTOR: Final = "datapackage.json"
LARGEST_DESCRIPTOR: Final = 8 * 1024 * 1024
LARGEST_PACKAGE: Final = 256 * 1024 * 1024  # bytes, unpacked
MOST_RESOURCES: Final = 500
MOST_ROWS: Final = 300_000  # of all tables
MOST_CHARACTERS: Final = 100 * 1024 * 1024  # of all cells

#: A title that people leave standing when they copy the descriptor of the specification.
_OF_THE_STANDARD: Final = "Human Services Data Specification"
_SUFFIXES: Final = (".csv", ".tsv", ".txt", ".json")
_NOTHING: Final = " Nothing was imported."


class Entry(NamedTuple):
    """A row of a table, with the number of its line."""

    line: int
    row: Row


@dataclass(slots=True)
class Package:
    """Tables by the stem of their file's name. ``files`` has the name that each really has;
    ``size`` is how many bytes were read."""

    tables: dict[str, list[Entry]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    title: str = ""
    licence: str = ""
    lines: int = 0
    size: int = 0

    def where(self, stem: str, line: int) -> str:
        return f"{self.files.get(stem, stem)} line {line}"


def read_package(path: Path, tick: Tick, problems: Problems) -> Package:
    """The tables of a package; raises ImportFileError where there are none."""
    with ExitStack() as stack:
        folder, descriptor = _find(path, stack, problems)
        said = _descriptor(descriptor, problems) if descriptor is not None else {}
        package = Package(title=_title(said) or path.name.removesuffix(".zip"))
        if path.name == DESCRIPTOR and package.title == path.name:
            package.title = path.resolve().parent.name
        package.licence = _licence(said)
        _Tables(folder, package, problems, tick).read(said)
    if not package.tables:
        raise ImportFileError(
            f"{path.name} holds no table that can be read. Nothing was imported. Choose the folder"
            " of a data package, its datapackage.json, or a ZIP file of it."
        )
    return package


# -- finding it


def _find(path: Path, stack: ExitStack, problems: Problems) -> tuple[Path, Path | None]:
    """The folder of the package, and its descriptor if it has one."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise ImportFileError(f"{path} cannot be read: {error.strerror}.{_NOTHING}") from error
    if stat.S_ISDIR(mode):
        descriptor = path / DESCRIPTOR
        if descriptor.is_file():
            return path, descriptor
        problems.add(
            "", f"There is no {DESCRIPTOR}. The files were taken by their names.", kept=True
        )
        return path, None
    if not stat.S_ISREG(mode):
        raise ImportFileError(f"{path.name} is neither a file nor a folder.{_NOTHING}")
    if zipfile.is_zipfile(path):
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mutualaid-")))
        _unpack(path, folder, problems)
        return _find(_deepest(folder), stack, problems)
    if path.suffix.lower() == ".json":
        return path.parent, path
    raise ImportFileError(
        f"{path.name} is no data package.{_NOTHING} Choose the folder of a data package, its"
        " datapackage.json, or a ZIP file of it."
    )


def _unpack(path: Path, folder: Path, problems: Problems) -> None:
    """Unpack tables and descriptors, as much as is read; nothing is written beside ``folder``."""
    room = LARGEST_PACKAGE
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            for member in members[: MOST_RESOURCES * 2]:
                name = PurePosixPath(member.filename)
                if member.is_dir() or name.suffix.lower() not in _SUFFIXES:
                    continue
                if _leads_out(member.filename) or len(name.parts) > 6:
                    problems.add(_short(member.filename), "This file lies outside of the package.")
                    continue
                if member.flag_bits & 1:
                    problems.add(_short(member.filename), "This file is locked with a password.")
                    continue
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as source, target.open("wb") as copy:
                    while piece := source.read(1024 * 1024):
                        room -= len(piece)
                        if room < 0:
                            raise ImportFileError(
                                f"{path.name} holds more than {LARGEST_PACKAGE // 1024**2} MiB once"
                                f" it is unpacked.{_NOTHING}"
                            )
                        copy.write(piece)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ImportFileError(
            f"{path.name} is a damaged ZIP file, or one that cannot be unpacked here.{_NOTHING}"
            " Unpack it with another program and choose the folder."
        ) from error
    except OSError as error:
        raise ImportFileError(
            f"{path.name} cannot be unpacked: {error.strerror or error}.{_NOTHING}"
        ) from error


def _deepest(folder: Path) -> Path:
    """The folder in which the package begins: many a ZIP has one folder around everything."""
    found = sorted(folder.rglob(DESCRIPTOR), key=lambda path: (len(path.parts), path))
    if found:
        return found[0].parent
    inside = list(folder.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else folder


# -- what the descriptor says


def _descriptor(path: Path, problems: Problems) -> dict[str, Any]:
    try:
        if path.stat().st_size > LARGEST_DESCRIPTOR:
            raise ImportFileError(f"{path.name} is larger than any descriptor.{_NOTHING}")
        said = json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ImportFileError(f"{path} cannot be read: {error.strerror}.{_NOTHING}") from error
    except (ValueError, RecursionError):
        problems.add(path.name, "This is no JSON. The files were taken by their names.", kept=True)
        return {}
    if not isinstance(said, dict) or not isinstance(said.get("resources", []), list):
        why = "This does not describe a data package. The files were taken by their names."
        problems.add(path.name, why, kept=True)
        return {}
    return said


def _text(value: object) -> str:
    return one_line(value[:400]) if isinstance(value, str) else ""


def _title(said: dict[str, Any]) -> str:
    title = _text(said.get("title"))
    return "" if title == _OF_THE_STANDARD else title


def _licence(said: dict[str, Any]) -> str:
    licences = said.get("licenses", said.get("license"))
    first = licences[0] if isinstance(licences, list) and licences else licences
    if isinstance(first, dict):
        names = (_text(first.get(name)) for name in ("name", "type", "title", "path", "url"))
        return next((name for name in names if name), "")
    return _text(first)


def _leads_out(path: str) -> bool:
    """Whether a path is not simply one below the folder it starts in, on any system."""
    posix, windows = PurePosixPath(path), PureWindowsPath(path)
    rooted = posix.is_absolute() or windows.is_absolute() or windows.drive or windows.root
    return bool(rooted) or ".." in windows.parts or "\\" in path or "\0" in path


def _short(text: str) -> str:
    text = one_line(text[:200])
    return text if len(text) <= 60 else text[:59] + "…"


# -- tables


class _Tables:
    def __init__(self, folder: Path, package: Package, problems: Problems, tick: Tick) -> None:
        self._root = folder.resolve()
        self._package = package
        self._problems = problems
        self._tick = tick
        self._done = 0
        self._whole = 0
        self._rows = 0
        self._characters = 0

    def read(self, said: dict[str, Any]) -> None:
        wanted = list(self._named(said.get("resources", [])))
        have = {path for _, path, _ in wanted}
        for stem, table in TABLES.items():
            path = self._root / table.file
            if path not in have and self._is_ours(path) and path.is_file():
                if said:
                    why = "The descriptor does not name this file. It was read all the same."
                    self._problems.add(table.file, why, kept=True)
                wanted.append((stem, path, ()))
        order = {stem: place for place, stem in enumerate(TABLES)}
        wanted.sort(key=lambda each: order.get(each[0], len(order)))
        self._whole = sum(path.stat().st_size for _, path, _ in wanted)
        self._package.size = self._whole
        for stem, path, columns in wanted:
            self._table(stem, path, columns)

    def _named(self, resources: Sequence[object]) -> Iterator[tuple[str, Path, tuple[str, ...]]]:
        """What the descriptor names and may be opened: stem, file, the columns it claims."""
        seen: set[Path] = set()
        for resource in resources[:MOST_RESOURCES]:
            if not isinstance(resource, dict):
                continue
            name, paths = _text(resource.get("name")), resource.get("path")
            if paths is None and "data" in resource:
                self._problems.add(name, "Tables inside of a descriptor are not read.")
                continue
            for text in paths[:MOST_RESOURCES] if isinstance(paths, list) else [paths]:
                path = self._path(text, name)
                if path is None:
                    continue
                if path in seen:
                    why = "The descriptor names this file twice. It was read once."
                    self._problems.add(path.name, why, kept=True)
                    continue
                seen.add(path)
                yield _stem(name, path), path, _columns(resource)

    def _path(self, text: object, name: str) -> Path | None:
        if not isinstance(text, str) or not text.strip():
            self._problems.add(name or DESCRIPTOR, "The descriptor names no file for this table.")
            return None
        where = _short(text)
        if re.match(r"[a-z][a-z0-9+.-]*://|//", text, re.IGNORECASE):
            self._problems.add(
                where, "The descriptor names an address on the network. Nothing is fetched."
            )
            return None
        if _leads_out(text) or not self._is_ours(self._root / text):
            why = "The descriptor leads out of the package. This file was not opened."
            self._problems.add(where, why)
            return None
        path = (self._root / text).resolve()
        if not path.is_file():
            self._problems.add(where, "The descriptor names this file, and it is not there.")
            return None
        return path

    def _is_ours(self, path: Path) -> bool:
        """Whether a path stays in the package when all links are followed."""
        try:
            return path.resolve().is_relative_to(self._root)
        except (OSError, RuntimeError, ValueError):
            return False

    def _table(self, stem: str, path: Path, claimed: tuple[str, ...]) -> None:
        size, before = path.stat().st_size, self._done
        known = {column.name for column in TABLES[stem].columns} if stem in TABLES else {"id"}

        def is_header(cells: Sequence[str]) -> float:
            return float(len(known & {cell.strip().lower() for cell in cells}))

        def tick(done: int, _size: int) -> None:
            self._tick(min(before + done, self._whole), self._whole)

        problems = Problems()
        entries = self._package.tables.setdefault(stem, [])
        self._package.files.setdefault(stem, path.name)
        try:
            table = read_text(path, tick, problems, is_header=is_header)
            header = [name.strip().lower() for name in table.header]
            if not is_header(header):
                self._problems.add(path.name, "The first line does not name columns of HSDS.")
            else:
                self._compare(path.name, header, claimed)
                entries += self._entries(header, table.rows)
        except ImportFileError as error:
            if self._rows > MOST_ROWS or self._characters > MOST_CHARACTERS:
                raise
            self._problems.add(path.name, str(error).replace(_NOTHING, " It was left out."))
        for problem in problems.all():
            where = f"{path.name} {problem.where}".strip()
            self._problems.add(where, problem.why, kept=problem.kept)
        self._done = before + size
        if not entries:
            del self._package.tables[stem]

    def _entries(self, header: Sequence[str], rows: Any) -> Iterator[Entry]:
        for line, cells in rows:
            row = {
                name: value
                for name, cell in zip(header, cells, strict=False)
                if (value := cell.strip())
            }
            if not row:
                continue
            self._rows += 1
            self._characters += sum(map(len, row.values()))
            if self._rows > MOST_ROWS or self._characters > MOST_CHARACTERS:
                raise ImportFileError(
                    f"This package has more than {MOST_ROWS:,} lines, or more than"
                    f" {MOST_CHARACTERS // 1024**2} MiB of text.{_NOTHING} Import a part of it."
                )
            self._package.lines += 1
            yield Entry(line, row)

    def _compare(self, name: str, header: Sequence[str], claimed: tuple[str, ...]) -> None:
        """Say where the descriptor lies about the columns of a file."""
        if not claimed:
            return
        missing = [column for column in claimed if column not in header]
        beyond = [column for column in header if column not in claimed]
        if missing or beyond:
            said = [f"names {_listed(missing)}, which the file does not have"] if missing else []
            said += [f"does not name {_listed(beyond)}, which it has"] if beyond else []
            why = f"The descriptor {' and '.join(said)}. The file was read as it is."
            self._problems.add(name, why, kept=True)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(_short(name) for name in names[:6])
    return shown if len(names) <= 6 else f"{shown} and {len(names) - 6} more"


def _stem(name: str, path: Path) -> str:
    if name in BY_RESOURCE:
        return BY_RESOURCE[name].stem
    stem = re.sub("[^a-z_]", "_", path.stem.lower())[:40]
    return stem or "table"


def _columns(resource: dict[str, Any]) -> tuple[str, ...]:
    schema = resource.get("schema")
    fields = schema.get("fields") if isinstance(schema, dict) else None
    if not isinstance(fields, list):
        return ()
    return tuple(
        _text(field.get("name")).lower() for field in fields[:400] if isinstance(field, dict)
    )
