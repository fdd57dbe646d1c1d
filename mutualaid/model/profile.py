# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A profile: a folder with a vault and one database for each group, that share nothing.

Folders are named at random, so that neither a group's name nor its id stands on the disk in the
clear. Several processes may use one profile at once; one of them at a time syncs.
"""

import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from mutualaid import paths
from mutualaid.errors import (
    AmbiguousError,
    InvitationError,
    MutualAidError,
    NotFoundError,
)
from mutualaid.model import keys
from mutualaid.model.group import Group
from mutualaid.model.invitation import Invitation, parse_invitation
from mutualaid.model.replica import Replica
from mutualaid.model.statements import now_ms
from mutualaid.model.store import Store
from mutualaid.model.vault import Vault, open_vault

if TYPE_CHECKING:
    from filelock import BaseFileLock

GROUPS: Final = "groups"
DATABASE: Final = "group.db"
SYNC_LOCK: Final = "sync.lock"
#: Stands beside a database while its group is being made.
UNFINISHED: Final = "unfinished"
#: After this long nobody is making it any more.
LEFT_BEHIND_S: Final = 24 * 60 * 60


class GroupState(StrEnum):
    MEMBER = "member"
    JOINING = "joining"
    #: Its database cannot be opened; the others of the profile are none the worse.
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class GroupInfo:
    """A group of a profile, without opening more than it takes to name it."""

    name: str
    directory: Path
    state: GroupState
    id: bytes
    #: Why it is BROKEN, in a sentence.
    problem: str = ""


class Profile:
    """An open profile. Groups opened from it stay open until each is closed."""

    def __init__(self, directory: Path, vault: Vault, *, clock: Callable[[], int] = now_ms) -> None:
        self.directory = directory
        self.vault = vault
        self.clock = clock

    @classmethod
    def open(
        cls,
        directory: Path | None = None,
        *,
        environ: Mapping[str, str] | None = None,
        passphrase: str | None = None,
        clock: Callable[[], int] = now_ms,
    ) -> Self:
        """Open a profile, made if it is missing; raises LockedError, StorageError, DamagedError."""
        environ = os.environ if environ is None else environ
        directory = directory or paths.profile_directory(environ)
        vault = open_vault(directory, environ=environ, passphrase=passphrase)
        return cls(directory, vault, clock=clock)

    def close(self) -> None:
        """Nothing stays open here; for use as a context manager."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # -- groups

    def directories(self) -> list[Path]:
        """The folders of this profile's groups."""
        home = self.directory / GROUPS
        if not home.is_dir():
            return []
        return sorted(
            each
            for each in home.iterdir()
            if (each / DATABASE).is_file() and not (each / UNFINISHED).exists()
        )

    def new_directory(self) -> Path:
        """A folder for a group that is being made: no group until :meth:`finish`, so that a
        program that ends half-way leaves nothing that looks like one."""
        home = self.directory / GROUPS
        for left in home.glob(f"*/{UNFINISHED}"):
            if time.time() - left.stat().st_mtime > LEFT_BEHIND_S:
                shutil.rmtree(left.parent, ignore_errors=True)
        directory = home / keys.random(8).hex()
        paths.make_private_directory(directory)
        (directory / UNFINISHED).touch()
        return directory

    def finish(self, directory: Path) -> None:
        """The group in this folder is whole."""
        (directory / UNFINISHED).unlink()

    def groups(self) -> list[GroupInfo]:
        """Every group of this profile; what cannot be opened is BROKEN and has no name."""
        found: list[GroupInfo] = []
        for directory in self.directories():
            try:
                with self.open_directory(directory) as group:
                    state = GroupState.MEMBER if group.joined else GroupState.JOINING
                    found.append(GroupInfo(group.name, directory, state, group.id))
            except MutualAidError as error:
                found.append(GroupInfo("", directory, GroupState.BROKEN, b"", str(error)))
        return sorted(
            found, key=lambda each: (each.state is GroupState.BROKEN, each.name.casefold())
        )

    def store(self, directory: Path) -> Store:
        """The database in a group's folder, opened with its own key."""
        key = self.vault.subkey(f"group/{directory.name}")
        unfinished = (directory / UNFINISHED).exists()
        return Store(directory / DATABASE, key, create=unfinished)

    def open_directory(self, directory: Path) -> Group:
        """Open the group in this folder."""
        store = self.store(directory)
        try:
            group = Group(Replica(store, clock=self.clock))
            if not store.views_are_current:
                group.rebuild()
        except BaseException:
            store.close()
            raise
        group.warning = self.vault.warning
        return group

    def open_group(self, name: str | None = None) -> Group:
        """Open the group of this name, or the only one."""
        directories = self.directories()
        if not directories:
            raise NotFoundError(
                "There is no group in this profile yet. Start one, or join one with an invitation."
            )
        if name is None and len(directories) == 1:
            return self.open_directory(directories[0])
        infos = [each for each in self.groups() if each.state is not GroupState.BROKEN]
        if not infos:
            return self.open_directory(directories[0])  # raises what is wrong with it
        wanted = (name or "").strip().casefold()
        matching = [each for each in infos if name is None or each.name.casefold() == wanted]
        if not matching:
            names = ", ".join(each.name for each in infos)
            raise NotFoundError(f"There is no group {name!r} in this profile. There is: {names}.")
        if len(matching) > 1:
            names = ", ".join(each.name for each in matching)
            raise AmbiguousError(
                f"This profile has several groups: {names}. Say which one with --group."
            )
        return self.open_directory(matching[0].directory)

    def start(self, name: str, me: str, *, country: str = "", tz: str = "") -> Group:
        """Begin a group on this machine."""
        return self._make(
            lambda store: Group.start(store, name, me, country=country, tz=tz, clock=self.clock)
        )

    def join(self, invitation: Invitation | str, me: str) -> Group:
        """Begin to join a group; it goes on whenever a member's machine is near.

        Asking again with an invitation for a group that is still waited on takes the new one.
        """
        if isinstance(invitation, str):
            invitation = parse_invitation(invitation)
        for info in self.groups():
            if info.id != invitation.group:
                continue
            if info.state is GroupState.MEMBER:
                raise InvitationError(
                    f"You already belong to {info.name} on this machine. Nothing was changed."
                )
            group = self.open_directory(info.directory)
            group.take_invitation(invitation)
            return group
        asked = invitation
        return self._make(lambda store: Group.join(store, asked, me, clock=self.clock))

    def _make(self, begin: Callable[[Store], Group]) -> Group:
        """A new folder with a new database; gone again if beginning fails."""
        directory = self.new_directory()
        try:
            store = self.store(directory)
            try:
                group = begin(store)
                self.finish(directory)
            except BaseException:
                store.close()
                raise
        except BaseException:
            shutil.rmtree(directory, ignore_errors=True)
            raise
        group.warning = self.vault.warning
        return group

    def leave(self, directory: Path) -> None:
        """Delete a group from this machine; others keep what was written."""
        shutil.rmtree(directory)

    # -- one process at a time syncs

    def sync_lock(self) -> "BaseFileLock":
        """The lock that the process which syncs this profile holds."""
        import filelock  # only now: it takes a while, and the window opens without it

        return filelock.FileLock(str(self.directory / SYNC_LOCK), timeout=0)
