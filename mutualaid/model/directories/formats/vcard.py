# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Address books: vCard 4.0 (RFC 6350), one card for each person and each place, in one file.

What vCard has no property for stands in properties of our own, ``X-MUTUALAID-…``, which other
programs pass over: ``PLACE`` (the kind of place), ``AVAILABILITY``, ``HOURS`` (canonical, see
``model.hours``), ``FIX`` (category;note), ``CONTACT``, ``ADDRESS`` (a further one of a place),
``CONFIRMED``, ``SOURCE`` (name;id;licence), ``MORE`` (name;value), ``GROUP`` (whose directory).
Skills are ``EXPERTISE`` and ``INTEREST`` (RFC 6715). For people whose address book shows neither,
the same is said in a ``NOTE`` that is marked as derived (RFC 9554), so that reading it back does
not take it for something new.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final
from urllib.parse import quote

from mutualaid.model import hours, times
from mutualaid.model.directories.directory import (
    Contact,
    Directory,
    Person,
    Place,
    Source,
    public_id,
)
from mutualaid.model.directories.formats.format import File, Format, Tick
from mutualaid.model.directories.formats.stamps import utc
from mutualaid.model.directories.languages import tag_of
from mutualaid.model.values import ContactKind, Fix, PlaceKind, Skill, SkillLevel

#: By this a card says that this program wrote it.
PRODID: Final = "-//Mutual Aid//Directory//EN"
#: The levels of RFC 6715 that stand for ours. Who wants to learn has an interest.
EXPERTISE: Final = {SkillLevel.CAN: "average", SkillLevel.TEACH: "expert"}

_LONGEST_LINE: Final = 75  # octets
_UNSAFE: Final = frozenset('";:,')
_LEVELS: Final = {
    SkillLevel.CAN: "can",
    SkillLevel.TEACH: "can teach",
    SkillLevel.LEARN: "wants to learn",
}


def escape(text: str) -> str:
    """Text as a value."""
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace(",", "\\,").replace(";", "\\;")


def parameter(text: str) -> str:
    """Text as the value of a parameter: quoted, and escaped by RFC 6868."""
    text = text.replace("^", "^^").replace('"', "^'").replace("\n", "^n")
    return f'"{text}"' if _UNSAFE & set(text) else text


def fold(line: str) -> str:
    """A line with its end, folded at 75 octets and never within a character."""
    if len(line) <= _LONGEST_LINE and line.isascii():
        return f"{line}\r\n"
    data = line.encode()
    pieces: list[bytes] = []
    start, room = 0, _LONGEST_LINE
    while len(data) - start > room:
        end = start + room
        while data[end] & 0xC0 == 0x80:  # within a character
            end -= 1
        pieces.append(data[start:end])
        start, room = end, _LONGEST_LINE - 1
    pieces.append(data[start:])
    return b"\r\n ".join(pieces).decode() + "\r\n"


def _files(directory: Directory, tick: Tick) -> Iterator[File]:
    yield File("directory.vcf", _cards(directory, tick))


def _cards(directory: Directory, tick: Tick) -> Iterator[bytes]:
    for person in directory.people:
        yield _card(_person(person, directory), directory)
        tick()
    for place in directory.places:
        yield _card(_place(place, directory), directory)
        tick()


def _card(lines: Iterator[str], directory: Directory) -> bytes:
    origin = f"X-MUTUALAID-GROUP:{escape(directory.group.name)}"
    whole = ("BEGIN:VCARD", "VERSION:4.0", f"PRODID:{PRODID}", *lines, origin, "END:VCARD")
    return "".join(map(fold, whole)).encode()


def _person(person: Person, directory: Directory) -> Iterator[str]:
    yield from _head(person, "individual")
    yield f"N:;{escape(person.name)};;;"
    if person.area:
        yield f"ADR:;;;{escape(person.area)};;;"
    for place, language in enumerate(person.languages, 1):
        named = f";PREF={min(place, 100)};X-NAME={parameter(language)}"
        yield f"LANG{named}:{tag_of(language) or 'und'}"
    if person.availability:
        yield f"X-MUTUALAID-AVAILABILITY:{escape(person.availability)}"
    for skill in person.skills:
        yield _skill(skill)
    yield from _fixes(person.fixes)
    able = [skill.name for skill in person.skills if skill.level != SkillLevel.LEARN]
    yield from _categories([*able, *(fix.category for fix in person.fixes)])
    yield from map(_contact, person.contacts)
    said = [
        _said("Skills", (_skill_words(skill) for skill in person.skills)),
        _said("Repairs", map(_fix_words, person.fixes)),
        _said("When", [person.availability] if person.availability else []),
        _said("Languages", person.languages),
        _other_contacts(person.contacts),
        *(f"{name}: {value}" for name, value in person.more.items()),
        _from(person.source, directory),
    ]
    yield _derived(said)
    yield from _tail(person)


def _place(place: Place, directory: Directory) -> Iterator[str]:
    is_organization = place.kind == PlaceKind.ORGANIZATION
    yield from _head(place, "org" if is_organization else "location")
    yield f"ORG:{escape(place.name)}"
    yield f"X-MUTUALAID-PLACE:{place.kind.value}"
    if place.area or place.address:
        yield f"ADR:;;{escape(place.address)};{escape(place.area)};;;"
    if place.point is not None:
        yield f"GEO:geo:{_degrees(place.point.lat)},{_degrees(place.point.lon)}"
    if place.hours:
        yield f"X-MUTUALAID-HOURS:{escape(place.hours)}"
    if place.about:
        yield f"NOTE:{escape(place.about)}"
    yield from _fixes(place.fixes)
    yield from _categories([fix.category for fix in place.fixes])
    for contact in place.contacts:
        if contact.kind == ContactKind.ADDRESS:  # ADR is where the place itself is
            yield f"X-MUTUALAID-ADDRESS:{escape(contact.value)}"
        else:
            yield _contact(contact)
    if place.confirmed is not None:
        yield f"X-MUTUALAID-CONFIRMED:{_stamp(place.confirmed, exact=True)}"
    said = [
        _said("Open", [hours.words(place.hours)] if place.hours else []),
        _said("Repairs", map(_fix_words, place.fixes)),
        _other_contacts(place.contacts),
        *(f"{name}: {value}" for name, value in place.more.items()),
        _from(place.source, directory),
    ]
    yield _derived(said)
    yield from _tail(place)


def _head(record: Person | Place, kind: str) -> Iterator[str]:
    yield f"UID:{public_id(record.id).urn}"
    yield f"KIND:{kind}"
    yield f"FN:{escape(record.name)}"


def _tail(record: Person | Place) -> Iterator[str]:
    for name, value in record.more.items():
        yield f"X-MUTUALAID-MORE:{escape(name)};{escape(value)}"
    if record.source is not None:
        source = (record.source.name, record.source.id, record.source.licence)
        yield "X-MUTUALAID-SOURCE:" + ";".join(map(escape, source))
    if record.updated:
        yield f"REV:{_stamp(record.updated)}"


def _skill(skill: Skill) -> str:
    note = f";X-NOTE={parameter(skill.note)}" if skill.note else ""
    if skill.level == SkillLevel.LEARN:
        return f"INTEREST;LEVEL=high{note}:{escape(skill.name)}"
    return f"EXPERTISE;LEVEL={EXPERTISE[skill.level]}{note}:{escape(skill.name)}"


def _fixes(fixes: tuple[Fix, ...]) -> Iterator[str]:
    for fix in fixes:
        yield f"X-MUTUALAID-FIX:{escape(fix.category)};{escape(fix.note)}"


def _categories(names: list[str]) -> Iterator[str]:
    if names:
        yield "CATEGORIES;DERIVED=TRUE:" + ",".join(map(escape, dict.fromkeys(names)))


def _contact(contact: Contact) -> str:
    value = escape(contact.value)
    match contact.kind:
        case ContactKind.PHONE:
            return f"TEL:{value}"
        case ContactKind.EMAIL:
            return f"EMAIL:{value}"
        case ContactKind.SIGNAL:
            return f"IMPP;SERVICE-TYPE=Signal:sgnl:{quote(contact.value, safe='+@._-')}"
        case ContactKind.ADDRESS:
            return f"ADR:;;{value};;;;"
        case ContactKind.OTHER:
            return f"X-MUTUALAID-CONTACT:{value}"


# -- in words, for address books that show a note and little else --------------------------------


def _derived(lines: list[str]) -> str:
    return "NOTE;DERIVED=TRUE:" + escape("\n".join(line for line in lines if line))


def _said(what: str, items: Iterator[str] | tuple[str, ...] | list[str]) -> str:
    said = "; ".join(items)
    return f"{what}: {said}" if said else ""


def _skill_words(skill: Skill) -> str:
    note = f", {skill.note}" if skill.note else ""
    return f"{skill.name} ({_LEVELS[skill.level]}{note})"


def _fix_words(fix: Fix) -> str:
    return f"{fix.category} ({fix.note})" if fix.note else fix.category


def _other_contacts(contacts: tuple[Contact, ...]) -> str:
    return _said("Contact", [each.value for each in contacts if each.kind == ContactKind.OTHER])


def _from(source: Source | None, directory: Directory) -> str:
    zone = directory.group.tz
    made, ends = times.day_words(directory.made, zone), times.day_words(directory.ends, zone)
    said = f"From the directory of {directory.group.name}, {made}; please delete it after {ends}."
    if source is None:
        return said
    licence = f" ({source.licence})" if source.licence else ""
    return f"First kept in: {source.name}{licence}\n{said}"


def _degrees(value: float) -> str:
    """Degrees as RFC 5870 writes them: never with an exponent."""
    return format(Decimal(repr(value)), "f")


def _stamp(moment: int, *, exact: bool = False) -> str:
    return f"{utc(moment):%Y%m%dT%H%M%S}" + (f".{moment % 1000:03}Z" if exact else "Z")


FORMAT: Final = Format(
    name="vcard",
    title="Address book (vCard)",
    suffix=".vcf",
    takes=frozenset(("person", "place")),
    files=_files,
    carries=frozenset(
        f"person.{field}"
        for field in (
            *("name", "area", "languages", "availability", "skills", "fixes", "contacts"),
            *("source", "more"),
        )
    )
    | frozenset(
        f"place.{field}"
        for field in (
            *("name", "kind", "area", "address", "hours", "about", "fixes", "contacts"),
            *("confirmed", "point", "source", "more"),
        )
    ),
    reads=True,
    about="Address books of phones and mail programs read this.",
    loses={
        "post": "An address book holds people and places.",
        "repair": "An address book holds people and places.",
        "person.updated": "The time of the last change comes back to the second.",
        "place.updated": "The time of the last change comes back to the second.",
    },
)
