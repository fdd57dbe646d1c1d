# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How I can be reached, by whom, and how that is taken back."""

import pytest

from mutualaid.model.values import Audience, ContactKind, OpenedRow
from mutualaid.ui.mine.contact_words import audience_word, contact_word
from mutualaid.ui.mine.page import MyPage
from mutualaid.ui.mine.reaching import OpenDialog, ReachView, holders
from mutualaid.ui.neighbourhood.people import PeoplePage
from mutualaid.ui.widgets import Button, Text
from mutualaid.ui.wording import listed
from tests.model.neighbours import Neighbours
from tests.ui.helpers import Key, dialog, focused, press, settle, tab_to, type_text
from tests.ui.homes import Home

PHONE, EMAIL = ContactKind.PHONE, ContactKind.EMAIL


@pytest.fixture
def view(home: Home) -> ReachView:
    page = home.window.page
    assert isinstance(page, MyPage)
    page.show_reach()
    return page.reach


def saved(home: Home) -> dict[ContactKind, tuple[str, Audience]]:
    return {row.kind: (row.value, row.audience) for row in home.group.contacts()}


def test_a_number_is_saved_for_a_helper_by_keyboard_and_taken_back(view, home, qtbot):
    line = view.lines[PHONE]
    tab_to(qtbot, line.value)
    assert focused().accessibleName() == "Phone"
    type_text(qtbot, "0170 1234")
    assert line.save.isVisible()
    press(qtbot, Key.Key_Return)
    assert saved(home) == {PHONE: ("0170 1234", Audience.HELPER)}
    assert not line.save.isVisible()
    assert line.value.hasFocus()
    home.window.undo()
    assert saved(home) == {}
    assert line.value.text() == ""


@pytest.mark.parametrize("audience", list(Audience))
def test_each_audience_has_its_words_and_is_kept(view, home, audience):
    line = view.lines[EMAIL]
    line.value.setText("ana@example.org")
    line.audience.choose(audience)
    assert line.audience.currentText() == audience_word(audience)
    line.submit()
    assert saved(home) == {EMAIL: ("ana@example.org", audience)}


@pytest.mark.parametrize("kind", list(ContactKind))
def test_each_way_has_a_line_with_names_for_a_screen_reader(view, kind):
    line = view.lines[kind]
    assert line.value.accessibleName() == contact_word(kind)
    assert contact_word(kind) in line.audience.accessibleName()


@pytest.mark.parametrize(
    ("kind", "typed"), [(PHONE, "call me"), (EMAIL, "nobody"), (PHONE, "1" * 10_000)]
)
def test_what_cannot_be_a_contact_is_refused_under_its_field(view, home, kind, typed):
    line = view.lines[kind]
    line.value.setText(typed)
    line.submit()
    assert line.value.property("bad") == "true"
    assert line.value.text() == typed
    assert saved(home) == {}
    line.give_up.click()
    assert line.value.text() == ""


def test_emptied_it_can_be_forgotten_and_comes_back_by_undo(view, home):
    home.group.set_contact(PHONE, "0170 1234", Audience.GROUP)
    view.load()
    line = view.lines[PHONE]
    line.value.clear()
    line._changed()
    assert line.forget.isVisible()
    assert not line.save.isVisible()
    line.forget.click()
    assert saved(home) == {}
    home.window.undo()
    assert saved(home) == {PHONE: ("0170 1234", Audience.GROUP)}


def test_what_is_being_typed_survives_another_machine_of_mine(view, home, street):
    again = street.further_machine("Ana")
    home.meet()
    view.lines[PHONE].value.setText("0170 9")
    again.set_contact(PHONE, "0171 1")
    again.set_contact(EMAIL, "ana@example.org")
    home.meet()
    assert view.lines[PHONE].value.text() == "0170 9"
    assert view.lines[EMAIL].value.text() == "ana@example.org"
    view.lines[PHONE].give_up.click()
    assert view.lines[PHONE].value.text() == "0171 1"


def accepted(home: Home, street: Neighbours) -> bytes:
    home.group.set_contact(PHONE, "0170 1234", Audience.HELPER)
    home.group.set_contact(ContactKind.SIGNAL, "ana.7", Audience.HELPER)
    post = street.need("Ana", "A lift")
    home.group.accept(home.answer("Ben", post))
    home.meet()
    return post


def test_who_has_it_says_person_post_and_what(view, home, street):
    assert view._nobody.isVisible()
    accepted(home, street)
    (line,) = view.holders.widgets
    said = " ".join(label.text() for label in line.findChildren(Text))
    assert "Ben" in said
    assert listed(["Phone", "Signal"]) in said
    assert "for “A lift”" in said
    assert view._unseen.isVisible()
    assert "cannot be unseen" in view._unseen.text()


def test_closing_takes_it_away_and_says_what_it_cannot(view, home, street, qtbot):
    accepted(home, street)
    street.meet()
    assert len(street["Ben"].contacts_of(street["Ana"].me)) == 2
    (line,) = view.holders.widgets
    close = line.findChild(Button)
    ways = listed(["Phone", "Signal"])
    assert close.accessibleName() == f"Close to Ben, for “A lift”: {ways}"
    close.setFocus()
    press(qtbot, Key.Key_Space)
    assert "cannot be unseen" in home.window.toast.words
    assert not view.holders.widgets
    assert focused() is view.lines[PHONE].value
    street.meet()
    assert not street["Ben"].contacts_of(street["Ana"].me)
    home.window.undo()
    street.meet()
    assert len(street["Ben"].contacts_of(street["Ana"].me)) == 2


def test_what_the_group_sees_is_one_line_without_a_button(view, home):
    home.group.set_contact(PHONE, "0170 1234", Audience.GROUP)
    home.group.set_contact(EMAIL, "ana@example.org", Audience.PUBLIC)
    view.load()
    (line,) = view.holders.widgets
    assert "Everyone in the group" in [label.text() for label in line.findChildren(Text)]
    assert not line.findChildren(Button)


def test_it_can_be_opened_to_somebody_by_hand(view, home, street):
    home.group.set_contact(PHONE, "0170 1234", Audience.HELPER)
    view.open.click()
    asked = dialog(OpenDialog)
    assert {asked.whom.itemText(at) for at in range(asked.whom.count())} == {"Ben", "Cleo"}
    asked.whom.setCurrentText("Cleo")
    asked.try_submit()
    settle()
    street.meet()
    assert street["Cleo"].contacts_of(street["Ana"].me)
    assert not street["Ben"].contacts_of(street["Ana"].me)


def test_opening_nothing_is_a_sentence(view):
    view.open.click()
    asked = dialog(OpenDialog)
    asked.try_submit()
    assert asked.isVisible()
    assert "no contact" in asked.banner.accessibleName()
    asked.reject()
    settle()


def test_holders_are_gathered_by_person_and_post():
    def row(kind: ContactKind, person: bytes, post: bytes | None, since: int) -> OpenedRow:
        return OpenedRow(kind, "x", person, "Ben", post, "A lift", since, Audience.HELPER)

    found = holders(
        [
            row(PHONE, b"ben", b"lift", 5),
            row(EMAIL, b"ben", b"lift", 3),
            row(PHONE, b"ben", None, 9),
            row(PHONE, b"ben", b"lift", 7),
        ]
    )
    assert [(one.post, one.kinds, one.since) for one in found] == [
        (b"lift", (PHONE, EMAIL), 3),
        (None, (PHONE,), 9),
    ]


def test_what_is_open_to_me_stands_beside_a_person(home, street):
    street["Ben"].set_contact(PHONE, "0171 7", Audience.GROUP)
    home.meet()
    home.window.show_page("people")
    page = home.window.page
    assert isinstance(page, PeoplePage)
    page.open_record(street["Ben"].me)
    assert "Phone: 0171 7" in [label.text() for label in page.detail.findChildren(Text)]


def test_somebody_is_blocked_and_unblocked_beside_their_name(home, street):
    home.window.show_page("people")
    page = home.window.page
    assert isinstance(page, PeoplePage)
    page.open_record(street["Ben"].me)
    home.window.desk.run(lambda: home.group.block(street["Ben"].me))
    page.open_record(street["Ben"].me)
    assert page.detail._button.text() == "Unblock"
    page.detail._button.click()
    assert not home.group.blocked()
    settle()
