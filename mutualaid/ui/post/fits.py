# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who and what may fit one's own post, beside the post."""

from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mutualaid.errors import MutualAidError
from mutualaid.model.values import PostDetail, PostRow, Suggestion
from mutualaid.ui.known_words import known_words
from mutualaid.ui.page import Desk
from mutualaid.ui.post.form_fits import suggestion_card, suggestion_key
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import CardButton, KeyedColumn, Text
from mutualaid.ui.words import tr

#: ms after the post was shown: what it says comes first.
WAIT: Final = 150
MOST: Final = 3


class PostFits(QWidget):
    """Posts and people that may fit an open post of mine; hidden where there are none."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._row: PostRow | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px(8))
        column.addWidget(Text(tr("May fit"), Size.STRONG))
        self.cards: KeyedColumn[Suggestion] = KeyedColumn(suggestion_key, self._card, spacing=8)
        column.addWidget(self.cards)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT)
        self._timer.timeout.connect(self.look)
        known_words().came.connect(self.look)
        self.hide()

    def show_post(self, detail: PostDetail) -> None:
        """Look soon what may fit it, unless that is known."""
        row = detail.row
        if not (row.mine and row.status.wants_help):
            self._timer.stop()
            self._row = None
            self.hide()
        elif row != self._row:
            if self._row is None or row.id != self._row.id:
                self.hide()
            self._row = row
            self._timer.start()

    def look(self) -> None:
        """Show what may fit the post."""
        if self._row is None or not known_words().are_here():
            return
        try:
            found = self._desk.group.suggestions_for(self._row.id, limit=MOST)
        except MutualAidError:
            found = []  # reading the post itself tells why
        self.cards.show_rows(found)
        self.setVisible(bool(found))

    def _card(self, suggestion: Suggestion) -> CardButton:
        card = suggestion_card(suggestion)
        card.clicked.connect(lambda: self._open(suggestion))
        return card

    def _open(self, suggestion: Suggestion) -> None:
        window = self._desk.window
        if suggestion.post is not None:
            window.show_record("post", suggestion.post.id)
        elif suggestion.person is not None:
            window.show_record("person", suggestion.person.id)
