# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking a directory out: choose, see exactly what would leave, write it, know where it is."""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from mutualaid.errors import PlanChangedError
from mutualaid.model.values import NOTHING_CHANGED, ChangeSet
from mutualaid.ui.directories.choosing import ChooseStep
from mutualaid.ui.directories.plan_step import PlanStep
from mutualaid.ui.directories.where import ask_place, open_folder
from mutualaid.ui.directories.words import size_words
from mutualaid.ui.directories.working import Tick, WorkBar
from mutualaid.ui.page import Desk
from mutualaid.ui.theme import theme
from mutualaid.ui.widgets import Banner, SearchField
from mutualaid.ui.words import now_ms, tr

if TYPE_CHECKING:
    from mutualaid.model.directories.planning import Plan
    from mutualaid.model.directories.writing import Written
    from mutualaid.model.group import Group

DAY: Final = 86_400_000
#: Kinds of records from which it follows what may leave: a plan that is shown is then old.
CONCERNED: Final = ("person", "post", "place", "repair", "contact", "group")


class TakeOutView(QWidget):
    """Two steps; ``written`` with what was written, once it is on the disk."""

    planned = Signal()
    written = Signal(object)
    told = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._where: Path | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px(10))
        self.done = Banner("", action=tr("Open the folder"))
        self.done.acted.connect(self._open_folder)
        self.done.hide()
        column.addWidget(self.done)
        self._stack = QStackedWidget()
        column.addWidget(self._stack, 1)
        self.choose = ChooseStep(desk)
        self.choose.planned.connect(self.make_plan)
        self.planning = WorkBar(desk)
        self.choose.layout().addWidget(self.planning)
        self.plan = PlanStep(desk)
        self.plan.back_asked.connect(self.show_choice)
        self.plan.write_asked.connect(self._ask_where)
        self.plan.empty_acted.connect(lambda: desk.window.run_action("consent"))
        self.plan.banner.acted.connect(self.make_plan)
        self._stack.addWidget(self.choose)
        self._stack.addWidget(self.plan)

    @property
    def search(self) -> SearchField | None:
        return self.plan.search if self.shows_plan else None

    @property
    def shows_plan(self) -> bool:
        return self._stack.currentWidget() is self.plan

    def focus_first(self) -> None:
        (self.plan if self.shows_plan else self.choose).focus_first()

    def refresh(self) -> None:
        """It came to the front."""
        if not self.shows_plan:
            self.choose.refresh()

    def on_change(self, change: ChangeSet) -> None:
        if self.shows_plan and change.concerns(*CONCERNED) and not self.plan.work.busy:
            self.plan.banner.tell(
                tr(
                    "Something changed since this list was made. What is written is looked up anew."
                ),
                tr("Make the list anew"),
            )
        elif change.members:
            self.refresh()

    def escape(self) -> bool:
        if self.shows_plan and not self.plan.work.busy:
            self.show_choice()
            return True
        return False

    # -- the plan -----------------------------------------------------------------------------

    def show_choice(self) -> None:
        self._stack.setCurrentWidget(self.choose)
        self.choose.refresh()
        self.choose.plan.setFocus(Qt.FocusReason.OtherFocusReason)

    def make_plan(self) -> None:
        """Look up what would leave; nothing is written."""
        formats, audience = self.choose.chosen, self.choose.audience.current
        ends = now_ms() + self.choose.days.value() * DAY
        kept = self.plan.left_out if self.shows_plan else ()
        bar = self.plan.work if self.shows_plan else self.planning

        def work(group: "Group", tick: Tick) -> object:
            return group.plan_directory(formats, audience, ends=ends, tick=tick)

        def done(plan: object) -> None:
            self.choose.plan.setEnabled(True)
            self.done.tell("")
            self.plan.banner.tell("")
            self.plan.show_plan(plan, kept)  # type: ignore[arg-type]
            self._stack.setCurrentWidget(self.plan)
            self.plan.focus_first()
            self.planned.emit()

        self.choose.plan.setEnabled(False)
        self.plan.write.setEnabled(False)
        bar.run(tr("Looking up what may leave."), work, done, self._failed, self._stopped)

    def _stopped(self, sentence: str) -> None:
        self.choose.refresh()
        self.plan.write.setEnabled(True)
        self._desk.window.tell(sentence)
        self.told.emit(sentence)

    def _failed(self, sentence: str) -> None:
        self.choose.refresh()
        self.plan.write.setEnabled(True)
        self._desk.window.warn(sentence)
        self.told.emit(sentence)

    # -- writing ------------------------------------------------------------------------------

    def _ask_where(self) -> None:
        plan = self.plan.plan
        if plan is None:
            return
        name, suffix = self._name(plan)
        chosen = ask_place(self, tr("Where to write it"), name, suffix)
        if chosen is not None:
            self.write(chosen)

    def _name(self, plan: "Plan") -> tuple[str, str]:
        """A name for it, and its ending; several formats, and some alone, become a folder."""
        from mutualaid.model.directories.formats import format_named

        suffix = format_named(plan.formats[0]).suffix if len(plan.formats) == 1 else ""
        today = QDate.currentDate().toString("yyyy-MM-dd")
        plain = "".join(
            letter if letter.isalnum() else "-" for letter in self._desk.group.name.lower()
        )
        return f"{plain.strip('-') or 'directory'}-{today}", suffix

    def write(self, dest: Path) -> None:
        """Write what the list shows, all or nothing. Where the group has moved on meanwhile, the
        new list is shown instead."""
        shown = self.plan.plan
        assert shown is not None
        out = self.plan.left_out
        left_out = {record for _sort, record in out}

        def work(group: "Group", tick: Tick) -> object:
            def again(leave_out: Collection[bytes] = ()) -> "Plan":
                return group.plan_directory(
                    shown.formats, shown.audience, ends=shown.ends, leave_out=leave_out, tick=tick
                )

            plan = again(left_out) if left_out else shown
            if left_out and _is_more(plan, shown):
                return again()
            try:
                return group.write_directory(plan, dest, tick=tick)
            except PlanChangedError:
                return again()

        self.plan.write.setEnabled(False)
        self.plan.work.run(tr("Writing."), work, self._end_writing, self._failed, self._stopped)

    def _end_writing(self, made: object) -> None:
        from mutualaid.model.directories.planning import Plan

        if isinstance(made, Plan):
            self.plan.show_plan(made, self.plan.left_out)
            self.plan.banner.tell(
                tr("Nothing was written: meanwhile more may leave. Look at the list once more.")
            )
            self.plan.focus_first()
            self.planned.emit()
            return
        self._tell_written(made)  # type: ignore[arg-type]

    def _tell_written(self, written: "Written") -> None:
        self._desk.bridge.look()
        self._desk.window.committed_here(NOTHING_CHANGED)
        self._where = written.path
        said = tr(
            "%n files, {size}, are in {where}. It stands in the group's log.",
            one="%n file, {size}, is in {where}. It stands in the group's log.",
            n=len(written.files),
            size=size_words(written.size),
            where=written.path,
        )
        self.done.tell(said, tr("Open the folder"))
        self._desk.window.tell(tr("The directory is written."))
        self.show_choice()
        self.done.action.setFocus(Qt.FocusReason.OtherFocusReason)
        self.written.emit(written)

    def _open_folder(self) -> None:
        if self._where is not None:
            open_folder(self._where)


def _is_more(plan: "Plan", shown: "Plan") -> bool:
    """Whether anything would leave that did not stand in the list that was shown."""
    seen = {(line.sort, line.id): frozenset(line.fields) for line in shown.lines}
    return any(
        (line.sort, line.id) not in seen or not seen[line.sort, line.id].issuperset(line.fields)
        for line in plan.lines
    )
