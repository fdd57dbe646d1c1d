# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Private threads: unread marks, going on in one, what is being written, blocks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from mutualaid.model.values import Audience, ContactKind
from mutualaid.ui.talk.messages import MessagesPage, new_words
from mutualaid.ui.talk.thread_pane import SHOWN
from mutualaid.ui.widgets import Button, Text
from tests.model import street as streets
from tests.model.neighbours import Neighbours
from tests.ui.helpers import Key, focused, press, settle, type_text
from tests.ui.homes import Home


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Neighbours]:
    made = Neighbours(tmp_path, "Ana", "Ben", "Cleo")
    yield made
    made.close()


@pytest.fixture
def home(qtbot, street: Neighbours) -> Iterator[Home]:
    made = Home(qtbot, street)
    yield made
    made.close()


@pytest.fixture
def post(home: Home, street: Neighbours) -> bytes:
    made = street.need("Ana", "A lift")
    home.answer("Ben", made)
    home.answer("Cleo", made)
    return made


@pytest.fixture
def page(home: Home) -> MessagesPage:
    home.window.show_page("messages")
    found = home.window.page
    assert isinstance(found, MessagesPage)
    return found


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The street's clock may be put forward; it is put back."""
    monkeypatch.setattr(streets, "NOW", streets.NOW)


def later() -> None:
    streets.NOW += 1000


def say(home: Home, who: str, post: bytes, words: str) -> None:
    later()
    home.street[who].send(post, home.street["Ana"].me, words)
    home.meet()


def texts(page: MessagesPage) -> list[str]:
    return [row.text for row in page.pane.messages.rows]


def test_nobody_wrote_yet(page, home):
    assert page.empty.isVisible()
    page.empty.action.click()
    assert home.window.page.name == "board"


def test_what_is_new_says_so_until_it_is_read(page, home, post, qtbot):
    say(home, "Ben", post, "Which door?")
    say(home, "Ben", post, "The green one?")
    (row,) = page.model.rows
    said = page.model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Ben, 2 new, about “A lift”, The green one?."
    home.window._tell_status()
    assert home.window.sidebar.button("messages").accessibleName() == "Messages, 1 new"
    page.list.setFocus()
    press(qtbot, Key.Key_Return)
    assert page.detail_is_shown
    assert focused() is page.pane.line.words
    assert texts(page) == ["Which door?", "The green one?"]
    assert page.pane.sealed.text() == "Only you and Ben can read this."
    assert [one.unread for one in page.pane.messages.rows] == [True, True]
    assert home.group.unread().messages == 0
    assert page.model.rows[0].unread == 0
    home.window._tell_status()
    assert home.window.sidebar.button("messages").accessibleName() == "Messages"
    page.leave_detail()
    page.open_thread(row.post, row.person)
    assert [one.unread for one in page.pane.messages.rows] == [False, False]


def test_writing_back_goes_to_that_person_alone(page, home, street, post, qtbot):
    page.open_thread(post, street["Ben"].me)
    assert page.pane.none.isVisible()
    type_text(qtbot, "Come at six")
    press(qtbot, Key.Key_Return)
    assert page.pane.line.words.text() == ""
    assert texts(page) == ["Come at six"]
    assert not page.pane.none.isVisible()
    home.meet()
    assert [one.text for one in street["Ben"].thread(post, street["Ana"].me)] == ["Come at six"]
    assert street["Cleo"].threads() == []


def test_what_cannot_be_sent_stays_in_the_line(page, home, street, post):
    page.open_thread(post, street["Ben"].me)
    page.pane.line.words.setText("x" * 30_000)
    page.pane.line.button.click()
    assert home.window.toast.words
    assert len(page.pane.line.words.text()) > 20_000
    assert home.group.threads() == []


def test_what_is_being_written_is_kept_for_each_thread(page, home, street, post):
    ben, cleo = street["Ben"].me, street["Cleo"].me
    page.open_thread(post, ben)
    page.pane.line.words.setText("half a sen")
    say(home, "Ben", post, "Hello?")
    assert page.pane.line.words.text() == "half a sen"
    page.open_thread(post, cleo)
    assert page.pane.line.words.text() == ""
    page.pane.line.words.setText("other words")
    page.leave_detail()
    page.open_thread(post, ben)
    assert page.pane.line.words.text() == "half a sen"


def test_what_comes_while_nobody_looks_stays_unread(page, home, street, post, monkeypatch):
    page.open_thread(post, street["Ben"].me)
    monkeypatch.setattr(type(home.window), "isActiveWindow", lambda _self: False)
    say(home, "Ben", post, "Are you there?")
    assert texts(page) == ["Are you there?"]
    assert home.group.unread().messages == 1
    monkeypatch.undo()
    page.pane.refresh()
    assert home.group.unread().messages == 0


def test_a_long_thread_shows_its_end_and_the_rest_when_asked(page, home, street, post):
    ben = street["Ben"].me
    for number in range(SHOWN + 2):
        later()
        street["Ana"].send(post, ben, f"Line {number}")
    home.meet()
    page.open_thread(post, ben)
    assert texts(page)[0] == "Line 2"
    page.pane.earlier.click()
    assert texts(page)[0] == "Line 0"
    assert page.pane.earlier.isHidden()


def test_how_to_reach_the_other_stands_above(page, home, street, post):
    street["Ben"].set_contact(ContactKind.PHONE, "0171 7", Audience.GROUP)
    home.meet()
    page.open_thread(post, street["Ben"].me)
    assert "Phone: 0171 7" in [one.text() for one in page.pane.findChildren(Text)]


def test_the_post_is_one_press_away(page, home, street, post):
    page.open_thread(post, street["Ben"].me)
    (show,) = [
        one for one in page.pane.findChildren(Button) if one.accessibleName() == "Show “A lift”"
    ]
    show.click()
    assert home.window.page.name == "board"
    assert home.window.page.pane.record == post


def test_a_blocked_person_is_not_heard_nor_written_to(page, home, street, post):
    say(home, "Ben", post, "Which door?")
    page.open_thread(post, street["Ben"].me)
    home.window.desk.run(lambda: home.group.block(street["Ben"].me))
    assert texts(page) == []
    assert not page.pane.line.isEnabled()
    assert "blocked" in page.pane.none.text()
    assert page.model.rows == ()
    home.window.desk.run(lambda: home.group.unblock(street["Ben"].me))
    assert texts(page) == ["Which door?"]
    assert page.pane.line.isEnabled()


def test_a_thread_outlives_its_post(page, home, street, post):
    say(home, "Ben", post, "Which door?")
    home.window.desk.run(lambda: home.group.purge(post))
    threads = page.model.rows
    for row in threads:
        assert "not here any more" in page.model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
        page.open_thread(row.post, row.person)
        assert page.detail_is_shown


@pytest.mark.parametrize(("count", "words"), [(1, "new"), (2, "2 new"), (1200, "1,200 new")])
def test_new_is_said_by_a_word(qapp, count, words):
    assert new_words(count).replace(",", "") == words.replace(",", "")


def test_every_control_is_named_and_nothing_is_cut(page, home, street, post):
    from tests.ui.test_names import cut, lay_out, look_at

    say(home, "Ben", post, "Wide words " * 30)
    page.open_thread(post, street["Ben"].me)
    for size in ((1280, 800), (1024, 600)):
        home.window.resize(*size)
        lay_out()
        QApplication.processEvents()
        look_at(home.window)
        assert cut(page) == []
    settle()
