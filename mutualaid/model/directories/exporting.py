# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Commands that let a directory leave: plan, log, write.

Nothing leaves without an entry in the group's log. It is written before what was made, in a
folder aside, is moved to its place; where that fails, the entry says so.
"""

import contextlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mutualaid.errors import BadValueError, NotAllowedError, PlanChangedError
from mutualaid.model import keys
from mutualaid.model.content import Identity
from mutualaid.model.directories.consenting import Consenting
from mutualaid.model.reading import NONCE_SIZE
from mutualaid.model.values import Audience, Millis, Scalar
from mutualaid.model.values.directories import ExportRow
from mutualaid.model.values.time import DAY_MS

if TYPE_CHECKING:
    # All this is read when something is to leave, not when the window opens.
    from mutualaid.model.directories.formats.format import File, Format
    from mutualaid.model.directories.gathering import Gathered
    from mutualaid.model.directories.ledger import Progress
    from mutualaid.model.directories.photographs import Album
    from mutualaid.model.directories.planning import Plan, Steps
    from mutualaid.model.directories.writing import Aside, Written

EXPORT_DAYS: Final = 90
MOST_DAYS: Final = 366
#: Whom an export can be for.
AUDIENCES: Final = (Audience.GROUP, Audience.LINKED, Audience.PRINT, Audience.PUBLIC)


class Exporting(Consenting):
    """What leaves, and the log of it."""

    def may_export(self, audience: Audience) -> bool:
        """Whether I may write a directory for them: a copy for members any member, all else an
        organizer, which today is a steward."""
        if audience not in AUDIENCES or not self.joined:
            return False
        return audience is Audience.GROUP or self.replica.membership().is_steward(self.me)

    def plan_directory(
        self,
        formats: Sequence[str],
        audience: Audience,
        *,
        ends: int | None = None,
        leave_out: Collection[bytes] = (),
        tick: "Progress | None" = None,
    ) -> "Plan":
        """What would leave, what stays and why; nothing is written.

        ``ends`` is a time in ms, by default in 90 days. ``formats`` may be empty for what is made
        elsewhere, such as paper. Raises BadValueError for an odd audience, end or format; whoever
        may not write it (:meth:`may_export`) may still look at the plan.
        """
        from mutualaid.model.directories.formats import format_named

        audience = Audience(audience)
        if audience not in AUDIENCES:
            raise BadValueError(
                f"A directory cannot be for “{audience}”. It can be for: {', '.join(AUDIENCES)}."
            )
        names = tuple(dict.fromkeys(formats))
        chosen = [format_named(name) for name in names]
        if "automerge" in names and audience is not Audience.GROUP:
            raise BadValueError(
                "A copy of the whole group holds what is for members only. Choose the audience"
                " “group”, and keep the copy to yourself."
            )
        now = self._now()
        until = now + EXPORT_DAYS * DAY_MS if ends is None else ends
        if not now < until <= now + MOST_DAYS * DAY_MS:
            raise BadValueError(f"An export can last from 1 to {MOST_DAYS} days.")
        return self._plan(chosen, audience, until, frozenset(leave_out), tick or _no_progress)

    def _plan(
        self,
        formats: "Sequence[Format]",
        audience: Audience,
        ends: int,
        leave_out: frozenset[bytes],
        tick: "Progress",
    ) -> "Plan":
        from mutualaid.model.directories import planning
        from mutualaid.model.directories.photographs import Album

        album = Album(self._db)
        reading = self.replica.store.read()
        with contextlib.nullcontext() if self._db.in_transaction else reading:
            seen = self.replica.last_touched()
            found = self._gather(audience, ends, leave_out, album, tick)
        if not any(format_.cancels for format_ in formats):
            found = replace(found, directory=replace(found.directory, called_off=()))
        kept = [planning.keep(found, format_) for format_ in formats]
        by_format = {each.format.name: each.directory for each in kept} or {"": found.directory}
        return planning.Plan(
            audience=audience,
            formats=tuple(each.name for each in formats),
            ends=ends,
            directory=found.directory,
            lines=tuple(planning.lines(list(by_format.values()), found.directory)),
            held=(*found.held, *(held for each in kept for held in each.held)),
            losses=tuple(loss for each in kept for loss in each.losses),
            by_format=by_format,
            members=found.members,
            leave_out=leave_out,
            album=album,
            seen=seen,
        )

    def _gather(
        self,
        audience: Audience,
        ends: int,
        leave_out: frozenset[bytes],
        album: "Album",
        tick: "Progress",
    ) -> "Gathered":
        from mutualaid.model.directories import gathering
        from mutualaid.model.directories.ledger import Asked

        now = self._now()
        asked = Asked(
            group=self.id,
            me=self.me,
            audience=audience,
            now=now,
            ends=ends,
            leave_out=leave_out,
            as_of=gathering.as_of(self._others(), self.replica.last_heard(), now),
        )
        return gathering.gather(self._db, self.replica.membership(), asked, album, tick)

    # -- writing

    def write_directory(
        self, plan: "Plan", dest: Path, *, tick: "Progress | None" = None
    ) -> "Written":
        """Write what was planned to its place, all of it or nothing.

        One format of a single file: ``dest`` is the file, and its manifest stands beside it. Else
        ``dest`` is a new folder; of several formats each has a folder or file of its own in it.
        Raises NotAllowedError for who may not, PlanChangedError where what may leave changed
        since, ExportError where the disk refuses.
        """
        from mutualaid.model.directories import manifest, planning, writing

        self.need_leave(plan)
        if not plan.formats:
            raise BadValueError("Choose at least one format.")
        dest = Path(dest).absolute()
        formats = [
            writing.format_for(name, dest, alone=len(plan.formats) == 1) for name in plan.formats
        ]
        folder = len(formats) > 1 or not formats[0].suffix
        plan.album.use(self._db)
        self._need_same(plan)
        steps = planning.Steps(plan, tick or _no_progress)
        with writing.explained(dest):
            writing.check_place(dest, folder=folder)
            with writing.Aside(dest, folder, shut=_is_inner(plan)) as aside:
                for format_ in formats:
                    steps.start(format_.name)
                    for file in self._files(format_, plan, steps):
                        aside.add(writing.in_place(file, format_, alone=len(formats) == 1))
                if not folder and len(aside.files) != 1:
                    raise ValueError(f"{formats[0].name} makes one file")
                nonce = keys.random(NONCE_SIZE)
                export = Identity(self.id, self.me, nonce, "export").record_id
                counts = planning.counts(plan)
                aside.put_manifest(
                    manifest.make(
                        plan.directory,
                        plan.formats,
                        counts,
                        aside.files,
                        export,
                        self.replica.device,
                    )
                )
                steps.end()
                self._log(plan, plan.formats, writing.digest_of(aside.files), nonce)
                self._move(aside, dest, export)
                return writing.Written(
                    dest, tuple(aside.files), sum(each.size for each in aside.files), export
                )

    def write_made(self, plan: "Plan", dest: Path, data: bytes, what: str) -> "Written":
        """Put one file that was made elsewhere of the plan's directory in its place, logged as
        ``what`` ("print:board")."""
        from mutualaid.model.directories import writing
        from mutualaid.model.directories.formats.format import File

        self.need_leave(plan)
        dest = Path(dest).absolute()
        self._need_same(plan)
        with writing.explained(dest):
            writing.check_place(dest, folder=False)
            with writing.Aside(dest, folder=False, shut=_is_inner(plan)) as aside:
                aside.add(File("made", (data,)))
                aside.sync()
                files = (aside.files[0]._replace(path=what),)
                nonce = keys.random(NONCE_SIZE)
                export = self._log(plan, (what,), writing.digest_of(files), nonce)
                self._move(aside, dest, export)
        return writing.Written(dest, files, len(data), export)

    def log_made(self, plan: "Plan", digest: bytes, what: str) -> bytes:
        """Log what leaves without a file, such as what goes to a printer, before it does; return
        the id of the entry. ``digest`` is BLAKE2b-256 of what is sent."""
        self.need_leave(plan)
        self._need_same(plan)
        return self._log(plan, (what,), digest, keys.random(NONCE_SIZE))

    def exports(self, limit: int | None = 200) -> list[ExportRow]:
        """The log of exports, by everybody, the latest first."""
        from mutualaid.model.directories import logged

        return logged.exports(self._db, self.me, self._now(), limit)

    def signer_of_export(self, device: bytes) -> str:
        """Whose key signed a manifest: "member" of a machine that belongs, "former" of one that
        did, "stranger"."""
        membership = self.replica.membership()
        if membership.is_current(device):
            return "member"
        return "former" if device in membership.devices else "stranger"

    def need_leave(self, plan: "Plan") -> None:
        """Raise NotAllowedError unless I may write this (see :meth:`may_export`)."""
        if not self.may_export(plan.audience):
            if not self.joined:
                raise NotAllowedError(
                    "You can write a directory as soon as a neighbour's machine has let you in."
                    " Nothing was written."
                )
            raise NotAllowedError(
                f"A directory for “{plan.audience}” can be written by a steward only. Nothing was"
                " written. Ask one of them, or choose the audience “group” for a copy of your own."
            )

    def _need_same(self, plan: "Plan") -> None:
        """Raise PlanChangedError unless just what was planned may still leave."""
        from mutualaid.model.directories import planning
        from mutualaid.model.directories.formats import format_named

        if self.replica.last_touched() == plan.seen:
            return
        formats = [format_named(name) for name in plan.formats]
        now = self._plan(formats, plan.audience, plan.ends, plan.leave_out, _no_progress)
        if not planning.same(now.directory, plan.directory):
            raise PlanChangedError(
                "What may leave has changed since the list was made. Nothing was written. Look at"
                " the list again, and then write it."
            )

    def _files(self, format_: "Format", plan: "Plan", steps: "Steps") -> "Iterator[File]":
        from mutualaid.model.directories.formats import automerge

        if format_.name == automerge.FORMAT.name:
            return automerge.copy(self, steps.step)
        return format_.files(plan.by_format[format_.name], steps.step)

    def _log(self, plan: "Plan", formats: Sequence[str], digest: bytes, nonce: bytes) -> bytes:
        """Write the entry in the group's log; returns its id."""
        from mutualaid.model.directories import packing, planning

        counts = planning.counts(plan)
        persons, posts = planning.whom(plan)
        parts = packing.pack(persons, posts)
        fields: dict[str, Scalar] = {
            "audience": str(plan.audience),
            "formats": ",".join(formats),
            **counts,
            "ends": Millis(plan.ends),
            "hash": digest,
            "who": parts[0],
        }
        with self._writing():
            self._need_same(plan)
            export = self._create_within("export", fields, nonce=nonce)
            for part in parts[1:]:
                self._create_within("export", {"of": export, "who": part})
        return export

    def _move(self, aside: "Aside", dest: Path, export: bytes) -> None:
        """Move it to its place; where that fails, the log says so."""
        from mutualaid.model.directories import writing

        try:
            aside.move()
        except OSError as error:
            self._edit(export, {"failed": True}, kind="export")
            raise writing.refused(dest, error) from error


def _is_inner(plan: "Plan") -> bool:
    """Whether it is for members alone, and so for nobody else on this computer either."""
    return plan.audience in (Audience.GROUP, Audience.LINKED)


def _no_progress(_done: int, _total: int) -> None:
    pass
