# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Painting a post as a card, so that the board stays light with any number of posts."""

from typing import Final

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from mutualaid.model.values import PostKind, PostRow, PostStatus, Urgency
from mutualaid.ui.board_model import action_words, meta_parts, so_far
from mutualaid.ui.models import ROW_ROLE
from mutualaid.ui.theme import Size, set_look, theme
from mutualaid.ui.widgets import paint
from mutualaid.ui.widgets.paint import Tone, mirrored
from mutualaid.ui.words import kind_word, meta, now_ms, tr, urgency_word

#: Height of a card and the gap under it, at 100 %.
HEIGHT: Final = 126
GAP: Final = 12


class PostDelegate(QStyledItemDelegate):
    """Paints cards; ``action_asked`` with the index whose button was clicked."""

    action_asked = Signal(QModelIndex)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # type: ignore[override]
        return QSize(theme().px(320), theme().px(HEIGHT + GAP))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex,  # type: ignore[override]
    ) -> None:
        row = index.data(ROW_ROLE)
        if not isinstance(row, PostRow):
            return
        view = option.widget
        state = option.state
        painter.save()
        card = self._card(option.rect)
        paint.card(
            painter,
            card,
            # The card that the arrow keys stand on is marked whether it is chosen or not.
            selected=bool(
                state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_HasFocus)
            ),
            focused=view is not None and view.hasFocus(),
            hovered=bool(state & QStyle.StateFlag.State_MouseOver),
        )
        px = theme().px
        inner = card.adjusted(px(16), px(14), -px(16), -px(12))
        self._first_line(painter, row, inner, option.direction)
        self._words(painter, row, inner, option)
        painter.restore()

    @staticmethod
    def _card(rect: QRect) -> QRect:
        return rect.adjusted(0, 0, -theme().px(2), -theme().px(GAP))

    def _first_line(
        self, painter: QPainter, row: PostRow, inner: QRect, direction: Qt.LayoutDirection
    ) -> None:
        px = theme().px
        x = inner.left()
        height = px(22)
        tone = Tone.NEED if row.kind is PostKind.NEED else Tone.OFFER
        pills = [(kind_word(row.kind), tone, row.kind.value)]
        if row.urgency is not Urgency.ANYTIME:
            urgent = row.urgency in (Urgency.TODAY, Urgency.DAYS)
            pills.append((urgency_word(row.urgency), Tone.WARN if urgent else Tone.PLAIN, ""))
        for words, pill_tone, icon in pills:
            width = paint.pill_width(words, icon)
            place = QRect(x, inner.top(), width, height)
            place = mirrored(place, inner, direction)
            paint.pill(painter, place, words, pill_tone, icon, direction)
            x += width + px(6)
        words = so_far(row, now_ms())
        if words:
            lively = bool(row.responses) and row.status is PostStatus.OFFERED
            paint.text(
                painter,
                mirrored(
                    QRect(x + px(8), inner.top(), inner.right() - x - px(8), height),
                    inner,
                    direction,
                ),
                words,
                size=Size.META,
                colour=theme().colours.accent if lively else theme().colours.quiet,
                bold=lively,
                align=Qt.AlignmentFlag.AlignTrailing,
                direction=direction,
            )

    def _words(
        self, painter: QPainter, row: PostRow, inner: QRect, option: QStyleOptionViewItem
    ) -> None:
        px, colours, direction = theme().px, theme().colours, option.direction
        title = QRect(inner.left(), inner.top() + px(26), inner.width(), px(24))
        if not row.text:
            title.translate(0, px(8))
        paint.text(
            painter,
            mirrored(title, inner, direction),
            row.title,
            size=Size.CARD,
            direction=direction,
        )
        action = self.button_rect(option.rect, row)
        room = inner.width() - (action.width() + px(16) if action.isValid() else 0)
        if row.text:
            words = QRect(inner.left(), title.bottom() + 1, room, px(20))
            paint.text(
                painter,
                mirrored(words, inner, direction),
                row.text,
                colour=colours.quiet,
                direction=direction,
            )
        last = QRect(inner.left(), inner.bottom() - px(19), room, px(20))
        paint.text(
            painter,
            mirrored(last, inner, direction),
            meta(*meta_parts(row, now_ms())),
            size=Size.META,
            colour=colours.quiet,
            direction=direction,
        )
        if action.isValid():
            view = option.widget
            over = False
            if view is not None and option.state & QStyle.StateFlag.State_MouseOver:
                cursor = view.mapFromGlobal(view.cursor().pos())
                over = mirrored(action, option.rect, direction).contains(cursor)
            paint.button(
                painter,
                mirrored(action, option.rect, direction),
                action_words(row),
                primary=False,
                hovered=over,
            )

    def button_rect(self, rect: QRect, row: PostRow) -> QRect:
        """Where the card's button is, laid out left to right; invalid when it has none."""
        words = action_words(row)
        if not words:
            return QRect()
        px = theme().px
        card = self._card(rect)
        width, height = paint.button_width(words), px(34)
        return QRect(card.right() - px(14) - width, card.bottom() - px(13) - height, width, height)

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: QModelIndex,  # type: ignore[override]
    ) -> bool:
        if event.type() == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            row = index.data(ROW_ROLE)
            if isinstance(row, PostRow) and event.button() == Qt.MouseButton.LeftButton:
                place = self.button_rect(option.rect, row)
                place = mirrored(place, option.rect, option.direction)
                if place.contains(event.position().toPoint()):
                    self.action_asked.emit(index)
                    return True
        return super().editorEvent(event, model, option, index)


class CardList(QListView):
    """A list of cards of one height. Enter activates the one that is marked."""

    def __init__(self, name: str, delegate: QStyledItemDelegate) -> None:
        super().__init__()
        set_look(self, "cards")
        self.setAccessibleName(name)
        self.setItemDelegate(delegate)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.verticalScrollBar().setSingleStep(32)
        self.setAccessibleDescription(tr("Arrow keys move, Enter opens."))
