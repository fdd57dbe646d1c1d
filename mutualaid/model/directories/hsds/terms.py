# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Our own terms in HSDS: categories, products, skills, and details that it has no column for.

An attribute says them of a service (``attributes.csv``). Their ids follow from what they mean, so
they are the same in every package, and are known again without looking at the lists in it.
"""

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Final, NamedTuple

from mutualaid.model.directories.directory import public_id
from mutualaid.model.taxonomy import CATEGORIES, PRODUCT_BY_NAME

_ROOT: Final = b"mutualaid/hsds"


class Term(NamedTuple):
    """One term. ``family`` is "detail", "category", "product" or "skill"; ``said`` is what it
    stands for there: "area", "food", "Kettle", "Bread baking"."""

    family: str
    said: str

    @property
    def id(self) -> str:
        return _id(self.family, self.said)

    @property
    def code(self) -> str:
        return f"{self.family}/{self.said}"

    def row(self) -> dict[str, str]:
        """Its row of ``taxonomy_terms.csv``."""
        name, description = self.said, _MEANINGS[self.family][1]
        if self.family == "detail":
            name, description = self.said.replace("_", " "), DETAILS[self.said]
        elif self.family == "category":
            name = _CATEGORY_NAMES.get(self.said, self.said)
        return {
            "id": self.id,
            "code": self.code,
            "name": name,
            "description": description,
            "taxonomy": _MEANINGS[self.family][0],
            "taxonomy_id": taxonomy_id(self.family),
        }


#: Family → the name of its taxonomy, and what its terms are.
_MEANINGS: Final = {
    "category": ("Mutual Aid: categories", "A category of needs and offers."),
    "product": (
        "Open Repair Data 0.3: product categories, and others",
        "A kind of thing that is repaired here.",
    ),
    "skill": ("Mutual Aid: skills", "A skill of a neighbour, in their own words."),
    "detail": (
        "Mutual Aid: details",
        "Something that the Human Services Data Specification has no column for.",
    ),
}

#: What we say beside the columns, and what its value is.
DETAILS: Final[Mapping[str, str]] = {
    "record": "What this is: group, place, person, offer, or made up for a list that lacks it.",
    "kind": "The kind of place: organization, hub, kitchen, clinic, workshop or repair.",
    "name": "The whole name.",
    "area": "The quarter, in words.",
    "address": "Where it is, in words.",
    "hours": "Opening hours, as recurrences of iCalendar with OPENS and CLOSES.",
    "about": "The description, as it was written.",
    "point": "Latitude and longitude in degrees.",
    "confirmed": "When somebody last confirmed all this.",
    "contact": "A way to be reached; the type of the link says which.",
    "availability": "When this person has time, in words.",
    "language": "The language in which it is written.",
    "mode": "How it changes hands: gift, lend, pool, swap, hours or cost.",
    "urgency": "How soon: today, days, week or anytime.",
    "when": "When, in words.",
    "starts": "When it begins.",
    "ends": "When it ends.",
    "repeat": "How it repeats: weekly or monthly.",
    "expires": "Until when it is offered.",
    "parts": "How many there are to be taken, one by one.",
    "part": "A sort of thing that can be taken; the value is how many there are.",
    "on_behalf_of": "For whom somebody else wrote this.",
    "source": "The list in which this stood first; the type of the link says what of it.",
    "more": "What another list says beside, under the name in the type of the link.",
    "row": "A row of another list that does not fit into its table as it is.",
}

_CATEGORY_NAMES: Final = {category.id: category.name for category in CATEGORIES}


@lru_cache(maxsize=4096)
def _id(family: str, said: str) -> str:
    return str(public_id(_ROOT, f"{family}/{said}"))


@cache
def taxonomy_id(family: str) -> str:
    return str(public_id(_ROOT, f"taxonomy/{family}"))


def taxonomy_row(family: str) -> dict[str, str]:
    """The row of ``taxonomies.csv`` for a family of terms."""
    name, description = _MEANINGS[family]
    return {"id": taxonomy_id(family), "name": name, "description": description}


def is_ours(row: Mapping[str, str]) -> bool:
    """Whether a row of ``taxonomies.csv`` or ``taxonomy_terms.csv`` is one of these."""
    own = row.get("id", "").lower()
    return own in known((row,)) or own in {taxonomy_id(family) for family in _MEANINGS}


@cache
def _shipped() -> Mapping[str, Term]:
    terms = [Term("detail", name) for name in DETAILS]
    terms += [Term("category", category.id) for category in CATEGORIES]
    terms += [Term("product", name) for name in PRODUCT_BY_NAME]
    return {term.id: term for term in terms}


def known(rows: Iterable[Mapping[str, str]]) -> Mapping[str, Term]:
    """Our terms by id: the shipped ones, and those of one's own words in these rows of
    ``taxonomy_terms.csv``."""
    found: dict[str, Term] = {}
    for row in rows:
        family, slash, said = row.get("code", "").partition("/")
        if slash and said and family in _MEANINGS and family != "detail":
            term = Term(family, said)
            if row.get("id", "").lower() == term.id:
                found[term.id] = term
    return {**_shipped(), **found} if found else _shipped()
