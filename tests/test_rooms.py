# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The three rooms keep to themselves, and each outside library has one door."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "mutualaid"
FILES = sorted(PACKAGE.rglob("*.py"))

#: Libraries that touch trust, and the only files that may import each.
DOORS = {
    "PIL": {"model/photos.py"},
    # Extras of the package: each in the one file that is imported only where it is used.
    "aiobotocore": {"sync/storage/s3.py"},
    "aiohttp": {"sync/storage/s3.py"},
    "automerge": {"model/crdt.py"},
    "botocore": {"sync/storage/s3.py"},
    "fsspec": {"sync/storage/sftp.py"},
    "httpx": {"sync/storage/webdav.py"},
    "nacl": {"model/keys.py"},
    "noise": {"sync/handshake.py"},
    "paramiko": {"sync/storage/sftp.py"},
    "s3fs": {"sync/storage/s3.py"},
    "sqlcipher3": {"model/store.py"},
    "webdav4": {"sync/storage/webdav.py"},
    # Between members, and to relays; see ARCHITECTURE.md.
    "websockets": {"sync/channel.py", "sync/relay/socket.py"},
    "zeroconf": {"sync/discovery.py"},
}
#: Only these may import Qt.
SCREEN = ("ui/", "app.py")
#: What each room may use of the others.
ALLOWED = {"model": {"model"}, "sync": {"model", "sync"}, "ui": {"model", "sync", "ui"}}
QT = {"PySide6", "shiboken6"}


def imported(file: Path) -> Iterator[str]:
    """Full dotted names of what *file* imports, wherever in the file the import stands."""
    package = ["mutualaid", *file.relative_to(PACKAGE).parent.parts]
    for node in ast.walk(ast.parse(file.read_bytes(), str(file))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            up = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*up, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{name.name}" for name in node.names)


def place(file: Path) -> str:
    """A file's path inside the package, with forward slashes."""
    return file.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize(
    ("room", "absent"),
    [
        ("model", {*QT, "zeroconf", "websockets", "noise", "asyncio", "mutualaid.sync", "PIL"}),
        ("sync", QT | {"mutualaid.ui", "PIL"}),
    ],
)
def test_a_room_leaves_outside_what_does_not_belong(room: str, absent: set[str]) -> None:
    modules = [
        ".".join(["mutualaid", *file.relative_to(PACKAGE).with_suffix("").parts])
        for file in FILES
        if place(file).startswith(f"{room}/") and file.name != "__init__.py"
    ]
    program = (
        "import importlib, sys\n"
        f"for name in {[f'mutualaid.{room}', *modules]!r}: importlib.import_module(name)\n"
        "print('\\n'.join(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert absent.isdisjoint(done.stdout.split())


@pytest.mark.parametrize("library", sorted(DOORS))
def test_a_library_that_touches_trust_has_one_door(library: str) -> None:
    users = {
        place(file)
        for file in FILES
        if any(name.partition(".")[0] == library for name in imported(file))
    }
    assert users <= DOORS[library]


def test_qt_stays_with_the_screen() -> None:
    users = {
        place(file)
        for file in FILES
        if any(name.partition(".")[0] in QT for name in imported(file))
    }
    assert {user for user in users if not user.startswith(SCREEN)} == set()


@pytest.mark.parametrize("room", sorted(ALLOWED))
def test_a_room_uses_only_the_rooms_below(room: str) -> None:
    shared = {"errors", "paths"}
    wrong = {
        (place(file), name)
        for file in FILES
        if place(file).startswith(f"{room}/")
        for name in imported(file)
        if name.startswith("mutualaid.")
        and name.split(".")[1] not in ALLOWED[room] | shared | {"__version__"}
    }
    assert wrong == set()


def test_every_library_in_use_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    by_module = metadata.packages_distributions()
    used = {name.partition(".")[0] for file in FILES for name in imported(file)}
    outside = used - {"mutualaid", ""} - sys.stdlib_module_names
    lines = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    declared = {canonicalize_name(Requirement(line).name) for line in lines}
    undeclared = {
        module
        for module in outside
        if declared.isdisjoint(map(canonicalize_name, by_module.get(module, [])))
    }
    assert undeclared == set()


def test_every_package_is_installed() -> None:
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    here = {
        ".".join(["mutualaid", *file.parent.relative_to(PACKAGE).parts])
        for file in FILES
        if file.name == "__init__.py"
    }
    beside = set(setuptools["package-dir"])
    assert set(setuptools["packages"]) == here | beside
    assert {file.parent for file in FILES} == {
        PACKAGE.joinpath(*name.split(".")[1:]) for name in here
    }


def test_every_file_names_its_licence() -> None:
    holders = "# SPDX-FileCopyrightText: 2026 The Mutual Aid developers"
    licence = "# SPDX-License-Identifier: AGPL-3.0-or-later"
    bare = []
    for folder in (PACKAGE, ROOT / "tests"):
        for file in folder.rglob("*.py"):
            lines = file.read_text(encoding="utf-8").splitlines()
            start = 1 if lines and lines[0].startswith("#!") else 0
            if lines[start : start + 2] != [holders, licence]:
                bare.append(file.relative_to(ROOT).as_posix())
    assert bare == []
