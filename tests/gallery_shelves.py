# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures of shelves: some that are well and some that are not, and this machine as a relay."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mutualaid.model.values.shelves import ShelfRow

if TYPE_CHECKING:
    from mutualaid.ui.shell import Shell
    from tests.gallery import Gallery

MIB = 1024 * 1024
KEY = "3pnr6fq2m7k4zj5xw2v7c6d4tq3bh5ykle2s7ua6gofi4rnx5d2q"


def rows(now: int) -> list[ShelfRow]:
    """A relay that is well, a stick that is not there, a relay that lost something."""
    heard = now - 3 * 60_000
    well = ShelfRow(
        f"relay:relay.example.org:47471/{KEY}",
        False,
        reachable=True,
        held=214,
        bytes=3 * MIB,
        last_heard=heard,
    )
    stick = ShelfRow(
        "folder:/media/ana/STICK/mutualaid",
        True,
        held=88,
        bytes=MIB,
        waiting=12,
        last_heard=now - 26 * 3_600_000,
        problem="The folder /media/ana/STICK/mutualaid is not there. Plug the stick in; what is"
        " written here is kept until then.",
    )
    lost = replace(
        well,
        address="webdav://cloud.example.org/remote.php/dav/files/street",
        local=True,
        waiting=1,
        missing=4,
        unread=2,
        notice="31 parcels were gone from it; this machine put them there again.",
        noticed=heard,
    )
    return [well, stick, lost]


def show(gallery: "Gallery", shell: "Shell") -> None:
    """The shelves on their page, from the top and from the end; none at all; a relay of one's own
    that runs, and one whose port is taken."""
    from PySide6.QtCore import QTimer

    from mutualaid.model.group import Group
    from mutualaid.ui.own_relay import OwnRelay, RelayState
    from mutualaid.ui.setup.machines import MachinesPage
    from mutualaid.ui.words import now_ms

    shell.relay = OwnRelay(Path("relay"), shell)
    # The page is made anew, with a relay.
    shell._pages.pop("machines", None)
    page = shell.page_named("machines")
    assert isinstance(page, MachinesPage)
    told = Group.shelves

    def put(
        found: list[ShelfRow], state: RelayState, address: str, problem: str, down: int
    ) -> Callable[[], object]:
        def put_up() -> object:
            Group.shelves = lambda _self: found  # type: ignore[method-assign]
            assert shell.relay is not None
            shell.relay._set(state, address, problem)
            shell.show_page("machines")
            page.show_shelves()
            page.shelves.refresh()
            page.on_change(page.group.refresh())
            gallery.settle()
            # Once the window has its size.
            QTimer.singleShot(20, lambda: page.shelves.verticalScrollBar().setValue(down))
            return shell

        return put_up

    taken = "Port 47471 is taken by another program on this computer, so this machine is no relay"
    try:
        some = rows(now_ms())
        relay = f"relay:192.168.1.20:47471/{KEY}"
        gallery.four_ways("shelves", put(some, RelayState.OFF, "", "", 0))
        gallery.four_ways("shelves-end", put(some, RelayState.RUNNING, relay, "", 10_000))
        gallery.four_ways("shelves-none", put([], RelayState.FAILED, "", f"{taken} now.", 0))
    finally:
        Group.shelves = told  # type: ignore[method-assign]
        shell.relay._set(RelayState.OFF)
