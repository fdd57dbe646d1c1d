# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a dispatcher is asked: a number to phone back, and an answer that somebody gave by voice."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from mutualaid.model.values import PostFilter, PostRow
from mutualaid.ui.page import Desk
from mutualaid.ui.widgets import CheckBox, Choice, FormDialog
from mutualaid.ui.words import meta, tr

#: So many open posts can be chosen from when answering for somebody.
OFFERED: Final = 300


class NumberDialog(FormDialog):
    """The number of somebody without a machine: sealed to those who look after the post."""

    def __init__(self, parent: QWidget, desk: Desk, post: PostRow, number: str) -> None:
        whom = post.on_behalf_of
        super().__init__(parent, tr("Phone number of {whom}", whom=whom), tr("Save"), width=480)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._desk = desk
        self._post = post
        self._before = number
        self.number = QLineEdit(number)
        self.form.add(
            tr("&Number"),
            self.number,
            help_text=tr(
                "Sealed: only whoever posted this, and the stewards, can read it. Empty forgets it."
            ),
        )
        self.share = CheckBox(tr("Open it to whoever is accepted"))
        self._was_shared = desk.group.behalf_is_shared(post.id)
        self.share.setChecked(self._was_shared)
        self.form.column.addWidget(self.share)
        self.number.setFocus()

    def submit(self) -> bool:
        group, post = self._desk.group, self._post
        before, shared = self._before, self._was_shared
        done = self._desk.run(
            lambda: group.set_behalf_contact(
                post.id, self.number.text(), share=self.share.isChecked()
            ),
            tr("Saved."),
            lambda _made: group.set_behalf_contact(post.id, before, share=shared),
            on_error=lambda error: self.form.problem(self.number, str(error)),
        )
        return done is not None


class AnswerForDialog(FormDialog):
    """Somebody without a machine can help, or would take what is offered."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent, tr("Answer for somebody"), tr("Answer for them"), width=520)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._desk = desk
        self.post = Choice()
        for row in desk.group.posts(PostFilter(), limit=OFFERED):
            if row.status.wants_help:
                self.post.addItem(meta(row.title, row.on_behalf_of or row.owner_name), row.id)
        self.post.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.whom = QLineEdit()
        self.when = QLineEdit()
        self.note = QLineEdit()
        self.form.add(tr("&Who goes"), self.whom)
        self.form.add(tr("To &which post"), self.post)
        self.form.add(tr("&When they can"), self.when)
        self.when.setPlaceholderText(tr("Saturday morning"))
        self.form.add(tr("A &note"), self.note)
        self.ok.setEnabled(self.post.count() > 0)
        if not self.post.count():
            self.tell(tr("Nothing on the board wants an answer now."))
        self.whom.setFocus()

    def submit(self) -> bool:
        whom = " ".join(self.whom.text().split())
        if not whom:
            self.form.problem(self.whom, tr("Whose answer is it? A name is enough."))
            return False
        group, post = self._desk.group, self.post.currentData()
        done = self._desk.run(
            lambda: group.help_with(
                post, self.note.text().strip(), when=self.when.text().strip(), on_behalf_of=whom
            ),
            tr("{who} can help: their neighbour will see it.", who=whom),
            lambda made: group.release(made.created or b""),
            on_error=lambda error: self.tell(str(error)),
        )
        return done is not None
