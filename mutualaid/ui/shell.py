# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The window: sidebar, pages, menus, toast, undo.

Pages are made when first shown. A change is told at once to the page in front; the others get
theirs, gathered into one, when they come to the front.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QScrollArea,
    QStackedWidget,
    QWidget,
)

from mutualaid.errors import MutualAidError
from mutualaid.model.values import NOTHING_CHANGED, ChangeSet
from mutualaid.sync.status import NetworkStatus
from mutualaid.ui.bridge import Bridge, is_nothing, merged
from mutualaid.ui.page import Desk, Page, Undo
from mutualaid.ui.pages import PAGES, PageSpec, page_keys
from mutualaid.ui.preferences import Preferences
from mutualaid.ui.sidebar import Sidebar
from mutualaid.ui.theme import Scheme, theme
from mutualaid.ui.widgets import Toast
from mutualaid.ui.words import tr

if TYPE_CHECKING:
    from mutualaid.model.group import Group
    from mutualaid.model.profile import Profile
    from mutualaid.ui.own_relay import OwnRelay

#: Below this width (at 100 % text) the sidebar folds to icons.
FOLD_BELOW: Final = 1100
#: How many undoable steps are remembered.
STEPS: Final = 50
#: ms between two looks at what has reached whom, while nothing else happens.
STATUS_EVERY: Final = 20_000
#: ms after a change before that look, so that a burst costs one.
STATUS_SOON: Final = 400


class Shell(QMainWindow):
    """The main window on one group. What it cannot do itself it asks for by ``action_asked``:
    ``invite``, ``join``, ``start``, ``import``, ``from-paper``, ``backup``, ``restore``,
    ``add-shelf``, ``write-parcels``, ``read-parcels``, ``switch:<group name>``."""

    action_asked = Signal(str)
    #: A command of this window was committed: the sync service should send it now.
    committed = Signal()
    closed = Signal()

    def __init__(
        self,
        group: "Group",
        profile: "Profile | None",
        bridge: Bridge,
        preferences: Preferences,
        pages: tuple[PageSpec, ...] = PAGES,
    ) -> None:
        super().__init__()
        self._group = group
        self._profile = profile
        self._bridge = bridge
        self.preferences = preferences
        #: This machine as a relay; None where nothing is kept.
        self.relay: OwnRelay | None = None
        self._specs = {spec.name: spec for spec in pages}
        self._pages: dict[str, Page] = {}
        self._areas: dict[str, QScrollArea] = {}
        self._pending: dict[str, ChangeSet] = {}
        self._steps: list[tuple[str, Undo]] = []
        self._current = ""
        self.desk = Desk(group, profile, bridge, self)
        self.setWindowTitle(tr("{group} – Mutual Aid", group=group.name))
        self.setMinimumSize(640, 440)
        centre = QWidget()
        row = QHBoxLayout(centre)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.sidebar = Sidebar(pages)
        self.sidebar.page_chosen.connect(self.show_page)
        row.addWidget(self.sidebar)
        self._stack = QStackedWidget()
        row.addWidget(self._stack, 1)
        self.setCentralWidget(centre)
        self.toast = Toast(self)
        self._actions: dict[str, QAction] = {}
        self._make_menus()
        bridge.changed.connect(self.spread)
        bridge.status_told.connect(self._status_told)
        bridge.failed.connect(self.warn)
        theme().changed.connect(self._fold)
        self._status_timer = QTimer(self)
        self._status_timer.setInterval(STATUS_EVERY)
        self._status_timer.timeout.connect(self._tell_status)
        self._status_timer.start()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(STATUS_SOON)
        self._soon.timeout.connect(self._tell_status)
        self._soon.start()
        self._tell_group()
        if not preferences.geometry.isEmpty():
            self.restoreGeometry(preferences.geometry)
        else:
            self.resize(1280, 800)

    # -- pages ------------------------------------------------------------------------------

    @property
    def page(self) -> Page:
        """The page in front."""
        return self.page_named(self._current or next(iter(self._specs)))

    @property
    def specs(self) -> tuple[PageSpec, ...]:
        """Every page there is, in the sidebar's order."""
        return tuple(self._specs.values())

    def page_named(self, name: str) -> Page:
        """A page, made now if it did not exist."""
        found = self._pages.get(name)
        if found is None:
            found = self._specs[name].make(self.desk)
            found.setAccessibleName(self._specs[name].title())
            self._pages[name] = found
            # In a window too short for large text the whole page scrolls; else it never does.
            area = QScrollArea()
            area.setFrameShape(QScrollArea.Shape.NoFrame)
            area.setWidgetResizable(True)
            area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            area.setWidget(found)
            area.viewport().setAutoFillBackground(False)
            found.setAutoFillBackground(False)
            self._areas[name] = area
            self._stack.addWidget(area)
        return found

    def show_page(self, name: str) -> None:
        page = self.page_named(name)
        self._current = name
        pending = self._pending.pop(name, NOTHING_CHANGED)
        self._stack.setCurrentWidget(self._areas[name])
        self.sidebar.show_page(name)
        if not is_nothing(pending):
            page.on_change(pending)
        page.activate()
        self._actions["new"].setText(self._primary_words(page))
        self._actions["new"].setEnabled(page.header.action is not None)
        self._actions["find"].setEnabled(page.has_search)

    def _primary_words(self, page: Page) -> str:
        button = page.header.action
        return button.text() if button is not None else tr("Post")

    def show_record(self, kind: str, record: bytes) -> None:
        for spec in self._specs.values():
            if kind in spec.kinds:
                self.show_page(spec.name)
                self.page.open_record(record)
                return

    def edit_record(self, kind: str, record: bytes) -> None:
        self.show_record(kind, record)
        self.page.edit_record(record)

    def show_thread(self, post: bytes, person: bytes) -> None:
        from mutualaid.ui.talk.messages import MessagesPage

        self.show_page("messages")
        if isinstance(self.page, MessagesPage):
            self.page.open_thread(post, person)

    def come_forward(self) -> None:
        """A notification was pressed: show the news."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()
        self.show_page("news")

    # -- what happened ----------------------------------------------------------------------

    def committed_here(self, change: ChangeSet) -> None:
        self.committed.emit()
        self.spread(self._bridge.take(change))

    def spread(self, change: ChangeSet) -> None:
        """Tell the page in front now, the others when they come to the front."""
        if is_nothing(change):
            return
        for name, page in self._pages.items():
            if name == self._current:
                page.on_change(change)
            else:
                self._pending[name] = merged(self._pending.get(name, NOTHING_CHANGED), change)
        if change.members or change.everything or change.concerns("group", "person"):
            self._tell_group()
        if not self._soon.isActive():
            self._soon.start()

    def tell(self, words: str, undo: Undo | None = None) -> None:
        if undo is None:
            self.toast.tell(words)
            return
        self._steps.append((words, undo))
        del self._steps[:-STEPS]
        self._tell_undo()
        self.toast.tell(words, self.undo)

    def warn(self, sentence: str) -> None:
        self.toast.tell(sentence)

    def undo(self) -> None:
        """Take back the last step of this person in this window, by a new change."""
        if not self._steps:
            return
        words, step = self._steps.pop()
        self._tell_undo()
        self.desk.run(step, tr("Undone: {what}", what=words))

    def _tell_undo(self) -> None:
        action = self._actions["undo"]
        action.setEnabled(bool(self._steps))
        last = self._steps[-1][0] if self._steps else ""
        action.setText(tr("Undo: {what}", what=last.replace("&", "&&")) if last else tr("Undo"))

    def run_action(self, name: str) -> None:
        if name == "post":
            self.show_page("board")
            self.page.primary_action()
        elif name == "consent":
            from mutualaid.ui.mine.page import MyPage

            self.show_page("mine")
            if isinstance(self.page, MyPage):
                self.page.show_consent()
        else:
            self.action_asked.emit(name)

    def _tell_group(self) -> None:
        try:
            people = self._group.counts().people
        except MutualAidError:
            people = 0
        line = (
            tr("%n neighbours", one="%n neighbour", n=people)
            if self._group.joined
            else tr("waiting to be let in")
        )
        self.sidebar.group.tell(self._group.name, self._group.id, line)
        self.setWindowTitle(tr("{group} – Mutual Aid", group=self._group.name))

    def _tell_status(self) -> None:
        try:
            reached = self._group.reached()
        except MutualAidError:
            reached = None
        self.sidebar.tell_reached(reached, self._bridge.status.problem)
        self._tell_waiting()

    def _tell_waiting(self) -> None:
        """The figures in the sidebar: what waits for me, what I have not seen."""
        try:
            unread = self._group.unread().threads
            waiting = self._group.waiting_for_me()
        except MutualAidError:
            return
        self.sidebar.set_badge("mine", waiting, tr("%n waiting for your yes", n=waiting))
        self.sidebar.set_badge("messages", unread, tr("%n new", n=unread))
        # The news take as long as the rest together, so the window may breathe before.
        QTimer.singleShot(0, self, self._tell_news)

    def _tell_news(self) -> None:
        try:
            news = self._group.unread_news()
        except MutualAidError:
            return
        self.sidebar.set_badge("news", news, tr("%n new", n=news))

    def _status_told(self, _status: NetworkStatus) -> None:
        if not self._soon.isActive():
            self._soon.start()

    # -- menus ------------------------------------------------------------------------------

    def _make_menus(self) -> None:
        bar = self.menuBar()
        bar.setVisible(bar.isNativeMenuBar())
        menus = [self._group_menu(), self._edit_menu(), self._go_menu(), self._view_menu()]
        menus.append(self._help_menu())
        for menu in menus:
            bar.addMenu(menu)
            # Shortcuts work while the bar is hidden only for actions the window itself has.
            self.addActions(menu.actions())
        whole = QMenu(self)
        for menu in menus:
            whole.addMenu(menu)
        self.sidebar.menu_button.setMenu(whole)

    def _action(
        self,
        menu: QMenu,
        words: str,
        do: Callable[[], object],
        keys: QKeySequence | QKeySequence.StandardKey | str | None = None,
        name: str = "",
    ) -> QAction:
        action = QAction(words, self)
        if keys is not None:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _checked=False: do())
        menu.addAction(action)
        if name:
            self._actions[name] = action
        return action

    def _ask(self, name: str) -> Callable[[], None]:
        return lambda: self.run_action(name)

    def _group_menu(self) -> QMenu:
        menu = QMenu(tr("&Group"), self)
        self._action(menu, tr("&Invite a neighbour…"), self._ask("invite"), "Ctrl+I")
        menu.addSeparator()
        self._switch = menu.addMenu(tr("S&witch to"))
        self._switch.aboutToShow.connect(lambda: self._fill_switch(self._switch))
        self._action(menu, tr("&Start another group…"), self._ask("start"))
        self._action(menu, tr("&Join with an invitation…"), self._ask("join"))
        menu.addSeparator()
        self._action(menu, tr("&Write parcels…"), self._ask("write-parcels"))
        self._action(menu, tr("&Read parcels…"), self._ask("read-parcels"))
        self._action(menu, tr("Add a s&helf…"), self._ask("add-shelf"))
        menu.addSeparator()
        self._action(menu, tr("&Directories"), lambda: self.show_page("directories"))
        self._action(menu, tr("Bring in a &list…"), self._ask("import"))
        self._action(menu, tr("From &paper…"), self._ask("from-paper"))
        menu.addSeparator()
        self._action(menu, tr("Keep a &backup…"), self._ask("backup"))
        self._action(menu, tr("Bring a backup bac&k…"), self._ask("restore"))
        menu.addSeparator()
        self._action(menu, tr("&Close"), self.close, QKeySequence.StandardKey.Close)
        quit_action = self._action(
            menu, tr("&Quit"), QApplication.quit, QKeySequence.StandardKey.Quit
        )
        quit_action.setMenuRole(QAction.MenuRole.QuitRole)
        self.sidebar.group_menu.aboutToShow.connect(self._fill_group_menu)
        return menu

    def _fill_group_menu(self) -> None:
        menu = self.sidebar.group_menu
        menu.clear()
        self._fill_switch(menu)
        menu.addSeparator()
        for words, name in (
            (tr("Invite a neighbour…"), "invite"),
            (tr("Start another group…"), "start"),
            (tr("Join with an invitation…"), "join"),
        ):
            menu.addAction(words, self._ask(name))

    def _fill_switch(self, menu: QMenu) -> None:
        if menu is self._switch:
            menu.clear()
        names = [info.name for info in self._profile.groups() if info.name] if self._profile else []
        for name in names or [self._group.name]:
            action = menu.addAction(name.replace("&", "&&"), self._ask(f"switch:{name}"))
            action.setCheckable(True)
            action.setChecked(name == self._group.name)

    def _edit_menu(self) -> QMenu:
        menu = QMenu(tr("&Edit"), self)
        undo = self._action(menu, tr("Undo"), self.undo, QKeySequence.StandardKey.Undo, "undo")
        undo.setEnabled(False)
        menu.addSeparator()
        self._action(menu, tr("Post"), self._primary_action, QKeySequence.StandardKey.New, "new")
        self._action(menu, tr("&Search"), self._focus_search, QKeySequence.StandardKey.Find, "find")
        self._action(menu, tr("&Leave what is open"), self._escape)
        return menu

    def _primary_action(self) -> None:
        self.page.primary_action()

    def _focus_search(self) -> None:
        self.page.focus_search()

    def _escape(self) -> None:
        self.page.escape()

    def _go_menu(self) -> QMenu:
        menu = QMenu(tr("&Go"), self)
        keys = page_keys(self.specs)
        for spec in self.specs:
            self._action(
                menu,
                spec.title().replace("&", "&&"),
                lambda name=spec.name: self.show_page(name),
                keys[spec.name],
            )
        return menu

    def _view_menu(self) -> QMenu:
        menu = QMenu(tr("&View"), self)
        schemes = QActionGroup(self)
        for scheme, words in (
            (Scheme.SYSTEM, tr("As the &system")),
            (Scheme.LIGHT, tr("&Light")),
            (Scheme.DARK, tr("&Dark")),
        ):
            action = self._action(menu, words, lambda scheme=scheme: self.set_scheme(scheme))
            action.setCheckable(True)
            action.setChecked(theme().scheme is scheme)
            schemes.addAction(action)
        menu.addSeparator()
        zoom = QKeySequence.StandardKey
        self._action(menu, tr("Lar&ger text"), lambda: self.set_text_scale(1.1), zoom.ZoomIn)
        self._action(menu, tr("S&maller text"), lambda: self.set_text_scale(1 / 1.1), zoom.ZoomOut)
        self._action(menu, tr("&Normal text"), lambda: self.set_text_scale(0), "Ctrl+Shift+0")
        menu.addSeparator()
        if not self.menuBar().isNativeMenuBar():
            self._action(menu, tr("Menu &bar"), self._toggle_menu_bar, "F10")
        self._action(
            menu, tr("&Full screen"), self._toggle_full_screen, QKeySequence.StandardKey.FullScreen
        )
        return menu

    def _help_menu(self) -> QMenu:
        menu = QMenu(tr("&Help"), self)
        self._action(menu, tr("&Help and keys"), self.show_help, "F1")
        about = self._action(menu, tr("&About Mutual Aid"), self.show_about)
        about.setMenuRole(QAction.MenuRole.AboutRole)
        return menu

    def show_help(self) -> None:
        from mutualaid.ui.help import HelpDialog

        HelpDialog(self).open()

    def show_about(self) -> None:
        from mutualaid.ui.help import AboutDialog

        AboutDialog(self).open()

    def set_scheme(self, scheme: Scheme) -> None:
        self.preferences.scheme = scheme
        theme().force(scheme)

    def set_text_scale(self, factor: float) -> None:
        """Make the text larger or smaller by a factor; 0 is back to the system's size."""
        scale = theme().text_scale * factor if factor else 1.0
        theme().set_text_scale(scale)
        self.preferences.text_scale = theme().text_scale

    def _toggle_menu_bar(self) -> None:
        bar = self.menuBar()
        bar.setVisible(not bar.isVisible())
        if bar.isVisible():
            bar.setFocus(Qt.FocusReason.MenuBarFocusReason)
            bar.setActiveAction(bar.actions()[0])

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    # -- the window itself ------------------------------------------------------------------

    def _fold(self) -> None:
        self.sidebar.set_folded(self.width() < theme().px(FOLD_BELOW))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self._bridge.set_hidden(self.isMinimized())

    def closeEvent(self, event: QCloseEvent) -> None:
        self.preferences.geometry = self.saveGeometry()
        self._status_timer.stop()
        self._soon.stop()
        super().closeEvent(event)
        self.closed.emit()
