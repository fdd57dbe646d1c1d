# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Window and command line on one profile at once: each shows what the other posts, and what
either posts goes out by the one that syncs."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from mutualaid import app as apps
from mutualaid.model.group import Group
from mutualaid.model.profile import Profile
from mutualaid.model.values import PostDraft, PostKind
from mutualaid.sync import service as services
from mutualaid.sync.service import SyncService
from mutualaid.ui.preferences import Preferences
from mutualaid.ui.shell import Shell
from mutualaid.ui.theme import Theme
from tests.benchmarks.processes import ROOT, environment, node

WAIT_MS = 30_000


def command(profile: Path, *arguments: str) -> str:
    """Run one command to its end, in a process of its own; what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "mutualaid", *arguments],
        cwd=ROOT,
        env=environment(profile),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="session")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two machines of one group, Ana's and Ben's; not to be written to."""
    folder = tmp_path_factory.mktemp("street")
    ana, ben = folder / "ana", folder / "ben"
    command(ana, "start", "Elm Street", "--me", "Ana")
    invitation = command(ana, "invite").strip()
    with node(ana) as address:
        command(ben, "join", invitation, "--me", "Ben", "--peer", address, "--no-discovery")
    return folder


@pytest.fixture
def ana(street: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(street / "ana", tmp_path / "ana"))


@pytest.fixture
def ben(street: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(street / "ben", tmp_path / "ben"))


@pytest.fixture
def at_ben(ben: Path) -> Iterator[Group]:
    """What Ben's machine holds, looked at from here."""
    with Profile.open(ben) as profile, profile.open_group() as group:
        yield group


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "TAKE_OVER_S", 0.05)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def open_window(qapp, ana: Path, tmp_path: Path):
    """Opens the program with its window on Ana's profile, in touch with these machines."""
    Theme.install(qapp)

    @contextmanager
    def opened(*peers: str) -> Iterator[Shell]:
        def make_sync(profile, told, stored, _preferences) -> SyncService:
            listen = f"127.0.0.1:{free_port()}"
            return SyncService(
                profile, listen=listen, peers=peers, discovery=False, told=told, stored=stored
            )

        app = apps.App(qapp, Profile.open(ana), Preferences(tmp_path), make_sync)
        app.begin()
        try:
            assert isinstance(app.window, Shell)
            yield app.window
        finally:
            qapp.aboutToQuit.disconnect(app.take_down)
            app.take_down()
            app.deleteLater()

    return opened


def shown(window: Shell) -> set[str]:
    model = window.page_named("board").model
    return {model.row(at).title for at in range(model.rowCount())}


def post_in(window: Shell, title: str) -> None:
    group = window.desk.group
    assert window.desk.run(lambda: group.post(PostDraft(PostKind.NEED, title)), "Posted.")


def holds(group: Group, title: str) -> Callable[[], bool]:
    def look() -> bool:
        group.refresh()
        return any(row.title == title for row in group.posts())

    return look


def test_the_window_syncs(open_window, ana, ben, at_ben, qtbot):
    with node(ben) as address, open_window(address) as window:
        bridge = window.desk.bridge
        qtbot.waitUntil(lambda: bool(bridge.status.connected), timeout=WAIT_MS)
        post_in(window, "By the window")
        assert "By the window" in command(ana, "list", "needs")
        qtbot.waitUntil(holds(at_ben, "By the window"), timeout=WAIT_MS)
        command(ana, "post", "need", "By a command")
        qtbot.waitUntil(lambda: "By a command" in shown(window), timeout=WAIT_MS)
        qtbot.waitUntil(holds(at_ben, "By a command"), timeout=WAIT_MS)
        command(ben, "post", "need", "By Ben")
        qtbot.waitUntil(lambda: "By Ben" in shown(window), timeout=WAIT_MS)
        assert "By Ben" in command(ana, "list", "needs")
        with pytest.raises(subprocess.CalledProcessError) as refused:
            command(ana, "node", "--no-discovery")
        assert "already keeps this profile in step" in refused.value.stderr


def test_a_node_syncs_beside_the_window(open_window, ana, ben, at_ben, qtbot):
    with node(ben) as address, node(ana, "--peer", address), open_window(address) as window:
        bridge = window.desk.bridge
        qtbot.waitUntil(lambda: bridge.status.elsewhere, timeout=WAIT_MS)
        post_in(window, "By the window")
        assert "By the window" in command(ana, "list", "needs")
        qtbot.waitUntil(holds(at_ben, "By the window"), timeout=WAIT_MS)
        command(ana, "post", "need", "By a command")
        qtbot.waitUntil(lambda: "By a command" in shown(window), timeout=WAIT_MS)
        qtbot.waitUntil(holds(at_ben, "By a command"), timeout=WAIT_MS)
        command(ben, "post", "need", "By Ben")
        qtbot.waitUntil(lambda: "By Ben" in shown(window), timeout=WAIT_MS)


def test_the_window_takes_over_when_the_node_ends(open_window, ana, ben, at_ben, qtbot):
    with ExitStack() as running, node(ben) as address:
        running.enter_context(node(ana, "--peer", address))
        with open_window(address) as window:
            bridge = window.desk.bridge
            qtbot.waitUntil(lambda: bridge.status.elsewhere, timeout=WAIT_MS)
            running.close()
            qtbot.waitUntil(lambda: bool(bridge.status.connected), timeout=WAIT_MS)
            assert not bridge.status.elsewhere
            command(ana, "post", "need", "By a command")
            qtbot.waitUntil(holds(at_ben, "By a command"), timeout=WAIT_MS)


def test_changes_to_one_post_by_both_are_kept(open_window, ana, qtbot):
    """Two processes of one machine write one chain: nothing forks, nothing is lost."""
    with open_window() as window:
        group = window.desk.group
        post_in(window, "A lift")
        row = next(row for row in group.posts() if row.title == "A lift")
        for number in range(5):
            command(ana, "comment", row.code, f"command {number}")
            window.desk.run(lambda number=number: group.comment(row.id, f"window {number}"))
        command(ana, "edit", row.code, "--area", "North side")
        window.desk.run(lambda: group.edit_post(row.id, when="16:00"))
        detail = group.post_detail(row.id)
        assert len(detail.comments) == 10
        assert (detail.row.area, detail.row.when) == ("North side", "16:00")
        assert group.health().ok
        assert len(group.machines()) == 2
        assert not any(machine.frozen for machine in group.machines())


def test_a_group_that_a_command_begins_can_be_switched_to(open_window, ana):
    with open_window() as window:
        command(ana, "start", "Oak Lane", "--me", "Ana")
        window._fill_switch(window._switch)
        assert {action.text() for action in window._switch.actions()} == {"Elm Street", "Oak Lane"}
