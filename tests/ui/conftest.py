# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A made-up neighbourhood in a window, once for all tests and fresh for each."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import shiboken6
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mutualaid.model import demo, keys
from mutualaid.model.group import Group
from mutualaid.model.profile import Profile
from mutualaid.ui.bridge import Bridge
from mutualaid.ui.preferences import Preferences
from mutualaid.ui.shell import Shell
from mutualaid.ui.theme import Theme
from tests.model.neighbours import Neighbours
from tests.ui.neighbour import Neighbour

#: ms. A wait ends when what it waits for is there; how long that takes is no test's business.
PATIENCE = 60_000


class PatientBot(QtBot):
    """qtbot, for machines that are busy with other things as well."""

    def waitUntil(self, callback, *, timeout=PATIENCE):
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal, *, timeout=PATIENCE, raising=None, check_params_cb=None):
        return super().waitSignal(
            signal, timeout=timeout, raising=raising, check_params_cb=check_params_cb
        )

    def waitExposed(self, widget, *, timeout=PATIENCE):
        return super().waitExposed(widget, timeout=timeout)

    def waitActive(self, widget, *, timeout=PATIENCE):
        return super().waitActive(widget, timeout=timeout)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    return PatientBot(request)


@pytest.fixture(autouse=True)
def _windows_go() -> Iterator[None]:
    """Let go of the windows of each test: without a loop nobody does, and all are restyled."""
    yield
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(scope="session")
def demo_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile with a made-up group, not to be written to."""
    directory = tmp_path_factory.mktemp("demo") / "profile"
    with Profile.open(directory) as profile:
        demo.begin(profile, people=12, posts=20).close()
    return directory


@pytest.fixture
def profile(demo_directory: Path, tmp_path: Path) -> Profile:
    """The made-up neighbourhood's profile, this test's own."""
    directory = tmp_path / "profile"
    shutil.copytree(demo_directory, directory)
    return Profile.open(directory)


@pytest.fixture
def empty_profile(tmp_path: Path) -> Profile:
    return Profile.open(tmp_path / "empty")


@pytest.fixture
def group(profile: Profile) -> Iterator[Group]:
    with profile.open_group() as opened:
        yield opened


@pytest.fixture
def elsewhere(profile: Profile, group: Group) -> Iterator[Group]:
    """The same group as another process on this computer has it open."""
    with profile.open_group() as opened:
        yield opened


@pytest.fixture
def window(qtbot, profile: Profile, group: Group) -> Iterator[Shell]:
    """The window on the neighbourhood, 1280×800, with nothing looking for changes by itself."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    Theme.install(application)
    bridge = Bridge(group.refresh)
    shell = Shell(group, profile, bridge, Preferences(None))
    shell.bridge = bridge  # type: ignore[attr-defined]  # for tests only
    qtbot.addWidget(shell)
    shell.resize(1280, 800)
    shell.show()
    yield shell
    # Before its group: a timer that still ran would ask a closed one.
    if shiboken6.isValid(shell):
        shell.close()
    bridge.stop()


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Neighbours]:
    """Ana, who began the group, Ben and Cleo, with a machine each and an empty board."""
    made = Neighbours(tmp_path, "Ana", "Ben", "Cleo")
    yield made
    made.close()


@pytest.fixture
def homes(qtbot, street: Neighbours) -> Iterator[dict[str, Neighbour]]:
    """Their windows, by name."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    Theme.install(application)
    found = {name: Neighbour(qtbot, group, street) for name, group in street.groups.items()}
    yield found
    for home in found.values():
        home.close()


@pytest.fixture
def cheap_passphrases(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Passphrases cost next to nothing; how dear they are is tested in the model."""
    from mutualaid.model import backup
    from mutualaid.model.vault import Vault

    for function in (backup.write_backup, Vault.set_passphrase):
        defaults = function.__kwdefaults__
        assert defaults is not None
        monkeypatch.setitem(defaults, "cost", keys.CHEAP)
    return SimpleNamespace(cost=keys.CHEAP)
