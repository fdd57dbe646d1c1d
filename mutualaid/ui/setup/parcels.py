# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A shelf in a pocket: writing parcels to a file on a stick, and reading those of others."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QPlainTextEdit, QWidget

from mutualaid.model.profile import Profile
from mutualaid.model.values import NOTHING_CHANGED
from mutualaid.ui.page import Desk
from mutualaid.ui.setup.backups import FileField, WorkDialog, documents
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import CheckBox, Text, announce
from mutualaid.ui.words import tr

if TYPE_CHECKING:
    from mutualaid.sync.parcel_file import ReadFile, WrittenFile

SUFFIX = ".parcels"


class WriteParcelsDialog(WorkDialog):
    """All that is here, or what others lack, in one file."""

    def __init__(self, parent: QWidget | None, desk: Desk) -> None:
        super().__init__(parent, tr("Write parcels"), tr("Write the parcels"))
        self._desk = desk
        self.form.column.addWidget(
            Text(
                tr(
                    "A file with what this group wrote, for machines that no network reaches: on a "
                    "stick, in an e-mail, however it travels. Only machines of the group can open "
                    "it."
                ),
                wrap=True,
            )
        )
        today = QDate.currentDate().toString("yyyy-MM-dd")
        self.file = FileField(str(documents() / f"{today}{SUFFIX}"), self._ask_file)
        self.form.add(tr("&File"), self.file)
        self.new = CheckBox(tr("Only what other machines are not known to have"))
        self.form.column.addWidget(self.new)
        self.file.setFocus()

    def _ask_file(self, path: str) -> str:
        chosen, _ = QFileDialog.getSaveFileName(
            self, tr("Where to write the parcels"), path, _filter()
        )
        return chosen

    def submit(self) -> bool:
        profile, path = self._desk.profile, self.file.path
        if path is None:
            self.form.problem(self.file, tr("Say where to write the file."))
        elif not path.parent.is_dir():
            self.form.problem(self.file, tr("There is no folder {folder}.", folder=path.parent))
        elif path.is_dir():
            self.form.problem(self.file, tr("This is a folder. Give the file in it a name."))
        elif profile is None:
            self.tell(tr("There is no profile whose parcels could be written."))
        else:
            everything, directory = not self.new.isChecked(), self._desk.group.directory
            self.run(
                lambda: _write(profile, directory, path, everything=everything),
                lambda written: self._done(path, written),
            )
        return False

    def _done(self, path: Path, written: object) -> None:
        self._desk.window.tell(written_words(written, path))  # type: ignore[arg-type]
        self.accept()


class ReadParcelsDialog(WorkDialog):
    """Take in files that others wrote; what cannot be used is said, and the dialog stays."""

    #: From the working thread: how many files of how many were read.
    moved = Signal(int, int)

    def __init__(self, parent: QWidget | None, desk: Desk) -> None:
        super().__init__(parent, tr("Read parcels"), tr("Read the parcels"))
        self._desk = desk
        self.form.column.addWidget(
            Text(
                tr(
                    "Takes in what others of the group wrote to files. Reading a file twice does "
                    "no harm."
                ),
                wrap=True,
            )
        )
        self.files = FileField("", self._ask_files)
        self.form.add(
            tr("&Files"), self.files, help_text=tr("Several can be chosen; “ | ” parts them.")
        )
        self.said = Text("", Size.STRONG, wrap=True)
        self.said.hide()
        self.form.column.addWidget(self.said)
        self.problems = QPlainTextEdit()
        self.problems.setReadOnly(True)
        self.problems.setTabChangesFocus(True)
        self.problems.setMinimumHeight(theme().px(110))
        self.problems.setAccessibleName(tr("What could not be used"))
        self.problems.hide()
        self.form.column.addWidget(self.problems)
        self.moved.connect(self._show_progress)
        self._read = False
        self.files.setFocus()

    def _ask_files(self, path: str) -> str:
        start = str(_paths(path)[0].parent) if path.strip() else str(documents())
        chosen, _ = QFileDialog.getOpenFileNames(
            self, tr("The parcels to read"), start, _filter(everything=True)
        )
        return " | ".join(chosen)

    def submit(self) -> bool:
        if self._read:
            return True
        profile, paths = self._desk.profile, _paths(self.files.line.text())
        missing = [path for path in paths if not path.is_file()]
        if not paths:
            self.form.problem(self.files, tr("Choose the files in which the parcels are."))
        elif missing:
            self.form.problem(self.files, tr("There is no file {file}.", file=missing[0]))
        elif profile is None:
            self.tell(tr("There is no profile to take them into."))
        else:
            directory = self._desk.group.directory
            self.progress.setRange(0, 0)
            self.run(lambda: self._take_in(profile, directory, paths), self._done)
        return False

    def _take_in(self, profile: Profile, directory: Path, paths: Sequence[Path]) -> "Taken":
        """In the working thread. What one file lacked may be in a later one: it is read again."""
        from mutualaid.sync.parcel_file import read_file

        with Profile(profile.directory, profile.vault).open_directory(directory) as own:
            found = []
            for number, path in enumerate(paths):
                self.moved.emit(number, len(paths))
                found.append((path, read_file(own, path)))
            if len(found) > 1:
                again = [path for path, read in found if read.waiting]
                found += [(path, read_file(own, path)) for path in again]
        return Taken(
            sum(read.entries for _path, read in found),
            sum(read.photos for _path, read in found),
            any(not _is_useless(read) for _path, read in found),
            problem_words(found),
        )

    def _show_progress(self, done: int, of: int) -> None:
        # One file says nothing of how far it is; of several it is known.
        self.progress.setRange(0, of if of > 1 else 0)
        self.progress.setValue(done)

    def _done(self, taken: object) -> None:
        assert isinstance(taken, Taken)
        self._desk.bridge.look()
        self._desk.window.committed_here(NOTHING_CHANGED)
        if not taken.problems:
            self._desk.window.tell(taken.words())
            self.accept()
            return
        self._read = True
        self.said.setText(taken.words())
        self.said.show()
        self.problems.setPlainText("\n".join(taken.problems))
        self.problems.show()
        self.files.setEnabled(False)
        self.cancel.hide()
        self.ok.set_words(tr("Close"))
        self._fit()
        self.problems.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, " ".join((taken.words(), *taken.problems)))


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of reading files."""

    entries: int
    photos: int
    #: Whether anything in them was for this group.
    any_use: bool
    problems: tuple[str, ...]

    def words(self) -> str:
        if not self.any_use:
            return tr("Nothing was taken in, and nothing was changed.")
        if not (self.entries or self.photos):
            return tr("All that is in there was here already.")
        said = tr("%n changes were new here.", one="%n change was new here.", n=self.entries)
        if self.photos:
            photos = tr("%n photos came, too.", one="%n photo came, too.", n=self.photos)
            said = f"{said} {photos}"
        return said


def written_words(written: "WrittenFile", path: Path) -> str:
    """What stands in a file now."""
    if not written.parcels:
        return tr("Others have all of it: the file {file} holds nothing new.", file=path.name)
    return tr(
        "%n changes are in {file}. “Read parcels” takes them in on another machine of the group.",
        one="%n change is in {file}. “Read parcels” takes it in on another machine of the group.",
        n=written.entries,
        file=path.name,
    )


def problem_words(found: Sequence[tuple[Path, "ReadFile"]]) -> tuple[str, ...]:
    """What is to be said of files, each sentence once."""
    said: dict[str, None] = {}
    last = dict(found)  # as it was read last
    for path, read in found:
        name = path.name
        if read.torn:
            said[
                tr(
                    "{name} ends in the middle of a parcel; what comes before it was read. Copy it "
                    "once more.",
                    name=name,
                )
            ] = None
        if read.unfit or not (read.parcels or read.torn):
            said[tr("Something in {name} is no parcel, or was altered on the way.", name=name)] = (
                None
            )
        # Beside one's own, others' are no news: a file may hold welcomes for newcomers.
        if 0 < read.strange == read.parcels:
            said[
                tr(
                    "{name} holds parcels of another group, or under a key that this machine does "
                    "not have.",
                    name=name,
                )
            ] = None
        if read.newer:
            said[
                tr(
                    "{name} holds parcels of a newer version of Mutual Aid. Update the program, "
                    "then read it again.",
                    name=name,
                )
            ] = None
        if last[path].waiting:
            said[
                tr(
                    "{name} goes on from something that has not come here yet. It waits; read the "
                    "earlier files, too.",
                    name=name,
                )
            ] = None
    return tuple(said)


def _is_useless(read: "ReadFile") -> bool:
    return read.parcels <= read.strange + read.unfit + read.newer


def _paths(text: str) -> list[Path]:
    parts = (part.strip() for part in text.split(" | "))
    return [Path(part).expanduser().absolute() for part in parts if part]


def _filter(*, everything: bool = False) -> str:
    parcels = tr("Parcels (*{suffix})", suffix=SUFFIX)
    return f"{parcels};;{tr('All files (*)')}" if everything else parcels


def _write(profile: Profile, directory: Path, path: Path, *, everything: bool) -> "WrittenFile":
    from mutualaid.sync.parcel_file import write_file

    with Profile(profile.directory, profile.vault).open_directory(directory) as own:
        return write_file(own, path, everything=everything)
