# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page of directories in a made-up neighbourhood, of which I am the founder."""

import pytest

from mutualaid.model.group import Group
from mutualaid.model.values import Audience, ContactKind
from mutualaid.model.values.directories import ShareField
from mutualaid.ui.directories.page import DirectoriesPage
from mutualaid.ui.shell import Shell


@pytest.fixture
def page(window: Shell, qtbot) -> DirectoriesPage:
    window.show_page("directories")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    found = window.page
    assert isinstance(found, DirectoriesPage)
    found.focus_content()
    return found


@pytest.fixture
def agreed(group: Group) -> Group:
    """I agreed that my page and my phone may stand on paper."""
    for field in ShareField:
        group.set_share(field, Audience.PRINT)
    group.set_contact(ContactKind.PHONE, "0170 123 45 67", Audience.PRINT)
    return group
