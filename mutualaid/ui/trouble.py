# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can be asked or said before there is a window: a passphrase, or why nothing opens."""

import shiboken6
from PySide6.QtWidgets import QApplication, QLineEdit

from mutualaid.ui.theme import Theme
from mutualaid.ui.widgets import FormDialog, Text
from mutualaid.ui.words import tr


class PassphraseDialog(FormDialog):
    """Asks for the passphrase that locks this profile."""

    def __init__(self, why: str) -> None:
        super().__init__(None, tr("Open Mutual Aid"), tr("Open"), width=440)
        self.passphrase = QLineEdit()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.form.column.addWidget(Text(why, wrap=True))
        self.form.add(tr("&Passphrase"), self.passphrase)
        self.passphrase.setFocus()

    def submit(self) -> bool:
        if not self.passphrase.text():
            self.form.problem(self.passphrase, tr("Type the passphrase of this profile."))
            return False
        return True


class TroubleDialog(FormDialog):
    """Says in a sentence why the program cannot open, and closes."""

    def __init__(self, sentence: str) -> None:
        super().__init__(None, tr("Mutual Aid cannot open"), tr("Close"), width=480)
        self.cancel.hide()
        words = Text(sentence, wrap=True, selectable=True)
        words.setAccessibleName(sentence)
        self.form.column.addWidget(words)
        self.ok.setFocus()


def _dressed() -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    Theme.install(application)


def ask_passphrase(why: str) -> str | None:
    """The passphrase, or None when the person gave up. Waits for the dialog."""
    _dressed()
    dialog = PassphraseDialog(why)
    taken = dialog.exec() == PassphraseDialog.DialogCode.Accepted
    passphrase = dialog.passphrase.text()
    shiboken6.delete(dialog)
    return passphrase if taken else None


def show_trouble(sentence: str) -> None:
    """Say it and wait until it was read."""
    _dressed()
    dialog = TroubleDialog(sentence)
    dialog.exec()
    shiboken6.delete(dialog)
