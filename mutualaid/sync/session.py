# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sync conversation of two machines about one group; no I/O.

Frames go in, frames and events come out, so the same code runs over a channel, over an in-memory
pair and in a simulator. A frame is CBOR ``[tag, …]``::

    HELLO       digest of what I hold, digest of the statements I know
    HAVE        my signed statement of what I hold         (only where digests differ)
    RUNS        a batch of entries the other lacks         (control first)
    SEEN        rows of holdings that changed: I now hold these as well
    TIMES       device → time of the last statement I know (only where digests differ)
    STATEMENTS  signed statements of any machines
    JOIN        a newcomer's request · WELCOME · REFUSED, a sentence
    WANT, PIECE, LACK, HERE: photos, see ``fetching``

With nothing new, one HELLO each way is all. Otherwise each tells what it holds and sends what the
other lacks. While connected, what is new is sent at once. Photos wait until there is nothing else.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from hashlib import blake2b
from typing import Any, Final, Protocol

import cbor2

from mutualaid.errors import InvitationError, ProtocolError
from mutualaid.model import plain
from mutualaid.model.chains import Holdings, short_device
from mutualaid.model.entry import Chain, Run, decode_batch, encode_batch
from mutualaid.model.journal import Accepted
from mutualaid.model.replica import JoinRequest
from mutualaid.model.statements import Statement, decode_holdings, encode_holdings
from mutualaid.sync.fetching import Claims, Fetching, FetchReplica
from mutualaid.sync.frames import Tag

MOST_FRAME: Final = 256 * 1024
#: How often one side may ask anew for all it lacks, per session: each costs the other work.
MOST_HAVES: Final = 40
#: Statements in one frame.
STATEMENT_ROOM: Final = 128 * 1024
LONGEST_REFUSAL: Final = 400
#: What may wait for a peer that does not read: of news, which it hears of again when it greets
#: anew, and of answers, after which it is dropped.
MOST_NEWS: Final = 1024 * 1024
MOST_WAITING: Final = 4 * 1024 * 1024
#: Devices that a peer may tell of in one session.
MOST_DEVICES: Final = 8192


class Part(Enum):
    """What this machine is in the conversation."""

    MEMBER = "member"
    HOST = "host"  # lets a newcomer in who holds an invitation
    GUEST = "guest"  # is the newcomer


@dataclass(frozen=True, slots=True)
class Stored:
    """Entries of the other machine were stored here; ``control`` if membership may differ."""

    entries: int
    control: bool


@dataclass(frozen=True, slots=True)
class NewStatements:
    """Statements that were not known here; to be passed on to other sessions."""

    statements: tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Admitted:
    """This machine let a newcomer in, or was let in itself."""

    device: bytes | None


@dataclass(frozen=True, slots=True)
class Refused:
    """The other machine could not let this newcomer in; ``why`` is its sentence."""

    why: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """What photos other machines may be asked for changed; ``kept`` if one came, and is here."""

    kept: bool


Event = Stored | NewStatements | Admitted | Refused | Fetched


class _Journal(Protocol):
    def holdings(self) -> Holdings: ...
    def holdings_of(self, devices: Iterable[bytes]) -> Holdings: ...
    def lacking(self, theirs: Holdings) -> Iterator[list[Run]]: ...
    def refresh(self) -> bool: ...
    def short_hash(self, device: bytes, chain: Chain, seq: int) -> bytes | None: ...


class SessionReplica(FetchReplica, Protocol):
    """What a session asks of the group; :class:`mutualaid.model.replica.Replica` is one."""

    @property
    def journal(self) -> _Journal: ...
    def statement(self) -> Statement: ...
    def statements(self) -> list[Statement]: ...
    def statement_times(self) -> dict[bytes, int]: ...
    def read_statement(self, body: bytes, signature: bytes) -> Statement | None: ...
    def accept_statements(self, offered: Sequence[tuple[bytes, bytes]]) -> int: ...
    def take_in(self, runs: Sequence[Run]) -> Accepted: ...
    def join_request(self) -> JoinRequest: ...
    def admit(self, request: JoinRequest) -> None: ...


def digest_of(holdings: Holdings) -> bytes:
    """16 bytes that are equal on two machines that hold the same."""
    return blake2b(cbor2.dumps(encode_holdings(holdings)), digest_size=16).digest()


def _digest_of_times(times: Mapping[bytes, int]) -> bytes:
    return blake2b(cbor2.dumps(sorted(times.items())), digest_size=16).digest()


class Session:
    """One conversation. Feed frames to :meth:`receive`; send what :meth:`next_frame` gives.

    ``next_frame`` reads entries only when asked, one batch at a time: a slow peer costs one batch
    of memory, not the journal. :class:`ProtocolError` means that the peer is to be dropped.
    """

    def __init__(
        self, replica: SessionReplica, part: Part, peer: bytes | None, claims: Claims | None = None
    ) -> None:
        """``peer`` is the other's device key; None for a HOST, until the newcomer told it.
        ``claims`` are shared by all sessions of one replica."""
        self.replica = replica
        self.part = part
        self.peer = peer
        #: What the other is known to hold; None until it told.
        self.theirs: dict[bytes, tuple[tuple[tuple[int, bytes], ...], ...]] | None = None
        self._told: Holdings = {}
        self._outbox: deque[bytes] = deque()
        self._waiting = 0  # bytes in the outbox
        self._sending: Iterator[list[Run]] | None = None
        self._send_again = False
        self._telling: Iterator[list[list[bytes]]] | None = None
        self._greeted = False
        self._hello: tuple[bytes, bytes] | None = None
        self._haves = 0
        self._asked_again = 0
        self._times_taken = False
        self._ended = False
        self._fetching = Fetching(replica, claims or Claims())

    # -- going out

    def begin(self) -> None:
        """Say the first words; what follows depends on the part."""
        match self.part:
            case Part.MEMBER:
                self._greet()
            case Part.GUEST:
                request = self.replica.join_request()
                self._put(
                    Tag.JOIN,
                    request.invitation,
                    request.device,
                    request.signing,
                    request.sealing,
                    request.proof,
                    request.consent,
                    request.vow,
                )
            case Part.HOST:
                pass

    def next_frame(self) -> bytes | None:
        """The next frame to send, or None while there is nothing to say."""
        while True:
            if self._outbox:
                frame = self._outbox.popleft()
                self._waiting -= len(frame)
                return frame
            if self._sending is not None:
                batch = next(self._sending, None)
                if batch is not None:
                    self._note_sent(batch)
                    return cbor2.dumps([Tag.RUNS, encode_batch(batch)])
                self._sending = None
                if self._send_again:
                    # Something was stored while the transfer ran, perhaps behind its back.
                    self._send_again = False
                    self.local_change()
                else:
                    self._tell_seen()
                continue
            if self._telling is not None:
                # After the entries: a statement of a device not heard of yet is not kept.
                some = next(self._telling, None)
                if some is not None:
                    return cbor2.dumps([Tag.STATEMENTS, some])
                self._telling = None
                continue
            if not self._greeted or self._ended:
                return None
            message = self._fetching.next_message(may_ask=self.theirs is not None)
            return None if message is None else cbor2.dumps(message)

    def lose_patience(self) -> bool:
        """To be called now and then: whether others may be asked for photos this peer keeps
        waiting for."""
        return self._fetching.lose_patience()

    def end(self) -> bool:
        """To be called when the line is broken: whether others may be asked for photos now."""
        return self._fetching.end()

    def local_change(self) -> None:
        """Something new is held here: send what the other lacks, and tell the rest."""
        if self.theirs is None:
            return
        self.replica.journal.refresh()
        if self._sending is not None:
            self._send_again = True
            return
        self._send_lacking()

    def tell_statement(self) -> None:
        """Send this machine's statement of what it holds now."""
        if self.theirs is not None and not self._ended and self._waiting < MOST_NEWS:
            statement = self.replica.statement()
            self._put(Tag.STATEMENTS, [[statement.body, statement.signature]])

    def pass_on(self, statements: Sequence[tuple[bytes, bytes]]) -> None:
        """Send statements that came from elsewhere."""
        if self.theirs is not None and self._waiting < MOST_NEWS:
            for some in _in_frames(statements):
                self._put(Tag.STATEMENTS, some)

    def _put(self, tag: Tag, *values: object) -> None:
        frame = cbor2.dumps([int(tag), *values])
        self._outbox.append(frame)
        self._waiting += len(frame)

    def _greet(self) -> None:
        self._greeted = True
        # Made afresh if something changed, so that the digests of statements can agree.
        self.replica.statement()
        holdings = self.replica.journal.holdings()
        times = self.replica.statement_times()
        self._hello = (digest_of(holdings), _digest_of_times(times))
        self._put(Tag.HELLO, *self._hello)

    def _send_have(self) -> None:
        statement = self.replica.statement()
        self._told = statement.holdings
        self._put(Tag.HAVE, statement.body, statement.signature)

    def _send_lacking(self) -> None:
        assert self.theirs is not None
        theirs: Any = dict(self.theirs)
        self._sending = self.replica.journal.lacking(theirs)

    def _note_sent(self, batch: Sequence[Run]) -> None:
        """What was sent will be held by the other; if not, it asks again with HAVE."""
        self._note_held(batch)

    def _note_held(self, runs: Sequence[Run]) -> None:
        if self.theirs is None:
            return
        told = dict(self._told)
        for run in runs:
            short = short_device(run.device)
            last = run.first + len(run.items) - 1
            digest = self.replica.journal.short_hash(run.device, run.chain, last)
            if digest is None:
                continue
            for known in (self.theirs, told):
                heads = [*known.get(short, ((), ()))]
                newer = all(seq < last for seq, _ in heads[run.chain])
                alone = len(heads[run.chain]) < 2
                heads[run.chain] = (
                    ((last, digest),)
                    if newer and alone
                    else tuple(sorted({*heads[run.chain], (last, digest)}))
                )
                known[short] = (heads[0], heads[1])
        self._told = told

    def _tell_seen(self) -> None:
        """Tell which holdings changed that the other cannot know from what passed between us."""
        holdings = self.replica.journal.holdings()
        fresh = {
            device: heads for device, heads in holdings.items() if self._told.get(device) != heads
        }
        if fresh:
            self._told = holdings
            self._put(Tag.SEEN, encode_holdings(fresh))

    # -- coming in

    def receive(self, frame: bytes) -> list[Event]:
        """Take one frame. Raises ProtocolError for whatever no honest machine would send."""
        if len(frame) > MOST_FRAME:
            raise ProtocolError("A frame from the other machine is too large.")
        if self._waiting > MOST_WAITING:
            raise ProtocolError("The other machine asks and does not listen.")
        try:
            tag, *values = plain.read(frame)
            tag = Tag(tag)
        except Exception as error:  # hostile bytes raise many kinds
            raise ProtocolError("A frame from the other machine cannot be read.") from error
        self.replica.journal.refresh()
        try:
            return self._take(tag, values)
        except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
            raise ProtocolError("A frame from the other machine is malformed.") from error

    def _take(self, tag: Tag, values: list[Any]) -> list[Event]:
        if self._ended:
            raise ProtocolError("The other machine goes on after the end.")
        if self.part is Part.HOST and self.peer is None:
            if tag is not Tag.JOIN:
                raise ProtocolError("A newcomer did not ask to be let in.")
            return self._take_join(values)
        if tag is Tag.REFUSED and self.part is Part.GUEST:
            (why,) = values
            self._ended = True
            return [Refused(_clean(why))]
        if tag is Tag.WELCOME and self.part is Part.GUEST and not self._greeted:
            self._greet()
            return []
        if not self._greeted:
            raise ProtocolError("The other machine spoke before it was greeted.")
        match tag:
            case Tag.HELLO:
                return self._take_hello(*values)
            case Tag.HAVE:
                return self._take_have(*values)
            case Tag.RUNS:
                return self._take_runs(*values)
            case Tag.SEEN:
                return self._take_seen(*values)
            case Tag.TIMES:
                return self._take_times(*values)
            case Tag.STATEMENTS:
                return self._take_statements(*values)
            case Tag.WANT | Tag.PIECE | Tag.LACK | Tag.HERE:
                return self._take_photos(tag, values)
        raise ProtocolError("The other machine said something out of place.")

    def _take_photos(self, tag: Tag, values: list[Any]) -> list[Event]:
        fetching = self._fetching
        if tag is Tag.PIECE:
            whole, kept = fetching.take_piece(*values)
            return [Fetched(kept)] if whole else []
        (hashes,) = values
        if tag is Tag.WANT:
            fetching.take_want(hashes)
            return []
        if tag is Tag.HERE:
            fetching.take_here(hashes)
            return []
        fetching.take_lack(hashes)
        return [Fetched(kept=False)]

    def _take_join(self, values: list[Any]) -> list[Event]:
        if len(values) != 7 or not all(type(value) is bytes for value in values):
            raise ProtocolError("A newcomer's request is malformed.")
        request = JoinRequest(*values)
        try:
            self.replica.admit(request)
        except InvitationError as error:
            self._put(Tag.REFUSED, str(error))
            self._ended = True
            return []
        self.peer = request.device
        self._put(Tag.WELCOME)
        self._greet()
        return [Admitted(request.device), Stored(1, control=True)]

    def _take_hello(self, entries: bytes, statements: bytes) -> list[Event]:
        assert self._hello is not None
        if self.theirs is not None:
            raise ProtocolError("The other machine greeted twice.")
        if entries == self._hello[0]:
            holdings: Any = dict(self.replica.journal.holdings())
            if digest_of(holdings) == entries:
                self.theirs, self._told = holdings, dict(holdings)
            else:
                # What came in between greeting and being greeted is told like any news.
                self._send_have()
        else:
            self._send_have()
        if statements != self._hello[1]:
            self._put(Tag.TIMES, dict(self.replica.statement_times()))
        return []

    def _take_have(self, body: bytes, signature: bytes) -> list[Event]:
        self._haves += 1
        if self._haves > MOST_HAVES:
            raise ProtocolError("The other machine asks for everything over and over.")
        statement = self.replica.read_statement(body, signature)
        if statement is None or statement.device != self.peer:
            raise ProtocolError("The other machine's statement is malformed.")
        answer = self.theirs is None and not self._told
        self.theirs = dict(statement.holdings)
        if answer:
            self._send_have()
        self._send_lacking()
        fresh = self.replica.accept_statements([(body, signature)])
        return [NewStatements(((body, signature),))] if fresh else []

    def _take_runs(self, batch: bytes) -> list[Event]:
        runs = decode_batch(batch)
        accepted = self.replica.take_in(runs)
        if accepted.blame:
            raise ProtocolError("Entries from the other machine do not carry their signature.")
        refused = {id(run) for run, _reason in accepted.refused}
        self._note_held([run for run in runs if id(run) not in refused])
        if (refused or accepted.forked) and self._asked_again < MOST_HAVES // 2:
            # Something stands between; say again what is held, and the other sees what lacks.
            self._asked_again += 1
            self._send_have()
        if accepted.forked and self.theirs is not None:
            self._send_lacking()
        self._put(Tag.SEEN, self._rows_of(runs))
        if accepted.stored or accepted.control:
            return [Stored(accepted.stored, accepted.control)]
        return []

    def _rows_of(self, runs: Sequence[Run]) -> list[list[object]]:
        """What is now held of the devices in these runs."""
        held = self.replica.journal.holdings_of({run.device for run in runs})
        return encode_holdings({device: heads for device, heads in held.items() if any(heads)})

    def _take_seen(self, rows: Any) -> list[Event]:
        if self.theirs is not None:
            self.theirs.update(decode_holdings(rows))
            if len(self.theirs) > MOST_DEVICES:
                raise ProtocolError("The other machine tells of more devices than there can be.")
        return []

    def _take_times(self, times: Any) -> list[Event]:
        if not isinstance(times, dict) or self._times_taken:
            raise ProtocolError("The other machine's times are malformed, or told twice.")
        self._times_taken = True
        # One at a time, when they are sent: together they may be larger than the journal's part.
        self._telling = _in_frames(
            (each.body, each.signature)
            for each in self.replica.statements()
            if _older(times.get(short_device(each.device)), each.created)
        )
        return []

    def _take_statements(self, offered: Any) -> list[Event]:
        known = self.replica.statement_times()
        fresh: list[tuple[bytes, bytes]] = []
        for body, signature in offered:
            if type(body) is not bytes or type(signature) is not bytes:
                raise ProtocolError("A statement from the other machine is malformed.")
            statement = self.replica.read_statement(body, signature)
            if statement is None:
                raise ProtocolError("A statement from the other machine is malformed.")
            if _older(known.get(short_device(statement.device)), statement.created):
                fresh.append((body, signature))
            if statement.device == self.peer and self.theirs is not None:
                self.theirs.update(statement.holdings)
        if fresh and self.replica.accept_statements(fresh):
            return [NewStatements(tuple(fresh))]
        return []


def _in_frames(statements: Iterable[tuple[bytes, bytes]]) -> Iterator[list[list[bytes]]]:
    """Statements, as many together as one frame should hold."""
    some: list[list[bytes]] = []
    room = STATEMENT_ROOM
    for body, signature in statements:
        if some and len(body) > room:
            yield some
            some, room = [], STATEMENT_ROOM
        some.append([body, signature])
        room -= len(body) + 80
    if some:
        yield some


def _older(known: Any, created: int) -> bool:
    return not isinstance(known, int) or known < created


def _clean(sentence: Any) -> str:
    """A sentence from another machine, fit to be shown: plain, one line, not endless."""
    if not isinstance(sentence, str):
        raise ProtocolError("The other machine's refusal is malformed.")
    return "".join(each if each.isprintable() else " " for each in sentence)[:LONGEST_REFUSAL]
