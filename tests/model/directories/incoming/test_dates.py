# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Dates of five kinds, and which of day and month goes first."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.model.directories.incoming import dates
from mutualaid.model.directories.incoming.dates import Column, Either, Moment

THIRD_OF_MAY = dt.date(2026, 5, 3)
MORNING = dt.time(10, 30)


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-03",
        "2026/5/3",
        "20260503",
        "03.05.2026",
        "3.5.26",
        "3 May 2026",
        "3rd of May 2026".replace("of ", ""),
        "May 3, 2026",
        "Sun, 3 May 2026",
        "3 de mayo de 2026",
        "3 mai 2026",
        "3. Mai 2026",
        "3-May-26",
        "٣ مايو ٢٠٢٦",
        "٢٠٢٦-٠٥-٠٣",
        "46145",
    ],
)
def test_one_day_written_in_many_ways(text: str) -> None:
    assert dates.read(text) == Moment(THIRD_OF_MAY)


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-03 10:30",
        "2026-05-03T10:30:00",
        "3 May 2026 at 10:30",
        "3. Mai 2026 um 10.30 Uhr",
        "3 mai 2026 à 10h30",
        "03.05.2026, 10:30",
        "May 3, 2026 10:30 am",
        "46145.4375",
    ],
)
def test_a_day_with_its_time(text: str) -> None:
    assert dates.read(text) == Moment(THIRD_OF_MAY, MORNING)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-05-03T10:30:00Z", "2026-05-03T10:30"),
        ("2026-05-03 10:30 +02:00", "2026-05-03T08:30"),
        ("2026-05-03 10:30 -0330", "2026-05-03T14:00"),
        ("2026-05-03 10:30", "2026-05-03T08:30"),  # in Berlin
        ("2026-05-03", "2026-05-02T22:00"),
    ],
)
def test_the_zone_that_is_said_goes_before_that_of_the_group(text: str, utc: str) -> None:
    found = dates.read(text)
    assert isinstance(found, Moment)
    expected = dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)
    assert found.ms("Europe/Berlin") == expected.timestamp() * 1000


def test_the_end_of_a_day_is_its_last_moment() -> None:
    found = dates.read("2026-05-03")
    assert isinstance(found, Moment)
    assert found.ms("", end=True) - found.ms("") == 86_399_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "31/02/2026",
        "13/13/2026",
        "0/1/2026",
        "2026-13-01",
        "99999",
        "12",
        "555 0101",
        "25:61",
        "0000-00-00",
        "3 Foo 2026",
        "3 May 2026 at 25:00",
        "1" * 70,
    ],
)
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any: it is never shown
        dates.read(text)


@given(st.text(max_size=70))
def test_any_text_is_a_date_or_none(text: str) -> None:
    try:
        found = dates.read(text)
    except ValueError:
        return
    if isinstance(found, Either):
        found = found.moment(month_first=True)
    assert 1800 <= found.day.year <= 9000


@pytest.mark.parametrize(
    ("column", "country", "month_first", "said"),
    [
        (["03/04/2026", "13/04/2026"], "USA", False, "as other dates in it show"),
        (["03/04/2026", "04/13/2026"], "DEU", True, "as other dates in it show"),
        (["03/04/2026"], "DEU", False, "Nothing in this column tells"),
        (["03/04/2026"], "USA", True, "Nothing in this column tells"),
        (["13/04/2026", "04/13/2026"], "DEU", False, "Some of these dates"),
        (["14/04/2026", "13/04/2026", "04/13/2026"], "USA", False, "Some of these dates"),
    ],
)
def test_a_column_tells_which_goes_first(
    column: list[str], country: str, month_first: bool, said: str
) -> None:
    evidence = Column()
    for text in column:
        evidence.note(text)
    assert evidence.is_month_first(country) is month_first
    assert said in evidence.why(country)
    either = dates.read("03/04/2026")
    assert isinstance(either, Either)
    day = either.moment(month_first=evidence.is_month_first(country)).day
    assert day == (dt.date(2026, 3, 4) if month_first else dt.date(2026, 4, 3))
    assert ("4 March" if month_first else "3 April") in evidence.why(country)


def test_a_zone_that_is_none_counts_as_utc() -> None:
    assert dates.zone_of("Nowhere/Else") is dt.UTC
    assert dates.zone_of("../../etc/passwd") is dt.UTC
