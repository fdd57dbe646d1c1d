# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A test leaves no thread behind."""

import threading
import time
from collections.abc import Iterable

#: A thread that was told to stop may take this long to be gone.
GRACE_SECONDS = 3.0


def running() -> set[threading.Thread]:
    """Threads that Python started; not those that only called into it from outside."""
    return {
        thread for thread in threading.enumerate() if not isinstance(thread, threading._DummyThread)
    }


def left_behind(before: Iterable[threading.Thread]) -> list[str]:
    """Names of threads begun since *before* that do not end within the grace period."""
    known = set(before)
    deadline = time.monotonic() + GRACE_SECONDS
    for thread in running() - known:
        thread.join(max(0.0, deadline - time.monotonic()))
    return sorted(thread.name for thread in running() - known if thread.is_alive())
