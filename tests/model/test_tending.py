# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each machine does by itself as time passes, and what a wrong clock must not do."""

import datetime as dt
import zoneinfo
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.errors import BadValueError, NotFoundError, StorageError
from mutualaid.model.clocks import Checks
from mutualaid.model.entry import Chain
from mutualaid.model.group import Group
from mutualaid.model.invitation import parse_invitation
from mutualaid.model.tending import FORGET_WAIT_MS, PROMISE_WAIT_MS
from mutualaid.model.times import warning
from mutualaid.model.values import (
    NOTHING_CHANGED,
    Audience,
    ContactKind,
    ExpiryWarning,
    Millis,
    PostDraft,
    PostFilter,
    PostKind,
    PostRow,
    PostStatus,
    Repeat,
    ResponseRow,
    Rules,
    Scalar,
    Standing,
    Urgency,
)
from mutualaid.model.values.time import DAY_MS, HOUR_MS
from tests.model.street import NOW, Street, entries_of, meet

YEAR = 365
NUMBER = "0170 555 0199"


class Clock:
    """A clock that tests can move."""

    def __init__(self, now: int = NOW) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def pass_by(self, *, days: float = 0, hours: float = 0) -> None:
        self.now += round(days * DAY_MS + hours * HOUR_MS)


class Neighbourhood:
    """People of one group, each with a machine and a clock of its own."""

    def __init__(self, directory: Path) -> None:
        self.street = Street(directory)
        self.groups: list[Group] = []
        self.clocks: dict[Group, Clock] = {}

    def start(self, name: str = "Ana", *, tz: str = "") -> Group:
        clock = Clock()
        group = Group.start(self.street.store(), "Elm Street", name, tz=tz, clock=clock)
        return self._add(group, clock)

    def join(self, host: Group, name: str) -> Group:
        clock = Clock(self.clocks[host].now)
        invitation = parse_invitation(host.invite().text)
        group = Group.join(self.street.store(), invitation, name, clock=clock)
        host.replica.admit(group.replica.join_request())
        self._add(group, clock)
        self.meet()
        assert group.joined
        return group

    def _add(self, group: Group, clock: Clock) -> Group:
        self.groups.append(group)
        self.street.machines.append(group.replica)
        self.clocks[group] = clock
        return group

    def meet(self) -> None:
        """Let everybody hear everything, what each machine says it holds included."""
        meet(*self.street.machines)
        said = [machine.statement() for machine in self.street.machines]
        for machine in self.street.machines:
            machine.accept_statements([(each.body, each.signature) for each in said])

    def pass_by(self, *, days: float = 0, hours: float = 0) -> None:
        for clock in self.clocks.values():
            clock.pass_by(days=days, hours=hours)

    def tend(self) -> None:
        for group in self.groups:
            group.tend()
        self.meet()

    def later(self, **time: float) -> None:
        """Time passes, and every machine notices."""
        self.pass_by(**time)
        for group in self.groups:
            group.add_notice("All well")
        self.meet()
        self.tend()


def need(group: Group, title: str = "A lift", **more: Any) -> bytes:
    post = group.post(PostDraft(PostKind.NEED, title, **more)).created
    assert post is not None
    return post


def row(group: Group, post: bytes) -> PostRow:
    return group.post_detail(post).row


def promise(street: Neighbourhood, owner: Group, helper: Group, post: bytes) -> bytes:
    """The helper answers, the owner says yes, and all hear of it."""
    street.meet()
    answer = helper.help_with(post).created
    assert answer is not None
    street.meet()
    owner.accept(answer)
    street.meet()
    return answer


def answer_of(group: Group, post: bytes) -> ResponseRow:
    (found,) = group.post_detail(post).responses
    return found


def writes(group: Group) -> int:
    """Changes whenever anything is written to this machine's file."""
    return int(group.replica.store.connection.total_changes)


def titles(group: Group, *, past: bool = False) -> list[str]:
    return [each.title for each in group.posts(PostFilter(past=past))]


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


# Forgetting


def held(group: Group, text: bytes) -> bool:
    """Whether this machine's journal or views hold a text."""
    db = group.replica.store.connection
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'")]
    for table in tables:
        if table.startswith("search"):
            continue
        for values in db.execute(f"SELECT * FROM {table}"):
            for value in values:
                found = value.encode() if isinstance(value, str) else value
                if isinstance(found, bytes) and text in found:
                    return True
    return False


def test_what_is_long_past_is_forgotten_everywhere(street: Neighbourhood) -> None:
    ana = street.start()
    ben, cem = street.join(ana, "Ben"), street.join(ana, "Cem")
    ben.set_contact(ContactKind.PHONE, NUMBER, Audience.HELPER)
    post = need(ben, "Xylophone tuning", text="zanzibar")
    answer = promise(street, ben, cem, post)
    cem.comment(post, "quagmire")
    cem.send(post, ben.me, "between us")
    ben.send(post, cem.me, "between us, too")
    kept = need(ben, "Still wanted", standing=True)
    street.meet()
    cem.comment(kept, "stays")
    street.meet()
    ben.done(post)
    street.meet()
    ben.thank(post, "vermilion")
    street.meet()
    marks = (b"Xylophone", b"zanzibar", b"quagmire", b"vermilion", post)
    assert all(held(each, mark) for each in street.groups for mark in marks[:4])
    street.later(days=89)
    assert titles(cem, past=True) == ["Xylophone tuning"]
    street.later(days=1)
    street.tend()
    for each in street.groups:
        assert titles(each, past=True) == []
        assert titles(each) == ["Still wanted"]
        assert not any(held(each, mark) for mark in marks[:4])
        assert each.fields(answer) == {}
        assert each.posts(PostFilter(search="zanzibar", past=True)) == []
        assert [said.text for said in each.post_detail(kept).comments] == ["stays"]
        assert each.health().ok
    assert ben.threads() == []
    assert cem.threads() == []
    assert cem.contacts_of(ben.me) == []
    assert len({each.health().view_hash for each in street.groups}) == 1


def test_what_was_written_at_once_is_forgotten_once_all_of_it_is(street: Neighbourhood) -> None:
    ana = street.start()
    ben = street.join(ana, "Ben")
    ends: dict[str, Scalar] = {"First": Millis(NOW + DAY_MS), "Second": Millis(NOW + 50 * DAY_MS)}
    common: dict[str, Scalar] = {"kind": "need", "text": "zanzibar"}
    ana.import_records(
        [("post", {**common, "title": each, "expires": ends[each]}, None, False) for each in ends]
    )
    street.later(days=92)
    assert titles(ben, past=True) == ["Second"]
    assert held(ben, b"First")  # in the same entry
    street.later(days=50)
    for each in (ana, ben):
        assert titles(each, past=True) == []
        assert not held(each, b"zanzibar")
        assert each.health().ok


def test_many_that_are_forgotten_take_few_entries(street: Neighbourhood) -> None:
    ana = street.start()
    ben = street.join(ana, "Ben")
    for number in range(150):
        ben.withdraw(need(ben, f"Number {number}"))
    street.later(days=90)
    control = Chain.CONTROL
    (before,) = ben.replica.journal.branches(ben.device, control)
    street.later(days=1)
    (after,) = ben.replica.journal.branches(ben.device, control)
    assert titles(ana, past=True) == []
    assert titles(ben, past=True) == []
    assert after.head_seq <= before.head_seq <= 3


def test_what_expired_is_forgotten_and_what_was_put_aside_is_not(street: Neighbourhood) -> None:
    ana = street.start()
    need(ana, "Over")
    aside = need(ana, "Aside", standing=True)
    ana.park(aside)
    ana.withdraw(need(ana, "Withdrawn", standing=True))
    renewed = need(ana, "Renewed")
    street.pass_by(days=100)
    ana.renew(renewed)
    ana.tend()
    assert set(titles(ana, past=True)) == {"Over", "Aside", "Withdrawn"}
    street.pass_by(days=19)
    ana.tend()
    assert set(titles(ana, past=True)) == {"Over", "Aside"}
    street.pass_by(days=2)
    ana.tend()
    street.pass_by(days=1)
    ana.tend()
    assert titles(ana, past=True) == ["Aside"]
    assert titles(ana) == ["Renewed"]


def test_the_group_says_how_long_the_past_is_kept(street: Neighbourhood) -> None:
    ana = street.start()
    ben = street.join(ana, "Ben")
    ben.withdraw(need(ben))
    ana.set_rules(forget_days=7)
    street.later(days=6)
    assert titles(ana, past=True) == ["A lift"]
    street.later(days=1)
    assert titles(ana, past=True) == []


def test_a_steward_forgets_for_those_whose_machine_is_gone(street: Neighbourhood) -> None:
    ana = street.start()
    ben, cem = street.join(ana, "Ben"), street.join(ana, "Cem")
    post = need(ben, "Gone", text="zanzibar")
    street.meet()
    ben.comment(post, "quagmire")
    street.meet()
    cem.comment(post, "pumpernickel")
    street.meet()
    street.groups.remove(ben)
    street.later(days=30 + 90 + 2)
    assert titles(cem, past=True) == ["Gone"]
    assert not held(ana, b"pumpernickel")  # each their own
    street.later(days=16)
    street.tend()
    for each in (ana, cem):
        assert titles(each, past=True) == []
        assert not held(each, b"zanzibar")
        assert not held(each, b"quagmire")


def test_what_others_wrote_does_not_bring_back_what_is_done(street: Neighbourhood) -> None:
    """A helper's answer may be why a post is done; it is not forgotten before the post."""
    ana = street.start()
    ben = street.join(ana, "Ben")
    post = need(ben, standing=True)
    answer = promise(street, ben, ana, post)
    ana.done(post)
    street.meet()
    ben.done(post, answer)
    street.meet()
    assert row(ana, post).status is PostStatus.DONE
    street.groups.remove(ben)
    street.later(days=92)
    assert row(ana, post).status is PostStatus.DONE
    assert titles(ana) == []


def test_only_so_much_is_done_at_once(
    street: Neighbourhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mutualaid.model.tending.MOST_AT_ONCE", 3)
    ana = street.start()
    for number in range(7):
        ana.withdraw(need(ana, f"Number {number}"))
    street.pass_by(days=90)
    ana.tend()
    street.pass_by(days=1)
    left = []
    for _ in range(4):
        changed = ana.tend()
        left.append((len(titles(ana, past=True)), changed is NOTHING_CHANGED))
    assert left == [(4, False), (1, False), (0, False), (0, True)]


def test_tending_writes_nothing_when_nothing_is_due(street: Neighbourhood) -> None:
    ana = street.start()
    ben = street.join(ana, "Ben")
    post = need(ana, starts=NOW + DAY_MS, repeat=Repeat.WEEKLY)
    promise(street, ana, ben, post)
    ana.withdraw(need(ana))
    street.tend()
    before = [writes(each) for each in street.groups]
    for _ in range(3):
        street.pass_by(hours=2)
        for each in street.groups:
            assert each.tend() is NOTHING_CHANGED
    assert [writes(each) for each in street.groups] == before


def test_what_another_process_has_done_is_not_done_again(street: Neighbourhood) -> None:
    ana = street.start()
    ben = street.join(ana, "Ben")
    post = need(ana)
    promise(street, ana, ben, post)
    street.pass_by(days=6)
    ben.add_notice("All well")
    street.meet()
    path = ana.replica.store.path
    from mutualaid.model.replica import Replica
    from mutualaid.model.store import Store

    with Group(Replica(Store(path, b"k" * 32), clock=street.clocks[ana])) as other:
        duties = ana._duties
        first = True

        def slow(now: int) -> object:
            nonlocal first
            found = duties(now)
            if first:
                first = False
                assert other.tend().concerns("post")
            return found

        ana._duties = slow  # type: ignore[method-assign, assignment]
        before = entries_of(ana.replica)
        ana.tend()
        assert entries_of(ana.replica) == before + 1  # by the other


def test_a_newcomer_who_waits_does_nothing(street: Neighbourhood) -> None:
    ana = street.start()
    clock = Clock()
    ben = Group.join(street.street.store(), parse_invitation(ana.invite().text), "Ben", clock=clock)
    street.street.machines.append(ben.replica)
    ben.withdraw(need(ben))
    clock.pass_by(days=200)
    assert ben.tend() is NOTHING_CHANGED


def test_a_full_disk_leaves_all_as_it_was(
    street: Neighbourhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = street.start()
    ana.withdraw(need(ana))
    street.pass_by(days=91)
    ana.tend()
    street.pass_by(days=1)

    def full(*_args: object) -> None:
        raise StorageError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(ana.replica, "append_control", full)
        with pytest.raises(StorageError):
            ana.tend()
    assert titles(ana, past=True) == ["A lift"]
    ana.tend()
    assert titles(ana, past=True) == []


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

    def they_are_ahead() -> None:
        for each in (ben, cem):
            busy.clocks[each].pass_by(days=YEAR)
            each.replica.clock()
        busy.meet()
        ana.tend()

    all_is_as_before(busy, they_are_ahead)


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
