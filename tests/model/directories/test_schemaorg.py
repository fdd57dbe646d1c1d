# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""schema.org: expanded by pyld, which may fetch nothing; every name is one of schema.org."""

import json
from dataclasses import replace
from typing import Any, NoReturn

import pytest
from hypothesis import given, settings
from pyld import jsonld

from mutualaid.model.directories.blurring import RADIUS_M
from mutualaid.model.directories.directory import Directory, public_id
from mutualaid.model.directories.formats import format_named
from mutualaid.model.values import PostKind
from tests.model.directories import examples, strategies

FORMAT = format_named("schemaorg")
SCHEMA = "https://schema.org/"


def written(directory: Directory) -> bytes:
    (file,) = FORMAT.files(directory, lambda: None)
    assert file.path.endswith(FORMAT.suffix)
    return b"".join(file.chunks)


def refused(url: str, _options: object) -> NoReturn:
    raise AssertionError(f"asked for {url}")


def expanded(directory: Directory) -> dict[str, dict[str, Any]]:
    """Nodes by id, as another reader understands them."""
    nodes = jsonld.expand(json.loads(written(directory)), {"documentLoader": refused})
    found = {node["@id"]: node for node in nodes}
    assert len(found) == len(nodes)
    return found


def urn(name: str) -> str:
    return f"urn:uuid:{public_id(examples.identity(name))}"


def said(node: dict[str, Any], name: str) -> Any:
    """The one value that a node has under a name of schema.org."""
    (value,) = node[SCHEMA + name]
    return value.get("@value", value)


def values(node: dict[str, Any], name: str) -> list[Any]:
    return [value.get("@value", value) for value in node.get(SCHEMA + name, [])]


def nodes_in(value: Any) -> Any:
    if isinstance(value, list):
        for each in value:
            yield from nodes_in(each)
    elif isinstance(value, dict):
        yield value
        for each in value.values():
            yield from nodes_in(each)


def test_an_offer_is_an_offer_and_a_need_a_demand() -> None:
    found = expanded(examples.rich())
    bread = found[urn("bread")]
    assert bread["@type"] == [f"{SCHEMA}Offer"]
    assert said(said(bread, "itemOffered"), "name") == "Fresh bread, “every” Saturday 🥖"
    assert said(said(bread, "areaServed"), "name") == "Mühlenviertel"
    assert said(bread, "availabilityStarts") == "2026-11-28T10:00:00+01:00"
    assert said(bread, "availabilityEnds") == "2026-11-28T12:00:00+01:00"
    # A standing offer is good as long as the directory.
    assert said(bread, "validThrough") == "2027-02-20T14:00:00Z"
    assert said(bread, "seller") == {"@id": urn("ana")}
    assert (said(bread, "price"), said(bread, "priceCurrency")) == ("0", "XXX")
    lift = found[urn("lift")]
    assert lift[SCHEMA + "name"] == [{"@value": "أحتاج إلى توصيلة إلى العيادة", "@language": "ar"}]
    assert lift["@type"] == [f"{SCHEMA}Demand"]
    assert said(lift, "validThrough") == "2026-11-26T14:00:00Z"
    assert SCHEMA + "seller" not in lift
    assert {"@id": urn("lift")} in values(found[urn("layla")], "seeks")


def test_what_nobody_is_named_for_is_offered_by_the_group() -> None:
    found = expanded(examples.rich())
    (group,) = [node for node in found.values() if node["@type"] == [f"{SCHEMA}Organization"]]
    assert said(found[urn("drill")], "seller") == {"@id": group["@id"]}
    assert {"@id": urn("drill")} in values(group, "makesOffer")
    assert said(group, "email") == "hello@muehle.example"
    assert said(said(group, "contactPoint"), "description") == "The church door, Tuesdays 17:00"


def test_every_offer_and_demand_belongs_to_one() -> None:
    directory = examples.rich()
    found = expanded(directory)
    for kind, name in ((PostKind.OFFER, "makesOffer"), (PostKind.NEED, "seeks")):
        joined = [
            value["@id"]
            for node in found.values()
            for value in values(node, name)
            if "@id" in value
        ]
        posts = [f"urn:uuid:{public_id(each.id)}" for each in directory.posts if each.kind is kind]
        assert sorted(joined) == sorted(posts)


def test_people_with_what_they_know_teach_mend_and_want_to_learn() -> None:
    ana = expanded(examples.rich())[urn("ana")]
    assert ana["@type"] == [f"{SCHEMA}Person"]
    assert [said(each, "name") for each in values(ana, "knowsAbout")] == ["Bread baking", "Kettle"]
    services = [
        (said(item, "serviceType"), said(item, "name"))
        for each in values(ana, "makesOffer")
        if "@id" not in each
        for item in [said(each, "itemOffered")]
    ]
    assert services == [("Repair", "Bicycle"), ("Repair", "Kettle"), ("Teaching", "Bread baking")]
    (wish,) = values(ana, "seeks")[-1:]
    assert said(said(wish, "itemOffered"), "name") == "Welding"
    assert values(ana, "telephone") == ["+49 30 5550101"]
    assert values(ana, "email") == ["ana@post.example"]
    assert "ana.77" in said(said(ana, "contactPoint"), "description")


def test_places_with_their_hours() -> None:
    found = expanded(examples.rich())
    kitchen = found[urn("kitchen")]
    (weekly,) = values(kitchen, "openingHoursSpecification")
    assert values(weekly, "dayOfWeek") == ["Tuesday", "Thursday"]
    assert (said(weekly, "opens"), said(weekly, "closes")) == ("17:00", "19:30")
    days = [said(each, "validFrom") for each in values(kitchen, "specialOpeningHoursSpecification")]
    assert days == [
        *("2026-11-29", "2026-12-05", "2026-12-27", "2027-01-02", "2027-01-31", "2027-02-06"),
    ]
    clinic = found[urn("clinic")]
    assert clinic["@type"] == [f"{SCHEMA}MedicalClinic"]
    (night,) = values(clinic, "openingHoursSpecification")
    assert (said(night, "opens"), said(night, "closes")) == ("22:00", "06:00")
    (whole_day,) = values(found[urn("workshop")], "openingHoursSpecification")
    assert (said(whole_day, "opens"), said(whole_day, "closes")) == ("00:00", "23:59")


def test_where_a_place_is_is_a_circle() -> None:
    circle = said(expanded(examples.rich())[urn("kitchen")], "geo")
    assert circle["@type"] == [f"{SCHEMA}GeoCircle"]
    assert said(circle, "geoRadius") == RADIUS_M
    middle = said(circle, "geoMidpoint")
    point = next(each.point for each in examples.places() if each.point)
    assert said(middle, "latitude") != point.lat
    assert str(point.lat) not in written(examples.rich()).decode()


def test_it_says_until_when_it_is_good() -> None:
    found = expanded(examples.rich())
    (feed,) = [node for node in found.values() if node["@type"] == [f"{SCHEMA}DataFeed"]]
    assert said(feed, "dateModified") == "2026-11-22T14:00:00Z"
    assert said(feed, "expires") == "2027-02-20T14:00:00Z"
    assert "31 had been heard" in said(feed, "description")


@pytest.mark.parametrize("directory", [examples.rich(), examples.bare(), examples.large(20, 40)])
def test_every_name_is_one_of_schema_org(directory: Directory) -> None:
    for node in nodes_in(list(expanded(directory).values())):
        for key, value in node.items():
            assert key.startswith((SCHEMA, "@")), key
            assert value not in ("", [], None, {})
        for kind in node.get("@type", []):
            assert kind.startswith(SCHEMA)


def test_it_may_stand_in_a_page() -> None:
    text = written(examples.rich()).decode()
    assert "<" not in text
    assert "\u2028" not in text
    evil = "</script><script>alert(1)</script>\u2028"
    group = replace(examples.card(), name=evil, about=evil, form="javascript:alert(1)")
    text = written(replace(examples.bare(), group=group)).decode()
    assert "<" not in text
    assert "javascript" not in text


def test_no_text_becomes_a_name_or_a_node() -> None:
    for evil in ("@id", "@type", '{"@id": "x"}', "https://evil.example/context.jsonld"):
        post = replace(examples.posts()[0], title=evil, text=evil, area=evil, language=evil)
        person = replace(examples.people()[0], name=evil, languages=(evil,), area=evil)
        found = expanded(replace(examples.bare(), posts=(post,), people=(person,)))
        assert said(found[f"urn:uuid:{public_id(person.id)}"], "name") == evil


@settings(max_examples=30)
@given(strategies.directories())
def test_any_directory_is_understood(directory: Directory) -> None:
    found = expanded(directory)
    records = (*directory.people, *directory.posts, *directory.places)
    assert {f"urn:uuid:{public_id(each.id)}" for each in records} <= set(found)


def test_large_ones_come_in_pieces() -> None:
    counted: list[int] = []
    (file,) = FORMAT.files(examples.large(400, 900), lambda: counted.append(1))
    pieces = list(file.chunks)
    assert len(pieces) > 2
    assert len(json.loads(b"".join(pieces))["@graph"]) == 2 + len(counted)
