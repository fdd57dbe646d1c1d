# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""People and skills, and one's own page, by keyboard."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from mutualaid.model.values import SkillLevel
from mutualaid.ui.known_words import known_words
from mutualaid.ui.mine.about_me import language_codes
from mutualaid.ui.neighbourhood.people import PeoplePage
from mutualaid.ui.post.form import PostDialog
from mutualaid.ui.wording import language_name, person_sentence
from tests.ui.helpers import Key, dialog, mine, press, settle, tab_to, type_text


@pytest.fixture
def page(window) -> PeoplePage:
    window.show_page("people")
    found = window.page
    assert isinstance(found, PeoplePage)
    return found


@pytest.fixture
def form(page):
    page.edit_about_me()
    return page.form


def test_everybody_is_there_and_can_be_opened(page, qtbot, group):
    assert {row.name for row in page.model.rows} == {row.name for row in group.people()}
    other = next(row for row in page.model.rows if not row.mine)
    page.list.select_key(page.model.index_of(other.number))
    press(qtbot, Key.Key_Return, widget=page.list)
    assert page.detail_is_shown
    assert page.detail._row == other
    press(qtbot, Key.Key_Escape, widget=page.list)
    assert not page.detail_is_shown


def test_search_finds_a_skill(page, qtbot, group):
    skill = next(skill for row in group.people() for skill in row.skills)
    page.focus_search()
    with qtbot.waitSignal(page.search.searched):
        type_text(qtbot, skill.name.split()[0])
    assert any(skill.name in (one.name for one in row.skills) for row in page.model.rows)


def test_nobody_found_is_said(page, qtbot):
    page.focus_search()
    with qtbot.waitSignal(page.search.searched):
        type_text(qtbot, "qqqq")
    assert page.empty.isVisible()
    with qtbot.waitSignal(page.search.searched):
        page.empty.action.click()
    assert page.list.isVisible()


def test_what_is_about_me_is_changed_by_keyboard_and_taken_back(page, qtbot, window, group):
    before = mine(group)
    page.edit_about_me()
    form = page.form
    assert form.name.hasFocus()
    press(qtbot, Key.Key_Tab)
    form.area.selectAll()
    type_text(qtbot, "By the bridge")
    form.area.completer().popup().hide()
    press(qtbot, Key.Key_Tab, widget=form.area)
    form.languages.selectAll()
    type_text(qtbot, "Czech, Klingon", form.languages)
    press(qtbot, Key.Key_Return, widget=form.languages)
    assert form.isHidden()
    now = mine(group)
    assert now.area == "By the bridge"
    assert set(now.languages) == {"cs", "Klingon"}
    assert now.name == before.name
    window.undo()
    back = mine(group)
    assert (back.area, set(back.languages)) == (before.area, set(before.languages))


def test_showing_what_came_of_my_repairs_is_my_choice(page, qtbot, group, window):
    before = mine(group).outcomes
    page.edit_about_me()
    tab_to(qtbot, page.form.outcomes)
    press(qtbot, Key.Key_Space)
    page.form.save.click()
    assert mine(group).outcomes is not before
    window.undo()
    assert mine(group).outcomes is before


def test_a_limit_of_ones_own_is_stated_and_taken_back(page, qtbot, group, window):
    page.edit_about_me()
    assert page.form.limit.currentText() == "as many as come"
    page.form.limit.choose(2)
    page.form.save.click()
    assert mine(group).limit == 2
    assert any("2 promises at a time" in one.text() for one in page.detail.findChildren(QLabel))
    page.edit_about_me()
    assert page.form.limit.currentText() == "2"
    page.form.limit.choose(0)
    page.form.save.click()
    assert mine(group).limit == 0
    window.undo()
    window.undo()
    assert mine(group).limit is None
    settle()


@pytest.mark.parametrize("name", ["", "   ", "\t \u00a0"])
def test_a_blank_name_is_refused_and_nothing_else_is_lost(form, group, name):
    before = mine(group)
    form.name.setText(name)
    form.availability.setText("Tuesdays at dawn")
    form.submit()
    assert form.isVisible()
    assert form.name.property("bad") == "true"
    assert form.availability.text() == "Tuesdays at dawn"
    assert mine(group) == before


def test_a_name_of_10_000_characters_is_refused_and_stays(form, group):
    before = mine(group)
    form.name.setText("x" * 10_000)
    form.submit()
    assert form.isVisible()
    assert form.banner.isVisible()
    assert form.banner.accessibleName()
    assert len(form.name.text()) > 9_000
    assert mine(group) == before


def test_a_skill_is_added_changed_and_removed(form, qtbot, window, group):
    form.skill.setFocus()
    type_text(qtbot, "Juggling")
    press(qtbot, Key.Key_Return)
    assert form.skill.text() == ""
    assert form.skill.hasFocus()

    def level():
        return {skill.name: skill.level for skill in mine(group).skills}.get("Juggling")

    assert level() is SkillLevel.CAN
    box = next(
        widget
        for widget in form.findChildren(type(form.level))
        if "Juggling" in widget.accessibleName()
    )
    box.setFocus()
    press(qtbot, Key.Key_Down, widget=box)
    assert level() is SkillLevel.TEACH
    settle()
    form._remove_skill(next(one for one in mine(group).skills if one.name == "Juggling"))
    assert level() is None
    window.undo()
    assert level() is SkillLevel.TEACH
    settle()


def test_a_skill_without_a_name_or_too_long_is_refused(form, group):
    before = mine(group)
    form.skill.setText("   ")
    form.add.click()
    assert form.skill.property("bad") == "true"
    form.skill.setText("y" * 10_000)
    form.add.click()
    assert form.skill.property("bad") == "true"
    assert len(form.skill.text()) > 9_000
    assert mine(group) == before


def test_what_is_being_typed_survives_what_others_write(form, qtbot, window, elsewhere):
    form.availability.setText("half a sen")
    elsewhere.add_skill("Whistling")
    with qtbot.waitSignal(window.desk.bridge.changed):
        window.desk.bridge.look()
    assert form.isVisible()
    assert form.availability.text() == "half a sen"
    assert any(
        "Whistling" in widget.accessibleName() for widget in form.findChildren(type(form.level))
    )
    settle()


def test_leaving_with_something_typed_asks_to_save(page, form, qtbot):
    form.area.setText("Somewhere else")
    press(qtbot, Key.Key_Escape, widget=form.name)
    assert form.isVisible()
    assert form.banner.isVisible()
    form.cancel.click()
    assert form.isHidden()
    assert page.detail.isVisible()


def test_asking_somebody_begins_a_need(page, qtbot, group):
    other = next(row for row in page.model.rows if not row.mine)
    page.open_record(other.id)
    tab_to(qtbot, page.detail._button)
    press(qtbot, Key.Key_Space)
    form = dialog(PostDialog)
    assert other.name.split()[0] in form.text.toPlainText()
    form.reject()
    settle()


def test_a_new_neighbour_appears_without_a_reset(page, qtbot, window, elsewhere):
    resets = []
    page.model.modelReset.connect(lambda: resets.append(True))
    elsewhere.set_me(availability="when the owl calls")
    with qtbot.waitSignal(page.model.dataChanged):
        window.desk.bridge.look()
    assert not resets


def test_rows_say_a_sentence(page):
    for at in range(page.model.rowCount()):
        said = page.model.index(at).data(Qt.ItemDataRole.AccessibleTextRole)
        assert said == person_sentence(page.model.row(at))
        assert said.endswith(".")


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("", ()),
        (" , ;", ()),
        ("Czech", ("cs",)),
        ("čeština, english", ("cs", "en")),
        ("Romani / Klingon", ("Romani", "Klingon")),
        ("cs, Czech", ("cs",)),
    ],
)
def test_languages_become_codes_where_they_are_known(typed, codes):
    assert language_codes(typed) == codes


def test_a_language_is_named_and_an_unknown_one_stays():
    assert language_name("cs") == "Czech"
    assert language_name("xx") == "xx"
    assert language_name("Klingon") == "Klingon"


def test_who_could_learn_from_whom_stands_with_both(page, qtbot, group):
    me = group.person(group.me)
    other = next(
        row
        for row in page.model.rows
        if not row.mine and any(skill.level is SkillLevel.TEACH for skill in row.skills)
    )
    taught = next(skill.name for skill in other.skills if skill.level is SkillLevel.TEACH)
    group.add_skill(taught, SkillLevel.LEARN)
    qtbot.waitUntil(known_words().are_here)
    for number, words in ((other.number, f"{taught}, to you"), (me.number, f"{taught}, from")):
        page.list.select_key(page.model.index_of(number))
        press(qtbot, Key.Key_Return, widget=page.list)
        said = [label.text() for label in page.detail.findChildren(QLabel)]
        assert any(text.startswith(words) for text in said), said
        press(qtbot, Key.Key_Escape, widget=page.list)
