# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One post in full: what it says, how far it has come, who answered, what was said beside it.

What others write arrives under an open editor without touching it: only the parts around the two
text fields are made anew, and only where they changed.
"""

from collections.abc import Callable

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from mutualaid.errors import MutualAidError, NotFoundError
from mutualaid.model.values import (
    ChangeSet,
    CommentRow,
    Mode,
    PostDetail,
    PostKind,
    PostRow,
    PostStatus,
    ResponseRow,
    Urgency,
)
from mutualaid.ui.board_model import who
from mutualaid.ui.page import Desk
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import (
    Avatar,
    Button,
    Card,
    DetailPane,
    FlowLayout,
    Hairline,
    Look,
    Pill,
    Text,
    Tone,
    clear_layout,
)
from mutualaid.ui.words import (
    ago,
    category_word,
    day,
    kind_word,
    meta,
    mode_word,
    now_ms,
    status_word,
    tr,
    urgency_word,
)

OPEN = (PostStatus.OPEN, PostStatus.OFFERED)


class Part(QWidget):
    """A part of the pane that is emptied and filled again when what it shows has changed."""

    def __init__(self) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme().px(8))
        self._shown: object = None

    def fill(self, shown: object, build: Callable[[], None]) -> None:
        """Build again unless exactly this is shown already; the focus stays in the part."""
        if shown == self._shown:
            return
        had_focus = self.focusWidget() is not None and self.focusWidget().hasFocus()
        self._shown = shown
        clear_layout(self.column)
        build()
        self.setVisible(self.column.count() > 0)
        if had_focus:
            buttons = self.findChildren(Button)
            if buttons:
                buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)


class PostDetailPane(DetailPane):
    """``edit_asked`` with the row when its owner wants to change it."""

    edit_asked = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(tr("The chosen post"))
        self._desk = desk
        self._detail: PostDetail | None = None
        self.record: bytes | None = None
        self._head = Part()
        self._own = Part()
        self._answers = Part()
        self._comments = Part()
        self._history = Part()
        self._make_offer_line()
        self._make_comment_line()
        for widget in (
            self._head,
            self._own,
            Hairline(),
            self._answers,
            self._offer,
            Hairline(),
            self._comments,
            self._say,
            self._history,
        ):
            self.column.addWidget(widget)
        self.column.addStretch(1)

    # -- lines to write in ------------------------------------------------------------------

    def _make_offer_line(self) -> None:
        self._offer = QWidget()
        column = QVBoxLayout(self._offer)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px(8))
        self.note = QLineEdit()
        self.note.setAccessibleName(tr("A note with your answer"))
        self.note.returnPressed.connect(self._offer_help)
        column.addWidget(self.note)
        self.offer = Button(tr("I can help"), Look.PRIMARY)
        self.offer.clicked.connect(self._offer_help)
        column.addWidget(self.offer, 0, Qt.AlignmentFlag.AlignLeading)

    def _make_comment_line(self) -> None:
        self._say = QWidget()
        row = QHBoxLayout(self._say)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme().px(8))
        self.words = QLineEdit()
        self.words.setPlaceholderText(tr("Add a comment, for all to read"))
        self.words.setAccessibleName(tr("Your comment"))
        self.words.returnPressed.connect(self._comment)
        row.addWidget(self.words, 1)
        self.send = Button(tr("Add"), name=tr("Add the comment"))
        self.send.clicked.connect(self._comment)
        row.addWidget(self.send)

    # -- showing ------------------------------------------------------------------------------

    def show_post(self, record: bytes) -> None:
        """Show this post; what was being typed for another is dropped."""
        if record != self.record:
            self.record = record
            self.note.clear()
            self.words.clear()
            self.scroll_to_top()
        self.refresh()

    def refresh(self) -> None:
        """Read the post again and change what differs."""
        if self.record is None:
            return
        try:
            detail = self._desk.group.post_detail(self.record)
        except NotFoundError:
            self.record = None
            self.left.emit()
            return
        except MutualAidError as error:
            self._desk.window.warn(str(error))
            return
        self._detail = detail
        row = detail.row
        self.setAccessibleName(tr("{kind}: {title}", kind=kind_word(row.kind), title=row.title))
        head = (row, detail.reached, detail.machines, detail.conflicts, now_ms() // 60_000)
        self._head.fill(head, lambda: self._build_head(detail))
        self._own.fill((row.mine, row.status), lambda: self._build_own(row))
        self._answers.fill(
            (row.kind, row.mine, detail.responses), lambda: self._build_answers(detail)
        )
        self._comments.fill(
            (detail.comments, now_ms() // 60_000), lambda: self._build_comments(detail.comments)
        )
        self._history.fill(detail.history, lambda: self._build_history(detail))
        self._show_offer_line(detail)

    def _show_offer_line(self, detail: PostDetail) -> None:
        row = detail.row
        mine_too = any(one.mine and one.state == "offered" for one in detail.responses)
        self._offer.setVisible(not row.mine and row.status in OPEN and not mine_too)
        need = row.kind is PostKind.NEED
        self.offer.set_words(tr("I can help") if need else tr("I could use this"))
        self.note.setPlaceholderText(
            tr("A note, if you like: I have the van free")
            if need
            else tr("A note, if you like: for Saturday, if that suits")
        )

    def _build_head(self, detail: PostDetail) -> None:
        row, now = detail.row, now_ms()
        column = self._head.column
        pills = QWidget()
        flow = FlowLayout(pills, spacing=6)
        tone = Tone.NEED if row.kind is PostKind.NEED else Tone.OFFER
        flow.addWidget(Pill(kind_word(row.kind), tone, row.kind.value))
        if row.urgency is not Urgency.ANYTIME:
            warn = row.urgency in (Urgency.TODAY, Urgency.DAYS)
            flow.addWidget(Pill(urgency_word(row.urgency), Tone.WARN if warn else Tone.PLAIN))
        if row.status not in OPEN:
            flow.addWidget(Pill(status_word(row.status)))
        column.addWidget(pills)
        column.addWidget(Text(row.title, Size.DETAIL, wrap=True, selectable=True))
        if row.text:
            column.addWidget(Text(row.text, wrap=True, selectable=True))
        facts = meta(
            category_word(row.category),
            row.area,
            row.when,
            mode_word(row.mode) if row.mode is not Mode.GIFT else "",
            tr("%n parts", n=row.parts) if row.parts > 1 else "",
        )
        column.addWidget(Text(facts, Size.META, quiet=True, wrap=True))
        ends = (
            tr("stays until it is taken off")
            if row.expires is None
            else tr("until {day}", day=day(row.expires))
        )
        posted = tr("Posted by {who} {ago}", who=who(row), ago=ago(row.created, now))
        column.addWidget(Text(meta(posted, ends), Size.META, quiet=True, wrap=True))
        locale = QLocale()
        reached = (
            tr(
                "reached {count} of {all} machines",
                count=locale.toString(detail.reached),
                all=locale.toString(detail.machines),
            )
            if detail.machines
            else tr("saved on this machine")
        )
        line = meta(tr("Code {code}", code=row.code), reached)
        column.addWidget(Text(line, Size.META, quiet=True, wrap=True, selectable=True))
        for conflict in detail.conflicts:
            card = Card(inset=True)
            card.column.addWidget(
                Text(
                    tr(
                        "Written at the same time by {who}, {ago}:",
                        who=conflict.by,
                        ago=ago(conflict.at, now),
                    ),
                    Size.META,
                    quiet=True,
                    wrap=True,
                )
            )
            card.column.addWidget(Text(str(conflict.value), wrap=True, selectable=True))
            column.addWidget(card)

    def _build_own(self, row: PostRow) -> None:
        if not row.mine:
            return
        group, record = self._desk.group, row.id
        holder = QWidget()
        flow = FlowLayout(holder)
        edit = Button(tr("Change"), icon="edit", name=tr("Change this post"))
        edit.clicked.connect(self._ask_edit)
        flow.addWidget(edit)

        def add(words: str, icon: str, said: str, do: Callable[[bytes], ChangeSet]) -> None:
            back = group.take_up if row.status in OPEN else group.withdraw
            undo = None if do == group.renew else lambda _made: back(record)
            button = Button(words, icon=icon)
            button.clicked.connect(lambda: self._desk.run(lambda: do(record), said, undo))
            flow.addWidget(button)

        if row.status in OPEN:
            add(tr("Done"), "check", tr("Marked as done."), group.done)
            if row.expires is not None:
                add(tr("Renew"), "renew", tr("It stays on the board for longer."), group.renew)
            add(tr("Set aside"), "clock", tr("Set aside for a while."), group.park)
            add(tr("Withdraw"), "withdraw", tr("Withdrawn."), group.withdraw)
        else:
            add(tr("Put back on the board"), "restore", tr("Back on the board."), group.take_up)
        self._own.column.addWidget(holder)

    def _ask_edit(self) -> None:
        if self._detail is not None:
            self.edit_asked.emit(self._detail.row)

    def _build_answers(self, detail: PostDetail) -> None:
        row = detail.row
        need = row.kind is PostKind.NEED
        column = self._answers.column
        column.addWidget(Text(tr("Offered to help") if need else tr("Asked for it"), Size.STRONG))
        standing = [one for one in detail.responses if one.state == "offered"]
        for response in standing:
            column.addWidget(self._answer(response))
        if not standing:
            column.addWidget(Text(tr("Nobody yet."), quiet=True))

    def _answer(self, response: ResponseRow) -> Card:
        card = Card(inset=True)
        words = QWidget()
        inner = QVBoxLayout(words)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(theme().px(2))
        inner.addWidget(Text(tr("You") if response.mine else response.who, Size.STRONG))
        if response.note:
            note = tr("“{note}”", note=response.note)
            inner.addWidget(Text(note, Size.META, quiet=True, wrap=True, selectable=True))
        line = QHBoxLayout()
        line.setSpacing(theme().px(10))
        line.addWidget(Avatar(response.who, response.person, 32), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(words, 1)
        if response.mine:
            back = Button(tr("Take back"), name=tr("Take back your answer"))
            back.clicked.connect(lambda: self._release(response))
            line.addWidget(back)
        card.column.addLayout(line)
        return card

    def _build_comments(self, comments: tuple[CommentRow, ...]) -> None:
        column = self._comments.column
        column.addWidget(Text(tr("Comments"), Size.STRONG))
        now = now_ms()
        for comment in comments:
            holder = QWidget()
            lines = QVBoxLayout(holder)
            lines.setContentsMargins(0, 0, 0, 0)
            lines.setSpacing(theme().px(2))
            top = QHBoxLayout()
            name = tr("You") if comment.mine else comment.who
            about = meta(name, ago(comment.created, now))
            top.addWidget(Text(about, Size.META, quiet=True), 1)
            lines.addLayout(top)
            words = QHBoxLayout()
            words.addWidget(Text(comment.text, wrap=True, selectable=True), 1)
            if comment.mine:
                remove = Button("", Look.QUIET, icon="withdraw", name=tr("Take off this comment"))
                remove.setToolTip(remove.accessibleName())
                remove.clicked.connect(
                    lambda _checked=False, record=comment.id: self._remove_comment(record)
                )
                words.addWidget(remove, 0, Qt.AlignmentFlag.AlignTop)
            lines.addLayout(words)
            column.addWidget(holder)

    def _build_history(self, detail: PostDetail) -> None:
        if len(detail.history) < 2:
            return
        column = self._history.column
        column.addWidget(Hairline())
        column.addWidget(Text(tr("What happened"), Size.STRONG))
        now = now_ms()
        for line in detail.history[-8:]:
            words = tr(
                "{what} – {who}, {ago}", what=line.what, who=line.who, ago=ago(line.when, now)
            )
            column.addWidget(Text(words, Size.META, quiet=True, wrap=True))

    # -- doing --------------------------------------------------------------------------------

    def focus_first(self) -> None:
        """Put the focus into the pane, where the likeliest thing to do is."""
        if self._offer.isVisible():
            self.note.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.words.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_offer(self) -> None:
        self.focus_first()

    def _offer_help(self) -> None:
        record = self.record
        if record is None or not self._offer.isVisible():
            return
        note = self.note.text().strip()
        group = self._desk.group
        done = self._desk.run(
            lambda: group.help_with(record, note),
            tr("Your neighbour will see that you answered."),
            lambda made: group.release(made.created or b""),
        )
        if done is not None:
            self.note.clear()
            self.words.setFocus(Qt.FocusReason.OtherFocusReason)

    def _release(self, response: ResponseRow) -> None:
        group, record = self._desk.group, self.record
        self._desk.run(
            lambda: group.release(response.id),
            tr("You took your answer back."),
            lambda _made: group.help_with(record or b"", response.note),
        )

    def _comment(self) -> None:
        words, record = self.words.text().strip(), self.record
        if not words or record is None:
            return
        group = self._desk.group
        done = self._desk.run(
            lambda: group.comment(record, words),
            tr("Comment added."),
            lambda made: group.remove(made.created or b""),
        )
        if done is not None:
            self.words.clear()

    def _remove_comment(self, record: bytes) -> None:
        group = self._desk.group
        self._desk.run(
            lambda: group.remove(record),
            tr("Comment taken off."),
            lambda _made: group.bring_back(record),
        )
