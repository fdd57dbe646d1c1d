# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A book as the bytes of a PDF, from the window and from the command line."""

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QGuiApplication, QPdfWriter

from mutualaid.ui.paper.book import Book, Tick
from mutualaid.ui.paper.look import PER_INCH


def pdf(book: Book, tick: Tick | None = None) -> bytes:
    """The whole book; its title and author name the sheet and the group, and nobody else."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(PER_INCH)
    group = book.sheet.group
    writer.setTitle(f"{book.sheet.title} – {group}" if group else book.sheet.title)
    writer.setAuthor(group)
    writer.setCreator("Mutual Aid")
    book.print_to(writer, tick)
    del writer
    buffer.close()
    return bytes(buffer.data().data())


def ensure_application() -> QGuiApplication:
    """The application, or one that shows nothing: fonts need it, and paper needs no screen."""
    import os
    import sys

    from mutualaid.ui.singletons import keep_singletons

    running = QGuiApplication.instance()
    if isinstance(running, QGuiApplication):
        return running
    keep_singletons()
    if sys.platform not in ("win32", "darwin"):
        # There may be no display. Elsewhere the system's own fonts come with its own platform.
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    return QGuiApplication(["mutualaid"])


def system_language() -> str:
    """The language for paper that this computer is set to; English where there are no words."""
    from PySide6.QtCore import QLocale

    from mutualaid.model.directories.paper.words import language_of

    return language_of(QLocale.system().name())
