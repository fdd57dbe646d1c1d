# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The conversation between two machines: what it costs, what it survives, what it refuses."""

import tracemalloc
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random

import cbor2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mutualaid.errors import ProtocolError
from mutualaid.model import keys
from mutualaid.model.control import Invite
from mutualaid.model.entry import MAX_BATCH_BYTES, Run, encode_batch
from mutualaid.model.invitation import Invitation, parse_invitation
from mutualaid.model.replica import Replica
from mutualaid.model.statements import encode_holdings
from mutualaid.sync import session as sessions
from mutualaid.sync.frames import Tag
from mutualaid.sync.session import Part, Refused, Session
from tests.helpers.examples import examples
from tests.model.street import ENDS, entries_of, fields_of, forge, say, write
from tests.sync.simulator import Host, Line, Simulator

POST = {"kind": "need", "title": "A ladder", "text": "until Friday", "state": "open"}
MIB = 1 << 20


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    made = Simulator(tmp_path, seed=1)
    yield made
    made.close()


def founder(simulator: Simulator, name: str = "ana") -> Host:
    return simulator.adopt(name, lambda store: Replica.start(store, clock=simulator.clock))


def newcomer(simulator: Simulator, host: Host, name: str, *, uses: int = 1) -> Host:
    invitation = Invitation.generate(host.up.group, "Elm Street", expires=ENDS)
    say(host.up, Invite(invitation.signing.public, uses, ENDS))
    return simulator.adopt(
        name, lambda store: Replica.begin_join(store, invitation, clock=simulator.clock)
    )


def joined(simulator: Simulator, host: Host, name: str) -> Host:
    made = newcomer(simulator, host, name)
    line = simulator.connect(host, made, (Part.HOST, Part.GUEST))
    simulator.run()
    simulator.cut(line)
    assert made.up.joined
    return made


def street(simulator: Simulator, *names: str) -> list[Host]:
    first = founder(simulator, names[0])
    return [first, *(joined(simulator, first, name) for name in names[1:])]


def post(simulator: Simulator, host: Host, title: str = "A ladder") -> bytes:
    record = write(host.up, host.up.me, "post", {**POST, "title": title})
    simulator.tell(host)
    return record


def in_step(simulator: Simulator) -> bool:
    return len(simulator.views()) == 1


def round_trips(line: Line) -> int:
    """How often the talk went there and back, both sides speaking at once counting as one way."""
    return -(-len({round(when, 6) for when, _side, _size in line.flights}) // 2)


# What it costs


@pytest.fixture
def crowd(simulator: Simulator) -> tuple[Host, Host]:
    """Two machines in step, in a group of a hundred devices."""
    ana, ben = street(simulator, "ana", "ben")
    for _ in range(98):
        ana.up.begin_new_device(copied=False)
    simulator.delay = lambda: 0.01
    for _ in range(3):
        line = simulator.connect(ana, ben)
        simulator.run()
        simulator.cut(line)
    assert len(ben.up.membership().devices) == 100
    return ana, ben


def test_meeting_again_with_nothing_new_takes_one_round_trip_and_a_kibibyte(
    simulator: Simulator, crowd: tuple[Host, Host]
) -> None:
    line = simulator.connect(*crowd)
    simulator.run()
    assert round_trips(line) == 1
    assert line.bytes <= 1024
    assert line.frames == 2


def test_meeting_again_with_one_new_entry_takes_two_round_trips_and_ten_kibibytes(
    simulator: Simulator, crowd: tuple[Host, Host]
) -> None:
    ana, ben = crowd
    write(ana.up, ana.up.me, "post", dict(POST))
    line = simulator.connect(ana, ben)
    simulator.run()
    assert in_step(simulator)
    assert round_trips(line) <= 2
    assert line.bytes <= 10 * 1024


# What it does


def test_what_is_posted_while_connected_arrives(simulator: Simulator) -> None:
    ana, ben = street(simulator, "ana", "ben")
    line = simulator.connect(ana, ben)
    simulator.run()
    for number in range(10):
        post(simulator, ana if number % 2 else ben, f"{number}")
    simulator.run()
    assert in_step(simulator)
    assert line.alive


def test_what_is_posted_during_a_long_transfer_arrives(simulator: Simulator) -> None:
    """What is stored while a transfer runs is no part of it, and must follow by itself."""
    ana, ben = street(simulator, "ana", "ben")
    for number in range(60):
        write(ana.up, ana.up.me, "post", {**POST, "text": Random(number).randbytes(6000).hex()})
    session = Session(ana.up, Part.MEMBER, ben.up.device.public)
    other = Session(ben.up, Part.MEMBER, ana.up.device.public)
    session.begin()
    other.begin()
    posted = False
    for _ in range(100):
        moved = False
        for source, target in ((session, other), (other, session)):
            frame = source.next_frame()
            if frame is not None:
                moved = True
                target.receive(frame)
                if source is session and cbor2.loads(frame)[0] == Tag.RUNS and not posted:
                    posted = True
                    write(ana.up, ana.up.me, "post", dict(POST))
                    session.local_change()
        if not moved:
            break
    assert posted
    assert in_step(simulator)


def test_news_reach_who_is_connected_only_through_another(simulator: Simulator) -> None:
    ana, ben, carol = street(simulator, "ana", "ben", "carol")
    simulator.connect(ana, ben)
    simulator.connect(ben, carol)
    simulator.run()
    post(simulator, ana)
    post(simulator, carol)
    simulator.run()
    assert in_step(simulator)


def test_in_a_ring_nothing_goes_round_for_ever(simulator: Simulator) -> None:
    hosts = street(simulator, "ana", "ben", "carol", "dora")
    for one, other in zip(hosts, [*hosts[1:], hosts[0]], strict=True):
        simulator.connect(one, other)
    simulator.run()
    for host in hosts:
        post(simulator, host, host.name)
    simulator.run()
    assert in_step(simulator)


def test_a_newcomer_is_let_in_and_brings_their_page(simulator: Simulator) -> None:
    ana = founder(simulator)
    ben = newcomer(simulator, ana, "ben")
    page = write(ben.up, ben.up.me, "post", dict(POST))
    simulator.connect(ana, ben, (Part.HOST, Part.GUEST))
    simulator.run()
    assert ben.up.joined
    assert in_step(simulator)
    assert fields_of(ana.up, page) is not None


def test_who_comes_too_late_is_told_why(simulator: Simulator) -> None:
    ana = founder(simulator)
    ben = newcomer(simulator, ana, "ben")
    first = simulator.connect(ana, ben, (Part.HOST, Part.GUEST))
    simulator.run()
    simulator.cut(first)
    invitation = ben.up.store.meta("invitation")
    carol = simulator.adopt(
        "carol",
        lambda store: Replica.begin_join(
            store, parse_invitation(invitation), clock=simulator.clock
        ),
    )
    simulator.connect(ana, carol, (Part.HOST, Part.GUEST))
    simulator.run()
    (refused,) = carol.heard
    assert isinstance(refused, Refused)
    assert "used up" in refused.why
    assert not carol.up.joined


# What it survives


@settings(
    max_examples=examples(15),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32))
def test_cuts_delays_and_kills_leave_one_view_and_lose_nothing(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    simulator = Simulator(tmp_path_factory.mktemp("street"), seed)
    try:
        random = simulator.random
        hosts = street(simulator, "ana", "ben", "carol", "dora")
        written: list[bytes] = []

        def act() -> None:
            host = random.choice(hosts)
            match random.randrange(8):
                case 0 | 1 | 2:
                    if host.replica is not None:
                        written.append(post(simulator, host, f"{len(written)}"))
                case 3 | 4:
                    other = random.choice(hosts)
                    if other is not host and host.replica and other.replica:
                        simulator.connect(host, other)
                case 5:
                    if simulator.lines:
                        simulator.cut(random.choice(simulator.lines))
                case 6:
                    simulator.kill(host)
                case 7:
                    simulator.restart(host)

        for _ in range(40):
            act()
            simulator.run(simulator.now + random.uniform(0, 0.2))
        devices = {host.name: host.replica and host.replica.device.public for host in hosts}
        simulator.rest()
        assert in_step(simulator)
        for host in hosts:
            alive = {
                bytes(row[0])
                for row in host.up.store.connection.execute("SELECT id FROM record WHERE alive")
            }
            assert alive >= set(written)
            assert host.dropped == []
            assert not any(device.frozen for device in host.up.membership().devices.values())
            assert devices[host.name] in (None, host.up.device.public)
    finally:
        simulator.close()


@settings(
    max_examples=examples(10),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32))
def test_newcomers_and_copied_profiles_among_cuts_leave_one_view_and_lose_nothing(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    simulator = Simulator(tmp_path_factory.mktemp("street"), seed)
    try:
        random = simulator.random
        street(simulator, "ana", "ben", "carol")
        written: list[bytes] = []
        for number in range(30):
            host = random.choice(simulator.hosts)
            other = random.choice(simulator.hosts)
            match random.randrange(8):
                case 0 | 1 | 2:
                    written.append(post(simulator, host, f"{number}"))
                case 3 | 4:
                    if host is not other and host.up.device.public != other.up.device.public:
                        simulator.connect(host, other)
                case 5:
                    for line in tuple(simulator.lines):
                        simulator.cut(line)
                case 6 if len(simulator.hosts) < 6:
                    simulator.copy(host, f"copy {number}")
                case 7 if len(simulator.hosts) < 6:
                    guest = newcomer(simulator, host, f"guest {number}")
                    line = simulator.connect(host, guest, (Part.HOST, Part.GUEST))
                    simulator.run()
                    simulator.cut(line)
                    assert guest.up.joined
            simulator.run(simulator.now + random.uniform(0, 0.2))
        simulator.rest()
        assert in_step(simulator)
        for host in simulator.hosts:
            rows = host.up.store.connection.execute("SELECT id FROM record WHERE alive")
            assert {bytes(row[0]) for row in rows} >= set(written)
            assert host.up.membership().is_current(host.up.device.public)
    finally:
        simulator.close()


# What it refuses


class Enemy:
    """A member who says what they like to an honest machine."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.ana, self.mallory = street(simulator, "ana", "mallory")
        self.group = self.ana.up.group
        self.most_waiting = 0
        self.renew()

    def renew(self) -> None:
        self.session = Session(self.ana.up, Part.MEMBER, self.mallory.up.device.public)
        self.session.begin()
        while self.session.next_frame() is not None:
            pass

    def say(self, tag: int, *values: object) -> None:
        self.session.receive(cbor2.dumps([tag, *values]))

    def say_all(self, frames: Sequence[tuple[object, ...]]) -> None:
        """Say one thing after another, and listen to no answer."""
        for frame in frames:
            self.session.receive(cbor2.dumps([*frame]))
            self.most_waiting = max(self.most_waiting, self.session._waiting)

    def greet(self) -> None:
        statement = self.mallory.up.statement()
        self.say(Tag.HELLO, bytes(16), bytes(16))
        self.say(Tag.HAVE, statement.body, statement.signature)


@pytest.fixture
def enemy(simulator: Simulator) -> Enemy:
    return Enemy(simulator)


def still_fine(enemy: Enemy) -> None:
    """The machine that was attacked goes on with an honest one."""
    ana = enemy.ana
    ben = joined(enemy.simulator, ana, "ben")
    line = enemy.simulator.connect(ana, ben)
    enemy.simulator.run()
    post(enemy.simulator, ana)
    post(enemy.simulator, ben)
    enemy.simulator.run()
    assert line.alive
    assert ana.up.applier.view_hash() == ben.up.applier.view_hash()


def hostile_frames() -> list[tuple[str, bytes]]:
    random = Random(7)
    huge = (1 << 40).to_bytes(8, "big")
    bomb = zlib.compress(bytes(200 * MIB), 9)
    nested: object = b""
    for _ in range(300):
        nested = [nested]
    return [
        ("empty", b""),
        *((f"random {n}", random.randbytes(n)) for n in (1, 10, 1000, 200_000)),
        ("oversized", bytes(sessions.MOST_FRAME + 1)),
        ("no list", cbor2.dumps(7)),
        ("empty list", cbor2.dumps([])),
        *((f"tag {tag!r}", cbor2.dumps([tag, b""])) for tag in (13, -1, 255, "HELLO", None, 1.5)),
        ("a tag too many", cbor2.dumps([Tag.HELLO])),
        ("long bytes", b"\x82\x02\x5b" + huge),
        ("long text", b"\x82\x02\x7b" + huge),
        ("long list", b"\x9b" + huge),
        ("long map", b"\x82\x04\xbb" + huge),
        ("without end", b"\x9f\x02\x5f" + b"\x41a" * 1000),
        ("deep", b"\x81" * 250_000),
        ("deep batch", cbor2.dumps([Tag.RUNS, cbor2.dumps(nested)])),
        ("regular expression", b"\x82\x03\xd8\x23" + cbor2.dumps("(?:a|b)?" * 20_000)),
        ("big number", b"\x82\x04\xc2" + cbor2.dumps(b"\xff" * 200_000)),
        ("cycle", bytes.fromhex("8203d81c81d81d00")),
        ("statement as a number", cbor2.dumps([Tag.STATEMENTS, [[8 * MIB * 1024, b""]]])),
        ("statements as a number", cbor2.dumps([Tag.STATEMENTS, 5])),
        ("seen as bytes", cbor2.dumps([Tag.SEEN, b"abc"])),
        ("times as list", cbor2.dumps([Tag.TIMES, [1, 2]])),
        ("bomb", cbor2.dumps([Tag.RUNS, cbor2.dumps([[], b"", bomb])])),
        ("torn batch", cbor2.dumps([Tag.RUNS, cbor2.dumps([[], b"", zlib.compress(b"x")[:-1]])])),
        ("batch of numbers", cbor2.dumps([Tag.RUNS, cbor2.dumps([1, 2, 3])])),
        ("batch of text", cbor2.dumps([Tag.RUNS, cbor2.dumps([[], "", zlib.compress(b"")])])),
        ("a newcomer among members", cbor2.dumps([Tag.JOIN, *[b""] * 7])),
        ("welcome to a member", cbor2.dumps([Tag.WELCOME])),
        ("refusal to a member", cbor2.dumps([Tag.REFUSED, "no"])),
        (
            "a head of many branches",
            cbor2.dumps([Tag.SEEN, [[bytes(8), [0, bytes(8)] * 10_000, []]]]),
        ),
    ]


@pytest.mark.parametrize(("what", "frame"), hostile_frames(), ids=lambda value: str(value)[:30])
def test_a_hostile_frame_ends_the_conversation_and_nothing_else(
    enemy: Enemy, what: str, frame: bytes
) -> None:
    enemy.greet()
    before = enemy.ana.up.applier.view_hash()
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolError):
            enemy.session.receive(frame)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 * MIB
    assert enemy.ana.up.applier.view_hash() == before
    still_fine(enemy)


def test_a_bomb_is_inflated_to_its_bound_and_no_further(enemy: Enemy) -> None:
    bomb = zlib.compress(bytes(MAX_BATCH_BYTES + 1), 9)
    with pytest.raises(ProtocolError, match="inflates past its bound"):
        enemy.session.receive(cbor2.dumps([Tag.RUNS, cbor2.dumps([[], b"", bomb])]))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frame=st.binary(max_size=300))
def test_any_bytes_are_understood_or_refused(enemy: Enemy, frame: bytes) -> None:
    with suppress(ProtocolError):
        enemy.session.receive(frame)
    enemy.renew()


_values: st.SearchStrategy[object] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.binary(max_size=40), st.text(max_size=9)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.binary(max_size=9), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tag=st.sampled_from(list(Tag)), values=st.lists(_values, max_size=7), greeted=st.booleans())
def test_any_value_in_a_frame_is_understood_or_refused(
    enemy: Enemy, tag: Tag, values: list[object], greeted: bool
) -> None:
    enemy.renew()
    with suppress(ProtocolError):
        if greeted:
            enemy.greet()
        enemy.say(tag, *values)


def test_asking_for_everything_over_and_over_ends_it(enemy: Enemy) -> None:
    enemy.greet()
    statement = enemy.mallory.up.statement()
    have = [(Tag.HAVE, statement.body, statement.signature)] * (sessions.MOST_HAVES + 1)
    with pytest.raises(ProtocolError, match="over and over"):
        enemy.say_all(have)


def test_asking_for_statements_twice_ends_it(enemy: Enemy) -> None:
    enemy.greet()
    enemy.say(Tag.TIMES, {})
    with pytest.raises(ProtocolError):
        enemy.say(Tag.TIMES, {})


def test_telling_of_endless_devices_ends_it(enemy: Enemy) -> None:
    enemy.greet()
    seen = [
        (Tag.SEEN, [[(number << 32 | n).to_bytes(8, "big"), [], []] for n in range(1000)])
        for number in range(20)
    ]
    with pytest.raises(ProtocolError, match="more devices"):
        enemy.say_all(seen)


def test_a_member_who_replays_a_batch_and_never_listens_is_dropped(
    enemy: Enemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each replay is answered; the answers of who does not read do not pile up for ever."""
    enemy.greet()
    (batch, *_) = enemy.ana.up.journal.lacking({})
    before = entries_of(enemy.ana.up)
    monkeypatch.setattr(sessions, "MOST_WAITING", 4096)
    with pytest.raises(ProtocolError, match="does not listen"):
        enemy.say_all([(Tag.RUNS, encode_batch(batch))] * 1000)
    assert enemy.most_waiting < 2 * 4096
    assert entries_of(enemy.ana.up) == before
    still_fine(enemy)


def test_news_for_who_does_not_listen_are_left_out(enemy: Enemy) -> None:
    enemy.greet()
    big = b"x" * 64 * 1024
    for _ in range(100):
        enemy.session.pass_on([(big, bytes(64))])
    assert enemy.session._waiting < sessions.MOST_NEWS + 2 * len(big)


def test_a_wrong_signature_is_blamed_on_who_sent_it(enemy: Enemy) -> None:
    enemy.greet()
    ana, mallory = enemy.ana.up, enemy.mallory.up
    for author in (ana.device.public, mallory.device.public):
        enemy.renew()
        run, _hash = forge(enemy.group, author, keys.SigningKey.generate(), [b"x"])
        with pytest.raises(ProtocolError, match="signature"):
            enemy.say(Tag.RUNS, encode_batch([run]))
    still_fine(enemy)


def test_gaps_and_unknown_devices_are_not_stored_and_cost_a_bounded_answer(enemy: Enemy) -> None:
    enemy.greet()
    stranger = keys.SigningKey.generate()
    mallory = enemy.mallory.up
    before = entries_of(enemy.ana.up)
    runs: list[Run] = [
        forge(enemy.group, stranger.public, stranger, [b"x"])[0],
        forge(enemy.group, mallory.device.public, mallory.device, [b"x"], first=9, prev=bytes(32))[
            0
        ],
    ]
    answers = 0
    for _ in range(100):
        enemy.say(Tag.RUNS, encode_batch(runs))
        while (frame := enemy.session.next_frame()) is not None:
            answers += cbor2.loads(frame)[0] == Tag.HAVE
    assert answers <= sessions.MOST_HAVES
    assert entries_of(enemy.ana.up) == before
    still_fine(enemy)


def test_who_claims_another_device_in_a_statement_is_dropped(enemy: Enemy) -> None:
    other = joined(enemy.simulator, enemy.ana, "ben").up.statement()
    enemy.say(Tag.HELLO, bytes(16), bytes(16))
    with pytest.raises(ProtocolError):
        enemy.say(Tag.HAVE, other.body, other.signature)


def test_an_altered_statement_is_not_kept(enemy: Enemy) -> None:
    enemy.greet()
    ana = enemy.ana.up
    body = cbor2.dumps([ana.group, ana.device.public, 1 << 50, encode_holdings({})])
    enemy.say(Tag.STATEMENTS, [[body, bytes(64)]])
    assert max(each.created for each in ana.statements()) < 1 << 50


def test_an_invitation_holder_who_names_a_members_device_gets_nothing(
    simulator: Simulator,
) -> None:
    ana = founder(simulator)
    asked = newcomer(simulator, ana, "mallory").up.join_request()
    session = Session(ana.up, Part.HOST, None)
    session.begin()
    with pytest.raises(ProtocolError):
        session.receive(
            cbor2.dumps(
                [
                    *(Tag.JOIN, asked.invitation, ana.up.device.public, asked.signing),
                    *(asked.sealing, asked.proof, asked.consent, asked.vow),
                ]
            )
        )
    assert session.next_frame() is None


def test_a_newcomer_who_was_refused_is_not_asked_again(simulator: Simulator) -> None:
    ana = founder(simulator)
    strange = Invitation.generate(ana.up.group, "Elm Street", expires=ENDS)
    guest = simulator.adopt(
        "guest", lambda store: Replica.begin_join(store, strange, clock=simulator.clock)
    )
    asked = guest.up.join_request()
    session = Session(ana.up, Part.HOST, None)
    frame = cbor2.dumps(
        [
            *(Tag.JOIN, asked.invitation, asked.device, asked.signing),
            *(asked.sealing, asked.proof, asked.consent, asked.vow),
        ]
    )
    session.receive(frame)
    answer = session.next_frame()
    assert answer is not None
    assert cbor2.loads(answer)[0] == Tag.REFUSED
    with pytest.raises(ProtocolError, match="after the end"):
        session.receive(frame)
