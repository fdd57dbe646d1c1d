# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Machines, lines and a clock that are all made up, so that a seed decides everything.

A line carries frames both ways, in order, each after a delay of its own. Lines are cut and made
anew, machines are killed (whatever was not committed is gone) and opened again from their files.
Nothing here waits: time is a number that jumps to the next thing that happens.
"""

import heapq
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

from mutualaid.errors import ProtocolError
from mutualaid.model.replica import Replica
from mutualaid.model.store import Store
from mutualaid.sync.fetching import Claims
from mutualaid.sync.session import (
    Admitted,
    Event,
    Fetched,
    NewStatements,
    Part,
    Refused,
    Session,
    Stored,
)
from tests.model.street import NOW

KEY = b"k" * 32
#: So many things may happen before a simulation counts as one that never ends.
MOST_EVENTS = 200_000


@dataclass(eq=False)
class Host:
    """A machine in the simulation; ``replica`` is None while it is killed."""

    name: str
    path: Path
    replica: Replica | None = None
    #: The device it last spoke as.
    device: bytes | None = None
    lines: "list[Line]" = field(default_factory=list)
    claims: Claims = field(default_factory=Claims)
    #: What sessions here said beside storing: refusals, and faults of the other side.
    heard: list[Event] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)

    @property
    def up(self) -> Replica:
        assert self.replica is not None, f"{self.name} is down"
        return self.replica


@dataclass(eq=False)
class Line:
    """A connection between two machines, each with its session."""

    ends: tuple[Host, Host]
    sessions: tuple[Session, Session]
    alive: bool = True
    #: When the last frame each way arrives: later ones never overtake it.
    busy_until: list[float] = field(default_factory=lambda: [0.0, 0.0])
    bytes: int = 0
    frames: int = 0
    flights: list[tuple[float, int, int]] = field(default_factory=list)  # time, direction, bytes

    def other(self, host: Host) -> Host:
        return self.ends[1] if self.ends[0] is host else self.ends[0]


class Simulator:
    """The network and its clock."""

    def __init__(self, directory: Path, seed: int = 0) -> None:
        self.directory = directory
        self.random = Random(seed)
        self.now = 0.0
        self.hosts: list[Host] = []
        self.lines: list[Line] = []
        #: Seconds that a frame takes.
        self.delay: Callable[[], float] = lambda: self.random.uniform(0.001, 0.05)
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0

    # -- the clock

    def at(self, when: float, action: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._queue, (when, self._count, action))

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        self.at(self.now + seconds, action)

    def run(self, until: float | None = None) -> None:
        """Let everything happen that is due, up to a time or until nothing is left."""
        for _ in range(MOST_EVENTS):
            if not self._queue or (until is not None and self._queue[0][0] > until):
                break
            self.now, _order, action = heapq.heappop(self._queue)
            action()
        else:
            raise AssertionError("the machines never come to rest")
        if until is not None:
            self.now = max(self.now, until)

    def clock(self) -> int:
        return NOW + int(self.now * 1000)

    # -- machines

    def host(self, name: str) -> Host:
        made = Host(name, self.directory / f"{name}.db")
        self.hosts.append(made)
        return made

    def adopt(self, name: str, make: Callable[[Store], Replica]) -> Host:
        """A machine whose replica ``make`` begins."""
        made = self.host(name)
        made.replica = make(Store(made.path, KEY))
        return made

    def kill(self, host: Host) -> None:
        """End a machine between two steps; what it did not commit is gone."""
        if host.replica is None:
            return
        for line in tuple(host.lines):
            self.cut(line)
        host.replica.close()
        host.replica = None
        host.claims = Claims()

    def copy(self, host: Host, name: str) -> Host:
        """A machine that works with a copy of another's files, as they are now."""
        host.up.store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        made = self.host(name)
        shutil.copy(host.path, made.path)
        self.restart(made)
        return made

    def restart(self, host: Host) -> None:
        if host.replica is None:
            host.replica = Replica(Store(host.path, KEY), clock=self.clock)

    # -- lines

    def connect(
        self, one: Host, other: Host, parts: tuple[Part, Part] = (Part.MEMBER, Part.MEMBER)
    ) -> Line:
        """A new line; the first of ``parts`` is that of ``one``."""
        peers = (
            None if parts[0] is Part.HOST else other.up.device.public,
            None if parts[1] is Part.HOST else one.up.device.public,
        )
        line = Line(
            (one, other),
            (
                Session(one.up, parts[0], peers[0], one.claims),
                Session(other.up, parts[1], peers[1], other.claims),
            ),
        )
        one.lines.append(line)
        other.lines.append(line)
        self.lines.append(line)
        for side in (0, 1):
            line.sessions[side].begin()
            self._flush(line, side)
        return line

    def cut(self, line: Line) -> None:
        """Break a line; what is under way on it is lost."""
        line.alive = False
        if line in self.lines:
            self.lines.remove(line)
        for side, host in enumerate(line.ends):
            if line in host.lines:
                host.lines.remove(line)
            if line.sessions[side].end():
                self.at(self.now, partial(self._flush_all, host))

    def _flush(self, line: Line, side: int) -> None:
        """Put on the line what a session has to say."""
        while line.alive and (frame := line.sessions[side].next_frame()) is not None:
            when = max(self.now + self.delay(), line.busy_until[side])
            line.busy_until[side] = when
            line.bytes += len(frame)
            line.frames += 1
            line.flights.append((when, side, len(frame)))
            self.at(when, self._arrival(line, 1 - side, frame))

    def _arrival(self, line: Line, side: int, frame: bytes) -> Callable[[], None]:
        def arrive() -> None:
            if not line.alive:
                return
            host = line.ends[side]
            try:
                events = line.sessions[side].receive(frame)
            except ProtocolError as error:
                host.dropped.append(str(error))
                self.cut(line)
                return
            self._flush(line, side)
            for event in events:
                self._follow(host, line, event)
            self._greet_anew(host)

        return arrive

    def _greet_anew(self, host: Host) -> None:
        """A machine that went on as a new device ends its conversations, as a circle does."""
        if host.device not in (None, host.up.device.public):
            for line in tuple(host.lines):
                self.cut(line)
        host.device = host.up.device.public

    def _follow(self, host: Host, line: Line, event: Event) -> None:
        """What a circle does with an event, without its waits."""
        match event:
            case Stored():
                self.later(self.random.uniform(0, 0.1), lambda: self.tell(host, line))
            case NewStatements(statements):
                for each in host.lines:
                    if each is not line:
                        side = each.ends.index(host)
                        each.sessions[side].pass_on(statements)
                        self._flush(each, side)
            case Fetched():
                self._flush_all(host)
            case Admitted() | Refused():
                host.heard.append(event)

    def _flush_all(self, host: Host) -> None:
        if host.replica is not None:
            for each in tuple(host.lines):
                self._flush(each, each.ends.index(host))

    def tell(self, host: Host, without: Line | None = None) -> None:
        """Apply what was stored, and pass on to every neighbour what is new here."""
        if host.replica is None:
            return
        host.replica.refresh()
        host.replica.apply_all()
        self._greet_anew(host)
        for line in tuple(host.lines):
            if line is not without:
                side = line.ends.index(host)
                line.sessions[side].local_change()
        self._flush_all(host)

    # -- the end

    def rest(self) -> None:
        """Everybody up, everybody connected afresh, until nobody has anything to say."""
        for line in tuple(self.lines):
            self.cut(line)
        for host in self.hosts:
            self.restart(host)
        self.run()
        for _ in range(4):
            for host in self.hosts:
                host.up.refresh()
            for number, one in enumerate(self.hosts):
                for other in self.hosts[number + 1 :]:
                    if one.up.device.public == other.up.device.public:
                        # The channel sees that one is a copy of the other: see Node.
                        one.up.begin_new_device(copied=True)
                    line = self.connect(one, other)
                    self.run()
                    if line.alive:
                        self.cut(line)
            for host in self.hosts:
                host.up.apply_all()

    def views(self) -> set[str]:
        """The distinct views of all machines; one, when all is well."""
        found = set()
        for host in self.hosts:
            host.up.apply_all()
            found.add(host.up.applier.view_hash())
        return found

    def close(self) -> None:
        for host in self.hosts:
            if host.replica is not None:
                host.replica.close()
