# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What neighbours see about me, to edit: name, area, languages, when I have time, skills, what I
fix."""

import re
from typing import Final

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from mutualaid.errors import MutualAidError
from mutualaid.model.records.person import MOST_PROMISES
from mutualaid.model.values import ChangeSet, PersonRow, Skill, SkillLevel
from mutualaid.ui.neighbourhood.fix_form import FixDialog, FixState, fix_state, set_fix
from mutualaid.ui.page import Desk
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import Banner, Button, Choice, Form, Hairline, Look, Text, clear_layout
from mutualaid.ui.wording import language_name
from mutualaid.ui.words import level_word, tr

#: What ``Group.set_me`` takes for "no limit".
NO_LIMIT: Final = -1


def language_codes(typed: str) -> tuple[str, ...]:
    """What was typed, "Czech, English", as codes where they are known, else as typed."""
    codes: dict[str, None] = {}
    for name in re.split(r"[,;/\n]+", typed):
        word = " ".join(name.split())
        if word:
            codes[_language_code(word)] = None
    return tuple(codes)


def _language_code(name: str) -> str:
    wanted = name.casefold()
    for language in QLocale.Language:
        if language in (QLocale.Language.AnyLanguage, QLocale.Language.C):
            continue
        names = (QLocale.languageToString(language), QLocale.languageToCode(language))
        if wanted in (one.casefold() for one in names):
            return QLocale.languageToCode(language) or name
        if wanted == QLocale(language).nativeLanguageName().casefold():
            return QLocale.languageToCode(language) or name
    return name


class AboutMeForm(QWidget):
    """The fields are saved together by *Save*; skills and fixes at once, each with an undo.

    ``left`` when it is saved or given up. What was typed stays whatever happens elsewhere.
    """

    left = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._me: PersonRow | None = None
        self._shown: tuple[object, ...] = ()
        px = theme().px
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(12))
        column.addWidget(Text(tr("About me"), Size.DETAIL))
        self.banner = Banner("", warn=True)
        self.banner.hide()
        column.addWidget(self.banner)
        self.form = Form(spacing=10)
        self.name = QLineEdit()
        self.area = QLineEdit()
        self.languages = QLineEdit()
        self.availability = QLineEdit()
        self.outcomes = QCheckBox(tr("Show what came of my repairs"))
        self.form.add(tr("&Name"), self.name)
        self.form.add(
            tr("A&rea, in words"),
            self.area,
            help_text=tr("No address needed: “north side” is enough."),
        )
        self.form.add(tr("&Languages"), self.languages)
        self.languages.setPlaceholderText(tr("Czech, English"))
        self.form.add(tr("When I have &time"), self.availability)
        self.availability.setPlaceholderText(tr("evenings, Saturdays"))
        self.limit = limit_box()
        self.form.add(
            tr("&Promises at a time, at most"),
            self.limit,
            help_text=tr("Neighbours see it, and what “could fit” you is no more than that."),
        )
        self.outcomes.setAccessibleName(self.outcomes.text())
        self.form.column.addWidget(self.outcomes)
        column.addWidget(self.form)
        buttons = QHBoxLayout()
        self.save = Button(tr("Save"), Look.PRIMARY)
        self.save.clicked.connect(self.submit)
        self.cancel = Button(tr("Cancel"), Look.QUIET)
        self.cancel.clicked.connect(self._give_up)
        buttons.addWidget(self.save)
        buttons.addWidget(self.cancel)
        buttons.addStretch(1)
        column.addLayout(buttons)
        column.addWidget(Hairline())
        column.addWidget(Text(tr("Skills"), Size.STRONG))
        self._skills = QVBoxLayout()
        self._skills.setSpacing(px(6))
        column.addLayout(self._skills)
        self._make_adding(column)
        column.addWidget(Hairline())
        column.addWidget(Text(tr("What I fix"), Size.STRONG))
        self._fixes = QVBoxLayout()
        self._fixes.setSpacing(px(6))
        column.addLayout(self._fixes)
        self.add_fix = Button(tr("I can fix…"), Look.SECONDARY, icon="plus")
        self.add_fix.clicked.connect(lambda: FixDialog(self, desk).open())
        column.addWidget(self.add_fix)
        column.addWidget(Hairline())
        self.consent = Button(tr("What of it may leave the group…"), Look.QUIET)
        self.consent.clicked.connect(lambda: desk.window.run_action("consent"))
        column.addWidget(self.consent)
        for field in (self.name, self.area, self.languages, self.availability):
            field.returnPressed.connect(self.submit)

    def _make_adding(self, column: QVBoxLayout) -> None:
        self._adding = Form(spacing=6)
        self.skill = QLineEdit()
        self.skill.setPlaceholderText(tr("Bread, first aid, a trailer…"))
        self.skill.returnPressed.connect(self.add_skill)
        self._adding.add(tr("Add a s&kill"), self.skill)
        column.addWidget(self._adding)
        row = QHBoxLayout()
        self.level = level_box(SkillLevel.CAN, tr("How well"))
        self.add = Button(tr("Add"), Look.SECONDARY, name=tr("Add the skill"))
        self.add.clicked.connect(self.add_skill)
        row.addWidget(self.level, 1)
        row.addWidget(self.add)
        column.addLayout(row)

    # -- showing ------------------------------------------------------------------------------

    def begin(self, me: PersonRow, areas: list[str]) -> None:
        """Begin editing: every field as it is saved now."""
        self.form.clear_problems()
        self.banner.tell("")
        self.name.setText(me.name)
        self.area.setText(me.area)
        completer = QCompleter(areas, self.area)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.area.setCompleter(completer)
        self.languages.setText(", ".join(language_name(code) for code in me.languages))
        self.availability.setText(me.availability)
        self.outcomes.setChecked(me.outcomes)
        self.limit.choose(NO_LIMIT if me.limit is None else me.limit)
        self._shown = self._typed()
        self.refresh(me)

    def refresh(self, me: PersonRow) -> None:
        """Something of it was saved elsewhere: lists follow, what is being typed stays."""
        if self._me is None or (me.skills, me.fixes) != (self._me.skills, self._me.fixes):
            self._me = me
            self._list_skills(me)
        self._me = me

    def _list_skills(self, me: PersonRow) -> None:
        focused = QApplication.focusWidget()
        line = focused.parentWidget() if focused is not None else None
        lost = line is not None and any(
            layout.indexOf(line) >= 0 for layout in (self._skills, self._fixes)
        )
        clear_layout(self._skills)
        clear_layout(self._fixes)
        for skill in me.skills:
            self._skills.addWidget(self._skill_row(skill))
        for fix in me.fixes:
            label = f"{fix.category}: {fix.note}" if fix.note else fix.category
            change = Button(tr("Change"), Look.QUIET, name=tr("Change {thing}", thing=label))
            change.clicked.connect(
                lambda _=False, category=fix.category: FixDialog(self, self._desk, category).open()
            )
            remove = Button("", Look.QUIET, icon="close", name=tr("Remove {thing}", thing=label))
            remove.setToolTip(tr("Remove"))
            remove.clicked.connect(
                lambda _=False, category=fix.category: self._remove_fix(category)
            )
            self._fixes.addWidget(_line(label, change, remove))
        if lost:
            self.skill.setFocus(Qt.FocusReason.OtherFocusReason)

    def _skill_row(self, skill: Skill) -> QWidget:
        level = level_box(skill.level, tr("How well: {skill}", skill=skill.name))
        level.activated.connect(
            lambda _index, box=level: self._set_skill(
                skill, Skill(skill.name, box.currentData(), skill.note)
            )
        )
        remove = Button("", Look.QUIET, icon="close", name=tr("Remove {thing}", thing=skill.name))
        remove.setToolTip(tr("Remove"))
        remove.clicked.connect(lambda: self._remove_skill(skill))
        return _line(skill.name, level, remove)

    # -- leaving ------------------------------------------------------------------------------

    def _typed(self) -> tuple[object, ...]:
        return (
            self.name.text(),
            self.area.text(),
            self.languages.text(),
            self.availability.text(),
            self.outcomes.isChecked(),
            self.limit.currentData(),
        )

    def may_leave(self) -> bool:
        """Whether nothing typed would be lost; says so in the form where it would."""
        if self._typed() == self._shown and not self.skill.text().strip():
            return True
        self.banner.tell(tr("Not saved yet: save it, or cancel."))
        self.save.setFocus(Qt.FocusReason.OtherFocusReason)
        return False

    def _give_up(self) -> None:
        self.skill.clear()
        self.left.emit()

    # -- saving -------------------------------------------------------------------------------

    def submit(self) -> None:
        """Save the fields that changed, in one change."""
        self.form.clear_problems()
        self.banner.tell("")
        if not self.name.text().strip():
            self.form.problem(self.name, tr("A name is needed; any name you answer to will do."))
            return
        before = self._me
        group = self._desk.group
        codes = language_codes(self.languages.text())
        assert before is not None
        limit = self.limit.currentData()
        old_limit = NO_LIMIT if before.limit is None else before.limit

        def undo(_change: ChangeSet) -> ChangeSet:
            return group.set_me(
                name=before.name,
                area=before.area,
                languages=before.languages,
                availability=before.availability,
                outcomes=before.outcomes,
                limit=old_limit,
            )

        done = self._desk.run(
            lambda: group.set_me(
                name=_if_new(self.name.text().strip(), before.name),
                area=_if_new(self.area.text().strip(), before.area),
                languages=None if codes == before.languages else codes,
                availability=_if_new(self.availability.text().strip(), before.availability),
                outcomes=(
                    None
                    if self.outcomes.isChecked() == before.outcomes
                    else self.outcomes.isChecked()
                ),
                limit=None if limit == old_limit else limit,
            ),
            tr("Saved: this is what neighbours see about you."),
            undo,
            on_error=self._show_error,
        )
        if done is None:
            return
        self._shown = self._typed()
        if self.skill.text().strip() and not self.add_skill():
            return
        self.left.emit()

    def _show_error(self, error: MutualAidError) -> None:
        self.banner.tell(str(error))
        self.banner.setFocus()

    def add_skill(self) -> bool:
        """Add the skill that was typed; what is typed stays where it cannot be taken."""
        self._adding.clear_problems()
        words = " ".join(self.skill.text().split())
        if not words:
            self._adding.problem(self.skill, tr("Name the skill: a word is enough."))
            return False
        added = self._set_skill(None, Skill(words, self.level.currentData()))
        if added:
            self.skill.clear()
            self.skill.setFocus(Qt.FocusReason.OtherFocusReason)
        return added

    def _set_skill(self, before: Skill | None, after: Skill) -> bool:
        group = self._desk.group

        def undo(_change: ChangeSet) -> ChangeSet:
            if before is None:
                return group.remove_skill(after.name)
            return group.add_skill(before.name, before.level, before.note)

        done = self._desk.run(
            lambda: group.add_skill(after.name, after.level, after.note),
            tr("{skill}: {level}.", skill=after.name, level=level_word(after.level)),
            undo,
            on_error=lambda error: self._adding.problem(self.skill, str(error)),
        )
        return done is not None

    def _remove_skill(self, skill: Skill) -> None:
        group = self._desk.group
        self._desk.run(
            lambda: group.remove_skill(skill.name),
            tr("{skill} is no longer among your skills.", skill=skill.name),
            lambda _change: group.add_skill(skill.name, skill.level, skill.note),
        )

    def _remove_fix(self, category: str) -> None:
        group, me = self._desk.group, self._me
        old = fix_state(me, category)
        self._desk.run(
            lambda: set_fix(group, me, category, FixState(None)),
            tr("{thing} is no longer among what you fix.", thing=category),
            lambda _change: set_fix(group, group.person(group.me), category, old),
        )


def limit_box() -> Choice:
    """A box with how many promises at once somebody takes on."""
    box = Choice()
    box.addItem(tr("as many as come"), NO_LIMIT)
    box.addItem(tr("none for now"), 0)
    for count in range(1, MOST_PROMISES + 1):
        box.addItem(QLocale().toString(count), count)
    return box


def level_box(level: SkillLevel, name: str) -> Choice:
    """A box with the three levels."""
    box = Choice()
    for one in SkillLevel:
        box.addItem(level_word(one).capitalize(), one)
    box.choose(level)
    box.setAccessibleName(name)
    return box


def _line(words: str, *widgets: QWidget) -> QWidget:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme().px(6))
    row.addWidget(Text(words, wrap=True), 1)
    for widget in widgets:
        row.addWidget(widget)
    return line


def _if_new(value: str, before: str) -> str | None:
    return None if value == before else value
