# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Messages: what one person said to me alone, beside a post; one thread in full at the end side."""

from typing import Final

from PySide6.QtCore import QLocale, Qt, QTimer
from PySide6.QtWidgets import QStackedWidget

from mutualaid.errors import MutualAidError
from mutualaid.model.values import ChangeSet, ThreadRow
from mutualaid.ui.cards import CardFace, CardList
from mutualaid.ui.models import KeyedListModel
from mutualaid.ui.page import Desk, Page
from mutualaid.ui.talk.thread_pane import ThreadPane
from mutualaid.ui.widgets import EmptyState
from mutualaid.ui.words import ago, now_ms, sentence, tr

MINUTE: Final = 60_000
#: Kinds of records that private threads follow from.
CONCERNED: Final = ("message", "block", "post", "person")


class MessagesPage(Page):
    """Every private thread, the one with the newest message first."""

    name = "messages"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, tr("Messages"))
        self._opened = False
        self.model: KeyedListModel[ThreadRow] = KeyedListModel(
            key=lambda row: (row.post, row.person),
            title=lambda row: row.name,
            sentence=thread_sentence,
            parent=self,
        )
        self.list = CardList(tr("Private threads"), thread_face)
        self.list.setModel(self.model)
        self.list.opened.connect(lambda row: self.open_thread(row.post, row.person))
        self.empty = EmptyState()
        self.empty.tell(
            "lock",
            tr("No messages yet"),
            tr(
                "Whoever asked and whoever answered can write to each other here. "
                "Open a post, and choose “Talk privately” beside an answer."
            ),
            tr("Look at the board"),
        )
        self.empty.acted.connect(lambda: desk.window.show_page("board"))
        self._either = QStackedWidget()
        self._either.addWidget(self.list)
        self._either.addWidget(self.empty)
        self.set_content(self._either)
        self.pane = ThreadPane(desk)
        self.pane.read.connect(self._load)
        self.set_detail(self.pane)
        self._clock = QTimer(self)
        self._clock.setInterval(MINUTE)
        self._clock.timeout.connect(self._time_passes)

    # -- what the window asks -----------------------------------------------------------------

    def activate(self) -> None:
        self._opened = True
        self._load()
        if self.detail_is_shown:
            self.pane.refresh()
        self._clock.start()
        self.focus_content()

    def on_change(self, change: ChangeSet) -> None:
        if not self._opened or not (change.members or change.concerns(*CONCERNED)):
            return
        self._load()
        if self.detail_is_shown:
            self.pane.refresh()

    def focus_content(self) -> None:
        first = self.list if self.model.rowCount() else self.empty.action
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave_detail(self) -> None:
        self.pane.leave()
        super().leave_detail()

    # -- threads ------------------------------------------------------------------------------

    def open_thread(self, post: bytes, person: bytes) -> None:
        """Show what passed between me and one person beside a post; also where that is nothing."""
        self._opened = True
        self._load()
        if not self.pane.show_thread(post, person):
            return
        self.list.select_key(self.model.index_of((post, person)))
        self._either.setCurrentWidget(self.list)
        self.show_detail()
        self.pane.focus_line()

    def _load(self) -> None:
        try:
            rows = self.group.threads()
        except MutualAidError as error:
            self.desk.window.warn(str(error))
            return
        self.model.update(rows)
        self._either.setCurrentWidget(self.list if rows or self.detail_is_shown else self.empty)

    def _time_passes(self) -> None:
        if self.isVisible():
            self.list.viewport().update()
            self.pane.retell()


def thread_face(row: ThreadRow) -> CardFace:
    """What one thread's card shows."""
    words = " ".join(row.text.split())
    return CardFace(
        name=row.name or tr("A neighbour"),
        key=row.person,
        meta=tr("about “{title}”", title=row.title)
        if row.title
        else tr("about a post that is not here any more"),
        line=tr("You: {words}", words=words) if row.mine else words,
        trailing=new_words(row.unread) if row.unread else ago(row.at, now_ms()),
        strong_trailing=bool(row.unread),
    )


def new_words(count: int) -> str:
    """How many are unread: "new", "3 new"."""
    if count == 1:
        return tr("new")
    return tr("{count} new", count=QLocale().toString(count))


def thread_sentence(row: ThreadRow) -> str:
    """A thread's card as one sentence."""
    face = thread_face(row)
    return sentence(face.name, face.trailing, face.meta, face.line)
