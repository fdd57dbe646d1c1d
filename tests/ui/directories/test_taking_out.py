# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A directory is taken out by keyboard: what leaves is shown first, and nothing else leaves."""

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from mutualaid.model.group import Group
from mutualaid.model.values import Audience, PostDraft, PostKind
from mutualaid.model.values.directories import HeldWhy, ShareField
from mutualaid.ui.directories.lines import Unchecked
from mutualaid.ui.directories.log_view import LogView
from mutualaid.ui.directories.plan_step import LEAVES, LOST, STAYS
from mutualaid.ui.directories.taking_out import TakeOutView
from mutualaid.ui.widgets import Text
from tests.ui.helpers import Key, focused, press, tab_to, type_text

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def view(page) -> TakeOutView:
    found = page.view("out")
    assert isinstance(found, TakeOutView)
    return found


def only(view: TakeOutView, *names: str) -> None:
    for name, box in view.choose.formats.items():
        box.setChecked(name in names)


def plan(view: TakeOutView, qtbot, *names: str) -> None:
    only(view, *(names or ("text",)))
    with qtbot.waitSignal(view.planned):
        view.make_plan()


def write(view: TakeOutView, qtbot, dest: Path) -> None:
    with qtbot.waitSignal(view.written):
        view.write(dest)


def words(view) -> str:
    return " ".join(one.text() for one in view.findChildren(Text) if one.isVisible())


def test_a_directory_is_written_with_keys_alone(
    view, page, agreed: Group, qtbot, tmp_path, monkeypatch
):
    dest = tmp_path / "out.vcf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(dest), ""))
    only(view, "vcard")
    tab_to(qtbot, view.choose.plan)
    with qtbot.waitSignal(view.planned):
        press(qtbot, Key.Key_Space)
    assert focused() is view.plan.lists[LEAVES]
    assert "Would leave: 1 person" in view.plan.summary.text()
    tab_to(qtbot, view.plan.write)
    with qtbot.waitSignal(view.written):
        press(qtbot, Key.Key_Space)
    assert dest.is_file()
    assert str(dest) in view.done.accessibleName()
    assert view.done.action.hasFocus()
    assert agreed.exports()[0].formats == ("vcard",)
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    press(qtbot, Key.Key_Space)
    assert opened[0].toLocalFile() == str(tmp_path)


def test_the_list_says_what_leaves_of_each_and_what_stays_and_why(view, agreed, qtbot):
    plan(view, qtbot, "vcard")
    shown = view.plan
    mine = next(line for line in shown.leaving.rows if line.sort == "person")
    assert "contact:phone" in mine.fields
    said = shown.leaving.data(shown.leaving.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert mine.title in said
    assert "phone" in said
    shown.chips[STAYS].click()
    assert shown.staying.rowCount() == len(shown.plan.held) > 5
    assert any(held.why is HeldWhy.NO_NAME for held in shown.staying.rows)
    said = shown.staying.data(shown.staying.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert "stays" in said
    assert "Says that it holds until" in words(view)
    assert "machines were heard" in words(view)


def test_what_a_format_cannot_carry_is_told(view, agreed, qtbot):
    plan(view, qtbot, "vcard")
    view.plan.chips[LOST].click()
    assert view.plan.lost.rowCount() == len(view.plan.plan.losses) > 0
    said = view.plan.lost.data(view.plan.lost.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert "vCard" in said


def test_a_line_is_held_back_by_hand_and_does_not_leave(view, agreed, qtbot, tmp_path):
    plan(view, qtbot, "site")
    shown = view.plan
    shown.sort.choose("person")
    tab_to(qtbot, shown.lists[LEAVES])
    name = shown.leaving.row(0).title
    press(qtbot, Key.Key_Home, Key.Key_Space)
    index = shown.leaving.index(0)
    assert Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) is Unchecked
    assert "held back by hand" in index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert "1 held back by hand." in shown.summary.text()
    write(view, qtbot, tmp_path / "out")
    assert not any(
        name.encode() in file.read_bytes() for file in (tmp_path / "out").rglob("*.html")
    )
    assert agreed.exports()[0].people == 0


def test_with_everything_held_back_there_is_nothing_to_write(view, agreed, qtbot):
    plan(view, qtbot)
    leaving = view.plan.leaving
    leaving.mark((line.sort, line.id) for line in leaving.rows)
    assert view.plan.summary.text().startswith("Nothing would leave.")
    assert not view.plan.write.isEnabled()


def test_the_list_is_searched_and_emptied_by_escape(view, page, agreed, qtbot):
    plan(view, qtbot)
    all_of_it = view.plan.leaving.rowCount()
    qtbot.keyClick(page, Key.Key_F, CONTROL)
    assert focused() is view.plan.search
    with qtbot.waitSignal(view.plan.search.searched):
        type_text(qtbot, "xyzzy")
    assert view.plan.empty.isVisible()
    assert view.plan.empty.accessibleName() == "Nothing found"
    view.plan.empty.action.click()
    assert view.plan.leaving.rowCount() == all_of_it
    press(qtbot, Key.Key_Escape)
    assert not view.shows_plan


def test_nobody_agreed_yet_leads_to_ones_own_page(view, window, group, qtbot):
    view.choose.audience.choose(Audience.PUBLIC)
    plan(view, qtbot)
    if view.plan.leaving.rowCount():
        pytest.fail("somebody in the made-up neighbourhood agreed to everything")
    assert view.plan.empty.accessibleName() == "Nobody has agreed to this yet"
    assert not view.plan.write.isEnabled()
    view.plan.empty.action.click()
    assert window.page.name == "mine"
    assert window.page.chip_consent.isChecked()


def test_the_whole_group_is_for_members_alone(view, agreed):
    whole = view.choose.formats["automerge"]
    assert not whole.isEnabled()
    view.choose.audience.choose(Audience.GROUP)
    assert whole.isEnabled()
    whole.setChecked(True)
    assert "automerge" in view.choose.chosen
    view.choose.audience.choose(Audience.PRINT)
    assert "automerge" not in view.choose.chosen


def test_without_a_format_there_is_nothing_to_plan(view):
    only(view)
    assert not view.choose.plan.isEnabled()
    assert "at least one format" in view.choose.nothing.text()


def test_every_format_says_who_reads_it(view):
    for name, box in view.choose.formats.items():
        assert box.accessibleName(), name
        assert box.accessibleDescription(), name


@pytest.mark.parametrize("there", ["file", "no folder"])
def test_a_place_that_cannot_be_written_to_is_said_in_words(
    view, window, agreed, qtbot, tmp_path, there
):
    dest = tmp_path / "there.txt" if there == "file" else tmp_path / "none" / "out.txt"
    if there == "file":
        dest.write_text("Mine", encoding="utf-8")
    plan(view, qtbot)
    with qtbot.waitSignal(view.told) as told:
        view.write(dest)
    assert "Nothing was written" in told.args[0]
    assert window.toast.words == told.args[0]
    assert view.shows_plan
    assert view.plan.write.isEnabled()
    assert agreed.exports() == []
    assert there == "no folder" or dest.read_text(encoding="utf-8") == "Mine"


def test_stopped_half_way_nothing_is_left(view, agreed, qtbot, tmp_path, monkeypatch):
    plan(view, qtbot)
    begun, go_on = threading.Event(), threading.Event()
    real = Group.write_directory

    def slow(self, what, dest, *, tick=None):
        begun.set()
        assert go_on.wait(30)
        return real(self, what, dest, tick=tick)

    monkeypatch.setattr(Group, "write_directory", slow)
    view.write(tmp_path / "out.txt")
    qtbot.waitUntil(begun.is_set)
    assert view.plan.work.isVisible()
    assert not view.plan.write.isEnabled()
    with qtbot.waitSignal(view.told) as told:
        view.plan.work.stop_button.click()
        go_on.set()
    assert "Stopped" in told.args[0]
    assert list(tmp_path.glob("out*")) == []
    assert agreed.exports() == []
    assert not view.plan.work.isVisible()


def test_what_was_taken_back_meanwhile_does_not_leave(view, agreed, elsewhere, qtbot, tmp_path):
    plan(view, qtbot)
    elsewhere.set_share(ShareField.NAME, Audience.GROUP)
    dest = tmp_path / "out.txt"
    with qtbot.waitSignal(view.planned):
        view.write(dest)
    assert not dest.exists()
    assert "Nothing was written" in view.plan.banner.accessibleName()
    assert not any(line.sort == "person" for line in view.plan.leaving.rows)


def test_a_change_under_the_list_is_told_and_the_list_made_anew(view, window, agreed, qtbot):
    plan(view, qtbot)
    before = view.plan.leaving.rowCount()
    made = agreed.post(PostDraft(PostKind.NEED, "A lift to the clinic"))
    window.committed_here(made)
    assert view.plan.banner.isVisible()
    with qtbot.waitSignal(view.planned):
        view.plan.banner.action.click()
    assert view.plan.leaving.rowCount() == before + 1
    assert not view.plan.banner.isVisible()


def test_not_an_organizer_is_told_whom_to_ask_and_offered_the_group(view, monkeypatch):
    monkeypatch.setattr(Group, "may_export", lambda _self, audience: audience is Audience.GROUP)
    view.choose.refresh()
    assert view.choose.not_allowed.isVisible()
    assert "Only an organizer" in view.choose.not_allowed.accessibleName()
    assert not view.choose.plan.isEnabled()
    view.choose.not_allowed.action.click()
    assert view.choose.audience.current is Audience.GROUP
    assert view.choose.plan.isEnabled()
    assert not view.choose.not_allowed.isVisible()


def test_what_left_stands_in_the_log(view, page, agreed, qtbot, tmp_path):
    page.show_view("log")
    log = page.view("log")
    assert isinstance(log, LogView)
    assert log.empty.isVisible()
    page.show_view("out")
    plan(view, qtbot, "text", "vcard")
    write(view, qtbot, tmp_path / "out")
    page.show_view("log")
    assert len(log.rows.rows) == 1
    said = words(log)
    assert "You, for a printed directory" in said
    assert "1 person" in said
    assert "until" in said
