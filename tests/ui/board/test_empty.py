# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why the board is empty, in four texts with one action each."""

from contextlib import contextmanager

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
    """A window on a group, its board in front, until the group is closed."""
    Theme.install(qapp)

    @contextmanager
    def open_window(group, profile=None):
        with group:
            shell = Shell(group, profile, Bridge(group.refresh), Preferences(None))
            qtbot.addWidget(shell)
            shell.show_page("board")
            shell.show()
            yield shell
            # Before its group: a timer that still ran would ask a closed one.
            shell.close()

    return open_window


def test_never_used(opened, empty_profile):
    with opened(empty_profile.start("Elm Street", "Mira")) as shell:
        page = shell.page
        assert page.empty.accessibleName() == "The board is yours"
        page.empty.action.click()
        dialog(PostDialog).reject()


def test_all_done(opened, empty_profile, qtbot):
    group = empty_profile.start("Elm Street", "Mira")
    made = group.post(PostDraft(PostKind.NEED, "A ladder")).created
    group.done(made)
    with opened(group) as shell:
        page = shell.page
        assert page.empty.accessibleName() == "All done"
        page.empty.action.click()
        assert page.model.rowCount() == 1
        assert page.chip_past.isChecked()


def test_nothing_is_over_yet(opened, empty_profile):
    group = empty_profile.start("Elm Street", "Mira")
    group.post(PostDraft(PostKind.NEED, "A ladder"))
    with opened(group) as shell:
        page = shell.page
        page.chip_past.click()
        assert page.empty.accessibleName() == "Nothing is over yet"
        page.empty.action.click()
        assert page.model.rowCount() == 1


def test_nothing_received_yet(opened, empty_profile, profile, group):
    invitation = group.invite()
    with opened(empty_profile.join(invitation, "Ana"), empty_profile) as shell:
        assert shell.page.empty.accessibleName() == "Nothing received yet"
        shell.page.empty.action.click()
        assert shell.page.name == "machines"
