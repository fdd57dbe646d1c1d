# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where to put what leaves: a name that is free, and the folder afterwards."""

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from mutualaid.ui.setup.backups import documents


def free_place(folder: Path, name: str, suffix: str) -> Path:
    """A path in a folder at which nothing stands: nothing is ever written over."""
    found = folder / f"{name}{suffix}"
    number = 2
    while found.exists():
        found = folder / f"{name}-{number}{suffix}"
        number += 1
    return found


def ask_place(parent: QWidget, title: str, name: str, suffix: str) -> Path | None:
    """Ask where; None where nobody wants it any more."""
    chosen, _ = QFileDialog.getSaveFileName(
        parent,
        title,
        str(free_place(documents(), name, suffix)),
        # What exists is refused in words, whatever was answered to a question before.
        options=QFileDialog.Option.DontConfirmOverwrite,
    )
    return Path(chosen) if chosen else None


def open_folder(path: Path) -> None:
    """Show a folder, or the one that a file is in, in the system's own window for files."""
    folder = path if path.is_dir() else path.parent
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
