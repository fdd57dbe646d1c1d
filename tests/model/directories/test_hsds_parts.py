# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What HSDS is read and written with: rows kept beside, hours, addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.model import hours
from mutualaid.model.directories.hsds import schedules
from mutualaid.model.directories.hsds.addresses import parse, two_letters
from mutualaid.model.directories.hsds.bundle import Bundle, keep, unkeep
from mutualaid.model.directories.hsds.schema import TABLES
from mutualaid.model.records.reading import long_text
from tests.model.directories import strategies

ORG = "aaaaaaaa-1111-4111-8111-111111111111"


@given(
    st.dictionaries(
        st.sampled_from(sorted(TABLES)),
        st.lists(
            st.dictionaries(
                st.from_regex("[a-z_]{1,20}", fullmatch=True), st.text(min_size=1), max_size=4
            ),
            max_size=4,
        ),
        max_size=4,
    )
)
def test_rows_are_kept_as_they_are(rows: dict[str, list[dict[str, str]]]) -> None:
    bundle = Bundle(ORG, {stem: found for stem, found in rows.items() if any(found)})
    more, lost = keep(bundle)
    stored = {name: long_text(value, 2000) for name, value in more.items()}
    back, rest = unkeep(ORG, stored)
    assert (lost, rest) == (0, {})
    assert back.rows == {
        stem: [row for row in found if row] for stem, found in bundle.rows.items() if any(found)
    }


def test_what_is_kept_is_bounded() -> None:
    rows = [{"id": str(number), "description": "x" * 9000} for number in range(50)]
    more, lost = keep(Bundle(ORG, {"services": rows}))
    assert lost > 0
    assert sum(map(len, more.values())) < 40_000


@given(strategies.opening)
def test_hours_become_schedules_and_hours_again(text: str) -> None:
    found = schedules.canonical(schedules.rows(text))
    assert set(hours.parse(found)) <= set(hours.parse(text)) or len(hours.parse(text)) > 3


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        (
            {"freq": "WEEKLY", "byday": "MO", "opens_at": "9:00", "closes_at": "24:00:00"},
            "FREQ=WEEKLY;BYDAY=MO;OPENS=09:00;CLOSES=00:00",
        ),
        ({"freq": "MONTHLY", "byday": "MO"}, "FREQ=WEEKLY;BYDAY=MO"),
        ({"freq": "monthly", "byday": "+1SA, -1SU"}, "FREQ=MONTHLY;BYDAY=1SA,-1SU"),
        ({"freq": "WEEKLY", "byday": "MO", "interval": "2"}, ""),
        ({"freq": "WEEKLY", "byday": "MO", "until": "2026-01-01"}, ""),
        ({"freq": "WEEKLY", "byday": "1MO"}, ""),
        ({"freq": "WEEKLY", "byday": "MO", "opens_at": "noon"}, ""),
        ({"freq": "WEEKLY", "byday": "MO", "closes_at": "12:00:00"}, ""),
        ({"freq": "DAILY"}, ""),
        ({"description": "Mondays"}, ""),
    ],
)
def test_what_is_no_standing_opening_time_stays_outside(row: dict[str, str], wanted: str) -> None:
    assert schedules.canonical([row]) == wanted


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("1 Main St, Springfield, IL 62701", "Springfield"),
        ("Mühlenstraße 12, Berlin, Berlin, 10115", "Berlin"),
        ("Room 3, 12 High St, Leeds, West Yorkshire, LS1 4AB", "Leeds"),
        ("Mühlenstr. 4, 10115 Berlin", None),
        ("Room 3, First floor, Old library, B12 area", None),
        ("in the yard behind the library", None),
        ("a, b, c, 12345", None),
        ("", None),
    ],
)
def test_half_an_address_is_none(text: str, city: str | None) -> None:
    found = parse(text)
    assert (found.city if found else None) == city


def test_countries_have_two_letters() -> None:
    assert [two_letters(each) for each in ("DEU", "CIV", "XKX", "", "ZZZ")] == [
        "DE",
        "CI",
        "XK",
        "",
        "",
    ]
