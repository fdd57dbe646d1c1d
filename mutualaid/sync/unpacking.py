# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking in what is in a parcel, from whichever road: a relay, a folder, a single file."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field

from mutualaid.errors import InvitationError, ProtocolError
from mutualaid.model.entry import Run
from mutualaid.model.journal import Refusal
from mutualaid.model.photos import photo_hash
from mutualaid.model.replica import Replica
from mutualaid.sync.parcel import Body, Index, claims


@dataclass(slots=True)
class Taken:
    """What came of a parcel so far."""

    stored: int = 0
    control: bool = False
    kept: int = 0  # photos
    admitted: list[bytes] = field(default_factory=list)
    #: Why something of it could not be stored yet; empty when all is here.
    refused: set[Refusal] = field(default_factory=set)
    #: Why a newcomer was not let in.
    refusals: list[str] = field(default_factory=list)
    #: What is in it is not what it says, or breaks a rule: nothing of it counts as being there.
    unfit: bool = False
    #: Entries, whether or not they were new here.
    entries: int = 0
    #: Photos of no post that is here: its text may come yet.
    early: int = 0


def steps(replica: Replica, index: Index, body: Body, taken: Taken) -> Iterator[None]:
    """Take in a parcel, in steps of some 10 ms; ``taken`` fills as they go.

    Each step is a transaction. Stopping in between costs nothing but doing it again. Raises
    StorageError where this machine's disk refuses.
    """
    try:
        batches = body.runs()
    except ProtocolError:
        taken.unfit = True
        return
    taken.entries = sum(len(run.items) for runs in batches for run in runs)
    if not claims(index, [run for runs in batches for run in runs]):
        taken.unfit = True
        return
    yield
    again = yield from _store(replica, batches, taken)
    if body.epochs and replica.take_epochs(body.epochs):
        taken.control = True
    if body.joins and is_member(replica):
        for request in body.joins:
            try:
                if request.device not in replica.membership().devices:
                    replica.admit(request)
                    taken.admitted.append(request.device)
                    taken.control = True
            except InvitationError as error:
                taken.refusals.append(str(error))
            except ProtocolError:
                taken.unfit = True
            yield
    if taken.admitted and again:
        taken.refused.clear()
        again = yield from _store(replica, [again], taken)
    for data in body.blobs:
        while replica.apply_some(400):
            yield
        digest = photo_hash(data)
        if digest in replica.blobs.missing():
            taken.kept += replica.keep_blob(digest, data)
            yield
        elif not replica.blobs.held([digest]):
            taken.early += 1


def _store(
    replica: Replica, batches: Sequence[Sequence[Run]], taken: Taken
) -> Generator[None, None, list[Run]]:
    """Store them, control and content as they come; return what may fit later."""
    refused: list[Run] = []
    for runs in batches:
        accepted = replica.take_in(runs)
        taken.stored += accepted.stored
        taken.control |= accepted.control
        for run, why in accepted.refused:
            if why is Refusal.BAD:
                taken.unfit = True
            elif why is not Refusal.BRANCHES:
                taken.refused.add(why)
                refused.append(run)
        yield
    return refused


def is_member(replica: Replica) -> bool:
    """Whether this machine may let others in."""
    return replica.joined and replica.membership().is_current(replica.device.public)
