# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Long work on the group, in a thread and on a group of its own, with progress and a stop."""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QLocale, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from mutualaid.errors import Stopped
from mutualaid.ui.page import Desk
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import Button, Look, Text, announce
from mutualaid.ui.words import tr
from mutualaid.ui.work import Task, Worker

if TYPE_CHECKING:
    from mutualaid.model.group import Group

#: Called with how much of how much is done; raises Stopped once somebody stopped the work.
Tick = Callable[[int, int], None]
Work = Callable[["Group", Tick], object]

#: s between two steps of the progress that are shown.
STEP: Final = 0.05


class _Pace:
    """What the working thread asks: whether to go on, and whether to tell how far it is."""

    def __init__(self, tell: Callable[[int, int], None]) -> None:
        self.stopped = threading.Event()
        self._tell = tell
        self._told = 0.0

    def tick(self, done: int, of: int) -> None:
        if self.stopped.is_set():
            raise Stopped
        now = time.monotonic()
        if now - self._told >= STEP or done >= of:
            self._told = now
            self._tell(done, of)


class WorkBar(QWidget):
    """A line that says what is being done and how far it is, and a button that stops it.

    Hidden while nothing is done. All of it is done on ``worker`` where there is one. ``ended``
    after every end, once it was told what came of it.
    """

    ended = Signal()
    #: From the working thread.
    _moved = Signal(int, int)

    def __init__(self, desk: Desk, worker: Worker | None = None) -> None:
        super().__init__()
        self._desk = desk
        self._worker = worker
        self._task: Task | None = None
        self._pace: _Pace | None = None
        px = theme().px
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(6))
        row = QHBoxLayout()
        row.setSpacing(px(10))
        self.words = Text("", Size.META, wrap=True)
        row.addWidget(self.words, 1)
        self.stop_button = Button(tr("Stop"), Look.SECONDARY)
        self.stop_button.clicked.connect(self.stop)
        row.addWidget(self.stop_button)
        column.addLayout(row)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(px(6))
        self.progress.setAccessibleName(tr("Working"))
        column.addWidget(self.progress)
        self._moved.connect(self._show_progress)
        self.hide()

    @property
    def busy(self) -> bool:
        return self._task is not None

    def run(
        self,
        words: str,
        work: Work,
        done: Callable[[object], None],
        failed: Callable[[str], None],
        stopped: Callable[[str], None] | None = None,
    ) -> None:
        """Begin. ``work`` gets a group of its own and the tick to call; ``done`` its result,
        ``stopped`` a sentence on what was done before somebody stopped it."""
        profile, directory = self._desk.profile, self._desk.group.directory
        if self.busy:
            return
        if profile is None:
            failed(tr("This window has no profile of its own: there is nothing to work on."))
            return
        pace = _Pace(self._moved.emit)

        def begin() -> object:
            from mutualaid.model.profile import Profile

            own = Profile(profile.directory, profile.vault)
            try:
                with own.open_directory(directory) as group:
                    return work(group, pace.tick)
            except Stopped as stopped_there:
                return stopped_there

        self._pace = pace
        self.words.setText(words)
        self._words = words
        self.progress.setRange(0, 0)
        self.stop_button.setEnabled(True)
        self.show()
        announce(self, words)
        task = Task(begin, "window-directories", self, self._worker)
        self._task = task
        # Before the task waits for its end: what is left half way takes nothing along.
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(pace.stopped.set)
        self.destroyed.connect(pace.stopped.set)
        task.succeeded.connect(lambda result: self._end(lambda: self._told(result, done, stopped)))
        task.failed.connect(lambda sentence: self._end(lambda: failed(sentence)))
        task.start()

    def stop(self) -> None:
        """Ask the work to end; it does at its next step."""
        if self._pace is not None:
            self._pace.stopped.set()
            self.stop_button.setEnabled(False)
            self.words.setText(tr("Stopping…"))

    def give_up(self) -> None:
        """The same for a window that is gone already: nobody is told."""
        if self._pace is not None:
            self._pace.stopped.set()

    def _told(
        self,
        result: object,
        done: Callable[[object], None],
        stopped: Callable[[str], None] | None,
    ) -> None:
        if not isinstance(result, Stopped):
            done(result)
        elif stopped is not None:
            stopped(str(result))

    def _end(self, tell: Callable[[], None]) -> None:
        had = self.stop_button.hasFocus()
        if self._task is not None:
            # With it goes what it worked on.
            self._task.deleteLater()
        self._task = None
        self._pace = None
        if had:
            # Before it goes: the focus would wander off to whatever comes next.
            self.parentWidget().setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()
        tell()
        self.ended.emit()

    def _show_progress(self, done: int, of: int) -> None:
        if not self.busy or (self._pace is not None and self._pace.stopped.is_set()):
            return
        # Read to the end, something is written: that takes a while, too, nobody knows how long.
        going = done < of
        self.progress.setRange(0, of if going else 0)
        self.progress.setValue(done)
        if going:
            locale = QLocale()
            self.words.setText(
                tr(
                    "{doing} {done} of {all}",
                    doing=self._words,
                    done=locale.toString(done),
                    all=locale.toString(of),
                )
            )
