# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""News: what happened that concerns me, each a sentence that leads to where it happened."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QMargins, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from mutualaid.errors import MutualAidError
from mutualaid.model.values import ChangeSet, NewsKind, NewsRow
from mutualaid.ui.page import Desk, Page
from mutualaid.ui.talk.news_words import NEWS_ICONS, PRESSING, news_text
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import (
    Button,
    CardButton,
    EmptyState,
    IconLabel,
    KeyedColumn,
    Look,
    Pill,
    ScrollColumn,
    Text,
    Tone,
)
from mutualaid.ui.words import ago, now_ms, sentence, tr

#: So many are shown.
SHOWN: Final = 40
WIDTH: Final = 860
MINUTE: Final = 60_000
#: Kinds of records that make news.
CONCERNED: Final = (
    "post",
    "response",
    "decision",
    "thanks",
    "comment",
    "message",
    "block",
    "notice",
    "group",
    "news",
)


class NewsCard(CardButton):
    """One thing that happened; new ones say so, in bold and by a word."""

    opened = Signal(object)  # NewsRow

    def __init__(self, row: NewsRow) -> None:
        self.row = row
        words, when = news_text(row), ago(row.at, now_ms())
        super().__init__(sentence(tr("new") if row.unread else "", words, when))
        self.clicked.connect(lambda: self.opened.emit(row))
        px = theme().px
        line = QHBoxLayout()
        line.setSpacing(px(12))
        role = "warn" if row.kind in PRESSING else "accent"
        line.addWidget(IconLabel(NEWS_ICONS[row.kind], role, 20), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(px(2))
        column.addWidget(Text(words, Size.STRONG if row.unread else Size.BODY, wrap=True))
        column.addWidget(Text(when, Size.META, quiet=True))
        line.addLayout(column, 1)
        if row.unread:
            line.addWidget(Pill(tr("new"), Tone.ACCENT), 0, Qt.AlignmentFlag.AlignTop)
        self.column.setContentsMargins(px(16), px(10), px(16), px(10))
        self.column.addLayout(line)


class NewsPage(Page):
    """The latest first. Opened, one is read; *Mark all as read* does it for all."""

    name = "news"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, tr("News"))
        self._opened = False
        self.mark = Button(tr("Mark all as read"), Look.SECONDARY, icon="check")
        self.mark.clicked.connect(self._mark_all)
        self.add_chip(self.mark)
        scroll = ScrollColumn(QMargins(0, 0, theme().px(4), theme().px(24)))
        scroll.content.setMaximumWidth(theme().px(WIDTH))
        self.cards = KeyedColumn[NewsRow](lambda row: row.key, self._card, spacing=8)
        self.cards.deserted.connect(self.focus_content)
        scroll.column.addWidget(self.cards)
        scroll.column.addStretch(1)
        self.empty = EmptyState()
        self.empty.tell(
            "bell",
            tr("No news yet"),
            tr(
                "Answers to your posts, yeses, thanks and messages to you are told here, "
                "as soon as they reach this machine."
            ),
            tr("Look at the board"),
        )
        self.empty.acted.connect(lambda: desk.window.show_page("board"))
        self._either = QStackedWidget()
        self._either.addWidget(scroll)
        self._either.addWidget(self.empty)
        self._scroll: QWidget = scroll
        self.set_content(self._either)
        self._clock = QTimer(self)
        self._clock.setInterval(MINUTE)
        self._clock.timeout.connect(self._time_passes)

    # -- what the window asks -----------------------------------------------------------------

    def activate(self) -> None:
        if not self._opened:
            self._opened = True
        self._load()
        self._clock.start()
        self.focus_content()

    def on_change(self, change: ChangeSet) -> None:
        if self._opened and (change.members or change.concerns(*CONCERNED)):
            self._load()

    def focus_content(self) -> None:
        if not self.cards.focus_first():
            self.empty.action.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- rows ---------------------------------------------------------------------------------

    def _load(self) -> None:
        try:
            rows = self.group.news(SHOWN)
        except MutualAidError as error:
            self.desk.window.warn(str(error))
            return
        had_focus = self.mark.hasFocus()
        self.cards.show_rows(gathered(rows))
        self._either.setCurrentWidget(self._scroll if rows else self.empty)
        self.mark.setVisible(any(row.unread for row in rows))
        if had_focus and self.mark.isHidden():
            self.focus_content()

    def _time_passes(self) -> None:
        if self.isVisible():
            self.cards.retell()

    def _card(self, row: NewsRow) -> NewsCard:
        card = NewsCard(row)
        card.opened.connect(self.open_news)
        return card

    # -- doing --------------------------------------------------------------------------------

    def open_news(self, row: NewsRow) -> None:
        """Note that it was read, and go where it happened."""
        if row.unread:
            self.desk.run(lambda: self.group.mark_news_read([row.key]))
        if row.kind is NewsKind.MESSAGE:
            self.desk.window.show_thread(row.post, row.person)
        elif row.post:
            self.desk.window.show_record("post", row.post)

    def _mark_all(self) -> None:
        self.desk.run(self.group.mark_news_read)


def gathered(rows: Sequence[NewsRow]) -> list[NewsRow]:
    """Of what one person wrote to me alone beside one post only the latest: the thread has all."""
    found: dict[object, NewsRow] = {}
    for row in rows:
        found.setdefault((row.post, row.person) if row.kind is NewsKind.MESSAGE else row.key, row)
    return list(found.values())
