# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""My page: what waits for my yes, what I promised, what I asked, what was done; by keyboard."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from mutualaid.model.values import (
    Audience,
    ContactKind,
    Involvement,
    MyRow,
    PostStatus,
    Standing,
)
from mutualaid.ui.mine.cards import MyCard, line_of, state_of
from mutualaid.ui.mine.page import SHOWN, MyPage
from mutualaid.ui.post.deciding import AlsoOrInsteadDialog
from mutualaid.ui.post.form import PostDialog
from mutualaid.ui.theme import theme
from mutualaid.ui.widgets import Button, Pill, Tone
from tests.model.neighbours import Neighbours
from tests.ui.helpers import Key, dialog, focused, press, settle, tab_to
from tests.ui.homes import Home
from tests.ui.test_names import lay_out, look_at
from tests.ui.test_shell import cut_labels, outside


@pytest.fixture
def page(home: Home) -> MyPage:
    found = home.window.page
    assert isinstance(found, MyPage)
    return found


def cards(page: MyPage, role: Involvement) -> list[MyCard]:
    found = page.sections[role].cards.widgets
    return [card for card in found if isinstance(card, MyCard)]


def buttons(card: MyCard) -> dict[str, Button]:
    return {button.text(): button for button in card.findChildren(Button)}


def states(home: Home, post: bytes) -> list[Standing]:
    return [one.state for one in home.group.post_detail(post).responses]


def test_an_empty_page_says_what_would_stand_there(page, home):
    assert page.empty.isVisible()
    page.empty.action.click()
    assert home.window.page.name == "board"


def test_an_answer_is_accepted_by_keyboard_and_the_yes_taken_back(page, home, qtbot, street):
    street["Ana"].set_contact(ContactKind.PHONE, "0170 1234", Audience.HELPER)
    post = street.need("Ana", "A lift")
    home.answer("Ben", post, "I have the van free", when="Friday")
    (card,) = cards(page, Involvement.WAITING)
    assert "Ben: “I have the van free” · Friday" in card.accessibleName()
    page.focus_content()
    assert focused() is card
    tab_to(qtbot, buttons(card)["Accept"])
    assert focused().accessibleName() == "Accept Ben for “A lift”"
    press(qtbot, Key.Key_Space)
    assert states(home, post) == [Standing.ACCEPTED]
    assert not cards(page, Involvement.WAITING)
    home.street.meet()
    assert street["Ben"].contacts_of(street["Ana"].me)
    home.window.undo()
    assert states(home, post) == [Standing.OFFERED]
    assert cards(page, Involvement.WAITING)


def test_a_no_taken_back_is_no_yes(page, home, street):
    post = street.need("Ana", "A lift")
    home.answer("Ben", post)
    (card,) = cards(page, Involvement.WAITING)
    buttons(card)["Decline"].click()
    assert states(home, post) == [Standing.DECLINED]
    home.window.undo()
    assert states(home, post) == [Standing.OFFERED]


@pytest.mark.parametrize("instead", [False, True])
def test_what_is_promised_already_is_asked_about(page, home, street, instead):
    post = street.need("Ana", "A lift")
    home.answer("Ben", post)
    home.answer("Cleo", post)
    first = cards(page, Involvement.WAITING)[0]
    name = first.row.response.who
    buttons(first)["Accept"].click()
    (card,) = cards(page, Involvement.WAITING)
    buttons(card)["Accept"].click()
    asked = dialog(AlsoOrInsteadDialog)
    (asked.instead if instead else asked.ok).click()
    settle()
    standing = {one.who: one.state for one in home.group.post_detail(post).responses}
    assert standing.pop(name) is (Standing.DECLINED if instead else Standing.ACCEPTED)
    assert list(standing.values()) == [Standing.ACCEPTED]


def test_a_promise_is_kept_alive_done_and_taken_back(page, home, street):
    post = street.need("Ben", "A hand")
    made = street["Ana"].help_with(post, "Gladly").created
    home.meet()
    (card,) = cards(page, Involvement.PROMISED)
    assert list(buttons(card)) == ["Take back"]
    assert "waits for a yes from Ben" in card.accessibleName()
    street["Ben"].accept(made)
    home.meet()
    (card,) = cards(page, Involvement.PROMISED)
    assert set(buttons(card)) == {"Done", "Still on it", "Take back"}
    buttons(card)["Still on it"].click()
    (card,) = cards(page, Involvement.PROMISED)
    buttons(card)["Take back"].click()
    assert states(home, post) == [Standing.RELEASED]
    home.window.undo()
    assert states(home, post) == [Standing.ACCEPTED]
    (card,) = cards(page, Involvement.PROMISED)
    buttons(card)["Done"].click()
    assert states(home, post) == [Standing.SAID_DONE]
    (card,) = cards(page, Involvement.PROMISED)
    assert not buttons(card)
    home.window.undo()
    assert states(home, post) == [Standing.ACCEPTED]


def test_what_i_asked_is_done_and_thanked_for(page, home, street, qtbot):
    post = street.need("Ana", "A lift")
    street["Ana"].accept(home.answer("Ben", post))
    street.meet()
    street["Ben"].done(post)
    home.meet()
    (card,) = cards(page, Involvement.ASKED)
    assert "waits for your “done”" in card.accessibleName()
    assert buttons(card)["Done"].property("look") == "primary"
    buttons(card)["Done"].click()
    (done,) = cards(page, Involvement.DONE)
    buttons(done)["Say thanks"].click()
    assert page.detail_is_shown
    assert focused() is page.pane.thanks.line.words
    qtbot.keyClicks(focused(), "You saved the day")
    press(qtbot, Key.Key_Return)
    assert [one.text for one in home.group.post_detail(post).thanks] == ["You saved the day"]


def test_who_helped_with_a_need_is_not_asked_to_thank(page, home, street):
    post = street.need("Ben", "A hand")
    made = street["Ana"].help_with(post).created
    street.meet()
    street["Ben"].accept(made)
    street["Ben"].done(post)
    home.meet()
    (card,) = cards(page, Involvement.DONE)
    assert not buttons(card)


def test_what_i_asked_is_renewed_and_set_aside_comes_back(page, home, street):
    post = street.need("Ana", "Boxes")
    home.meet()
    (card,) = cards(page, Involvement.ASKED)
    assert "nobody has answered yet" in card.accessibleName()
    assert set(buttons(card)) == {"Done", "Renew"}
    before = home.group.post_detail(post).row.expires
    buttons(card)["Renew"].click()
    assert home.group.post_detail(post).row.expires >= before
    street["Ana"].park(post)
    home.meet()
    (card,) = cards(page, Involvement.ASKED)
    buttons(card)["Put back on the board"].click()
    assert home.group.post_detail(post).row.status is PostStatus.OPEN


def test_a_card_opens_its_post_and_gives_the_focus_back(page, home, street, qtbot):
    post = street.need("Ana", "A lift")
    home.meet()
    (card,) = cards(page, Involvement.ASKED)
    card.setFocus()
    press(qtbot, Key.Key_Return)
    assert page.detail_is_shown
    assert page.pane.record == post
    assert card.chosen
    press(qtbot, Key.Key_Escape, widget=page.pane)
    assert not page.detail_is_shown
    assert focused() is card
    assert not card.chosen


def test_talking_from_a_post_leads_to_the_messages(page, home, street):
    post = street.need("Ana", "A lift")
    home.answer("Ben", post)
    page.open_record(post)
    page.pane.talk_asked.emit(post, street["Ben"].me)
    assert home.window.page.name == "messages"
    assert "Ben" in home.window.page.pane.accessibleName()


def test_changing_a_post_opens_its_form(page, home, street):
    post = street.need("Ana", "A lift")
    home.meet()
    page.open_record(post)
    page.pane.edit_asked.emit(home.group.post_detail(post).row)
    form = dialog(PostDialog)
    assert form.title.text() == "A lift"
    form.reject()
    settle()


def test_what_is_about_me_is_one_press_away(page, home):
    page.about.click()
    people = home.window.page
    assert people.name == "people"
    assert people.form.isVisible()
    assert people.form.name.text() == "Ana"


def test_new_comments_are_counted_until_another_post_is_opened(page, home, street):
    post, other = street.need("Ana", "A lift"), street.need("Ana", "Boxes")
    street["Ben"].comment(post, "Use the ramp")
    street["Cleo"].comment(post, "It is steep")
    home.meet()
    assert home.group.unread().comments == {post: 2}

    def pills() -> list[str]:
        return [one.accessibleName() for one in page.pane.comments.findChildren(Pill)]

    page.open_record(post)
    assert pills() == ["2 new"]
    assert not home.group.unread().comments
    street["Ben"].comment(post, "Not that steep")
    home.meet()
    assert pills() == ["3 new"]
    page.open_record(other)
    page.open_record(post)
    assert pills() == []
    settle()


def test_what_is_typed_in_the_pane_survives_what_others_do(page, home, street):
    post = street.need("Ana", "A lift")
    home.meet()
    page.open_record(post)
    page.pane.words.setText("half a sen")
    home.answer("Ben", post)
    assert page.pane.words.text() == "half a sen"
    assert cards(page, Involvement.WAITING)


def test_a_long_section_shows_the_rest_when_asked(page, home, street):
    for number in range(2 * SHOWN + 3):
        street["Ana"].post(draft(f"Thing {number}"))
    home.meet()
    section = page.sections[Involvement.ASKED]
    assert len(section.cards.rows) == SHOWN
    assert section.more.text() == f"Show {SHOWN} more"
    section.more.click()
    assert len(section.cards.rows) == 2 * SHOWN
    assert focused() is section.cards.widgets[SHOWN]
    assert section.more.text() == "Show 3 more"
    section.more.click()
    assert len(section.cards.rows) == 2 * SHOWN + 3
    assert section.more.isHidden()


def draft(title: str):
    from mutualaid.model.values import PostDraft, PostKind

    return PostDraft(PostKind.NEED, title)


def test_the_sidebar_counts_what_waits_for_my_yes(page, home, street):
    home.answer("Ben", street.need("Ana", "A lift"))
    home.window._tell_status()
    assert home.window.sidebar.button("mine").accessibleName() == (
        "My page, 1 waiting for your yes"
    )
    assert page.chip_mine.text() == "Asked and promised 1"


def test_a_promise_that_soon_lapses_says_so_and_asks_first_whether_it_holds(page, home, street):
    post = street.need("Ben", "A hand")
    made = street["Ana"].help_with(post).created
    street.meet()
    street["Ben"].accept(made)
    home.meet()
    (row,) = [one for one in home.group.my_page() if one.role is Involvement.PROMISED]
    hour = 3_600_000
    lapses = row.response.lapses
    assert lapses is not None
    state = state_of(row, lapses - 5 * hour, "")
    assert state is not None
    assert state.words.startswith("lapses ")
    assert (state.tone, state.icon) == (Tone.WARN, "clock")
    calm = state_of(row, lapses - 48 * hour, "")
    assert calm is not None
    assert calm.words == "you go"
    card = MyCard(home.window.desk, row)
    assert [deed.words for deed in card.deeds(lapses - 5 * hour, "")] == [
        "Still on it",
        "Done",
        "Take back",
    ]
    assert card.deeds(lapses - 48 * hour, "")[0].words == "Done"
    card.deleteLater()


def test_a_line_says_who_can_help_even_without_a_word(home, street):
    home.answer("Ben", street.need("Ana", "A lift"))
    home.answer("Cleo", home.offer("Ana"), amount=1)
    lines = {line_of(row) for row in home.group.my_page() if row.role is Involvement.WAITING}
    assert lines == {"Ben can help", "Cleo asks for it"}


def test_every_kind_of_row_can_be_shown(home, street):
    """Whatever combination comes, now or from a newer machine, a card can be made of it."""
    post = street.need("Ana", "A lift")
    home.answer("Ben", post)
    (row,) = [one for one in home.group.my_page() if one.role is Involvement.WAITING]
    for role in Involvement:
        for standing in Standing:
            for status in PostStatus:
                made = MyRow(
                    role,
                    replace(row.post, status=status),
                    replace(row.response, state=standing, mine=role is Involvement.PROMISED),
                )
                card = MyCard(home.window.desk, made)
                assert card.accessibleName().endswith(".")
                assert all(button.accessibleName() for button in card.findChildren(Button))
                card.deleteLater()
    settle()


@pytest.fixture
def full(home: Home, street: Neighbours) -> Home:
    """Something in every view, with long words."""
    street["Ana"].set_contact(ContactKind.PHONE, "0170 1234", Audience.HELPER)
    street["Ana"].set_contact(ContactKind.EMAIL, "ana@example.org", Audience.GROUP)
    long = "A lift to the hospital on the other side of the river and back in the evening"
    whose = street.need("Ana", long, on_behalf_of="Mrs. Castellanos-Okonkwo", parts=3)
    home.answer("Ben", whose, "I have the van free " * 8)
    street["Ana"].accept(home.answer("Cleo", whose))
    made = street["Ana"].help_with(street.need("Ben", long), "Gladly").created
    street.meet()
    street["Ben"].accept(made)
    home.answer("Ben", street.need("Ana", long, text="Two people, one wheelchair. " * 9))
    return home


def views(page: MyPage):
    for chip in (page.chip_mine, page.chip_others, page.chip_reach):
        chip.click()
        lay_out()
        QApplication.processEvents()
        yield


def test_every_control_of_each_view_is_named_and_reached(page, full):
    for _view in views(page):
        look_at(full.window)


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("size", [(1024, 600), (1600, 1000)])
def test_nothing_is_cut_in_any_view(page, full, size, scale):
    theme().set_text_scale(scale)
    try:
        full.window.resize(*size)
        for _view in views(page):
            assert cut_labels(page) == []
            assert outside(full.window) == []
        page.chip_mine.click()
        page.open_record(cards(page, Involvement.WAITING)[0].row.post.id)
        QApplication.processEvents()
        assert outside(full.window) == []
    finally:
        theme().set_text_scale(1.0)


def test_right_to_left_mirrors_each_view(page, full, qapp):
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        for _view in views(page):
            assert cut_labels(page) == []
            assert outside(full.window) == []
        page.chip_mine.click()
        QApplication.processEvents()
        (card, *_rest) = cards(page, Involvement.WAITING)
        yes, no = buttons(card)["Accept"], buttons(card)["Decline"]
        assert no.mapTo(card, QPoint()).x() < yes.mapTo(card, QPoint()).x() < card.width() / 2
    finally:
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
