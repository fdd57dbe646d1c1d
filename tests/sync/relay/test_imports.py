# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A relay is light: what its process loads, and what it says it needs."""

import re
import signal
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent.parent.parent
REQUIREMENTS = ROOT / "packaging" / "relay"
#: What cryptography takes where it happens to be, and does without where it is not.
OPTIONAL = {"bcrypt"}
HEAVY = {"automerge", "sqlcipher3", "sqlite_utils", "PySide6", "shiboken6", "zeroconf", "PIL"}


def loaded(tmp_path: Path) -> set[str]:
    """Top-level modules of a process that is a relay, once it is ready."""
    program = (
        "import atexit, sys\n"
        "atexit.register(lambda: print('modules', *sys.modules))\n"
        "from mutualaid.cli import main\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    arguments = ["relay", "serve", "--listen", "127.0.0.1:0", "--data", str(tmp_path / "relay")]
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments, "--metrics", "127.0.0.1:0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("relay relay:127.0.0.1:")
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=30)
        assert process.returncode == 0
    (line,) = (each for each in out.splitlines() if each.startswith("modules "))
    return {name.partition(".")[0] for name in line.split()[1:]}


def required(file: str) -> dict[str, str]:
    """Package to version, in a file of requirements."""
    lines = (REQUIREMENTS / file).read_text("utf-8").splitlines()
    found = (re.match(r"([A-Za-z0-9-]+)(?:==([\w.]+))?", line) for line in lines)
    return {canonicalize_name(each[1]): each[2] or "" for each in found if each}


def test_the_process_loads_nothing_heavy_and_nothing_that_is_not_required(tmp_path: Path) -> None:
    modules = loaded(tmp_path)
    assert modules.isdisjoint(HEAVY)
    by_module = metadata.packages_distributions()
    outside = modules - sys.stdlib_module_names - {"mutualaid", "__main__", "__mp_main__"}
    used = {canonicalize_name(name) for module in outside for name in by_module.get(module, [])}
    assert used - OPTIONAL <= set(required("requirements.txt")) | {"setuptools", "mutualaid"}
    assert set(required("requirements.in")) <= used


def test_its_versions_are_those_that_the_tests_run_with() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    for name, version in required("requirements.txt").items():
        assert f"\n{name}=={version} " in lock
