# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requests and answers: what is written is read, and anything else is refused."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.errors import ProtocolError
from mutualaid.model.keys import SigningKey
from mutualaid.sync.parcel_outside import MOST_PARCEL, name_of
from mutualaid.sync.relay.protocol import (
    Op,
    Page,
    Published,
    Reason,
    Tag,
    decode_answer,
    decode_limits,
    decode_page,
    decode_refusal,
    decode_request,
    encode_answer,
    encode_cancel,
    encode_refusal,
    encode_request,
)
from mutualaid.sync.shelf import BEGINNING, MOST_LISTED, Cursor, Listed

RELAY, H = b"r" * 32, b"h" * 32
KEY = SigningKey.from_seed(b"k" * 32)
ARGUMENTS = {
    Op.LIST: Cursor(b"g" * 16, 7, b"s" * 16).encode(),
    Op.WAIT: BEGINNING.encode(),
    Op.HEAD: b"n" * 32,
    Op.GET: b"n" * 32,
    Op.PUT: b"parcel" * 100,
    Op.ADMIT: b"t" * 16,
}


@pytest.mark.parametrize("op", ARGUMENTS)
def test_a_request_is_read_and_its_signature_is_good_there_alone(op: Op) -> None:
    argument = ARGUMENTS[op]
    frame = encode_request(KEY, RELAY, H, op, 9, argument)
    request = decode_request(frame)
    assert (request.op, request.number, request.topic) == (op, 9, KEY.public)
    assert request.argument == argument
    assert request.subject == (name_of(argument) if op is Op.PUT else argument)
    assert request.is_signed(RELAY, H)
    assert not request.is_signed(RELAY, b"i" * 32)
    assert not request.is_signed(b"s" * 32, H)
    assert not replace(request, topic=SigningKey.generate().public).is_signed(RELAY, H)
    for other in Op:
        if other is not op:
            assert not replace(request, op=other).is_signed(RELAY, H)
    changed = bytearray(frame)
    changed[-1] ^= 1
    assert not decode_request(bytes(changed)).is_signed(RELAY, H)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (
        decode_request,
        decode_answer,
        decode_page,
        decode_limits,
        decode_refusal,
        lambda data: decode_request(b"\x01" + data),
    ):
        try:
            read(data)
        except ProtocolError:
            continue


def test_what_no_member_sends_is_refused() -> None:
    good = encode_request(KEY, RELAY, H, Op.LIST, 1, BEGINNING.encode())
    assert decode_request(encode_cancel(5)).number == 5
    for bad in (
        b"",
        good[:-1],
        good + b"x",
        b"\x00" + good[1:],
        b"\x63" + good[1:],
        encode_cancel(5) + b"x",
        encode_request(KEY, RELAY, H, Op.PUT, 1, b""),
        good[:-24] + b"\xff" * 24,
    ):
        with pytest.raises(ProtocolError):
            decode_request(bad)


def page(*numbers: int, **changes: object) -> Page:
    listed = [Listed(number, bytes([number % 256]) * 32, 100) for number in numbers]
    end = (numbers[-1] if numbers else 0, b"e" * 16)
    made = Page(b"g" * 16, (0, b"b" * 16), end, listed)
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "good",
    [
        page(),
        page(1, 2, 3),
        page(1, 2, more=True),
        page(5, reset=True),
        page(1, end=(9, b"e" * 16)),
        page(*range(1, MOST_LISTED + 1)),
    ],
)
def test_a_page_is_read(good: Page) -> None:
    assert decode_page(good.encode()) == good


@pytest.mark.parametrize(
    "bad",
    [
        page(2, 1),
        page(1, 1),
        page(5, base=(5, b"b" * 16)),
        page(5, end=(4, b"e" * 16)),
        page(5, end=(6, b"e" * 16), more=True),
        page(more=True),
        page(end=(1 << 63, b"e" * 16)),
        page(1, parcels=[Listed(1, b"n" * 32, 0)]),
        page(1, parcels=[Listed(1, b"n" * 32, MOST_PARCEL + 1)]),
        page(*range(1, MOST_LISTED + 2)),
    ],
)
def test_a_page_that_cannot_be_is_refused(bad: Page) -> None:
    with pytest.raises(ProtocolError):
        decode_page(bad.encode())


def test_limits_are_read_and_must_make_sense() -> None:
    good = Published(86_400, 1 << 28, 64, 50.0, 2000.0, 1e6, 1e7, True)
    assert decode_limits(good.encode()) == good
    for bad in (
        replace(good, ttl_seconds=0),
        replace(good, in_flight=0),
        replace(good, requests=0.0),
        replace(good, requests=-1.0),
        replace(good, traffic=float("nan")),
        replace(good, traffic_burst=float("inf")),
    ):
        with pytest.raises(ProtocolError):
            decode_limits(bad.encode())
    with pytest.raises(ProtocolError):
        decode_limits(b"\x02" + good.encode()[1:])


@pytest.mark.parametrize(
    ("seconds", "read"), [(0.0, 0.0), (1.5, 1.501), (1e-9, 0.001), (1e12, 0xFFFFFFFF / 1000)]
)
def test_refusals_say_why_and_how_long(seconds: float, read: float) -> None:
    tag, number, body = decode_answer(encode_refusal(3, Reason.TOO_FAST, seconds))
    assert (tag, number) == (Tag.REFUSED, 3)
    assert decode_refusal(body) == (Reason.TOO_FAST, read)


def test_answers_carry_their_number() -> None:
    assert decode_answer(encode_answer(Tag.PARCEL, 1 << 31, b"x")) == (Tag.PARCEL, 1 << 31, b"x")
