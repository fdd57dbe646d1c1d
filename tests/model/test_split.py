# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cut off from each other, people say yes to different helpers; when they meet, one answer.

Each history is one post on real machines, with real entries: an owner with two machines, a
steward, a helper. They answer, accept, decline, take parts and take things back on both sides of a
cut that moves. Many histories share the machines, so that thousands take seconds.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mutualaid.errors import MutualAidError
from mutualaid.model import outcomes
from mutualaid.model.group import Group
from mutualaid.model.outcomes import Settled
from mutualaid.model.replica import Replica
from mutualaid.model.store import Store
from mutualaid.model.values import Part, PostDraft, PostKind, Repeat, Say, Standing
from tests.helpers.examples import examples
from tests.model.street import NOW, Street, meet, tell
from tests.model.test_convergence import further_device

#: Histories in one example, and examples in the suite: 2,080 histories, and ten times as many
#: under the long profile.
HISTORIES: Final = 65
EXAMPLES: Final = 8
PARTS: Final = 4  # the test is cut into so many, to run beside each other

LIVE: Final = (Standing.TAKEN, Standing.ACCEPTED, Standing.STANDS_BY, Standing.SAID_DONE)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ana, a steward, Ben with two machines, Cleo; all in step."""
    directory = tmp_path_factory.mktemp("split")
    street = Street(directory)
    ana = street.start()
    ben, cleo = street.join(ana), street.join(ana)
    meet(ana, ben, cleo)
    further_device(street, ben)
    meet(*street.machines)
    street.close()
    return directory


@pytest.fixture(autouse=True)
def _quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a power cut would cost is another test's business."""
    write: Callable[..., object] = Store.write
    monkeypatch.setattr(Store, "write", lambda store, *, durable: write(store, durable=False))


class Neighbours:
    """Four machines of three people, and the posts that are played on them."""

    def __init__(self, directory: Path, random: Random) -> None:
        self.directory = directory
        self.random = random
        self.groups = [self._open(number) for number in range(4)]
        self.ana, self.ben, self.cleo, self.bens_second = self.groups

    def _open(self, number: int) -> Group:
        store = Store(self.directory / f"{number}.db", b"k" * 32)
        return Group(Replica(store, clock=lambda: NOW + self.random.randrange(10_000)))

    def post(self) -> bytes:
        """Ben posts something; for himself or for Rosa, in one or several parts."""
        random = self.random
        sorts = random.choice([(), (), (Part("dinners", 3), Part("loads", 1))])
        made = (
            random.choice((self.ben, self.bens_second))
            .post(
                PostDraft(
                    PostKind.NEED,
                    "Dinner",
                    parts=1 if sorts else random.choice((1, 1, 2, 4)),
                    named_parts=sorts,
                    ask=random.choice((None, None, True, False)),
                    on_behalf_of=random.choice(("", "Rosa")),
                    starts=random.choice((None, NOW + 86_400_000)),
                )
                if random.random() < 0.8
                else PostDraft(PostKind.NEED, "Dinner", starts=NOW + 1, repeat=Repeat.WEEKLY)
            )
            .created
        )
        assert made is not None
        return made

    def act(self, post: bytes) -> None:
        """Somebody does something that they see fit, or is told why it cannot be."""
        random = self.random
        group = random.choice(self.groups)
        try:
            detail = group.post_detail(post)
            mine = [each.id for each in detail.responses if each.mine]
            every = [each.id for each in detail.responses]
            match random.randrange(12):
                case 0 | 1 | 2:
                    sort = random.choice(detail.parts)
                    amount = random.randint(1, max(1, sort.left))
                    group.help_with(post, amount=amount, part=sort.name)
                case 3 | 4 | 5 | 6:
                    also, instead = random.choice(((False, False), (True, False), (False, True)))
                    group.accept(random.choice(every), also=also, instead=instead)
                case 7:
                    group.decline(random.choice(every))
                case 8:
                    group.release(random.choice(mine))
                case 9:
                    group.still_on_it(random.choice(every))
                case 10:
                    group.done(post, random.choice([None, *every]))
                case 11:
                    random.choice((group.park, group.take_up, group.withdraw))(post)
        except (MutualAidError, IndexError):
            pass  # told in a sentence; nothing was changed

    def meet(self, machines: Sequence[Group]) -> None:
        meet(*(each.replica for each in machines))

    def cut(self) -> list[list[Group]]:
        """Two sides of a cable that is out."""
        sides = self.random.sample(self.groups, 4)
        at = self.random.randint(1, 3)
        return [sides[:at], sides[at:]]

    def close(self) -> None:
        for group in self.groups:
            group.close()


def play(neighbours: Neighbours, histories: int) -> list[bytes]:
    """Posts on which all that can happen on both sides of a cut has happened; all have met."""
    posts = [neighbours.post() for _ in range(histories)]
    neighbours.meet(neighbours.groups)
    for _ in range(3):
        for post in posts:
            for _ in range(neighbours.random.randint(1, 4)):
                neighbours.act(post)
        for side in neighbours.cut():
            neighbours.meet(side)
    neighbours.meet(neighbours.groups)
    return posts


@pytest.mark.parametrize("part", range(PARTS))
@settings(
    max_examples=examples(EXAMPLES),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 1 << 40))
def test_whoever_accepted_whom_all_machines_say_the_same(
    template: Path, tmp_path_factory: pytest.TempPathFactory, part: int, seed: int
) -> None:
    directory = tmp_path_factory.mktemp("played", numbered=True) / "street"
    shutil.copytree(template, directory)
    neighbours = Neighbours(directory, Random(seed * PARTS + part))
    try:
        posts = play(neighbours, HISTORIES)
        assert len({group.replica.applier.view_hash() for group in neighbours.groups}) == 1
        for post in posts:
            settled = [_settled(group, post) for group in neighbours.groups]
            assert all(each.outcome() == settled[0].outcome() for each in settled)
            _check(settled[0])
        _same_when_made_anew(neighbours)
    finally:
        neighbours.close()
        shutil.rmtree(directory.parent)


def _settled(group: Group, post: bytes) -> Settled:
    settled = outcomes.read(
        group.replica.store.connection, post, group.replica.membership().stewards()
    )
    assert settled is not None
    return settled


def _check(settled: Settled) -> None:
    """Nothing is promised twice, nobody is forgotten, nobody stands by where there is room."""
    outcome = settled.outcome()
    answers = {answer.id: answer for answer in settled.answers}
    now = [answer for answer in answers.values() if answer.round == settled.first_round]
    own = [each for each in now if each.person == settled.ask.owner and not settled.ask.on_behalf]
    assert outcome.stands.keys() == {each.id for each in now} - {each.id for each in own}
    also = {each.answer for each in settled.decisions if each.also}
    for part, wanted in settled.ask.parts.items():
        here = [answer for answer in now if answer.part == part and answer.id in outcome.stands]
        standing = {answer.id: outcome.stands[answer.id].standing for answer in here}
        going = [answer for answer in here if standing[answer.id].goes]
        assert sum(answer.amount for answer in going if answer.id not in also) <= wanted
        for answer in here:
            if standing[answer.id] is Standing.STANDS_BY:
                assert outcome.covered[part] + answer.amount > wanted
            said = {each.say for each in settled.decisions if each.answer == answer.id}
            untouched = not any(each.lapsed is not None for each in settled.decisions)
            if said == {Say.ACCEPT} and not answer.released and untouched:
                assert standing[answer.id] in (*LIVE, Standing.DONE)


def _same_when_made_anew(neighbours: Neighbours) -> None:
    """A machine that hears of all this for the first time, in another order, says the same."""
    ana = neighbours.ana.replica
    before = ana.applier.view_hash()
    with ana.write(durable=False):
        ana.applier.rebuild()
    while ana.apply_some(limit=neighbours.random.randint(1, 200)):
        pass
    assert ana.applier.view_hash() == before


def test_two_helpers_take_the_last_part_and_the_second_goes_when_the_first_steps_back(
    three: "tuple[Group, Group, Group]",
) -> None:
    ana, ben, cleo = three
    post = ana.post(PostDraft(PostKind.NEED, "Dinners", parts=3)).created or b""
    everybody(three)
    one, other = (each.help_with(post, amount=2).created or b"" for each in (ben, cleo))
    everybody(three)
    goes, stands_by = sorted((one, other))
    for group in three:
        states = {each.id: each.state for each in group.post_detail(post).responses}
        assert states == {goes: Standing.TAKEN, stands_by: Standing.STANDS_BY}
        assert group.post_detail(post).parts[0].left == 1
    (ben if goes == one else cleo).release(goes)
    everybody(three)
    for group in three:
        states = {each.id: each.state for each in group.post_detail(post).responses}
        assert states == {goes: Standing.RELEASED, stands_by: Standing.TAKEN}


def test_what_the_owner_decides_stands_before_what_a_steward_decides(
    three: "tuple[Group, Group, Group]",
) -> None:
    ana, ben, cleo = three  # ana is the steward
    post = ben.post(PostDraft(PostKind.NEED, "A ride", on_behalf_of="Rosa")).created or b""
    everybody(three)
    answers = sorted(each.help_with(post).created or b"" for each in (ana, cleo))
    everybody(three)
    ben.accept(answers[1])
    ana.accept(answers[0])
    everybody(three)
    for group in three:
        states = {each.id: each.state for each in group.post_detail(post).responses}
        assert states == {answers[0]: Standing.STANDS_BY, answers[1]: Standing.ACCEPTED}
        assert [
            each.decided_by for each in group.post_detail(post).responses if each.id == answers[1]
        ]
    assert len({group.replica.applier.view_hash() for group in three}) == 1


@pytest.fixture
def three(tmp_path: Path) -> "Iterator[tuple[Group, Group, Group]]":
    """Ana, a steward, Ben and Cleo."""
    street = Street(tmp_path)
    ana = street.start()
    ben, cleo = street.join(ana), street.join(ana)
    meet(ana, ben, cleo)
    yield Group(ana), Group(ben), Group(cleo)
    street.close()


def everybody(groups: Sequence[Group]) -> None:
    """All hear everything."""
    for _ in range(2):
        for source in groups:
            for target in groups:
                if source is not target:
                    tell(source.replica, target.replica)
