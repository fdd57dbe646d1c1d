# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Posts and answers in words."""

import dataclasses
import time
from typing import Any

import pytest

from mutualaid.cli import wording
from mutualaid.model.values import (
    ExpiryWarning,
    Mode,
    PostKind,
    PostRow,
    PostStatus,
    Repeat,
    ResponseRow,
    Standing,
    Urgency,
)
from mutualaid.model.values.time import DAY_MS, HOUR_MS

NEW_YEAR_2027 = 1_798_761_600_000  # midnight in UTC


def post(**more: Any) -> PostRow:
    now = time.time_ns() // 1_000_000
    row = PostRow(
        number=1, id=bytes(16), code="22222222", kind=PostKind.NEED, title="A lift", text="",
        category="transport", urgency=Urgency.ANYTIME, area="", when="", mode=Mode.GIFT, parts=1,
        on_behalf_of="", status=PostStatus.OPEN, owner=bytes(16), owner_name="Ana", mine=True,
        responses=0, created=now - 60 * DAY_MS, updated=now, expires=None,
    )  # fmt: skip
    return dataclasses.replace(row, **more)


def answer(**more: Any) -> ResponseRow:
    row = ResponseRow(
        number=1, id=bytes(16), code="22222222", who="Ben", person=bytes(16), note="",
        state=Standing.OFFERED, created=NEW_YEAR_2027, mine=False,
    )  # fmt: skip
    return dataclasses.replace(row, **more)


def test_every_standing_and_every_warning_has_its_words() -> None:
    assert set(wording._STANDS) == {each.value for each in Standing}
    assert set(wording._ENDS) == {each.value for each in ExpiryWarning}


@pytest.mark.parametrize(
    ("ahead", "warning"), [(30 * DAY_MS, None), (5 * DAY_MS, "week"), (HOUR_MS, "day"), (-1, None)]
)
def test_who_posted_it_is_warned_before_it_ends(ahead: int, warning: str | None) -> None:
    expires = time.time_ns() // 1_000_000 + ahead
    assert wording.warning(post(expires=expires)) == warning
    assert ("(ends within a" in wording.ends(post(expires=expires))) is (warning is not None)
    assert wording.warning(post(expires=expires, mine=False)) is None
    assert wording.warning(post(expires=expires, status=PostStatus.DONE)) is None


def test_what_stands_ends_when_it_is_taken_back() -> None:
    assert wording.ends(post()) == "taken back"


@pytest.mark.parametrize(
    ("window", "said"),
    [
        ({}, ""),
        ({"starts": NEW_YEAR_2027}, "2027-01-01 09:00"),
        (
            {"starts": NEW_YEAR_2027, "ends": NEW_YEAR_2027 + HOUR_MS},
            "2027-01-01 09:00 to 10:00",
        ),
        (
            {"starts": NEW_YEAR_2027, "ends": NEW_YEAR_2027 + DAY_MS, "repeat": Repeat.WEEKLY},
            "2027-01-01 09:00 to 2027-01-02 09:00, weekly",
        ),
        ({"ends": NEW_YEAR_2027}, "until 2027-01-01 09:00"),
    ],
)
def test_a_window_is_told_by_the_clock_of_the_group(window: dict[str, Any], said: str) -> None:
    assert wording.window(post(**window), "Asia/Tokyo") == said


def test_an_answer_in_one_line() -> None:
    assert wording.answer_line(answer()) == "22222222  Ben: waits for a yes"
    whole = answer(
        state=Standing.TAKEN, amount=2, part="dinners", every=True, when="at four",
        note="Two\nlines", on_behalf_of="Mr. Ito", lapses=NEW_YEAR_2027,
    )  # fmt: skip
    line = wording.answer_line(whole)
    assert line.startswith(
        "22222222  Ben for Mr. Ito: goes, 2 dinners, each time, at four, Two lines (lapses 20"
    )
    assert line.endswith(" unless touched)")
    assert wording.how_many(3, "") == "3 parts"


def test_how_far_it_is_covered() -> None:
    assert wording.status(post(wanted=5, covered=2, status=PostStatus.PART_COVERED)) == (
        "part covered 2 of 5"
    )
    assert wording.status(post(status=PostStatus.OPEN)) == "open"


def test_lists_of_words() -> None:
    assert wording.listed(["phone"]) == "phone"
    assert wording.listed(["phone", "email", "signal"]) == "phone, email and signal"
