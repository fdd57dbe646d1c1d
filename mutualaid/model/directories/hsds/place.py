# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A place of ours, and the rows of HSDS that say the same.

What rows say of a place is one function, :func:`face`. Writing is its inverse: rows are laid out
as a reader of HSDS expects them, then held against the place by that same function, and what they
do not say exactly is said once more in an attribute of ours. So what goes out comes back, and rows
of another list go out as they came in, but for what was changed here since.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Final
from urllib.parse import quote

from mutualaid.errors import BadValueError
from mutualaid.model import hours as opening
from mutualaid.model.directories.directory import Contact, Place
from mutualaid.model.directories.hsds import addresses, schedules
from mutualaid.model.directories.hsds.bundle import Bundle, Row, sub_id
from mutualaid.model.directories.hsds.schema import TABLES
from mutualaid.model.directories.hsds.terms import Term
from mutualaid.model.records.reading import LATEST, line, long_text
from mutualaid.model.records.sharing import clean_point
from mutualaid.model.values import ContactKind, Fix, PlaceKind

LONGEST_NAME: Final = 120
#: What a place is called here of which no row says a name.
UNNAMED: Final = "(without a name)"
LONGEST_CONTACT: Final = 200

#: These are where neighbours of the group itself meet and mend, so they are locations of it. The
#: others are run by somebody: to list them as services of the group would claim what is not so.
OF_THE_GROUP: Final = frozenset((PlaceKind.HUB, PlaceKind.WORKSHOP, PlaceKind.REPAIR))

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_NAMED: Final = ("organizations", "locations", "services")
_EMAILS: Final = ("organizations", "services", "contacts")
_PAGES: Final = (("organizations", "website"), ("services", "url"), ("locations", "url"))


@dataclass(frozen=True, slots=True)
class Face:
    """What rows say of a place, in our terms; ``point`` is text "lat,lon"."""

    name: str = ""
    kind: PlaceKind = PlaceKind.ORGANIZATION
    area: str = ""
    address: str = ""
    hours: str = ""
    about: str = ""
    point: str = ""
    confirmed: int | None = None
    contacts: tuple[Contact, ...] = ()
    fixes: tuple[Fix, ...] = ()
    more: Mapping[str, str] = field(default_factory=dict)


def moment(ms: int) -> str:
    """A time in UTC, in ISO 8601; to the millisecond where it has any."""
    found = _EPOCH + dt.timedelta(milliseconds=ms)
    said = found.isoformat(timespec="milliseconds" if ms % 1000 else "seconds")
    return said.removesuffix("+00:00") + "Z"


def day(ms: int) -> str:
    return (_EPOCH + dt.timedelta(milliseconds=ms)).date().isoformat()


def read_moment(text: str) -> int | None:
    """A time in ms from ISO 8601, in UTC where it says no zone; None for anything else."""
    try:
        found = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    ms = (found.replace(tzinfo=found.tzinfo or dt.UTC) - _EPOCH) // dt.timedelta(milliseconds=1)
    return ms if 0 <= ms <= LATEST else None


def uri(text: str) -> str:
    """An address on the web with what must be percent-encoded; "" for what is none."""
    if not text.startswith(("https://", "http://")):
        return ""
    encoded = quote(text, safe="~!$&'()*+,;=:@/?#%[]-._")
    return encoded if TABLES["services"].by_name["url"].takes(encoded) else ""


# -- what rows say


def face(bundle: Bundle) -> Face:
    """What rows say of a place."""
    details = bundle.details()
    ours = "record" in details
    name = _detail(details, "name") or _name(bundle)
    return Face(
        name=line(name, LONGEST_NAME),
        kind=_kind(_detail(details, "kind")),
        area=line(_said(details, "area", lambda: _city(bundle)), 80),
        address=line(_said(details, "address", lambda: _address(bundle)), 200),
        hours=_hours(_said(details, "hours", lambda: schedules.canonical(bundle.of("schedules")))),
        about=long_text(_said(details, "about", lambda: _about(bundle, name, ours=ours)), 2000),
        point=_point(_said(details, "point", lambda: _at(bundle))),
        confirmed=_confirmed(bundle, details),
        contacts=tuple(dict.fromkeys(_contacts(bundle, details))),
        fixes=tuple(sorted(_fixes(bundle), key=lambda fix: fix.category)),
        more={name: value for name, value in details.get("more", ()) if name and value},
    )


def _detail(details: Mapping[str, list[tuple[str, str]]], name: str) -> str:
    return details[name][-1][1] if name in details else ""


def _said(
    details: Mapping[str, list[tuple[str, str]]], name: str, otherwise: Callable[[], str]
) -> str:
    """A detail, which may say that there is nothing; otherwise what the columns say."""
    return details[name][-1][1] if name in details else otherwise()


def _name(bundle: Bundle) -> str:
    for stem in _NAMED:
        row = bundle.first(stem) or {}
        for column in ("name", "alternate_name"):
            if found := line(row.get(column, ""), LONGEST_NAME):
                return found
    return _address(bundle)


def _kind(text: str) -> PlaceKind:
    return PlaceKind(text) if text in tuple(PlaceKind) else PlaceKind.ORGANIZATION


def _addresses(bundle: Bundle) -> list[Row]:
    """Of the first location, where people can go before where letters can."""
    location = bundle.first("locations")
    found = [
        row
        for row in bundle.of("addresses")
        if location is None or row.get("location_id", "") in ("", location.get("id"))
    ]
    return sorted(found, key=lambda row: row.get("address_type") != "physical")


def _address(bundle: Bundle) -> str:
    found = _addresses(bundle)
    return addresses.on_one_line(found[0]) if found else ""


def _city(bundle: Bundle) -> str:
    found = _addresses(bundle)
    return found[0].get("city", "") if found else ""


def _about(bundle: Bundle, name: str, *, ours: bool) -> str:
    said: list[str] = []

    def add(text: str) -> None:
        text = long_text(text, 2000).strip()
        if text and text != name and not any(text in each for each in said):
            said.append(text)

    for stem in ("organizations",) if ours else ("organizations", "locations"):
        add((bundle.first(stem) or {}).get("description", ""))
    for row in bundle.of("services"):
        service, description = line(row.get("name", ""), 200), row.get("description", "")
        if service == name:
            add(description)
        elif not any(service in each for each in said):
            add(f"{service}: {description}" if description else service)
    return "\n\n".join(said)


def _hours(text: str) -> str:
    try:
        return opening.write(opening.parse(text))
    except ValueError:
        return ""


def _at(bundle: Bundle) -> str:
    row = bundle.first("locations") or {}
    latitude, longitude = row.get("latitude", ""), row.get("longitude", "")
    return f"{latitude},{longitude}" if latitude and longitude else ""


def _point(text: str) -> str:
    try:
        return clean_point(text) if text else ""
    except BadValueError:
        return ""


def _confirmed(bundle: Bundle, details: Mapping[str, list[tuple[str, str]]]) -> int | None:
    if "confirmed" in details:
        return read_moment(_detail(details, "confirmed"))
    days = [read_moment(row.get("assured_date", "")) for row in bundle.of("services")]
    return max((each for each in days if each is not None), default=None)


def _contacts(bundle: Bundle, details: Mapping[str, list[tuple[str, str]]]) -> Iterator[Contact]:
    for number in _phones(bundle):
        yield Contact(ContactKind.PHONE, number)
    for value in _emails(bundle):
        yield Contact(ContactKind.EMAIL, value)
    for value in _pages(bundle):
        yield Contact(ContactKind.OTHER, value)
    for kind, value in details.get("contact", ()):
        if kind in tuple(ContactKind) and (said := line(value, LONGEST_CONTACT)):
            yield Contact(ContactKind(kind), said)


def _number(row: Row) -> str:
    """Without the quotation marks that some lists put around a number, so that spreadsheets do not
    take it for one."""
    text = line(row.get("number", ""), LONGEST_CONTACT)
    return text[1:-1].strip() if len(text) > 2 and text[0] == text[-1] == '"' else text


def _phones(bundle: Bundle) -> list[str]:
    return list(dict.fromkeys(number for row in bundle.of("phones") if (number := _number(row))))


def _emails(bundle: Bundle) -> list[str]:
    return _values(bundle, [(stem, "email") for stem in _EMAILS])


def _pages(bundle: Bundle) -> list[str]:
    return _values(bundle, _PAGES)


def _values(bundle: Bundle, cells: Iterable[tuple[str, str]]) -> list[str]:
    found = (
        line(row.get(column, ""), LONGEST_CONTACT)
        for stem, column in cells
        for row in bundle.of(stem)
    )
    return list(dict.fromkeys(value for value in found if value))


def _fixes(bundle: Bundle) -> Iterator[Fix]:
    found: dict[str, str] = {}
    for row, term in bundle.attributes():
        if term.family == "product":
            found[line(term.said, 80)] = line(row.get("value", ""), 200)
    yield from (Fix(category, note) for category, note in found.items() if category)


# -- rows that say it


@dataclass(frozen=True, slots=True)
class Around:
    """What the rows of a place need of the directory: the id of the group's organization, and the
    group's country in two letters."""

    group: str
    country: str


def of(place: Place, extras: Mapping[str, str]) -> Face:
    """A place, as rows are to say it. ``extras`` is what other lists said beside."""
    return Face(
        name="" if place.name == UNNAMED else place.name,
        kind=place.kind,
        area=place.area,
        address=place.address,
        hours=place.hours,
        about=place.about,
        point=clean_point(f"{place.point.lat:.9f},{place.point.lon:.9f}") if place.point else "",
        confirmed=place.confirmed,
        contacts=tuple(dict.fromkeys(place.contacts)),
        fixes=tuple(sorted(place.fixes, key=lambda fix: fix.category)),
        more=extras,
    )


def lay_out(key: str, place: Place, wanted: Face, around: Around) -> Bundle:
    """The rows of a place of our own, or of a list that has no such rows."""
    bundle = Bundle(key)
    own = place.kind not in OF_THE_GROUP or place.source is not None
    organization = sub_id(key, "organization") if own else around.group
    if own:
        name = wanted.name or UNNAMED
        row = {"id": organization, "name": name, "description": wanted.about or name}
        bundle.add("organizations", row)
    bundle.add(
        "services",
        {
            "id": key,
            "organization_id": organization,
            "name": wanted.name or UNNAMED,
            "description": wanted.about,
            "status": "active",
            "assured_date": day(wanted.confirmed) if wanted.confirmed else "",
            "last_modified": moment(place.updated) if place.updated else "",
        },
    )
    location = sub_id(key, "location")
    latitude, _, longitude = wanted.point.partition(",")
    bundle.add(
        "locations",
        {
            "id": location,
            "location_type": "physical" if wanted.address or wanted.point else "virtual",
            "organization_id": organization,
            "name": wanted.name or UNNAMED,
            "description": wanted.address or wanted.area,
            "latitude": latitude,
            "longitude": longitude,
        },
    )
    at = {"id": sub_id(key, "at"), "service_id": key, "location_id": location}
    bundle.add("service_at_location", at)
    if wanted.area:
        bundle.add("service_areas", {"service_id": key, "name": wanted.area})
    bundle.say(Term("detail", "record"), "place", "record")
    return show(bundle, wanted, around)


def show(bundle: Bundle, wanted: Face, around: Around) -> Bundle:
    """Make rows say what is wanted; those that say it already stay as they are."""
    said = face(bundle)
    if said.name != wanted.name:
        _change_name(bundle, wanted, around)
        said = face(bundle)  # what is said about a place depends on its name
    for name, change in _CHANGES.items():
        if not _same(name, getattr(said, name), getattr(wanted, name)):
            change(bundle, wanted, around)
    said = face(bundle)
    for each in fields(Face):
        value = getattr(wanted, each.name)
        if each.name in _EXACTLY and not _same(each.name, getattr(said, each.name), value):
            _forget(bundle, each.name)
            bundle.say(Term("detail", each.name), _text(value), each.name)
    _say_contacts(bundle, said, wanted)
    for fix in wanted.fixes:
        if fix not in said.fixes:
            bundle.say(Term("product", fix.category), fix.note)
    for name, value in wanted.more.items():
        if said.more.get(name) != value:
            bundle.say(Term("detail", "more"), value, name)
    return bundle


_EXACTLY: Final = frozenset("name kind area address hours about point confirmed".split())


def _text(value: object) -> str:
    if isinstance(value, int):
        return moment(value)
    return str(value) if value is not None else ""


def _same(name: str, said: object, wanted: object) -> bool:
    """Whether rows say enough. A place keeps one contact of a kind, a list may have more."""
    if name == "contacts":
        assert isinstance(said, tuple)
        assert isinstance(wanted, tuple)
        return all(_same_kind(kind, said, wanted) for kind in ContactKind)
    return said == wanted


def _of_kind(contacts: Iterable[Contact], kind: ContactKind) -> list[str]:
    return [contact.value for contact in contacts if contact.kind is kind]


def _same_kind(kind: ContactKind, said: Iterable[Contact], wanted: Iterable[Contact]) -> bool:
    have, want = _of_kind(said, kind), _of_kind(wanted, kind)
    return sorted(have) == sorted(want) or (len(want) == 1 and want[0] in have)


def _forget(bundle: Bundle, detail: str, value: str | None = None) -> None:
    """Take back what an attribute of ours says."""
    for row, term in list(bundle.attributes()):
        gone = value is None or row.get("value", "") == value
        if term == Term("detail", detail) and gone:
            bundle.drop("attributes", row)


def _change_name(bundle: Bundle, wanted: Face, _around: Around) -> None:
    row = next((found for stem in _NAMED if (found := bundle.first(stem))), None)
    if row is not None and wanted.name:
        row["name"] = wanted.name


def _change_about(bundle: Bundle, wanted: Face, _around: Around) -> None:
    row = bundle.first("organizations") or bundle.first("services") or bundle.first("locations")
    if row is not None:
        row["description"] = wanted.about
        if not wanted.about:
            del row["description"]


def _change_address(bundle: Bundle, wanted: Face, around: Around) -> None:
    for row in _addresses(bundle)[:1]:
        bundle.drop("addresses", row)
    found = addresses.parse(wanted.address)
    location = bundle.first("locations")
    if found is not None and location is not None and around.country:
        bundle.add(
            "addresses",
            {
                "id": sub_id(bundle.key, "address"),
                "location_id": location["id"],
                "address_1": found.first,
                "address_2": found.second,
                "city": found.city,
                "state_province": found.province,
                "postal_code": found.postal_code,
                "country": around.country,
                "address_type": "physical",
            },
        )


def _change_hours(bundle: Bundle, wanted: Face, _around: Around) -> None:
    for row in bundle.of("schedules"):
        if schedules.fits(row):
            bundle.drop("schedules", row)
    links = {
        f"{TABLES[stem].name}_id": row["id"]
        for stem in ("services", "locations", "service_at_location")
        if (row := bundle.first(stem) or {}).get("id")
    }
    for number, said in enumerate(schedules.rows(wanted.hours), 1):
        identity = {"id": sub_id(bundle.key, f"schedule/{number}")}
        bundle.add("schedules", {**identity, **links, **said})


def _change_point(bundle: Bundle, wanted: Face, _around: Around) -> None:
    row = bundle.first("locations")
    if row is None:
        return
    latitude, _, longitude = wanted.point.partition(",")
    for column, value in (("latitude", latitude), ("longitude", longitude)):
        row.pop(column, None)
        if value:
            row[column] = value


def _change_confirmed(bundle: Bundle, wanted: Face, _around: Around) -> None:
    _forget(bundle, "confirmed")
    for row in bundle.of("services"):
        row.pop("assured_date", None)
        if wanted.confirmed is not None:
            row["assured_date"] = day(wanted.confirmed)


def _change_contacts(bundle: Bundle, wanted: Face, _around: Around) -> None:
    """Phones, and the cells that hold an email or a page; what is left is said by attributes."""
    said = face(bundle).contacts
    if not _same_kind(ContactKind.PHONE, said, wanted.contacts):
        numbers = _of_kind(wanted.contacts, ContactKind.PHONE)
        have = set()
        for row in bundle.of("phones"):
            if _number(row) in numbers:
                have.add(_number(row))
            else:
                bundle.drop("phones", row)
        for number in numbers:
            if number not in have:
                bundle.add("phones", {**_link(bundle), "number": number, "type": "voice"})
    emails = [(stem, "email") for stem in _EMAILS]
    takes = TABLES["services"].by_name["email"].takes
    for kind, cells, fits in (
        (ContactKind.EMAIL, emails, takes),
        (ContactKind.OTHER, _PAGES, lambda value: uri(value) == value),
    ):
        if not _same_kind(kind, said, wanted.contacts):
            found = [value for value in _of_kind(wanted.contacts, kind) if fits(value)]
            _replace(bundle, cells, found[0] if found else "")


def _link(bundle: Bundle) -> Row:
    """What a phone or a contact belongs to."""
    for stem in ("services", "organizations", "locations"):
        if found := bundle.first(stem):
            return {f"{TABLES[stem].name}_id": found.get("id", "")}
    return {}


def _replace(bundle: Bundle, cells: Iterable[tuple[str, str]], value: str) -> None:
    """Let the first cell that can hold it say a value, and no other cell another."""
    put = False
    for stem, column in cells:
        for row in bundle.of(stem):
            row.pop(column, None)
            if value and not put and stem != "contacts":
                row[column], put = value, True


def _say_contacts(bundle: Bundle, said: Face, wanted: Face) -> None:
    """By attributes: what no column says."""
    for kind, value in bundle.details().get("contact", ()):
        if not any((each.kind.value, each.value) == (kind, value) for each in wanted.contacts):
            _forget(bundle, "contact", value)
    for contact in wanted.contacts:
        if contact not in said.contacts:
            bundle.say(Term("detail", "contact"), contact.value, contact.kind.value)


_CHANGES: Final[Mapping[str, Callable[[Bundle, Face, Around], None]]] = {
    "about": _change_about,
    "address": _change_address,
    "hours": _change_hours,
    "point": _change_point,
    "confirmed": _change_confirmed,
    "contacts": _change_contacts,
}
