# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""This machine as a relay for its group, as long as the window is open.

The relay runs on a thread named ``relay``, so it ends with the program however that ends.
"""

import contextlib
import threading
from enum import Enum, auto, unique
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from mutualaid.errors import MutualAidError, NetworkError
from mutualaid.model.group import Group
from mutualaid.model.shelves import RELAY
from mutualaid.model.values import NOTHING_CHANGED, ChangeSet
from mutualaid.ui.bridge import merged
from mutualaid.ui.words import tr

if TYPE_CHECKING:
    import asyncio

#: Where the relay listens; ``127.0.0.1`` in tests.
EVERYWHERE: Final = "0.0.0.0"  # noqa: S104 - neighbours' machines are to reach it
#: The relay's folder in the profile.
FOLDER_NAME: Final = "relay"
#: MiB that all parcels together may occupy: it is somebody's own computer.
DISK_MIB: Final = 2048
CONNECTIONS: Final = 256
STOP_S: Final = 10.0


@unique
class RelayState(Enum):
    OFF = auto()
    STARTING = auto()
    RUNNING = auto()
    FAILED = auto()


class OwnRelay(QObject):
    """Starts and stops the relay. ``changed`` whenever ``state`` did, in the main thread."""

    changed = Signal()
    _told = Signal(int, str, str)

    def __init__(
        self, directory: Path, parent: QObject | None = None, *, host: str = EVERYWHERE
    ) -> None:
        """*directory* holds the relay's key and its parcels; it is made when first needed."""
        super().__init__(parent)
        self.directory = directory
        self.state = RelayState.OFF
        #: How members reach it; "" while it does not run.
        self.address = ""
        #: Why it does not run, in a sentence; "" otherwise.
        self.problem = ""
        self._host = host
        self._run_number = 0
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._begun = threading.Event()
        self._told.connect(self._hear)

    @property
    def is_wanted(self) -> bool:
        """Whether it runs, or is about to."""
        return self.state in (RelayState.STARTING, RelayState.RUNNING)

    def start(self, port: int) -> None:
        """Begin to be a relay at this port; what comes of it is told by ``changed``."""
        if self._thread is not None:
            return
        self._run_number += 1
        self._begun.clear()
        self._set(RelayState.STARTING)
        self._thread = threading.Thread(
            target=self._run, args=(self._run_number, port), name="relay"
        )
        self._thread.start()

    def stop(self) -> None:
        """Be a relay no more; returns when what came is kept. The parcels stay in the folder."""
        self._end()
        self._set(RelayState.OFF)

    def _end(self) -> None:
        thread, self._thread = self._thread, None
        self._run_number += 1  # what it still says is not heard
        if thread is None:
            return
        self._begun.wait(STOP_S)
        loop, stopping = self._loop, self._stopping
        if loop is not None and stopping is not None:
            with contextlib.suppress(RuntimeError):  # it ended by itself
                loop.call_soon_threadsafe(stopping.set)
        thread.join(STOP_S)

    def _set(self, state: RelayState, address: str = "", problem: str = "") -> None:
        self.state, self.address, self.problem = state, address, problem
        self.changed.emit()

    def _hear(self, run_number: int, address: str, problem: str) -> None:
        if run_number != self._run_number:
            return
        if problem:
            self._end()
            self._set(RelayState.FAILED, problem=problem)
        else:
            self._set(RelayState.RUNNING, address)

    # -- in the relay's thread ----------------------------------------------------------------

    def _run(self, run_number: int, port: int) -> None:
        import asyncio  # here, because few windows are relays

        problem = ""
        try:
            asyncio.run(self._serve(run_number, port))
        except NetworkError:
            problem = tr(
                "Port {port} is taken by another program on this computer, so this machine is no "
                "relay now. Nothing is lost. Choose another port and switch it on again.",
                port=port,
            )
        except (MutualAidError, OSError):
            problem = tr(
                "The relay's folder {folder} cannot be used, perhaps because another window on "
                "this computer is the relay already. Nothing is lost.",
                folder=self.directory,
            )
        except Exception:
            self._begun.set()
            self._tell(run_number, "", tr("Something went wrong inside the relay. It was stopped."))
            raise
        self._begun.set()
        if problem:
            self._tell(run_number, "", problem)

    def _tell(self, run_number: int, address: str, problem: str) -> None:
        with contextlib.suppress(RuntimeError):  # the window is gone
            self._told.emit(run_number, address, problem)

    async def _serve(self, run_number: int, port: int) -> None:
        import asyncio

        from mutualaid.sync.addresses import Address
        from mutualaid.sync.relay.limits import MIB, Limits
        from mutualaid.sync.relay.running import own_host
        from mutualaid.sync.relay.server import Relay

        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        self._begun.set()
        relay = Relay(
            self.directory,
            Limits(disk_bytes=DISK_MIB * MIB, connections=CONNECTIONS),
        )
        await relay.start(Address(self._host, port))
        try:
            host = own_host() if self._host == EVERYWHERE else self._host
            self._tell(run_number, str(relay.address(host)), "")
            await self._stopping.wait()
        finally:
            await relay.stop()


def list_relay(group: Group, address: str, *, add: bool) -> ChangeSet | None:
    """Have the group's list of shelves name this machine's relay by the address it has now.

    Without ``add`` only where the list names it by another address; None if nothing was to do.
    Raises a MutualAidError where the list cannot be changed.
    """
    former = listed_relays(group, address)
    if address in former and len(former) == 1:
        return None
    if not former and not add:
        return None
    change = NOTHING_CHANGED
    for each in former:
        if each != address:
            change = merged(change, group.remove_shelf(each))
    return change if address in former else merged(change, group.add_shelf(address))


def listed_relays(group: Group, address: str) -> list[str]:
    """The addresses in the group's list that have the key of this one."""
    key = address.rpartition("/")[2]
    return [
        each
        for each in group.shelf_addresses()
        if each.startswith(RELAY) and each.partition("#")[0].rpartition("/")[2] == key
    ]
