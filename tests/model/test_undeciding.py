# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking back a yes or a no: the answer stands as before, on every machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mutualaid.errors import NotAllowedError
from mutualaid.model.values import Audience, ContactKind, Standing
from tests.model.neighbours import Neighbours


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Neighbours]:
    made = Neighbours(tmp_path, "Ana", "Ben", "Cleo")
    yield made
    made.close()


def standing(street: Neighbours, who: str, post: bytes) -> Standing:
    (answer,) = street[who].post_detail(post).responses
    return answer.state


@pytest.fixture
def answer(street: Neighbours) -> tuple[bytes, bytes]:
    post = street.need("Ana")
    made = street["Ben"].help_with(post, "On my way").created
    assert made is not None
    street.meet()
    return post, made


@pytest.mark.parametrize("decision", ["accept", "decline"])
def test_an_answer_waits_again_everywhere(street, answer, decision):
    post, response = answer
    getattr(street["Ana"], decision)(response)
    street.meet()
    assert standing(street, "Ben", post) is not Standing.OFFERED
    street["Ana"].undecide(response)
    street.meet()
    for who in ("Ana", "Ben", "Cleo"):
        assert standing(street, who, post) is Standing.OFFERED


def test_what_opened_with_a_yes_closes_with_it(street, answer):
    _post, response = answer
    street["Ana"].set_contact(ContactKind.PHONE, "0170 1234", Audience.HELPER)
    street["Ana"].accept(response)
    street.meet()
    assert street["Ben"].contacts_of(street["Ana"].me)
    street["Ana"].undecide(response)
    street.meet()
    assert not street["Ben"].contacts_of(street["Ana"].me)
    assert not street["Ana"].who_has()


def test_it_can_be_decided_anew(street, answer):
    post, response = answer
    street["Ana"].decline(response)
    street["Ana"].undecide(response)
    street["Ana"].accept(response)
    street.meet()
    assert standing(street, "Ben", post) is Standing.ACCEPTED


def test_nothing_decided_and_not_mine_to_decide_are_sentences(street, answer):
    post, response = answer
    with pytest.raises(NotAllowedError, match="not decided"):
        street["Ana"].undecide(response)
    street["Ana"].accept(response)
    street.meet()
    with pytest.raises(NotAllowedError, match="Only Ana"):
        street["Ben"].undecide(response)
    assert standing(street, "Ana", post) is Standing.ACCEPTED
