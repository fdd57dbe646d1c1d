# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keeping everything in one file behind a passphrase, and bringing it back; the profile's lock."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QDate, QStandardPaths, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QProgressBar, QWidget

from mutualaid.errors import MutualAidError
from mutualaid.model.group import Group
from mutualaid.ui.page import Desk
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import Button, FormDialog, Look, Text
from mutualaid.ui.words import tr
from mutualaid.ui.work import Task

SUFFIX = ".mutualaid-backup"


def documents() -> Path:
    """The folder in which people look for what they keep."""
    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(place) if place else Path.home()


class WorkDialog(FormDialog):
    """A form whose work takes a while and runs in a thread; meanwhile it stays and says so.

    ``told`` when the work could not be done and the reason stands above the form.
    """

    told = Signal(str)

    def __init__(self, parent: QWidget | None, title: str, verb: str) -> None:
        super().__init__(parent, title, verb, width=520)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._task: Task | None = None
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(theme().px(6))
        self.progress.setAccessibleName(tr("Working"))
        self.progress.hide()
        self.form.column.addWidget(self.progress)

    def run(self, work: Callable[[], object], done: Callable[[object], None]) -> None:
        """Begin; ``done`` gets the result, an error of the world stands above the form."""
        self._busy(True)
        self._task = Task(work, "window-work", self)
        self._task.succeeded.connect(lambda result: self._end(result, done))
        self._task.failed.connect(self._fail)
        self._task.start()

    @property
    def busy(self) -> bool:
        return self._task is not None

    def _end(self, result: object, done: Callable[[object], None]) -> None:
        self._busy(False)
        done(result)

    def _fail(self, sentence: str) -> None:
        self._busy(False)
        self.tell(sentence)
        self.told.emit(sentence)

    def _busy(self, busy: bool) -> None:
        self.progress.setVisible(busy)
        self.ok.setEnabled(not busy)
        self.cancel.setEnabled(not busy)
        if not busy:
            self._task = None

    def try_submit(self) -> None:
        if not self.busy:
            super().try_submit()

    def reject(self) -> None:
        if not self.busy:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.busy:
            event.ignore()
        else:
            super().closeEvent(event)

    def hideEvent(self, event: object) -> None:
        # The program is ending: what was begun is finished, nobody hears of it any more.
        if self._task is not None and not self.isVisible():
            self._task.wait()
            self._task = None
        super().hideEvent(event)  # type: ignore[arg-type]


class FileField(QWidget):
    """A path that can be typed or chosen."""

    def __init__(self, path: str, choose: Callable[[str], str]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme().px(8))
        self.line = QLineEdit(path)
        self._choose = choose
        self.button = Button(tr("Choose…"), Look.SECONDARY, name=tr("Choose a file"))
        self.button.clicked.connect(self._clicked)
        row.addWidget(self.line, 1)
        row.addWidget(self.button)
        self.setFocusProxy(self.line)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.line.setAccessibleName(name)

    @property
    def path(self) -> Path | None:
        text = self.line.text().strip()
        return Path(text).expanduser().absolute() if text else None

    def _clicked(self) -> None:
        chosen = self._choose(self.line.text())
        if chosen:
            self.line.setText(chosen)


def secret_line() -> QLineEdit:
    line = QLineEdit()
    line.setEchoMode(QLineEdit.EchoMode.Password)
    return line


class BackupDialog(WorkDialog):
    """Write every group of this profile to one file."""

    def __init__(self, parent: QWidget | None, desk: Desk) -> None:
        super().__init__(parent, tr("Keep a backup"), tr("Write the backup"))
        self._desk = desk
        today = QDate.currentDate().toString("yyyy-MM-dd")
        path = documents() / f"{today}{SUFFIX}"
        self.file = FileField(str(path), self._ask_file)
        self.form.add(
            tr("&File"),
            self.file,
            help_text=tr(
                "Keep it on another disk or stick: a backup beside the original is lost with it."
            ),
        )
        self.first = secret_line()
        self.second = secret_line()
        self.form.add(
            tr("&Passphrase"),
            self.first,
            help_text=tr(
                "A few words only you would say. Without them nobody can read the file, not even "
                "you."
            ),
        )
        self.form.add(tr("The passphrase &again"), self.second)
        self.form.column.addWidget(
            Text(
                tr(
                    "The file holds all groups of this profile. A machine that is brought back "
                    "from it begins as a new machine of yours."
                ),
                Size.META,
                quiet=True,
                wrap=True,
            )
        )
        self.first.setFocus()

    def _ask_file(self, path: str) -> str:
        chosen, _ = QFileDialog.getSaveFileName(
            self, tr("Where to keep the backup"), path, tr("Backups (*{suffix})", suffix=SUFFIX)
        )
        return chosen

    def submit(self) -> bool:
        profile, path = self._desk.profile, self.file.path
        if path is None:
            self.form.problem(self.file, tr("Say where to keep the file."))
        elif not path.parent.is_dir():
            self.form.problem(self.file, tr("There is no folder {folder}.", folder=path.parent))
        elif not self.first.text().strip():
            self.form.problem(
                self.first,
                tr(
                    "A backup needs a passphrase: whoever finds the file "
                    "could read everything otherwise."
                ),
            )
        elif self.first.text() != self.second.text():
            self.form.problem(
                self.second, tr("These are two different passphrases. Type the same one twice.")
            )
        elif profile is None:
            self.tell(tr("There is no profile to back up."))
        else:
            passphrase = self.first.text()
            self.run(lambda: _write(profile, path, passphrase), lambda _: self._done(path))
        return False

    def _done(self, path: Path) -> None:
        self._desk.window.tell(tr("The backup is in {file}.", file=path))
        self.accept()


def _write(profile: object, path: Path, passphrase: str) -> int:
    from mutualaid.model.backup import write_backup

    return write_backup(profile, path, passphrase)  # type: ignore[arg-type]


class RestoreDialog(WorkDialog):
    """Bring the groups of a backup into this profile. ``group_opened`` carries one of them."""

    group_opened = Signal(object)

    def __init__(self, parent: QWidget | None, desk: Desk | None, profile: object = None) -> None:
        super().__init__(parent, tr("Bring a backup back"), tr("Bring it back"))
        self._profile = desk.profile if desk is not None else profile
        self.file = FileField("", self._ask_file)
        self.form.add(tr("&File"), self.file)
        self.passphrase = secret_line()
        self.form.add(tr("&Passphrase"), self.passphrase)
        self.form.column.addWidget(
            Text(
                tr(
                    "The groups in it are added to this profile. This computer goes on as a new "
                    "machine of yours, and neighbours' machines bring it up to date."
                ),
                Size.META,
                quiet=True,
                wrap=True,
            )
        )
        self.file.setFocus()

    def _ask_file(self, path: str) -> str:
        chosen, _ = QFileDialog.getOpenFileName(
            self,
            tr("The backup to bring back"),
            path or str(documents()),
            tr("Backups (*{suffix});;All files (*)", suffix=SUFFIX),
        )
        return chosen

    def submit(self) -> bool:
        path, profile = self.file.path, self._profile
        if path is None or not path.is_file():
            self.form.problem(self.file, tr("Choose the file in which the backup is."))
        elif not self.passphrase.text():
            self.form.problem(self.passphrase, tr("Type the passphrase of the backup."))
        else:
            passphrase = self.passphrase.text()
            self.run(lambda: _bring_back(profile, path, passphrase), self._done)
        return False

    def _done(self, names: object) -> None:
        group = self._open(names if isinstance(names, tuple) else ())
        if group is not None:
            self.accept()
            self.group_opened.emit(group)

    def _open(self, names: tuple[str, ...]) -> Group | None:
        try:
            return self._profile.open_group(names[0])  # type: ignore[union-attr, attr-defined]
        except MutualAidError as error:
            self.tell(str(error))
            return None


def _bring_back(profile: object, path: Path, passphrase: str) -> tuple[str, ...]:
    from mutualaid.model.backup import restore_backup

    return restore_backup(profile, path, passphrase).groups  # type: ignore[arg-type]


class PassphraseDialog(WorkDialog):
    """Put the profile's key behind a passphrase, or change it. ``done`` is called after."""

    def __init__(self, parent: QWidget | None, desk: Desk, done: Callable[[], None]) -> None:
        super().__init__(parent, tr("A passphrase for this profile"), tr("Set the passphrase"))
        self._desk = desk
        self._told = done
        self.first = secret_line()
        self.second = secret_line()
        self.form.add(
            tr("New &passphrase"),
            self.first,
            help_text=tr(
                "It is asked for whenever Mutual Aid starts. Nobody can bring it back if it is "
                "forgotten; a backup and its own passphrase can."
            ),
        )
        self.form.add(tr("The passphrase &again"), self.second)
        self.first.setFocus()

    def submit(self) -> bool:
        profile = self._desk.profile
        if not self.first.text().strip():
            self.form.problem(self.first, tr("A passphrase cannot be blank."))
        elif self.first.text() != self.second.text():
            self.form.problem(
                self.second, tr("These are two different passphrases. Type the same one twice.")
            )
        elif profile is not None:
            vault, passphrase = profile.vault, self.first.text()
            self.run(lambda: vault.set_passphrase(passphrase), self._done)
        return False

    def _done(self, _result: object) -> None:
        self._desk.window.tell(tr("The passphrase is set."))
        self._told()
        self.accept()
