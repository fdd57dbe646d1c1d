# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Working a window by keyboard, and looking at what it offers to other tools."""

from typing import TypeVar

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from mutualaid.model.group import Group
from mutualaid.model.values import PersonRow
from mutualaid.ui.neighbourhood.fix_form import my_person

D = TypeVar("D", bound=QWidget)

Key = Qt.Key


def focused() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None, "nothing has the focus"
    return found


def type_text(qtbot, text: str, widget: QWidget | None = None) -> None:
    qtbot.keyClicks(widget or focused(), text)


def press(qtbot, *keys: Qt.Key, widget: QWidget | None = None) -> None:
    for key in keys:
        qtbot.keyClick(widget or focused(), key)


def tab_to(qtbot, widget: QWidget, most: int = 80) -> None:
    """Press Tab until ``widget`` has the focus."""
    for _ in range(most):
        if QApplication.focusWidget() is widget or widget.hasFocus():
            return
        qtbot.keyClick(focused(), Key.Key_Tab)
    raise AssertionError(f"Tab never reaches {widget.accessibleName() or widget}")


def dialog(kind: type[D]) -> D:
    """The dialog of this kind that is open."""
    found = [
        widget
        for widget in QApplication.topLevelWidgets()
        if isinstance(widget, kind) and widget.isVisible()
    ]
    assert found, f"no {kind.__name__} is open"
    return found[-1]


def dialogs_open() -> list[QDialog]:
    return [
        widget
        for widget in QApplication.topLevelWidgets()
        if isinstance(widget, QDialog) and widget.isVisible()
    ]


def settle() -> None:
    """Let go of what was deleted."""
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def mine(group: Group) -> PersonRow:
    """What is about me."""
    found = my_person(group)
    assert found is not None
    return found


def focusables(root: QWidget) -> list[QWidget]:
    """What Tab can reach inside ``root``."""
    return [
        widget
        for widget in root.findChildren(QWidget)
        if widget.isVisibleTo(root)
        and widget.isEnabled()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.focusProxy() is None
        and widget.window() is root.window()
    ]


def spoken_name(widget: QWidget) -> str:
    """What a screen reader calls a widget."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name).strip() if interface else ""


def tab_order(root: QWidget) -> list[QWidget]:
    """The focus chain from ``root`` on, once around, what Tab can reach."""
    seen: list[QWidget] = []
    widget = root.nextInFocusChain()
    while widget is not None and widget is not root and len(seen) < 2000:
        seen.append(widget)
        widget = widget.nextInFocusChain()
    return seen
