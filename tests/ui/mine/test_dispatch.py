# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is posted for people without a machine: answers, what to phone back, numbers."""

import pytest

from mutualaid.model.values import PostFilter, PostStatus, Standing
from mutualaid.ui.mine.dispatch import DispatchCard, DispatchView
from mutualaid.ui.mine.dispatch_dialogs import AnswerForDialog, NumberDialog
from mutualaid.ui.mine.page import MyPage
from mutualaid.ui.post.form import PostDialog
from mutualaid.ui.widgets import Button, Text
from tests.model.neighbours import Neighbours
from tests.ui.helpers import Key, dialog, press, settle, tab_to
from tests.ui.homes import Home


@pytest.fixture
def view(home: Home) -> DispatchView:
    page = home.window.page
    assert isinstance(page, MyPage)
    page.show_others()
    return page.dispatch


@pytest.fixture
def post(home: Home, street: Neighbours) -> bytes:
    made = street.need("Ana", "Shopping", on_behalf_of="Mrs. Okafor", consent="By phone")
    home.meet()
    return made


def card(view: DispatchView) -> DispatchCard:
    (found,) = view.cards.widgets
    assert isinstance(found, DispatchCard)
    return found


def press_button(view: DispatchView, words: str) -> None:
    (found,) = [one for one in card(view).findChildren(Button) if one.text() == words]
    found.click()
    settle()


def words(view: DispatchView) -> list[str]:
    return [label.text() for label in card(view).findChildren(Text)]


def test_nothing_posted_for_others_says_how_to_begin(view, home):
    assert view.empty.isVisible()
    view.empty.action.click()
    dialog(PostDialog).reject()
    settle()


def test_whoever_is_no_steward_and_posted_for_nobody_has_no_such_view(qtbot, street):
    home = Home(qtbot, street, "Ben")
    home.window.show_page("mine")
    page = home.window.page
    assert isinstance(page, MyPage)
    assert page.chip_others.isHidden()
    street.need("Ben", "Shopping", on_behalf_of="Mr. Oz")
    home.meet()
    qtbot.waitUntil(page.chip_others.isVisible)
    home.close()


def test_a_post_for_somebody_from_yes_to_told_to_done(view, home, street, post):
    assert card(view).accessibleName().startswith("For Mrs. Okafor, Shopping")
    assert any("agreed to: By phone" in one for one in words(view))
    home.answer("Ben", post, when="Saturdays")
    press_button(view, "Accept")
    assert home.group.post_detail(post).responses[0].state is Standing.ACCEPTED
    assert "Ben comes (Saturdays)." in words(view)
    page = home.window.page
    assert page.chip_others.text() == "For others 1"
    press_button(view, "Told them")
    assert "Ben comes (Saturdays)." not in words(view)
    assert any(one.startswith("Mrs. Okafor was told") for one in words(view))
    assert page.chip_others.text() == "For others"
    press_button(view, "Done")
    assert home.group.post_detail(post).row.status is PostStatus.DONE
    assert "It is done." in " ".join(words(view))
    home.window.undo()
    assert home.group.post_detail(post).row.status is PostStatus.AGREED


def test_a_steward_decides_on_what_others_posted_for_somebody(view, home, street):
    made = street.need("Cleo", "A lift", on_behalf_of="Mr. Oz")
    home.answer("Ben", made)
    press_button(view, "Decline")
    assert home.group.post_detail(made).responses[0].state is Standing.DECLINED
    home.window.undo()
    assert home.group.post_detail(made).responses[0].state is Standing.OFFERED


def test_of_several_who_go_one_can_be_done(view, home, street):
    made = street.need("Ana", "Chairs", on_behalf_of="Mr. Oz", parts=2)
    home.answer("Ben", made)
    home.answer("Cleo", made)
    done = [one for one in card(view).findChildren(Button) if "did it" in one.accessibleName()]
    assert len(done) == 2
    done[0].click()
    settle()
    assert Standing.DONE in [one.state for one in home.group.post_detail(made).responses]


def test_a_number_is_noted_shown_and_forgotten(view, home, post, qtbot):
    press_button(view, "Phone…")
    asked = dialog(NumberDialog)
    asked.number.setText("no digits")
    asked.try_submit()
    assert asked.number.property("bad") == "true"
    asked.number.setText("0331 22 33")
    press(qtbot, Key.Key_Return, widget=asked.number)
    settle()
    assert "Phone 0331 22 33" in words(view)
    press_button(view, "Phone…")
    again = dialog(NumberDialog)
    assert again.number.text() == "0331 22 33"
    assert not again.share.isChecked()
    again.share.setChecked(True)
    again.try_submit()
    settle()
    press_button(view, "Phone…")
    again = dialog(NumberDialog)
    assert again.share.isChecked()
    again.number.clear()
    again.try_submit()
    settle()
    assert home.group.behalf_contact(post) == ""
    assert not any(one.startswith("Phone") for one in words(view))


def test_somebody_without_a_machine_answers(view, home, street, qtbot):
    need = street.need("Ben", "A cake for Sunday")
    home.meet()
    tab_to(qtbot, view.answer)
    press(qtbot, Key.Key_Space)
    asked = dialog(AnswerForDialog)
    asked.try_submit()
    assert asked.whom.property("bad") == "true"
    asked.whom.setText("Auntie Rose")
    asked.post.choose(need)
    asked.when.setText("Saturday")
    asked.note.setText("Apple or plum?")
    press(qtbot, Key.Key_Return, widget=asked.note)
    settle()
    (answer,) = home.group.post_detail(need).responses
    assert (answer.on_behalf_of, answer.when, answer.note) == (
        "Auntie Rose",
        "Saturday",
        "Apple or plum?",
    )
    home.window.undo()
    assert home.group.post_detail(need).responses[0].state is Standing.RELEASED


def test_nothing_to_answer_is_said(view, home):
    assert not home.group.posts(PostFilter())
    view.answer.click()
    asked = dialog(AnswerForDialog)
    assert not asked.ok.isEnabled()
    assert asked.banner.isVisible()
    asked.reject()
    settle()


def test_an_error_of_the_model_stays_in_the_form(view, home, street):
    need = street.need("Ben", "A cake")
    home.meet()
    view.answer.click()
    asked = dialog(AnswerForDialog)
    asked.whom.setText("Rose")
    street["Ben"].withdraw(need)
    street.meet()
    asked.try_submit()
    assert asked.isVisible()
    assert "withdrawn" in asked.banner.accessibleName()
    asked.reject()
    settle()
