# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Putting photos beside a post: chosen, dropped or pasted, made small in a thread of their own."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from mutualaid.model import photos
from mutualaid.model.records.post import LONGEST_ALT
from mutualaid.model.values import PhotoDraft, PhotoRow
from mutualaid.ui.post.photos import Photos, decode, paint_photo
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import Button, Look, Text, announce
from mutualaid.ui.words import tr
from mutualaid.ui.work import Task

MOST: Final = 4


class Thumb(QWidget):
    """A small picture of a photo; the words beside it say what it shows."""

    SIDE = 56

    def __init__(self, draft: PhotoDraft | None, kept: bytes, known: Photos | None) -> None:
        super().__init__()
        self._draft = draft
        self._kept = kept
        self._known = known
        self._made: QPixmap | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if known is not None:
            known.came.connect(self._came)

    def _came(self, _photo: object) -> None:
        self.update()

    def sizeHint(self) -> QSize:
        side = theme().px(self.SIDE)
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        wanted = self.size() * ratio
        if self._draft is not None and (self._made is None or self._made.size() != wanted):
            self._made = QPixmap.fromImage(decode(self._draft.data, wanted, fill=True))
            self._made.setDevicePixelRatio(ratio)
        picture = self._made
        if self._draft is None and self._known is not None:
            picture = self._known.get(self._kept, self.size(), fill=True, ratio=ratio)
        paint_photo(QPainter(self), self.rect(), picture)


class _PhotoLine(QWidget):
    """One photo with the words that say what it shows."""

    def __init__(self, draft: PhotoDraft | None, row: PhotoRow | None, known: Photos | None):
        super().__init__()
        self.draft = draft
        self.row = row
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme().px(10))
        line.addWidget(Thumb(draft, row.hash if row else b"", known))
        self.alt = QLineEdit(row.alt if row else draft.alt if draft else "")
        self.alt.setMaxLength(LONGEST_ALT)
        self.alt.setPlaceholderText(tr("What does it show? For who cannot see it"))
        line.addWidget(self.alt, 1)
        self.remove = Button("", Look.QUIET, icon="close")
        line.addWidget(self.remove)

    @property
    def hash(self) -> bytes:
        if self.row is not None:
            return self.row.hash
        return self.draft.hash if self.draft is not None else b""

    def tell_number(self, number: int) -> None:
        self.alt.setAccessibleName(tr("What photo {number} shows", number=number))
        self.remove.setAccessibleName(tr("Take off photo {number}", number=number))
        self.remove.setToolTip(self.remove.accessibleName())


class PhotoPicker(QWidget):
    """Up to four photos. ``settled`` when none is being made small any more."""

    settled = Signal()
    changed = Signal()

    def __init__(self, rows: Sequence[PhotoRow] = (), known: Photos | None = None) -> None:
        super().__init__()
        self._before = tuple(rows)
        self._making = 0
        self._tasks: list[Task] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme().px(6))
        self.add = Button(tr("Add photos…"), Look.QUIET, icon="photo")
        self.add.setAccessibleDescription(tr("Or drop or paste a picture anywhere in this form."))
        self.add.clicked.connect(self._choose)
        self._column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeading)
        self._busy = Text(tr("Making it smaller…"), Size.META, quiet=True)
        self._busy.hide()
        self._column.addWidget(self._busy)
        self.problem = Text("", Size.META, wrap=True, tone="need")
        self.problem.hide()
        self._column.addWidget(self.problem)
        self.lines: list[_PhotoLine] = []
        for row in rows:
            self._put(None, row, known)
        self.setFocusProxy(self.add)

    # -- what there is ------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether a picture is still being made small."""
        return self._making > 0

    @property
    def drafts(self) -> tuple[PhotoDraft, ...]:
        """The new ones, with what was typed about each."""
        return tuple(
            replace(line.draft, alt=" ".join(line.alt.text().split()))
            for line in self.lines
            if line.draft is not None
        )

    @property
    def removed(self) -> tuple[PhotoRow, ...]:
        """Photos of the post that were taken off."""
        left = {line.hash for line in self.lines}
        return tuple(row for row in self._before if row.hash not in left)

    @property
    def described(self) -> tuple[tuple[bytes, str], ...]:
        """Photos of the post about which something else is said now."""
        return tuple(
            (line.row.hash, line.alt.text().strip())
            for line in self.lines
            if line.row is not None and line.alt.text().strip() != line.row.alt
        )

    # -- taking in ----------------------------------------------------------------------------

    def _choose(self) -> None:
        chooser = QFileDialog(self.window(), tr("Add photos"))
        chooser.setFileMode(QFileDialog.FileMode.ExistingFiles)
        chooser.setNameFilter(tr("Pictures") + " (*.jpg *.jpeg *.png *.webp *.gif)")
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.filesSelected.connect(self.add_files)
        chooser.open()

    def add_files(self, names: Sequence[str]) -> None:
        """Take in pictures from files."""
        for name in names:
            self._make(partial(photos.read, Path(name)))

    def takes(self, data: QMimeData) -> bool:
        """Whether there is a picture among what is dropped or pasted."""
        return data.hasImage() or any(url.isLocalFile() for url in data.urls())

    def take(self, data: QMimeData) -> bool:
        """Take in what was dropped or pasted; False where there is no picture in it."""
        files = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
        if files:
            self.add_files(files)
            return True
        if data.hasImage():
            image = data.imageData()
            if isinstance(image, QImage) and not image.isNull():
                self._make(partial(_prepare_image, image.copy()))
                return True
        return False

    def _make(self, work: Callable[[], PhotoDraft]) -> None:
        if len(self.lines) + self._making >= MOST:
            self._refuse(tr("A post can have up to four photos. Take one off first."))
            return
        self.problem.hide()
        self._making += 1
        self._busy.show()
        task = Task(work, "photo", self)
        self._tasks.append(task)
        task.succeeded.connect(lambda made: self._made(task, made))
        task.failed.connect(lambda sentence: self._failed(task, sentence))
        task.start()

    def _made(self, task: Task, made: object) -> None:
        assert isinstance(made, PhotoDraft)
        if made.hash in {line.hash for line in self.lines}:
            self._refuse(tr("This photo is there already."))
        else:
            line = self._put(made, None, None)
            if self.isVisible():
                line.alt.setFocus(Qt.FocusReason.OtherFocusReason)
        self._ended(task)

    def _failed(self, task: Task, sentence: str) -> None:
        self._refuse(sentence)
        self._ended(task)

    def _ended(self, task: Task) -> None:
        self._tasks.remove(task)
        self._making -= 1
        self._busy.setVisible(self._making > 0)
        self.changed.emit()
        if not self._making:
            self.settled.emit()

    def _refuse(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.show()
        announce(self, sentence)
        self.changed.emit()

    # -- lines --------------------------------------------------------------------------------

    def _put(
        self, draft: PhotoDraft | None, row: PhotoRow | None, known: Photos | None
    ) -> _PhotoLine:
        line = _PhotoLine(draft, row, known)
        line.remove.clicked.connect(lambda: self._remove(line))
        self._column.insertWidget(len(self.lines), line)
        line.show()
        self.lines.append(line)
        self._arrange()
        return line

    def _remove(self, line: _PhotoLine) -> None:
        self.lines.remove(line)
        self._column.removeWidget(line)
        line.hide()
        line.deleteLater()
        self.problem.hide()
        self._arrange()
        self.add.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _arrange(self) -> None:
        for number, line in enumerate(self.lines, 1):
            line.tell_number(number)
        self.add.setVisible(len(self.lines) < MOST)
        stops = [stop for line in self.lines for stop in (line.alt, line.remove)]
        for one, other in zip(stops, [*stops[1:], self.add], strict=True):
            QWidget.setTabOrder(one, other)


def _prepare_image(image: QImage) -> PhotoDraft:
    """A photo of a pasted picture; not in the main thread."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return photos.prepare(bytes(buffer.data().data()))
