# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The second step: what would leave, line by line, what stays and why, what no format carries."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from mutualaid.model.values.directories import Held, HeldWhy, Loss, PlanLine
from mutualaid.ui.directories.lines import LineFace, LineList, LineModel
from mutualaid.ui.directories.words import (
    SORTS,
    count_words,
    export_word,
    format_word,
    formats_words,
    part_word,
    parts_words,
    sort_word,
    sorts_word,
    why_word,
)
from mutualaid.ui.directories.working import WorkBar
from mutualaid.ui.page import Desk
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import (
    Banner,
    Button,
    Chip,
    EmptyState,
    FlowLayout,
    Look,
    MenuChip,
    SearchField,
    Text,
    Tone,
)
from mutualaid.ui.words import ago, begun, day, meta, now_ms, sentence, tr

if TYPE_CHECKING:
    from mutualaid.model.directories.planning import Plan

Key = tuple[str, bytes]

LEAVES: Final = "leaves"
STAYS: Final = "stays"
LOST: Final = "lost"


def line_face(line: PlanLine) -> LineFace:
    return LineFace(
        title=line.title,
        line=tr("with {fields}", fields=parts_words(line.fields)) if line.fields else "",
        pill=sort_word(line.sort),
        trailing=line.code,
    )


def held_words(held: Held) -> str:
    """What stays of it, and why."""
    what = (
        tr("{part} stays", part=begun(part_word(held.field)))
        if held.field
        else tr("All of it stays")
    )
    why = tr(held.said) if held.said else why_word(held.why)
    where = tr("only in {format}", format=format_word(held.format)) if held.format else ""
    return meta(tr("{what}: {why}", what=what, why=why), where)


def held_face(held: Held) -> LineFace:
    return LineFace(
        title=held.title,
        line=held_words(held),
        pill=sort_word(held.sort),
        tone=Tone.WARN if not held.field else Tone.PLAIN,
        trailing=held.code,
    )


def loss_words(loss: Loss) -> str:
    """What a format cannot carry: a part of records, or a whole sort of them."""
    sort, _, field = loss.field.partition(".")
    if not field:
        return tr(
            "{sort}: all %n stay behind",
            one="{sort}: %n stays behind",
            n=loss.count,
            sort=sorts_word(sort),
        )
    return tr(
        "{part} of {sort}: %n have it",
        one="{part} of {sort}: %n has it",
        n=loss.count,
        part=begun(part_word(field)),
        sort=sorts_word(sort).lower(),
    )


def loss_face(loss: Loss) -> LineFace:
    why = tr(loss.why) if loss.why else tr("This format has no place for it.")
    return LineFace(
        title=loss_words(loss), line=why, trailing=format_word(loss.format), tone=Tone.PLAIN
    )


def as_of_words(plan: "Plan") -> str:
    """How fresh it is: which machines had been heard."""
    as_of = plan.directory.as_of
    if not as_of.machines:
        return tr("As of now: only this machine is in the group so far.")
    locale = QLocale()
    said = tr(
        "As of now: %n of {all} other machines were heard within the last seven days.",
        n=as_of.heard,
        all=locale.toString(as_of.machines),
    )
    if as_of.heard < as_of.machines:
        since = (
            tr("Some were never heard.")
            if as_of.oldest is None
            else tr("One was last heard {when}.", when=ago(as_of.oldest, now_ms()))
        )
        said = f"{said} {since}"
    return said


class PlanStep(QWidget):
    """``write_asked`` when the list is right; ``back_asked`` to choose something else."""

    write_asked = Signal()
    back_asked = Signal()
    empty_acted = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.plan: Plan | None = None
        self._words = ""
        px = theme().px
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, px(4), px(16))
        column.setSpacing(px(10))
        self._make_head(column)
        self._make_filters(column)
        self._make_lists(column)
        self._make_foot(column, desk)

    def _make_head(self, column: QVBoxLayout) -> None:
        self.summary = Text("", Size.CARD, wrap=True)
        column.addWidget(self.summary)
        self.about = Text("", Size.META, quiet=True, wrap=True)
        column.addWidget(self.about)
        self.banner = Banner("", warn=True)
        self.banner.hide()
        column.addWidget(self.banner)

    def _make_filters(self, column: QVBoxLayout) -> None:
        row = QWidget()
        flow = FlowLayout(row)
        self._tabs = QButtonGroup(self)
        self.chips = {
            LEAVES: Chip(tr("Leaves"), checked=True),
            STAYS: Chip(tr("Stays")),
            LOST: Chip(tr("Cannot be carried")),
        }
        for chip in self.chips.values():
            self._tabs.addButton(chip)
            flow.addWidget(chip)
        self._tabs.buttonToggled.connect(lambda _chip, on: on and self._fill())
        self.sort = MenuChip(tr("Kind"), tr("Everything"))
        self.sort.chosen.connect(lambda _sort: self._fill())
        flow.addWidget(self.sort)
        self.search = SearchField(tr("Search in this list"))
        self.search.setFixedWidth(theme().px(250))
        self.search.searched.connect(self._search)
        flow.addWidget(self.search)
        column.addWidget(row)

    def _make_lists(self, column: QVBoxLayout) -> None:
        self.leaving: LineModel[PlanLine] = LineModel(
            key=lambda line: (line.sort, line.id),
            face=line_face,
            sentence=self._leaving_sentence,
            checked=True,
            parent=self,
        )
        self.staying: LineModel[Held] = LineModel(
            key=lambda held: (held.sort, held.id, held.field, held.format),
            face=held_face,
            sentence=lambda held: sentence(sort_word(held.sort), held.title, held_words(held)),
            parent=self,
        )
        self.lost: LineModel[Loss] = LineModel(
            key=lambda loss: (loss.format, loss.field),
            face=loss_face,
            sentence=lambda loss: sentence(
                format_word(loss.format), loss_words(loss), loss_face(loss).line
            ),
            parent=self,
        )
        self.lists = {
            LEAVES: LineList(tr("What would leave"), line_face),
            STAYS: LineList(tr("What stays, and why"), held_face),
            LOST: LineList(tr("What formats cannot carry"), loss_face),
        }
        models: dict[str, LineModel[Any]] = {
            LEAVES: self.leaving,
            STAYS: self.staying,
            LOST: self.lost,
        }
        self.empty = EmptyState()
        self.empty.acted.connect(self._act_on_empty)
        self._stack = QStackedWidget()
        for name, view in self.lists.items():
            view.setModel(models[name])
            self._stack.addWidget(view)
        self._stack.addWidget(self.empty)
        column.addWidget(self._stack, 1)
        self.leaving.toggled.connect(self._say)

    def _make_foot(self, column: QVBoxLayout, desk: Desk) -> None:
        self.work = WorkBar(desk)
        column.addWidget(self.work)
        row = QHBoxLayout()
        row.setSpacing(theme().px(8))
        self.back = Button(tr("Change the choice"), Look.QUIET, icon="back")
        self.back.clicked.connect(self.back_asked)
        self.write = Button(tr("Write…"), Look.PRIMARY, icon="save")
        self.write.clicked.connect(self.write_asked)
        row.addWidget(self.back)
        row.addStretch(1)
        row.addWidget(self.write)
        column.addLayout(row)

    # -- showing ------------------------------------------------------------------------------

    def show_plan(self, plan: "Plan", left_out: Sequence[Key] = ()) -> None:
        """Show it anew; ``left_out`` was held back by hand before."""
        self.plan = plan
        there = {(line.sort, line.id) for line in plan.lines}
        self.leaving.left_out = {key for key in left_out if key in there}
        self.search.clear()
        self._words = ""
        sorts = {one.sort for one in plan.lines} | {one.sort for one in plan.held}
        self.sort.set_choices([(sort, sorts_word(sort)) for sort in SORTS if sort in sorts])
        self.sort.choose("")
        self.chips[LEAVES].setChecked(True)
        self.chips[STAYS].set_count(len(plan.held))
        self.chips[LOST].set_count(len(plan.losses))
        until = tr("Says that it holds until {day}.", day=day(plan.ends))
        whom = tr(
            "{whom}, as {formats}",
            whom=export_word(plan.audience),
            formats=formats_words(plan.formats),
        )
        self.about.setText(f"{begun(whom)}. {until} {as_of_words(plan)}")
        self._fill()
        self._say()

    @property
    def left_out(self) -> tuple[Key, ...]:
        """What was held back by hand, as (sort, id)."""
        return tuple(key for key in self.leaving.left_out if isinstance(key, tuple))

    def focus_first(self) -> None:
        current = self._stack.currentWidget()
        first = self.empty.action if current is self.empty else current
        if first.isHidden():
            first = self.back
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _leaving_sentence(self, line: PlanLine) -> str:
        out = (line.sort, line.id) in self.leaving.left_out
        state = tr("held back by hand") if out else line_face(line).line
        return sentence(sort_word(line.sort), line.title, state)

    def _say(self) -> None:
        plan = self.plan
        if plan is None:
            return
        out = self.leaving.left_out
        counts = Counter(line.sort for line in plan.lines if (line.sort, line.id) not in out)
        total = sum(counts.values())
        whole = len({(held.sort, held.id) for held in plan.held if not held.field})
        parts = [
            tr("Would leave: {what}.", what=count_words(counts))
            if total
            else tr("Nothing would leave."),
            tr("%n do not leave at all.", one="%n does not leave at all.", n=whole)
            if whole
            else "",
            tr("%n held back by hand.", n=len(out)) if out else "",
        ]
        self.summary.setText(" ".join(part for part in parts if part))
        self.chips[LEAVES].set_count(total)
        self.write.setEnabled(total > 0 and not self.work.busy)

    def _search(self, words: str) -> None:
        self._words = words
        self._fill()

    def _fill(self) -> None:
        plan = self.plan
        if plan is None:
            return
        chosen = next(name for name, chip in self.chips.items() if chip.isChecked())
        sort, words = self.sort.current, self._words.casefold()

        def wanted(kind: str, text: str) -> bool:
            return (not sort or kind == sort) and words in text.casefold()

        if chosen == LEAVES:
            lines = [one for one in plan.lines if wanted(one.sort, f"{one.title} {one.code}")]
            self.leaving.replace(lines)
        elif chosen == STAYS:
            held = [one for one in plan.held if wanted(one.sort, f"{one.title} {one.code}")]
            self.staying.replace(held)
        else:
            losses = [
                one
                for one in plan.losses
                if wanted(one.field.partition(".")[0], f"{loss_words(one)} {one.format}")
            ]
            self.lost.replace(losses)
        view = self.lists[chosen]
        some = view.model().rowCount() > 0
        self._stack.setCurrentWidget(view if some else self.empty)
        if not some:
            self._tell_empty(chosen, plan)

    def _tell_empty(self, chosen: str, plan: "Plan") -> None:
        if self._words or self.sort.current:
            self.empty.tell(
                "search",
                tr("Nothing found"),
                tr("Nothing in this list has these words."),
                tr("Show all of it"),
            )
        elif chosen == STAYS:
            self.empty.tell("check", tr("Nothing stays"), tr("All that there is may leave."), "")
        elif chosen == LOST:
            self.empty.tell(
                "check", tr("Nothing is lost"), tr("These formats carry all that leaves."), ""
            )
        elif any(held.why is HeldWhy.NO_CONSENT for held in plan.held) or not plan.held:
            self.empty.tell(
                "lock",
                tr("Nobody has agreed to this yet"),
                tr(
                    "Each person says for themselves what of them may leave, on “My page”. Begin "
                    "with yourself, or hang out a sign-up sheet."
                ),
                tr("Say what of me may leave"),
            )
        else:
            self.empty.tell("directory", tr("Nothing would leave"), "", "")

    def _act_on_empty(self) -> None:
        if self._words or self.sort.current:
            self.search.clear()
            self._words = ""
            self.sort.choose("")
            self._fill()
            self.focus_first()
        else:
            self.empty_acted.emit()
