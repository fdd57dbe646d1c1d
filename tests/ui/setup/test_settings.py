# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Settings, backups and the profile's passphrase, as a person meets them."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QPushButton, QWidget

from mutualaid.errors import LockedError
from mutualaid.model.profile import Profile
from mutualaid.model.vault import VaultKind
from mutualaid.ui.setup.backups import SUFFIX, BackupDialog, PassphraseDialog, RestoreDialog
from mutualaid.ui.setup.settings import SettingsPage
from mutualaid.ui.theme import Scheme, theme
from tests.ui.helpers import Key, dialog, press, settle, tab_to


@pytest.fixture
def page(window) -> Iterator[SettingsPage]:
    window.show_page("settings")
    found = window.page
    assert isinstance(found, SettingsPage)
    yield found
    theme().force(Scheme.SYSTEM)


def test_light_and_dark_are_chosen_by_keyboard_and_kept(page, qtbot, window):
    page.scheme.button(Scheme.SYSTEM).setFocus()
    press(qtbot, Key.Key_Right)
    press(qtbot, Key.Key_Right)
    assert page.scheme.current is Scheme.DARK
    assert theme().dark
    assert window.preferences.scheme is Scheme.DARK


def test_the_key_in_a_file_is_warned_of_for_good(page, profile):
    assert kept(profile) is VaultKind.FILE
    assert page.warning.isVisible()
    assert "file" in page.warning.accessibleName()


def kept(profile) -> VaultKind:
    """Where the key is now."""
    return profile.vault.kind


def test_a_passphrase_closes_the_profile(page, qtbot, profile, cheap_passphrases):
    tab_to(qtbot, page.set_passphrase)
    press(qtbot, Key.Key_Space)
    form = dialog(PassphraseDialog)
    form.first.setText("correct horse")
    form.second.setText("battery staple")
    form.try_submit()
    assert form.second.property("bad") == "true"
    assert kept(profile) is VaultKind.FILE
    form.second.setText("correct horse")
    with qtbot.waitSignal(form.finished):
        form.try_submit()
    assert kept(profile) is VaultKind.PASSPHRASE
    assert not page.warning.isVisible()
    with pytest.raises(LockedError):
        Profile.open(profile.directory)
    page.drop_passphrase.click()
    assert kept(profile) is VaultKind.FILE
    settle()


@pytest.mark.parametrize("typed", ["", "   "])
def test_a_blank_passphrase_is_refused(page, profile, typed):
    page.set_passphrase.click()
    form = dialog(PassphraseDialog)
    form.first.setText(typed)
    form.second.setText(typed)
    form.try_submit()
    assert form.first.property("bad") == "true"
    assert kept(profile) is VaultKind.FILE
    form.reject()
    settle()


@pytest.mark.parametrize("rebuild", [False, True])
def test_the_check_says_that_all_is_well(page, qtbot, rebuild):
    (page.rebuild if rebuild else page.check).click()
    with qtbot.waitSignal(page._task.succeeded):
        pass
    assert page.checked.text().startswith("All is well")
    assert page.check.isEnabled()


def test_a_backup_goes_out_and_comes_back(
    qtbot, window, group, empty_profile, tmp_path, cheap_passphrases
):
    path = tmp_path / f"kept{SUFFIX}"
    form = BackupDialog(window, window.desk)
    form.open()
    form.file.line.setText(str(path))
    for line in (form.first, form.second):
        line.setText("three small words")
    with qtbot.waitSignal(form.finished, timeout=20_000):
        press(qtbot, Key.Key_Return, widget=form.second)
    assert path.is_file()

    back = RestoreDialog(window, None, empty_profile)
    back.open()
    back.file.line.setText(str(path))
    back.passphrase.setText("wrong")
    with qtbot.waitSignal(back.told, timeout=20_000):
        back.try_submit()
    assert back.banner.isVisible()
    assert back.file.line.text() == str(path)
    assert empty_profile.groups() == []
    back.passphrase.setText("three small words")
    with qtbot.waitSignal(back.group_opened, timeout=20_000) as opened:
        back.try_submit()
    with opened.args[0] as restored:
        assert restored.name == group.name
        assert len(restored.people()) == len(group.people())
    settle()


@pytest.mark.parametrize("broken", ["no such folder", "no path", "different", "blank"])
def test_a_backup_that_cannot_be_begun_says_why(window, tmp_path, broken):
    form = BackupDialog(window, window.desk)
    form.open()
    form.file.line.setText(str(tmp_path / f"kept{SUFFIX}"))
    form.first.setText("three small words")
    form.second.setText("three small words")
    wrong: QWidget = form.file
    if broken == "no such folder":
        form.file.line.setText(str(tmp_path / "nowhere" / "kept"))
    elif broken == "no path":
        form.file.line.clear()
    elif broken == "different":
        form.second.setText("other words")
        wrong = form.second
    else:
        form.first.clear()
        wrong = form.first
    form.try_submit()
    assert form.isVisible()
    assert not form.busy
    assert wrong.property("bad") == "true"
    form.reject()
    settle()


def test_a_file_that_is_no_backup_is_refused(qtbot, window, empty_profile, tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text("Dear neighbours, " * 100)
    form = RestoreDialog(window, None, empty_profile)
    form.open()
    form.file.line.setText(str(path))
    form.passphrase.setText("anything")
    with qtbot.waitSignal(form.told, timeout=20_000):
        form.try_submit()
    assert form.banner.isVisible()
    assert empty_profile.groups() == []
    form.reject()
    settle()


# -- rules, notifications, blocks -----------------------------------------------------------------


def test_the_rules_are_changed_for_everybody_and_taken_back(page, window, group, elsewhere, qtbot):
    rules = page.rules
    assert rules.save.isHidden()
    assert "cannot reach" in rules.forget.accessibleDescription()
    rules.lapse.setValue(3)
    rules.forget.setValue(30)
    assert rules.save.isVisible()
    rules.save.setFocus()
    press(qtbot, Key.Key_Space)
    assert (group.rules().lapse_days, group.rules().forget_days) == (3, 30)
    assert rules.save.isHidden()
    assert rules.lapse.hasFocus()
    window.undo()
    assert (group.rules().lapse_days, group.rules().forget_days) == (6, 90)
    assert rules.lapse.value() == 6
    elsewhere.set_rules(urgent_hours=12)
    with qtbot.waitSignal(window.desk.bridge.changed):
        window.desk.bridge.look()
    assert rules.urgent.value() == 12


def test_rules_that_are_being_changed_stay_and_can_be_given_up(page, window, elsewhere, qtbot):
    rules = page.rules
    rules.lapse.setValue(2)
    elsewhere.set_rules(lapse_days=9)
    with qtbot.waitSignal(window.desk.bridge.changed):
        window.desk.bridge.look()
    assert rules.lapse.value() == 2
    rules.give_up.click()
    assert rules.lapse.value() == 9


def test_notifications_are_a_wish_of_this_window(page, window):
    assert page.notifications.notify.isChecked()
    page.notifications.notify.click()
    assert not window.preferences.notify


def test_blocked_people_are_listed_with_a_way_back(page, window, group, qtbot):
    other = next(row for row in group.people() if not row.mine)
    assert page.blocked.nobody.isVisible()
    window.desk.run(lambda: group.block(other.person))
    (line,) = page.blocked.people.widgets
    button = line.findChild(QPushButton)
    assert button.accessibleName() == f"Unblock {other.name}"
    qtbot.waitUntil(button.isVisible)
    tab_to(qtbot, button)
    press(qtbot, Key.Key_Space)
    assert group.blocked() == []
    assert not page.blocked.people.widgets
    window.undo()
    assert [row.person for row in group.blocked()] == [other.person]
    settle()
