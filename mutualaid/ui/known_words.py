# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lists of words by which it is found what may fit: read once, in a thread of their own."""

from PySide6.QtCore import QCoreApplication, QObject, Signal

from mutualaid.ui.work import Task


def _read_lists() -> object:
    from mutualaid.model.matching import lexicon

    return lexicon()


class KnownWords(QObject):
    """``came`` once they are read; whoever asks before is to ask again then."""

    came = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._task: Task | None = None
        self._here = False

    def are_here(self) -> bool:
        """Whether they are read; the first who asks has them read."""
        if self._task is None:
            self._task = Task(_read_lists, "words", self)
            self._task.succeeded.connect(self._read)
            self._task.start()
        return self._here

    def _read(self, _lexicon: object) -> None:
        self._here = True
        self.came.emit()


def known_words() -> KnownWords:
    """The application's, a child of it."""
    application = QCoreApplication.instance()
    assert application is not None, "there is no application yet"
    found = application.findChild(KnownWords)
    return found if found is not None else KnownWords(application)
