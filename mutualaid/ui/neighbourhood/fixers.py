# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who fixes what: product categories, who can, teaches or wants to learn, and what came of it."""

from collections.abc import Sequence
from enum import StrEnum
from functools import partial

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QHBoxLayout,
    QListView,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from mutualaid.model.hours import words as hours_in_words
from mutualaid.model.values import (
    ChangeSet,
    FixCategoryRow,
    FixerRow,
    RepairOutcome,
    RepairRow,
    SkillLevel,
)
from mutualaid.ui.cards import CardFace, CardList, in_page
from mutualaid.ui.models import ROW_ROLE, KeyedListModel
from mutualaid.ui.neighbourhood.asking import ask_person
from mutualaid.ui.neighbourhood.fix_form import FixDialog
from mutualaid.ui.neighbourhood.repair_form import RepairDialog, outcome_word
from mutualaid.ui.page import Desk, Page
from mutualaid.ui.theme import Size, set_look, theme
from mutualaid.ui.widgets import Banner, Chip, EmptyState, MenuChip, paint
from mutualaid.ui.wording import (
    advice,
    date_text,
    fix_category_sentence,
    fix_level_word,
    fixer_sentence,
    fixers_text,
    last_month,
    outcomes_text,
)
from mutualaid.ui.words import meta, sentence, tr


class View(StrEnum):
    """What the cards show of the chosen category."""

    FIX = "fix"
    TEACH = "teach"
    LEARN = "learn"
    LOG = "log"


class CategoryDelegate(QStyledItemDelegate):
    """One line: a product category and how many people can."""

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(theme().px(160), theme().px(40))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row = index.data(ROW_ROLE)
        if not isinstance(row, FixCategoryRow):
            return
        painter.save()
        px = theme().px
        direction = self._view.layoutDirection()
        whole: QRect = option.rect
        state = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            paint.card(
                painter,
                whole.adjusted(0, 1, 0, -1),
                selected=chosen,
                focused=self._view.hasFocus(),
                hovered=True,
            )
        inner = whole.adjusted(px(12), 0, -px(12), 0)
        count = fixers_text(row)
        strong = row.fixers == 1 and not row.places
        width = paint.text_width(count, Size.META, bold=strong)
        end = QRect(inner.right() + 1 - width, inner.top(), width, inner.height())
        colours = theme().colours
        start = inner.adjusted(0, 0, -(width + px(10)), 0)
        if start.width() < px(70):
            start = inner  # very large text in a small window: the name goes before the figure
        else:
            paint.text(
                painter,
                paint.mirrored(end, whole, direction),
                count,
                size=Size.META,
                colour=colours.text if strong else colours.quiet,
                bold=strong,
                direction=direction,
            )
        paint.text(
            painter,
            paint.mirrored(start, whole, direction),
            row.category,
            bold=chosen,
            direction=direction,
        )
        painter.restore()


class CategoryList(QListView):
    """The product categories; the arrows choose, as does a click."""

    def __init__(self) -> None:
        super().__init__()
        set_look(self, "plain")
        self.setAccessibleName(tr("Kinds of things"))
        self.setItemDelegate(CategoryDelegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)


class FixersPage(Page):
    """Categories at the leading side, the people and places of the chosen one beside them."""

    name = "fixers"

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            desk,
            tr("Who fixes what"),
            placeholder=tr("Search: kettle, bicycle, …"),
            action=tr("I can fix…"),
        )
        self._view = View.FIX
        self._opened = False
        self._make_chips()
        self.categories: KeyedListModel[FixCategoryRow] = KeyedListModel(
            key=lambda row: row.category,
            title=lambda row: row.category,
            sentence=fix_category_sentence,
            parent=self,
        )
        self.category_list = CategoryList()
        self.category_list.setModel(self.categories)
        self.category_list.selectionModel().currentChanged.connect(self._chose)
        self.fixers: KeyedListModel[FixerRow] = KeyedListModel(
            key=lambda row: (row.number, row.category),
            title=lambda row: row.name,
            sentence=lambda row: fixer_sentence(row, when_text(row)),
            parent=self,
        )
        self.fixer_list = CardList(tr("Who fixes it"), self._fixer_face)
        self.fixer_list.setModel(self.fixers)
        self.fixer_list.acted.connect(self._act)
        self.fixer_list.opened.connect(self._open)
        self.repairs: KeyedListModel[RepairRow] = KeyedListModel(
            key=lambda row: row.number,
            title=repair_title,
            sentence=repair_sentence,
            parent=self,
        )
        self.repair_list = CardList(tr("Repair log"), repair_face)
        self.repair_list.setModel(self.repairs)
        self.advice = Banner("", warn=True)
        self.advice.hide()
        self.empty = EmptyState()
        self.empty.acted.connect(self._act_on_empty)
        self._stack = QStackedWidget()
        for widget in (self.fixer_list, self.repair_list, self.empty):
            self._stack.addWidget(widget)
        content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme().px(24))
        row.addWidget(self.category_list, 5)
        self.category_list.setMaximumWidth(theme().px(340))
        beside = QVBoxLayout()
        beside.setSpacing(theme().px(12))
        advice = QHBoxLayout()
        advice.setContentsMargins(0, 0, theme().px(12), 0)
        advice.addWidget(self.advice)
        beside.addLayout(advice)
        beside.addWidget(self._stack, 1)
        row.addLayout(beside, 9)
        content.setFocusProxy(self.category_list)
        self.set_content(in_page(content), margins=False)

    def _make_chips(self) -> None:
        self._views = QButtonGroup(self)
        self._chips: dict[View, Chip] = {}
        for view, words in (
            (View.FIX, tr("Can fix")),
            (View.TEACH, tr("Can teach")),
            (View.LEARN, tr("Want to learn")),
            (View.LOG, tr("Repair log")),
        ):
            chip = Chip(words, checked=view is View.FIX)
            chip.toggled.connect(partial(self._toggled, view))
            self._views.addButton(chip)
            self._chips[view] = chip
        self._area = MenuChip(tr("Area"), tr("All areas"))
        self._area.chosen.connect(lambda _key: self._show_category(fresh=True))
        for widget in (
            self._chips[View.FIX],
            self._chips[View.TEACH],
            self._chips[View.LEARN],
            self._area,
            self._chips[View.LOG],
        ):
            self.add_chip(widget)

    # -- what the window asks -----------------------------------------------------------------

    def activate(self) -> None:
        if not self._opened:
            self._opened = True
            self.on_search("")
        self._area.set_choices((area, area) for area in self.group.areas())
        self.category_list.setFocus(Qt.FocusReason.OtherFocusReason)

    def on_change(self, change: ChangeSet) -> None:
        if not self._opened or not change.concerns("person", "place", "repair"):
            return
        self.categories.update(self.group.fix_categories(self._words()))
        if not self.category_list.currentIndex().isValid():
            self._choose_first()
        self._show_category(fresh=False)

    def on_search(self, words: str) -> None:
        kept = self.category
        self.categories.replace(self.group.fix_categories(words))
        index = self.categories.index_of(kept)
        if words or not index.isValid():
            self._choose_first()
        else:
            self.category_list.setCurrentIndex(index)
        self._show_category(fresh=True)

    def primary_action(self) -> None:
        if self._view is View.LOG:
            RepairDialog(self, self.desk, self.category).open()
        else:
            FixDialog(self, self.desk).open()

    def open_record(self, record: bytes) -> None:
        """A repair is shown in the log of its category."""
        row = next((one for one in self.group.repairs(limit=1000) if one.id == record), None)
        if row is None:
            return
        self._chips[View.LOG].setChecked(True)
        self._choose(row.category)
        self.repair_list.select_key(self.repairs.index_of(row.number))

    # -- choosing -----------------------------------------------------------------------------

    @property
    def category(self) -> str:
        """The chosen product category, or ""."""
        row = self.category_list.currentIndex().data(ROW_ROLE)
        return row.category if isinstance(row, FixCategoryRow) else ""

    def _toggled(self, view: View, on: bool) -> None:
        if on:
            self.set_view(view)

    def set_view(self, view: View) -> None:
        self._view = view
        if self.header.action is not None:
            log = view is View.LOG
            self.header.action.set_words(tr("Write down a repair") if log else tr("I can fix…"))
        self._show_category(fresh=True)

    def _words(self) -> str:
        return self.search.text().strip() if self.search is not None else ""

    def _choose_first(self) -> None:
        """With nothing chosen yet, begin with the first category that somebody fixes."""
        rows = self.categories.rows
        first = next((at for at, row in enumerate(rows) if row.fixers or row.learners), 0)
        if rows:
            self.category_list.setCurrentIndex(self.categories.index(first))

    def _choose(self, category: str) -> None:
        index = self.categories.index_of(category)
        if index.isValid():
            self.category_list.setCurrentIndex(index)

    def _chose(self, _current: QModelIndex, _previous: QModelIndex) -> None:
        self._show_category(fresh=True)

    # -- the chosen category ------------------------------------------------------------------

    def _show_category(self, *, fresh: bool) -> None:
        if not self._opened:
            return
        category, area = self.category, self._area.current
        words = "" if category else self._words()
        everybody = self.group.fixers(search=words, category=category)
        self.advice.tell(advice(category, everybody) if category and not area else "")
        if self._view is View.LOG:
            found = self.group.repairs(search=words, category=category)
            (self.repairs.replace if fresh else self.repairs.update)(found)
            self._stack.setCurrentWidget(self.repair_list if found else self.empty)
            if not found:
                self.empty.tell(
                    "fixers",
                    tr("No repair written down yet"),
                    tr("Write down what was tried and what came of it: next time everybody knows."),
                    tr("Write down a repair"),
                )
            return
        rows = [row for row in everybody if self._wanted(row, area)]
        (self.fixers.replace if fresh else self.fixers.update)(rows)
        self._stack.setCurrentWidget(self.fixer_list if rows else self.empty)
        if not rows:
            self._tell_empty(category, area, everybody)

    def _wanted(self, row: FixerRow, area: str) -> bool:
        if area and row.area != area:
            return False
        if self._view is View.TEACH:
            return row.level is SkillLevel.TEACH
        if self._view is View.LEARN:
            return row.level is SkillLevel.LEARN
        return row.level is not SkillLevel.LEARN

    def _tell_empty(self, category: str, area: str, everybody: Sequence[FixerRow]) -> None:
        if not category:
            self.empty.tell(
                "search",
                tr("Nothing found"),
                tr("No kind of thing and nobody's page has these words."),
                tr("Show everything"),
            )
        elif area:
            self.empty.tell(
                "filter",
                tr("Nobody in {area}", area=area),
                tr("There may be somebody in another area."),
                tr("All areas"),
            )
        elif self._view is View.TEACH:
            self.empty.tell("fixers", tr("Nobody teaches this yet"), category, tr("I can fix…"))
        elif self._view is View.LEARN:
            self.empty.tell(
                "fixers", tr("Nobody has asked to learn this yet"), category, tr("I can fix…")
            )
        else:
            # Said once, here, and not in a line above as well.
            self.advice.tell("")
            self.empty.tell(
                "fixers",
                tr("Nobody here fixes this yet"),
                advice(category, everybody),
                tr("I can fix…"),
            )

    def _act_on_empty(self) -> None:
        if self._view is View.LOG:
            self.primary_action()
        elif not self.category and self.search is not None:
            self.search.clear()
        elif self._area.current:
            self._area.choose("")
        else:
            FixDialog(self, self.desk, self.category).open()

    def _fixer_face(self, row: FixerRow) -> CardFace:
        name = tr("{name} (you)", name=row.name) if row.mine else row.name
        line = meta(
            "" if row.kind == "place" else fix_level_word(row.level),
            outcomes_text(row.fixed, row.attempts),
            last_month(row.last) if row.attempts else "",
        )
        if row.kind == "place":
            button = tr("Show")
        else:
            button = tr("Change") if row.mine else tr("Ask {name}", name=row.name.split()[0])
        first = row.kind == "person" and self.fixers.row(0) == row and not row.mine
        return CardFace(
            name=name,
            key=row.id,
            meta=meta(row.area, when_text(row), row.note),
            line=line or tr("No attempts written down yet"),
            figures=(row.fixed, row.attempts) if 0 < row.attempts <= 10 else None,
            button=button,
            primary=first,
        )

    def _act(self, row: FixerRow) -> None:
        if row.kind == "place":
            self.desk.window.show_record("place", row.id)
        elif row.mine:
            FixDialog(self, self.desk, row.category).open()
        else:
            ask_person(self, self.desk, row.name.split()[0], row.category)

    def _open(self, row: FixerRow) -> None:
        self.desk.window.show_record(row.kind, row.id)


def when_text(row: FixerRow) -> str:
    return hours_in_words(row.when) if row.kind == "place" else row.when


def repair_title(row: RepairRow) -> str:
    return " ".join(part for part in (row.brand, row.item or row.category) if part)


def repair_sentence(row: RepairRow) -> str:
    return sentence(
        repair_title(row),
        row.category,
        outcome_word(row.outcome),
        row.problem,
        row.barrier,
        row.place_name,
        row.who,
        row.date,
    )


def repair_face(row: RepairRow) -> CardFace:
    return CardFace(
        name=repair_title(row),
        key=row.category,
        meta=meta(date_text(row.date), row.place_name or row.who, row.category),
        line=meta(row.problem, row.barrier) or tr("Nothing more was written down"),
        trailing=outcome_word(row.outcome),
        strong_trailing=row.outcome is RepairOutcome.FIXED,
    )
