# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sheets of paper, drawn: one builder for the printer, for PDF and for the screen.

``Book(sheet, Look(...))`` lays a sheet out (see ``mutualaid.model.directories.paper.make``);
``book.image(side, width)`` is a picture of one side, ``book.print_to(printer)`` prints all or some,
``pdf(book)`` is the bytes of a PDF.
"""

from mutualaid.ui.paper.book import Book
from mutualaid.ui.paper.look import Look, Paper
from mutualaid.ui.paper.pdf import ensure_application, pdf, system_language

__all__ = ["Book", "Look", "Paper", "ensure_application", "pdf", "system_language"]
