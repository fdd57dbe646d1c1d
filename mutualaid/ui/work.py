# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Long work (backup, restore, doctor) in a thread of its own, with its result in the window."""

import contextlib
import queue
import threading
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, Signal

from mutualaid.errors import MutualAidError
from mutualaid.ui.words import tr


class Worker:
    """One thread that does one thing after another, for what has to stay on the thread that made
    it: Qt keeps fonts for each thread, and texts that were set with them."""

    def __init__(self, name: str) -> None:
        self._waiting: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def do(self, what: Callable[[], None]) -> None:
        """Do it when all before is done; it may not raise."""
        self._waiting.put(what)

    def end(self) -> None:
        """Do what waits, then end; returns when it has."""
        self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (what := self._waiting.get()) is not None:
            what()


class Task(QObject):
    """Runs ``work`` once in a thread, its own or that of ``worker``. ``work`` opens its own group:
    none is thread-safe.

    ``succeeded`` and ``failed`` come in the thread that made the task. An error of the world is
    told by ``failed`` as its sentence; an error of ours is raised there, where it is seen.
    """

    succeeded = Signal(object)
    failed = Signal(str)
    _ended = Signal(object, object)

    def __init__(
        self,
        work: Callable[[], object],
        name: str,
        parent: QObject | None = None,
        worker: Worker | None = None,
    ) -> None:
        super().__init__(parent)
        self._work = work
        self._told = True
        self._ended.connect(self._end)
        self._worker = worker
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name)

    def start(self) -> None:
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.wait)
        if self._worker is None:
            self._thread.start()
        else:
            self._worker.do(self._run)

    def wait(self) -> None:
        """Let the work end, on closing; its result is no longer told."""
        self._told = False
        if self._worker is not None:
            self._over.wait()
        elif self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        try:
            result = self._work()
        except Exception as error:  # noqa: BLE001 - raised again in the main thread
            self._tell(None, error)
        else:
            self._tell(result, None)
        self._over.set()

    def _tell(self, result: object, error: Exception | None) -> None:
        # The window may be gone, and this object with it: then nobody asks any more.
        with contextlib.suppress(RuntimeError):
            self._ended.emit(result, error)

    def _end(self, result: object, error: Exception | None) -> None:
        if not self._told:
            return
        if self._worker is None:
            self._thread.join()
        if error is None:
            self.succeeded.emit(result)
        elif isinstance(error, MutualAidError):
            self.failed.emit(str(error))
        else:
            self.failed.emit(tr("Something went wrong inside the program. Nothing was lost."))
            raise error
