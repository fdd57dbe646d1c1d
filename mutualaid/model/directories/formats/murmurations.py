# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Murmurations profiles: a JSON file for each post (``offers_wants_schema-v0.1.0``), each place
and the group (``organizations_schema-v1.0.0``), and an index of them.

Profiles are made to be found by anybody: whoever wants something sees how to get an answer. So a
post needs a contact that may leave for the public, or one of the group's; else it stays here. What
the schemas have no word for stands under ``mutual_aid``, which others pass over: with that a
profile comes back as it went. People have no profile: its schema wants a web address of each.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mutualaid.model.directories.blurring import blur
from mutualaid.model.directories.directory import (
    Contact,
    Directory,
    GroupCard,
    Place,
    Post,
    public_id,
)
from mutualaid.model.directories.formats.format import File, Format, Tick
from mutualaid.model.taxonomy import CATEGORY_BY_ID
from mutualaid.model.values import Audience, ContactKind, Mode, PostKind, Urgency

OFFERS_WANTS: Final = "offers_wants_schema-v0.1.0"
ORGANIZATIONS: Final = "organizations_schema-v1.0.0"
INDEX: Final = "index.json"
GROUP: Final = "group.json"
#: Under this name stands what only we understand.
OWN: Final = "mutual_aid"

EXCHANGE: Final = {PostKind.OFFER: "offer", PostKind.NEED: "want"}
#: A swap, hours and "at cost" are given for something: the nearest word is that of trade, and a
#: tag says which it is.
TRANSACTION: Final = {
    Mode.GIFT: "receive-donate",
    Mode.LEND: "borrow-lend",
    Mode.POOL: "borrow-lend",
    Mode.SWAP: "buy-sell",
    Mode.HOURS: "buy-sell",
    Mode.COST: "buy-sell",
}
#: Remarks that are words of the schema.
NATIVE: Final = ("image", "details_url")

_MODES: Final = {
    Mode.GIFT: "gift",
    Mode.LEND: "lending",
    Mode.POOL: "sharing",
    Mode.SWAP: "swap",
    Mode.HOURS: "hours",
    Mode.COST: "at cost",
}
_GOODS: Final = frozenset(("food", "tools"))
_SERVICES: Final = frozenset(
    ("transport", "animals", "care", "children", "community", "repair", "tech", "health")
) | frozenset(("translation", "forms", "learning", "organizing"))
_MOST_TAGS: Final = 100
_LONGEST_TAG: Final = 100
_WEB: Final = re.compile(r"https?://[^\s<>\"]+")
_EMAIL: Final = re.compile(r"[^\s@<>\",;]+@[^\s@<>\",;]+")

_NO_CONTACT: Final = (
    "Everybody can read a profile and wants to know where to answer: no e-mail address of its"
    " owner may leave for the public, and the group shows neither an e-mail address nor a form."
)


def _files(directory: Directory, tick: Tick) -> Iterator[File]:
    listed: list[dict[str, object]] = []
    for path, profile in _profiles(directory, tick):
        named = ("exchange_type", "title", "name", "expires_at")
        said = {name: profile[name] for name in named if name in profile}
        listed.append({"file": path, **said})
        yield File(path, [_json(profile), b"\n"])
    index = {
        "group": directory.group.name,
        "made_at": directory.made // 1000,
        "expires_at": directory.ends // 1000,
        "profiles": listed,
    }
    yield File(INDEX, [_json(index), b"\n"])


def _one_file(directory: Directory, tick: Tick) -> Iterator[File]:
    yield File("profiles.json", _array(directory, tick))


def _array(directory: Directory, tick: Tick) -> Iterator[bytes]:
    between = b"[\n"
    for _, profile in _profiles(directory, tick):
        yield between + _json(profile)
        between = b",\n"
    yield b"\n]\n"


def _profiles(directory: Directory, tick: Tick) -> Iterator[tuple[str, dict[str, object]]]:
    """Every profile, with its path."""
    yield GROUP, _group(directory.group, directory)
    for post in directory.posts:
        if not _holds_back(directory, post):
            yield f"posts/{public_id(post.id)}.json", _post(post, directory)
            tick()
    for place in directory.places:
        yield f"places/{public_id(place.id)}.json", _place(place)
        tick()


def _json(content: Mapping[str, object]) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def description(title: str, text: str, area: str, when: str) -> str:
    """What a profile says at length: the text, or where there is none the title, and what others
    would have no other word for."""
    said = (text or title, f"Where: {area}" if area else "", f"When: {when}" if when else "")
    return "\n\n".join(part for part in said if part)


def _post(post: Post, directory: Directory) -> dict[str, object]:
    category = CATEGORY_BY_ID.get(post.category)
    tags = [
        category.name if category else post.category,
        _MODES[post.mode],
        post.area,
        *post.more.get("tags", "").split(", "),
    ]
    profile: dict[str, object] = {
        "linked_schemas": [OFFERS_WANTS],
        "exchange_type": EXCHANGE[post.kind],
        "transaction_type": [TRANSACTION[post.mode]],
        "tags": _tags(tags),
        "title": post.title,
        "description": description(post.title, post.text, post.area, post.when),
        "geographic_scope": "local",
        "contact_details": _contact_details(post.contacts, directory),
        "expires_at": min(post.expires or directory.ends, directory.ends) // 1000,
    }
    if post.category in _GOODS or post.mode is Mode.LEND:
        profile["item_type"] = "good"
    elif post.category in _SERVICES:
        profile["item_type"] = "service"
    for name in NATIVE:
        if _WEB.fullmatch(post.more.get(name, "")):
            profile[name] = post.more[name]
    point = directory.group.points.get(post.area)
    if point is not None:
        point = blur(point)
        profile["geolocation"] = {"lat": point.lat, "lon": point.lon}
    starts, ends = post.first or (post.starts, post.ends)
    profile[OWN] = _without_nothing(
        id=str(public_id(post.id)),
        updated=post.updated,
        category=post.category if post.category != "other" else "",
        urgency=post.urgency.value if post.urgency is not Urgency.ANYTIME else "",
        mode=post.mode.value,
        area=post.area,
        when=post.when,
        starts=starts,
        ends=ends,
        repeat=post.repeat.value if post.repeat else "",
        expires=post.expires,
        standing=post.expires is None,
        no_text=not post.text,
        parts={part.name: part.quantity for part in post.parts},
        language=post.language,
        on_behalf_of=post.on_behalf_of,
        source=_source(post),
        more=dict(post.more),
    )
    return profile


def _place(place: Place) -> dict[str, object]:
    profile: dict[str, object] = {
        "linked_schemas": [ORGANIZATIONS],
        "name": place.name,
        "tags": _tags([place.kind.value, *(fix.category for fix in place.fixes), place.area]),
        "geographic_scope": "local",
        "unique_id": str(public_id(place.id)),
    }
    if place.about:
        profile["description"] = place.about
    if place.address:
        profile["full_address"] = place.address
    if place.point is not None:
        profile["geolocation"] = {"lat": place.point.lat, "lon": place.point.lon}
    profile |= _ways(place.contacts)
    profile[OWN] = _without_nothing(
        id=str(public_id(place.id)),
        updated=place.updated,
        kind=place.kind.value,
        area=place.area,
        hours=place.hours,
        confirmed=place.confirmed,
        fixes={fix.category: fix.note for fix in place.fixes},
        contacts=[[contact.kind.value, contact.value] for contact in place.contacts],
        source=_source(place),
        more=dict(place.more),
    )
    return profile


def _group(group: GroupCard, directory: Directory) -> dict[str, object]:
    ways = [Contact(ContactKind.EMAIL, group.email), Contact(ContactKind.OTHER, group.form)]
    profile: dict[str, object] = {
        "linked_schemas": [ORGANIZATIONS],
        "name": group.name[:200],
        "tags": ["mutual aid"],
        "geographic_scope": "local",
        **_ways(tuple(ways)),
    }
    if group.id:
        profile["unique_id"] = str(public_id(group.id))
    if group.phone:
        profile["telephone"] = group.phone
    said = "\n\n".join(part for part in (group.about, group.where) if part)
    if said:
        profile["description"] = said
    profile[OWN] = {"group": True, "expires_at": directory.ends // 1000}
    return profile


def _ways(contacts: tuple[Contact, ...]) -> dict[str, object]:
    """How to reach a place or the group, in the words of the schema."""
    found: dict[str, object] = {}
    details: dict[str, str] = {}
    for contact in contacts:
        if contact.kind is ContactKind.PHONE:
            found.setdefault("telephone", contact.value)
        elif contact.kind is ContactKind.EMAIL and _EMAIL.fullmatch(contact.value):
            details.setdefault("email", contact.value)
        elif _WEB.fullmatch(contact.value):
            details.setdefault("contact_form", contact.value)
    return {**found, "contact_details": details} if details else found


def _contact_details(contacts: tuple[Contact, ...], directory: Directory) -> dict[str, str]:
    """Where to answer a post: its owner, where they agreed that everybody knows; else the group."""
    group = directory.group
    of_group = (Contact(ContactKind.EMAIL, group.email), Contact(ContactKind.OTHER, group.form))
    for some in (contacts if directory.audience is Audience.PUBLIC else (), of_group):
        details: Any = _ways(some).get("contact_details")
        if details:
            return dict(details)
    return {}


def _tags(names: list[str]) -> list[str]:
    found = dict.fromkeys(name[:_LONGEST_TAG].strip() for name in names)
    return [name for name in found if name][:_MOST_TAGS]


def _source(record: Post | Place) -> list[str]:
    source = record.source
    return [source.name, source.id, source.licence] if source else []


def _without_nothing(**said: object) -> dict[str, object]:
    return {
        name: value
        for name, value in said.items()
        if value is not None and value is not False and value not in ("", 0, [], {})
    }


def _holds_back(directory: Directory, record: object) -> str:
    if not isinstance(record, Post):
        return ""
    if not record.status.wants_help:
        return "It looks for nobody any more: all of it is promised, or it is over."
    return "" if _contact_details(record.contacts, directory) else _NO_CONTACT


_TAKES: Final = frozenset(("post", "place"))
_CARRIES: Final = frozenset(
    (
        *("post.kind", "post.title", "post.text", "post.category", "post.urgency", "post.area"),
        *("post.when", "post.starts", "post.ends", "post.repeat", "post.expires", "post.mode"),
        *("post.parts", "post.language", "post.on_behalf_of", "post.updated", "post.source"),
        *("post.more", "place.name", "place.kind", "place.area", "place.address", "place.hours"),
        *("place.about", "place.fixes", "place.contacts", "place.confirmed", "place.point"),
        *("place.updated", "place.source", "place.more"),
    )
)
_LOSES: Final = {
    "repair": "There is no profile of a repair.",
    "person": "A profile of a person needs a web address of their own.",
    "post.by": "A profile names nobody; it says where to answer.",
    "post.contacts": "A profile has an e-mail address or a form, and nothing else.",
    "post.photos": "A profile only points at photos on the web.",
    "post.promises": "A profile does not say who goes.",
    "post.created": "A profile does not say when it was first written.",
    "post.status": "A profile does not say how far something is covered.",
}
_ABOUT: Final = "Maps and markets that gather offers and wants of many groups read these."

#: All profiles in a list.
ONE: Final = Format(
    name="murmurations",
    title="Murmurations offers and wants, in one file",
    suffix=".json",
    takes=_TAKES,
    files=_one_file,
    carries=_CARRIES,
    holds_back=_holds_back,
    reads=True,
    about=_ABOUT,
    loses=_LOSES,
)

FORMAT: Final = Format(
    name="murmurations",
    title="Murmurations offers and wants",
    suffix="",
    takes=_TAKES,
    files=_files,
    carries=_CARRIES,
    holds_back=_holds_back,
    reads=True,
    about=_ABOUT,
    loses=_LOSES,
    in_one=ONE,
)
