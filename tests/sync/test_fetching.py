# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Photos between machines: they follow the text, whatever happens to the lines, and no machine
can send or ask more than is bearable."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from random import Random

import cbor2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mutualaid.errors import ProtocolError
from mutualaid.model import blobs, keys, photos
from mutualaid.model.group import Group
from mutualaid.model.values import PhotoDraft, PostDraft, PostKind, Scalar
from mutualaid.sync import fetching
from mutualaid.sync.fetching import MOST_ASKED, MOST_ASKS, PIECE, Claims, Fetching
from mutualaid.sync.frames import Tag
from mutualaid.sync.session import MOST_FRAME, MOST_WAITING
from tests.helpers.examples import examples
from tests.helpers.pictures import draft, noise, saved
from tests.model.street import tell, write
from tests.sync.simulator import Host, Line, Simulator
from tests.sync.test_session import Enemy, round_trips, still_fine, street

LARGE = 1280


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    made = Simulator(tmp_path, seed=1)
    yield made
    made.close()


def offer(host: Host, *drafts: PhotoDraft) -> bytes:
    post = Group(host.up).post(PostDraft(PostKind.OFFER, "A ladder"), drafts).created
    assert post is not None
    return post


def held(host: Host) -> set[bytes]:
    return {bytes(row[0]) for row in host.up.store.connection.execute("SELECT hash FROM blob")}


def tags(line: Line, simulator: Simulator) -> list[Tag]:
    """What is said on a line from now on."""
    said: list[Tag] = []
    for session in line.sessions:
        take = session.receive

        def receive(frame: bytes, take: Callable[[bytes], object] = take) -> object:
            said.append(Tag(cbor2.loads(frame)[0]))
            return take(frame)

        session.receive = receive  # type: ignore[assignment,method-assign]
    return said


# What it does


def test_a_photo_posted_while_connected_arrives_and_is_told(simulator: Simulator) -> None:
    ana, ben = street(simulator, "ana", "ben")
    line = simulator.connect(ana, ben)
    simulator.run()
    offer(ana, draft(1, side=LARGE), draft(2))
    simulator.tell(ana)
    simulator.run()
    assert held(ben) == {draft(1, side=LARGE).hash, draft(2).hash}
    assert Group(ben.up).photo(draft(2).hash) == draft(2).data
    assert line.alive
    touched = ben.up.touched_since(0)
    assert touched.concerns("post")


def test_photos_of_before_arrive_with_the_first_meeting_or_the_next(simulator: Simulator) -> None:
    ana, ben = street(simulator, "ana", "ben")
    for number in range(30):
        offer(ana, draft(number))
    simulator.connect(ana, ben)
    simulator.run()
    assert held(ben) == held(ana)
    assert len(held(ben)) == 30


def test_nothing_is_said_of_photos_when_none_is_missing(simulator: Simulator) -> None:
    ana, ben = street(simulator, "ana", "ben")
    offer(ana, draft(1))
    for _ in range(3):
        line = simulator.connect(ana, ben)
        simulator.run()
        simulator.cut(line)
    assert held(ben) == held(ana)
    line = simulator.connect(ana, ben)
    simulator.run()
    assert line.frames == 2
    assert round_trips(line) == 1
    assert line.bytes <= 1024


def test_text_goes_before_photos(simulator: Simulator) -> None:
    """Of a long transfer each photo waits for the last entry; what is posted meanwhile overtakes
    the pieces."""
    ana, ben = street(simulator, "ana", "ben")
    offer(ana, *(draft(number, side=LARGE) for number in range(4)))
    line = simulator.connect(ana, ben)
    said = tags(line, simulator)
    simulator.run()
    first = said.index(Tag.PIECE)
    assert Tag.RUNS in said[:first]
    assert Tag.RUNS not in said[first:]
    assert said.count(Tag.PIECE) > 4
    # The line is never asked for more than what is next.
    session = line.sessions[0]
    offer(ana, draft(9, side=LARGE))
    session.local_change()
    fetch = session._fetching
    fetch.take_want([draft(1, side=LARGE).hash])
    frame = session.next_frame()
    assert frame is not None
    assert cbor2.loads(frame)[0] == Tag.RUNS


def test_each_photo_is_asked_of_one_machine_only(simulator: Simulator) -> None:
    ana, ben, carol, dora = street(simulator, "ana", "ben", "carol", "dora")
    for number in range(20):
        offer(ana, draft(number))
    for host in (ben, carol):
        line = simulator.connect(ana, host)
        simulator.run()
        simulator.cut(line)
        assert held(host) == held(ana)
    lines = [simulator.connect(dora, host) for host in (ana, ben, carol)]
    said = [tags(line, simulator) for line in lines]
    simulator.run()
    assert held(dora) == held(ana)
    assert sum(each.count(Tag.PIECE) for each in said) == 20
    assert all(each.count(Tag.PIECE) for each in said), "asked of all who are there"


def test_who_asked_in_vain_is_told_when_the_photo_has_come(simulator: Simulator) -> None:
    ana, ben, carol = street(simulator, "ana", "ben", "carol")
    offer(ana, draft(1))
    tell(ana.up, ben.up)
    line = simulator.connect(ben, carol)
    said = tags(line, simulator)
    simulator.run()
    assert {Tag.WANT, Tag.LACK} <= set(said)
    assert Tag.PIECE not in said
    simulator.connect(ana, ben)
    simulator.run()
    assert Tag.HERE in said
    assert held(carol) == held(ben) == held(ana)


def test_a_photo_goes_on_along_a_line_of_machines(simulator: Simulator) -> None:
    hosts = street(simulator, "ana", "ben", "carol", "dora")
    for one, other in pairwise(hosts):
        simulator.connect(one, other)
    simulator.run()
    offer(hosts[0], draft(1, side=LARGE), draft(2))
    simulator.tell(hosts[0])
    simulator.run()
    for host in hosts:
        assert held(host) == held(hosts[0])


def test_what_a_cut_interrupted_comes_from_another_at_once(simulator: Simulator) -> None:
    ana, ben, carol = street(simulator, "ana", "ben", "carol")
    offer(ana, draft(1, side=LARGE))
    line = simulator.connect(ana, carol)
    simulator.run()
    simulator.cut(line)
    slow = simulator.connect(ana, ben)
    said = tags(slow, simulator)
    while said.count(Tag.PIECE) < 3:
        simulator.run(simulator.now + 0.01)
    assert held(ben) == set()
    other = simulator.connect(carol, ben)
    simulator.run(simulator.now + 0.3)
    if not held(ben):
        simulator.cut(slow)
    simulator.run()
    assert held(ben) == held(ana)
    assert other.alive


def test_what_is_forgotten_meanwhile_is_not_kept(simulator: Simulator) -> None:
    ana, ben = street(simulator, "ana", "ben")
    post = offer(ana, draft(1, side=LARGE))
    line = simulator.connect(ana, ben)
    said = tags(line, simulator)
    while said.count(Tag.PIECE) < 2:
        simulator.run(simulator.now + 0.01)
    Group(ana.up).purge(post)
    tell(ana.up, ben.up)
    simulator.run()
    assert held(ana) == held(ben) == set()
    assert line.alive


# What it survives


@settings(
    max_examples=examples(12),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32))
def test_cuts_delays_and_kills_leave_every_photo_everywhere(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    simulator = Simulator(tmp_path_factory.mktemp("street"), seed)
    try:
        random = simulator.random
        hosts = street(simulator, "ana", "ben", "carol", "dora")
        posts: list[tuple[Host, bytes, PhotoDraft]] = []
        gone: set[bytes] = set()
        for number in range(40):
            host, other = random.choice(hosts), random.choice(hosts)
            match random.randrange(9):
                case 0 | 1 | 2 if host.replica is not None:
                    shown = draft(number, side=random.choice((40, 400)))
                    posts.append((host, offer(host, shown), shown))
                    simulator.tell(host)
                case 3 | 4 if other is not host and host.replica and other.replica:
                    simulator.connect(host, other)
                case 5 if simulator.lines:
                    simulator.cut(random.choice(simulator.lines))
                case 6:
                    simulator.kill(host)
                case 7:
                    simulator.restart(host)
                case 8 if posts:
                    owner, post, shown = random.choice(posts)
                    if owner.replica is not None and shown.hash not in gone:
                        gone.add(shown.hash)
                        Group(owner.up).remove_photo(post, shown.hash)
                        simulator.tell(owner)
            simulator.run(simulator.now + random.uniform(0, 0.3))
        simulator.rest()
        wanted = {shown.hash for _host, _post, shown in posts} - gone
        for host in hosts:
            assert held(host) == wanted
            assert host.dropped == []
            assert len(host.up.blobs.missing()) == 0
            assert not host.claims._by
    finally:
        simulator.close()


# What it refuses


@pytest.fixture
def enemy(simulator: Simulator) -> Enemy:
    """Mallory, a member, has been heard, and is asked for the photos of a post of theirs."""
    made = Enemy(simulator)
    for number in range(3):
        write(
            made.mallory.up,
            made.mallory.up.me,
            "post",
            {
                "kind": "need",
                "title": "x",
                **{f"photo:{place}": draft(number * 4 + place).hash for place in (1, 2, 3, 4)},
            },
        )
    made.greet()
    tell(made.mallory.up, made.ana.up)
    frames = list(iter(made.session.next_frame, None))
    said = [cbor2.loads(frame) for frame in frames]
    (wanted,) = [values[0] for tag, *values in said if tag == Tag.WANT]
    assert len(wanted) == MOST_ASKED
    made.wanted = wanted  # type: ignore[attr-defined]
    return made


def known(digest: bytes) -> PhotoDraft:
    return next(draft(number) for number in range(20) if draft(number).hash == digest)


def wanted_of(enemy: Enemy) -> list[bytes]:
    found: list[bytes] = enemy.wanted  # type: ignore[attr-defined]
    return found


def breaches(wanted: list[bytes]) -> dict[str, list[tuple[object, ...]]]:
    one, two = wanted[:2]
    data = known(one).data
    long = Random(1).randbytes(600 * 1024)
    return {
        "not asked for": [(Tag.PIECE, draft(99).hash, 0, len(draft(99).data), draft(99).data)],
        "another's bytes": [(Tag.PIECE, one, 0, len(known(two).data), known(two).data)],
        "too long": [(Tag.PIECE, one, 0, len(long), long[:PIECE])],
        "longer than said": [(Tag.PIECE, one, 0, 10, data)],
        "a piece too large": [(Tag.PIECE, one, 0, 200_000, long[:200_000])],
        "a piece too small": [(Tag.PIECE, one, 0, 200_000, long[:10])],
        "an empty piece": [(Tag.PIECE, one, 0, 0, b"")],
        "a gap": [(Tag.PIECE, one, 0, 99_000, long[:PIECE]), (Tag.PIECE, one, 99, 99_000, b"x")],
        "not from the beginning": [(Tag.PIECE, one, 32768, 99_000, long[:PIECE])],
        "two at once": [
            (Tag.PIECE, one, 0, 99_000, long[:PIECE]),
            (Tag.PIECE, two, 0, 99_000, long[:PIECE]),
        ],
        "another length": [
            (Tag.PIECE, one, 0, 99_000, long[:PIECE]),
            (Tag.PIECE, one, PIECE, 98_000, long[:PIECE]),
        ],
        "before the beginning": [(Tag.PIECE, one, -1, 100, data)],
        "text": [(Tag.PIECE, one, 0, 5, "bytes")],
        "a list for a hash": [(Tag.PIECE, [one], 0, 5, b"bytes")],
        "a fraction": [(Tag.PIECE, one, 0.0, 5.0, b"bytes")],
        "too few values": [(Tag.PIECE, one)],
        "twice": [(Tag.PIECE, one, 0, len(data), data)] * 2,
        "lack of what nobody asked": [(Tag.LACK, [bytes(32)])],
        "lack of what comes": [(Tag.PIECE, one, 0, 99_000, long[:PIECE]), (Tag.LACK, [one])],
        "lack twice": [(Tag.LACK, [one]), (Tag.LACK, [one])],
        "lack of a number": [(Tag.LACK, 5)],
        "short hashes": [(Tag.WANT, [b"x"])],
        "no hashes": [(Tag.WANT, b"x" * 32)],
        "hashes of text": [(Tag.HERE, ["x" * 32])],
        "wanting too many": [(Tag.WANT, [keys.random(32) for _ in range(MOST_ASKED + 2)])],
        "wanting without end": [(Tag.WANT, [bytes(32)])] * (MOST_ASKED + 2),
        "a long list": [(Tag.HERE, [bytes(32)] * 5000)],
    }


@pytest.mark.parametrize("what", sorted(breaches([draft(1).hash, draft(2).hash])))
def test_who_breaks_the_rules_of_photos_is_dropped(enemy: Enemy, what: str) -> None:
    before = held(enemy.ana)
    *good, bad = breaches(wanted_of(enemy))[what]
    for frame in good:
        enemy.say(*frame)  # type: ignore[arg-type]
    with pytest.raises(ProtocolError):
        enemy.say(*bad)  # type: ignore[arg-type]
    allowed = {known(wanted_of(enemy)[0]).hash} if what == "twice" else set()
    assert held(enemy.ana) - before <= allowed
    enemy.session.end()
    still_fine(enemy)


def test_an_honest_answer_is_kept(enemy: Enemy) -> None:
    for digest in wanted_of(enemy):
        data = known(digest).data
        enemy.say(Tag.PIECE, digest, 0, len(data), data)
    assert held(enemy.ana) == set(wanted_of(enemy))


@pytest.mark.parametrize("data", [b"no photo", saved(noise(8, 8), "PNG"), bytes(500_000)])
def test_what_is_named_and_is_no_photo_is_not_kept_and_blames_nobody(
    simulator: Simulator, data: bytes
) -> None:
    """Whoever named it is to blame, and need not be the machine that brought it."""
    ana, mallory = street(simulator, "ana", "mallory")
    digest = photos.photo_hash(data)
    post: dict[str, Scalar] = {"kind": "need", "title": "x", "photo:1": digest}
    write(mallory.up, mallory.up.me, "post", post)
    with mallory.up.write(durable=False):
        blobs.put(mallory.up.store.connection, digest, data)
    line = simulator.connect(ana, mallory)
    simulator.run()
    assert held(ana) == set()
    assert line.alive
    said = tags(line, simulator)
    simulator.tell(ana)
    simulator.run()
    assert Tag.WANT not in said


def test_photos_that_nobody_has_cost_little_and_hide_nothing(simulator: Simulator) -> None:
    ana, mallory, ben = street(simulator, "ana", "mallory", "ben")
    offer(ben, draft(1))
    for _ in range(200):
        post: dict[str, Scalar] = {"kind": "need", "title": "x"}
        post |= {f"photo:{place}": keys.random(32) for place in (1, 2, 3, 4)}
        write(mallory.up, mallory.up.me, "post", post)
    tell(mallory.up, ben.up)
    line = simulator.connect(ana, ben)
    said = tags(line, simulator)
    simulator.run()
    assert held(ana) == {draft(1).hash}
    assert said.count(Tag.WANT) <= blobs.MOST_MISSING_OF_AUTHOR + 10
    assert line.bytes < 200_000
    assert line.alive


def test_only_what_a_living_post_names_is_given_away(enemy: Enemy) -> None:
    secret = draft(77)
    with enemy.ana.up.write(durable=False):
        blobs.put(enemy.ana.up.store.connection, secret.hash, secret.data)
    enemy.say(Tag.WANT, [secret.hash])
    frame = enemy.session.next_frame()
    assert frame is not None
    assert cbor2.loads(frame) == [Tag.LACK, [secret.hash]]


def test_who_asks_and_never_listens_costs_one_photo_of_memory(enemy: Enemy) -> None:
    offer(enemy.ana, draft(5, side=LARGE))
    enemy.say(Tag.WANT, [draft(5, side=LARGE).hash] * MOST_ASKED)
    assert enemy.session._waiting < MOST_WAITING
    assert not enemy.session._outbox
    with pytest.raises(ProtocolError, match="too many photos"):
        enemy.say(Tag.WANT, [draft(5, side=LARGE).hash] * 2)


def test_pieces_fit_a_frame_and_leave_room_for_others() -> None:
    assert PIECE * 4 <= MOST_FRAME
    assert fetching.LEAST_PIECE < PIECE < fetching.MOST_PIECE < MOST_FRAME


# Patience


class Shelf:
    """Photos that a Fetching asks for, and none it could give."""

    def __init__(self, *hashes: bytes) -> None:
        self.hashes = dict.fromkeys(hashes)
        self.kept: list[bytes] = []
        self.blobs = self

    def version(self) -> int:
        return len(self.kept)

    def missing(self) -> list[bytes]:
        return [digest for digest in self.hashes if digest not in self.kept]

    def held(self, hashes: object) -> set[bytes]:
        return set()

    def serve(self, digest: bytes) -> bytes | None:
        return None

    def keep_blob(self, digest: bytes, data: bytes) -> bool:
        self.kept.append(digest)
        return True


def asked(one: Fetching) -> list[bytes]:
    message = one.next_message(may_ask=True)
    assert message is None or message[0] == Tag.WANT
    return list(message[1]) if message else []  # type: ignore[call-overload]


def test_who_does_not_answer_keeps_nothing_from_others() -> None:
    shelf, claims = Shelf(*(draft(number).hash for number in range(5))), Claims()
    slow, other = Fetching(shelf, claims), Fetching(shelf, claims)
    assert len(asked(slow)) == 5
    assert asked(other) == []
    assert not slow.lose_patience()
    assert slow.lose_patience()
    assert asked(slow) == []
    assert len(asked(other)) == 5
    late = draft(0)
    assert slow.take_piece(late.hash, 0, len(late.data), late.data) == (True, True)
    assert asked(slow) == []


def test_who_drips_keeps_only_what_is_under_way_from_others() -> None:
    large = draft(1, side=LARGE)
    shelf, claims = Shelf(large.hash, draft(2).hash, draft(3).hash), Claims()
    slow, other = Fetching(shelf, claims), Fetching(shelf, claims)
    assert len(asked(slow)) == 3
    slow.lose_patience()
    slow.take_piece(large.hash, 0, len(large.data), large.data[:PIECE])
    assert slow.lose_patience()
    assert set(asked(other)) == {draft(2).hash, draft(3).hash}
    assert slow.lose_patience()
    assert asked(other) == [large.hash]


def test_when_a_line_breaks_others_are_asked() -> None:
    shelf, claims = Shelf(draft(1).hash), Claims()
    broken, other = Fetching(shelf, claims), Fetching(shelf, claims)
    assert asked(broken) == [draft(1).hash]
    assert broken.end()
    assert asked(broken) == []
    assert asked(other) == [draft(1).hash]
    assert not broken.end()


def test_who_says_that_it_has_come_is_asked_again() -> None:
    shelf, claims = Shelf(draft(1).hash), Claims()
    one, other = Fetching(shelf, claims), Fetching(shelf, claims)
    assert asked(one) == [draft(1).hash]
    one.take_lack([draft(1).hash])
    assert asked(one) == []
    one.take_here([draft(1).hash])
    assert asked(one) == [draft(1).hash]
    one.take_lack([draft(1).hash])
    assert asked(other) == [draft(1).hash]


def test_one_session_asks_only_so_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MOST_ASKS", 3)
    one = Fetching(Shelf(*(draft(number).hash for number in range(5))), Claims())
    first = asked(one)
    assert len(first) == 3
    one.take_lack(first)
    assert asked(one) == []
    assert MOST_ASKS > 1000
