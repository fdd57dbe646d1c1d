# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking an import back: what it added goes, what it changed is as it was before.

What somebody else has built on stays, and what was changed since stays as it is now; both are
said. It follows from the records alone, so it works after a restart, and goes on where it was
stopped.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from mutualaid.errors import NotAllowedError
from mutualaid.model import crdt, keys
from mutualaid.model.content import GONE
from mutualaid.model.directories.knowing import Knowing
from mutualaid.model.queries import behalf_records
from mutualaid.model.queries import lists as queries
from mutualaid.model.queries.lists import Brought
from mutualaid.model.values import ChangeSet, Scalar

if TYPE_CHECKING:
    from mutualaid.model.apply import Weighed
    from mutualaid.model.change import Change
    from mutualaid.model.directories.incoming.item import Sort
    from mutualaid.model.directories.preview import FieldChange, UndoPreview

#: Records in one transaction.
BATCH: Final = 250

Tick = Callable[[int, int], None]


class _Fate(NamedTuple):
    """What becomes of one record: it goes (no ``updates``), is put back, or stays (``why``)."""

    record: Brought
    updates: Mapping[str, Scalar] | None
    why: str
    fields: "tuple[FieldChange, ...]" = ()


class Undoing(Knowing):
    """Imports, taken back."""

    def plan_undo(self, import_: bytes, tick: Tick | None = None) -> "UndoPreview":
        """What :meth:`undo_import` would take away, put back and leave. Nothing is written."""
        from mutualaid.model.directories.preview import PreviewLine, UndoPreview

        row = queries.import_row(self._db, self.me, import_)
        removes: list[PreviewLine] = []
        restores: list[PreviewLine] = []
        keeps: list[PreviewLine] = []
        brought = queries.brought(self._db, import_)
        for number, each in enumerate(brought):
            if tick is not None and number % 100 == 0:
                tick(number, len(brought))
            fate = self._fate(each, import_)
            title = queries.title_of(self._db, each.kind, each.number)
            line = PreviewLine(
                number, _sort_of(each.kind), "", title, fate.why, None, fate.fields, each.id
            )
            if fate.updates is not None:
                restores.append(line)
            else:
                (keeps if fate.why else removes).append(line)
        lost = row.added + row.changed - len(brought)
        if lost > 0 and not row.undone:
            said = (
                f"{lost:,} more records were changed by a later import, or forgotten. They are left"
                " as they are."
            )
            keeps.append(PreviewLine(len(brought), _sort_of("listed"), "", "", said))
        return UndoPreview(tuple(removes), tuple(restores), tuple(keeps))

    def undo_import(self, import_: bytes, tick: Tick | None = None) -> ChangeSet:
        """Take an import back as a whole; see :meth:`plan_undo` for what that means line by line.

        What it added is forgotten: by a steward on every machine; otherwise places, repairs and
        people who are known of are taken off the lists. ``tick`` may raise Stopped between two
        transactions; doing it again goes on from there. Raises NotFoundError, and NotAllowedError
        for somebody who did not bring it in.
        """
        row = queries.import_row(self._db, self.me, import_)
        if not row.mine:
            raise NotAllowedError(
                f"Only {row.who or 'who brought it in'} can take this import back."
            )
        brought = queries.brought(self._db, import_)
        for at in range(0, len(brought), BATCH):
            if tick is not None:
                tick(at, len(brought))
            with self._writing():
                self._undo_some(brought[at : at + BATCH], import_)
        if tick is not None:
            tick(len(brought), len(brought))
        with self._writing() as result:
            self._edit_within(import_, {"undone": True}, kind="import")
        return ChangeSet(everything=True, members=result[0].members)

    def _undo_some(self, brought: Sequence[Brought], import_: bytes) -> None:
        steward = self.replica.membership().is_steward(self.me)
        gone: list[bytes] = []
        changes: list[tuple[bytes, bytes]] = []
        for each in brought:
            fate = self._fate(each, import_)
            if fate.updates is not None:
                change = self._changed(each.id, fate.updates)
                if change is not None:
                    changes.append(change)
            elif not fate.why:
                beside = self._about(each.id) if each.kind == "listed" else []
                gone += [*beside, *self._behalf_notes(each)]
                if steward or each.kind == "post":
                    gone.append(each.id)
                else:
                    change = self._changed(each.id, {GONE: True, "import": None})
                    if change is not None:
                        changes.append(change)
        if changes:
            self._write_changes(changes)
        self._purge(gone)

    def _behalf_notes(self, each: Brought) -> list[bytes]:
        if each.kind != "post":
            return []
        return [found[0] for found in behalf_records(self._db, self.me, each.id)]

    # -- one record

    def _fate(self, each: Brought, import_: bytes) -> _Fate:
        weighed, _number = self._weigh(each.id)
        if weighed.merged is None:
            return _Fate(each, None, "It is not here any more.")
        if any(_is_root(change) and _says(change, import_) for change in weighed.counted):
            return _Fate(each, None, self._why_kept(each, weighed, import_))
        return self._restored(each, weighed, import_)

    def _why_kept(self, each: Brought, weighed: "Weighed", import_: bytes) -> str:
        """Why a record that an import added stays, "" where it goes."""
        assert weighed.merged is not None
        if each.kind == "listed" and queries.is_agreed(self._db, each.id):
            return "They were asked and agreed, so they stay. Forget them by hand if you want."
        for change in weighed.counted:
            person = weighed.authors[change.hash].person
            if person != self.me:
                who = queries.name_of(self._db, person or b"")
                if _is_root(change):
                    return f"{who} brought it in, too."
                return f"{who} changed it since."
        who, what = queries.built_on(self._db, each.id, self.me, import_)
        return f"{who} {what}." if what else ""

    def _restored(self, each: Brought, weighed: "Weighed", import_: bytes) -> _Fate:
        """What stood before an import changed a record, where nobody has changed it since."""
        from mutualaid.model.directories.preview import FieldChange

        assert weighed.merged is not None
        now = weighed.merged.fields
        change = next((each for each in reversed(weighed.counted) if _says(each, import_)), None)
        if change is None:
            return _Fate(each, None, "It is not known what stood before.")
        before = crdt.read_fields(_ancestors(weighed.counted, change)).fields
        updates: dict[str, Scalar] = {"import": before.get("import")}
        shown: list[FieldChange] = []
        left: list[str] = []
        for name in (*(change.sets or {}), *change.deletes):
            if name == "import":
                continue
            wrote = (change.sets or {}).get(name)
            if now.get(name) != wrote:
                left.append(name)
                continue
            updates[name] = before.get(name)
            shown.append(FieldChange(name, _text(wrote), _text(before.get(name))))
        why = f"Changed since, and left: {', '.join(left)}." if left else ""
        return _Fate(each, updates, why, tuple(shown))

    def _changed(self, record: bytes, updates: Mapping[str, Scalar]) -> tuple[bytes, bytes] | None:
        """A change of a record; ``updates`` have been checked, and None deletes a field."""
        weighed, _kind = self._own_record(record, None)
        assert weighed.merged is not None
        fields, concurrent = weighed.merged.fields, weighed.merged.concurrent
        puts = {
            name: value
            for name, value in updates.items()
            if value is not None and (value != fields.get(name) or name in concurrent)
        }
        drops = [name for name, value in updates.items() if value is None and name in fields]
        if not puts and not drops:
            return None
        actor = crdt.new_actor(keys.device_hash(self.device))
        data = [weighed.data[change.hash] for change in weighed.counted]
        written = crdt.edit(data, actor, puts, drops)
        return None if written is None else (record, written)


def _says(change: "Change", import_: bytes) -> bool:
    return change.sets is not None and change.sets.get("import") == import_


def _is_root(change: "Change") -> bool:
    return not change.deps


def _ancestors(changes: "Iterable[Change]", of: "Change") -> "list[Change]":
    """The changes on which one depends."""
    held = {change.hash: change for change in changes}
    wanted, found = list(of.deps), dict[bytes, "Change"]()
    while wanted:
        digest = wanted.pop()
        if digest in held and digest not in found:
            found[digest] = held[digest]
            wanted += held[digest].deps
    return list(found.values())


def _text(value: Scalar) -> str:
    return "" if value is None or isinstance(value, bytes) else str(value)


def _sort_of(kind: str) -> "Sort":
    from mutualaid.model.directories.incoming.item import Sort

    return {"post": Sort.POST, "place": Sort.PLACE, "repair": Sort.REPAIR}.get(kind, Sort.PERSON)
