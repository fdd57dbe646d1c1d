# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""This machine's own network: may it be found, where it listens, whom it calls, who may join."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from mutualaid.errors import BadValueError, MutualAidError
from mutualaid.ui.page import Desk
from mutualaid.ui.preferences import Preferences
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import Button, CheckBox, Form, Hairline, Look, Text, clear_layout
from mutualaid.ui.words import day, tr


def preferences_of(desk: Desk) -> Preferences:
    """The window's preferences; some that are forgotten where it has none."""
    found = getattr(desk.window, "preferences", None)
    return found if isinstance(found, Preferences) else Preferences(None)


class NetworkSwitches(QWidget):
    """Two switches, the same here and in the settings. ``changed`` after either."""

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._preferences = preferences_of(desk)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px(6))
        self.sync = CheckBox(tr("Keep in step with neighbours' machines"))
        self.announce = CheckBox(tr("Let neighbours' machines find this one"))
        for box in (self.sync, self.announce):
            column.addWidget(box)
        column.addWidget(
            Text(
                tr(
                    "What can be seen on the network is that some Mutual Aid is here: no name, no "
                    "group, nothing that stays the same from day to day."
                ),
                Size.META,
                quiet=True,
                wrap=True,
            )
        )
        self.refresh()
        self.sync.toggled.connect(self._changed)
        self.announce.toggled.connect(self._changed)

    def refresh(self) -> None:
        for box, on in (
            (self.sync, self._preferences.sync),
            (self.announce, self._preferences.announce),
        ):
            box.blockSignals(True)
            box.setChecked(on)
            box.blockSignals(False)
        self.announce.setEnabled(self.sync.isChecked())

    def _changed(self) -> None:
        self._preferences.sync = self.sync.isChecked()
        self._preferences.announce = self.announce.isChecked()
        self.announce.setEnabled(self.sync.isChecked())
        self._desk.window.run_action("sync")
        self.changed.emit()


class NetworkPane(QWidget):
    """Switches, the machine's address, addresses it calls, open invitations."""

    invitations_changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._preferences = preferences_of(desk)
        px = theme().px
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(10))
        column.addWidget(Text(tr("This machine's network"), Size.DETAIL, wrap=True))
        self.switches = NetworkSwitches(desk)
        column.addWidget(self.switches)
        self.listening = Text("", wrap=True, selectable=True)
        self.listening.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column.addWidget(self.listening)
        column.addWidget(Hairline())
        column.addWidget(Text(tr("Machines by address"), Size.STRONG))
        column.addWidget(
            Text(
                tr(
                    "Some networks hide machines from each other, for guests or between houses. "
                    "Then type the address that the other machine shows here."
                ),
                Size.META,
                quiet=True,
                wrap=True,
            )
        )
        self.form = Form(spacing=6)
        self.address = QLineEdit()
        self.address.setPlaceholderText("192.168.1.20")
        self.address.returnPressed.connect(self.add_address)
        self.form.add(tr("&Address"), self.address)
        column.addWidget(self.form)
        self.add = Button(tr("Add the machine"), Look.SECONDARY, icon="plus")
        self.add.clicked.connect(self.add_address)
        column.addWidget(self.add)
        self._peers = QVBoxLayout()
        self._peers.setSpacing(px(4))
        column.addLayout(self._peers)
        column.addWidget(Hairline())
        column.addWidget(Text(tr("Open invitations"), Size.STRONG))
        self._invitations = QVBoxLayout()
        self._invitations.setSpacing(px(4))
        column.addLayout(self._invitations)
        self._shown: tuple[object, ...] | None = None
        self._list_peers()
        self.tell_status(None)

    # -- what is known ------------------------------------------------------------------------

    def tell_status(self, status: object) -> None:
        listening = getattr(status, "listening", None)
        if getattr(status, "elsewhere", False):
            said = tr("Another window or program on this computer keeps this profile in step.")
        elif not self._preferences.sync:
            said = tr("Switched off: nothing is sent and nothing comes in.")
        elif listening:
            said = tr("This machine's address: {address}", address=_shown_address(str(listening)))
        else:
            said = tr("Not on a network now. Everything works; it goes on when there is one.")
        self.listening.setText(said)

    def refresh(self) -> None:
        """Show the invitations that are open; only when they differ from what is shown."""
        self.switches.refresh()
        try:
            found = tuple(self._desk.group.invitations())
        except MutualAidError:
            return
        if found == self._shown:
            return
        self._shown = found
        clear_layout(self._invitations)
        for one in found:
            words = tr(
                "{used} of {uses} used, until {day}",
                used=one.used,
                uses=one.uses,
                day=day(one.ends),
            )
            button = Button(
                tr("Take back"),
                Look.QUIET,
                name=tr("Take back the invitation: {words}", words=words),
            )
            button.clicked.connect(lambda _=False, public=one.public: self._take_back(public))
            self._invitations.addWidget(_line(words, button))
        if not found:
            self._invitations.addWidget(Text(tr("None."), Size.META, quiet=True))

    def _take_back(self, public: bytes) -> None:
        done = self._desk.run(
            lambda: self._desk.group.withdraw_invitation(public),
            tr("The invitation is taken back. Who has joined already stays."),
        )
        if done is not None:
            self.refresh()
            self.invitations_changed.emit()

    # -- addresses ----------------------------------------------------------------------------

    def add_address(self) -> None:
        """Call the machine at the address that was typed, from now on."""
        from mutualaid.sync.addresses import parse_address

        self.form.clear_problems()
        try:
            address = str(parse_address(self.address.text()))
        except BadValueError as error:
            self.form.problem(self.address, str(error))
            return
        if address not in self._preferences.peers:
            self._preferences.peers = (*self._preferences.peers, address)
            self._list_peers()
            self._desk.window.run_action("sync")
        self.address.clear()

    def _remove(self, address: str) -> None:
        self._preferences.peers = tuple(one for one in self._preferences.peers if one != address)
        self._list_peers()
        self.address.setFocus(Qt.FocusReason.OtherFocusReason)
        self._desk.window.run_action("sync")

    def _list_peers(self) -> None:
        clear_layout(self._peers)
        for address in self._preferences.peers:
            button = Button(
                "", Look.QUIET, icon="close", name=tr("Remove {address}", address=address)
            )
            button.setToolTip(tr("Remove"))
            button.clicked.connect(lambda _=False, address=address: self._remove(address))
            self._peers.addWidget(_line(address, button))


def _shown_address(listening: str) -> str:
    from mutualaid.ui.setup.invite import addresses_of

    return ", ".join(addresses_of(listening)) or listening


def _line(words: str, button: QWidget) -> QWidget:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(Text(words, wrap=True), 1)
    row.addWidget(button)
    return line
