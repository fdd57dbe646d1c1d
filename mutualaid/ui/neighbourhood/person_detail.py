# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One person in full: where, when, languages, skills by level, what they fix."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from mutualaid.model.values import LearningPair, OpenContactRow, PersonRow, SkillLevel
from mutualaid.ui.known_words import known_words
from mutualaid.ui.mine.contact_words import open_contact_words
from mutualaid.ui.neighbourhood.asking import ask_person
from mutualaid.ui.neighbourhood.fix_form import same_product
from mutualaid.ui.page import Desk
from mutualaid.ui.post.person_menu import PersonMenu
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import (
    Avatar,
    Banner,
    Button,
    FlowLayout,
    Hairline,
    IconLabel,
    Look,
    Pill,
    Text,
    Tone,
    clear_layout,
)
from mutualaid.ui.wording import languages_text
from mutualaid.ui.words import meta, tr

#: So many pairs of a learner and a teacher stand with a person.
_PAIRS: Final = 8


class PersonDetail(QWidget):
    """What the pane shows of one person. ``edit_asked`` on my own page."""

    edit_asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._row: PersonRow | None = None
        self._words = known_words()
        self._words.came.connect(self._words_came)
        self._shown: object = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme().px(10))
        self._column.setAlignment(Qt.AlignmentFlag.AlignTop)

    def show_person(self, row: PersonRow) -> None:
        ways = () if row.mine else tuple(self._desk.group.contacts_of(row.person))
        blocked = not row.mine and any(
            one.person == row.person for one in self._desk.group.blocked()
        )
        pairs = self._pairs(row)
        if (row, ways, blocked, pairs) == self._shown:
            return
        focused = self.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
        self._shown = (row, ways, blocked, pairs)
        self._row = row
        clear_layout(self._column)
        head = QHBoxLayout()
        head.setSpacing(theme().px(12))
        head.addWidget(Avatar(row.name, row.id, 48), 0, Qt.AlignmentFlag.AlignTop)
        names = QVBoxLayout()
        names.setSpacing(theme().px(2))
        names.addWidget(Text(row.name, Size.DETAIL, wrap=True))
        names.addWidget(Text(tr("Code {code}", code=row.code), Size.META, quiet=True))
        head.addLayout(names, 1)
        if not row.mine and not blocked:
            menu = PersonMenu(self._desk, row.person, row.name)
            head.addWidget(menu, 0, Qt.AlignmentFlag.AlignTop)
        self._column.addLayout(head)
        where = meta(row.area, row.availability)
        for words in (where, languages_text(row.languages)):
            if words:
                self._column.addWidget(Text(words, wrap=True))
        self._add_ways(ways)
        if row.limit is not None:
            words = tr(
                "Takes on %n promises at a time, at most.",
                one="Takes on %n promise at a time, at most.",
                n=row.limit,
            )
            none = tr("Takes on no promises for now.")
            self._column.addWidget(Text(words if row.limit else none, quiet=True, wrap=True))
        if blocked:
            banner = Banner(tr("You blocked {name}.", name=row.name))
            self._column.addWidget(banner)
            self._button = Button(tr("Unblock"), Look.SECONDARY)
            self._button.clicked.connect(self._unblock)
        elif row.mine:
            self._button = Button(tr("Change what is about me"), Look.SECONDARY, icon="edit")
            self._button.clicked.connect(self.edit_asked)
        else:
            name = row.name.split()[0]
            self._button = Button(tr("Ask {name} for help", name=name), Look.PRIMARY)
            self._button.clicked.connect(self._ask)
        self._column.addWidget(self._button)
        self.setFocusProxy(self._button)
        self._add_skills(row)
        self._add_fixes(row)
        self._add_pairs(row, pairs)
        if not row.skills and not row.fixes:
            self._column.addWidget(Hairline())
            words = (
                tr("Nothing written down yet. A word is enough: bread, first aid, a trailer…")
                if row.mine
                else tr("Has not written down any skills yet.")
            )
            self._column.addWidget(Text(words, quiet=True, wrap=True))
        if focused:
            self._button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _add_ways(self, ways: Sequence[OpenContactRow]) -> None:
        for way in ways:
            line = QHBoxLayout()
            line.setSpacing(theme().px(8))
            icon = IconLabel("lock" if way.audience.sealed else "people", "quiet", 16)
            line.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(Text(open_contact_words(way), wrap=True, selectable=True), 1)
            self._column.addLayout(line)

    def _add_skills(self, row: PersonRow) -> None:
        for level, words in (
            (SkillLevel.TEACH, tr("Can do and teach")),
            (SkillLevel.CAN, tr("Can do")),
            (SkillLevel.LEARN, tr("Wants to learn")),
        ):
            skills = [skill for skill in row.skills if skill.level is level]
            if not skills:
                continue
            self._section(words)
            pills = QWidget()
            flow = FlowLayout(pills)
            for skill in skills:
                tone = Tone.WARN if level is SkillLevel.LEARN else Tone.ACCENT
                flow.addWidget(Pill(skill.name, tone))
            self._column.addWidget(pills)
            for skill in skills:
                if skill.note:
                    self._column.addWidget(
                        Text(f"{skill.name}: {skill.note}", Size.META, quiet=True, wrap=True)
                    )

    def _add_fixes(self, row: PersonRow) -> None:
        learning = [skill.name for skill in row.skills if skill.level is SkillLevel.LEARN]
        fixes = [
            fix
            for fix in row.fixes
            if not any(same_product(name, fix.category) for name in learning)
        ]
        if not fixes:
            return
        self._section(tr("Fixes"))
        for fix in fixes:
            self._column.addWidget(
                Text(f"{fix.category}: {fix.note}" if fix.note else fix.category, wrap=True)
            )

    def _pairs(self, row: PersonRow) -> tuple[LearningPair, ...]:
        """Who could learn from whom, of those whom it concerns; once the words are known."""
        if not self._words.are_here():
            return ()
        return tuple(self._desk.group.learning(_PAIRS, of=row.person))

    def _add_pairs(self, row: PersonRow, pairs: Sequence[LearningPair]) -> None:
        if not pairs:
            return
        self._section(tr("Could learn from each other"))
        for pair in pairs:
            teaches = pair.teacher.person == row.person
            other = pair.learner if teaches else pair.teacher
            name = tr("you") if other.mine else other.name
            words = (
                tr("{skill}, to {who}", skill=pair.taught, who=name)
                if teaches
                else tr("{skill}, from {who}", skill=pair.taught, who=name)
            )
            self._column.addWidget(Text(words, wrap=True))

    def _words_came(self) -> None:
        if self._row is not None:
            self.show_person(self._row)

    def _section(self, words: str) -> None:
        self._column.addWidget(Hairline())
        self._column.addWidget(Text(words, Size.STRONG))

    def _unblock(self) -> None:
        row, group = self._row, self._desk.group
        if row is not None:
            self._desk.run(
                lambda: group.unblock(row.person),
                tr("You see {name} again, with all they wrote meanwhile.", name=row.name),
                lambda _made: group.block(row.person),
            )

    def _ask(self) -> None:
        if self._row is not None:
            ask_person(self, self._desk, self._row.name.split()[0])
