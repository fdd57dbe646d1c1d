# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rule that says who goes."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.model.agreement import (
    LEAST_ROUNDS,
    MOST_SETTLED,
    Answer,
    Ask,
    Decision,
    Outcome,
    may_decide,
    rounds_of,
    settle,
)
from mutualaid.model.values import PostStatus, Say, Standing

OWNER, STEWARD, ANA, BEN, CLEO = (bytes([number]) * 16 for number in range(1, 6))
STEWARDS = frozenset((STEWARD,))


def ask(*, parts: dict[str, int] | None = None, yes: bool = True, on_behalf: bool = False) -> Ask:
    return Ask(OWNER, PostStatus.OPEN, parts or {"": 1}, yes, on_behalf)


def answer(id_: int, person: bytes = ANA, **more: object) -> Answer:
    usual = {
        "part": "",
        "amount": 1,
        "round": 0,
        "every": False,
        "released": False,
        "done": None,
        "touched": 100,
    }
    return Answer(bytes([id_]) * 16, person, **{**usual, **more})  # type: ignore[arg-type]


def says(
    say: Say, to: Answer | None, *, by: bytes = OWNER, id_: int = 0, **more: object
) -> Decision:
    return Decision(
        bytes([id_]) * 16,
        by,
        to.id if to else None,
        say,
        **more,  # type: ignore[arg-type]
    )


def standings(outcome: Outcome) -> list[Standing]:
    return [outcome.stands[id_].standing for id_ in sorted(outcome.stands)]


def test_an_answer_waits_for_a_yes_and_then_goes() -> None:
    one = answer(1)
    assert settle(ask(), [], [], STEWARDS).status is PostStatus.OPEN
    waiting = settle(ask(), [one], [], STEWARDS)
    assert (waiting.status, waiting.waiting) == (PostStatus.OFFERED, 1)
    agreed = settle(ask(), [one], [says(Say.ACCEPT, one)], STEWARDS)
    assert (agreed.status, agreed.waiting) == (PostStatus.AGREED, 0)
    assert standings(agreed) == [Standing.ACCEPTED]
    assert agreed.stands[one.id].by == OWNER


@pytest.mark.parametrize(
    ("say", "standing", "status"),
    [
        (Say.DECLINE, Standing.DECLINED, PostStatus.OPEN),
        (Say.DONE, Standing.DONE, PostStatus.DONE),
    ],
)
def test_what_the_owner_says_of_an_answer(say: Say, standing: Standing, status: PostStatus) -> None:
    outcome = settle(ask(), [answer(1)], [says(say, answer(1))], STEWARDS)
    assert (standings(outcome), outcome.status) == ([standing], status)


def test_accepted_apart_the_lower_goes_and_the_other_stands_by_until_it_steps_back() -> None:
    one, other = answer(1), answer(2, BEN)
    yes = [says(Say.ACCEPT, other), says(Say.ACCEPT, one, id_=1)]
    assert standings(settle(ask(), [other, one], yes, STEWARDS)) == [
        Standing.ACCEPTED,
        Standing.STANDS_BY,
    ]
    gone = answer(1, released=True)
    assert standings(settle(ask(), [other, gone], yes, STEWARDS)) == [
        Standing.RELEASED,
        Standing.ACCEPTED,
    ]


def test_the_owner_comes_before_a_steward_who_comes_before_nobody() -> None:
    taken, stewards, owners = answer(1, ANA), answer(2, BEN), answer(3, CLEO)
    yes = [says(Say.ACCEPT, stewards, by=STEWARD), says(Say.ACCEPT, owners)]
    for_rosa = ask(parts={"": 2}, yes=False, on_behalf=True)
    outcome = settle(for_rosa, [taken, stewards, owners], yes, STEWARDS)
    assert standings(outcome) == [Standing.STANDS_BY, Standing.ACCEPTED, Standing.ACCEPTED]
    for_herself = ask(parts={"": 2}, yes=False)
    outcome = settle(for_herself, [taken, stewards, owners], yes, STEWARDS)
    assert standings(outcome) == [Standing.TAKEN, Standing.STANDS_BY, Standing.ACCEPTED]


def test_of_two_decisions_about_one_answer_the_owners_stands() -> None:
    one = answer(1)
    apart = [says(Say.ACCEPT, one, by=STEWARD), says(Say.DECLINE, one, id_=9)]
    outcome = settle(ask(on_behalf=True), [one], apart, STEWARDS)
    assert standings(outcome) == [Standing.DECLINED]
    two_devices = [says(Say.DECLINE, one, id_=9), says(Say.ACCEPT, one, id_=8)]
    assert standings(settle(ask(), [one], two_devices, STEWARDS)) == [Standing.ACCEPTED]


def test_what_nobody_may_decide_counts_for_nothing() -> None:
    one = answer(1)
    by_others = [says(Say.ACCEPT, one, by=BEN), says(Say.ACCEPT, one, by=STEWARD, id_=1)]
    by_others.append(says(Say.DONE, None, by=BEN, id_=2))
    assert settle(ask(), [one], by_others, STEWARDS).status is PostStatus.OFFERED
    assert not may_decide(ask(), STEWARD, STEWARDS)
    assert may_decide(ask(on_behalf=True), STEWARD, STEWARDS)
    assert not may_decide(ask(on_behalf=True), BEN, STEWARDS)


def test_nobody_answers_their_own_post_but_may_go_for_somebody_else() -> None:
    own = answer(1, OWNER)
    assert settle(ask(), [own], [says(Say.ACCEPT, own)], STEWARDS).stands == {}
    outcome = settle(ask(on_behalf=True), [own], [says(Say.ACCEPT, own)], STEWARDS)
    assert standings(outcome) == [Standing.ACCEPTED]


def test_an_answer_to_ones_own_post_counts_where_somebody_else_goes() -> None:
    slip = answer(1, OWNER, on_behalf=True)
    assert standings(settle(ask(), [slip], [], STEWARDS)) == [Standing.OFFERED]
    outcome = settle(ask(), [slip], [says(Say.ACCEPT, slip)], STEWARDS)
    assert standings(outcome) == [Standing.ACCEPTED]


def test_parts_are_taken_while_they_fit_whole() -> None:
    wanted = ask(parts={"dinners": 5, "loads": 1}, yes=False)
    answers = [
        answer(1, ANA, part="dinners", amount=3),
        answer(2, BEN, part="dinners", amount=3),
        answer(3, CLEO, part="dinners", amount=2),
        answer(4, CLEO, part="cats", amount=1),
    ]
    outcome = settle(wanted, answers, [], STEWARDS)
    assert standings(outcome) == [
        Standing.TAKEN,
        Standing.STANDS_BY,
        Standing.TAKEN,
        Standing.STANDS_BY,
    ]
    assert outcome.covered == {"dinners": 5, "loads": 0}
    assert outcome.status is PostStatus.PART_COVERED
    with_loads = [*answers, answer(5, BEN, part="loads")]
    assert settle(wanted, with_loads, [], STEWARDS).status is PostStatus.AGREED


def test_whoever_is_accepted_also_goes_beside_the_others() -> None:
    one, other = answer(1), answer(2, BEN)
    yes = [says(Say.ACCEPT, one), says(Say.ACCEPT, other, id_=1, also=True)]
    assert standings(settle(ask(), [one, other], yes, STEWARDS)) == [Standing.ACCEPTED] * 2


def test_whoever_is_accepted_also_takes_nobodys_place() -> None:
    """However their answers and the decisions are numbered."""
    also, one = answer(1), answer(2, BEN)
    yes = [says(Say.ACCEPT, also, also=True), says(Say.ACCEPT, one, id_=1)]
    assert standings(settle(ask(), [also, one], yes, STEWARDS)) == [Standing.ACCEPTED] * 2
    did = [says(Say.DONE, also, also=True), says(Say.ACCEPT, one, id_=1)]
    expected = [Standing.DONE, Standing.ACCEPTED]
    assert standings(settle(ask(), [also, one], did, STEWARDS)) == expected


def test_done_is_said_by_the_helper_and_then_by_the_owner() -> None:
    one, other = answer(1, done=0), answer(2, BEN)
    yes = [says(Say.ACCEPT, one), says(Say.ACCEPT, other, id_=1)]
    two = ask(parts={"": 2})
    half = settle(two, [one, other], yes, STEWARDS)
    assert half.status is PostStatus.AGREED
    assert standings(half) == [Standing.SAID_DONE, Standing.ACCEPTED]
    both = settle(two, [one, answer(2, BEN, done=0)], yes, STEWARDS)
    assert both.status is PostStatus.SAID_DONE
    finished = Ask(OWNER, PostStatus.DONE, {"": 2}, True, False)
    assert standings(settle(finished, [one, other], yes, STEWARDS)) == [Standing.DONE] * 2


def test_a_lapse_is_void_where_the_helper_said_meanwhile_that_it_holds() -> None:
    lapse = [says(Say.ACCEPT, answer(1), lapsed=100)]
    assert standings(settle(ask(), [answer(1)], lapse, STEWARDS)) == [Standing.LAPSED]
    assert settle(ask(), [answer(1)], lapse, STEWARDS).status is PostStatus.LAPSED
    held = settle(ask(), [answer(1, touched=101)], lapse, STEWARDS)
    assert standings(held) == [Standing.ACCEPTED]
    taken = [says(Say.LAPSE, answer(1), lapsed=100)]
    assert standings(settle(ask(yes=False), [answer(1, touched=101)], taken, STEWARDS)) == [
        Standing.TAKEN
    ]


def test_each_round_has_answers_of_its_own_and_those_for_every_time() -> None:
    every, once = answer(1, every=True), answer(2, BEN, round=3)
    yes = [says(Say.ACCEPT, every), says(Say.ACCEPT, once, id_=1)]
    rounds = {at: settle(ask(), [every, once], yes, STEWARDS, at) for at in range(5)}
    assert {at: standings(outcome) for at, outcome in rounds.items()} == {
        0: [Standing.ACCEPTED],
        1: [Standing.ACCEPTED],
        2: [Standing.ACCEPTED],
        3: [Standing.ACCEPTED, Standing.STANDS_BY],
        4: [Standing.ACCEPTED],
    }
    assert rounds_of([every, once], yes, 1, repeats=True) == [1, 3, 4]
    assert rounds_of([every, once], yes, 0, repeats=False) == [0]


def test_a_flood_of_answers_to_ever_further_rounds_costs_a_bounded_amount() -> None:
    flood = [answer(1, round=number) for number in range(10_000)]
    assert len(rounds_of(flood, [], 0, repeats=True)) == LEAST_ROUNDS
    few = [answer(1, round=number) for number in range(50)]
    assert len(rounds_of(few, [], 0, repeats=True)) * len(few) <= MOST_SETTLED


small = st.integers(0, 3)
answers = st.lists(
    st.builds(
        Answer,
        id=st.integers(0, 6).map(lambda number: bytes([number]) * 16),
        person=st.sampled_from((OWNER, ANA, BEN, CLEO)),
        part=st.sampled_from(("", "dinners", "loads")),
        amount=st.integers(1, 4),
        round=st.integers(0, 2),
        every=st.booleans(),
        released=st.booleans(),
        done=st.none() | small,
        touched=small,
        on_behalf=st.booleans(),
    ),
    max_size=7,
    unique_by=lambda each: each.id,
)
decisions = st.lists(
    st.builds(
        Decision,
        id=st.integers(0, 12).map(lambda number: bytes([number]) * 16),
        person=st.sampled_from((OWNER, STEWARD, ANA)),
        answer=st.none() | st.integers(0, 6).map(lambda number: bytes([number]) * 16),
        say=st.sampled_from(Say),
        also=st.booleans(),
        lapsed=st.none() | small,
        round=small,
    ),
    max_size=12,
    unique_by=lambda each: each.id,
)
asks = st.builds(
    Ask,
    owner=st.just(OWNER),
    state=st.sampled_from((PostStatus.OPEN, PostStatus.PARKED, PostStatus.DONE)),
    parts=st.sampled_from(({"": 1}, {"": 4}, {"dinners": 3, "loads": 2})),
    ask=st.booleans(),
    on_behalf=st.booleans(),
)


@given(asks, answers, decisions, small, st.randoms(use_true_random=False))
def test_order_makes_no_difference_and_nothing_is_promised_twice(
    wanted: Ask, found: list[Answer], said: list[Decision], at: int, random: Random
) -> None:
    outcome = settle(wanted, found, said, STEWARDS, at)
    random.shuffle(found)
    random.shuffle(said)
    assert settle(wanted, found, said, STEWARDS, at) == outcome
    also = {each.answer for each in said if each.also}
    for part, many in wanted.parts.items():
        here = [each for each in found if each.part == part and each.id in outcome.stands]
        going = [each for each in here if outcome.stands[each.id].standing.goes]
        assert sum(each.amount for each in going) == outcome.covered[part]
        assert sum(each.amount for each in going if each.id not in also) <= many
        for each in here:
            if outcome.stands[each.id].standing is Standing.STANDS_BY:
                assert each.amount + outcome.covered[part] > many
    assert (outcome.oldest is None) == (outcome.newest is None)
