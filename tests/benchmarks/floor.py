# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The floor under a first sync: the same bytes moved, the same chains checked, the same rows
inserted, and nothing in between.

Everything that can be known beforehand is: the sender has its batches ready, the receiver its
headers and rows. What is left is a loopback socket, zlib, two hashes an entry, one signature a
run, and SQLCipher.
"""

import gc
import hashlib
import multiprocessing
import pickle
import socket
import struct
import time
import zlib
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from mutualaid.model import keys, search
from mutualaid.model.apply import read_change
from mutualaid.model.content import decode_changes, read_identity
from mutualaid.model.entry import (
    SIGNED_DOMAIN,
    Item,
    Run,
    check_run,
    encode_batch,
    header_start,
    item_header,
)
from mutualaid.model.records import REGISTRY
from mutualaid.model.records.kind import Record
from tests.benchmarks.world import World, open_group

#: Entries in one transaction, at least: one batch is little for SQLite.
TRANSACTION = 2_000

Rows = list[tuple[Any, ...]]
#: Salt, payload, hash of the payload, header, signature, hash of an entry.
Link = tuple[bytes, bytes, bytes, bytes, bytes, bytes]


@dataclass(slots=True)
class Batch:
    """What the receiver knows beforehand of one batch."""

    packed: bytes
    runs: list[tuple[bytes, list[Link]]]
    #: Entries that name no control heads, as most do; and those that do.
    entries: Rows = field(default_factory=list)
    marked: Rows = field(default_factory=list)
    records: Rows = field(default_factory=list)
    changes: Rows = field(default_factory=list)
    views: dict[str, Rows] = field(default_factory=dict)
    search: list[tuple[int, str]] = field(default_factory=list)


def prepare(world: World, file: Path) -> int:
    """Write what sender and receiver need to *file*; return how many entries that is."""
    groups = [open_group(world.full), open_group(world.empty)]
    full, empty = (group.replica for group in groups)
    numbers = empty.store.connection.execute(
        "SELECT (SELECT max(number) FROM entry), (SELECT coalesce(max(number), 0) FROM record)"
    ).fetchone()
    entry, record = numbers[0], numbers[1] + 1_000_000
    wire: list[bytes] = []
    batches: list[Batch] = []
    chains: dict[bytes, int] = {}
    for runs in full.journal.lacking(empty.journal.holdings()):
        payloads = b"".join(_payload(item) for run in runs for item in run.items)
        batch = Batch(zlib.compress(payloads, 1), [])
        wire.append(encode_batch(runs))
        for run in runs:
            chain = chains.setdefault(run.device, len(chains) + 1_000)
            batch.runs.append((run.device, _links(full.group, run)))
            for sealed in check_run(full.group, run):
                entry += 1
                created, after, salt, signature, _ = sealed.item
                payload = _payload(sealed.item)
                place = (entry, chain, sealed.seq, created)
                row = bound((*place, salt, signature, sealed.hash, payload))
                if after is None:
                    batch.entries.append(row)
                else:
                    batch.marked.append((*row, bytearray(after)))
                for record_id, data in decode_changes(payload) or ():
                    record += 1
                    _add_record(batch, record, record_id, read_change(data).sets, created, entry)
        batches.append(batch)
    for group in groups:
        group.close()
    file.write_bytes(pickle.dumps((wire, batches)))
    return sum(len(batch.entries) + len(batch.marked) for batch in batches)


def bound(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row as the database driver takes it fastest: it looks for no adapter of a bytearray."""
    return tuple(bytearray(value) if type(value) is bytes else value for value in row)


def _payload(item: Item) -> bytes:
    assert isinstance(item.payload, bytes)
    return item.payload


def _links(group: bytes, run: Run) -> list[Link]:
    """Salt, payload, hash of the payload, header, signature and hash of each entry."""
    start = header_start(group, run.device, run.chain)
    previous = run.prev
    links = []
    for sealed in check_run(group, run):
        item = sealed.item
        hashed = hashlib.blake2b(item.salt + _payload(item), digest_size=32).digest()
        header = item_header(start, sealed.seq, previous, item)
        links.append((item.salt, _payload(item), hashed, header, item.signature, sealed.hash))
        previous = sealed.hash
    return links


def _add_record(
    batch: Batch, number: int, record_id: bytes, sets: Any, created: int, entry: int
) -> None:
    identity = read_identity(sets["_id"], record_id)
    assert identity is not None
    kind = REGISTRY[identity.kind]
    record = Record(number, record_id, identity.kind, identity.owner, created, created, sets)
    owner = identity.owner
    batch.records.append(bound((number, record_id, identity.kind, owner, created, created, 1)))
    batch.changes.append((number, entry))
    for table, rows in kind.rows(record).items():
        batch.views.setdefault(table, []).extend(bound((number, *row)) for row in rows)
    text = kind.search_text(record)
    if text:
        batch.search.append((number, search.fold(text)))


def send(file: Path, ready: Connection) -> None:
    """The sender's process: hand every batch to whoever connects."""
    wire, _ = pickle.loads(file.read_bytes())
    with socket.create_server(("127.0.0.1", 0)) as server:
        ready.send(server.getsockname()[1])
        peer, _ = server.accept()
        with peer:
            for data in wire:
                peer.sendall(struct.pack("!I", len(data)) + data)
            peer.recv(1)


def receive(file: Path, profile: Path, port: int, searchable: bool, done: Connection) -> None:
    """The receiver's process: check and insert, and tell how many seconds it took."""
    _, batches = pickle.loads(file.read_bytes())
    group = open_group(profile)
    db = group.replica.store.connection
    db.execute("PRAGMA synchronous = NORMAL")
    gc.freeze()
    begun = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as peer:
        stream = peer.makefile("rb")
        inserted = 0
        for batch in batches:
            (length,) = struct.unpack("!I", stream.read(4))
            assert len(stream.read(length)) == length
            check(batch)
            if not db.in_transaction:
                db.execute("BEGIN IMMEDIATE")
            insert(db, batch, searchable)
            inserted += len(batch.entries) + len(batch.marked)
            if inserted >= TRANSACTION:
                db.execute("COMMIT")
                inserted = 0
        if db.in_transaction:
            db.execute("COMMIT")
        taken = time.perf_counter() - begun
    group.close()
    done.send(taken)


def check(batch: Batch) -> None:
    """Inflate the payloads, hash them and every header, check each run's last signature."""
    payloads = zlib.decompress(batch.packed)
    assert payloads
    blake2b = hashlib.blake2b
    for device, links in batch.runs:
        header = signature = b""
        for salt, payload, hashed, header, signature, digest in links:
            assert blake2b(salt + payload, digest_size=32).digest() == hashed
            assert blake2b(header + signature, digest_size=32).digest() == digest
        assert keys.verify(device, SIGNED_DOMAIN + header, signature)


def insert(db: Any, batch: Batch, searchable: bool) -> None:
    """The rows of one batch, views and index included where asked for."""
    columns = "number, chain, seq, created, salt, signature, hash, payload"
    for names, rows in ((columns, batch.entries), (f"{columns}, after", batch.marked)):
        marks = ",".join("?" * (names.count(",") + 1))
        db.executemany(f"INSERT INTO entry ({names}) VALUES ({marks})", rows)
    if not searchable:
        return
    db.executemany("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?)", batch.records)
    db.executemany("INSERT INTO change VALUES (?, ?)", batch.changes)
    for table, rows in batch.views.items():
        if rows:
            marks = ",".join("?" * len(rows[0]))
            db.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
    search.put(db, batch.search)


def first_sync(file: Path, profile: Path, *, searchable: bool) -> float:
    """Seconds that a first sync into *profile* takes when there is nothing in between."""
    spawn = multiprocessing.get_context("spawn")
    ready, ready_there = spawn.Pipe(duplex=False)
    done, done_there = spawn.Pipe(duplex=False)
    sender = spawn.Process(target=send, args=(file, ready_there))
    sender.start()
    arguments = (file, profile, ready.recv(), searchable, done_there)
    receiver = spawn.Process(target=receive, args=arguments)
    receiver.start()
    taken: float = done.recv()
    receiver.join()
    sender.join()
    return taken
