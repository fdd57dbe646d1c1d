# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may fit what, and why: found on this machine, kept nowhere, told to nobody."""

from dataclasses import dataclass
from enum import StrEnum

from mutualaid.model.values.neighbourhood import PersonRow
from mutualaid.model.values.posts import PostRow


class ReasonKind(StrEnum):
    """Why something may fit, with what ``Reason.what`` holds."""

    CATEGORY = "category"  # the id of the category that both have
    WORDS = "words"  # words of the suggested post, or of the person, separated by ", "
    AREA = "area"  # the area that both name
    TIME = "time"  # a day or a part of a day that both name, as the suggested post says it
    LANGUAGE = "language"  # one that the person speaks, as they say it
    SKILL = "skill"  # the person's skill, as they call it
    FIXES = "fixes"  # a product category that the person repairs
    LEARNS = "learns"  # what the person wants to learn, as they call it
    LIMIT = "limit"  # at most so many promises at once, as the person has stated


@dataclass(frozen=True, slots=True)
class Reason:
    kind: ReasonKind
    what: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A post or a person, one of the two, that may fit."""

    post: PostRow | None
    person: PersonRow | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """Why a post on the board could be for whoever looks: it fits an open post of theirs (its id
    and title), or, where ``post`` is None, what they say of themselves on their page."""

    post: bytes | None
    title: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class LearningPair:
    """Somebody who wants to learn something, and somebody who can teach it."""

    learner: PersonRow
    teacher: PersonRow
    wanted: str  # as the learner calls it
    taught: str  # as the teacher calls it
    reasons: tuple[Reason, ...]
