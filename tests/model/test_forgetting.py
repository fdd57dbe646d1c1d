# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is long past is forgotten, everywhere, by whom and when; and nothing else is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mutualaid.errors import StorageError
from mutualaid.model.entry import Chain
from mutualaid.model.group import Group
from mutualaid.model.invitation import parse_invitation
from mutualaid.model.values import (
    NOTHING_CHANGED,
    Audience,
    ContactKind,
    Millis,
    PostFilter,
    PostStatus,
    Repeat,
    Scalar,
)
from mutualaid.model.values.time import DAY_MS
from tests.model.moving import (
    NUMBER,
    Clock,
    Neighbourhood,
    held,
    need,
    promise,
    row,
    titles,
    writes,
)
from tests.model.street import NOW, entries_of


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Neighbourhood]:
    made = Neighbourhood(tmp_path)
    yield made
    made.street.close()


# Forgetting


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
