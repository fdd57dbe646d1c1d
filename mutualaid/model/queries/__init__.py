# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can be asked of a group's database. Reading only; rows come out as values.

Every function takes a DB-API connection first. ``me`` is the person who asks, ``now`` the present
time in ms: whatever depends on them is worked out here and kept nowhere. Paging and sorting are
done by the database.
"""

from mutualaid.model.queries.board import comments, count_posts, post_row, posts, responses
from mutualaid.model.queries.fixing import fix_categories, fixers
from mutualaid.model.queries.general import (
    areas,
    counts,
    group_country,
    group_name,
    group_tz,
    notices,
    record_by_code,
    rules,
)
from mutualaid.model.queries.neighbours import people, person, person_name
from mutualaid.model.queries.places_and_repairs import place, places, repairs

__all__ = [
    "areas",
    "comments",
    "count_posts",
    "counts",
    "fix_categories",
    "fixers",
    "group_country",
    "group_name",
    "group_tz",
    "notices",
    "people",
    "person",
    "person_name",
    "place",
    "places",
    "post_row",
    "posts",
    "record_by_code",
    "repairs",
    "responses",
    "rules",
]
