# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Saying what I can fix, teach, or want to learn to fix."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from mutualaid.errors import MutualAidError
from mutualaid.model.taxonomy import OTHER_PRODUCTS, PRODUCT_CATEGORIES, product_name
from mutualaid.model.values import NOTHING_CHANGED, ChangeSet, PersonRow, SkillLevel
from mutualaid.ui.bridge import merged
from mutualaid.ui.page import Desk
from mutualaid.ui.theme import Size
from mutualaid.ui.widgets import Button, ChoiceRow, FormDialog, Look, Text
from mutualaid.ui.words import tr

if TYPE_CHECKING:
    from mutualaid.model.group import Group


@dataclass(frozen=True, slots=True)
class FixState:
    """How I stand to one product category; ``level`` None: not at all."""

    level: SkillLevel | None
    note: str = ""


def same_product(name: str, category: str) -> bool:
    return (product_name(name) or name).casefold() == category.casefold()


def canonical(typed: str) -> str:
    """The product category that is meant, or the person's own words."""
    words = " ".join(typed.split())
    return product_name(words) or words


def fix_state(me: PersonRow | None, category: str) -> FixState:
    """What I say about a product category."""
    if me is None:
        return FixState(None)
    skill = next((one for one in me.skills if same_product(one.name, category)), None)
    fix = next((one for one in me.fixes if same_product(one.category, category)), None)
    if skill is not None:
        return FixState(skill.level, (fix.note if fix else "") or skill.note)
    return FixState(SkillLevel.CAN, fix.note) if fix is not None else FixState(None)


def set_fix(group: "Group", me: PersonRow | None, category: str, wanted: FixState) -> ChangeSet:
    """Have me say ``wanted`` about a product category, by as few changes as it takes.

    A fix is what one can do; a skill of the same name says that one teaches or learns it.
    """
    change = NOTHING_CHANGED
    fixes = [one.category for one in me.fixes if same_product(one.category, category)] if me else []
    skills = [one.name for one in me.skills if same_product(one.name, category)] if me else []
    if wanted.level in (SkillLevel.CAN, SkillLevel.TEACH):
        change = merged(change, group.add_fix(category, wanted.note))
        fixes = [one for one in fixes if one != category]
    if wanted.level in (SkillLevel.TEACH, SkillLevel.LEARN):
        change = merged(change, group.add_skill(category, wanted.level, wanted.note))
        skills = [one for one in skills if one != category]
    for name in fixes:
        change = merged(change, group.remove_fix(name))
    for name in skills:
        change = merged(change, group.remove_skill(name))
    return change


def product_completer(field: QLineEdit) -> QCompleter:
    """Offers product categories by their names and by everyday words."""
    names = [product.name for product in (*PRODUCT_CATEGORIES, *OTHER_PRODUCTS)]
    everyday = [
        word.capitalize()
        for product in (*PRODUCT_CATEGORIES, *OTHER_PRODUCTS)
        for word in product.words
    ]
    completer = QCompleter(sorted({*names, *everyday}, key=str.casefold), field)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setMaxVisibleItems(8)
    field.setCompleter(completer)
    return completer


class FixDialog(FormDialog):
    """ "I can fix…": what, how well, and a word about it. ``category`` fills the first field."""

    def __init__(self, parent: QWidget | None, desk: Desk, category: str = "") -> None:
        super().__init__(parent, tr("I can fix…"), tr("Save"), width=480)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._desk = desk
        self._me = my_person(desk.group)
        self.what = QLineEdit(category)
        self.what.setPlaceholderText(tr("Kettle, bicycle, trousers…"))
        product_completer(self.what)
        self.form.add(tr("&What"), self.what)
        self._counts_as = Text("", Size.META, quiet=True, wrap=True)
        self.form.column.addWidget(self._counts_as)
        self.level: ChoiceRow[SkillLevel] = ChoiceRow(
            (
                (SkillLevel.CAN, tr("I can fix it")),
                (SkillLevel.TEACH, tr("I can also show how")),
                (SkillLevel.LEARN, tr("I want to learn it")),
            ),
            SkillLevel.CAN,
        )
        self.form.add(tr("How well"), self.level)
        self.note = QLineEdit()
        self.note.setPlaceholderText(tr("Only small ones, I have the parts, …"))
        self.form.add(
            tr("A &note, if you like"),
            self.note,
            help_text=tr("Everybody in the group sees this. Nobody is ever ranked by it."),
        )
        self.remove = Button(tr("Take it off the list"), Look.DANGER)
        self.remove.clicked.connect(self._take_off)
        self.buttons.insertWidget(0, self.remove)
        self.what.textChanged.connect(self._typed)
        self._shown = ""
        self._typed()
        (self.note if category else self.what).setFocus()

    def _typed(self) -> None:
        category = canonical(self.what.text())
        typed = " ".join(self.what.text().split())
        other = bool(category) and category.casefold() != typed.casefold()
        self._counts_as.setText(tr("Listed under {thing}.", thing=category) if other else "")
        self._counts_as.setVisible(other)
        state = fix_state(self._me, category)
        self.remove.setVisible(state.level is not None)
        if state.level is not None and category != self._shown:
            self.level.choose(state.level)
            self.note.setText(state.note)
        self._shown = category

    def submit(self) -> bool:
        category = canonical(self.what.text())
        if not category:
            self.form.problem(self.what, tr("Say what it is: a word is enough."))
            return False
        return self._set(
            category,
            FixState(self.level.current, self.note.text()),
            tr("Saved: {thing}.", thing=category),
        )

    def _take_off(self) -> None:
        category = canonical(self.what.text())
        said = tr("{thing} is no longer among what you fix.", thing=category)
        if self._set(category, FixState(None), said):
            self.accept()

    def _set(self, category: str, wanted: FixState, said: str) -> bool:
        group, before = self._desk.group, self._me
        old = fix_state(before, category)

        def undo(_change: ChangeSet) -> ChangeSet:
            return set_fix(group, my_person(group), category, old)

        done = self._desk.run(
            lambda: set_fix(group, before, category, wanted),
            said,
            undo,
            on_error=self._show_error,
        )
        return done is not None

    def _show_error(self, error: MutualAidError) -> None:
        self.form.problem(self.what, str(error))


def my_person(group: "Group") -> PersonRow | None:
    """What neighbours see about me, or None before there is anything."""
    try:
        return group.person(group.me)
    except MutualAidError:
        return None
