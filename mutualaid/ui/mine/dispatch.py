# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The dispatcher's view: what is posted for people without a machine, and what to phone back."""

from typing import Final, NamedTuple

from PySide6.QtCore import QMargins, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from mutualaid.errors import MutualAidError
from mutualaid.model.values import (
    DispatchRow,
    PostRow,
    PostStatus,
    ResponseRow,
    Standing,
)
from mutualaid.ui.mine.cards import HELD, Deed, State, button_for, pills_of, waiting_deeds
from mutualaid.ui.page import Desk
from mutualaid.ui.post import deciding
from mutualaid.ui.post.words import helper_name, so_far, standing_words, time_words
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import (
    Avatar,
    Button,
    Card,
    CardButton,
    EmptyState,
    KeyedColumn,
    Look,
    ScrollColumn,
    Text,
    WordsAndButtons,
)
from mutualaid.ui.words import ago, category_word, meta, now_ms, sentence, tr

#: So many posts are shown, and with each *Show more*.
SHOWN: Final = 12


class Charge(NamedTuple):
    """A post on behalf, and the number of the person it is for, as far as it is open to me."""

    row: DispatchRow
    number: str


class DispatchCard(CardButton):
    """One post on behalf of somebody: how it stands, who answered, what to phone back.

    Pressed, it opens the post.
    """

    opened = Signal(bytes)

    def __init__(self, desk: Desk, charge: Charge) -> None:
        self._desk = desk
        row, self._number = charge
        self.row = row
        post, now, zone = row.post, now_ms(), desk.group.tz
        happened = so_far(post, now, zone=zone)
        state = (
            State(happened.words, happened.tone, happened.icon)
            if happened is not None
            else State(tr("nobody has answered yet"))
        )
        for_whom = tr("For {whom}", whom=post.on_behalf_of)
        super().__init__(
            sentence(
                for_whom,
                post.title,
                state.words,
                tr("to phone back: {words}", words=row.tell) if row.tell else "",
            )
        )
        self.clicked.connect(lambda: self.opened.emit(post.id))
        self.column.setSpacing(theme().px(8))
        self.column.addWidget(pills_of(post, state))
        self.column.addWidget(self._head(for_whom, now, zone))
        several = sum(answer.state.goes for answer in row.responses) > 1
        for answer in row.responses:
            if answer.state not in (Standing.RELEASED, Standing.DECLINED):
                self.column.addWidget(self._answer(answer, several=several))
        if row.tell:
            self.column.addWidget(self._to_tell())
        elif row.told_at is not None:
            told = tr("{whom} was told {when}.", whom=post.on_behalf_of, when=ago(row.told_at, now))
            self.column.addWidget(Text(told, Size.META, quiet=True, wrap=True))

    def _head(self, for_whom: str, now: int, zone: str) -> QWidget:
        post = self.row.post
        holder = QWidget()
        words = QWidget()
        column = QVBoxLayout(words)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px(2))
        column.addWidget(Text(f"{for_whom}: {post.title}", Size.CARD, wrap=True))
        agreed = tr("agreed to: {how}", how=post.consent) if post.consent else ""
        by = "" if post.mine else tr("posted by {who}", who=post.owner_name)
        facts = meta(
            category_word(post.category), post.area, by, time_words(post, now, zone), agreed
        )
        column.addWidget(Text(facts, Size.META, quiet=True, wrap=True))
        if self._number:
            phone = Text(tr("Phone {number}", number=self._number), Size.STRONG, selectable=True)
            phone.setAccessibleName(
                tr("Phone of {whom}: {number}", whom=post.on_behalf_of, number=self._number)
            )
            column.addWidget(phone)
        buttons = [button_for(deed) for deed in self._deeds()]
        holder.setLayout(WordsAndButtons(words, *buttons))
        return holder

    def _deeds(self) -> list[Deed]:
        desk, post = self._desk, self.row.post
        phone = Deed(
            tr("Phone…"),
            tr("Phone number of {whom}", whom=post.on_behalf_of),
            self._ask_number,
            Look.QUIET,
        )
        if post.status.is_past:
            return [phone]
        said = post.status is PostStatus.SAID_DONE
        done = Deed(
            tr("Done"),
            tr("Done: “{title}” for {whom}", title=post.title, whom=post.on_behalf_of),
            lambda: deciding.finish(desk, post),
            Look.PRIMARY if said else Look.SECONDARY,
        )
        return [done, phone]

    def _ask_number(self) -> None:
        from mutualaid.ui.mine.dispatch_dialogs import NumberDialog

        NumberDialog(self.window(), self._desk, self.row.post, self._number).open()

    def _answer(self, answer: ResponseRow, *, several: bool) -> Card:
        post = self.row.post
        card = Card(inset=True)
        words = QWidget()
        column = QVBoxLayout(words)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px(2))
        column.addWidget(Text(helper_name(answer), Size.STRONG, wrap=True))
        stands = standing_words(answer, post, may_decide=True)
        note = tr("“{note}”", note=answer.note) if answer.note else ""
        column.addWidget(Text(meta(stands, answer.when, note), Size.META, quiet=True, wrap=True))
        buttons: list[Button] = []
        if answer.state is Standing.OFFERED:
            deeds = waiting_deeds(self._desk, self, post, answer)
            buttons = [button_for(deed) for deed in deeds]
        elif answer.state in (*HELD, Standing.SAID_DONE) and several:
            buttons = [
                button_for(
                    Deed(
                        tr("Done"),
                        tr("{who} did it: “{title}”", who=helper_name(answer), title=post.title),
                        lambda: deciding.finish(self._desk, post, answer),
                        Look.QUIET,
                    )
                )
            ]
        line = QHBoxLayout()
        line.setSpacing(theme().px(10))
        line.addWidget(Avatar(answer.who, answer.person, 32), 0, Qt.AlignmentFlag.AlignTop)
        holder = QWidget()
        holder.setLayout(WordsAndButtons(words, *buttons))
        line.addWidget(holder, 1)
        card.column.addLayout(line)
        return card

    def _to_tell(self) -> Card:
        post, tell = self.row.post, self.row.tell
        card = Card(inset=True)
        words = QWidget()
        column = QVBoxLayout(words)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px(2))
        column.addWidget(Text(tr("To phone back"), Size.META, tone="warn"))
        column.addWidget(Text(tell, wrap=True, selectable=True))
        told = Button(
            tr("Told them"), Look.PRIMARY, name=tr("{whom} was told", whom=post.on_behalf_of)
        )
        told.clicked.connect(self._told)
        card.column.addLayout(WordsAndButtons(words, told))
        return card

    def _told(self) -> None:
        group, post = self._desk.group, self.row.post
        self._desk.run(
            lambda: group.told(post.id), tr("Noted: {whom} knows.", whom=post.on_behalf_of)
        )


def _number(desk: Desk, post: PostRow) -> str:
    try:
        return desk.group.behalf_contact(post.id)
    except MutualAidError:
        return ""


class DispatchView(QWidget):
    """All posts on behalf that I may look after; ``opened`` with the post that was pressed."""

    opened = Signal(bytes)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._rows: list[DispatchRow] = []
        self._shown = SHOWN
        px = theme().px
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._scroll = ScrollColumn(QMargins(0, 0, px(4), px(24)))
        outer.addWidget(self._scroll)
        top = QWidget()
        words = Text(
            tr("What is posted for people without a machine, and what they are to be told."),
            quiet=True,
            wrap=True,
        )
        self.answer = Button(tr("Answer for somebody…"), Look.SECONDARY)
        self.answer.clicked.connect(self._ask_answer)
        top.setLayout(WordsAndButtons(words, self.answer))
        self._scroll.column.addWidget(top)
        self.cards = KeyedColumn[Charge](lambda charge: charge.row.post.id, self._card)
        self.cards.deserted.connect(self.focus_first)
        self._scroll.column.addWidget(self.cards)
        self.more = Button("", Look.QUIET)
        self.more.clicked.connect(self._show_more)
        self._scroll.column.addWidget(self.more)
        self.empty = EmptyState()
        self.empty.tell(
            "me",
            tr("Nothing is posted for others"),
            tr(
                "Somebody without a computer needs a hand, or has something to give? "
                "Post it for them: the form asks for whom."
            ),
            tr("Post for somebody"),
        )
        self.empty.acted.connect(lambda: desk.window.run_action("post"))
        self._scroll.column.addWidget(self.empty)
        self._scroll.column.addStretch(1)

    def show_rows(self, rows: list[DispatchRow]) -> None:
        self._rows = rows
        shown = rows[: self._shown]
        self.cards.show_rows([Charge(row, _number(self._desk, row.post)) for row in shown])
        self.more.setVisible(len(rows) > len(shown))
        self.more.set_words(tr("Show %n more", n=min(SHOWN, len(rows) - len(shown))))
        self.empty.setVisible(not rows)

    def _show_more(self) -> None:
        at = len(self.cards.rows)
        self._shown += SHOWN
        self.show_rows(self._rows)
        self.cards.focus_at(at)

    def _ask_answer(self) -> None:
        from mutualaid.ui.mine.dispatch_dialogs import AnswerForDialog

        AnswerForDialog(self.window(), self._desk).open()

    def focus_first(self) -> None:
        if not self.cards.focus_first():
            self.empty.action.setFocus(Qt.FocusReason.OtherFocusReason)

    def _card(self, charge: Charge) -> DispatchCard:
        card = DispatchCard(self._desk, charge)
        card.opened.connect(self.opened)
        return card
