# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a post, its times, its answers and what came of them are said."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from mutualaid.model.values import (
    Fit,
    PartRow,
    PersonRow,
    PostKind,
    PostRow,
    PostStatus,
    Reason,
    ReasonKind,
    Repeat,
    ResponseRow,
    Standing,
    Suggestion,
)
from mutualaid.ui.icons import icon_names
from mutualaid.ui.post.fit_words import fit_words, reason_words, suggestion_sentence
from mutualaid.ui.post.words import (
    STANDING_ICONS,
    STATUS_ICONS,
    action_words,
    amount_words,
    ends_words,
    lapse_words,
    part_words,
    so_far,
    spoken,
    standing_words,
    waits_for,
    window,
    window_words,
)
from mutualaid.ui.words import status_word
from tests.ui.board.test_model import row

BERLIN = "Europe/Berlin"
HOUR = 3_600_000
DAY = 24 * HOUR


def at(text: str, zone: str = BERLIN) -> int:
    """A time by the clock on the wall of a zone."""
    then = dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    return int(then.timestamp() * 1000)


NOW = at("2026-11-22 12:00")  # a Sunday


def post(**more: object) -> PostRow:
    return replace(row(1, NOW - HOUR), **more)  # type: ignore[arg-type]


def answer(state: Standing, **more: object) -> ResponseRow:
    made = ResponseRow(1, b"r" * 16, "CODE", "Ben", b"b" * 16, "", state, NOW, False)
    return replace(made, **more)  # type: ignore[arg-type]


# -- times


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [
        ("2026-11-22 18:00", "2026-11-22 20:00", "today 18:00–20:00"),
        ("2026-11-23 18:00", None, "tomorrow 18:00"),
        ("2026-11-25 09:30", "2026-11-25 11:00", "Wednesday 09:30–11:00"),
        ("2026-12-01 00:00", "2026-12-02 00:00", "1 December"),
        ("2026-12-01 00:00", "2026-12-04 00:00", "1 December to 3 December"),
        ("2027-01-04 14:00", "2027-01-05 10:00", "4 January 2027 14:00 to 5 January 2027 10:00"),
        (None, "2026-11-24 00:00", "until tomorrow"),
        (None, "2026-11-24 14:00", "until Tuesday 14:00"),
        (None, None, ""),
    ],
)
def test_a_window_of_time(qapp, starts, ends, said):
    begin = None if starts is None else at(starts)
    end = None if ends is None else at(ends)
    # How the system's language writes hours is its own affair; ours are two digits each.
    assert window(begin, end, BERLIN, NOW) in (said, said.replace("09:30", "9:30"))


def test_what_repeats_is_told_by_the_clock_on_the_wall(qapp):
    weekly = post(starts=at("2026-10-20 18:00"), ends=at("2026-10-20 19:30"), repeat=Repeat.WEEKLY)
    assert window_words(weekly, BERLIN, NOW) == "every Tuesday 18:00–19:30"
    later = replace(weekly, starts=at("2026-12-01 18:00"), ends=at("2026-12-01 19:30"))
    assert window_words(later, BERLIN, NOW) == "every Tuesday 18:00–19:30"
    monthly = replace(later, repeat=Repeat.MONTHLY)
    assert window_words(monthly, BERLIN, NOW) == "every month, next 1 December 18:00–19:30"
    whole = post(starts=at("2026-11-24 00:00"), repeat=Repeat.WEEKLY)
    assert window_words(whole, BERLIN, NOW) == "every Tuesday"


def test_another_zone_has_another_hour(qapp):
    moment = at("2026-11-24 18:00")
    assert window(moment, None, "Asia/Tokyo", NOW) in ("Wednesday 02:00", "Wednesday 2:00")
    assert window(moment, None, "", NOW) == "Tuesday 17:00"
    assert window(moment, None, "No/Where", NOW) == "Tuesday 17:00"


def test_the_card_says_the_window_and_what_was_typed(qapp):
    both = post(starts=at("2026-11-23 18:00"), when="or a little later")
    assert "tomorrow 18:00 (or a little later)" in spoken(both, NOW, zone=BERLIN)


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (8 * DAY, ""),
        (6 * DAY, "ends in 6 days"),
        (DAY - HOUR, "ends tomorrow"),
        (HOUR, "ends today"),
        (-HOUR, ""),
    ],
)
def test_an_end_is_warned_of_on_ones_own(qapp, left, said):
    mine = post(mine=True, created=NOW - 20 * DAY, expires=NOW + left)
    assert ends_words(mine, NOW, BERLIN) == said
    assert ends_words(replace(mine, mine=False), NOW, BERLIN) == ""
    assert ends_words(replace(mine, status=PostStatus.DONE), NOW, BERLIN) == ""
    assert ends_words(replace(mine, expires=None), NOW, BERLIN) == ""


def test_a_promise_warns_a_day_before_it_lapses(qapp):
    promised = answer(Standing.ACCEPTED, lapses=NOW + 20 * HOUR)
    assert lapse_words(promised, NOW, BERLIN).startswith("lapses tomorrow")
    assert "you are still" in lapse_words(replace(promised, mine=True), NOW, BERLIN)
    assert lapse_words(replace(promised, lapses=NOW + 3 * DAY), NOW, BERLIN) == ""
    assert lapse_words(replace(promised, lapses=None), NOW, BERLIN) == ""


# -- what came of it


@pytest.mark.parametrize("status", PostStatus)
def test_every_status_has_a_word_and_all_but_open_a_shape(qapp, status):
    assert status_word(status)
    assert STATUS_ICONS[status] in ("", *icon_names())
    assert bool(STATUS_ICONS[status]) is (status is not PostStatus.OPEN)


@pytest.mark.parametrize("state", Standing)
@pytest.mark.parametrize("kind", PostKind)
def test_every_standing_has_words_for_everybody_and_a_shape(qapp, state, kind):
    assert STANDING_ICONS[state] in icon_names()
    about = post(kind=kind)
    said = {
        standing_words(answer(state, mine=mine), about, may_decide=decides)
        for mine in (False, True)
        for decides in (False, True)
    }
    assert all(said)


@pytest.mark.parametrize(
    ("status", "more", "said", "share"),
    [
        (PostStatus.OFFERED, {"responses": 2}, "2 offered help", None),
        (PostStatus.OFFERED, {"responses": 1, "kind": PostKind.OFFER}, "1 asked for it", None),
        (PostStatus.PART_COVERED, {"wanted": 5, "covered": 3}, "3 of 5 covered", 0.6),
        (PostStatus.AGREED, {"wanted": 5, "covered": 5}, "5 of 5 covered", 1.0),
        (PostStatus.AGREED, {}, "agreed", None),
        (PostStatus.SAID_DONE, {}, "said done by the helper", None),
        (PostStatus.LAPSED, {}, "lapsed: open again", None),
        (PostStatus.DONE, {}, "done", None),
        (PostStatus.PARKED, {}, "set aside", None),
        (PostStatus.EXPIRED, {}, "run out", None),
        (PostStatus.WITHDRAWN, {}, "withdrawn", None),
    ],
)
def test_the_end_side_of_a_card_says_what_happened(qapp, status, more, said, share):
    found = so_far(post(status=status, **more), NOW, "could fit you")
    assert found is not None
    assert (found.words, found.share) == (said, share)
    assert said in spoken(post(status=status, **more), NOW)


def test_an_open_post_says_that_it_could_fit_or_how_fresh_it_is(qapp):
    assert so_far(post(), NOW) is None
    fitting = so_far(post(), NOW, "could fit you: fixes: Kettle")
    assert fitting is not None
    assert (fitting.words, fitting.icon) == ("could fit you: fixes: Kettle", "star")
    confirmed = so_far(post(created=NOW - 9 * DAY, confirmed=NOW - 2 * DAY), NOW)
    assert confirmed is not None
    assert confirmed.words == "confirmed 2 days ago"


def test_what_ones_own_post_waits_for(qapp):
    assert waits_for(post(mine=True, waiting=1), NOW) == ("waits for your yes", False)
    assert waits_for(post(mine=True, status=PostStatus.SAID_DONE), NOW)[0].startswith("waits for")
    ending = post(mine=True, created=NOW - 20 * DAY, expires=NOW + HOUR)
    assert waits_for(ending, NOW, BERLIN) == ("ends today", True)
    assert waits_for(post(waiting=1), NOW) == ("", False)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "I can help"),
        ({"kind": PostKind.OFFER}, "Ask"),
        ({"ask": False, "wanted": 5}, "Take one"),
        ({"status": PostStatus.LAPSED}, "I can help"),
        ({"status": PostStatus.AGREED}, ""),
        ({"mine": True}, ""),
    ],
)
def test_the_one_thing_to_do(qapp, more, said):
    assert action_words(post(**more)) == said


def test_parts_and_amounts(qapp):
    assert part_words(PartRow("dinners", 5, 3)) == "dinners: 3 of 5 covered, 2 still open"
    assert part_words(PartRow("", 2, 2)) == "2 of 2 covered"
    assert amount_words(answer(Standing.TAKEN, amount=2, part="dinners")) == "2 × dinners"
    assert amount_words(answer(Standing.TAKEN, amount=3)) == "3 of it"
    assert amount_words(answer(Standing.TAKEN)) == ""


def test_a_card_says_that_there_are_photos(qapp):
    assert "with a photo" in spoken(post(photos=(b"1",)), NOW)
    shown = post(photos=(b"1",), photo_alt="A ladder by the wall")
    assert "with a photo: A ladder by the wall" in spoken(shown, NOW)
    assert "with 2 photos" in spoken(post(photos=(b"1", b"2")), NOW)


# -- what may fit


@pytest.mark.parametrize("kind", ReasonKind)
def test_every_reason_has_words(qapp, kind):
    assert "food" in reason_words(Reason(kind, "food")).casefold()


def test_what_fits_is_said_with_its_strongest_reason(qapp):
    reasons = (Reason(ReasonKind.FIXES, "Kettle"), Reason(ReasonKind.AREA, "North side"))
    assert fit_words(Fit(b"p" * 16, "A kettle", reasons)) == "could fit your post: fixes: Kettle"
    assert fit_words(Fit(None, "", ())) == "could fit you"
    person = PersonRow(1, b"p" * 16, "CODE", b"m" * 16, "Lena", "", (), "", (), (), False)
    assert suggestion_sentence(Suggestion(None, person, reasons)) == (
        "Lena, fixes: Kettle, also North side."
    )
    assert suggestion_sentence(Suggestion(post(title="A drill"), None, ())) == (
        "Need: A drill, Ana."
    )
