# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stands on which page of a site; the same in every language."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from mutualaid.model.directories.directory import Directory, Person, Place, Post, Repair
from mutualaid.model.taxonomy import CATEGORY_BY_ID, product_name
from mutualaid.model.values import Fix, PostKind, RepairOutcome, SkillLevel, Urgency

#: Records on one page, so that a telephone shows it at once.
CARDS: Final = 100
LINES: Final = 400
#: Of each kind on the first page.
FIRST: Final = 20

_URGENT: Final = {urgency: place for place, urgency in enumerate(Urgency)}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sheet(Generic[T]):
    """One page of a list: its file, which one it is of how many, and what stands on it."""

    file: str
    number: int
    of: int
    items: Sequence[T]


@dataclass(slots=True)
class Mending:
    """A product category, who mends such things, and what came of attempts."""

    category: str
    number: int
    people: list[tuple[Person, Fix]] = field(default_factory=list)
    learners: list[Person] = field(default_factory=list)
    places: list[tuple[Place, Fix]] = field(default_factory=list)
    attempts: int = 0
    fixed: int = 0

    @property
    def anchor(self) -> str:
        return f"thing-{self.number}"

    @property
    def lines(self) -> int:
        return len(self.people) + len(self.learners) + len(self.places)


class Contents:
    """A directory divided into pages. ``where`` has the page and anchor of each record."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.where: dict[bytes, str] = {}
        self.anchors: dict[bytes, str] = {}
        needs = ordered(directory.posts, PostKind.NEED)
        offers = ordered(directory.posts, PostKind.OFFER)
        self.needs = self._placed("needs", needs, CARDS)
        self.offers = self._placed("offers", offers, CARDS)
        self.people = self._placed("people", directory.people, CARDS)
        self.places = self._placed("places", directory.places, CARDS)
        self.repairs = self._placed("repairs", directory.repairs, LINES)
        self.first_needs, self.first_offers = needs[:FIRST], offers[:FIRST]
        self.count_needs, self.count_offers = len(needs), len(offers)
        self.categories = self._by_category([*needs, *offers])
        self.fixes = self._by_product()
        self.posts_of: dict[bytes, list[Post]] = {}
        for post in directory.posts:
            if post.by is not None:
                self.posts_of.setdefault(post.by, []).append(post)
        self.mended_at: Counter[bytes] = Counter()
        self.tried_at: Counter[bytes] = Counter()
        for repair in directory.repairs:
            if repair.place is not None:
                self.tried_at[repair.place] += 1
                self.mended_at[repair.place] += repair.outcome is RepairOutcome.FIXED

    def _placed(self, name: str, records: Sequence[T], most: int) -> list[Sheet[T]]:
        sheets = paged(name, records, most)
        taken: set[str] = set()
        for sheet in sheets:
            for record in sheet.items:
                assert isinstance(record, Person | Place | Post | Repair)
                anchor = record.code
                while anchor in taken:  # two ids that begin alike
                    anchor += "2"
                taken.add(anchor)
                self.anchors[record.id] = anchor
                self.where[record.id] = f"{sheet.file}#{anchor}"
        return sheets

    def photo(self, post: Post, number: int) -> str:
        """The file of a photo of a post; its bytes are not read for that."""
        return f"photos/{self.anchors[post.id]}-{number}.jpg"

    def _by_category(self, posts: Iterable[Post]) -> list[tuple[str, list[Sheet[Post]]]]:
        """Posts by category: the shipped ones in their order, then those of the group."""
        found: dict[str, list[Post]] = {}
        for post in posts:
            found.setdefault(post.category, []).append(post)
        own = sorted(category for category in found if category not in CATEGORY_BY_ID)
        known = [category for category in CATEGORY_BY_ID if category in found]
        files = {category: f"category-{category}" for category in known}
        # What a group calls a category does not name a file.
        files |= {category: f"category-own-{n}" for n, category in enumerate(own, 1)}
        return [(one, paged(files[one], found[one], LINES)) for one in (*known, *own)]

    def _by_product(self) -> list[Sheet[Mending]]:
        found: dict[str, Mending] = {}

        def of(category: str) -> Mending:
            return found.setdefault(category, Mending(category, 0))

        for person in self.directory.people:
            for fix in person.fixes:
                of(fix.category).people.append((person, fix))
            for skill in person.skills:
                product = product_name(skill.name)
                if product and skill.level is SkillLevel.LEARN:
                    of(product).learners.append(person)
        for place in self.directory.places:
            for fix in place.fixes:
                of(fix.category).places.append((place, fix))
        for repair in self.directory.repairs:
            if repair.category in found:
                found[repair.category].attempts += 1
                found[repair.category].fixed += repair.outcome is RepairOutcome.FIXED
        ordered = sorted(found.values(), key=lambda each: each.category.casefold())
        for number, each in enumerate(ordered, 1):
            each.number = number
        return _filled("fixes", ordered)


def ordered(posts: Iterable[Post], kind: PostKind) -> list[Post]:
    """The needs or the offers of a directory: what still waits for an answer first, and of that
    what is urgent; else the newest first, as the directory has them."""
    return sorted(
        (post for post in posts if post.kind is kind),
        key=lambda post: (not post.status.wants_help, _URGENT[post.urgency]),
    )


def paged(name: str, items: Sequence[T], most: int) -> list[Sheet[T]]:
    """The pages of a list; one, though empty, of an empty one."""
    of = max(1, -(-len(items) // most))
    return [
        Sheet(file_of(name, number), number, of, items[(number - 1) * most : number * most])
        for number in range(1, of + 1)
    ]


def file_of(name: str, number: int) -> str:
    return f"{name}.html" if number == 1 else f"{name}-{number}.html"


def _filled(name: str, things: Sequence[Mending]) -> list[Sheet[Mending]]:
    """Pages that each hold whole categories, and about ``LINES`` lines."""
    pages: list[list[Mending]] = [[]]
    lines = 0
    for each in things:
        if lines and lines + each.lines > LINES:
            pages.append([])
            lines = 0
        pages[-1].append(each)
        lines += each.lines
    return [
        Sheet(file_of(name, number), number, len(pages), page)
        for number, page in enumerate(pages, 1)
    ]
