# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board by keyboard: posting, finding, answering, changing, taking back."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from mutualaid.model.values import PostDraft, PostFilter, PostKind, PostStatus, Standing, Urgency
from mutualaid.ui.board.page import BoardPage
from mutualaid.ui.post.form import PostDialog, suggested_category
from tests.ui.helpers import Key, dialog, dialogs_open, focused, press, settle, tab_to, type_text

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def page(window, qtbot) -> BoardPage:
    window.show_page("board")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    found = window.page
    assert isinstance(found, BoardPage)
    return found


def titles(page: BoardPage) -> list[str]:
    return [page.model.row(at).title for at in range(page.model.rowCount())]


def of_others(page: BoardPage, kind: PostKind | None = None) -> int:
    """The position of a post that somebody else made and that I can still answer."""
    for at in range(page.model.rowCount()):
        row = page.model.row(at)
        mine = [one for one in page.group.post_detail(row.id).responses if one.mine]
        if not row.mine and row.status.wants_help and not mine and kind in (None, row.kind):
            return at
    raise AssertionError("the made-up board has none")


def mark(page: BoardPage, position: int) -> None:
    """Go to a card with the arrow keys."""
    press(qtbot_of(page), Key.Key_Home, widget=page.list)
    for _ in range(position):
        press(qtbot_of(page), Key.Key_Down, widget=page.list)
    assert page.list.currentIndex().row() == position


def qtbot_of(page: BoardPage):
    return page.property("qtbot")


@pytest.fixture(autouse=True)
def _keep_bot(page, qtbot):
    page.setProperty("qtbot", qtbot)


def new_post(page: BoardPage, qtbot) -> PostDialog:
    """The form, opened by Ctrl+N and ready for typing."""
    qtbot.keyClick(page, Key.Key_N, CONTROL)
    form = dialog(PostDialog)
    qtbot.waitUntil(form.title.hasFocus)
    return form


def back_to_the_window(page: BoardPage, qtbot) -> None:
    """A window manager does this when a dialog has closed."""
    page.window().activateWindow()
    qtbot.waitUntil(page.window().isActiveWindow)


def post(page: BoardPage, qtbot, title: str) -> None:
    form = new_post(page, qtbot)
    type_text(qtbot, title, form.title)
    with qtbot.waitSignal(page.model.rowsInserted):
        press(qtbot, Key.Key_Return, widget=form.title)
    settle()
    back_to_the_window(page, qtbot)


def test_opening_puts_the_focus_on_the_first_card(page):
    assert focused() is page.list
    assert page.list.currentIndex().row() == 0
    assert page.model.rowCount() == page.group.count_posts()


def test_ctrl_n_a_title_and_enter_post(page, qtbot, window, group):
    post(page, qtbot, "A lift to the clinic")
    assert not dialogs_open()
    row = page.model.row(0)
    assert (row.title, row.kind, row.category) == (
        "A lift to the clinic",
        PostKind.NEED,
        "transport",
    )
    assert window.toast.words == "Posted “A lift to the clinic”."
    assert focused() is page.list
    assert page.list.currentIndex().row() == 0


def test_ctrl_z_takes_a_post_back_and_keeps_it_among_what_was(page, qtbot, group):
    post(page, qtbot, "A lift to the clinic")
    with qtbot.waitSignal(page.model.rowsRemoved):
        qtbot.keyClick(page.list, Key.Key_Z, CONTROL)
    assert "A lift to the clinic" not in titles(page)
    past = group.posts(PostFilter(past=True))
    assert past[0].status is PostStatus.WITHDRAWN


def test_the_toast_takes_back_too(page, qtbot, window):
    post(page, qtbot, "A lift to the clinic")
    with qtbot.waitSignal(page.model.rowsRemoved):
        window.toast.button.click()
    assert "A lift to the clinic" not in titles(page)
    assert window.toast.words.startswith("Undone")


def test_an_offer_with_everything_in_it(page, qtbot, group):
    form = new_post(page, qtbot)
    form.kind.choose(PostKind.OFFER)
    type_text(qtbot, "Extension ladder, 6 metres", form.title)
    press(qtbot, Key.Key_Tab)
    assert focused() is form.text
    type_text(qtbot, "Pick up any evening.")
    tab_to(qtbot, form.urgency)
    form.urgency.choose(Urgency.WEEK)
    tab_to(qtbot, form.area)
    type_text(qtbot, "South side")
    tab_to(qtbot, form.when)
    type_text(qtbot, "any evening")
    tab_to(qtbot, form.more)
    press(qtbot, Key.Key_Space)
    assert focused() is form.whom
    type_text(qtbot, "Mrs. Okafor")
    tab_to(qtbot, form.stays)
    form.stays.choose(0)
    with qtbot.waitSignal(page.model.rowsInserted):
        qtbot.keyClick(form, Key.Key_Return, CONTROL)
    row = group.posts()[0]
    assert row.kind is PostKind.OFFER
    assert row.text == "Pick up any evening."
    assert (row.area, row.when, row.on_behalf_of) == ("South side", "any evening", "Mrs. Okafor")
    assert row.urgency is Urgency.WEEK
    assert row.expires is None


def test_a_title_of_only_spaces_is_asked_for_again(page, qtbot, group):
    before = group.count_posts()
    form = new_post(page, qtbot)
    type_text(qtbot, "   ", form.title)
    press(qtbot, Key.Key_Return, widget=form.title)
    assert form.isVisible()
    assert focused() is form.title
    assert group.count_posts() == before


def test_a_title_of_ten_thousand_characters_is_refused_in_a_sentence(page, qtbot, group):
    before = group.count_posts()
    form = new_post(page, qtbot)
    form.title.setMaxLength(20_000)
    form.title.setText("x" * 10_000)
    press(qtbot, Key.Key_Return, widget=form.title)
    assert form.isVisible()
    assert form.banner.isVisible()
    assert "140" in form.banner.accessibleName()
    assert form.title.text() == "x" * 10_000
    assert group.count_posts() == before


def test_esc_leaves_the_form_and_posts_nothing(page, qtbot, group):
    before = group.count_posts()
    form = new_post(page, qtbot)
    type_text(qtbot, "Never mind", form.title)
    press(qtbot, Key.Key_Escape, widget=form.title)
    assert not dialogs_open()
    assert group.count_posts() == before


def test_a_category_is_suggested_until_one_is_chosen(page, qtbot):
    form = new_post(page, qtbot)
    type_text(qtbot, "A lift", form.title)
    assert form.category.currentData() == "transport"
    form.category.choose("food")
    form.category.activated.emit(form.category.currentIndex())
    type_text(qtbot, " to the dog show", form.title)
    assert form.category.currentData() == "food"


@pytest.mark.parametrize(
    ("title", "category"),
    [("A LIFT, please", "transport"), ("my dog!", "animals"), ("x", "other"), ("", "other")],
)
def test_suggestions(title, category):
    assert suggested_category(title) == category


def test_i_can_help_by_keyboard_and_back(page, qtbot, group, window):
    at = of_others(page, PostKind.NEED)
    row = page.model.row(at)
    mark(page, at)
    press(qtbot, Key.Key_Return, widget=page.list)
    assert focused() is page.pane.note
    type_text(qtbot, "I have the van free")
    with qtbot.waitSignal(page.model.dataChanged):
        press(qtbot, Key.Key_Return)
    answers = group.post_detail(row.id).responses
    assert [one.note for one in answers if one.mine] == ["I have the van free"]
    assert not page.pane.note.isVisible()
    with qtbot.waitSignal(page.model.dataChanged):
        window.undo()
    answers = group.post_detail(row.id).responses
    assert [one.state for one in answers if one.mine] == [Standing.RELEASED]
    assert page.pane.note.isVisible()


def test_the_button_on_a_card_leads_to_the_answer(page, qtbot):
    at = of_others(page)
    row = page.model.row(at)
    index = page.model.index(at)
    page.list.scrollTo(index)
    delegate = page.list.itemDelegate()
    place = delegate.button_rect(page.list.visualRect(index), row).center()
    qtbot.mouseClick(page.list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
    assert page.detail_is_shown
    assert focused() is page.pane.note
    assert page.pane.record == row.id


def test_a_comment_by_keyboard_and_taken_off(page, qtbot, group):
    row = page.model.row(0)
    press(qtbot, Key.Key_Return, widget=page.list)
    tab_to(qtbot, page.pane.words)
    type_text(qtbot, "Use the ramp")
    press(qtbot, Key.Key_Return)
    assert "Use the ramp" in [one.text for one in group.post_detail(row.id).comments]
    assert page.pane.words.text() == ""
    page.desk.window.undo()
    assert "Use the ramp" not in [one.text for one in group.post_detail(row.id).comments]


def test_changing_ones_own_post(page, qtbot, group):
    post(page, qtbot, "A lift to the clinic")
    press(qtbot, Key.Key_Return, widget=page.list)
    record = page.pane.record
    press(qtbot, Key.Key_Backtab)
    page.pane._ask_edit()
    form = dialog(PostDialog)
    assert form.title.text() == "A lift to the clinic"
    form.title.selectAll()
    type_text(qtbot, "A lift to the doctor", form.title)
    with qtbot.waitSignal(page.model.dataChanged):
        press(qtbot, Key.Key_Return, widget=form.title)
    assert group.post_detail(record).row.title == "A lift to the doctor"
    page.desk.window.undo()
    assert group.post_detail(record).row.title == "A lift to the clinic"


def test_done_and_back(page, qtbot, group, window):
    post(page, qtbot, "A lift to the clinic")
    press(qtbot, Key.Key_Return, widget=page.list)
    record = page.pane.record
    done = next(
        button
        for button in page.pane.head.own.findChildren(type(page.pane.offer))
        if button.text() == "Done"
    )
    tab_to(qtbot, done)
    with qtbot.waitSignal(page.model.rowsRemoved):
        press(qtbot, Key.Key_Space)
    assert group.post_detail(record).row.status is PostStatus.DONE
    with qtbot.waitSignal(page.model.rowsInserted):
        window.undo()
    assert group.post_detail(record).row.status is PostStatus.OPEN


def test_search_as_you_type(page, qtbot):
    # QTest types nothing but ASCII.
    wanted = next(title for title in titles(page) if title.isascii())
    qtbot.keyClick(page, Key.Key_F, CONTROL)
    assert focused() is page.search
    with qtbot.waitSignal(page.search.searched):
        type_text(qtbot, wanted)
    assert wanted in titles(page)
    assert page.model.rowCount() < page.group.count_posts()
    with qtbot.waitSignal(page.search.searched):
        press(qtbot, Key.Key_Escape)
    assert page.model.rowCount() == page.group.count_posts()


def test_chips_filter(page, qtbot):
    page.chip_needs.click()
    assert {page.model.row(at).kind for at in range(page.model.rowCount())} == {PostKind.NEED}
    page.chip_offers.click()
    assert {page.model.row(at).kind for at in range(page.model.rowCount())} == {PostKind.OFFER}
    page.chip_all.click()
    category = page.model.row(0).category
    page.chip_category.choose(category)
    assert {page.model.row(at).category for at in range(page.model.rowCount())} == {category}
    page.show_everything()
    assert page.model.rowCount() == page.group.count_posts()


def test_what_another_process_posts_appears_without_a_reset(page, qtbot, elsewhere, window):
    with (
        qtbot.assertNotEmitted(page.model.modelReset),
        qtbot.waitSignal(page.model.rowsInserted),
    ):
        elsewhere.post(PostDraft(PostKind.OFFER, "Apples"))
        window.bridge.look()
    assert page.model.row(0).title == "Apples"


def test_what_arrives_leaves_what_is_being_typed(page, qtbot, elsewhere, window):
    row = page.model.row(of_others(page))
    page.open_record(row.id)
    page.pane.words.setFocus()
    type_text(qtbot, "I was about to")
    elsewhere.comment(row.id, "Something else")
    window.bridge.look()
    assert page.pane.words.text() == "I was about to"
    assert focused() is page.pane.words
    assert "Something else" in [one.text for one in page.pane._detail.comments]


def test_esc_closes_the_post_and_the_focus_goes_back(page, qtbot):
    press(qtbot, Key.Key_Return, widget=page.list)
    assert page.detail_is_shown
    press(qtbot, Key.Key_Escape)
    assert not page.detail_is_shown
    assert focused() is page.list


def test_in_a_narrow_window_a_post_is_a_page_of_its_own(page, qtbot, window):
    window.resize(1000, 600)
    press(qtbot, Key.Key_Return, widget=page.list)
    assert not page.list.isVisible()
    assert page.pane.back.isVisible()
    tab_to(qtbot, page.pane.back)
    press(qtbot, Key.Key_Space)
    assert page.list.isVisible()
    window.resize(1300, 800)
    press(qtbot, Key.Key_Return, widget=page.list)
    assert page.list.isVisible()
    assert not page.pane.back.isVisible()


def test_nothing_fits(page, qtbot):
    page.focus_search()
    with qtbot.waitSignal(page.search.searched):
        type_text(qtbot, "xyzzy")
    assert page.empty.accessibleName() == "Nothing fits"
    tab_to(qtbot, page.empty.action)
    with qtbot.waitSignal(page.search.searched):
        press(qtbot, Key.Key_Space)
    assert page.list.isVisible()
    assert page.model.rowCount() == page.group.count_posts()


def test_a_record_is_shown_from_elsewhere(page, window):
    row = page.model.row(2)
    page.chip_past.setChecked(True)
    window.show_page("people")
    window.show_record("post", row.id)
    assert window.page is page
    assert page.pane.record == row.id
    assert page.model.row(page.list.currentIndex().row()) == row


def test_what_is_purged_closes_its_pane(page, window, group):
    group.post(PostDraft(PostKind.NEED, "Soon gone"))
    window.bridge.look()
    record = page.model.row(0).id
    page.open_record(record)
    window.committed_here(group.purge(record))
    QApplication.processEvents()
    assert not page.detail_is_shown
