# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.errors import BadValueError
from mutualaid.sync.addresses import DEFAULT_PORT, Address, household, parse_address
from mutualaid.sync.channel import Gate


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("192.168.1.20", "192.168.1.20", DEFAULT_PORT),
        (" 192.168.1.20:80 ", "192.168.1.20", 80),
        ("kitchen.local:1", "kitchen.local", 1),
        ("[2001:db8::1]:65535", "2001:db8::1", 65535),
        ("[::1]", "::1", DEFAULT_PORT),
        ("fe80::1%eth0", "fe80::1%eth0", DEFAULT_PORT),
        ("[fe80::1%eth0]:7", "fe80::1%eth0", 7),
    ],
)
def test_addresses_people_type(text: str, host: str, port: int) -> None:
    address = parse_address(text)
    assert address == Address(host, port)
    assert parse_address(str(address)) == address


@pytest.mark.parametrize(
    "text",
    ["", " ", ":80", "host:0", "host:65536", "host:eighty", "host:٣", "[::1", "[::1]80", "a:b:c",
     "[kitchen]:80", "two words", "http://host", "me@host:1", "host:99999999999"],
)  # fmt: skip
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(BadValueError, match="not an address"):
        parse_address(text)


@given(st.text())
def test_any_text_is_an_address_or_a_sentence(text: str) -> None:
    try:
        address = parse_address(text)
    except BadValueError:
        return
    assert 0 < address.port < 65536
    assert address.host


def test_a_household_is_an_ipv4_address_or_an_ipv6_network() -> None:
    assert household("::ffff:192.0.2.7") == household("192.0.2.7") == "192.0.2.7"
    assert household("2001:db8:1:2::3") == household("2001:db8:1:2:ffff::4")
    assert household("2001:db8:1:2::3") != household("2001:db8:1:3::3")
    assert household("fe80::1%eth0") != household("fe80::2%eth0")


def test_eight_from_one_household_and_sixty_four_in_all() -> None:
    gate = Gate()
    assert [gate.enter(f"2001:db8::{number}") for number in range(9)] == [True] * 8 + [False]
    others = [f"192.0.2.{number}" for number in range(60)]
    assert [gate.enter(host) for host in others] == [True] * 56 + [False] * 4
    gate.leave("2001:db8::77")
    assert gate.enter(others[57])
    assert not gate.enter("198.51.100.1")


def test_a_gate_forgets_who_left() -> None:
    gate = Gate()
    gate.enter("192.0.2.1")
    gate.leave("192.0.2.1")
    assert not gate._inside


def test_any_free_port_is_only_for_listening() -> None:
    assert parse_address("127.0.0.1:0", to_listen=True) == Address("127.0.0.1", 0)
    with pytest.raises(BadValueError):
        parse_address("127.0.0.1:0")
