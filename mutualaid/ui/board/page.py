# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board: needs and offers as cards, filters, search, one post in full beside them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, QTimer
from PySide6.QtWidgets import QButtonGroup, QStackedWidget

from mutualaid.errors import MutualAidError
from mutualaid.model.taxonomy import CATEGORIES
from mutualaid.model.values import (
    ChangeSet,
    PostDetail,
    PostDraft,
    PostFilter,
    PostKind,
    PostRow,
    Suggestion,
    Urgency,
)
from mutualaid.ui.board.card import CardList, PostDelegate
from mutualaid.ui.board.model import PostModel
from mutualaid.ui.page import Desk, Page
from mutualaid.ui.post.photos import Photos
from mutualaid.ui.widgets import Button, Chip, EmptyState, Look, MenuChip
from mutualaid.ui.words import category_word, tr, urgency_word

if TYPE_CHECKING:
    from mutualaid.ui.post.detail import PostDetailPane
    from mutualaid.ui.post.form import PostDialog, Save

#: ms after which words like "20 minutes ago" are said anew.
MINUTE: Final = 60_000
#: ms after the rows changed until it is looked which of them could fit whoever looks.
FITS_AFTER: Final = 200
#: So many posts above and below those in sight are looked at as well.
NEAR: Final = 20


#: Kinds of records that a post in full shows something of.
BESIDE: Final = (
    *("post", "response", "decision", "thanks", "comment", "person"),
    *("contact", "sealed", "opening", "block", "blob"),
)


class BoardPage(Page):
    """What neighbours need and offer, newest first."""

    name = "board"

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            desk, tr("Board"), placeholder=tr("Search needs and offers"), action=tr("Post")
        )
        self._filter = PostFilter()
        self._loaded = False
        #: What was typed into the form before something that may fit was opened from it.
        self._kept: PostDraft | None = None
        self._make_chips()
        self.model = PostModel(self._read, self)
        self.model.filled.connect(self._show_list_or_why_not)
        self.photos = Photos(self.group.photo, self)
        self.photos.came.connect(self._photo_came)
        self.model.zone = self.group.tz
        delegate = PostDelegate(self, self.photos, self.group.tz)
        delegate.action_asked.connect(self._offer_from_card)
        self.list = CardList(tr("Needs and offers"), delegate)
        self.list.setModel(self.model)
        self.list.selectionModel().currentChanged.connect(self._current_changed)
        self.list.activated.connect(self._activated)
        self.list.clicked.connect(self._clicked)
        self.empty = EmptyState()
        self.empty.acted.connect(self._act_on_empty)
        self._empty_action = "post"
        self._either = QStackedWidget()
        self._either.addWidget(self.list)
        self._either.addWidget(self.empty)
        self.set_content(self._either)
        self._pane: PostDetailPane | None = None
        self._clock = QTimer(self)
        self._clock.setInterval(MINUTE)
        self._clock.timeout.connect(self._time_passes)
        #: Numbers of the posts of which it is known whether they could fit, and of those that do.
        self._looked: set[int] = set()
        self._fits: dict[int, str] = {}
        self._waits_for_words = False
        self.list.verticalScrollBar().valueChanged.connect(self._look_for_fits_soon)
        self._look_for_fits = QTimer(self)
        self._look_for_fits.setSingleShot(True)
        self._look_for_fits.setInterval(FITS_AFTER)
        self._look_for_fits.timeout.connect(self._find_fits)

    # -- filters ----------------------------------------------------------------------------

    def _make_chips(self) -> None:
        self._kinds = QButtonGroup(self)
        self.chip_all = Chip(tr("All"), checked=True)
        self.chip_needs = Chip(tr("Needs"))
        self.chip_offers = Chip(tr("Offers"))
        for chip in (self.chip_all, self.chip_needs, self.chip_offers):
            self._kinds.addButton(chip)
            self.add_chip(chip)
        self._kinds.buttonToggled.connect(lambda _button, on: on and self._filter_changed())
        self.chip_category = MenuChip(tr("Category"), tr("Every category"))
        self.chip_category.set_choices((one.id, category_word(one.id)) for one in CATEGORIES)
        self.chip_area = MenuChip(tr("Area"), tr("Every area"))
        self.chip_urgency = MenuChip(tr("How urgent"), tr("Urgent or not"))
        self.chip_urgency.set_choices((one.value, urgency_word(one)) for one in Urgency)
        for menu in (self.chip_category, self.chip_area, self.chip_urgency):
            menu.chosen.connect(self._filter_changed)
            self.add_chip(menu)
        self.chip_mine = Chip(tr("Mine"))
        self.chip_past = Chip(tr("Past"))
        for chip in (self.chip_mine, self.chip_past):
            chip.toggled.connect(self._filter_changed)
            self.add_chip(chip)
        self.paper = Button(tr("From paper…"), Look.QUIET)
        self.paper.setToolTip(tr("Write down a slip that was torn off, or a form that came back"))
        self.paper.clicked.connect(lambda: self.desk.window.run_action("from-paper"))
        self.add_chip(self.paper)

    def _wanted(self) -> PostFilter:
        kind = None
        if self.chip_needs.isChecked():
            kind = PostKind.NEED
        elif self.chip_offers.isChecked():
            kind = PostKind.OFFER
        category = self.chip_category.current
        urgency = self.chip_urgency.current
        return PostFilter(
            kind=kind,
            search=self._filter.search,
            categories=(category,) if category else (),
            area=self.chip_area.current,
            urgency=Urgency(urgency) if urgency else None,
            owner=self.group.me if self.chip_mine.isChecked() else None,
            past=self.chip_past.isChecked(),
        )

    def _filter_changed(self, *_what: object) -> None:
        wanted = self._wanted()
        if wanted != self._filter:
            self._filter = wanted
            self._load()

    def on_search(self, words: str) -> None:
        self._filter = replace(self._filter, search=words)
        self._load()

    def show_everything(self) -> None:
        """Take every filter away."""
        for menu in (self.chip_category, self.chip_area, self.chip_urgency):
            menu.choose("")
        self.chip_mine.setChecked(False)
        self.chip_past.setChecked(False)
        self.chip_all.setChecked(True)
        if self.search is not None:
            self.search.clear()

    @property
    def pane(self) -> "PostDetailPane":
        """The pane for one post, made when the first is opened."""
        if self._pane is None:
            from mutualaid.ui.post.detail import PostDetailPane

            self._pane = PostDetailPane(self.desk, self.photos)
            self._pane.talk_asked.connect(self.desk.window.show_thread)
            self._pane.edit_asked.connect(self._edit)
            self.set_detail(self._pane)
        return self._pane

    # -- rows -------------------------------------------------------------------------------

    def _read(
        self, wanted: PostFilter, limit: int, before: tuple[int, int] | None
    ) -> Sequence[PostRow]:
        try:
            return self.group.posts(wanted, limit=limit, before=before)
        except MutualAidError as error:
            self.desk.window.warn(str(error))
            return ()

    def _load(self) -> None:
        self._loaded = True
        shown = self.pane.record if self.detail_is_shown else None
        self.model.show(self._filter)
        if shown is not None:
            self._mark(shown)

    def activate(self) -> None:
        if not self._loaded:
            self._load()
            self._show_figures()
        self._clock.start()
        if self.model.rowCount() and not self.list.currentIndex().isValid():
            first = self.model.index(0)
            self.list.selectionModel().setCurrentIndex(
                first, QItemSelectionModel.SelectionFlag.NoUpdate
            )
        self.focus_content()

    def on_change(self, change: ChangeSet) -> None:
        if not self._loaded:
            return
        if change.concerns("post", "response", "decision", "person", "block"):
            self.model.sweep()
            self._show_figures()
            self._forget_fits()
            self.photos.look_again()  # a photo that came later changes no row
            self.list.viewport().update()
        beside = change.members or change.concerns(*BESIDE)
        if self._pane is not None and beside and self.detail_is_shown:
            self._pane.refresh()
        if change.members:
            self._show_list_or_why_not()

    def _time_passes(self) -> None:
        if self.isVisible():
            self.model.sweep()
            self.list.viewport().update()

    def _look_for_fits_soon(self, *_what: object) -> None:
        self._look_for_fits.start()

    def _photo_came(self, _photo: object) -> None:
        self.list.viewport().update()

    def _find_fits(self) -> None:
        """Say on the cards in sight which could fit one's own posts or what one can do."""
        from mutualaid.ui.known_words import known_words
        from mutualaid.ui.post.fit_words import fit_words

        if not known_words().are_here():
            if not self._waits_for_words:
                self._waits_for_words = True
                known_words().came.connect(self._look_for_fits_soon)
            return
        view = self.list.viewport().rect()
        first = self.list.indexAt(view.topLeft()).row()
        last = self.list.indexAt(view.bottomLeft()).row()
        rows = self.model.rows[max(0, first - NEAR) : (last if last >= 0 else first) + NEAR]
        rows = [row for row in rows if row.number not in self._looked]
        self._looked |= {row.number for row in rows}
        asked = [row for row in rows if not row.mine and row.status.wants_help]
        try:
            found = self.group.fits(asked) if asked else {}
        except MutualAidError:
            return  # reading the rows themselves tells why
        self._fits |= {number: fit_words(fit) for number, fit in found.items()}
        self.model.tell_fits(self._fits)

    def _forget_fits(self) -> None:
        """Look again soon: what one asks or can do, or a post, is another."""
        self._looked.clear()
        self._fits.clear()
        self._look_for_fits.start()

    def _show_figures(self) -> None:
        counts = self.group.counts()
        self.chip_all.set_count(counts.needs + counts.offers)
        self.chip_needs.set_count(counts.needs)
        self.chip_offers.set_count(counts.offers)
        self.chip_area.set_choices((area, area) for area in self.group.areas())
        self.chips.invalidate()

    def focus_content(self) -> None:
        if self.model.rowCount():
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.empty.action.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- why there is nothing -----------------------------------------------------------------

    def _show_list_or_why_not(self) -> None:
        self._look_for_fits.start()
        if self.model.rowCount():
            self._either.setCurrentWidget(self.list)
            return
        self._empty_action, said = self._why_empty()
        self.empty.tell(*said)
        self._either.setCurrentWidget(self.empty)

    def _why_empty(self) -> tuple[str, tuple[str, str, str, str]]:
        wanted = self._filter
        if wanted == PostFilter(past=True):
            return "everything", (
                "clock",
                tr("Nothing is over yet"),
                tr("Posts that are done, withdrawn or have run out are kept here."),
                tr("Back to the board"),
            )
        if wanted != PostFilter():
            return "everything", (
                "filter",
                tr("Nothing fits"),
                tr("No need or offer fits what you chose or typed."),
                tr("Show everything"),
            )
        if not self.group.joined or self._nobody_heard():
            return "machines", (
                "reached",
                tr("Nothing received yet"),
                tr(
                    "The board fills by itself as soon as a neighbour's machine is near, on the "
                    "same Wi-Fi for example. What you post is kept until then."
                ),
                tr("See neighbours' machines"),
            )
        if self.group.count_posts(PostFilter(past=True)):
            return "past", (
                "saved",
                tr("All done"),
                tr("Every need is met and every offer is taken. What was is kept."),
                tr("Look at what was"),
            )
        return "post", (
            "board",
            tr("The board is yours"),
            tr(
                "What could you use a hand with? What could you lend, give or do? "
                "Your neighbours see it as soon as their machines are near."
            ),
            tr("Post the first one"),
        )

    def _nobody_heard(self) -> bool:
        others = [one for one in self.group.machines() if not one.this]
        return bool(others) and all(one.last_heard is None for one in others)

    def _act_on_empty(self) -> None:
        if self._empty_action == "everything":
            self.show_everything()
            self.activate()
        elif self._empty_action == "machines":
            self.desk.window.show_page("machines")
        elif self._empty_action == "past":
            self.chip_past.setChecked(True)
            self.activate()
        else:
            self.primary_action()

    # -- one post -----------------------------------------------------------------------------

    def _row(self, index: QModelIndex) -> PostRow | None:
        return self.model.row(index.row()) if index.isValid() else None

    def _current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        row = self._row(current)
        if row is None or self.model.removing:
            return
        if self.detail_is_shown and not self.narrow:
            self.pane.show_post(row.id)

    def _clicked(self, index: QModelIndex) -> None:
        row = self._row(index)
        if row is not None:
            self._open(row)

    def _activated(self, index: QModelIndex) -> None:
        row = self._row(index)
        if row is not None:
            self._open(row)
            self.pane.focus_first()

    def _offer_from_card(self, index: QModelIndex) -> None:
        row = self._row(index)
        if row is not None:
            self._open(row)
            self.pane.focus_offer()

    def _open(self, row: PostRow) -> None:
        self._show_in_pane(row.id)

    def _show_in_pane(self, record: bytes) -> None:
        """Show a post in full; reading it again is saved where it is shown already."""
        if not self.detail_is_shown or self.pane.record != record:
            self.pane.show_post(record)
        self.show_detail()

    def open_record(self, record: bytes) -> None:
        if not self.model.index_of(record).isValid():
            self.show_everything()
        self._mark(record)
        self._show_in_pane(record)

    def _mark(self, record: bytes) -> None:
        index = self.model.index_of(record)
        if index.isValid():
            self.list.setCurrentIndex(index)
            self.list.scrollTo(index)

    # -- posting ------------------------------------------------------------------------------

    def primary_action(self) -> None:
        kind = PostKind.OFFER if self.chip_offers.isChecked() else PostKind.NEED
        dialog = self._form(self._post, kind=kind)
        if self._kept is not None:
            dialog.fill(self._kept)
            self._kept = None
        dialog.open()

    def _form(
        self, save: "Save", *, kind: PostKind = PostKind.NEED, detail: PostDetail | None = None
    ) -> "PostDialog":
        from mutualaid.model.values.directories import ShareField
        from mutualaid.ui.post.form import PostDialog

        group = self.group
        dialog = PostDialog(
            self,
            group.areas(),
            save,
            kind=kind,
            detail=detail,
            zone=group.tz,
            suggest=group.suggest if detail is None else None,
            photos=self.photos,
            shares=group.post_shares(detail.row.id) if detail is not None else None,
            usual=group.shares()[ShareField.POSTS],
        )
        dialog.suggestion_opened.connect(lambda found: self._open_suggestion(found, dialog))
        return dialog

    def _open_suggestion(self, suggestion: Suggestion, dialog: "PostDialog") -> None:
        """Show what may fit; what was typed is there again when the form is next opened."""
        self._kept = dialog.draft()
        window = self.desk.window
        if suggestion.post is not None:
            self.open_record(suggestion.post.id)
            self.pane.focus_first()
        elif suggestion.person is not None:
            window.show_record("person", suggestion.person.id)
        window.tell(tr("What you typed is kept: “Post” shows it again."))

    def _post(self, draft: PostDraft, dialog: "PostDialog") -> bool:
        from mutualaid.ui.post.saving import save_new

        change = self.desk.run(
            lambda: save_new(
                self.group, draft, dialog.photos.drafts, dialog.behalf_phone, dialog.shares.said
            ),
            tr("Posted “{title}”.", title=draft.title.strip()),
            lambda made: self.group.withdraw(made.created or b""),
            on_error=dialog.refuse,
        )
        if change is None:
            return False
        if change.created is not None:
            self._mark(change.created)
        self.focus_content()
        return True

    def edit_record(self, record: bytes) -> None:
        self._edit(self.group.post_detail(record).row)

    def _edit(self, row: PostRow) -> None:
        detail = self.group.post_detail(row.id)

        def save(draft: PostDraft, dialog: "PostDialog") -> bool:
            return self._change(detail, draft, dialog)

        dialog = self._form(save, detail=detail)
        if row.on_behalf_of:
            dialog.fill_phone(self.group.behalf_contact(row.id))
        dialog.open()

    def _change(self, detail: PostDetail, draft: PostDraft, dialog: "PostDialog") -> bool:
        from mutualaid.ui.post.saving import Correction

        correction = Correction.of(self.group, detail, draft, dialog)
        if correction.is_nothing:
            return True
        change = self.desk.run(
            correction.make,
            tr("Changed “{title}”.", title=draft.title.strip()),
            lambda _made: correction.take_back(),
            on_error=dialog.refuse,
        )
        return change is not None
