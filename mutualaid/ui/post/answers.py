# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The answers to a post: how much is covered, who goes, and what whoever decides can say to each.

A card stays as long as its answer does. What is written in it (a note with a kind no) is never
made anew; the words and buttons around it are, where they changed.
"""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from mutualaid.errors import AlreadyCoveredError, MutualAidError
from mutualaid.model.values import (
    PartRow,
    PostDetail,
    PostKind,
    PostRow,
    PostStatus,
    ResponseRow,
    Standing,
)
from mutualaid.ui.page import Desk
from mutualaid.ui.post import deciding
from mutualaid.ui.post.person_menu import PersonMenu
from mutualaid.ui.post.reach import helper_ways
from mutualaid.ui.post.words import (
    STANDING_ICONS,
    amount_words,
    answer_sentence,
    helper_name,
    lapse_words,
    part_words,
    standing_words,
)
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import (
    Avatar,
    Button,
    Card,
    FlowLayout,
    IconLabel,
    Look,
    Section,
    Text,
    announce,
    paint,
)
from mutualaid.ui.wording import listed
from mutualaid.ui.words import meta, now_ms, tr

#: Answers that are out: shown after the others, and only to whom they concern.
OUT = (Standing.DECLINED, Standing.RELEASED, Standing.LAPSED)


class CoveredBar(QWidget):
    """How much is promised, as a bar; the words beside it say the same."""

    def __init__(self, covered: int, wanted: int) -> None:
        super().__init__()
        self._share = covered / max(1, wanted)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(theme().px(120), theme().px(6))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            painter.translate(self.width(), 0)
            painter.scale(-1, 1)
        paint.bar(painter, self.rect(), self._share)


class Answers(QWidget):
    """``talk_asked`` with the person to talk to privately."""

    talk_asked = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._post = b""
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme().px(8))
        self._parts = Section()
        self._title = Text("", Size.STRONG)
        self._nobody = Text("", quiet=True, wrap=True)
        for widget in (self._parts, self._title, self._nobody):
            self._column.addWidget(widget)
        self._before = self._column.count()
        self.cards: dict[bytes, AnswerCard] = {}

    def show_post(self, detail: PostDetail, zone: str) -> None:
        row = detail.row
        if row.id != self._post:
            self._post = row.id
            self._let_go(list(self.cards))
        self._parts.fill((row.wanted, detail.parts), lambda: self._build_parts(row, detail.parts))
        answers = shown_answers(detail)
        need = row.kind is PostKind.NEED
        self._title.setText(tr("Offered to help") if need else tr("Asked for it"))
        self._nobody.setText(_nobody_words(detail))
        self._nobody.setVisible(not answers)
        wanted = {answer.id: answer for answer in answers}
        self._let_go([record for record in self.cards if record not in wanted])
        for at, (record, answer) in enumerate(wanted.items()):
            card = self.cards.get(record)
            if card is None:
                card = self.cards[record] = AnswerCard(self._desk)
                card.talk_asked.connect(self.talk_asked)
            if self._column.indexOf(card) != self._before + at:
                self._column.insertWidget(self._before + at, card)
            card.show_answer(answer, detail, zone)
            card.show()

    def _let_go(self, records: Sequence[bytes]) -> None:
        for record in records:
            card = self.cards.pop(record)
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()

    def _build_parts(self, row: PostRow, parts: tuple[PartRow, ...]) -> None:
        if row.wanted < 2 and not any(part.name for part in parts):
            return
        column = self._parts.column
        for part in parts:
            column.addWidget(Text(part_words(part), wrap=True))
            column.addWidget(CoveredBar(part.covered, part.wanted))


def _nobody_words(detail: PostDetail) -> str:
    row = detail.row
    if row.mine and row.status.wants_help:
        return tr("Nobody yet. Neighbours see it as soon as their machines are near.")
    return tr("Nobody yet.")


def shown_answers(detail: PostDetail) -> list[ResponseRow]:
    """In order: my own, who waits, who goes, who stands by; what is out, for whom it concerns."""
    order = {Standing.OFFERED: 0, Standing.TAKEN: 1, Standing.ACCEPTED: 1, Standing.SAID_DONE: 1}
    order |= {Standing.DONE: 1, Standing.STANDS_BY: 2}
    concerned = [
        answer
        for answer in detail.responses
        if answer.state not in OUT
        or answer.mine
        or (detail.may_decide and answer.state is not Standing.RELEASED)
    ]
    return sorted(
        concerned,
        key=lambda one: (order.get(one.state, 3), not one.mine, one.created, one.id),
    )


class AnswerCard(Card):
    """One answer and where it stands. ``talk_asked`` with the person to talk to."""

    talk_asked = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(inset=True)
        self._desk = desk
        self._answer: ResponseRow | None = None
        self._detail: PostDetail | None = None
        self._zone = ""
        self._covered: tuple[str, ...] = ()
        self._words = Section(2)
        self.buttons = Section()
        self.question = Section()
        self._make_note()
        self.column.setSpacing(theme().px(8))
        for widget in (self._words, self.buttons, self.question, self._note):
            self.column.addWidget(widget)

    def show_answer(self, answer: ResponseRow, detail: PostDetail, zone: str) -> None:
        before = self._answer
        self._answer, self._detail, self._zone = answer, detail, zone
        row, may_decide = detail.row, detail.may_decide
        if before is not None and before.state is not answer.state:
            self._covered = ()
            self._close_note()
        self.setAccessibleName(answer_sentence(answer, row, may_decide=may_decide))
        lapses = lapse_words(answer, now_ms(), zone)
        self._words.fill(
            (answer, row.owner_name, row.kind, may_decide, lapses),
            lambda: self._build_words(answer, row, lapses, may_decide=may_decide),
        )
        several = sum(one.state.goes for one in detail.responses) > 1
        self.buttons.fill(
            (answer.id, answer.state, row.mine, row.status, may_decide, several),
            lambda: self._build_buttons(answer, detail, several=several),
        )
        self._ask_covered()

    # -- words --------------------------------------------------------------------------------

    def _build_words(
        self, answer: ResponseRow, row: PostRow, lapses: str, *, may_decide: bool
    ) -> None:
        line = QHBoxLayout()
        line.setSpacing(theme().px(10))
        avatar = Avatar(answer.who, answer.person, 32)
        line.addWidget(avatar, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(theme().px(2))
        words.addWidget(Text(helper_name(answer), Size.STRONG, wrap=True))
        state = QHBoxLayout()
        state.setSpacing(theme().px(6))
        lively = answer.state.goes or answer.state is Standing.OFFERED
        icon = IconLabel(STANDING_ICONS[answer.state], "accent" if lively else "quiet", 15)
        state.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        said = standing_words(answer, row, may_decide=may_decide)
        decided = _decided_words(answer, self._desk.group.my_name)
        state.addWidget(
            Text(meta(said, decided), Size.META, tone="accent" if lively else "", wrap=True), 1
        )
        words.addLayout(state)
        details = meta(amount_words(answer), answer.when, tr("each time") if answer.every else "")
        if details:
            words.addWidget(Text(details, Size.META, wrap=True, selectable=True))
        if answer.note:
            note = tr("“{note}”", note=answer.note)
            words.addWidget(Text(note, Size.META, quiet=True, wrap=True, selectable=True))
        if answer.paper:
            contact = self._desk.group.slip_contact(answer.id)
            paper = meta(
                tr("on a slip of paper"),
                tr("{name} is reached so: {contact}", name=answer.on_behalf_of, contact=contact)
                if contact
                else "",
            )
            words.addWidget(Text(paper, Size.META, wrap=True, selectable=True))
        if lapses:
            warning = QHBoxLayout()
            warning.setSpacing(theme().px(6))
            warning.addWidget(IconLabel("warning", "warn", 15), 0, Qt.AlignmentFlag.AlignTop)
            warning.addWidget(Text(lapses, Size.META, wrap=True, tone="warn"), 1)
            words.addLayout(warning)
        line.addLayout(words, 1)
        if not answer.mine:
            menu = PersonMenu(self._desk, answer.person, answer.who)
            line.addWidget(menu, 0, Qt.AlignmentFlag.AlignTop)
        self._words.column.addLayout(line)

    # -- buttons ------------------------------------------------------------------------------

    def _build_buttons(self, answer: ResponseRow, detail: PostDetail, *, several: bool) -> None:
        holder = QWidget()
        flow = FlowLayout(holder, spacing=6)
        for words, name, look, do in self._deeds(answer, detail, several=several):
            button = Button(words, look, name=name)
            button.clicked.connect(do)
            flow.addWidget(button)
        if flow.count():
            self.buttons.column.addWidget(holder)

    def _deeds(
        self, answer: ResponseRow, detail: PostDetail, *, several: bool
    ) -> list[tuple[str, str, Look, Callable[[], object]]]:
        """What can be done: words, name, look, and the deed."""
        row, name, state = detail.row, helper_name(answer), answer.state
        deeds: list[tuple[str, str, Look, Callable[[], object]]] = []
        open_still = row.status.wants_help or row.status is PostStatus.AGREED
        if detail.may_decide:
            if open_still and not state.goes and state is not Standing.RELEASED:
                look = Look.PRIMARY if state is Standing.OFFERED else Look.SECONDARY
                deeds.append((tr("Accept"), tr("Accept {who}", who=name), look, self.accept))
            if state.goes and state is not Standing.DONE and (several or not row.mine):
                done = tr("{who} has done it", who=name)
                finish = partial(deciding.finish, self._desk, row, answer)
                deeds.append((tr("Done"), done, Look.SECONDARY, finish))
            if open_still and state in (
                Standing.OFFERED,
                Standing.TAKEN,
                Standing.ACCEPTED,
                Standing.STANDS_BY,
            ):
                called = (
                    tr("Take back your yes to {who}", who=name)
                    if state.goes
                    else tr("Decline {who}", who=name)
                )
                deeds.append((tr("Decline…"), called, Look.QUIET, self._open_note))
        if answer.mine:
            deeds += self._own_deeds(answer, row, asked=detail.may_decide)
        other = _talks_with(answer, detail, self._desk.group.me)
        if other is not None:
            talk = partial(self.talk_asked.emit, other)
            whom = answer.who if other == answer.person else row.owner_name
            called = tr("Talk privately with {who}", who=whom)
            deeds.append((tr("Talk privately"), called, Look.QUIET, talk))
        return deeds

    def _own_deeds(
        self, answer: ResponseRow, row: PostRow, *, asked: bool
    ) -> list[tuple[str, str, Look, Callable[[], object]]]:
        """What a helper can do about their own answer."""
        deeds: list[tuple[str, str, Look, Callable[[], object]]] = []
        state = answer.state
        if state in (Standing.TAKEN, Standing.ACCEPTED) and not asked:
            finish = partial(deciding.finish, self._desk, row, answer)
            deeds.append((tr("Done"), tr("Say that it is done"), Look.PRIMARY, finish))
        keep = partial(deciding.still_on_it, self._desk, answer)
        if state in (Standing.TAKEN, Standing.ACCEPTED) or state is Standing.LAPSED:
            deeds.append((tr("Still on it"), tr("I am still on it"), Look.SECONDARY, keep))
        if state is Standing.SAID_DONE:
            deeds.append((tr("Not done yet"), tr("It is not done yet"), Look.SECONDARY, keep))
        if state not in (*OUT, Standing.DONE) and not row.status.is_past:
            back = tr("Take back your answer")
            deeds.append((tr("Take back"), back, Look.QUIET, self._release))
        return deeds

    def _release(self) -> None:
        if self._answer is None:
            return
        group, record = self._desk.group, self._answer.id
        self._desk.run(
            lambda: group.release(record),
            tr("You took your answer back."),
            lambda _made: group.still_on_it(record),
        )

    # -- yes ----------------------------------------------------------------------------------

    def accept(self) -> None:
        """Say yes; where all is promised already, ask here whether also or instead."""
        self._say_yes(also=False, instead=False)

    def _say_yes(self, *, also: bool, instead: bool) -> None:
        answer = self._answer
        if answer is None:
            return
        group, record = self._desk.group, answer.id

        def refused(error: MutualAidError) -> None:
            if isinstance(error, AlreadyCoveredError):
                self._covered = error.names
                announce(self, str(error))
            else:
                self._desk.window.warn(str(error))

        done = self._desk.run(
            lambda: group.accept(record, also=also, instead=instead),
            self._yes_words(answer),
            None if instead else lambda _made: deciding.before(self._desk, answer),
            on_error=refused,
        )
        if done is not None:
            self._covered = ()
        self._ask_covered(focus=done is None)

    def _yes_words(self, answer: ResponseRow) -> str:
        """What a yes does, and what opens with it."""
        name = helper_name(answer)
        offer = self._detail is not None and self._detail.row.kind is PostKind.OFFER
        said = tr("{who} gets it.", who=name) if offer else tr("{who} goes.", who=name)
        ways = helper_ways(self._desk.group)
        if not ways or answer.mine:
            return said
        return tr(
            "{said} What you keep for helpers ({ways}) opens for {who}.",
            said=said,
            ways=ways,
            who=answer.who,
        )

    def _ask_covered(self, *, focus: bool = False) -> None:
        self.question.fill((self._covered, self._answer_name()), self._build_question)
        if focus and self._covered:
            first = self.question.findChildren(Button)
            first[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _answer_name(self) -> str:
        return helper_name(self._answer) if self._answer is not None else ""

    def _build_question(self) -> None:
        if not self._covered:
            return
        name, going = self._answer_name(), listed(self._covered)
        words = (
            tr("{names} goes already. Should {who} go as well, or instead?", names=going, who=name)
            if len(self._covered) == 1
            else tr(
                "{names} go already. Should {who} go as well, or instead?", names=going, who=name
            )
        )
        column = self.question.column
        column.addWidget(Text(words, wrap=True))
        told = tr("Instead: they are thanked, and your yes to them is taken back.")
        column.addWidget(Text(told, Size.META, quiet=True, wrap=True))
        holder = QWidget()
        flow = FlowLayout(holder, spacing=6)
        for label, called, look, do in (
            (
                tr("As well"),
                tr("{who} goes as well", who=name),
                Look.PRIMARY,
                partial(self._say_yes, also=True, instead=False),
            ),
            (
                tr("Instead"),
                tr("{who} goes instead of {names}", who=name, names=going),
                Look.SECONDARY,
                partial(self._say_yes, also=False, instead=True),
            ),
            (
                tr("Leave it"),
                tr("Leave it as it is"),
                Look.QUIET,
                self._leave_question,
            ),
        ):
            button = Button(label, look, name=called)
            button.clicked.connect(lambda _checked=False, do=do: do())
            flow.addWidget(button)
        column.addWidget(holder)

    def _leave_question(self) -> None:
        self._covered = ()
        self._ask_covered()
        self._focus_buttons()

    # -- no, kindly ---------------------------------------------------------------------------

    def _make_note(self) -> None:
        self._note = QWidget()
        column = QVBoxLayout(self._note)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px(6))
        self.note = QLineEdit()
        self.note.setAccessibleName(tr("A kind word with your no, if you like"))
        self.note.setPlaceholderText(tr("Thank you! Next time, gladly."))
        self.note.returnPressed.connect(self._decline)
        column.addWidget(self.note)
        self._private = Text("", Size.META, quiet=True, wrap=True)
        column.addWidget(self._private)
        row = QHBoxLayout()
        row.setSpacing(theme().px(6))
        self.send_no = Button(tr("Decline"), name=tr("Decline kindly"))
        self.send_no.clicked.connect(self._decline)
        leave = Button(tr("Cancel"), Look.QUIET, name=tr("Do not decline"))
        leave.clicked.connect(self._leave_note)
        row.addWidget(self.send_no)
        row.addWidget(leave)
        row.addStretch(1)
        column.addLayout(row)
        self._note.hide()

    def _open_note(self) -> None:
        if self._answer is None:
            return
        self._private.setText(
            tr("Only {who} can read this. It can stay empty.", who=self._answer.who)
        )
        self._note.show()
        self.note.setFocus(Qt.FocusReason.OtherFocusReason)

    def _close_note(self) -> None:
        self._note.hide()
        self.note.clear()

    def _leave_note(self) -> None:
        self._close_note()
        self._focus_buttons()

    def _decline(self) -> None:
        answer = self._answer
        if answer is not None and deciding.decline(self._desk, answer, self.note.text().strip()):
            self._close_note()
            self._focus_buttons()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._note.isVisible():
            self._leave_note()
            event.accept()
        elif event.key() == Qt.Key.Key_Escape and self._covered:
            self._leave_question()
            event.accept()
        else:
            super().keyPressEvent(event)

    def _focus_buttons(self) -> None:
        for button in self.buttons.findChildren(Button):
            if not button.isHidden():
                button.setFocus(Qt.FocusReason.OtherFocusReason)
                return


def _decided_words(answer: ResponseRow, me: str) -> str:
    """Who said yes."""
    if not answer.decided_by or not (answer.state.goes or answer.state is Standing.STANDS_BY):
        return ""
    if answer.decided_by == me:
        return tr("your yes")
    return tr("yes from {who}", who=answer.decided_by)


def _talks_with(answer: ResponseRow, detail: PostDetail, me: bytes) -> bytes | None:
    """With whom whoever looks may talk privately about this answer."""
    if answer.mine:
        return None if detail.row.owner == me else detail.row.owner
    return answer.person if detail.may_decide else None
