# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each machine says it holds, signed and passed on; and when it was last heard."""

import contextlib
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import cbor2

from mutualaid.model import keys, plain
from mutualaid.model.chains import MOST_HEADS, Holdings, short_device
from mutualaid.model.entry import Chain
from mutualaid.model.journal import Journal
from mutualaid.model.membership import Membership
from mutualaid.model.store import Store

STATEMENT_DOMAIN: Final = b"mutualaid/statement/1"

#: Kind under which a ChangeSet tells that another machine was heard or told what it holds.
MACHINE: Final = "machine"


def now_ms() -> int:
    """The present, for people to read; nothing that must agree depends on it."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Statement:
    """What a machine says it holds, signed, so that others can pass it on."""

    device: bytes
    created: int
    holdings: Holdings
    body: bytes
    signature: bytes


class Statements(ABC):
    """The statements that a replica makes and knows; a part of :class:`Replica`."""

    store: Store
    journal: Journal
    group: bytes
    device: keys.SigningKey
    clock: Callable[[], int]

    @abstractmethod
    def write(self, *, durable: bool) -> contextlib.AbstractContextManager[None]:
        """One transaction; see :meth:`Replica.write`."""

    def membership(self) -> Membership:
        """Who belongs."""
        return self.journal.membership()

    def statement(self) -> Statement:
        """What this machine holds now, signed; the stored one where nothing changed since."""
        holdings = self.journal.holdings()
        encoded = encode_holdings(holdings)
        known = self._stored_statement(self.device.public)
        if known is not None and encode_holdings(known.holdings) == encoded:
            return known
        created = max(self.clock(), known.created + 1 if known else 0)
        body = cbor2.dumps([self.group, self.device.public, created, encoded])
        signature = self.device.sign(STATEMENT_DOMAIN + body)
        statement = Statement(self.device.public, created, holdings, body, signature)
        with self.write(durable=False):
            self._keep_statement(statement)
        return statement

    def statements(self) -> list[Statement]:
        """The last statement of each machine that is known here."""
        rows = self.store.connection.execute("SELECT body, signature FROM statement").fetchall()
        found = [self.read_statement(bytes(body), bytes(signature)) for body, signature in rows]
        return [each for each in found if each is not None]

    def statement_times(self) -> dict[bytes, int]:
        """Device (short) → when its last known statement was made."""
        return {
            short_device(bytes(device)): created
            for device, created in self.store.connection.execute(
                "SELECT device, created FROM statement"
            )
        }

    def _stored_statement(self, device: bytes) -> Statement | None:
        row = self.store.connection.execute(
            "SELECT body, signature FROM statement WHERE device = ?", (device,)
        ).fetchone()
        return self.read_statement(bytes(row[0]), bytes(row[1])) if row else None

    def read_statement(self, body: bytes, signature: bytes) -> Statement | None:
        """A statement, if it is well formed and of this group; its signature is not checked."""
        read = _read(body)
        if read is None or read[0] != self.group:
            return None
        _group, device, created, holdings = read
        return Statement(device, created, holdings, body, signature)

    def accept_statements(self, offered: Sequence[tuple[bytes, bytes]]) -> int:
        """Keep those statements that are newer than what is known; return how many."""
        devices = self.membership().devices
        fresh: list[Statement] = []
        for body, signature in offered:
            statement = self.read_statement(body, signature)
            if statement is None or statement.device not in devices:
                continue
            known = self._stored_statement(statement.device)
            if known is not None and known.created >= statement.created:
                continue
            if keys.verify(statement.device, STATEMENT_DOMAIN + body, signature):
                fresh.append(statement)
        if fresh:
            with self.write(durable=False):
                for statement in fresh:
                    self._keep_statement(statement)
        return len(fresh)

    def _keep_statement(self, statement: Statement) -> None:
        self.store.connection.execute(
            "INSERT OR REPLACE INTO statement VALUES (?, ?, ?, ?)",
            (statement.device, statement.created, statement.body, statement.signature),
        )
        self._touch_machine()

    def heard(self, device: bytes) -> None:
        """Note that a device was just heard on a channel."""
        with self.write(durable=False):
            self.store.connection.execute(
                "INSERT OR REPLACE INTO heard VALUES (?, ?)", (device, self.clock())
            )
            self._touch_machine()

    def last_heard(self) -> dict[bytes, int]:
        """Device → when it was last heard here, by itself or by a statement passed on."""
        found: dict[bytes, int] = {}
        for query in ("SELECT device, at FROM heard", "SELECT device, created FROM statement"):
            for device, at in self.store.connection.execute(query):
                # A clock that runs ahead elsewhere must not show here as the future.
                found[bytes(device)] = max(found.get(bytes(device), 0), min(at, self.clock()))
        return found

    def _touch_machine(self) -> None:
        self.store.connection.execute(
            "INSERT INTO touched (kind, record) VALUES (?, 0)", (MACHINE,)
        )


@lru_cache(maxsize=256)
def _read(body: bytes) -> tuple[bytes, bytes, int, Holdings] | None:
    """Group, device, time and holdings of a statement; None if it is malformed.

    Kept for a while: the window asks for every machine's again and again, and each names all.
    """
    try:
        group, device, created, encoded = plain.read(body)
        if type(device) is not bytes or type(created) is not int:
            return None
        if len(device) != 32 or not 0 <= created < 1 << 53:
            return None
        return group, device, created, decode_holdings(encoded)
    except Exception:  # noqa: BLE001 - hostile bytes raise many kinds
        return None


def encode_holdings(holdings: Holdings) -> list[list[object]]:
    """Holdings as CBOR-ready rows ``[device, [seq, hash, …], [seq, hash, …]]`` in order."""
    return [
        [
            device,
            [part for head in heads[0] for part in head],
            [part for head in heads[1] for part in head],
        ]
        for device, heads in sorted(holdings.items())
    ]


def decode_holdings(rows: object) -> Holdings:
    """What :func:`encode_holdings` made; raises ValueError or TypeError on anything else."""
    if not isinstance(rows, list):
        raise TypeError("holdings are a list")
    found: dict[bytes, tuple[tuple[tuple[int, bytes], ...], tuple[tuple[int, bytes], ...]]] = {}
    for device, control_heads, content_heads in rows:
        if type(device) is not bytes or len(device) != 8:
            raise ValueError("a device is named by 8 bytes")
        found[device] = (_decode_heads(control_heads), _decode_heads(content_heads))
    return found


def _decode_heads(flat: Sequence[object]) -> tuple[tuple[int, bytes], ...]:
    heads: list[tuple[int, bytes]] = []
    if len(flat) > 2 * MOST_HEADS:
        raise ValueError("a chain has not so many branches")
    for seq, digest in zip(flat[::2], flat[1::2], strict=True):
        if type(seq) is not int or type(digest) is not bytes or len(digest) != 8 or seq < 0:
            raise ValueError("a head is a number and 8 bytes")
        heads.append((seq, digest))
    return tuple(heads)


def behind(mine: Holdings, theirs: Mapping[bytes, object] | Holdings) -> int:
    """How many of the entries held here a machine with these holdings lacks, by number."""
    lacking = 0
    for device, heads in mine.items():
        other = theirs.get(device)
        for chain in Chain:
            newest = max((seq for seq, _ in heads[chain]), default=-1)
            have = max((seq for seq, _ in other[chain]), default=-1) if other else -1  # type: ignore[index]
            lacking += max(0, newest - have)
    return lacking
