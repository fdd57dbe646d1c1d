# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""People who are known of from a list but are no members, and how they are asked."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from mutualaid.errors import MutualAidError
from mutualaid.model.values import ContactKind
from mutualaid.model.values.directories import KnownRow, KnownWord
from mutualaid.ui.cards import CardFace
from mutualaid.ui.directories.words import chosen_audience, leaving_box, leaving_word
from mutualaid.ui.mine.contact_words import contact_word
from mutualaid.ui.page import Desk
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import (
    Avatar,
    Banner,
    Button,
    FlowLayout,
    FormDialog,
    Hairline,
    IconLabel,
    Look,
    Pill,
    Text,
    Tone,
    clear_layout,
)
from mutualaid.ui.wording import languages_text, listed
from mutualaid.ui.words import begun, meta, sentence, tr


def origin_words(row: KnownRow) -> str:
    """Where somebody is known from."""
    if row.origin:
        return tr("known of, from {list}", list=row.origin)
    return tr("known of, from a list")


def abilities_text(row: KnownRow) -> str:
    """Skills and what is mended, in one line."""
    fixes = tr("fixes {things}", things=listed(row.fixes)) if row.fixes else ""
    return ", ".join(part for part in (*row.skills, fixes) if part)


def known_face(row: KnownRow) -> CardFace:
    """What the card of somebody who is known of shows."""
    return CardFace(
        name=row.name,
        key=row.id,
        meta=meta(row.area, row.availability, languages_text(row.languages)),
        line=meta(origin_words(row), abilities_text(row)),
        trailing=tr("has agreed") if row.agreed else tr("not asked yet"),
    )


def known_sentence(row: KnownRow) -> str:
    return sentence(
        row.name,
        tr("no member"),
        origin_words(row),
        row.area,
        row.availability,
        languages_text(row.languages),
        abilities_text(row),
        tr("has agreed") if row.agreed else tr("not asked yet"),
    )


def way_word(kind: str) -> str:
    known = next((one for one in ContactKind if one.value == kind), None)
    return contact_word(known) if known is not None else kind


def own_word(row: KnownRow) -> KnownWord | None:
    """What I noted of how they agreed."""
    return next((word for word in row.words if word.mine), None)


def noted_words(word: KnownWord) -> str:
    """Who noted that somebody agreed, and for whom."""
    whom = leaving_word(word.audience)
    if word.mine:
        return tr("Noted by you: {whom}", whom=whom)
    return tr("Noted by {name}: {whom}", name=word.by or tr("a neighbour"), whom=whom)


class KnownDetail(QWidget):
    """One of them in full. ``forgotten`` once they are gone."""

    forgotten = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.row: KnownRow | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme().px(10))
        self._column.setAlignment(Qt.AlignmentFlag.AlignTop)

    def show_known(self, row: KnownRow) -> None:
        if row == self.row:
            return
        focused = self.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
        self.row = row
        clear_layout(self._column)
        self._add_head(row)
        self._add_facts(row)
        self._column.addWidget(Hairline())
        self._add_contacts(row)
        if focused:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _add_head(self, row: KnownRow) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme().px(12))
        head.addWidget(Avatar(row.name, row.id, 48), 0, Qt.AlignmentFlag.AlignTop)
        names = QVBoxLayout()
        names.setSpacing(theme().px(4))
        names.addWidget(Text(row.name, Size.DETAIL, wrap=True))
        names.addWidget(Text(tr("Code {code}", code=row.code), Size.META, quiet=True))
        names.addWidget(Pill(tr("Known of"), Tone.WARN, "people"), 0, Qt.AlignmentFlag.AlignLeading)
        head.addLayout(names, 1)
        self._column.addLayout(head)
        said = tr(
            "{whence}. They are no member of this group and may not know that they stand here.",
            whence=begun(origin_words(row)),
        )
        self._column.addWidget(Text(said, wrap=True))

    def _add_facts(self, row: KnownRow) -> None:
        for words in (
            meta(row.area, row.availability),
            languages_text(row.languages),
            abilities_text(row),
        ):
            if words:
                self._column.addWidget(Text(words, wrap=True))
        if row.more:
            words = tr(
                "The list says more, which only whoever brought it and the stewards can read. It "
                "never leaves, whatever {name} agrees to.",
                name=row.name,
            )
            self._column.addWidget(Text(words, Size.META, quiet=True, wrap=True))
        for name, value in row.more.items():
            words = tr("{name}: {value}", name=name, value=value)
            self._column.addWidget(Text(words, Size.META, quiet=True, wrap=True, selectable=True))
        if row.licence:
            words = tr("Licence of the list: {licence}", licence=row.licence)
            self._column.addWidget(Text(words, Size.META, quiet=True, wrap=True))

    def _add_contacts(self, row: KnownRow) -> None:
        if row.words:
            for word in row.words:
                self._column.addWidget(Text(tr("They agreed: {how}", how=word.how), wrap=True))
                self._column.addWidget(Text(noted_words(word), Size.META, quiet=True, wrap=True))
            if not any(word.steward for word in row.words):
                words = tr("A steward has to note that they agreed, too, before anything leaves.")
                self._column.addWidget(Text(words, quiet=True, wrap=True))
            for kind, value in row.contacts:
                line = QHBoxLayout()
                line.setSpacing(theme().px(8))
                line.addWidget(IconLabel("people", "quiet", 16), 0, Qt.AlignmentFlag.AlignTop)
                words = tr("{way}: {value}", way=way_word(kind), value=value)
                line.addWidget(Text(words, wrap=True, selectable=True), 1)
                self._column.addLayout(line)
        elif row.has_contacts:
            words = tr(
                "The list has a way to reach them. It is hidden until somebody has asked them "
                "whether it may be shown."
            )
            self._column.addWidget(Text(words, quiet=True, wrap=True))
        else:
            words = tr("Ask them whether they want to stand here, when you meet them.")
            self._column.addWidget(Text(words, quiet=True, wrap=True))
        if not self._may_ask(row):
            words = tr("Whoever brought the list asks them, or a steward.")
            self._column.addWidget(Text(words, Size.META, quiet=True, wrap=True))
            return
        buttons = QWidget()
        flow = FlowLayout(buttons)
        mine = own_word(row)
        self.agreed = Button(
            tr("They agreed…") if mine is None else tr("They agreed to something else…"),
            Look.PRIMARY if mine is None else Look.SECONDARY,
        )
        self.agreed.clicked.connect(lambda: AgreedDialog(self.window(), self._desk, row).open())
        flow.addWidget(self.agreed)
        if row.words and self._may_take_back(row):
            changed = Button(tr("They changed their mind"), Look.QUIET)
            changed.clicked.connect(lambda: self._unagree(row))
            flow.addWidget(changed)
        self._column.addWidget(buttons)
        self.setFocusProxy(self.agreed)
        self._add_forgetting(row)

    def _may_ask(self, row: KnownRow) -> bool:
        try:
            return self._desk.group.may_ask(row.id)
        except MutualAidError:
            return False

    def _may_take_back(self, row: KnownRow) -> bool:
        try:
            return self._desk.group.may_take_back(row.id)
        except MutualAidError:
            return False

    def _unagree(self, row: KnownRow) -> None:
        group = self._desk.group
        self._desk.run(
            lambda: group.unagree_known(row.id),
            tr("{name}: hidden again. What was seen cannot be unseen.", name=row.name),
        )

    def _add_forgetting(self, row: KnownRow) -> None:
        """What cannot be undone is asked for twice."""
        question = Banner(
            tr("Everything about {name} goes, for good, on every machine.", name=row.name),
            warn=True,
            action=tr("Forget"),
        )
        question.hide()
        question.acted.connect(lambda: self._forget(row))
        self.forget = Button(
            tr("Forget them…"), Look.QUIET, name=tr("Forget {name} for good", name=row.name)
        )

        def ask() -> None:
            question.show()
            question.action.setFocus(Qt.FocusReason.OtherFocusReason)

        self.forget.clicked.connect(ask)
        self._column.addWidget(self.forget, 0, Qt.AlignmentFlag.AlignLeading)
        self._column.addWidget(question)
        self.question = question

    def _forget(self, row: KnownRow) -> None:
        group = self._desk.group
        done = self._desk.run(
            lambda: group.forget_known(row.id), tr("{name} is forgotten.", name=row.name)
        )
        if done is not None:
            self.forgotten.emit()


class AgreedDialog(FormDialog):
    """Somebody was asked and said yes: how, and for whom."""

    def __init__(self, parent: QWidget | None, desk: Desk, row: KnownRow) -> None:
        super().__init__(parent, tr("{name} agreed", name=row.name), tr("Save"), width=480)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._desk = desk
        self._row = row
        mine = own_word(row)
        self.how = QLineEdit(mine.how if mine else "")
        self.how.setPlaceholderText(tr("On the phone, on Monday"))
        self.form.add(tr("&How they said yes"), self.how)
        self.audience = leaving_box("")
        self.form.add(
            tr("&Who may see it"),
            self.audience,
            help_text=tr(
                "Their page, and how to reach them. Whoever is here sees it from now on; for more "
                "than our group it leaves in directories only once a steward notes it."
            ),
        )
        if row.sealed:
            ways = [
                tr("{way}: {value}", way=way_word(kind), value=value) for kind, value in row.sealed
            ]
            shown = tr("To be seen from now on: {ways}", ways=listed(ways))
            self.form.column.addWidget(Text(shown, Size.META, wrap=True, selectable=True))
        self.how.setFocus()

    def submit(self) -> bool:
        how = " ".join(self.how.text().split())
        if not how:
            self.form.problem(self.how, tr("How did they say yes? A few words are enough."))
            return False
        group, row = self._desk.group, self._row
        audience = chosen_audience(self.audience)
        mine_before = own_word(row) is not None
        done = self._desk.run(
            lambda: group.agree_known(row.id, how, audience),
            tr("{name} agreed: {whom}.", name=row.name, whom=leaving_word(audience)),
            None if mine_before else lambda _made: group.unagree_known(row.id),
            on_error=self._refuse,
        )
        return done is not None

    def _refuse(self, error: MutualAidError) -> None:
        self.tell(str(error))
