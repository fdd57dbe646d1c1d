# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Neighbours' machines and the group's shelves: when each was heard and what it has; this
machine's own network."""

from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from mutualaid.errors import MutualAidError
from mutualaid.model.group import COPIED
from mutualaid.model.rotating import NO_KEY
from mutualaid.model.values import ChangeSet, MachineRow
from mutualaid.ui.cards import CardFace, CardList, in_page
from mutualaid.ui.models import KeyedListModel
from mutualaid.ui.page import Desk, Page
from mutualaid.ui.setup.network_pane import NetworkPane
from mutualaid.ui.setup.shelves_pane import ShelvesPane
from mutualaid.ui.sidebar import reached_words
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import Banner, Card, Chip, DetailPane, Text
from mutualaid.ui.widgets.feedback import IconLabel
from mutualaid.ui.wording import heard_text, machine_sentence, machine_state
from mutualaid.ui.words import now_ms, tr

#: ms between two looks at what the others have said of themselves, while the page is in front.
EVERY: Final = 5_000
#: What is always to be seen of machines or shelves, at 100 %; with less room the page scrolls.
LEAST: Final = 160


class MachinesPage(Page):
    """Two facts on top, then a card for each machine; the network in the pane beside them."""

    name = "machines"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, tr("Neighbours' machines"), action=tr("Invite a neighbour"))
        self._connected: frozenset[bytes] = frozenset()
        self._opened = False
        self._touched = False
        self.machines_chip = Chip(tr("Machines"), checked=True)
        self.shelves_chip = Chip(tr("Shelves"))
        views = QButtonGroup(self)
        for chip in (self.machines_chip, self.shelves_chip):
            views.addButton(chip)
            self.add_chip(chip)
        self.shelves_chip.toggled.connect(self._show_view)
        self.network_chip = Chip(tr("This machine's network"))
        self.network_chip.toggled.connect(self._network_wanted)
        self.add_chip(self.network_chip)
        self.problem = Banner("", warn=True)
        self.problem.hide()
        self.banners.addWidget(self.problem)
        self.noticed = Banner("")
        self.noticed.hide()
        self.banners.addWidget(self.noticed)
        self.facts = Card()
        self.facts.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._saved = Text(tr("Saved on this machine"), Size.STRONG)
        self.facts.add_row(IconLabel("check", "accent", 20), self._saved, stretch_after=1)
        self._reached = Text("", wrap=True)
        self._waiting = Text("", Size.META, quiet=True, wrap=True)
        self.facts.column.addWidget(self._reached)
        self.facts.column.addWidget(self._waiting)
        self.model: KeyedListModel[MachineRow] = KeyedListModel(
            key=lambda row: row.device,
            title=lambda row: row.name,
            sentence=lambda row: machine_sentence(row, now_ms(), connected=self._is_near(row)),
            parent=self,
        )
        self.list = CardList(tr("Machines"), self._face)
        self.list.setModel(self.model)
        self.list.setMinimumHeight(0)
        self.list.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px(12))
        facts = QHBoxLayout()
        facts.setContentsMargins(0, 0, theme().px(12), 0)
        facts.addWidget(self.facts)
        column.addLayout(facts)
        self.shelves = ShelvesPane(desk)
        self._views = QStackedWidget()
        self._views.addWidget(self.list)
        self._views.addWidget(self.shelves)
        self._views.setMinimumHeight(theme().px(LEAST))
        self._views.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        column.addWidget(self._views, 1)
        self._content_holder = content
        content.setFocusProxy(self.list)
        self.set_content(in_page(content), margins=False)
        self.pane = DetailPane(tr("This machine's network"))
        self.network = NetworkPane(desk)
        self.network.invitations_changed.connect(self._read)
        self.pane.column.addWidget(self.network)
        self.set_detail(self.pane)
        desk.bridge.status_told.connect(self.tell_status)
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY)
        self._timer.timeout.connect(self._read_if_shown)

    # -- what the window asks -----------------------------------------------------------------

    def activate(self) -> None:
        if not self._opened:
            self._opened = True
            self.network_chip.clicked.connect(self._touch)
            self._fit_pane()
        self.tell_status(getattr(self.desk.bridge, "status", None))
        self._read()
        self._timer.start()
        self.focus_content()

    def on_change(self, change: ChangeSet) -> None:
        if self._opened:
            self._read()

    def primary_action(self) -> None:
        self.desk.window.run_action("invite")

    def leave_detail(self) -> None:
        self._touched = True
        super().leave_detail()
        self.network_chip.setChecked(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._opened:
            self._fit_pane()

    def show_shelves(self) -> None:
        """Bring the shelves to the front."""
        self.shelves_chip.setChecked(True)

    def _show_view(self, shelves: bool) -> None:
        view = self.shelves if shelves else self.list
        self._views.setCurrentWidget(view)
        self._content_holder.setFocusProxy(view)

    def _touch(self) -> None:
        self._touched = True

    def _fit_pane(self) -> None:
        """Until somebody says otherwise, the network is beside the machines where it fits."""
        if not self._touched:
            self.network_chip.setChecked(self.window().width() >= self.NARROW)

    def _network_wanted(self, wanted: bool) -> None:
        if wanted:
            self.network.refresh()
        self.show_detail(wanted)

    # -- what is known ------------------------------------------------------------------------

    def tell_status(self, status: object) -> None:
        """A ``NetworkStatus``: who is connected, where this machine listens, what is wrong."""
        connected = getattr(status, "connected", ())
        self._connected = frozenset(connected) if isinstance(connected, tuple) else frozenset()
        self.problem.tell(str(getattr(status, "problem", "") or ""))
        self.network.tell_status(status)
        self.list.viewport().update()

    def _is_near(self, row: MachineRow) -> bool:
        return row.device in self._connected

    def _read_if_shown(self) -> None:
        if self.isVisible():
            self._read()
        else:
            self._timer.stop()

    def _read(self) -> None:
        try:
            rows = self.group.machines()
            reached = self.group.reached()
            waiting = self.group.waiting()
            self.shelves.refresh()
        except MutualAidError as error:
            self.problem.tell(str(error))
            return
        self.noticed.tell(self._noticed_words())
        self.model.update(rows)
        self.machines_chip.set_count(len(rows))
        self.shelves_chip.set_count(len(self.shelves.rows) or None)
        self._reached.setText(reached_words(reached))
        others = reached.machines > 0
        self._waiting.setText(
            tr(
                "%n changes of yours have reached nobody yet; they go out by themselves.",
                one="%n change of yours has reached nobody yet; it goes out by itself.",
                n=waiting,
            )
            if waiting and others
            else tr("Invite a neighbour: what is written here is then kept on both machines.")
            if not others
            else tr("All you wrote has reached at least one other machine.")
        )
        self.network.refresh()
        self.list.viewport().update()

    def _noticed_words(self) -> str:
        """That another copy of this profile was noticed, or that a key is waited for."""
        said = [tr(COPIED)] if self.group.copied_at is not None else []
        if self.group.lacks_key:
            said.append(tr(NO_KEY))
        return " ".join(said)

    def _face(self, row: MachineRow) -> CardFace:
        near = self._is_near(row)
        return CardFace(
            name=row.name,
            key=row.device,
            meta=heard_text(row, now_ms(), connected=near and row.last_heard is None),
            line=machine_state(row, connected=near),
            trailing=tr("connected") if near else "",
            strong_trailing=True,
            person=row.person,
        )
