# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a group through each two-way format into another group: what the plan does not name as
lost is there, field by field."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mutualaid.model.directories.directory import Directory, Person, Place, Post, Repair
from mutualaid.model.directories.formats import NAMES, format_named
from mutualaid.model.directories.planning import Plan, present, sorts, title_of
from mutualaid.model.group import Group
from mutualaid.model.reading import NO_NONCE
from mutualaid.model.values import (
    Audience,
    ContactKind,
    Fix,
    Mode,
    Part,
    PlaceDraft,
    PlaceKind,
    PostDraft,
    PostKind,
    RepairDraft,
    RepairOutcome,
    Repeat,
    Scalar,
    SkillLevel,
    Urgency,
)
from mutualaid.model.values.directories import GroupContact, ShareField
from mutualaid.model.values.time import DAY_MS
from tests.model.neighbours import Neighbours
from tests.model.street import NOW

TWO_WAY = [name for name in NAMES if name != "automerge" and format_named(name).reads]
HOUR = 3_600_000
#: What the group that takes it in says itself: where it has it from, for whom, and since when.
THEIRS = {"source", "more", "on_behalf_of", "by", "created", "updated", "status"}
#: A post is of whoever brings the list, who is asked about it; a place has another id there, and
#: the same name.
ELSEWHERE = {("post", "contacts"), ("repair", "place")}
ODD = "“Quotes”, commas; semicolons\n\n=1+1\n<b>bold</b> خبز 🥖"


def begin(folder: Path, name: str, who: str) -> Neighbours:
    """A street with a page of its own."""
    folder.mkdir()
    street = Neighbours(folder, who)
    page: dict[str, Scalar] = {"name": name, "country": "DEU", "tz": "Europe/Berlin"}
    street[who]._create("group", page, nonce=NO_NONCE, group_owned=True)
    return street


@pytest.fixture
def elm(tmp_path: Path) -> Iterator[Group]:
    """Ana's street, where everything is said of everything, and all of it is for the public."""
    street = begin(tmp_path / "elm", "Elm Street", "Ana")
    ana = street["Ana"]
    ana.set_group_contact(GroupContact(email="elm@street.example", form="https://elm.example/ask"))
    ana.set_me(
        area="Mühle; Nord", languages=["Deutsch", "العربية"], availability="Evenings, from 18:00"
    )
    ana.add_skill("Bread, baking", SkillLevel.TEACH, "slow; sour")
    ana.add_skill("Welding", SkillLevel.LEARN)
    ana.add_fix("Kettle", "=1+1")
    ana.add_fix("Barrel organ")
    values = ("+1 416 555 0101", "ana@post.example", "ana.77", "4 Mill Lane", "ring twice")
    for kind, value in zip(ContactKind, values, strict=True):
        ana.set_contact(kind, value, Audience.PUBLIC)
    for field in ShareField:
        ana.set_share(field, Audience.PUBLIC)
    ana.post(
        PostDraft(
            PostKind.OFFER,
            "Bread, “warm”",
            text=ODD,
            category="food",
            urgency=Urgency.WEEK,
            area="Mühle; Nord",
            when="before ten",
            standing=True,
            mode=Mode.SWAP,
            named_parts=(Part("loaf", 5), Part("rolls; sweet", 12)),
            starts=NOW + DAY_MS,
            ends=NOW + DAY_MS + HOUR,
            repeat=Repeat.WEEKLY,
            language="de",
        )
    )
    long_ago = NOW - 20 * DAY_MS
    ana.post(
        PostDraft(
            PostKind.NEED,
            "Company",
            starts=long_ago,
            ends=long_ago + HOUR,
            repeat=Repeat.MONTHLY,
            standing=True,
        )
    )
    ana.post(PostDraft(PostKind.NEED, "=cmd()", expires=NOW + 9 * DAY_MS, parts=7))
    place = ana.add_place(
        PlaceDraft(
            "Repair café",
            PlaceKind.REPAIR,
            area="Mühle; Nord",
            address="Mill Lane 4, behind the library",
            hours="FREQ=MONTHLY;BYDAY=1SA;OPENS=10:00;CLOSES=13:00",
            about=ODD,
            fixes=(Fix("Kettle", "brings parts"), Fix("Laptop")),
        )
    ).created
    assert place is not None
    ana._edit(place, {"contact:phone": "+1 416 555 0102", "contact:email": "cafe@street.example"})
    ana.share_place(place, Audience.PUBLIC)
    ana.add_repair(
        RepairDraft(
            "Kettle",
            RepairOutcome.END_OF_LIFE,
            item="Blue kettle",
            brand="Cloer",
            problem="Leaks, at the seam",
            barrier="Item too worn out",
            date="2026-10-03",
            place=place,
            year="2015",
            age="11",
            country="DEU",
        )
    )
    yield ana
    street.close()


@pytest.fixture
def oak(tmp_path: Path) -> Iterator[Group]:
    street = begin(tmp_path / "oak", "Oak Lane", "Ben")
    yield street["Ben"]
    street.close()


def planned(group: Group, name: str, audience: Audience) -> Plan:
    return group.plan_directory([name], audience)


def records(directory: Directory) -> dict[tuple[str, str], Person | Post | Place | Repair]:
    return {(sort, title_of(record)): record for sort, some in sorts(directory) for record in some}


def value(record: Person | Post | Place | Repair, field: str) -> Any:
    """A field, in whatever order its things stand."""
    found = getattr(record, field)
    return sorted(map(repr, found)) if isinstance(found, tuple) else found


@pytest.mark.parametrize("name", TWO_WAY)
def test_what_is_not_named_as_lost_arrives(
    elm: Group, oak: Group, name: str, tmp_path: Path
) -> None:
    plan = planned(elm, name, Audience.PUBLIC)
    written = elm.write_directory(plan, tmp_path / f"out{format_named(name).suffix}").path
    preview = oak.read_import(name, written)
    assert preview.problems == ()
    assert preview.skips == ()
    oak.apply_import(preview)
    for known in oak.known_people():
        oak.agree_known(known.id, "by phone", Audience.GROUP)
    here = records(planned(oak, name, Audience.GROUP).directory)

    lost = {loss.field for loss in plan.losses}
    sent = records(plan.by_format[name])
    assert sent
    for (sort, title), record in sent.items():
        arrived = here[sort, title]
        for field in present(record):
            theirs = field in THEIRS or (sort, field) in ELSEWHERE
            if f"{sort}.{field}" not in lost and not theirs:
                assert value(arrived, field) == value(record, field), (sort, field)


@pytest.mark.parametrize("name", TWO_WAY)
def test_at_home_it_says_nothing_new(elm: Group, name: str, tmp_path: Path) -> None:
    dest = tmp_path / f"out{format_named(name).suffix}"
    written = elm.write_directory(planned(elm, name, Audience.PUBLIC), dest).path
    preview = elm.read_import(name, written)
    assert [(line.title, line.fields) for line in preview.changes] == []
    assert [line.title for line in preview.adds] == []
