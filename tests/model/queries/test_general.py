# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The group's name, notices, figures, areas, codes."""

import pytest

from mutualaid.errors import AmbiguousError, BadValueError, NotFoundError
from mutualaid.model import codes, queries
from mutualaid.model.values import Counts, Millis
from tests.model.queries.conftest import GROUP, ME, NOW, Neighbourhood


def test_the_group(street: Neighbourhood) -> None:
    assert queries.group_name(street.db) == ""
    street.put(
        "group", {"name": "Elm Street", "country": "can", "tz": "America/Toronto"}, owner=GROUP
    )
    assert queries.group_name(street.db) == "Elm Street"
    assert queries.group_country(street.db) == "CAN"
    assert queries.group_tz(street.db) == "America/Toronto"


def test_notices_end(street: Neighbourhood) -> None:
    ana = street.person("Ana")
    street.put(
        "notice", {"text": "Water is off", "expires": Millis(NOW + 1)}, owner=ana, created=NOW - 9
    )
    street.put("notice", {"text": "It was on", "expires": Millis(NOW)})
    street.put("notice", {"text": "Welcome"}, created=NOW + 9)
    rows = queries.notices(street.db, ME, NOW)
    assert [(one.text, one.who, one.created, one.mine) for one in rows] == [
        ("Welcome", "", NOW, True),
        ("Water is off", "Ana", NOW - 9, False),
    ]


def test_figures(street: Neighbourhood) -> None:
    assert queries.counts(street.db, NOW) == Counts(0, 0, 0, 0)
    street.person("Ana")
    street.put("place", {"name": "Library"})
    street.post()
    street.post(kind="offer", standing=True)
    street.post(kind="offer", state="done")
    assert queries.counts(street.db, NOW) == Counts(needs=1, offers=1, people=1, places=1)


def test_areas_by_how_often_they_are_named(street: Neighbourhood) -> None:
    street.person("Ana", area="harbour")
    street.put("place", {"name": "Library", "area": "North side"})
    for area in ("Harbour", "North side", "HARBOUR", "", "Old town"):
        street.post(area=area)
    areas = queries.areas(street.db)
    assert [area.lower() for area in areas] == ["harbour", "north side", "old town"]


def test_a_record_by_its_code(street: Neighbourhood) -> None:
    record = street.post()
    typed = codes.code(record.id).lower()
    assert queries.record_by_code(street.db, typed) == (record.number, record.id, "post")
    assert queries.record_by_code(street.db, f" {typed[:4]}-{typed[4:]} ")[0] == record.number
    street.take_out(record)
    with pytest.raises(NotFoundError, match=typed.upper()):
        queries.record_by_code(street.db, typed)
    with pytest.raises(BadValueError):
        queries.record_by_code(street.db, "?")


def test_candidates_of_an_ambiguous_code_are_named(street: Neighbourhood) -> None:
    one = street.put("post", {"kind": "need", "title": "a"}, id=b"same!" + b"\x00" * 11)
    other = street.put("notice", {"text": "b"}, id=b"same!" + b"\xff" * 11)
    with pytest.raises(AmbiguousError) as error:
        queries.record_by_code(street.db, codes.code(one.id))
    for record, kind in ((one, "post"), (other, "notice")):
        longer = codes.code(record.id, 12)
        assert f"{longer} ({kind})" in str(error.value)
        assert queries.record_by_code(street.db, longer)[1] == record.id
    for number in range(8):
        street.post(f"{number}")
        street.db.execute(
            "UPDATE record SET id = ? WHERE number = ?",
            (b"same!" + bytes([number + 1]) * 11, street.number),
        )
    with pytest.raises(AmbiguousError, match="and others"):
        queries.record_by_code(street.db, codes.code(one.id))
