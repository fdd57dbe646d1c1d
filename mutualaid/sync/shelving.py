# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""All shelves of one group, kept in step in the background of the syncing process."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Sequence
from typing import Final

from mutualaid.errors import MutualAidError
from mutualaid.model import shelf_notes
from mutualaid.model.group import Group
from mutualaid.model.shelves import FOLDER, is_local, is_shelf, shown_address
from mutualaid.model.values.shelves import ShelfRow
from mutualaid.sync import unpacking
from mutualaid.sync.filling import Pace
from mutualaid.sync.keeper import Keeper
from mutualaid.sync.shelf import Shelf, ShelfError
from mutualaid.sync.shelves import open_shelf

#: What is written is gathered for so long before it goes out.
GATHER_S: Final = 0.3
#: Waits after a shelf could not be used: doubled from the first to the last. A stick is looked
#: for more often, as that costs nothing.
FIRST_RETRY_S: Final = 1.0
LAST_RETRY_S: Final = 300.0
LAST_LOCAL_RETRY_S: Final = 4.0
#: A shelf may say so often that there is news where there is none; then it is asked less often.
SOME_IDLE: Final = 4
MOST_IDLE: Final = 10
#: How often it is looked whether the group's list of shelves changed.
LIST_EVERY_S: Final = 1.0
#: What was written just before the end is still left, if that takes no longer.
LAST_ROUND_S: Final = 3.0
#: How long one visit of the command line may take.
VISIT_S: Final = 20.0

_log = logging.getLogger(__name__)


class Shelving:
    """Keeps every shelf of a group in step; runs in the loop of the sync thread."""

    def __init__(
        self,
        group: Group,
        stored: Callable[[unpacking.Taken], None],
        changed: Callable[[], None] = lambda: None,
        *,
        opening: Callable[[str], Shelf] = open_shelf,
        pace: Pace | None = None,
    ) -> None:
        """``stored`` is called for what was taken in, ``changed`` when a shelf was found in
        another state than before."""
        self._group = group
        self._stored = stored
        self._changed = changed
        self._opening = opening
        self._pace = pace
        self._running: dict[str, asyncio.Task[None]] = {}
        self._keepers: dict[str, Keeper] = {}
        self._news: dict[str, asyncio.Event] = {}
        self._watching: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._watching = asyncio.create_task(self._watch(), name="shelves")

    async def stop(self) -> None:
        """Leave what was just written, if that is quick; let go of every shelf."""
        tasks = [*self._running.values()]
        if self._watching is not None:
            tasks.append(self._watching)
        unsaid = [each for each, news in self._news.items() if news.is_set()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        keepers = [self._keepers[each] for each in unsaid if each in self._keepers]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_ROUND_S):
                await asyncio.gather(
                    *(keeper.round() for keeper in keepers if keeper.status.reachable),
                    return_exceptions=True,
                )
        for keeper in self._keepers.values():
            await _close(keeper.shelf)
        self._running.clear()
        self._keepers.clear()

    def wake(self) -> None:
        """Something new is held here."""
        for news in self._news.values():
            news.set()

    def addresses(self) -> list[str]:
        """The shelves to keep: the group's, this machine's own, and, for a newcomer, those on the
        invitation."""
        invitation = self._group.replica.invitation
        asked = [each for each in invitation.addresses if is_shelf(each)] if invitation else []
        return [*dict.fromkeys([*self._group.shelf_addresses(), *asked])]

    async def _watch(self) -> None:
        seen = -1
        while True:
            version = self._group.replica.last_touched()
            if version != seen:
                seen = version
                try:
                    await self._follow(self.addresses())
                except Exception as error:  # noqa: BLE001 - looked at again with the next change
                    _log.info("the list of shelves could not be read: %s", error)
            await asyncio.sleep(LIST_EVERY_S)

    async def _follow(self, wanted: list[str]) -> None:
        for address in [each for each in self._running if each not in wanted]:
            task = self._running.pop(address)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self._news.pop(address, None)
            keeper = self._keepers.pop(address, None)
            if keeper is not None:
                await _close(keeper.shelf)
        for address in wanted:
            if address not in self._running:
                self._news[address] = asyncio.Event()
                self._running[address] = asyncio.create_task(
                    self._keep(address), name=f"shelf {len(self._running)}"
                )

    async def _keep(self, address: str) -> None:
        news = self._news[address]
        try:
            shelf = self._opening(address)
        except MutualAidError as error:
            self._note_unknown(address, str(error))
            return
        keeper = Keeper(
            self._group, shelf, local=is_local(address), stored=self._stored, pace=self._pace
        )
        self._keepers[address] = keeper
        # Only what an invitation named: what is removed while a round runs is not taken up again.
        asked = address not in self._group.shelf_addresses()
        wait, idle = FIRST_RETRY_S, 0
        while True:
            before = keeper.status
            news.clear()
            ok = False
            try:
                await keeper.round()
                asked = asked and not self._adopt(address)
                ok, wait = True, FIRST_RETRY_S
            except ShelfError as error:
                _log.info("a shelf could not be used: %s", error)
            except MutualAidError as error:
                _log.info("what lies on a shelf could not be kept: %s", error)
            except Exception:  # noqa: BLE001 - a fault of ours must not end all others' work
                _log.exception("a shelf could not be kept in step")
            if keeper.status != before:
                self._changed()
            idle = 0 if keeper.fresh else min(idle + 1, MOST_IDLE)
            if ok:
                await self._pause(keeper, news, idle)
            else:
                most = LAST_LOCAL_RETRY_S if address.startswith(FOLDER) else LAST_RETRY_S
                await asyncio.sleep(wait * random.uniform(0.8, 1.2))  # noqa: S311 - no secret
                wait = min(wait * 2, most)

    async def _pause(self, keeper: Keeper, news: asyncio.Event, idle: int) -> None:
        """Until something new is here, there, or due; a shelf that cries wolf is heard late."""
        rest = max(0.05, keeper.due() - asyncio.get_running_loop().time())
        here = asyncio.create_task(news.wait())
        there = asyncio.create_task(keeper.wait())
        try:
            done, _ = await asyncio.wait(
                (here, there), timeout=rest, return_when=asyncio.FIRST_COMPLETED
            )
            if there in done and there.exception() is not None:
                # Whatever is wrong, the next round says it.
                await asyncio.sleep(FIRST_RETRY_S)
            elif here in done:
                await asyncio.sleep(GATHER_S)
            elif there in done:
                await asyncio.sleep(GATHER_S * 2 ** max(0, idle - SOME_IDLE))
        finally:
            for task in (here, there):
                task.cancel()
            await asyncio.gather(here, there, return_exceptions=True)

    def _adopt(self, address: str) -> bool:
        """Keep using the folder by which this newcomer was welcomed; whether it was by this one."""
        group = self._group
        welcomed = is_local(address) and bool(group.replica.epochs())
        if welcomed and address not in group.shelf_addresses():
            group.add_shelf(address)
        return welcomed

    def _note_unknown(self, address: str, why: str) -> None:
        row = ShelfRow(shown_address(address), is_local(address), problem=why)
        with self._group.replica.write(durable=False):
            shelf_notes.note_status(self._group.replica.store.connection, row)
        self._changed()


async def _close(shelf: Shelf) -> None:
    with contextlib.suppress(MutualAidError, OSError):
        await shelf.close()


async def visit(
    group: Group,
    addresses: Sequence[str],
    *,
    seconds: float = VISIT_S,
    opening: Callable[[str], Shelf] = open_shelf,
) -> list[ShelfRow]:
    """Empty and fill these shelves once, from wherever; how each was found. Never raises for what a
    shelf does."""

    async def one(address: str) -> None:
        try:
            shelf = opening(address)
        except MutualAidError:
            return
        try:
            async with asyncio.timeout(seconds):
                await Keeper(group, shelf, local=is_local(address)).round(afresh=True)
        except (MutualAidError, TimeoutError) as error:
            _log.info("a shelf could not be visited: %s", error)
        finally:
            await _close(shelf)

    await asyncio.gather(*(one(address) for address in addresses))
    group.replica.apply_all()
    return group.shelves()
