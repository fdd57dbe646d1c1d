# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A made-up group of many people and posts, made of real keys, entries and signatures.

The texts are drawn from invented words, as unequally frequent as those of a language, so that
they compress about as far as what people write.
"""

import random
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

from mutualaid.model import control, crdt, keys
from mutualaid.model.content import Identity, encode_changes
from mutualaid.model.control import Admit, KeyShare
from mutualaid.model.entry import NO_ENTRY, Chain, Item, Run, sign_entry
from mutualaid.model.group import Group
from mutualaid.model.invitation import Invitation
from mutualaid.model.profile import Profile
from mutualaid.model.replica import Replica
from mutualaid.model.statements import now_ms
from mutualaid.model.taxonomy import CATEGORIES
from mutualaid.model.values import Millis, Mode, PostKind, Scalar, Urgency

PEOPLE = 100
#: Characters of a post's title and text.
TITLE, TEXT = 40, 300
DAY_MS = 86_400_000

_ONSETS = "b bl br c ch cl d dr f fl g gr h j k l m n p pl qu r s sh st t th tr v w".split()
_VOWELS = "a e i o u ai ea ee ie oa oo ou".split()
_CODAS = ["", "", "", *"b ck d ft g l ll m n nd ng nt p r rd rt s ss st t".split()]
_WORDS = 3_000


class Words:
    """Texts by Zipf's law from a vocabulary; the same seed gives the same texts."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        made: dict[str, None] = {}
        while len(made) < _WORDS:
            syllables = self._random.choices((1, 2, 3), (5, 4, 1))[0]
            made["".join(self._syllable() for _ in range(syllables))] = None
        self.vocabulary = sorted(made, key=len)
        self._weights = list(accumulate(1 / rank for rank in range(2, _WORDS + 2)))

    def _syllable(self) -> str:
        choose = self._random.choice
        return choose(_ONSETS) + choose(_VOWELS) + choose(_CODAS)

    def text(self, length: int) -> str:
        """Exactly *length* characters of words."""
        chosen = self._random.choices(self.vocabulary, cum_weights=self._weights, k=length // 2)
        return " ".join(chosen)[:length].rstrip().ljust(length, ".")


@dataclass(slots=True)
class Author:
    """Somebody with one device, who has been admitted and holds no database."""

    group: bytes
    device: keys.SigningKey = field(default_factory=keys.SigningKey.generate)
    person: keys.SigningKey = field(default_factory=keys.SigningKey.generate)
    sealing: keys.SealingKey = field(default_factory=keys.SealingKey.generate)
    actor: bytes = b""
    after: bytes | None = None
    head: bytes = NO_ENTRY
    written: int = 0

    def __post_init__(self) -> None:
        self.actor = crdt.new_actor(keys.device_hash(self.device.public))

    @property
    def id(self) -> bytes:
        """The person's id in the group."""
        return keys.person_id(self.group, self.person.public)

    def admission(self, invitation: Invitation) -> Admit:
        """What lets this person in."""
        secret = invitation.signing
        public = (self.device.public, self.person.public, self.sealing.public)
        message = control.join_message(self.group, secret.public, *public)
        signed = (each.sign(message) for each in (secret, self.device, self.person))
        return Admit(secret.public, *public, *signed)

    def write(self, kind: str, fields: dict[str, Scalar], created: int, nonce: bytes) -> Item:
        """One entry with one new record, at the end of this device's chain."""
        identity = Identity(self.group, self.id, nonce, kind)
        change = crdt.create(self.actor, {"_id": identity.data, **fields})
        sealed = sign_entry(
            self.device,
            self.group,
            Chain.CONTENT,
            self.written,
            self.head,
            None if self.written else self.after,
            created,
            encode_changes([(identity.record_id, change)]),
        )
        self.head = sealed.hash
        self.written += 1
        return sealed.item


def post_fields(words: Words, number: int, created: int) -> dict[str, Scalar]:
    """What a person types into a post's form, in the form in which it is kept."""
    pick = random.Random(number)
    category = pick.choice(CATEGORIES).id
    return {
        "kind": str(pick.choice(list(PostKind))),
        "title": words.text(TITLE),
        "text": words.text(TEXT),
        "category": category,
        "urgency": str(pick.choice(list(Urgency))),
        "area": f"Street {number % 25}",
        "expires": Millis(created + 30 * DAY_MS),
        "mode": str(Mode.GIFT),
        "state": "open",
    }


def content(authors: list[Author], posts: int) -> list[Run]:
    """Each author's page, and *posts* posts among them, as runs ready to be taken in."""
    words = Words(posts)
    end = now_ms()
    step = max(1, 20 * DAY_MS // posts)
    items: list[list[Item]] = [[] for _ in authors]
    begun = end - step * (posts + 1)
    for author, mine in zip(authors, items, strict=True):
        mine.append(author.write("person", {"name": words.text(12)}, begun, bytes(8)))
    for number in range(posts):
        at = number % len(authors)
        created = begun + step * (number + 1)
        fields = post_fields(words, number, created)
        items[at].append(
            authors[at].write("post", fields, created, (number + 1).to_bytes(8, "big"))
        )
    return [
        Run(author.device.public, Chain.CONTENT, 0, NO_ENTRY, mine)
        for author, mine in zip(authors, items, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class World:
    """A group on a first machine, which holds everything, and a second, which holds no content.

    Both are members, so that what is measured is the sync and not the joining.
    """

    folder: Path
    posts: int

    @property
    def full(self) -> Path:
        """The first machine's profile."""
        return self.folder / "full"

    @property
    def empty(self) -> Path:
        """The second machine's profile."""
        return self.folder / "empty"


def open_profile(directory: Path) -> Profile:
    """A profile whose key lies beside it: nothing of these is anybody's."""
    return Profile.open(directory, environ={"MUTUALAID_NO_KEYRING": "1"})


def open_group(directory: Path) -> Group:
    """The only group of a profile."""
    return open_profile(directory).open_group()


def build(folder: Path, posts: int, people: int = PEOPLE) -> World:
    """Make the two profiles in *folder*."""
    world = World(folder, posts)
    with open_profile(world.full).start("Benchmark", "Founder") as first:
        invitation = first.invite(uses=people, days=30)
        with open_profile(world.empty).join(invitation, "Second") as second:
            first.replica.admit(second.replica.join_request())
            authors = [Author(first.id) for _ in range(people - 2)]
            admit(first.replica, authors, invitation)
            for batch in first.replica.journal.lacking(second.replica.journal.holdings()):
                second.replica.take_in([run for run in batch if run.chain is Chain.CONTROL])
            assert second.joined
        for run in content(authors, posts):
            accepted = first.replica.take_in([run])
            assert not accepted.refused, accepted.refused
        first.replica.apply_all()
    return world


def admit(replica: Replica, authors: list[Author], invitation: Invitation) -> None:
    """Let *authors* in with one transaction, each with the epoch's key."""
    epoch = replica.epochs()[0]
    with replica.write(durable=False):
        replica.append_control(*(author.admission(invitation) for author in authors))
        replica.append_control(
            *(
                KeyShare(epoch.id, public, keys.seal(keys.sealing_public_of(public), epoch.secret))
                for public in (author.device.public for author in authors)
            )
        )
    heads = b"".join(replica.membership().heads)
    for author in authors:
        author.after = heads
