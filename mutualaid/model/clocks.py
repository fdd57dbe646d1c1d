# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether this machine's clock can be right, by the dates that other people's machines write.

No machine can know what time it is. But what neighbours wrote, and say that they hold, is dated by
their clocks, and several of them are seldom wrong in the same way.
"""

import json
from dataclasses import dataclass
from typing import Final

from mutualaid.model.chains import short_device
from mutualaid.model.entry import Chain
from mutualaid.model.replica import Replica
from mutualaid.model.times import BELIEVABLE_MS, day_words
from mutualaid.model.values.time import HOUR_MS

#: The checks are noted no closer to each other than this.
_MARKS_APART_MS: Final = HOUR_MS
_META: Final = "checks"  # a JSON list of times, oldest first


@dataclass(frozen=True, slots=True)
class Stamps:
    """The newest dates on what is held here, in ms.

    ``own`` is on what this machine wrote, None before it wrote anything. ``others`` has the newest
    of each other person, the newest first. ``before_own`` counts the people of whom some machine
    said that it holds the newest of this machine, more than a day before the date on that.
    """

    own: int | None
    others: tuple[int, ...]
    before_own: int

    @property
    def vouched(self) -> int | None:
        """A time that has come, as far as others know: of several people, the second newest."""
        return self.others[min(len(self.others), 2) - 1] if self.others else None


def stamps(replica: Replica) -> Stamps:
    """Read the dates on what is held here; no query but for the statements."""
    membership = replica.membership()
    device = replica.device.public
    newest: dict[bytes, int] = {}
    for branch in replica.journal.all_branches():
        person = membership.person_of(branch.device)
        if person is not None and person != replica.me and membership.is_current(branch.device):
            newest[person] = max(newest.get(person, 0), branch.head_created)
    mine = replica.journal.branches(device, Chain.CONTENT)
    short = short_device(device)
    before: set[bytes] = set()
    for statement in replica.statements():
        person = membership.person_of(statement.device)
        if person is None or person == replica.me or not membership.is_current(statement.device):
            continue
        newest[person] = max(newest.get(person, 0), statement.created)
        heads = statement.holdings.get(short)
        held = max((seq for seq, _ in heads[Chain.CONTENT]), default=-1) if heads else -1
        known = bool(mine) and held >= mine[0].head_seq
        if known and statement.created < mine[0].head_created - BELIEVABLE_MS:
            before.add(person)
    own = max(
        (
            branch.head_created
            for chain in Chain
            for branch in replica.journal.branches(device, chain)
        ),
        default=None,
    )
    return Stamps(own, tuple(sorted(newest.values(), reverse=True)), len(before))


def advice(found: Stamps, now: int, zone: str) -> str | None:
    """A sentence where this machine's clock is, or was, wrong by more than a day; else None."""
    needed = min(len(found.others), 2)
    today = day_words(now, zone)
    late = now + BELIEVABLE_MS
    if found.vouched is not None and found.vouched > late:
        return (
            f"This machine's clock seems to be behind: it shows {today}, and neighbours have"
            f" written on {day_words(found.vouched, zone)}. Nothing is lost, but what you post may"
            " look to others as if it was over. Set the date and time of this computer."
        )
    if needed and found.before_own >= needed and found.own is not None and found.own <= late:
        return (
            f"This machine's clock seems to be ahead: it shows {today}, and what it wrote last had"
            " reached neighbours before the date that is on it. Nothing is lost. Set the date and"
            " time of this computer."
        )
    if found.own is not None and found.own > late:
        wrote = day_words(found.own, zone)
        if not found.others:
            return (
                f"This machine's clock is wrong, or was: it shows {today}, and what it wrote last"
                f" is dated {wrote}. Nothing is lost. Set the date and time of this computer if"
                " they are wrong."
            )
        return (
            f"This machine's clock was ahead before: what it wrote last is dated {wrote}, and now"
            f" it shows {today}. Nothing is lost. Look at when your posts end, and change it"
            " where it is too late."
        )
    return None


class Checks:
    """When this machine found something due, so that a clock that is wrong for an hour ends
    nothing: the times are kept, and a later check builds on an earlier one."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica
        text = replica.store.meta(_META)
        self.marks: list[int] = [] if text is None else list(json.loads(str(text)))

    def proven(self, now: int, wait: int) -> int:
        """Up to when what is due may be done at ``now``: others' dates show that this time has
        come, or a check noted at least ``wait`` ms ago; never beyond ``now``."""
        vouched = stamps(self._replica).vouched or 0
        noted = max((mark for mark in self.marks if mark <= now - wait), default=0)
        return min(now, max(vouched, noted))

    def note(self, now: int, keep: int) -> None:
        """Note a check at which something was due. What is older than needed for a wait of
        ``keep`` ms is forgotten."""
        marks = [mark for mark in self.marks if mark <= now]
        old = [mark for mark in marks if mark <= now - keep]
        marks = [*old[-1:], *marks[len(old) :]]
        if not marks or now - marks[-1] >= _MARKS_APART_MS:
            marks.append(now)
        self._write(marks)

    def turn_back(self, now: int) -> None:
        """Forget the checks that lie in the future: the clock was wrong then."""
        self._write([mark for mark in self.marks if mark <= now])

    def _write(self, marks: list[int]) -> None:
        if marks == self.marks:
            return
        with self._replica.write(durable=False):
            self._replica.store.set_meta(_META, json.dumps(marks))
        self.marks = marks
