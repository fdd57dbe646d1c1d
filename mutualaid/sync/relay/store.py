# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A relay's parcels on disk: plain SQLite, since everything in it is sealed already.

One thread writes, one reads, so that the loop never waits for the disk. What arrives while a
transaction is under way goes into the next one together: many parcels, one ``fsync``. Nobody is
told that a parcel is kept before that is so.

Numbers and the running hash are the topic's own, so that nobody sees how much others do. The
running hash stands beside each parcel, so a database that was rolled back or lost rows shows it.
"""

import contextlib
import shutil
import sqlite3
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from time import perf_counter
from typing import Final

from mutualaid.model import keys
from mutualaid.sync.relay.database import FILE_NAME, hash_of, open_database, transaction
from mutualaid.sync.relay.limits import MIB, PARCEL_COST, Limits
from mutualaid.sync.relay.protocol import PAGE, Page
from mutualaid.sync.shelf import BEGINNING, GENERATION_BYTES, Cursor, Listed, run_on

#: Puts that wait for the writer, in bytes, before connections are made to wait.
MOST_PENDING_BYTES: Final = 16 * MIB
_MOST_BATCH: Final = 2000
_MOST_STATES: Final = 10_000
#: Answers of the reader that the loop has not taken yet.
_MOST_UNTAKEN: Final = 4
_EXPIRE_AT_ONCE: Final = 500


class Outcome(Enum):
    """What came of a put or of a token."""

    KEPT = auto()
    ALREADY_THERE = auto()
    TOPIC_FULL = auto()
    RELAY_FULL = auto()
    FAILED = auto()
    TOKEN_WANTED = auto()
    BAD_TOKEN = auto()


@dataclass(frozen=True, slots=True)
class Put:
    """A parcel to be kept; ``done`` is called in the loop when it is known what came of it."""

    topic: bytes
    name: bytes
    data: bytes
    head_length: int
    done: Callable[[Outcome], None]


@dataclass(frozen=True, slots=True)
class Added:
    """What one transaction added to one topic; parcels by name, where they are small."""

    generation: bytes
    before: tuple[int, bytes]
    after: tuple[int, bytes]
    listed: tuple[Listed, ...]


@dataclass(slots=True)
class _State:
    """A topic as the writer knows it."""

    number: int
    generation: bytes
    last: int
    running: bytes
    bytes: int
    token: int | None


@dataclass(frozen=True, slots=True)
class Totals:
    """How much lies in the relay."""

    parcels: int
    bytes: int
    topics: int
    file_bytes: int


Post = Callable[[Callable[[], None]], None]


class Store:
    """A relay's database with its two threads. Use it from one event loop.

    *post* calls a function in the loop (``loop.call_soon_threadsafe``), *clock* is seconds since
    1970. ``committed`` is called in the loop with what each transaction added to which topic,
    before the puts in it are told. Raises StorageError in sentences.
    """

    def __init__(
        self,
        directory: Path,
        limits: Limits,
        *,
        post: Post,
        clock: Callable[[], float],
        committed: Callable[[dict[bytes, Added], Sequence[Put]], None],
        forgotten: Callable[[Sequence[bytes]], None] = lambda topics: None,
    ) -> None:
        self.path = directory / FILE_NAME
        self._limits = limits
        self._post = post
        self._clock = clock
        self._committed = committed
        self._forgotten = forgotten
        self._writing = open_database(self.path)
        self._reading = open_database(self.path)
        self._states: OrderedDict[bytes, _State] = OrderedDict()
        self._heal_sums()
        (self._held,) = self._writing.execute("SELECT total(bytes) FROM topic").fetchone()
        (self._newest,) = self._writing.execute(
            "SELECT ifnull(max(created), 0) FROM (SELECT created FROM parcel ORDER BY id DESC"
            " LIMIT 1)"
        ).fetchone()
        (self._topics,) = self._writing.execute("SELECT count(*) FROM topic").fetchone()
        #: Parcels kept and dropped since the start, transactions, and seconds spent in them.
        self.kept = self.expired = self.commits = 0
        self.commit_seconds = 0.0
        self.pending_bytes = 0
        self._puts: deque[Put] = deque()
        self._jobs: deque[Callable[[], None]] = deque()
        self._reads: deque[Callable[[], Callable[[], None]]] = deque()
        self._untaken = threading.BoundedSemaphore(_MOST_UNTAKEN)
        self._closing = False
        self._write_wanted = threading.Condition()
        self._read_wanted = threading.Condition()
        self._threads = [
            threading.Thread(target=self._write_all, name="relay-writer"),
            threading.Thread(target=self._read_all, name="relay-reader"),
        ]
        for thread in self._threads:
            thread.start()

    # -- from the loop

    @property
    def has_room(self) -> bool:
        """Whether another put may be handed over before the writer has caught up."""
        return self.pending_bytes < MOST_PENDING_BYTES

    def put(self, put: Put) -> None:
        """Keep a parcel in the next transaction."""
        self.pending_bytes += len(put.data)
        with self._write_wanted:
            self._puts.append(put)
            self._write_wanted.notify()

    def admit(self, topic: bytes, token: bytes, done: Callable[[Outcome], None]) -> None:
        """Let a topic in by a token; *done* is called in the loop."""

        def work() -> None:
            outcome = self._admit(topic, token)
            self._post(lambda: done(outcome))

        self._write(work)

    def expire(self) -> None:
        """Drop what has outlived its time, a little at a time, and topics long without any."""
        self._write(self._expire)

    def page(self, topic: bytes, after: Cursor, done: Callable[[Page | None], None]) -> None:
        """List what is in a topic after a cursor; None where a token is wanted."""

        def work() -> Callable[[], None]:
            page = self._page(topic, after)
            return lambda: done(page)

        self._read(work, lambda: done(None))

    def data(
        self, topic: bytes, name: bytes, *, head: bool, done: Callable[[bytes | None], None]
    ) -> None:
        """Read a parcel or its head; None if it is not there."""
        what = "substr(parcel.data, 1, parcel.head)" if head else "parcel.data"

        def work() -> Callable[[], None]:
            found = self._reading.execute(
                f"SELECT {what} FROM parcel JOIN topic ON topic.number = parcel.topic"
                " WHERE topic.key = ? AND parcel.name = ?",
                (topic, name),
            ).fetchone()
            return lambda: done(None if found is None else found[0])

        self._read(work, lambda: done(None))

    def totals(self, done: Callable[[Totals], None]) -> None:
        """Count what is held; *done* is called in the loop."""

        def work() -> Callable[[], None]:
            (parcels,) = self._reading.execute("SELECT count(*) FROM parcel").fetchone()
            size = sum(
                path.stat().st_size
                for path in self.path.parent.glob(f"{FILE_NAME}*")
                if path.is_file()
            )
            totals = Totals(parcels, int(self._held), self._topics, size)
            return lambda: done(totals)

        self._read(work, lambda: None)

    def close(self) -> None:
        """Keep what was handed over, end the threads, close the files; blocks for that long.

        Not from the loop's thread, which has to take what the threads still post.
        """
        for condition in (self._write_wanted, self._read_wanted):
            with condition:
                self._closing = True
                condition.notify()
        with contextlib.suppress(ValueError):
            for _ in range(_MOST_UNTAKEN):
                self._untaken.release()
        for thread in self._threads:
            thread.join()
        self._reading.close()
        with contextlib.suppress(sqlite3.Error):
            self._writing.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._writing.close()

    def _write(self, job: Callable[[], None]) -> None:
        with self._write_wanted:
            self._jobs.append(job)
            self._write_wanted.notify()

    def _read(self, job: Callable[[], Callable[[], None]], failed: Callable[[], None]) -> None:
        def work() -> Callable[[], None]:
            try:
                return job()
            except (sqlite3.Error, OSError):
                return failed

        with self._read_wanted:
            self._reads.append(work)
            self._read_wanted.notify()

    # -- the reader's thread

    def _read_all(self) -> None:
        while True:
            with self._read_wanted:
                self._read_wanted.wait_for(lambda: self._reads or self._closing)
                if self._closing:
                    return
                work = self._reads.popleft()
            self._untaken.acquire()
            finish = work()
            self._post(lambda finish=finish: self._taken(finish))  # type: ignore[misc]

    def _taken(self, finish: Callable[[], None]) -> None:
        with contextlib.suppress(ValueError):
            self._untaken.release()
        finish()

    def _page(self, topic: bytes, after: Cursor) -> Page | None:
        with transaction(self._reading, "BEGIN"):
            found = self._reading.execute(
                "SELECT topic.number, generation, last, running, floor, floor_running,"
                " ifnull(revoked, 1) FROM topic LEFT JOIN token ON token.number = topic.token"
                " WHERE key = ?",
                (topic,),
            ).fetchone()
            if self._limits.closed and (found is None or found[6]):
                return None
            if found is None:
                start = (0, BEGINNING.running)
                return Page(BEGINNING.generation, start, start, (), reset=after.number > 0)
            number, generation, last, running, floor, floor_running, _ = found
            bottom = (floor, floor_running)
            at = (after.number, after.running)
            if not after.number:
                base, reset = bottom, False
            elif after.generation != generation or not self._leads_on(
                number, at, bottom, (last, running)
            ):
                base, reset = bottom, True
            else:
                base, reset = max(at, bottom), False
            rows = self._reading.execute(
                "SELECT number, name, size, running FROM parcel WHERE topic = ? AND number > ?"
                " ORDER BY number LIMIT ?",
                (number, base[0], PAGE + 1),
            ).fetchall()
        more = len(rows) > PAGE
        rows = rows[:PAGE]
        end = (rows[-1][0], rows[-1][3]) if more else (last, running)
        return Page(generation, base, end, [Listed(*row[:3]) for row in rows], more, reset)

    def _leads_on(
        self,
        topic: int,
        at: tuple[int, bytes],
        bottom: tuple[int, bytes],
        top: tuple[int, bytes],
    ) -> bool:
        """Tell whether this topic's history runs through that place."""
        number, running = at
        if number > top[0]:
            return False
        if number < bottom[0]:
            return True  # what was there has passed, and with it what it could be held against
        for known in (top, bottom):
            if number == known[0]:
                return running == known[1]
        found = self._reading.execute(
            "SELECT running FROM parcel WHERE topic = ? AND number = ?", (topic, number)
        ).fetchone()
        return found is None or found[0] == running

    # -- the writer's thread

    def _write_all(self) -> None:
        while True:
            with self._write_wanted:
                self._write_wanted.wait_for(lambda: self._puts or self._jobs or self._closing)
                jobs, self._jobs = self._jobs, deque()
                some = min(len(self._puts), _MOST_BATCH)
                batch = [self._puts.popleft() for _ in range(some)]
                if not jobs and not batch:
                    return
            if batch:
                self._keep(batch)
            for job in jobs:
                # An expiry that fails is tried again; a topic let in is asked for again.
                with contextlib.suppress(sqlite3.Error, OSError):
                    job()

    def _keep(self, batch: Sequence[Put]) -> None:
        began = perf_counter()
        added: dict[bytes, Added] = {}
        try:
            outcomes = self._keep_in_one(batch, added)
        except (sqlite3.Error, OSError) as error:
            self._states.clear()
            added.clear()
            with contextlib.suppress(sqlite3.Error):
                (self._held,) = self._writing.execute("SELECT total(bytes) FROM topic").fetchone()
                (self._topics,) = self._writing.execute("SELECT count(*) FROM topic").fetchone()
            full = "full" in str(error)
            outcomes = [Outcome.RELAY_FULL if full else Outcome.FAILED] * len(batch)
        self.commits += 1
        self.commit_seconds += perf_counter() - began
        self._post(lambda: self._tell(batch, outcomes, added))

    def _tell(
        self, batch: Sequence[Put], outcomes: Sequence[Outcome], added: dict[bytes, Added]
    ) -> None:
        self.pending_bytes -= sum(len(put.data) for put in batch)
        kept = [put for put, what in zip(batch, outcomes, strict=True) if what is Outcome.KEPT]
        self.kept += len(kept)
        self._committed(added, kept)
        for put, what in zip(batch, outcomes, strict=True):
            put.done(what)

    def _keep_in_one(self, batch: Sequence[Put], added: dict[bytes, Added]) -> list[Outcome]:
        now = max(int(self._clock()), self._newest)
        limits = self._limits
        spare = shutil.disk_usage(self.path.parent).free - limits.spare_bytes
        full = spare < sum(len(put.data) for put in batch) * 2
        outcomes: list[Outcome] = []
        gained: dict[bytes, tuple[tuple[int, bytes], list[Listed]]] = {}
        with transaction(self._writing):
            for put in batch:
                state = self._state(put.topic, now)
                if state is None:
                    outcomes.append(Outcome.TOKEN_WANTED if limits.closed else Outcome.RELAY_FULL)
                    continue
                cost = len(put.data) + PARCEL_COST
                room = state.bytes + cost <= limits.quota_bytes
                if not room or full or self._held + cost > limits.disk_bytes:
                    there = self._writing.execute(
                        "SELECT 1 FROM parcel WHERE topic = ? AND name = ?",
                        (state.number, put.name),
                    ).fetchone()
                    refused = Outcome.RELAY_FULL if room else Outcome.TOPIC_FULL
                    outcomes.append(Outcome.ALREADY_THERE if there else refused)
                    continue
                running = run_on(state.running, put.name)
                done = self._writing.execute(
                    "INSERT INTO parcel (topic, number, name, size, head, created, running, data)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    (
                        state.number,
                        state.last + 1,
                        put.name,
                        len(put.data),
                        put.head_length,
                        now,
                        running,
                        put.data,
                    ),
                )
                if not done.rowcount:
                    outcomes.append(Outcome.ALREADY_THERE)
                    continue
                if put.topic not in gained:
                    gained[put.topic] = ((state.last, state.running), [])
                state.last += 1
                state.running = running
                state.bytes += cost
                self._held += cost
                gained[put.topic][1].append(Listed(state.last, put.name, len(put.data)))
                outcomes.append(Outcome.KEPT)
            for topic in gained:
                state = self._states[topic]
                self._writing.execute(
                    "UPDATE topic SET last = ?, running = ?, bytes = ?, touched = ?"
                    " WHERE number = ?",
                    (state.last, state.running, state.bytes, now, state.number),
                )
        self._newest = now
        for topic, (before, listed) in gained.items():
            state = self._states[topic]
            added[topic] = Added(
                state.generation, before, (state.last, state.running), tuple(listed)
            )
        while len(self._states) > _MOST_STATES:
            self._states.popitem(last=False)
        return outcomes

    def _state(self, topic: bytes, now: int) -> _State | None:
        """A topic, made if need be; None where it needs a token or there are too many."""
        state = self._states.get(topic)
        if state is None:
            state = self._load_state(topic)
            if state is None and not self._limits.closed and self._topics < self._limits.topics:
                state = self._make_topic(topic, now, None)
            if state is None:
                return None
            self._states[topic] = state
        self._states.move_to_end(topic)
        if self._limits.closed and not self._is_good(state.token):
            return None
        return state

    def _load_state(self, topic: bytes) -> _State | None:
        found = self._writing.execute(
            "SELECT number, generation, last, running, bytes, token FROM topic WHERE key = ?",
            (topic,),
        ).fetchone()
        return None if found is None else _State(*found)

    def _make_topic(self, topic: bytes, now: int, token: int | None) -> _State:
        generation, running = keys.random(GENERATION_BYTES), BEGINNING.running
        done = self._writing.execute(
            "INSERT INTO topic (key, generation, running, floor_running, touched, token)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (topic, generation, running, running, now, token),
        )
        assert done.lastrowid is not None
        self._topics += 1
        return _State(done.lastrowid, generation, 0, running, 0, token)

    def _is_good(self, token: int | None) -> bool:
        return (
            token is not None
            and self._writing.execute(
                "SELECT 1 FROM token WHERE number = ? AND NOT revoked", (token,)
            ).fetchone()
            is not None
        )

    def _admit(self, topic: bytes, token: bytes) -> Outcome:
        try:
            with transaction(self._writing):
                found = self._writing.execute(
                    "SELECT number, topics FROM token WHERE hash = ? AND NOT revoked",
                    (hash_of(token),),
                ).fetchone()
                if found is None:
                    return Outcome.BAD_TOKEN
                number, most = found
                state = self._load_state(topic)
                if state is not None and state.token == number:
                    return Outcome.KEPT
                (used,) = self._writing.execute(
                    "SELECT count(*) FROM topic WHERE token = ?", (number,)
                ).fetchone()
                if used >= most:
                    return Outcome.BAD_TOKEN
                if state is None:
                    self._make_topic(topic, int(self._clock()), number)
                else:
                    self._writing.execute(
                        "UPDATE topic SET token = ? WHERE number = ?", (number, state.number)
                    )
        except sqlite3.Error:
            return Outcome.FAILED
        finally:
            self._states.pop(topic, None)
        return Outcome.KEPT

    def _expire(self) -> None:
        ended = self._clock() - self._limits.ttl_seconds
        with transaction(self._writing):
            rows = self._writing.execute(
                "SELECT id, topic, number, size, created, running FROM parcel ORDER BY id LIMIT ?",
                (_EXPIRE_AT_ONCE,),
            ).fetchall()
            rows = [row for row in rows if row[4] <= ended]
            floors: dict[int, tuple[int, bytes, int]] = {}
            for _id, topic, number, size, _created, running in rows:
                freed = floors[topic][2] if topic in floors else 0
                floors[topic] = (number, running, freed + size + PARCEL_COST)
            if rows:
                self._writing.execute("DELETE FROM parcel WHERE id <= ?", (rows[-1][0],))
            for topic, (number, running, freed) in floors.items():
                self._writing.execute(
                    "UPDATE topic SET floor = ?, floor_running = ?, bytes = max(0, bytes - ?)"
                    " WHERE number = ?",
                    (number, running, freed, topic),
                )
            gone = self._writing.execute(
                "DELETE FROM topic WHERE number IN (SELECT number FROM topic WHERE last = floor"
                " AND touched <= ? LIMIT ?) RETURNING key",
                (ended - self._limits.ttl_seconds, _EXPIRE_AT_ONCE),
            ).fetchall()
        # The writer's knowledge of these is out of date; there are few enough to look up again.
        if rows or gone:
            self._states.clear()
            self._held = max(0, self._held - sum(freed for _, _, freed in floors.values()))
        self._topics -= len(gone)
        self.expired += len(rows)
        if gone:
            self._post(lambda: self._forgotten([key for (key,) in gone]))
        if len(rows) == _EXPIRE_AT_ONCE:
            self.expire()
        elif rows:
            self._writing.execute("PRAGMA incremental_vacuum(2000)").fetchall()

    def _heal_sums(self) -> None:
        """Set right what topics think they occupy, in case somebody took rows out."""
        with transaction(self._writing):
            self._writing.execute(
                "UPDATE topic SET bytes = held FROM"
                " (SELECT topic.number AS place, count(parcel.id) * ? + ifnull(sum(size), 0)"
                " AS held FROM topic LEFT JOIN parcel ON parcel.topic = topic.number"
                " GROUP BY topic.number) WHERE number = place AND bytes <> held",
                (PARCEL_COST,),
            )
