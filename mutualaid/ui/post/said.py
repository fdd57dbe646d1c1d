# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was said beside a post for all to read: thanks, comments, and what happened."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from mutualaid.model.values import (
    CommentRow,
    HistoryRow,
    PostDetail,
    PostKind,
    Standing,
    ThanksRow,
)
from mutualaid.ui.page import Desk
from mutualaid.ui.post.person_menu import PersonMenu
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import (
    Button,
    Hairline,
    IconLabel,
    Look,
    Pill,
    Section,
    Text,
    Tone,
)
from mutualaid.ui.words import ago, meta, now_ms, tr

MINUTE = 60_000


class SayLine(QWidget):
    """A line to write in, with its button; Enter does the same. ``say`` gets what was typed and
    returns whether it was taken."""

    def __init__(self, name: str, hint: str, button: str, say: Callable[[str], bool]) -> None:
        super().__init__()
        self._say = say
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme().px(8))
        self.words = QLineEdit()
        self.words.setAccessibleName(name)
        self.words.setPlaceholderText(hint)
        self.words.returnPressed.connect(self._take)
        row.addWidget(self.words, 1)
        self.button = Button(button, name=name)
        self.button.clicked.connect(self._take)
        row.addWidget(self.button)

    def _take(self) -> None:
        words = self.words.text().strip()
        if words and self._say(words):
            self.words.clear()


class Thanks(QWidget):
    """Thanks, and a line to say them in for whoever had a part in the post."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._post = b""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px(8))
        self._said = Section()
        column.addWidget(self._said)
        self.line = SayLine(tr("Say thanks"), tr("Thanks, in your words"), tr("Thank"), self._thank)
        column.addWidget(self.line)

    def show_post(self, detail: PostDetail) -> None:
        self._post = detail.row.id
        minute = now_ms() // MINUTE
        self._said.fill((detail.thanks, minute), lambda: self._build(detail.thanks))
        asked = may_thank(detail)
        self.line.setVisible(asked)
        self.setVisible(asked or bool(detail.thanks))

    def _build(self, thanks: tuple[ThanksRow, ...]) -> None:
        now = now_ms()
        for one in thanks:
            line = QHBoxLayout()
            line.setSpacing(theme().px(8))
            line.addWidget(IconLabel("help", "accent", 18), 0, Qt.AlignmentFlag.AlignTop)
            words = QVBoxLayout()
            words.setSpacing(theme().px(2))
            words.addWidget(Text(tr("“{words}”", words=one.text), wrap=True, selectable=True))
            name = tr("You said thanks") if one.mine else tr("{who} says thanks", who=one.who)
            words.addWidget(Text(meta(name, ago(one.created, now)), Size.META, quiet=True))
            line.addLayout(words, 1)
            if one.mine:
                line.addWidget(self._remove(one), 0, Qt.AlignmentFlag.AlignTop)
            self._said.column.addLayout(line)

    def _remove(self, one: ThanksRow) -> Button:
        group = self._desk.group
        button = Button("", Look.QUIET, icon="withdraw", name=tr("Take off these thanks"))
        button.setToolTip(button.accessibleName())
        button.clicked.connect(
            lambda: self._desk.run(
                lambda: group.remove(one.id),
                tr("Your thanks were taken off."),
                lambda _made: group.bring_back(one.id),
            )
        )
        return button

    def _thank(self, words: str) -> bool:
        group, post = self._desk.group, self._post
        done = self._desk.run(
            lambda: group.thank(post, words),
            tr("Your thanks stand beside the post."),
            lambda made: group.remove(made.created or b""),
        )
        return done is not None


def may_thank(detail: PostDetail) -> bool:
    """Whether thanks are in place: it is done, or said to be, and whoever looks had a part.

    Of a need whoever asked thanks, of an offer whoever took it up.
    """
    ended = [one for one in detail.responses if one.state in (Standing.DONE, Standing.SAID_DONE)]
    if not ended or any(one.mine for one in detail.thanks):
        return False
    if detail.row.kind is PostKind.OFFER:
        return any(one.mine for one in ended)
    return detail.may_decide


class Comments(QWidget):
    """What neighbours said about a post, and a line to add to it.

    What is new since the post was last looked at is counted beside the title, until another post
    is shown.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._post = b""
        self._new = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px(10))
        self._said = Section()
        column.addWidget(self._said)
        hint = tr("Add a comment, for all to read")
        self.line = SayLine(tr("Your comment"), hint, tr("Add"), self._comment)
        self.line.button.setAccessibleName(tr("Add the comment"))
        column.addWidget(self.line)

    def show_post(self, detail: PostDetail) -> None:
        if detail.row.id != self._post:
            self._post = detail.row.id
            self._new = 0
        unread = self._desk.group.unread().comments.get(self._post, 0)
        self._new += unread
        shown = (detail.comments, self._new, now_ms() // MINUTE)
        self._said.fill(shown, lambda: self._build(detail.comments))
        if unread and self.window().isActiveWindow():
            post = self._post
            self._desk.run(lambda: self._desk.group.mark_read(post))
        elif unread:
            self._new -= unread  # counted again when somebody looks

    def _build(self, comments: tuple[CommentRow, ...]) -> None:
        column = self._said.column
        title = QHBoxLayout()
        title.setSpacing(theme().px(8))
        title.addWidget(Text(tr("Comments"), Size.STRONG))
        if self._new:
            title.addWidget(Pill(tr("%n new", n=self._new), Tone.ACCENT))
        title.addStretch(1)
        column.addLayout(title)
        for comment in comments:
            column.addWidget(self._one(comment))

    def _one(self, comment: CommentRow) -> QWidget:
        holder = QWidget()
        lines = QVBoxLayout(holder)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(theme().px(2))
        name = tr("You") if comment.mine else comment.who
        about = Text(meta(name, ago(comment.created, now_ms())), Size.META, quiet=True)
        lines.addWidget(about)
        words = QHBoxLayout()
        words.addWidget(Text(comment.text, wrap=True, selectable=True), 1)
        if comment.mine:
            tool = Button("", Look.QUIET, icon="withdraw", name=tr("Take off this comment"))
            tool.setToolTip(tool.accessibleName())
            tool.clicked.connect(lambda: self._remove(comment.id))
        else:
            tool = PersonMenu(self._desk, comment.person, comment.who)
        words.addWidget(tool, 0, Qt.AlignmentFlag.AlignTop)
        lines.addLayout(words)
        return holder

    def _comment(self, words: str) -> bool:
        group, post = self._desk.group, self._post
        done = self._desk.run(
            lambda: group.comment(post, words),
            tr("Comment added."),
            lambda made: group.remove(made.created or b""),
        )
        return done is not None

    def _remove(self, record: bytes) -> None:
        group = self._desk.group
        self._desk.run(
            lambda: group.remove(record),
            tr("Comment taken off."),
            lambda _made: group.bring_back(record),
        )


class History(Section):
    """What happened to a post, the last few steps."""

    SHOWN = 8

    def show_post(self, detail: PostDetail) -> None:
        minute = now_ms() // MINUTE
        self.fill((detail.history, minute), lambda: self._build(detail.history))

    def _build(self, history: tuple[HistoryRow, ...]) -> None:
        if len(history) < 2:
            return
        self.column.addWidget(Hairline())
        self.column.addWidget(Text(tr("What happened"), Size.STRONG))
        now = now_ms()
        for line in history[-self.SHOWN :]:
            words = tr(
                "{what} – {who}, {ago}", what=line.what, who=line.who, ago=ago(line.when, now)
            )
            self.column.addWidget(Text(words, Size.META, quiet=True, wrap=True))
