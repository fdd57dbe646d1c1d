# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing down a repair: what it was, what was wrong, what came of it."""

from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QDateEdit, QLineEdit, QWidget

from mutualaid.errors import MutualAidError
from mutualaid.model.taxonomy import BARRIERS
from mutualaid.model.values import RepairDraft, RepairOutcome
from mutualaid.ui.neighbourhood.fix_form import canonical, product_completer
from mutualaid.ui.page import Desk
from mutualaid.ui.theme import theme
from mutualaid.ui.widgets import Choice, ChoiceRow, FormDialog
from mutualaid.ui.words import tr


def outcome_word(outcome: RepairOutcome) -> str:
    return {
        RepairOutcome.UNKNOWN: tr("not known"),
        RepairOutcome.FIXED: tr("fixed"),
        RepairOutcome.REPAIRABLE: tr("can be repaired"),
        RepairOutcome.END_OF_LIFE: tr("beyond repair"),
    }[outcome]


class RepairDialog(FormDialog):
    """One attempt and its outcome, in the words of the Open Repair Data Standard."""

    def __init__(self, parent: QWidget | None, desk: Desk, category: str = "") -> None:
        super().__init__(parent, tr("Write down a repair"), tr("Write down"), width=520)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._desk = desk
        self.what = QLineEdit(category)
        self.what.setPlaceholderText(tr("Kettle, bicycle, trousers…"))
        product_completer(self.what)
        self.brand = QLineEdit()
        self.form.add_pair((tr("&What it was"), self.what), (tr("&Brand, if known"), self.brand))
        self.problem = QLineEdit()
        self.problem.setPlaceholderText(tr("Does not switch off"))
        self.form.add(tr("What was w&rong"), self.problem)
        self.outcome: ChoiceRow[RepairOutcome] = ChoiceRow(
            tuple(
                (one, outcome_word(one).capitalize())
                for one in (
                    RepairOutcome.FIXED,
                    RepairOutcome.REPAIRABLE,
                    RepairOutcome.END_OF_LIFE,
                    RepairOutcome.UNKNOWN,
                )
            ),
            RepairOutcome.FIXED,
        )
        self.outcome.changed.connect(self._outcome_changed)
        self.form.add(tr("What came of it"), self.outcome)
        self.barrier = Choice()
        self.barrier.addItem(tr("Something else, or not known"), "")
        for barrier in BARRIERS:
            self.barrier.addItem(tr(barrier), barrier)
        self.form.add(tr("What stood in the wa&y"), self.barrier)
        self.place = Choice()
        self.place.addItem(tr("At home or elsewhere"), None)
        for place in desk.group.places(limit=200):
            self.place.addItem(place.name, place.id)
        self.date = QDateEdit(QDate.currentDate())
        self.date.setCalendarPopup(True)
        self.date.setMaximumDate(QDate.currentDate())
        self.form.add_pair((tr("W&here"), self.place), (tr("&Day"), self.date))
        self.date.setMinimumHeight(theme().px(36))
        self.date.lineEdit().setTextMargins(theme().px(8), 0, 0, 0)
        self._outcome_changed()
        (self.problem if category else self.what).setFocus()

    def _outcome_changed(self) -> None:
        row = self.barrier.parentWidget()
        if row is not None:
            row.setVisible(self.outcome.current is RepairOutcome.END_OF_LIFE)

    def submit(self) -> bool:
        category = canonical(self.what.text())
        if not category:
            self.form.problem(self.what, tr("Say what it was: a word is enough."))
            return False
        typed = " ".join(self.what.text().split())
        beyond = self.outcome.current is RepairOutcome.END_OF_LIFE
        draft = RepairDraft(
            category=category,
            outcome=self.outcome.current,
            item="" if typed.casefold() == category.casefold() else typed,
            brand=self.brand.text(),
            problem=self.problem.text(),
            barrier=str(self.barrier.currentData()) if beyond else "",
            date=self.date.date().toString("yyyy-MM-dd"),
            place=self.place.currentData(),
        )
        group = self._desk.group
        done = self._desk.run(
            lambda: group.add_repair(draft),
            tr("Written down."),
            lambda change: group.remove(change.created or b""),
            on_error=self._show_error,
        )
        return done is not None

    def _show_error(self, error: MutualAidError) -> None:
        self.tell(str(error))
