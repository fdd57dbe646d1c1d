# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a clock that is wrong by a year must not do, and how it is told."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.errors import BadValueError
from mutualaid.model.clocks import Checks
from mutualaid.model.group import Group
from mutualaid.model.tending import FORGET_WAIT_MS, PROMISE_WAIT_MS
from mutualaid.model.values import (
    PostStatus,
    Repeat,
    Standing,
)
from mutualaid.model.values.time import DAY_MS, HOUR_MS
from tests.model.moving import (
    YEAR,
    Clock,
    Neighbourhood,
    answer_of,
    need,
    promise,
    row,
    titles,
)
from tests.model.street import NOW, entries_of


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Neighbourhood]:
    made = Neighbourhood(tmp_path)
    yield made
    made.street.close()


# A clock that is wrong by a year


def all_is_as_before(street: Neighbourhood, act: Callable[[], None]) -> None:
    """What each machine's entries come to is the same before and after."""
    before = [each.health().view_hash for each in street.groups]
    act()
    street.meet()
    assert [each.health().view_hash for each in street.groups] == before


@pytest.fixture
def busy(street: Neighbourhood) -> Neighbourhood:
    """Ana with an open post, a promise, a repeating post, a past one; Ben and Cem."""
    ana = street.start()
    ben, _cem = street.join(ana, "Ben"), street.join(ana, "Cem")
    promise(street, ana, ben, need(ana, "Promised"))
    need(ana, "Weekly", starts=NOW + DAY_MS, repeat=Repeat.WEEKLY)
    ana.withdraw(need(ana, "Past"))
    food = need(ben, "Ben's", standing=True)
    street.meet()
    ana.comment(food, "I have some")
    street.later(days=1)
    return street


@pytest.mark.parametrize("wrong", [YEAR, -YEAR])
def test_a_clock_that_is_wrong_for_a_while_ends_nothing(busy: Neighbourhood, wrong: int) -> None:
    for group in busy.groups:
        clock = busy.clocks[group]

        def wrong_for_a_while(group: Group = group, clock: Clock = clock) -> None:
            clock.pass_by(days=wrong)
            for _ in range(20):
                group.tend()
                clock.pass_by(hours=0.25)
            clock.pass_by(days=-wrong)
            group.tend()
            clock.pass_by(days=2)
            group.tend()
            clock.pass_by(days=-2)
            group.tend()

        all_is_as_before(busy, wrong_for_a_while)
    ana = busy.groups[0]
    assert set(titles(ana)) == {"Promised", "Weekly", "Ben's"}
    # And all goes on as it should.
    busy.later(days=6)
    assert [answer_of(each, ana.posts()[-1].id).lapses for each in busy.groups] == [None] * 3
    busy.later(days=90)
    assert "Past" not in titles(ana, past=True)


@pytest.mark.parametrize("wrong", [YEAR, -4 * YEAR])
def test_a_time_that_a_wrong_clock_makes_impossible_is_refused_whole(
    street: Neighbourhood, wrong: int
) -> None:
    ana = street.start()
    street.clocks[ana].pass_by(days=wrong)
    before = entries_of(ana.replica)
    with pytest.raises(BadValueError, match=r"On this machine it is now .* set its clock"):
        need(ana, starts=NOW + DAY_MS, ends=NOW + 2 * DAY_MS)
    assert entries_of(ana.replica) == before
    post = need(ana)
    with pytest.raises(BadValueError, match=r"set its clock"):
        ana.edit_post(post, starts=NOW + DAY_MS)
    assert "starts" not in ana.fields(post)


@given(
    st.lists(st.integers(1, 40 * HOUR_MS), max_size=6),
    st.integers(2 * DAY_MS, 10 * YEAR * DAY_MS),
    st.lists(st.integers(1, HOUR_MS), min_size=1, max_size=5),
    st.lists(st.integers(1, 40 * HOUR_MS), min_size=1, max_size=3),
)
def test_no_check_of_a_short_while_with_a_wrong_clock_is_built_on(
    alone: Group, right: list[int], wrong: int, meanwhile: list[int], then: list[int]
) -> None:
    replica = alone.replica
    with replica.write(durable=False):
        replica.store.delete_meta("checks")
    now = NOW

    def check(clock: int, believed: int) -> None:
        checks = Checks(replica)
        checks.turn_back(clock)
        for wait in (FORGET_WAIT_MS, PROMISE_WAIT_MS):
            assert checks.proven(clock, wait) <= believed
        checks.note(clock, FORGET_WAIT_MS)

    for gap in right:
        now += gap
        check(now, now)
    for gap in meanwhile:  # five hours at most
        now += gap
        check(now + wrong, now)
    for gap in then:
        now += gap
        check(now, now)
    assert len(Checks(replica).marks) <= 26


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Group]:
    made = Neighbourhood(tmp_path_factory.mktemp("alone"))
    yield made.start()
    made.street.close()


def test_neighbours_whose_clocks_are_ahead_end_nothing_of_mine(busy: Neighbourhood) -> None:
    ana, ben, cem = busy.groups
    for each in (ben, cem):
        busy.clocks[each].pass_by(days=YEAR)
        each.add_notice("From the future")
    busy.meet()

    def tend_for_long() -> None:
        for _ in range(5):
            busy.clocks[ana].pass_by(hours=4)
            ana.tend()

    all_is_as_before(busy, tend_for_long)


def test_one_neighbour_ahead_does_not_vouch_for_a_clock_of_mine_that_is_ahead(
    busy: Neighbourhood,
) -> None:
    ana, ben, _cem = busy.groups
    busy.clocks[ben].pass_by(days=YEAR)
    ben.add_notice("From the future")
    busy.meet()

    def wrong_for_an_hour() -> None:
        busy.clocks[ana].pass_by(days=YEAR)
        for _ in range(3):
            ana.tend()
            busy.clocks[ana].pass_by(hours=0.5)
        busy.clocks[ana].pass_by(days=-YEAR)
        ana.tend()

    all_is_as_before(busy, wrong_for_an_hour)


def test_a_helpers_clock_that_is_ahead_keeps_no_promise_alive(street: Neighbourhood) -> None:
    ana = street.start()
    ben = street.join(ana, "Ben")
    cem = street.join(ana, "Cem")
    street.clocks[ben].pass_by(days=YEAR)
    post = need(ana, ask=False, standing=True)
    street.meet()
    ben.help_with(post)
    street.meet()
    assert answer_of(ana, post).state is Standing.TAKEN
    ana.tend()
    for _ in range(5):
        street.pass_by(days=1)
        cem.add_notice("All well")
        street.meet()
        ana.tend()
    assert answer_of(ana, post).state is Standing.TAKEN
    street.pass_by(days=2)
    cem.add_notice("All well")
    street.meet()
    ana.tend()
    street.pass_by(hours=7)
    ana.tend()
    street.meet()
    assert answer_of(cem, post).state is Standing.LAPSED
    assert row(cem, post).status is PostStatus.LAPSED


def test_a_helpers_clock_that_is_behind_ends_no_fresh_promise(street: Neighbourhood) -> None:
    ana = street.start()
    ben = street.join(ana, "Ben")
    street.clocks[ben].pass_by(days=-YEAR)
    post = need(ana)
    promise(street, ana, ben, post)
    street.later(days=5)
    assert row(ana, post).status is PostStatus.AGREED


def test_my_clock_behind_lets_nothing_lapse_and_moves_nothing_back(
    busy: Neighbourhood,
) -> None:
    ana = busy.groups[0]
    busy.later(days=8)
    (weekly,) = [each for each in ana.posts() if each.title == "Weekly"]
    assert weekly.round == 2
    busy.clocks[ana].pass_by(days=-YEAR)
    before = entries_of(ana.replica)
    for _ in range(3):
        ana.tend()
        busy.clocks[ana].pass_by(days=2)
    assert entries_of(ana.replica) == before
    assert row(ana, weekly.id).round == 2


def test_a_clock_that_is_behind_is_told(busy: Neighbourhood) -> None:
    ana = busy.groups[0]
    assert ana.advisories() == []
    busy.clocks[ana].pass_by(days=-YEAR)
    (said,) = ana.advisories()
    assert "clock seems to be behind: it shows" in said
    assert "Nothing is lost" in said
    post = need(ana, "Written with a wrong clock")
    busy.meet()
    assert row(busy.groups[1], post).status is PostStatus.EXPIRED
    busy.clocks[ana].pass_by(days=YEAR)
    assert ana.advisories() == []
    ana.renew(post)
    busy.meet()
    assert row(busy.groups[1], post).status is PostStatus.OPEN


def test_a_clock_that_is_ahead_is_told_and_that_it_was(busy: Neighbourhood) -> None:
    ana = busy.groups[0]
    busy.clocks[ana].pass_by(days=YEAR)
    need(ana, "Written with a wrong clock")
    busy.meet()
    (said,) = ana.advisories()
    assert "clock seems to be ahead: it shows" in said
    assert busy.groups[1].advisories() == []
    busy.clocks[ana].pass_by(days=-YEAR)
    (said,) = ana.advisories()
    assert "clock was ahead before" in said
    assert "Look at when your posts end" in said


def test_one_neighbour_whose_clock_is_ahead_does_not_make_mine_seem_wrong(
    busy: Neighbourhood,
) -> None:
    ana, ben, cem = busy.groups
    busy.clocks[ben].pass_by(days=YEAR)
    ben.add_notice("From the future")
    busy.meet()
    assert ana.advisories() == []
    assert cem.advisories() == []
    # Of two people, nobody can say whose it is: it is told.
    pair = Neighbourhood(busy.street.directory / "pair")
    pair.street.directory.mkdir()
    dora = pair.start("Dora")
    emil = pair.join(dora, "Emil")
    pair.clocks[emil].pass_by(days=YEAR)
    emil.add_notice("From the future")
    pair.meet()
    assert "behind" in dora.advisories()[0]
    pair.street.close()


def test_alone_a_clock_that_was_ahead_is_told(street: Neighbourhood) -> None:
    ana = street.start()
    assert ana.advisories() == []
    street.clocks[ana].pass_by(days=YEAR)
    need(ana)
    assert ana.advisories() == []
    street.clocks[ana].pass_by(days=-YEAR)
    (said,) = ana.advisories()
    assert "clock is wrong, or was" in said


def test_a_post_by_a_newcomer_whose_clock_is_years_behind_is_not_forgotten_at_once(
    street: Neighbourhood,
) -> None:
    ana = street.start()
    ben = street.join(ana, "Ben")
    cem = street.join(ana, "Cem")
    clock = street.clocks[ben]
    clock.pass_by(days=-10 * YEAR)
    post = need(ben)
    street.meet()
    clock.pass_by(days=10 * YEAR)
    street.later(days=1)
    street.later(days=1)
    for each in (ana, ben, cem):
        assert row(each, post).status is PostStatus.EXPIRED
    ben.renew(post)
    street.meet()
    assert titles(cem) == ["A lift"]
