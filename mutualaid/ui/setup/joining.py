# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Starting a group and joining one: the forms, and the wait for a neighbour's machine."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimeZone, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from mutualaid.errors import BadValueError, InvitationError, MutualAidError
from mutualaid.model.invitation import parse_invitation
from mutualaid.model.shelves import FOLDER
from mutualaid.model.text import is_blank
from mutualaid.ui.page import Desk
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import Button, Form, FormDialog, Look, Text
from mutualaid.ui.widgets.feedback import IconLabel, announce
from mutualaid.ui.words import day, now_ms, tr

if TYPE_CHECKING:
    from mutualaid.model.group import Group
    from mutualaid.model.profile import Profile


def time_zone() -> str:
    """The IANA name of this computer's time zone; "" where it has none."""
    return bytes(QTimeZone.systemTimeZoneId().data()).decode(errors="replace")


class StartFields(Form):
    """The fields for a group of one's own."""

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.me = QLineEdit(name)
        self.me.setPlaceholderText(tr("Mira"))
        self.add(tr("Your &name"), self.me, help_text=tr("Any name your neighbours know."))
        self.group = QLineEdit()
        self.group.setPlaceholderText(tr("Elm Street"))
        self.add(tr("What the &group is called"), self.group)

    def start(self, profile: "Profile") -> "Group | None":
        """Begin the group; None after saying what could not be taken."""
        self.clear_problems()
        if is_blank(self.me.text()):
            self.problem(self.me, tr("A name is needed; any name you answer to will do."))
            return None
        if is_blank(self.group.text()):
            self.problem(self.group, tr("The group needs a name: the street or house will do."))
            return None
        try:
            return profile.start(self.group.text(), self.me.text(), tz=time_zone())
        except BadValueError as error:
            long = self.me if len(self.me.text()) > len(self.group.text()) else self.group
            self.problem(long, str(error))
        except MutualAidError as error:
            self.problem(self.group, str(error))
        return None


class JoinFields(Form):
    """The fields for accepting an invitation; says whose it is as soon as it is whole."""

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.me = QLineEdit(name)
        self.me.setPlaceholderText(tr("Mira"))
        self.add(tr("Your &name"), self.me, help_text=tr("Any name your neighbours know."))
        self.invitation = QPlainTextEdit()
        self.invitation.setTabChangesFocus(True)
        self.invitation.setFixedHeight(theme().px(96))
        self.invitation.setPlaceholderText("mutualaid:join/…")
        self.add(
            tr("The &invitation"),
            self.invitation,
            help_text=tr("Paste the whole link here, or type it from the card."),
        )
        self.read = Text("", Size.META, tone="accent", wrap=True)
        self.read.hide()
        self.column.addWidget(self.read)
        self.invitation.textChanged.connect(self._look)

    def _look(self) -> None:
        """Say what the invitation is for; an error waits until it is used."""
        said = ""
        try:
            invitation = parse_invitation(self.invitation.toPlainText())
        except InvitationError:
            pass
        else:
            said = tr("An invitation to {group}.", group=invitation.group_name)
            if invitation.expires is not None and not invitation.is_expired(now_ms()):
                said += " " + tr("It can be used until {day}.", day=day(invitation.expires))
        self.read.setText(said)
        self.read.setVisible(bool(said))

    def join(self, profile: "Profile") -> "Group | None":
        """Ask to be let in; None after saying what could not be taken."""
        self.clear_problems()
        if is_blank(self.me.text()):
            self.problem(self.me, tr("A name is needed; any name you answer to will do."))
            return None
        if not self.invitation.toPlainText().strip():
            self.problem(self.invitation, tr("Paste the invitation that a neighbour gave you."))
            return None
        try:
            invitation = parse_invitation(self.invitation.toPlainText())
            if invitation.is_expired(now_ms()):
                self.problem(
                    self.invitation,
                    tr(
                        "This invitation ended on {day}. Ask for a new one; it takes a minute.",
                        day=day(invitation.expires or 0),
                    ),
                )
                return None
            return profile.join(invitation, self.me.text())
        except BadValueError as error:
            self.problem(self.me, str(error))
        except MutualAidError as error:
            self.problem(self.invitation, str(error))
        return None


class StartDialog(FormDialog):
    """Start another group, beside the one that is open."""

    group_opened = Signal(object)

    def __init__(self, parent: QWidget | None, desk: Desk) -> None:
        super().__init__(parent, tr("Start another group"), tr("Start the group"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._desk = desk
        self.fields = StartFields(desk.group.my_name)
        self.form.column.addWidget(self.fields)
        self.fields.group.setFocus()

    def submit(self) -> bool:
        profile = self._desk.profile
        group = self.fields.start(profile) if profile is not None else None
        if group is None:
            return False
        self.group_opened.emit(group)
        return True


class JoinDialog(FormDialog):
    """Join another group, beside the one that is open."""

    group_opened = Signal(object)

    def __init__(self, parent: QWidget | None, desk: Desk) -> None:
        super().__init__(parent, tr("Join with an invitation"), tr("Join"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._desk = desk
        self.fields = JoinFields(desk.group.my_name)
        self.form.column.addWidget(self.fields)
        self.fields.invitation.setFocus()

    def submit(self) -> bool:
        profile = self._desk.profile
        group = self.fields.join(profile) if profile is not None else None
        if group is None:
            return False
        self.group_opened.emit(group)
        return True


class Waiting(QWidget):
    """What is shown until a neighbour's machine has let this one in; then ``let_in``.

    ``look`` is called whenever something was stored or connected; it costs next to nothing.
    """

    let_in = Signal()
    other_asked = Signal()

    def __init__(self, group: "Group") -> None:
        super().__init__()
        self._group = group
        self._told = False
        px = theme().px
        self.setWindowTitle(tr("{group} – Mutual Aid", group=group.name))
        self.setMinimumSize(560, 440)
        self.resize(860, 680)
        self.setAccessibleName(tr("Waiting for a neighbour's machine"))
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), px(24), px(24), px(24))
        column.setSpacing(px(12))
        column.addStretch(2)
        centre = Qt.AlignmentFlag.AlignHCenter
        column.addWidget(IconLabel("wifi", "accent", 44), 0, centre)
        # The words keep a readable width, and take the height that they need at that width.
        lines = QVBoxLayout()
        lines.setSpacing(px(12))
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addLayout(lines, 0)
        middle.addStretch(1)
        column.addLayout(middle)
        words = (
            (tr("Waiting for a neighbour's machine"), Size.DETAIL, False),
            (
                tr(
                    "{group}: your invitation is saved on this machine. As soon as any neighbour's "
                    "machine is on the same network, or a welcome lies on one of the group's "
                    "shelves, you are let in, and the board opens by itself.",
                    group=group.name,
                ),
                Size.BODY,
                False,
            ),
            (
                tr(
                    "Nothing else to do. You may close the window: it goes on the next time. If "
                    "nothing happens although a neighbour's machine is here and on, the invitation "
                    "may be used up or taken back: ask for a new one."
                ),
                Size.META,
                True,
            ),
        )
        for text, size, quiet in words:
            label = Text(text, size, quiet=quiet, wrap=True)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setFixedWidth(px(460))
            lines.addWidget(label)
        self.status = Text("", Size.META, quiet=True, wrap=True)
        self.status.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.status.setFixedWidth(px(460))
        lines.addWidget(self.status)
        self.folder = Text("", Size.META, quiet=True, wrap=True)
        self.folder.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.folder.setFixedWidth(px(460))
        self.folder.hide()
        lines.addWidget(self.folder)
        self.stick = Button(tr("A welcome on a stick or in a folder…"), Look.SECONDARY)
        self.stick.clicked.connect(self.use_folder)
        column.addWidget(self.stick, 0, centre)
        self.another = Button(tr("Use another invitation"), Look.QUIET)
        self.another.clicked.connect(self.other_asked)
        column.addWidget(self.another, 0, centre)
        column.addStretch(3)

    def look(self, *_: object) -> None:
        if self._group.joined and not self._told:
            self._told = True
            self.let_in.emit()

    def use_folder(self) -> None:
        """Look for the welcome in a folder, and leave there what the others are to know."""
        chosen = QFileDialog.getExistingDirectory(
            self, tr("The folder in which the welcome is"), str(Path.home())
        )
        if not chosen:
            return
        said = tr(
            "{folder} is looked at from now on. A stick may have to go to a neighbour and back "
            "before you are in.",
            folder=Path(chosen),
        )
        try:
            self._group.add_shelf(f"{FOLDER}{Path(chosen)}")
        except MutualAidError as error:
            said = str(error)
        self.folder.setText(said)
        self.folder.show()
        announce(self, said)

    def tell_status(self, status: object) -> None:
        """A ``NetworkStatus``: whether anybody is near, in words."""
        problem = str(getattr(status, "problem", "") or "")
        connected = bool(getattr(status, "connected", ()))
        if problem:
            said = problem
        elif connected:
            said = tr("A neighbour's machine is here; it is letting you in.")
        else:
            said = tr("Nobody is near yet.")
        self.status.setText(said)
        self.look()
