# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The made-up neighbourhood: alike for one seed, whole, and worth looking at."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mutualaid.model import demo, demo_words
from mutualaid.model.demo_posts import NEEDS, OFFERS
from mutualaid.model.group import Group
from mutualaid.model.profile import Profile
from mutualaid.model.records import REGISTRY, check
from mutualaid.model.statements import now_ms
from mutualaid.model.taxonomy import CATEGORY_BY_ID, PRODUCT_BY_NAME
from mutualaid.model.values import Audience, PostFilter, PostKind

ENVIRON = {"MUTUALAID_NO_KEYRING": "1"}


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Group]:
    with (
        Profile.open(tmp_path / "profile", environ=ENVIRON) as profile,
        demo.begin(profile, people=12, posts=40) as group,
    ):
        yield group


def test_one_seed_says_one_thing() -> None:
    assert demo.plan(12, 40, seed=3) == demo.plan(12, 40, seed=3)
    assert demo.plan(12, 40, seed=3) != demo.plan(12, 40, seed=4)


@pytest.mark.parametrize(("people", "posts"), [(1, 0), (1, 5), (2, 3), (100, 300)])
def test_any_size_has_that_many(people: int, posts: int) -> None:
    made = demo.plan(people, posts)
    assert (len(made.people), len(made.posts)) == (people, posts)
    assert len({each.name for each in made.people}) == people
    assert all(post.by < people for post in made.posts)
    assert all(said.by != post.by for post in made.posts for said in post.answers)


def test_everything_that_is_said_can_be_kept() -> None:
    for line in (*NEEDS, *OFFERS):
        assert line.category in CATEGORY_BY_ID
        assert line.language in demo_words.DAYS
        check(REGISTRY["post"], {"kind": line.kind.value, "title": line.title, "text": line.text})
    assert {line.kind for line in NEEDS} == {PostKind.NEED}
    assert {line.kind for line in OFFERS} == {PostKind.OFFER}
    known = PRODUCT_BY_NAME.keys()
    assert {category for category, _ in demo_words.FIXES} <= known
    assert {category for category, _, _ in demo_words.REPAIRS} <= known
    assert {name for place in demo_words.PLACES for name in place.fixes} <= known


def test_no_place_holder_is_left() -> None:
    said = [f"{post.line.title} {post.line.text} {post.line.when}" for post in demo.plan().posts]
    assert not [text for text in said if "{" in text]


def test_several_languages_are_spoken() -> None:
    languages = {post.line.language for post in demo.plan(24, 60).posts}
    assert languages == {"en", "es", "fr", "cs", "ar"}


def test_the_street_is_whole_and_lived_in(street: Group) -> None:
    assert street.name == demo_words.GROUP
    assert street.joined
    counts = street.counts()
    assert counts.people == 12
    assert counts.needs > 5
    assert counts.offers > 5
    assert counts.places == len(demo_words.PLACES)
    posts = street.posts(PostFilter(), limit=100)
    assert any(post.responses for post in posts)
    assert any(post.mine for post in posts)
    assert street.posts(PostFilter(past=True))
    assert street.fixers()
    assert any(fixer.attempts for fixer in street.fixers())
    assert street.notices()
    health = street.health()
    assert health.ok, health.problems


def test_time_has_passed_and_none_lies_ahead(street: Group) -> None:
    now = now_ms()
    created = [post.created for post in street.posts(limit=100)]
    assert max(created) <= now
    assert min(created) < now - 24 * 60 * 60 * 1000
    assert len(set(created)) > 10


def test_other_machines_were_heard(street: Group) -> None:
    machines = street.machines()
    assert len(machines) == 12
    assert all(machine.last_heard is not None for machine in machines)
    reached = street.reached()
    assert 0 < reached.reached <= reached.machines == 11


def test_one_can_take_part_at_once(street: Group) -> None:
    need = next(post for post in street.posts(PostFilter(kind=PostKind.NEED)) if not post.mine)
    street.help_with(need.id, "I can come")
    answers = [answer.note for answer in street.post_detail(need.id).responses]
    assert "I can come" in answers


def test_a_group_that_is_there_can_be_filled(tmp_path: Path) -> None:
    with (
        Profile.open(tmp_path / "profile", environ=ENVIRON) as profile,
        profile.start("Choir", "Ana") as group,
    ):
        demo.fill(group, people=5, posts=10)
        assert group.my_name == "Ana"
        assert group.counts().people == 5
        assert group.health().ok


def test_most_let_something_leave(tmp_path: Path) -> None:
    with (
        Profile.open(tmp_path / "profile", environ=ENVIRON) as profile,
        demo.begin(profile, people=20, posts=30, sharing=True) as group,
    ):
        plan = group.plan_directory((), Audience.PRINT)
        public = group.plan_directory((), Audience.PUBLIC)
        assert 4 < len(plan.directory.people) < 20
        assert len(public.directory.people) < len(plan.directory.people)
        assert any(person.contacts for person in plan.directory.people)
        assert all(place.point and place.contacts for place in public.directory.places)
        assert plan.directory.posts
        assert plan.directory.group.email
