# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Private threads, unread marks and blocks, as people use them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mutualaid.errors import BadValueError, NotAllowedError, NotFoundError
from mutualaid.model.group import Group
from mutualaid.model.values import NOTHING_CHANGED, PostFilter, Unread
from tests.model.neighbours import Neighbours
from tests.model.street import NOW


@pytest.fixture
def people(tmp_path: Path) -> Iterator[Neighbours]:
    made = Neighbours(tmp_path, "Ana", "Ben", "Cleo")
    yield made
    made.close()


def said(group: Group, post: bytes, other: Group) -> list[tuple[str, str]]:
    return [(row.who, row.text) for row in group.thread(post, other.me)]


def test_owner_and_helper_talk_and_nobody_else_sees_it(people: Neighbours) -> None:
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    post = people.need("Ben", "A lift")
    cleo.help_with(post)
    people.meet()
    cleo.send(post, ben.me, "I have a van.\nWhen?")
    people.meet()
    ben.send(post, cleo.me, "At nine.")
    people.meet()
    expected = [("Cleo", "I have a van.\nWhen?"), ("Ben", "At nine.")]
    assert sorted(said(ben, post, cleo)) == sorted(said(cleo, post, ben)) == sorted(expected)
    assert said(ana, post, ben) == said(ana, post, cleo) == []
    assert ana.threads() == []
    (row,) = cleo.threads()
    assert (row.post, row.title, row.person, row.name) == (post, "A lift", ben.me, "Ben")
    assert row.unread == 1
    mine = {each.text: each.mine for each in ben.thread(post, cleo.me)}
    assert mine == {"I have a van.\nWhen?": False, "At nine.": True}


def test_a_thread_follows_a_person_to_a_further_machine(people: Neighbours) -> None:
    ben, cleo = people["Ben"], people["Cleo"]
    post = people.need("Ben")
    ben.send(post, cleo.me, "Could you?")
    again = people.further_machine("Ben")
    people.meet()
    assert said(again, post, cleo) == [("Ben", "Could you?")]
    cleo.send(post, ben.me, "Yes.")
    people.meet()
    assert ("Cleo", "Yes.") in said(ben, post, cleo)
    assert ("Cleo", "Yes.") in said(again, post, cleo)


def test_who_may_write_to_whom(people: Neighbours) -> None:
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    post = people.need("Ben")
    with pytest.raises(NotAllowedError, match="yourself"):
        ben.send(post, ben.me, "Hello")
    with pytest.raises(NotAllowedError, match="answered"):
        cleo.send(post, ben.me, "Hello")
    with pytest.raises(NotAllowedError, match="Ben"):
        cleo.send(post, ana.me, "Hello")
    with pytest.raises(NotFoundError, match="nobody"):
        ben.send(post, bytes(16), "Hello")
    with pytest.raises(NotFoundError):
        ben.send(bytes(16), cleo.me, "Hello")
    ben.send(post, cleo.me, "Hello Cleo")
    people.meet()
    cleo.send(post, ben.me, "Hello Ben")
    assert len(cleo.thread(post, ben.me)) == 2


def test_a_steward_may_stand_in_for_who_posted_on_behalf(people: Neighbours) -> None:
    ana, cleo = people["Ana"], people["Cleo"]
    post = people.need("Ben", "Shopping", on_behalf_of="Mrs K")
    plain = people.need("Ben", "A lift")
    cleo.help_with(post)
    people.meet()
    ana.send(post, cleo.me, "Ring twice.")
    with pytest.raises(NotAllowedError):
        ana.send(plain, cleo.me, "Hello")
    people.meet()
    assert said(cleo, post, ana) == [("Ana", "Ring twice.")]
    cleo.send(post, ana.me, "I will.")
    people.meet()
    assert len(said(ana, post, cleo)) == 2
    assert [each.name for each in ana.threads()] == ["Cleo"]


@pytest.mark.parametrize("text", ["", "  \n ", "\u200b"])
def test_an_empty_message_is_refused(people: Neighbours, text: str) -> None:
    post = people.need("Ben")
    with pytest.raises(BadValueError, match="empty"):
        people["Ben"].send(post, people["Cleo"].me, text)


def test_a_message_or_comment_of_a_megabyte_is_refused(people: Neighbours) -> None:
    post = people.need("Ben")
    ben = people["Ben"]
    with pytest.raises(BadValueError, match=r"1,000,000 characters.*2,000"):
        ben.send(post, people["Cleo"].me, "x" * 1_000_000)
    with pytest.raises(BadValueError, match=r"1,000,000 characters.*2,000"):
        ben.comment(post, "x" * 1_000_000)
    assert ben.threads() == []
    ben.send(post, people["Cleo"].me, "\U0001f600" * 2000)
    people.meet()
    assert people["Cleo"].threads()[0].text == "\U0001f600" * 2000


# What was read


def test_what_is_read_is_unread_no_more(people: Neighbours) -> None:
    ben, cleo = people["Ben"], people["Cleo"]
    post = people.need("Ben")
    ben.send(post, cleo.me, "One")
    ben.send(post, cleo.me, "Two")
    ben.comment(post, "For all")
    people.meet()
    assert cleo.unread() == Unread(1, 2)
    assert ben.unread() == Unread()
    changed = cleo.mark_read(post, ben.me)
    assert changed.concerns("message")
    assert cleo.unread() == Unread()
    assert cleo.mark_read(post, ben.me) == NOTHING_CHANGED
    assert not any(row.unread for row in cleo.thread(post, ben.me))
    cleo.comment(post, "Nice")
    people.meet()
    assert cleo.unread().comments == {post: 1}
    assert ben.unread().comments == {post: 1}
    assert ben.mark_read(post).concerns("comment")
    assert not ben.unread()


def test_all_can_be_marked_read_at_once(people: Neighbours) -> None:
    ben, cleo = people["Ben"], people["Cleo"]
    post = people.need("Ben")
    ben.send(post, cleo.me, "One")
    cleo.comment(post, "Two")
    people.meet()
    for group in (ben, cleo):
        group.mark_all_read()
        assert not group.unread()


def test_marks_stay_through_a_rebuild(people: Neighbours) -> None:
    ben, cleo = people["Ben"], people["Cleo"]
    post = people.need("Ben")
    ben.send(post, cleo.me, "One")
    people.meet()
    cleo.mark_read(post, ben.me)
    cleo.rebuild()
    assert said(cleo, post, ben) == [("Ben", "One")]
    assert cleo.unread() == Unread()


def test_a_message_dated_in_the_future_is_shown_as_of_now(people: Neighbours) -> None:
    ben, cleo = people["Ben"], people["Cleo"]
    post = people.need("Ben")
    ben.replica.clock = lambda: NOW + 365 * 86_400_000
    ben.send(post, cleo.me, "From next year")
    people.meet()
    assert [row.created for row in cleo.thread(post, ben.me)] == [NOW]
    assert cleo.threads()[0].at == NOW


# Blocks


def test_who_is_blocked_is_not_heard_or_seen_and_not_told(people: Neighbours) -> None:
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    post = people.need("Ben")
    people.need("Cleo", "A ladder")
    cleo.help_with(post)
    cleo.comment(post, "Me!")
    cleo.add_notice("Party")
    cleo.add_fix("kettle")
    people.meet()
    assert [row.name for row in ben.fixers()] == ["Cleo"]
    cleo.send(post, ben.me, "Hello")
    people.meet()
    again = people.further_machine("Ben")
    people.meet()
    ben.block(cleo.me)
    people.meet()
    for group in (ben, again):
        assert [row.name for row in group.blocked()] == ["Cleo"]
        assert group.threads() == []
        assert group.thread(post, cleo.me) == []
        assert not group.unread()
        assert group.notices() == []
        assert "Cleo" not in [row.name for row in group.people()]
        assert group.counts().people == 2
        assert group.counts().needs == 1
        assert [row.owner_name for row in group.posts()] == ["Ben"]
        assert group.count_posts() == 1
        assert group.posts(PostFilter(search="ladder")) == []
        assert group.count_posts(PostFilter(search="Cleo")) == 0
        detail = group.post_detail(post)
        assert (detail.responses, detail.comments) == ((), ())
        assert group.fixers() == []
    with pytest.raises(NotAllowedError, match="blocked Cleo"):
        ben.send(post, cleo.me, "Hello")
    assert [row.name for row in ana.blocked()] == [row.name for row in cleo.blocked()] == []
    assert len(cleo.threads()) == 1
    assert len(ana.notices()) == 1
    again.unblock(cleo.me)
    people.meet()
    assert [row.text for row in ben.thread(post, cleo.me)] == ["Hello"]
    assert ben.blocked() == []


def test_blocking_twice_or_oneself(people: Neighbours) -> None:
    ben, cleo = people["Ben"], people["Cleo"]
    with pytest.raises(NotAllowedError, match="yourself"):
        ben.block(ben.me)
    with pytest.raises(NotFoundError, match="no such person"):
        ben.block(bytes(16))
    ben.block(cleo.me)
    ben.block(cleo.me)
    assert len(ben.blocked()) == 1
    ben.unblock(cleo.me)
    ben.unblock(cleo.me)
    assert ben.blocked() == []


def test_a_block_made_on_two_machines_ends_with_one_unblocking(people: Neighbours) -> None:
    ben, cleo = people["Ben"], people["Cleo"]
    again = people.further_machine("Ben")
    people.meet()
    ben.block(cleo.me)
    again.block(cleo.me)
    people.meet()
    assert len(ben.blocked()) == 1
    ben.unblock(cleo.me)
    people.meet()
    assert ben.blocked() == again.blocked() == []


def test_a_block_tells_every_view_to_look_again(people: Neighbours) -> None:
    assert people["Ben"].block(people["Cleo"].me).everything
    assert people["Ben"].unblock(people["Cleo"].me).everything


def test_without_blocks_queries_stay_as_they_are(people: Neighbours) -> None:
    from mutualaid.model.queries.where import not_blocked

    db = people["Ben"].replica.store.connection
    assert not_blocked(db, "owner") == ""
    people["Ben"].block(people["Cleo"].me)
    assert not_blocked(db, "owner").startswith(" AND owner NOT IN")
