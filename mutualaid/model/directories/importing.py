# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bringing in lists that others keep: read, held against what is here, shown, written.

What comes in is written in transactions of a few hundred records, each of them whole; if it is
stopped between two, what is written belongs to the import, and undoing that takes all of it back.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mutualaid.errors import BadValueError, Stopped
from mutualaid.model import keys, times
from mutualaid.model.content import encode_changes
from mutualaid.model.directories.undoing import Undoing
from mutualaid.model.private import Purpose, identity_of, seal_note
from mutualaid.model.queries import behalf_records
from mutualaid.model.queries import lists as queries
from mutualaid.model.records import REGISTRY, check
from mutualaid.model.values import NOTHING_CHANGED, ChangeSet
from mutualaid.model.values.directories import ImportRow

if TYPE_CHECKING:
    from mutualaid.model.directories.becoming import Called
    from mutualaid.model.directories.foreseeing import Foreseen, Work
    from mutualaid.model.directories.incoming.item import Item, Read, Sort, Wanted
    from mutualaid.model.directories.preview import Preview

#: Formats that come in, and the module of ``directories.incoming`` that reads each.
FORMATS: Final[Mapping[str, str]] = {
    "csv": "sheets",
    "xlsx": "sheets",
    "hsds": "hsds",
    "ords": "ords",
    "vcard": "vcard",
    "murmurations": "murmurations",
}
#: Records in one transaction: others who write wait no longer than that takes.
BATCH: Final = 250
#: Kinds whose records have an entry each, so that one can be forgotten without another.
_ALONE: Final = frozenset(("listed", "post"))
_REMEMBERED: Final = "mapping:"
_MOST_REMEMBERED: Final = 200

Tick = Callable[[int, int], None]


def _no_tick(_done: int, _of: int) -> None:
    pass


class Importing(Undoing):
    """What comes in from lists, and the log of it."""

    _imports_seen = 0

    def read_import(
        self,
        format: str,  # noqa: A002 - the name people expect
        path: Path,
        wanted: "Wanted | None" = None,
        tick: Tick | None = None,
        *,
        origin: str = "",
        licence: str = "",
    ) -> "Preview":
        """Read a file and say what bringing it in would do. Nothing is written.

        ``origin`` and ``licence`` go before what the file says of itself. ``tick`` is called with
        how much of how much is done; it may raise Stopped. Raises ImportFileError where nothing
        of the file can be used, BadValueError for a format that is none.
        """
        from mutualaid.model.directories.incoming.item import Wanted

        if format not in FORMATS:
            raise BadValueError(
                f"“{format[:40]}” cannot be brought in. There are: {', '.join(FORMATS)}."
            )
        asked = wanted or Wanted()
        asked = Wanted(
            asked.sort,
            asked.mapping,
            asked.tz or self.tz,
            asked.country or self.country,
            asked.remembered or self._remembered,
            asked.encoding,
        )
        step = tick or _no_tick
        digest = _digest(path, step)
        reader = import_module(f"mutualaid.model.directories.incoming.{FORMATS[format]}")
        read: Read = reader.read(path, asked, step)
        stated = origin.strip() or read.origin
        return self._preview(
            format, path, digest, read, stated, licence.strip() or read.licence, asked, step
        )

    def _preview(
        self,
        format_: str,
        path: Path,
        digest: bytes,
        read: "Read",
        stated: str,
        licence: str,
        wanted: "Wanted",
        tick: Tick,
    ) -> "Preview":
        from mutualaid.model.directories.incoming.item import Sort
        from mutualaid.model.directories.preview import Preview

        items = read.items
        out: frozenset[int] = frozenset()
        if wanted.sort is not None and not read.tables:
            out = frozenset(
                number for number, item in enumerate(items) if item.sort is not wanted.sort
            )
        called = self._called(stated, path.stem)
        found = self._foresee(format_, items, called, licence, tick, leave_out=out)
        counts = {sort: sum(item.sort is sort for item in items) for sort in Sort}
        # The group's log says whence a list came, too.
        origin = called.for_sort(Sort.PERSON if counts[Sort.PERSON] else Sort.PLACE)
        return Preview(
            format=format_,
            name=path.name,
            hash=digest,
            adds=tuple(found.adds),
            changes=tuple(found.changes),
            skips=tuple(found.skips),
            problems=(*read.problems, *found.problems),
            columns=read.columns,
            origin=origin,
            named=bool(stated),
            file=path.stem,
            licence=licence,
            sort=wanted.sort or max(Sort, key=lambda sort: counts[sort]),
            tables=read.tables,
            items=items,
            lines=read.lines or len(items),
        )

    def _foresee(
        self,
        format_: str,
        items: "Sequence[Item]",
        called: "Called",
        licence: str,
        tick: Tick,
        *,
        anyway: Collection[int] = (),
        leave_out: Collection[int] = (),
    ) -> "Foreseen":
        from mutualaid.model.directories.comparing import Here
        from mutualaid.model.directories.foreseeing import Foresight, KnownOf

        with self.replica.store.read() as db:
            return Foresight(
                Here(db),
                group=self.id,
                me=self.me,
                now=self._now(),
                format_=format_,
                called=called,
                licence=licence,
                purged=self.replica.membership().purged,
                weigh=lambda record: self._weigh(record)[0],
                known=KnownOf(
                    self._open_contacts_of_known,
                    lambda record: queries.sealed_more(db, record),
                    lambda record: queries.is_agreed(db, record),
                ),
            ).look(items, anyway=anyway, leave_out=leave_out, tick=tick)

    def _called(self, stated: str, file: str) -> "Called":
        from mutualaid.model.directories.becoming import Called

        return Called(stated, f"a list of {times.day_words(self._now(), self.tz)}", file)

    # -- writing

    def apply_import(
        self,
        preview: "Preview",
        *,
        origin: str = "",
        licence: str = "",
        anyway: Collection[int] = (),
        leave_out: Collection[int] = (),
        tick: Tick | None = None,
    ) -> ImportRow:
        """Write what a preview showed, and note it in the group's log.

        ``origin`` and ``licence`` go before those of the preview. ``anyway`` are numbers of lines
        that are probably here and are added all the same; ``leave_out`` of lines that are not to
        be brought in. It is held against what is here once more: what others wrote meanwhile is
        respected. Raises Stopped if ``tick`` does; what was written by then can be undone as a
        whole (:meth:`undo_import`), or brought in to its end by doing it again.
        """
        step = tick or _no_tick
        name = origin.strip() or preview.origin
        terms = licence.strip() or preview.licence
        shown = {line.number for line in (*preview.adds, *preview.changes)} | set(anyway)
        stated = name if preview.named or name != preview.origin else ""
        called = self._called(stated, preview.file)
        found = self._foresee(
            preview.format, preview.items, called, terms, step, anyway=anyway, leave_out=leave_out
        )
        works = [work for work in found.works if work.number in shown or name != preview.origin]
        if not works:
            raise BadValueError("There is nothing in this list that is not here already.")
        self._remember(preview)
        log = check(
            REGISTRY["import"],
            {"format": preview.format, "origin": name, "licence": terms, "hash": preview.hash},
        )
        added = changed = done = 0
        import_id: bytes | None = None
        for batch in _batches(works):
            try:
                step(done, len(works))
            except Stopped as stop:
                if import_id is None:
                    raise
                raise _stopped(self.import_row(import_id)) from stop
            with self._writing():
                if import_id is None:
                    import_id, change = self._new_record("import", log)
                    self.replica.append_content([encode_changes([(import_id, change)])])
                more, others = self._write_batch(batch, import_id)
                added, changed = added + more, changed + others
                self._edit_within(import_id, {"added": added, "changed": changed})
            done += len(batch)
        with suppress(Stopped):  # too late for that
            step(done, len(works))
        assert import_id is not None
        return self.import_row(import_id)

    def _write_batch(self, works: "Sequence[Work]", import_id: bytes) -> tuple[int, int]:
        """Write some works, inside a transaction; how many were added and how many changed."""
        here = queries.here(self._db, [work.record for work in works])
        together: list[tuple[bytes, bytes]] = []
        alone: list[tuple[bytes, bytes]] = []
        added = changed = 0
        for work in works:
            kind = work.made.kind
            out = alone if kind in _ALONE else together
            if work.nonce is not None:
                if work.record in here:
                    continue  # somebody brought it in meanwhile
                fields = {**work.made.fields, "import": import_id}
                out.append(
                    self._new_record(
                        kind, fields, nonce=work.nonce, group_owned=work.made.group_owned
                    )
                )
                added += 1
            else:
                change = self._changed(work.record, {**work.updates, "import": import_id})
                if change is not None:
                    out.append(change)
                comes_back = "_gone" in work.updates
                added, changed = added + comes_back, changed + (not comes_back)
            if work.sealed:
                alone += self._sealed_beside(work)
        if together:
            self._write_changes(together)
        if alone:
            self.replica.append_content([encode_changes([each]) for each in alone])
        return added, changed

    def _sealed_beside(self, work: "Work") -> Iterator[tuple[bytes, bytes]]:
        """The contacts of whom a post is for, or of somebody who is known of with all that the
        list says of them beside, for me and the stewards alone."""
        contacts = work.made.contacts
        if work.made.kind == "post":
            said = "; ".join(
                each.value if each.kind == "phone" else f"{each.kind} {each.value}"
                for each in contacts
            )
            body: list[object] = [work.record, said[:200], False, b""]
            yield self._sealed(Purpose.BEHALF, body)
        else:
            self._purge(queries.sealed_about(self._db, work.record, self.me))
            pairs = [[str(each.kind), each.value] for each in contacts]
            more = [[name, value] for name, value in work.made.beside.items()]
            yield self._sealed(Purpose.KNOWN, [work.record, pairs, more])

    def _sealed(self, purpose: Purpose, body: Sequence[object]) -> tuple[bytes, bytes]:
        identity = identity_of(self.id, self.me)
        fields = seal_note(identity, purpose, body, self._confidants())
        return self._new_record(identity.kind, fields, nonce=identity.nonce)

    def drop_doubles(self) -> ChangeSet:
        """Forget posts of mine that somebody else, apart from me, brought in from the same list:
        places, repairs and people are one record then, but each post belongs to who posted it.
        Both machines come to the same; see ``queries.lists.doubled_posts``. Looks only when an
        import came that this machine has not seen.
        """
        count = queries.count_imports(self._db)
        if count == self._imports_seen or not self.joined:
            return NOTHING_CHANGED
        self._imports_seen = count
        if not queries.doubled_posts(self._db, self.me):
            return NOTHING_CHANGED
        with self._writing() as result:
            doubled = queries.doubled_posts(self._db, self.me)
            beside = [
                found[0] for each in doubled for found in behalf_records(self._db, self.me, each)
            ]
            self._purge([*beside, *doubled])
        return result[0]

    # -- the log

    def imports(self, limit: int = 200) -> list[ImportRow]:
        """The imports of the group, the newest first."""
        return queries.imports(self._db, self.me, limit=limit)

    def import_row(self, import_: bytes) -> ImportRow:
        """One import; raises NotFoundError."""
        return queries.import_row(self._db, self.me, import_)

    # -- how a table was read

    def _remembered(self, header: Sequence[str]) -> "tuple[Sort, Mapping[str, str]] | None":
        import json

        from mutualaid.model.directories.incoming.item import Sort

        packed = self.replica.store.meta(_remembered_as(header))
        if packed is None:
            return None
        try:
            sort, mapping = json.loads(packed)
            return Sort(sort), {str(name): str(target) for name, target in mapping.items()}
        except (ValueError, TypeError, AttributeError):
            return None

    def _remember(self, preview: "Preview") -> None:
        """Keep on this machine how the tables of this file were read."""
        import json

        if not preview.tables:
            return
        store = self.replica.store
        with self.replica.write(durable=False):
            for table in preview.tables:
                packed = json.dumps([str(table.sort), dict(table.columns)], ensure_ascii=False)
                store.set_meta(_remembered_as(tuple(table.columns)), packed)
            store.connection.execute(
                "DELETE FROM meta WHERE key IN (SELECT key FROM meta WHERE key LIKE ?"
                " ORDER BY key LIMIT -1 OFFSET ?)",
                (f"{_REMEMBERED}%", _MOST_REMEMBERED),
            )


def _remembered_as(header: Sequence[str]) -> str:
    said = "\x1f".join(sorted(name.casefold() for name in header))
    return _REMEMBERED + keys.blake2b(said.encode(), size=16).hex()


def _batches(works: "Sequence[Work]") -> "Iterator[Sequence[Work]]":
    for at in range(0, len(works), BATCH):
        yield works[at : at + BATCH]


def _stopped(row: ImportRow) -> Stopped:
    return Stopped(
        f"Stopped. {row.added:,} records were added and {row.changed:,} changed before that; they"
        f" stand in the list of imports as {row.code}, where one undo takes them back. Bringing the"
        " same file in again goes on where it stopped.",
        {"import": row.code, "added": row.added, "changed": row.changed},
    )


def _digest(path: Path, tick: Tick) -> bytes:
    """BLAKE2b-256 of a file, or over the names and contents of those in a folder."""
    import hashlib

    digest = hashlib.blake2b(digest_size=32)
    try:
        folder = path.is_dir()
        for each in sorted(path.iterdir()) if folder else [path]:
            if not each.is_file():
                continue
            if folder:
                digest.update(each.name.encode("utf-8", "surrogateescape") + b"\0")
            with each.open("rb") as file:
                while chunk := file.read(1024 * 1024):
                    digest.update(chunk)
                    tick(0, 1)
    except OSError as error:
        from mutualaid.errors import ImportFileError

        raise ImportFileError(
            f"The file {path} cannot be read: {error.strerror}. Nothing was imported."
        ) from error
    return digest.digest()
