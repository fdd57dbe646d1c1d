# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a table is about, and what each of its columns is: guessed from the words above them, from
what stands in them, and from the table's name; said by a person, or remembered, it goes before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from mutualaid.errors import BadValueError
from mutualaid.model.directories import cells
from mutualaid.model.directories.columns import COLUMNS, HEADERS, SORT, union_headers
from mutualaid.model.directories.incoming import dates, meanings
from mutualaid.model.directories.incoming.headers import (
    ABOUT,
    INDEX,
    LABELS,
    MAY_REACH,
    REACHES,
    TARGETS,
)
from mutualaid.model.directories.incoming.item import LEFT_OUT, Sort, Wanted
from mutualaid.model.text import plain

#: Targets that several columns may share.
_SHARED: Final = frozenset(
    ("skills", "skills:teach", "skills:learn", "fixes", "languages", "phone", "email", "other")
)
#: Targets without which a line makes no record; one of each group is enough.
_NEEDED: Final[Mapping[Sort, tuple[str, ...]]] = {
    Sort.PERSON: ("name", "given", "family"),
    Sort.POST: ("title", "text"),
    Sort.PLACE: ("name",),
    Sort.REPAIR: ("category", "item"),
}
#: Targets that say much of what a table is about.
_TELLING: Final[Mapping[Sort, frozenset[str]]] = {
    Sort.PERSON: frozenset(("given", "family", "languages", "availability", "skills", "fixes"))
    | {"skills:teach", "skills:learn"},
    Sort.POST: frozenset(("title", "urgency", "mode", "expires", "parts", "for", "repeat")),
    Sort.PLACE: frozenset(("hours", "lat", "lon", "confirmed", "website")),
    Sort.REPAIR: frozenset(("outcome", "brand", "problem", "barrier", "year", "provider")),
}
#: Where a list of people has these, it may as well be one of places.
_OF_BOTH: Final = frozenset(("address", "about", "kind", "hours", "city", "postcode"))
#: A list is one of people, whose contacts are sealed, unless something tells that it is not.
_NOT_TOLD: Final = -50.0
_NAMED: Final = 3.0
_SAMPLES: Final = 50
_CONTAINED: Final = 0.6


#: Phrases that count also within longer ones, and what they mean.
_PHRASES: Final = {
    sort: tuple(
        (phrase, frozenset(phrase.split()), targets)
        for phrase, targets in INDEX[sort].items()
        if len(phrase) >= 4
    )
    for sort in Sort
}
#: Words over the names of organisations and places that are never over those of people.
_ORGANISATIONS: Final = frozenset(
    phrase
    for phrase, targets in INDEX[Sort.PLACE].items()
    if "name" in targets and " " not in phrase and phrase not in INDEX[Sort.PERSON]
)
_JUST_NAME: Final = frozenset(map(plain, ("name", "nom", "nombre", "nome", "الاسم", "اسم")))


@dataclass(frozen=True, slots=True)
class Guess:
    """How a table is read. ``targets`` has one for each column, in order: "" for what goes into
    ``more``. ``own`` says that we wrote the table: it is read to the letter. ``fits`` is False
    where nothing tells what the table is about, ``unsure`` is True where it is taken for one of
    people though it may be one of places."""

    sort: Sort
    targets: tuple[str, ...]
    own: bool = False
    by_row: bool = False  # each row says its own sort, in the first column
    remembered: bool = False
    fits: bool = True
    unsure: bool = False


def choices(sort: Sort) -> tuple[tuple[str, str], ...]:
    """What a column of such a table can be: target and label, in the order to show them."""
    return tuple((target, label_of(sort, target)) for target in TARGETS[sort])


def label_of(sort: Sort, target: str) -> str:
    """What a target is called."""
    if target == "kind":
        return "need or offer" if sort is Sort.POST else "kind of place"
    return LABELS.get(target, target)


def looks_like_header(row: Sequence[str]) -> float:
    """How much a row looks like the names of columns, 0 for not at all."""
    filled = [cell for cell in row if cell.strip()]
    if not filled:
        return 0.0
    known = max(sum(bool(_meant(sort, cell)[0]) for cell in filled) for sort in Sort)
    values = sum(cells.is_email(cell) or cells.is_phone(cell) for cell in filled)
    if values or any(len(cell) > 120 for cell in filled):
        return 0.0
    if known:
        return known + known / len(filled)
    return 0.1 if len(filled) > 1 and not any(_is_number(cell) for cell in filled) else 0.0


def guess(
    name: str,
    header: Sequence[str],
    samples: Sequence[Sequence[str]],
    wanted: Wanted,
    *,
    several: bool = False,
) -> Guess:
    """How a table with this name, header and first rows is to be read; one of ``several``.

    Raises BadValueError for a mapping that names what is no column, or no field.
    """
    said = _said(name if several else "", header, wanted)
    own = _own(header)
    if own is not None and wanted.sort in (None, own.sort):
        _refuse_odd(own.sort, said)
        targets = tuple(
            said.get(column, target) for column, target in zip(header, own.targets, strict=True)
        )
        return replace(own, targets=targets)
    before = wanted.remembered(header) if wanted.remembered is not None else None
    if before is not None and wanted.sort in (None, before[0]):
        sort, mapping = before
        _refuse_odd(sort, said)
        targets = tuple(said.get(column, mapping.get(column, "")) for column in header)
        return Guess(sort, _valid(sort, targets), remembered=True)
    if wanted.sort is not None:
        best = _as(wanted.sort, name, header, samples, said)[1]
    else:
        read = {sort: _as(sort, name, header, samples, said) for sort in Sort}
        best = max(read.values(), key=lambda each: each[0])[1]
        best = replace(best, unsure=_is_unsure(best, name, header, read[Sort.PLACE][1]))
    _refuse_odd(best.sort, said)
    return best


def _as(
    sort: Sort,
    name: str,
    header: Sequence[str],
    samples: Sequence[Sequence[str]],
    said: Mapping[str, str],
) -> tuple[float, Guess]:
    """How well a table can be read as one of this sort, and how it is read then."""
    targets, score = _targets(sort, header, samples, said)
    by_values = _by_values(sort, targets, samples)
    score += by_values
    told = _is_called(sort, name) or _is_of_places(sort, header, targets)
    if told:
        score += _NAMED
    elif (
        sort in (Sort.POST, Sort.PLACE)
        and by_values <= 0
        and not _telling(sort, header, targets, said)
    ):
        score += _NOT_TOLD
    fits = any(target in targets for target in _NEEDED[sort])
    if not fits:
        score -= 100
    if sort is Sort.PERSON:
        targets = _beside_given(header, targets, said)
    return score, Guess(sort, targets, fits=fits)


def _is_called(sort: Sort, name: str) -> bool:
    return bool(frozenset(plain(name).split()) & ABOUT[sort])


def _is_of_places(sort: Sort, header: Sequence[str], targets: Sequence[str]) -> bool:
    """Whether the names in a table are of organisations or places, as their column says."""
    return sort is Sort.PLACE and any(
        target == "name" and not _ORGANISATIONS.isdisjoint(plain(column).split())
        for column, target in zip(header, targets, strict=True)
    )


def _telling(
    sort: Sort, header: Sequence[str], targets: Sequence[str], said: Mapping[str, str]
) -> bool:
    """Whether a column tells that a table is of this sort, and is none that people may have."""
    for column, target in zip(header, targets, strict=True):
        if target == "kind" and len(plain(column).split()) > 1:
            return True
        if target not in _TELLING[sort]:
            continue
        if column in said:
            return True
        if _meant(sort, column)[1] > _meant(Sort.PERSON, column)[1]:
            return True
    return False


def _is_unsure(best: Guess, name: str, header: Sequence[str], as_places: Guess) -> bool:
    """Whether what is taken for a list of people may as well be one of places."""
    if best.sort is not Sort.PERSON or not as_places.fits or _is_called(Sort.PERSON, name):
        return False
    told = any(
        target in _TELLING[Sort.PERSON]
        and not {"hours", "fixes"}.intersection(_meant(Sort.PLACE, column)[0])
        for column, target in zip(header, best.targets, strict=True)
    )
    return not told and not _OF_BOTH.isdisjoint(as_places.targets)


def _beside_given(
    header: Sequence[str], targets: tuple[str, ...], said: Mapping[str, str]
) -> tuple[str, ...]:
    """Beside a column of first names, and none of last names, “Name” is the last name."""
    if "given" not in targets or "family" in targets:
        return targets
    return tuple(
        "family"
        if target == "name" and plain(column) in _JUST_NAME and column not in said
        else target
        for column, target in zip(header, targets, strict=True)
    )


def _own(header: Sequence[str]) -> Guess | None:
    """How a table that we wrote is read."""
    if tuple(header[:1]) == (SORT,):
        union = union_headers()
        if tuple(header[1 : len(union) + 1]) == union:
            return Guess(Sort.PERSON, ("",) * len(header), own=True, by_row=True)
    for sort, names in HEADERS.items():
        if tuple(header[: len(names)]) == names:
            targets = [column.target for column in COLUMNS[sort]]
            return Guess(sort, (*targets, *[""] * (len(header) - len(names))), own=True)
    return None


def own_targets(sort: Sort, width: int) -> tuple[str, ...]:
    """The targets of a row of one table of everything: of columns that this sort has not,
    LEFT_OUT."""
    by_name = {column.header: column.target for column in COLUMNS[sort]}
    named = [by_name.get(name, LEFT_OUT) for name in union_headers()]
    return (LEFT_OUT, *named, *[""] * (width - len(named) - 1))


def _said(name: str, header: Sequence[str], wanted: Wanted) -> dict[str, str]:
    """What a person said of the columns of this table."""
    if not wanted.mapping:
        return {}
    by_fold = {column.casefold(): column for column in header}
    found: dict[str, str] = {}
    for said, target in wanted.mapping.items():
        column = said
        if name and said.casefold().startswith(f"{name}: ".casefold()):
            column = said[len(name) + 2 :]
        if column.casefold() in by_fold:
            found[by_fold[column.casefold()]] = target
        elif not name:
            raise BadValueError(
                f"There is no column “{column[:60]}”. There are: {', '.join(header)[:400]}."
            )
    return found


def _refuse_odd(sort: Sort, said: Mapping[str, str]) -> None:
    for target in said.values():
        if target not in TARGETS[sort] and target not in ("", LEFT_OUT):
            raise BadValueError(
                f"“{target[:40]}” is nothing that a column of such a list can be. It can be:"
                f" {', '.join(TARGETS[sort])}, or {LEFT_OUT} for leaving it out."
            )


def _valid(sort: Sort, targets: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        target if target in TARGETS[sort] or target == LEFT_OUT else "" for target in targets
    )


def _targets(
    sort: Sort,
    header: Sequence[str],
    samples: Sequence[Sequence[str]],
    said: Mapping[str, str],
) -> tuple[tuple[str, ...], float]:
    """A target for each column, and how well they speak for this sort."""
    likely: list[tuple[tuple[str, ...], float]] = []
    for at, column in enumerate(header):
        if column in said:
            likely.append(((said[column],), 2.0))
            continue
        targets, sure = _meant(sort, column)
        if not targets:
            some = [row[at] for row in samples[:_SAMPLES] if at < len(row)]
            targets, sure = _by_column(sort, some)
        likely.append((targets, sure))
    found = [("", 0.0)] * len(header)
    taken: set[str] = set()
    for at in sorted(range(len(likely)), key=lambda at: (-likely[at][1], at)):
        targets, sure = likely[at]
        for target in targets:
            shared = target in _SHARED or (target == "address" and sort is not Sort.PLACE)
            if target not in taken or shared or header[at] in said:
                found[at] = (target, sure)
                taken.add(target)
                break
    score = sum(
        sure * (2.0 if target in _TELLING[sort] else 1.0)
        for target, sure in found
        if target and target != LEFT_OUT
    )
    # Of a repair nothing is kept beside.
    beside = LEFT_OUT if sort is Sort.REPAIR else ""
    named = [target or beside for target, _sure in found]
    if sort is Sort.PERSON:
        for at, target in enumerate(named):
            if not target and header[at] not in said and _reaches(header[at], at, samples):
                named[at] = "other"
    return tuple(named), score


def _reaches(column: str, at: int, samples: Sequence[Sequence[str]]) -> bool:
    """Whether a column that is nothing else holds ways to reach somebody."""
    words = set(plain(column).split())
    if words & REACHES:
        return True
    if not words & MAY_REACH:
        return False
    filled = [row[at] for row in samples[:_SAMPLES] if at < len(row) and row[at].strip()]
    digits = [sum(letter.isdigit() for letter in text) for text in filled]
    found = sum("@" in text or many > 4 for text, many in zip(filled, digits, strict=True))
    return bool(filled) and found * 3 >= len(filled)


@lru_cache(maxsize=4096)
def _meant(sort: Sort, column: str) -> tuple[tuple[str, ...], float]:
    """What the words above a column mean, the likeliest first, and how sure that is."""
    words = plain(column)
    index = INDEX[sort]
    if words in index:
        return index[words], 1.0
    among = set(words.split())
    best: tuple[str, ...] = ()
    size = 0
    for phrase, parts, targets in _PHRASES[sort]:
        if len(phrase) > size and among.issuperset(parts):
            best, size = targets, len(phrase)
    return (best, _CONTAINED) if best else ((), 0.0)


def _by_column(sort: Sort, values: Sequence[str]) -> tuple[tuple[str, ...], float]:
    """What a column is by what stands in it: ways to reach somebody show."""
    filled = [value for value in values if value.strip()]
    if len(filled) < 2:
        return (), 0.0
    if sort is not Sort.REPAIR:
        if sum(map(cells.is_email, filled)) * 10 >= len(filled) * 6:
            return ("email",), _CONTAINED
        is_number = cells.is_phone if sort is Sort.PERSON else _is_surely_phone
        numbers = sum(is_number(value) and not _is_day(value) for value in filled)
        if numbers * 10 >= len(filled) * 6:
            return ("phone",), _CONTAINED
    if sort is Sort.POST and all(plain(value) in meanings.KINDS for value in filled):
        return ("kind",), 1.0
    return (), 0.0


def _is_day(text: str) -> bool:
    try:
        dates.read(text)
    except (ValueError, OverflowError):
        return False
    return True


def _is_surely_phone(text: str) -> bool:
    return text.lstrip().startswith(("+", "0", "(")) and cells.is_phone(text)


def _by_values(sort: Sort, targets: Sequence[str], samples: Sequence[Sequence[str]]) -> float:
    """What stands in the columns speaks for a sort, or against it."""
    if sort not in (Sort.POST, Sort.PLACE) or "kind" not in targets or not samples:
        return 0.0
    at = targets.index("kind")
    filled = [row[at] for row in samples if at < len(row) and row[at].strip()]
    words = meanings.KINDS if sort is Sort.POST else meanings.PLACE_KINDS
    known = sum(plain(value) in words for value in filled)
    return 4.0 if filled and known * 2 >= len(filled) else -2.0


def _is_number(text: str) -> bool:
    return text.strip().replace(".", "").replace(",", "").isdigit()
