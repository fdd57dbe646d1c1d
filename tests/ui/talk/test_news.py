# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""News in the window, and what of it leaves the window as a notification."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mutualaid.model.values import NOTHING_CHANGED, NewsKind, NewsRow
from mutualaid.ui.icons import icon_names
from mutualaid.ui.preferences import Preferences
from mutualaid.ui.talk.news import NewsCard, NewsPage, gathered
from mutualaid.ui.talk.news_words import NEWS_ICONS, news_text, summary
from mutualaid.ui.talk.notifying import Notifier, SystemTray
from tests.model.neighbours import Neighbours
from tests.ui.helpers import Key, focused, press, settle
from tests.ui.homes import Home


def row(kind: NewsKind, who: str = "Ben", title: str = "A lift", **more) -> NewsRow:
    values = {"key": f"{kind}:{who}:{title}", "at": 5, "unread": True, "post": b"post", **more}
    return NewsRow(kind=kind, who=who, person=who.encode(), title=title, **values)


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
def page(home: Home) -> NewsPage:
    home.window.show_page("news")
    found = home.window.page
    assert isinstance(found, NewsPage)
    return found


def said(page: NewsPage) -> list[str]:
    return [card.accessibleName() for card in page.cards.widgets]


# -- in the window --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(NewsKind))
def test_each_kind_is_a_sentence_with_a_shape(qapp, kind):
    words = news_text(row(kind))
    assert words.endswith((".", "A lift"))
    assert "{" not in words
    assert "A lift" in words
    assert NEWS_ICONS[kind] in icon_names()
    assert news_text(row(kind, who="", title=""))


def test_braces_in_a_title_are_no_placeholders(qapp):
    assert "{who}" in news_text(row(NewsKind.ANSWERED, title="{who} {0}"))


def test_nothing_happened_yet(page, home):
    assert page.empty.isVisible()
    assert page.mark.isHidden()
    page.empty.action.click()
    assert home.window.page.name == "board"


def test_an_answer_is_news_until_it_is_opened(page, home, street, qtbot):
    post = street.need("Ana", "A lift")
    home.answer("Ben", post)
    (card,) = said(page)
    assert card.startswith("new, Ben answered “A lift”")
    home.window._tell_status()
    home.window._tell_news()
    assert home.window.sidebar.button("news").accessibleName() == "News, 1 new"
    page.focus_content()
    press(qtbot, Key.Key_Return)
    assert home.window.page.name == "board"
    assert home.window.page.pane.record == post
    assert home.group.unread_news() == 0
    home.window.show_page("news")
    assert not said(page)[0].startswith("new")
    home.window._tell_status()
    home.window._tell_news()
    assert home.window.sidebar.button("news").accessibleName() == "News"


def test_a_message_leads_to_its_thread_and_comes_once(page, home, street):
    post = street.need("Ana", "A lift")
    home.answer("Ben", post)
    for words in ("Which door?", "The green one?"):
        street["Ben"].send(post, street["Ana"].me, words)
    home.meet()
    cards = [one for one in page.cards.widgets if isinstance(one, NewsCard)]
    (message,) = [one for one in cards if one.row.kind is NewsKind.MESSAGE]
    assert "Which door" not in message.accessibleName()
    message.click()
    assert home.window.page.name == "messages"
    assert len(home.window.page.pane.messages.rows) == 2
    home.window.show_page("news")
    assert [one.row.unread for one in page.cards.widgets if one.row.kind is NewsKind.MESSAGE] == [
        False
    ]


def test_all_are_marked_as_read_and_the_focus_goes_on(page, home, street):
    post = street.need("Ana", "A lift")
    home.answer("Ben", post)
    street["Cleo"].comment(post, "Use the ramp.")
    street["Cleo"].add_notice("Water is off.")
    home.meet()
    assert all(one.startswith("new") for one in said(page))
    page.mark.setFocus()
    page.mark.click()
    assert not any(one.startswith("new") for one in said(page))
    assert page.mark.isHidden()
    assert focused() is page.cards.widgets[0]
    assert home.group.unread_news() == 0
    settle()


def test_of_a_thread_only_the_latest_is_shown():
    rows = [
        row(NewsKind.MESSAGE, key="3", at=3),
        row(NewsKind.COMMENTED, key="c", at=2),
        row(NewsKind.MESSAGE, key="1", at=1),
        row(NewsKind.MESSAGE, who="Cleo", key="0", at=0),
    ]
    assert [one.key for one in gathered(rows)] == ["3", "c", "0"]


# -- outside of the window ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([row(NewsKind.ANSWERED)], "1 neighbour answered your posts."),
        (
            [row(NewsKind.ANSWERED), row(NewsKind.ANSWERED, "Cleo"), row(NewsKind.ANSWERED)],
            "2 neighbours answered your posts.",
        ),
        (
            [row(NewsKind.MESSAGE), row(NewsKind.ACCEPTED)],
            "1 post where you are expected now. 1 private message.",
        ),
        (
            [row(NewsKind.LAPSES, who=""), row(NewsKind.EXPIRES, who="")],
            "2 things soon lapse or end.",
        ),
        ([], ""),
    ],
)
def test_what_happened_is_summed_up(qapp, rows, words):
    assert summary(rows) == words


def test_many_kinds_stay_short(qapp):
    words = summary([row(kind) for kind in NewsKind])
    assert words.count(".") == 3
    assert words.startswith("2 posts where you are expected now.")
    assert words.endswith("other kinds of news.")


@pytest.mark.parametrize("kind", list(NewsKind))
def test_no_name_title_or_text_leaves_the_window(qapp, kind):
    words = summary([row(kind, who="Benedikta", title="Insulin for Mrs. Okafor")])
    assert words
    for secret in ("Benedikta", "Insulin", "Okafor"):
        assert secret not in words


class FakeTray:
    def __init__(self) -> None:
        self.told: list[str] = []
        self.put_away = 0

    def tell(self, title: str, words: str) -> None:
        assert title == "Mutual Aid"
        self.told.append(words)

    def away(self) -> None:
        self.put_away += 1


class Watched:
    """A notifier whose window is left and looked at by the test."""

    def __init__(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home = home
        self.tray = FakeTray()
        self.preferences = Preferences(None)
        self.notifier = Notifier(home.window, home.group, home.bridge, self.preferences, self.tray)
        self.is_away = True
        monkeypatch.setattr(self.notifier, "away", lambda: self.is_away)

    def hear(self) -> None:
        """Something came from others, by the way it always comes."""
        self.home.street.meet()
        change = self.home.bridge.take(NOTHING_CHANGED)
        self.home.bridge.changed.emit(change)

    def a_minute_later(self) -> None:
        if self.notifier.gathering.isActive():
            self.notifier.gathering.stop()
            self.notifier.gathering.timeout.emit()


@pytest.fixture
def watched(home: Home, monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(home, monkeypatch)


def test_a_burst_is_told_once_and_not_again(watched, street):
    post = street.need("Ana", "A lift")
    watched.notifier.left()
    for who in ("Ben", "Cleo"):
        street[who].help_with(post)
        watched.hear()
    assert watched.tray.told == []
    watched.a_minute_later()
    assert watched.tray.told == ["2 neighbours answered your posts."]
    street["Ben"].comment(post, "On my way")
    watched.hear()
    watched.a_minute_later()
    assert watched.tray.told[1:] == ["1 new comment."]


def test_what_was_there_when_the_window_was_left_is_not_told(watched, street):
    post = street.need("Ana", "A lift")
    watched.home.answer("Ben", post)
    watched.notifier.left()
    watched.hear()
    watched.notifier.consider()
    watched.a_minute_later()
    assert watched.tray.told == []


def test_nothing_is_told_to_whoever_looks(watched, street):
    post = street.need("Ana", "A lift")
    watched.notifier.left()
    watched.is_away = False
    street["Ben"].help_with(post)
    watched.hear()
    assert not watched.notifier.gathering.isActive()
    watched.is_away = True
    watched.notifier.consider()
    watched.is_away = False  # back within the minute
    watched.a_minute_later()
    assert watched.tray.told == []


def test_nothing_is_told_when_it_is_not_wanted(watched, street):
    post = street.need("Ana", "A lift")
    watched.notifier.left()
    watched.preferences.notify = False
    street["Ben"].help_with(post)
    watched.hear()
    watched.a_minute_later()
    assert watched.tray.told == []


def test_a_look_at_the_window_puts_the_icon_away(watched, qtbot):
    other = Home(qtbot, watched.home.street, "Ben")
    before = watched.tray.put_away
    watched.home.window.activateWindow()
    qtbot.waitUntil(lambda: watched.tray.put_away > before)
    other.close()


def test_a_pressed_notification_brings_the_news_to_the_front(home):
    home.window.come_forward()
    assert home.window.page.name == "news"


def test_where_there_is_no_tray_nothing_is_told_and_nothing_breaks(home):
    tray = SystemTray(home.window)
    assert not SystemTray.available()  # offscreen has none
    tray.tell("Mutual Aid", "1 private message.")
    tray.away()


def test_the_wish_is_kept(tmp_path, qapp):
    preferences = Preferences(tmp_path)
    assert preferences.notify
    preferences.notify = False
    assert not Preferences(tmp_path).notify
