# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every test runs under: no screen, no network, no stray log line, no thread left."""

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.helpers import network, threads
from tests.helpers.examples import LONG, MORE
from tests.helpers.logs import LogGuard

# How long an example takes depends on the machine; that is for the benchmarks.
for _name in ("suite", LONG):
    settings.register_profile(
        _name,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        print_blob=True,
        max_examples=100 if _name == "suite" else 100 * MORE,
    )

_HOME = Path(tempfile.mkdtemp(prefix="mutualaid-tests-"))


def pytest_configure(config: pytest.Config) -> None:
    """Set the surroundings before anything of ours, or Qt, is imported."""
    for name in [name for name in os.environ if name.startswith("MUTUALAID_")]:
        del os.environ[name]
    os.environ.update(
        HOME=str(_HOME),
        LANG="C.UTF-8",
        LC_ALL="C.UTF-8",
        MUTUALAID_NO_KEYRING="1",
        QT_QPA_PLATFORM="offscreen",
        TZ="UTC",
        XDG_CACHE_HOME=str(_HOME / "cache"),
        XDG_CONFIG_HOME=str(_HOME / "config"),
        XDG_DATA_HOME=str(_HOME / "data"),
        XDG_RUNTIME_DIR=str(_HOME),
        XDG_STATE_HOME=str(_HOME / "state"),
    )
    if not config.getoption("--hypothesis-profile", None):
        settings.load_profile("suite")


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        network.install(patch)
        yield


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    before = threads.running()
    yield
    left = threads.left_behind(before)
    assert not left, f"threads left behind: {', '.join(left)}"


@pytest.fixture(autouse=True)
def logs() -> Iterator[LogGuard]:
    """The guard over this test's log; ``logs.expect(pattern)`` allows and asks for a line."""
    guard = LogGuard()
    root = logging.getLogger()
    root.addHandler(guard)
    yield guard
    root.removeHandler(guard)
    complaints = guard.complaints()
    assert not complaints, "\n".join(complaints)
