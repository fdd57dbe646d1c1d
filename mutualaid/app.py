# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Builds the program with a window: profile, group, bridge, window, sync; and takes it down again.

Nothing here is global. The sync thread starts once the window is on the screen, and everything
that only some people need is imported when they need it.
"""

import contextlib
import logging
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Protocol

# isort: off
# Before Qt: once it is there, its import hook reads the source of every module that follows.
from mutualaid.model.profile import Profile
# isort: on

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QWidget

from mutualaid.errors import LockedError, MutualAidError
from mutualaid.sync.status import NetworkStatus
from mutualaid.ui.bridge import Bridge
from mutualaid.ui.own_relay import FOLDER_NAME, OwnRelay, RelayState, list_relay
from mutualaid.ui.preferences import Preferences
from mutualaid.ui.shell import Shell
from mutualaid.ui.singletons import keep_singletons
from mutualaid.ui.talk.notifying import Notifier, SystemTray
from mutualaid.ui.theme import ICONS, Theme
from mutualaid.ui.words import tr

if TYPE_CHECKING:
    from mutualaid.model.group import Group

log = logging.getLogger(__name__)

#: Questions that belong to the whole program: name → (module, class of the dialog). A dialog is
#: made with the window and its desk; one that brings a group has a signal ``group_opened``.
DIALOGS: Final = {
    "invite": ("mutualaid.ui.setup.invite", "InviteDialog"),
    "join": ("mutualaid.ui.setup.joining", "JoinDialog"),
    "start": ("mutualaid.ui.setup.joining", "StartDialog"),
    "backup": ("mutualaid.ui.setup.backups", "BackupDialog"),
    "restore": ("mutualaid.ui.setup.backups", "RestoreDialog"),
    "import": ("mutualaid.ui.directories.importing", "ImportDialog"),
    "from-paper": ("mutualaid.ui.directories.from_paper", "FromPaperDialog"),
    "add-shelf": ("mutualaid.ui.setup.add_shelf", "AddShelfDialog"),
    "write-parcels": ("mutualaid.ui.setup.parcels", "WriteParcelsDialog"),
    "read-parcels": ("mutualaid.ui.setup.parcels", "ReadParcelsDialog"),
}


class Syncing(Protocol):
    """What the sync service looks like from here (``sync.service.SyncService``)."""

    def start(self) -> None:
        """Begin, on a thread of its own."""

    def stop(self) -> None:
        """Close every connection and end the thread; returns when it has ended."""

    def wake(self) -> None:
        """Something was committed here: send it now."""


#: How soon the first window, where no group's timer runs, ends on Ctrl+C.
SIGNALS_SEEN_MS: Final = 250

#: Makes the service for a profile: what it tells of itself, that something was stored, settings.
MakeSync = Callable[
    [Profile, Callable[[NetworkStatus], None], Callable[[], None], Preferences], Syncing
]


class AfterPaint(QObject):
    """``painted`` once, when a window has been on the screen, or would be if it were not hidden."""

    painted = Signal()
    #: ms after which a window that starts hidden counts as seen.
    HIDDEN_MS: Final = 1000

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        window.installEventFilter(self)
        self._once = QTimer(self)
        self._once.setSingleShot(True)
        self._once.timeout.connect(self.painted)
        self._once.timeout.connect(self.deleteLater)
        self._once.start(self.HIDDEN_MS)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._once.interval():
            self._once.start(0)
        return super().eventFilter(watched, event)


class App(QObject):
    """The program while it has a window: one group at a time, in step with all its groups."""

    # Emitted on the sync thread, received here.
    _told = Signal(object)  # NetworkStatus
    _stored = Signal()
    _sync_made = Signal(object)  # Syncing

    def __init__(
        self,
        application: QApplication,
        profile: Profile,
        preferences: Preferences,
        make_sync: MakeSync | None,
    ) -> None:
        super().__init__(application)
        self._application = application
        self._profile = profile
        self._preferences = preferences
        self._make_sync = make_sync
        self._sync: Syncing | None = None
        self._group: Group | None = None
        self._bridge: Bridge | None = None
        self.window: QWidget | None = None
        self._maker: threading.Thread | None = None
        self._status = NetworkStatus()
        # A made-up group is thrown away: nobody leaves anything with it.
        self.relay = OwnRelay(profile.directory / FOLDER_NAME, self) if make_sync else None
        if self.relay is not None:
            self.relay.changed.connect(self._follow_relay)
        self._sync_made.connect(self._begin_sync)
        self._told.connect(self._pass_on_status)
        self._stored.connect(self._pass_on_stored)
        application.aboutToQuit.connect(self.take_down)

    # -- opening ------------------------------------------------------------------------------

    def begin(self, name: str | None = None) -> None:
        """Open the group of this name, else the one that was open last, else the first run.

        Where that last one cannot be opened, another is, and the window says why.
        """
        sorry = ""
        group: Group | None = None
        if name is not None:
            group = self._profile.open_group(name)
        else:
            try:
                group = self._open_last()
            except MutualAidError as error:
                sorry = str(error)
            group = group or self._open_first()
        if group is None:
            self.welcome()
            return
        self.show_group(group)
        if sorry and isinstance(self.window, Shell):
            self.window.warn(sorry)

    def _open_last(self) -> "Group | None":
        last = self._preferences.group
        directory = self._profile.directory / "groups" / last
        return self._profile.open_directory(directory) if last and directory.is_dir() else None

    def _open_first(self) -> "Group | None":
        # Those that cannot be opened come last; where there is no other, it is said why.
        infos = self._profile.groups()
        return self._profile.open_directory(infos[0].directory) if infos else None

    def welcome(self) -> None:
        """The first run: a name, a group of one's own or an invitation."""
        from mutualaid.ui.setup.first_run import FirstRun

        window = FirstRun(self._profile)
        window.group_opened.connect(self.show_group)
        self._put_up(window)

    def show_group(self, group: "Group") -> None:
        """Put this group into the window, in place of what was there."""
        self._put_away()
        self._group = group
        self._preferences.group = group.directory.name
        bridge = Bridge(group.refresh, self)
        self._bridge = bridge
        if group.joined:
            self._show_board(group, bridge)
        else:
            self._show_waiting(group, bridge)
        bridge.start()
        bridge.status_told.emit(self._status)
        # The first picture comes first; the network, whose import alone takes a while, can wait.
        assert self.window is not None
        AfterPaint(self.window).painted.connect(self._start_network)

    def _start_network(self) -> None:
        if self._make_sync is not None and self._preferences.sync:
            self._start_sync()
        if self.relay is not None and self._preferences.relay:
            self._start_relay()

    def _show_board(self, group: "Group", bridge: Bridge) -> None:
        shell = Shell(group, self._profile, bridge, self._preferences)
        shell.relay = self.relay
        shell.action_asked.connect(self._act)
        shell.destroyed.connect(lambda _gone: group.close())
        shell.committed.connect(self._wake)
        tray = SystemTray(shell)
        tray.pressed.connect(shell.come_forward)
        Notifier(shell, group, bridge, self._preferences, tray)
        shell.show_page("board")
        self._put_up(shell)

    def _show_waiting(self, group: "Group", bridge: Bridge) -> None:
        """Until a neighbour's machine has let this one in; then the board, by itself."""
        from mutualaid.ui.setup.joining import Waiting

        waiting = Waiting(group)
        bridge.changed.connect(waiting.look)
        bridge.status_told.connect(waiting.tell_status)
        waiting.let_in.connect(lambda: self._show_board(group, bridge))
        waiting.other_asked.connect(self.welcome)
        self._put_up(waiting)

    def _put_up(self, window: QWidget) -> None:
        before, self.window = self.window, window
        window.show()
        if before is not None:
            before.close()
            before.deleteLater()

    # -- sync ---------------------------------------------------------------------------------

    def _start_sync(self) -> None:
        """Import and make the service beside the window: that alone takes a quarter second."""
        if self._make_sync is None or self._maker is not None or self._sync is not None:
            return
        make = self._make_sync

        def prepare() -> None:
            try:
                self._sync_made.emit(
                    make(self._profile, self._told.emit, self._stored.emit, self._preferences)
                )
            except MutualAidError as error:
                self._told.emit(NetworkStatus(problem=str(error)))

        self._maker = threading.Thread(target=prepare, name="prepare sync")
        self._maker.start()

    def _begin_sync(self, sync: Syncing) -> None:
        if self._maker is None:
            return  # the program is ending
        self._maker.join()
        self._maker = None
        self._sync = sync
        sync.start()

    def _stop_sync(self) -> None:
        maker, self._maker = self._maker, None
        if maker is not None:
            maker.join()
        sync, self._sync = self._sync, None
        if sync is not None:
            sync.stop()

    def _start_relay(self) -> None:
        if self.relay is not None and self._make_sync is not None:
            self.relay.start(self._preferences.relay_port)

    def _follow_relay(self) -> None:
        """This machine may have another address than when the group was told of its relay."""
        shell, relay = self.window, self.relay
        if relay is None or not isinstance(shell, Shell):
            return
        if relay.state is RelayState.FAILED:
            shell.warn(relay.problem)
        elif relay.state is RelayState.RUNNING:
            try:
                change = list_relay(shell.desk.group, relay.address, add=False)
            except MutualAidError as error:
                log.info("the relay's address could not be told: %s", error)
                return
            if change is not None:
                shell.committed_here(change)

    def restart_sync(self) -> None:
        """After its settings changed."""
        self._stop_sync()
        self._pass_on_status(NetworkStatus())
        if self._preferences.sync:
            self._start_sync()

    def _pass_on_status(self, status: NetworkStatus) -> None:
        self._status = status
        if self._bridge is not None:
            self._bridge.status_told.emit(status)

    def _pass_on_stored(self) -> None:
        if self._bridge is not None:
            self._bridge.stored.emit()

    def _wake(self) -> None:
        if self._sync is not None:
            self._sync.wake()

    # -- asking -------------------------------------------------------------------------------

    def _act(self, name: str) -> None:
        """What a page or a menu asks of the whole program."""
        shell = self.window
        if not isinstance(shell, Shell):
            return
        if name.startswith("switch:"):
            self._switch(name.removeprefix("switch:"), shell)
        elif name == "sync":
            self.restart_sync()
        elif name in DIALOGS:
            module, cls = DIALOGS[name]
            dialog = getattr(import_module(module), cls)(shell, shell.desk)
            if hasattr(dialog, "group_opened"):
                dialog.group_opened.connect(self.show_group)
            dialog.open()

    def _switch(self, name: str, shell: Shell) -> None:
        if self._group is not None and name == self._group.name:
            return
        try:
            self.show_group(self._profile.open_group(name))
        except MutualAidError as error:
            shell.warn(str(error))

    # -- closing ------------------------------------------------------------------------------

    def _put_away(self) -> None:
        """No more looks at the database; the group is closed when its window is gone."""
        bridge, self._bridge = self._bridge, None
        if bridge is not None:
            bridge.stop()
            bridge.deleteLater()
        self._group = None

    def take_down(self) -> None:
        """Before the program ends; once is enough, twice does no harm."""
        self._make_sync = None
        if self.relay is not None:
            self.relay.changed.disconnect(self._follow_relay)
            self.relay.stop()
            self.relay = None
        self._stop_sync()
        self._put_away()
        window, self.window = self.window, None
        if window is not None and shiboken6.isValid(window):
            # By hand: what Python's own collector finds at the end it destroys in any order.
            window.close()
            shiboken6.delete(window)
        self._profile.close()


def open_profile(directory: Path | None) -> Profile | None:
    """Open the profile, asking for its passphrase as often as needed; None when given up."""
    passphrase: str | None = None
    while True:
        try:
            return Profile.open(directory, passphrase=passphrase)
        except LockedError as error:
            from mutualaid.ui.trouble import ask_passphrase

            passphrase = ask_passphrase(str(error))
            if passphrase is None:
                return None


def network(
    profile: Profile,
    told: Callable[[NetworkStatus], None],
    stored: Callable[[], None],
    preferences: Preferences,
) -> Syncing:
    """The real sync service. Slow to import, so it is called on a thread of its own."""
    from mutualaid.sync.service import SyncService

    return SyncService(
        profile,
        told=told,
        stored=stored,
        peers=preferences.peers,
        advertise=preferences.announce,
    )


def _say_unexpected(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """An error of ours: into the log in full, and one sentence for the person."""
    log.error("%s", "".join(traceback.format_exception(kind, error, trace)))
    application = QApplication.instance()
    if isinstance(application, QApplication):
        for window in application.topLevelWidgets():
            if isinstance(window, Shell):
                window.warn(tr("Something went wrong inside the program. What you wrote is saved."))


def _end_on_signals(application: QApplication) -> None:
    """End in order on Ctrl+C or SIGTERM. Python sees them when a timer wakes it from Qt."""
    wake = QTimer(application)
    wake.timeout.connect(lambda: None)
    wake.start(SIGNALS_SEEN_MS)

    def end() -> None:
        if application.activeModalWidget() is None:
            application.quit()
        else:
            # What is asked or said before there is a window has a loop of its own, and only this
            # ends it.
            application.exit(0)

    def end_soon() -> None:
        # By an event: a signal may come before the loop runs, where a plain quit is lost.
        QTimer.singleShot(0, application, end)

    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(ValueError):  # not in the main thread
            signal.signal(number, lambda _number, _frame: end_soon())


def make_application(arguments: list[str]) -> QApplication:
    """The Qt application with its name, icon and theme."""
    keep_singletons()
    QApplication.setApplicationName("mutualaid")
    QApplication.setApplicationDisplayName("Mutual Aid")
    QApplication.setDesktopFileName("org.mutualaid.MutualAid")
    application = QApplication(arguments)
    application.setAttribute(Qt.ApplicationAttribute.AA_DontShowIconsInMenus)
    application.setWindowIcon(QIcon(str(ICONS.parent / "mutualaid.svg")))
    return application


def run(
    directory: Path | None = None,
    group: str | None = None,
    *,
    make_sync: MakeSync | None = network,
) -> int:
    """Open the window on a profile until it is closed; the exit code of the program."""
    application = make_application(sys.argv[:1])
    sys.excepthook = _say_unexpected
    _end_on_signals(application)
    try:
        profile = open_profile(directory)
        if profile is None:
            return 1
        # A made-up group is thrown away, and what a window keeps must not outlive it.
        preferences = Preferences(profile.directory if make_sync is not None else None)
        theme = Theme.install(application)
        theme.dress(preferences.scheme, preferences.text_scale)
        app = App(application, profile, preferences, make_sync)
        try:
            app.begin(group)
            return application.exec()
        finally:
            app.take_down()
    except MutualAidError as error:
        from mutualaid.ui.trouble import show_trouble

        show_trouble(str(error))
        return 1
