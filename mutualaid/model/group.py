# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people do with a group: commands that return a :class:`ChangeSet`, and queries.

A group belongs to one thread; open another on the same profile for another thread or process.
Every command either happens whole (signed, stored, applied, in one durable transaction) or raises
a :class:`MutualAidError` and changes nothing.
"""

import contextlib
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from mutualaid.errors import (
    BadValueError,
    InvitationError,
    MutualAidError,
    NotAllowedError,
    NotFoundError,
)
from mutualaid.model import crdt, keys, queries
from mutualaid.model.apply import (
    GONE,
    MAX_CHANGES,
    Identity,
    Weighed,
    encode_changes,
)
from mutualaid.model.change import IDENTITY
from mutualaid.model.codes import code
from mutualaid.model.control import CloseInvite, Invite, Purge
from mutualaid.model.entry import MAX_PAYLOAD, Chain
from mutualaid.model.invitation import Invitation
from mutualaid.model.journal import short_device
from mutualaid.model.membership import OpenInvitation
from mutualaid.model.records import REGISTRY, check
from mutualaid.model.replica import Replica, behind, now_ms
from mutualaid.model.store import Store
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
    Millis,
    NoticeRow,
    PersonRow,
    PlaceDraft,
    PlaceRow,
    PostDetail,
    PostDraft,
    PostFilter,
    PostRow,
    Reached,
    RepairDraft,
    RepairRow,
    Scalar,
    SkillLevel,
)

DAY_MS: Final = 24 * 60 * 60 * 1000
POST_DAYS: Final = 30
FOOD_DAYS: Final = 3
NONCE_SIZE: Final = 8
RESERVED: Final = frozenset((GONE,))  # set by the journal's own rules, not by a kind's
NO_NONCE: Final = bytes(NONCE_SIZE)
#: What one entry's payload may hold beside its changes.
PAYLOAD_ROOM: Final = 1024
INVITE_USES: Final = 10
INVITE_DAYS: Final = 30
MAX_INVITE_DAYS: Final = 365
MAX_INVITE_USES: Final = 1000

#: One record to import: kind, fields, nonce (None: a new record each time), owned by the group.
ImportRecord = tuple[str, Mapping[str, Scalar], bytes | None, bool]


class Group:
    """A group as one person on one machine works with it."""

    def __init__(self, replica: Replica) -> None:
        self.replica = replica
        self.directory: Path = replica.store.path.parent
        #: A lasting warning about how the profile's key is kept, set by the profile.
        self.warning: str | None = None

    @classmethod
    def start(
        cls,
        store: Store,
        name: str,
        me: str,
        *,
        country: str = "",
        tz: str = "",
        clock: Callable[[], int] = now_ms,
    ) -> Self:
        """Begin a group; its name and one's own are checked before anything is written."""
        about = check(REGISTRY["group"], {"name": name, "country": country, "tz": tz})
        person = check(REGISTRY["person"], {"name": me})
        group = cls(Replica.start(store, clock=clock))
        with group._writing():
            group._write_changes(
                [
                    group._new_record("group", about, nonce=NO_NONCE, group_owned=True),
                    group._new_record("person", person, nonce=NO_NONCE),
                ]
            )
        return group

    @classmethod
    def join(
        cls,
        store: Store,
        invitation: Invitation,
        me: str,
        *,
        clock: Callable[[], int] = now_ms,
    ) -> Self:
        """Begin to join: the keys are made, one's page is written, a neighbour's machine admits."""
        person = check(REGISTRY["person"], {"name": me})
        if invitation.expires is not None and clock() > invitation.expires:
            raise InvitationError(
                "This invitation has expired. Ask the person who invited you for a new one."
            )
        group = cls(Replica.begin_join(store, invitation, clock=clock))
        with group._writing():
            group._write_changes([group._new_record("person", person, nonce=NO_NONCE)])
        return group

    def take_invitation(self, invitation: Invitation) -> None:
        """Wait on another invitation to the same group; while not admitted yet."""
        if invitation.group != self.id or self.joined:
            raise InvitationError("This invitation is for another group. Nothing was changed.")
        with self._writing():
            self.replica.store.set_meta("invitation", invitation.text)
            self.replica.store.delete_meta("refused")

    def raise_refusal(self) -> None:
        """Raise InvitationError with what a member's machine said, if it could not let us in."""
        why = self.replica.store.meta("refused")
        if why is not None and not self.joined:
            raise InvitationError(str(why))

    def advisories(self) -> list[str]:
        """Lasting sentences a person should see: about the key, a copied profile, a refusal."""
        found: list[str] = []
        if self.replica.copied_at is not None:
            found.append(
                "This profile was in use on another machine as well. Nothing was lost: all that"
                " was written on both is kept, and each goes on as a machine of its own."
            )
        why = self.replica.store.meta("refused")
        if why is not None and not self.joined:
            found.append(str(why))
        if self.warning is not None:
            found.append(self.warning)
        return found

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

    # -- writing

    @contextlib.contextmanager
    def _writing(self) -> Iterator[list[ChangeSet]]:
        """A durable transaction; the list holds its ChangeSet afterwards."""
        result: list[ChangeSet] = []
        with self.replica.write(durable=True):
            before = self.replica._last_touched()
            membership = self.replica.membership()
            yield result
            changed = self.replica.touched_since(before)
            members = self.replica.membership() is not membership
            result.append(ChangeSet(changed.records, changed.everything, members))

    def _new_record(
        self,
        kind: str,
        fields: Mapping[str, Scalar],
        *,
        nonce: bytes | None = None,
        group_owned: bool = False,
    ) -> tuple[bytes, bytes]:
        """A record's id and first change. ``fields`` have been checked."""
        identity = Identity(
            self.id,
            self.id if group_owned else self.me,
            keys.random(NONCE_SIZE) if nonce is None else nonce,
            kind,
        )
        change = crdt.create(self.replica.actor, {IDENTITY: identity.data, **fields})
        return identity.record_id, change

    def _write_changes(self, changes: Sequence[tuple[bytes, bytes]]) -> None:
        """Sign and apply changes, as few entries as they fit in; inside a transaction."""
        payloads: list[bytes] = []
        batch: list[tuple[bytes, bytes]] = []
        size = 0
        for record_id, change in changes:
            cost = len(record_id) + len(change) + 8
            full = size + cost > MAX_PAYLOAD - PAYLOAD_ROOM or len(batch) >= MAX_CHANGES
            if batch and full:
                payloads.append(encode_changes(batch))
                batch, size = [], 0
            batch.append((record_id, change))
            size += cost
        if batch:
            payloads.append(encode_changes(batch))
        self.replica.append_content(payloads)

    def _create(
        self,
        kind: str,
        fields: Mapping[str, Scalar],
        *,
        nonce: bytes | None = None,
        group_owned: bool = False,
    ) -> ChangeSet:
        checked = check(REGISTRY[kind], fields)
        with self._writing() as result:
            record_id, change = self._new_record(
                kind, checked, nonce=nonce, group_owned=group_owned
            )
            self._write_changes([(record_id, change)])
        done = result[0]
        return ChangeSet(done.records, done.everything, done.members, record_id)

    def _edit(
        self,
        record_id: bytes,
        updates: Mapping[str, Scalar],
        deletes: Iterable[str] = (),
        *,
        kind: str | None = None,
    ) -> ChangeSet:
        """Change fields of a record that is one's own or the group's; None or "" deletes one."""
        with self._writing() as result:
            weighed, kind_name = self._own_record(record_id, kind)
            assert weighed.merged is not None
            fields, concurrent = weighed.merged.fields, weighed.merged.concurrent
            wanted = {**dict.fromkeys(deletes), **updates}
            reserved = {name: value for name, value in wanted.items() if name in RESERVED}
            typed = {name: value for name, value in wanted.items() if name not in RESERVED}
            checked = {**check(REGISTRY[kind_name], typed, partial=True), **reserved}
            puts = {
                field: value
                for field, value in checked.items()
                if value is not None and (value != fields.get(field) or field in concurrent)
            }
            drops = [field for field, value in checked.items() if value is None and field in fields]
            data = [weighed.data[change.hash] for change in weighed.counted]
            actor = crdt.new_actor(keys.device_hash(self.device))
            change = crdt.edit(data, actor, puts, drops) if puts or drops else None
            if change is not None:
                self._write_changes([(record_id, change)])
        done = result[0]
        return ChangeSet(done.records, done.everything, done.members, record_id)

    def _weigh(self, record_id: bytes) -> tuple[Weighed, int]:
        row = self._db.execute("SELECT number FROM record WHERE id = ?", (record_id,)).fetchone()
        if row is None:
            raise NotFoundError("There is no such record on this machine.")
        membership = self.replica.membership()
        counts = self.replica.journal.counts(membership)
        return self.replica.applier.weigh(row[0], record_id, membership, counts), row[0]

    def _own_record(self, record_id: bytes, kind: str | None) -> tuple[Weighed, str]:
        weighed, _number = self._weigh(record_id)
        identity = weighed.identity
        if identity is None or weighed.merged is None or identity.kind not in REGISTRY:
            raise NotFoundError("There is no such record on this machine.")
        if kind is not None and identity.kind != kind:
            raise NotFoundError(f"That is not a {kind} but a {identity.kind}.")
        if identity.owner not in (self.me, self.id):
            owner = queries.person_name(self._db, identity.owner) or "somebody else"
            raise NotAllowedError(f"This belongs to {owner}; only they can change it.")
        return weighed, identity.kind

    # -- posts

    def post(self, draft: PostDraft) -> ChangeSet:
        """Post a need or an offer."""
        return self._create("post", {**self._post_fields(draft), "state": "open"})

    def _post_fields(self, draft: PostDraft) -> dict[str, Scalar]:
        expires = draft.expires
        if expires is None and not draft.standing:
            days = FOOD_DAYS if draft.category == "food" else POST_DAYS
            expires = self._now() + days * DAY_MS
        if expires is not None and expires <= self._now():
            raise BadValueError("The post would end before it begins. Choose a later day.")
        return {
            "kind": str(draft.kind),
            "title": draft.title,
            "text": draft.text,
            "category": draft.category,
            "urgency": str(draft.urgency),
            "area": draft.area,
            "when": draft.when,
            "expires": Millis(expires) if expires is not None and not draft.standing else None,
            "standing": True if draft.standing else None,
            "mode": str(draft.mode),
            "parts": draft.parts if draft.parts != 1 else None,
            "for": draft.on_behalf_of,
            "lang": draft.language,
        }

    def edit_post(self, post: bytes, **changes: Any) -> ChangeSet:
        """Correct one's own post; keywords are the fields of :class:`PostDraft`."""
        names = {"on_behalf_of": "for", "language": "lang"}
        unknown = changes.keys() - set(PostDraft.__dataclass_fields__)
        if unknown:
            raise TypeError(f"a post has no {', '.join(sorted(unknown))}")
        updates: dict[str, Scalar] = {}
        for name, value in changes.items():
            if name == "expires" and value is not None:
                updates["expires"], updates["standing"] = Millis(value), None
            elif name == "standing":
                updates["standing"] = True if value else None
                if value:
                    updates["expires"] = None
            elif isinstance(value, str):
                updates[names.get(name, name)] = str(value)
            else:
                updates[names.get(name, name)] = value
        return self._edit(post, updates, kind="post")

    def withdraw(self, post: bytes) -> ChangeSet:
        """Take one's own post off the board; it can be taken up again."""
        return self._edit(post, {"state": "withdrawn"}, kind="post")

    def park(self, post: bytes) -> ChangeSet:
        """Put one's own post aside for a while."""
        return self._edit(post, {"state": "parked"}, kind="post")

    def take_up(self, post: bytes) -> ChangeSet:
        """Put a parked, withdrawn or finished post back on the board."""
        return self._edit(post, {"state": "open", **self._later(post)}, kind="post")

    def done(self, post: bytes) -> ChangeSet:
        """Say that one's own post is done."""
        return self._edit(post, {"state": "done"}, kind="post")

    def renew(self, post: bytes, days: int | None = None) -> ChangeSet:
        """Let one's own post run on from today, and say that it still holds."""
        if days is not None and not 1 <= days <= MAX_INVITE_DAYS:
            raise BadValueError("A post can run on for 1 to 365 days.")
        updates = {"confirmed": Millis(self._now()), **self._later(post, days, always=True)}
        return self._edit(post, updates, kind="post")

    def _later(
        self, post: bytes, days: int | None = None, *, always: bool = False
    ) -> dict[str, Scalar]:
        """An end from today on, for a post that has one (and, unless ``always``, has passed it)."""
        weighed, _number = self._weigh(post)
        fields = weighed.merged.fields if weighed.merged else {}
        expires = fields.get("expires")
        if not isinstance(expires, int) or (not always and expires > self._now()):
            return {}
        usual = FOOD_DAYS if fields.get("category") == "food" else POST_DAYS
        return {"expires": Millis(self._now() + (days or usual) * DAY_MS)}

    def help_with(self, post: bytes, note: str = "") -> ChangeSet:
        """Say that one can help with somebody's need, or would take their offer."""
        row = queries.post_row(self._db, self.me, self._now(), self._number(post, "post"))
        if row.mine:
            raise NotAllowedError("This is your own post, so it is for others to answer.")
        if row.status not in ("open", "offered"):
            raise NotAllowedError(f"This post is {row.status}, so nobody can answer it any more.")
        return self._create("response", {"post": post, "note": note, "state": "offered"})

    def release(self, response: bytes) -> ChangeSet:
        """Take back one's own offer to help."""
        return self._edit(response, {"state": "released"}, kind="response")

    def comment(self, on: bytes, text: str) -> ChangeSet:
        """Say something, for all, beside a post or another record."""
        self._number(on)
        return self._create("comment", {"on": on, "text": text})

    def edit_comment(self, comment: bytes, text: str) -> ChangeSet:
        return self._edit(comment, {"text": text}, kind="comment")

    def remove(self, record: bytes) -> ChangeSet:
        """Take one's own comment, repair, notice, or a place off every list."""
        return self._edit(record, {GONE: True})

    def bring_back(self, record: bytes) -> ChangeSet:
        """Undo :meth:`remove`."""
        return self._edit(record, {}, [GONE])

    # -- people and what they can do

    def set_me(
        self,
        *,
        name: str | None = None,
        area: str | None = None,
        languages: Sequence[str] | None = None,
        availability: str | None = None,
        outcomes: bool | None = None,
    ) -> ChangeSet:
        """Change one's own page; what is None stays."""
        updates: dict[str, Scalar] = {}
        if name is not None:
            updates["name"] = name
            if not name.strip():
                check(REGISTRY["person"], {"name": name})
        if area is not None:
            updates["area"] = area
        if availability is not None:
            updates["availability"] = availability
        if outcomes is not None:
            updates["outcomes"] = outcomes
        deletes: list[str] = []
        if languages is not None:
            spoken = {f"lang:{language.strip()}" for language in languages if language.strip()}
            deletes = [key for key in self._my_fields() if key.startswith("lang:")]
            deletes = [key for key in deletes if key not in spoken]
            updates.update(dict.fromkeys(sorted(spoken), True))
        return self._edit_me(updates, deletes)

    def _my_page(self) -> bytes:
        return Identity(self.id, self.me, NO_NONCE, "person").record_id

    def _my_fields(self) -> Mapping[str, Scalar]:
        weighed, _number = self._weigh(self._my_page())
        return weighed.merged.fields if weighed.merged else {}

    def _edit_me(self, updates: Mapping[str, Scalar], deletes: Iterable[str] = ()) -> ChangeSet:
        return self._edit(self._my_page(), updates, deletes, kind="person")

    def add_skill(
        self, name: str, level: SkillLevel = SkillLevel.CAN, note: str = ""
    ) -> ChangeSet:
        """Say what one can do, can teach or wants to learn."""
        name = self._named(name, "a skill")
        return self._edit_me({f"skill:{name}": str(level), f"skillnote:{name}": note})

    def remove_skill(self, name: str) -> ChangeSet:
        name = self._named(name, "a skill")
        if f"skill:{name}" not in self._my_fields():
            raise NotFoundError(f"{name} is not among your skills.")
        return self._edit_me({}, [f"skill:{name}", f"skillnote:{name}"])

    def add_fix(self, category: str, note: str = "") -> ChangeSet:
        """Say what kind of thing one repairs."""
        category = self._named(category, "what you fix")
        return self._edit_me({f"fix:{category}": note})

    def remove_fix(self, category: str) -> ChangeSet:
        category = self._named(category, "what you fix")
        if f"fix:{category}" not in self._my_fields():
            raise NotFoundError(f"{category} is not among what you fix.")
        return self._edit_me({}, [f"fix:{category}"])

    @staticmethod
    def _named(name: str, what: str) -> str:
        cleaned = " ".join(name.split())
        if not cleaned:
            raise BadValueError(f"Please give {what} a name.")
        if len(cleaned) > 80:
            raise BadValueError(f"The name of {what} can have up to 80 letters.")
        return cleaned

    def add_repair(self, draft: RepairDraft) -> ChangeSet:
        """Note an attempt to repair something and what came of it."""
        return self._create("repair", self._repair_fields(draft))

    def _repair_fields(self, draft: RepairDraft) -> dict[str, Scalar]:
        import datetime

        today = datetime.datetime.fromtimestamp(self._now() / 1000, datetime.UTC).date()
        return {
            "category": draft.category,
            "outcome": str(draft.outcome),
            "item": draft.item,
            "brand": draft.brand,
            "problem": draft.problem,
            "barrier": draft.barrier,
            "date": draft.date or today.isoformat(),
            "place": draft.place,
            "year": draft.year,
            "age": draft.age,
            "country": draft.country or self.country,
        }

    def edit_repair(self, repair: bytes, **changes: Any) -> ChangeSet:
        """Correct one's own repair; keywords are the fields of :class:`RepairDraft`."""
        return self._edit(repair, _plain(changes, RepairDraft), kind="repair")

    # -- places and notices

    def add_place(self, draft: PlaceDraft) -> ChangeSet:
        """Add a place to the directory; it belongs to the group and anyone may correct it."""
        return self._create("place", self._place_fields(draft), group_owned=True)

    def _place_fields(self, draft: PlaceDraft) -> dict[str, Scalar]:
        fields: dict[str, Scalar] = {
            "name": draft.name,
            "kind": str(draft.kind),
            "area": draft.area,
            "address": draft.address,
            "hours": draft.hours,
            "about": draft.about,
            "confirmed": Millis(self._now()),
        }
        for fix in draft.fixes:
            fields[f"fix:{self._named(fix.category, 'what is fixed')}"] = fix.note
        return fields

    def edit_place(self, place: bytes, **changes: Any) -> ChangeSet:
        """Correct a place; keywords are the fields of :class:`PlaceDraft`."""
        fixes = changes.pop("fixes", None)
        updates = _plain(changes, PlaceDraft)
        deletes: list[str] = []
        if fixes is not None:
            weighed, _number = self._weigh(place)
            fields = weighed.merged.fields if weighed.merged else {}
            wanted = {f"fix:{fix.category}": fix.note for fix in fixes}
            deletes = [
                name for name in fields if name.startswith("fix:") and name not in wanted
            ]
            updates.update(wanted)
        return self._edit(place, updates, deletes, kind="place")

    def confirm_place(self, place: bytes) -> ChangeSet:
        """Say that what is known of a place still holds today."""
        return self._edit(place, {"confirmed": Millis(self._now())}, kind="place")

    def add_notice(self, text: str, expires: int | None = None) -> ChangeSet:
        """Tell everyone something for a while."""
        ends = Millis(expires) if expires is not None else None
        return self._create("notice", {"text": text, "expires": ends})

    def rename_group(self, name: str) -> ChangeSet:
        check(REGISTRY["group"], {"name": name})
        about = Identity(self.id, self.id, NO_NONCE, "group").record_id
        return self._edit(about, {"name": name}, kind="group")

    def import_records(self, records: Iterable[ImportRecord]) -> tuple[int, int]:
        """Write many records in few signed entries; return how many were new and known.

        A record with the nonce of one that is here already counts as known and is left alone.
        """
        added = known = 0
        with self._writing():
            have = {bytes(row[0]) for row in self._db.execute("SELECT id FROM record")}
            fresh: list[tuple[bytes, bytes]] = []
            for kind, fields, nonce, group_owned in records:
                record_id, change = self._new_record(
                    kind,
                    check(REGISTRY[kind], fields),
                    nonce=nonce,
                    group_owned=group_owned,
                )
                if record_id in have:
                    known += 1
                    continue
                have.add(record_id)
                fresh.append((record_id, change))
                added += 1
            if fresh:
                self._write_changes(fresh)
        return added, known

    # -- invitations and forgetting

    def invite(
        self,
        uses: int = INVITE_USES,
        days: int = INVITE_DAYS,
        addresses: Sequence[str] = (),
    ) -> Invitation:
        """Make an invitation. Whoever has it can ask any member's machine to be let in."""
        if not 1 <= uses <= MAX_INVITE_USES:
            raise BadValueError(f"An invitation can be for 1 to {MAX_INVITE_USES} people.")
        if not 1 <= days <= MAX_INVITE_DAYS:
            raise BadValueError(f"An invitation can last 1 to {MAX_INVITE_DAYS} days.")
        if not self.joined:
            raise NotAllowedError(
                "You can invite others as soon as a neighbour's machine has let you in."
            )
        ends = self._now() + days * DAY_MS
        invitation = Invitation.generate(self.id, self.name, expires=ends, addresses=tuple(addresses))
        with self._writing():
            self.replica.append_control(Invite(invitation.signing.public, uses, ends))
        return invitation

    def invitations(self) -> list[OpenInvitation]:
        """Invitations that still let somebody in."""
        return [
            each
            for each in self.replica.membership().invitations.values()
            if not each.closed and each.used < each.uses and each.ends > self._now()
        ]

    def withdraw_invitation(self, public: bytes) -> ChangeSet:
        with self._writing() as result:
            self.replica.append_control(CloseInvite(public))
        return result[0]

    def purge(self, record: bytes) -> ChangeSet:
        """Forget a record for good, everywhere this reaches; cannot be undone.

        Its changes go from the journal of every machine that hears of it. Paper and backups of
        other people cannot be reached.
        """
        with self._writing() as result:
            weighed, number = self._weigh(record)
            identity = weighed.identity
            steward = self.replica.membership().is_steward(self.me)
            if identity is None:
                raise NotFoundError("There is no such record on this machine.")
            if identity.owner != self.me and not steward:
                raise NotAllowedError(
                    "Only the person it belongs to, or a steward, can have this forgotten."
                )
            entries = [
                bytes(digest)
                for digest, count in self._db.execute(
                    "SELECT hash, (SELECT count(*) FROM change AS other"
                    " WHERE other.entry = entry.number) FROM change"
                    " JOIN entry ON entry.number = change.entry WHERE change.record = ?",
                    (number,),
                )
                if count == 1
            ]
            self.replica.append_control(Purge((record,), tuple(entries)))
        return result[0]

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
        return PostDetail(
            row=self.post_row(number),
            responses=tuple(queries.responses(self._db, self.me, post)),
            comments=tuple(queries.comments(self._db, self.me, post)),
            history=tuple(self.history(post)),
            conflicts=tuple(self.conflicts(post)),
            reached=reached,
            machines=machines,
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
        """Each change to a record, oldest first, in words."""
        weighed, _number = self._weigh(record)
        rows: list[HistoryRow] = []
        for change in weighed.counted:
            author = weighed.authors[change.hash]
            names = sorted(
                name for name in (*(change.sets or {}), *change.deletes) if name[0] != "_"
            )
            first = not change.deps
            what = "written" if first else f"changed: {', '.join(names)}" if names else "changed"
            if GONE in (change.sets or {}):
                what = "taken off the lists"
            who = queries.person_name(self._db, author.person or b"") or "somebody"
            rows.append(HistoryRow(who, min(author.created, self._now()), what))
        return rows

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
                devices=sum(
                    device.person == person.id for device in membership.devices.values()
                ),
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


def _plain(changes: Mapping[str, Any], draft: type) -> dict[str, Scalar]:
    """Keyword changes as record fields; enums as their text."""
    unknown = changes.keys() - set(draft.__dataclass_fields__)  # type: ignore[attr-defined]
    if unknown:
        raise TypeError(f"there is no field {', '.join(sorted(unknown))}")
    return {
        name: str(value) if isinstance(value, str) else value for name, value in changes.items()
    }


def nonce_from(*parts: str) -> bytes:
    """A record's nonce that follows from where it was imported from: the same each time."""
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=NONCE_SIZE).digest()

