# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Painting a post as a card, so that the board stays light with any number of posts."""

from typing import Final

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QObject,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from mutualaid.model.values import PostKind, PostRow, Urgency
from mutualaid.ui.board.model import FIT_ROLE
from mutualaid.ui.icons import paint_icon
from mutualaid.ui.models import ROW_ROLE
from mutualaid.ui.post.photos import Photos, paint_photo
from mutualaid.ui.post.words import action_words, meta_parts, so_far, waits_for
from mutualaid.ui.theme import Size, set_look, theme
from mutualaid.ui.widgets import paint
from mutualaid.ui.widgets.paint import Tone, mirrored
from mutualaid.ui.words import kind_word, meta, now_ms, tr, urgency_word

#: Height of a card and the gap under it, at 100 %.
HEIGHT: Final = 126
GAP: Final = 12


class PostDelegate(QStyledItemDelegate):
    """Paints cards; ``action_asked`` with the index whose button was clicked.

    ``zone`` is the group's time zone, by whose clock windows of time are told.
    """

    action_asked = Signal(QModelIndex)

    def __init__(self, parent: QObject, photos: Photos, zone: str = "") -> None:
        super().__init__(parent)
        self._photos = photos
        self.zone = zone

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
        self._first_line(painter, row, str(index.data(FIT_ROLE) or ""), inner, option)
        self._words(painter, row, inner, option)
        painter.restore()

    @staticmethod
    def _card(rect: QRect) -> QRect:
        return rect.adjusted(0, 0, -theme().px(2), -theme().px(GAP))

    def _first_line(
        self,
        painter: QPainter,
        row: PostRow,
        fit: str,
        inner: QRect,
        option: QStyleOptionViewItem,
    ) -> None:
        """Pills, and at the end what has happened so far."""
        px, direction = theme().px, option.direction
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
        happened = so_far(row, now_ms(), fit, self.zone)
        if happened is None:
            return
        lively = happened.tone is not Tone.PLAIN
        colour = theme().colours.role(happened.tone.value) if lively else theme().colours.quiet
        icon_room = px(19) if happened.icon else 0
        wanted = paint.text_width(happened.words, Size.META, bold=lively) + px(2)
        width = min(wanted, inner.right() - x - px(8) - icon_room)
        place = QRect(inner.right() + 1 - width, inner.top(), width, height)
        paint.text(
            painter,
            mirrored(place, inner, direction),
            happened.words,
            size=Size.META,
            colour=colour,
            bold=lively,
            align=Qt.AlignmentFlag.AlignTrailing,
            direction=direction,
        )
        if happened.icon:
            mark = QRect(place.left() - icon_room, inner.top(), px(15), height)
            paint_icon(painter, happened.icon, mirrored(mark, inner, direction), colour)
        if happened.share is not None:
            bar = QRect(inner.right() + 1 - px(120), inner.top() + px(22), px(120), px(4))
            paint.bar(painter, mirrored(bar, inner, direction), happened.share)

    def _words(
        self, painter: QPainter, row: PostRow, inner: QRect, option: QStyleOptionViewItem
    ) -> None:
        px, colours, direction = theme().px, theme().colours, option.direction
        whole = inner
        if row.photos:
            inner = inner.adjusted(self._photo(painter, row, inner, option) + px(12), 0, 0, 0)
        title = QRect(inner.left(), inner.top() + px(26), inner.width(), px(24))
        if not row.text:
            title.translate(0, px(8))
        paint.text(
            painter,
            mirrored(title, whole, direction),
            row.title,
            size=Size.CARD,
            direction=direction,
        )
        action = self.button_rect(option.rect, row)
        waits, warns = waits_for(row, now_ms(), self.zone)
        room = inner.width() - (action.width() + px(16) if action.isValid() else 0)
        if row.text:
            words = QRect(inner.left(), title.bottom() + 1, room, px(20))
            paint.text(
                painter,
                mirrored(words, whole, direction),
                row.text,
                colour=colours.quiet,
                direction=direction,
            )
        last = QRect(inner.left(), inner.bottom() - px(19), room, px(20))
        if waits:
            width = min(paint.text_width(waits, Size.META, bold=warns), inner.width() // 2)
            end = QRect(inner.right() + 1 - width, last.top(), width, last.height())
            last.setRight(end.left() - px(12))
            paint.text(
                painter,
                mirrored(end, whole, direction),
                waits,
                size=Size.META,
                colour=colours.warn if warns else colours.accent,
                bold=warns,
                align=Qt.AlignmentFlag.AlignTrailing,
                direction=direction,
            )
        paint.text(
            painter,
            mirrored(last, whole, direction),
            meta(*meta_parts(row, now_ms(), self.zone)),
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

    def _photo(
        self, painter: QPainter, row: PostRow, inner: QRect, option: QStyleOptionViewItem
    ) -> int:
        """Paint the first photo below the pills; returns how wide it is."""
        px = theme().px
        top = inner.top() + px(30)
        side = inner.bottom() + 1 - top
        place = QRect(inner.left(), top, side, side)
        device = painter.device()
        ratio = device.devicePixelRatioF() if device else 1.0
        picture = self._photos.get(row.photos[0], place.size(), fill=True, ratio=ratio)
        paint_photo(painter, mirrored(place, inner, option.direction), picture)
        return side

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
