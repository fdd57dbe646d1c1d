# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""My page: what waits for my yes, what I promised, what I asked, what was done; what I look after
for others; how I can be reached; what of me may leave the group."""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QMargins, Qt, QTimer
from PySide6.QtWidgets import QButtonGroup, QStackedWidget, QVBoxLayout, QWidget

from mutualaid.errors import MutualAidError
from mutualaid.model.values import ChangeSet, Involvement, MyRow, PostRow
from mutualaid.ui.mine.cards import MyCard
from mutualaid.ui.page import Desk, Page
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import (
    Button,
    Chip,
    EmptyState,
    KeyedColumn,
    Look,
    ScrollColumn,
    Text,
)
from mutualaid.ui.words import tr

if TYPE_CHECKING:
    from mutualaid.model.group import Group
    from mutualaid.ui.mine.consent import ConsentView
    from mutualaid.ui.mine.dispatch import DispatchView
    from mutualaid.ui.mine.reaching import ReachView
    from mutualaid.ui.post.detail import PostDetailPane

#: So many of what waits, was promised or asked are shown before a button shows the rest.
SHOWN: Final = 8
#: The same of what was done.
SHOWN_DONE: Final = 4
#: ms after which words like "lapses tomorrow" are said anew.
MINUTE: Final = 60_000
#: Kinds of records that my page follows from.
CONCERNED: Final = ("post", "response", "decision", "thanks", "person", "behalf")


def titles() -> dict[Involvement, str]:
    """The four sections, in their order."""
    return {
        Involvement.WAITING: tr("Waits for my yes"),
        Involvement.PROMISED: tr("Promised"),
        Involvement.ASKED: tr("Asked and offered"),
        Involvement.DONE: tr("Done"),
    }


class CardSection(QWidget):
    """A heading, its cards, and a button for those that are not shown yet."""

    def __init__(self, title: str, cards: KeyedColumn[MyRow], shown: int) -> None:
        super().__init__()
        self._step = shown
        self._shown = shown
        self._rows: list[MyRow] = []
        self.cards = cards
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, theme().px(8))
        column.setSpacing(theme().px(10))
        self.title = Text(title, Size.DETAIL)
        column.addWidget(self.title)
        column.addWidget(cards)
        self.more = Button("", Look.QUIET)
        self.more.clicked.connect(self._show_more)
        column.addWidget(self.more)
        cards.setAccessibleName(title)

    def show_rows(self, rows: list[MyRow]) -> None:
        self._rows = rows
        self.cards.show_rows(rows[: self._shown])
        left = len(rows) - self._shown
        self.more.setVisible(left > 0)
        self.more.set_words(tr("Show %n more", n=min(left, self._step)))
        self.setVisible(bool(rows))

    def _show_more(self) -> None:
        self._shown += self._step
        at = len(self.cards.rows)
        self.show_rows(self._rows)
        self.cards.focus_at(at)


class MyPage(Page):
    """Four views under one title; a post opens in full at the end side."""

    name = "mine"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, tr("My page"), action=tr("Post"))
        self._opened = False
        self._pane: PostDetailPane | None = None
        self._make_chips()
        self._scroll = ScrollColumn(QMargins(0, 0, theme().px(4), theme().px(24)))
        self.sections: dict[Involvement, CardSection] = {}
        for role, title in titles().items():
            cards = KeyedColumn[MyRow](_key, self._card)
            cards.deserted.connect(self.focus_content)
            shown = SHOWN_DONE if role is Involvement.DONE else SHOWN
            self.sections[role] = CardSection(title, cards, shown)
            self._scroll.column.addWidget(self.sections[role])
        self._scroll.column.addStretch(1)
        self.empty = EmptyState()
        self.empty.acted.connect(lambda: self.desk.window.show_page("board"))
        self.empty.tell(
            "me",
            tr("Nothing of yours yet"),
            tr(
                "What you ask, what you promise and what waits for your yes stands here. "
                "The board shows what neighbours need and offer."
            ),
            tr("Look at the board"),
        )
        self._dispatch: DispatchView | None = None
        self._reach: ReachView | None = None
        self._consent: ConsentView | None = None
        self._views = QStackedWidget()
        for view in (self._scroll, self.empty):
            self._views.addWidget(view)
        self.set_content(self._views)
        self._others_soon = QTimer(self)
        self._others_soon.setSingleShot(True)
        self._others_soon.setInterval(0)
        self._others_soon.timeout.connect(self._load_others)
        self._clock = QTimer(self)
        self._clock.setInterval(MINUTE)
        self._clock.timeout.connect(self._time_passes)

    def _make_chips(self) -> None:
        self._tabs = QButtonGroup(self)
        self.chip_mine = Chip(tr("Asked and promised"), checked=True)
        self.chip_others = Chip(tr("For others"))
        self.chip_reach = Chip(tr("How to reach me"))
        self.chip_consent = Chip(tr("What may leave"))
        for chip in (self.chip_mine, self.chip_others, self.chip_reach, self.chip_consent):
            self._tabs.addButton(chip)
            self.add_chip(chip)
        self.chip_others.setVisible(is_steward(self.group))
        self._tabs.buttonToggled.connect(lambda _chip, on: on and self._choose_view())
        about = Button(tr("About me"), Look.QUIET, icon="edit")
        about.setAccessibleDescription(tr("Name, area, languages, skills, what I fix"))
        about.clicked.connect(lambda: self.desk.window.edit_record("person", self.group.me))
        self.about = about
        self.add_chip(about)

    # -- what the window asks -----------------------------------------------------------------

    def activate(self) -> None:
        if not self._opened:
            self._opened = True
            self._load()
        self._clock.start()
        self.focus_content()

    def on_change(self, change: ChangeSet) -> None:
        if not self._opened:
            return
        if change.members or change.concerns(*CONCERNED):
            self._load()
        if self._reach is not None:
            self._reach.on_change(change)
        if self._consent is not None:
            self._consent.on_change(change)
        beside = change.members or change.concerns(*CONCERNED, "comment", "message")
        if self._pane is not None and beside and self.detail_is_shown:
            self._pane.refresh()

    def primary_action(self) -> None:
        self.desk.window.run_action("post")

    def open_record(self, record: bytes) -> None:
        """Show one post in full beside the cards."""
        if not self.detail_is_shown or self.pane.record != record:
            self.pane.show_post(record)
        self.show_detail()
        self._mark(record)
        self.pane.focus_first()

    def leave_detail(self) -> None:
        record = self._pane.record if self._pane is not None else None
        self._mark(None)
        self.show_detail(False)
        card = next((one for one in self._cards() if one.row.post.id == record), None)
        if card is not None and card.isVisible():
            card.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.focus_content()

    def focus_content(self) -> None:
        view = self._views.currentWidget()
        if view is self._scroll:
            for section in self.sections.values():
                if section.cards.focus_first():
                    return
        elif view is self.empty:
            self.empty.action.setFocus(Qt.FocusReason.OtherFocusReason)
        elif view is self._dispatch or view is self._reach or view is self._consent:
            view.focus_first()

    # -- views --------------------------------------------------------------------------------

    @property
    def dispatch(self) -> "DispatchView":
        """What is posted for others, made when it is first looked at."""
        if self._dispatch is None:
            from mutualaid.ui.mine.dispatch import DispatchView

            self._dispatch = DispatchView(self.desk)
            self._dispatch.opened.connect(self.open_record)
            self._load_others()
            self._views.addWidget(self._dispatch)
        return self._dispatch

    @property
    def reach(self) -> "ReachView":
        """How I can be reached, made when it is first looked at."""
        if self._reach is None:
            from mutualaid.ui.mine.reaching import ReachView

            self._reach = ReachView(self.desk)
            self._reach.consent_asked.connect(self.show_consent)
            self._views.addWidget(self._reach)
        return self._reach

    @property
    def consent(self) -> "ConsentView":
        """What of me may leave the group, made when it is first looked at."""
        if self._consent is None:
            from mutualaid.ui.mine.consent import ConsentView

            self._consent = ConsentView(self.desk)
            self._consent.reach_asked.connect(self._ask_reach)
            self._views.addWidget(self._consent)
        return self._consent

    def show_others(self) -> None:
        """The dispatcher's view."""
        self.chip_others.setChecked(True)

    def show_reach(self) -> None:
        self.chip_reach.setChecked(True)

    def show_consent(self) -> None:
        """What of me may leave the group."""
        self.chip_consent.setChecked(True)
        self.consent.focus_first()

    def _ask_reach(self) -> None:
        self.show_reach()
        self.reach.focus_first()

    def _choose_view(self) -> None:
        if self.detail_is_shown:
            self._mark(None)
            self.show_detail(False)
        if self.chip_others.isChecked():
            self._views.setCurrentWidget(self.dispatch)
        elif self.chip_reach.isChecked():
            self.reach.load()
            self._views.setCurrentWidget(self.reach)
        elif self.chip_consent.isChecked():
            self.consent.load()
            self._views.setCurrentWidget(self.consent)
        else:
            some = any(section.cards.rows for section in self.sections.values())
            self._views.setCurrentWidget(self._scroll if some else self.empty)

    def _load(self) -> None:
        try:
            rows = self.group.my_page()
        except MutualAidError as error:
            self.desk.window.warn(str(error))
            return
        for role, section in self.sections.items():
            section.show_rows([row for row in rows if row.role is role])
        waiting = sum(row.role is Involvement.WAITING for row in rows)
        self.chip_mine.set_count(waiting or None)
        self.chips.invalidate()
        if self.chip_mine.isChecked():
            self._views.setCurrentWidget(self._scroll if rows else self.empty)
        if self._pane is not None and self.detail_is_shown:
            self._mark(self._pane.record)
        if self.chip_others.isChecked():
            self._load_others()
        else:
            # The window may breathe before: this looks at as many posts again.
            self._others_soon.start()

    def _load_others(self) -> None:
        """What I look after for others, and whether there is such a thing at all."""
        try:
            rows = self.group.dispatch()
        except MutualAidError as error:
            self.desk.window.warn(str(error))
            return
        if self._dispatch is not None:
            self._dispatch.show_rows(rows)
        may = bool(rows) or is_steward(self.group)
        self.chip_others.set_count(sum(bool(row.tell) for row in rows) or None)
        self.chip_others.setVisible(may)
        if not may and self.chip_others.isChecked():
            self.chip_mine.setChecked(True)
        self.chips.invalidate()

    def _time_passes(self) -> None:
        if self.isVisible():
            self._load()
            for section in self.sections.values():
                section.cards.retell()
            if self._dispatch is not None:
                self._dispatch.cards.retell()

    # -- cards --------------------------------------------------------------------------------

    def _card(self, row: MyRow) -> MyCard:
        card = MyCard(self.desk, row)
        card.opened.connect(self.open_record)
        card.thanks_asked.connect(self._say_thanks)
        return card

    def _cards(self) -> list[MyCard]:
        return [
            card
            for section in self.sections.values()
            for card in section.cards.widgets
            if isinstance(card, MyCard)
        ]

    def _mark(self, record: bytes | None) -> None:
        for card in self._cards():
            card.set_chosen(card.row.post.id == record)

    def _say_thanks(self, post: PostRow) -> None:
        self.open_record(post.id)
        words = self.pane.thanks.line.words
        if words.isVisible():
            words.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- one post -----------------------------------------------------------------------------

    @property
    def pane(self) -> "PostDetailPane":
        """The pane for one post, made when the first is opened."""
        if self._pane is None:
            from mutualaid.ui.post.detail import PostDetailPane

            self._pane = PostDetailPane(self.desk)
            self._pane.edit_asked.connect(self._edit)
            self._pane.talk_asked.connect(self.desk.window.show_thread)
            self.set_detail(self._pane)
        return self._pane

    def _edit(self, row: PostRow) -> None:
        self.desk.window.edit_record("post", row.id)


def is_steward(group: "Group") -> bool:
    """Whether I am one of those who look after what is posted for others."""
    return group.replica.membership().is_steward(group.me)


def _key(row: MyRow) -> tuple[bytes, bytes]:
    return row.post.id, row.response.id if row.response is not None else b""
