# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lists of services in: data packages of the Human Services Data Specification 3.0.

Of others' packages every organization and every location becomes a place. What has a field of
ours goes there; every other cell is kept beside it (``hsds.bundle``), so that a package comes in
whole and goes out again. Names and numbers in a list of services are those that its organizations
made public; whether and how they may be handed on is a matter of its licence, which is kept, and
they stay in the group until somebody says otherwise.

Of our own packages offers become posts and people become people again.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from mutualaid.model.directories.directory import Contact
from mutualaid.model.directories.hsds import schedules
from mutualaid.model.directories.hsds.bundle import Bundle, Row, keep
from mutualaid.model.directories.hsds.fitting import as_it_came
from mutualaid.model.directories.hsds.place import UNNAMED, Face, face, read_moment, uri
from mutualaid.model.directories.hsds.schema import TABLES
from mutualaid.model.directories.hsds.terms import Term, is_ours, known
from mutualaid.model.directories.incoming.hsds_bundles import Found, Sorting, check, with_ids
from mutualaid.model.directories.incoming.hsds_package import Entry, Package, read_package
from mutualaid.model.directories.incoming.item import Item, Read, Sort, Tick, Wanted
from mutualaid.model.directories.incoming.tables import Problems
from mutualaid.model.records.reading import line, long_text
from mutualaid.model.values import (
    ContactKind,
    Millis,
    PostKind,
    Repeat,
    Scalar,
    SkillLevel,
)

#: Columns of each table that our own packages fill: what else stands there came from elsewhere.
_OURS: Final[Mapping[str, frozenset[str]]] = {
    "organizations": frozenset("id name description email website".split()),
    "services": frozenset(
        "id organization_id name description url email status fees_description assured_date"
        " last_modified".split()
    ),
    "locations": frozenset(
        "id location_type organization_id name description latitude longitude url".split()
    ),
    "service_at_location": frozenset("id service_id location_id".split()),
    "addresses": frozenset(
        "id location_id address_1 address_2 city state_province postal_code country address_type"
        "".split()
    ),
    "phones": frozenset("id location_id service_id organization_id contact_id number type".split()),
    "contacts": frozenset("id organization_id service_id name email".split()),
    "languages": frozenset("id service_id name code".split()),
    "service_areas": frozenset("id service_id name".split()),
    "schedules": frozenset(
        "id service_id location_id service_at_location_id description dtstart valid_to timezone"
        " freq byday bymonthday opens_at closes_at".split()
    ),
}
_POINT: Final = ("latitude", "longitude")
_EMAIL: Final = TABLES["organizations"].by_name["email"]
_OFTEN: Final = 200


def read(path: Path, wanted: Wanted, tick: Tick) -> Read:  # noqa: ARG001 - as every reader
    """Read a package: see ``item.Reader``."""
    problems = Problems()
    package = read_package(path, tick, problems)
    _put_back(package)
    with_ids(package, problems)
    check(package, problems)
    sorting = Sorting(package)
    found = sorting.sorted()
    items: list[Item] = []
    for number, each in enumerate(found):
        if number % _OFTEN == 0:
            tick(package.size, package.size)  # so that it can be stopped
        items.append(_item(each, problems))
    if sorting.left_behind:
        problems.add(
            "",
            f"{sorting.left_behind:,} lines belong to no organization, service or location of this"
            " package. There was no room to keep them.",
        )
    _say_hours(package, {each.bundle.key for each in found if each.record}, problems)
    return Read(tuple(items), problems.all(), package.title, package.licence, lines=package.lines)


def _say_hours(package: Package, ours: set[str], problems: Problems) -> None:
    """Say which times are not shown as hours, but for those of our own offers."""
    for number, row in package.tables.get("schedules", ()):
        says = any(row.get(name) for name in ("freq", "opens_at", "byday", "bymonthday"))
        if row.get("service_id", "").lower() in ours or not says or schedules.fits(row):
            continue
        problems.add(
            package.where("schedules", number),
            "These times are no weekly or monthly hours that hold until further notice, so they are"
            " not shown as opening hours. They were kept.",
            kept=True,
        )


def _item(found: Found, problems: Problems) -> Item:
    bundle = found.bundle
    match found.record:
        case "person":
            made = _person(bundle)
        case "offer":
            made = _offer(bundle)
        case _:
            made = _place(found, problems)
    sort, fields, contacts, more = made
    source = {kind: line(value, 140) for kind, value in bundle.details().get("source", ())}
    if source.get("name"):
        fields |= {"origin": source["name"], "licence": source.get("licence", "")}
        fields["origin_id"] = source.get("id", "")
    return Item(
        sort,
        bundle.key,
        found.where,
        {name: value for name, value in fields.items() if value != "" or name.startswith("fix:")},
        contacts,
        more,
        updated=_updated(bundle),
    )


_Made = tuple[Sort, dict[str, Scalar], tuple[Contact, ...], dict[str, str]]


def _put_back(package: Package) -> None:
    """Rows that did not fit when this package was written, as they came before that."""
    tables = package.tables
    mark = Term("detail", "row").id
    places: dict[tuple[str, str], int] = {}
    renamed: dict[str, str] = {}
    for line_, row in list(tables.get("attributes", ())):
        if row.get("taxonomy_term_id", "").lower() != mark:
            continue
        found = as_it_came(row.get("value", ""))
        if found is None:
            continue
        places = places or _places(package)
        entries = tables.setdefault(found.stem, [])
        place = places.get((found.stem, found.instead), -1) if found.instead else -1
        if place >= 0:
            entries[place] = Entry(entries[place].line, found.row)
            renamed[found.instead] = found.row.get("id", "")
        else:
            entries.append(Entry(line_, found.row))
    for _line, row in tables.get("attributes", ()):
        if row.get("link_id", "") in renamed:
            row["link_id"] = renamed[row["link_id"]]


def _places(package: Package) -> dict[tuple[str, str], int]:
    """Where in its table the row with an id stands."""
    return {
        (stem, entry.row.get("id", "")): place
        for stem, entries in package.tables.items()
        for place, entry in enumerate(entries)
    }


def _updated(bundle: Bundle) -> int:
    times = [read_moment(row.get("last_modified", "")) for row in bundle.of("services")]
    return max((each for each in times if each is not None), default=0)


# -- places


def _place(found: Found, problems: Problems) -> _Made:
    bundle = found.bundle
    said = face(bundle)
    fields: dict[str, Scalar] = {
        "name": said.name or UNNAMED,
        "kind": said.kind.value,
        "area": said.area,
        "address": said.address,
        "hours": said.hours,
        "about": said.about,
        "point": said.point,
    }
    if said.confirmed is not None:
        fields["confirmed"] = Millis(said.confirmed)
    fields |= {f"fix:{fix.category}": fix.note for fix in said.fixes}
    if found.record:
        more, lost = keep(_beside(bundle))
        contacts = said.contacts
    else:
        more, lost = keep(_without_what_is_said(_of_others(bundle), said))
        contacts = tuple({each.kind: each for each in reversed(said.contacts)}.values())[::-1]
    if lost:
        problems.add(
            found.where,
            f"More stands in the lines around this than can be kept with one place: {lost:,}"
            " values were left out.",
            kept=True,
        )
    if not said.name:
        problems.add(found.where, "Nothing here has a name. It was taken all the same.", kept=True)
    if not said.point and _has_point(bundle):
        problems.add(
            found.where,
            "Latitude and longitude are no point on earth. They were kept, but nothing is shown"
            " there.",
            kept=True,
        )
    return Sort.PLACE, fields, contacts, {**said.more, **more}


def _has_point(bundle: Bundle) -> bool:
    row = bundle.first("locations") or {}
    return bool(row.get("latitude") or row.get("longitude"))


def _of_others(bundle: Bundle) -> Bundle:
    """The rows that are not ours."""
    ours = known(bundle.of("taxonomy_terms"))
    rows = dict(bundle.rows)
    for stem in ("taxonomies", "taxonomy_terms"):
        rows[stem] = [row for row in bundle.of(stem) if not is_ours(row)]
    rows["attributes"] = [
        row
        for row in bundle.of("attributes")
        if row.get("taxonomy_term_id", "").lower() not in ours
    ]
    return Bundle(bundle.key, {stem: found for stem, found in rows.items() if found})


def _without_what_is_said(bundle: Bundle, said: Face) -> Bundle:
    """The rows without cells for which a field of the place stands: those that writing the rows
    again (``hsds.place.show``) puts back as they were."""
    first = bundle.first("organizations")
    bare = Bundle(bundle.key, bundle.rows)
    if first is not None:
        row = dict(first)
        bare.rows["organizations"] = [row, *bundle.of("organizations")[1:]]
        left = {name: row.pop(name) for name in _STANDS_FOR if name in row}
        while left:
            without = face(bare)
            back = {
                name: value
                for name, value in left.items()
                if not _STANDS_FOR[name](value, said, without)
            }
            if not back:
                break
            row.update(back)
            left = {name: value for name, value in left.items() if name not in back}
        # The name is put back before the others, for they depend on it.
        if (name := row.pop("name", "")) and not name == said.name != face(bare).name:
            row["name"] = name
    location = bundle.first("locations")
    if location is not None and said.point:
        # Kept once, and as coarse as every point here.
        row = {name: value for name, value in location.items() if name not in _POINT}
        bare.rows["locations"] = [row, *bundle.of("locations")[1:]]
    return bare


def _is_the_description(value: str, said: Face, without: Face) -> bool:
    return value == said.about != without.about


def _is_the_email(value: str, said: Face, without: Face) -> bool:
    only = [value] == _of_kind(said, ContactKind.EMAIL) and _EMAIL.takes(value)
    return only and not _of_kind(without, ContactKind.EMAIL)


def _is_the_website(value: str, said: Face, without: Face) -> bool:
    only = [value] == _of_kind(said, ContactKind.OTHER) and uri(value) == value
    return only and not _of_kind(without, ContactKind.OTHER)


def _of_kind(said: Face, kind: ContactKind) -> list[str]:
    return [contact.value for contact in said.contacts if contact.kind is kind]


#: Column of an organization → whether a field of its place stands for its value, given what all
#: rows say and what they say without it.
_STANDS_FOR: Final[Mapping[str, Callable[[str, Face, Face], bool]]] = {
    "description": _is_the_description,
    "email": _is_the_email,
    "website": _is_the_website,
}


def _beside(bundle: Bundle) -> Bundle:
    """What stands in a package of ours and did not come from us: further columns, whole tables."""
    rows: dict[str, list[Row]] = {}
    for stem, found in _of_others(bundle).rows.items():
        ours = _OURS.get(stem, frozenset())
        beside = [
            {column: value for column, value in row.items() if column not in ours} for row in found
        ]
        if any(beside):
            rows[stem] = beside
    return Bundle(bundle.key, rows)


# -- people and offers


def _person(bundle: Bundle) -> _Made:
    contact = bundle.first("contacts") or {}
    fields: dict[str, Scalar] = {
        "name": line(contact.get("name", ""), 80),
        "area": line((bundle.first("locations") or {}).get("name", ""), 80),
        "availability": line((bundle.first("schedules") or {}).get("description", ""), 140),
    }
    for row in bundle.of("languages"):
        if name := line(row.get("name", ""), 40):
            fields[f"lang:{name}"] = True
    for row, term in bundle.attributes():
        note = line(row.get("value", ""), 200)
        if term.family == "skill" and row.get("link_type") in tuple(SkillLevel):
            fields[f"skill:{term.said}"] = row["link_type"]
            fields[f"skillnote:{term.said}"] = note
        elif term.family == "product":
            fields[f"fix:{term.said}"] = note
    return Sort.PERSON, fields, tuple(_contacts(bundle)), _more(bundle)


def _offer(bundle: Bundle) -> _Made:
    service = bundle.first("services") or {}
    details = bundle.details()

    def detail(name: str) -> str:
        return line(details[name][-1][1], 140) if name in details else ""

    categories = [term.said for _, term in bundle.attributes() if term.family == "category"]
    who = line((bundle.first("contacts") or {}).get("name", ""), 80)
    fields: dict[str, Scalar] = {
        "kind": PostKind.OFFER.value,
        "title": line(service.get("name", ""), 140),
        "text": long_text(service.get("description", ""), 4000),
        "category": categories[0] if categories else "",
        "area": line((bundle.first("service_areas") or {}).get("name", ""), 80),
        "when": line((bundle.first("schedules") or {}).get("description", ""), 140),
        "mode": detail("mode"),
        "urgency": detail("urgency"),
        "lang": detail("language"),
        "for": detail("on_behalf_of") or who,
    }
    for name in ("starts", "ends", "expires"):
        moment = read_moment(detail(name)) if detail(name) else None
        if moment is not None:
            fields[name] = Millis(moment)
    if "expires" not in fields:
        fields["standing"] = True
    if detail("repeat") in tuple(Repeat):
        fields["repeat"] = detail("repeat")
    named = [(f"part:{line(name, 40)}", value) for name, value in details.get("part", ())]
    for name, value in (("parts", detail("parts")), *named):
        if value.isdecimal() and len(value) < 4:
            fields[name] = int(value)
    if service.get("status") not in ("active", None):
        fields["state"] = "withdrawn"
    return Sort.POST, fields, tuple(_contacts(bundle)), _more(bundle)


def _contacts(bundle: Bundle) -> Iterator[Contact]:
    found = [
        *(Contact(ContactKind.PHONE, row.get("number", "")) for row in bundle.of("phones")),
        *(Contact(ContactKind.EMAIL, row.get("email", "")) for row in bundle.of("contacts")),
        *(
            Contact(ContactKind(kind), value)
            for kind, value in bundle.details().get("contact", ())
            if kind in tuple(ContactKind)
        ),
    ]
    for contact in found:
        if value := line(contact.value, 200):
            yield Contact(contact.kind, value)


def _more(bundle: Bundle) -> dict[str, str]:
    more = {name: value for name, value in bundle.details().get("more", ()) if name and value}
    kept, _lost = keep(_beside(bundle))
    return {**more, **kept}
