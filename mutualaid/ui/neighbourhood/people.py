# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""People and skills: who lives here, what they can do, teach and want to learn."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget

from mutualaid.errors import MutualAidError
from mutualaid.model.values import ChangeSet, PersonRow
from mutualaid.ui.cards import CardFace, CardList, in_page
from mutualaid.ui.mine.about_me import AboutMeForm
from mutualaid.ui.models import KeyedListModel
from mutualaid.ui.neighbourhood.fix_form import my_person
from mutualaid.ui.neighbourhood.person_detail import PersonDetail
from mutualaid.ui.page import Desk, Page
from mutualaid.ui.widgets import DetailPane, EmptyState
from mutualaid.ui.wording import languages_text, person_sentence, skills_text
from mutualaid.ui.words import meta, tr

#: Kinds of records that this page follows from.
CONCERNED: Final = ("person", "repair", "contact", "opening", "block")


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
        self.set_content(in_page(self._stack), margins=False)
        self.pane = DetailPane(tr("Person"))
        self.detail = PersonDetail(desk)
        self.detail.edit_asked.connect(self.edit_about_me)
        self.form = AboutMeForm(desk)
        self.form.left.connect(self._leave_form)
        self.form.hide()
        self.pane.column.addWidget(self.detail)
        self.pane.column.addWidget(self.form)
        self.set_detail(self.pane)

    # -- what the window asks -----------------------------------------------------------------

    def activate(self) -> None:
        if not self._opened:
            self._opened = True
            self._load(fresh=True)
        first = self.list if self.model.rowCount() else self.empty.action
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
            self.desk.window.warn(str(error))
            return
        self.list.select_key(self.model.index_of(row.number))
        self._show(row)

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
        self._shown = me.id
        self.list.select_key(self.model.index_of(me.number))
        self.pane.setAccessibleName(tr("About me"))
        self.form.begin(me, self.group.areas())
        self.detail.hide()
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
        self.detail.show_person(row)
        self.detail.show()
        self.pane.scroll_to_top()
        self.show_detail()

    def _leave_form(self) -> None:
        me = my_person(self.group)
        self.form.hide()
        if me is not None:
            self._show(me)
            self.detail.setFocus(Qt.FocusReason.OtherFocusReason)

    def _refresh_detail(self) -> None:
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

    # -- the list -----------------------------------------------------------------------------

    def _words(self) -> str:
        return self.search.text().strip() if self.search is not None else ""

    def _load(self, *, fresh: bool) -> None:
        words = self._words()
        if fresh:
            self.model.replace(self.group.people(words))
        else:
            self.model.update(self.group.people(words, limit=self.model.wanted_count))
        found = self.model.rowCount() > 0
        self._stack.setCurrentWidget(self.list if found else self.empty)
        if found:
            return
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
