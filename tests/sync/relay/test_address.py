# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of relays, read and written."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.errors import BadValueError
from mutualaid.sync.addresses import Address
from mutualaid.sync.relay.address import DEFAULT_PORT, RelayAddress
from mutualaid.sync.relay.running import public_address

KEY = bytes(range(32))
TEXT = str(RelayAddress(Address("relay.example.org", 4000), KEY))
HOSTS = st.sampled_from(["relay.example.org", "192.168.1.20", "::1", "fe80::1%eth0"])
PATHS = st.sampled_from(["/", "/relay", "/a/b-c_d.e~f"])


@given(
    HOSTS,
    st.integers(1, 65535),
    st.binary(min_size=32, max_size=32),
    st.booleans(),
    PATHS,
    st.sampled_from([b"", bytes(range(16))]),
)
def test_what_is_written_is_read(
    host: str, port: int, key: bytes, tls: bool, path: str, token: bytes
) -> None:
    address = RelayAddress(Address(host, port), key, tls, path if tls else "/", token)
    assert RelayAddress.parse(address.secret_text) == address
    assert RelayAddress.parse(str(address)) == address.with_token(b"")


def test_without_a_port_it_is_the_usual_one() -> None:
    key = TEXT.rpartition("/")[2]
    assert RelayAddress.parse(f"relay:example.org/{key}").at.port == DEFAULT_PORT
    assert RelayAddress.parse(f"relay:https://example.org/{key}").at.port == 443


def test_a_token_is_not_shown() -> None:
    address = RelayAddress.parse(TEXT).with_token(b"\xab" * 16)
    assert str(address) == TEXT
    assert "vov" not in repr(address)
    assert address.secret_text.startswith(f"{TEXT}#")


@given(st.text(max_size=100))
def test_any_text_is_read_or_refused(text: str) -> None:
    for candidate in (text, f"relay:{text}", f"relay:host/{text}", f"{TEXT}#{text}"):
        with contextlib.suppress(BadValueError):
            assert RelayAddress.parse(candidate).key


@pytest.mark.parametrize(
    "text",
    [
        TEXT[:-1],
        TEXT + "a",
        TEXT.removeprefix("relay:"),
        TEXT.replace("4000", "0"),
        TEXT.replace("4000", "99999"),
        TEXT.replace("relay.example.org", "a b"),
        TEXT.replace("relay:", "relay:http://"),
        TEXT.replace("relay:", "relay:https://").replace(":4000/", ":4000/a b/"),
        TEXT + "#short",
        TEXT[:-1] + "9",
    ],
)
def test_what_is_no_address_is_a_sentence(text: str) -> None:
    with pytest.raises(BadValueError, match="is not the address of a relay"):
        RelayAddress.parse(text)


def test_the_name_of_a_public_host() -> None:
    assert public_address("example.org").at == Address("example.org", 0)
    assert public_address("example.org:1").at == Address("example.org", 1)
    proxied = public_address("https://example.org/relay/")
    assert (proxied.at, proxied.tls, proxied.path) == (Address("example.org", 443), True, "/relay")
    for bad in ("", "https://", "https:///x", "a b"):
        with pytest.raises(BadValueError):
            public_address(bad)
