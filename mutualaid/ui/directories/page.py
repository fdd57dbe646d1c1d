# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Directories: take out what people agreed to, print it, bring in other lists, see what left."""

from typing import Protocol, cast

from PySide6.QtWidgets import QButtonGroup, QStackedWidget, QWidget

from mutualaid.model.values import ChangeSet
from mutualaid.ui.directories.log_view import LogView
from mutualaid.ui.directories.taking_out import TakeOutView
from mutualaid.ui.page import Desk, Page
from mutualaid.ui.widgets import Chip, SearchField
from mutualaid.ui.words import tr


class View(Protocol):
    """What each of the page's views does."""

    def refresh(self) -> None:
        """It comes to the front."""

    def on_change(self, change: ChangeSet) -> None:
        """Something changed, here or elsewhere."""

    def focus_first(self) -> None:
        """Put the focus where work begins."""


class DirectoriesPage(Page):
    """Four views under one title, each made when it is first looked at."""

    name = "directories"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, tr("Directories"))
        self._views: dict[str, QWidget] = {}
        self._stack = QStackedWidget()
        self._group_of_tabs = QButtonGroup(self)
        self.tabs = {
            "out": Chip(tr("Take out"), checked=True),
            "print": Chip(tr("Print")),
            "in": Chip(tr("Bring in")),
            "log": Chip(tr("What left")),
        }
        for chip in self.tabs.values():
            self._group_of_tabs.addButton(chip)
            self.add_chip(chip)
        self._group_of_tabs.buttonToggled.connect(lambda _chip, on: on and self._choose())
        self.set_content(self._stack)

    # -- views --------------------------------------------------------------------------------

    def view(self, name: str) -> QWidget:
        """One of the views, made now if it did not exist."""
        found = self._views.get(name)
        if found is None:
            found = self._make(name)
            self._views[name] = found
            self._stack.addWidget(found)
        return found

    def _make(self, name: str) -> QWidget:
        if name == "out":
            return TakeOutView(self.desk)
        if name == "print":
            from mutualaid.ui.directories.printing import PrintView

            return PrintView(self.desk)
        if name == "in":
            from mutualaid.ui.directories.bring_in import BringInView

            return BringInView(self.desk)
        log = LogView(self.desk)
        log.out_asked.connect(self._ask_out)
        return log

    def _ask_out(self) -> None:
        self.show_view("out")
        self.focus_content()

    @property
    def current(self) -> str:
        return next(name for name, chip in self.tabs.items() if chip.isChecked())

    def show_view(self, name: str) -> None:
        self.tabs[name].setChecked(True)
        self._choose()

    def _choose(self) -> None:
        view = self.view(self.current)
        self._stack.setCurrentWidget(view)
        cast("View", view).refresh()

    # -- what the window asks -----------------------------------------------------------------

    def activate(self) -> None:
        self._choose()
        self.focus_content()

    def on_change(self, change: ChangeSet) -> None:
        for view in self._views.values():
            cast("View", view).on_change(change)

    def focus_content(self) -> None:
        cast("View", self.view(self.current)).focus_first()

    @property
    def search(self) -> SearchField | None:
        view = self._views.get(self.current)
        return view.search if isinstance(view, TakeOutView) else None

    @property
    def has_search(self) -> bool:
        return True

    def escape(self) -> bool:
        if super().escape():
            return True
        view = self._views.get(self.current)
        return isinstance(view, TakeOutView) and view.escape()
