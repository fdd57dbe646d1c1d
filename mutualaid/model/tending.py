# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a group agreed on about time, and what each machine does by itself because of it.

Each machine tends what belongs to its own person: it writes down that a promise to them lapsed,
moves their repeating posts on, closes what was opened for a promise that has ended, and forgets
what is long past. The machines of stewards do the same, later, for posts on behalf of others and
for what nobody else forgets.

A wrong clock must not do any of this by itself. So nothing is done when its time has come by this
machine's clock alone: other people's dates have to show it too, or a check some time before found
the same (``clocks.Checks``). Where neither is so, the check is noted and nothing else happens.
"""

import contextlib
import json
from collections.abc import Collection
from typing import Final, NamedTuple

from mutualaid.errors import NotAllowedError, NotFoundError
from mutualaid.model import clocks, queries
from mutualaid.model.answering import Answering
from mutualaid.model.clocks import Checks
from mutualaid.model.content import Identity
from mutualaid.model.queries import due
from mutualaid.model.queries.due import Due, DueClosing, DueRound, Forgetting
from mutualaid.model.reading import NO_NONCE
from mutualaid.model.values import (
    NOTHING_CHANGED,
    ChangeSet,
    Rules,
    Scalar,
    Standing,
    Urgency,
)
from mutualaid.model.values.time import DAY_MS, HOUR_MS

#: Said wherever something is forgotten.
FORGETTING_REACH: Final = (
    "Forgetting reaches every machine of the group, as each hears of it. It cannot reach paper,"
    " screenshots and backups of other people, or what somebody remembers."
)

#: How long before this one a check must have found the same, where no others' dates show it.
PROMISE_WAIT_MS: Final = 6 * HOUR_MS
FORGET_WAIT_MS: Final = DAY_MS
#: At most so much is done at once; the rest with the next call.
MOST_AT_ONCE: Final = 100
#: Stored entries that are applied before, where they are few.
_APPLY_FIRST: Final = 200
#: What is long past is looked for no more often than this: one's own, and for stewards all.
_OWN_EVERY_MS: Final = HOUR_MS
_ALL_EVERY_MS: Final = 12 * HOUR_MS

#: Since when this machine knows promises whose own dates lie in the future: JSON, by answer.
_META: Final = "undated"


class _Duties(NamedTuple):
    """What has become due by this machine's clock."""

    lapses: list[Due]  # answers
    rounds: list[DueRound]
    closings: list[DueClosing]
    forgets: list[Due]  # records

    def proven(self, soon: int, late: int) -> "_Duties":
        """Those that are done now: promises up to ``soon``, forgetting up to ``late``."""
        return _Duties(
            [each for each in self.lapses if each.at <= soon][:MOST_AT_ONCE],
            [each for each in self.rounds if each.at <= soon][:MOST_AT_ONCE],
            [each for each in self.closings if each.at <= soon][:MOST_AT_ONCE],
            [each for each in self.forgets if each.at <= late][:MOST_AT_ONCE],
        )

    @property
    def number(self) -> int:
        return sum(len(each) for each in self)


class Tending(Answering):
    """The group's rules about time, and the housekeeping that follows from them."""

    _own_looked: int | None = None
    _all_looked: int | None = None
    _seen_undated: Collection[str] = ()

    def rules(self) -> Rules:
        """What the group agreed on about time."""
        return queries.rules(self._db)

    def set_rules(
        self,
        lapse_days: int | None = None,
        urgent_hours: int | None = None,
        forget_days: int | None = None,
    ) -> ChangeSet:
        """Change what the group agreed on; what is None stays.

        ``lapse_days`` (1 to 60) and, for what is wanted today, ``urgent_hours`` (1 to 168): after
        how long a promise lapses that nobody touched. ``forget_days`` (7 to 3650): after how long
        what is past is forgotten.
        """
        wanted: dict[str, Scalar] = {
            "lapse_days": lapse_days,
            "urgent_hours": urgent_hours,
            "forget_days": forget_days,
        }
        updates = {name: value for name, value in wanted.items() if value is not None}
        group = Identity(self.id, self.id, NO_NONCE, "group").record_id
        try:
            return self._edit(group, updates, kind="group")
        except NotFoundError:
            raise NotFoundError(
                "The group's own page has not come to this machine yet. Nothing was changed; try"
                " again when a neighbour's machine was near."
            ) from None

    def forgetting_reach(self) -> str:
        """What forgetting reaches and what it cannot, in a sentence for people."""
        return FORGETTING_REACH

    def clock_advice(self) -> str | None:
        """A sentence where this machine's clock is, or was, wrong by more than a day."""
        return clocks.advice(clocks.stamps(self.replica), self._now(), queries.group_tz(self._db))

    # -- housekeeping

    def tend(self) -> ChangeSet:
        """Do what time asks of this machine; see the head of this module.

        May be called as often as one likes: it reads a little, and writes only when something is
        due. Raises what writing raises (a full disk); then nothing is done, and all is tried
        again with the next call.
        """
        if not self.replica.membership().is_current(self.device):
            return NOTHING_CHANGED
        if self.replica.apply_some(_APPLY_FIRST) and self.replica.applier.backlog():
            return NOTHING_CHANGED  # what is still to be applied may change what is due
        mended = self.mend_openings()
        now = self._now()
        checks = Checks(self.replica)
        checks.turn_back(now)
        duties = self._duties(now)
        self._keep_undated(now)
        if not duties.number:
            return mended
        soon = checks.proven(now, PROMISE_WAIT_MS)
        late = checks.proven(now, FORGET_WAIT_MS)
        ready = duties.proven(soon, late)
        if ready.number < duties.number:
            checks.note(now, FORGET_WAIT_MS)
        # There may be more; and another process may have done some of it, so that inside the
        # transaction only what is due still is done.
        self._own_looked = self._all_looked = None
        if not ready.number:
            return mended
        try:
            with self._writing() as result:
                self._do(self._duties(now).proven(soon, late))
        finally:
            self._own_looked = self._all_looked = None
        return result[0]

    def _duties(self, now: int) -> _Duties:
        return _Duties(
            self._lapses(now),
            due.rounds(self._db, self.me, now),
            due.closings(self._db, self.me, now),
            self._forgets(now),
        )

    def _do(self, duties: _Duties) -> None:
        for lapse in duties.lapses:
            # Its round may be over since a moment ago.
            with contextlib.suppress(NotAllowedError, NotFoundError):
                self._lapse(self._case(lapse.record))
        for each in duties.rounds:
            self._edit_within(each.post, {"round": each.round}, kind="post")
        for closing in duties.closings:
            self._close_contacts(closing.person, closing.post)
        self._purge(dict.fromkeys(each.record for each in duties.forgets))

    # -- promises

    def _lapses(self, now: int) -> list[Due]:
        """Promises to me that nobody touched for too long; as a steward, also to those on whose
        behalf somebody else posted."""
        steward = self.replica.membership().is_steward(self.me)
        found: list[Due] = []
        known = self._undated()
        undated: set[str] = set()
        for post in due.doubtful(self._db, self.me, now, steward=steward):
            row = self.post_row(self._number(post, "post"))
            stands = self._settled(post).outcome(row.round).stands
            limit = self.rules().limit(urgent=row.urgency is Urgency.TODAY, repeat=row.repeat)
            for answer in self._answers(row):
                stand = stands.get(answer.id)
                if stand is None or stand.standing not in (Standing.TAKEN, Standing.ACCEPTED):
                    continue
                if not row.mine and stand.by not in (None, self.me):
                    continue  # what somebody else decided stands before what I say
                at = answer.lapses
                if at is None:
                    name = answer.id.hex()
                    undated.add(name)
                    at = min(known.get(name, now), now) + limit
                if not row.mine:
                    at += due.steward_waits(self.device, answer.id)
                if at <= now:
                    found.append(Due(at, answer.id))
        self._seen_undated = undated
        return found

    def _undated(self) -> dict[str, int]:
        text = self.replica.store.meta(_META)
        return {} if text is None else dict(json.loads(str(text)))

    def _keep_undated(self, now: int) -> None:
        """Note since when promises are known whose own dates lie in the future."""
        before = self._undated()
        kept = {name: min(before.get(name, now), now) for name in sorted(self._seen_undated)}
        if kept != before:
            with self.replica.write(durable=False):
                self.replica.store.set_meta(_META, json.dumps(kept))

    # -- forgetting

    def _forgets(self, now: int) -> list[Due]:
        membership = self.replica.membership()
        own = _is_time(self._own_looked, now, _OWN_EVERY_MS)
        everything = membership.is_steward(self.me) and _is_time(
            self._all_looked, now, _ALL_EVERY_MS
        )
        if not own and not everything:
            return []
        joined = {person.id: person.joined for person in membership.persons.values()}
        forgetting = Forgetting(self._db, self.me, now, joined, membership.purged)
        found: list[Due] = []
        if own:
            self._own_looked = now
            found += forgetting.mine()
        if everything:
            self._all_looked = now
            found += forgetting.others(self.device)
        return found


def _is_time(last: int | None, now: int, every: int) -> bool:
    return last is None or not last <= now < last + every
