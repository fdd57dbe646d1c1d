# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Murmurations profiles: valid by the published schemas, and out and in the same."""

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from mutualaid.errors import ImportFileError
from mutualaid.model.directories.directory import Contact, Directory, Place, Post, public_id
from mutualaid.model.directories.formats import format_named
from mutualaid.model.directories.incoming.item import Item, Read, Sort, Wanted
from mutualaid.model.directories.incoming.murmurations import MOST_VALUES, read
from mutualaid.model.values import Audience, ContactKind, Mode, PostStatus
from tests.helpers.examples import examples as tries
from tests.model.directories import as_fields, examples, strategies

FORMAT = format_named("murmurations")
STANDARD = Path(__file__).parents[4] / "shared" / "standards" / "murmurations"
LIBRARY = "https://test-library.murmurations.network/v2"


def written(directory: Directory) -> dict[str, Any]:
    return {
        file.path: json.loads(b"".join(file.chunks))
        for file in FORMAT.files(directory, lambda: None)
    }


def load(path: Path, wanted: Wanted | None = None) -> Read:
    return read(path, wanted or Wanted(), lambda done, whole: None)


def profile(tmp_path: Path, content: object) -> Read:
    path = tmp_path / "profile.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return load(path)


def back(directory: Directory, folder: Path) -> Read:
    for path, content in written(directory).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(json.dumps(content), encoding="utf-8")
    return load(folder)


def assert_same(records: Sequence[Post | Place], items: Sequence[Item]) -> None:
    by_key = {item.key: item for item in items}
    assert by_key.keys() == {str(public_id(record.id)) for record in records}
    for record in records:
        item = by_key[str(public_id(record.id))]
        assert as_fields.said(item) == as_fields.carried(record, FORMAT)
        assert item.updated == record.updated
        if isinstance(record, Place):
            assert item.contacts == tuple(dict.fromkeys(record.contacts))
            assert item.more == record.more
        else:
            added = {"email": "", "contact_form": ""}  # where to answer, kept as a remark
            assert {**item.more, **added} == {**record.more, **added}


def kept(directory: Directory) -> list[Post]:
    return [post for post in directory.posts if not FORMAT.holds_back(directory, post)]


def test_out_and_in_is_the_same(tmp_path: Path) -> None:
    directory = examples.rich()
    found = back(directory, tmp_path)
    assert found.problems == ()
    assert found.origin == directory.group.name
    assert_same(kept(directory), [item for item in found.items if item.sort == Sort.POST])
    assert_same(directory.places, [item for item in found.items if item.sort == Sort.PLACE])


@settings(max_examples=tries(40))
@given(strategies.directories())
def test_whatever_it_holds_comes_back(
    tmp_path_factory: pytest.TempPathFactory, directory: Directory
) -> None:
    if not kept(directory) and not directory.places:
        return
    found = back(directory, tmp_path_factory.mktemp("profiles"))
    assert found.problems == ()
    assert_same(kept(directory), [item for item in found.items if item.sort == Sort.POST])
    assert_same(directory.places, [item for item in found.items if item.sort == Sort.PLACE])


@cache
def validators() -> dict[str, jsonschema.Draft7Validator]:
    """A validator for each schema. References lead to the fields beside; nothing is fetched."""
    fields = [
        (f"{LIBRARY}/fields/{path.name}", json.loads(path.read_text("utf-8")))
        for path in (STANDARD / "fields").glob("*.json")
    ]
    registry: Registry[Any] = Registry().with_resources(
        (uri, Resource.from_contents(field, default_specification=DRAFT7)) for uri, field in fields
    )
    found = {}
    for path in (STANDARD / "schemas").glob("*.json"):
        schema = json.loads(path.read_text("utf-8"))
        schema["$schema"] = "http://json-schema.org/draft-07/schema#"
        found[path.stem] = jsonschema.Draft7Validator(schema, registry=registry)
    return found


def assert_valid(content: dict[str, Any]) -> None:
    (schema,) = content["linked_schemas"]
    assert [error.message for error in validators()[schema].iter_errors(content)] == []
    assert 1 <= len(content["tags"]) <= 100
    if "exchange_type" in content:
        assert content["contact_details"].keys() & {"email", "contact_form"}


published = pytest.mark.skipif(not STANDARD.exists(), reason="the published standards are not here")


@published
@settings(max_examples=tries(40))
@given(strategies.directories())
def test_whatever_it_holds_is_valid(directory: Directory) -> None:
    for path, content in written(directory).items():
        if path != "index.json":
            assert_valid(content)


@published
def test_every_field_is_valid() -> None:
    files = written(examples.rich())
    index = files.pop("index.json")
    assert [each["file"] for each in index["profiles"]] == list(files)
    assert len(files) == 1 + 4 + 6
    for content in files.values():
        assert_valid(content)


def test_in_one_file(tmp_path: Path) -> None:
    one, directory = FORMAT.in_one, examples.rich()
    assert one is not None
    (file,) = one.files(directory, lambda: None)
    assert file.path.endswith(one.suffix)
    path = tmp_path / file.path
    path.write_bytes(b"".join(file.chunks))
    profiles = json.loads(path.read_bytes())
    assert profiles == [each for name, each in written(directory).items() if name != "index.json"]
    found = load(path)
    assert found.origin == directory.group.name
    assert_same((*kept(directory), *directory.places), found.items)


def test_the_manifest_beside_is_no_profile(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"mutualaid_export": 1}', encoding="utf-8")
    found = back(examples.rich(), tmp_path)
    assert found.problems == ()
    assert len(found.items) == 10


@published
def test_the_schema_would_say_what_is_wrong() -> None:
    content = next(
        each for path, each in written(examples.rich()).items() if path.startswith("posts/")
    )
    content["transaction_type"] = ["gift"]
    content["geolocation"] = {"lat": 91, "lon": 0}
    assert len(list(validators()[content["linked_schemas"][0]].iter_errors(content))) == 2


# -- what leaves ------------------------------------------------------------------------------


def of_ana(audience: Audience, **group: str) -> Directory:
    """The bread of Ana, who can be written to, in a group that says what is given."""
    rich = examples.rich(audience)
    card = replace(rich.group, **{"email": "", "form": "", "phone": "+49 30 1", **group})
    bread = next(post for post in rich.posts if post.category == "food")
    return replace(rich, group=card, posts=(bread,))


def details(directory: Directory) -> dict[str, str]:
    (post,) = (each for path, each in written(directory).items() if path.startswith("posts/"))
    found: dict[str, str] = post["contact_details"]
    return found


def test_who_agreed_to_the_public_is_written_to() -> None:
    public = of_ana(Audience.PUBLIC, email="group@street.example")
    assert details(public) == {"email": "ana@post.example"}


def test_a_contact_for_a_print_is_not_put_where_everybody_reads_it() -> None:
    printed = of_ana(Audience.PRINT, form="https://street.example/ask")
    assert details(printed) == {"contact_form": "https://street.example/ask"}


@pytest.mark.parametrize(
    "directory",
    [
        of_ana(Audience.PRINT),
        of_ana(Audience.LINKED, email="no address", form="javascript:alert(1)"),
        replace(
            of_ana(Audience.PUBLIC),
            posts=tuple(
                replace(post, contacts=(Contact(ContactKind.PHONE, "+49 30 5550101"),))
                for post in of_ana(Audience.PUBLIC).posts
            ),
        ),
    ],
    ids=["not for the public", "nothing of the group", "by phone only"],
)
def test_without_a_way_to_answer_a_post_stays(directory: Directory) -> None:
    (post,) = directory.posts
    assert "where to answer" in FORMAT.holds_back(directory, post)
    assert not any(path.startswith("posts/") for path in written(directory))


@pytest.mark.parametrize("status", PostStatus)
def test_what_looks_for_nobody_stays(status: PostStatus) -> None:
    directory = of_ana(Audience.PUBLIC)
    post = replace(directory.posts[0], status=status)
    assert bool(FORMAT.holds_back(directory, post)) != status.wants_help


def test_a_profile_ends_with_the_directory() -> None:
    for path, content in written(examples.rich()).items():
        if path.startswith("posts/"):
            assert 0 < content["expires_at"] <= examples.ENDS // 1000
        if path == "index.json":
            assert content["expires_at"] == examples.ENDS // 1000


@pytest.mark.parametrize(
    ("mode", "transaction"),
    [
        (Mode.GIFT, "receive-donate"),
        (Mode.LEND, "borrow-lend"),
        (Mode.POOL, "borrow-lend"),
        (Mode.SWAP, "buy-sell"),
        (Mode.HOURS, "buy-sell"),
        (Mode.COST, "buy-sell"),
    ],
)
def test_how_something_changes_hands(mode: Mode, transaction: str, tmp_path: Path) -> None:
    directory = of_ana(Audience.PUBLIC)
    directory = replace(directory, posts=(replace(directory.posts[0], mode=mode),))
    (post,) = (each for path, each in written(directory).items() if path.startswith("posts/"))
    assert post["transaction_type"] == [transaction]
    assert profile(tmp_path, post).items[0].fields.get("mode", "gift") == mode


# -- what others write ------------------------------------------------------------------------

WANT = {
    "linked_schemas": ["offers_wants_schema-v0.1.0"],
    "exchange_type": "want",
    "item_type": "good",
    "transaction_type": ["buy-sell", "borrow-lend"],
    "tags": ["bicycle", "Transport"],
    "title": "A cargo bike",
    "description": "For moving a cooker,\nabout an hour.",
    "image": "https://bikes.example/1.jpg",
    "details_url": "https://bikes.example/1",
    "geolocation": {"lat": 51.5, "lon": -0.1},
    "geographic_scope": "regional",
    "contact_details": {"email": "kim@bikes.example", "contact_form": "https://bikes.example/f"},
    "expires_at": 1798761600,
    "colour": "any",
    "sizes": {"large": [1, 2]},
}


def test_a_want_of_somebody_else(tmp_path: Path) -> None:
    (item,) = profile(tmp_path, WANT).items
    assert item.sort == Sort.POST
    assert item.key == "https://bikes.example/1"
    assert item.fields == {
        "kind": "need",
        "title": "A cargo bike",
        "text": "For moving a cooker,\nabout an hour.",
        "category": "transport",
        "mode": "lend",
        "expires": 1798761600000,
    }
    assert item.contacts == (
        Contact(ContactKind.EMAIL, "kim@bikes.example"),
        Contact(ContactKind.OTHER, "https://bikes.example/f"),
    )
    assert item.more == {
        "item_type": "good",
        "transaction_type": "buy-sell, borrow-lend",
        "tags": "bicycle, Transport",
        "image": "https://bikes.example/1.jpg",
        "details_url": "https://bikes.example/1",
        "geolocation": '{"lat": 51.5, "lon": -0.1}',
        "geographic_scope": "regional",
        "email": "kim@bikes.example",
        "contact_form": "https://bikes.example/f",
        "colour": "any",
        "sizes": '{"large": [1, 2]}',
    }


def test_remarks_of_others_go_out_as_they_came_in(tmp_path: Path) -> None:
    (item,) = profile(tmp_path, WANT).items
    directory = of_ana(Audience.PUBLIC)
    post = replace(directory.posts[0], more=item.more)
    (again,) = (
        each
        for path, each in written(replace(directory, posts=(post,))).items()
        if path.startswith("posts/")
    )
    assert again["image"] == WANT["image"]
    assert again["details_url"] == WANT["details_url"]
    assert {"bicycle", "Transport"} <= set(again["tags"])
    assert profile(tmp_path, again).items[0].more == item.more


def test_a_person_an_organization_and_a_need_of_a_group(tmp_path: Path) -> None:
    found = profile(
        tmp_path,
        {
            "data": [
                {
                    "linked_schemas": ["people_schema-v0.1.0"],
                    "name": "Kim Lee",
                    "primary_url": "https://kim.example",
                    "tags": ["welding"],
                    "knows_language": ["es", "Klingon"],
                    "telephone": "+1 555 1",
                    "street_address": "1 Mill Lane",
                    "locality": "Springfield",
                    "geolocation": {"lat": 1, "lon": 2},
                    "image": "https://kim.example/me.jpg",
                },
                {
                    "linked_schemas": ["organizations_schema-v1.0.0"],
                    "name": "Tool library",
                    "full_address": "2 Mill Lane",
                    "telephone": "+1 555 2",
                    "geolocation": {"lat": 1.25, "lon": -2},
                    "unique_id": "t-1",
                    "mission": "Tools for all",
                },
                {
                    "linked_schemas": ["groups_needs_schema-v0.0.1"],
                    "title": "Paint",
                    "description": "Paint",
                    "transaction_type": "borrow-lend",
                },
            ]
        },
    )
    assert found.problems == ()
    person, place, need = found.items
    assert person.sort == Sort.PERSON
    assert person.fields == {
        "name": "Kim Lee",
        "area": "Springfield",
        "lang:Spanish": True,
        "lang:Klingon": True,
    }
    assert {contact.value for contact in person.contacts} == {
        *("+1 555 1", "https://kim.example", "1 Mill Lane, Springfield"),
    }
    assert person.more == {"tags": "welding"}
    assert place.fields == {
        "name": "Tool library",
        "kind": "organization",
        "address": "2 Mill Lane",
        "point": "1.25,-2.0",
    }
    assert (place.key, place.more) == ("t-1", {"mission": "Tools for all"})
    assert need.fields == {"kind": "need", "title": "Paint"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ([1], "no names and values"),
        ([{}], "no profile of"),
        ([{"exchange_type": "loan", "title": "x"}], "neither an offer nor a want"),
        ([{"exchange_type": "offer"}], "no title"),
        ([{"linked_schemas": ["people_schema-v0.1.0"]}], "no name"),
        ([{"name": 7}], "no name"),
    ],
)
def test_what_is_no_profile_is_said_by_entry(content: object, why: str, tmp_path: Path) -> None:
    found = profile(tmp_path, content)
    assert found.items == ()
    (problem,) = found.problems
    assert problem.where == "profile.json entry 1"
    assert why in problem.why


def test_values_of_the_wrong_sort_do_no_harm(tmp_path: Path) -> None:
    own = {
        **{name: [[]] for name in ("category", "urgency", "mode", "area", "when", "language")},
        "starts": 1e300,
        "ends": -1,
        "expires": True,
        "repeat": {},
        "parts": {"": True, "a": 0},
        "contacts": [[[], {}], 7],
        "more": [],
        "source": [[]],
        "id": 9,
        "updated": "now",
        "fixes": {"": "", "Kettle": 7},
    }
    wrong = {name: {"a": [None]} for name in WANT} | {"mutual_aid": own}
    found = profile(
        tmp_path,
        [
            {**wrong, "exchange_type": "offer", "title": "x"},
            {**WANT, "tags": [7, None], "expires_at": 1e308, "transaction_type": [[]]},
            {"name": "Hub", "mutual_aid": own, "geolocation": {"lat": "1", "lon": True}},
            {"name": "Hub\ud800\u0000", "telephone": 5, "contact_details": []},
        ],
    )
    assert found.problems == ()
    first, _, hub, other = found.items
    assert first.fields == {"kind": "offer", "title": "x"}
    assert hub.fields == {"name": "Hub", "kind": "organization", "fix:Kettle": ""}
    assert other.fields["name"] == "Hub"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON that can be read (line 1)"),
        (b'{"name": NaN}', "not JSON"),
        (b'{"name": ' + b"9" * 5000 + b"}", "not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[" + b"[]," * MOST_VALUES, "more than can be read at once"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[]", "no Murmurations profile"),
    ],
    ids=["empty", "torn", "NaN", "a long number", "deep", "wide", "torn UTF-16", "none"],
)
def test_hostile_files(data: bytes, why: str, tmp_path: Path) -> None:
    path = tmp_path / "profile.json"
    path.write_bytes(data)
    with pytest.raises(ImportFileError) as caught:
        load(path)
    assert why in str(caught.value)
    assert "Nothing was imported" in str(caught.value)


def test_utf_16_is_read(tmp_path: Path) -> None:
    path = tmp_path / "profile.json"
    path.write_bytes(json.dumps(WANT | {"title": "vélo"}, ensure_ascii=False).encode("utf-16"))
    assert load(path).items[0].fields["title"] == "vélo"


def test_of_a_folder_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "good.json").write_text(json.dumps(WANT), encoding="utf-8")
    (tmp_path / "a" / "torn.json").write_text("{", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("no profile", encoding="utf-8")
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "elsewhere.json").symlink_to("/etc/hostname")
    (tmp_path / "around").symlink_to(tmp_path)
    found = load(tmp_path)
    assert len(found.items) == 1
    ((where, why, taken),) = found.problems
    assert (where, taken) == ("a/torn.json", False)
    assert "It was left out." in why


def test_a_folder_without_profiles(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="no profiles"):
        load(tmp_path)


@pytest.mark.parametrize("name", ["missing.json", "pipe.json"])
def test_a_file_that_is_none(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(ImportFileError):
        load(tmp_path / name)


def test_repairs_are_asked_of_another_format(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="no repairs"):
        load(tmp_path, Wanted(sort=Sort.REPAIR))
