# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Murmurations profiles in: offers and wants, needs of groups, organizations and people.

From a file with one profile or a list of them, what the index answers, or a folder. Keys that we
have no field for are kept as remarks. What our own export wrote comes back as it went.
"""

import json
import math
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple, NoReturn

from mutualaid.errors import ImportFileError
from mutualaid.model import taxonomy
from mutualaid.model.directories.directory import Contact
from mutualaid.model.directories.formats.murmurations import (
    EXCHANGE,
    INDEX,
    NATIVE,
    OWN,
    TRANSACTION,
    description,
)
from mutualaid.model.directories.incoming.content import LARGEST_FILE, content
from mutualaid.model.directories.incoming.item import Item, Problem, Read, Sort, Tick, Wanted
from mutualaid.model.directories.languages import name_of
from mutualaid.model.records.post import MOST_OF_A_PART, MOST_PARTS
from mutualaid.model.records.reading import LATEST
from mutualaid.model.text import one_line, paragraphs, plain
from mutualaid.model.values import (
    ContactKind,
    Millis,
    Mode,
    PlaceKind,
    Repeat,
    Scalar,
    Urgency,
)

#: Marks that a value of JSON begins or ends with, as many as a file may have: what is made of them
#: takes up to a hundred bytes each.
MOST_VALUES: Final = 3_000_000
MOST_FILES: Final = 20_000
MOST_PROBLEMS: Final = 1000
_DEEPEST: Final = 4  # folders within a folder
_MOST_REMARKS: Final = 40
_LONGEST_REMARK: Final = 2000
_LONGEST_TEXT: Final = 20_000

_KINDS: Final = {exchange: kind for kind, exchange in EXCHANGE.items()}
_MODES: Final = {
    "receive-donate": Mode.GIFT,
    "borrow-lend": Mode.LEND,
    "rent-lease": Mode.COST,
    "buy-sell": Mode.COST,
}
#: Under one of these a file has a list of profiles.
_LISTS: Final = ("data", "nodes", "profiles", "items", "results")
_IDS: Final = ("unique_id", "profile_url", "details_url", "primary_url")
_EVERYWHERE: Final = frozenset(("linked_schemas", "geographic_scope", "unique_id", OWN))
_UNPRINTABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_UNREADABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

_Profile = Mapping[str, object]


class _Found(NamedTuple):
    where: str
    profile: object


def read(path: Path, wanted: Wanted, tick: Tick) -> Read:
    """The profiles in a file or a folder. Raises ImportFileError where there are none."""
    if wanted.sort is Sort.REPAIR:
        raise ImportFileError(
            "Murmurations profiles hold no repairs. Nothing was imported. Leave out what they are"
            " to be read as."
        )
    reading = _Reading()
    if path.is_dir():
        files = list(_files(path))
        if not files:
            raise ImportFileError(
                f"There are no profiles (.json) in the folder {path.name}. Nothing was imported."
            )
        room = LARGEST_FILE
        for done, (where, file) in enumerate(files):
            tick(done, len(files))
            room -= reading.file(where, file, room)
        tick(len(files), len(files))
    else:
        tick(0, 1)
        loaded = _loaded(path)
        for found in _profiles(loaded, path.name):
            reading.take(found)
        tick(1, 1)
    if not reading.items and not reading.problems:
        raise ImportFileError(
            f"There is no Murmurations profile in {path.name}. Nothing was imported."
        )
    return Read(
        tuple(reading.items), reading.all_problems(), origin=reading.origin, lines=reading.seen
    )


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """The profiles of a folder, by name; links are not followed."""
    count = 0
    for at, folders, names in os.walk(folder):
        inside = Path(at).relative_to(folder)
        folders[:] = sorted(folders) if len(inside.parts) < _DEEPEST else []
        for name in sorted(names):
            file = Path(at, name)
            if file.suffix.lower() != ".json" or file.is_symlink() or not file.is_file():
                continue
            count += 1
            if count > MOST_FILES:
                raise ImportFileError(
                    f"There are more than {MOST_FILES:,} profiles in the folder {folder.name}."
                    " Nothing was imported. Import its parts one after the other."
                )
            yield (inside / name).as_posix(), file


def _loaded(path: Path) -> object:
    """The JSON in a file, bounded: not more values than fit, none that JSON does not have."""
    data = content(path, "Split it and import its parts one after the other.")
    if sum(data.count(mark) for mark in b"{[,:") > MOST_VALUES:
        raise ImportFileError(
            f"{path.name} holds more than can be read at once. Nothing was imported. Split it and"
            " import its parts one after the other."
        )
    try:
        return json.loads(data.removeprefix(b"\xef\xbb\xbf"), parse_constant=_no_constant)
    except RecursionError:
        raise ImportFileError(
            f"{path.name} is nested too deeply for a profile. Nothing was imported."
        ) from None
    except ValueError as error:
        line = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise ImportFileError(
            f"{path.name} is not JSON that can be read{line}. Nothing was imported."
        ) from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no value of JSON")


def _profiles(loaded: object, where: str) -> Iterator[_Found]:
    """The profiles in what was read: one, a list, or a list under a name."""
    if isinstance(loaded, dict) and not ({"linked_schemas", "exchange_type"} & loaded.keys()):
        for name in _LISTS:
            if isinstance(loaded.get(name), list):
                loaded = loaded[name]
                break
    if isinstance(loaded, list):
        for number, profile in enumerate(loaded, 1):
            yield _Found(f"{where} entry {number}", profile)
    else:
        yield _Found(where, loaded)


class _Reading:
    """What has been read so far."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.problems: list[Problem] = []
        self.origin = ""
        self.seen = 0
        self._more_problems = 0

    def file(self, where: str, path: Path, room: int) -> int:
        """Take a file of a folder; how many bytes it had."""
        try:
            size = path.stat().st_size
            if size > room:
                raise ImportFileError(
                    f"The profiles of this folder are larger than 100 MB together; {where} and"
                    " what comes after it were left out."
                )
            loaded = _loaded(path)
        except OSError as error:
            self.problem(where, f"It cannot be read: {error.strerror}.")
            return 0
        except ImportFileError as error:
            self.problem(where, str(error).replace(" Nothing was imported.", " It was left out."))
            return 0
        if where == INDEX and isinstance(loaded, dict) and "profiles" in loaded:
            self.origin = _line(loaded.get("group"))[:140]
            return size
        if isinstance(loaded, dict) and "mutualaid_export" in loaded:
            return size  # the manifest that stands beside an export
        for found in _profiles(loaded, where):
            self.take(found)
        return size

    def take(self, found: _Found) -> None:
        """Make an item of a profile, or a problem."""
        self.seen += 1
        profile = found.profile
        if not isinstance(profile, dict):
            self.problem(found.where, "This is no profile: it has no names and values.")
            return
        own = profile.get(OWN)
        if isinstance(own, dict) and own.get("group") is True:  # whose list this is
            self.origin = self.origin or _line(profile.get("name"))[:140]
            return
        made = _item(profile, own if isinstance(own, dict) else {}, found.where)
        if isinstance(made, Item):
            self.items.append(made)
        else:
            self.problem(found.where, made)

    def problem(self, where: str, why: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(where, why))
        else:
            self._more_problems += 1

    def all_problems(self) -> tuple[Problem, ...]:
        """Every problem: the first of them one by one."""
        if not self._more_problems:
            return tuple(self.problems)
        more = Problem("further on", f"{self._more_problems:,} more like these.")
        return (*self.problems, more)


# -- one profile ------------------------------------------------------------------------------


def _item(profile: _Profile, own: _Profile, where: str) -> Item | str:
    """What a profile is, or why it is nothing."""
    schemas = profile.get("linked_schemas")
    named = " ".join(map(str, schemas[:20])) if isinstance(schemas, list) else ""
    if "exchange_type" in profile or "offers_wants" in named or "needs_schema" in named:
        return _post(profile, own, where)
    if "people_schema" in named:
        return _person(profile, where)
    if "name" in profile:
        return _place(profile, own, where)
    return "This is no profile of an offer, a want, an organization or a person."


def _post(profile: _Profile, own: _Profile, where: str) -> Item | str:
    said = _line(profile.get("exchange_type")) or "want"
    kind, title = _KINDS.get(said.lower()), _line(profile.get("title"))
    if kind is None:
        return f"“{said[:40]}” is neither an offer nor a want."
    if not title:
        return "It has no title."
    fields: dict[str, Scalar] = {"kind": kind.value, "title": title}
    area, when = _line(own.get("area")), _line(own.get("when"))
    text = _long(profile.get("description"))
    plain_text = description("", "", area, when)
    text = text.removesuffix(plain_text).removesuffix("\n\n") if plain_text else text
    if text == title and (not own or own.get("no_text") is True):
        text = ""
    fields |= {"text": text, "area": area, "when": when}
    fields["category"] = _category(profile, own)
    fields["urgency"] = _one_of(own.get("urgency"), Urgency, "")
    fields["mode"] = _mode(profile, own)
    fields["repeat"] = _one_of(own.get("repeat"), Repeat, "")
    fields["lang"] = _line(own.get("language"))
    fields["for"] = _line(own.get("on_behalf_of"))
    fields |= _times(profile, own)
    fields |= _parts(own.get("parts"))
    fields |= _source(own)
    taken = {"exchange_type", "title", "description", "contact_details", "expires_at"}
    if own:
        taken |= {"transaction_type", "tags", "item_type", "geolocation", *NATIVE}
    more = _more(profile, own, taken)
    details = _details(profile)
    for contact, name in zip(details, ("email", "contact_form"), strict=True):
        if contact:
            more.setdefault(name, contact)
    return Item(
        Sort.POST,
        _key(profile, own),
        where,
        _saying(fields),
        _contacts(ContactKind.EMAIL, details[0], ContactKind.OTHER, details[1]),
        more,
        updated=_moment(own.get("updated")) or 0,
    )


def _place(profile: _Profile, own: _Profile, where: str) -> Item | str:
    name = _line(profile.get("name"))
    if not name:
        return "It has no name."
    address = profile.get("full_address") or profile.get("street_address")
    fields: dict[str, Scalar] = {
        "name": name,
        "kind": _one_of(own.get("kind"), PlaceKind, PlaceKind.ORGANIZATION.value),
        "area": _line(own.get("area")) or _line(profile.get("locality")),
        "address": _line(address),
        "hours": _line(own.get("hours")),
        "about": _long(profile.get("description")),
        "point": _point(profile.get("geolocation")),
    }
    confirmed = _moment(own.get("confirmed"))
    if confirmed is not None:
        fields["confirmed"] = Millis(confirmed)
    fields = {**_saying(fields), **_source(own)}
    fixes = own.get("fixes")
    if isinstance(fixes, dict):
        for category, note in list(fixes.items())[:_MOST_REMARKS]:
            if _line(category):
                fields[f"fix:{_line(category)}"] = _line(note)
    taken = {"name", "full_address", "street_address", "locality", "description", "geolocation"}
    taken |= {"contact_details", "telephone"}
    if own:
        taken.add("tags")
    contacts = _own_contacts(own)
    if contacts is None:
        email, form = _details(profile)
        phone, web = _line(profile.get("telephone")), _line(profile.get("primary_url"))
        taken.add("primary_url")
        contacts = _contacts(
            *(ContactKind.PHONE, phone, ContactKind.EMAIL, email),
            *(ContactKind.OTHER, form, ContactKind.OTHER, web),
        )
    return Item(
        Sort.PLACE,
        _key(profile, own),
        where,
        fields,
        contacts,
        _more(profile, own, taken),
        updated=_moment(own.get("updated")) or 0,
    )


def _person(profile: _Profile, where: str) -> Item | str:
    name = _line(profile.get("name"))
    if not name:
        return "It has no name."
    fields: dict[str, Scalar] = {"name": name, "area": _line(profile.get("locality"))}
    languages = profile.get("knows_language")
    for each in languages[:_MOST_REMARKS] if isinstance(languages, list) else ():
        if language := name_of(_line(each)):
            fields[f"lang:{language}"] = True
    email, form = _details(profile)
    address = [_line(profile.get(part)) for part in ("street_address", "postal_code", "locality")]
    contacts = _contacts(
        *(ContactKind.PHONE, _line(profile.get("telephone")), ContactKind.EMAIL, email),
        *(ContactKind.OTHER, form, ContactKind.OTHER, _line(profile.get("primary_url"))),
        *(ContactKind.ADDRESS, ", ".join(part for part in address if part) if address[0] else ""),
    )
    taken = {"name", "locality", "knows_language", "contact_details", "telephone", "primary_url"}
    # Where somebody lives on the map, and what they look like, is more than a directory needs.
    taken |= {"street_address", "postal_code", "geolocation", "image", "images"}
    more = _more(profile, {}, taken)
    return Item(Sort.PERSON, _key(profile, {}), where, _saying(fields), contacts, more)


# -- values -----------------------------------------------------------------------------------


def _saying(fields: Mapping[str, Scalar]) -> dict[str, Scalar]:
    return {name: value for name, value in fields.items() if value not in ("", None)}


def _line(value: object) -> str:
    """Short text, on one line; "" for what is no text."""
    if not isinstance(value, str):
        return ""
    value = value[:_LONGEST_TEXT]
    return (one_line(value) if _UNPRINTABLE.search(value) else value).strip(" ")


def _long(value: object) -> str:
    if not isinstance(value, str):
        return ""
    value = value[:_LONGEST_TEXT]
    return paragraphs(value) if _UNREADABLE.search(value) else value.strip("\n")


def _one_of(value: object, choices: type[Urgency | Repeat | PlaceKind], otherwise: str) -> str:
    return value if isinstance(value, str) and value in set(choices) else otherwise


def _moment(value: object) -> int | None:
    """A time in ms, or another whole number; or None."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= LATEST else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _times(profile: _Profile, own: _Profile) -> Iterator[tuple[str, Scalar]]:
    starts, ends = _moment(own.get("starts")), _moment(own.get("ends"))
    if starts is not None:
        yield "starts", Millis(starts)
        if ends is not None:
            yield "ends", Millis(ends)
    expires = _moment(own.get("expires"))
    if own.get("standing") is True:
        yield "standing", True
        return
    if expires is None:
        seconds = _number(profile.get("expires_at"))
        if seconds is not None and seconds >= LATEST / 1000:  # who wrote it meant ms
            seconds /= 1000
        if seconds is not None and 0 < seconds < LATEST / 1000:
            expires = int(seconds * 1000)
    if expires is not None:
        yield "expires", Millis(expires)


def _mode(profile: _Profile, own: _Profile) -> str:
    """How it changes hands: as we said, where that still fits what the profile says."""
    kinds = profile.get("transaction_type")
    named = [kind for kind in kinds if isinstance(kind, str)] if isinstance(kinds, list) else []
    said = own.get("mode")
    if isinstance(said, str) and said in set(Mode) and named == [TRANSACTION[Mode(said)]]:
        return said
    modes = [_MODES[kind] for kind in named if kind in _MODES]
    return min(modes, key=list(Mode).index).value if modes else ""


def _category(profile: _Profile, own: _Profile) -> str:
    """The category that was said, or the first that a tag names."""
    said = own.get("category")
    if isinstance(said, str) and said in taxonomy.CATEGORY_BY_ID:
        return said
    tags = profile.get("tags")
    if own or not isinstance(tags, list):
        return ""
    for tag in tags[:_MOST_REMARKS]:
        for word in plain(_line(tag)[:80]).split():
            found = [
                category.id
                for category in taxonomy.CATEGORIES
                if word in {category.id, *map(plain, category.words)}
            ]
            if found:
                return found[0]
    return ""


def _parts(said: object) -> Iterator[tuple[str, Scalar]]:
    if not isinstance(said, dict):
        return
    for name, quantity in list(said.items())[:MOST_PARTS]:
        number = _moment(quantity) or 0
        if 1 <= number <= MOST_OF_A_PART:
            yield (f"part:{_line(name)}" if _line(name) else "parts"), number


def _source(own: _Profile) -> dict[str, Scalar]:
    """Where a record of ours was first kept."""
    said = own.get("source")
    if not isinstance(said, list):
        return {}
    names = ("origin", "origin_id", "licence")
    return _saying(dict(zip(names, map(_line, said[:3]), strict=False)))


def _point(value: object) -> str:
    """A point as our records have it, "lat,lon", or ""."""
    if not isinstance(value, dict):
        return ""
    lat, lon = _number(value.get("lat")), _number(value.get("lon"))
    if lat is None or lon is None or abs(lat) > 90 or abs(lon) > 180:
        return ""
    return f"{lat!r},{lon!r}" if "e" not in f"{lat!r}{lon!r}" else f"{lat:.6f},{lon:.6f}"


def _details(profile: _Profile) -> tuple[str, str]:
    """E-mail address and form of contact."""
    details = profile.get("contact_details")
    if not isinstance(details, dict):
        return "", ""
    return _line(details.get("email")), _line(details.get("contact_form"))


def _contacts(*said: ContactKind | str) -> tuple[Contact, ...]:
    """Contacts from kinds and values in turn, those without a value left out."""
    pairs = zip(said[::2], said[1::2], strict=True)
    return tuple(dict.fromkeys(Contact(ContactKind(kind), value) for kind, value in pairs if value))


def _own_contacts(own: _Profile) -> tuple[Contact, ...] | None:
    said = own.get("contacts")
    if not own:
        return None
    found: list[Contact] = []
    for each in said[:_MOST_REMARKS] if isinstance(said, list) else ():
        if not isinstance(each, list) or len(each) != 2:
            continue
        kind, value = map(_line, each)
        if kind in set(ContactKind) and value:
            found.append(Contact(ContactKind(kind), value))
    return tuple(found)


def _key(profile: _Profile, own: _Profile) -> str:
    for value in (own.get("id"), *(profile.get(name) for name in _IDS)):
        if key := _line(value):
            return key[:200]
    return ""


def _more(profile: _Profile, own: _Profile, taken: set[str]) -> dict[str, str]:
    """What a profile says beside, by the names it has there."""
    more: dict[str, str] = {}
    said = own.get("more")
    if isinstance(said, dict):
        more = {_line(name): _long(value)[:_LONGEST_REMARK] for name, value in said.items()}
    for name, value in profile.items():
        if len(more) >= _MOST_REMARKS:
            break
        if name not in taken and name not in _EVERYWHERE and (label := _line(name)[:80]):
            more.setdefault(label, _remark(value))
    scope = profile.get("geographic_scope")
    if isinstance(scope, str) and scope != "local" and not own:
        more.setdefault("geographic_scope", _line(scope)[:40])
    return {name: value for name, value in list(more.items())[:_MOST_REMARKS] if name and value}


def _remark(value: object) -> str:
    if isinstance(value, str):
        return _long(value)[:_LONGEST_REMARK]
    if isinstance(value, list) and all(isinstance(each, str) for each in value[:100]):
        return ", ".join(filter(None, map(_line, value[:100])))[:_LONGEST_REMARK]
    try:
        return _long(json.dumps(value, ensure_ascii=False))[:_LONGEST_REMARK]
    except (RecursionError, ValueError):
        return ""
