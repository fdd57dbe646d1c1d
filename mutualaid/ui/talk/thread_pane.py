# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What two people said to each other beside a post, and the line to go on in.

What is being written is kept for each thread while the window is open, and nothing that arrives
touches it.
"""

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from mutualaid.errors import MutualAidError
from mutualaid.model.values import MessageRow
from mutualaid.ui.mine.contact_words import open_contact_words
from mutualaid.ui.page import Desk
from mutualaid.ui.post.person_menu import PersonMenu
from mutualaid.ui.post.said import SayLine
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import (
    Avatar,
    Button,
    Card,
    DetailPane,
    Hairline,
    IconLabel,
    KeyedColumn,
    Look,
    Pill,
    Section,
    Text,
    Tone,
)
from mutualaid.ui.words import ago, meta, now_ms, sentence, tr

#: So many of the latest messages are shown at first, and with each *Show earlier*.
SHOWN: Final = 60


class Message(Card):
    """One message: who, when, what; mine stand further in. Text can be marked and copied."""

    def __init__(self, row: MessageRow) -> None:
        super().__init__(inset=not row.mine)
        name = tr("You") if row.mine else row.who
        when = ago(row.created, now_ms())
        self.setAccessibleName(sentence(name, tr("new") if row.unread else "", when, row.text))
        self.column.setSpacing(theme().px(2))
        top = QHBoxLayout()
        top.addWidget(Text(meta(name, when), Size.META, quiet=True), 1)
        if row.unread:
            top.addWidget(Pill(tr("new"), Tone.ACCENT))
        self.column.addLayout(top)
        self.column.addWidget(Text(row.text, wrap=True, selectable=True))


class ThreadPane(DetailPane):
    """One private thread. ``read`` after new messages in it were seen."""

    read = Signal()

    WIDTH = 460

    def __init__(self, desk: Desk) -> None:
        super().__init__(tr("Private thread"))
        self._desk = desk
        self._post = b""
        self._person = b""
        self._name = ""
        self._title = ""
        self._shown = SHOWN
        self._new: frozenset[bytes] = frozenset()
        self._drafts: dict[tuple[bytes, bytes], str] = {}
        self._head = Section()
        self.column.addWidget(self._head)
        self.column.addWidget(Hairline())
        self.earlier = Button(tr("Show earlier messages"), Look.QUIET)
        self.earlier.clicked.connect(self._show_earlier)
        self.column.addWidget(self.earlier)
        self.none = Text("", quiet=True, wrap=True)
        self.column.addWidget(self.none)
        self.messages = KeyedColumn[MessageRow](lambda row: row.id, _indented, spacing=8)
        self.column.addWidget(self.messages)
        self.line = SayLine(tr("Your message"), tr("Write a message"), tr("Send"), self._send)
        self.line.button.setAccessibleName(tr("Send the message"))
        px = theme().px
        self.foot.setContentsMargins(px(20), px(8), px(20), px(16))
        for widget in (self._sealed_note(), self.line):
            widget.setMaximumWidth(px(760))
            self.foot.addWidget(widget)

    def _sealed_note(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme().px(6))
        row.addWidget(IconLabel("lock", "quiet", 15), 0, Qt.AlignmentFlag.AlignTop)
        self.sealed = Text("", Size.META, quiet=True, wrap=True)
        row.addWidget(self.sealed, 1)
        return holder

    # -- showing ------------------------------------------------------------------------------

    def show_thread(self, post: bytes, person: bytes) -> bool:
        """Show this thread; False where it cannot be read."""
        if (post, person) != (self._post, self._person):
            self._keep_draft()
            self._post, self._person = post, person
            self._shown = SHOWN
            self._new = frozenset()
            self._name, self._title = self._called()
            self.line.words.setText(self._drafts.get((post, person), ""))
        return self.refresh()

    def leave(self) -> None:
        """The pane is closed: what is new in it was seen."""
        self._keep_draft()
        self._new = frozenset()

    def _keep_draft(self) -> None:
        key, words = (self._post, self._person), self.line.words.text()
        self._drafts.pop(key, None)
        if words.strip():
            self._drafts[key] = words

    def _called(self) -> tuple[str, str]:
        """The other's name, and the post's title."""
        group = self._desk.group
        name = title = ""
        try:
            name = group.person(self._person).name
        except MutualAidError:
            name = tr("A neighbour")
        try:
            title = group.post_detail(self._post).row.title
        except MutualAidError:
            title = ""
        return name, title

    def refresh(self) -> bool:
        """Read the thread again; what is being written stays."""
        if not self._post:
            return False
        group = self._desk.group
        try:
            rows = group.thread(self._post, self._person)
            contacts = group.contacts_of(self._person)
        except MutualAidError as error:
            self._desk.window.warn(str(error))
            return False
        self.setAccessibleName(tr("Private thread with {who}", who=self._name))
        self.sealed.setText(tr("Only you and {who} can read this.", who=self._name))
        ways = tuple(open_contact_words(one) for one in contacts)
        self._head.fill((self._post, self._person, ways), lambda: self._build_head(ways))
        self._show_rows(rows)
        blocked = any(one.person == self._person for one in group.blocked())
        self.line.setEnabled(not blocked)
        if blocked:
            self.none.setText(tr("You blocked {who}: nothing more is shown.", who=self._name))
            self.none.show()
        self._mark_read(rows)
        return True

    def retell(self) -> None:
        self.messages.retell()

    def _show_rows(self, rows: list[MessageRow]) -> None:
        bar = self._scroll.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - theme().px(40)
        before = len(self.messages.rows)
        # What was new when it came into sight stays marked until the thread is left.
        self._new |= {row.id for row in rows if row.unread}
        marked = [_marked(row, new=row.id in self._new) for row in rows[-self._shown :]]
        self.messages.show_rows(marked)
        self.earlier.setVisible(len(rows) > self._shown)
        self.none.setText(tr("Nothing was written yet."))
        self.none.setVisible(not rows)
        if at_end or not before:
            # Once the layout knows how tall the new ones are.
            QTimer.singleShot(0, self, self._to_end)

    def _to_end(self) -> None:
        self._scroll.widget().layout().activate()
        bar = self._scroll.verticalScrollBar()
        bar.setValue(bar.maximum())

    def _show_earlier(self) -> None:
        self._shown += SHOWN
        self.refresh()

    def _build_head(self, ways: tuple[str, ...]) -> None:
        line = QHBoxLayout()
        line.setSpacing(theme().px(10))
        avatar = Avatar(self._name, self._person, 40)
        line.addWidget(avatar, 0, Qt.AlignmentFlag.AlignTop)
        names = QVBoxLayout()
        names.setSpacing(theme().px(2))
        names.addWidget(Text(self._name, Size.DETAIL, wrap=True))
        about = (
            tr("about “{title}”", title=self._title)
            if self._title
            else tr("about a post that is not here any more")
        )
        names.addWidget(Text(about, Size.META, quiet=True, wrap=True))
        line.addLayout(names, 1)
        menu = PersonMenu(self._desk, self._person, self._name)
        line.addWidget(menu, 0, Qt.AlignmentFlag.AlignTop)
        self._head.column.addLayout(line)
        for way in ways:
            self._head.column.addWidget(Text(way, Size.META, wrap=True, selectable=True))
        if self._title:
            post = self._post
            show = Button(
                tr("Show the post"), Look.QUIET, name=tr("Show “{title}”", title=self._title)
            )
            show.clicked.connect(lambda: self._desk.window.show_record("post", post))
            self._head.column.addWidget(show, 0, Qt.AlignmentFlag.AlignLeading)

    def focus_line(self) -> None:
        first = self.line.words if self.line.isEnabled() else self.back
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isVisible():
            # What came while the window was away is seen now.
            self.refresh()

    # -- doing --------------------------------------------------------------------------------

    def _mark_read(self, rows: list[MessageRow]) -> None:
        """Whoever looks has seen them, if the window is in front of their eyes."""
        if not any(row.unread for row in rows) or not self.window().isActiveWindow():
            return
        post, person = self._post, self._person
        self._desk.run(lambda: self._desk.group.mark_read(post, person))
        self.read.emit()

    def _send(self, words: str) -> bool:
        group, post, person = self._desk.group, self._post, self._person
        done = self._desk.run(lambda: group.send(post, person, words))
        if done is None:
            return False
        self._drafts.pop((post, person), None)
        QTimer.singleShot(0, self, self._to_end)
        return True


def _marked(row: MessageRow, *, new: bool) -> MessageRow:
    """The same message, unread or not."""
    if row.unread == new:
        return row
    return replace(row, unread=new)


def _indented(row: MessageRow) -> QWidget:
    """A message with room at one side: mine stand at the end side, the other's at the start."""
    holder = QWidget()
    line = QHBoxLayout(holder)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(0)
    message = Message(row)
    holder.setAccessibleName(message.accessibleName())
    room = theme().px(44)
    if row.mine:
        line.addSpacing(room)
    line.addWidget(message, 1)
    if not row.mine:
        line.addSpacing(room)
    return holder
