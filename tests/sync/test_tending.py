# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever process keeps a profile in step also does what time asks of it."""

import threading
from pathlib import Path

import pytest

from mutualaid.errors import StorageError
from mutualaid.model.group import Group
from mutualaid.model.profile import Profile
from mutualaid.model.values import NOTHING_CHANGED, PostDraft, PostKind, Repeat
from mutualaid.model.values.time import DAY_MS, HOUR_MS
from mutualaid.sync import circle as circles
from mutualaid.sync.service import SyncService
from tests.helpers.logs import LogGuard

NOW = 1_800_000_000_000
WAIT_S = 20


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def profile(tmp_path: Path, clock: Clock) -> Profile:
    return Profile.open(tmp_path / "profile", environ={"MUTUALAID_NO_KEYRING": "1"}, clock=clock)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TEND_FIRST_S", "TEND_EVERY_S", "TEND_AGAIN_S"):
        monkeypatch.setattr(circles, name, 0.0)


def test_what_is_due_is_done_without_a_window(profile: Profile, clock: Clock) -> None:
    with profile.start("Elm Street", "Ana") as group:
        post = group.post(
            PostDraft(PostKind.NEED, "Bins out", starts=NOW + HOUR_MS, repeat=Repeat.WEEKLY)
        ).created
        assert post is not None
        clock.now += 9 * DAY_MS
        group.tend()  # finds it due
        clock.now += DAY_MS
        assert group.fields(post).get("round") is None
        done = threading.Event()
        service = SyncService(profile, listen="127.0.0.1:0", discovery=False, stored=done.set)
        service.start()
        try:
            while group.fields(post).get("round") != 2:
                assert done.wait(WAIT_S)
                done.clear()
        finally:
            service.stop()


def test_what_cannot_be_done_is_told_and_tried_again(
    profile: Profile, monkeypatch: pytest.MonkeyPatch, logs: LogGuard
) -> None:
    profile.start("Elm Street", "Ana").close()
    faults = iter((StorageError("The disk is full."), RuntimeError("a fault of ours")))
    tried = threading.Event()
    problems: list[str] = []

    def tend(group: Group) -> object:
        for fault in faults:
            raise fault
        tried.set()
        return NOTHING_CHANGED

    monkeypatch.setattr(Group, "tend", tend)
    logs.expect("what was due could not be done")
    service = SyncService(
        profile,
        listen="127.0.0.1:0",
        discovery=False,
        told=lambda status: problems.append(status.problem),
    )
    service.start()
    try:
        assert tried.wait(WAIT_S)
    finally:
        service.stop()
    assert "The disk is full." in problems
