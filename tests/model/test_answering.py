# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From an answer to a promise, and from a promise to what is done."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mutualaid.errors import (
    AlreadyCoveredError,
    BadValueError,
    MutualAidError,
    NotAllowedError,
)
from mutualaid.model.group import Group
from mutualaid.model.replica import Replica
from mutualaid.model.values import (
    Audience,
    ContactKind,
    Involvement,
    NewsKind,
    Part,
    PostDraft,
    PostKind,
    PostStatus,
    Repeat,
    Standing,
    Urgency,
)
from tests.model.street import NOW, Street, meet

HOUR = 3_600_000
DAY = 24 * HOUR


@dataclass
class Neighbours:
    """Ana, a steward, Ben and Cleo, on a machine each, with one clock."""

    ana: Group
    ben: Group
    cleo: Group
    clock: list[int]

    def everybody(self) -> tuple[Group, Group, Group]:
        return (self.ana, self.ben, self.cleo)

    def meet(self) -> None:
        meet(*(each.replica for each in self.everybody()))

    def post(self, group: Group, title: str = "A ride", **more: object) -> bytes:
        made = group.post(PostDraft(PostKind.NEED, title, **more)).created  # type: ignore[arg-type]
        self.meet()
        assert made is not None
        return made

    def answered(self, group: Group, post: bytes, **more: object) -> bytes:
        made = group.help_with(post, **more).created  # type: ignore[arg-type]
        self.meet()
        assert made is not None
        return made

    def later(self, ms: int) -> None:
        self.clock[0] += ms


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Neighbours]:
    machines = Street(tmp_path)
    clock = [NOW]

    def now() -> int:
        clock[0] += 1
        return clock[0]

    ana = machines.start()
    replicas: list[Replica] = [ana, machines.join(ana), machines.join(ana)]
    for each in replicas:
        each.clock = now
    groups = [Group(each) for each in replicas]
    for group, name in zip(groups, ("Ana", "Ben", "Cleo"), strict=True):
        group._create("person", {"name": name}, nonce=bytes(8))
    meet(*replicas)
    yield Neighbours(*groups, clock)  # type: ignore[arg-type]
    machines.close()


def status(group: Group, post: bytes) -> PostStatus:
    return group.post_detail(post).row.status


def states(group: Group, post: bytes) -> dict[str, str]:
    return {each.who: str(each.state) for each in group.post_detail(post).responses}


def test_from_need_to_done_with_thanks(street: Neighbours) -> None:
    ana, ben, _cleo = street.everybody()
    post = street.post(ana)
    answer = street.answered(ben, post, note="I have the van", when="Tuesday")
    assert status(ana, post) is PostStatus.OFFERED
    assert [row.response.note for row in ana.my_page() if row.response] == ["I have the van"]
    ana.accept(answer)
    street.meet()
    assert states(ben, post) == {"Ben": "accepted"}
    assert [(row.role, row.post.title) for row in ben.my_page()] == [
        (Involvement.PROMISED, "A ride")
    ]
    ben.done(post)
    street.meet()
    assert status(ana, post) is PostStatus.SAID_DONE
    ana.done(post)
    ana.thank(post, "You saved my day")
    street.meet()
    for group in street.everybody():
        assert status(group, post) is PostStatus.DONE
        assert group.posts() == []
        assert [each.text for each in group.post_detail(post).thanks] == ["You saved my day"]
    assert [row.what for row in ben.history(post)] == [
        "written",
        "offered to help",
        "accepted Ben",
        "said that it is done",
        "said that it is done",
        "said thanks",
    ]
    assert {row.kind for row in ben.news()} == {NewsKind.DONE, NewsKind.THANKED}


def test_either_may_say_done_alone(street: Neighbours) -> None:
    ana, ben, _cleo = street.everybody()
    alone = street.post(ana)
    ana.done(alone)
    assert status(ana, alone) is PostStatus.DONE
    agreed = street.post(ana, "A cake")
    ana.accept(street.answered(ben, agreed))
    ana.done(agreed)
    assert states(ana, agreed) == {"Ben": "done"}
    ana.take_up(agreed)
    assert status(ana, agreed) is PostStatus.AGREED


def test_a_yes_is_asked_for_when_all_is_promised(street: Neighbours) -> None:
    ana, ben, cleo = street.everybody()
    post = street.post(ana)
    bens, cleos = street.answered(ben, post), street.answered(cleo, post)
    ana.accept(bens)
    before = ana.replica.applier.view_hash()
    with pytest.raises(AlreadyCoveredError, match="Ben already goes") as told:
        ana.accept(cleos)
    assert told.value.names == ("Ben",)
    assert ana.replica.applier.view_hash() == before
    ana.accept(cleos, also=True)
    assert states(ana, post) == {"Ben": "accepted", "Cleo": "accepted"}
    ana.decline(cleos)
    ana.accept(cleos, instead=True)
    assert states(ana, post) == {"Ben": "declined", "Cleo": "accepted"}


def test_all_are_told_who_goes_and_who_stands_by(street: Neighbours) -> None:
    ana, ben, cleo = street.everybody()
    post = street.post(ana, parts=2)
    first, second = (each.help_with(post, amount=2).created or b"" for each in (ben, cleo))
    street.meet()
    by, goes = (ben, cleo) if first > second else (cleo, ben)
    assert [row.kind for row in by.news()] == [NewsKind.STANDS_BY]
    assert goes.news() == []
    told = {(row.kind, row.who) for row in ana.news()}
    assert told >= {(NewsKind.CROSSED, by.my_name), (NewsKind.ANSWERED, goes.my_name)}
    by.mark_news_read()
    goes.release(min(first, second))
    street.meet()
    assert [row.kind for row in by.news()] == [NewsKind.GOES_NOW]


def test_instead_only_those_step_back_who_have_to(street: Neighbours) -> None:
    ana, ben, cleo = street.everybody()
    post = street.post(ana, parts=3, ask=True)
    answers = {each: street.answered(ben, post, amount=1) for each in ("one",)}
    ana.accept(answers["one"])
    ana.accept(street.answered(cleo, post, amount=2))
    assert status(ana, post) is PostStatus.AGREED
    street.meet()
    with pytest.raises(NotAllowedError, match="promised already"):
        cleo.help_with(post)


def test_the_number_opens_for_whom_was_accepted_and_closes_with_no(street: Neighbours) -> None:
    ana, ben, cleo = street.everybody()
    ana.set_contact(ContactKind.PHONE, "030 123456", Audience.HELPER)
    post = street.post(ana)
    bens, _cleos = street.answered(ben, post), street.answered(cleo, post)
    ana.accept(bens)
    street.meet()
    assert [each.value for each in ben.contacts_of(ana.me)] == ["030 123456"]
    assert cleo.contacts_of(ana.me) == []
    ana.decline(bens, "Thank you, my sister can take me")
    street.meet()
    assert ben.contacts_of(ana.me) == []
    assert [each.text for each in ben.thread(post, ana.me)] == ["Thank you, my sister can take me"]
    assert cleo.threads() == []


def test_parts_are_taken_without_asking_and_never_more_than_are_left(street: Neighbours) -> None:
    ana, ben, cleo = street.everybody()
    sorts = (Part("dinners", 5), Part("loads", 1))
    post = street.post(ana, "After the birth", named_parts=sorts)
    with pytest.raises(BadValueError, match=r"“dinners” \(5 left\), “loads” \(1 left\)"):
        ben.help_with(post)
    with pytest.raises(BadValueError, match="Only 5 of “dinners”"):
        ben.help_with(post, part="dinners", amount=6)
    with pytest.raises(BadValueError, match="at least 1"):
        ben.help_with(post, part="dinners", amount=0)
    street.answered(ben, post, part="dinners", amount=4)
    with pytest.raises(NotAllowedError, match="answered this already"):
        ben.help_with(post, part="dinners")
    neighbour = ben.help_with(post, part="dinners", on_behalf_of="Mr. Ito").created
    assert neighbour is not None
    ben.release(neighbour)
    with pytest.raises(BadValueError, match="Only 1 of “dinners” of 5"):
        cleo.help_with(post, part="dinners", amount=2)
    street.answered(cleo, post, part="loads")
    detail = ana.post_detail(post)
    assert [(each.name, each.covered, each.left) for each in detail.parts] == [
        ("dinners", 4, 1),
        ("loads", 1, 0),
    ]
    assert (detail.row.status, detail.row.covered, detail.row.wanted) == ("part covered", 5, 6)
    street.answered(cleo, post)  # only dinners are left: nobody has to say so
    assert status(ana, post) is PostStatus.AGREED


@pytest.mark.parametrize(
    ("end", "why"),
    [("withdraw", "withdrawn"), ("done", "done"), ("park", "parked")],
)
def test_nobody_is_accepted_for_what_is_over(street: Neighbours, end: str, why: str) -> None:
    ana, ben, _cleo = street.everybody()
    post = street.post(ana)
    answer = street.answered(ben, post)
    getattr(ana, end)(post)
    street.meet()
    for command in (lambda: ana.accept(answer), lambda: ben.help_with(post)):
        before = [each.replica.applier.view_hash() for each in street.everybody()]
        with pytest.raises(NotAllowedError, match=why):
            command()
        assert [each.replica.applier.view_hash() for each in street.everybody()] == before


def test_what_cannot_be_is_said_in_a_sentence(street: Neighbours) -> None:
    ana, ben, cleo = street.everybody()
    post = street.post(ana)
    answer = street.answered(ben, post)
    cases = (
        (lambda: ana.help_with(post), "your own post"),
        (lambda: ben.done(post), "Nothing is agreed with you here: your answer is offered"),
        (lambda: cleo.done(post), "You have not answered this post"),
        (lambda: cleo.accept(answer), "Only Ana, whose post this is, can say who goes"),
        (lambda: cleo.decline(answer), "can say who goes"),
        (lambda: cleo.release(answer), "belongs to Ben"),
        (lambda: ana.thank(post, "Thanks"), "Nobody goes for this post yet"),
        (lambda: ana.told(post), "for its owner"),
        (lambda: ben.help_with(post), "answered this already"),
        (lambda: ben.help_with(post, every=True), "one time only"),
        (lambda: ana.done(post, answer), "does not go for this post"),
    )
    for command, sentence in cases:
        with pytest.raises(MutualAidError, match=sentence):
            command()
    ben.release(answer)
    street.meet()
    with pytest.raises(NotAllowedError, match="Ben took this answer back"):
        ana.accept(answer)
    assert status(ana, post) is PostStatus.OPEN


def test_a_promise_nobody_touches_lapses_and_the_need_is_open_again(street: Neighbours) -> None:
    ana, ben, cleo = street.everybody()
    post = street.post(ana)
    bens = street.answered(ben, post)
    ana.accept(bens)
    street.meet()
    street.later(5 * DAY)
    assert status(cleo, post) is PostStatus.AGREED
    assert [row.kind for row in ben.news() if row.kind is NewsKind.LAPSES] == [NewsKind.LAPSES]
    ben.still_on_it(bens)
    street.meet()
    street.later(5 * DAY)
    assert states(cleo, post) == {"Ben": "accepted"}
    street.later(DAY)
    assert states(cleo, post) == {"Ben": "lapsed"}
    assert status(cleo, post) is PostStatus.LAPSED
    assert [row.title for row in cleo.posts()] == ["A ride"]
    cleos = street.answered(cleo, post)
    ana.accept(cleos)  # whoever lapsed makes room
    street.meet()
    assert states(ben, post) == {"Ben": "lapsed", "Cleo": "accepted"}
    assert len({each.replica.applier.view_hash() for each in street.everybody()}) == 1


def test_what_is_wanted_today_lapses_in_a_day(street: Neighbours) -> None:
    ana, ben, _cleo = street.everybody()
    post = street.post(ana, urgency=Urgency.TODAY)
    ana.accept(street.answered(ben, post))
    street.later(23 * HOUR)
    assert status(ana, post) is PostStatus.AGREED
    street.later(HOUR)
    assert status(ana, post) is PostStatus.LAPSED


def test_a_message_to_the_owner_keeps_a_promise(street: Neighbours) -> None:
    ana, ben, _cleo = street.everybody()
    post = street.post(ana)
    ana.accept(street.answered(ben, post))
    street.meet()
    street.later(5 * DAY)
    ben.send(post, ana.me, "See you on Sunday")
    street.meet()
    street.later(5 * DAY)
    assert status(ana, post) is PostStatus.AGREED


def test_what_repeats_is_done_one_time_after_another(street: Neighbours) -> None:
    ana, ben, cleo = street.everybody()
    post = street.post(ana, starts=NOW + DAY, repeat=Repeat.WEEKLY)
    once = street.answered(ben, post)
    always = street.answered(cleo, post, every=True)
    ana.accept(once)
    street.meet()
    ben.done(post)
    street.meet()
    assert status(ana, post) is PostStatus.SAID_DONE
    ana.done(post)
    row = ana.post_detail(post).row
    assert (row.round, row.starts, row.status) == (1, NOW + 8 * DAY, PostStatus.OFFERED)
    assert states(ana, post) == {"Cleo": "offered"}
    ana.accept(always)
    street.meet()
    assert status(ben, post) is PostStatus.AGREED
    cleo.done(post)
    street.meet()
    assert status(ana, post) is PostStatus.SAID_DONE
    ana.done(post)
    assert status(ana, post) is PostStatus.AGREED  # the time after that


def test_a_steward_decides_for_somebody_without_a_machine(street: Neighbours) -> None:
    ana, ben, cleo = street.everybody()
    post = street.post(ben, "Soup", on_behalf_of="Rosa", consent="by phone")
    assert ben.post_detail(post).row.consent == "by phone"
    answer = street.answered(cleo, post, when="Tuesday")
    assert [row.role for row in ana.my_page()] == [Involvement.WAITING]
    assert [each.waiting_for_me() for each in street.everybody()] == [1, 1, 0]
    assert ana.dispatch()[0].tell == ""
    ana.accept(answer)
    street.meet()
    assert [row.tell for row in ben.dispatch()] == ["Cleo comes (Tuesday)."]
    assert not ana.post_detail(post).told
    ben.told(post)
    street.meet()
    assert ana.post_detail(post).told
    assert ana.dispatch()[0].tell == ""
    ana.done(post)
    street.meet()
    assert status(ben, post) is PostStatus.DONE
    assert ben.posts() == []
    assert [row.tell for row in ben.dispatch()] == ["It is done."]
    with pytest.raises(NotAllowedError, match="Only Ben"):
        cleo.told(post)
    ana.take_up(post)
    street.meet()
    assert status(ben, post) is PostStatus.AGREED


def test_somebody_without_a_machine_may_help(street: Neighbours) -> None:
    ana, ben, _cleo = street.everybody()
    post = street.post(ana)
    answer = street.answered(ben, post, on_behalf_of="Mr. Okafor")
    ana.accept(answer)
    assert ana.post_detail(post).responses[0].on_behalf_of == "Mr. Okafor"
    assert [row.what for row in ana.history(post)][-1] == "accepted Mr. Okafor"


def test_a_post_that_comes_after_its_answers_stands_as_it_should(street: Neighbours) -> None:
    ana, ben, cleo = street.everybody()
    post = ana.post(PostDraft(PostKind.NEED, "A ride")).created or b""
    meet(ana.replica, ben.replica)
    answer = ben.help_with(post).created or b""
    meet(ana.replica, ben.replica)
    ana.accept(answer)
    meet(ana.replica, ben.replica)
    lacking = [run for batch in ben.replica.journal.lacking({}) for run in batch]
    content = [run for run in lacking if run.chain and run.device == ben.device]
    cleo.replica.take_in(content)
    cleo.replica.apply_all()
    street.meet()
    assert states(cleo, post) == {"Ben": Standing.ACCEPTED}
    assert len({each.replica.applier.view_hash() for each in street.everybody()}) == 1


def test_forgetting_an_answer_lets_what_came_of_it_follow(street: Neighbours) -> None:
    ana, ben, _cleo = street.everybody()
    post = street.post(ana)
    answer = street.answered(ben, post)
    ana.accept(answer)
    street.meet()
    ben.purge(answer)
    street.meet()
    assert states(ana, post) == {}
    assert status(ana, post) is PostStatus.OPEN
    ana.purge(post)
    street.meet()
    assert len({each.replica.applier.view_hash() for each in street.everybody()}) == 1
