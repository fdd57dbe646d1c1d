# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lists that come in: what would be added, changed, skipped and why; twice is once; one undo."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mutualaid.errors import (
    BadValueError,
    ImportFileError,
    NotAllowedError,
    NotFoundError,
    Stopped,
)
from mutualaid.model.directories import importing
from mutualaid.model.directories.incoming.item import LEFT_OUT, Sort, Wanted
from mutualaid.model.directories.preview import Preview, PreviewLine, SkipWhy
from mutualaid.model.group import Group
from mutualaid.model.values import (
    Audience,
    ContactKind,
    Fix,
    PlaceDraft,
    PostDraft,
    PostFilter,
    PostKind,
)
from mutualaid.model.values.directories import ImportRow
from tests.model.neighbours import Neighbours, dump

NUMBER = "+34 600 111 222"
#: What a list of people is called that nobody gave a name.
LIST = "a list of 15 January 2027"
PEOPLE = (
    "id;Name;Phone;Area;Skills;Languages;Remarks\n"
    f"7;Rosa Díaz;{NUMBER};Centre;Cooking, sewing;Spanish;knows the street\n"
    "8;Ben Rot;555 0199 11;North;Driving;English;\n"
)
POSTS = (
    "id,Type,Title,Text,Name,Phone,Deadline\n"
    "1,need,A lift to the clinic,Thursdays,Rosa Díaz,555 0101 22,2030-01-01\n"
    "2,offer,Bread,,Ana,,ongoing\n"
    "3,need,Over,,Ana,,2020-01-01\n"
)
PLACES = (
    "id,Organisation,Address,Opening hours,Phone\n1,Food bank,Mill Lane 1,Tuesday 10 to 12,112\n"
)


@pytest.fixture
def people(tmp_path: Path) -> Iterator[Neighbours]:
    """Ana, who began the group and is a steward, Ben and Cleo."""
    made = Neighbours(tmp_path, "Ana", "Ben", "Cleo")
    yield made
    made.close()


@pytest.fixture
def ana(people: Neighbours) -> Group:
    return people["Ana"]


def written(folder: Path, text: str, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def look(group: Group, folder: Path, text: str, name: str = "list.csv", **more: object) -> Preview:
    return group.read_import("csv", written(folder, text, name), **more)  # type: ignore[arg-type]


def bring(group: Group, folder: Path, text: str, name: str = "list.csv") -> ImportRow:
    return group.apply_import(look(group, folder, text, name))


def titles(lines: tuple[PreviewLine, ...]) -> list[str]:
    return [line.title for line in lines]


def whys(preview: Preview) -> dict[str, SkipWhy | None]:
    return {line.title: line.skip for line in preview.skips}


# -- what comes in


def test_a_preview_writes_nothing(ana: Group, tmp_path: Path) -> None:
    before = dump(ana)
    preview = look(ana, tmp_path, PEOPLE)
    assert titles(preview.adds) == ["Rosa Díaz", "Ben Rot"]
    assert [line.where for line in preview.adds] == ["line 2", "line 3"]
    assert (preview.sort, preview.origin, preview.lines) == (Sort.PERSON, LIST, 2)
    assert not preview.does_nothing
    assert dump(ana) == before


def test_people_from_a_list_are_known_of_and_no_members(people: Neighbours, tmp_path: Path) -> None:
    ana, ben = people["Ana"], people["Ben"]
    row = bring(ana, tmp_path, PEOPLE)
    assert (row.added, row.changed, row.who, row.mine, row.format) == (2, 0, "Ana", True, "csv")
    people.meet()
    for group in (ana, ben):
        rosa = group.known_people("rosa")[0]
        assert (rosa.area, rosa.skills, rosa.languages) == (
            "Centre",
            ("Cooking", "sewing"),
            ("Spanish",),
        )
        assert rosa.more == ({"Remarks": "knows the street"} if group is ana else {})
        assert (rosa.origin, rosa.agreed, rosa.contacts) == (LIST, "", ())
        assert rosa.has_contacts == rosa.mine == (group is ana)
        assert [person.name for person in group.people()] == ["Ana", "Ben", "Cleo"]
    assert [row.who for row in ben.imports()] == ["Ana"]
    assert ben.replica.applier.view_hash() == ana.replica.applier.view_hash()


def test_their_numbers_are_for_who_brought_them_and_stewards(
    people: Neighbours, tmp_path: Path
) -> None:
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    bring(ben, tmp_path, PEOPLE)
    people.meet()
    assert [group.known_people("rosa")[0].has_contacts for group in (ana, ben, cleo)] == [
        True, True, False,
    ]  # fmt: skip
    assert NUMBER.encode() not in dump(cleo)
    assert [group.may_ask(group.known_people("rosa")[0].id) for group in (ana, ben, cleo)] == [
        True, True, False,
    ]  # fmt: skip


def test_who_was_asked_and_agreed_can_be_reached(people: Neighbours, tmp_path: Path) -> None:
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    bring(ben, tmp_path, PEOPLE)
    people.meet()
    rosa = ben.known_people("rosa")[0].id
    with pytest.raises(NotAllowedError, match="who brought the list"):
        cleo.agree_known(rosa, "by phone", Audience.GROUP)
    with pytest.raises(BadValueError, match="how they agreed"):
        ben.agree_known(rosa, " ", Audience.GROUP)
    with pytest.raises(BadValueError, match="group"):
        ben.agree_known(rosa, "by phone", Audience.HELPER)
    ana.agree_known(rosa, "by phone, 3 May", Audience.PRINT)
    people.meet()
    for group in (ana, ben, cleo):
        row = group.known_person(rosa)
        assert (row.agreed, row.contacts) == ("by phone, 3 May (Ana)", (("phone", NUMBER),))
    plan = ana.plan_directory(["csv"], Audience.PRINT)
    assert [person.name for person in plan.directory.people] == ["Rosa Díaz"]
    assert not ana.plan_directory(["csv"], Audience.PUBLIC).directory.people
    with pytest.raises(NotAllowedError, match="noted by Ana"):
        ben.unagree_known(rosa)
    ana.unagree_known(rosa)
    people.meet()
    assert [group.known_person(rosa).contacts for group in (ana, ben, cleo)] == [(), (), ()]
    assert [group.known_person(rosa).has_contacts for group in (ana, ben, cleo)] == [
        True, True, False,
    ]  # fmt: skip
    assert NUMBER.encode() not in dump(cleo)
    assert not ana.plan_directory(["csv"], Audience.PRINT).directory.people


def test_who_is_forgotten_is_forgotten_with_their_number(
    people: Neighbours, tmp_path: Path
) -> None:
    ana, ben = people["Ana"], people["Ben"]
    bring(ana, tmp_path, PEOPLE)
    rosa = ana.known_people("rosa")[0].id
    ana.agree_known(rosa, "by phone", Audience.GROUP)
    people.meet()
    assert NUMBER.encode() in dump(ben)
    ana.forget_known(rosa)
    people.meet()
    for group in (ana, ben):
        with pytest.raises(NotFoundError):
            group.known_person(rosa)
        assert NUMBER.encode() not in dump(group)
        assert b"Rosa" not in dump(group)


def test_who_is_no_steward_takes_somebody_off_the_list(people: Neighbours, tmp_path: Path) -> None:
    ana, ben = people["Ana"], people["Ben"]
    bring(ben, tmp_path, PEOPLE)
    ben.forget_known(ben.known_people("rosa")[0].id)
    people.meet()
    assert [row.name for row in ana.known_people()] == ["Ben Rot"]
    assert whys(look(ben, tmp_path, PEOPLE))["Rosa Díaz"] is SkipWhy.CHANGED_HERE


def test_what_would_reach_a_person_never_stands_beside(ana: Group, tmp_path: Path) -> None:
    text = "Name,Remark,Second\nRosa,ask for rosa,0034 600 555 777\nBen,rosa@post.example,soon\n"
    bring(ana, tmp_path, text)
    assert ana.known_people("rosa")[0].more == {"Remark": "ask for rosa"}
    assert ana.known_people("ben")[0].more == {"Second": "soon"}
    assert all(row.has_contacts for row in ana.known_people())


def test_posts_are_on_behalf_of_whom_the_list_names(people: Neighbours, tmp_path: Path) -> None:
    ana, ben = people["Ana"], people["Ben"]
    preview = look(ana, tmp_path, POSTS, "Helpline.csv")
    assert whys(preview) == {"Over": SkipWhy.OVER}
    ana.apply_import(preview, licence="CC0")
    people.meet()
    lift, bread = sorted(ben.posts(PostFilter()), key=lambda row: row.title)
    assert (lift.title, lift.kind, lift.on_behalf_of) == (
        "A lift to the clinic",
        PostKind.NEED,
        "Rosa Díaz",
    )
    assert (bread.kind, bread.on_behalf_of, bread.expires) == (PostKind.OFFER, "Ana", None)
    assert ana.behalf_contact(lift.id) == "555 0101 22"
    assert ben.behalf_contact(lift.id) == ""
    assert b"555 0101 22" not in dump(ben)
    source = ana.plan_directory(["csv"], Audience.GROUP).directory.posts[0].source
    assert source is not None
    assert (source.name, source.licence) == ("Helpline", "CC0")


def test_places_belong_to_the_group_with_origin_and_licence(
    people: Neighbours, tmp_path: Path
) -> None:
    ana, ben = people["Ana"], people["Ben"]
    preview = look(ben, tmp_path, PLACES, "City.csv", licence="CC BY 4.0")
    ben.apply_import(preview)
    people.meet()
    (place,) = ana.places()
    assert (place.name, place.address) == ("Food bank", "Mill Lane 1")
    fields = ana.fields(place.id)
    assert fields["contact:phone"] == "112"
    assert (fields["origin"], fields["origin_id"], fields["licence"]) == ("City", "1", "CC BY 4.0")


def test_repairs_come_with_where_they_were_made(ana: Group, tmp_path: Path) -> None:
    text = (
        "Date,Device,Brand,Problem,Result,Workshop\n"
        "03/04/2026,Kettle,Acme,Switch,fixed,Mill Lane\n"
        "13/04/2026,bike,,Brakes,no,Mill Lane\n"
    )
    preview = look(ana, tmp_path, text, "repairs.csv")
    ana.apply_import(preview)
    (place,) = ana.places()
    assert (place.name, place.attempts, place.fixed) == ("Mill Lane", 2, 1)
    assert {(row.category, row.date) for row in ana.repairs()} == {
        ("Kettle", "2026-04-03"),
        ("Bicycle", "2026-04-13"),
    }


# -- twice is once


@pytest.mark.parametrize("text", [PEOPLE, POSTS, PLACES], ids=["people", "posts", "places"])
def test_the_same_list_twice_adds_nothing(text: str, ana: Group, tmp_path: Path) -> None:
    bring(ana, tmp_path, text)
    before = dump(ana)
    again = look(ana, tmp_path, text)
    assert again.does_nothing
    assert {line.skip for line in again.skips} <= {SkipWhy.KNOWN, SkipWhy.OVER}
    with pytest.raises(BadValueError, match="not here already"):
        ana.apply_import(again)
    assert dump(ana) == before


@pytest.mark.parametrize(
    "text",
    [
        PEOPLE,
        PLACES,
        PEOPLE.replace("7;", ";").replace("8;", ";"),
        PLACES.replace("1,Food", ",Food"),
    ],
    ids=["people", "places", "people without ids", "places without ids"],
)
def test_two_who_have_not_met_add_nothing_twice(
    text: str, people: Neighbours, tmp_path: Path
) -> None:
    ana, ben = people["Ana"], people["Ben"]
    bring(ana, tmp_path, text)
    bring(ben, tmp_path, text)
    people.meet()
    for group in (ana, ben, people["Cleo"]):
        assert len(group.known_people()) + len(group.places()) == text.count("\n") - 1
        assert len(group.imports()) == 2
    assert ana.replica.applier.view_hash() == ben.replica.applier.view_hash()


def test_posts_that_two_brought_in_become_one(people: Neighbours, tmp_path: Path) -> None:
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    bring(ana, tmp_path, POSTS)
    bring(ben, tmp_path, POSTS)
    people.meet()
    assert len(cleo.posts(PostFilter())) == 4
    lift = cleo.posts(PostFilter(search="lift"))
    answered = max(lift, key=lambda row: row.id)  # not the one that would stay
    cleo.help_with(answered.id)
    people.meet()
    for group in (ana, ben, cleo):
        group.tend()
    people.meet()
    for group in (ana, ben, cleo):
        titles_there = sorted(row.title for row in group.posts(PostFilter()))
        assert titles_there == ["A lift to the clinic", "Bread"]
        assert group.posts(PostFilter(search="lift"))[0].id == answered.id
        group.tend()
    assert len(cleo.posts(PostFilter())) == 2


def test_a_newer_list_changes_what_nobody_changed_here(ana: Group, tmp_path: Path) -> None:
    bring(ana, tmp_path, PLACES)
    (place,) = ana.places()
    newer = PLACES.replace("Mill Lane 1", "Mill Lane 2").replace("112", "113")
    preview = look(ana, tmp_path, newer)
    (line,) = preview.changes
    assert {(change.name, change.before, change.after) for change in line.fields} == {
        ("address", "Mill Lane 1", "Mill Lane 2"),
        ("contact:phone", "112", "113"),
    }
    assert ana.apply_import(preview).changed == 1
    assert ana.places()[0].address == "Mill Lane 2"
    ana.edit_place(place.id, address="In the yard")
    newest = newer.replace("Mill Lane 2", "Mill Lane 3")
    assert whys(look(ana, tmp_path, newest)) == {"Food bank": SkipWhy.CHANGED_HERE}
    both = newest.replace("113", "114")
    preview = look(ana, tmp_path, both)
    assert [change.name for change in preview.changes[0].fields] == ["contact:phone"]
    assert "address" in preview.changes[0].why


def test_a_newer_number_is_sealed_too(people: Neighbours, tmp_path: Path) -> None:
    ana, ben = people["Ana"], people["Ben"]
    bring(ana, tmp_path, PEOPLE)
    newer = PEOPLE.replace(NUMBER, "+34 600 999 888")
    preview = look(ana, tmp_path, newer)
    assert [change.name for change in preview.changes[0].fields] == ["contacts"]
    ana.apply_import(preview)
    people.meet()
    assert b"600 999 888" not in dump(ben)
    assert NUMBER.encode() not in dump(ana)
    rosa = ana.known_people("rosa")[0].id
    ana.agree_known(rosa, "by phone", Audience.GROUP)
    assert ana.known_person(rosa).contacts == (("phone", "+34 600 999 888"),)


def test_what_is_probably_the_same_is_shown_and_left(people: Neighbours, tmp_path: Path) -> None:
    ana, ben = people["Ana"], people["Ben"]
    ben.set_me(area="North")
    ben.set_contact(ContactKind.PHONE, "555 0199-11", Audience.GROUP)
    ana.add_place(PlaceDraft("Food Bank", area="Mitte"))
    ana.post(PostDraft(PostKind.NEED, "lift to the clinic, a", on_behalf_of="Rosa Díaz"))
    people.meet()
    text = "Name,Phone,Area\nBen,+49 555 0199 11,\nBen,,North\nBen,1234567,South\n"
    preview = look(ana, tmp_path, text)
    assert [(line.skip, line.where) for line in preview.skips] == [
        (SkipWhy.MEMBER, "line 2"),
        (SkipWhy.MEMBER, "line 3"),
    ]
    assert [line.where for line in preview.adds] == ["line 4"]
    assert whys(look(ana, tmp_path, PLACES)) == {"Food bank": SkipWhy.PROBABLY_SAME}
    preview = look(ana, tmp_path, POSTS)
    assert whys(preview)["A lift to the clinic"] is SkipWhy.PROBABLY_SAME
    (line,) = (line for line in preview.skips if line.skip is SkipWhy.PROBABLY_SAME)
    assert line.same == ana.posts(PostFilter(search="clinic"))[0].id
    assert ana.apply_import(preview, anyway=[line.number]).added == 2


def test_lines_that_are_there_twice(ana: Group, tmp_path: Path) -> None:
    text = (
        "Name,Phone,Area\nRosa,555 0101,A\nRosa,555 0101,A\nRosa,555 9999 9,A\nRosa,,A\nRosa,,B\n"
    )
    preview = look(ana, tmp_path, text)
    assert [line.where for line in preview.adds] == ["line 2", "line 4", "line 6"]
    assert [(line.where, line.skip) for line in preview.skips] == [
        ("line 3", SkipWhy.TWICE),
        ("line 5", SkipWhy.TWICE),
    ]


def test_our_own_export_comes_home(people: Neighbours, tmp_path: Path) -> None:
    ana = people["Ana"]
    ana.add_place(PlaceDraft("Kitchen", address="Mill Lane 1", fixes=(Fix("Kettle"),)))
    post = ana.post(PostDraft(PostKind.OFFER, "Bread")).created
    assert post is not None
    plan = ana.plan_directory(["csv"], Audience.GROUP)
    written = ana.write_directory(plan, tmp_path / "out").path
    home = ana.read_import("csv", written)
    assert home.does_nothing
    assert {line.skip for line in home.skips} == {SkipWhy.KNOWN, SkipWhy.MEMBER}
    places = tmp_path / "out" / "places.csv"
    places.write_text(places.read_text("utf-8-sig").replace("Mill Lane 1", "Mill Lane 2"))
    home = ana.read_import("csv", places)
    assert [(line.title, line.fields[0].after) for line in home.changes] == [
        ("Kitchen", "Mill Lane 2")
    ]
    ana.edit_place(ana.places()[0].id, address="In the yard")
    ana.replica.clock = lambda: 1_900_000_000_000
    ana.edit_place(ana.places()[0].id, address="In the other yard")
    assert whys(ana.read_import("csv", places)) == {"Kitchen": SkipWhy.CHANGED_HERE}


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_from_one_group_to_another(
    format_: str, people: Neighbours, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ana = people["Ana"]
    bring(ana, tmp_path, PEOPLE)
    rosa = ana.known_people("rosa")[0].id
    ana.agree_known(rosa, "by phone", Audience.PUBLIC)
    ana.add_place(PlaceDraft("Kitchen", address="=1+1", hours="Tuesday, 10:00 to 12:00"))
    ana.share_place(ana.places()[0].id, Audience.PUBLIC)
    ana.post(PostDraft(PostKind.OFFER, "=HYPERLINK()", "Line\n\nline", on_behalf_of="Rosa"))
    post = ana.posts(PostFilter())[0].id
    ana.share_post(post, Audience.PUBLIC, on_behalf_of=Audience.PUBLIC)
    dest = tmp_path / ("out" if format_ == "csv" else "out.xlsx")
    path = ana.write_directory(ana.plan_directory([format_], Audience.PUBLIC), dest).path
    other = Neighbours(tmp_path_factory.mktemp("other"), "Zoë")["Zoë"]
    try:
        preview = other.read_import(format_, path)
        assert sorted(titles(preview.adds)) == ["=HYPERLINK()", "Kitchen", "Rosa Díaz"]
        other.apply_import(preview)
        (known,) = other.known_people()
        # Which list they stand on is for the group they are known of in.
        assert (known.origin, known.contacts, known.has_contacts) == (LIST, (), True)
        assert known.more == {}
        (place,) = other.places()
        assert (place.address, place.hours) == ("=1+1", ana.places()[0].hours)
        assert other.fields(place.id)["origin"] == (ana.name or path.stem)
        (there,) = other.posts(PostFilter())
        assert (there.title, there.text, there.on_behalf_of) == (
            "=HYPERLINK()",
            "Line\n\nline",
            "Rosa",
        )
        assert other.read_import(format_, path).does_nothing
    finally:
        other.close()


# -- one undo


def test_one_undo_takes_all_of_it_back(people: Neighbours, tmp_path: Path) -> None:
    ana, ben = people["Ana"], people["Ben"]
    for number, text in enumerate((PEOPLE, POSTS, PLACES)):
        bring(ana, tmp_path, text, f"{number}.csv")
    people.meet()
    for row in ana.imports():
        assert len(ana.plan_undo(row.id).removes) == row.added
        ana.undo_import(row.id)
    people.meet()
    for group in (ana, ben):
        assert group.known_people() == []
        assert group.places() == []
        assert group.posts(PostFilter()) == []
        assert [row.undone for row in group.imports()] == [True, True, True]
        for text in ("Rosa", NUMBER, "555 0101 22", "Food bank", "A lift"):
            assert text.encode() not in dump(group)
    assert ana.health().ok


def test_after_an_undo_the_list_can_come_in_again(people: Neighbours, tmp_path: Path) -> None:
    for name in ("Ana", "Ben"):
        group = people[name]
        for text in (PEOPLE, PLACES):
            row = bring(group, tmp_path, text)
            group.undo_import(row.id)
            again = look(group, tmp_path, text)
            assert len(again.adds) == row.added
            group.undo_import(group.apply_import(again).id)
            assert bring(group, tmp_path, text).added == row.added
        people.meet()
        for machine in (people["Ana"], people["Ben"]):
            assert len(machine.known_people()) == 2
            assert [place.name for place in machine.places()] == ["Food bank"]
        for row in group.imports():
            if row.mine and not row.undone:
                group.undo_import(row.id)
        people.meet()
        assert people["Cleo"].known_people() == []


def test_what_others_built_on_stays_and_is_said(people: Neighbours, tmp_path: Path) -> None:
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    posts, places = bring(ana, tmp_path, POSTS, "a.csv"), bring(ana, tmp_path, PLACES, "b.csv")
    known = bring(ana, tmp_path, PEOPLE, "c.csv")
    people.meet()
    lift = ben.posts(PostFilter(search="lift"))[0].id
    ben.help_with(lift)
    cleo.edit_place(cleo.places()[0].id, area="Mitte")
    ana.agree_known(ana.known_people("rosa")[0].id, "by phone", Audience.GROUP)
    people.meet()
    for row, kept, why in (
        (posts, "A lift to the clinic", "Ben answered it."),
        (places, "Food bank", "Cleo changed it since."),
        (known, "Rosa Díaz", "They were asked and agreed"),
    ):
        plan = ana.plan_undo(row.id)
        (line,) = plan.keeps
        assert line.title == kept
        assert why in line.why
        assert len(plan.removes) == row.added - 1
        ana.undo_import(row.id)
    people.meet()
    assert [post.title for post in ben.posts(PostFilter())] == ["A lift to the clinic"]
    assert [place.name for place in ben.places()] == ["Food bank"]
    assert [row.name for row in ben.known_people()] == ["Rosa Díaz"]


def test_what_an_import_changed_is_as_it_was_but_for_what_changed_since(
    ana: Group, tmp_path: Path
) -> None:
    bring(ana, tmp_path, PLACES)
    newer = PLACES.replace("Mill Lane 1", "Mill Lane 2").replace("112", "113")
    row = ana.apply_import(look(ana, tmp_path, newer))
    ana.edit_place(ana.places()[0].id, address="In the yard")
    plan = ana.plan_undo(row.id)
    (line,) = plan.restores
    assert [(change.name, change.after) for change in line.fields] == [("contact:phone", "112")]
    assert "address" in line.why
    ana.undo_import(row.id)
    (place,) = ana.places()
    assert place.address == "In the yard"
    assert ana.fields(place.id)["contact:phone"] == "112"
    first = next(each for each in ana.imports() if each.added)
    assert len(ana.plan_undo(first.id).removes) == 1


def test_only_who_brought_it_in_takes_it_back(people: Neighbours, tmp_path: Path) -> None:
    row = bring(people["Ben"], tmp_path, PLACES)
    people.meet()
    for name in ("Ana", "Cleo"):
        with pytest.raises(NotAllowedError, match="Only Ben"):
            people[name].undo_import(row.id)
    with pytest.raises(NotFoundError):
        people["Ana"].undo_import(b"x" * 16)


def test_what_two_brought_in_stays_while_one_wants_it(people: Neighbours, tmp_path: Path) -> None:
    ana, ben = people["Ana"], people["Ben"]
    rows = {name: bring(people[name], tmp_path, PLACES) for name in ("Ana", "Ben")}
    people.meet()
    winner = ana.fields(ana.places()[0].id)["import"]
    first = ana if rows["Ana"].id == winner else ben
    (kept,) = first.plan_undo(winner).keeps  # type: ignore[arg-type]
    assert "brought it in, too" in kept.why
    for group, name in ((ana, "Ana"), (ben, "Ben")):
        group.undo_import(rows[name].id)
    people.meet()
    assert len(ana.places()) == 1


# -- long lists, stopped


def test_a_list_is_written_in_batches_and_can_be_stopped(
    ana: Group, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 5)
    text = "id,Organisation\n" + "".join(f"{number},Place {number}\n" for number in range(23))
    preview = look(ana, tmp_path, text)
    writing = False

    def tick(done: int, of: int) -> None:
        nonlocal writing
        writing = writing or (done, of) == (23, 23)  # looked at once more
        if writing and done == 10:
            raise Stopped

    with pytest.raises(Stopped, match="10 records were added"):
        ana.apply_import(preview, tick=tick)
    (row,) = ana.imports()
    assert (row.added, row.undone) == (10, False)
    assert len(ana.places()) == 10
    rest = look(ana, tmp_path, text)
    assert len(rest.adds) == 13
    ana.undo_import(row.id)
    assert ana.places() == []


def test_stopped_before_it_began_nothing_is_noted(ana: Group, tmp_path: Path) -> None:
    preview = look(ana, tmp_path, PLACES)
    before = dump(ana)

    def tick(_done: int, _of: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        ana.apply_import(preview, tick=tick)
    with pytest.raises(Stopped):
        look(ana, tmp_path, PLACES, tick=tick)
    assert dump(ana) == before
    assert ana.imports() == []


def test_an_undo_that_was_stopped_goes_on(
    ana: Group, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mutualaid.model.directories import undoing

    monkeypatch.setattr(undoing, "BATCH", 5)
    text = "id,Organisation\n" + "".join(f"{number},Place {number}\n" for number in range(12))
    row = bring(ana, tmp_path, text)

    def tick(done: int, _of: int) -> None:
        if done == 10:
            raise Stopped

    with pytest.raises(Stopped):
        ana.undo_import(row.id, tick)
    assert len(ana.places()) == 2
    assert not ana.imports()[0].undone
    ana.undo_import(row.id)
    assert ana.places() == []
    assert ana.imports()[0].undone


def test_what_others_wrote_meanwhile_is_not_written_twice(
    people: Neighbours, tmp_path: Path
) -> None:
    ana, ben = people["Ana"], people["Ben"]
    preview = look(ana, tmp_path, PLACES)
    bring(ben, tmp_path, PLACES)
    people.meet()
    with pytest.raises(BadValueError, match="not here already"):
        ana.apply_import(preview)


# -- how a list is read


def test_how_a_table_was_read_is_remembered_on_this_machine(
    people: Neighbours, tmp_path: Path
) -> None:
    ana, ben = people["Ana"], people["Ben"]
    text = "Wer,Was,Private\nRosa,kocht,secret\n"
    wanted = Wanted(Sort.PERSON, {"Wer": "name", "was": "skills", "Private": LEFT_OUT})
    preview = look(ana, tmp_path, text, wanted=wanted)
    assert preview.columns == {"Wer": "name", "Was": "skills", "Private": LEFT_OUT}
    ana.apply_import(preview)
    assert ana.known_people()[0].more == {}
    again = look(ana, tmp_path, text.replace("Rosa", "Ben"))
    assert again.columns == preview.columns
    assert again.tables[0].remembered
    people.meet()
    assert (
        not look(ben, tmp_path, text).tables or not look(ben, tmp_path, text).tables[0].remembered
    )


def test_a_mapping_that_names_nothing(ana: Group, tmp_path: Path) -> None:
    with pytest.raises(BadValueError, match="no column “Phne”"):
        look(ana, tmp_path, PEOPLE, wanted=Wanted(mapping={"Phne": "phone"}))
    with pytest.raises(BadValueError, match="“fone” is nothing"):
        look(ana, tmp_path, PEOPLE, wanted=Wanted(mapping={"Phone": "fone"}))
    with pytest.raises(BadValueError, match="cannot be brought in"):
        ana.read_import("doc", written(tmp_path, PEOPLE))
    with pytest.raises(ImportFileError, match="cannot be read"):
        ana.read_import("csv", tmp_path / "nowhere.csv")


def test_lines_that_lack_something_are_skipped_by_line(ana: Group, tmp_path: Path) -> None:
    text = "Name,Phone\n,555 0101 33\nRosa,555\n" + "x" * 200 + ",\n"
    preview = look(ana, tmp_path, text)
    assert [(line.where, line.skip) for line in preview.skips] == [("line 2", SkipWhy.BAD)]
    assert "empty" in preview.skips[0].why
    assert len(preview.adds) == 2
    assert any("200 characters" in problem.why for problem in preview.problems)


def test_lines_can_be_left_out_by_hand(ana: Group, tmp_path: Path) -> None:
    preview = look(ana, tmp_path, PEOPLE)
    assert ana.apply_import(preview, leave_out=[preview.adds[0].number]).added == 1
    assert [row.name for row in ana.known_people()] == ["Ben Rot"]


def test_another_name_for_the_list(ana: Group, tmp_path: Path) -> None:
    preview = look(ana, tmp_path, PLACES)
    row = ana.apply_import(preview, origin="The council", licence="CC0")
    assert (row.origin, row.licence) == ("The council", "CC0")
    again = look(ana, tmp_path, PLACES, origin="The council")
    assert again.does_nothing
