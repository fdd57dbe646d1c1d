# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A directory as a tabular data package of the Human Services Data Specification 3.0.

The group is an organization, and so is each place that somebody else runs; hubs, workshops and
repair sessions are locations of the group (``hsds.place.OF_THE_GROUP``). Each place has a service
at a location. An offer is a service of the group, and so is what a neighbour can do, with the
neighbour as its contact. HSDS has no confidential flag and needs none here: what may not leave is
not in a directory.

What came in with a package goes out under its own ids; ours are ``public_id``. What HSDS has no
column for stands in attributes (``hsds.terms``).
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from mutualaid.model import times
from mutualaid.model.directories.directory import (
    Contact,
    Directory,
    Person,
    Place,
    Post,
    Source,
    public_id,
)
from mutualaid.model.directories.formats.format import File, Format, Tick
from mutualaid.model.directories.hsds import place as places
from mutualaid.model.directories.hsds.addresses import two_letters
from mutualaid.model.directories.hsds.bundle import Bundle, Row, sub_id, unkeep
from mutualaid.model.directories.hsds.fitting import fit
from mutualaid.model.directories.hsds.place import Around, day, moment, uri
from mutualaid.model.directories.hsds.schema import TABLES, is_uuid
from mutualaid.model.directories.hsds.sheets import Sheets
from mutualaid.model.directories.hsds.terms import DETAILS, Term, taxonomy_row
from mutualaid.model.directories.languages import tag_of
from mutualaid.model.values import (
    ContactKind,
    Mode,
    PostKind,
    Repeat,
    SkillLevel,
    Urgency,
)

NAME: Final = "human_services_data"

_FEES: Final = {
    Mode.GIFT: "Free of charge.",
    Mode.LEND: "Free of charge; it is lent and comes back.",
    Mode.POOL: "Everybody brings something.",
    Mode.SWAP: "In exchange for something else.",
    Mode.HOURS: "Counted in hours of help.",
    Mode.COST: "At cost.",
}
_CODES: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_LEVELS: Final = {SkillLevel.TEACH: " (can teach)", SkillLevel.LEARN: " (wants to learn)"}
_STAND: Final = ("organizations", "services", "locations")
_EMAIL: Final = TABLES["contacts"].by_name["email"]


def _files(directory: Directory, tick: Tick) -> Iterator[File]:
    with Sheets() as sheets:
        about = _Package(directory, sheets).write(tick)
        yield from (File(name, pieces) for name, pieces in sheets.files())
        yield File("datapackage.json", [sheets.descriptor(about)])


class _Package:
    """One directory on its way into tables."""

    def __init__(self, directory: Directory, sheets: Sheets) -> None:
        self._directory = directory
        self._sheets = sheets
        group = directory.group
        self._id = str(public_id(group.id or group.name.encode(), "group"))
        self._around = Around(self._id, two_letters(group.country))
        self._zone = times.zone_of(group.tz)
        self._keys: set[str] = {self._id}
        self._terms: set[Term] = set()
        self._areas: set[str] = set()

    def write(self, tick: Tick) -> Mapping[str, Any]:
        """Fill the tables; what the package says of itself."""
        self._write(self._group())
        for place in self._places(tick):
            self._write(place)
        for person in self._directory.people:
            tick()
            if not _no_service(person):
                self._write(self._person(person))
        for post in self._directory.posts:
            tick()
            if post.kind is PostKind.OFFER:
                self._write(self._offer(post))
        for term in sorted(self._terms):
            self._sheets.add("taxonomy_terms", term.row())
        for family in sorted({term.family for term in self._terms}):
            self._sheets.add("taxonomies", taxonomy_row(family))
        return self._about()

    def _about(self) -> Mapping[str, Any]:
        group, until = self._directory.group, self._directory.ends
        records: tuple[Person | Post | Place, ...] = (
            *self._directory.places,
            *self._directory.posts,
            *self._directory.people,
        )
        sources = {each.source for each in records if each.source and each.source.name}
        named = sorted({(source.name, source.licence) for source in sources})
        said = [name + (f" ({licence})" if licence else "") for name, licence in named]
        return {
            "name": NAME,
            "title": group.name,
            "description": (
                f"Directory of {group.name}. Made on {day(self._directory.made)}; please throw it"
                f" away after {day(until)} and ask for a new one."
            ),
            "profile": "tabular-data-package",
            "version": "3.0.0",
            "created": moment(self._directory.made // 1000 * 1000),
            **({"sources": [{"title": title} for title in said]} if said else {}),
        }

    def _write(self, bundle: Bundle) -> None:
        self._terms |= bundle.terms
        for stem, rows in bundle.rows.items():
            for row in rows:
                self._sheets.add(stem, row)

    def _key(self, record: Person | Post | Place) -> str:
        """The id under which a record is known outside: its own in the list it came from."""
        own = record.source.id.strip().lower() if record.source else ""
        mine = is_uuid(own) and own not in self._keys
        if not mine and not (own and _has_row(unkeep(own, record.more)[0])):
            own = str(public_id(record.id))
        self._keys.add(own)
        return own

    # -- the group and places

    def _group(self) -> Bundle:
        group = self._directory.group
        bundle = Bundle(self._id)
        bundle.entity = "organization"
        bundle.add(
            "organizations",
            {
                "id": self._id,
                "name": group.name,
                "description": group.about or "Neighbours who help each other.",
                "email": group.email if _EMAIL.takes(group.email) else "",
                "website": uri(group.form),
            },
        )
        if group.phone:
            bundle.add("phones", {"organization_id": self._id, "number": group.phone})
        if group.where:
            row = {"location_type": "virtual", "organization_id": self._id, "name": group.where}
            bundle.add("locations", row)
        bundle.say(Term("detail", "record"), "group", "record")
        return bundle

    def _places(self, tick: Tick) -> Iterator[Bundle]:
        found: list[Bundle] = []
        for place in self._directory.places:
            tick()
            found.append(self._place(place))
        ours = {term.id for bundle in found for term in bundle.terms}
        ours |= {Term("detail", name).id for name in DETAILS}
        yield from fit(found, {"organizations": [self._id], "taxonomy_terms": ours})

    def _place(self, place: Place) -> Bundle:
        key = self._key(place)
        bundle, extras = unkeep(key, place.more)
        wanted = places.of(place, extras)
        if _has_row(bundle):
            places.show(bundle, wanted, self._around)
        else:
            kept, bundle = bundle, places.lay_out(key, place, wanted, self._around)
            _merge(bundle, kept)
        if place.source is not None:
            _say_source(bundle, place.source)
        return bundle

    # -- people and offers

    def _person(self, person: Person) -> Bundle:
        key = self._key(person)
        kept, extras = unkeep(key, person.more)
        bundle = self._service(
            key,
            ", ".join(_names(person))[:200],
            "\n".join(_can(person)),
            "person",
            person.updated,
        )
        for skill in person.skills:
            bundle.say(Term("skill", skill.name), skill.note, skill.level.value)
        for fix in person.fixes:
            bundle.say(Term("product", fix.category), fix.note)
        for language in person.languages:
            row = {"service_id": key, "name": language, "code": tag_of(language)}
            bundle.add("languages", row)
        if person.availability:
            bundle.add("schedules", {"service_id": key, "description": person.availability})
        if person.area:
            location = self._area(bundle, person.area)
            at = {"service_id": key, "location_id": location}
            bundle.add("service_at_location", at)
        self._contact(bundle, person.name, person.contacts)
        self._rest(bundle, kept, extras, person.source)
        return bundle

    def _area(self, bundle: Bundle, area: str) -> str:
        """The id of a location that is known by its quarter alone: virtual, without an address."""
        location = sub_id(self._id, f"area/{area}")
        if location not in self._areas:
            self._areas.add(location)
            row = {"id": location, "location_type": "virtual", "name": area}
            point = self._directory.group.points.get(area)
            if point is not None:
                row |= {"latitude": f"{point.lat:.4f}", "longitude": f"{point.lon:.4f}"}
            bundle.add("locations", row)
        return location

    def _offer(self, post: Post) -> Bundle:
        key = self._key(post)
        kept, extras = unkeep(key, post.more)
        bundle = self._service(key, post.title, post.text, "offer", post.updated)
        service = bundle.of("services")[0]
        service["status"] = "inactive" if post.status.is_past else "active"
        service["fees_description"] = _FEES[post.mode]
        bundle.say(Term("category", post.category))
        if post.area:
            bundle.add("service_areas", {"service_id": key, "name": post.area})
        if post.when or post.starts is not None or post.expires is not None:
            bundle.add("schedules", {"service_id": key, **self._window(post)})
        starts, ends = post.first or (post.starts, post.ends)
        details = {
            "mode": post.mode.value if post.mode is not Mode.GIFT else "",
            "urgency": post.urgency.value if post.urgency is not Urgency.ANYTIME else "",
            "starts": moment(starts) if starts is not None else "",
            "ends": moment(ends) if ends is not None else "",
            "repeat": post.repeat.value if post.repeat else "",
            "expires": moment(post.expires) if post.expires is not None else "",
            "language": post.language,
            "on_behalf_of": post.on_behalf_of,
        }
        for name, value in details.items():
            if value:
                bundle.say(Term("detail", name), value, name)
        for part in post.parts:
            term = Term("detail", "part" if part.name else "parts")
            bundle.say(term, str(part.quantity), part.name)
        self._contact(bundle, post.by_name, post.contacts)
        self._rest(bundle, kept, extras, post.source)
        return bundle

    def _window(self, post: Post) -> Row:
        row = {"description": post.when}
        if post.expires is not None:
            row["valid_to"] = day(post.expires)
        first, ends = post.first or (post.starts, post.ends)
        if first is not None:
            starts = self._local(first)
            row["dtstart"] = starts.date().isoformat()
            row["opens_at"] = starts.strftime("%H:%M:%S")
            if ends is not None:
                row["closes_at"] = self._local(ends).strftime("%H:%M:%S")
            offset = starts.utcoffset() or dt.timedelta()
            row["timezone"] = f"{offset.total_seconds() / 3600:g}"
            if post.repeat is Repeat.WEEKLY:
                row |= {"freq": "WEEKLY", "byday": _CODES[starts.weekday()]}
            elif post.repeat is Repeat.MONTHLY:
                row |= {"freq": "MONTHLY", "bymonthday": str(starts.day)}
        return row

    def _local(self, ms: int) -> dt.datetime:
        return dt.datetime.fromtimestamp(ms / 1000, self._zone)

    def _service(self, key: str, name: str, text: str, record: str, updated: int) -> Bundle:
        bundle = Bundle(key)
        bundle.add(
            "services",
            {
                "id": key,
                "organization_id": self._id,
                "name": name,
                "description": text,
                "status": "active",
                "last_modified": moment(updated) if updated else "",
            },
        )
        bundle.say(Term("detail", "record"), record, "record")
        return bundle

    def _contact(self, bundle: Bundle, name: str, contacts: Iterable[Contact]) -> None:
        """Who offers it. Without a name nobody is a contact; then the group's are the way."""
        if not name:
            return
        row = {"service_id": bundle.key, "organization_id": self._id, "name": name}
        row["id"] = sub_id(bundle.key, "contact")
        for contact in dict.fromkeys(contacts):
            link = {"service_id": bundle.key, "contact_id": row["id"]}
            if contact.kind is ContactKind.PHONE:
                bundle.add("phones", {**link, "number": contact.value})
            elif (
                contact.kind is ContactKind.EMAIL
                and "email" not in row
                and _EMAIL.takes(contact.value)
            ):
                row["email"] = contact.value
            else:
                bundle.say(Term("detail", "contact"), contact.value, contact.kind.value)
        bundle.add("contacts", row)

    def _rest(
        self, bundle: Bundle, kept: Bundle, extras: Mapping[str, str], source: Source | None
    ) -> None:
        for name, value in extras.items():
            bundle.say(Term("detail", "more"), value, name)
        _merge(bundle, kept)
        if source is not None:
            _say_source(bundle, source)


def _has_row(bundle: Bundle) -> bool:
    """Whether the row that stands for a record was kept with it."""
    rows = (row for stem in _STAND for row in bundle.of(stem))
    return any(row.get("id", "").lower() == bundle.key for row in rows)


def _merge(bundle: Bundle, kept: Bundle) -> None:
    """Add cells that were kept beside a record of ours to the rows they belong to; a row that no
    longer has a place stays away."""
    for stem, rows in kept.rows.items():
        for have, row in zip(bundle.of(stem), rows, strict=False):
            for column, value in row.items():
                if column in TABLES[stem].by_name and TABLES[stem].by_name[column].takes(value):
                    have.setdefault(column, value)


def _say_source(bundle: Bundle, source: Source) -> None:
    if source.name:
        bundle.say(Term("detail", "source"), source.name, "name")
    if source.id:
        bundle.say(Term("detail", "source"), source.id, "id")
    if source.licence:
        bundle.say(Term("detail", "source"), source.licence, "licence")


def _names(person: Person) -> list[str]:
    """What somebody can do, and what they repair."""
    can = [skill.name for skill in person.skills if skill.level is not SkillLevel.LEARN]
    return list(dict.fromkeys([*can, *(fix.category for fix in person.fixes)]))


def _can(person: Person) -> Iterator[str]:
    for skill in person.skills:
        note = f": {skill.note}" if skill.note else ""
        yield f"{skill.name}{_LEVELS.get(skill.level, '')}{note}"
    for fix in person.fixes:
        note = f": {fix.note}" if fix.note else ""
        yield f"Repairs: {fix.category}{note}"


def _no_service(person: Person) -> str:
    if _names(person):
        return ""
    return (
        f"HSDS lists services. {person.name} has named nothing that they can do or repair, so"
        " there is nothing to list."
    )


def _holds_back(_directory: Directory, record: object) -> str:
    match record:
        case Person():
            return _no_service(record)
        case Post() if record.kind is PostKind.NEED:
            return f"HSDS lists what is to be had. “{record.title}” is a need, so it stays out."
        case _:
            return ""


_CARRIED: Final = {
    "person": "name area availability languages skills fixes contacts source more",
    "post": (
        "kind title text category urgency area when starts ends first repeat expires mode parts"
        " language on_behalf_of contacts source more"
    ),
    "place": "name kind area address hours about fixes contacts confirmed point source more",
}

FORMAT: Final = Format(
    name="hsds",
    title="Human services data (HSDS 3.0)",
    suffix="",
    takes=frozenset(_CARRIED),
    files=_files,
    carries=frozenset(
        f"{sort}.{name}" for sort, names in _CARRIED.items() for name in f"{names} updated".split()
    ),
    holds_back=_holds_back,
    reads=True,
    about="For helplines, city directories and everybody who lists services by Open Referral.",
    loses={
        "repair": "HSDS lists services; what was tried goes out as Open Repair Data.",
        "post.by": "The name goes along as that of a contact; it comes back as for whom it is.",
        "post.created": "HSDS says when something was changed, not when it began.",
        "post.photos": "HSDS has no pictures.",
        "post.promises": "HSDS lists what is to be had, and not who took it.",
    },
)
