# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How I can be reached: each way with its audience, and who has it."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QMargins, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from mutualaid.errors import MutualAidError
from mutualaid.model.values import (
    Audience,
    ChangeSet,
    ContactKind,
    ContactRow,
    OpenedRow,
)
from mutualaid.ui.mine.contact_words import audience_word, contact_word
from mutualaid.ui.page import Desk
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import (
    Button,
    Card,
    Choice,
    Form,
    FormDialog,
    KeyedColumn,
    Look,
    ScrollColumn,
    Text,
    WordsAndButtons,
)
from mutualaid.ui.wording import listed
from mutualaid.ui.words import ago, meta, now_ms, tr

#: Wider lines than this are hard to read.
WIDTH: Final = 760
#: Kinds of records from which it follows who can reach me.
CONCERNED: Final = ("contact", "opening", "person", "post", "block")


class ContactLine(QWidget):
    """One way to be reached: what it is, for whom, and *Save* while something is changed.

    What is being typed stays, whatever comes from my other machines meanwhile.
    """

    saved = Signal()

    def __init__(self, desk: Desk, kind: ContactKind) -> None:
        super().__init__()
        self._desk = desk
        self.kind = kind
        self._before: ContactRow | None = None
        self.form = Form(spacing=6)
        self.value = QLineEdit()
        self.value.setPlaceholderText(
            {
                ContactKind.PHONE: tr("none"),
                ContactKind.EMAIL: tr("none"),
                ContactKind.SIGNAL: tr("none"),
                ContactKind.ADDRESS: tr("none"),
                ContactKind.OTHER: tr("Ring twice; or the radio, channel 7"),
            }[kind]
        )
        self.audience = Choice()
        for audience in Audience:
            self.audience.addItem(audience_word(audience), audience)
        name = contact_word(kind)
        self.form.add_pair((name, self.value), (tr("For"), self.audience))
        self.audience.setAccessibleName(tr("Who may have it: {way}", way=name))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px(6))
        column.addWidget(self.form)
        self.save = Button(tr("Save"), Look.PRIMARY, name=tr("Save: {way}", way=name))
        self.forget = Button(tr("Forget it"), Look.QUIET, name=tr("Forget it: {way}", way=name))
        self.give_up = Button(tr("Cancel"), Look.QUIET, name=tr("Cancel: {way}", way=name))
        self._row = QWidget()
        row = QHBoxLayout(self._row)
        row.setContentsMargins(0, 0, 0, theme().px(6))
        for button in (self.save, self.forget, self.give_up):
            row.addWidget(button)
        row.addStretch(1)
        column.addWidget(self._row)
        self.value.textEdited.connect(self._changed)
        self.audience.currentIndexChanged.connect(self._changed)
        self.value.returnPressed.connect(self.submit)
        self.save.clicked.connect(self.submit)
        self.forget.clicked.connect(self._forget)
        self.give_up.clicked.connect(lambda: self.show_row(self._before, again=True))
        self.show_row(None, again=True)

    @property
    def dirty(self) -> bool:
        """Whether something stands here that is not saved."""
        value, audience = self._typed()
        if self._before is None:
            return bool(value)
        return (value, audience) != (self._before.value, self._before.audience)

    def _typed(self) -> tuple[str, Audience]:
        # What Qt gives back of an enum of texts is its text.
        return self.value.text().strip(), Audience(self.audience.currentData())

    def show_row(self, row: ContactRow | None, *, again: bool = False) -> None:
        """What is saved now; not over something that is being typed, unless ``again``."""
        if not again and self.dirty:
            self._before = row
            return
        self._before = row
        self.form.clear_problems()
        if row is None or row.value != self.value.text():
            self.value.setText(row.value if row is not None else "")
        self.audience.choose(row.audience if row is not None else Audience.HELPER)
        self._changed()

    def _changed(self, *_what: object) -> None:
        had = self._row.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
        dirty = self.dirty
        value = self.value.text().strip()
        self.save.setVisible(dirty and bool(value))
        self.give_up.setVisible(dirty)
        self.forget.setVisible(self._before is not None and not value)
        shown = dirty
        self._row.setVisible(shown)
        if had and not shown:
            self.value.setFocus(Qt.FocusReason.OtherFocusReason)

    def submit(self) -> None:
        """Save it; what cannot be taken is said under the field."""
        value, audience = self._typed()
        if not self.dirty:
            return
        if not value:
            self._forget()
            return
        self._keep(
            value,
            audience,
            tr("{way}: for {who}.", way=contact_word(self.kind), who=audience_word(audience)),
        )

    def _forget(self) -> None:
        self._keep(None, Audience.ME, tr("{way}: forgotten.", way=contact_word(self.kind)))

    def _keep(self, value: str | None, audience: Audience, said: str) -> None:
        self.form.clear_problems()
        group, kind, before = self._desk.group, self.kind, self._before

        def undo(_made: ChangeSet) -> ChangeSet:
            if before is None:
                return group.set_contact(kind, None)
            return group.set_contact(kind, before.value, before.audience)

        done = self._desk.run(
            lambda: group.set_contact(kind, value, audience),
            said,
            undo,
            on_error=lambda error: self.form.problem(self.value, str(error)),
        )
        if done is not None:
            row = next((one for one in group.contacts() if one.kind is kind), None)
            self.show_row(row, again=True)
            self.saved.emit()


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who has some of my contacts, for one post or without one."""

    person: bytes
    name: str
    post: bytes | None
    title: str
    kinds: tuple[ContactKind, ...]
    since: int


def holders(rows: list[OpenedRow]) -> list[Holder]:
    """Who has what, one line for each person and post; what everybody sees comes as one line."""
    found: dict[tuple[bytes, bytes | None], list[OpenedRow]] = {}
    for row in rows:
        found.setdefault((row.person, row.post), []).append(row)
    return [
        Holder(
            person,
            some[0].name,
            post,
            some[0].title,
            tuple(dict.fromkeys(row.kind for row in some)),
            min(row.since for row in some),
        )
        for (person, post), some in found.items()
    ]


class ReachView(QWidget):
    """Ways to reach me, and below them who has them."""

    #: Somebody wants to say what else of theirs may leave the group.
    consent_asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._loaded = False
        px = theme().px
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        scroll = ScrollColumn(QMargins(0, 0, px(4), px(24)))
        self.area = scroll
        scroll.content.setMaximumWidth(px(WIDTH))
        outer.addWidget(scroll)
        ways = Card()
        ways.column.setSpacing(px(10))
        ways.column.addWidget(Text(tr("Ways to reach me"), Size.CARD))
        ways.column.addWidget(
            Text(
                tr(
                    "What is for a helper is sealed: it opens for the person you accept, for that "
                    "post, and for nobody else. Leave empty what you do not want to give."
                ),
                quiet=True,
                wrap=True,
            )
        )
        self.lines = {kind: ContactLine(desk, kind) for kind in ContactKind}
        for line in self.lines.values():
            line.saved.connect(self._load_who_has)
            ways.column.addWidget(line)
        self.consent = Button(tr("What else of me may leave the group"), Look.QUIET)
        self.consent.clicked.connect(self.consent_asked)
        ways.add_row(self.consent, stretch_after=0)
        scroll.column.addWidget(ways)
        have = Card()
        have.column.setSpacing(px(10))
        have.column.addWidget(Text(tr("Who has it"), Size.CARD))
        self._nobody = Text(tr("Nobody so far."), quiet=True, wrap=True)
        have.column.addWidget(self._nobody)
        self._unseen = Text(
            tr(
                "Closing takes it away on every machine that hears of it. It cannot be unseen: "
                "who had it may have written it down."
            ),
            quiet=True,
            wrap=True,
        )
        have.column.addWidget(self._unseen)
        self.holders = KeyedColumn[Holder](
            lambda holder: (holder.person, holder.post), self._holder, spacing=8
        )
        self.holders.deserted.connect(self.focus_first)
        have.column.addWidget(self.holders)
        self.open = Button(tr("Open it to somebody…"), Look.SECONDARY, icon="key")
        self.open.clicked.connect(self._ask_whom)
        have.column.addWidget(self.open)
        scroll.column.addWidget(have)
        scroll.column.addStretch(1)

    def focus_first(self) -> None:
        self.lines[ContactKind.PHONE].value.setFocus(Qt.FocusReason.OtherFocusReason)

    def load(self) -> None:
        """Read everything again; what is being typed stays."""
        self._loaded = True
        mine: dict[ContactKind, ContactRow] = {}
        for row in self._desk.group.contacts():
            mine.setdefault(row.kind, row)
        for kind, line in self.lines.items():
            line.show_row(mine.get(kind))
        self._load_who_has()

    def on_change(self, change: ChangeSet) -> None:
        if self._loaded and (change.members or change.concerns(*CONCERNED)):
            self.load()

    def _load_who_has(self) -> None:
        try:
            found = holders(self._desk.group.who_has())
        except MutualAidError as error:
            self._desk.window.warn(str(error))
            return
        self.holders.show_rows(found)
        self._nobody.setVisible(not found)
        self._unseen.setVisible(any(one.person for one in found))

    def _holder(self, holder: Holder) -> QWidget:
        line = Card(inset=True)
        words = QWidget()
        column = QVBoxLayout(words)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px(2))
        kinds = listed([contact_word(kind) for kind in holder.kinds])
        if not holder.person:
            column.addWidget(Text(tr("Everyone in the group"), Size.STRONG, wrap=True))
            column.addWidget(Text(kinds, Size.META, quiet=True, wrap=True))
            line.column.addWidget(words)
            return line
        column.addWidget(Text(holder.name, Size.STRONG, wrap=True))
        about = tr("for “{title}”", title=holder.title) if holder.title else ""
        since = tr("since {when}", when=ago(holder.since, now_ms()))
        column.addWidget(Text(meta(kinds, about, since), Size.META, quiet=True, wrap=True))
        close = Button(
            tr("Close"),
            name=tr("Close to {who}: {ways}", who=holder.name, ways=kinds)
            if not holder.title
            else tr(
                "Close to {who}, for “{title}”: {ways}",
                who=holder.name,
                title=holder.title,
                ways=kinds,
            ),
        )
        close.clicked.connect(lambda: self._close(holder))
        line.column.addLayout(WordsAndButtons(words, close))
        return line

    def _close(self, holder: Holder) -> None:
        group = self._desk.group
        self._desk.run(
            lambda: group.close_contact(holder.person, holder.post),
            tr("Closed to {who}. What was seen cannot be unseen.", who=holder.name),
            lambda _made: group.open_contact(holder.person, holder.post),
        )

    def _ask_whom(self) -> None:
        OpenDialog(self.window(), self._desk).open()


class OpenDialog(FormDialog):
    """Open what is for helpers to one person, without a post."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent, tr("Open it to somebody"), tr("Open it"), width=460)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._desk = desk
        self.whom = Choice()
        for row in desk.group.people(limit=2000):
            if not row.mine:
                self.whom.addItem(row.name, (row.person, row.name))
        self.form.add(
            tr("&Who may have it"),
            self.whom,
            help_text=tr(
                "They see what is for “a helper I accepted”. Once seen, it cannot be unseen."
            ),
        )
        self.ok.setEnabled(self.whom.count() > 0)
        self.whom.setFocus()

    def submit(self) -> bool:
        person, name = self.whom.currentData()
        group = self._desk.group
        done = self._desk.run(
            lambda: group.open_contact(person),
            tr("{who} sees how to reach you.", who=name),
            lambda _made: group.close_contact(person),
            on_error=lambda error: self.tell(str(error)),
        )
        return done is not None
