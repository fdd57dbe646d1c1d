# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Places, people and posts as points on a map: GeoJSON (RFC 7946), every point blurred.

A person and a post stand at the middle of their area, where the group has given it one; a place
at its own point, or its area's. Every point goes to the middle of a cell of half a kilometre (see
``blurring``), and each feature says how far off it may be.

What has no point is held back. RFC 7946 knows features without a geometry, but nobody who reads a
map would see them, and what nobody sees should not leave.

Lists are joined to texts, since tables of attributes, into which maps read this, hold no lists.
"""

import json
from collections.abc import Iterator
from typing import Final

from mutualaid.model.directories.blurring import RADIUS_M, blur, bounds
from mutualaid.model.directories.directory import (
    Directory,
    Person,
    Place,
    Point,
    Post,
    public_id,
)
from mutualaid.model.directories.formats.format import File, Format, Tick
from mutualaid.model.directories.formats.html import fit
from mutualaid.model.directories.formats.site_words import words_in
from mutualaid.model.directories.formats.stamps import stamp
from mutualaid.model.values import SkillLevel

_PIECE: Final = 500  # features


def files(directory: Directory, tick: Tick) -> Iterator[File]:
    yield File("directory.geojson", _written(directory, tick))


def point_of(directory: Directory, record: object) -> Point | None:
    """Where a record stands on the map, blurred; None where that is not known."""
    if not isinstance(record, Person | Place | Post):
        return None
    own = record.point if isinstance(record, Place) else None
    point = own or directory.group.points.get(record.area)
    if point is None or not (abs(point.lat) <= 90 and abs(point.lon) <= 180):
        return None  # nowhere, or nowhere on earth
    return blur(point)


def _written(directory: Directory, tick: Tick) -> Iterator[bytes]:
    records: tuple[Place | Person | Post, ...]
    records = (*directory.places, *directory.people, *directory.posts)
    placed = [(record, point_of(directory, record)) for record in records]
    box = bounds([point for _, point in placed if point is not None])
    # RFC 7946, section 6.1: members of our own beside those of the standard.
    collection = {
        "type": "FeatureCollection",
        "name": fit(directory.group.name),
        "as_of": stamp(directory.made),
        "good_until": stamp(directory.ends),
        "audience": str(directory.audience),
        "contact": fit(directory.group.email or directory.group.form or directory.group.phone),
    }
    if box is not None:
        collection["bbox"] = list(box)  # type: ignore[assignment]
    yield f'{_json(collection)[:-1]},"features":[\n'.encode()
    piece: list[str] = []
    before = ""
    for record, point in placed:
        tick()
        if point is not None:
            piece.append(_json(_feature(directory, record, point)))
        if len(piece) == _PIECE:
            yield (before + ",\n".join(piece)).encode()
            piece.clear()
            before = ",\n"
    yield ((before if piece else "") + ",\n".join(piece) + "\n]}\n").encode()


def _feature(directory: Directory, record: Person | Place | Post, point: Point) -> object:
    properties = _properties(directory, record)
    return {
        "type": "Feature",
        "id": f"urn:uuid:{public_id(record.id)}",
        "geometry": {"type": "Point", "coordinates": [point.lon, point.lat]},
        "properties": {
            name: fit(value) if isinstance(value, str) else value
            for name, value in properties.items()
        },
    }


def _properties(directory: Directory, record: Person | Place | Post) -> dict[str, str | int | None]:
    """The same names for every sort, so that all go into one table of attributes."""
    words = words_in("en")
    found: dict[str, str | int | None] = dict.fromkeys(_NAMES)
    found |= {
        "code": record.code,
        "area": record.area or None,
        "contact": "; ".join(each.value for each in record.contacts) or None,
        "source": record.source.name if record.source else None,
        "licence": (record.source.licence or None) if record.source else None,
        "updated": stamp(record.updated) if record.updated else None,
        "blurred_m": RADIUS_M,
    }
    if isinstance(record, Post):
        when = words.when(record, directory.group.tz, directory.made)
        found |= {
            "sort": str(record.kind),
            "title": record.title,
            "text": record.text or None,
            "category": record.category,
            "urgency": str(record.urgency),
            "when": "; ".join(part for part in (record.when, when) if part) or None,
            "starts": stamp(record.starts) if record.starts is not None else None,
            "ends": stamp(record.ends) if record.ends is not None else None,
            "until": stamp(record.expires) if record.expires is not None else None,
            "mode": str(record.mode),
            "status": str(record.status),
            "by": record.by_name or None,
            "for": record.on_behalf_of or None,
        }
    elif isinstance(record, Place):
        found |= {
            "sort": "place",
            "title": record.name,
            "text": record.about or None,
            "category": str(record.kind),
            "when": words.hours(record.hours) or None,
            "address": record.address or None,
            "fixes": "; ".join(fix.category for fix in record.fixes) or None,
            "confirmed": stamp(record.confirmed) if record.confirmed is not None else None,
        }
    else:
        skills = {
            level: "; ".join(skill.name for skill in record.skills if skill.level is level) or None
            for level in SkillLevel
        }
        found |= {
            "sort": "person",
            "title": record.name,
            "when": record.availability or None,
            "languages": "; ".join(record.languages) or None,
            "can": skills[SkillLevel.CAN],
            "teaches": skills[SkillLevel.TEACH],
            "learns": skills[SkillLevel.LEARN],
            "fixes": "; ".join(fix.category for fix in record.fixes) or None,
        }
    return found


_NAMES: Final = (
    *("sort", "code", "title", "text", "category", "urgency", "area", "address", "when"),
    *("starts", "ends", "until", "mode", "status", "by", "for", "languages", "can", "teaches"),
    *("learns", "fixes", "contact", "confirmed", "updated", "source", "licence", "blurred_m"),
)


def _json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode(errors="replace").decode()


def _holds_back(directory: Directory, record: object) -> str:
    if point_of(directory, record) is not None:
        return ""
    if isinstance(record, Place) and record.point is None and not record.area:
        return "It says neither a point on the map nor an area, so it cannot stand on a map."
    if isinstance(record, Person | Place | Post) and record.area:
        return f"The group has given its area, “{record.area}”, no point on the map."
    return "It says no area, so it cannot stand on a map."


FORMAT: Final = Format(
    name="geojson",
    title="Map (GeoJSON)",
    suffix=".geojson",
    takes=frozenset(("person", "post", "place")),
    files=files,
    holds_back=_holds_back,
    about="For maps on the web and on the desk; every point is blurred to half a kilometre.",
    loses={
        "repair": "attempts at repairs have no place of their own",
        "place.point": f"blurred: the true point lies within {RADIUS_M} metres",
        "person.skills": "without their notes",
        "person.fixes": "without their notes",
        "person.more": "what a list says of people beside stays sealed",
        "post.language": "no attribute says it",
        "post.created": "only when it was last changed",
        "post.repeat": "only in words",
        "post.parts": "attributes hold no lists",
        "post.promises": "attributes hold no lists",
        "post.photos": "a map holds no pictures",
        "post.more": "what a list brought beside stays in tables",
        "place.fixes": "without their notes",
        "place.hours": "only in words",
        "place.more": "what a list brought beside stays in tables",
    },
)
