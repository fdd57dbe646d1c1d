# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a directory holds, and how it is told, for an audience."""

import dataclasses
import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from mutualaid.model.directories.blurring import RADIUS_M, blur, bounds
from mutualaid.model.directories.directory import Directory, Point, Source
from mutualaid.model.directories.gathering import as_of
from mutualaid.model.group import Group
from mutualaid.model.times import WEEK_MS
from mutualaid.model.values import (
    Audience,
    ContactKind,
    Part,
    PlaceDraft,
    PostDraft,
    PostKind,
    PostStatus,
    Repeat,
    SkillLevel,
    Standing,
)
from mutualaid.model.values.directories import HeldWhy, ShareField
from mutualaid.model.values.time import DAY_MS
from tests.helpers.pictures import draft
from tests.model.neighbours import Neighbours
from tests.model.street import NOW


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Neighbours]:
    made = Neighbours(tmp_path, "Zoe", "ana", "Ben")
    yield made
    made.close()


@pytest.fixture
def zoe(street: Neighbours) -> Group:
    return street["Zoe"]


def directory(group: Group, audience: Audience = Audience.GROUP) -> Directory:
    return group.plan_directory((), audience).directory


def test_people_and_places_stand_by_name_and_posts_newest_first(
    street: Neighbours, zoe: Group
) -> None:
    for name in ("Workshop", "ärmel", "Bakery"):
        zoe.add_place(PlaceDraft(name))
    for at, title in enumerate(("first", "second", "third")):
        zoe.replica.clock = lambda at=at: NOW + at  # type: ignore[misc]
        zoe.post(PostDraft(PostKind.NEED, title))
    made = directory(zoe)
    assert [each.name for each in made.people] == ["ana", "Ben", "Zoe"]
    assert [each.name for each in made.places] == ["ärmel", "Bakery", "Workshop"]
    assert [each.title for each in made.posts] == ["third", "second", "first"]


def test_a_page_says_all_that_it_says(zoe: Group) -> None:
    zoe.set_me(area="Hill", languages=["fr", "en"], availability="evenings")
    zoe.add_skill("Bread", SkillLevel.TEACH, "sourdough")
    zoe.add_fix("kettle", "small")
    zoe.set_contact(ContactKind.PHONE, "0123", Audience.GROUP)
    zoe.set_contact(ContactKind.EMAIL, "z@example.org", Audience.HELPER)
    person = next(each for each in directory(zoe).people if each.name == "Zoe")
    assert (person.area, person.languages, person.availability) == (
        "Hill",
        ("en", "fr"),
        "evenings",
    )
    assert [(each.name, each.level, each.note) for each in person.skills] == [
        ("Bread", SkillLevel.TEACH, "sourdough")
    ]
    assert [(each.category, each.note) for each in person.fixes] == [("Kettle", "small")]
    assert [(each.kind, each.value) for each in person.contacts] == [(ContactKind.PHONE, "0123")]
    assert not person.known_of


def test_a_post_says_when_the_next_time_is_and_who_goes(street: Neighbours, zoe: Group) -> None:
    post = street.need(
        "Zoe",
        named_parts=(Part("dinners", 3),),
        starts=NOW - 10 * DAY_MS,
        repeat=Repeat.WEEKLY,
        standing=True,
    )
    street["Ben"].help_with(post, part="dinners", amount=2)
    street.meet()
    (told,) = directory(zoe).posts
    assert told.starts == NOW + 4 * DAY_MS
    assert told.parts == (Part("dinners", 3),)
    assert told.status is PostStatus.PART_COVERED
    (promise,) = told.promises
    ben = next(each for each in directory(zoe).people if each.name == "Ben")
    assert (promise.by, promise.by_name, promise.amount, promise.part, promise.standing) == (
        ben.id,
        "Ben",
        2,
        "dinners",
        Standing.TAKEN,
    )


def test_who_goes_leaves_with_their_word_alone(street: Neighbours, zoe: Group) -> None:
    post = street.need("Zoe")
    answer = street["Ben"].help_with(post).created
    street.meet()
    assert answer is not None
    zoe.share_post(post, Audience.PUBLIC)
    assert directory(zoe, Audience.PUBLIC).posts[0].status is PostStatus.OPEN  # who waits
    zoe.accept(answer)
    told = zoe.plan_directory((), Audience.PUBLIC)
    assert told.directory.posts[0].status is PostStatus.AGREED
    assert not told.directory.posts[0].promises
    assert ("promises", HeldWhy.NO_CONSENT) in {(each.field, each.why) for each in told.held}
    street["Ben"].set_share(ShareField.HELPING, Audience.PUBLIC)
    street.meet()
    (promise,) = directory(zoe, Audience.PUBLIC).posts[0].promises
    assert (promise.by, promise.by_name) == (None, "")
    street["Ben"].set_share(ShareField.NAME, Audience.PUBLIC)
    street.meet()
    (promise,) = directory(zoe, Audience.PUBLIC).posts[0].promises
    assert promise.by_name == "Ben"


def test_without_a_name_a_post_comes_alone(street: Neighbours, zoe: Group) -> None:
    post = street.need("Zoe")
    zoe.share_post(post, Audience.PUBLIC)
    zoe.set_contact(ContactKind.PHONE, "0123", Audience.PUBLIC)
    (told,) = directory(zoe, Audience.PUBLIC).posts
    assert (told.by, told.by_name, told.contacts) == (None, "", ())
    zoe.set_share(ShareField.NAME, Audience.PUBLIC)
    (told,) = directory(zoe, Audience.PUBLIC).posts
    assert (told.by_name, [each.value for each in told.contacts]) == ("Zoe", ["0123"])


def test_photos_are_read_when_they_are_asked_for(zoe: Group) -> None:
    picture = draft(1, alt="A ladder")
    post = zoe.post(PostDraft(PostKind.OFFER, "A ladder"), [picture]).created
    assert post is not None
    plan = zoe.plan_directory((), Audience.GROUP)
    (photo,) = plan.directory.posts[0].photos
    assert (photo.data, photo.alt) == (picture.data, "A ladder")
    again = zoe.plan_directory((), Audience.GROUP).directory.posts[0].photos[0]
    assert photo == again
    assert photo != zoe
    assert len({photo, again}) == 1


def test_what_came_from_a_list_says_so(zoe: Group) -> None:
    known_of = zoe._create(
        "listed",
        {
            "name": "Known",
            "origin": "Church list",
            "origin_id": "7",
            "licence": "CC0-1.0",
        },
        group_owned=True,
    ).created
    assert known_of is not None
    zoe.agree_known(known_of, "at the door", Audience.GROUP)
    zoe._create("listed", {"name": "Not asked yet"}, group_owned=True)
    plan = zoe.plan_directory((), Audience.GROUP)
    known = next(each for each in plan.directory.people if each.known_of)
    assert known.name == "Known"
    assert known.source == Source("Church list", "7", "CC0-1.0")
    assert ("Not asked yet", HeldWhy.NO_CONSENT) in {(each.title, each.why) for each in plan.held}


def test_who_left_lets_nothing_more_go(
    street: Neighbours, zoe: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = street["Ben"]
    for field in ShareField:
        ben.set_share(field, Audience.PUBLIC)
    street.need("Ben", "Bread")
    assert [each.title for each in directory(zoe, Audience.PUBLIC).posts] == ["Bread"]
    membership = zoe.replica.membership()
    persons = {id_: person for id_, person in membership.persons.items() if id_ != ben.me}
    without = dataclasses.replace(membership, persons=persons)
    monkeypatch.setattr(zoe.replica, "membership", lambda: without)
    left = directory(zoe, Audience.PUBLIC)
    assert not left.posts
    assert not left.people


# Points and freshness


def test_outside_a_place_stands_in_the_middle_of_its_cell(zoe: Group) -> None:
    place = zoe.add_place(PlaceDraft("Hall", point="52.48624,-1.89041")).created
    assert place is not None
    zoe.share_place(place, Audience.PUBLIC)
    assert directory(zoe).places[0].point == Point(52.4862, -1.8904)
    outside = directory(zoe, Audience.PUBLIC).places[0].point
    assert outside == blur(Point(52.4862, -1.8904)) == Point(52.4875, -1.895)


@pytest.mark.parametrize("lat", [-90, -60.001, 0, 45, 52.5, 89.99, 90])
@pytest.mark.parametrize("lon", [-180, -1.9, 0, 179.999, 180])
def test_a_blurred_point_is_near_and_stays(lat: float, lon: float) -> None:
    point = blur(Point(lat, lon))
    assert blur(point) == point
    assert -90 <= point.lat <= 90
    assert -180 <= point.lon <= 180
    north = (point.lat - lat) * 111_320
    east = (point.lon - lon) * 111_320 * math.cos(math.radians(lat))
    assert math.hypot(north, east) <= RADIUS_M


def test_bounds_are_west_south_east_north() -> None:
    assert bounds([]) is None
    assert bounds([Point(1, 2), Point(-3, 4)]) == (2, -3, 4, 1)


def test_how_fresh_it_is_is_told_in_counts() -> None:
    devices = [b"one", b"two", b"three"]
    heard = {b"one": NOW - 5, b"two": NOW - 2 * WEEK_MS, b"somebody else": NOW}
    told = as_of(devices, heard, NOW)
    assert (told.machines, told.heard, told.latest, told.oldest) == (3, 1, NOW - 5, None)
    told = as_of(devices, {**heard, b"three": NOW - 9}, NOW)
    assert (told.heard, told.oldest) == (2, NOW - 2 * WEEK_MS)
    assert as_of([], heard, NOW).latest is None
