# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each machine does by itself as time passes, and what a wrong clock must not do."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mutualaid.errors import BadValueError, NotFoundError
from mutualaid.model.group import Group
from mutualaid.model.invitation import parse_invitation
from mutualaid.model.values import Rules
from mutualaid.model.values.time import DAY_MS, HOUR_MS
from tests.model.street import NOW, Street, meet


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


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Neighbourhood]:
    made = Neighbourhood(tmp_path)
    yield made
    made.street.close()


# The group's rules


def test_a_group_that_agreed_on_nothing_has_the_usual_rules(street: Neighbourhood) -> None:
    ana = street.start()
    assert ana.rules() == Rules(6 * DAY_MS, 24 * HOUR_MS, 90 * DAY_MS)


def test_rules_hold_for_all(street: Neighbourhood) -> None:
    ana = street.start()
    ben = street.join(ana, "Ben")
    changed = ben.set_rules(lapse_days=10, forget_days=30)
    assert changed.concerns("group")
    street.meet()
    for each in (ana, ben):
        assert (each.rules().lapse_days, each.rules().urgent_hours) == (10, 24)
        assert each.rules().forget_days == 30
    ana.set_rules(urgent_hours=4)
    street.meet()
    assert ben.rules() == Rules(10 * DAY_MS, 4 * HOUR_MS, 30 * DAY_MS)
    assert not ana.set_rules().concerns("group")


@pytest.mark.parametrize(
    ("rule", "value", "sentence"),
    [
        ("lapse_days", 0, "days after which a promise lapses must be from 1 to 60, not 0"),
        ("lapse_days", 61, "from 1 to 60"),
        ("urgent_hours", 169, "from 1 to 168"),
        ("forget_days", 6, "forgotten must be from 7 to 3,650, not 6"),
        ("forget_days", 10**30, "from 7 to 3,650"),
    ],
)
def test_rules_out_of_bounds_are_refused_whole(
    street: Neighbourhood, rule: str, value: int, sentence: str
) -> None:
    ana = street.start()
    with pytest.raises(BadValueError, match=sentence):
        ana.set_rules(**{"lapse_days": 3, rule: value})
    assert ana.rules() == Rules()


def test_rules_wait_for_the_groups_page(street: Neighbourhood) -> None:
    ana = street.start()
    invitation = parse_invitation(ana.invite().text)
    clock = Clock()
    ben = Group.join(street.street.store(), invitation, "Ben", clock=clock)
    street.street.machines.append(ben.replica)
    assert ben.rules() == Rules()
    with pytest.raises(NotFoundError, match="has not come to this machine yet"):
        ben.set_rules(lapse_days=3)


def test_what_forgetting_cannot_reach_is_said(street: Neighbourhood) -> None:
    said = street.start().forgetting_reach()
    assert "cannot reach paper, screenshots and backups of other people" in said
