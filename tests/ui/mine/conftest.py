# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ana's own page, in a street of three."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.model.neighbours import Neighbours
from tests.ui.homes import Home


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Neighbours]:
    made = Neighbours(tmp_path, "Ana", "Ben", "Cleo")
    yield made
    made.close()


@pytest.fixture
def home(qtbot, street: Neighbours) -> Iterator[Home]:
    made = Home(qtbot, street)
    made.window.show_page("mine")
    yield made
    made.close()
