# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How those who agreed on a post reach each other, and for whom my own number is open."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from mutualaid.model.values import (
    Audience,
    OpenContactRow,
    OpenedRow,
    PostDetail,
    PostRow,
)
from mutualaid.ui.mine.contact_words import contact_word
from mutualaid.ui.page import Desk
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import Button, Card, IconLabel, Look, Section, Text
from mutualaid.ui.wording import listed
from mutualaid.ui.words import meta, tr

if TYPE_CHECKING:
    from mutualaid.model.group import Group


def helper_ways(group: "Group") -> str:
    """My own ways to be reached that open for a helper: "phone and email", or nothing."""
    return listed(
        [
            contact_word(one.kind).lower()
            for one in group.contacts()
            if one.audience is Audience.HELPER
        ]
    )


@dataclass(frozen=True, slots=True)
class Mine:
    """My own ways to be reached beside a post: what they are, and to whom they are open."""

    kinds: tuple[str, ...]
    opened: tuple[OpenedRow, ...]
    closed: tuple[tuple[bytes, str], ...]  # who else goes, or for whom I go: person and name

    @property
    def ways(self) -> str:
        kinds = self.kinds or sorted({contact_word(one.kind) for one in self.opened})
        return listed([kind.lower() for kind in kinds])


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
            people |= self._others(detail)
        return tuple(
            (name, way)
            for person, name in people.items()
            for way in group.contacts_of(person)
            if way.post in (None, row.id)
        )

    def _behalf(self, detail: PostDetail) -> str:
        row = detail.row
        return self._desk.group.behalf_contact(row.id) if row.on_behalf_of else ""

    def _mine(self, detail: PostDetail) -> Mine | None:
        """What of mine opens with a yes, and for whom it is open; None: nothing to say."""
        row, group = detail.row, self._desk.group
        goes = any(one.mine and one.state.goes for one in detail.responses)
        if not (detail.may_decide or goes):
            return None
        have = [one for one in group.who_has() if one.post in (None, row.id)]
        opened = tuple(one for one in have if one.post == row.id and one.person)
        kinds = tuple(
            contact_word(one.kind) for one in group.contacts() if one.audience is Audience.HELPER
        )
        if not (kinds or opened) or (row.status.is_past and not opened):
            return None
        others = self._others(detail) if kinds and not row.status.is_past else {}
        reached = {one.person for one in have}
        closed = tuple(each for each in others.items() if each[0] not in reached)
        return Mine(kinds, opened, closed)

    def _others(self, detail: PostDetail) -> dict[bytes, str]:
        """With whom I do this: the names of those who go for it, or of whom I go for."""
        row = detail.row
        if row.mine or detail.may_decide:
            return {
                one.person: one.who for one in detail.responses if one.state.goes and not one.mine
            }
        return {row.owner: row.owner_name}

    def _build(
        self,
        row: PostRow,
        ways: tuple[tuple[str, OpenContactRow], ...],
        behalf: str,
        mine: Mine | None,
    ) -> None:
        if not (ways or behalf or mine):
            return
        card = Card(inset=True)
        card.column.setSpacing(theme().px(6))
        for name, way in ways:
            words = tr("{way}: {value}", way=contact_word(way.kind), value=way.value)
            why = tr("Open to you for this post.") if way.post is not None else ""
            _line(card, "lock" if why else "people", meta(name, words), why)
        if behalf:
            words = tr("{name}: {value}", name=row.on_behalf_of, value=behalf)
            _line(card, "lock", words, tr("For whoever looks after this post and who goes."))
        if mine is not None:
            self._build_mine(card, row, mine)
        self.column.addWidget(card)

    def _build_mine(self, card: Card, row: PostRow, mine: Mine) -> None:
        names = sorted({one.name for one in mine.opened})
        if names:
            words = tr(
                "Yours ({ways}) is open for {names}, for this post.",
                ways=mine.ways,
                names=listed(names),
            )
            _line(card, "key", words, "")
            link = Button(tr("Who can reach me"), Look.QUIET)
            link.clicked.connect(lambda: self._desk.window.show_page("mine"))
            card.column.addWidget(link, 0, Qt.AlignmentFlag.AlignLeading)
        for person, name in mine.closed:
            _line(card, "key", tr("{who} cannot see yours ({ways}).", who=name, ways=mine.ways), "")
            button = Button(tr("Open it for {who}", who=name), Look.QUIET)
            button.clicked.connect(partial(self._open, row, person, name))
            card.column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeading)
        if not names and not mine.closed:
            words = tr(
                "Yours ({ways}) opens only for a person who is accepted. So far: nobody.",
                ways=mine.ways,
            )
            _line(card, "key", words, "")

    def _open(self, row: PostRow, person: bytes, name: str) -> None:
        group = self._desk.group
        self._desk.run(
            lambda: group.open_contact(person, row.id),
            tr("{who} can reach you now, for this post.", who=name),
            lambda _made: group.close_contact(person, row.id),
        )


def _line(card: Card, icon: str, words: str, why: str) -> None:
    line = QHBoxLayout()
    line.setSpacing(theme().px(8))
    line.addWidget(IconLabel(icon, "quiet", 16), 0, Qt.AlignmentFlag.AlignTop)
    column = QVBoxLayout()
    column.setSpacing(theme().px(2))
    column.addWidget(Text(words, wrap=True, selectable=True))
    if why:
        column.addWidget(Text(why, Size.META, quiet=True, wrap=True))
    line.addLayout(column, 1)
    card.column.addLayout(line)
