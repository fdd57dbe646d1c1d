# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""People and skills: who lives here, what they can do, teach and want to learn; and who is known of
from a list without being a member."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QStackedWidget

from mutualaid.errors import MutualAidError
from mutualaid.model.values import ChangeSet, PersonRow
from mutualaid.model.values.directories import KnownRow
from mutualaid.ui.cards import CardFace, CardList, in_page
from mutualaid.ui.mine.about_me import AboutMeForm
from mutualaid.ui.models import KeyedListModel
from mutualaid.ui.neighbourhood.fix_form import my_person
from mutualaid.ui.neighbourhood.known_people import KnownDetail, known_face, known_sentence
from mutualaid.ui.neighbourhood.person_detail import PersonDetail
from mutualaid.ui.page import Desk, Page
from mutualaid.ui.widgets import Chip, DetailPane, EmptyState
from mutualaid.ui.wording import languages_text, person_sentence, skills_text
from mutualaid.ui.words import meta, tr

#: Kinds of records that this page follows from.
CONCERNED: Final = (
    *("person", "repair", "contact", "opening", "block"),
    *("listed", "listed_word", "listed_contact", "known"),
)


class PeoplePage(Page):
    """Everybody in the group, one card each; the pane shows one person, or me, to edit."""

    name = "people"

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            desk,
            tr("People and skills"),
            placeholder=tr("Search names, skills, languages"),
            action=tr("I can…"),
        )
        self._opened = False
        self._shown: bytes | None = None
        self.model: KeyedListModel[PersonRow] = KeyedListModel(
            key=lambda row: row.number,
            title=lambda row: row.name,
            sentence=person_sentence,
            more=lambda offset: self.group.people(self._words(), offset=offset),
            parent=self,
        )
        self.list = CardList(tr("People"), person_face)
        self.list.setModel(self.model)
        self.list.opened.connect(self._show)
        self.empty = EmptyState()
        self.empty.acted.connect(self._act_on_empty)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self.empty)
        self._stack.setFocusProxy(self.list)
        self._make_known()
        self.set_content(in_page(self._stack), margins=False)
        self.pane = DetailPane(tr("Person"))
        self.detail = PersonDetail(desk)
        self.detail.edit_asked.connect(self.edit_about_me)
        self.form = AboutMeForm(desk)
        self.form.left.connect(self._leave_form)
        self.form.hide()
        self.pane.column.addWidget(self.detail)
        self.pane.column.addWidget(self.form)
        self.known_detail = KnownDetail(desk)
        self.known_detail.forgotten.connect(self.leave_detail)
        self.known_detail.hide()
        self.pane.column.addWidget(self.known_detail)
        self.set_detail(self.pane)

    def _make_known(self) -> None:
        """Those who are known of; none of it is in sight while there are none."""
        self._tabs = QButtonGroup(self)
        self.chip_members = Chip(tr("Neighbours"), checked=True)
        self.chip_known = Chip(tr("Known of"))
        for chip in (self.chip_members, self.chip_known):
            self._tabs.addButton(chip)
            self.add_chip(chip)
            chip.hide()
        self._tabs.buttonToggled.connect(lambda _chip, on: on and self._choose_list())
        self.known_model: KeyedListModel[KnownRow] = KeyedListModel(
            key=lambda row: row.number,
            title=lambda row: row.name,
            sentence=known_sentence,
            more=lambda offset: self.group.known_people(self._words(), offset=offset),
            parent=self,
        )
        self.known_list = CardList(tr("People who are known of"), known_face)
        self.known_list.setModel(self.known_model)
        self.known_list.opened.connect(self._show_known)
        self._stack.addWidget(self.known_list)

    # -- what the window asks -----------------------------------------------------------------

    def activate(self) -> None:
        if not self._opened:
            self._opened = True
            self._load(fresh=True)
        self.focus_content()

    def focus_content(self) -> None:
        current = self._stack.currentWidget()
        first = self.empty.action if current is self.empty else current
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def on_change(self, change: ChangeSet) -> None:
        if not self._opened or not (change.members or change.concerns(*CONCERNED)):
            return
        self._load(fresh=False)
        if self._shown is not None:
            self._refresh_detail()

    def on_search(self, words: str) -> None:
        if self._opened:
            self._load(fresh=True)

    def primary_action(self) -> None:
        self.edit_about_me()
        self.form.skill.setFocus(Qt.FocusReason.OtherFocusReason)

    def open_record(self, record: bytes) -> None:
        try:
            row = self.group.person(record)
        except MutualAidError as error:
            if not self._open_known(record):
                self.desk.window.warn(str(error))
            return
        self.chip_members.setChecked(True)
        self.list.select_key(self.model.index_of(row.number))
        self._show(row)

    def _open_known(self, record: bytes) -> bool:
        """Show somebody who is known of; False where nobody is."""
        try:
            row = self.group.known_person(record)
        except MutualAidError:
            return False
        self.chip_known.setChecked(True)
        self.known_list.select_key(self.known_model.index_of(row.number))
        self._show_known(row)
        return True

    def edit_record(self, record: bytes) -> None:
        if record == self.group.me:
            self.edit_about_me()

    def leave_detail(self) -> None:
        if not self.form.isHidden() and not self.form.may_leave():
            return
        self._shown = None
        super().leave_detail()

    # -- the pane -----------------------------------------------------------------------------

    def edit_about_me(self) -> None:
        me = my_person(self.group)
        if me is None:
            self.desk.window.warn(
                tr("This is here as soon as a neighbour's machine has let you in.")
            )
            return
        self.chip_members.setChecked(True)
        self._shown = me.id
        self.list.select_key(self.model.index_of(me.number))
        self.pane.setAccessibleName(tr("About me"))
        self.form.begin(me, self.group.areas())
        self.detail.hide()
        self.known_detail.hide()
        self.form.show()
        self.pane.scroll_to_top()
        self.show_detail()
        self.form.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, row: PersonRow) -> None:
        if not self.form.isHidden() and not self.form.may_leave():
            return
        self._shown = row.id
        self.pane.setAccessibleName(row.name)
        self.form.hide()
        self.known_detail.hide()
        self.detail.show_person(row)
        self.detail.show()
        self.pane.scroll_to_top()
        self.show_detail()

    def _show_known(self, row: KnownRow) -> None:
        if not self.form.isHidden() and not self.form.may_leave():
            return
        self._shown = row.id
        self.pane.setAccessibleName(row.name)
        self.form.hide()
        self.detail.hide()
        self.known_detail.show_known(row)
        self.known_detail.show()
        self.pane.scroll_to_top()
        self.show_detail()

    def _leave_form(self) -> None:
        me = my_person(self.group)
        self.form.hide()
        if me is not None:
            self._show(me)
            self.detail.setFocus(Qt.FocusReason.OtherFocusReason)

    def _refresh_detail(self) -> None:
        if not self.known_detail.isHidden():
            self._refresh_known()
            return
        try:
            row = self.group.person(self._shown or b"")
        except MutualAidError:
            self.show_detail(False)
            self._shown = None
            return
        if self.form.isHidden():
            self.detail.show_person(row)
        else:
            self.form.refresh(row)

    def _refresh_known(self) -> None:
        try:
            self.known_detail.show_known(self.group.known_person(self._shown or b""))
        except MutualAidError:
            self.leave_detail()

    # -- the list -----------------------------------------------------------------------------

    def _words(self) -> str:
        return self.search.text().strip() if self.search is not None else ""

    def _choose_list(self) -> None:
        if self.detail_is_shown:
            self.leave_detail()
        if self._opened:
            self._load(fresh=True)

    def _load_known(self, words: str, *, fresh: bool) -> None:
        if fresh:
            self.known_model.replace(self.group.known_people(words))
        else:
            rows = self.group.known_people(words, limit=self.known_model.wanted_count)
            self.known_model.update(rows)
        if self.known_model.rowCount():
            self._stack.setCurrentWidget(self.known_list)
        else:
            self._stack.setCurrentWidget(self.empty)
            self._tell_nobody(words)

    def _load(self, *, fresh: bool) -> None:
        words = self._words()
        some = bool(self.group.known_people(limit=1))
        for chip in (self.chip_members, self.chip_known):
            chip.setVisible(some)
        if not some:
            self.chip_members.setChecked(True)
        if self.chip_known.isChecked():
            self._load_known(words, fresh=fresh)
            return
        if fresh:
            self.model.replace(self.group.people(words))
        else:
            self.model.update(self.group.people(words, limit=self.model.wanted_count))
        found = self.model.rowCount() > 0
        self._stack.setCurrentWidget(self.list if found else self.empty)
        if not found:
            self._tell_nobody(words)

    def _tell_nobody(self, words: str) -> None:
        """Why the list is empty."""
        if words:
            self.empty.tell(
                "search",
                tr("Nobody found"),
                tr("Nobody here has these words."),
                tr("Show everybody"),
            )
        elif not self.group.joined:
            self.empty.tell(
                "people",
                tr("Waiting for a neighbour's machine"),
                tr("Everybody in the group appears here by itself once one has let you in."),
                "",
            )
        else:
            self.empty.tell(
                "people",
                tr("Nobody here yet"),
                tr("People appear here as they join. An invitation takes a minute."),
                tr("Invite a neighbour"),
            )

    def _act_on_empty(self) -> None:
        if self._words() and self.search is not None:
            self.search.clear()
        else:
            self.desk.window.run_action("invite")


def person_face(row: PersonRow) -> CardFace:
    """What one person's card shows."""
    return CardFace(
        name=row.name,
        key=row.id,
        meta=meta(row.area, row.availability, languages_text(row.languages)),
        line=skills_text(row) or tr("Has not written down any skills yet"),
        trailing=tr("you") if row.mine else "",
        strong_trailing=True,
    )
