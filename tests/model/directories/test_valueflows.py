# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Valueflows, as a reader of JSON-LD sees it: the triples, with nothing fetched."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NoReturn

import pytest
from hypothesis import given, settings
from pyld import jsonld

from mutualaid.model.directories.directory import Directory, Person, Post, Promise, public_id
from mutualaid.model.directories.formats import format_named
from mutualaid.model.directories.formats.valueflows import OM2, VF
from mutualaid.model.values import (
    Audience,
    Mode,
    Part,
    PostKind,
    PostStatus,
    Standing,
)
from tests.helpers.examples import examples as tries
from tests.model.directories import examples, strategies

FORMAT = format_named("valueflows")
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
XSD = "http://www.w3.org/2001/XMLSchema#"
HOUR = 3_600_000

#: The words of the ontology that are written, with what each is said of (rdfs:domain) and what it
#: says (rdfs:range), from all_vf.TTL of release 1.0.0.
FLOWS = {"Intent", "Commitment", "EconomicEvent"}
NOTED = FLOWS | {"Proposal", "ProposalList", "Person", "Organization", "SpatialThing"}
WORDS: dict[str, tuple[set[str], set[str]]] = {
    "action": (FLOWS, {"deliverService", "transfer", "transferCustody", "use", "work"}),
    "created": ({"Proposal", "ProposalList", "Commitment"}, {"dateTimeStamp"}),
    "due": ({"Intent", "Commitment"}, {"dateTimeStamp"}),
    "effortQuantity": (FLOWS, {"Measure"}),
    "eligibleLocation": ({"Proposal"}, {"SpatialThing"}),
    "finished": ({"Intent", "Commitment"}, {"boolean"}),
    "fulfills": ({"EconomicEvent"}, {"Commitment"}),
    "hasBeginning": (FLOWS | {"Proposal"}, {"dateTimeStamp"}),
    "hasEnd": (FLOWS | {"Proposal"}, {"dateTimeStamp"}),
    "hasNumericalValue": ({"Measure"}, {"decimal"}),
    "hasPointInTime": (FLOWS, {"dateTimeStamp"}),
    "hasUnit": ({"Measure"}, {"one", "hour"}),
    "lat": ({"SpatialThing"}, {"decimal"}),
    "listedIn": ({"Proposal"}, {"ProposalList"}),
    "long": ({"SpatialThing"}, {"decimal"}),
    "mappableAddress": ({"SpatialThing"}, {"string"}),
    "name": (NOTED - {"Commitment", "EconomicEvent"}, {"string"}),
    "note": (NOTED, {"string"}),
    "primaryLocation": ({"Person", "Organization"}, {"SpatialThing"}),
    "provider": (FLOWS, {"Person", "Organization"}),
    "publishes": ({"Proposal"}, {"Intent"}),
    "purpose": ({"Proposal"}, {"offer", "request"}),
    "receiver": (FLOWS, {"Person", "Organization"}),
    "reciprocal": ({"Proposal"}, {"Intent"}),
    "resourceClassifiedAs": (FLOWS, {"string"}),
    "resourceQuantity": (FLOWS, {"Measure"}),
    "satisfies": ({"Commitment"}, {"Intent"}),
    "unitBased": ({"Proposal"}, {"boolean"}),
}


def refuse(url: str, options: object) -> NoReturn:
    raise AssertionError(f"{url} was asked for")


class Graph:
    """The triples of an export, by subject and predicate."""

    def __init__(self, directory: Directory) -> None:
        (file,) = FORMAT.files(directory, lambda: None)
        self.text = b"".join(file.chunks).decode()
        dataset = jsonld.to_rdf(json.loads(self.text), {"documentLoader": refuse})
        assert set(dataset) == {"@default"}
        self.triples = [
            (each["subject"]["value"], each["predicate"]["value"], each["object"])
            for each in dataset["@default"]
        ]

    def type_of(self, node: str) -> str:
        (found,) = (each for each in self.all(node, TYPE) if each.startswith(VF))
        return found.removeprefix(VF)

    def all(self, node: str, predicate: str) -> list[str]:
        name = predicate if ":" in predicate else VF + predicate
        return [
            value["value"]
            for subject, said, value in self.triples
            if (subject, said) == (node, name)
        ]

    def one(self, node: str, predicate: str) -> str:
        (found,) = self.all(node, predicate)
        return found

    def of_type(self, kind: str) -> list[str]:
        return [
            subject
            for subject, said, value in self.triples
            if said == TYPE and value["value"] == VF + kind
        ]

    def measure(self, node: str, predicate: str) -> tuple[str, str]:
        """The number, "" where there is none, and the unit."""
        found = self.one(node, predicate)
        assert self.type_of(found) == "Measure"
        assert OM2 + "Measure" in self.all(found, TYPE)
        unit, number = self.one(found, "hasUnit"), self.all(found, "hasNumericalValue")
        assert unit.startswith(OM2)
        assert self.all(found, OM2 + "hasUnit") == [unit]
        assert self.all(found, OM2 + "hasNumericalValue") == number
        return "".join(number), unit.removeprefix(OM2)


def person(name: str) -> Person:
    return Person(examples.identity(name), "", name)


ANA, BEN = person("Ana"), person("Ben")


def graph(post: Post, *people: Person) -> Graph:
    return Graph(replace(examples.bare(), audience=Audience.PUBLIC, people=people, posts=(post,)))


def post(kind: PostKind = PostKind.NEED, **said: Any) -> Post:
    owner = {"by": ANA.id, "by_name": ANA.name} if said.pop("known", True) else {}
    return Post(examples.identity("post"), "", kind, "Title", **owner, **said)


def promise(standing: Standing, **said: Any) -> Promise:
    helper: Person | None = said.pop("helper", BEN)
    return Promise(
        examples.identity("promise"),
        helper.id if helper else None,
        helper.name if helper else "",
        standing,
        said.get("amount", 1),
        said.get("part", ""),
        examples.NOW,
    )


def urn(each: Person) -> str:
    return public_id(each.id).urn


@pytest.mark.parametrize(
    ("kind", "purpose", "gives", "takes"),
    [
        (PostKind.NEED, "request", [], [urn(ANA)]),
        (PostKind.OFFER, "offer", [urn(ANA)], []),
    ],
)
def test_a_need_and_an_offer(
    kind: PostKind, purpose: str, gives: list[str], takes: list[str]
) -> None:
    found = graph(post(kind), ANA)
    (proposal,) = found.of_type("Proposal")
    (intent,) = found.of_type("Intent")
    assert proposal == public_id(examples.identity("post")).urn
    assert found.one(proposal, "purpose") == VF + purpose
    assert found.one(proposal, "publishes") == intent
    assert found.all(proposal, "reciprocal") == []
    assert found.all(intent, "provider") == gives
    assert found.all(intent, "receiver") == takes
    assert found.type_of(urn(ANA)) == "Person"
    assert found.one(urn(ANA), "name") == "Ana"


def test_whose_name_stays_is_no_agent() -> None:
    found = graph(post(known=False, promises=(promise(Standing.ACCEPTED, helper=None),)))
    assert found.of_type("Person") == []
    assert {said for _, said, _ in found.triples}.isdisjoint({VF + "provider", VF + "receiver"})


@pytest.mark.parametrize("kind", PostKind)
@pytest.mark.parametrize(
    ("mode", "category", "action"),
    [
        (Mode.GIFT, "food", "transfer"),
        (Mode.GIFT, "care", "deliverService"),
        (Mode.LEND, "tools", "transferCustody"),
        (Mode.POOL, "tools", "use"),
        (Mode.SWAP, "garden", "transfer"),
        (Mode.HOURS, "garden", "work"),
        (Mode.COST, "repair", "deliverService"),
    ],
)
def test_what_flows(kind: PostKind, mode: Mode, category: str, action: str) -> None:
    found = graph(post(kind, mode=mode, category=category), ANA)
    (proposal,) = found.of_type("Proposal")
    assert found.one(found.one(proposal, "publishes"), "action") == VF + action
    back = found.all(proposal, "reciprocal")
    assert bool(back) == (mode in {Mode.SWAP, Mode.HOURS, Mode.COST})
    for each in back:
        assert found.type_of(each) == "Intent"
        assert found.all(each, "provider" if kind is PostKind.NEED else "receiver") == [urn(ANA)]


def test_time_is_work_counted_in_hours() -> None:
    start = examples.NOW
    found = graph(
        post(category="care", starts=start, ends=start + 5 * HOUR // 2, parts=(Part("", 3),)), ANA
    )
    (intent,) = found.of_type("Intent")
    assert found.one(intent, "action") == VF + "work"
    assert found.measure(intent, "effortQuantity") == ("7.5", "hour")
    assert found.all(intent, "resourceQuantity") == []
    assert found.one(intent, "hasBeginning") == "2026-11-22T14:00:00Z"


def test_how_many_of_each_part() -> None:
    parts = (Part("loaf", 5), Part("rolls", 12))
    coming = promise(Standing.TAKEN, amount=2, part="rolls")
    found = graph(post(PostKind.OFFER, category="food", parts=parts, promises=(coming,)), ANA, BEN)
    (proposal,) = found.of_type("Proposal")
    intents = found.all(proposal, "publishes")
    measures = {
        found.one(each, "name"): found.measure(each, "resourceQuantity") for each in intents
    }
    assert measures == {"Title: loaf": ("5", "one"), "Title: rolls": ("12", "one")}
    (commitment,) = found.of_type("Commitment")
    assert found.one(found.one(commitment, "satisfies"), "name") == "Title: rolls"
    assert found.measure(commitment, "resourceQuantity") == ("2", "one")
    assert found.one(commitment, "provider") == urn(ANA)
    assert found.one(commitment, "receiver") == urn(BEN)


@pytest.mark.parametrize("standing", [each for each in Standing if each.goes])
def test_help_that_was_accepted_and_done(standing: Standing) -> None:
    status = PostStatus.DONE if standing is Standing.DONE else PostStatus.AGREED
    found = graph(post(status=status, promises=(promise(standing),)), ANA, BEN)
    (commitment,) = found.of_type("Commitment")
    (intent,) = found.of_type("Intent")
    assert found.one(commitment, "satisfies") == intent
    assert found.one(commitment, "provider") == urn(BEN)
    assert found.one(commitment, "receiver") == urn(ANA)
    events = found.of_type("EconomicEvent")
    assert len(events) == (standing is Standing.DONE)
    for event in events:
        assert found.one(event, "fulfills") == commitment
        assert found.one(event, "action") == found.one(commitment, "action")
        assert found.one(event, "provider") == urn(BEN)
    assert found.one(commitment, "finished") == str(bool(events)).lower()


@settings(max_examples=tries(40))
@given(strategies.directories())
def test_every_word_is_one_of_the_ontology(directory: Directory) -> None:
    found = Graph(directory)
    assert_well_formed(found)
    assert len(found.of_type("Proposal")) == len(directory.posts)
    assert len(found.of_type("Person")) == len(directory.people)


@pytest.mark.parametrize("make", [examples.rich, examples.bare, lambda: examples.large(40, 100)])
def test_the_examples_are_well_formed(make: Callable[[], Directory]) -> None:
    assert_well_formed(Graph(make()))


def assert_well_formed(found: Graph) -> None:
    types = {
        subject: value["value"].removeprefix(VF)
        for subject, said, value in found.triples
        if said == TYPE and value["value"].startswith(VF)
    }
    several = {"publishes", "resourceClassifiedAs"}
    seen: set[tuple[str, str]] = set()
    for subject, said, value in found.triples:
        if said == TYPE or said.startswith(OM2):
            continue
        assert said.startswith(VF)
        word = said.removeprefix(VF)
        domain, reach = WORDS[word]
        assert types[subject] in domain, (subject, word)
        if value["type"] == "literal":
            assert value["datatype"].removeprefix(XSD) in reach
        elif value["value"] in types:
            assert types[value["value"]] in reach
        else:
            assert value["value"].removeprefix(VF).removeprefix(OM2) in reach
        assert (subject, word) not in seen or word in several
        seen.add((subject, word))
    for subject, kind in types.items():
        assert kind not in FLOWS or (subject, "action") in seen


def test_the_same_directory_is_the_same_bytes() -> None:
    assert Graph(examples.rich()).text == Graph(examples.rich()).text
