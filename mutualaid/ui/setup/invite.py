# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Inviting a neighbour: how many may use it and for how long, then a QR code and a link."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from mutualaid.errors import MutualAidError
from mutualaid.model.invitation import Invitation
from mutualaid.model.shelves import FOLDER
from mutualaid.ui.page import Desk
from mutualaid.ui.setup.qr import QrCode
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import Button, FormDialog, Look, Text
from mutualaid.ui.words import day, tr

MOST_USES = 100
MOST_DAYS = 365


def addresses_of(listening: str | None) -> tuple[str, ...]:
    """Where others can knock, for networks on which machines do not find each other.

    ``listening`` is ``HOST:PORT``; a host that means "all of them" becomes this machine's own.
    """
    if not listening:
        return ()
    from mutualaid.sync.addresses import Address, parse_address

    host, _, port = listening.rpartition(":")
    everywhere = host.strip("[]") in ("", "*", "0.0.0.0", "::")  # noqa: S104 - compared, not bound
    try:
        bound = parse_address(f"localhost:{port}" if everywhere else listening)
    except MutualAidError:
        return ()
    if not everywhere:
        return (str(bound),)
    from mutualaid.sync.discovery import local_interfaces

    hosts = sorted(one.ip for one in local_interfaces() if ":" not in one.ip)
    return tuple(str(Address(host, bound.port)) for host in hosts[:2])


class InviteDialog(FormDialog):
    """First how many and how long (Enter takes what is usual), then the code and the link."""

    def __init__(self, parent: QWidget | None, desk: Desk) -> None:
        super().__init__(parent, tr("Invite a neighbour"), tr("Make the invitation"), width=480)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._desk = desk
        self.invitation: Invitation | None = None
        self.about = Text(
            tr(
                "Whoever has the invitation can join {group}: any neighbour's machine that is near "
                "lets them in, and they read and write like everybody else. So give it only to "
                "people you would let in.",
                group=desk.group.name,
            ),
            wrap=True,
        )
        self.form.column.addWidget(self.about)
        self.uses = number(1, MOST_USES, 10)
        self.days = number(1, MOST_DAYS, 30)
        self.form.add_pair(
            (tr("For how many &people"), self.uses), (tr("For how many &days"), self.days)
        )
        self.made = QWidget()
        self._fill_made()
        self.made.hide()
        self.form.column.addWidget(self.made, 1)
        self.ok.setFocus()

    def _fill_made(self) -> None:
        px = theme().px
        column = QVBoxLayout(self.made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(10))
        self.qr = QrCode()
        column.addWidget(self.qr)
        self.link = QLineEdit()
        self.link.setReadOnly(True)
        self.link.setAccessibleName(tr("The invitation as a link"))
        self.copy = Button(tr("Copy the link"), Look.SECONDARY, icon="copy")
        self.copy.clicked.connect(self.copy_link)
        row = QHBoxLayout()
        row.setSpacing(px(8))
        row.addWidget(self.link, 1)
        row.addWidget(self.copy)
        column.addLayout(row)
        self.limits = Text("", Size.META, quiet=True, wrap=True)
        column.addWidget(self.limits)

    def submit(self) -> bool:
        if self.invitation is not None:
            return True
        status = getattr(self._desk.bridge, "status", None)
        listening = getattr(status, "listening", None)
        try:
            self.invitation = self._desk.group.invite(
                self.uses.value(), self.days.value(), addresses_of(listening)
            )
        except MutualAidError as error:
            self.tell(str(error))
            return False
        self._show(self.invitation)
        return False

    def _shelf_words(self) -> str:
        """That nobody need be awake, where the welcome can wait on a shelf."""
        try:
            used = self._desk.group.open_addresses()
        except MutualAidError:
            used = []
        if not used:
            return ""
        if all(each.startswith(FOLDER) for each in used):
            return " " + tr(
                "It also works when nobody is online, by the folder or stick on which you leave "
                "parcels: a sealed welcome waits there."
            )
        return " " + tr(
            "It also works when nobody is online: a sealed welcome waits on the group's shelves."
        )

    def _show(self, invitation: Invitation) -> None:
        self.about.setText(
            tr(
                "Show this to a neighbour, or send the link. On their machine they choose “Join "
                "with an invitation”; their board opens as soon as both machines are near."
            )
        )
        hide_rows(self.uses, self.days)
        self.qr.set_text(invitation.qr_text)
        self.link.setText(invitation.text)
        self.link.setCursorPosition(0)
        self.limits.setText(
            tr(
                "%n people can use it until {day}. You can take it back under Neighbours' "
                "machines.",
                one="One person can use it until {day}. You can take it back under Neighbours' "
                "machines.",
                n=self.uses.value(),
                day=day(invitation.expires or 0),
            )
            + self._shelf_words()
        )
        # The link and its button stay in sight under the code in a small window, too.
        parent = self.parentWidget()
        room = parent.window().height() if parent is not None else 800
        px = theme().px
        self.qr.setFixedHeight(max(px(120), min(px(340), room - px(330))))
        self.made.show()
        self.cancel.hide()
        self.ok.set_words(tr("Done"))
        self._fit()
        self.copy.setFocus(Qt.FocusReason.OtherFocusReason)

    def copy_link(self) -> None:
        if self.invitation is not None:
            QGuiApplication.clipboard().setText(self.invitation.text)
            self.copy.set_words(tr("Copied"))


def number(low: int, high: int, value: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(low, high)
    box.setValue(value)
    box.setMinimumHeight(theme().px(36))
    box.lineEdit().setTextMargins(theme().px(8), 0, 0, 0)
    return box


def hide_rows(*fields: QWidget) -> None:
    """Hide fields of a form together with their labels."""
    for field in fields:
        row = field.parentWidget()
        if row is not None:
            row.hide()
