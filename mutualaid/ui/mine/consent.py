# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What of me may leave the group, for whom, and which exports already went out with it."""

from typing import Final

from PySide6.QtCore import QMargins, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mutualaid.errors import MutualAidError
from mutualaid.model.values import Audience, ChangeSet
from mutualaid.model.values.directories import ExportedRow, ShareField
from mutualaid.ui.directories.words import (
    AUDIENCES,
    chosen_audience,
    export_word,
    formats_words,
    leaving_box,
    leaving_word,
    mine_words,
    share_help,
    share_word,
    until_words,
)
from mutualaid.ui.mine.contact_words import audience_word, contact_word
from mutualaid.ui.page import Desk
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import (
    Button,
    Card,
    KeyedColumn,
    Look,
    ScrollColumn,
    Text,
    WordsAndButtons,
)
from mutualaid.ui.wording import listed
from mutualaid.ui.words import ago, day, meta, now_ms, tr

#: Wider lines than this are hard to read.
WIDTH: Final = 760
#: Kinds of records from which it follows what may leave, and what has left.
CONCERNED: Final = ("person", "contact", "export")
#: So many exports are shown before a button shows the rest.
SHOWN: Final = 5


class ShareLine(QWidget):
    """One part of me, and for whom it may leave; saved as soon as it is chosen."""

    def __init__(self, desk: Desk, field: ShareField) -> None:
        super().__init__()
        self._desk = desk
        self.field = field
        self._before = Audience.GROUP
        words = QWidget()
        column = QVBoxLayout(words)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px(2))
        column.addWidget(Text(share_word(field), Size.STRONG, wrap=True))
        about = share_help(field)
        if about:
            column.addWidget(Text(about, Size.META, quiet=True, wrap=True))
        #: Said where something else keeps it in.
        self.kept = Text("", Size.META, wrap=True, tone="warn")
        self.kept.hide()
        column.addWidget(self.kept)
        self.audience = leaving_box(tr("{what} may leave for", what=share_word(field)))
        self.audience.setAccessibleDescription(about)
        self.audience.activated.connect(self._choose)
        self.setLayout(WordsAndButtons(words, self.audience))

    def show_share(self, audience: Audience, name: Audience) -> None:
        """What holds now; ``name`` is for whom my name may leave."""
        self._before = audience
        self.audience.choose(audience if audience in AUDIENCES else Audience.GROUP)
        # My repairs leave without a name, my posts may, too.
        own = self.field in (ShareField.NAME, ShareField.REPAIRS, ShareField.POSTS)
        wider = not own and AUDIENCES.index(audience) > AUDIENCES.index(name)
        self.kept.setText(
            tr("Goes no further than my name: {whom}.", whom=leaving_word(name)) if wider else ""
        )
        self.kept.setVisible(wider)

    def _choose(self, _index: int) -> None:
        after, before = chosen_audience(self.audience), self._before
        if after is before:
            return
        group, field = self._desk.group, self.field
        done = self._desk.run(
            lambda: group.set_share(field, after),
            tr("{what}: {whom}.", what=share_word(field), whom=leaving_word(after)),
            lambda _made: group.set_share(field, before),
        )
        if done is None:
            self.audience.choose(before)


class ConsentView(QWidget):
    """A line for each part of me, my contacts as they stand, and the exports that went out."""

    #: Somebody wants to change how they can be reached.
    reach_asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._loaded = False
        self._all: list[ExportedRow] = []
        self._shown = SHOWN
        px = theme().px
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.area = ScrollColumn(QMargins(0, 0, px(4), px(24)))
        self.area.content.setMaximumWidth(px(WIDTH))
        outer.addWidget(self.area)
        self._add_shares()
        self._add_contacts()
        self._add_exports()
        self.area.column.addStretch(1)

    def _card(self, title: str, words: str) -> Card:
        card = Card()
        card.column.setSpacing(theme().px(10))
        card.column.addWidget(Text(title, Size.CARD, wrap=True))
        card.column.addWidget(Text(words, quiet=True, wrap=True))
        self.area.column.addWidget(card)
        return card

    def _add_shares(self) -> None:
        card = self._card(
            tr("What of me may leave the group"),
            tr(
                "Organizers take out directories: for linked groups, onto paper for the church "
                "door, for everybody. Of you, nothing goes along that you did not allow here. "
                "Everybody means linked groups and paper, too."
            ),
        )
        self.lines = {field: ShareLine(self._desk, field) for field in ShareField}
        for line in self.lines.values():
            card.column.addWidget(line)

    def _add_contacts(self) -> None:
        card = self._card(
            tr("My phone and other contacts"),
            tr("They are asked for one by one, where you say how you can be reached."),
        )
        self.contacts = Text("", wrap=True)
        card.column.addWidget(self.contacts)
        self.reach = Button(tr("How to reach me"), Look.QUIET, icon="lock")
        self.reach.clicked.connect(self.reach_asked)
        card.add_row(self.reach, stretch_after=0)

    def _add_exports(self) -> None:
        card = self._card(
            tr("These exports already went out with it"),
            tr(
                "What you change counts from now on. Paper, and copies outside the group, cannot "
                "be called back; each says until when it holds and whom to ask."
            ),
        )
        self._none = Text(tr("Nothing of yours has left the group so far."), wrap=True)
        card.column.addWidget(self._none)
        self.exports = KeyedColumn[ExportedRow](lambda row: row.export.id, _export_card, spacing=8)
        card.column.addWidget(self.exports)
        self.more = Button("", Look.QUIET)
        self.more.clicked.connect(self._show_more)
        card.column.addWidget(self.more)

    # -- showing ------------------------------------------------------------------------------

    def focus_first(self) -> None:
        self.lines[ShareField.NAME].audience.setFocus(Qt.FocusReason.OtherFocusReason)

    def load(self) -> None:
        """Read everything again."""
        self._loaded = True
        group = self._desk.group
        try:
            shares, contacts = group.shares(), group.contacts()
            self._all = list(group.exports_with_me())
        except MutualAidError as error:
            self._desk.window.warn(str(error))
            return
        name = shares.get(ShareField.NAME, Audience.GROUP)
        for field, line in self.lines.items():
            line.show_share(shares.get(field, Audience.GROUP), name)
        self.contacts.setText(
            listed(
                [
                    tr(
                        "{way}: {whom}",
                        way=contact_word(row.kind),
                        whom=audience_word(row.audience),
                    )
                    for row in contacts
                ]
            )
            or tr("You have written down none.")
        )
        self._show_exports()

    def on_change(self, change: ChangeSet) -> None:
        if self._loaded and (change.members or change.concerns(*CONCERNED)):
            self.load()

    def _show_exports(self) -> None:
        self.exports.show_rows(self._all[: self._shown])
        left = len(self._all) - self._shown
        self._none.setVisible(not self._all)
        self.more.setVisible(left > 0)
        self.more.set_words(tr("Show %n more", n=min(left, SHOWN)))

    def _show_more(self) -> None:
        self._shown += SHOWN
        self._show_exports()
        if self.more.isHidden():
            self.reach.setFocus(Qt.FocusReason.OtherFocusReason)


def _export_card(row: ExportedRow) -> QWidget:
    export = row.export
    card = Card(inset=True)
    when = tr("{day}, {whom}", day=day(export.created), whom=export_word(export.audience))
    card.column.addWidget(Text(when, Size.STRONG, wrap=True))
    card.column.addWidget(Text(tr("Of you: {what}", what=mine_words(row.fields)), wrap=True))
    who = tr("by you") if export.mine else tr("by {name}", name=export.who)
    words = meta(
        ago(export.created, now_ms()), who, formats_words(export.formats), until_words(export)
    )
    card.column.addWidget(Text(words, Size.META, quiet=True, wrap=True))
    return card
