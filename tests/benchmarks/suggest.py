# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may fit, while a post is typed, among many posts; and a page of the board against one's
own posts."""

import random
import time
from collections.abc import Iterator
from statistics import median, quantiles
from typing import Any

from mutualaid.model.group import Group
from mutualaid.model.values import PostDraft, PostFilter, PostKind, PostRow, SkillLevel
from tests.benchmarks.row import Bench, Row
from tests.benchmarks.world import Words, World, open_group

PAGE = 100
#: Words from everywhere, mixed with those of the made-up world, which the lists do not know.
TITLES = (
    ("need", "Lift to the hospital on Friday", "transport"),
    ("need", "Alguien que cuide a mis hijos por la tarde", "children"),
    ("offer", "Je prête une perceuse et une échelle", "tools"),
    ("need", "محتاج حدا يصلح الغسالة", "repair"),
    ("offer", "Bike repairs, tools and spare wheels", "repair"),
    ("need", "Dinners for a week after an operation", "food"),
)
TEXTS = (
    "I can't drive for a month and the bus takes an hour each way. ",
    "Solo dos horas, tengo que ir al médico. ",
    "À rendre dans la semaine, c'est tout ce que je demande. ",
    "عندي اطفال وما بقدر استنى كتير. ",
    "Drop in on Saturday mornings, bring whatever is broken. ",
    "Nothing fancy, we eat everything but fish. ",
)


def drafts(world: World) -> list[PostDraft]:
    """What stands in the form after each key: titles, then texts with words of the world."""
    pick = random.Random(11)
    vocabulary = Words(world.posts).vocabulary
    found: list[PostDraft] = []
    for (kind, title, category), text in zip(TITLES, TEXTS, strict=True):
        typed = f"{title} {' '.join(pick.choices(vocabulary[:500], k=2))}"
        for end in range(3, len(typed) + 1):
            found.append(PostDraft(PostKind(kind), typed[:end], category=category))
        written = text + " ".join(pick.choices(vocabulary, k=8))
        for end in range(1, len(written) + 1):
            found.append(PostDraft(PostKind(kind), typed, written[:end], category=category))
    return found


def suggest(bench: Bench) -> list[Row]:
    """95 of 100 keystrokes are answered within this time; and how long a page of the board
    takes."""
    return [
        *_rows(bench.world(bench.posts), "suggest", "≤ 30"),
        *_rows(bench.world(bench.many), "suggest_many", ""),
    ]


def _rows(world: World, name: str, must: str) -> list[Row]:
    texts = drafts(world)
    with open_group(world.full) as group:
        _introduce(group)
        group.suggest(texts[len(texts) // 2])  # reads the lists of words, once a program
        taken = [_timed(group.suggest, draft) for draft in texts]
        figure = quantiles(taken, n=20)[-1]
        floor = quantiles([_timed(_plain, group, draft) for draft in texts], n=20)[-1]
        pages = [_timed(group.fits, page) for page in _pages(group, 7)]
        runs = (median(taken), figure, max(taken))
    return [
        Row(name, figure, "ms, p95", floor, figure / floor, must, runs),
        Row(f"{name}_fits", median(pages), "ms, page", None, None, must and "≤ 15", tuple(pages)),
    ]


def _pages(group: Group, count: int) -> Iterator[list[PostRow]]:
    """Pages of the board, each seen for the first time."""
    before = None
    for _ in range(count):
        rows = group.posts(PostFilter(), limit=PAGE, before=before)
        before = rows[-1].created, rows[-1].number
        yield rows


def _introduce(group: Group) -> None:
    """Somebody who can do a few things and has posts of their own."""
    for skill in ("Cooking", "Bike repair", "French"):
        group.add_skill(skill, SkillLevel.TEACH)
    group.add_fix("Kettle")
    for kind, title, category in TITLES:
        group.post(PostDraft(PostKind(kind), title, category=category))


def _plain(group: Group, draft: PostDraft) -> None:
    """The newest posts of the category, read and not compared: what the answer costs at least."""
    group.posts(PostFilter(categories=(draft.category,)), limit=PAGE)


def _timed(call: Any, *arguments: Any) -> float:
    """Milliseconds; the first call counts, as it does for whoever types."""
    begun = time.perf_counter()
    call(*arguments)
    return (time.perf_counter() - begun) * 1000
