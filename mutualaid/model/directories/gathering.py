# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one place where a directory is made: what may leave for an audience, and what stays.

What is for a wide audience is for all narrower ones. Of what nobody said anything it is for the
group, so for anybody beyond nothing leaves unless somebody said so. Everything is read in bulk,
from the views; a writer of a format sees what is here and nothing else.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mutualaid.model import queries, times
from mutualaid.model.codes import code
from mutualaid.model.directories import sources
from mutualaid.model.directories.blurring import blur
from mutualaid.model.directories.directory import (
    AsOf,
    Contact,
    Directory,
    GroupCard,
    Person,
    Photo,
    Place,
    Point,
    Post,
    Promise,
    Repair,
)
from mutualaid.model.directories.photographs import Album, StoredPhoto
from mutualaid.model.membership import Membership
from mutualaid.model.outcomes import STANDINGS
from mutualaid.model.queries.board import post_rows
from mutualaid.model.queries.where import Where
from mutualaid.model.records import REGISTRY
from mutualaid.model.records.contact import AUDIENCES as CONTACT_AUDIENCES
from mutualaid.model.records.contact import KINDS as CONTACT_KINDS
from mutualaid.model.records.person import LEVELS, SHARES
from mutualaid.model.records.place import CONTACTS as PLACE_CONTACTS
from mutualaid.model.records.place import KINDS as PLACE_KINDS
from mutualaid.model.records.repair import OUTCOMES
from mutualaid.model.records.sharing import AUDIENCES, UNSAID
from mutualaid.model.taxonomy import BARRIERS
from mutualaid.model.values import (
    Audience,
    Fix,
    Part,
    PostRow,
    PostStatus,
    Skill,
    Standing,
    Urgency,
)
from mutualaid.model.values.directories import Held, HeldWhy, ShareField

#: Told how many records are done, of how many; raises to stop.
Progress = Callable[[int, int], None]

_HOLDS: Final = (Standing.TAKEN, Standing.ACCEPTED)
_PUBLIC: Final = AUDIENCES.index(Audience.PUBLIC)
_GROUP: Final = AUDIENCES.index(Audience.GROUP)


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom a directory is made, by whom, when, and what is left out by hand (record ids)."""

    group: bytes
    me: bytes
    audience: Audience
    now: int
    ends: int
    leave_out: frozenset[bytes] = frozenset()
    as_of: AsOf = field(default_factory=lambda: AsOf(0, 0, None, None))


@dataclass(frozen=True, slots=True)
class Gathered:
    """A directory, what stays behind, and whose its records are.

    ``members`` maps the record of a page, a post, a promise or a repair to the member whose it is.
    """

    directory: Directory
    held: tuple[Held, ...]
    members: Mapping[bytes, bytes]


def gather(db: Any, membership: Membership, asked: Asked, album: Album, tick: Progress) -> Gathered:
    """Read all that may leave; inside a transaction of the caller, so that it fits together."""
    return _Gathering(db, membership, asked, album, tick).whole()


class _Gathering:
    """One reading. ``_shown`` has, by member, the page that leaves."""

    def __init__(
        self, db: Any, membership: Membership, asked: Asked, album: Album, tick: Progress
    ) -> None:
        self._db = db
        self._members = membership.persons
        self._asked = asked
        self._album = album
        self._tick = tick
        self._level = AUDIENCES.index(asked.audience)
        self._outside = self._level > _GROUP
        self._held: list[Held] = []
        self._owners: dict[bytes, bytes] = {}
        self._shown: dict[bytes, Person] = {}
        self._names: dict[bytes, str] = {}  # of members, whether or not they leave
        self._shares: dict[bytes, dict[ShareField, int]] = {}
        self._done = 0
        tables = ["person", "post", "place", "repair", *(["listed"] if _knows_listed() else [])]
        self._total = sum(
            db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables
        )

    def whole(self) -> Gathered:
        people = self._people()
        if _knows_listed():
            people += self._listed()
        posts = self._posts()
        places = self._places()
        repairs = self._repairs({place.id: place.name for place in places})
        directory = Directory(
            group=group_card(self._db),
            audience=self._asked.audience,
            made=self._asked.now,
            ends=self._asked.ends,
            as_of=self._asked.as_of,
            people=tuple(person for _name, person in sorted(people, key=_by_name)),
            posts=tuple(posts),
            places=tuple(places),
            repairs=tuple(repairs),
        )
        return Gathered(directory, tuple(self._held), self._owners)

    # -- help

    def _step(self) -> None:
        self._done += 1
        self._tick(min(self._done, self._total), self._total)

    def _may(self, share: int | None) -> bool:
        """Whether what is for ``share`` may leave for whom this is made."""
        return (UNSAID if share is None else share) >= self._level

    def _stays(self, sort: str, id_: bytes, title: str, why: HeldWhy, field: str = "") -> None:
        self._held.append(Held(sort, id_, code(id_), title, field, why))

    def _is_left_out(self, sort: str, id_: bytes, title: str) -> bool:
        if id_ not in self._asked.leave_out:
            return False
        self._stays(sort, id_, title, HeldWhy.LEFT_OUT)
        return True

    def _by_record(self, sql: str) -> dict[int, list[tuple[Any, ...]]]:
        """Rows without their first column, by it: a record's number."""
        found: dict[int, list[tuple[Any, ...]]] = {}
        for number, *rest in self._db.execute(sql):
            found.setdefault(number, []).append(tuple(rest))
        return found

    # -- people

    def _people(self) -> list[tuple[str, Person]]:
        lists = self._lists("person", " AND declared")
        contacts: dict[bytes, list[tuple[int, str, int]]] = {}
        for member, kind, value, audience in self._db.execute(
            "SELECT person, kind, value, audience FROM contact ORDER BY kind, created DESC, value"
        ):
            wide = AUDIENCES.index(CONTACT_AUDIENCES[audience])
            contacts.setdefault(member, []).append((kind, value, wide))
        people: list[tuple[str, Person]] = []
        for number, id_, member, name, area, availability, sort_name, updated in self._db.execute(
            "SELECT p.record, r.id, p.person, p.name, p.area, p.availability, p.sort_name,"
            " r.updated FROM person AS p JOIN record AS r ON r.number = p.record"
        ):
            self._step()
            self._names[member] = name
            shares = lists.shares.get(number, {})
            self._shares[member] = shares
            if self._is_left_out("person", id_, name):
                continue
            gone = self._outside and member not in self._members
            if gone or not self._may(shares.get(ShareField.NAME)):
                self._stays("person", id_, name, HeldWhy.NO_NAME)
                continue
            person = self._page(
                number, id_, (name, area, availability, updated), lists, contacts.get(member, ())
            )
            self._owners[id_] = member
            self._shown[member] = person
            people.append((sort_name, person))
        return people

    def _listed(self) -> list[tuple[str, Person]]:
        """Those known of, who were asked."""
        lists = self._lists("listed")
        contacts: dict[bytes, list[tuple[int, str, int]]] = {}
        for about, kind, value, audience in self._db.execute(
            "SELECT about, kind, value, audience FROM listed_contact ORDER BY kind, value"
        ):
            wide = AUDIENCES.index(CONTACT_AUDIENCES[audience])
            contacts.setdefault(about, []).append((kind, value, wide))
        origins = sources.read(self._db, "listed")
        people: list[tuple[str, Person]] = []
        for number, id_, name, area, availability, agreed, sort_name, updated in self._db.execute(
            "SELECT l.record, r.id, l.name, l.area, l.availability, l.agreed, l.sort_name,"
            " r.updated FROM listed AS l JOIN record AS r ON r.number = l.record"
        ):
            self._step()
            if self._is_left_out("person", id_, name):
                continue
            if not agreed or not self._may(lists.shares.get(number, {}).get(ShareField.NAME)):
                self._stays(
                    "person", id_, name, HeldWhy.NO_CONSENT if not agreed else HeldWhy.NO_NAME
                )
                continue
            person = self._page(
                number,
                id_,
                (name, area, availability, updated),
                lists,
                contacts.get(id_, ()),
                origins,
            )
            people.append((sort_name, person))
        return people

    def _lists(self, kind: str, declared: str = "") -> "_Lists":
        fixes = f"SELECT record, category, note FROM {kind}_fix WHERE 1{declared} ORDER BY category"
        shares: dict[int, dict[ShareField, int]] = {}
        for number, place, audience in self._db.execute(
            f"SELECT record, field, audience FROM {kind}_share"
        ):
            shares.setdefault(number, {})[SHARES[place]] = audience
        return _Lists(
            languages=self._by_record(f"SELECT record, name FROM {kind}_language ORDER BY name"),
            skills=self._by_record(
                f"SELECT record, name, level, note FROM {kind}_skill ORDER BY name"
            ),
            fixes=self._by_record(fixes),
            shares=shares,
        )

    def _page(
        self,
        number: int,
        id_: bytes,
        row: tuple[str, str, str, int],
        lists: "_Lists",
        contacts: Iterable[tuple[int, str, int]],
        origins: sources.Sources | None = None,
    ) -> Person:
        """A page whose name leaves, with what else of it does."""
        name, area, availability, updated = row
        shares = lists.shares.get(number, {})

        def only(share: ShareField, value: Any) -> Any:
            if not value or self._may(shares.get(share)):
                return value
            self._stays("person", id_, name, HeldWhy.NO_CONSENT, str(share))
            return type(value)()

        shown: list[Contact] = []
        for kind, value, audience in contacts:
            if self._may(audience):
                shown.append(Contact(CONTACT_KINDS[kind], value))
            else:
                what = f"contact:{CONTACT_KINDS[kind]}"
                self._stays("person", id_, name, HeldWhy.NO_CONSENT, what)
        return Person(
            id=id_,
            code=code(id_),
            name=name,
            area=only(ShareField.AREA, area),
            languages=only(
                ShareField.LANGUAGES, tuple(each[0] for each in lists.languages.get(number, ()))
            ),
            availability=only(ShareField.AVAILABILITY, availability),
            skills=only(
                ShareField.SKILLS,
                tuple(
                    Skill(skill, LEVELS[level], note)
                    for skill, level, note in lists.skills.get(number, ())
                ),
            ),
            fixes=only(ShareField.FIXES, tuple(Fix(*each) for each in lists.fixes.get(number, ()))),
            contacts=tuple(shown),
            known_of=origins is not None,
            updated=min(updated, self._asked.now),
            source=origins.source(number) if origins else None,
            more=origins.more(number) if origins else {},
        )

    # -- posts

    def _posts(self) -> list[Post]:
        db, now = self._db, self._asked.now
        self._past()
        open_ = Where().add("p.state = 0 AND (p.expires IS NULL OR p.expires > ?)", now)
        extras = _Extras(
            shares={row[0]: row[1:] for row in db.execute("SELECT * FROM post_share")},
            parts=self._by_record("SELECT record, name, quantity FROM post_part ORDER BY name"),
            photos=self._by_record(
                "SELECT record, post_photo.hash, alt FROM post_photo"
                " JOIN blob ON blob.hash = post_photo.hash ORDER BY record, place"
            ),
            languages=dict(db.execute("SELECT record, lang FROM post WHERE lang <> ''")),
            answers=self._answers(),
            origins=sources.read(db, "post"),
        )
        rows = post_rows(db, self._asked.me, now, open_, limit=-1)
        limits = queries.rules(db)
        found: list[Post] = []
        for row in sorted(rows, key=lambda row: (-row.created, row.id)):
            self._step()
            shares = extras.shares.get(row.number, (None, None, None))
            share = shares[0]
            if share is None and not row.on_behalf_of:
                share = self._shares.get(row.owner, {}).get(ShareField.POSTS)
            if self._is_left_out("post", row.id, row.title):
                continue
            gone = self._outside and row.owner not in self._members
            if gone or not self._may(share):
                self._stays("post", row.id, row.title, HeldWhy.NO_CONSENT)
                continue
            limit = limits.limit(urgent=row.urgency is Urgency.TODAY, repeat=row.repeat)
            found.append(self._post(row, shares, extras, limit))
        return found

    def _past(self) -> None:
        for id_, title in self._db.execute(
            "SELECT r.id, p.title FROM post AS p JOIN record AS r ON r.number = p.record"
            " WHERE p.state <> 0 OR p.expires <= ? ORDER BY p.created DESC, r.id",
            (self._asked.now,),
        ):
            self._step()
            self._stays("post", id_, title, HeldWhy.PAST)

    def _post(
        self, row: PostRow, shares: tuple[int | None, ...], extras: "_Extras", limit: int
    ) -> Post:
        owner = self._shown.get(row.owner)
        if owner is None:
            self._stays("post", row.id, row.title, HeldWhy.NO_NAME, "by")
        self._owners[row.id] = row.owner
        on_behalf_of = row.on_behalf_of
        if on_behalf_of and not self._may(shares[2]):
            self._stays("post", row.id, row.title, HeldWhy.NO_CONSENT, "on_behalf_of")
            on_behalf_of = ""
        photos: tuple[Photo, ...] = tuple(
            StoredPhoto(self._album, digest, alt)
            for digest, alt in extras.photos.get(row.number, ())
        )
        if photos and not self._may(shares[1]):
            self._stays("post", row.id, row.title, HeldWhy.NO_CONSENT, "photos")
            photos = ()
        parts = tuple(Part(*each) for each in extras.parts.get(row.number, ()))
        if not parts and row.parts > 1:
            parts = (Part("", row.parts),)
        return Post(
            id=row.id,
            code=row.code,
            kind=row.kind,
            title=row.title,
            text=row.text,
            category=row.category,
            urgency=row.urgency,
            area=row.area,
            when=row.when,
            starts=row.starts,
            ends=row.ends,
            repeat=row.repeat,
            created=row.created,
            updated=row.updated,
            expires=row.expires,
            mode=row.mode,
            parts=parts,
            status=self._status(row),
            language=extras.languages.get(row.number, ""),
            by=owner.id if owner else None,
            by_name=owner.name if owner else "",
            on_behalf_of=on_behalf_of,
            contacts=owner.contacts if owner else (),
            photos=photos,
            promises=self._promises(row, extras.answers.get(row.id, ()), limit),
            source=extras.origins.source(row.number),
            more=extras.origins.more(row.number),
        )

    def _status(self, row: PostRow) -> PostStatus:
        """How it stands. Outside, that somebody offered and waits for a yes is nobody's affair."""
        if self._outside and row.status is PostStatus.OFFERED:
            return PostStatus.OPEN
        return row.status

    def _answers(self) -> dict[bytes, list[tuple[Any, ...]]]:
        """By post: what is known of each answer, at each round from which on it stands so."""
        found: dict[bytes, list[tuple[Any, ...]]] = {}
        for post, *rest in self._db.execute(
            "SELECT s.post, r.id, s.round, s.standing, s.decided_at, a.person, a.part, a.amount,"
            " a.created, a.touched, a.round, a.every, a.on_behalf_of FROM standing AS s"
            " JOIN response AS a ON a.record = s.record JOIN record AS r ON r.number = s.record"
            " ORDER BY a.created, r.id, s.round"
        ):
            found.setdefault(post, []).append(tuple(rest))
        return found

    def _promises(
        self, row: PostRow, answers: Iterable[tuple[Any, ...]], limit: int
    ) -> tuple[Promise, ...]:
        """Who goes, or went, in the present round, as far as they let that leave."""
        standing: dict[bytes, tuple[Any, ...]] = {}
        for answer in answers:
            first, every = answer[9], answer[10]
            present = first == row.round or (every and first <= row.round)
            if answer[1] <= row.round and present:
                standing[answer[0]] = answer
        found: list[Promise] = []
        held = False
        for (
            id_,
            _,
            state,
            decided,
            helper,
            part,
            amount,
            created,
            touched,
            *_,
            who,
        ) in standing.values():
            at = STANDINGS[state]
            lapses = times.lapse_at((touched, decided), limit, self._asked.now)
            if not at.goes or (at in _HOLDS and lapses is not None and lapses <= self._asked.now):
                continue
            gone = self._outside and helper not in self._members
            if gone or not self._may(self._shares.get(helper, {}).get(ShareField.HELPING)):
                held = True
                continue
            self._owners[id_] = helper
            person = None if who else self._shown.get(helper)
            name = person.name if person else ""
            if who and not self._outside:
                name = who  # on behalf of somebody who said nothing of other audiences
            found.append(
                Promise(
                    id=id_,
                    by=person.id if person else None,
                    by_name=name,
                    standing=at,
                    amount=amount,
                    part=part,
                    created=min(created, self._asked.now),
                )
            )
        if held:
            self._stays("post", row.id, row.title, HeldWhy.NO_CONSENT, "promises")
        return tuple(found)

    # -- places and repairs

    def _places(self) -> list[Place]:
        fixes = self._by_record("SELECT record, category, note FROM place_fix ORDER BY category")
        contacts = self._by_record("SELECT record, kind, value FROM place_contact ORDER BY kind")
        origins = sources.read(self._db, "place")
        found: list[Place] = []
        for row in self._db.execute(
            "SELECT p.record, r.id, p.name, p.kind, p.area, p.address, p.hours, p.about,"
            " p.confirmed, p.share, p.lat, p.lon, r.updated FROM place AS p"
            " JOIN record AS r ON r.number = p.record ORDER BY p.sort_name, r.id"
        ):
            self._step()
            number, id_, name, kind, area, address, hours, about, confirmed, share = row[:10]
            lat, lon, updated = row[10:]
            if self._is_left_out("place", id_, name):
                continue
            if not self._may(share):
                self._stays("place", id_, name, HeldWhy.NO_CONSENT)
                continue
            point = None
            if lat is not None and lon is not None:
                point = blur(Point(lat, lon)) if self._outside else Point(lat, lon)
            found.append(
                Place(
                    id=id_,
                    code=code(id_),
                    name=name,
                    kind=PLACE_KINDS[kind],
                    area=area,
                    address=address,
                    hours=hours,
                    about=about,
                    fixes=tuple(Fix(*each) for each in fixes.get(number, ())),
                    contacts=tuple(
                        Contact(PLACE_CONTACTS[contact], value)
                        for contact, value in contacts.get(number, ())
                    ),
                    confirmed=min(confirmed, self._asked.now) if confirmed else None,
                    point=point,
                    updated=min(updated, self._asked.now),
                    source=origins.source(number),
                    more=origins.more(number),
                )
            )
        return found

    def _repairs(self, places: Mapping[bytes, str]) -> list[Repair]:
        """``places`` are those that leave; of published repairs also the published place is named,
        as it was when it was published."""
        published = dict(
            self._db.execute(
                "SELECT r.id, p.name FROM place_source AS s JOIN place AS p ON p.record = s.record"
                " JOIN record AS r ON r.number = s.record WHERE s.licence <> ''"
            )
        )
        found: list[Repair] = []
        for row in self._db.execute(
            "SELECT r.id, t.category, t.item, t.outcome, t.brand, t.problem, t.barrier, t.date,"
            " t.year, t.age, t.country, t.place, t.owner, t.origin, t.licence, t.origin_id"
            " FROM repair AS t JOIN record AS r ON r.number = t.record ORDER BY t.date, r.id"
        ):
            self._step()
            id_, category, item, outcome, brand, problem, barrier, date, year, age = row[:10]
            country, place, owner, origin, licence, origin_id = row[10:]
            title = item or category
            if self._is_left_out("repair", id_, title):
                continue
            if not self._repair_leaves(owner, licence):
                self._stays("repair", id_, title, HeldWhy.NO_CONSENT)
                continue
            if owner != self._asked.group:
                self._owners[id_] = owner
            at = places.get(place, "") if place else ""
            if not at and place and owner == self._asked.group and licence:
                at = published.get(place, "")
            found.append(
                Repair(
                    id=id_,
                    code=code(id_),
                    category=category,
                    item=item,
                    outcome=OUTCOMES[outcome],
                    brand=brand,
                    problem=problem,
                    barrier=BARRIERS[barrier - 1] if barrier else "",
                    date=date,
                    year=year,
                    age=age,
                    country=country,
                    place=place if at else None,
                    place_name=at,
                    source=sources.source_of(origin, origin_id, licence),
                )
            )
        return found

    def _repair_leaves(self, owner: bytes, licence: str) -> bool:
        if owner == self._asked.group:
            # One with a licence was published before it came here.
            return self._may(_PUBLIC if licence else None)
        if self._outside and owner not in self._members:
            return False
        return self._may(self._shares.get(owner, {}).get(ShareField.REPAIRS))


@dataclass(frozen=True, slots=True)
class _Lists:
    """What hangs on pages, by the number of their record."""

    languages: Mapping[int, list[tuple[Any, ...]]]
    skills: Mapping[int, list[tuple[Any, ...]]]
    fixes: Mapping[int, list[tuple[Any, ...]]]
    shares: Mapping[int, dict[ShareField, int]]


@dataclass(frozen=True, slots=True)
class _Extras:
    """What hangs on posts; ``answers`` by the post's id, the rest by its number."""

    shares: Mapping[int, tuple[int | None, ...]]
    parts: Mapping[int, list[tuple[Any, ...]]]
    photos: Mapping[int, list[tuple[Any, ...]]]
    languages: Mapping[int, str]
    answers: Mapping[bytes, list[tuple[Any, ...]]]
    origins: sources.Sources


def _knows_listed() -> bool:
    return "listed" in REGISTRY


def _by_name(each: tuple[str, Person]) -> tuple[str, bytes]:
    return each[0], each[1].id


def group_card(db: Any) -> GroupCard:
    """The group as it shows itself outside."""
    row = db.execute(
        "SELECT name, country, tz, about, email, phone, form, whereabouts FROM group_page LIMIT 1"
    ).fetchone()
    points = {
        area: Point(lat, lon)
        for area, lat, lon in db.execute("SELECT area, lat, lon FROM group_point ORDER BY area")
    }
    name, country, tz, about, email, phone, form, where = row or ("",) * 8
    return GroupCard(name, country, tz, about, email, phone, form, where, points)


def as_of(devices: Collection[bytes], heard: Mapping[bytes, int], now: int) -> AsOf:
    """How fresh what is here is: ``devices`` are the others of the group, ``heard`` when each
    was last heard."""
    moments = [heard.get(device) for device in devices]
    known = [moment for moment in moments if moment is not None]
    return AsOf(
        machines=len(moments),
        heard=sum(moment > now - times.WEEK_MS for moment in known),
        latest=max(known, default=None),
        oldest=min(known) if known and len(known) == len(moments) else None,
    )
