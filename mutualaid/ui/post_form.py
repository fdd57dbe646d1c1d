# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form for a need or an offer: a title and Enter are enough, the rest is there if wanted."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from mutualaid.errors import MutualAidError
from mutualaid.model.taxonomy import CATEGORIES
from mutualaid.model.values import Mode, PostDraft, PostKind, PostRow, Urgency
from mutualaid.ui.theme import theme
from mutualaid.ui.widgets import Button, ChoiceRow, Form, FormDialog, Look
from mutualaid.ui.words import DAY, category_word, day, mode_word, now_ms, tr, urgency_word

#: How long a post can stay, in days, beside its category's own time and *standing*.
STAYS: Final = (1, 3, 7, 14, 30, 90)

Save = Callable[[PostDraft, "PostDialog"], bool]


class Choice(QComboBox):
    """A combo box that a wheel passing over it does not change."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def choose(self, value: object) -> None:
        """Choose by what the entry stands for."""
        self.setCurrentIndex(max(0, self.findData(value)))


def suggested_category(title: str) -> str:
    """The category that the words of a title speak of; "other" when none does."""
    words = {word.strip(".,;:!?()").casefold() for word in title.split()}
    for category in CATEGORIES:
        if words & {word.casefold() for word in category.words}:
            return category.id
    return "other"


def draft_of(row: PostRow) -> PostDraft:
    """What the form would have held for this post."""
    return PostDraft(
        kind=row.kind,
        title=row.title,
        text=row.text,
        category=row.category,
        urgency=row.urgency,
        area=row.area,
        when=row.when,
        expires=row.expires,
        standing=row.expires is None,
        mode=row.mode,
        parts=row.parts,
        on_behalf_of=row.on_behalf_of,
    )


def changed_fields(before: PostDraft, after: PostDraft) -> dict[str, Any]:
    """The fields in which two drafts differ, with their new values, for ``Group.edit_post``."""
    return {
        field.name: getattr(after, field.name)
        for field in fields(PostDraft)
        if getattr(before, field.name) != getattr(after, field.name) and field.name != "language"
    }


class PostDialog(FormDialog):
    """Post something new, or change one's own post (``row``).

    ``save`` does it and returns whether the dialog may close; it calls ``refuse`` with an error.
    """

    def __init__(
        self,
        parent: QWidget,
        areas: Sequence[str],
        save: Save,
        *,
        kind: PostKind = PostKind.NEED,
        row: PostRow | None = None,
    ) -> None:
        title = tr("Change your post") if row else tr("Post a need or an offer")
        super().__init__(parent, title, tr("Save") if row else tr("Post"), width=560)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._save = save
        self._row = row
        self._category_touched = row is not None
        self.kind = ChoiceRow(
            [(PostKind.NEED, tr("I need")), (PostKind.OFFER, tr("I offer"))],
            row.kind if row else kind,
        )
        self.title = QLineEdit()
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(theme().px(72))
        self.category = Choice()
        for one in CATEGORIES:
            self.category.addItem(category_word(one.id), one.id)
        self.urgency = Choice()
        for urgency in reversed(Urgency):
            self.urgency.addItem(urgency_word(urgency), urgency)
        self.area = QLineEdit()
        completer = QCompleter(list(areas), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.area.setCompleter(completer)
        self.when = QLineEdit()
        self.whom = QLineEdit()
        self.stays = Choice()
        self.mode = Choice()
        for mode in Mode:
            self.mode.addItem(mode_word(mode), mode)
        self.parts = QSpinBox()
        self.parts.setRange(1, 99)
        self._fill_stays()
        self._lay_out()
        if row is not None:
            self._fill(row)
        else:
            self.category.choose("other")
        self._say_title_hint()
        self.kind.changed.connect(self._say_title_hint)
        self.title.textEdited.connect(self._suggest)
        self.category.activated.connect(self._touch_category)
        QShortcut(QKeySequence("Ctrl+Return"), self, self.try_submit)
        self.title.setFocus()

    def _lay_out(self) -> None:
        form = self.form
        form.add(tr("What it is"), self.kind)
        form.add(tr("&Title"), self.title)
        form.add(tr("Te&xt"), self.text)
        form.add_pair((tr("&Category"), self.category), (tr("How &urgent"), self.urgency))
        form.add_pair((tr("&Area"), self.area), (tr("&When"), self.when))
        self.more = Button(tr("More"), Look.QUIET, icon="down")
        self.more.clicked.connect(self._show_more)
        form.column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeading)
        self._rest = Form()
        holder = QVBoxLayout()
        holder.addWidget(self._rest)
        form.column.addLayout(holder)
        self._rest.add(
            tr("For &somebody else"),
            self.whom,
            help_text=tr("A neighbour without a computer, who said yes to this."),
        )
        self._rest.add_pair((tr("Stays for"), self.stays), (tr("How it is &given"), self.mode))
        self._rest.add(tr("In how many &parts it can be taken"), self.parts)
        self._rest.hide()
        self.area.setPlaceholderText(tr("In your words: by the library"))
        self.when.setPlaceholderText(tr("Saturday at 10:00, any evening"))

    def _show_more(self) -> None:
        self._rest.show()
        self.more.hide()
        self._fit()
        self.whom.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fill_stays(self) -> None:
        row = self._row
        if row is not None and row.expires is not None:
            self.stays.addItem(tr("until {day}", day=day(row.expires)), row.expires)
        elif row is None:
            self.stays.addItem(tr("as is usual"), None)
        for days in STAYS:
            self.stays.addItem(tr("%n days", one="%n day", n=days), days)
        self.stays.addItem(tr("until I take it off"), 0)

    def _fill(self, row: PostRow) -> None:
        self.title.setText(row.title)
        self.text.setPlainText(row.text)
        if self.category.findData(row.category) < 0:
            self.category.addItem(category_word(row.category), row.category)
        self.category.choose(row.category)
        self.urgency.choose(row.urgency)
        self.area.setText(row.area)
        self.when.setText(row.when)
        self.whom.setText(row.on_behalf_of)
        self.mode.choose(row.mode)
        self.parts.setValue(row.parts)
        self.stays.choose(row.expires if row.expires is not None else 0)
        if row.on_behalf_of or row.mode is not Mode.GIFT or row.parts > 1 or row.expires is None:
            self._rest.show()
            self.more.hide()

    def _say_title_hint(self) -> None:
        self.title.setPlaceholderText(
            tr("A lift to the clinic at 16:00")
            if self.kind.current is PostKind.NEED
            else tr("Extension ladder, 6 metres, to lend")
        )

    def _touch_category(self, _index: int) -> None:
        self._category_touched = True

    def _suggest(self, words: str) -> None:
        if not self._category_touched:
            self.category.choose(suggested_category(words))

    def draft(self) -> PostDraft:
        """What has been typed so far."""
        stays = self.stays.currentData()
        expires: int | None = None
        if isinstance(stays, int) and stays:
            known = self._row is not None and stays == self._row.expires
            expires = stays if known else now_ms() + stays * DAY
        return PostDraft(
            kind=self.kind.current,
            title=self.title.text(),
            text=self.text.toPlainText(),
            category=str(self.category.currentData()),
            urgency=Urgency(self.urgency.currentData()),
            area=self.area.text(),
            when=self.when.text(),
            expires=expires,
            standing=stays == 0,
            mode=Mode(self.mode.currentData()),
            parts=self.parts.value(),
            on_behalf_of=self.whom.text(),
        )

    def submit(self) -> bool:
        if not self.title.text().strip():
            self.form.problem(self.title, tr("A post needs a title. A few words are enough."))
            return False
        return self._save(self.draft(), self)

    def refuse(self, error: MutualAidError) -> None:
        """Say why it was not taken; nothing typed is lost."""
        self.tell(str(error))
