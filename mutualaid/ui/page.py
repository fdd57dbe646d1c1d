# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every page of the window is.

A page is made when it is first shown, gets a ``Desk`` with all it may use, and is told of every
change by ``on_change``. It says what it did through ``desk.run`` and never touches the network.
To add a page: a subclass here, and one line in ``pages.PAGES``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from mutualaid.errors import MutualAidError
from mutualaid.model.values import ChangeSet
from mutualaid.ui.theme import theme
from mutualaid.ui.widgets import DetailPane, FlowLayout, PageHeader, SearchField

if TYPE_CHECKING:
    from mutualaid.model.group import Group
    from mutualaid.model.profile import Profile
    from mutualaid.ui.bridge import Bridge

Undo = Callable[[], ChangeSet]


class Window(Protocol):
    """What a page may ask of the window around it (``shell.Shell`` does it)."""

    def tell(self, words: str, undo: Undo | None = None) -> None:
        """Show a toast; with ``undo``, also remember it for Ctrl+Z."""

    def warn(self, sentence: str) -> None:
        """Say that something could not be done."""

    def committed_here(self, change: ChangeSet) -> None:
        """Tell every page what a command of this window changed, and send it out."""

    def show_page(self, name: str) -> None:
        """Go to another page."""

    def show_record(self, kind: str, record: bytes) -> None:
        """Go to the page that shows records of this kind, and open this one."""

    def edit_record(self, kind: str, record: bytes) -> None:
        """Go to the page that shows records of this kind, and open its form for this one."""

    def show_thread(self, post: bytes, person: bytes) -> None:
        """Go to what passed between me and one person alone beside a post."""

    def run_action(self, name: str) -> None:
        """What the window or the app does for all pages: "post", "invite", "join", "backup"…"""


@dataclass(frozen=True, slots=True)
class Desk:
    """All that a page may use. ``profile`` is None in some tests."""

    group: "Group"
    profile: "Profile | None"
    bridge: "Bridge"
    window: Window

    def run(
        self,
        command: Callable[[], ChangeSet],
        said: str = "",
        undo: Callable[[ChangeSet], ChangeSet] | None = None,
        *,
        on_error: Callable[[MutualAidError], None] | None = None,
    ) -> ChangeSet | None:
        """Do a command of the group, show it everywhere, tell it with an undo.

        ``undo`` gets what the command changed. An error of the world becomes a toast, or goes to
        ``on_error`` (a form shows it beside its field); then None is returned.
        """
        try:
            change = command()
        except MutualAidError as error:
            if on_error is not None:
                on_error(error)
            else:
                self.window.warn(str(error))
            return None
        self.window.committed_here(change)
        if said:
            self.window.tell(said, None if undo is None else lambda: undo(change))
        return change


class Page(QWidget):
    """Title row, chips, content, and a detail pane beside it or instead of it.

    Subclasses set ``name``, build their content in ``__init__`` with ``set_content`` (and
    ``add_chip``, ``set_detail``), and override ``activate``, ``on_change`` and, where they have
    one, ``primary_action`` and ``open_record``.
    """

    #: Stable id: "board", "fixers", …; also the accessible object name.
    name: ClassVar[str] = ""
    #: A window narrower than this shows the detail as a page of its own.
    NARROW: ClassVar[int] = 1100

    detail_shown = Signal(bool)

    def __init__(self, desk: Desk, title: str, *, placeholder: str = "", action: str = "") -> None:
        super().__init__()
        self.desk = desk
        self.group = desk.group
        self.setObjectName(self.name)
        px = theme().px
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._top = QWidget()
        top = QVBoxLayout(self._top)
        top.setContentsMargins(px(24), px(20), px(24), px(14))
        top.setSpacing(px(12))
        self.header = PageHeader(title, placeholder, action)
        self.header.acted.connect(self.primary_action)
        if self.header.search is not None:
            self.header.search.searched.connect(self.on_search)
        top.addWidget(self.header)
        self._chip_row = QWidget()
        self.chips = FlowLayout(self._chip_row)
        self._chip_row.hide()
        top.addWidget(self._chip_row)
        self.banners = QVBoxLayout()
        self.banners.setSpacing(px(8))
        top.addLayout(self.banners)
        outer.addWidget(self._top)
        self._split = QHBoxLayout()
        self._split.setContentsMargins(0, 0, 0, 0)
        self._split.setSpacing(0)
        outer.addLayout(self._split, 1)
        self._content: QWidget | None = None
        self._holder: QWidget | None = None
        self._detail: DetailPane | None = None
        self._detail_wanted = False
        self._narrow = False

    # -- for subclasses ---------------------------------------------------------------------

    def set_content(self, content: QWidget, *, margins: bool = True) -> None:
        """The page's own content, below title and chips.

        The margin at the end side is half as wide, for the scroll bar to stand in.
        """
        self._content = content
        side = theme().px(24) if margins else 0
        self._holder = QWidget()
        column = QVBoxLayout(self._holder)
        column.setContentsMargins(side, 0, side // 2, 0)
        column.addWidget(content)
        self._split.insertWidget(0, self._holder, 1)

    def add_chip(self, chip: QWidget) -> None:
        self.chips.addWidget(chip)
        self._chip_row.show()

    def set_detail(self, detail: DetailPane) -> None:
        """The pane at the end side; hidden until ``show_detail``."""
        self._detail = detail
        detail.left.connect(self.leave_detail)
        detail.hide()
        self._split.addWidget(detail)

    def show_detail(self, shown: bool = True) -> None:
        if shown != self._detail_wanted:
            self._detail_wanted = shown
            self._arrange()
            self.detail_shown.emit(shown)

    @property
    def detail_is_shown(self) -> bool:
        return self._detail_wanted

    @property
    def narrow(self) -> bool:
        """Whether the detail takes the whole page now."""
        return self._narrow

    def activate(self) -> None:
        """The page comes to the front: show what is true now, put the focus where work begins."""

    def on_change(self, change: ChangeSet) -> None:
        """Something changed, here or elsewhere. Cheap where it does not concern the page.

        Called for pages that exist, whether they are in front or not, at most ten times a second.
        """

    def on_search(self, words: str) -> None:
        """Somebody typed into the search field."""

    def primary_action(self) -> None:
        """What the button at the top and Ctrl+N do."""

    def open_record(self, record: bytes) -> None:
        """Show one record of the page's kind."""

    def edit_record(self, record: bytes) -> None:
        """Open the form for one record of the page's kind."""

    def leave_detail(self) -> None:
        """Close the detail; the focus goes back to the content."""
        self.show_detail(False)
        self.focus_content()

    def focus_content(self) -> None:
        """Put the focus where work on this page begins."""
        if self._content is not None:
            self._content.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- for the window ---------------------------------------------------------------------

    @property
    def search(self) -> SearchField | None:
        return self.header.search

    @property
    def has_search(self) -> bool:
        """Whether there is something to search on this page, now or after a step."""
        return self.search is not None

    def focus_search(self) -> None:
        """Ctrl+F."""
        if self._narrow and self._detail_wanted:
            self.leave_detail()
        if self.search is not None:
            self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.search.selectAll()

    def escape(self) -> bool:
        """Esc: close the detail, else empty the search; False if there was nothing to leave."""
        if self._detail_wanted and self._detail is not None:
            self.leave_detail()
            return True
        if self.search is not None and self.search.text():
            self.search.clear()
            return True
        return False

    def _arrange(self) -> None:
        if self._detail is None:
            return
        alone = self._narrow and self._detail_wanted
        self._detail.set_alone(self._narrow)
        self._top.setVisible(not alone)
        if self._holder is not None:
            self._holder.setVisible(not alone)
        self._detail.setVisible(self._detail_wanted)

    def heightForWidth(self, width: int) -> int:
        """The least height at this width: around it the window scrolls only below that."""
        return self.layout().minimumHeightForWidth(width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.window().width() < self.NARROW
        if narrow != self._narrow:
            self._narrow = narrow
            self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.escape():
            event.accept()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.setAccessibleName(self.header.title.text())
