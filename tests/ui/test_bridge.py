# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What other threads and processes commit reaches the window, gathered."""

import threading

from mutualaid.errors import StorageError
from mutualaid.model.values import NOTHING_CHANGED, ChangeSet, PostDraft, PostKind
from mutualaid.sync.status import NetworkStatus
from mutualaid.ui import bridge as bridges
from mutualaid.ui.bridge import Bridge, is_nothing, merged


def posts(*numbers: int) -> ChangeSet:
    return ChangeSet(records={"post": frozenset(numbers)})


def test_changes_are_gathered_into_one():
    both = merged(posts(1), ChangeSet(records={"person": frozenset({2})}, members=True))
    assert both.records == {"post": frozenset({1}), "person": frozenset({2})}
    assert both.members
    assert is_nothing(merged(NOTHING_CHANGED, NOTHING_CHANGED))


def test_very_many_records_become_everything():
    change = merged(posts(*range(bridges.MANY)), posts(bridges.MANY + 1))
    assert change.everything
    assert change.concerns("anything")


def test_the_first_change_is_told_at_once_and_the_rest_together(qtbot):
    waiting = [posts(1)]
    told: list[ChangeSet] = []

    def refresh() -> ChangeSet:
        return waiting.pop() if waiting else NOTHING_CHANGED

    bridge = Bridge(refresh)
    bridge.changed.connect(told.append)
    bridge.look()
    assert told == [posts(1)]
    for number in (2, 3, 4):
        waiting.append(posts(number))
        bridge.look()
    assert told == [posts(1)]
    with qtbot.waitSignal(bridge.changed) as signal:
        pass
    assert signal.args == [posts(2, 3, 4)]
    bridge.stop()


def test_another_thread_can_ask_for_a_look(qtbot):
    seen: list[threading.Thread] = []

    def refresh() -> ChangeSet:
        seen.append(threading.current_thread())
        return posts(1)

    bridge = Bridge(refresh)
    with qtbot.waitSignal(bridge.changed):
        thread = threading.Thread(target=bridge.stored.emit)
        thread.start()
        thread.join()
    assert seen == [threading.main_thread()]


def test_the_state_of_the_network_is_kept(qtbot):
    bridge = Bridge(lambda: NOTHING_CHANGED)
    status = NetworkStatus(listening="192.0.2.1:4000", connected=(b"d" * 32,))
    with qtbot.waitSignal(bridge.status_told):
        bridge.status_told.emit(status)
    assert bridge.status == status


def test_a_database_that_cannot_be_read_is_said_once_and_looked_at_again(qtbot):
    outcomes = [True, False, False, True, False]
    said: list[str] = []

    def refresh() -> ChangeSet:
        if outcomes.pop():
            return posts(len(outcomes))
        raise StorageError("The disk reports an error.")

    bridge = Bridge(refresh)
    bridge.failed.connect(said.append)
    bridge.look()
    assert said == ["The disk reports an error."]
    with qtbot.waitSignal(bridge.changed):
        bridge.look()
    bridge.look()
    bridge.look()
    assert len(said) == 2
    with qtbot.waitSignal(bridge.changed):
        bridge.look()
    bridge.stop()


def test_a_post_of_another_process_arrives(qtbot, group, elsewhere):
    bridge = Bridge(group.refresh)
    bridge.look()
    bridge.start()
    with qtbot.waitSignal(bridge.changed, check_params_cb=lambda change: change.concerns("post")):
        elsewhere.post(PostDraft(PostKind.NEED, "A ladder"))
    bridge.stop()
