# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may leave is said by whose it is, counts from then on, and what left is told to them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mutualaid.errors import BadValueError, NotAllowedError
from mutualaid.model.group import Group
from mutualaid.model.reading import NO_NONCE
from mutualaid.model.values import (
    Audience,
    ContactKind,
    PlaceDraft,
    PostDraft,
    PostKind,
)
from mutualaid.model.values.directories import GroupContact, ShareField
from tests.model.neighbours import Neighbours


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Neighbours]:
    made = Neighbours(tmp_path, "Ana", "Ben")
    with made["Ana"]._writing():
        made["Ana"]._create_within(
            "group", {"name": "Elm Street"}, nonce=NO_NONCE, group_owned=True
        )
    made.meet()
    yield made
    made.close()


@pytest.fixture
def ana(street: Neighbours) -> Group:
    return street["Ana"]


def test_nothing_is_the_default(ana: Group) -> None:
    assert set(ana.shares()) == set(ShareField)
    assert set(ana.shares().values()) == {Audience.GROUP}


def test_what_one_says_is_known_to_all(street: Neighbours, ana: Group) -> None:
    ana.set_share(ShareField.SKILLS, Audience.PRINT)
    street.meet()
    assert ana.shares()[ShareField.SKILLS] is Audience.PRINT
    assert street["Ben"]._shares_of(ana.me)[ShareField.SKILLS] is Audience.PRINT
    assert street["Ben"].shares()[ShareField.SKILLS] is Audience.GROUP


def test_a_post_says_for_itself_or_as_its_owner_says(street: Neighbours, ana: Group) -> None:
    post = street.need("Ana")
    ana.set_share(ShareField.POSTS, Audience.PUBLIC)
    assert ana.post_shares(post).post is Audience.PUBLIC
    ana.share_post(post, Audience.ME, photos=Audience.PRINT)
    shares = ana.post_shares(post)
    assert (shares.post, shares.photos, shares.on_behalf_of) == (
        Audience.ME,
        Audience.PRINT,
        Audience.GROUP,
    )


def test_a_post_for_somebody_else_waits_for_their_word(street: Neighbours, ana: Group) -> None:
    post = street.need("Ana", on_behalf_of="Mrs Hill")
    ana.set_share(ShareField.POSTS, Audience.PUBLIC)
    assert ana.post_shares(post).post is Audience.GROUP


def test_nobody_else_says_what_of_a_post_may_leave(street: Neighbours) -> None:
    post = street.need("Ana")
    with pytest.raises(NotAllowedError, match="belongs to Ana"):
        street["Ben"].share_post(post, Audience.PUBLIC)


def test_anybody_says_for_whom_a_place_is(street: Neighbours, ana: Group) -> None:
    place = ana.add_place(PlaceDraft("Hall")).created
    assert place is not None
    street.meet()
    assert ana.place_share(place) is Audience.GROUP
    street["Ben"].share_place(place, Audience.PUBLIC)
    street.meet()
    assert ana.place_share(place) is Audience.PUBLIC


@pytest.mark.parametrize("first", [Audience.PUBLIC, Audience.ME])
def test_of_what_two_machines_say_apart_the_narrower_stands(
    street: Neighbours, ana: Group, first: Audience
) -> None:
    other = street.further_machine("Ana")
    street.meet()
    second = Audience.ME if first is Audience.PUBLIC else Audience.PUBLIC
    post = street.need("Ana")
    for machine, audience in ((ana, first), (other, second)):
        machine.set_share(ShareField.NAME, audience)
        machine.share_post(post, audience)
    street.meet()
    for machine in (ana, other, street["Ben"]):
        assert machine._shares_of(ana.me)[ShareField.NAME] is Audience.ME
        assert machine.post_shares(post).post is Audience.ME
    hashes = {each.health().view_hash for each in (ana, other, street["Ben"])}
    assert len(hashes) == 1
    ana.set_share(ShareField.NAME, Audience.PUBLIC)
    street.meet()
    assert other.shares()[ShareField.NAME] is Audience.PUBLIC, "both were known by now"


def test_an_audience_that_is_none_is_refused(ana: Group) -> None:
    with pytest.raises(ValueError, match="nobody"):
        ana.set_share(ShareField("nobody"), Audience.PUBLIC)
    with pytest.raises(BadValueError, match="not a possible audience"):
        ana.set_share(ShareField.NAME, "everybody")  # type: ignore[arg-type]


def test_which_exports_went_out_with_me(street: Neighbours, ana: Group, tmp_path: Path) -> None:
    ben = street["Ben"]
    ben.set_contact(ContactKind.PHONE, "0123456789", Audience.PRINT)
    ben.set_share(ShareField.NAME, Audience.PRINT)
    post = ben.post(PostDraft(PostKind.OFFER, "Bread")).created
    assert post is not None
    street.meet()
    ana.write_directory(ana.plan_directory(["vcard"], Audience.PRINT), tmp_path / "one.vcf")
    ben.share_post(post, Audience.PRINT)
    street.meet()
    ana.write_directory(ana.plan_directory(["text"], Audience.PRINT), tmp_path / "two.txt")
    street.meet()
    code = next(row.code for row in ben.posts() if row.id == post)
    second, first = ben.exports_with_me()
    assert first.fields == ("name", "contact:phone")
    assert second.fields == ("name", "posts", "contact:phone", f"post:{code}")
    assert (first.export.who, first.export.mine, first.export.formats) == ("Ana", False, ("vcard",))
    assert not ana.exports_with_me()


def test_a_steward_says_how_the_group_shows_itself(street: Neighbours, ana: Group) -> None:
    said = GroupContact(
        about="We help each other.",
        email="elm@example.org",
        phone="0123 456",
        form="https://example.org/ask",
        where="the church door",
        points={"Hill": (52.1, -1.25), "Dale": (1, 2)},
    )
    ana.set_group_contact(said)
    street.meet()
    assert street["Ben"].group_contact() == said
    less = GroupContact(email="elm@example.org", points={"Dale": (1, 2)})
    ana.set_group_contact(less)
    assert ana.group_contact() == less
    with pytest.raises(NotAllowedError, match="steward"):
        street["Ben"].set_group_contact(said)


@pytest.mark.parametrize(
    "wrong",
    [
        GroupContact(email="nobody"),
        GroupContact(form="http://example.org"),
        GroupContact(points={"Hill": (91, 0)}),
        GroupContact(points={f"Area {number}": (1, 1) for number in range(101)}),
    ],
)
def test_what_cannot_be_reached_is_refused(ana: Group, wrong: GroupContact) -> None:
    with pytest.raises(BadValueError):
        ana.set_group_contact(wrong)
    assert ana.group_contact() == GroupContact()
