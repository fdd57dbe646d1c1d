# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Calendars, as two other programs read them: when what is, on every day of the year."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from dateutil import rrule
from hypothesis import given, settings
from hypothesis import strategies as st

from mutualaid.model import hours, times
from mutualaid.model.directories.directory import Directory, Place, Post, public_id
from mutualaid.model.directories.formats import format_named
from mutualaid.model.taxonomy import CATEGORIES
from mutualaid.model.values import Audience, PlaceKind, PostKind, PostStatus, Repeat
from tests.helpers.examples import examples as tries
from tests.model.directories import examples, strategies

FORMAT = format_named("icalendar")
HOUR, DAY = examples.HOUR, examples.DAY
#: Clocks that are set by half an hour, by no rule, around Ramadan; and zones that there are not.
REAL = (
    *("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"),
    *("Asia/Jerusalem", "Africa/Casablanca"),
)
ZONES = (*REAL, "", "No/Where")


def written(directory: Directory) -> bytes:
    (file,) = FORMAT.files(directory, lambda: None)
    assert file.path.endswith(FORMAT.suffix)
    return b"".join(file.chunks)


def events(directory: Directory) -> list[icalendar.Event]:
    calendar = icalendar.Calendar.from_ical(written(directory))
    return list(calendar.walk("VEVENT"))


def one(*records: Post | Place, tz: str = "Europe/Berlin", **said: Any) -> Directory:
    bare = examples.bare()
    return replace(
        bare,
        group=replace(bare.group, tz=tz),
        posts=tuple(each for each in records if isinstance(each, Post)),
        places=tuple(each for each in records if isinstance(each, Place)),
        **said,
    )


def post(starts: int | None, ends: int | None = None, **said: Any) -> Post:
    kind = said.pop("kind", PostKind.NEED)
    return Post(
        examples.identity("post"), "K7QF2M9P", kind, "Title", starts=starts, ends=ends, **said
    )


def place(opening: str, **said: Any) -> Place:
    return Place(examples.identity("place"), "", "Hub", hours=opening, **said)


def ms(moment: dt.datetime) -> int:
    return int(moment.timestamp()) * 1000


def at(year: int, month: int, day: int, hour: int, minute: int = 0, *, tz: str) -> int:
    return ms(dt.datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(tz)))


def wall(event: icalendar.Event, name: str) -> dt.datetime:
    """What the clock on the wall shows."""
    found: dt.datetime = event.decoded(name)
    return found.replace(tzinfo=None)


def rounds(event: icalendar.Event, most: int) -> list[int]:
    """When an event begins, each time, by dateutil's rules on the clock on the wall."""
    begins = event.decoded("dtstart")
    if "rrule" not in event:
        return [ms(begins)]
    zone = begins.tzinfo
    rule = icalendar.vRecur(event["rrule"])
    (until,) = rule.pop("until")
    found = rrule.rrulestr(rule.to_ical().decode(), dtstart=begins.replace(tzinfo=None))
    made: list[int] = []
    for each in found:
        moment = each.replace(tzinfo=zone)
        if moment > until or len(made) == most:
            break
        made.append(ms(moment))
    return made


def minutes_from(year: int) -> st.SearchStrategy[dt.datetime]:
    """Times as the clock on a wall shows them, of four years."""
    days = st.integers(0, 4 * 365).map(lambda days: dt.date(year, 1, 1) + dt.timedelta(days=days))
    clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0, fold=0))
    return st.builds(dt.datetime.combine, days, clocks)


# -- posts ------------------------------------------------------------------------------------


@settings(max_examples=tries(150))
@given(
    zone=st.sampled_from(ZONES),
    # Whole minutes, as people choose; from a day that every month has.
    starts=minutes_from(2026).map(lambda time: time.replace(day=min(time.day, 28))),
    length=st.integers(1, 48),
    repeat=st.sampled_from([None, *Repeat]),
)
def test_what_repeats_does_so_by_the_clock_on_the_wall(
    zone: str, starts: dt.datetime, length: int, repeat: Repeat | None
) -> None:
    first = ms(starts.replace(tzinfo=times.zone_of(zone)))
    directory = one(
        post(first, first + length * HOUR, repeat=repeat), tz=zone, ends=first + 400 * DAY
    )
    (event,) = events(directory)
    due = [
        times.occurrence(first, None, repeat, number, zone)[0]
        for number in range(60 if repeat else 1)
    ]
    due = [moment for moment in due if moment <= directory.ends]
    # Where the first falls in an hour that comes twice or never, the clock on the wall of the
    # later ones differs from what it shows then.
    if times._wall(first, times.zone_of(zone)) == starts:
        assert rounds(event, 60) == due
    assert ms(event.decoded("dtstart")) == first
    assert ms(event.decoded("dtend")) == first + length * HOUR


@pytest.mark.parametrize("day", [28, 29, 30, 31])
def test_a_day_that_a_month_lacks_is_its_last(day: int) -> None:
    first = at(2027, 1, day, 18, tz="Europe/Berlin")
    (event,) = events(one(post(first, repeat=Repeat.MONTHLY), ends=first + 800 * DAY))
    due = [
        times.occurrence(first, None, Repeat.MONTHLY, number, "Europe/Berlin")[0]
        for number in range(26)
    ]
    assert rounds(event, 26) == due
    assert {
        dt.datetime.fromtimestamp(each / 1000, ZoneInfo("Europe/Berlin")).hour for each in due
    } == {18}


def test_in_a_short_month_it_is_still_of_the_31st() -> None:
    first = at(2026, 12, 31, 18, tz="Europe/Berlin")
    second, third, fourth = (
        times.occurrence(first, None, Repeat.MONTHLY, number, "Europe/Berlin")[0]
        for number in (2, 3, 4)
    )
    short = post(second, repeat=Repeat.MONTHLY, first=(first, None))
    (event,) = events(one(short, ends=second + 70 * DAY))
    assert event["dtstart"].to_ical() == b"20270228T180000"
    assert rounds(event, 9) == [second, third, fourth]


def test_the_hour_that_comes_twice_is_told_in_utc() -> None:
    second = ms(dt.datetime(2027, 10, 31, 1, 30, tzinfo=dt.UTC))  # 02:30 in winter time
    (event,) = events(one(post(second - HOUR, second)))
    assert event["dtstart"].params["TZID"] == "Europe/Berlin"
    assert event["dtend"].to_ical() == b"20271031T013000Z"
    assert ms(event.decoded("dtstart")) == second - HOUR


def test_nothing_repeats_after_the_directory_ends() -> None:
    start = examples.NOW + DAY
    weekly = post(start, repeat=Repeat.WEEKLY)
    (event,) = events(one(weekly, ends=start + 15 * DAY))
    assert len(rounds(event, 99)) == 3
    (event,) = events(one(replace(weekly, expires=start + 8 * DAY), ends=start + 15 * DAY))
    assert len(rounds(event, 99)) == 2
    (event,) = events(one(replace(weekly, expires=start - HOUR)))
    assert "rrule" not in event


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (PostStatus.OPEN, "CONFIRMED"),
        (PostStatus.AGREED, "CONFIRMED"),
        (PostStatus.DONE, "CONFIRMED"),
        (PostStatus.PARKED, "TENTATIVE"),
        (PostStatus.WITHDRAWN, "CANCELLED"),
    ],
)
def test_what_is_called_off_is_not_gone(status: PostStatus, said: str) -> None:
    gone = post(examples.NOW, status=status)
    for directory in (one(gone), replace(one(), called_off=(gone,))):
        (event,) = events(directory)
        assert event["status"] == said
        assert event["uid"] == str(public_id(gone.id))


def test_what_a_post_says() -> None:
    found = {str(event["uid"]): event for event in events(examples.rich())}
    bread = found[str(public_id(examples.identity("bread")))]
    assert bread["summary"] == "Offer: Fresh bread, “every” Saturday 🥖"
    assert bread["location"] == "Mühlenviertel"
    assert [str(each) for each in bread["categories"].cats] == ["Offer", "Food and drink"]
    assert bread["description"].startswith(examples.ODD)
    for said in (
        "When: Saturdays from ten, by the well",
        "To give: 5 loaf, 12 rolls; sweet",
        "From: Ana Souza-Müller",
        "Coming: ليلى حسن",
        "Phone: +49 30 5550101",
    ):
        assert said in bread["description"].splitlines()
    assert bread["class"] == "PUBLIC"
    assert bread.decoded("created") == dt.datetime(2026, 11, 20, 14, tzinfo=dt.UTC)
    assert bread.decoded("last-modified") == dt.datetime(2026, 11, 21, 14, tzinfo=dt.UTC)
    printed = events(examples.rich(Audience.PRINT))
    assert {event["class"] for event in printed} == {"PRIVATE"}


# -- places -----------------------------------------------------------------------------------


def sessions_by_us(session: hours.Session, zone: str, first: int, last: int) -> Iterator[int]:
    """When a session begins, by ``hours``."""
    day = dt.datetime.fromtimestamp(first / 1000, times.zone_of(zone)).date()
    while True:
        if session.falls_on(day):
            minutes = session.opens or 0
            clock = dt.time(minutes // 60, minutes % 60, tzinfo=times.zone_of(zone))
            begins = ms(dt.datetime.combine(day, clock))
            if begins > last:
                return
            yield begins
        day += dt.timedelta(days=1)
        if day.year > 2029:
            return


@settings(max_examples=tries(150))
@given(
    zone=st.sampled_from(ZONES),
    session=strategies.sessions,
    made=st.integers(0, 500).map(lambda days: examples.NOW + days * DAY),
)
def test_opening_hours_on_every_day(zone: str, session: hours.Session, made: int) -> None:
    directory = one(place(hours.write([session])), tz=zone, made=made, ends=made + 370 * DAY)
    (event,) = events(directory)
    zone_ = times.zone_of(zone)
    due = list(sessions_by_us(session, zone, made, directory.ends))
    if session.opens is None:
        assert isinstance(event.decoded("dtstart"), dt.date)
        begins = dt.datetime.combine(event.decoded("dtstart"), dt.time(), zone_)
        assert event.decoded("dtend") - event.decoded("dtstart") == dt.timedelta(days=1)
        assert ms(begins) == due[0]
    else:
        assert rounds(event, 400) == due
        if session.closes is None:
            assert "dtend" not in event
        else:
            minutes = (session.closes - session.opens - 1) % (24 * 60) + 1
            lasts = wall(event, "dtend") - wall(event, "dtstart")
            assert lasts == dt.timedelta(minutes=minutes)


def test_whole_days_end_with_the_directory() -> None:
    (event,) = events(one(place("FREQ=WEEKLY;BYDAY=MO"), ends=examples.NOW + 15 * DAY))
    assert event["dtstart"].to_ical() == b"20261123"
    assert event["rrule"].to_ical() == b"FREQ=WEEKLY;UNTIL=20261207;BYDAY=MO"


def test_a_session_after_the_end_comes_once() -> None:
    (event,) = events(one(place("FREQ=WEEKLY;BYDAY=SA;OPENS=10:00"), ends=examples.NOW + DAY))
    assert "rrule" not in event


def test_what_a_place_says() -> None:
    found = [event for event in events(examples.rich()) if event["status"] and "geo" in event]
    kitchen = found[0]
    assert kitchen["summary"] == "St. Marien Kitchen & “Café”"
    assert kitchen["location"] == "Mühlenstraße 12, Berlin, Berlin, 10115, Mühlenviertel"
    assert (kitchen["geo"].latitude, kitchen["geo"].longitude) == (52.5163, 13.3777)
    assert "Phone: +49 30 5550110; Email: kitchen@marien.example" in kitchen["contact"]
    (repair,) = events(one(place("FREQ=MONTHLY;BYDAY=1SA;OPENS=10:00", kind=PlaceKind.REPAIR)))
    assert repair["summary"] == "Repair session: Hub"


def test_the_same_hours_keep_their_id() -> None:
    opening = "FREQ=WEEKLY;BYDAY=TU;OPENS=10:00"
    more = f"{opening}|FREQ=WEEKLY;BYDAY=WE;OPENS=10:00"
    (before,) = events(one(place(opening)))
    after = events(one(place(more), made=examples.NOW + 9 * DAY))
    assert before["uid"] in {event["uid"] for event in after}
    assert len({event["uid"] for event in after}) == 2


# -- the file ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (post(None), "no time"),
        (post(examples.NOW), ""),
        (place(""), "no opening hours"),
        (place("by appointment"), "no opening hours"),
        (place("FREQ=WEEKLY;BYDAY=MO"), ""),
    ],
)
def test_what_has_no_time_stays(record: Post | Place, said: str) -> None:
    directory = one(record)
    held = FORMAT.holds_back(directory, record)
    assert said in held
    assert bool(held) == bool(said) == (not events(directory))


@settings(max_examples=tries(40))
@given(strategies.directories())
def test_two_other_programs_read_it(directory: Directory) -> None:
    data = written(directory)
    for line in data.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
    calendar = icalendar.Calendar.from_ical(data)
    assert not calendar.errors
    assert str(calendar["version"]) == "2.0"
    found = calendar.walk("VEVENT")
    assert len({event["uid"] for event in found}) == len(found)
    by_uid = {str(event["uid"]): event for event in found}
    for each in directory.posts:
        if each.starts is not None:
            event = by_uid[str(public_id(each.id))]
            assert event["summary"].endswith(f": {each.title}")
            assert ms(event.decoded("dtstart")) == each.starts // 1000 * 1000
    for event in found:
        assert not event.errors
        assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY", "STATUS"} <= event.keys()
    other = vobject.readOne(data.decode())
    assert len(other.contents.get("vevent", ())) == len(found)


@settings(max_examples=tries(100))
@given(
    zone=st.sampled_from(REAL),
    moment=minutes_from(2024),
)
def test_the_time_zone_is_written_out_right(zone: str, moment: dt.datetime) -> None:
    """vobject takes the offsets from the file, not from its own knowledge of the zone."""
    starts = ms(moment.replace(tzinfo=ZoneInfo(zone)))
    shown = dt.datetime.fromtimestamp(starts / 1000, ZoneInfo(zone))
    text = written(one(post(starts), tz=zone)).decode()
    for mark in ":=":  # a name that it has not heard of
        text = text.replace(f"TZID{mark}{zone}", f"TZID{mark}Theirs/{zone}")
    found = vobject.readOne(text).vevent.dtstart.value
    assert found.replace(tzinfo=None) == shown.replace(tzinfo=None, fold=0)
    assert found.utcoffset() == shown.utcoffset()


def test_a_category_has_its_name() -> None:
    for category in CATEGORIES:
        (event,) = events(one(post(examples.NOW, category=category.id)))
        assert str(event["categories"].cats[1]) == category.name


@pytest.mark.parametrize("moment", [0, times.LATEST, examples.NOW - 40 * 366 * DAY])
def test_times_far_away_do_no_harm(moment: int) -> None:
    (event,) = events(one(post(moment, moment + HOUR, repeat=Repeat.MONTHLY)))
    assert ms(event.decoded("dtstart")) == moment


def test_the_same_directory_is_the_same_bytes() -> None:
    assert written(examples.rich()) == written(examples.rich())
