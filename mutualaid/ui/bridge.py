# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one object by which the sync thread and other processes reach the window.

Any thread may emit ``stored``, ``status_told`` and ``failed``; their slots run in the main thread,
and what they carry is immutable. ``changed`` is emitted in the main thread only.
"""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

from mutualaid.errors import MutualAidError
from mutualaid.model.values import NOTHING_CHANGED, ChangeSet
from mutualaid.sync.status import NetworkStatus

#: ms between looks at the database for what others committed.
LOOK: Final = 30
#: The same while no window can be seen.
LOOK_HIDDEN: Final = 500
#: The same while the database cannot be read.
LOOK_FAILING: Final = 2000
#: ms between two rounds of updates during a burst: ten a second.
GATHER: Final = 100
#: More records of a kind than this are told as ``everything``.
MANY: Final = 400


def merged(one: ChangeSet, other: ChangeSet) -> ChangeSet:
    """Both changes as one."""
    records: dict[str, frozenset[int]] = dict(one.records)
    for kind, numbers in other.records.items():
        records[kind] = records.get(kind, frozenset()) | numbers
    many = any(len(numbers) > MANY for numbers in records.values())
    return ChangeSet(
        records={} if many else records,
        everything=one.everything or other.everything or many,
        members=one.members or other.members,
    )


def is_nothing(change: ChangeSet) -> bool:
    return not (change.records or change.everything or change.members)


class Bridge(QObject):
    """Looks for commits of others, gathers them, and tells the window.

    ``refresh`` is ``Group.refresh``: cheap when nothing happened. The first change of a burst is
    told at once, the rest at most ten times a second.
    """

    #: Told to the pages (main thread).
    changed = Signal(object)  # ChangeSet
    #: From the sync thread: something was committed; look now rather than at the next tick.
    stored = Signal()
    #: From the sync thread: a ``NetworkStatus``.
    status_told = Signal(object)
    #: A sentence for the person, from any thread.
    failed = Signal(str)

    def __init__(self, refresh: Callable[[], ChangeSet], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._refresh = refresh
        self._waiting = NOTHING_CHANGED
        self._hidden = False
        self._failing = False
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.CoarseTimer)
        self._timer.setInterval(LOOK)
        self._timer.timeout.connect(self.look)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._tell)
        self.stored.connect(self.look)
        self.status = NetworkStatus()
        self.status_told.connect(self._keep_status)

    def start(self) -> None:
        self._timer.start()

    def stop(self) -> None:
        """No more looks; what was gathered is dropped."""
        self._timer.stop()
        self._later.stop()
        self._waiting = NOTHING_CHANGED

    def set_hidden(self, hidden: bool) -> None:
        """Look less often while nobody can see the window."""
        self._hidden = hidden
        self._set_pace()

    def _set_failing(self, failing: bool) -> None:
        if failing is not self._failing:
            self._failing = failing
            self._set_pace()

    def _set_pace(self) -> None:
        pace = LOOK_FAILING if self._failing else LOOK_HIDDEN if self._hidden else LOOK
        self._timer.setInterval(pace)

    def look(self) -> None:
        """Take in what other threads and processes committed since the last look."""
        try:
            change = self._refresh()
        except MutualAidError as error:
            # Said once; what was wrong may be put right, so it is looked again, less often.
            if not self._failing:
                self.failed.emit(str(error))
            self._set_failing(True)
            return
        self._set_failing(False)
        if is_nothing(change):
            return
        self._waiting = merged(self._waiting, change)
        if self._later.isActive():
            return
        passed = self._since.elapsed() if self._since.isValid() else GATHER
        if passed >= GATHER:
            self._tell()
        else:
            self._later.start(GATHER - int(passed))

    def take(self, own: ChangeSet) -> ChangeSet:
        """What this window just committed, with all that waits, so that it is told but once."""
        try:
            own = merged(own, self._refresh())
        except MutualAidError as error:
            self.failed.emit(str(error))
        waiting, self._waiting = self._waiting, NOTHING_CHANGED
        self._later.stop()
        self._since.start()
        return merged(waiting, own)

    def _tell(self) -> None:
        change, self._waiting = self._waiting, NOTHING_CHANGED
        self._since.start()
        if not is_nothing(change):
            self.changed.emit(change)

    def _keep_status(self, status: NetworkStatus) -> None:
        self.status = status
