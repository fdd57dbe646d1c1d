# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Windows, repetition by the clock on the wall, warnings, lapses, and times as people type them."""

import contextlib
import datetime as dt
import zoneinfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mutualaid.errors import BadValueError
from mutualaid.model import times
from mutualaid.model.records.reading import LATEST
from mutualaid.model.times import (
    MOST_ROUNDS,
    check_window,
    lapse_at,
    occurrence,
    over_at,
    parse_moment,
    round_at,
    warning,
)
from mutualaid.model.values import ExpiryWarning, Repeat, Rules
from mutualaid.model.values.time import DAY_MS, HOUR_MS

BERLIN = "Europe/Berlin"
ZONES = ("", BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia")
NOON = 1_796_126_400_000  # 1 December 2026, 12:00 UTC


def at(text: str, zone: str = BERLIN) -> int:
    where = zoneinfo.ZoneInfo(zone) if zone else dt.UTC
    return round(dt.datetime.fromisoformat(text).replace(tzinfo=where).timestamp() * 1000)


def said(moment: int | None, zone: str = BERLIN) -> str:
    assert moment is not None
    where = zoneinfo.ZoneInfo(zone) if zone else dt.UTC
    return dt.datetime.fromtimestamp(moment / 1000, where).strftime("%Y-%m-%d %H:%M")


def rounds(
    starts: str, repeat: Repeat, numbers: range | list[int], zone: str = BERLIN
) -> list[str]:
    first = at(starts, zone)
    return [said(occurrence(first, None, repeat, each, zone)[0], zone) for each in numbers]


# Repetition


@pytest.mark.parametrize("first", ["2026-03-24 18:00", "2026-10-20 18:00"])
def test_every_week_keeps_the_time_on_the_wall_when_the_clocks_change(first: str) -> None:
    said_times = rounds(first, Repeat.WEEKLY, range(3))
    assert {each[11:] for each in said_times} == {"18:00"}
    before, after = (occurrence(at(first), None, Repeat.WEEKLY, each, BERLIN)[0] for each in (0, 1))
    hour = HOUR_MS if first < "2026-06" else -HOUR_MS
    assert after - before == 7 * DAY_MS - hour


def test_a_time_that_the_clocks_skip_falls_as_much_later() -> None:
    assert rounds("2026-03-22 02:30", Repeat.WEEKLY, range(3)) == [
        "2026-03-22 02:30",
        "2026-03-29 03:30",
        "2026-04-05 02:30",
    ]


def test_of_a_time_that_comes_twice_it_is_the_first() -> None:
    first = at("2026-10-18 02:30")
    second = occurrence(first, None, Repeat.WEEKLY, 1, BERLIN)[0]
    assert said(second) == "2026-10-25 02:30"
    assert second - first == 7 * DAY_MS
    # One that began in the second of the two hours goes on by what the wall shows.
    again = at("2026-10-25 02:30") + HOUR_MS
    assert occurrence(again, None, Repeat.WEEKLY, 0, BERLIN)[0] == again
    assert said(occurrence(again, None, Repeat.WEEKLY, 1, BERLIN)[0]) == "2026-11-01 02:30"


def test_the_last_of_a_month_never_drifts() -> None:
    assert [each[:10] for each in rounds("2027-01-31 10:00", Repeat.MONTHLY, range(5))] == [
        "2027-01-31",
        "2027-02-28",
        "2027-03-31",
        "2027-04-30",
        "2027-05-31",
    ]


def test_a_leap_day_comes_back_on_the_last_of_february_and_on_leap_days() -> None:
    found = rounds("2028-02-29 10:00", Repeat.MONTHLY, [1, 12, 24, 36, 48, (2100 - 2028) * 12])
    assert [each[:10] for each in found] == [
        "2028-03-29",
        "2029-02-28",
        "2030-02-28",
        "2031-02-28",
        "2032-02-29",
        "2100-02-28",  # no leap year
    ]
    assert rounds("2028-01-31 10:00", Repeat.MONTHLY, [1]) == ["2028-02-29 10:00"]


def test_every_month_keeps_the_time_on_the_wall() -> None:
    found = rounds("2026-09-15 18:00", Repeat.MONTHLY, range(12))
    assert {each[11:] for each in found} == {"18:00"}


def test_a_night_keeps_its_hours_when_the_clocks_change_within_it() -> None:
    starts, ends = at("2026-10-17 22:00"), at("2026-10-18 06:00")
    begins, closes = occurrence(starts, ends, Repeat.WEEKLY, 1, BERLIN)
    assert (said(begins), said(closes)) == ("2026-10-24 22:00", "2026-10-25 06:00")
    assert closes is not None
    assert closes - begins == 9 * HOUR_MS


def test_a_window_over_the_end_of_a_month_keeps_its_length() -> None:
    starts, ends = at("2027-01-30 22:00"), at("2027-01-31 06:00")
    begins, closes = occurrence(starts, ends, Repeat.MONTHLY, 1, BERLIN)
    assert (said(begins), said(closes)) == ("2027-02-28 22:00", "2027-03-01 06:00")


def test_a_window_that_the_clocks_swallow_still_lasts() -> None:
    starts, ends = at("2026-03-22 02:15"), at("2026-03-22 02:45")
    begins, closes = occurrence(starts, ends, Repeat.WEEKLY, 1, BERLIN)
    assert (said(begins), said(closes)) == ("2026-03-29 03:15", "2026-03-29 03:45")
    # 02:30 becomes 03:30, and 03:00 is still 03:00.
    begins, closes = occurrence(starts, at("2026-03-22 03:00"), Repeat.WEEKLY, 1, BERLIN)
    assert closes is not None
    assert closes - begins == 45 * 60_000


def test_what_does_not_repeat_has_one_round() -> None:
    assert occurrence(NOON, NOON + 1, None, 7, BERLIN) == (NOON, NOON + 1)
    assert round_at(NOON, None, None, NOON + 400 * DAY_MS, BERLIN, 3) == 0


def test_an_end_before_the_beginning_is_none() -> None:
    assert occurrence(NOON, NOON - 1, Repeat.WEEKLY, 0, "") == (NOON, None)


def test_a_group_without_a_known_zone_is_at_utc() -> None:
    for zone in ("", "Middle-earth/Shire", "../../etc/passwd", "\0", "\ud800", "Europe", "a" * 300):
        assert said(occurrence(NOON, None, Repeat.WEEKLY, 20, zone)[0], "")[11:] == "12:00"


def test_the_round_is_the_first_that_is_not_over() -> None:
    starts, ends = at("2026-10-20 18:00"), at("2026-10-20 20:00")

    def found(when: str, least: int = 0) -> int:
        return round_at(starts, ends, Repeat.WEEKLY, at(when), BERLIN, least)

    assert found("2026-01-01 00:00") == 0
    assert found("2026-10-20 19:59") == 0
    assert found("2026-10-20 20:00") == 1
    assert found("2026-10-27 19:59") == 1  # a week and an hour later
    assert found("2026-10-27 20:00") == 2
    assert found("2026-10-20 12:00", least=5) == 5
    assert found("2027-10-19 12:00", least=5) == 52


def test_a_round_without_an_end_is_over_a_day_after_it_began() -> None:
    assert round_at(NOON, None, Repeat.MONTHLY, NOON + DAY_MS - 1, "") == 0
    assert round_at(NOON, None, Repeat.MONTHLY, NOON + DAY_MS, "") == 1


ANY_TIME = st.one_of(st.integers(0, LATEST), st.integers(NOON - 4000 * DAY_MS, NOON * 2))
ANY_ROUND = st.one_of(st.integers(0, 60), st.integers(0, MOST_ROUNDS))


@given(
    ANY_TIME,
    st.one_of(st.none(), st.integers(1, 6 * DAY_MS)),
    st.sampled_from(Repeat),
    ANY_ROUND,
    st.sampled_from(ZONES),
)
def test_rounds_follow_each_other_and_are_found_again(
    starts: int, length: int | None, repeat: Repeat, number: int, zone: str
) -> None:
    ends = None if length is None or starts + length > LATEST else starts + length
    one, one_ends = occurrence(starts, ends, repeat, number, zone)
    assert one_ends is None or one_ends > one
    if number < MOST_ROUNDS:
        other, _ends = occurrence(starts, ends, repeat, number + 1, zone)
        assert one < over_at(one, one_ends) <= other
    if over_at(one, one_ends) <= LATEST:
        assert round_at(starts, ends, repeat, over_at(one, one_ends) - 1, zone) == number
        assert round_at(starts, ends, repeat, one, zone) == number
        after = round_at(starts, ends, repeat, over_at(one, one_ends), zone)
        assert after == min(number + 1, MOST_ROUNDS)


ANYTHING = st.one_of(st.integers(-(2**63), 2**63), ANY_TIME, st.integers(-(10**6), 10**6))


@given(
    ANYTHING,
    st.one_of(st.none(), ANYTHING),
    st.sampled_from((None, *Repeat)),
    ANYTHING,
    ANYTHING,
    ANYTHING,
    st.one_of(st.sampled_from(ZONES), st.text(max_size=20)),
)
@example(0, LATEST, Repeat.WEEKLY, LATEST, 0, MOST_ROUNDS, "")
@example(0, LATEST, Repeat.MONTHLY, 0, 0, MOST_ROUNDS, BERLIN)
@example(LATEST - 1, LATEST, Repeat.MONTHLY, LATEST, 0, MOST_ROUNDS, BERLIN)
@example(-1, -1, None, -1, -1, -1, "")
def test_no_time_of_others_raises(
    starts: int,
    ends: int | None,
    repeat: Repeat | None,
    now: int,
    least: int,
    number: int,
    zone: str,
) -> None:
    begins, closes = occurrence(starts, ends, repeat, number, zone)
    assert closes is None or closes > begins
    found = round_at(starts, ends, repeat, now, zone, least)
    assert 0 <= found <= MOST_ROUNDS
    if repeat is not None:
        assert found >= min(max(least, 0), MOST_ROUNDS)
        later = round_at(starts, ends, repeat, now + 40 * DAY_MS, zone, least)
        assert later >= found
    warning(ends, starts, now)
    lapse_at((starts,), 1, now)
    if 0 <= now <= LATEST:
        assert times.words(now, zone)


# Warnings and lapses


def test_a_warning_comes_a_week_and_a_day_before() -> None:
    posted, expires = NOON, NOON + 30 * DAY_MS
    assert warning(expires, posted, expires - 7 * DAY_MS - 1) is None
    assert warning(expires, posted, expires - 7 * DAY_MS) is ExpiryWarning.WEEK
    assert warning(expires, posted, expires - DAY_MS - 1) is ExpiryWarning.WEEK
    assert warning(expires, posted, expires - DAY_MS) is ExpiryWarning.DAY
    assert warning(expires, posted, expires - 1) is ExpiryWarning.DAY
    assert warning(expires, posted, expires) is None
    assert warning(None, posted, expires) is None


def test_a_warning_that_would_have_come_before_posting_is_left_out() -> None:
    assert warning(NOON + 3 * DAY_MS, NOON, NOON) is None
    assert warning(NOON + 3 * DAY_MS, NOON, NOON + 2 * DAY_MS) is ExpiryWarning.DAY
    assert warning(NOON + 7 * DAY_MS, NOON, NOON) is None  # posted for a week
    assert warning(NOON + DAY_MS // 2, NOON, NOON + 1) is None


def test_a_promise_lapses_after_it_was_last_touched() -> None:
    limit = Rules().limit(urgent=False)
    assert limit == 6 * DAY_MS
    assert Rules().limit(urgent=True) == 24 * HOUR_MS
    assert lapse_at((NOON, NOON + DAY_MS), limit, NOON + 2 * DAY_MS) == NOON + 7 * DAY_MS


def test_a_clock_that_is_wrong_by_a_year_neither_keeps_a_promise_nor_ends_it() -> None:
    limit, year = 6 * DAY_MS, 365 * DAY_MS
    assert lapse_at((NOON, NOON + year), limit, NOON + DAY_MS) == NOON + limit
    assert lapse_at((NOON, NOON - year), limit, NOON + DAY_MS) == NOON + limit
    assert lapse_at((NOON + DAY_MS,), limit, NOON) == NOON + DAY_MS + limit
    assert lapse_at((NOON + year,), limit, NOON) is None
    assert lapse_at((NOON + year, 0), limit, NOON) is None
    assert lapse_at((), limit, NOON) is None


# What a person typed


@pytest.mark.parametrize(
    ("starts", "ends", "repeat"),
    [
        (None, None, None),
        (NOON, None, None),
        (NOON + 1, NOON + 2, None),
        (NOON - DAY_MS, NOON + 1, None),
        (NOON - 500 * DAY_MS, NOON - 499 * DAY_MS, Repeat.WEEKLY),
        (NOON, NOON + 7 * DAY_MS, Repeat.WEEKLY),
    ],
)
def test_windows_that_can_be_meant(
    starts: int | None, ends: int | None, repeat: Repeat | None
) -> None:
    check_window(starts, ends, repeat, NOON)


@pytest.mark.parametrize(
    ("starts", "ends", "repeat", "sentence"),
    [
        (NOON + 2, NOON + 1, None, "would end .* before it begins"),
        (NOON + 1, NOON + 1, None, "before it begins"),
        (NOON - 2 * DAY_MS, None, None, "This time is over: 29 November 2026, 12:00"),
        (NOON - 2 * DAY_MS, NOON - DAY_MS, None, "is now 1 December 2026, 12:00"),
        (None, NOON + 1, None, "needs a beginning"),
        (NOON - DAY_MS, NOON, None, "over"),
        (None, NOON + 1, Repeat.WEEKLY, "needs the time when it first begins"),
        (NOON, NOON + 7 * DAY_MS + 1, Repeat.WEEKLY, "can last a week at most"),
        (NOON, NOON + 29 * DAY_MS, Repeat.MONTHLY, "can last four weeks at most"),
        (NOON + 2000 * DAY_MS, None, None, "more than three years away"),
        (-1, None, None, "cannot be kept"),
        (NOON, LATEST + 1, None, "cannot be kept"),
    ],
)
def test_windows_that_cannot_be_meant(
    starts: int | None, ends: int | None, repeat: Repeat | None, sentence: str
) -> None:
    with pytest.raises(BadValueError, match=sentence):
        check_window(starts, ends, repeat, NOON)


def test_a_window_that_fails_under_a_wrong_clock_says_what_the_clock_shows() -> None:
    for wrong in (-365 * DAY_MS * 4, 365 * DAY_MS):
        with pytest.raises(BadValueError, match=r"On this machine it is now .* set its clock"):
            check_window(NOON, NOON + HOUR_MS, None, NOON + wrong, BERLIN)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2026-12-01 14:30", "2026-12-01 14:30"),
        ("  2026-12-1   9:05 ", "2026-12-01 09:05"),
        ("2026-12-01T14:30", "2026-12-01 14:30"),
        ("2026-12-01T14:30:59", "2026-12-01 14:30"),
        ("2026-12-01, 14.30", "2026-12-01 14:30"),
        ("2026-12-01", "2026-12-01 00:00"),
        ("2026-07-01 14:30", "2026-07-01 14:30"),
        ("2026-12-01 14:30Z", "2026-12-01 15:30"),
        ("2026-12-01T14:30:00.5+02:00", "2026-12-01 13:30"),
        ("2026-12-01 14:30 -0500", "2026-12-01 20:30"),
        ("today", "2026-12-01 00:00"),
        ("Tomorrow 8:00", "2026-12-02 08:00"),
        ("tomorrow", "2026-12-02 00:00"),
        ("14:30", "2026-12-01 14:30"),
        ("12:30", "2026-12-02 12:30"),  # it is 13:00 there
    ],
)
def test_times_as_people_type_them(typed: str, expected: str) -> None:
    assert said(parse_moment(typed, BERLIN, NOON)) == expected


def test_a_day_alone_may_mean_its_end() -> None:
    assert said(parse_moment("2026-12-01", BERLIN, NOON, end_of_day=True)) == "2026-12-02 00:00"
    assert (
        said(parse_moment("2026-12-01 08:00", BERLIN, NOON, end_of_day=True)) == "2026-12-01 08:00"
    )


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "cannot be read as a time"),
        ("soon", "“soon” cannot be read as a time"),
        ("1.12.2026", "cannot be read"),
        ("14", "cannot be read"),
        ("2026-02-29", "There is no day 2026-02-29"),
        ("2026-13-01 10:00", "There is no day 2026-13-01"),
        ("2026-12-01 24:30", "There is no time 24:30"),
        ("2026-12-01 10:60", "There is no time 10:60"),
        ("0001-01-01", "cannot be kept"),
        ("9999-12-31 23:59", "cannot be kept"),
        ("2026-12-01 10:00+99:00", "offset"),
        ("2027-03-28 02:30", "02:30 does not come on 28 March 2027.*Europe/Berlin"),
        ("٢٠٢٦-12-01", "cannot be read"),
        ("x" * 5000, "cannot be read"),
    ],
)
def test_times_that_cannot_be_read(typed: str, sentence: str) -> None:
    with pytest.raises(BadValueError, match=sentence):
        parse_moment(typed, BERLIN, NOON)


def test_of_an_hour_that_comes_twice_the_first_is_meant() -> None:
    assert parse_moment("2026-10-25 02:30", BERLIN, NOON) == at("2026-10-25 02:30")


def test_a_day_whose_midnight_is_skipped_begins_when_it_begins() -> None:
    beirut = "Asia/Beirut"
    assert said(parse_moment("2027-03-28", beirut, NOON), beirut) == "2027-03-28 01:00"


@given(st.text(max_size=40), ANYTHING, st.sampled_from(ZONES))
def test_what_is_typed_is_read_or_explained(typed: str, now: int, zone: str) -> None:
    moment = None
    with contextlib.suppress(BadValueError):
        moment = parse_moment(typed, zone, now)
    assert moment is None or 0 <= moment <= LATEST
