# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A log line of WARNING or worse that no test expected fails that test."""

import logging
import re


class LogGuard(logging.Handler):
    """Collects what is logged during one test.

    A test that provokes a warning on purpose says so: ``logs.expect("half a handshake")``. An
    expectation that nothing met fails the test as well.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.seen: list[logging.LogRecord] = []
        self._expected: list[re.Pattern[str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(record)

    def expect(self, pattern: str) -> None:
        """Take every line in which *pattern* (a regular expression) is found; ask for one."""
        self._expected.append(re.compile(pattern))

    def complaints(self) -> list[str]:
        """Lines nobody expected, then expectations nothing met."""
        lines = [(record, record.getMessage()) for record in self.seen]
        stray = [
            f"unexpected log line: {record.levelname} {record.name}: {text}"
            for record, text in lines
            if not any(pattern.search(text) for pattern in self._expected)
        ]
        missing = [
            f"expected log line never came: {pattern.pattern}"
            for pattern in self._expected
            if not any(pattern.search(text) for _, text in lines)
        ]
        return stray + missing
