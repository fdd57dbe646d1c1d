# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""An invitation survives its way by mail, paper and camera, or says what happened to it."""

import base64
import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mutualaid.errors import InvitationError
from mutualaid.model import invitation, keys
from mutualaid.model.invitation import Invitation, invitation_recognition, parse_invitation

GROUP = bytes(range(16))
SEED = bytes(range(100, 116))
PLAIN = Invitation(GROUP, "Elm Street", SEED, 1_790_000_000_000, ("192.168.1.20:47110",))


def framed(body: bytes) -> str:
    """Return the text of any body, with its length and checksum right."""
    frame = len(body).to_bytes(2, "big") + body
    frame += keys.blake2b(frame, size=4, person=b"mutualaid/check")
    return "mutualaid:join/" + base64.b32encode(frame).decode().rstrip("=").lower()


addresses = st.lists(
    st.text(string.ascii_letters + string.digits + ".:[]%-", min_size=1, max_size=60), max_size=8
)


@given(
    group=st.binary(min_size=16, max_size=16),
    name=st.text(max_size=80),
    seed=st.binary(min_size=16, max_size=16),
    expires=st.none() | st.integers(min_value=1, max_value=(1 << 48) - 1),
    where=addresses.map(tuple),
)
def test_every_invitation_comes_back_whole(
    group: bytes, name: str, seed: bytes, expires: int | None, where: tuple[str, ...]
) -> None:
    made = Invitation(group, name, seed, expires, where)
    assert parse_invitation(made.text) == made
    assert parse_invitation(made.qr_text) == made
    assert made.text.isascii()
    assert len(made.text) < 300
    assert made.addresses == where[: len(made.addresses)]


def test_the_text_stays_readable_by_later_versions() -> None:
    # This text was printed on cards: it must never stop working.
    printed = (
        "mutualaid:join/abdacaabaibqibiga4eascqlbqgq4d3emvtgo2djnjvwy3lon5yhc4ttagqmiudmaafek3dneb"
        "jxi4tfmv2acerrhezc4mjwhaxdclrsga5dinzrgeyd3h2cgm"
    )
    assert parse_invitation(printed) == PLAIN


@pytest.mark.parametrize(
    "around",
    [
        "  {}\n",
        "<{}>",
        "“{}”",
        "Hello Ana,\nhere it is: {}\nSee you, Ben",
        "{}. It ends on Friday: hurry!",
    ],
)
def test_what_stands_around_it_does_no_harm(around: str) -> None:
    assert parse_invitation(around.format(PLAIN.text)) == PLAIN


def test_wrapping_quoting_grouping_and_case_do_no_harm() -> None:
    text = PLAIN.text
    letters = text.removeprefix("mutualaid:join/")
    wrapped = "\n> ".join(text[at : at + 40] for at in range(0, len(text), 40))
    grouped = "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))
    mistaken = letters.replace("o", "0").replace("b", "8")
    for typed in (
        wrapped,
        "mutualaid:join/" + grouped,
        "MutualAid:Join/" + letters.title(),
        "mutualaid://join/" + letters,
        "mutualaid:join/" + mistaken,
        letters,
        text.replace("join/", "join/\u200b"),
    ):
        assert parse_invitation(typed) == PLAIN


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "hello",
        "https://example.org/join/abcdef",
        "mutualaid",
        "mutualaid:",
        "a" * 100_000,
        "0" * 40,
        "ſſſſ",
        "\ud800",
    ],
)
def test_something_else_is_called_that(text: str) -> None:
    with pytest.raises(InvitationError, match="not an invitation"):
        parse_invitation(text)


@given(st.text(max_size=400))
def test_no_text_does_worse_than_a_sentence(text: str) -> None:
    for typed in (text, "mutualaid:join/" + text):
        with pytest.raises(InvitationError, match=r"\.$"):
            parse_invitation(typed)


@given(st.integers(min_value=0, max_value=len(PLAIN.text) - 16))
def test_a_cut_invitation_is_called_that(kept: int) -> None:
    with pytest.raises(InvitationError, match="end of this invitation is missing"):
        parse_invitation(PLAIN.text[: 15 + kept])


@given(
    place=st.integers(min_value=15, max_value=len(PLAIN.text) - 2),
    letter=st.sampled_from("abcdefghijklmnopqrstuvwxyz234567!é"),
)
def test_one_wrong_letter_is_noticed(place: int, letter: str) -> None:
    assume(PLAIN.text[place] != letter)
    with pytest.raises(InvitationError, match=r"letter is wrong|is missing"):
        parse_invitation(PLAIN.text[:place] + letter + PLAIN.text[place + 1 :])


def test_two_swapped_letters_are_noticed() -> None:
    text = PLAIN.text
    swapped = text[:40] + text[41] + text[40] + text[42:]
    assert swapped != text
    with pytest.raises(InvitationError, match="damaged"):
        parse_invitation(swapped)


def test_a_newer_invitation_asks_for_an_update() -> None:
    with pytest.raises(InvitationError, match="newer version"):
        parse_invitation(framed(b"\x02" + b"whatever comes"))


def test_what_later_versions_add_is_skipped() -> None:
    letters = PLAIN.text.removeprefix("mutualaid:join/").upper()
    frame = base64.b32decode(letters + "=" * (-len(letters) % 8))
    assert parse_invitation(framed(frame[2:-4] + b"\x05extra")) == PLAIN


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x01",
        b"\x01" + bytes(20),
        b"\x01" + bytes(38),
        b"\x01" + bytes(38) + b"\x05name",
        b"\x01" + bytes(38) + b"\x04name",
        b"\x01" + bytes(38) + b"\x04name\x01",
        b"\x01" + bytes(38) + b"\x02\xff\xff\x00",
        b"\x01" + bytes(38) + b"\x00\x01\x01\x07",
        b"\x01" + bytes(38) + b"\x00\x01\x00",
    ],
)
def test_a_frame_that_holds_nonsense_is_damaged(body: bytes) -> None:
    with pytest.raises(InvitationError, match="damaged"):
        parse_invitation(framed(body))


def test_a_name_cannot_pretend_or_run_on() -> None:
    made = Invitation(GROUP, " Elm\u202e teertS\x1b[2J\nhave your bank details ready " * 9, SEED)
    assert made.group_name.isprintable()
    assert "\u202e" not in made.group_name
    assert len(made.group_name.encode()) <= invitation.NAME_BYTES
    assert Invitation(GROUP, "é" * 40, SEED).group_name == "é" * 24


def test_addresses_beyond_the_room_are_left_out() -> None:
    many = tuple(f"192.168.1.{number}:47110" for number in range(10, 40))
    made = Invitation(GROUP, "Elm Street", SEED, None, many)
    assert 3 <= len(made.addresses) < 10
    assert made.addresses == many[: len(made.addresses)]
    for wrong in ("", "line\nbreak", "x" * 256):
        with pytest.raises(ValueError, match="no address"):
            Invitation(GROUP, "Elm Street", SEED, None, (wrong,))


def test_members_recognise_a_guest_by_the_public_key_alone() -> None:
    assert PLAIN.recognition == invitation_recognition(PLAIN.signing.public)
    other = Invitation.generate(GROUP, "Elm Street")
    assert other.recognition != PLAIN.recognition
    assert keys.verify(other.signing.public, b"let me in", other.signing.sign(b"let me in"))


def test_the_public_key_and_what_is_printed_give_no_secret_away() -> None:
    assert SEED not in PLAIN.signing.public
    assert PLAIN.signing.seed != SEED
    assert repr(SEED) not in repr(PLAIN)


def test_an_end_is_by_the_clock_and_none_is_none() -> None:
    assert PLAIN.expires
    assert not PLAIN.is_expired(PLAIN.expires - 1)
    assert PLAIN.is_expired(PLAIN.expires)
    assert not Invitation(GROUP, "Elm Street", SEED).is_expired(1 << 47)


def test_a_wrong_length_is_a_mistake_of_ours() -> None:
    for group, seed, expires in (
        (GROUP[1:], SEED, None),
        (GROUP, SEED * 2, None),
        (GROUP, SEED, 0),
        (GROUP, SEED, 1 << 48),
    ):
        with pytest.raises(ValueError, match=r"16 bytes|after 1970"):
            Invitation(group, "Elm Street", seed, expires)
