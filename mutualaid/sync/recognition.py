# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How two machines that have agreed on a key find out who they are to each other.

Runs inside the encryption, right after the Noise handshake, with its hash ``h``; no I/O::

    initiator                                responder
    TOKENS  one per group, padded   →
                                    ←        TOKENS  likewise; and those it recognised, again
    CHOICE  one token, maybe proof  →
                                    ←        PROOF, or YOU_FIRST
    PROOF   if not yet given        →

A token is ``BLAKE2b(key, h + role)``: whoever lacks the key, or stands between two machines (and
so has another ``h`` with each), sees noise of constant length. The padding is first spent on
older epochs, so that groups which rotated apart from each other still meet on the last epoch
they share; what is left is random. A proof is a public key, its signature over ``h``, role, group
and epoch, an echo by which a process knows itself (whatever relayed its call back to it), and the
introduction (see :class:`Replica`).

Who shows itself first: a guest, always; else the machine that was matched on its newest epoch
while the other holds a newer one; else the initiator. So a machine that was removed, and holds
no newer key, has to show itself, and is refused, before it learns who is at the other end. One
limit: where both hold newer keys (they rotated apart), neither can prove it and the initiator
goes first, so a removed machine that *claims* it as a responder learns which device called.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, IntEnum, unique
from itertools import zip_longest
from typing import Final, Protocol

from mutualaid.model import keys
from mutualaid.sync.ending import ChannelError, Ending, from_wire

CONTEXT: Final = b"mutualaid/channel/1"
TOKEN: Final = keys.TOKEN_BYTES
PADDED_TO: Final = 16
MOST_TOKENS: Final = 64
#: A proof with a longer introduction is only sent to somebody who was recognised.
INLINE_PROOF: Final = 2048
MOST_INTRODUCTION: Final = 60_000

#: Begins a message that says why the channel ends, then one byte, during and after recognition.
ENDING: Final = 5

_SIGNED: Final = keys.KEY_BYTES + keys.SIGNATURE_BYTES
_ECHO: Final = 16
_PROOF_FIXED: Final = _SIGNED + _ECHO
#: Of this process alone, and never sent: what follows from it is different on every channel.
_THIS_PROCESS: Final = keys.random(32)


@unique
class Standing(Enum):
    """As what this machine holds a key by which it can be recognised."""

    #: The recognition key of an epoch of a group.
    MEMBER = "member"
    #: That of an open invitation into a group of this machine.
    HOST = "host"
    #: That of an invitation which this machine was given.
    GUEST = "guest"


@dataclass(frozen=True, slots=True)
class Recognition:
    """One key by which this machine knows others and is known."""

    standing: Standing
    group: bytes
    #: 32 bytes, never sent.
    key: bytes = field(repr=False)
    #: What both sign: the epoch's id (8 bytes), or the invitation's public key (32).
    name: bytes


class Replica(Protocol):
    """What the channel asks of the groups on this machine. Called in the loop's thread: be quick.

    A joining machine has a replica too; its one recognition is a ``GUEST``.
    """

    def recognitions(self) -> Sequence[Recognition]:
        """Return every key that counts now, for each group the newest epoch first.

        Those of the group preferred for the next connection come first. Invitations that are
        used up or ended are left out; so are groups that are not to be synced.
        """
        ...

    def signer(self, known: Recognition) -> keys.SigningKey:
        """Return this machine's device key in that group; for a ``GUEST`` the invitation's key."""
        ...

    def introduction(self, known: Recognition) -> bytes:
        """Return what lets a machine that has not heard of this device accept it, or ``b""``.

        Opaque to the channel, at most ``MOST_INTRODUCTION`` bytes: the control entries that
        admitted this device. Never asked of a ``GUEST``.
        """
        ...

    def accepts(self, known: Recognition, device: bytes, introduction: bytes) -> bool:
        """Tell whether this device is current in the group, by itself or by its introduction.

        The signature is already checked. For a ``GUEST`` this is the machine that lets it in.
        """
        ...


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is at the other end, proven."""

    group: bytes
    #: By which key; its ``standing`` is this machine's.
    known: Recognition
    #: The other's device key; None if it is a guest.
    device: bytes | None
    #: The invitation's public key, if the other or this machine is a guest.
    invitation: bytes | None
    #: Further groups that both are in, as far as this side can tell; one channel serves one group.
    shared: tuple[bytes, ...]


class RefusedError(ChannelError):
    """Recognition failed; ``last_words`` are still to be sent before the connection is cut."""

    def __init__(self, ending: Ending, last_words: Sequence[bytes] = ()) -> None:
        super().__init__(ending)
        self.last_words = tuple(last_words)


@unique
class _Tag(IntEnum):
    TOKENS = 1
    CHOICE = 2
    PROOF = 3
    YOU_FIRST = 4
    ENDING = ENDING


_ROLES: Final = {True: b"initiator", False: b"responder"}
_COUNTERPART: Final = {
    Standing.MEMBER: Standing.MEMBER,
    Standing.HOST: Standing.GUEST,
    Standing.GUEST: Standing.HOST,
}
_PREFIX: Final = {Standing.MEMBER: b"", Standing.HOST: b"host ", Standing.GUEST: b"guest "}


class Greeting:
    """One side of the recognition: messages in, messages out, in the end a :class:`Peer`.

    *groups* limits which groups an initiator may choose. Any message out of turn, out of shape
    or unproven raises :class:`RefusedError`, after which the greeting is over.
    """

    def __init__(
        self,
        replica: Replica,
        handshake_hash: bytes,
        *,
        initiator: bool,
        groups: Collection[bytes] | None = None,
    ) -> None:
        self._replica = replica
        self._hash = handshake_hash
        self._initiator = initiator
        self._groups = groups
        self._recognitions = tuple(replica.recognitions())
        self._expected: frozenset[_Tag] = frozenset({_Tag.TOKENS})
        self._chosen: Recognition | None = None
        self._shared: tuple[bytes, ...] = ()
        self._shown = False
        self._verified: tuple[bytes | None, bytes | None] | None = None

    @property
    def matched(self) -> bool:
        """The other holds a key of ours: from here on it may send more than a few bytes."""
        return self._chosen is not None

    @property
    def peer(self) -> Peer | None:
        """The other end, once both have proven themselves."""
        if self._chosen is None or self._verified is None or not self._shown:
            return None
        device, invitation = self._verified
        return Peer(self._chosen.group, self._chosen, device, invitation, self._shared)

    def start(self) -> list[bytes]:
        """Return what this side says unasked."""
        return [self._tokens(())] if self._initiator else []

    def receive(self, message: bytes) -> list[bytes]:
        """Take one message and return the answers."""
        tag = _tag(message)
        body = message[1:]
        if tag is _Tag.ENDING and self.matched and len(body) == 1:
            raise ChannelError(from_wire(body[0]), by_peer=True)
        if tag is None or tag not in self._expected:
            raise self._refusal(Ending.BROKE_PROTOCOL)
        match tag:
            case _Tag.TOKENS if self._initiator:
                return self._choose(_split_tokens(body))
            case _Tag.TOKENS:
                return self._answer(_split_tokens(body))
            case _Tag.CHOICE:
                return self._follow(body)
            case _Tag.YOU_FIRST:
                if body:
                    raise self._refusal(Ending.BROKE_PROTOCOL)
                return self._show()
            case _:
                self._verify(body)
                return [] if self._shown else self._show()

    # What the initiator does

    def _choose(self, theirs: frozenset[bytes]) -> list[bytes]:
        matches: dict[bytes, Recognition] = {}
        for known in self._recognitions:
            if known.group not in matches and self._token(known, mine=False) in theirs:
                matches[known.group] = known
        allowed = [group for group in matches if self._groups is None or group in self._groups]
        if not allowed:
            raise RefusedError(Ending.NO_COMMON_GROUP)
        known = self._chosen = matches[allowed[0]]
        self._shared = tuple(group for group in matches if group != known.group)
        choice = bytes([_Tag.CHOICE]) + self._token(known, mine=True)
        self._expected = frozenset({_Tag.PROOF, _Tag.YOU_FIRST})
        if self._shows_first(known):
            proof = self._proof()
            if len(proof) <= INLINE_PROOF:
                self._shown = True
                self._expected = frozenset({_Tag.PROOF})
                return [choice + proof]
        elif known.standing is Standing.HOST:
            self._expected = frozenset({_Tag.PROOF})
        return [choice]

    # What the responder does

    def _answer(self, theirs: frozenset[bytes]) -> list[bytes]:
        recognised = [
            known for known in self._recognitions if self._token(known, mine=False) in theirs
        ]
        self._expected = frozenset({_Tag.CHOICE})
        return [self._tokens(recognised)]

    def _follow(self, body: bytes) -> list[bytes]:
        token, proof = body[:TOKEN], body[TOKEN:]
        for known in self._recognitions:
            if keys.same(self._token(known, mine=False), token):
                break
        else:
            raise RefusedError(Ending.NO_COMMON_GROUP)
        self._chosen = known
        self._expected = frozenset({_Tag.PROOF})
        if proof:
            self._verify(proof)
            return self._show()
        if known.standing is Standing.GUEST or self._is_newest(known):
            return self._show()
        return [bytes([_Tag.YOU_FIRST])]

    # What both do

    def _shows_first(self, known: Recognition) -> bool:
        if known.standing is Standing.MEMBER:
            return self._is_newest(known)
        return known.standing is Standing.GUEST

    def _is_newest(self, known: Recognition) -> bool:
        return known.standing is Standing.MEMBER and known == next(self._epochs(known.group))

    def _epochs(self, group: bytes) -> Iterator[Recognition]:
        return (
            known
            for known in self._recognitions
            if known.group == group and known.standing is Standing.MEMBER
        )

    def _token(self, known: Recognition, *, mine: bool) -> bytes:
        standing = known.standing if mine else _COUNTERPART[known.standing]
        role = _PREFIX[standing] + _ROLES[self._initiator is mine]
        return keys.recognition_token(known.key, self._hash, role)

    def _tokens(self, recognised: Iterable[Recognition]) -> bytes:
        """Return the padded tokens, in an order that says nothing."""
        by_group: dict[bytes, list[Recognition]] = {}
        wanted = list(recognised)
        for known in self._recognitions:
            if known.standing is Standing.GUEST:
                wanted.append(known)
            elif known.standing is Standing.MEMBER:
                by_group.setdefault(known.group, []).append(known)
        newest, *older = zip_longest(*by_group.values()) if by_group else [()]
        wanted = list(dict.fromkeys([*wanted, *newest]))[:MOST_TOKENS]
        room = min(MOST_TOKENS, max(-(-len(wanted) // PADDED_TO), 1) * PADDED_TO)
        extra = [known for epochs in older for known in epochs if known and known not in wanted]
        wanted += extra[: room - len(wanted)]
        tokens = [self._token(known, mine=True) for known in wanted]
        tokens += [keys.random(TOKEN) for _ in range(room - len(tokens))]
        return bytes([_Tag.TOKENS]) + b"".join(sorted(tokens))

    def _statement(self, known: Recognition, public: bytes, *, mine: bool) -> bytes:
        role = _ROLES[self._initiator is mine]
        return CONTEXT + self._hash + role + known.group + public + known.name

    def _proof(self) -> bytes:
        known = self._chosen
        assert known is not None
        signer = self._replica.signer(known)
        signature = signer.sign(self._statement(known, signer.public, mine=True))
        shown = signer.public + signature + self._echo(mine=True)
        if known.standing is Standing.GUEST:
            return shown
        introduction = self._replica.introduction(known)
        if len(introduction) > MOST_INTRODUCTION:
            raise ValueError(f"an introduction has at most {MOST_INTRODUCTION} bytes")
        return shown + introduction

    def _echo(self, *, mine: bool) -> bytes:
        role = _ROLES[self._initiator is mine]
        return keys.blake2b(self._hash + role, size=_ECHO, key=_THIS_PROCESS)

    def _show(self) -> list[bytes]:
        self._shown = True
        self._expected = frozenset() if self._verified else frozenset({_Tag.PROOF})
        return [bytes([_Tag.PROOF]) + self._proof()]

    def _verify(self, proof: bytes) -> None:
        known = self._chosen
        assert known is not None
        public, signature = proof[: keys.KEY_BYTES], proof[keys.KEY_BYTES : _SIGNED]
        introduction = proof[_PROOF_FIXED:]
        statement = self._statement(known, public, mine=False)
        if not _PROOF_FIXED <= len(proof) <= _PROOF_FIXED + MOST_INTRODUCTION:
            raise self._refusal(Ending.BROKE_PROTOCOL)
        if not keys.verify(public, statement, signature):
            raise self._refusal(Ending.BROKE_PROTOCOL)
        if known.standing is Standing.HOST:
            if public != known.name or introduction:
                raise self._refusal(Ending.BROKE_PROTOCOL)
            self._verified = (None, public)
        else:
            is_member = known.standing is Standing.MEMBER
            if is_member and public == self._replica.signer(known).public:
                here = keys.same(proof[_SIGNED:_PROOF_FIXED], self._echo(mine=False))
                # The other shall see for itself: what it is told, anybody might have told it.
                last_words = [] if self._shown else self._show()
                raise RefusedError(Ending.THIS_MACHINE if here else Ending.SAME_DEVICE, last_words)
            if not self._replica.accepts(known, public, introduction):
                raise self._refusal(Ending.NOT_ADMITTED)
            self._verified = (public, None if is_member else known.name)
        self._expected = frozenset()

    def _refusal(self, ending: Ending) -> RefusedError:
        """Say why only to somebody who holds a key of ours; a stranger is cut without a word."""
        return RefusedError(ending, [bytes([_Tag.ENDING, ending])] if self.matched else ())


def _tag(message: bytes) -> _Tag | None:
    try:
        return _Tag(message[0])
    except (IndexError, ValueError):
        return None


def _split_tokens(body: bytes) -> frozenset[bytes]:
    count, rest = divmod(len(body), TOKEN)
    if rest or not count or count % PADDED_TO or count > MOST_TOKENS:
        raise RefusedError(Ending.BROKE_PROTOCOL)
    return frozenset(body[start : start + TOKEN] for start in range(0, len(body), TOKEN))
