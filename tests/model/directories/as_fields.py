# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records of a directory as the fields that a reader makes of them: what comes back is held
against these."""

from collections.abc import Iterator, Mapping
from dataclasses import astuple

from mutualaid.model.directories.directory import Person, Place, Post
from mutualaid.model.directories.formats.format import Format
from mutualaid.model.directories.incoming.item import Item
from mutualaid.model.values import Scalar

#: Field of a directory's record → the fields, or families of fields, of an item.
_PERSON = {
    "name": ("name",),
    "area": ("area",),
    "availability": ("availability",),
    "languages": ("lang:",),
    "skills": ("skill:", "skillnote:"),
    "fixes": ("fix:",),
    "source": ("origin", "origin_id", "licence"),
}
_PLACE = {
    **{name: (name,) for name in ("name", "kind", "area", "address", "hours", "about", "point")},
    "fixes": ("fix:",),
    "confirmed": ("confirmed",),
    "source": ("origin", "origin_id", "licence"),
}
_POST = {
    **{
        name: (name,)
        for name in ("kind", "title", "text", "category", "urgency", "area", "when", "mode")
    },
    "starts": ("starts",),
    "ends": ("ends",),
    "repeat": ("repeat",),
    "expires": ("expires", "standing"),
    "parts": ("parts", "part:"),
    "language": ("lang",),
    "on_behalf_of": ("for",),
    "source": ("origin", "origin_id", "licence"),
}
#: What a record has that says nothing: left out of an item, or said in it, as a reader likes.
_UNSAID: Mapping[str, Scalar] = {
    "category": "other",
    "urgency": "anytime",
    "mode": "gift",
    "parts": 1,
}


def _source(each: Person | Place | Post) -> Iterator[tuple[str, Scalar]]:
    if each.source:
        yield from zip(("origin", "origin_id", "licence"), astuple(each.source), strict=True)


def person(each: Person) -> Iterator[tuple[str, Scalar]]:
    yield from _source(each)
    yield from (("name", each.name), ("area", each.area), ("availability", each.availability))
    yield from ((f"lang:{language}", True) for language in each.languages)
    for skill in each.skills:
        yield f"skill:{skill.name}", skill.level.value
        yield f"skillnote:{skill.name}", skill.note
    yield from ((f"fix:{fix.category}", fix.note) for fix in each.fixes)


def place(each: Place) -> Iterator[tuple[str, Scalar]]:
    yield from _source(each)
    for name in ("name", "area", "address", "hours", "about", "confirmed"):
        yield name, getattr(each, name)
    yield "kind", each.kind.value
    yield "point", f"{each.point.lat},{each.point.lon}" if each.point else ""
    yield from ((f"fix:{fix.category}", fix.note) for fix in each.fixes)


def post(each: Post) -> Iterator[tuple[str, Scalar]]:
    yield from _source(each)
    for name in ("title", "text", "category", "area", "when", "expires"):
        yield name, getattr(each, name)
    yield from zip(("starts", "ends"), each.first or (each.starts, each.ends), strict=True)
    for name in ("kind", "urgency", "mode"):
        yield name, getattr(each, name).value
    yield "repeat", each.repeat.value if each.repeat else None
    yield "standing", each.expires is None or None
    yield "lang", each.language
    yield "for", each.on_behalf_of
    for part in each.parts:
        yield (f"part:{part.name}" if part.name else "parts"), part.quantity


def carried(record: Person | Place | Post, form: Format) -> dict[str, Scalar]:
    """The fields that an item made by ``form`` must have, those that say nothing left out."""
    match record:
        case Person():
            sort, names, said = "person", _PERSON, person(record)
        case Place():
            sort, names, said = "place", _PLACE, place(record)
        case Post():
            sort, names, said = "post", _POST, post(record)
    kept = {
        field
        for name, fields in names.items()
        if f"{sort}.{name}" in form.carries
        for field in fields
    }
    return _saying({name: value for name, value in said if name in kept or _family(name) in kept})


def said(item: Item) -> dict[str, Scalar]:
    """The fields of an item, those that say nothing left out."""
    return _saying(item.fields)


def _saying(fields: Mapping[str, Scalar]) -> dict[str, Scalar]:
    return {
        name: value
        for name, value in fields.items()
        if name.startswith("fix:") or (value not in ("", None) and _UNSAID.get(name) != value)
    }


def _family(name: str) -> str:
    return name.partition(":")[0] + ":"
