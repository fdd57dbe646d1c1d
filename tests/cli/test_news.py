# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happened that concerns oneself."""

from mutualaid.cli import news
from mutualaid.model.values import NewsKind
from tests.cli.conftest import Neighbours


def test_every_kind_of_news_has_its_words() -> None:
    assert set(news._SENTENCES) == {kind.value for kind in NewsKind}


def test_news_are_new_until_they_were_shown(street_of_three: Neighbours) -> None:
    ana, ben = street_of_three["ana"], street_of_three["ben"]
    assert "Nothing that concerns you" in ana("news").err
    post = ana("post", "need", "A lift", "--json").document["code"]
    street_of_three.meet()
    answer = ben("help-with", post, "--json").document["code"]
    ben("thread", post, "Psst")
    street_of_three.meet()
    found = ana("news", "--json").document
    assert {row["kind"] for row in found} == {"answered", "message"}
    assert all(row["unread"] and row["post"] == post and row["who"] == "Ben" for row in found)
    assert ana("status", "--json").document["unread"] == 2
    assert "2 things happened" in ana("status").out
    shown = ana("news").out
    assert "Ben answered your post" in shown
    assert "Ben wrote to you alone" in shown
    assert "Psst" not in shown
    assert not any(row["unread"] for row in ana("news", "--json").document)
    assert "happened" not in ana("status").out
    ana("accept", answer)
    street_of_three.meet()
    (row,) = ben("news", "--limit", "1", "--json", "--read").document
    assert (row["kind"], row["unread"], row["title"]) == ("accepted", True, "A lift")
    assert not ben("news", "--json").document[0]["unread"]
