# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Paper that comes back: slips with a code, and forms with a number."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.errors import AmbiguousError, BadValueError, NotAllowedError, NotFoundError
from mutualaid.model import codes
from mutualaid.model.directories.paper.forms import checked_number, new_number
from mutualaid.model.directories.slips import is_near
from mutualaid.model.group import Group
from mutualaid.model.values import (
    Audience,
    Part,
    PlaceDraft,
    PostDraft,
    PostKind,
    PostStatus,
    ResponseRow,
    Standing,
)
from tests.model.street import NOW, Street, meet


@dataclass
class Neighbours:
    """Ana, a steward, Ben and Cleo, on a machine each."""

    ana: Group
    ben: Group
    cleo: Group

    def meet(self) -> None:
        meet(self.ana.replica, self.ben.replica, self.cleo.replica)

    def post(self, group: Group, title: str = "A ride", **more: object) -> bytes:
        made = group.post(PostDraft(PostKind.NEED, title, **more)).created  # type: ignore[arg-type]
        self.meet()
        assert made is not None
        return made

    def slip(self, group: Group, code: str, who: str, **more: object) -> bytes:
        made = group.slip(code, who, "Gladly", **more).created  # type: ignore[arg-type]
        self.meet()
        assert made is not None
        return made


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Neighbours]:
    machines = Street(tmp_path)
    clock = [NOW]

    def now() -> int:
        clock[0] += 1
        return clock[0]

    ana = machines.start()
    replicas = [ana, machines.join(ana), machines.join(ana)]
    for each in replicas:
        each.clock = now
    groups = [Group(each) for each in replicas]
    yield Neighbours(*groups)
    machines.close()


def only(group: Group, post: bytes) -> ResponseRow:
    (row,) = group.post_detail(post).responses
    return row


def test_a_slip_is_an_answer_for_somebody(street: Neighbours) -> None:
    post = street.post(street.ana)
    answer = street.slip(street.ben, codes.code(post).lower(), "  Rosa ", contact="0555 12")
    row = only(street.ana, post)
    assert (row.id, row.on_behalf_of, row.note, row.paper) == (answer, "Rosa", "Gladly", True)
    assert row.state is Standing.OFFERED
    assert row.person == street.ben.me
    said = [line.what for line in street.cleo.history(post)]
    assert "wrote down from a slip of paper what Rosa answered" in said


def test_only_the_owner_and_who_typed_it_in_learn_how_to_reach_them(street: Neighbours) -> None:
    post = street.post(street.ana)
    answer = street.slip(street.ben, codes.code(post), "Rosa", contact="0555 12")
    assert street.ana.slip_contact(answer) == "0555 12"
    assert street.ben.slip_contact(answer) == "0555 12"
    assert street.cleo.slip_contact(answer) == ""


def test_the_owner_may_type_in_an_answer_to_their_own_post(street: Neighbours) -> None:
    post = street.post(street.ana)
    answer = street.slip(street.ana, codes.code(post), "Rosa", contact="0555 12")
    street.ana.accept(answer)
    street.meet()
    for group in (street.ana, street.ben):
        assert group.post_detail(post).row.status is PostStatus.AGREED
        assert only(group, post).state is Standing.ACCEPTED
    assert street.ana.slip_contact(answer) == "0555 12"
    assert street.ben.slip_contact(answer) == ""


def test_nobody_answers_their_own_post_for_themselves(street: Neighbours) -> None:
    post = street.post(street.ana)
    with pytest.raises(NotAllowedError, match="your own post"):
        street.ana.help_with(post)


def test_a_slip_takes_a_part(street: Neighbours) -> None:
    post = street.post(street.ana, named_parts=(Part("dinner", 2), Part("load", 3)))
    with pytest.raises(BadValueError, match="Say which part"):
        street.ben.slip(codes.code(post), "Rosa", "")
    street.slip(street.ben, codes.code(post), "Rosa", part="load", amount=2)
    row = only(street.ana, post)
    assert (row.part, row.amount, row.state) == ("load", 2, Standing.TAKEN)


def test_the_same_slip_is_typed_in_once(street: Neighbours) -> None:
    post = street.post(street.ana)
    answer = street.slip(street.ben, codes.code(post), "Rosa")
    with pytest.raises(NotAllowedError, match=codes.code(answer)):
        street.ben.slip(codes.code(post), "Rosa", "Gladly")
    with pytest.raises(NotAllowedError, match="typed in already what Rosa answered"):
        street.cleo.slip(codes.code(post), " rosa", "Gladly")
    street.slip(street.cleo, codes.code(post), "Omar")
    assert len(street.ana.post_detail(post).responses) == 2


def test_what_is_over_cannot_be_answered(street: Neighbours) -> None:
    post = street.post(street.ana, "A ride to town")
    street.ana.withdraw(post)
    street.meet()
    with pytest.raises(NotAllowedError, match=r"“A ride to town”.*withdrawn.*Tell Rosa"):
        street.ben.slip(codes.code(post), "Rosa", "Gladly")


def test_a_wrong_letter_is_noticed_and_the_right_code_suggested(street: Neighbours) -> None:
    post = street.post(street.ana, "A ride to town")
    code = codes.code(post)
    wrong = code[:3] + next(one for one in "XYZ" if one != code[3]) + code[4:]
    with pytest.raises(NotFoundError, match=rf"Did you mean {code} \(“A ride to town”\)\?"):
        street.ben.slip(wrong, "Rosa", "Gladly")
    with pytest.raises(BadValueError, match=rf"cannot be in a code.*Did you mean {code}"):
        street.ben.slip(code[:3] + "O" + code[4:], "Rosa", "Gladly")
    assert street.ana.post_detail(post).responses == ()


def test_a_code_of_something_else_or_of_nothing(street: Neighbours) -> None:
    place = street.ana.add_place(PlaceDraft("The library")).created
    assert place is not None
    with pytest.raises(NotFoundError, match="code of a place"):
        street.ana.slip(codes.code(place), "Rosa", "Gladly")
    with pytest.raises(NotFoundError, match="No need or offer here"):
        street.ana.slip("22222222", "Rosa", "Gladly")
    with pytest.raises(BadValueError, match="No code"):
        street.ana.slip("  ", "Rosa", "Gladly")
    with pytest.raises(BadValueError, match="whose answer"):
        street.ana.slip("22222222", " \n ", "Gladly")


def test_an_ambiguous_beginning_names_the_posts(street: Neighbours) -> None:
    made = [street.post(street.ana, f"Post {number}") for number in range(40)]
    firsts = [codes.code(post)[0] for post in made]
    letter = next(one for one in firsts if firsts.count(one) > 1)
    with pytest.raises(AmbiguousError, match=r"“Post \d+”.*Type all of the code"):
        street.ana.slip(letter, "Rosa", "Gladly")


def test_a_form_becomes_a_post_once(street: Neighbours) -> None:
    number = new_number()
    draft = PostDraft(PostKind.NEED, "A lift", on_behalf_of="Rosa")
    made = street.ben.paper_form(
        draft, number.lower(), contact="rosa@post.example", share=Audience.PRINT
    ).created
    assert made is not None
    street.meet()
    row = street.ana.post_detail(made).row
    assert (row.on_behalf_of, row.consent) == ("Rosa", f"paper form {number}")
    shares = street.ben.post_shares(made)
    assert (shares.post, shares.on_behalf_of) == (Audience.PRINT, Audience.GROUP)
    assert street.ana.behalf_contact(made) == "rosa@post.example"
    assert street.cleo.behalf_contact(made) == ""
    assert f"typed in form {number} for Rosa" in [line.what for line in street.cleo.history(made)]
    for group in (street.ben, street.cleo):
        with pytest.raises(NotAllowedError, match=f"Form {number} has been typed in.*“A lift”"):
            group.paper_form(draft, number)


def test_a_form_says_whose_it_is_and_has_a_number_that_was_printed(street: Neighbours) -> None:
    draft = PostDraft(PostKind.NEED, "A lift", on_behalf_of="Rosa")
    with pytest.raises(BadValueError, match="who filled in"):
        street.ana.paper_form(PostDraft(PostKind.NEED, "A lift"), new_number())
    with pytest.raises(BadValueError, match="has 8 letters"):
        street.ana.paper_form(draft, "ABC")
    with pytest.raises(BadValueError, match="cannot be in a code"):
        street.ana.paper_form(draft, "ABCDEFG0")
    assert street.ana.count_posts() == 0


@given(st.integers(0, 7), st.integers(1, 31))
def test_a_single_wrong_letter_of_a_form_is_always_noticed(at: int, by: int) -> None:
    number = new_number()
    other = codes.ALPHABET[(codes.ALPHABET.index(number[at]) + by) % 32]
    with pytest.raises(BadValueError, match="a letter is wrong"):
        checked_number(number[:at] + other + number[at + 1 :])


@given(st.integers(0, 6))
def test_neighbours_that_changed_places_are_always_noticed(at: int) -> None:
    number = new_number()
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    if swapped == number:
        assert checked_number(swapped) == number
    else:
        with pytest.raises(BadValueError, match="changed places"):
            checked_number(swapped)


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("K7QF2M9P", True),
        ("K7QF2M9X", True),
        ("7KQF2M9P", True),
        ("K7QF2MP", True),
        ("K7QF2MM9P", True),
        ("KOQF2M9P", True),
        ("K0QF1M9P", True),
        ("K7QFXX9P", False),
        ("K7QF2M", False),
        ("P9M2FQ7K", False),
    ],
)
def test_what_one_slip_of_the_pen_makes(typed: str, near: bool) -> None:
    assert is_near(typed, "K7QF2M9P") is near
