# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board: what is open, in which order, in which state, and what a search finds."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mutualaid.errors import NotFoundError
from mutualaid.model import codes, queries
from mutualaid.model.queries import board
from mutualaid.model.records import Record
from mutualaid.model.values import (
    Millis,
    Mode,
    PostFilter,
    PostKind,
    PostRow,
    PostStatus,
    Scalar,
    Urgency,
)
from tests.model.queries.conftest import DAY, ME, MINUTE, NOW, Neighbourhood, ident

EVERYTHING = PostFilter()


def shown(street: Neighbourhood, filter: PostFilter = EVERYTHING, now: int = NOW) -> list[str]:  # noqa: A002
    rows = queries.posts(street.db, ME, now, filter)
    assert queries.count_posts(street.db, ME, now, filter) == len(rows)
    return [row.title for row in rows]


def row(street: Neighbourhood, record: Record, now: int = NOW) -> PostRow:
    return queries.post_row(street.db, ME, now, record.number)


def test_a_row_says_everything_about_a_post(street: Neighbourhood) -> None:
    owner = street.person("Ana")
    record = street.put(
        "post",
        {
            "kind": "offer",
            "title": "Ladder",
            "text": "6 metres",
            "category": "tools",
            "urgency": "week",
            "area": "South side",
            "when": "evenings",
            "standing": True,
            "mode": "lend",
            "parts": 2,
            "for": "Mrs. Okafor",
            "expires": Millis(5),
        },
        owner=owner,
        created=NOW - DAY,
        updated=NOW - MINUTE,
    )
    assert row(street, record) == PostRow(
        number=record.number,
        id=record.id,
        code=codes.code(record.id),
        kind=PostKind.OFFER,
        title="Ladder",
        text="6 metres",
        category="tools",
        urgency=Urgency.WEEK,
        area="South side",
        when="evenings",
        mode=Mode.LEND,
        parts=2,
        on_behalf_of="Mrs. Okafor",
        status=PostStatus.OPEN,
        owner=owner,
        owner_name="Ana",
        mine=False,
        responses=0,
        created=NOW - DAY,
        updated=NOW - MINUTE,
        expires=None,
        ask=False,
        wanted=2,
    )
    assert queries.posts(street.db, ME, NOW, EVERYTHING) == [row(street, record)]


def test_newest_first_and_page_by_page(street: Neighbourhood) -> None:
    for number in range(25):
        street.post(f"{number % 5} {number}", created=NOW - DAY + number % 5)
    whole = queries.posts(street.db, ME, NOW, EVERYTHING)
    assert [one.created for one in whole] == sorted((one.created for one in whole), reverse=True)
    paged: list[PostRow] = []
    before = None
    while page := queries.posts(street.db, ME, NOW, EVERYTHING, limit=4, before=before):
        paged += page
        before = (page[-1].created, page[-1].number)
    assert paged == whole


def test_what_comes_from_the_future_is_shown_as_now_and_still_paged(street: Neighbourhood) -> None:
    for number in range(5):
        street.post(f"{number}", created=NOW + DAY - number)
    street.post("past")
    first = queries.posts(street.db, ME, NOW, EVERYTHING, limit=2)
    assert [one.created for one in first] == [NOW, NOW]
    rest = queries.posts(
        street.db, ME, NOW, EVERYTHING, before=(first[-1].created, first[-1].number)
    )
    assert [one.title for one in first + rest] == ["0", "1", "2", "3", "4", "past"]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, PostStatus.OPEN),
        ({"standing": True, "expires": Millis(5)}, PostStatus.OPEN),
        ({"expires": Millis(NOW + 1)}, PostStatus.OPEN),
        ({"expires": Millis(NOW)}, PostStatus.EXPIRED),
        ({"expires": Millis(NOW), "state": "done"}, PostStatus.DONE),
        ({"state": "parked"}, PostStatus.PARKED),
        ({"state": "withdrawn"}, PostStatus.WITHDRAWN),
        ({"state": "of a later version"}, PostStatus.OPEN),
    ],
)
def test_status_follows_the_owner_and_the_time(
    street: Neighbourhood, fields: dict[str, Scalar], status: PostStatus
) -> None:
    record = street.post(**fields)
    assert row(street, record).status is status
    open_ = status is PostStatus.OPEN
    assert shown(street) == (["Soup"] if open_ else [])
    assert shown(street, PostFilter(past=True)) == ([] if open_ else ["Soup"])
    assert queries.counts(street.db, NOW).needs == int(open_)


def test_time_passes_without_anything_being_written(street: Neighbourhood) -> None:
    record = street.post(expires=Millis(NOW + DAY))
    assert row(street, record, NOW).status is PostStatus.OPEN
    assert row(street, record, NOW + DAY).status is PostStatus.EXPIRED


def test_helpers_are_counted_once_and_until_they_step_back(street: Neighbourhood) -> None:
    record = street.post()
    for helper, state in (("Ana", "offered"), ("Ana", "offered"), ("Jo", "released"), ("Yu", "")):
        street.put("response", {"post": record.id, "state": state}, owner=ident(helper))
    assert row(street, record).responses == 2
    assert row(street, record).status is PostStatus.OFFERED
    assert shown(street) == ["Soup"]


def test_responses_and_comments_come_in_order(street: Neighbourhood) -> None:
    record = street.post(owner=ident("Bo"))
    ana = street.person("Ana")
    street.put("response", {"post": record.id, "note": "later"}, owner=ana, created=NOW)
    street.put("response", {"post": record.id, "state": "released"}, created=NOW - 5)
    street.put("comment", {"on": record.id, "text": "two"}, owner=ana, created=NOW)
    street.put("comment", {"on": record.id, "text": "one"}, created=NOW - 5)
    found = queries.responses(street.db, ME, NOW, row(street, record))
    assert [(one.who, one.note, one.state, one.mine) for one in found] == [
        ("", "", "released", True),
        ("Ana", "later", "offered", False),
    ]
    said = queries.comments(street.db, ME, record.id)
    assert [(one.who, one.text, one.mine) for one in said] == [
        ("", "one", True),
        ("Ana", "two", False),
    ]


def test_filters(street: Neighbourhood) -> None:
    ana = street.person("Ana")
    street.post("a", area="North side", category="food", urgency="today", owner=ana)
    street.post("b", area="north SIDE", category="tools", urgency="week")
    street.post("c", kind="offer", area="Library", category="garden")
    assert set(shown(street, PostFilter(area="North Side"))) == {"a", "b"}
    assert shown(street, PostFilter(kind=PostKind.OFFER)) == ["c"]
    assert set(shown(street, PostFilter(categories=("food", "garden")))) == {"a", "c"}
    assert shown(street, PostFilter(urgency=Urgency.TODAY)) == ["a"]
    assert shown(street, PostFilter(owner=ana)) == ["a"]
    assert shown(street, PostFilter(owner=ana, kind=PostKind.OFFER)) == []


def test_search(street: Neighbourhood) -> None:
    okafor = street.person("Chidi Okafor")
    lift = street.post("To the clinic", category="transport", text="One wheelchair", area="Hafen")
    street.post("Ladder", kind="offer", category="tools", owner=okafor)
    gone = street.post("Ladder, broken", state="withdrawn")
    assert shown(street, PostFilter(search="wheel")) == ["To the clinic"]
    assert shown(street, PostFilter(search="haf clin")) == ["To the clinic"]
    assert shown(street, PostFilter(search="lift")) == ["To the clinic"]
    assert shown(street, PostFilter(search="ladder")) == ["Ladder"]
    assert shown(street, PostFilter(search="ladder", past=True)) == ["Ladder, broken"]
    assert shown(street, PostFilter(search="okaf chi")) == ["Ladder"]
    assert shown(street, PostFilter(search="o")) == ["To the clinic"]
    assert shown(street, PostFilter(search=codes.code(lift.id))) == ["To the clinic"]
    assert shown(street, PostFilter(search="!?")) == shown(street)
    assert shown(street, PostFilter(search="ladder", kind=PostKind.NEED)) == []
    street.take_out(gone)
    assert shown(street, PostFilter(search="broken", past=True)) == []


def test_a_post_that_is_gone(street: Neighbourhood) -> None:
    with pytest.raises(NotFoundError, match="no longer here"):
        queries.post_row(street.db, ME, NOW, 99)


def test_old_posts_that_came_late_do_not_hide_newer_ones(
    street: Neighbourhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers need not grow with time: the highest numbers found are the oldest posts here."""
    monkeypatch.setattr(board, "FEW", 5)
    for minutes in range(20):
        street.post(f"soup {minutes}", created=NOW - minutes * MINUTE)
    page = queries.posts(street.db, ME, NOW, PostFilter(search="soup"), limit=3)
    assert [one.title for one in page] == ["soup 0", "soup 1", "soup 2"]


def test_a_search_that_finds_many_is_not_made_in_full(
    street: Neighbourhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is known from the highest numbers found, where these are the newest."""
    monkeypatch.setattr(board, "FEW", 5)
    for minutes in reversed(range(20)):
        street.post(f"soup {minutes}", created=NOW - minutes * MINUTE)
    statements: list[str] = []
    street.db.set_trace_callback(statements.append)
    page = queries.posts(street.db, ME, NOW, PostFilter(search="soup"), limit=3)
    street.db.set_trace_callback(None)
    assert [one.title for one in page] == ["soup 0", "soup 1", "soup 2"]
    assert sum("MATCH" in statement for statement in statements) == 1


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    made=st.lists(
        st.tuples(
            st.integers(0, 30),
            st.sampled_from(("soup", "soup and bread", "bread", "salt")),
            st.booleans(),
            st.booleans(),
        ),
        max_size=40,
    ),
    few=st.integers(1, 10),
    walk=st.integers(1, 30),
    limit=st.integers(1, 12),
    typed=st.sampled_from(("s", "so", "soup", "bread soup", "nothing")),
    filter_owner=st.booleans(),
)
def test_a_search_that_finds_many_shows_the_same_as_one_that_finds_few(
    street: Neighbourhood,
    made: list[tuple[int, str, bool, bool]],
    few: int,
    walk: int,
    limit: int,
    typed: str,
    filter_owner: bool,
) -> None:
    """However a page is found, it is the exact newest first, and pages meet without a gap."""
    street.db.execute("SAVEPOINT example")
    for minutes, title, mine, open_ in made:
        street.post(
            title,
            created=NOW - minutes * MINUTE,
            owner=ME if mine else ident("Ana"),
            state="open" if open_ else "done",
        )
    wanted = PostFilter(search=typed, owner=ME if filter_owner else None)
    exact = queries.posts(street.db, ME, NOW, wanted, limit=1000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(board, "FEW", few)
        patch.setattr(board, "_WALK", walk)
        assert queries.count_posts(street.db, ME, NOW, wanted) == len(exact)
        paged: list[PostRow] = []
        before = None
        while page := queries.posts(street.db, ME, NOW, wanted, limit=limit, before=before):
            paged += page
            before = (page[-1].created, page[-1].number)
    street.db.execute("ROLLBACK TO example")
    street.db.execute("RELEASE example")
    assert paged == exact
