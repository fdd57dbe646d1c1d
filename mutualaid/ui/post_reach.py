# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How those who agreed on a post reach each other, and for whom my own number is open."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout

from mutualaid.model.values import (
    Audience,
    OpenContactRow,
    OpenedRow,
    PostDetail,
    PostRow,
)
from mutualaid.ui.page import Desk
from mutualaid.ui.reaching import contact_word
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import Button, Card, IconLabel, Look, Section, Text
from mutualaid.ui.wording import listed
from mutualaid.ui.words import tr


class Reach(Section):
    """Ways to reach the others, as far as they are open to me, and who can reach me."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk

    def show_post(self, detail: PostDetail) -> None:
        ways = self._ways(detail)
        behalf = self._behalf(detail)
        mine = self._mine(detail)
        self.fill((ways, behalf, mine), lambda: self._build(detail.row, ways, behalf, mine))

    def _ways(self, detail: PostDetail) -> tuple[tuple[str, OpenContactRow], ...]:
        """Whose contact is open to me beside this post, or to everybody."""
        group, row = self._desk.group, detail.row
        people: dict[bytes, str] = {}
        if not row.mine and any(one.mine and one.state.goes for one in detail.responses):
            people[row.owner] = row.owner_name
        if detail.may_decide:
            people |= {
                one.person: one.who for one in detail.responses if one.state.goes and not one.mine
            }
        return tuple(
            (name, way)
            for person, name in people.items()
            for way in group.contacts_of(person)
            if way.post in (None, row.id)
        )

    def _behalf(self, detail: PostDetail) -> str:
        row = detail.row
        return self._desk.group.behalf_contact(row.id) if row.on_behalf_of else ""

    def _mine(self, detail: PostDetail) -> tuple[tuple[str, ...], tuple[OpenedRow, ...]] | None:
        """What of mine opens with a yes, and for whom it is open already; None: nothing to say."""
        row, group = detail.row, self._desk.group
        goes = any(one.mine and one.state.goes for one in detail.responses)
        if not (detail.may_decide or goes):
            return None
        opened = tuple(one for one in group.who_has() if one.post == row.id and one.person)
        kinds = tuple(
            contact_word(one.kind) for one in group.contacts() if one.audience is Audience.HELPER
        )
        if row.status.is_past and not opened:
            return None
        return (kinds, opened) if kinds or opened else None

    def _build(
        self,
        row: PostRow,
        ways: tuple[tuple[str, OpenContactRow], ...],
        behalf: str,
        mine: tuple[tuple[str, ...], tuple[OpenedRow, ...]] | None,
    ) -> None:
        if not (ways or behalf or mine):
            return
        card = Card(inset=True)
        card.column.setSpacing(theme().px(6))
        for name, way in ways:
            words = tr(
                "{name}, {way}: {value}", name=name, way=contact_word(way.kind), value=way.value
            )
            why = ""
            if way.post is not None:
                why = tr("Open to you for this post.")
            _line(card, "lock" if why else "people", words, why)
        if behalf:
            words = tr("{name}: {value}", name=row.on_behalf_of, value=behalf)
            _line(card, "lock", words, tr("For whoever looks after this post and who goes."))
        if mine is not None:
            kinds, opened = mine
            _line(card, "key", _mine_words(kinds, opened), "")
            if opened:
                link = Button(tr("Who can reach me"), Look.QUIET)
                link.clicked.connect(lambda: self._desk.window.show_page("mine"))
                card.column.addWidget(link, 0, Qt.AlignmentFlag.AlignLeading)
        self.column.addWidget(card)


def _mine_words(kinds: tuple[str, ...], opened: tuple[OpenedRow, ...]) -> str:
    names = sorted({one.name for one in opened})
    ways = listed(
        [kind.lower() for kind in kinds or sorted({contact_word(o.kind) for o in opened})]
    )
    if not names:
        return tr(
            "Yours ({ways}) opens only for a person who is accepted. So far: nobody.", ways=ways
        )
    return tr("Yours ({ways}) is open for {names}, for this post.", ways=ways, names=listed(names))


def _line(card: Card, icon: str, words: str, why: str) -> None:
    line = QHBoxLayout()
    line.setSpacing(theme().px(8))
    line.addWidget(IconLabel(icon, "quiet", 16), 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(Text(words, wrap=True, selectable=True), 1)
    card.column.addLayout(line)
    if why:
        card.column.addWidget(Text(why, Size.META, quiet=True, wrap=True))
