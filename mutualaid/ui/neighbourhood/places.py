# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Places: organizations, hubs, kitchens, clinics, workshops, repair sessions, with their hours."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from mutualaid.errors import MutualAidError
from mutualaid.model import hours
from mutualaid.model.values import Audience, ChangeSet, PlaceRow
from mutualaid.ui.cards import CardFace, CardList, in_page
from mutualaid.ui.directories.words import leaving_word
from mutualaid.ui.mine.contact_words import contact_word
from mutualaid.ui.models import KeyedListModel
from mutualaid.ui.neighbourhood.place_form import PlaceDialog, next_open_text
from mutualaid.ui.page import Desk, Page
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import (
    Avatar,
    Button,
    DetailPane,
    EmptyState,
    Hairline,
    Look,
    Text,
    clear_layout,
)
from mutualaid.ui.wording import confirmed_text, outcomes_text, place_sentence
from mutualaid.ui.words import meta, now_ms, place_word, tr

#: Places a group has are few; an imported list of repair groups may be long.
MOST = 500


class PlacesPage(Page):
    """Places as cards; the pane shows one in full, to confirm or to correct."""

    name = "places"

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            desk, tr("Places"), placeholder=tr("Search places"), action=tr("Add a place")
        )
        self._opened = False
        self._shown: bytes | None = None
        self.model: KeyedListModel[PlaceRow] = KeyedListModel(
            key=lambda row: row.number,
            title=lambda row: row.name,
            sentence=lambda row: place_sentence(row, hours.words(row.hours), now_ms()),
            parent=self,
        )
        self.list = CardList(tr("Places"), place_face)
        self.list.setModel(self.model)
        self.list.opened.connect(self._show)
        self.empty = EmptyState()
        self.empty.acted.connect(self._act_on_empty)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self.empty)
        self._stack.setFocusProxy(self.list)
        self.set_content(in_page(self._stack), margins=False)
        self.pane = DetailPane(tr("Place"))
        self.detail = PlaceDetail()
        self.detail.confirmed.connect(self._confirm)
        self.detail.edit_asked.connect(self._edit)
        self.detail.remove_asked.connect(self._remove)
        self.pane.column.addWidget(self.detail)
        self.set_detail(self.pane)

    # -- what the window asks -----------------------------------------------------------------

    def activate(self) -> None:
        if not self._opened:
            self._opened = True
            self._load(fresh=True)
        first = self.list if self.model.rowCount() else self.empty.action
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def on_change(self, change: ChangeSet) -> None:
        if not self._opened or not change.concerns("place", "repair"):
            return
        self._load(fresh=False)
        if self._shown is not None:
            self._refresh_detail()

    def on_search(self, words: str) -> None:
        if self._opened:
            self._load(fresh=True)

    def primary_action(self) -> None:
        PlaceDialog(self, self.desk, done=self._added).open()

    def open_record(self, record: bytes) -> None:
        try:
            row = self.group.place(record)
        except MutualAidError as error:
            self.desk.window.warn(str(error))
            return
        self.list.select_key(self.model.index_of(row.number))
        self._show(row)

    def leave_detail(self) -> None:
        self._shown = None
        super().leave_detail()

    # -- one place ----------------------------------------------------------------------------

    def _added(self, change: ChangeSet) -> None:
        if change.created is not None:
            self.open_record(change.created)

    def _show(self, row: PlaceRow) -> None:
        self._shown = row.id
        self.pane.setAccessibleName(row.name)
        self.detail.show_place(row, self.group.place_share(row.id))
        self.pane.scroll_to_top()
        self.show_detail()

    def _refresh_detail(self) -> None:
        try:
            row = self.group.place(self._shown or b"")
            self.detail.show_place(row, self.group.place_share(row.id))
        except MutualAidError:
            self._shown = None
            self.show_detail(False)

    def _edit(self, row: PlaceRow) -> None:
        PlaceDialog(self, self.desk, row).open()

    def _confirm(self, row: PlaceRow) -> None:
        self.desk.run(
            lambda: self.group.confirm_place(row.id),
            tr("Thank you: everybody sees that {place} is still right.", place=row.name),
        )

    def _remove(self, row: PlaceRow) -> None:
        done = self.desk.run(
            lambda: self.group.remove(row.id),
            tr("{place} is off the list.", place=row.name),
            lambda _change: self.group.bring_back(row.id),
        )
        if done is not None:
            self.leave_detail()

    # -- the list -----------------------------------------------------------------------------

    def _load(self, *, fresh: bool) -> None:
        words = self.search.text().strip() if self.search is not None else ""
        rows = self.group.places(words, limit=MOST)
        (self.model.replace if fresh else self.model.update)(rows)
        self._stack.setCurrentWidget(self.list if rows else self.empty)
        if rows:
            return
        if words:
            self.empty.tell(
                "search",
                tr("No place found"),
                tr("No place here has these words."),
                tr("Show all places"),
            )
        elif not self.group.joined:
            self.empty.tell(
                "places",
                tr("Waiting for a neighbour's machine"),
                tr("Places appear here by themselves once one has let you in."),
                "",
            )
        else:
            self.empty.tell(
                "places",
                tr("No places yet"),
                tr("Kitchens, workshops, repair sessions, clinics: what is there already?"),
                tr("Add a place"),
            )

    def _act_on_empty(self) -> None:
        if self.search is not None and self.search.text().strip():
            self.search.clear()
        else:
            self.primary_action()


def place_face(row: PlaceRow) -> CardFace:
    """What one place's card shows."""
    fixes = ", ".join(fix.category for fix in row.fixes)
    return CardFace(
        name=row.name,
        key=row.id,
        meta=meta(place_word(row.kind), row.area, hours.words(row.hours)),
        line=meta(
            outcomes_text(row.fixed, row.attempts),
            tr("repairs: {things}", things=fixes) if fixes else "",
        )
        or " ".join(row.about.split()),
        trailing=confirmed_text(row.last_confirmed, now_ms()),
    )


class PlaceDetail(QWidget):
    """One place in full."""

    confirmed = Signal(object)
    edit_asked = Signal(object)
    remove_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._row: PlaceRow | None = None
        self._shown: object = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme().px(10))
        self._column.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.confirm = Button(tr("Still right"), Look.PRIMARY, icon="check")
        self.confirm.clicked.connect(lambda: self.confirmed.emit(self._row))
        self.edit = Button(tr("Correct it"), Look.SECONDARY, icon="edit")
        self.edit.clicked.connect(lambda: self.edit_asked.emit(self._row))
        self.remove = Button(tr("Take it off the list"), Look.QUIET)
        self.remove.clicked.connect(lambda: self.remove_asked.emit(self._row))
        self.setFocusProxy(self.confirm)
        self._words = QWidget()
        self._above = QVBoxLayout(self._words)
        self._above.setContentsMargins(0, 0, 0, 0)
        self._above.setSpacing(theme().px(10))
        self._below_box = QWidget()
        self._below = QVBoxLayout(self._below_box)
        self._below.setContentsMargins(0, 0, 0, 0)
        self._below.setSpacing(theme().px(10))
        buttons = QHBoxLayout()
        buttons.setSpacing(theme().px(8))
        buttons.addWidget(self.confirm)
        buttons.addWidget(self.edit)
        buttons.addStretch(1)
        self._column.addWidget(self._words)
        self._column.addLayout(buttons)
        self._column.addWidget(self._below_box)
        self._column.addWidget(self.remove)

    def show_place(self, row: PlaceRow, share: Audience) -> None:
        """Show this place; ``share`` is for whom it may leave the group."""
        if (row, share) == self._shown:
            return
        self._row, self._shown = row, (row, share)
        clear_layout(self._above)
        clear_layout(self._below)
        head = QHBoxLayout()
        head.setSpacing(theme().px(12))
        head.addWidget(Avatar(row.name, row.id, 48), 0, Qt.AlignmentFlag.AlignTop)
        names = QVBoxLayout()
        names.setSpacing(theme().px(2))
        names.addWidget(Text(row.name, Size.DETAIL, wrap=True))
        words = meta(place_word(row.kind), tr("Code {code}", code=row.code))
        names.addWidget(Text(words, Size.META, quiet=True, wrap=True))
        head.addLayout(names, 1)
        self._above.addLayout(head)
        where = ", ".join(part for part in (row.address, row.area) if part)
        for words in (where, hours.words(row.hours), next_open_text(row.hours)):
            if words:
                self._above.addWidget(Text(words, wrap=True))
        for kind, value in row.contacts:
            way = tr("{way}: {value}", way=contact_word(kind), value=value)
            self._above.addWidget(Text(way, wrap=True, selectable=True))
        said = confirmed_text(row.last_confirmed, now_ms())
        if row.last_confirmed is None:
            said = tr("Nobody has confirmed yet that this is right.")
        said = said[:1].upper() + said[1:]
        self._above.addWidget(Text(said, Size.META, quiet=True, wrap=True))
        leaving = tr("May leave the group for: {whom}", whom=leaving_word(share))
        self._above.addWidget(Text(leaving, Size.META, quiet=True, wrap=True))
        self.edit.setVisible(row.editable)
        self.remove.setVisible(row.editable)
        if row.about:
            self._below.addWidget(Hairline())
            self._below.addWidget(Text(row.about, wrap=True, selectable=True))
        if row.fixes or row.attempts:
            self._below.addWidget(Hairline())
            self._below.addWidget(Text(tr("Repairs"), Size.STRONG))
            if row.attempts:
                self._below.addWidget(Text(outcomes_text(row.fixed, row.attempts), wrap=True))
            for fix in row.fixes:
                self._below.addWidget(
                    Text(f"{fix.category}: {fix.note}" if fix.note else fix.category, wrap=True)
                )
