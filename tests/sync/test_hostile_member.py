# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A member who breaks the rules at the open port of a machine, while an honest one goes on."""

import asyncio
import contextlib
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

import cbor2
import pytest

from mutualaid.model import crdt, keys
from mutualaid.model.change import IDENTITY
from mutualaid.model.content import Identity, encode_changes
from mutualaid.model.control import AddDevice, encode
from mutualaid.model.entry import Chain, encode_batch
from mutualaid.model.group import Group
from mutualaid.model.profile import Profile
from mutualaid.model.replica import Replica
from mutualaid.model.values import PostDraft, PostKind, Scalar
from mutualaid.sync.addresses import Address
from mutualaid.sync.channel import Channel, connect
from mutualaid.sync.ending import ChannelError, Ending
from mutualaid.sync.frames import Tag
from mutualaid.sync.node import Node, Recogniser
from mutualaid.sync.session import MOST_FRAME
from tests.helpers.changes import Raw
from tests.model.street import entries_of, forge, meet

ENVIRONMENT = {"MUTUALAID_NO_KEYRING": "1"}
POST: dict[str, Scalar] = {"kind": "need", "title": "Rubbish", "text": "rubbish", "state": "open"}
SECONDS = 20


@dataclass
class Machines:
    """Ana's and Ben's machines run; Mallory has a profile and bad intentions."""

    ana: Group
    ben: Group
    mallory: Group
    profiles: tuple[Profile, Profile, Profile]
    changed: asyncio.Event
    port: int = 0

    async def until(self, true: Callable[[], bool], what: str) -> None:
        """Wait until something is true, looking whenever a machine says that it changed."""
        try:
            async with asyncio.timeout(SECONDS):
                while not true():
                    self.changed.clear()
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(0.05):
                            await self.changed.wait()
        except TimeoutError:
            raise AssertionError(f"it never came to {what}") from None

    async def honest_exchange(self) -> None:
        """Ana and Ben post, and each sees what the other posted."""
        for author, reader in ((self.ana, self.ben), (self.ben, self.ana)):
            post = author.post(PostDraft(PostKind.NEED, "A ladder")).created
            assert post is not None

            def shown(reader: Group = reader, post: bytes = post) -> bool:
                reader.refresh()
                return any(row.id == post for row in reader.posts(limit=1000))

            await self.until(shown, "an honest post on the other side")

    def same_view(self) -> bool:
        self.ana.refresh()
        self.ben.refresh()
        return self.ana.replica.applier.view_hash() == self.ben.replica.applier.view_hash()

    @contextlib.asynccontextmanager
    async def attack(self) -> AsyncIterator[Channel]:
        """A channel to Ana's machine, on which Mallory has greeted as is proper."""
        replica = self.mallory.replica
        replica.refresh()
        channel = await connect(Recogniser(lambda: [replica]), (Address("127.0.0.1", self.port),))
        async with channel:
            statement = replica.statement()
            await channel.send(cbor2.dumps([Tag.HELLO, bytes(16), bytes(16)]))
            await channel.send(cbor2.dumps([Tag.HAVE, statement.body, statement.signature]))
            yield channel


Scenario = Callable[[Machines], Awaitable[None]]


@pytest.fixture
def profiles(tmp_path: Path) -> Iterator[tuple[Profile, Profile, Profile]]:
    with contextlib.ExitStack() as stack:
        ana, ben, mallory = (
            stack.enter_context(Profile.open(tmp_path / name, environ=ENVIRONMENT))
            for name in ("ana", "ben", "mallory")
        )
        with ana.start("Elm Street", "Ana") as host:
            invitation = host.invite()
            for profile, name in ((ben, "Ben"), (mallory, "Mallory")):
                with profile.join(invitation, name) as guest:
                    host.replica.admit(guest.replica.join_request())
                    meet(host.replica, guest.replica)
                    assert guest.joined
        yield ana, ben, mallory


def play(profiles: tuple[Profile, Profile, Profile], scenario: Scenario) -> None:
    """Run both nodes on loopback, and the scenario between them."""

    async def run() -> None:
        changed = asyncio.Event()
        with contextlib.ExitStack() as stack:
            groups = [stack.enter_context(profile.open_group()) for profile in profiles]
            machines = Machines(groups[0], groups[1], groups[2], profiles, changed)
            first = Node(
                profiles[0],
                listen=Address("127.0.0.1", 0),
                discovery=False,
                stored=changed.set,
            )
            machines.port = (await first.start()).port
            second = Node(
                profiles[1],
                listen=Address("127.0.0.1", 0),
                peers=[Address("127.0.0.1", machines.port)],
                discovery=False,
                stored=changed.set,
            )
            await second.start()
            try:
                await machines.honest_exchange()
                await scenario(machines)
                await machines.honest_exchange()
                await machines.until(machines.same_view, "the same view")
                assert not any(row.title == "Rubbish" for row in machines.ana.posts(limit=1000))
                assert machines.ana.replica.journal.problems() == []
            finally:
                await second.stop()
                await first.stop()

    asyncio.run(run())


async def send_until_dropped(channel: Channel, frames: Sequence[bytes]) -> Ending:
    """Send frames and listen; return why the other side hung up."""
    try:
        for frame in frames:
            await channel.send(frame)
        async with asyncio.timeout(SECONDS):
            while True:
                await channel.receive()
    except ChannelError as error:
        return error.ending


async def send_and_be_answered(channel: Channel, frames: Sequence[bytes]) -> None:
    """Send frames, each a batch of entries, and wait until the last was taken."""
    for frame in frames:
        await channel.send(frame)
    answers = 0
    async with asyncio.timeout(SECONDS):
        while answers < len(frames):
            answers += cbor2.loads(await channel.receive())[0] == Tag.SEEN


def is_applied(replica: Replica) -> bool:
    return not replica.applier.backlog()


def runs(*made: object) -> bytes:
    return cbor2.dumps([Tag.RUNS, encode_batch([*made])])  # type: ignore[list-item]


# What breaks the protocol: the sender is dropped


def breaking_frames(mallory: Group) -> list[bytes]:
    replica = mallory.replica
    group, public, device = mallory.id, mallory.device, replica.device
    signed, _hash = forge(group, public, device, [b"x"])
    wrong_hash = signed.items[0]._replace(payload=b"y")
    from dataclasses import replace

    return [
        Random(1).randbytes(5000),
        bytes(MOST_FRAME),
        cbor2.dumps([99, b""]),
        b"\x82\x02\x5b" + (1 << 60).to_bytes(8, "big"),
        b"\x81" * 200_000,
        cbor2.dumps([Tag.RUNS, cbor2.dumps([[], b"", zlib.compress(bytes(50 << 20), 9)])]),
        cbor2.dumps([Tag.STATEMENTS, [[1 << 33, b""]]]),
        cbor2.dumps([Tag.PIECE, bytes(32), 0, 5, b"bytes"]),
        cbor2.dumps([Tag.WANT, [bytes(32)] * 100]),
        cbor2.dumps([Tag.LACK, [bytes(32)]]),
        runs(forge(group, public, keys.SigningKey.generate(), [b"x"])[0]),
        runs(replace(signed, items=[wrong_hash])),
    ]


def test_who_breaks_the_protocol_is_dropped_and_the_others_go_on(
    profiles: tuple[Profile, Profile, Profile],
) -> None:
    async def scenario(machines: Machines) -> None:
        before = entries_of(machines.ana.replica)
        for frame in breaking_frames(machines.mallory):
            async with machines.attack() as channel:
                assert await send_until_dropped(channel, [frame]) is Ending.BROKE_PROTOCOL
        assert entries_of(machines.ana.replica) == before

    play(profiles, scenario)


# What is refused, or stored and void


def misfits(mallory: Group) -> list[bytes]:
    """Entries that are refused without blame, since others may have sent them in good faith."""
    group, public, device = mallory.id, mallory.device, mallory.replica.device
    stranger = keys.SigningKey.generate()
    person = keys.SigningKey.generate()
    unknown = AddDevice(keys.random(16), person.sign(b"x"))
    return [
        runs(forge(group, public, device, [b"x"], first=500, prev=bytes(32))[0]),
        runs(forge(group, stranger.public, stranger, [b"x"])[0]),
        runs(forge(group, stranger.public, stranger, [encode(unknown)], chain=Chain.CONTROL)[0]),
    ]


def void_changes(mallory: Group, ana: Group) -> list[bytes]:
    """Payloads that are stored and mean nothing."""
    replica = mallory.replica
    identity = Identity(mallory.id, mallory.me, keys.random(8), "post")
    start: dict[str, Scalar] = {IDENTITY: identity.data, **POST}
    foreign = crdt.create(crdt.new_actor(keys.device_hash(ana.device)), start)
    short = Raw(actor=b"short").sealed()

    counter = Raw(actor=replica.actor).with_columns(c56=b"\x7f\x18", c57=b"\x01").sealed()
    good = crdt.create(replica.actor, start)
    deflated = good[:8] + b"\x02" + good[9:]
    return [
        b"",
        b"rubbish",
        cbor2.dumps([1, [[identity.record_id, b""]]]),
        cbor2.dumps([1, [[identity.record_id, 1 << 40]]]),
        *(
            encode_changes([(identity.record_id, change)])
            for change in (foreign, short, counter, deflated, good + b"more", good[:-1])
        ),
        encode_changes([(bytes(16), good)]),
        encode_changes(
            [
                (record.record_id, crdt.create(replica.actor, {IDENTITY: record.data, **POST}))
                for record in [Identity(mallory.id, ana.me, keys.random(8), "post")]
            ]
        ),
    ]


def test_refused_void_and_repeated_entries_change_nothing_that_is_shown(
    profiles: tuple[Profile, Profile, Profile],
) -> None:
    async def scenario(machines: Machines) -> None:
        mallory = machines.mallory
        before = entries_of(machines.ana.replica)
        async with machines.attack() as channel:
            await send_and_be_answered(channel, misfits(mallory))
        assert entries_of(machines.ana.replica) == before
        (branch,) = mallory.replica.journal.branches(mallory.device, Chain.CONTENT)
        payloads = void_changes(mallory, machines.ana)
        run, _hash = forge(
            mallory.id,
            mallory.device,
            mallory.replica.device,
            payloads,
            first=branch.head_seq + 1,
            prev=branch.head_hash,
            created=mallory.replica.clock(),
        )
        replayed = [runs(run)] * 30
        async with machines.attack() as channel:
            await send_and_be_answered(channel, replayed)
        machines.ana.refresh()
        assert entries_of(machines.ana.replica) == before + len(payloads)

    play(profiles, scenario)


def test_a_member_who_asks_without_end_and_never_listens_is_dropped(
    profiles: tuple[Profile, Profile, Profile],
) -> None:
    async def scenario(machines: Machines) -> None:
        statement = machines.mallory.replica.statement()
        have = cbor2.dumps([Tag.HAVE, statement.body, statement.signature])
        async with machines.attack() as channel:
            assert await send_until_dropped(channel, [have] * 200) is Ending.BROKE_PROTOCOL
        times = cbor2.dumps([Tag.TIMES, {}])
        async with machines.attack() as channel:
            assert await send_until_dropped(channel, [times] * 200) is Ending.BROKE_PROTOCOL

    play(profiles, scenario)


def test_records_of_any_sort_are_borne_by_the_views(
    profiles: tuple[Profile, Profile, Profile],
) -> None:
    """A member's own records may hold anything the format allows, where text is expected too."""

    async def scenario(machines: Machines) -> None:
        mallory = machines.mallory
        values: list[object] = [
            None,
            True,
            0,
            -(2**63),
            2**63 - 1,
            1.5,
            b"\0\xff",
            "\0",
            "x" * 2000,
        ]
        fields: list[dict[str, object]] = [
            dict.fromkeys(names, value)
            for value in values
            for names in (
                ("kind", "title", "text", "category", "urgency", "area", "when", "expires"),
                ("standing", "mode", "parts", "for", "lang", "state", "confirmed", "post", "note"),
                ("on", "outcome", "barrier", "date", "place", "year", "age", "country", "name"),
                ("hours", "address", "about", "fix:kettle", "skill:bread", "lang:xx", "outcomes"),
                ("skillnote:bread", "skill:", "fix:", "lang:", "", "_gone", "tz", "licence"),
            )
        ]
        kinds = (
            "post",
            "response",
            "comment",
            "repair",
            "place",
            "notice",
            "person",
            "group",
            "new",
        )
        changes = []
        for kind in kinds:
            for some in fields:
                owner = mallory.id if kind == "place" else mallory.me
                identity = Identity(mallory.id, owner, keys.random(8), kind)
                named = {name: value for name, value in some.items() if name}
                change = crdt.create(
                    mallory.replica.actor,
                    {IDENTITY: identity.data, **named},  # type: ignore[dict-item]
                )
                changes.append((identity.record_id, change))
        machines.mallory.replica.refresh()
        (branch,) = mallory.replica.journal.branches(mallory.device, Chain.CONTENT)
        payloads = [encode_changes(changes[at : at + 3]) for at in range(0, len(changes), 3)]
        first, prev = branch.head_seq + 1, branch.head_hash
        frames = []
        for payload in payloads:
            run, prev = forge(
                mallory.id,
                mallory.device,
                mallory.replica.device,
                [payload],
                first=first,
                prev=prev,
                created=mallory.replica.clock(),
            )
            first += 1
            frames.append(runs(run))
        async with machines.attack() as channel:
            await send_and_be_answered(channel, frames)
        for group in (machines.ana, machines.ben):
            replica = group.replica
            await machines.until(partial(is_applied, replica), "all applied")
            assert entries_of(group.replica) > len(frames)
            for query in (group.posts, group.people, group.places, group.fixers, group.notices):
                query()
            group.counts()
            group.areas()
            group.repairs()
            group.fix_categories("x")
            for row in group.posts(limit=1000):
                group.post_detail(row.id)

    play(profiles, scenario)
