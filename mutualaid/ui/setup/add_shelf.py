# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Adding a shelf: an address that is typed or pasted, or a folder that is chosen."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from mutualaid.errors import BadValueError, MutualAidError
from mutualaid.model.shelves import FOLDER, is_local, is_shelf, shown_address
from mutualaid.ui.page import Desk
from mutualaid.ui.setup.backups import WorkDialog
from mutualaid.ui.setup.shelf_words import shelf_name
from mutualaid.ui.theme import theme
from mutualaid.ui.widgets import Button, Look, Text
from mutualaid.ui.words import tr


class AddShelfDialog(WorkDialog):
    """One line for the address, and a button that puts a folder into it."""

    def __init__(self, parent: QWidget | None, desk: Desk) -> None:
        super().__init__(parent, tr("Add a shelf"), tr("Add the shelf"))
        self._desk = desk
        self.form.column.addWidget(
            Text(
                tr(
                    "A shelf is where this group leaves sealed parcels for each other: a relay, a "
                    "folder that Nextcloud or Syncthing carries, a stick, storage on the net."
                ),
                wrap=True,
            )
        )
        self.address = AddressField(self._choose)
        self.form.add(
            tr("&Address or folder"),
            self.address,
            help_text=tr(
                "A relay's begins with relay: as its keeper tells it, and the whole group uses it "
                "then. Storage may be s3://, webdav:// or sftp://."
            ),
        )
        self.address.setFocus()

    def _choose(self) -> str:
        return QFileDialog.getExistingDirectory(
            self, tr("The folder to leave parcels in"), str(Path.home())
        )

    def submit(self) -> bool:
        text = self.address.line.text().strip()
        if not text:
            self.form.problem(
                self.address, tr("Type or paste the address of a shelf, or choose a folder.")
            )
            return False
        if not is_shelf(text) and Path(text).expanduser().is_absolute():
            text = f"{FOLDER}{text}"
        self.run(lambda: _read(text), self._done)
        return False

    def _done(self, result: object) -> None:
        if isinstance(result, BadValueError):
            self.form.problem(self.address, str(result))
            return
        group, address = self._desk.group, str(result)
        known = {shown_address(each) for each in group.shelf_addresses()}
        if shown_address(address) in known:
            self.form.problem(self.address, tr("This shelf is used already."))
            return
        name = shelf_name(shown_address(address))
        said = (
            tr("Parcels are left at {name} from now on, by this machine.", name=name)
            if is_local(address)
            else tr("Parcels are left at {name} from now on, by the whole group.", name=name)
        )
        change = self._desk.run(
            lambda: group.add_shelf(address),
            said,
            lambda _change: group.remove_shelf(address),
            on_error=self._refused,
        )
        if change is not None:
            self.accept()

    def _refused(self, error: MutualAidError) -> None:
        self.form.problem(self.address, str(error))


class AddressField(QWidget):
    """An address that can be typed or pasted, or a folder chosen instead."""

    def __init__(self, choose: Callable[[], str]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme().px(8))
        self.line = QLineEdit()
        self.line.setPlaceholderText("relay:")
        self._choose = choose
        self.button = Button(tr("Choose a folder…"), Look.SECONDARY)
        self.button.clicked.connect(self._clicked)
        row.addWidget(self.line, 1)
        row.addWidget(self.button)
        self.setFocusProxy(self.line)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.line.setAccessibleName(name)

    def _clicked(self) -> None:
        chosen = self._choose()
        if chosen:
            self.line.setText(chosen)


def _read(text: str) -> str | BadValueError:
    """In the working thread: a folder may be slow, storage slow to import."""
    from mutualaid.sync.shelves import read_address

    try:
        return read_address(text)
    except BadValueError as error:
        return error
