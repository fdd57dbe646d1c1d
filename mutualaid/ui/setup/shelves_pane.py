# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The group's shelves: what lies on each, what waits, who can see what; parcels in files; this
machine as a relay; the lock on it all."""

from typing import Final

from PySide6.QtCore import QMargins, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from mutualaid.errors import MutualAidError
from mutualaid.model.shelves import shown_address
from mutualaid.model.values import ChangeSet
from mutualaid.model.values.shelves import ShelfRow
from mutualaid.ui.own_relay import OwnRelay, RelayState, list_relay, listed_relays
from mutualaid.ui.page import Desk
from mutualaid.ui.setup.invite import number
from mutualaid.ui.setup.lock import LockCard
from mutualaid.ui.setup.network_pane import preferences_of
from mutualaid.ui.setup.shelf_words import (
    breakable,
    heard_words,
    held_words,
    kind_word,
    open_words,
    shelf_kind,
    shelf_name,
    shelf_sentence,
)
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import (
    Button,
    Card,
    CheckBox,
    FlowLayout,
    KeyedColumn,
    Look,
    Pill,
    ScrollColumn,
    Text,
    Tone,
    WordsAndButtons,
)
from mutualaid.ui.widgets.feedback import IconLabel
from mutualaid.ui.words import now_ms, tr

#: Ports below need special rights on most systems.
LEAST_PORT: Final = 1024
MOST_PORT: Final = 65535


def relay_of(desk: Desk) -> OwnRelay | None:
    """The relay that this window can run; None where it has none."""
    found = getattr(desk.window, "relay", None)
    return found if isinstance(found, OwnRelay) else None


class ShelfCard(Card):
    """One shelf in whole sentences. ``removed`` carries its address as it is shown."""

    removed = Signal(str)

    def __init__(self, row: ShelfRow, now: int) -> None:
        super().__init__()
        name = shelf_name(row.address)
        kind = kind_word(shelf_kind(row.address))
        self.setAccessibleName(shelf_sentence(row, now))
        head = QWidget()
        line = FlowLayout(head)
        heard = Pill(
            heard_words(row, now),
            Tone.ACCENT if row.reachable else Tone.WARN if row.problem else Tone.PLAIN,
            "check" if row.reachable else "warning" if row.problem else "clock",
        )
        for pill in (Pill(kind), heard):
            line.addWidget(pill)
        self.remove = Button(
            tr("Remove"), Look.QUIET, name=tr("Remove {kind} {name}", kind=kind, name=name)
        )
        self.remove.clicked.connect(lambda: self.removed.emit(row.address))
        self.column.addLayout(WordsAndButtons(head, self.remove))
        self.column.addWidget(Text(breakable(name), Size.CARD, wrap=True))
        held = held_words(row)
        if held:
            self.column.addWidget(Text(held, wrap=True))
        for said in open_words(row):
            self.column.addWidget(Text(said, quiet=True, wrap=True))
        if row.problem:
            self.column.addWidget(_Line("warning", "warn", row.problem))
        if row.notice:
            self.column.addWidget(_Line("info", "accent", row.notice))


class ShelvesPane(ScrollColumn):
    """All of it in one column that scrolls."""

    def __init__(self, desk: Desk) -> None:
        px = theme().px
        super().__init__(QMargins(0, 0, px(12), px(24)))
        self._desk = desk
        self.column.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.column.addWidget(
            Text(
                tr(
                    "Neighbours are rarely online together. On a shelf they leave sealed parcels "
                    "for each other: on a relay, in a folder, on a stick in a pocket."
                ),
                quiet=True,
                wrap=True,
            )
        )
        self.add = Button(tr("Add a shelf…"), Look.SECONDARY, icon="plus")
        self.write = Button(tr("Write parcels…"), Look.SECONDARY, icon="save")
        self.read = Button(tr("Read parcels…"), Look.SECONDARY, icon="restore")
        buttons = QWidget()
        row = FlowLayout(buttons)
        for button, action in (
            (self.add, "add-shelf"),
            (self.write, "write-parcels"),
            (self.read, "read-parcels"),
        ):
            button.clicked.connect(lambda _=False, action=action: desk.window.run_action(action))
            row.addWidget(button)
        self.column.addWidget(buttons)
        self.idle = _Line(
            "pause",
            "warn",
            tr(
                "Keeping in step is switched off under “This machine's network”, so shelves are "
                "not looked at."
            ),
        )
        self.column.addWidget(self.idle)
        self.none = Text(tr("No shelf is used yet."), wrap=True)
        self.column.addWidget(self.none)
        self.cards: KeyedColumn[ShelfRow] = KeyedColumn(lambda row: row.address, self._card)
        self.cards.deserted.connect(lambda: self.add.setFocus(Qt.FocusReason.OtherFocusReason))
        self.column.addWidget(self.cards)
        self.own = OwnRelayCard(desk)
        self.column.addWidget(self.own)
        self.lock = LockCard(desk)
        self.column.addWidget(self.lock)
        self.column.addWidget(_keepers_card())
        self.setFocusProxy(self.add)

    @property
    def rows(self) -> tuple[ShelfRow, ...]:
        return self.cards.rows

    def refresh(self) -> None:
        """Show how each shelf was found last. Raises a MutualAidError where that is not known."""
        rows = self._desk.group.shelves()
        self.cards.show_rows(rows, retell=True)
        self.cards.setVisible(bool(rows))
        self.none.setVisible(not rows)
        self.idle.setVisible(bool(rows) and not preferences_of(self._desk).sync)
        self.own.refresh()
        self.lock.refresh()

    def _card(self, row: ShelfRow) -> ShelfCard:
        card = ShelfCard(row, now_ms())
        card.removed.connect(self.remove_shelf)
        return card

    def remove_shelf(self, shown: str) -> None:
        """Use a shelf no more, with an undo that knows the secret in its address, too."""
        group = self._desk.group
        meant = [each for each in group.shelf_addresses() if shown_address(each) == shown]

        def put_back(_change: ChangeSet) -> ChangeSet:
            change = None
            for address in meant or [shown]:
                change = group.add_shelf(address)
            assert change is not None
            return change

        done = self._desk.run(
            lambda: group.remove_shelf(shown),
            tr(
                "Nothing is left at {name} any more. What lies there stays.", name=shelf_name(shown)
            ),
            put_back,
        )
        if done is not None:
            self.refresh()


class OwnRelayCard(Card):
    """*This machine can be a relay for my group*: one switch, its port, its address."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._relay = relay_of(desk)
        self._preferences = preferences_of(desk)
        self._to_be_listed = False
        px = theme().px
        self.column.setSpacing(px(8))
        self.switch = CheckBox(tr("This machine can be a relay for my group"))
        self.column.addWidget(self.switch)
        self.column.addWidget(
            Text(
                tr(
                    "While this window is open, neighbours' machines leave parcels here for each "
                    "other. That helps most on a machine that is on day and night, and that others "
                    "can reach."
                ),
                Size.META,
                quiet=True,
                wrap=True,
            )
        )
        self.port = number(LEAST_PORT, MOST_PORT, self._preferences.relay_port)
        self.port.setAccessibleName(tr("Port of the relay"))
        words = Text(tr("&Port"), Size.META, quiet=True)
        words.setBuddy(self.port)
        line = QHBoxLayout()
        line.setSpacing(px(8))
        line.addWidget(words)
        line.addWidget(self.port)
        line.addStretch(1)
        self.column.addLayout(line)
        self.problem = _Line("warning", "warn", "")
        self.column.addWidget(self.problem)
        self.state = Text("", wrap=True)
        self.column.addWidget(self.state)
        self.copy = Button(tr("Copy the address"), Look.SECONDARY, icon="copy")
        self.copy.clicked.connect(self._copy)
        self.list_it = Button(tr("Tell the group this address"), Look.SECONDARY, icon="plus")
        self.list_it.clicked.connect(self._tell_group)
        self._buttons = QWidget()
        row = FlowLayout(self._buttons)
        row.addWidget(self.copy)
        row.addWidget(self.list_it)
        self.column.addWidget(self._buttons)
        self.switch.toggled.connect(self._switched)
        if self._relay is not None:
            self._relay.changed.connect(self._changed)
        self.refresh()

    def refresh(self) -> None:
        """Show what is true now."""
        relay = self._relay
        state = relay.state if relay is not None else RelayState.OFF
        self.switch.blockSignals(True)
        self.switch.setChecked(relay is not None and relay.is_wanted)
        self.switch.blockSignals(False)
        self.switch.setEnabled(relay is not None)
        self.port.setEnabled(relay is not None and not relay.is_wanted)
        running = relay is not None and state is RelayState.RUNNING
        listed = running and self._is_listed()
        self._buttons.setVisible(running)
        self.list_it.setVisible(running and not listed)
        self.problem.tell(relay.problem if relay is not None else "")
        said = ""
        if relay is None:
            said = tr("This window cannot be a relay: nothing of it is kept.")
        elif state is RelayState.STARTING:
            said = tr("Starting.")
        elif running:
            address = breakable(relay.address)
            said = (
                tr("It is a relay now, and the group knows its address: {address}", address=address)
                if listed
                else tr(
                    "It is a relay now, and the group does not know it yet: {address}",
                    address=address,
                )
            )
        self.state.setText(said)
        self.state.setVisible(bool(said))

    def _is_listed(self) -> bool:
        assert self._relay is not None
        try:
            return self._relay.address in listed_relays(self._desk.group, self._relay.address)
        except MutualAidError:
            return False

    def _switched(self, on: bool) -> None:
        relay = self._relay
        if relay is None:
            return
        self._preferences.relay = on
        if on:
            self._preferences.relay_port = self.port.value()
            self._to_be_listed = True
            relay.start(self.port.value())
            return
        self._to_be_listed = False
        address = relay.address
        relay.stop()
        listed = listed_relays(self._desk.group, address) if address else []
        if listed:
            self._desk.run(
                lambda: self._desk.group.remove_shelf(listed[0]),
                tr("This machine is no relay any more. The parcels on it stay in its folder."),
            )

    def _changed(self) -> None:
        relay = self._relay
        assert relay is not None
        if relay.state is RelayState.RUNNING and self._to_be_listed:
            self._to_be_listed = False
            self._tell_group()
        if relay.state is RelayState.FAILED and self._to_be_listed:
            # Switched on just now, and in vain; else it is tried again at the next start.
            self._to_be_listed = False
            self._preferences.relay = False
        self.refresh()

    def _tell_group(self) -> None:
        relay, group = self._relay, self._desk.group
        if relay is None or not relay.address:
            return
        address = relay.address
        if self._is_listed():
            return
        self._desk.run(
            lambda: list_relay(group, address, add=True) or ChangeSet(),
            tr("This machine is a relay for the group now; all its machines hear of it."),
        )
        self.refresh()

    def _copy(self) -> None:
        if self._relay is not None:
            QGuiApplication.clipboard().setText(self._relay.address)
            self._desk.window.tell(tr("The relay's address is copied."))


class _Line(QWidget):
    """A sentence with an icon before it; hidden while it says nothing."""

    def __init__(self, icon: str, role: str, words: str) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme().px(8))
        row.addWidget(IconLabel(icon, role, 18), 0, Qt.AlignmentFlag.AlignTop)
        self.words = Text(breakable(words), wrap=True)
        row.addWidget(self.words, 1)
        self.setAccessibleName(words)

    def tell(self, words: str) -> None:
        self.words.setText(breakable(words))
        self.setAccessibleName(words)
        self.setVisible(bool(words))


def _keepers_card() -> Card:
    """The same for everybody, whatever shelves there are."""
    card = Card()
    card.column.setSpacing(theme().px(8))
    card.column.addWidget(Text(tr("Who keeps a shelf"), Size.CARD, wrap=True))
    for words in (
        tr(
            "The keeper of a relay or of storage sees how many parcels there are, how large, when "
            "they come and go, under which long number (a topic) they lie, and from which "
            "addresses machines call."
        ),
        tr(
            "Who has the folder or the stick sees how many parcels there are, how large, and when "
            "they were put there."
        ),
        tr(
            "None of them can see what is written or who writes, the names of people or of the "
            "group, or change anything unnoticed. Parcels can be lost or held back there: then "
            "this machine says so, and puts them there again."
        ),
    ):
        card.column.addWidget(Text(words, wrap=True))
    return card
