# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Being a relay by command: what it prints, how it stops, tokens, and what it refuses."""

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mutualaid.model.keys import SigningKey
from mutualaid.sync.addresses import Address
from mutualaid.sync.relay.address import RelayAddress
from mutualaid.sync.relay.client import RelayShelf
from tests.cli.conftest import Run
from tests.sync.shelves.suite import made_up_parcel

ROOT = Path(__file__).resolve().parent.parent.parent


def serve(folder: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "mutualaid", "relay", "serve"),
            *("--listen", "127.0.0.1:0", "--data", str(folder), *options),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )


def ready(process: subprocess.Popen[str]) -> RelayAddress:
    """The address, from the one line that it prints."""
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    assert line.startswith("relay ")
    return RelayAddress.parse(line.removeprefix("relay "))


def stop(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> tuple[str, str]:
    """Ask it to end; what it said beside its first line."""
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    return out, err


async def put_one(address: RelayAddress) -> None:
    shelf = RelayShelf(address)
    topic = SigningKey.generate()
    try:
        await shelf.put(topic, made_up_parcel(topic, 1))
    finally:
        await shelf.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_is_serves_and_stops(tmp_path: Path, number: int) -> None:
    folder = tmp_path / "relay"
    process = serve(folder)
    address = ready(process)
    assert address.at.host == "127.0.0.1"
    asyncio.run(put_one(address))
    assert stop(process, number) == ("", "")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("relay.key", "relay.db"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    # What was written aside went into the file at the end.
    assert not (folder / "relay.db-wal").exists()
    again = serve(folder, "--name", "relay.example.org")
    named = ready(again)
    assert (named.at.host, named.key) == ("relay.example.org", address.key)
    stop(again)


def test_behind_a_proxy_the_address_is_the_proxys(tmp_path: Path) -> None:
    process = serve(tmp_path, "--name", "https://example.org/relay", "--proxy", "127.0.0.1")
    address = ready(process)
    assert str(address).startswith("relay:https://example.org/relay/")
    stop(process)


def test_everywhere_is_no_address_so_one_is_guessed_and_said_so(tmp_path: Path) -> None:
    process = serve(tmp_path, "--listen", "0.0.0.0:0", "--json")
    assert process.stdout is not None
    _out, err = "", ""
    line = process.stdout.readline()
    assert '"relay": "relay:' in line or line.strip() == "{"
    _out, err = stop(process)
    assert "--name HOST" in err


def test_everywhere_is_ipv4_and_ipv6(tmp_path: Path) -> None:
    process = serve(tmp_path, "--listen", "[::]:0", "--name", "localhost")
    address = ready(process)
    for host in ("127.0.0.1", "::1"):
        asyncio.run(put_one(replace(address, at=Address(host, address.at.port))))
    stop(process)


def test_a_port_that_is_taken_is_a_sentence(tmp_path: Path, run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        at = f"127.0.0.1:{taken.getsockname()[1]}"
        failed = run("relay", "serve", "--listen", at, "--data", str(tmp_path / "r"), "--json")
    assert failed.code == 1
    assert failed.document["code"] == "network"
    assert at in failed.document["error"]


def test_what_is_typed_wrong_is_a_sentence(tmp_path: Path, run: Run) -> None:
    data = str(tmp_path / "r")
    for options in (
        ("--listen", "no address"),
        ("--listen", "127.0.0.1:99999"),
        ("--listen", "127.0.0.1:0", "--name", "a b"),
        ("--listen", "127.0.0.1:0", "--name", "https://"),
        ("--listen", "127.0.0.1:0", "--metrics", "0.0.0.0:0"),
    ):
        failed = run("relay", "serve", "--data", data, *options, "--json")
        assert (failed.code, failed.document["code"]) == (1, "bad_value"), options
    for options in ((), ("--days", "0"), ("--quota", "0"), ("--rate", "0"), ("--disk", "x")):
        assert run("relay", "serve", "--data", data, *options).code == 2


def test_a_folder_that_cannot_be_is_a_sentence(tmp_path: Path, run: Run) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        failed = run("relay", "serve", "--listen", "127.0.0.1:0", "--data", str(folder))
        assert failed.code in {1, 2}
        assert "Traceback" not in failed.err


def test_tokens_are_made_shown_and_taken_back(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "relay"
    failed = run("relay", "token", "--data", str(folder), "--json")
    assert (failed.code, failed.document["code"]) == (1, "not_found")
    process = serve(folder, "--tokens")
    address = ready(process)
    at = ("relay", "token", "--data", str(folder))
    empty = run(*at, "--list")
    assert (empty.code, empty.out.strip()) == (0, "No token was made yet.")
    made = run(*at, "--note", "Elm Street", "--topics", "2", "--json").document["token"]
    asyncio.run(put_one(RelayAddress.parse(f"{address}#{made}")))
    (row,) = run(*at, "--list", "--json").document
    assert row == {"number": 1, "note": "Elm Street", "topics": 2, "used": 1, "revoked": False}
    assert "Elm Street" in run(*at, "--list").out
    assert run(*at, "--revoke", "1", "--json").document == {"revoked": 1}
    assert "taken back" in run(*at, "--list").out
    assert run(*at, "--revoke", "9").code == 1
    assert run(*at, "--revoke", "1", "--list").code == 2
    assert run(*at, "--note", "x" * 201).code == 1
    stop(process)
