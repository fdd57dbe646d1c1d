# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may already fit, found on this machine while a post is being typed."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mutualaid.errors import MutualAidError
from mutualaid.model.values import PostDraft, Suggestion
from mutualaid.ui.known_words import known_words
from mutualaid.ui.post.fit_words import suggestion_about, suggestion_sentence, suggestion_title
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import CardButton, KeyedColumn, Text, announce
from mutualaid.ui.words import tr

#: ms after the last key.
WAIT: Final = 150
#: Fewer letters than this say too little.
LEAST: Final = 3

Suggest = Callable[[PostDraft], Sequence[Suggestion]]


class MayFit(QWidget):
    """``opened`` with the suggestion whose card was pressed; ``changed`` when there are others.

    ``draft`` says what is typed so far, ``suggest`` what may fit it.
    """

    opened = Signal(object)
    changed = Signal()

    def __init__(self, draft: Callable[[], PostDraft], suggest: Suggest) -> None:
        super().__init__()
        self._draft = draft
        self._suggest = suggest
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px(8))
        column.addWidget(Text(tr("May already fit"), Size.STRONG))
        self.cards: KeyedColumn[Suggestion] = KeyedColumn(suggestion_key, self._card, spacing=8)
        column.addWidget(self.cards)
        column.addStretch(1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT)
        self._timer.timeout.connect(self.look)
        known_words().came.connect(self.look)
        self._asked: PostDraft | None = None
        self.hide()

    @property
    def waiting(self) -> bool:
        """Whether a look is still to come."""
        return self._timer.isActive()

    def typed(self, *_what: object) -> None:
        """Something was typed: look as soon as the keys rest."""
        self._timer.start()

    def look(self) -> None:
        """Show what may fit what is typed now."""
        draft = self._draft()
        if draft == self._asked or not known_words().are_here():
            return
        self._asked = draft
        found: Sequence[Suggestion] = ()
        if len(draft.title.strip()) >= LEAST:
            try:
                found = self._suggest(draft)
            except MutualAidError:
                found = ()  # what cannot be taken is said on posting
        before = len(self.cards.rows)
        self.cards.show_rows(found)
        self.setVisible(bool(found))
        if found and not before:
            announce(self, tr("%n may already fit.", n=len(found)))
        self.changed.emit()

    def _card(self, suggestion: Suggestion) -> CardButton:
        card = suggestion_card(suggestion)
        card.setAccessibleDescription(tr("Opens it. What you typed is kept."))
        card.clicked.connect(lambda: self.opened.emit(suggestion))
        return card


def suggestion_card(suggestion: Suggestion) -> CardButton:
    """What is suggested and why, as a card to press."""
    card = CardButton(suggestion_sentence(suggestion))
    card.column.setSpacing(theme().px(2))
    card.column.addWidget(Text(suggestion_title(suggestion), Size.STRONG, wrap=True))
    card.column.addWidget(Text(suggestion_about(suggestion), Size.META, quiet=True, wrap=True))
    return card


def suggestion_key(suggestion: Suggestion) -> bytes:
    if suggestion.post is not None:
        return suggestion.post.id
    return suggestion.person.id if suggestion.person is not None else b""
