# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two machines that meet again: what they say until both know that nothing is missing."""

from contextlib import ExitStack

from mutualaid.model.group import Group
from mutualaid.model.values import PostDraft, PostKind
from mutualaid.sync.session import Part, Session
from tests.benchmarks.row import Bench, Row, cost
from tests.benchmarks.world import open_group

#: What the channel adds to a frame: Noise's tag and kind, and the WebSocket's head and mask.
FRAME_OVERHEAD = 17 + 8


def conversation(one: Group, two: Group) -> tuple[int, int]:
    """Round trips and bytes, both ways, until neither has anything more to say."""
    sessions = (
        Session(one.replica, Part.MEMBER, two.device),
        Session(two.replica, Part.MEMBER, one.device),
    )
    for session in sessions:
        session.begin()
    sent = flights = 0
    while True:
        crossing = [_frames(session) for session in sessions]
        if not any(crossing):
            return -(-flights // 2), sent
        flights += 1
        for frames, receiver in zip(crossing, reversed(sessions), strict=True):
            for frame in frames:
                sent += len(frame) + FRAME_OVERHEAD
                receiver.receive(frame)


def _frames(session: Session) -> list[bytes]:
    frames = []
    while (frame := session.next_frame()) is not None:
        frames.append(frame)
    return frames


def measured(bench: Bench) -> dict[str, tuple[int, int]]:
    """Round trips and bytes with nothing new and with one new entry, among 100 devices."""
    with bench.copy(bench.world(bench.size(1_000))) as world, ExitStack() as stack:
        one = stack.enter_context(open_group(world.full))
        two = stack.enter_context(open_group(world.empty))
        conversation(one, two)
        two.replica.apply_all()
        # Each has told the other what it holds now.
        conversation(one, two)
        nothing = conversation(one, two)
        one.post(PostDraft(PostKind.NEED, "A ladder for Saturday", "Two metres would do."))
        return {"nothing": nothing, "one": conversation(one, two)}


def reconnect(bench: Bench) -> list[Row]:
    """Bytes and round trips of the conversation, after the channel's own handshake."""
    found = measured(bench)
    rows = []
    for what, suffix, trips_must, bytes_must in (
        ("nothing", "", "≤ 1", "≤ 1,024"),
        ("one", "_one_new", "≤ 2", "≤ 10,240"),
    ):
        trips, size = found[what]
        # The least there is: a digest each way; and for one entry its own bytes besides.
        least = 2.0 * (16 + FRAME_OVERHEAD) + (0 if what == "nothing" else 400)
        rows.append(cost(f"reconnect{suffix}", [float(size)], "bytes", [least], bytes_must))
        name = f"reconnect{suffix}_round_trips"
        rows.append(cost(name, [float(trips)], "round trips", [1.0], trips_must))
    return rows
