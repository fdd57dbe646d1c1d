# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each machine does by itself as time passes: ends, promises, repetition, contacts."""

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from pathlib import Path

import pytest

from mutualaid.errors import BadValueError, NotFoundError
from mutualaid.model.group import Group
from mutualaid.model.invitation import parse_invitation
from mutualaid.model.times import warning
from mutualaid.model.values import (
    NOTHING_CHANGED,
    Audience,
    ContactKind,
    ExpiryWarning,
    PostStatus,
    Repeat,
    Rules,
    Standing,
    Urgency,
)
from mutualaid.model.values.time import DAY_MS, HOUR_MS
from tests.model.moving import (
    NUMBER,
    Clock,
    Neighbourhood,
    answer_of,
    held,
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


# The group's rules


def test_a_group_that_agreed_on_nothing_has_the_usual_rules(street: Neighbourhood) -> None:
    ana = street.start()
    assert ana.rules() == Rules(6 * DAY_MS, 24 * HOUR_MS, 90 * DAY_MS)


def test_rules_hold_for_all(street: Neighbourhood) -> None:
    ana = street.start()
    ben = street.join(ana, "Ben")
    changed = ben.set_rules(lapse_days=10, forget_days=30)
    assert changed.concerns("group")
    street.meet()
    for each in (ana, ben):
        assert (each.rules().lapse_days, each.rules().urgent_hours) == (10, 24)
        assert each.rules().forget_days == 30
    ana.set_rules(urgent_hours=4)
    street.meet()
    assert ben.rules() == Rules(10 * DAY_MS, 4 * HOUR_MS, 30 * DAY_MS)
    assert not ana.set_rules().concerns("group")


@pytest.mark.parametrize(
    ("rule", "value", "sentence"),
    [
        ("lapse_days", 0, "days after which a promise lapses must be from 1 to 60, not 0"),
        ("lapse_days", 61, "from 1 to 60"),
        ("urgent_hours", 169, "from 1 to 168"),
        ("forget_days", 6, "forgotten must be from 7 to 3,650, not 6"),
        ("forget_days", 10**30, "from 7 to 3,650"),
    ],
)
def test_rules_out_of_bounds_are_refused_whole(
    street: Neighbourhood, rule: str, value: int, sentence: str
) -> None:
    ana = street.start()
    with pytest.raises(BadValueError, match=sentence):
        ana.set_rules(**{"lapse_days": 3, rule: value})
    assert ana.rules() == Rules()


def test_rules_wait_for_the_groups_page(street: Neighbourhood) -> None:
    ana = street.start()
    invitation = parse_invitation(ana.invite().text)
    clock = Clock()
    ben = Group.join(street.street.store(), invitation, "Ben", clock=clock)
    street.street.machines.append(ben.replica)
    assert ben.rules() == Rules()
    with pytest.raises(NotFoundError, match="has not come to this machine yet"):
        ben.set_rules(lapse_days=3)


def test_what_forgetting_cannot_reach_is_said(street: Neighbourhood) -> None:
    said = street.start().forgetting_reach()
    assert "cannot reach paper, screenshots and backups of other people" in said


# When posts end


def test_food_ends_after_three_days_unless_told_otherwise(street: Neighbourhood) -> None:
    ana = street.start()
    need(ana, "Soup", category="food")
    need(ana, "Rice", category="food", expires=NOW + 10 * DAY_MS)
    need(ana, "Bread", category="food", standing=True)
    need(ana, "Ladder")
    street.pass_by(days=3)
    assert titles(ana, past=True) == ["Soup"]
    street.pass_by(days=7)
    assert set(titles(ana, past=True)) == {"Soup", "Rice"}
    street.pass_by(days=1000)
    assert titles(ana) == ["Bread"]


def test_a_warning_comes_before_the_end_and_goes_with_renewing(street: Neighbourhood) -> None:
    ana = street.start()
    post = need(ana)

    def warned() -> ExpiryWarning | None:
        found = row(ana, post)
        posted = max(found.created, found.confirmed or 0)
        return warning(found.expires, posted, street.clocks[ana].now)

    assert warned() is None
    street.pass_by(days=23)
    assert warned() is ExpiryWarning.WEEK
    street.pass_by(days=6)
    assert warned() is ExpiryWarning.DAY
    ana.renew(post)
    assert warned() is None
    assert row(ana, post).expires == street.clocks[ana].now + 30 * DAY_MS
    ana.renew(post, days=2)
    assert warned() is None
    street.pass_by(days=1)
    assert warned() is ExpiryWarning.DAY
    street.pass_by(days=1)
    assert warned() is None
    assert row(ana, post).status is PostStatus.EXPIRED


def test_what_was_put_aside_runs_on_when_taken_up(street: Neighbourhood) -> None:
    ana = street.start()
    post = need(ana)
    ana.park(post)
    assert titles(ana) == []
    assert titles(ana, past=True) == ["A lift"]
    street.pass_by(days=40)
    ana.tend()
    assert row(ana, post).status is PostStatus.PARKED
    ana.take_up(post)
    assert row(ana, post).status is PostStatus.OPEN
    street.pass_by(days=31)
    assert row(ana, post).status is PostStatus.EXPIRED
    ana.renew(post)
    assert titles(ana) == ["A lift"]


# Promises


def test_a_promise_that_nobody_touches_lapses_with_a_time_told_before(
    street: Neighbourhood,
) -> None:
    ana = street.start()
    ben = street.join(ana, "Ben")
    ana.set_contact(ContactKind.PHONE, NUMBER, Audience.HELPER)
    post = need(ana)
    promise(street, ana, ben, post)
    for each in (ana, ben):
        assert answer_of(each, post).lapses == NOW + 6 * DAY_MS
    assert [each.value for each in ben.contacts_of(ana.me)] == [NUMBER]
    street.later(days=5)
    assert row(ben, post).status is PostStatus.AGREED
    street.later(days=1)
    for each in (ana, ben):
        assert row(each, post).status is PostStatus.LAPSED
        assert answer_of(each, post).state is Standing.LAPSED
        assert answer_of(each, post).lapses is None  # written down
        assert titles(each) == ["A lift"]
        assert each.health().ok
    assert ana.health().view_hash == ben.health().view_hash
    assert ben.contacts_of(ana.me) == []


def test_a_promise_that_is_touched_holds(street: Neighbourhood) -> None:
    ana = street.start()
    ben = street.join(ana, "Ben")
    post = need(ana)
    answer = promise(street, ana, ben, post)
    for touch in (ben.still_on_it, ana.still_on_it, ben.still_on_it):
        street.later(days=5)
        touch(answer)
        street.meet()
    assert row(ben, post).status is PostStatus.AGREED
    street.later(days=6)
    assert row(ben, post).status is PostStatus.LAPSED


def test_a_touch_apart_from_the_lapse_keeps_the_promise(street: Neighbourhood) -> None:
    ana = street.start()
    ben = street.join(ana, "Ben")
    post = need(ana)
    answer = promise(street, ana, ben, post)
    street.pass_by(days=6, hours=1)
    ben.still_on_it(answer)  # not heard of by Ana yet
    ana.tend()
    street.pass_by(hours=7)
    ana.tend()
    assert answer_of(ana, post).state is Standing.LAPSED
    street.meet()
    for each in (ana, ben):
        assert answer_of(each, post).state is Standing.ACCEPTED


def test_what_is_wanted_today_lapses_within_a_day(street: Neighbourhood) -> None:
    ana = street.start()
    ben = street.join(ana, "Ben")
    post = need(ana, urgency=Urgency.TODAY)
    promise(street, ana, ben, post)
    street.later(hours=23)
    assert row(ben, post).status is PostStatus.AGREED
    street.later(hours=1)
    assert row(ben, post).status is PostStatus.LAPSED
    assert answer_of(ben, post).lapses is None


def test_the_groups_own_time_counts(street: Neighbourhood) -> None:
    ana = street.start()
    ben = street.join(ana, "Ben")
    ana.set_rules(lapse_days=2, urgent_hours=3)
    slow, fast = need(ana, "Slow"), need(ana, "Fast", urgency=Urgency.TODAY)
    promise(street, ana, ben, slow)
    promise(street, ana, ben, fast)
    street.later(hours=3)
    assert row(ben, fast).status is PostStatus.LAPSED
    assert row(ben, slow).status is PostStatus.AGREED
    ben.set_rules(lapse_days=20)
    street.later(days=19)
    assert row(ana, slow).status is PostStatus.AGREED
    street.later(days=1)
    assert row(ana, slow).status is PostStatus.LAPSED


def test_a_promise_for_what_comes_back_lasts_until_it_came_back(street: Neighbourhood) -> None:
    ana = street.start()
    ben = street.join(ana, "Ben")
    post = need(ana, starts=NOW + DAY_MS, ends=NOW + 2 * DAY_MS, repeat=Repeat.WEEKLY)
    street.meet()
    answer = ben.help_with(post, every=True).created
    assert answer is not None
    street.meet()
    ana.accept(answer)
    street.meet()
    street.later(days=12)
    assert row(ana, post).round == 2
    assert row(ana, post).status is PostStatus.AGREED
    street.later(days=1)
    for each in (ana, ben):
        assert row(each, post).status is PostStatus.LAPSED
        assert answer_of(each, post).lapses is None
    ben.still_on_it(answer)
    street.meet()
    assert row(ana, post).status is PostStatus.AGREED


def test_alone_a_promise_lapses_a_little_later(street: Neighbourhood) -> None:
    ana = street.start()
    ben = street.join(ana, "Ben")
    post = need(ana)
    promise(street, ana, ben, post)
    street.pass_by(days=6)
    before = entries_of(ana.replica)
    assert ana.tend() is NOTHING_CHANGED
    assert row(ana, post).status is PostStatus.LAPSED  # as shown
    street.pass_by(hours=5)
    assert ana.tend() is NOTHING_CHANGED
    assert entries_of(ana.replica) == before
    street.pass_by(hours=1)
    assert ana.tend().concerns("post")
    assert entries_of(ana.replica) > before


def test_a_steward_lapses_for_a_post_on_behalf_but_later(street: Neighbourhood) -> None:
    ana = street.start()  # a steward
    ben, cem = street.join(ana, "Ben"), street.join(ana, "Cem")
    own = need(ben, "Own", ask=False)
    behalf = need(ben, "For her", on_behalf_of="Mrs. Okafor", ask=False)
    street.meet()
    for post in (own, behalf):
        cem.help_with(post)
    street.meet()
    street.groups.remove(ben)  # his machine is off
    street.later(days=8)
    assert answer_of(ana, behalf).lapses is not None  # not written down
    street.later(days=18)
    assert answer_of(cem, behalf).lapses is None
    assert row(cem, behalf).status is PostStatus.LAPSED
    assert answer_of(cem, own).lapses is not None


# Repetition


def berlin(text: str) -> int:
    zone = zoneinfo.ZoneInfo("Europe/Berlin")
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()) * 1000


def starts(group: Group, post: bytes) -> str:
    found = row(group, post).starts
    assert found is not None
    zone = zoneinfo.ZoneInfo("Europe/Berlin")
    return dt.datetime.fromtimestamp(found / 1000, zone).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("first", "then", "hours"),
    [("2027-03-24 18:00", "2027-03-31 18:00", -1), ("2027-10-27 18:00", "2027-11-03 18:00", 1)],
)
def test_every_week_at_the_same_hour_when_the_clocks_change(
    street: Neighbourhood, first: str, then: str, hours: int
) -> None:
    ana = street.start(tz="Europe/Berlin")
    ben = street.join(ana, "Ben")
    for clock in street.clocks.values():
        clock.now = berlin(first) - DAY_MS
    post = need(ana, starts=berlin(first), ends=berlin(first) + 2 * HOUR_MS, repeat=Repeat.WEEKLY)
    street.meet()
    assert starts(ben, post) == first
    street.later(days=1, hours=2)
    for each in (ana, ben):
        assert starts(each, post) == then
        assert row(each, post).round == 1
    assert ana.fields(post)["round"] == 1
    assert berlin(then) - berlin(first) == 7 * DAY_MS + hours * HOUR_MS


def test_a_leap_day_comes_again_at_the_end_of_each_month(street: Neighbourhood) -> None:
    ana = street.start(tz="Europe/Berlin")
    street.clocks[ana].now = berlin("2028-02-28 12:00")
    post = need(ana, starts=berlin("2028-02-29 10:00"), repeat=Repeat.MONTHLY)
    seen = []
    for day in ("2028-02-28", "2028-03-02", "2028-12-30", "2029-02-01", "2029-03-02", "2032-02-01"):
        street.clocks[ana].now = berlin(f"{day} 12:00")
        ana.renew(post)
        ana.tend()
        street.pass_by(hours=6)
        ana.tend()
        seen.append(starts(ana, post)[:10])
    assert seen == [
        "2028-02-29",
        "2028-03-29",
        "2029-01-29",
        "2029-02-28",
        "2029-03-29",
        "2032-02-29",
    ]
    assert ana.fields(post)["round"] == 48


def test_a_round_that_is_done_makes_room_for_the_next(street: Neighbourhood) -> None:
    ana = street.start()
    ben = street.join(ana, "Ben")
    post = need(ana, starts=NOW + DAY_MS, ends=NOW + DAY_MS + HOUR_MS, repeat=Repeat.WEEKLY)
    answer = promise(street, ana, ben, post)
    street.later(days=1)
    ben.done(post)
    street.meet()
    assert row(ana, post).status is PostStatus.SAID_DONE
    street.later(hours=2)
    for each in (ana, ben):
        assert row(each, post).round == 1
        assert row(each, post).status is PostStatus.OPEN
        assert each.post_detail(post).responses == ()
    assert ana.fields(answer)["state"] == "done"


# Contacts that were opened


def test_a_contact_is_closed_when_the_promise_ends(street: Neighbourhood) -> None:
    ana = street.start()
    ben = street.join(ana, "Ben")
    ana.set_contact(ContactKind.PHONE, NUMBER, Audience.HELPER)
    answer = promise(street, ana, ben, need(ana))
    assert len(ben.contacts_of(ana.me)) == 1
    ben.release(answer)
    street.meet()
    street.tend()
    assert ben.contacts_of(ana.me) == []
    assert ana.who_has() == []
    assert not held(ben, NUMBER.encode())


def test_a_contact_stays_open_a_week_after_it_is_done(street: Neighbourhood) -> None:
    ana = street.start()
    ben = street.join(ana, "Ben")
    ana.set_contact(ContactKind.PHONE, NUMBER, Audience.HELPER)
    post = need(ana)
    promise(street, ana, ben, post)
    ana.done(post)
    street.later(days=6)
    assert len(ben.contacts_of(ana.me)) == 1
    street.later(days=1)
    assert ben.contacts_of(ana.me) == []


def test_what_was_opened_by_hand_is_left_alone(street: Neighbourhood) -> None:
    ana = street.start()
    ben, cem = street.join(ana, "Ben"), street.join(ana, "Cem")
    ana.set_contact(ContactKind.PHONE, NUMBER, Audience.HELPER)
    post = need(ana)
    answer = promise(street, ana, ben, post)
    ben.release(answer)
    street.meet()
    street.tend()
    ana.open_contact(ben.me, post)
    ana.open_contact(cem.me, post)
    ana.open_contact(cem.me)
    street.later(days=3)
    assert len(ben.contacts_of(ana.me)) == 1
    assert len(cem.contacts_of(ana.me)) >= 1
