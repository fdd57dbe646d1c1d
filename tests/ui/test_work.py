# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Long work runs beside the window, and its end is told in the window's own thread."""

import threading

import pytest
from PySide6.QtCore import QCoreApplication

from mutualaid.errors import BackupError
from mutualaid.ui.work import Task


def test_the_result_comes_back(qtbot):
    task = Task(threading.current_thread, "work")
    with qtbot.waitSignal(task.succeeded) as told:
        task.start()
    assert told.args[0].name == "work"


def test_an_error_of_the_world_is_told_as_its_sentence(qtbot):
    def fail():
        raise BackupError("The backup could not be written. Nothing was lost.")

    task = Task(fail, "work")
    with qtbot.waitSignal(task.failed) as told:
        task.start()
    assert told.args == ["The backup could not be written. Nothing was lost."]


def test_an_error_of_ours_is_seen(qtbot):
    task = Task(lambda: 1 // 0, "work")
    with qtbot.capture_exceptions() as seen, qtbot.waitSignal(task.failed):
        task.start()
    assert [kind for kind, *_ in seen] == [ZeroDivisionError]


@pytest.mark.parametrize("started", [True, False])
def test_closing_waits_and_tells_nothing(qtbot, started):
    gate = threading.Event()
    task = Task(gate.wait, "work")
    told: list[object] = []
    task.succeeded.connect(told.append)
    if started:
        task.start()
    gate.set()
    task.wait()
    QCoreApplication.sendPostedEvents()
    assert not told
