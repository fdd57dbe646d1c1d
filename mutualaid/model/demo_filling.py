# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Filling a group with a made-up neighbourhood: every neighbour signs what they say."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import cbor2

from mutualaid.model import control, crdt, demo_consents, demo_words, keys
from mutualaid.model.chains import short_device
from mutualaid.model.change import IDENTITY
from mutualaid.model.content import Identity, encode_changes
from mutualaid.model.control import Admit, KeyShare
from mutualaid.model.demo_plan import Neighbour, Neighbourhood, Planned
from mutualaid.model.entry import NO_ENTRY, Chain, Item, Run, sign_entry
from mutualaid.model.group import Group
from mutualaid.model.invitation import Invitation
from mutualaid.model.posting import FOOD_DAYS, POST_DAYS
from mutualaid.model.private import Purpose, identity_of, seal_note
from mutualaid.model.records import REGISTRY, check
from mutualaid.model.statements import STATEMENT_DOMAIN, encode_holdings
from mutualaid.model.values import (
    Audience,
    ContactKind,
    Fix,
    Millis,
    PlaceDraft,
    PostDraft,
    PostStatus,
    RepairOutcome,
    Scalar,
)
from mutualaid.model.values.directories import ShareField

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
BEGAN: Final = 40 * DAY  # how long ago the group began
_ADMITTED_AT_ONCE: Final = 200
_SAID_DONE: Final = 0.25  # of the promises on a board, as many have been kept already

_OUTCOMES: Final = (
    RepairOutcome.FIXED,
    RepairOutcome.FIXED,
    RepairOutcome.FIXED,
    RepairOutcome.REPAIRABLE,
    RepairOutcome.END_OF_LIFE,
)


@dataclass(slots=True)
class _Author:
    """A neighbour's machine, as far as the others can tell."""

    group: bytes
    device: keys.SigningKey = field(default_factory=keys.SigningKey.generate)
    person: keys.SigningKey = field(default_factory=keys.SigningKey.generate)
    sealing: keys.SealingKey = field(default_factory=keys.SealingKey.generate)
    to_write: list[tuple[int, Identity, dict[str, Scalar]]] = field(default_factory=list)
    count: int = 0
    length: int = 0  # of the chain so far
    last: bytes = NO_ENTRY

    @property
    def id(self) -> bytes:
        return keys.person_id(self.group, self.person.public)

    def admission(self, invitation: Invitation) -> Admit:
        secret = invitation.signing
        public = (self.device.public, self.person.public, self.sealing.public)
        message = control.join_message(self.group, secret.public, *public)
        proof, consent, vow = (each.sign(message) for each in (secret, self.device, self.person))
        return Admit(secret.public, *public, proof, consent, vow)

    def write(
        self, created: int, kind: str, fields: dict[str, Scalar], nonce: bytes | None = None
    ) -> bytes:
        """Note a record to be written; its id."""
        self.count += 1
        own = self.count.to_bytes(8, "big") if nonce is None else nonce
        identity = Identity(self.group, self.id, own, kind)
        self.to_write.append((created, identity, check(REGISTRY[kind], fields)))
        return identity.record_id

    def chain(self, after: bytes) -> Run:
        """All that was noted, oldest first, as one run of signed entries."""
        items: list[Item] = []
        first, previous = self.length, self.last
        actor = crdt.new_actor(keys.device_hash(self.device.public))
        for created, identity, fields in sorted(self.to_write, key=lambda each: each[0]):
            change = crdt.create(actor, {IDENTITY: identity.data, **fields})
            sealed = sign_entry(
                self.device,
                self.group,
                Chain.CONTENT,
                first + len(items),
                previous,
                None if items else after,
                created,
                encode_changes([(identity.record_id, change)]),
            )
            items.append(sealed.item)
            previous = sealed.hash
        run = Run(self.device.public, Chain.CONTENT, first, self.last, items)
        self.length, self.last = first + len(items), previous
        self.to_write = []
        return run


def _share(epoch: keys.EpochKey, device: bytes) -> KeyShare:
    """The group's key for a neighbour's machine."""
    return KeyShare(epoch.id, device, keys.seal(keys.sealing_public_of(device), epoch.secret))


def _date(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1000, UTC).date().isoformat()


class Filling:
    """One go at filling a group."""

    def __init__(
        self,
        group: Group,
        neighbourhood: Neighbourhood,
        chance: random.Random,
        now: int,
        *,
        sharing: bool = False,
    ) -> None:
        self.group = group
        self.replica = group.replica
        self.people = neighbourhood.people
        self.posts = neighbourhood.posts
        self.chance = chance
        self.fate = random.Random(f"{len(neighbourhood.posts)}/fate")  # noqa: S311 - nothing secret
        self.consent = random.Random(f"{len(neighbourhood.people)}/consent")  # noqa: S311 - as above
        self.now = now
        self.sharing = sharing
        #: By number, without number 0, who has a machine of their own.
        self.authors = {each.number: _Author(group.id) for each in self.people[1:]}
        self.ids: dict[int, bytes] = {}
        self.places: list[bytes] = []

    def run(self) -> None:
        self._admit()
        self._my_page()
        self._add_places()
        self._my_posts()
        for number, author in self.authors.items():
            self._page(self.people[number], author)
        for at, post in enumerate(self.posts):
            self._write_post(at, post)
        self._others_repairs()
        after = b"".join(self.replica.membership().heads)
        accepted = self.replica.take_in([each.chain(after) for each in self.authors.values()])
        assert not accepted.refused, accepted.refused
        self.replica.apply_all()
        self._my_answers()
        self._my_yes()
        self._hear_machines()

    def _at(self, when: int) -> None:
        """What the group's owner does next is dated so."""
        self.replica.clock = lambda: when

    def _admit(self) -> None:
        self._at(self.now - BEGAN)
        authors = list(self.authors.values())
        for start in range(0, len(authors), _ADMITTED_AT_ONCE):
            some = authors[start : start + _ADMITTED_AT_ONCE]
            invitation = self.group.invite(uses=len(some), days=1)
            epoch = self.replica.epochs()[0]
            with self.replica.write(durable=False):
                self.replica.append_control(
                    *(each.admission(invitation) for each in some),
                    *(_share(epoch, each.device.public) for each in some),
                )

    # -- what the group's owner says

    def _my_page(self) -> None:
        mine = self.people[0]
        self.group.set_me(area=mine.area, languages=demo_words.LANGUAGES["en"])
        for skill in mine.skills:
            self.group.add_skill(skill.name, skill.level, skill.note)
        for fix in mine.fixes:
            self.group.add_fix(fix.category, fix.note)
        if not self.sharing:
            return
        for share in (ShareField.NAME, ShareField.SKILLS, ShareField.FIXES, ShareField.POSTS):
            self.group.set_share(share, Audience.PRINT)
        self.group.set_group_contact(demo_consents.CONTACT)

    def _add_places(self) -> None:
        for line in demo_words.PLACES:
            self._at(self.now - self.chance.randrange(3, 35) * DAY)
            made = self.group.add_place(
                PlaceDraft(
                    name=line.name,
                    kind=line.kind,
                    area=line.area,
                    hours=line.hours,
                    about=line.about,
                    fixes=tuple(Fix(category) for category in line.fixes),
                    contacts=((ContactKind.EMAIL, f"{line.kind}@elmstreet.example"),),
                    point=",".join(map(str, demo_consents.CONTACT.points.get(line.area, ()))),
                )
            )
            assert made.created is not None
            if self.sharing:
                self.group.share_place(made.created, Audience.PUBLIC)
            self.places.append(made.created)

    def _my_posts(self) -> None:
        for at, post in enumerate(self.posts):
            if post.by != 0:
                continue
            line = post.line
            self._at(self.now - post.age)
            made = self.group.post(
                PostDraft(
                    kind=line.kind,
                    title=line.title,
                    text=line.text,
                    category=line.category,
                    urgency=line.urgency,
                    area=post.area,
                    when=line.when,
                    standing=line.standing,
                    mode=line.mode,
                    parts=line.parts,
                    on_behalf_of=post.on_behalf_of,
                )
            )
            assert made.created is not None
            self.ids[at] = made.created
            if post.state == "done":
                self.group.done(made.created)
            elif post.state == "parked":
                self.group.park(made.created)

    def _my_answers(self) -> None:
        self._at(self.now)
        for at, post in enumerate(self.posts):
            if post.state == "open":
                for said in post.answers:
                    if said.by == 0 and self._still_open(at):
                        self.group.help_with(self.ids[at], said.text)
            for said in post.comments:
                if said.by == 0:
                    self.group.comment(self.ids[at], said.text)

    def _still_open(self, at: int) -> bool:
        return self.group.post_detail(self.ids[at]).row.status.wants_help

    def _my_yes(self) -> None:
        """I say yes to one, who then writes to me; what else I asked waits."""
        self.group.set_contact(ContactKind.PHONE, "555 0142", Audience.HELPER)
        for at, post in enumerate(self.posts):
            if post.by or post.state != "open":
                continue
            detail = self.group.post_detail(self.ids[at])
            if detail.row.status is PostStatus.OFFERED and detail.row.parts == 1:
                answer = detail.responses[0]
                self.group.accept(answer.id)
                writer = next(each for each in self.authors.values() if each.id == answer.person)
                self._write_to_me(writer, self.ids[at])
                return

    def _write_to_me(self, author: "_Author", post: bytes) -> None:
        """A private message, as that neighbour's machine seals and signs it."""
        identity = identity_of(self.group.id, author.id)
        body = [post, self.group.me, demo_words.MESSAGE]
        recipients = {
            author.id: author.sealing.public,
            self.group.me: self.replica.sealing.public,
        }
        note = seal_note(identity, Purpose.MESSAGE, body, recipients)
        author.to_write.append((self.now, identity, note))
        after = b"".join(self.replica.membership().heads)
        accepted = self.replica.take_in([author.chain(after)])
        assert not accepted.refused, accepted.refused
        self.replica.apply_all()

    # -- what the others say

    def _page(self, who: Neighbour, author: _Author) -> None:
        fields: dict[str, Scalar] = {
            "name": who.name,
            "area": who.area,
            "availability": who.availability,
        }
        for language in demo_words.LANGUAGES[who.language]:
            fields[f"lang:{language}"] = True
        for skill in who.skills:
            fields[f"skill:{skill.name}"] = skill.level.value
            if skill.note:
                fields[f"skillnote:{skill.name}"] = skill.note
        for fix in who.fixes:
            fields[f"fix:{fix.category}"] = fix.note
        if who.fixes and self.chance.random() < 0.6:
            fields["outcomes"] = True
        shared = demo_consents.shares(self.consent) if self.sharing else {}
        fields.update(demo_consents.page(shared))
        author.write(self.now - BEGAN, "person", fields, nonce=bytes(8))
        contact = demo_consents.contact(self.consent, shared, who.number)
        if contact is not None:
            author.write(self.now - BEGAN, "contact", contact)

    def _write_post(self, at: int, post: Planned) -> None:
        created = self.now - post.age
        if post.by:
            line = post.line
            days = FOOD_DAYS if line.category == "food" else POST_DAYS
            fields: dict[str, Scalar] = {
                "kind": line.kind.value,
                "title": line.title,
                "text": line.text,
                "category": line.category,
                "urgency": line.urgency.value,
                "area": post.area,
                "when": line.when,
                "expires": None if line.standing else Millis(created + days * DAY),
                "standing": True if line.standing else None,
                "mode": line.mode.value,
                "parts": line.parts if line.parts > 1 else None,
                "for": post.on_behalf_of,
                "lang": line.language,
                "state": post.state,
            }
            self.ids[at] = self.authors[post.by].write(created, "post", fields)
        self._write_answers(at, post, created)
        for said in post.comments:
            if said.by:
                comment: dict[str, Scalar] = {"on": self.ids[at], "text": said.text}
                self.authors[said.by].write(created + said.after, "comment", comment)

    def _write_answers(self, at: int, post: Planned, created: int) -> None:
        """What others answered, and what the post's owner, who is not me, said to it."""
        wanted = post.line.parts
        left, going = wanted, 0
        for said in post.answers:
            if not said.by:
                continue
            amount = min(left, self.fate.choice((1, 1, 2))) or 1
            yes = bool(post.by) and left >= amount and self.fate.random() < self._share(post)
            done = yes and (post.state == "done" or self.fate.random() < _SAID_DONE)
            when = created + said.after
            answer: dict[str, Scalar] = {
                "post": self.ids[at],
                "note": said.text,
                "amount": amount if amount > 1 else None,
                "state": "done" if done else "offered",
            }
            id_ = self.authors[said.by].write(when, "response", answer)
            if not yes:
                continue
            left, going = left - amount, going + 1
            decision: dict[str, Scalar] = {"post": self.ids[at], "response": id_, "say": "accept"}
            decided = when + (self.now - when) // 2
            self.authors[post.by].write(decided, "decision", decision)
        if going and post.state == "done":
            text = self.fate.choice(demo_words.SAID_THANKS)
            thanks: dict[str, Scalar] = {"post": self.ids[at], "text": text}
            self.authors[post.by].write(created + post.age * 9 // 10, "thanks", thanks)

    @staticmethod
    def _share(post: Planned) -> float:
        """How many of the answers to a post have a yes by now."""
        return 1.0 if post.state == "done" else 0.7 if post.line.parts > 1 else 0.4

    def _others_repairs(self) -> None:
        for who in self.people[1:]:
            mended = {fix.category for fix in who.fixes}
            fitting = [line for line in demo_words.REPAIRS if line[0] in mended]
            for category, item, problem in fitting * 2:
                created = self.now - self.chance.randrange(2, 38) * DAY
                fields: dict[str, Scalar] = {
                    "category": category,
                    "item": item,
                    "problem": problem,
                    "outcome": self.chance.choice(_OUTCOMES).value,
                    "date": _date(created),
                    "place": self.places[0] if self.chance.random() < 0.7 else None,
                    "country": demo_words.COUNTRY,
                }
                self.authors[who.number].write(created, "repair", fields)
        for text, author in zip(demo_words.NOTICES, self.authors.values(), strict=False):
            ends = Millis(self.now + 9 * DAY)
            author.write(self.now - 5 * HOUR, "notice", {"text": text, "expires": ends})

    def _hear_machines(self) -> None:
        """Let the neighbours' machines have said what they hold; some not since yesterday."""
        holdings = self.replica.journal.holdings()
        mine = short_device(self.group.device)
        statements: list[tuple[bytes, bytes]] = []
        for author in self.authors.values():
            ago = self.chance.choice((2, 3, 5, 8, 40, 60 * 3, 60 * 26)) * MINUTE
            held = holdings
            if ago > HOUR:
                held = {device: heads for device, heads in holdings.items() if device != mine}
            body = cbor2.dumps(
                [self.group.id, author.device.public, self.now - ago, encode_holdings(held)]
            )
            statements.append((body, author.device.sign(STATEMENT_DOMAIN + body)))
        self.replica.accept_statements(statements)
