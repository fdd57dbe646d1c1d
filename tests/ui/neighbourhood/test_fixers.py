# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who fixes what, by keyboard."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible

from mutualaid.model.values import FixCategoryRow, FixerRow, SkillLevel
from mutualaid.ui.neighbourhood.fix_form import FixDialog, fix_state, my_person, set_fix
from mutualaid.ui.neighbourhood.fixers import FixersPage, View
from mutualaid.ui.neighbourhood.repair_form import RepairDialog
from mutualaid.ui.post.form import PostDialog
from mutualaid.ui.wording import advice, fixers_text
from tests.ui.helpers import Key, dialog, dialogs_open, press, settle, tab_to, type_text


@pytest.fixture
def page(window) -> FixersPage:
    window.show_page("fixers")
    found = window.page
    assert isinstance(found, FixersPage)
    return found


def fixer(name, level=SkillLevel.CAN, *, kind="person", mine=False):
    return FixerRow(1, b"", "", name, kind, "Kettle", "", "", "", level, 0, 0, "", mine)


def test_the_arrows_choose_a_category_and_show_who_fixes_it(page, qtbot, group):
    assert page.category_list.hasFocus()
    before = page.category
    press(qtbot, Key.Key_Down, Key.Key_Down)
    assert page.category != before
    shown = {row.name for row in page.fixers.rows}
    expected = {
        row.name
        for row in group.fixers(category=page.category)
        if row.level is not SkillLevel.LEARN
    }
    assert shown == expected


def test_search_chooses_what_was_typed(page, qtbot, window):
    press(qtbot, Key.Key_Home)
    page.focus_search()
    with qtbot.waitSignal(page.search.searched):
        type_text(qtbot, "ketle"[:3])
    assert page.category == "Kettle"
    with qtbot.waitSignal(page.search.searched):
        press(qtbot, Key.Key_Escape)
    assert page.categories.rowCount() > 10
    assert page.category == "Kettle"


def test_words_that_nobody_has_say_so_and_offer_everything(page, qtbot):
    page.focus_search()
    with qtbot.waitSignal(page.search.searched):
        type_text(qtbot, "qqqq")
    assert page.empty.isVisible()
    assert page.empty.accessibleName() == "Nothing found"
    with qtbot.waitSignal(page.search.searched):
        page.empty.action.click()
    assert page.categories.rowCount() > 10


def test_saying_what_i_can_fix_takes_a_few_keys_and_can_be_undone(page, qtbot, window, group):
    page._choose("Projector")
    assert not page.fixers.rows
    window._actions["new"].trigger()
    form = dialog(FixDialog)
    type_text(qtbot, "beamers", form.what)
    assert "Projector" in form._counts_as.text()
    resets = []
    page.categories.modelReset.connect(lambda: resets.append(True))
    press(qtbot, Key.Key_Return, widget=form.what)
    assert not dialogs_open()
    assert not resets, "a change may not reset the list"
    mine = next(row for row in page.categories.rows if row.category == "Projector")
    assert mine.fixers == 1
    assert [row.mine for row in page.fixers.rows] == [True]
    assert "only one" in page.advice.accessibleName()
    window.undo()
    assert not page.fixers.rows
    assert fix_state(my_person(group), "Projector").level is None
    settle()


@pytest.mark.parametrize("typed", ["", "    "])
def test_nothing_to_fix_is_said_beside_the_field(page, qtbot, window, typed):
    window._actions["new"].trigger()
    form = dialog(FixDialog)
    form.what.setText(typed)
    form.note.setText("with care")
    press(qtbot, Key.Key_Return, widget=form.note)
    assert form.isVisible()
    assert form.what.property("bad") == "true"
    assert form.note.text() == "with care"
    form.reject()


def test_what_is_too_long_is_said_and_stays(page, qtbot, window, group):
    before = my_person(group)
    window._actions["new"].trigger()
    form = dialog(FixDialog)
    form.what.setText("Kettle")
    form.note.setText("x" * 10_000)
    form.try_submit()
    assert form.isVisible()
    assert len(form.note.text()) > 9_000
    assert form.what.property("bad") == "true"
    assert my_person(group) == before
    form.reject()


@pytest.mark.parametrize("old", [None, *SkillLevel])
@pytest.mark.parametrize("new", [None, *SkillLevel])
def test_every_level_becomes_every_other(group, old, new):
    from mutualaid.ui.neighbourhood.fix_form import FixState

    set_fix(group, my_person(group), "Projector", FixState(old, "note" if old else ""))
    set_fix(group, my_person(group), "Projector", FixState(new, "note" if new else ""))
    assert fix_state(my_person(group), "Projector").level is new


def test_a_fixer_is_asked_by_a_need_on_the_board(page, qtbot, window, group):
    row = next(
        row
        for row in group.fixers()
        if row.kind == "person" and not row.mine and row.level is not SkillLevel.LEARN
    )
    page._choose(row.category)
    tab_to(qtbot, page.fixer_list)
    page.fixer_list.select_key(page.fixers.index_of((row.number, row.category)))
    press(qtbot, Key.Key_Return)
    form = dialog(PostDialog)
    assert row.category in form.title.text()
    assert row.name.split()[0] in form.text.toPlainText()
    form.try_submit()
    assert any(row.category in post.title for post in group.posts())
    settle()


def test_a_place_leads_to_its_page(page, qtbot, window, group):
    row = next(row for row in group.fixers() if row.kind == "place")
    page._choose(row.category)
    tab_to(qtbot, page.fixer_list)
    page.fixer_list.select_key(page.fixers.index_of((row.number, row.category)))
    press(qtbot, Key.Key_Return)
    assert window.page.name == "places"
    assert window.page.detail._row.id == row.id


def test_a_repair_is_written_down_and_stands_in_the_log(page, qtbot, window, group):
    page._chips[View.LOG].setFocus()
    press(qtbot, Key.Key_Space)
    assert page.header.action.text() == "Write down a repair"
    before = len(group.repairs(category="Toaster"))
    page.primary_action()
    form = dialog(RepairDialog)
    form.what.setText("sandwich maker")
    type_text(qtbot, "Smells", form.problem)
    press(qtbot, Key.Key_Return, widget=form.problem)
    assert not dialogs_open()
    page._choose("Toaster")
    assert len(page.repairs.rows) == before + 1
    assert page.repairs.rows[0].item == "sandwich maker"
    window.undo()
    assert len(page.repairs.rows) == before
    settle()


def test_what_others_write_arrives_without_a_reset(page, qtbot, window, elsewhere):
    page._choose("Projector")
    elsewhere.add_fix("Projector")
    resets = []
    page.fixers.modelReset.connect(lambda: resets.append(True))
    with qtbot.waitSignal(page.categories.dataChanged):
        window.desk.bridge.look()
    assert [row.name for row in page.fixers.rows] == [elsewhere.my_name]
    assert not resets


def test_every_row_says_a_sentence(page):
    for model in (page.categories, page.fixers):
        assert model.rowCount()
        for at in range(model.rowCount()):
            said = model.index(at).data(Qt.ItemDataRole.AccessibleTextRole)
            assert said.endswith(".")
            assert "{" not in said
            assert "%" not in said
    interface = QAccessible.queryAccessibleInterface(page.category_list)
    assert interface.child(0).text(QAccessible.Text.Name).endswith(".")


@pytest.mark.parametrize(
    ("fixers", "words"),
    [
        ([fixer("Ana"), fixer("Jo")], ""),
        ([fixer("Library", None, kind="place")], ""),
        ([fixer("Ana")], "Only Ana"),
        ([fixer("Ana", mine=True)], "only one"),
        ([fixer("Ana"), fixer("Jo", SkillLevel.LEARN)], "1 neighbour wants to learn"),
        ([fixer("Ana"), *[fixer("Jo", SkillLevel.LEARN)] * 2], "2 neighbours want to learn"),
        ([], "ask at the next meeting"),
        ([fixer("Jo", SkillLevel.LEARN)], "1 neighbour wants"),
    ],
)
def test_a_fragile_skill_comes_with_what_to_do(fixers, words):
    said = advice("Kettle", fixers)
    assert words in said if words else not said


@pytest.mark.parametrize(
    ("fixers", "places", "words"),
    [
        (0, 0, "nobody yet"),
        (1, 0, "only 1 person"),
        (6, 0, "6 people"),
        (1, 1, "1 place"),
        (2, 2, "2 places"),
        (2, 1, "1 person, 1 place"),
        (5, 2, "3 people, 2 places"),
    ],
)
def test_how_many_fix_it(fixers, places, words):
    assert fixers_text(FixCategoryRow("Kettle", fixers, 0, 0, places)) == words
