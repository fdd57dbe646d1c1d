# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The QR code is whole modules of black on white, or says that there is no room."""

import pytest
import segno
from PySide6.QtGui import QColor

from mutualaid.ui.setup.qr import QUIET_ZONE, QrCode

TEXT = "mutualaid:join/" + "abcdefghijklmnop" * 10


@pytest.mark.parametrize("side", [200, 264, 333, 420])
def test_every_module_is_painted_whole(qtbot, side):
    code = QrCode()
    qtbot.addWidget(code)
    code.set_text(TEXT)
    code.resize(side, side)
    size = code.module_size
    image = code.grab().toImage()
    assert size == int(size) >= 2
    matrix = segno.make_qr(TEXT, error="m", boost_error=False).matrix
    left = (image.width() - (len(matrix) + 2 * QUIET_ZONE) * size) // 2 + QUIET_ZONE * size
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            corners = (
                (left + x * size, left + y * size),
                (left + (x + 1) * size - 1, left + (y + 1) * size - 1),
            )
            for place in corners:
                assert image.pixelColor(*place) == QColor("black" if dark else "white")


def test_no_room_is_said(qtbot):
    code = QrCode()
    qtbot.addWidget(code)
    code.set_text(TEXT)
    code.resize(120, 120)
    assert code.module_size == 0
    code.grab()
    code.resize(130, 130)
    assert code.accessibleDescription() == code.no_room_text()


def test_nothing_to_show(qtbot):
    code = QrCode()
    qtbot.addWidget(code)
    assert code.module_size == 0
    code.grab()
    assert code.accessibleName()
