# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Help on one page: what this is, and every key."""

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from mutualaid import __version__
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import FormDialog, Text
from mutualaid.ui.words import tr


class HelpDialog(FormDialog):
    """How it works in a few sentences, then the keys."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, tr("Help and keys"), tr("Close"), width=600)
        self.cancel.hide()
        px = theme().px
        column = QVBoxLayout()
        column.setSpacing(px(8))
        for words in (
            tr(
                "What you write is saved on this machine at once, with or without a network. "
                "Whenever a neighbour's machine is near, both show the same."
            ),
            tr(
                "Reached 3 of 5 machines means: three other machines have said that they hold "
                "what you wrote last. The others get it when they are next near."
            ),
            tr(
                "Only you can change or withdraw what you posted. Undo is a new change: it takes "
                "nothing back from others."
            ),
            tr(
                "Nothing of you leaves the group unless you said so, on My page under What may "
                "leave. Whatever is taken out or printed stands in a log that everybody can read. "
                "Paper and copies outside cannot be called back; each says until when it holds."
            ),
            tr(
                "Codes on paper have no 0, O, 1 or I. A slip that was torn off the board, or a "
                "form that somebody filled in, is typed in under From paper."
            ),
        ):
            column.addWidget(Text(words, wrap=True, selectable=True))
        self.form.column.addLayout(column)
        self.form.column.addWidget(Text(tr("Keys"), Size.STRONG))
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(24))
        grid.setVerticalSpacing(px(6))
        grid.setColumnStretch(1, 1)
        for row, (keys, words) in enumerate(self.keys()):
            grid.addWidget(Text(keys, Size.STRONG), row, 0)
            grid.addWidget(Text(words, wrap=True), row, 1)
        self.form.column.addLayout(grid)
        self.ok.setFocus()

    @staticmethod
    def keys() -> list[tuple[str, str]]:
        """Every key of the window and what it does."""

        def shown(keys: str) -> str:
            return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)

        return [
            (f"{shown('Ctrl+1')} … {shown('Ctrl+9')}, {shown('Ctrl+0')}", tr("go to a page")),
            (shown("Ctrl+N"), tr("post, or what the page's main button does")),
            (shown("Ctrl+F"), tr("search on this page")),
            (shown("Ctrl+Z"), tr("undo what you did last")),
            (shown("Ctrl+I"), tr("invite a neighbour")),
            (shown("Space"), tr("take a line out of a list, or in again")),
            (shown("Return"), tr("open what is marked")),
            (shown("Up") + ", " + shown("Down"), tr("go from card to card")),
            (shown("Tab"), tr("go to what can be done about a card")),
            (shown("Esc"), tr("close what is open, empty the search, leave a form")),
            (shown("Ctrl++") + ", " + shown("Ctrl+-"), tr("larger and smaller text")),
            (shown("Ctrl+Shift+0"), tr("text as large as at first")),
            (shown("F10"), tr("show the menu bar")),
            (shown("F1"), tr("this help")),
        ]


class AboutDialog(FormDialog):
    """Name, version, licence."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, tr("About Mutual Aid"), tr("Close"), width=440)
        self.cancel.hide()
        self.ok.set_words(tr("Close"))
        self.form.column.addWidget(
            Text(tr("Mutual Aid {version}", version=__version__), Size.STRONG, selectable=True)
        )
        self.form.column.addWidget(
            Text(
                tr(
                    "A noticeboard, a directory and a toolshed that a neighbourhood owns. "
                    "Free software under the GNU Affero General Public License, version 3 or "
                    "later; it comes without warranty."
                ),
                wrap=True,
                selectable=True,
            )
        )
