# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A made-up neighbourhood, for looking around before there is a real one.

Everybody in it has keys, an admission and a chain of signed entries like a real neighbour, and
comes in by the way that entries from other machines come in. The same seed says the same things.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from mutualaid.model import demo_words
from mutualaid.model.demo_filling import BEGAN, DAY, HOUR, MINUTE, Filling
from mutualaid.model.demo_plan import Neighbour, Neighbourhood, Planned, Said
from mutualaid.model.demo_posts import NEEDS, OFFERS
from mutualaid.model.demo_words import Line
from mutualaid.model.group import Group
from mutualaid.model.profile import Profile
from mutualaid.model.values import (
    Fix,
    PostKind,
    Skill,
)

PEOPLE: Final = 24
POSTS: Final = 60
ME: Final = "Robin"

_OLDEST: Final = 20 * DAY  # how old its oldest post is


def plan(people: int = PEOPLE, posts: int = POSTS, *, seed: int = 1) -> Neighbourhood:
    """Make up people and what they post; the same for the same seed."""
    chance = random.Random(f"{seed}/{people}")  # noqa: S311 - nothing secret
    neighbours = tuple(_neighbour(chance, number) for number in range(max(people, 1)))
    planned = [_post(chance, neighbours, line) for line in _lines(chance, max(posts, 0))]
    return Neighbourhood(neighbours, tuple(sorted(planned, key=lambda post: -post.age)))


def begin(
    profile: Profile,
    *,
    people: int = PEOPLE,
    posts: int = POSTS,
    seed: int = 1,
    me: str = ME,
    sharing: bool = False,
) -> Group:
    """Begin the made-up group, as if some weeks ago, in a profile that is thrown away later.

    With ``sharing`` most have said what may leave; else, as in a new group, nobody has.
    """
    present = profile.clock
    profile.clock = lambda: present() - BEGAN
    try:
        group = profile.start(demo_words.GROUP, me, country=demo_words.COUNTRY)
    finally:
        profile.clock = present
    group.replica.clock = present
    fill(group, people=people, posts=posts, seed=seed, sharing=sharing)
    return group


def fill(
    group: Group,
    *,
    people: int = PEOPLE,
    posts: int = POSTS,
    seed: int = 1,
    sharing: bool = False,
) -> None:
    """Fill a group with made-up people and what they say; ``people`` counts its owner too.

    What is said on behalf of the group's owner is dated as far back as the group goes.
    """
    neighbourhood = plan(people, posts, seed=seed)
    chance = random.Random(f"{seed}/filling")  # noqa: S311 - nothing secret
    present = group.replica.clock
    now = present()
    try:
        Filling(group, neighbourhood, chance, now, sharing=sharing).run()
    finally:
        group.replica.clock = present
    group.refresh()


# -- making up ----------------------------------------------------------------------------------


def _neighbour(chance: random.Random, number: int) -> Neighbour:
    names = demo_words.NAMES
    name, language = names[(number - 1) % len(names)]
    round_ = (number - 1) // len(names)
    if round_ > 0:  # a second Ana
        name = f"{name} {chr(ord('A') + (round_ - 1 + number) % 26)}."
    skills = {
        skill: Skill(skill, level, note)
        for skill, level, note in chance.sample(demo_words.SKILLS, chance.choice((0, 1, 1, 2, 3)))
    }
    fixes = chance.sample(demo_words.FIXES, chance.choice((0, 0, 1, 1, 2, 3)))
    return Neighbour(
        number=number,
        name=ME if number == 0 else name,
        language="en" if number == 0 else language,
        area=chance.choice(demo_words.AREAS),
        availability=chance.choice(demo_words.AVAILABILITY),
        skills=tuple(skills.values()),
        fixes=tuple(
            Fix(category, note if chance.random() < 0.5 else "") for category, note in fixes
        ),
    )


def _lines(chance: random.Random, count: int) -> Iterator[Line]:
    """That many posts; when all that is thought of has been said, it is said again elsewhere."""
    order: list[Line] = []
    for at in range(count):
        if not order:
            needs, offers = list(NEEDS), list(OFFERS)
            chance.shuffle(needs)
            chance.shuffle(offers)
            order = [line for pair in zip(needs, offers, strict=False) for line in pair]
            order += needs[len(offers) :] + offers[len(needs) :]
        yield _spoken(chance, order.pop(0), at >= len(NEEDS) + len(OFFERS))


def _spoken(chance: random.Random, line: Line, again: bool) -> Line:
    day = chance.choice(demo_words.DAYS[line.language])
    hour = chance.choice(demo_words.HOURS)

    def say(text: str) -> str:
        spoken = text.format(day=day, hour=hour)
        return spoken[:1].upper() + spoken[1:]

    text = say(line.text)
    if again:
        text += f" № {chance.randrange(2, 120)}"
    return replace(line, title=say(line.title), text=text, when=say(line.when))


def _post(chance: random.Random, people: Sequence[Neighbour], line: Line) -> Planned:
    speakers = [each.number for each in people if each.language == line.language]
    by = chance.choice(speakers or [each.number for each in people])
    # Most of a board is young; food is gone within days.
    age = int(_OLDEST * chance.random() ** 2.5) + chance.randrange(2, 50) * MINUTE
    if line.category == "food" or line.urgency.value in ("today", "days"):
        age = min(age, chance.randrange(1, 30) * HOUR)
    state = "open"
    if age > DAY and not line.standing:
        state = chance.choices(("open", "done", "parked"), (65, 27, 8))[0]
    others = [each for each in people if each.number != by]
    sayings = demo_words.HELP if line.kind is PostKind.NEED else demo_words.THANKS
    # Whoever looks around has something to say yes to.
    often = (50, 28, 14, 8) if by else (5, 20, 45, 30)
    answering = min(len(others), chance.choices((0, 1, 2, 3), often)[0])
    commenting = min(len(others), chance.choices((0, 1, 2), (75, 18, 7))[0])
    return Planned(
        by=by,
        line=line,
        area=people[by].area if chance.random() < 0.7 else chance.choice(demo_words.AREAS),
        on_behalf_of=chance.choice(demo_words.ON_BEHALF) if chance.random() < 0.08 else "",
        age=age,
        state=state,
        answers=tuple(
            _say(chance, sayings, each, age) for each in chance.sample(others, answering)
        ),
        comments=tuple(
            _say(chance, demo_words.COMMENTS, each, age)
            for each in chance.sample(others, commenting)
        ),
    )


def _say(
    chance: random.Random, sayings: Sequence[tuple[str, str]], by: Neighbour, age: int
) -> Said:
    text = chance.choice([text for language, text in sayings if language == by.language])
    return Said(by.number, text, chance.randrange(1, max(2, age // MINUTE)) * MINUTE)
