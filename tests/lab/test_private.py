# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is for one person alone, on three real machines: their cable and everything they keep."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from mutualaid.model.group import Group
from mutualaid.model.profile import Profile
from mutualaid.model.values import Audience, ContactKind
from tests.lab import Lab, Machine, until
from tests.model.neighbours import dump

pytestmark = pytest.mark.lab

T = TypeVar("T")

IN_STEP_S = 30
NUMBER = "0911 555 0147"
OFFER = "Zwetschgenkompott"
REPLY = "Marmeladenglas"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with Lab(tmp_path, "one", "two", "three") as built:
        yield built


def on(machine: Machine, work: Callable[[Group], T]) -> T:
    """Do something with the group of a machine, beside its node, as a window would."""
    with Profile.open(machine.profile, environ={"MUTUALAID_NO_KEYRING": "1"}) as profile:
        (directory,) = profile.directories()
        with profile.open_directory(directory) as group:
            return work(group)


def forms(word: str) -> list[bytes]:
    return [word.encode(), word.lower().encode(), word.encode("utf-16-le")]


def test_contacts_and_threads_reach_whom_they_are_for_and_nobody_else(
    lab: Lab, tmp_path: Path
) -> None:
    """Ana, a steward, holds every entry and passes them on; Ben and Cleo share a number and a
    thread. It is in clear in neither her database, decrypted, nor any file nor on the cable."""
    one, two, three = (lab[name] for name in ("one", "two", "three"))
    file = tmp_path / "cable.pcap"
    with lab.capture(file):
        one.run("start", "Elm Street", "--me", "Ana")
        invitation = one.json("invite")["invitation"]
        one.node()
        for machine, name in ((two, "Ben"), (three, "Cleo")):
            machine.run("join", invitation, "--me", name)
            machine.node()
        two.run("post", "need", "A lift to the clinic")
        on(two, lambda group: group.set_contact(ContactKind.PHONE, NUMBER, Audience.HELPER))
        until(lambda: bool(on(three, lambda group: group.posts())), IN_STEP_S, "the need")
        (post,) = on(three, lambda group: [row.id for row in group.posts()])
        ben, cleo = on(two, lambda group: group.me), on(three, lambda group: group.me)
        on(three, lambda group: group.help_with(post))
        on(three, lambda group: group.send(post, ben, f"I bring the {OFFER}"))
        until(lambda: bool(on(two, lambda group: group.threads())), IN_STEP_S, "the message")
        (response,) = on(two, lambda group: group.post_detail(post).responses)
        on(two, lambda group: group.accept(response.id))
        on(two, lambda group: group.send(post, cleo, f"And the {REPLY}"))
        until(
            lambda: on(three, lambda group: len(group.thread(post, ben)) == 2),
            IN_STEP_S,
            "the reply",
        )
        assert [row.value for row in on(three, lambda group: group.contacts_of(ben))] == [NUMBER]
        assert [row.name for row in on(two, lambda group: group.who_has())] == ["Cleo"]
        expected = on(two, lambda group: group.replica.applier.view_hash())
        until(
            lambda: on(one, lambda group: group.replica.applier.view_hash()) == expected,
            IN_STEP_S,
            "all that was written, on the machine of somebody else",
        )
    assert all(word.encode() in on(three, dump) for word in (NUMBER, OFFER, REPLY))
    known = on(one, dump)
    seen = file.read_bytes()
    kept = b"".join(
        each.read_bytes()
        for machine in (one, two, three)
        for each in machine.profile.rglob("*")
        if each.is_file()
    )
    assert b"A lift to the clinic" in known
    assert len(seen) > 10_000
    for word in (NUMBER, OFFER, REPLY):
        for form in forms(word):
            assert form not in known
            assert form not in seen
            assert form not in kept


def test_what_is_closed_again_is_gone_from_the_other_machine(lab: Lab) -> None:
    one, two = lab["one"], lab["two"]
    one.run("start", "Elm Street", "--me", "Ana")
    invitation = one.json("invite")["invitation"]
    one.node()
    two.run("join", invitation, "--me", "Ben")
    two.node()
    on(one, lambda group: group.set_contact(ContactKind.PHONE, NUMBER, Audience.HELPER))
    ana, ben = on(one, lambda group: group.me), on(two, lambda group: group.me)
    until(
        lambda: on(one, lambda group: ben in group.replica.membership().persons),
        IN_STEP_S,
        "that Ben belongs",
    )
    on(one, lambda group: group.open_contact(ben))
    until(lambda: bool(on(two, lambda group: group.contacts_of(ana))), IN_STEP_S, "the number")
    assert NUMBER.encode() in on(two, dump)
    on(one, lambda group: group.close_contact(ben))
    until(lambda: not on(two, lambda group: group.contacts_of(ana)), IN_STEP_S, "its end")
    assert NUMBER.encode() not in on(two, dump)
