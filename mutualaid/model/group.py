# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people do with a group: commands that return a :class:`ChangeSet`, and queries.

A group belongs to one thread; open another on the same profile for another thread or process.
Every command either happens whole (signed, stored, applied, in one durable transaction) or raises
a :class:`MutualAidError` and changes nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Self

from mutualaid.errors import (
    BadValueError,
    InvitationError,
    NotAllowedError,
    NotFoundError,
)
from mutualaid.model.content import GONE, Identity
from mutualaid.model.control import CloseInvite, Invite
from mutualaid.model.directories.exporting import Exporting
from mutualaid.model.directories.importing import Importing
from mutualaid.model.directories.slips import Slips
from mutualaid.model.invitation import Invitation
from mutualaid.model.membership import OpenInvitation
from mutualaid.model.noticing import Noticing
from mutualaid.model.posting import DAY_MS
from mutualaid.model.reading import NO_NONCE
from mutualaid.model.records import REGISTRY, check
from mutualaid.model.replica import Replica
from mutualaid.model.rotating import NO_KEY, Rotating
from mutualaid.model.shelves import Shelves, is_local
from mutualaid.model.statements import now_ms
from mutualaid.model.store import Store
from mutualaid.model.suggesting import Suggesting
from mutualaid.model.tending import Tending
from mutualaid.model.values import (
    ChangeSet,
    Millis,
    PlaceDraft,
    RepairDraft,
    Scalar,
    SkillLevel,
)

#: Told for good on a machine whose profile another one was using, too.
COPIED: Final = (
    "This profile was in use on another machine as well. Nothing was lost: all that was written"
    " on both is kept, and each goes on as a machine of its own."
)
INVITE_USES: Final = 10
INVITE_DAYS: Final = 30
MAX_INVITE_DAYS: Final = 365
MAX_INVITE_USES: Final = 1000

#: One record to import: kind, fields, nonce (None: a new record each time), owned by the group.
ImportRecord = tuple[str, Mapping[str, Scalar], bytes | None, bool]


class Group(Tending, Noticing, Suggesting, Shelves, Rotating, Exporting, Importing, Slips):
    """A group as one person on one machine works with it."""

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
        _refuse_expired(invitation, clock())
        group = cls(Replica.begin_join(store, invitation, clock=clock))
        with group._writing():
            group._write_changes([group._new_record("person", person, nonce=NO_NONCE)])
        return group

    def take_invitation(self, invitation: Invitation) -> None:
        """Wait on another invitation to the same group; while not admitted yet."""
        if invitation.group != self.id or self.joined:
            raise InvitationError("This invitation is for another group. Nothing was changed.")
        _refuse_expired(invitation, self._now())
        with self._writing():
            self.replica.store.set_meta("invitation", invitation.text)
            self.replica.store.delete_meta("refused")

    def raise_refusal(self) -> None:
        """Raise InvitationError with what a member's machine said, if it could not let us in."""
        why = self.replica.store.meta("refused")
        if why is not None and not self.joined:
            raise InvitationError(str(why))

    def advisories(self) -> list[str]:
        """Lasting sentences a person should see: about keys, a copied profile, a refusal, the
        clock."""
        found: list[str] = []
        if self.replica.copied_at is not None:
            found.append(COPIED)
        why = self.replica.store.meta("refused")
        if why is not None and not self.joined:
            found.append(str(why))
        if self.lacks_key:
            found.append(NO_KEY)
        if self.warning is not None:
            found.append(self.warning)
        clock = self.clock_advice()
        if clock is not None:
            found.append(clock)
        return found

    def tend(self) -> ChangeSet:
        """As :meth:`Tending.tend`; and what two people brought in from one list becomes one."""
        doubled = self.drop_doubles()
        tended = super().tend()
        return ChangeSet(everything=True) if doubled.concerns("post") else tended

    # -- records of any kind

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
        limit: int | None = None,
    ) -> ChangeSet:
        """Change one's own page; what is None stays. ``limit`` is how many promises at once one
        takes on at most, 0 to 20; -1 takes the limit away."""
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
        if limit is not None:
            updates["limit"] = limit if limit != -1 else None
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

    def add_skill(self, name: str, level: SkillLevel = SkillLevel.CAN, note: str = "") -> ChangeSet:
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
        fields["point"] = draft.point
        fields.update((f"contact:{kind}", value) for kind, value in draft.contacts if value.strip())
        return fields

    def edit_place(self, place: bytes, **changes: Any) -> ChangeSet:
        """Correct a place; keywords are the fields of :class:`PlaceDraft`."""
        fixes, contacts = changes.pop("fixes", None), changes.pop("contacts", None)
        updates = _plain(changes, PlaceDraft)
        deletes: list[str] = []
        families: dict[str, dict[str, Scalar]] = {}
        if fixes is not None:
            families["fix:"] = {f"fix:{fix.category}": fix.note for fix in fixes}
        if contacts is not None:
            reached = {f"contact:{kind}": value for kind, value in contacts if value.strip()}
            families["contact:"] = dict(reached)
        for family, wanted in families.items():
            deletes += [
                name
                for name in self.fields(place)
                if name.startswith(family) and name not in wanted
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
        shelves = self.open_addresses()
        # What can be reached from anywhere first: there may not be room for all.
        near = [each for each in shelves if is_local(each)]
        far = [each for each in shelves if each not in near]
        invitation = Invitation.generate(
            self.id, self.name, expires=ends, addresses=(*far, *addresses, *near)
        )
        with self._writing():
            self.replica.append_control(Invite(invitation.signing.public, uses, ends))
            self._owe_welcome(invitation)
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
        other people cannot be reached. What each person wrote about a post that is forgotten,
        their machine forgets soon after (:meth:`tend`).
        """
        with self._writing() as result:
            weighed, _number = self._weigh(record)
            identity = weighed.identity
            steward = self.replica.membership().is_steward(self.me)
            if identity is None:
                raise NotFoundError("There is no such record on this machine.")
            if identity.owner != self.me and not steward:
                raise NotAllowedError(
                    "Only the person it belongs to, or a steward, can have this forgotten."
                )
            self._purge([record])
        return result[0]


def _refuse_expired(invitation: Invitation, now: int) -> None:
    if invitation.is_expired(now):
        raise InvitationError(
            "This invitation has expired. Ask the person who invited you for a new one."
        )


def _plain(changes: Mapping[str, Any], draft: type) -> dict[str, Scalar]:
    """Keyword changes as record fields; enums as their text."""
    unknown = changes.keys() - set(draft.__dataclass_fields__)  # type: ignore[attr-defined]
    if unknown:
        raise TypeError(f"there is no field {', '.join(sorted(unknown))}")
    return {
        name: str(value) if isinstance(value, str) else value for name, value in changes.items()
    }
