# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""My number is mine: who may have a contact, who has it, and taking it back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mutualaid.errors import BadValueError, NotAllowedError, NotFoundError
from mutualaid.model.group import Group
from mutualaid.model.values import NOTHING_CHANGED, Audience, ContactKind
from tests.model.neighbours import Neighbours, dump
from tests.model.street import ENDS, NOW

NUMBER = "0911 555 0147"
NEWER = "0911 555 0299"


@pytest.fixture
def people(tmp_path: Path) -> Iterator[Neighbours]:
    made = Neighbours(tmp_path, "Ana", "Ben", "Cleo")
    yield made
    made.close()


def accept(people: Neighbours, owner: str, helper: str, post: bytes) -> None:
    """What a yes does to contacts."""
    group = people[owner]
    with group._writing():
        group._open_contacts(people[helper].me, post)
    people.meet()


def values_of(group: Group, other: Group) -> list[str]:
    return [row.value for row in group.contacts_of(other.me)]


@pytest.mark.parametrize("audience", list(Audience))
def test_who_sees_a_contact_of_each_audience(people: Neighbours, audience: Audience) -> None:
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    post = people.need("Ben")
    ben.set_contact(ContactKind.PHONE, NUMBER, audience)
    people.meet()
    everybody = not audience.sealed
    assert values_of(cleo, ben) == values_of(ana, ben) == ([NUMBER] if everybody else [])
    accept(people, "Ben", "Cleo", post)
    assert values_of(ana, ben) == ([NUMBER] if everybody else [])
    assert values_of(cleo, ben) == ([] if audience is Audience.ME else [NUMBER])
    (mine,) = ben.contacts()
    assert (mine.kind, mine.value, mine.audience) == (ContactKind.PHONE, NUMBER, audience)


def test_a_yes_opens_and_taking_it_back_closes(people: Neighbours) -> None:
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    post = people.need("Ben")
    ben.set_contact(ContactKind.PHONE, NUMBER, Audience.HELPER)
    for group in (ana, cleo):
        group.help_with(post)
    people.meet()
    answers = {row.who: row.id for row in ben.post_detail(post).responses}
    ben.accept(answers["Cleo"])
    people.meet()
    assert (values_of(cleo, ben), values_of(ana, ben)) == ([NUMBER], [])
    ben.accept(answers["Ana"], instead=True)
    people.meet()
    assert (values_of(cleo, ben), values_of(ana, ben)) == ([], [NUMBER])
    ben.decline(answers["Ana"], "Somebody nearer can.")
    people.meet()
    assert values_of(ana, ben) == ben.who_has() == []
    assert [row.text for row in ana.thread(post, ben.me)] == ["Somebody nearer can."]


def test_who_has_it_by_person_and_post(people: Neighbours) -> None:
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    post = people.need("Ben", "A lift")
    ben.set_contact(ContactKind.PHONE, NUMBER, Audience.HELPER)
    ben.set_contact(ContactKind.EMAIL, "ben@example.org", Audience.GROUP)
    accept(people, "Ben", "Cleo", post)
    accept(people, "Ben", "Cleo", post)
    ben.open_contact(ana.me)
    people.meet()
    found = {(row.kind, row.name, row.post, row.title) for row in ben.who_has()}
    assert found == {
        (ContactKind.EMAIL, "everyone in the group", None, ""),
        (ContactKind.PHONE, "Cleo", post, "A lift"),
        (ContactKind.PHONE, "Ana", None, ""),
    }
    assert len(ben.who_has()) == 3
    (row,) = [row for row in cleo.contacts_of(ben.me) if row.post]
    assert (row.title, row.since, row.audience) == ("A lift", NOW, Audience.HELPER)
    assert cleo.who_has() == []


def test_the_helper_opens_theirs_by_hand(people: Neighbours) -> None:
    ben, cleo = people["Ben"], people["Cleo"]
    post = people.need("Ben")
    cleo.set_contact(ContactKind.SIGNAL, "cleo.42", Audience.HELPER)
    cleo.open_contact(ben.me, post)
    people.meet()
    assert values_of(ben, cleo) == ["cleo.42"]


def test_closing_takes_it_back_and_leaves_nothing(people: Neighbours) -> None:
    ben, cleo = people["Ben"], people["Cleo"]
    post, other = people.need("Ben"), people.need("Ben", "A ladder")
    ben.set_contact(ContactKind.PHONE, NUMBER, Audience.HELPER)
    accept(people, "Ben", "Cleo", post)
    accept(people, "Ben", "Cleo", other)
    assert len(cleo.contacts_of(ben.me)) == 2
    ben.close_contact(cleo.me, post)
    people.meet()
    assert [row.post for row in cleo.contacts_of(ben.me)] == [other]
    ben.close_contact(cleo.me)
    people.meet()
    assert cleo.contacts_of(ben.me) == []
    assert ben.who_has() == []
    assert NUMBER.encode() not in dump(cleo)
    cleo.rebuild()
    assert cleo.contacts_of(ben.me) == []


def test_a_new_value_reaches_those_who_had_the_old_one(people: Neighbours) -> None:
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    post = people.need("Ben")
    ben.set_contact(ContactKind.PHONE, NUMBER, Audience.HELPER)
    accept(people, "Ben", "Cleo", post)
    ben.set_contact(ContactKind.PHONE, NEWER, Audience.HELPER)
    people.meet()
    assert values_of(cleo, ben) == [NEWER]
    assert values_of(ana, ben) == []
    assert [(row.value, row.name, row.post) for row in ben.who_has()] == [(NEWER, "Cleo", post)]
    for group in (ana, ben, cleo):
        assert NUMBER.encode() not in dump(group)


@pytest.mark.parametrize("narrower", [Audience.ME, Audience.HELPER])
def test_a_narrower_audience_takes_it_from_the_others(
    people: Neighbours, narrower: Audience
) -> None:
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    post = people.need("Ben")
    ben.set_contact(ContactKind.PHONE, NUMBER, Audience.HELPER)
    accept(people, "Ben", "Cleo", post)
    ben.set_contact(ContactKind.PHONE, NUMBER, Audience.PRINT)
    people.meet()
    assert values_of(ana, ben) == values_of(cleo, ben) == [NUMBER]
    ben.set_contact(ContactKind.PHONE, NUMBER, narrower)
    people.meet()
    assert values_of(ana, ben) == []
    assert values_of(cleo, ben) == ([] if narrower is Audience.ME else [NUMBER])
    assert NUMBER.encode() not in dump(ana)


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_forgetting_a_contact_closes_it_everywhere(people: Neighbours, nothing: str | None) -> None:
    ben, cleo = people["Ben"], people["Cleo"]
    post = people.need("Ben")
    ben.set_contact(ContactKind.PHONE, NUMBER, Audience.HELPER)
    accept(people, "Ben", "Cleo", post)
    ben.set_contact(ContactKind.PHONE, nothing)
    people.meet()
    assert ben.contacts() == ben.who_has() == cleo.contacts_of(ben.me) == []
    assert NUMBER.encode() not in dump(cleo)


def test_saying_the_same_again_writes_nothing(people: Neighbours) -> None:
    ben = people["Ben"]
    ben.set_contact(ContactKind.PHONE, NUMBER, Audience.HELPER)
    before = ben.health().entries
    assert not ben.set_contact(ContactKind.PHONE, NUMBER, Audience.HELPER).records
    assert ben.health().entries == before


def test_contacts_and_openings_follow_to_a_further_machine(people: Neighbours) -> None:
    ben, cleo = people["Ben"], people["Cleo"]
    post = people.need("Ben")
    ben.set_contact(ContactKind.PHONE, NUMBER, Audience.HELPER)
    accept(people, "Ben", "Cleo", post)
    again = people.further_machine("Ben")
    people.meet()
    assert again.contacts() == ben.contacts()
    assert again.who_has() == ben.who_has()
    again.set_contact(ContactKind.PHONE, NEWER, Audience.HELPER)
    people.meet()
    assert values_of(cleo, ben) == [NEWER]
    assert [row.value for row in ben.contacts()] == [NEWER]


def test_two_machines_that_set_it_apart_both_show_until_it_is_set_again(
    people: Neighbours,
) -> None:
    ana, ben = people["Ana"], people["Ben"]
    again = people.further_machine("Ben")
    people.meet()
    ben.set_contact(ContactKind.PHONE, NUMBER, Audience.GROUP)
    again.set_contact(ContactKind.PHONE, NEWER, Audience.HELPER)
    people.meet()
    assert ben.contacts() == again.contacts()
    assert {row.value for row in ben.contacts()} == {NUMBER, NEWER}
    again.set_contact(ContactKind.PHONE, NEWER, Audience.HELPER)
    people.meet()
    assert [row.value for row in ben.contacts()] == [NEWER]
    assert values_of(ana, ben) == []


def test_what_was_opened_apart_from_a_change_is_put_right(people: Neighbours) -> None:
    """One machine opens to Cleo and Ana, while another has a new number and blocks Cleo."""
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    post = people.need("Ben")
    ben.set_contact(ContactKind.PHONE, NUMBER, Audience.HELPER)
    again = people.further_machine("Ben")
    people.meet()
    for helper in (ana, cleo):
        ben.open_contact(helper.me, post)
    again.set_contact(ContactKind.PHONE, NEWER, Audience.HELPER)
    again.block(cleo.me)
    people.meet()
    assert values_of(ana, ben) == values_of(cleo, ben) == [NUMBER]
    for group in (ben, again):
        group.tend()
    people.meet()
    assert (values_of(ana, ben), values_of(cleo, ben)) == ([NEWER], [])
    assert [(row.name, row.value, row.post) for row in ben.who_has()] == [("Ana", NEWER, post)]
    assert ben.mend_openings() == again.mend_openings() == NOTHING_CHANGED


def test_nothing_opens_to_who_is_blocked_or_to_oneself(people: Neighbours) -> None:
    ben, cleo = people["Ben"], people["Cleo"]
    post = people.need("Ben")
    ben.set_contact(ContactKind.PHONE, NUMBER, Audience.HELPER)
    accept(people, "Ben", "Ben", post)
    assert ben.who_has() == []
    accept(people, "Ben", "Cleo", post)
    ben.block(cleo.me)
    people.meet()
    assert values_of(cleo, ben) == []
    accept(people, "Ben", "Cleo", post)
    assert values_of(cleo, ben) == []
    with pytest.raises(NotAllowedError, match="blocked Cleo"):
        ben.open_contact(cleo.me)
    with pytest.raises(NotAllowedError, match="your own"):
        ben.open_contact(ben.me)


def test_there_must_be_something_to_open_and_somebody(people: Neighbours) -> None:
    ben, cleo = people["Ben"], people["Cleo"]
    with pytest.raises(BadValueError, match="nothing to open"):
        ben.open_contact(cleo.me)
    ben.set_contact(ContactKind.PHONE, NUMBER, Audience.ME)
    with pytest.raises(BadValueError, match="nothing to open"):
        ben.open_contact(cleo.me)
    with pytest.raises(NotFoundError):
        ben.open_contact(bytes(16))
    with pytest.raises(NotFoundError):
        ben.open_contact(cleo.me, bytes(16))


@pytest.mark.parametrize(
    ("kind", "value", "why"),
    [
        (ContactKind.PHONE, "call me", "no phone number"),
        (ContactKind.EMAIL, "ben", "no email address"),
        (ContactKind.EMAIL, "@", "no email address"),
        (ContactKind.OTHER, "x" * 1_000_000, r"1,000,000 characters.*200"),
    ],
)
def test_what_is_no_contact_is_refused(
    people: Neighbours, kind: ContactKind, value: str, why: str
) -> None:
    with pytest.raises(BadValueError, match=why):
        people["Ben"].set_contact(kind, value)
    assert people["Ben"].contacts() == []


def test_whoever_waits_to_be_let_in_can_set_a_contact_but_not_take_it_back(
    people: Neighbours,
) -> None:
    newcomer = Group(people.street.knock(people["Ana"].replica))
    newcomer.set_contact(ContactKind.PHONE, NUMBER)
    assert [row.value for row in newcomer.contacts()] == [NUMBER]
    with pytest.raises(NotAllowedError, match="let you in"):
        newcomer.set_contact(ContactKind.PHONE, NEWER)
    assert [row.value for row in newcomer.contacts()] == [NUMBER]
    assert ENDS > NOW


# For somebody without a machine


def test_a_number_on_behalf_is_for_poster_and_stewards_and_who_goes(people: Neighbours) -> None:
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    dora = people.join("Dora")
    post = people.need("Ben", "Shopping", on_behalf_of="Mrs K")
    ben.set_behalf_contact(post, NUMBER, share=True)
    people.meet()
    assert ben.behalf_contact(post) == ana.behalf_contact(post) == NUMBER
    assert cleo.behalf_contact(post) == dora.behalf_contact(post) == ""
    accept(people, "Ana", "Cleo", post)
    assert cleo.behalf_contact(post) == NUMBER
    assert dora.behalf_contact(post) == ""
    with ana._writing():
        ana._close_contacts(cleo.me, post)
    people.meet()
    assert cleo.behalf_contact(post) == ""
    assert NUMBER.encode() not in dump(cleo)
    ben.set_behalf_contact(post, NEWER)
    people.meet()
    assert ana.behalf_contact(post) == NEWER
    accept(people, "Ben", "Cleo", post)
    assert cleo.behalf_contact(post) == ""
    ben.set_behalf_contact(post, "")
    people.meet()
    assert ana.behalf_contact(post) == ben.behalf_contact(post) == ""


def test_who_may_note_a_number_on_behalf(people: Neighbours) -> None:
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    post = people.need("Ben", "Shopping", on_behalf_of="Mrs K")
    plain = people.need("Ben")
    with pytest.raises(NotAllowedError, match="Only Ben"):
        cleo.set_behalf_contact(post, NUMBER)
    with pytest.raises(NotAllowedError, match="contacts of their own"):
        ben.set_behalf_contact(plain, NUMBER)
    ana.set_behalf_contact(post, NUMBER)
    people.meet()
    assert ben.behalf_contact(post) == NUMBER
    ben.set_behalf_contact(post, NEWER)
    people.meet()
    assert ana.behalf_contact(post) == NEWER
