# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is packaged is what there is."""

import tomllib
from pathlib import Path

from mutualaid import paths

ROOT = Path(__file__).resolve().parent.parent


def test_every_package_is_named() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    found = {
        ".".join(file.parent.relative_to(ROOT).parts)
        for file in (ROOT / "mutualaid").rglob("__init__.py")
    }
    assert set(settings["packages"]) == found | {"mutualaid.resources"}


def test_icons_are_found_in_a_clone() -> None:
    assert (paths.resources() / "mutualaid.svg").is_file()
    assert list((paths.resources() / "icons").glob("*.svg"))
