# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why the board is empty, in four texts with one action each."""

import pytest

from mutualaid.model.values import PostDraft, PostKind
from mutualaid.ui.bridge import Bridge
from mutualaid.ui.post.form import PostDialog
from mutualaid.ui.preferences import Preferences
from mutualaid.ui.shell import Shell
from mutualaid.ui.theme import Theme
from tests.ui.helpers import dialog


@pytest.fixture
def opened(qtbot, qapp):
    """Opens a window on a group, its board in front."""
    Theme.install(qapp)

    def open_window(group, profile=None) -> Shell:
        shell = Shell(group, profile, Bridge(group.refresh), Preferences(None))
        qtbot.addWidget(shell)
        shell.show_page("board")
        shell.show()
        return shell

    return open_window


def test_never_used(opened, empty_profile):
    with empty_profile.start("Elm Street", "Mira") as group:
        page = opened(group).page
        assert page.empty.accessibleName() == "The board is yours"
        page.empty.action.click()
        dialog(PostDialog).reject()


def test_all_done(opened, empty_profile, qtbot):
    with empty_profile.start("Elm Street", "Mira") as group:
        made = group.post(PostDraft(PostKind.NEED, "A ladder")).created
        group.done(made)
        page = opened(group).page
        assert page.empty.accessibleName() == "All done"
        page.empty.action.click()
        assert page.model.rowCount() == 1
        assert page.chip_past.isChecked()


def test_nothing_is_over_yet(opened, empty_profile):
    with empty_profile.start("Elm Street", "Mira") as group:
        group.post(PostDraft(PostKind.NEED, "A ladder"))
        page = opened(group).page
        page.chip_past.click()
        assert page.empty.accessibleName() == "Nothing is over yet"
        page.empty.action.click()
        assert page.model.rowCount() == 1


def test_nothing_received_yet(opened, empty_profile, profile, group):
    invitation = group.invite()
    with empty_profile.join(invitation, "Ana") as joining:
        shell = opened(joining, empty_profile)
        assert shell.page.empty.accessibleName() == "Nothing received yet"
        shell.page.empty.action.click()
        assert shell.page.name == "machines"
