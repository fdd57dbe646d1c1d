# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Opening hours: one canonical text, words both ways, the next time."""

import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.errors import BadValueError
from mutualaid.model import hours
from mutualaid.model.hours import Session

minutes = st.integers(0, 24 * 60 - 1)
times = st.one_of(st.just((None, None)), st.tuples(minutes, st.none()), st.tuples(minutes, minutes))
weekly = st.sets(st.integers(0, 6), min_size=1).map(
    lambda days: (tuple((0, day) for day in sorted(days)), ())
)
ordinal = st.sampled_from((1, 2, 3, 4, 5, -1))
monthly = st.sets(st.tuples(ordinal, st.integers(0, 6)), min_size=1, max_size=6).map(
    lambda days: (tuple(sorted(days, key=lambda each: (each[0] % 7, each[1]))), ())
)
month_days = st.sets(st.integers(1, 31), min_size=1, max_size=6).map(
    lambda days: ((), tuple(sorted(days)))
)
sessions = st.lists(
    st.builds(
        lambda days, span: Session(*days, *span), st.one_of(weekly, monthly, month_days), times
    ),
    min_size=1,
    max_size=4,
)


@given(sessions)
def test_canonical_text_reads_back(made: list[Session]) -> None:
    assert hours.parse(hours.write(made)) == tuple(dict.fromkeys(made))
    assert hours.canonical(hours.write(made)) == hours.write(made)


@given(sessions)
def test_words_read_back(made: list[Session]) -> None:
    text = hours.write(made)
    again = hours.canonical(hours.words(text))
    whole_days = {(one.days, one.month_days) for one in made if one.opens is None}
    kept = [
        one for one in made if one.opens is None or (one.days, one.month_days) not in whole_days
    ]
    assert set(again.split("|")) == set(hours.write(kept).split("|"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("First Saturday, 10:00 to 13:00", "First Saturday, 10:00 to 13:00"),
        ("tuesdays and thursdays 10-13", "Tuesdays and Thursdays, 10:00 to 13:00"),
        ("Monday to Friday, 9 to 5", "Monday to Friday, 09:00 to 17:00"),
        (
            "weekdays 9am-5pm; Sat 10 to 2 pm",
            "Monday to Friday, 09:00 to 17:00; Saturdays, 10:00 to 14:00",
        ),
        (
            "Mon-Thu 9:30 - 12 and 14.00 to 17.00",
            "Monday to Thursday, 09:30 to 12:00 and 14:00 to 17:00",
        ),
        ("1st and 3rd Saturday of the month from 10", "First and third Saturday, from 10:00"),
        ("On the 1st and 15th of the month", "On the 1st and 15th of the month"),
        ("Last Friday 18:00 to 02:00", "Last Friday, 18:00 to 02:00"),
        ("Sa", "Saturdays"),
        ("every day", "Every day"),
        ("2nd Tuesday at 7pm", "Second Tuesday, from 19:00"),
        ("Saturday to Monday", "Mondays, Saturdays and Sundays"),
        ("daily noon to midnight", "Every day, 12:00 to 00:00"),
        ("", ""),
    ],
)
def test_what_people_type(typed: str, said: str) -> None:
    assert hours.words(hours.canonical(typed)) == said


@pytest.mark.parametrize(
    "typed",
    [
        "by arrangement",
        "10 to 12",
        "Mondays 25:00 to 26:00",
        "13th Monday",
        "32nd of the month",
        "Monday to",
        "first",
        "Mondays 13pm",
        ";".join(f"Mondays, {h}:00 to {h}:30" for h in range(13)),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(typed: str) -> None:
    with pytest.raises(BadValueError, match=r"\.$"):
        hours.canonical(typed)


@given(st.text())
def test_odd_text_neither_crashes_nor_hangs(text: str) -> None:
    hours.words(text)
    hours.next_session(text, 0)
    with contextlib.suppress(BadValueError):
        hours.canonical(text)


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY;BYDAY=MO",
        "FREQ=WEEKLY",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=MONTHLY;BYDAY=MO",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=WEEKLY;BYDAY=MO;CLOSES=10:00",
        "FREQ=WEEKLY;BYMONTHDAY=1",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=WEEKLY;BYDAY=MO;OPENS=9:00",
        "FREQ=WEEKLY;FREQ=WEEKLY",
        "FREQ=WEEKLY;BYDAY=MO;X=1",
    ],
)
def test_what_is_not_canonical_is_not_parsed(text: str) -> None:
    with pytest.raises(ValueError, match=r"not|without"):
        hours.parse(text)
    assert hours.words(text) == text


def at(text: str, tz: dt.tzinfo = dt.UTC) -> int:
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=tz).timestamp() * 1000)


def said(span: tuple[int, int] | None) -> list[str]:
    assert span is not None
    return [dt.datetime.fromtimestamp(each / 1000, dt.UTC).isoformat()[:16] for each in span]


@pytest.mark.parametrize(
    ("typed", "now", "tz", "expected"),
    [
        ("First Saturday, 10 to 13", "2026-11-22T12:00", "", "2026-12-05T10:00"),
        ("First Saturday, 10 to 13", "2026-12-05T12:59", "", "2026-12-05T10:00"),
        ("First Saturday, 10 to 13", "2026-12-05T13:00", "", "2027-01-02T10:00"),
        ("First Saturday, 10:00 to 13:00", "2026-11-22T12:00", "Europe/Prague", "2026-12-05T09:00"),
        ("Sundays, 10 to 11; Mondays, 8 to 9", "2026-11-22T11:30", "", "2026-11-23T08:00"),
        ("Fridays, 20:00 to 02:00", "2026-11-28T01:00", "", "2026-11-27T20:00"),
        ("Last Friday", "2026-11-28T00:00", "No/Where", "2026-12-25T00:00"),
        ("On the 31st of the month", "2027-02-01T00:00", "", "2027-03-31T00:00"),
        # The clocks go forward on 28 March 2027: the hour moves, the day does not.
        ("Mondays, 09:00 to 10:00", "2027-03-26T00:00", "Europe/Prague", "2027-03-29T07:00"),
    ],
)
def test_the_next_session(typed: str, now: str, tz: str, expected: str) -> None:
    span = hours.next_session(hours.canonical(typed), at(now), tz)
    assert said(span)[0] == expected


def test_what_is_not_known_has_no_next_session() -> None:
    assert hours.next_session("", at("2026-11-22T12:00")) is None
    assert hours.next_session("ring twice", at("2026-11-22T12:00")) is None


@given(sessions, st.integers(0, 4_000_000_000_000))
def test_the_next_session_is_not_over(made: list[Session], now: int) -> None:
    span = hours.next_session(hours.write(made), now)
    if span is not None:
        assert span[0] < span[1]
        assert span[1] > now
