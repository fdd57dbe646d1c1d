# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can be read of a group: who, where, every query, every machine, and its health."""

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from mutualaid.errors import (
    MutualAidError,
    NotFoundError,
)
from mutualaid.model import history, outcomes, queries
from mutualaid.model.apply import Weighed
from mutualaid.model.chains import short_device
from mutualaid.model.codes import code
from mutualaid.model.content import Identity
from mutualaid.model.entry import Chain
from mutualaid.model.replica import Replica
from mutualaid.model.statements import behind
from mutualaid.model.values import (
    ChangeSet,
    Conflict,
    Counts,
    FixCategoryRow,
    FixerRow,
    Health,
    HistoryRow,
    MachineRow,
    MemberRow,
    NoticeRow,
    PartRow,
    PersonRow,
    PlaceRow,
    PostDetail,
    PostFilter,
    PostRow,
    Reached,
    RepairRow,
    Scalar,
)

NONCE_SIZE: Final = 8
NO_NONCE: Final = bytes(NONCE_SIZE)


class Reading:
    """A group as one person on one machine sees it."""

    def __init__(self, replica: Replica) -> None:
        self.replica = replica
        self.directory: Path = replica.store.path.parent
        #: A lasting warning about how the profile's key is kept, set by the profile.
        self.warning: str | None = None

    # -- who and where

    @property
    def id(self) -> bytes:
        return self.replica.group

    @property
    def me(self) -> bytes:
        """The person id of whoever uses this machine."""
        return self.replica.me

    @property
    def device(self) -> bytes:
        return self.replica.device.public

    @property
    def copied_at(self) -> int | None:
        """When another copy of this profile was noticed, in ms; None if there never was one."""
        return self.replica.copied_at

    @property
    def joined(self) -> bool:
        """False while this machine still waits to be admitted."""
        return self.replica.joined

    @property
    def name(self) -> str:
        """The group's name; until the group's record has come, the one on the invitation."""
        found = queries.group_name(self._db)
        if found:
            return found
        invitation = self.replica.invitation
        return invitation.group_name if invitation else ""

    @property
    def country(self) -> str:
        return queries.group_country(self._db)

    @property
    def tz(self) -> str:
        """The group's time zone, a name of the IANA database; "" counts as UTC."""
        return queries.group_tz(self._db)

    @property
    def my_name(self) -> str:
        return queries.person_name(self._db, self.me)

    @property
    def _db(self) -> Any:
        return self.replica.store.connection

    def _now(self) -> int:
        return self.replica.clock()

    def close(self) -> None:
        self.replica.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def refresh(self) -> ChangeSet:
        """What this or any other process or thread committed since the last call."""
        return self.replica.refresh()

    def _weigh(self, record_id: bytes) -> tuple[Weighed, int]:
        row = self._db.execute("SELECT number FROM record WHERE id = ?", (record_id,)).fetchone()
        if row is None:
            raise NotFoundError("There is no such record on this machine.")
        membership = self.replica.membership()
        counts = self.replica.journal.counts(membership)
        return self.replica.applier.weigh(row[0], record_id, membership, counts), row[0]

    # -- reading

    def _number(self, record: bytes, kind: str | None = None) -> int:
        row = self._db.execute(
            "SELECT number, kind FROM record WHERE id = ? AND alive = 1", (record,)
        ).fetchone()
        if row is None or (kind is not None and row[1] != kind):
            raise NotFoundError("There is no such record on this machine.")
        return int(row[0])

    def posts(
        self,
        filter: PostFilter = PostFilter(),  # noqa: A002, B008 - frozen; the name people expect
        *,
        limit: int = 100,
        before: tuple[int, int] | None = None,
    ) -> list[PostRow]:
        return queries.posts(self._db, self.me, self._now(), filter, limit=limit, before=before)

    def count_posts(self, filter: PostFilter = PostFilter()) -> int:  # noqa: A002, B008 - as above
        return queries.count_posts(self._db, self.me, self._now(), filter)

    def post_row(self, number: int) -> PostRow:
        return queries.post_row(self._db, self.me, self._now(), number)

    def post_detail(self, post: bytes) -> PostDetail:
        number = self._number(post, "post")
        reached, machines = self._reached_record(number)
        row = self.post_row(number)
        stewards = self.replica.membership().stewards()
        settled = outcomes.read(self._db, post, stewards)
        assert settled is not None
        answers = tuple(queries.responses(self._db, self.me, self._now(), row))
        covered = queries.covered(settled, row.round, answers)
        return PostDetail(
            row=row,
            responses=answers,
            comments=tuple(queries.comments(self._db, self.me, post)),
            history=tuple(self.history(post)),
            conflicts=tuple(self.conflicts(post)),
            reached=reached,
            machines=machines,
            parts=tuple(
                PartRow(name, wanted, covered[name]) for name, wanted in settled.ask.parts.items()
            ),
            thanks=tuple(queries.thanks(self._db, self.me, post)),
            photos=tuple(queries.photos(self._db, number)) if row.photos else (),
            may_decide=settled.may_decide(self.me),
            told=not row.on_behalf_of or queries.is_told(self._db, row, answers, stewards),
        )

    def people(self, search: str = "", limit: int = 200, offset: int = 0) -> list[PersonRow]:
        return queries.people(self._db, self.me, search, limit, offset)

    def person(self, person: bytes) -> PersonRow:
        return queries.person(self._db, self.me, person)

    def fix_categories(self, search: str = "") -> list[FixCategoryRow]:
        return queries.fix_categories(self._db, search)

    def fixers(
        self, search: str = "", category: str = "", area: str = "", limit: int = 200
    ) -> list[FixerRow]:
        return queries.fixers(self._db, self.me, search, category, area, limit)

    def repairs(
        self, search: str = "", category: str = "", place: bytes | None = None, limit: int = 200
    ) -> list[RepairRow]:
        return queries.repairs(self._db, self.me, search, category, place, limit)

    def places(self, search: str = "", limit: int = 200) -> list[PlaceRow]:
        return queries.places(self._db, self.me, search, limit)

    def place(self, place: bytes) -> PlaceRow:
        return queries.place(self._db, self.me, place)

    def notices(self) -> list[NoticeRow]:
        return queries.notices(self._db, self.me, self._now())

    def counts(self) -> Counts:
        return queries.counts(self._db, self._now())

    def areas(self) -> list[str]:
        return queries.areas(self._db)

    def find(self, text: str) -> tuple[int, bytes, str]:
        """Number, id and kind of the record whose code begins with ``text``."""
        return queries.record_by_code(self._db, text)

    def history(self, record: bytes) -> list[HistoryRow]:
        """What happened to a record, oldest first, in words; to a post, also by others."""
        rows: list[HistoryRow] = []
        for each in (record, *queries.about_post(self._db, record)):
            weighed, _number = self._weigh(each)
            if weighed.identity is None or weighed.merged is None:
                continue
            names = self._names_in(weighed.merged.fields)
            for change in weighed.counted:
                author = weighed.authors[change.hash]
                what = history.words(weighed.identity.kind, change, names)
                if what:
                    who = queries.person_name(self._db, author.person or b"") or "somebody"
                    rows.append(HistoryRow(who, min(author.created, self._now()), what))
        return sorted(rows, key=lambda row: row.when)

    def _names_in(self, fields: Mapping[str, Scalar]) -> str:
        """Whom a decision is about."""
        answer = fields.get("response")
        if not isinstance(answer, bytes):
            return ""
        return queries.answerer_name(self._db, answer)

    def fields(self, record: bytes) -> Mapping[str, Scalar]:
        """The fields of any record as they stand; empty while none of its changes counts."""
        weighed, _number = self._weigh(record)
        return weighed.merged.fields if weighed.merged else {}

    def conflicts(self, record: bytes) -> list[Conflict]:
        """Values written apart from the ones that stand, with who wrote them and when."""
        weighed, _number = self._weigh(record)
        if weighed.merged is None:
            return []
        return [
            Conflict(
                name,
                value,
                queries.person_name(self._db, weighed.authors[writer].person or b""),
                weighed.authors[writer].created,
            )
            for name, values in weighed.merged.concurrent.items()
            for value, writer in values
        ]

    # -- members and machines

    def members(self) -> list[MemberRow]:
        membership = self.replica.membership()
        return [
            MemberRow(
                person=person.id,
                code=code(Identity(self.id, person.id, NO_NONCE, "person").record_id),
                name=queries.person_name(self._db, person.id),
                role=str(person.role),
                role_until=None,
                devices=sum(device.person == person.id for device in membership.devices.values()),
                joined=min(person.joined, self._now()),
                removed=False,
            )
            for person in membership.persons.values()
        ]

    def machines(self) -> list[MachineRow]:
        """Every device of the group, this one first, then as they joined."""
        membership = self.replica.membership()
        heard = self.replica.last_heard()
        said = {each.device: each.holdings for each in self.replica.statements()}
        mine = self.replica.journal.holdings()
        count: dict[bytes, int] = {}
        rows: list[MachineRow] = []
        for device in sorted(membership.devices.values(), key=lambda each: each.seniority):
            count[device.person] = count.get(device.person, 0) + 1
            name = queries.person_name(self._db, device.person) or "a neighbour"
            which = count[device.person]
            label = f"{name}'s machine" if which == 1 else f"{name}'s machine {which}"
            this = device.key == self.device
            holdings = said.get(device.key)
            lacking = 0 if this else behind(mine, holdings) if holdings is not None else None
            rows.append(
                MachineRow(
                    device=device.key,
                    name=label,
                    person=name,
                    this=this,
                    last_heard=self._now() if this else heard.get(device.key),
                    behind=lacking,
                    frozen=device.frozen,
                )
            )
        return sorted(rows, key=lambda row: not row.this)

    def _others(self) -> list[bytes]:
        return [
            device.key
            for device in self.replica.membership().current_devices()
            if device.key != self.device
        ]

    def _holders(self, device: bytes, seq: int) -> list[int]:
        """When each other current machine said that it holds this content entry."""
        others = set(self._others())
        short = short_device(device)
        times: list[int] = []
        for each in self.replica.statements():
            heads = each.holdings.get(short)
            if each.device in others and heads and any(head >= seq for head, _ in heads[1]):
                times.append(min(each.created, self._now()))
        return times

    def _reached_record(self, number: int) -> tuple[int, int]:
        """How many other machines hold the newest change of a record, of how many."""
        row = self._db.execute(
            "SELECT chain, seq FROM change JOIN entry ON entry.number = change.entry"
            " WHERE record = ? ORDER BY entry.number DESC LIMIT 1",
            (number,),
        ).fetchone()
        if row is None:
            return 0, len(self._others())
        branch = self.replica.journal.branch(row[0])
        return len(self._holders(branch.device, row[1])), len(self._others())

    def reached(self) -> Reached:
        """How far the newest of what this machine wrote is known to have come."""
        branches = self.replica.journal.branches(self.device, Chain.CONTENT)
        others = len(self._others())
        if not branches:
            return Reached(others, others, None)
        times = self._holders(self.device, branches[0].head_seq)
        return Reached(len(times), others, max(times, default=None))

    def waiting(self) -> int:
        """How many entries of this machine have reached nobody yet."""
        branches = self.replica.journal.branches(self.device, Chain.CONTENT)
        if not branches:
            return 0
        short = short_device(self.device)
        known = max(
            (
                head
                for each in self.replica.statements()
                if each.device != self.device
                for head, _ in each.holdings.get(short, ((), ()))[1]
            ),
            default=-1,
        )
        return max(0, branches[0].head_seq - known)

    # -- health

    def health(self) -> Health:
        """Check everything: the file, every chain, every view."""
        problems = self.replica.store.problems()
        try:
            with self.replica.store.explained():
                self.replica.apply_all()
                problems += self.replica.journal.problems()
                entries = self._db.execute("SELECT count(*) FROM entry").fetchone()[0]
                records = self._db.execute(
                    "SELECT count(*) FROM record WHERE alive = 1"
                ).fetchone()[0]
                view_hash = self.replica.applier.view_hash()
        except MutualAidError as error:
            return Health(False, 0, 0, 0, "", (*problems, str(error)))
        devices = len(self.replica.membership().devices)
        return Health(not problems, entries, devices, records, view_hash, tuple(problems))

    def rebuild(self) -> None:
        """Make records, views and search anew from the journal."""
        with self.replica.write(durable=True):
            self.replica.applier.rebuild()
        self.replica.apply_all()
