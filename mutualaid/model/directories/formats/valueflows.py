# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Needs, offers and what came of them as economic flows: Valueflows 1.0, in one JSON-LD file.

A need is a Proposal to request, publishing Intents with a receiver; an offer is one with a
provider; with several sorts of parts there is an Intent for each. Who goes is a Commitment that
satisfies an Intent; what was done, an EconomicEvent that fulfills the Commitment. A gift, a thing
lent or shared asks for nothing back; a swap, hours and what is at cost have a reciprocal Intent.

Agents are the group, its places, and people whose names leave; a flow without one says nothing of
whose it is. The context stands in the file, so that nothing has to be fetched to read it. Source:
https://w3id.org/valueflows/ont/1.0.0/vf, units by the Ontology of units of Measure 2. Measures are
told in the words of both: those of Valueflows are narrower, and most programs know the others.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from mutualaid.model import hours, times
from mutualaid.model.directories.blurring import blur
from mutualaid.model.directories.directory import (
    Directory,
    Person,
    Place,
    Point,
    Post,
    Promise,
    public_id,
)
from mutualaid.model.directories.formats.format import File, Format, Tick
from mutualaid.model.directories.formats.stamps import stamp
from mutualaid.model.taxonomy import CATEGORY_BY_ID
from mutualaid.model.values import Mode, Part, PostKind, PostStatus, SkillLevel, Standing

VF: Final = "https://w3id.org/valueflows/ont/vf#"
OM2: Final = "http://www.ontology-of-units-of-measure.org/resource/om-2/"
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"

_LINKS: Final = (
    *("action", "eligibleLocation", "fulfills", "hasUnit", "listedIn", "primaryLocation"),
    *("provider", "publishes", "purpose", "receiver", "reciprocal", "satisfies"),
)
_MOMENTS: Final = ("created", "due", "hasBeginning", "hasEnd", "hasPointInTime")
_NUMBERS: Final = ("hasNumericalValue", "lat", "long")
_TEXTS: Final = ("mappableAddress", "name", "note", "resourceClassifiedAs")
_PARTS: Final = ("effortQuantity", "resourceQuantity")
_TRUTHS: Final = ("finished", "unitBased")
_CLASSES: Final = (
    *("Commitment", "EconomicEvent", "Intent", "Measure", "Organization", "Person"),
    *("Proposal", "ProposalList", "SpatialThing"),
)

#: What a word of the file means. Written out, for nothing may be fetched to read it.
CONTEXT: Final[Mapping[str, object]] = {
    "@version": 1.1,
    "vf": VF,
    "om2": OM2,
    "xsd": _XSD,
    "id": "@id",
    "type": "@type",
    **{name: f"vf:{name}" for name in (*_CLASSES, *_PARTS, *_TEXTS)},
    **{name: {"@id": f"vf:{name}", "@type": "@id"} for name in _LINKS},
    **{name: {"@id": f"vf:{name}", "@type": "xsd:dateTimeStamp"} for name in _MOMENTS},
    **{name: {"@id": f"vf:{name}", "@type": "xsd:decimal"} for name in _NUMBERS},
    **{name: {"@id": f"vf:{name}", "@type": "xsd:boolean"} for name in _TRUTHS},
    "om2:hasUnit": {"@id": "om2:hasUnit", "@type": "@id"},
    "om2:hasNumericalValue": {"@id": "om2:hasNumericalValue", "@type": "xsd:decimal"},
}

#: What somebody does for somebody, rather than a thing that changes hands.
_SERVICES: Final = frozenset(
    ("transport", "animals", "care", "children", "community", "repair", "tech", "health")
) | frozenset(("translation", "forms", "learning", "organizing"))
_PURPOSES: Final = {PostKind.NEED: "vf:request", PostKind.OFFER: "vf:offer"}
_MODES: Final = {
    Mode.GIFT: "gift",
    Mode.LEND: "lending",
    Mode.POOL: "sharing",
    Mode.SWAP: "swap",
    Mode.HOURS: "hours",
    Mode.COST: "at cost",
}
_LEVELS: Final = {
    SkillLevel.CAN: "can",
    SkillLevel.TEACH: "can teach",
    SkillLevel.LEARN: "wants to learn",
}
_HOUR: Final = 3_600_000

_Node = dict[str, object]


def _files(directory: Directory, tick: Tick) -> Iterator[File]:
    yield File("valueflows.jsonld", _document(directory, tick))


def _document(directory: Directory, tick: Tick) -> Iterator[bytes]:
    context = json.dumps(CONTEXT, ensure_ascii=False, indent=1)
    yield f'{{"@context": {context},\n"@graph": [\n'.encode()
    between = ""
    for node in _nodes(directory, tick):
        yield (between + json.dumps(node, ensure_ascii=False)).encode()
        between = ",\n"
    yield b"\n]}\n"


def _nodes(directory: Directory, tick: Tick) -> Iterator[_Node]:
    group = directory.group
    zone = group.tz
    yield _node(
        _list_of(directory),
        "ProposalList",
        name=group.name,
        note=f"As of {times.day_words(directory.made, zone)}; please delete this after"
        f" {times.day_words(directory.ends, zone)}.",
        created=_stamp(directory.made),
    )
    ways = (group.about, group.where, group.form, group.email, group.phone)
    yield _node(
        _group_of(directory),
        "Organization",
        name=group.name,
        note="\n".join(way for way in ways if way),
    )
    areas = [each.area for each in directory.people] + [each.area for each in directory.posts]
    for area in dict.fromkeys(areas):
        if area:
            yield _area(area, directory.group.points.get(area))
    for person in directory.people:
        yield _person(person)
        tick()
    for place in directory.places:
        yield from _place(place)
        tick()
    for post in directory.posts:
        yield from _post(post, directory)
        tick()


# -- agents and where they are ----------------------------------------------------------------


def _person(person: Person) -> _Node:
    said = [
        _said("Skills", [f"{each.name} ({_LEVELS[each.level]})" for each in person.skills]),
        _said("Repairs", [fix.category for fix in person.fixes]),
        _said("Languages", list(person.languages)),
        person.availability,
    ]
    return _node(
        _id(person.id),
        "Person",
        name=person.name,
        note="\n".join(line for line in said if line),
        primaryLocation=_area_id(person.area),
    )


def _place(place: Place) -> Iterator[_Node]:
    where = _id(place.id, "where") if place.address or place.area or place.point else None
    if where:
        yield _node(
            where,
            "SpatialThing",
            name=place.area,
            mappableAddress=place.address,
            **_degrees(place.point),
        )
    said = [
        place.about,
        _said("Open", [hours.words(place.hours)] if place.hours else []),
        _said("Repairs", [fix.category for fix in place.fixes]),
        _said("Contact", [contact.value for contact in place.contacts]),
    ]
    yield _node(
        _id(place.id),
        "Organization",
        name=place.name,
        note="\n".join(line for line in said if line),
        primaryLocation=where,
    )


def _said(what: str, items: list[str]) -> str:
    return f"{what}: {'; '.join(items)}" if items else ""


def _area(area: str, point: Point | None) -> _Node:
    degrees = _degrees(blur(point) if point else None)
    return _node(_area_id(area) or "", "SpatialThing", name=area, **degrees)


def _degrees(point: Point | None) -> dict[str, object]:
    return {} if point is None else {"lat": f"{point.lat:.6f}", "long": f"{point.lon:.6f}"}


# -- flows ------------------------------------------------------------------------------------


def _post(post: Post, directory: Directory) -> Iterator[_Node]:
    intents = {part.name: _intent(post, part) for part in post.parts or (Part("", 1),)}
    proposal = _node(
        _id(post.id),
        "Proposal",
        name=post.title,
        note=post.text,
        purpose=_PURPOSES[post.kind],
        created=_stamp(post.created),
        hasEnd=_stamp(post.expires),
        eligibleLocation=_area_id(post.area),
        listedIn=_list_of(directory),
        publishes=[intent["id"] for intent in intents.values()],
    )
    proposal["unitBased"] = False
    back = _reciprocal(post)
    if back:
        proposal["reciprocal"] = back["id"]
    yield proposal
    yield from intents.values()
    if back:
        yield back
    for promise in post.promises:
        part = promise.part if promise.part in intents else next(iter(intents))
        yield from _promise(post, promise, str(intents[part]["id"]))


def _intent(post: Post, part: Part) -> _Node:
    intent = _node(
        _id(post.id, f"intent:{part.name}"),
        "Intent",
        name=f"{post.title}: {part.name}" if part.name else post.title,
        note=post.when,
        **_flow(post, part.quantity),
        **_when(post),
        **_agents(post, None),
    )
    if not post.starts and post.expires:
        intent["due"] = _stamp(post.expires)
    intent["finished"] = post.status is PostStatus.DONE
    return intent


def _flow(post: Post, quantity: int) -> dict[str, object]:
    """What flows: the action and how much of it."""
    category = CATEGORY_BY_ID.get(post.category)
    tags = [category.name if category else post.category, _MODES[post.mode]]
    flow: dict[str, object] = {"action": _action(post), "resourceClassifiedAs": tags}
    if flow["action"] == "vf:work":
        flow["effortQuantity"] = _effort(post, quantity)
    else:
        flow["resourceQuantity"] = _measure("om2:one", quantity)
    if flow["action"] == "vf:use" and (spent := _hours(post)):
        flow["effortQuantity"] = _measure("om2:hour", spent)
    return flow


def _action(post: Post) -> str:
    """A thing lent changes hands for a time, one that is shared is used; time given is work."""
    is_service = post.category in _SERVICES
    if post.mode is Mode.HOURS:
        return "vf:work"
    if post.mode is Mode.POOL:
        return "vf:use" if not is_service else "vf:deliverService"
    if post.mode is Mode.LEND:
        return "vf:transferCustody" if not is_service else "vf:use"
    if is_service:
        return "vf:work" if _hours(post) else "vf:deliverService"
    return "vf:transfer"


def _hours(post: Post) -> float:
    """How long a post says that it takes, 0 where it does not."""
    if post.starts is None or post.ends is None or post.ends <= post.starts:
        return 0
    return round((post.ends - post.starts) / _HOUR, 2)


def _effort(post: Post, people: int) -> _Node:
    """Hours of all who are wanted together; without a number where the post says no time."""
    spent = _hours(post)
    return _measure("om2:hour", spent * people if spent else None)


def _measure(unit: str, value: float | None) -> _Node:
    measure: _Node = {"type": ["Measure", "om2:Measure"], "hasUnit": unit, "om2:hasUnit": unit}
    if value is not None:
        number = f"{value:.2f}".rstrip("0").rstrip(".")
        measure |= {"hasNumericalValue": number, "om2:hasNumericalValue": number}
    return measure


def _when(post: Post) -> dict[str, object]:
    if post.starts is None:
        return {}
    if post.ends is None or post.ends <= post.starts:
        return {"hasPointInTime": _stamp(post.starts)}
    return {"hasBeginning": _stamp(post.starts), "hasEnd": _stamp(post.ends)}


def _agents(post: Post, other: bytes | None) -> dict[str, object]:
    """Who gives and who takes, as far as their names leave."""
    owner = _id(post.by) if post.by else None
    helper = _id(other) if other else None
    if post.kind is PostKind.NEED:
        return {"provider": helper, "receiver": owner}
    return {"provider": owner, "receiver": helper}


def _reciprocal(post: Post) -> _Node | None:
    """What is asked for in return; nothing, of a gift."""
    if post.mode not in {Mode.SWAP, Mode.HOURS, Mode.COST}:
        return None
    owner = _id(post.by) if post.by else None
    gives_back = "provider" if post.kind is PostKind.NEED else "receiver"
    quantity = {"effortQuantity": _effort(post, 1)} if post.mode is Mode.HOURS else {}
    return _node(
        _id(post.id, "reciprocal"),
        "Intent",
        name=f"In return ({_MODES[post.mode]}): {post.title}",
        action="vf:work" if post.mode is Mode.HOURS else "vf:transfer",
        resourceClassifiedAs=[_MODES[post.mode]],
        **quantity,
        **{gives_back: owner},
    )


def _promise(post: Post, promise: Promise, intent: str) -> Iterator[_Node]:
    flow = _flow(post, promise.amount)
    done = promise.standing is Standing.DONE
    commitment = _node(
        _id(promise.id),
        "Commitment",
        satisfies=intent,
        created=_stamp(promise.created),
        **flow,
        **_when(post),
        **_agents(post, promise.by),
    )
    commitment["finished"] = done
    yield commitment
    if done:
        moment = _when(post) or {"hasPointInTime": _stamp(post.updated or promise.created)}
        yield _node(
            _id(promise.id, "event"),
            "EconomicEvent",
            fulfills=_id(promise.id),
            **flow,
            **moment,
            **_agents(post, promise.by),
        )


# -- ids and times ----------------------------------------------------------------------------


def _node(id_: str, kind: str, **said: object) -> _Node:
    """A node without what it does not say."""
    return {"id": id_, "type": kind, **{name: value for name, value in said.items() if value}}


def _id(record: bytes, what: str = "") -> str:
    return public_id(record, what).urn


def _group_of(directory: Directory) -> str:
    return _id(directory.group.id or directory.group.name.encode())


def _list_of(directory: Directory) -> str:
    return _id(directory.group.id or directory.group.name.encode(), f"list:{directory.made}")


def _area_id(area: str) -> str | None:
    return _id(area.encode(), "area") if area else None


def _stamp(moment: int | None) -> str | None:
    return stamp(moment) if moment else None


FORMAT: Final = Format(
    name="valueflows",
    title="Valueflows (JSON-LD)",
    suffix=".jsonld",
    takes=frozenset(("person", "post", "place")),
    files=_files,
    about="Networks that plan and account in common read needs, offers and what came of them.",
    loses={
        "repair": "A repair that was done is written down as Open Repair Data.",
        "person.contacts": "Valueflows has no word for how somebody can be reached.",
        "person.source": "Valueflows does not say where an entry was first kept.",
        "person.more": "What a list says of people beside is sealed, and leaves in nothing.",
        "post.urgency": "Valueflows knows no urgency but a time by which something is due.",
        "post.repeat": "Only the next time of what repeats is there.",
        "post.language": "Valueflows does not say in what language something is written.",
        "post.on_behalf_of": "Only people of the directory are agents.",
        "post.contacts": "Valueflows has no word for how somebody can be reached.",
        "post.photos": "Photos can only be pointed at on the web.",
        "post.source": "Valueflows does not say where a post was first kept.",
        "post.more": "Remarks of an imported list have no place in it.",
        "place.confirmed": "Valueflows does not say when something was last confirmed.",
        "place.source": "Valueflows does not say where an entry was first kept.",
        "place.more": "Remarks of an imported list have no place in it.",
    },
)
