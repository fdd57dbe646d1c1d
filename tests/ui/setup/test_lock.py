# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Changing the group's lock in the window."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mutualaid.model import keys
from mutualaid.model.control import rotation
from mutualaid.ui.setup.lock import LockCard
from mutualaid.ui.setup.machines import MachinesPage
from tests.model.neighbours import Neighbours
from tests.model.street import say
from tests.ui.helpers import Key, press, tab_to
from tests.ui.homes import Home

Open = Callable[[str], Home]


@pytest.fixture
def at_home(qtbot, tmp_path: Path) -> Iterator[Open]:
    """The window of one of two neighbours, on the group's shelves. Ana is a steward."""
    street = Neighbours(tmp_path, "Ana", "Ben")
    homes: list[Home] = []

    def open_(name: str) -> Home:
        homes.append(Home(qtbot, street, name))
        homes[0].window.show_page("machines")
        homes[0].window.page.show_shelves()
        return homes[0]

    yield open_
    for home in homes:
        home.close()
    street.close()


def page_of(home: Home) -> MachinesPage:
    page = home.window.page
    assert isinstance(page, MachinesPage)
    return page


def lock_of(home: Home) -> LockCard:
    return page_of(home).shelves.lock


def test_a_steward_is_asked_before_the_lock_is_changed(qtbot, at_home: Open) -> None:
    home = at_home("Ana")
    lock = lock_of(home)
    assert lock.last.text() == "It is as old as the group."
    assert lock.who_may.isHidden()
    tab_to(qtbot, lock.change)
    press(qtbot, Key.Key_Space)
    assert lock.question.isVisible()
    assert lock.question.action.text() == "Change the lock"
    assert lock.question.action.hasFocus()
    assert not home.group.rotations()
    press(qtbot, Key.Key_Space)
    assert len(home.group.rotations()) == 1
    assert lock.question.isHidden()
    assert lock.change.hasFocus()
    assert lock.last.text().startswith("You changed it last, ")
    home.meet()
    assert home.street["Ben"].replica.current_key() == home.group.replica.current_key()


def test_who_is_no_steward_sees_who_may_and_who_did(at_home: Open) -> None:
    home = at_home("Ben")
    lock = lock_of(home)
    assert lock.change.isHidden()
    assert lock.who_may.text() == "A steward can change it: Ana."
    home.street["Ana"].rotate()
    home.meet()
    page_of(home)._read()
    assert lock.last.text().startswith("Ana changed it last, ")
    assert page_of(home).noticed.isHidden()


def test_it_is_said_where_the_key_has_not_come(at_home: Open) -> None:
    home = at_home("Ben")
    ana = home.street["Ana"].replica
    boxes = {each.key: bytes(80) for each in ana.membership().current_devices()}
    say(ana, *rotation(keys.random(8), boxes))
    home.meet()
    page_of(home)._read()
    assert "new key has not come" in page_of(home).noticed.accessibleName()
    home.street["Ana"].rotate()
    home.meet()
    page_of(home)._read()
    assert page_of(home).noticed.isHidden()


def test_nothing_on_the_card_is_in_our_own_jargon(at_home: Open) -> None:
    home = at_home("Ana")
    lock = lock_of(home)
    lock.change.click()
    words = [lock.question.accessibleName(), lock.change.text(), lock.last.text()]
    words += [label.text() for label in lock.findChildren(type(lock.last))]
    for said in words:
        assert not re.search(r"epoch|rotat|topic|device|peer|node|entry", said, re.IGNORECASE)
