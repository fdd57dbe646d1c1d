# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Paper that comes back: a slip torn off the board, or a form that somebody filled in."""

from enum import StrEnum
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from mutualaid.errors import MutualAidError
from mutualaid.model.directories.paper.forms import checked_number
from mutualaid.model.values import ChangeSet, PostDetail, PostDraft
from mutualaid.ui.page import Desk
from mutualaid.ui.post.form import PostDialog
from mutualaid.ui.post.form_shares import NOTHING_SAID
from mutualaid.ui.post.saving import put_beside
from mutualaid.ui.post.words import who
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import Card, Choice, ChoiceRow, Count, Form, FormDialog, Text
from mutualaid.ui.words import kind_word, meta, status_word, tr

#: ms after the last key until a code is looked up.
WAIT: Final = 150
#: Shorter than this no code is looked up: it could be anything.
LEAST: Final = 3


class Paper(StrEnum):
    SLIP = "slip"
    FORM = "form"


class FromPaperDialog(FormDialog):
    """Type what stands on it; it becomes an entry that says who wrote it down, and for whom.

    ``form_asked`` with the number of a form, after which the dialog closes: what was filled in is
    typed into the form for posts.
    """

    form_asked = Signal(str)
    #: A post was found for the code, or none.
    looked = Signal()

    def __init__(self, parent: QWidget | None, desk: Desk) -> None:
        super().__init__(parent, tr("From paper"), tr("Save"), width=540)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._desk = desk
        self._detail: PostDetail | None = None
        self.kind: ChoiceRow[Paper] = ChoiceRow(
            (
                (Paper.SLIP, tr("A slip from the board")),
                (Paper.FORM, tr("A form that was filled in")),
            ),
            Paper.SLIP,
        )
        self.form.add(tr("What came back"), self.kind)
        self.kind.changed.connect(self._choose_kind)
        self._make_slip()
        self._make_form()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT)
        self._timer.timeout.connect(self.look_up)
        self._choose_kind()

    def _make_slip(self) -> None:
        self.slip = Form()
        self.code = QLineEdit()
        self.slip.add(
            tr("&Code on the slip"),
            self.code,
            help_text=tr("It has no 0, O, 1 or I. Large or small letters are the same."),
        )
        self.code.textEdited.connect(lambda _words: self._timer.start())
        self.found = Card(inset=True)
        self.title = Text("", Size.STRONG, wrap=True)
        self.about = Text("", Size.META, quiet=True, wrap=True)
        self.found.column.addWidget(self.title)
        self.found.column.addWidget(self.about)
        self.found.hide()
        self.slip.column.addWidget(self.found)
        self.whom = QLineEdit()
        self.slip.add(tr("&Who wrote it"), self.whom)
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(theme().px(72))
        self.slip.add(tr("W&hat they wrote"), self.text)
        self.contact = QLineEdit()
        self.contact.setPlaceholderText(tr("A phone number, or where to find them"))
        self.slip.add(
            tr("How to &reach them"),
            self.contact,
            help_text=tr("Sealed: it goes to whoever posted it, and to nobody else."),
        )
        self._taking = Form()
        self.part = Choice()
        self.amount = Count(1, 1)
        self._taking.add_pair((tr("Which &part"), self.part), (tr("How m&any"), self.amount))
        self.slip.column.addWidget(self._taking)
        self._taking.hide()
        self.form.column.addWidget(self.slip)

    def _make_form(self) -> None:
        self.filled = Form()
        self.number = QLineEdit()
        self.filled.add(
            tr("&Number of the form"),
            self.number,
            help_text=tr(
                "It stands in a corner of the form. One form is taken in once; what stands on it "
                "you type in the next step."
            ),
        )
        self.form.column.addWidget(self.filled)

    def _choose_kind(self) -> None:
        slip = self.kind.current is Paper.SLIP
        self.slip.setVisible(slip)
        self.filled.setVisible(not slip)
        self.ok.set_words(tr("Save") if slip else tr("Type it in…"))
        self._fit()
        (self.code if slip else self.number).setFocus(Qt.FocusReason.OtherFocusReason)

    # -- the post of a slip -------------------------------------------------------------------

    def look_up(self) -> str:
        """Find the post of the code and show it; returns why there is none, "" where there is."""
        self._timer.stop()
        typed = self.code.text().strip()
        sentence = ""
        self._detail = None
        if len(typed) < LEAST:
            sentence = tr("Type the code that stands on the slip.")
        else:
            try:
                group = self._desk.group
                self._detail = group.post_detail(group.post_on_paper(typed).id)
            except MutualAidError as error:
                sentence = str(error)
        self._show_found()
        self.looked.emit()
        return sentence

    def _show_found(self) -> None:
        detail = self._detail
        self.found.setVisible(detail is not None)
        several = False
        if detail is not None:
            row = detail.row
            self.title.setText(row.title)
            self.about.setText(
                meta(kind_word(row.kind), who(row), row.area, status_word(row.status))
            )
            named = [part for part in detail.parts if part.name]
            several = bool(named) or row.wanted > 1
            self.part.clear()
            for part in named:
                self.part.addItem(part.name, part.name)
            self.part.setEnabled(bool(named))
            self.amount.setRange(1, max(1, row.wanted))
        self._taking.setVisible(several)
        self._fit()

    # -- saving -------------------------------------------------------------------------------

    def submit(self) -> bool:
        self.slip.clear_problems()
        self.filled.clear_problems()
        if self.kind.current is Paper.SLIP:
            return self._save_slip()
        number = self.number.text().strip()
        if not number:
            self.filled.problem(self.number, tr("Type the number that stands on the form."))
            return False
        try:
            number = checked_number(number)
        except MutualAidError as error:
            self.filled.problem(self.number, str(error))
            return False
        type_in_form(self.parentWidget() or self, self._desk, number)
        self.form_asked.emit(number)
        return True

    def _save_slip(self) -> bool:
        sentence = self.look_up()
        if sentence:
            self.slip.problem(self.code, sentence)
            return False
        name = " ".join(self.whom.text().split())
        if not name:
            self.slip.problem(self.whom, tr("Who wrote it? A name is enough."))
            return False
        group, detail = self._desk.group, self._detail
        assert detail is not None
        several = not self._taking.isHidden()
        part = str(self.part.currentData() or "") if several else ""
        done = self._desk.run(
            lambda: group.slip(
                detail.row.code,
                name,
                self.text.toPlainText().strip(),
                contact=self.contact.text().strip(),
                part=part,
                amount=self.amount.value() if several else 1,
            ),
            tr("Written down for {name}: “{title}”.", name=name, title=detail.row.title),
            lambda made: group.release(made.created or b""),
            on_error=lambda error: self.tell(str(error)),
        )
        return done is not None


def type_in_form(parent: QWidget, desk: Desk, number: str) -> PostDialog:
    """The form for posts, on behalf of whoever filled in the one on paper."""
    group = desk.group

    def save(draft: PostDraft, dialog: PostDialog) -> bool:
        if not draft.on_behalf_of.strip():
            dialog.tell(tr("Whose form is it? Their name stands on it; say it under “More”."))
            dialog.whom.setFocus(Qt.FocusReason.OtherFocusReason)
            return False

        shares = dialog.shares.said

        def write() -> ChangeSet:
            made = group.paper_form(draft, number, share=shares.post, share_for=shares.on_behalf_of)
            return put_beside(group, made, dialog.behalf_phone, NOTHING_SAID)

        done = desk.run(
            write,
            tr(
                "Posted for {name}: “{title}”.",
                name=draft.on_behalf_of.strip(),
                title=draft.title.strip(),
            ),
            lambda made: group.withdraw(made.created or b""),
            on_error=dialog.refuse,
        )
        return done is not None

    dialog = PostDialog(parent, group.areas(), save, zone=group.tz)
    dialog.begin_behalf(tr("On paper, form {number}", number=number))
    dialog.open()
    return dialog
