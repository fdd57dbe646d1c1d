# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Painting cards, pills, avatars and buttons inside a delegate.

All take rectangles laid out left to right; call ``mirrored(rect, whole, direction)`` last, on each
rectangle, so that right-to-left languages get the same picture mirrored.
"""

from enum import StrEnum
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle

from mutualaid.ui.icons import paint_icon
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.words import ELIDE, initials

#: Grounds of avatars; white letters on each meet WCAG AA.
AVATAR_COLOURS: Final = (
    QColor("#1F6F63"),
    QColor("#7A4B9E"),
    QColor("#A35F22"),
    QColor("#2F5F9E"),
    QColor("#A8405F"),
    QColor("#5B6722"),
    QColor("#4F5B66"),
)


class Tone(StrEnum):
    """What a pill or banner means; the values are roles of the theme."""

    NEED = "need"
    OFFER = "offer"
    WARN = "warn"
    ACCENT = "accent"
    PLAIN = "plain"


def tone_colours(tone: Tone) -> tuple[QColor, QColor]:
    """Words and ground of a tone."""
    colours = theme().colours
    if tone is Tone.PLAIN:
        return colours.text, colours.sidebar
    return colours.role(tone.value), colours.role(f"{tone.value}_soft")


def avatar_colour(key: bytes | str) -> QColor:
    """Always the same colour for the same person or thing."""
    data = key.encode() if isinstance(key, str) else key
    return AVATAR_COLOURS[sum(data) % len(AVATAR_COLOURS)]


def mirrored(rect: QRect, whole: QRect, direction: Qt.LayoutDirection) -> QRect:
    """The rectangle where it belongs in this direction of writing."""
    return QStyle.visualRect(direction, whole, rect)


def card(painter: QPainter, rect: QRect, *, selected: bool, focused: bool, hovered: bool) -> None:
    """The ground and border of one card; the selected one carries the accent."""
    colours = theme().colours
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    width = 2 if selected else 1
    if focused and selected:
        width = 2 if not colours.high_contrast else 3
    border = colours.accent if selected else (colours.quiet if hovered else colours.hairline)
    if selected and not focused:
        border = QColor(border)
        border.setAlphaF(0.65)
    painter.setPen(QPen(border, width))
    painter.setBrush(colours.card)
    half = width / 2
    radius = theme().px(12)
    painter.drawRoundedRect(QRectF(rect).adjusted(half, half, -half, -half), radius, radius)


def text(
    painter: QPainter,
    rect: QRect,
    words: str,
    *,
    size: Size = Size.BODY,
    colour: QColor | None = None,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeading,
    bold: bool = False,
    direction: Qt.LayoutDirection = Qt.LayoutDirection.LeftToRight,
) -> int:
    """One line, shortened where it does not fit; returns the width it took."""
    font = theme().font(size)
    if bold:
        font.setWeight(font.Weight.DemiBold)
    painter.setFont(font)
    painter.setPen(colour if colour is not None else theme().colours.text)
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(words.replace("\n", " "), ELIDE, rect.width())
    flags = QStyle.visualAlignment(direction, align) | Qt.AlignmentFlag.AlignVCenter
    painter.setLayoutDirection(direction)
    painter.drawText(rect, int(flags) | Qt.TextFlag.TextSingleLine, shown)
    return min(rect.width(), metrics.horizontalAdvance(shown))


def text_width(words: str, size: Size, *, bold: bool = False) -> int:
    """How wide one line of text wants to be."""
    font = theme().font(size)
    if bold:
        font.setWeight(font.Weight.DemiBold)
    return QFontMetrics(font).horizontalAdvance(words) + 1


def pill_width(words: str, icon: str = "") -> int:
    """How wide a pill with these words is."""
    px = theme().px
    return text_width(words, Size.META, bold=True) + px(16) + (px(16) if icon else 0)


def pill(
    painter: QPainter,
    rect: QRect,
    words: str,
    tone: Tone,
    icon: str = "",
    direction: Qt.LayoutDirection = Qt.LayoutDirection.LeftToRight,
) -> None:
    """A rounded label: shape and word, so that colour is never alone."""
    words_colour, ground = tone_colours(tone)
    px = theme().px
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    high = theme().colours.high_contrast
    painter.setPen(QPen(words_colour, 1) if high else Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(QRectF(rect), px(6), px(6))
    inner = rect.adjusted(px(8), 0, -px(8), 0)
    if icon:
        place = QRect(inner.left(), inner.top(), px(13), inner.height())
        paint_icon(painter, icon, mirrored(place, inner, direction), words_colour)
        inner = mirrored(inner.adjusted(px(16), 0, 0, 0), inner, direction)
    text(
        painter,
        inner.adjusted(0, 0, 2, 0),
        words,
        size=Size.META,
        colour=words_colour,
        bold=True,
        direction=direction,
    )


def avatar(painter: QPainter, rect: QRect, name: str, key: bytes | str) -> None:
    """A circle with initials."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colours = theme().colours
    high = colours.high_contrast
    painter.setPen(QPen(colours.text, 1) if high else Qt.PenStyle.NoPen)
    painter.setBrush(colours.card if high else avatar_colour(key))
    painter.drawEllipse(QRectF(rect))
    font = theme().font(Size.STRONG)
    font.setPixelSize(max(8, round(rect.height() * 0.36)))
    painter.setFont(font)
    painter.setPen(colours.text if high else QColor("#FFFFFF"))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, initials(name))


def button_width(words: str) -> int:
    """How wide a painted button with these words is."""
    return text_width(words, Size.STRONG) + theme().px(26)


def button(painter: QPainter, rect: QRect, words: str, *, primary: bool, hovered: bool) -> None:
    """A button inside a card, drawn like the real ones."""
    colours = theme().colours
    radius = theme().px(8)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colours.accent, 1))
    ground = colours.accent if primary else (colours.accent_soft if hovered else colours.card)
    painter.setBrush(ground)
    painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    painter.setFont(theme().font(Size.STRONG))
    painter.setPen(colours.on_accent if primary else colours.accent)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, words)


def dots(painter: QPainter, rect: QRect, full: int, total: int) -> int:
    """Up to ten circles, ``full`` of them filled; returns the width used."""
    shown = min(10, total)
    filled = round(full * shown / total) if total else 0
    px = theme().px
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colours = theme().colours
    for number in range(shown):
        centre = QPointF(rect.left() + px(5) + number * px(12), rect.center().y() + 0.5)
        painter.setPen(QPen(colours.accent if number < filled else colours.quiet, 1))
        painter.setBrush(colours.accent if number < filled else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(centre, px(4), px(4))
    return shown * px(12)


def bar(painter: QPainter, rect: QRect, share: float) -> None:
    """A thin bar of progress; what it says stands in words beside it."""
    colours = theme().colours
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    half = rect.height() / 2
    painter.setBrush(colours.hairline)
    painter.drawRoundedRect(QRectF(rect), half, half)
    done = QRectF(rect)
    done.setWidth(rect.width() * min(1.0, max(0.0, share)))
    painter.setBrush(colours.accent)
    painter.drawRoundedRect(done, half, half)
