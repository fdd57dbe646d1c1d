# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A window of time, typed: from, until, and whether it comes back."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from mutualaid.errors import BadValueError
from mutualaid.model import times
from mutualaid.ui.post.words import window
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import Text
from mutualaid.ui.words import is_midnight, now_ms, on_the_wall, tr


class Moment(QLineEdit):
    """A time as it is typed, by the clock on the wall of ``zone``; nothing typed is no time.

    ``is_end``: a day alone is over at its end.
    """

    def __init__(self, zone: str, *, is_end: bool = False) -> None:
        super().__init__()
        self._zone = zone
        self._is_end = is_end
        self._known: tuple[str, int] | None = None
        self.setPlaceholderText(tr("tomorrow 18:00") if is_end else tr("tomorrow 14:00"))

    def fill(self, at: int | None) -> None:
        """Show a time; as long as nothing else is typed it is exactly this one."""
        if at is None:
            return
        shown = at - 1 if self._is_end and is_midnight(at, self._zone) else at
        then = on_the_wall(shown, self._zone)
        words = f"{then:%Y-%m-%d}" if is_midnight(at, self._zone) else f"{then:%Y-%m-%d %H:%M}"
        self._known = (words, at)
        self.setText(words)

    def moment(self) -> int | None:
        """The time that is typed; raises BadValueError with a sentence."""
        words = self.text().strip()
        if not words:
            return None
        if self._known is not None and words == self._known[0]:
            return self._known[1]
        return times.parse_moment(words, self._zone, now_ms(), end_of_day=self._is_end)

    def moment_or_none(self) -> int | None:
        """The same; None while it cannot be read."""
        try:
            return self.moment()
        except BadValueError:
            return None


class WindowEditor(QWidget):
    """From and until, and below how they were read. ``changed`` when something else is typed."""

    changed = Signal()

    def __init__(self, zone: str) -> None:
        super().__init__()
        self._zone = zone
        self.starts = Moment(zone)
        self.starts.setAccessibleName(tr("From"))
        self.ends = Moment(zone, is_end=True)
        self.ends.setAccessibleName(tr("Until"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px(4))
        line = QHBoxLayout()
        line.setSpacing(theme().px(8))
        line.addWidget(self.starts, 1)
        line.addWidget(Text(tr("until"), Size.META, quiet=True))
        line.addWidget(self.ends, 1)
        column.addLayout(line)
        self.read = Text("", Size.META, wrap=True)
        column.addWidget(self.read)
        for field in (self.starts, self.ends):
            field.textChanged.connect(self._typed)
        self.setFocusProxy(self.starts)
        self._typed()

    def fill(self, starts: int | None, ends: int | None) -> None:
        self.starts.fill(starts)
        self.ends.fill(ends)

    def _typed(self, *_words: object) -> None:
        words = window(
            self.starts.moment_or_none(), self.ends.moment_or_none(), self._zone, now_ms()
        )
        self.read.setText(tr("Read as: {time}", time=words) if words else "")
        self.read.setVisible(bool(words))
        self.changed.emit()
