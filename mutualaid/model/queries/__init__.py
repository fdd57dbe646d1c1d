# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can be asked of a group's database. Reading only; rows come out as values.

Every function takes a DB-API connection first. ``me`` is the person who asks, ``now`` the present
time in ms: whatever depends on them is worked out here and kept nowhere. Paging and sorting are
done by the database.
"""

from mutualaid.model.queries.answers import (
    about_post,
    answerer_name,
    comments,
    covered,
    photos,
    responses,
    thanks,
)
from mutualaid.model.queries.board import count_posts, post_row, posts
from mutualaid.model.queries.contacts import (
    Opening,
    behalf,
    behalf_records,
    contact_records,
    contacts,
    contacts_of,
    openings,
    slip_contact,
    who_has,
)
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
from mutualaid.model.queries.matching import (
    highest_number,
    is_at_limit,
    numbers_with,
    open_posts,
    pages,
    posts_of,
)
from mutualaid.model.queries.mine import dispatch, is_told, my_page, telling, waiting
from mutualaid.model.queries.neighbours import people, person, person_name
from mutualaid.model.queries.news import news
from mutualaid.model.queries.places_and_repairs import place, places, repairs
from mutualaid.model.queries.talking import (
    blocked,
    is_blocked,
    is_in_thread,
    mark_seen,
    seen,
    thread,
    threads,
    unseen_comments,
)

__all__ = [
    "Opening",
    "about_post",
    "answerer_name",
    "areas",
    "behalf",
    "behalf_records",
    "blocked",
    "comments",
    "contact_records",
    "contacts",
    "contacts_of",
    "count_posts",
    "counts",
    "covered",
    "dispatch",
    "fix_categories",
    "fixers",
    "group_country",
    "group_name",
    "group_tz",
    "highest_number",
    "is_at_limit",
    "is_blocked",
    "is_in_thread",
    "is_told",
    "mark_seen",
    "my_page",
    "news",
    "notices",
    "numbers_with",
    "open_posts",
    "openings",
    "pages",
    "people",
    "person",
    "person_name",
    "photos",
    "place",
    "places",
    "post_row",
    "posts",
    "posts_of",
    "record_by_code",
    "repairs",
    "responses",
    "rules",
    "seen",
    "slip_contact",
    "telling",
    "thanks",
    "thread",
    "threads",
    "unseen_comments",
    "waiting",
    "who_has",
]
