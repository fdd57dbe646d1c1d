# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A street in which every field of everything holds a text that stands nowhere else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mutualaid.model import blobs
from mutualaid.model.codes import code
from mutualaid.model.content import Identity
from mutualaid.model.group import Group
from mutualaid.model.photos import photo_hash
from mutualaid.model.private import Purpose
from mutualaid.model.reading import NO_NONCE
from mutualaid.model.records.contact import AUDIENCES as CONTACT_AUDIENCES
from mutualaid.model.records.person import SHARES
from mutualaid.model.records.sharing import AUDIENCES
from mutualaid.model.values import (
    Audience,
    ContactKind,
    Fix,
    Part,
    PlaceDraft,
    PostDraft,
    PostKind,
    RepairDraft,
    RepairOutcome,
    Repeat,
    Scalar,
    SkillLevel,
)
from mutualaid.model.values.directories import ShareField
from mutualaid.model.values.time import DAY_MS
from tests.helpers.pictures import draft
from tests.model.neighbours import Neighbours
from tests.model.street import NOW

NAMES = ("ana", "ben", "cleo")
#: Ana began the group; Ben is held to be another one.
STEWARDS = frozenset(("ana", "ben"))
POINT = (52.48624, -1.89041)

#: For whom a thing may leave; None where nobody said anything.
Share = Audience | None


@dataclass(frozen=True)
class Consents:
    """What everybody said. Keys of ``pages`` and ``contacts`` are names, in ``contacts`` also
    "ana known" for what Ana opened of who is known of; those of ``posts`` are names of posts."""

    pages: Mapping[str, Mapping[ShareField, Share]]
    contacts: Mapping[tuple[str, ContactKind], Audience]
    posts: Mapping[str, tuple[Share, Share, Share]]
    place: Audience
    #: Who noted that who is known of agreed, and for whom; nobody, where nobody is among them.
    words: Mapping[str, Audience]

    def page(self, who: str, share: ShareField) -> Audience:
        return self.pages[who][share] or Audience.GROUP

    def named(self, who: str, share: ShareField, audience: Audience) -> bool:
        """Whether the name leaves, and with it this."""
        return reaches(self.page(who, ShareField.NAME), audience) and reaches(
            self.page(who, share), audience
        )

    def counting(self, audience: Audience) -> Mapping[str, Audience]:
        """Whose words on who is known of count: within the group all, beyond it a steward's."""
        outside = audience is not Audience.GROUP
        return {who: said for who, said in self.words.items() if who in STEWARDS or not outside}

    def agreed(self, audience: Audience) -> bool:
        """Whether the page of who is known of leaves: all whose words count say so."""
        words = self.counting(audience).values()
        return bool(words) and all(reaches(said, audience) for said in words)


#: Whether a mark may leave, for these consents and this audience.
Rule = Callable[[Consents, Audience], bool]


def reaches(share: Audience, audience: Audience) -> bool:
    ladder = list(Audience)
    return ladder.index(share) >= ladder.index(audience)


def never(_consents: Consents, _audience: Audience) -> bool:
    return False


def inside(rule: Rule) -> Rule:
    """The same, and for the group alone: what a list said, which nobody was asked about."""
    return lambda consents, audience: audience is Audience.GROUP and rule(consents, audience)


@dataclass(repr=False)
class Marks:
    """Texts of their own, and when each may leave."""

    rules: dict[str, Rule] = field(default_factory=dict)
    what: dict[str, str] = field(default_factory=dict)

    def text(self, what: str, rule: Rule) -> str:
        return self._note(f"zq{len(self.rules):04d}{abs(hash_of(what)):08d}", what, rule)

    def number(self, what: str, rule: Rule) -> str:
        return self._note(f"990{len(self.rules):04d}{abs(hash_of(what)) % 1000:03d}", what, rule)

    def known(self, mark: str, what: str, rule: Rule) -> None:
        """A text that is there anyway, such as a code."""
        self._note(mark.lower(), what, rule)

    def _note(self, mark: str, what: str, rule: Rule) -> str:
        assert mark not in self.rules
        self.rules[mark] = rule
        self.what[mark] = what
        return mark


def hash_of(what: str) -> int:
    return sum(ord(letter) * 31**place for place, letter in enumerate(what)) % 10**8


@dataclass(repr=False)
class World:
    """The street, as Ana's machine has it; ``photos`` are bytes with their rule."""

    street: Neighbours
    marks: Marks
    posts: dict[str, bytes]
    owners: dict[str, str]
    photos: dict[str, tuple[bytes, Rule]]

    @property
    def group(self) -> Group:
        return self.street["ana"]

    def say(self, consents: Consents) -> None:
        """Let everybody have said so; straight into the views of Ana's machine."""
        db = self.group.replica.store.connection
        place_of = AUDIENCES.index
        for table in ("person_share", "post_share", "listed_word"):
            db.execute(f"DELETE FROM {table}")
        for who, shares in consents.pages.items():
            name = self._name(who)
            (number,) = db.execute("SELECT record FROM person WHERE name = ?", (name,)).fetchone()
            db.executemany(
                "INSERT INTO person_share VALUES (?, ?, ?)",
                [
                    (number, SHARES.index(share), place_of(said))
                    for share, said in shares.items()
                    if said is not None
                ],
            )
        kinds = list(ContactKind)
        for (who, kind), audience in consents.contacts.items():
            at = (CONTACT_AUDIENCES.index(audience), kinds.index(kind))
            whose, known, _ = f"{who} ".partition(" known ")
            table = "listed_contact" if known else "contact"
            db.execute(
                f"UPDATE {table} SET audience = ? WHERE kind = ? AND person = ?",
                (*at, self.street[whose.strip()].me),
            )
        for name, three in consents.posts.items():
            (number,) = db.execute(
                "SELECT number FROM record WHERE id = ?", (self.posts[name],)
            ).fetchone()
            said = [None if share is None else place_of(share) for share in three]
            db.execute("INSERT INTO post_share VALUES (?, ?, ?, ?)", (number, *said))
        db.execute("UPDATE place SET share = ?", (place_of(consents.place),))
        for at, (who, audience) in enumerate(consents.words.items()):
            level = CONTACT_AUDIENCES.index(audience)
            said = (-1 - at, self.posts["known"], self.street[who].me, "by phone", level)
            db.execute("INSERT INTO listed_word VALUES (?, ?, ?, ?, ?)", said)

    def _name(self, who: str) -> str:
        return next(mark for mark, what in self.marks.what.items() if what == f"{who} name")


def build(directory: Path) -> World:
    """Everything that a group can hold, in three people's words."""
    street = Neighbours(directory, *NAMES)
    world = World(street, Marks(), {}, {}, {})
    ana = street["ana"]
    ana._create(
        "group", {"name": "Elm Street", "tz": "Europe/London"}, nonce=NO_NONCE, group_owned=True
    )
    for who in NAMES:
        _page(world, who)
    _known(world)
    for who in NAMES:
        _posts(world, who)
    street.meet()
    with ana._writing():
        for data, _rule in world.photos.values():
            blobs.put(ana._db, photo_hash(data), data)
    _place(world)
    for who in NAMES:
        _repair(world, who)
    _shared_repairs(world)
    street.meet()
    _talk(world)
    street.meet()
    return world


def _page(world: World, who: str) -> None:
    group, text = world.street[who], world.marks.text

    def on(share: ShareField) -> Rule:
        return lambda consents, audience: consents.named(who, share, audience)

    group.set_me(
        name=text(f"{who} name", on(ShareField.NAME)),
        area=text(f"{who} area", on(ShareField.AREA)),
        languages=[text(f"{who} language", on(ShareField.LANGUAGES))],
        availability=text(f"{who} availability", on(ShareField.AVAILABILITY)),
    )
    skill = on(ShareField.SKILLS)
    for level in SkillLevel:
        group.add_skill(
            text(f"{who} skill {level}", skill), level, text(f"{who} note {level}", skill)
        )
    fix = on(ShareField.FIXES)
    group.add_fix(text(f"{who} fix", fix), text(f"{who} note of fix", fix))
    for kind in ContactKind:
        group.set_contact(kind, _contact(world, who, kind, _reached(who, kind)), Audience.GROUP)
    page = Identity(group.id, group.me, NO_NONCE, "person").record_id
    world.marks.known(code(page), f"{who} code", on(ShareField.NAME))
    world.marks.known(page.hex(), f"{who} record", never)
    world.marks.known(group.me.hex(), f"{who} member", never)


def _reached(who: str, kind: ContactKind) -> Rule:
    def rule(consents: Consents, audience: Audience) -> bool:
        named = consents.named(who, ShareField.NAME, audience)
        return named and reaches(consents.contacts[who, kind], audience)

    return rule


def _contact(world: World, who: str, kind: ContactKind, rule: Rule) -> str:
    if kind is ContactKind.PHONE:
        return world.marks.number(f"{who} phone", rule)
    mark = world.marks.text(f"{who} {kind}", rule)
    return f"{mark}@example.org" if kind is ContactKind.EMAIL else mark


def _known(world: World) -> None:
    """Somebody from a list, of whom some may have noted that they agreed; Ana brought the list."""
    text, ana = world.marks.text, world.group

    def leaves(consents: Consents, audience: Audience) -> bool:
        return consents.agreed(audience)

    listed = ana._create(
        "listed",
        {
            "name": text("known name", leaves),
            "area": text("known area", leaves),
            "availability": text("known availability", leaves),
            f"lang:{text('known language', leaves)}": True,
            f"skill:{text('known skill', leaves)}": "can",
            f"fix:{text('known fix', leaves)}": "",
            "origin": text("known origin", inside(leaves)),
            "origin_id": text("known id", inside(leaves)),
        },
        group_owned=True,
    ).created
    assert listed is not None
    world.posts["known"] = listed
    with ana._writing():
        said = [["phone", world.marks.number("known sealed phone", never)]]
        beside = [[text("known column", never), text("known remark", never)]]
        ana._confide(Purpose.KNOWN, [listed, said, beside], ana._confidants())
    world.street.meet()
    for who in NAMES:
        for kind in ContactKind:
            value = _contact(world, f"{who} known", kind, _opened(who, kind))
            world.street[who]._create(
                "listed_contact",
                {"listed": listed, "kind": str(kind), "value": value, "audience": "group"},
            )


def _opened(who: str, kind: ContactKind) -> Rule:
    """A contact of who is known of leaves with the word of who opened it."""

    def rule(consents: Consents, audience: Audience) -> bool:
        counts = who in consents.counting(audience) and consents.agreed(audience)
        return counts and reaches(consents.contacts[f"{who} known", kind], audience)

    return rule


def _posts(world: World, who: str) -> None:
    group, text = world.street[who], world.marks.text
    for name, on_behalf, from_list in (
        (f"{who} own", False, False),
        (f"{who} behalf", True, False),
        (f"{who} list", False, True),
    ):
        leaves = _post_rule(who, name, own=not (on_behalf or from_list))
        shown = _with_share(name, leaves, 1)
        picture = draft(len(world.photos) + 3, alt=text(f"{name} alt", shown))
        created = group.post(
            PostDraft(
                PostKind.OFFER if who == "ben" else PostKind.NEED,
                text(f"{name} title", leaves),
                text=text(f"{name} text", leaves),
                area=text(f"{name} area", leaves),
                when=text(f"{name} when", leaves),
                named_parts=(Part(text(f"{name} part", leaves), 3),),
                starts=NOW + DAY_MS,
                repeat=Repeat.WEEKLY,
                standing=True,
                on_behalf_of=text(f"{name} for", _with_share(name, leaves, 2)) if on_behalf else "",
                consent=text(f"{name} consent", never) if on_behalf else "",
                language="en",
            ),
            [picture],
        ).created
        assert created is not None
        if from_list:
            fields: dict[str, Scalar] = {
                "origin": text(f"{name} origin", inside(leaves)),
                "origin_id": text(f"{name} id", inside(leaves)),
                "licence": text(f"{name} licence", inside(leaves)),
                f"more:{text(f'{name} column', inside(leaves))}": text(
                    f"{name} remark", inside(leaves)
                ),
            }
            group._edit(created, fields)
        world.photos[name] = (picture.data, shown)
        world.posts[name] = created
        world.owners[name] = who
        world.marks.known(code(created), f"{name} code", leaves)
        world.marks.known(created.hex(), f"{name} record", never)


def _post_rule(who: str, name: str, *, own: bool) -> Rule:
    def rule(consents: Consents, audience: Audience) -> bool:
        share = consents.posts[name][0]
        if share is None:
            share = consents.page(who, ShareField.POSTS) if own else Audience.GROUP
        return reaches(share, audience)

    return rule


def _with_share(name: str, leaves: Rule, which: int) -> Rule:
    def rule(consents: Consents, audience: Audience) -> bool:
        share = consents.posts[name][which] or Audience.GROUP
        return leaves(consents, audience) and reaches(share, audience)

    return rule


def _place(world: World) -> None:
    text = world.marks.text

    def leaves(consents: Consents, audience: Audience) -> bool:
        return reaches(consents.place, audience)

    place = world.group.add_place(
        PlaceDraft(
            text("place name", leaves),
            area=text("place area", leaves),
            address=text("place address", leaves),
            about=text("place about", leaves),
            hours="FREQ=WEEKLY;BYDAY=MO;OPENS=10:00;CLOSES=12:00",
            fixes=(Fix(text("place fix", leaves), text("place note", leaves)),),
        )
    ).created
    assert place is not None
    world.group._edit(
        place,
        {
            "point": "{},{}".format(*POINT),
            "contact:phone": world.marks.number("place phone", leaves),
            "contact:email": text("place email", leaves) + "@example.org",
            "origin": text("place origin", inside(leaves)),
            "more:Key": text("place remark", inside(leaves)),
        },
    )
    world.posts["place"] = place
    world.marks.known(code(place), "place code", leaves)
    world.marks.known(place.hex(), "place record", never)


def _repair(world: World, who: str) -> None:
    text = world.marks.text

    def leaves(consents: Consents, audience: Audience) -> bool:
        return reaches(consents.page(who, ShareField.REPAIRS), audience)

    repair = (
        world.street[who]
        .add_repair(
            RepairDraft(
                text(f"{who} thing", leaves),
                RepairOutcome.FIXED,
                item=text(f"{who} item", leaves),
                brand=text(f"{who} brand", leaves),
                problem=text(f"{who} problem", leaves),
                place=world.posts["place"],
            )
        )
        .created
    )
    assert repair is not None
    world.marks.known(repair.hex(), f"{who} repair", never)


def _shared_repairs(world: World) -> None:
    """What was published already, and what the group wrote itself."""
    text = world.marks.text
    for name, licence, rule in (
        ("published", "CC BY-SA 4.0", lambda _consents, _audience: True),
        ("of the group", "", lambda _consents, audience: audience is Audience.GROUP),
    ):
        world.group._create(
            "repair",
            {
                "category": "Kettle",
                "outcome": "fixed",
                "item": text(f"{name} item", rule),
                "place": world.posts["place"],
                "origin": text(f"{name} origin", rule),
                "licence": licence,
            },
            group_owned=True,
        )


def _talk(world: World) -> None:
    """What people say to each other never leaves, but for who goes, within the group."""
    ana, ben, cleo = (world.street[who] for who in NAMES)
    post = world.posts["ana own"]
    part = next(mark for mark, what in world.marks.what.items() if what == "ana own part")
    text = world.marks.text

    def goes(consents: Consents, audience: Audience) -> bool:
        leaves = _post_rule("ana", "ana own", own=True)(consents, audience)
        helps = reaches(consents.page("cleo", ShareField.HELPING), audience)
        return leaves and helps and audience is Audience.GROUP

    for helper, note, for_ in ((ben, "ben", ""), (cleo, "cleo", text("cleo goes for", goes))):
        answer = helper.help_with(
            post,
            note=text(f"{note} answers", never),
            when=text(f"{note} comes when", never),
            part=part,
            on_behalf_of=for_,
        ).created
        assert answer is not None
        world.street.meet()
        if not next(row for row in ana.post_detail(post).responses if row.id == answer).state.goes:
            ana.accept(answer)
        world.street.meet()
        ana.send(post, helper.me, text(f"message to {note}", never))
    ana.set_behalf_contact(
        world.posts["ana behalf"], world.marks.number("number beside a post", never)
    )
    ben.comment(post, text("comment", never))
    ben._create("thanks", {"post": post, "text": text("thanks", never)})
    ana.add_notice(text("notice", never), NOW + DAY_MS)
