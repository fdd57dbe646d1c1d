# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A QR code that stays crisp at any size, and says when there is no room for it."""

import segno
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

#: Light modules that a reader wants around the code (ISO/IEC 18004).
QUIET_ZONE = 4
#: Below this many pixels of the screen a module is not read reliably by a telephone.
SMALLEST_MODULE = 2


class QrCode(QWidget):
    """Shows ``text`` as a QR code: black on white in every appearance, whole pixels a module."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._modules: list[bytearray] = []
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMinimumSize(120, 120)
        self.set_text("")

    def set_text(self, text: str) -> None:
        """Show another text; nothing for an empty one."""
        code = segno.make_qr(text, error="m", boost_error=False) if text else None
        self._modules = [bytearray(row) for row in code.matrix] if code else []
        self.setAccessibleName(self.tr("QR code of the invitation"))
        self._describe()
        self.update()

    @property
    def module_size(self) -> int:
        """Pixels of the screen for one module; 0 where there is no room."""
        if not self._modules:
            return 0
        across = len(self._modules) + 2 * QUIET_ZONE
        side = int(min(self.width(), self.height()) * self.devicePixelRatioF())
        size = side // across
        return size if size >= SMALLEST_MODULE else 0

    def _describe(self) -> None:
        self.setAccessibleDescription(
            self.tr("A telephone that points its camera here gets the same link as below.")
            if self.module_size
            else self.no_room_text()
        )

    def no_room_text(self) -> str:
        return self.tr("No room for the code here. Make the window larger, or copy the link.")

    def sizeHint(self) -> QSize:
        return QSize(264, 264)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return min(width, 420)

    def resizeEvent(self, event: object) -> None:
        self._describe()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        size = self.module_size
        if not size:
            if self._modules:
                painter.setPen(self.palette().windowText().color())
                flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                painter.drawText(self.rect(), int(flags), self.no_room_text())
            return
        ratio = self.devicePixelRatioF()
        # In pixels of the screen: a module is never a fraction of one, so no edge is blurred.
        painter.scale(1 / ratio, 1 / ratio)
        count = len(self._modules)
        side = (count + 2 * QUIET_ZONE) * size
        left = (int(self.width() * ratio) - side) // 2
        top = (int(self.height() * ratio) - side) // 2
        painter.fillRect(QRect(left, top, side, side), QColor("white"))
        black = QColor("black")
        start = QUIET_ZONE * size
        for y, row in enumerate(self._modules):
            for x, dark in enumerate(row):
                if dark:
                    painter.fillRect(
                        QRect(left + start + x * size, top + start + y * size, size, size), black
                    )
