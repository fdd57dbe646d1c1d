# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The service beside the window: what keeps it from its work is said, and it goes on after."""

import queue
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mutualaid.errors import InvitationError, NetworkError
from mutualaid.model.profile import DATABASE, Profile
from mutualaid.sync import node as nodes
from mutualaid.sync import service as services
from mutualaid.sync.service import SyncService, join_and_wait, run_node
from mutualaid.sync.status import NetworkStatus

WAIT_S = 20


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    profile = Profile.open(tmp_path / "profile", environ={"MUTUALAID_NO_KEYRING": "1"})
    profile.start("Elm Street", "Ana").close()
    return profile


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "TAKE_OVER_S", 0.02)
    monkeypatch.setattr(nodes, "RESCAN_S", 0.02)
    monkeypatch.setattr(nodes, "BROKEN_RETRY_S", 0.02)


class Told:
    """What a service said of itself."""

    def __init__(self) -> None:
        self._said: queue.Queue[NetworkStatus] = queue.Queue()

    def __call__(self, status: NetworkStatus) -> None:
        self._said.put(status)

    def wait(self, until: Callable[[NetworkStatus], bool]) -> NetworkStatus:
        """The next status for which this holds."""
        while True:
            status = self._said.get(timeout=WAIT_S)
            if until(status):
                return status


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def serving(profile: Profile, port: int | None = None) -> Iterator[Told]:
    told = Told()
    service = SyncService(
        profile, listen=f"127.0.0.1:{port or free_port()}", discovery=False, told=told
    )
    service.start()
    try:
        yield told
    finally:
        service.stop()


def test_it_listens(profile: Profile) -> None:
    port = free_port()
    with serving(profile, port) as told:
        assert told.wait(lambda status: bool(status.listening)).listening == f"127.0.0.1:{port}"


def test_a_port_in_use_is_said_and_the_window_goes_on(profile: Profile) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        with serving(profile, port) as told:
            problem = told.wait(lambda status: bool(status.problem)).problem
            assert f"port {port}" in problem
            assert "still works" in problem


def test_one_process_at_a_time_syncs_and_the_next_takes_over(profile: Profile) -> None:
    lock = profile.sync_lock()
    lock.acquire()
    with serving(profile) as told:
        told.wait(lambda status: status.elsewhere)
        lock.release()
        assert not told.wait(lambda status: bool(status.listening)).elsewhere


def test_a_second_node_is_refused_in_words(profile: Profile) -> None:
    with profile.sync_lock(), pytest.raises(NetworkError, match="Another process"):
        run_node(profile, listen="127.0.0.1", discovery=False)


def test_a_disk_that_takes_no_lock_is_said_and_tried_again(profile: Profile) -> None:
    in_the_way = profile.directory / "sync.lock"
    in_the_way.mkdir()
    with serving(profile) as told:
        problem = told.wait(lambda status: bool(status.problem)).problem
        assert problem.startswith("This machine cannot keep in step.")
        in_the_way.rmdir()
        told.wait(lambda status: bool(status.listening) and not status.problem)


def test_a_group_that_cannot_be_opened_is_said_and_tried_again(
    profile: Profile, tmp_path: Path
) -> None:
    (directory,) = profile.directories()
    file = directory / DATABASE
    whole = file.read_bytes()
    file.write_bytes(whole[:5000])
    with serving(profile) as told:
        assert "damaged" in told.wait(lambda status: bool(status.problem)).problem
        file.write_bytes(whole)
        told.wait(lambda status: bool(status.listening) and not status.problem)


def test_a_refusal_is_heard_where_another_process_syncs(profile: Profile, tmp_path: Path) -> None:
    """The window asks on behalf of a ``join``, and hears that the invitation is used up."""
    with profile.open_group() as group:
        text = group.invite().text
    other = Profile.open(tmp_path / "other", environ={"MUTUALAID_NO_KEYRING": "1"})

    def refuse() -> None:
        while not other.directories():
            threading.Event().wait(0.01)
        with other.open_group() as asking, asking.replica.write(durable=False):
            asking.replica.store.set_meta("refused", "This invitation is used up.")

    with other.sync_lock():
        window = threading.Thread(target=refuse)
        window.start()
        with pytest.raises(InvitationError, match="used up"):
            join_and_wait(other, text, "Ben", WAIT_S)
        window.join()
    assert other.groups() == []
