# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Address books in: vCard 2.1, 3.0 and 4.0, as phones, mail programs and our own export write it.

Cards become people, or places where they say so. Pictures, sounds, keys, birthdays and where
somebody lives on the map stay outside: a directory needs none of them. What else a card says and
we have no field for is kept as a remark.
"""

import base64
import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from mutualaid.errors import ImportFileError
from mutualaid.model.directories.directory import Contact
from mutualaid.model.directories.formats.vcard import EXPERTISE, PRODID
from mutualaid.model.directories.incoming.content import content
from mutualaid.model.directories.incoming.contentlines import (
    Line,
    Property,
    lines,
    split,
    unescape,
)
from mutualaid.model.directories.incoming.contentlines import (
    read as read_line,
)
from mutualaid.model.directories.incoming.item import Item, Problem, Read, Sort, Tick, Wanted
from mutualaid.model.directories.languages import name_of
from mutualaid.model.records.reading import LATEST
from mutualaid.model.text import one_line, paragraphs
from mutualaid.model.values import ContactKind, Millis, PlaceKind, Scalar, SkillLevel

MOST_CARDS: Final = 100_000
MOST_PROPERTIES: Final = 400  # of one card
MOST_REMARKS: Final = 40  # of one sort
MOST_PROBLEMS: Final = 1000

_BINARY: Final = frozenset(("PHOTO", "LOGO", "SOUND", "KEY"))
_PRIVATE: Final = frozenset(
    ("BDAY", "ANNIVERSARY", "DEATHDATE", "BIRTHPLACE", "DEATHPLACE", "GENDER", "X-GENDER", "AGENT")
)
#: What a card says and we have no field for, by the name under which it is kept.
_REMARKS: Final = {
    "ORG": "Organization",
    "TITLE": "Title",
    "ROLE": "Role",
    "NICKNAME": "Nickname",
    "CATEGORIES": "Categories",
    "INTEREST": "Interest",
    "HOBBY": "Hobby",
}
_MESSENGERS: Final = {
    "X-AIM": "AIM",
    "X-GOOGLE-TALK": "Google Talk",
    "X-GTALK": "Google Talk",
    "X-ICQ": "ICQ",
    "X-JABBER": "Jabber",
    "X-MATRIX": "Matrix",
    "X-MSN": "MSN",
    "X-QQ": "QQ",
    "X-SKYPE": "Skype",
    "X-SKYPE-USERNAME": "Skype",
    "X-TELEGRAM": "Telegram",
    "X-THREEMA": "Threema",
    "X-TWITTER": "Twitter",
    "X-WHATSAPP": "WhatsApp",
    "X-YAHOO": "Yahoo",
}
_LEVELS: Final = {level: ours for ours, level in EXPERTISE.items()}
_TIME: Final = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d)(?::?(\d\d))?(?:[.,](\d{1,6}))?(Z|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)
_GEO: Final = re.compile(r"(?:geo:)?(-?\d{1,3}(?:\.\d{1,20})?)[,;](-?\d{1,3}(?:\.\d{1,20})?)")
_BREAK: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_CONTROL: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(slots=True)
class _Card:
    line: int
    properties: list[Property] = field(default_factory=list)
    too_many: bool = False

    @property
    def where(self) -> str:
        return f"line {self.line}"

    def first(self, name: str) -> str:
        """The first value of a property, as text."""
        return next((unescape(each.value) for each in self.properties if each.name == name), "")


def read(path: Path, wanted: Wanted, tick: Tick) -> Read:
    """The people and places of an address book. Raises ImportFileError where there are none."""
    if wanted.sort not in {None, Sort.PERSON, Sort.PLACE}:
        raise ImportFileError(
            f"An address book holds people and places, but no {wanted.sort}s. Nothing was imported."
            " Leave out what it is to be read as, or choose person or place."
        )
    data = _content(path)
    reading = _Reading(wanted.sort)
    for line in lines(data):
        if reading.take(line):
            tick(min(line.at, len(data)), len(data))
        if len(reading.items) >= MOST_CARDS:
            reading.problem(
                line.number,
                f"The file has more than {MOST_CARDS:,} cards; those from here on were left out."
                " Split it and import its parts one after the other.",
            )
            break
    else:
        reading.finish(closed=False)
    if not reading.cards:
        raise ImportFileError(
            f"{path.name} is no address book: no line in it says BEGIN:VCARD. Nothing was"
            " imported. Export the contacts as vCard (.vcf) and import that file."
        )
    return Read(
        tuple(reading.items),
        reading.all_problems(),
        origin=next(iter(reading.groups)) if len(reading.groups) == 1 else "",
        lines=reading.cards,
    )


def _content(path: Path) -> bytes:
    data = content(path, "Export the contacts without their pictures, or split the file.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace").encode()
    return data.removeprefix(b"\xef\xbb\xbf")


class _Reading:
    """What has been read of a file so far."""

    def __init__(self, sort: Sort | None) -> None:
        self.sort = sort
        self.items: list[Item] = []
        self.cards = 0
        self.groups: dict[str, None] = {}  # whose directory the cards are from, "" for none
        self._problems: list[Problem] = []
        self._more_problems = 0
        self._left_out: Counter[str] = Counter()
        self._notes = 0
        self._card: _Card | None = None
        self._inside = 0  # a card within a card: somebody's assistant
        self._binary = False

    def take(self, line: Line) -> bool:
        """Take a line; whether it ended a card."""
        mark = line.data[:20].strip().upper().replace(b" ", b"")
        if mark == b"BEGIN:VCARD":
            self._begin(line)
        elif mark == b"END:VCARD":
            if self._inside:
                self._inside -= 1
            elif self._card is not None:
                self.finish()
                return True
        elif self._card is not None and not self._inside:
            self._property(line, self._card)
        return False

    def _begin(self, line: Line) -> None:
        card = self._card
        if card is not None and card.properties and card.properties[-1].name == "AGENT":
            self._inside += 1
            return
        self.finish(closed=False)
        self.cards += 1
        self._inside, self._binary = 0, False
        self._card = _Card(line.number)

    def _property(self, line: Line, card: _Card) -> None:
        if self._binary and b":" not in line.data and _BASE64.fullmatch(line.data.strip()):
            return  # a picture goes on, without the space that says so
        said = read_line(line)
        self._binary = said is not None and said.name in _BINARY
        if said is None:
            shown = one_line(line.data[:30].decode("utf-8", "replace"))
            self.problem(line.number, f"“{shown}” is no line of an address book.", kept=True)
        elif said.name in _BINARY:
            self._left_out[said.name] += 1
        elif said.parameter("ENCODING").upper() in {"B", "BASE64"} and _plain(said) is None:
            self.problem(line.number, f"What {said.name} says cannot be decoded.", kept=True)
        elif line.cut:
            self.problem(line.number, f"What {said.name} says is too long to be kept.", kept=True)
        elif len(card.properties) < MOST_PROPERTIES:
            card.properties.append(_plain(said) or said)
        elif not card.too_many:
            card.too_many = True
            self.problem(
                line.number, "This card has too many lines; the rest is left out.", kept=True
            )

    def finish(self, *, closed: bool = True) -> None:
        """End the card that is open, if one is."""
        card, self._card = self._card, None
        if card is None:
            return
        if not closed:
            self.problem(
                card.line, "This card has no end; it was read as far as it goes.", kept=True
            )
        name = _name(card)
        if card.first("KIND").lower() == "group":
            self.problem(card.line, f"“{name[:40]}” is a list of other cards and no card itself.")
        elif not name:
            self.problem(card.line, "The card has no name, so it was left out.")
        else:
            self.items.append(_item(card, name, self.sort))
            self._left_out.update(_left_out(card))
            self._notes += self.items[-1].sort is Sort.PERSON and "Note" in self.items[-1].more
            self.groups[_line(card.first("X-MUTUALAID-GROUP"))] = None

    def problem(self, line: int, why: str, *, kept: bool = False) -> None:
        """Note what could not be used."""
        if len(self._problems) < MOST_PROBLEMS:
            self._problems.append(Problem(f"line {line}", why, kept))
        else:
            self._more_problems += 1

    def all_problems(self) -> tuple[Problem, ...]:
        """Every problem, and what was left out on purpose."""
        problems = list(self._problems)
        if self._more_problems:
            problems.append(
                Problem("further down", f"{self._more_problems} more lines like these.")
            )
        for name, count in sorted(self._left_out.items()):
            why = f"{name} of {count} {'card' if count == 1 else 'cards'} is not taken in."
            problems.append(Problem("all cards", why, kept=True))
        if self._notes:
            why = (
                f"{self._notes} {'card has' if self._notes == 1 else 'cards have'} a note about"
                " somebody. It comes along, and the whole group can read it: look at it first."
            )
            problems.append(Problem("all cards", why, kept=True))
        return tuple(problems)


def _plain(said: Property) -> Property | None:
    """A line whose value stands in base64, with the text that it means; None for one that means
    none. Other lines are as they were."""
    if said.parameter("ENCODING").upper() not in {"B", "BASE64"}:
        return said
    try:
        text = base64.b64decode("".join(said.value.split()), validate=True).decode()
    except ValueError:
        return None
    return replace(said, value=text)


def _left_out(card: _Card) -> set[str]:
    return {each.name for each in card.properties if each.name in _PRIVATE}


def _name(card: _Card) -> str:
    """What a card is called: FN, or the parts of N, or the organization."""
    name = _line(card.first("FN"))
    if name:
        return name
    for each in card.properties:
        if each.name == "N":
            family, given, middle, before, after = [*split(each.value, ";"), *[""] * 5][:5]
            parts = (before, given, middle, family, after)
            name = " ".join(_line(part) for part in parts if part.strip())
            if name:
                return name
    return _line(card.first("NICKNAME")) or ", ".join(_parts(card.first("ORG")))


def _parts(value: str) -> list[str]:
    return [part.strip() for part in value.split(";") if part.strip()]


def _line(text: str) -> str:
    """Short text, on one line."""
    text = one_line(text) if _BREAK.search(text) else text
    return text.strip(" ")


def _long(text: str) -> str:
    return (paragraphs(text) if _CONTROL.search(text) else text).strip("\n")


# -- one card ---------------------------------------------------------------------------------


@dataclass(slots=True)
class _Found:
    """What a card says, in our terms."""

    fields: dict[str, Scalar] = field(default_factory=dict)
    contacts: list[Contact] = field(default_factory=list)
    more: dict[str, str] = field(default_factory=dict)
    remarks: dict[str, dict[str, None]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    updated: int = 0

    def contact(self, kind: ContactKind, value: str) -> None:
        contact = Contact(kind, _line(value))
        if contact.value and contact not in self.contacts:
            self.contacts.append(contact)

    def remark(self, name: str, value: str) -> None:
        """Keep something that there is no field for; several of one name stand side by side."""
        value, said = _long(value), self.remarks.setdefault(name, {})
        if value and len(said) < MOST_REMARKS:
            said[value] = None


def _item(card: _Card, name: str, sort: Sort | None) -> Item:
    ours = card.first("PRODID") == PRODID
    sort = sort or (Sort.PLACE if _is_place(card) else Sort.PERSON)
    found = _Found()
    for each in card.properties:
        if each.parameter("DERIVED").upper() != "TRUE":
            _take(each, found, sort, ours=ours)
    found.fields["name"] = name
    note = "\n\n".join(found.notes)
    if note and sort == Sort.PLACE:
        found.fields["about"] = note
    elif note:
        found.remark("Note", note)
    for about, said in found.remarks.items():
        value = ", ".join(said)
        if value and not (value == name and about in {"Organization", "Nickname"}):
            found.more.setdefault(about, value)
    key = card.first("UID").strip()
    key = key[9:] if key[:9].lower() == "urn:uuid:" else key
    return Item(
        sort,
        _line(key)[:200],
        card.where,
        found.fields,
        tuple(found.contacts),
        found.more,
        updated=found.updated,
    )


def _is_place(card: _Card) -> bool:
    kind = card.first("KIND").lower()
    if kind:
        return kind in {"org", "location"}
    return card.first("X-ABSHOWAS").upper() == "COMPANY" or (
        card.first("X-ADDRESSBOOKSERVER-KIND").lower() == "org"
    )


def _take(each: Property, found: _Found, sort: Sort, *, ours: bool) -> None:
    """Take one property into account."""
    name = each.name
    if name.startswith("X-MUTUALAID-"):
        _take_own(name.removeprefix("X-MUTUALAID-"), each, found, sort)
    elif name == "ADR":
        _take_address(each, found, sort)
    elif name in {"TEL", "EMAIL", "IMPP", "URL", "SOCIALPROFILE", "X-SOCIALPROFILE", "X-SIGNAL"}:
        _take_contact(each, found, ours=ours)
    elif name in _MESSENGERS:
        found.contact(ContactKind.OTHER, f"{_MESSENGERS[name]}: {unescape(each.value)}")
    elif name == "LANG" and sort == Sort.PERSON:
        language = _line(each.parameter("X-NAME") or name_of(unescape(each.value).strip()))
        if language:
            found.fields[f"lang:{language}"] = True
    elif name == "EXPERTISE" or (name == "INTEREST" and ours):
        _take_skill(each, found, sort, ours=ours)
    elif name == "NOTE":
        if note := _long(unescape(each.value)):
            found.notes.append(note)
    elif name == "GEO" and sort == Sort.PLACE:
        if point := _point(unescape(each.value)):
            found.fields["point"] = point
    elif name == "REV":
        found.updated = _time(each.value) or 0
    elif name in _REMARKS:
        separator = "," if name in {"NICKNAME", "CATEGORIES"} else ";"
        for part in split(each.value, separator):
            found.remark(_REMARKS[name], part.strip())


def _take_own(name: str, each: Property, found: _Found, sort: Sort) -> None:
    """Take a property that only our own cards have."""
    first, second, third = [*split(each.value, ";"), "", "", ""][:3]
    whole = _line(unescape(each.value))
    is_place = sort == Sort.PLACE
    match name:
        case "PLACE" if is_place and whole in set(PlaceKind):
            found.fields["kind"] = whole
        case "AVAILABILITY" if not is_place:
            found.fields["availability"] = whole
        case "HOURS" if is_place:
            found.fields["hours"] = whole
        case "FIX" if _line(first):
            found.fields[f"fix:{_line(first)}"] = _line(second)
        case "CONTACT":
            found.contact(ContactKind.OTHER, whole)
        case "ADDRESS":
            found.contact(ContactKind.ADDRESS, whole)
        case "CONFIRMED" if is_place:
            confirmed = _time(each.value)
            if confirmed is not None:
                found.fields["confirmed"] = Millis(confirmed)
        case "MORE" if _line(first):
            found.more[_line(first)] = _long(second)
        case "SOURCE":
            said = zip(("origin", "origin_id", "licence"), (first, second, third), strict=True)
            found.fields.update((name, _line(value)) for name, value in said if value)


def _take_address(each: Property, found: _Found, sort: Sort) -> None:
    """An address is a contact of a person, and where a place is. An area alone is an area."""
    parts = [_line(part.strip(" \n")) for part in split(each.value, ";")]
    box, extended, street, area, region, code, country = [*parts, *[""] * 7][:7]
    beyond = [part for part in (region, code, country) if part]
    whole = ", ".join(part for part in (box, extended, street) if part)
    if whole and beyond:
        whole = ", ".join(part for part in (whole, area, *beyond) if part)
    elif beyond and not area:
        area = ", ".join(beyond)
    if sort == Sort.PERSON and whole:
        found.contact(ContactKind.ADDRESS, whole if beyond or not area else f"{whole}, {area}")
        return
    if whole:
        found.fields.setdefault("address", whole)
    if area:
        found.fields.setdefault("area", area)


def _take_contact(each: Property, found: _Found, *, ours: bool) -> None:
    value = unescape(each.value).strip(" \n")
    scheme, colon, rest = value.partition(":")
    scheme = scheme.lower() if colon else ""
    service = each.parameter("SERVICE-TYPE") or each.parameter("X-SERVICE-TYPE")
    if each.name == "TEL":
        if scheme == "tel" and not ours:
            value = unquote(rest)
        if each.types & {"FAX", "PAGER", "MODEM"}:
            found.contact(ContactKind.OTHER, f"Fax: {value}")
        else:
            found.contact(ContactKind.PHONE, value)
    elif each.name == "EMAIL":
        found.contact(ContactKind.EMAIL, rest if scheme == "mailto" and not ours else value)
    elif each.name == "X-SIGNAL" or service.lower() == "signal" or scheme in {"sgnl", "signal"}:
        found.contact(ContactKind.SIGNAL, unquote(rest) if scheme in {"sgnl", "signal"} else value)
    elif each.name == "IMPP" and colon:
        handle = unquote(rest) if scheme not in {"http", "https"} else value
        found.contact(ContactKind.OTHER, f"{service or scheme}: {handle}")
    else:
        found.contact(ContactKind.OTHER, f"{service}: {value}" if service else value)


def _take_skill(each: Property, found: _Found, sort: Sort, *, ours: bool) -> None:
    name = _line(unescape(each.value))
    level = each.parameter("LEVEL").lower()
    if not name:
        return
    if sort == Sort.PLACE:
        found.remark("Expertise", name)
        return
    if each.name == "INTEREST" or (level == "beginner" and not ours):
        skill = SkillLevel.LEARN
    elif ours:
        skill = _LEVELS.get(level, SkillLevel.CAN)
    else:
        skill = SkillLevel.CAN  # an expert need not want to teach
    found.fields[f"skill:{name}"] = skill.value
    if note := _line(each.parameter("X-NOTE")):
        found.fields[f"skillnote:{name}"] = note


def _point(value: str) -> str:
    """A point as our records have it, "lat,lon", or ""."""
    found = _GEO.match(value.strip())
    if not found or not (abs(float(found[1])) <= 90 and abs(float(found[2])) <= 180):
        return ""
    return f"{found[1]},{found[2]}"


def _time(value: str) -> int | None:
    """A time in ms, or None."""
    found = _TIME.fullmatch(value.strip().upper())
    if not found:
        return None
    year, month, day, hour, minute, second, fraction, offset = found.groups("")
    try:
        date = dt.date(int(year), int(month), int(day))
        clock = dt.time(int(hour or 0), int(minute or 0), int(second or 0))
    except ValueError:
        return None
    away = 0
    if offset and offset != "Z":
        digits = offset[1:].replace(":", "").ljust(4, "0")
        away = (int(digits[:2]) * 60 + int(digits[2:])) * (-1 if offset[0] == "-" else 1)
    moment = dt.datetime.combine(date, clock, dt.UTC)
    ms = int(moment.timestamp()) * 1000 + int((fraction or "0").ljust(3, "0")[:3]) - away * 60_000
    return ms if 0 <= ms <= LATEST else None
