# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Commands run in this process, on a profile of the test's own."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mutualaid.cli import main
from mutualaid.model.demo import begin
from mutualaid.model.group import Group
from mutualaid.model.profile import Profile
from tests.model import street as exchange


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output, which is one JSON document and nothing else."""
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return tmp_path / "profile"


@pytest.fixture
def run(profile: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command; ``at`` is another profile than the test's."""

    def run(*arguments: str, at: Path | None = None) -> Ran:
        capsys.readouterr()
        code = main(["--profile", str(at or profile), *arguments])
        printed = capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    return run


@pytest.fixture
def ana(run: Run) -> Run:
    """Ana's profile, with a group that she began."""
    assert run("start", "Elm Street", "--me", "Ana", "--country", "CAN").code == 0
    return run


@pytest.fixture
def street(run: Run, profile: Path) -> Run:
    """The profile of Robin, in a made-up neighbourhood of twelve people."""
    with Profile.open(profile) as opened, begin(opened, people=12, posts=130):
        return run


class Neighbours:
    """People of one group, each with a profile; called by name, one runs a command as they."""

    def __init__(self, folder: Path, run: Run, *names: str) -> None:
        self.folder = folder
        self._run = run
        self._names = names
        first, *others = names
        assert self[first]("start", "Elm Street", "--me", first.title()).code == 0
        invitation = self[first]("invite", "--json").document["invitation"]
        for name in others:
            ran = self[name]("join", invitation, "--me", name.title(), "--wait", "0")
            assert ran.code == 1  # nobody answered yet
            with self.group(first) as host, self.group(name) as newcomer:
                host.replica.admit(newcomer.replica.join_request())
        self.meet()

    def __getitem__(self, name: str) -> Run:
        return lambda *arguments: self._run(*arguments, at=self.profile(name))

    def profile(self, name: str) -> Path:
        return self.folder / name

    @contextmanager
    def group(self, name: str) -> Iterator[Group]:
        with Profile.open(self.profile(name)) as profile, profile.open_group() as group:
            yield group

    def meet(self, *names: str) -> None:
        """Let these, or all, hear everything of each other."""
        with ExitStack() as stack:
            groups = [stack.enter_context(self.group(name)) for name in names or self._names]
            exchange.meet(*(group.replica for group in groups))


@pytest.fixture
def street_of_three(run: Run, tmp_path: Path) -> Neighbours:
    """Ana, who began the group, Ben and Cleo."""
    return Neighbours(tmp_path, run, "ana", "ben", "cleo")
