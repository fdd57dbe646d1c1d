# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The guards themselves: each must be able to fail a test."""

import logging
import socket
import threading

import pytest

from tests.helpers import threads
from tests.helpers.logs import LogGuard
from tests.helpers.network import NetworkRefusedError


@pytest.mark.parametrize("host", ["192.0.2.1", "::ffff:192.0.2.1", "224.0.0.251"])
def test_a_socket_reaches_nothing_but_this_machine(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        with pytest.raises(NetworkRefusedError):
            sock.sendto(b"x", (host, 9))
        with pytest.raises(NetworkRefusedError):
            sock.connect((host, 9))


def test_names_are_not_looked_up() -> None:
    with pytest.raises(NetworkRefusedError):
        socket.create_connection(("example.org", 80))


def test_a_server_listens_on_loopback_only() -> None:
    with socket.socket() as sock:
        with pytest.raises(NetworkRefusedError):
            sock.bind(("0.0.0.0", 0))
        sock.bind(("127.0.0.1", 0))


def test_a_stray_warning_is_a_complaint() -> None:
    guard = LogGuard()
    guard.handle(logging.makeLogRecord({"levelno": logging.WARNING, "msg": "oh"}))
    assert len(guard.complaints()) == 1
    guard.expect("^oh$")
    assert guard.complaints() == []


def test_an_expected_line_must_come() -> None:
    guard = LogGuard()
    guard.expect("half a handshake")
    assert guard.complaints() == ["expected log line never came: half a handshake"]


def test_a_thread_left_behind_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "GRACE_SECONDS", 0.01)
    before = threads.running()
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait, name="lingerer")
    thread.start()
    assert threads.left_behind(before) == ["lingerer"]
    stop.set()
    thread.join()
    assert threads.left_behind(before) == []
