# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""People of one group, each with a machine and a clock that tests can move."""

from pathlib import Path
from typing import Any

from mutualaid.model.group import Group
from mutualaid.model.invitation import parse_invitation
from mutualaid.model.values import PostDraft, PostFilter, PostKind, PostRow, ResponseRow
from mutualaid.model.values.time import DAY_MS, HOUR_MS
from tests.model.street import NOW, Street, meet

YEAR = 365
NUMBER = "0170 555 0199"


class Clock:
    """A clock that tests can move."""

    def __init__(self, now: int = NOW) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def pass_by(self, *, days: float = 0, hours: float = 0) -> None:
        self.now += round(days * DAY_MS + hours * HOUR_MS)


class Neighbourhood:
    """People of one group, each with a machine and a clock of its own."""

    def __init__(self, directory: Path) -> None:
        self.street = Street(directory)
        self.groups: list[Group] = []
        self.clocks: dict[Group, Clock] = {}

    def start(self, name: str = "Ana", *, tz: str = "") -> Group:
        clock = Clock()
        group = Group.start(self.street.store(), "Elm Street", name, tz=tz, clock=clock)
        return self._add(group, clock)

    def join(self, host: Group, name: str) -> Group:
        clock = Clock(self.clocks[host].now)
        invitation = parse_invitation(host.invite().text)
        group = Group.join(self.street.store(), invitation, name, clock=clock)
        host.replica.admit(group.replica.join_request())
        self._add(group, clock)
        self.meet()
        assert group.joined
        return group

    def _add(self, group: Group, clock: Clock) -> Group:
        self.groups.append(group)
        self.street.machines.append(group.replica)
        self.clocks[group] = clock
        return group

    def meet(self) -> None:
        """Let everybody hear everything, what each machine says it holds included."""
        meet(*self.street.machines)
        said = [machine.statement() for machine in self.street.machines]
        for machine in self.street.machines:
            machine.accept_statements([(each.body, each.signature) for each in said])

    def pass_by(self, *, days: float = 0, hours: float = 0) -> None:
        for clock in self.clocks.values():
            clock.pass_by(days=days, hours=hours)

    def tend(self) -> None:
        for group in self.groups:
            group.tend()
        self.meet()

    def later(self, **time: float) -> None:
        """Time passes, and every machine notices."""
        self.pass_by(**time)
        for group in self.groups:
            group.add_notice("All well")
        self.meet()
        self.tend()


def need(group: Group, title: str = "A lift", **more: Any) -> bytes:
    post = group.post(PostDraft(PostKind.NEED, title, **more)).created
    assert post is not None
    return post


def row(group: Group, post: bytes) -> PostRow:
    return group.post_detail(post).row


def promise(street: Neighbourhood, owner: Group, helper: Group, post: bytes) -> bytes:
    """The helper answers, the owner says yes, and all hear of it."""
    street.meet()
    answer = helper.help_with(post).created
    assert answer is not None
    street.meet()
    owner.accept(answer)
    street.meet()
    return answer


def answer_of(group: Group, post: bytes) -> ResponseRow:
    (found,) = group.post_detail(post).responses
    return found


def writes(group: Group) -> int:
    """Changes whenever anything is written to this machine's file."""
    return int(group.replica.store.connection.total_changes)


def titles(group: Group, *, past: bool = False) -> list[str]:
    return [each.title for each in group.posts(PostFilter(past=past))]


def held(group: Group, text: bytes) -> bool:
    """Whether this machine's journal or views hold a text."""
    db = group.replica.store.connection
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'")]
    for table in tables:
        if table.startswith("search"):
            continue
        for values in db.execute(f"SELECT * FROM {table}"):
            for value in values:
                found = value.encode() if isinstance(value, str) else value
                if isinstance(found, bytes) and text in found:
                    return True
    return False
