# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is made up of a neighbourhood, before anybody signs it."""

from dataclasses import dataclass

from mutualaid.model.demo_words import Line
from mutualaid.model.values import Fix, Skill


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Somebody who lives there. Number 0 is whoever looks around."""

    number: int
    name: str
    language: str
    area: str
    availability: str
    skills: tuple[Skill, ...]
    fixes: tuple[Fix, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """An answer to a post, or a comment on it."""

    by: int
    text: str
    after: int  # ms after the post


@dataclass(frozen=True, slots=True)
class Planned:
    """A post with what is said to it. ``age`` is how long ago it was made, in ms."""

    by: int
    line: Line
    area: str
    on_behalf_of: str
    age: int
    state: str
    answers: tuple[Said, ...]
    comments: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """All that is made up, before anybody signs it. Posts are oldest first."""

    people: tuple[Neighbour, ...]
    posts: tuple[Planned, ...]
