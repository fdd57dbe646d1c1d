# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Offers, demands, people and places in the words of schema.org, as JSON-LD in one file.

The context stands in the file and names nothing that would have to be fetched. Everything is a
node of one graph with an id of its own (``public_id``), so that readers can join them: a group or
a person ``makesOffer`` what is offered and ``seeks`` what is needed.

An ``OpeningHoursSpecification`` knows weeks, not months. Sessions on a certain weekday or day of
the month are written as the special days on which they fall, as long as the directory is good.
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mutualaid.model.directories.blurring import RADIUS_M, blur
from mutualaid.model.directories.directory import (
    Contact,
    Directory,
    Person,
    Place,
    Point,
    Post,
    Source,
    public_id,
)
from mutualaid.model.directories.formats.format import File, Format, Tick
from mutualaid.model.directories.formats.html import (
    fit,
    language_tag,
    mail,
    telephone,
    web_address,
)
from mutualaid.model.directories.formats.site_words import words_in
from mutualaid.model.directories.formats.stamps import stamp, stamp_in
from mutualaid.model.hours import Session, parse
from mutualaid.model.times import zone_of
from mutualaid.model.values import ContactKind, Mode, PlaceKind, PostKind, SkillLevel

#: The only context: every plain name is one of schema.org.
CONTEXT: Final[Mapping[str, str]] = {"@vocab": "https://schema.org/"}

_PIECE: Final = 500  # nodes
_MOST_DAYS: Final = 60  # special days of one place
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: All are organizations, which offer things and have e-mail, and places, which have hours.
_PLACES: Final[Mapping[PlaceKind, tuple[str, ...]]] = {
    PlaceKind.ORGANIZATION: ("Organization", "Place"),
    PlaceKind.HUB: ("Organization", "CivicStructure"),
    PlaceKind.KITCHEN: ("Organization", "Place"),
    PlaceKind.CLINIC: ("MedicalClinic",),
    PlaceKind.WORKSHOP: ("Organization", "Place"),
    PlaceKind.REPAIR: ("Organization", "Place"),
}
#: What changes hands is a thing in these categories, and something that is done in the others.
_THINGS: Final = frozenset(("food", "tools"))

Node = dict[str, Any]


def files(directory: Directory, tick: Tick) -> Iterator[File]:
    yield File("schemaorg.jsonld", _written(directory, tick))


def _written(directory: Directory, tick: Tick) -> Iterator[bytes]:
    yield f'{{"@context":{json.dumps(CONTEXT)},"@graph":[\n'.encode()
    piece: list[str] = []
    before = ""
    for node in _nodes(directory, tick):
        piece.append(_json(node))
        if len(piece) == _PIECE:
            yield (before + ",\n".join(piece)).encode()
            piece.clear()
            before = ",\n"
    yield ((before if piece else "") + ",\n".join(piece) + "\n]}\n").encode()


def _json(node: Node) -> str:
    """JSON that may also be pasted into a page: no text in it can end a script."""
    text = json.dumps(node, ensure_ascii=False, separators=(",", ":"))
    text = text.encode(errors="replace").decode()
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _nodes(directory: Directory, tick: Tick) -> Iterator[Node]:
    here = {person.id for person in directory.people}
    made: dict[bytes, dict[str, list[Node]]] = {}
    for post in directory.posts:
        owner = post.by if post.by in here and post.by is not None else b""
        of = "makesOffer" if post.kind is PostKind.OFFER else "seeks"
        made.setdefault(owner, {}).setdefault(of, []).append({"@id": _id(post.id)})
    group = _group(directory)
    words = words_in("en")
    yield {
        "@id": f"{group['@id']}#feed",
        "@type": "DataFeed",
        "name": fit(directory.group.name),
        "dateModified": stamp(directory.made),
        "expires": stamp(directory.ends),
        "provider": {"@id": group["@id"]},
        "description": " ".join(
            (*words.heard(directory.as_of, directory.group.tz), words.said("about.withdraw_how"))
        ),
    }
    yield group | made.get(b"", {})
    for person in directory.people:
        tick()
        yield _person(directory, person, made.get(person.id, {}))
    for post in directory.posts:
        tick()
        yield _post(directory, post, group["@id"])
    for place in directory.places:
        tick()
        yield _place(directory, place)


def _group(directory: Directory) -> Node:
    group = directory.group
    ways = {"email": mail(group.email) and group.email, "telephone": fit(group.phone)}
    return _filled(
        {
            "@id": f"urn:uuid:{public_id(group.name.encode(), 'group')}",
            "@type": "Organization",
            "name": fit(group.name),
            "description": fit(group.about),
            **ways,
            "url": web_address(group.form),
            "contactPoint": _filled(
                {
                    "@type": "ContactPoint",
                    **ways,
                    "url": web_address(group.form),
                    "description": fit(group.where),
                }
            )
            if any((group.email, group.phone, group.form, group.where))
            else None,
        }
    )


def _person(directory: Directory, person: Person, posts: Mapping[str, list[Node]]) -> Node:
    able = [
        _filled({"@type": "DefinedTerm", "name": fit(skill.name), "description": fit(skill.note)})
        for skill in person.skills
        if skill.level is not SkillLevel.LEARN
    ]
    teaches = [
        {"@type": "Offer", "itemOffered": _service("Teaching", skill.name, skill.note)}
        for skill in person.skills
        if skill.level is SkillLevel.TEACH
    ]
    mends = [
        {"@type": "Offer", "itemOffered": _service("Repair", fix.category, fix.note)}
        for fix in person.fixes
    ]
    learns = [
        {"@type": "Demand", "itemOffered": _service("Teaching", skill.name, skill.note)}
        for skill in person.skills
        if skill.level is SkillLevel.LEARN
    ]
    return _filled(
        {
            "@id": _id(person.id),
            "@type": "Person",
            "identifier": person.code,
            "name": fit(person.name),
            "homeLocation": _area(directory, person.area),
            "knowsLanguage": [fit(language) for language in person.languages],
            "knowsAbout": able,
            "makesOffer": [*posts.get("makesOffer", ()), *mends, *teaches],
            "seeks": [*posts.get("seeks", ()), *learns],
            **_reached(person.contacts, fit(person.availability)),
            **_whence(person.source),
        }
    )


def _post(directory: Directory, post: Post, group: str) -> Node:
    zone = directory.group.tz
    offers = post.kind is PostKind.OFFER
    owner = {"@id": _id(post.by)} if post.by is not None else {"@id": group}
    given = offers and post.mode is Mode.GIFT
    wanted = sum(part.quantity for part in post.parts)
    title, text = _spoken(post.title, post.language), _spoken(post.text, post.language)
    item = _filled(
        {
            "@type": "Product" if post.category in _THINGS else "Service",
            "name": title,
            "description": text,
            "category": words_in("en").category(fit(post.category)),
        }
    )
    return _filled(
        {
            "@id": _id(post.id),
            "@type": "Offer" if offers else "Demand",
            "identifier": post.code,
            "name": title,
            "description": text,
            "itemOffered": item,
            "areaServed": _area(directory, post.area),
            "availabilityStarts": stamp_in(post.starts, zone) if post.starts is not None else None,
            "availabilityEnds": stamp_in(post.ends, zone) if post.ends is not None else None,
            "validFrom": stamp(post.created) if post.created else None,
            "validThrough": stamp(post.expires if post.expires is not None else directory.ends),
            "seller": owner if offers else None,
            "offeredBy": owner if offers else None,
            "price": "0" if given else None,
            "priceCurrency": "XXX" if given else None,  # ISO 4217: no currency is involved
            "businessFunction": {"@id": "http://purl.org/goodrelations/v1#LeaseOut"}
            if post.mode is Mode.LEND
            else None,
            "eligibleQuantity": {"@type": "QuantitativeValue", "maxValue": wanted}
            if wanted
            else None,
            **_whence(post.source),
        }
    )


def _place(directory: Directory, place: Place) -> Node:
    point = place.point or directory.group.points.get(place.area)
    weekly, special = _opening(directory, place.hours)
    mends = [_service("Repair", fix.category, fix.note) for fix in place.fixes]
    return _filled(
        {
            "@id": _id(place.id),
            "@type": list(_PLACES[place.kind]),
            "identifier": place.code,
            "keywords": str(place.kind),
            "name": fit(place.name),
            "description": fit(place.about),
            "address": fit(place.address),
            "containedInPlace": _area(directory, place.area),
            "geo": _circle(point) if point else None,
            "openingHoursSpecification": weekly,
            "specialOpeningHoursSpecification": special,
            "makesOffer": [{"@type": "Offer", "itemOffered": each} for each in mends],
            **_reached(place.contacts),
            **_whence(place.source),
        }
    )


# -- parts of nodes ---------------------------------------------------------------------------


def _id(record: bytes) -> str:
    return f"urn:uuid:{public_id(record)}"


def _spoken(text: str, language: str) -> str | Node:
    """A text, and in which language it is where that is known."""
    text, tag = fit(text), language_tag(language)
    return {"@value": text, "@language": tag} if tag and text else text


def _filled(node: Node) -> Node:
    """A node without what is empty: schema.org knows no empty values."""
    return {name: value for name, value in node.items() if value not in ("", None, [], ())}


def _service(sort: str, name: str, note: str) -> Node:
    return _filled(
        {
            "@type": "Service",
            "serviceType": sort,
            "name": fit(name),
            "description": fit(note),
        }
    )


def _area(directory: Directory, area: str) -> Node | None:
    """An area in words, and where it is, if the group has given it a point."""
    if not area:
        return None
    point = directory.group.points.get(area)
    return _filled({"@type": "Place", "name": fit(area), "geo": _circle(point) if point else None})


def _circle(point: Point) -> Node | None:
    """Where something is: somewhere in this circle."""
    if not (abs(point.lat) <= 90 and abs(point.lon) <= 180):
        return None
    blurred = blur(point)
    middle = {"@type": "GeoCoordinates", "latitude": blurred.lat, "longitude": blurred.lon}
    return {"@type": "GeoCircle", "geoMidpoint": middle, "geoRadius": RADIUS_M}


def _reached(contacts: tuple[Contact, ...], when: str = "") -> Node:
    """How somebody is reached: e-mail and telephone under names of their own, all else in words."""
    mails = [each.value for each in contacts if each.kind is ContactKind.EMAIL and mail(each.value)]
    phones = [
        fit(each.value)
        for each in contacts
        if each.kind is ContactKind.PHONE and telephone(each.value)
    ]
    said = [fit(each.value) for each in contacts if each.value not in (*mails, *phones)]
    words = "; ".join(part for part in (when, *said) if part)
    point = {"@type": "ContactPoint", "description": words} if words else None
    return {"email": mails, "telephone": phones, "contactPoint": point}


def _whence(source: Source | None) -> Node:
    """The list that a record came from, with its licence."""
    if source is None:
        return {}
    work = {"@type": "Dataset", "name": fit(source.name), "license": fit(source.licence)}
    return {"subjectOf": _filled(work)}


# -- opening hours ----------------------------------------------------------------------------


def _opening(directory: Directory, text: str) -> tuple[list[Node], list[Node]]:
    """Hours of each week, and the days of all other sessions until the directory ends."""
    try:
        sessions = parse(text)
    except ValueError:
        return [], []
    weekly = [
        _hours(session) | {"dayOfWeek": [_WEEKDAYS[day] for _, day in session.days]}
        for session in sessions
        if session.days and not session.days[0][0]
    ]
    others = [session for session in sessions if session.month_days or session.days[0][0]]
    special: list[Node] = []
    zone = zone_of(directory.group.tz)
    day = dt.datetime.fromtimestamp(directory.made / 1000, zone).date()
    last = dt.datetime.fromtimestamp(directory.ends / 1000, zone).date()
    while others and day <= last and len(special) < _MOST_DAYS:
        on = day.isoformat()
        special += [
            _hours(session) | {"validFrom": on, "validThrough": on}
            for session in others
            if session.falls_on(day)
        ]
        day += dt.timedelta(days=1)
    return weekly, special


def _hours(session: Session) -> Node:
    """When a session begins and ends. One that ends at or before it begins ends the next day,
    as schema.org has it, too; the whole day is from 00:00 to 23:59 there."""
    opens, closes = session.opens or 0, session.closes
    return {
        "@type": "OpeningHoursSpecification",
        "opens": f"{opens // 60:02}:{opens % 60:02}",
        "closes": "23:59" if closes is None else f"{closes // 60:02}:{closes % 60:02}",
    }


FORMAT: Final = Format(
    name="schemaorg",
    title="Linked data in the words of schema.org (JSON-LD)",
    suffix=".jsonld",
    takes=frozenset(("person", "post", "place")),
    files=files,
    about="For search engines and assistants, and for pages that show it: offers and demands.",
    loses={
        "repair": "schema.org has no words for attempts at repairs",
        "person.more": "what a list says of people beside stays sealed",
        "post.urgency": "schema.org has no word for it",
        "post.when": "only the window of time, where there is one",
        "post.repeat": "only the next time",
        "post.mode": "only that something is given, or lent",
        "post.parts": "only how many in all",
        "post.status": "schema.org has no word for it",
        "post.on_behalf_of": "schema.org has no word for it",
        "post.contacts": "they stand with the person",
        "post.promises": "schema.org has no word for it",
        "post.photos": "the file holds no pictures",
        "post.more": "what a list brought beside stays in tables",
        "place.point": f"blurred: the true point lies within {RADIUS_M} metres",
        "place.confirmed": "schema.org has no word for it",
        "place.more": "what a list brought beside stays in tables",
    },
)
