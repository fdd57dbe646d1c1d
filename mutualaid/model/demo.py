# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A made-up neighbourhood, for looking around before there is a real one.

Everybody in it has keys, an admission and a chain of signed entries like a real neighbour, and
comes in by the way that entries from other machines come in. The same seed says the same things.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

import cbor2

from mutualaid.model import control, crdt, demo_words, keys
from mutualaid.model.chains import short_device
from mutualaid.model.change import IDENTITY
from mutualaid.model.content import Identity, encode_changes
from mutualaid.model.control import Admit, KeyShare
from mutualaid.model.demo_posts import NEEDS, OFFERS
from mutualaid.model.demo_words import Line
from mutualaid.model.entry import NO_ENTRY, Chain, Item, Run, sign_entry
from mutualaid.model.group import Group
from mutualaid.model.invitation import Invitation
from mutualaid.model.posting import FOOD_DAYS, POST_DAYS
from mutualaid.model.profile import Profile
from mutualaid.model.records import REGISTRY, check
from mutualaid.model.statements import STATEMENT_DOMAIN, encode_holdings
from mutualaid.model.values import (
    Fix,
    Millis,
    PlaceDraft,
    PostDraft,
    PostKind,
    RepairOutcome,
    Scalar,
    Skill,
)

PEOPLE: Final = 24
POSTS: Final = 60
ME: Final = "Robin"

_MINUTE: Final = 60_000
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_BEGAN: Final = 40 * _DAY  # how long ago the group began
_OLDEST: Final = 20 * _DAY  # how old its oldest post is
_ADMITTED_AT_ONCE: Final = 200

_OUTCOMES: Final = (
    RepairOutcome.FIXED,
    RepairOutcome.FIXED,
    RepairOutcome.FIXED,
    RepairOutcome.REPAIRABLE,
    RepairOutcome.END_OF_LIFE,
)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Somebody who lives there. Number 0 is whoever looks around."""

    number: int
    name: str
    language: str
    area: str
    availability: str
    skills: tuple[Skill, ...]
    fixes: tuple[Fix, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """An answer to a post, or a comment on it."""

    by: int
    text: str
    after: int  # ms after the post


@dataclass(frozen=True, slots=True)
class Planned:
    """A post with what is said to it. ``age`` is how long ago it was made, in ms."""

    by: int
    line: Line
    area: str
    on_behalf_of: str
    age: int
    state: str
    answers: tuple[Said, ...]
    comments: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """All that is made up, before anybody signs it. Posts are oldest first."""

    people: tuple[Neighbour, ...]
    posts: tuple[Planned, ...]


def plan(people: int = PEOPLE, posts: int = POSTS, *, seed: int = 1) -> Neighbourhood:
    """Make up people and what they post; the same for the same seed."""
    chance = random.Random(f"{seed}/{people}")  # noqa: S311 - nothing secret
    neighbours = tuple(_neighbour(chance, number) for number in range(max(people, 1)))
    planned = [_post(chance, neighbours, line) for line in _lines(chance, max(posts, 0))]
    return Neighbourhood(neighbours, tuple(sorted(planned, key=lambda post: -post.age)))


def begin(
    profile: Profile, *, people: int = PEOPLE, posts: int = POSTS, seed: int = 1, me: str = ME
) -> Group:
    """Begin the made-up group, as if some weeks ago, in a profile that is thrown away later."""
    present = profile.clock
    profile.clock = lambda: present() - _BEGAN
    try:
        group = profile.start(demo_words.GROUP, me, country=demo_words.COUNTRY)
    finally:
        profile.clock = present
    group.replica.clock = present
    fill(group, people=people, posts=posts, seed=seed)
    return group


def fill(group: Group, *, people: int = PEOPLE, posts: int = POSTS, seed: int = 1) -> None:
    """Fill a group with made-up people and what they say; ``people`` counts its owner too.

    What is said on behalf of the group's owner is dated as far back as the group goes.
    """
    neighbourhood = plan(people, posts, seed=seed)
    chance = random.Random(f"{seed}/filling")  # noqa: S311 - nothing secret
    present = group.replica.clock
    now = present()
    try:
        _Filling(group, neighbourhood, chance, now).run()
    finally:
        group.replica.clock = present
    group.refresh()


# -- making up ----------------------------------------------------------------------------------


def _neighbour(chance: random.Random, number: int) -> Neighbour:
    names = demo_words.NAMES
    name, language = names[(number - 1) % len(names)]
    round_ = (number - 1) // len(names)
    if round_ > 0:  # a second Ana
        name = f"{name} {chr(ord('A') + (round_ - 1 + number) % 26)}."
    skills = {
        skill: Skill(skill, level, note)
        for skill, level, note in chance.sample(demo_words.SKILLS, chance.choice((0, 1, 1, 2, 3)))
    }
    fixes = chance.sample(demo_words.FIXES, chance.choice((0, 0, 1, 1, 2, 3)))
    return Neighbour(
        number=number,
        name=ME if number == 0 else name,
        language="en" if number == 0 else language,
        area=chance.choice(demo_words.AREAS),
        availability=chance.choice(demo_words.AVAILABILITY),
        skills=tuple(skills.values()),
        fixes=tuple(
            Fix(category, note if chance.random() < 0.5 else "") for category, note in fixes
        ),
    )


def _lines(chance: random.Random, count: int) -> Iterator[Line]:
    """That many posts; when all that is thought of has been said, it is said again elsewhere."""
    order: list[Line] = []
    for at in range(count):
        if not order:
            needs, offers = list(NEEDS), list(OFFERS)
            chance.shuffle(needs)
            chance.shuffle(offers)
            order = [line for pair in zip(needs, offers, strict=False) for line in pair]
            order += needs[len(offers) :] + offers[len(needs) :]
        yield _spoken(chance, order.pop(0), at >= len(NEEDS) + len(OFFERS))


def _spoken(chance: random.Random, line: Line, again: bool) -> Line:
    day = chance.choice(demo_words.DAYS[line.language])
    hour = chance.choice(demo_words.HOURS)

    def say(text: str) -> str:
        spoken = text.format(day=day, hour=hour)
        return spoken[:1].upper() + spoken[1:]

    text = say(line.text)
    if again:
        text += f" № {chance.randrange(2, 120)}"
    return replace(line, title=say(line.title), text=text, when=say(line.when))


def _post(chance: random.Random, people: Sequence[Neighbour], line: Line) -> Planned:
    speakers = [each.number for each in people if each.language == line.language]
    by = chance.choice(speakers or [each.number for each in people])
    # Most of a board is young; food is gone within days.
    age = int(_OLDEST * chance.random() ** 2.5) + chance.randrange(2, 50) * _MINUTE
    if line.category == "food" or line.urgency.value in ("today", "days"):
        age = min(age, chance.randrange(1, 30) * _HOUR)
    state = "open"
    if age > _DAY and not line.standing:
        state = chance.choices(("open", "done", "parked"), (65, 27, 8))[0]
    others = [each for each in people if each.number != by]
    sayings = demo_words.HELP if line.kind is PostKind.NEED else demo_words.THANKS
    answering = min(len(others), chance.choices((0, 1, 2, 3), (50, 28, 14, 8))[0])
    commenting = min(len(others), chance.choices((0, 1, 2), (75, 18, 7))[0])
    return Planned(
        by=by,
        line=line,
        area=people[by].area if chance.random() < 0.7 else chance.choice(demo_words.AREAS),
        on_behalf_of=chance.choice(demo_words.ON_BEHALF) if chance.random() < 0.08 else "",
        age=age,
        state=state,
        answers=tuple(
            _say(chance, sayings, each, age) for each in chance.sample(others, answering)
        ),
        comments=tuple(
            _say(chance, demo_words.COMMENTS, each, age)
            for each in chance.sample(others, commenting)
        ),
    )


def _say(
    chance: random.Random, sayings: Sequence[tuple[str, str]], by: Neighbour, age: int
) -> Said:
    text = chance.choice([text for language, text in sayings if language == by.language])
    return Said(by.number, text, chance.randrange(1, max(2, age // _MINUTE)) * _MINUTE)


# -- signing ------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Author:
    """A neighbour's machine, as far as the others can tell."""

    group: bytes
    device: keys.SigningKey = field(default_factory=keys.SigningKey.generate)
    person: keys.SigningKey = field(default_factory=keys.SigningKey.generate)
    sealing: keys.SealingKey = field(default_factory=keys.SealingKey.generate)
    to_write: list[tuple[int, Identity, dict[str, Scalar]]] = field(default_factory=list)
    count: int = 0

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
        previous = NO_ENTRY
        actor = crdt.new_actor(keys.device_hash(self.device.public))
        for created, identity, fields in sorted(self.to_write, key=lambda each: each[0]):
            change = crdt.create(actor, {IDENTITY: identity.data, **fields})
            sealed = sign_entry(
                self.device,
                self.group,
                Chain.CONTENT,
                len(items),
                previous,
                None if items else after,
                created,
                encode_changes([(identity.record_id, change)]),
            )
            items.append(sealed.item)
            previous = sealed.hash
        return Run(self.device.public, Chain.CONTENT, 0, NO_ENTRY, items)


def _share(epoch: keys.EpochKey, device: bytes) -> KeyShare:
    """The group's key for a neighbour's machine."""
    return KeyShare(epoch.id, device, keys.seal(keys.sealing_public_of(device), epoch.secret))


def _date(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1000, UTC).date().isoformat()


class _Filling:
    """One go at filling a group."""

    def __init__(
        self, group: Group, neighbourhood: Neighbourhood, chance: random.Random, now: int
    ) -> None:
        self.group = group
        self.replica = group.replica
        self.people = neighbourhood.people
        self.posts = neighbourhood.posts
        self.chance = chance
        self.now = now
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
        self._hear_machines()

    def _at(self, when: int) -> None:
        """What the group's owner does next is dated so."""
        self.replica.clock = lambda: when

    def _admit(self) -> None:
        self._at(self.now - _BEGAN)
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

    def _add_places(self) -> None:
        for line in demo_words.PLACES:
            self._at(self.now - self.chance.randrange(3, 35) * _DAY)
            made = self.group.add_place(
                PlaceDraft(
                    name=line.name,
                    kind=line.kind,
                    area=line.area,
                    hours=line.hours,
                    about=line.about,
                    fixes=tuple(Fix(category) for category in line.fixes),
                )
            )
            assert made.created is not None
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
        return self.group.post_detail(self.ids[at]).row.status in ("open", "offered")

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
        author.write(self.now - _BEGAN, "person", fields, nonce=bytes(8))

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
                "expires": None if line.standing else Millis(created + days * _DAY),
                "standing": True if line.standing else None,
                "mode": line.mode.value,
                "parts": line.parts if line.parts > 1 else None,
                "for": post.on_behalf_of,
                "lang": line.language,
                "state": post.state,
            }
            self.ids[at] = self.authors[post.by].write(created, "post", fields)
        for said in post.answers:
            if said.by:
                answer: dict[str, Scalar] = {
                    "post": self.ids[at],
                    "note": said.text,
                    "state": "offered",
                }
                self.authors[said.by].write(created + said.after, "response", answer)
        for said in post.comments:
            if said.by:
                comment: dict[str, Scalar] = {"on": self.ids[at], "text": said.text}
                self.authors[said.by].write(created + said.after, "comment", comment)

    def _others_repairs(self) -> None:
        for who in self.people[1:]:
            mended = {fix.category for fix in who.fixes}
            fitting = [line for line in demo_words.REPAIRS if line[0] in mended]
            for category, item, problem in fitting * 2:
                created = self.now - self.chance.randrange(2, 38) * _DAY
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
            ends = Millis(self.now + 9 * _DAY)
            author.write(self.now - 5 * _HOUR, "notice", {"text": text, "expires": ends})

    def _hear_machines(self) -> None:
        """Let the neighbours' machines have said what they hold; some not since yesterday."""
        holdings = self.replica.journal.holdings()
        mine = short_device(self.group.device)
        statements: list[tuple[bytes, bytes]] = []
        for author in self.authors.values():
            ago = self.chance.choice((2, 3, 5, 8, 40, 60 * 3, 60 * 26)) * _MINUTE
            held = holdings
            if ago > _HOUR:
                held = {device: heads for device, heads in holdings.items() if device != mine}
            body = cbor2.dumps(
                [self.group.id, author.device.public, self.now - ago, encode_holdings(held)]
            )
            statements.append((body, author.device.sign(STATEMENT_DOMAIN + body)))
        self.replica.accept_statements(statements)
