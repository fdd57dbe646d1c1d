# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Errors of the world, each a whole sentence for the person who meets it.

An error of ours (a bug) is an ordinary Python exception. An error of the world (a damaged
invitation, a full disk, a hostile frame) is a subclass of :class:`MutualAidError`; window and
command line show its text as it stands.
"""

from collections.abc import Mapping
from typing import ClassVar


class MutualAidError(Exception):
    """Something could not be done; the text says what happened, what is safe, what to do."""

    #: Stable, machine-readable name, printed as ``code`` by ``--json``.
    code: ClassVar[str] = "failed"


class BadValueError(MutualAidError):
    """A value that a person typed cannot be taken."""

    code = "bad_value"


class BadPhotoError(BadValueError):
    """A file is no picture, or not one that can be taken."""

    code = "bad_photo"


class NotFoundError(MutualAidError):
    """No record, person or group answers to the given name or code."""

    code = "not_found"


class AmbiguousError(MutualAidError):
    """More than one record begins with the given code."""

    code = "ambiguous"


class NotAllowedError(MutualAidError):
    """The record belongs to somebody else."""

    code = "not_allowed"


class AlreadyCoveredError(NotAllowedError):
    """All that is wanted is promised; somebody has to say whether one more goes, or instead."""

    code = "already_covered"

    def __init__(self, sentence: str, names: tuple[str, ...]) -> None:
        super().__init__(sentence)
        self.names = names


class InvitationError(MutualAidError):
    """An invitation is damaged, expired, used up, or for a group already joined."""

    code = "bad_invitation"


class LockedError(MutualAidError):
    """The profile's key is not available: no passphrase, a wrong one, or a locked keychain."""

    code = "locked"


class StorageError(MutualAidError):
    """The disk is full, read-only, or the database cannot be read."""

    code = "storage"


class NewerVersionError(StorageError):
    """The database was written by a newer version of the program."""

    code = "newer_version"


class DamagedError(StorageError):
    """The database or backup file is torn or not ours."""

    code = "damaged"


class BackupError(MutualAidError):
    """A backup could not be written or read."""

    code = "backup"


class ImportFileError(MutualAidError):
    """A file to import cannot be read at all; nothing was imported."""

    code = "bad_file"


class NetworkError(MutualAidError):
    """A port is in use or no network can be opened."""

    code = "network"


class ProtocolError(MutualAidError):
    """Another machine sent something that breaks the protocol; it was dropped."""

    code = "protocol"


class ExportError(MutualAidError):
    """A directory could not be written to its place; nothing half written is there."""

    code = "export"


class PlanChangedError(ExportError):
    """What may leave changed between the plan and the act."""

    code = "plan_changed"


class Stopped(MutualAidError):  # noqa: N818 - nothing went wrong
    """A person stopped long work; nothing of it is left half done. ``facts`` say how far it came,
    as ``--json`` prints it."""

    code = "stopped"

    def __init__(
        self,
        sentence: str = "Stopped. Nothing was written.",
        facts: Mapping[str, str | int] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.facts = dict(facts or {})
