# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""People who are known of: nobody puts their agreement into another's mouth, and what a list says
of them beside is for who brought it and the stewards alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mutualaid.errors import NotAllowedError
from mutualaid.model import crdt, keys
from mutualaid.model.directories.becoming import LARGEST_SEALED
from mutualaid.model.directories.directory import Person
from mutualaid.model.directories.formats import NAMES
from mutualaid.model.directories.planning import Plan
from mutualaid.model.directories.preview import SkipWhy
from mutualaid.model.group import Group
from mutualaid.model.membership import Membership
from mutualaid.model.values import Audience
from mutualaid.model.values.directories import HeldWhy, KnownWord
from tests.model.directories.test_importing import LIST, bring, look, whys
from tests.model.neighbours import Neighbours, dump

NUMBER = "555 0100 11"
NOTE = "lives alone since May"
PEOPLE = f"id,Name,Phone,Wishes,Notes\n7,Rosa,{NUMBER},no calls,{NOTE}\n"
STEWARD = "A steward has to note that they agreed, too."
FORMATS = tuple(name for name in NAMES if name != "automerge")


@pytest.fixture
def people(tmp_path: Path) -> Iterator[Neighbours]:
    """Ana, who began the group and is a steward, Ben and Cleo."""
    made = Neighbours(tmp_path, "Ana", "Ben", "Cleo")
    yield made
    made.close()


@pytest.fixture
def rosa(people: Neighbours, tmp_path: Path) -> bytes:
    """Somebody on a list that Ben brought."""
    bring(people["Ben"], tmp_path, PEOPLE)
    people.meet()
    return people["Ben"].known_people()[0].id


def forge(group: Group, known: bytes, number: str, audience: str = "public") -> None:
    """What a member with a program of their own can write of somebody known of."""
    group._create("listed_word", {"listed": known, "how": "I say so", "audience": audience})
    group._create(
        "listed_contact",
        {"listed": known, "kind": "phone", "value": number, "audience": audience},
    )


def known_of(plan: Plan) -> list[Person]:
    return [person for person in plan.directory.people if person.known_of]


def numbers(plan: Plan) -> set[str]:
    return {each.value for person in known_of(plan) for each in person.contacts}


def held(plan: Plan) -> list[tuple[HeldWhy, str]]:
    return [(each.why, each.said) for each in plan.held if each.title == "Rosa" and not each.field]


# -- whose word it is


@pytest.mark.parametrize("audience", [Audience.LINKED, Audience.PRINT, Audience.PUBLIC])
def test_the_word_of_a_member_takes_nobody_out_of_the_group(
    people: Neighbours, rosa: bytes, audience: Audience
) -> None:
    ana, cleo = people["Ana"], people["Cleo"]
    forge(cleo, rosa, "555 6666 66")
    people.meet()
    plan = ana.plan_directory(FORMATS, audience)
    assert not plan.directory.people
    assert held(plan)[0] == (HeldWhy.NO_CONSENT, STEWARD)
    inside = ana.plan_directory(("csv",), Audience.GROUP)
    assert numbers(inside) == {"555 6666 66"}


def test_a_number_leaves_only_with_the_word_of_who_noted_it(
    people: Neighbours, rosa: bytes
) -> None:
    ana, cleo = people["Ana"], people["Cleo"]
    forge(cleo, rosa, "555 6666 66")
    people.meet()
    ana.agree_known(rosa, "by phone", Audience.PRINT)
    plan = ana.plan_directory(("csv",), Audience.PRINT)
    assert [person.name for person in plan.directory.people] == ["Rosa"]
    assert numbers(plan) == {NUMBER}
    assert not ana.plan_directory(("csv",), Audience.PUBLIC).directory.people


def test_fields_on_the_page_say_nothing_of_an_agreement(people: Neighbours, rosa: bytes) -> None:
    ana, cleo = people["Ana"], people["Cleo"]
    with pytest.raises(ValueError, match="no field"):
        cleo._edit(rosa, {"agreed": "by phone", "share:name": "public"})
    weighed, _kind = cleo._own_record(rosa, None)
    data = [weighed.data[change.hash] for change in weighed.counted]
    forged = {"agreed": "by phone", "share:name": "public", "more:Notes": "forged"}
    change = crdt.edit(data, crdt.new_actor(keys.device_hash(cleo.device)), forged, [])
    assert change is not None
    with cleo._writing():
        cleo._write_changes([(rosa, change)])
    people.meet()
    assert ana.known_person(rosa).words == ()
    assert ana.known_person(rosa).more["Notes"] == NOTE
    for audience in (Audience.GROUP, Audience.PUBLIC):
        assert held(ana.plan_directory(("csv",), audience)) == [(HeldWhy.NO_CONSENT, "")]


def test_a_contact_without_a_word_is_not_shown(people: Neighbours, rosa: bytes) -> None:
    ana, cleo = people["Ana"], people["Cleo"]
    cleo._create(
        "listed_contact",
        {"listed": rosa, "kind": "phone", "value": "555 6666 66", "audience": "public"},
    )
    ana.agree_known(rosa, "by phone", Audience.PUBLIC)
    people.meet()
    for group in people.groups.values():
        assert group.known_person(rosa).contacts == (("phone", NUMBER),)
    assert numbers(ana.plan_directory(("csv",), Audience.PUBLIC)) == {NUMBER}


def test_a_word_on_somebody_who_is_not_here_yet_waits(people: Neighbours, tmp_path: Path) -> None:
    ana, ben = people["Ana"], people["Ben"]
    later = bytes(range(16))
    forge(ben, later, "555 6666 66")
    people.meet()
    for group in people.groups.values():
        assert group.known_people() == []
        assert not known_of(group.plan_directory((), Audience.GROUP))
    bring(ben, tmp_path, PEOPLE)
    rosa = ben.known_people()[0].id
    # Ana has not heard of Rosa yet, nor has anybody told her of this list.
    ana._create("listed_word", {"listed": rosa, "how": "at the door", "audience": "public"})
    assert not ana.plan_directory((), Audience.PUBLIC).directory.people
    people.meet()
    (person,) = ana.plan_directory((), Audience.PUBLIC).directory.people
    assert (person.name, person.contacts) == ("Rosa", ())


def test_of_two_stewards_who_were_apart_the_narrower_word_stands(
    people: Neighbours, rosa: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    stewards = frozenset((ana.me, ben.me))
    monkeypatch.setattr(Membership, "stewards", lambda _self: stewards)
    monkeypatch.setattr(Membership, "is_steward", lambda _self, who: who in stewards)
    ana.agree_known(rosa, "by phone", Audience.PUBLIC)
    ben.agree_known(rosa, "at the door", Audience.PRINT)
    people.meet()
    for group in (ana, ben, cleo):
        row = group.known_person(rosa)
        assert row.leaves_for is Audience.PRINT
        assert {(word.by, word.how) for word in row.words} == {
            ("Ana", "by phone"),
            ("Ben", "at the door"),
        }
        assert row.contacts == (("phone", NUMBER),)
    for group in (ana, ben):
        assert numbers(group.plan_directory(("csv",), Audience.PRINT)) == {NUMBER}
        assert not group.plan_directory(("csv",), Audience.PUBLIC).directory.people


def test_who_is_no_steward_any_more_says_nothing_outside(
    people: Neighbours, rosa: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, ben = people["Ana"], people["Ben"]
    ana.agree_known(rosa, "by phone", Audience.PUBLIC)
    people.meet()
    monkeypatch.setattr(Membership, "stewards", lambda _self: frozenset((ben.me,)))
    assert held(ana.plan_directory(("csv",), Audience.LINKED)) == [(HeldWhy.NO_CONSENT, STEWARD)]


def test_a_member_who_brought_the_list_may_note_it_for_the_group(
    people: Neighbours, rosa: bytes
) -> None:
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    with pytest.raises(NotAllowedError, match="who brought the list"):
        cleo.agree_known(rosa, "by phone", Audience.GROUP)
    ben.agree_known(rosa, "at the door", Audience.PUBLIC)
    people.meet()
    row = cleo.known_person(rosa)
    assert row.words == (KnownWord("Ben", False, False, "at the door", Audience.PUBLIC),)
    assert (row.agreed, row.leaves_for) == ("at the door (Ben)", Audience.GROUP)
    assert row.contacts == (("phone", NUMBER),)
    assert held(ana.plan_directory(("csv",), Audience.PRINT)) == [(HeldWhy.NO_CONSENT, STEWARD)]
    assert numbers(ana.plan_directory(("csv",), Audience.GROUP)) == {NUMBER}
    ben.unagree_known(rosa)
    people.meet()
    assert cleo.known_person(rosa).words == ()
    assert NUMBER.encode() not in dump(cleo)
    assert ben.known_person(rosa).sealed == (("phone", NUMBER),)


def test_a_steward_takes_back_what_anybody_noted(people: Neighbours, rosa: bytes) -> None:
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    forge(cleo, rosa, "555 6666 66")
    ana.agree_known(rosa, "by phone", Audience.PUBLIC)
    people.meet()
    assert not ben.may_take_back(rosa)
    with pytest.raises(NotAllowedError, match="noted by"):
        ben.unagree_known(rosa)
    assert ana.may_take_back(rosa)
    ana.unagree_known(rosa)
    people.meet()
    for group in (ana, ben, cleo):
        assert (group.known_person(rosa).words, group.known_person(rosa).contacts) == ((), ())
        assert b"I say so" not in dump(group)
        assert b"555 6666 66" not in dump(group)
    assert not known_of(ana.plan_directory(("csv",), Audience.GROUP))


def test_who_is_forgotten_leaves_no_word_behind(people: Neighbours, rosa: bytes) -> None:
    ana, cleo = people["Ana"], people["Cleo"]
    forge(cleo, rosa, "555 6666 66")
    ana.agree_known(rosa, "by phone", Audience.PUBLIC)
    people.meet()
    ana.forget_known(rosa)
    people.meet()
    for group in people.groups.values():
        assert group.known_people() == []
        for text in (b"I say so", b"by phone", b"555 6666 66", NUMBER.encode(), NOTE.encode()):
            assert text not in dump(group)


def test_an_undo_keeps_who_agreed_and_takes_the_rest(people: Neighbours, tmp_path: Path) -> None:
    ana, cleo = people["Ana"], people["Cleo"]
    row = bring(ana, tmp_path, PEOPLE + "8,Ben Rot,555 0199 11,,tall\n")
    first, rosa = sorted(ana.known_people(), key=lambda each: each.name)
    people.meet()
    ana.agree_known(rosa.id, "by phone", Audience.GROUP)
    plan = ana.plan_undo(row.id)
    assert [line.title for line in plan.keeps] == ["Rosa"]
    ana.undo_import(row.id)
    people.meet()
    assert [each.name for each in cleo.known_people()] == ["Rosa"]
    assert ana.known_person(rosa.id).more["Notes"] == NOTE
    assert b"tall" not in dump(ana)
    assert first.name == "Ben Rot"


# -- what a list says beside


def test_what_a_list_says_beside_is_read_by_who_brought_it_and_stewards(
    people: Neighbours, rosa: bytes
) -> None:
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    said = {"Wishes": "no calls", "Notes": NOTE}
    for when in ("before", "after"):
        assert [group.known_person(rosa).more for group in (ana, ben, cleo)] == [said, said, {}]
        assert NOTE.encode() not in dump(cleo), when
        assert "more:Notes" not in ana.fields(rosa)
        ana.agree_known(rosa, "by phone", Audience.PUBLIC)
        people.meet()
    for audience in (Audience.GROUP, Audience.PUBLIC):
        plan = ana.plan_directory(FORMATS, audience)
        assert [person.more for person in known_of(plan)] == [{}]
        for name in FORMATS:
            assert NOTE not in repr(plan.by_format[name])


def test_what_is_said_beside_is_bounded_with_a_word(people: Neighbours, tmp_path: Path) -> None:
    ana = people["Ana"]
    columns = ",".join(f"Column {number}" for number in range(40))
    text = f"Name,Phone,{columns}\nRosa,{NUMBER},{','.join(['é' * 1500] * 40)}\n"
    preview = look(ana, tmp_path, text)
    assert any("more beside than is kept" in problem.why for problem in preview.problems)
    ana.apply_import(preview)
    (rosa,) = ana.known_people()
    assert rosa.sealed == (("phone", NUMBER),)
    kept = sum(len(value.encode()) for value in rosa.more.values())
    assert 3000 <= kept <= LARGEST_SEALED
    assert look(ana, tmp_path, text).does_nothing


def test_what_a_newer_list_says_beside_is_sealed_too(people: Neighbours, tmp_path: Path) -> None:
    ana = people["Ana"]
    bring(ana, tmp_path, PEOPLE)
    newer = PEOPLE.replace(NOTE, "lives with Tom")
    preview = look(ana, tmp_path, newer)
    assert [change.name for change in preview.changes[0].fields] == ["more"]
    assert "Tom" not in repr(preview.changes)
    ana.apply_import(preview)
    (rosa,) = ana.known_people()
    assert rosa.more["Notes"] == "lives with Tom"
    assert rosa.sealed == (("phone", NUMBER),)
    assert look(ana, tmp_path, newer).does_nothing


def test_a_preview_says_who_will_read_what(people: Neighbours, tmp_path: Path) -> None:
    ana = people["Ana"]
    preview = look(ana, tmp_path, PEOPLE)
    assert (preview.in_clear, preview.sealed) == ((), ("Wishes", "Notes"))
    places = "Organisation,Address,Diagnosis\nKitchen,Mill Lane 1,none\n"
    preview = look(ana, tmp_path, places)
    assert (preview.in_clear, preview.sealed) == (("Diagnosis",), ())


# -- what a list is called


def test_what_a_file_of_people_is_called_stands_nowhere(people: Neighbours, tmp_path: Path) -> None:
    ana = people["Ana"]
    row = bring(ana, tmp_path, PEOPLE, "in debt.csv")
    assert (row.origin, ana.known_people()[0].origin) == (LIST, LIST)
    assert b"in debt" not in dump(ana)


def test_the_same_people_come_in_once_whatever_the_file_is_called(
    people: Neighbours, tmp_path: Path
) -> None:
    ana = people["Ana"]
    for text in (PEOPLE, "Name,Area,Notes\nTom,North,tall\n"):
        bring(ana, tmp_path, text, "one.csv")
        ana.replica.clock = lambda: 1_900_000_000_000
        assert look(ana, tmp_path, text, "two.csv").does_nothing


def test_numbers_of_two_lists_without_names_are_no_mark_of_a_person(
    people: Neighbours, tmp_path: Path
) -> None:
    ana = people["Ana"]
    bring(ana, tmp_path, PEOPLE)
    bring(ana, tmp_path, "id,Name,Phone\n7,Tom,555 2222 22\n")
    assert [row.name for row in ana.known_people()] == ["Rosa", "Tom"]
    assert {row.sealed for row in ana.known_people()} == {
        (("phone", NUMBER),),
        (("phone", "555 2222 22"),),
    }


def test_two_of_one_name_in_one_area_are_not_made_one(people: Neighbours, tmp_path: Path) -> None:
    ana = people["Ana"]
    bring(ana, tmp_path, "Name,Area,Phone\nRosa,North,555 1111 11\n")
    text = "Name,Area,Phone\nRosa,North,555 2222 22\n"
    preview = look(ana, tmp_path, text)
    assert whys(preview) == {"Rosa": SkipWhy.PROBABLY_SAME}
    ana.apply_import(preview, anyway=[preview.skips[0].number])
    assert len({row.sealed for row in ana.known_people()}) == 2
    assert look(ana, tmp_path, text).does_nothing


def test_a_list_that_is_called_something_keeps_its_name(people: Neighbours, tmp_path: Path) -> None:
    ana = people["Ana"]
    row = ana.apply_import(look(ana, tmp_path, PEOPLE, origin="The library"))
    assert (row.origin, ana.known_people()[0].origin) == ("The library", "The library")
