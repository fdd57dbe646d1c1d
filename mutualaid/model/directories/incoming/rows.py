# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows of a table, made into items: each cell by what its column is."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from mutualaid.errors import BadValueError
from mutualaid.model import hours, taxonomy
from mutualaid.model.directories import cells
from mutualaid.model.directories.columns import STANDING
from mutualaid.model.directories.directory import Contact
from mutualaid.model.directories.incoming import dates, meanings
from mutualaid.model.directories.incoming.dates import Column, Either, Moment
from mutualaid.model.directories.incoming.headers import INDEX
from mutualaid.model.directories.incoming.item import LEFT_OUT, Item, Sort
from mutualaid.model.directories.incoming.tables import Problems
from mutualaid.model.records.post import LONGEST_PART, MOST_OF_A_PART
from mutualaid.model.text import is_blank, one_line, plain
from mutualaid.model.values import ContactKind, Millis, Scalar, SkillLevel

#: Cells are cut to this before anything is made of them: far more than any field holds.
_LONGEST_CELL: Final = 20_000
_MOST_OF_A_LIST: Final = 60
_LEVELS: Final = {
    "skills": SkillLevel.CAN,
    "skills:teach": SkillLevel.TEACH,
    "skills:learn": SkillLevel.LEARN,
}
_CONTACTS: Final = {
    "phone": ContactKind.PHONE,
    "email": ContactKind.EMAIL,
    "signal": ContactKind.SIGNAL,
    "post address": ContactKind.ADDRESS,
    "other": ContactKind.OTHER,
}
_TIMES: Final = frozenset(("starts", "ends", "expires", "confirmed", "updated", "date")) | {
    "first_starts",
    "first_ends",
}
#: Targets of which something is made when the whole line is read.
_APART: Final = frozenset(("lat", "lon", "given", "family", "city", "postcode", "by", "website"))
_ELSEWHERE: Final = {"id": "key", "place_id": "place", "place": "place_name"}
_CHOICES: Final[Mapping[tuple[Sort, str], tuple[Mapping[str, str], str]]] = {
    (Sort.POST, "kind"): (meanings.KINDS, "need or an offer"),
    (Sort.POST, "urgency"): (meanings.URGENCIES, "degree of urgency"),
    (Sort.POST, "mode"): (meanings.MODES, "way to give or lend"),
    (Sort.POST, "repeat"): (meanings.REPEATS, "“weekly” or “monthly”"),
    (Sort.PLACE, "kind"): (meanings.PLACE_KINDS, "kind of place"),
    (Sort.REPAIR, "outcome"): (meanings.OUTCOMES, "outcome of a repair"),
}


@dataclass(slots=True)
class _Draft:
    """An item while its line is read; its dates may wait for the whole column."""

    sort: Sort
    line: int
    where: str
    fields: dict[str, Scalar] = field(default_factory=dict)
    contacts: list[Contact] = field(default_factory=list)
    more: dict[str, str] = field(default_factory=dict)
    key: str = ""
    place: str = ""
    place_name: str = ""
    updated: int = 0
    apart: dict[str, str] = field(default_factory=dict)  # parts of a field, such as a first name


@dataclass(slots=True)
class RowReader:
    """Makes rows of one table into items.

    ``own`` reads lists and words to the letter, as we write them; ``guarded`` says that what could
    be taken for a formula has an apostrophe before it. ``tz`` and ``country`` are as
    in ``Wanted``. ``kind`` is what posts are where no column says it.
    """

    name: str
    where: str
    header: Sequence[str]
    problems: Problems
    own: bool
    guarded: bool
    tz: str
    country: str
    kind: str = ""
    kind_said: bool = False
    drafts: list[_Draft] = field(default_factory=list)
    _columns: dict[int, Column] = field(default_factory=dict)
    _plain_columns: dict[int, bool] = field(default_factory=dict)  # whose name says no more
    _waiting: list[tuple[_Draft, int, str, Either]] = field(default_factory=list)
    _odd: set[tuple[int, str]] = field(default_factory=set)

    def take(self, line: int, row: Sequence[str], sort: Sort, targets: Sequence[str]) -> None:
        """Read one row."""
        draft = _Draft(sort, line, f"{self.where}line {line}")
        for at, (cell, target) in enumerate(zip(row, targets, strict=False)):
            text = self.plain_text(cell)
            if target == LEFT_OUT or not text or (not self.own and is_blank(text)):
                continue
            if not target:
                self._beside(draft, at, text)
            elif target in _TIMES and not (self.own and target == "date"):
                self._time(draft, at, target, text)
            else:
                self._cell(draft, at, target, text)
        self._close(draft)
        self.drafts.append(draft)

    def plain_text(self, cell: str) -> str:
        """What a cell says, without what guards it."""
        text = cell[:_LONGEST_CELL]
        text = cells.unguard(text) if self.guarded else text
        return text if self.own else text.strip()

    def items(self) -> list[Item]:
        """All that was read, when the whole table has been."""
        for draft, at, target, either in self._waiting:
            column = self._columns[at]
            month_first = column.is_month_first(self.country)
            self._set_time(draft, target, either.moment(month_first=month_first))
        for at, column in sorted(self._columns.items()):
            if column.unclear:
                where = f"{self.where}column “{self.header[at]}”"
                self.problems.add(where, column.why(self.country), kept=True)
        for draft in self.drafts:
            _order_times(draft, self.problems)
        return [
            Item(
                draft.sort,
                draft.key,
                draft.where,
                draft.fields,
                tuple(draft.contacts),
                draft.more,
                draft.place,
                draft.updated,
            )
            for draft in self.drafts
        ]

    # -- one cell

    def _beside(self, draft: _Draft, at: int, text: str) -> None:
        if draft.sort is not Sort.REPAIR:
            draft.more[self.header[at]] = text

    def _cell(self, draft: _Draft, at: int, target: str, text: str) -> None:
        """A cell that is no time, by what its column is."""
        if target in _CONTACTS or (target == "address" and draft.sort is not Sort.PLACE):
            self._contact(draft, at, _CONTACTS.get(target, ContactKind.ADDRESS), text)
        elif target in _LEVELS:
            self._skills(draft, _LEVELS[target], text)
        elif target == "category" and draft.sort is Sort.POST:
            self._category(draft, at, text)
        elif (draft.sort, target) in _CHOICES:
            self._choice(draft, at, target, text)
        elif target in _APART:
            draft.apart[target] = text
        elif target in _ELSEWHERE:
            setattr(draft, _ELSEWHERE[target], text)
        else:
            self._field(draft, at, target, text)

    def _field(self, draft: _Draft, at: int, target: str, text: str) -> None:
        match target:
            case "fixes":
                draft.fields.update({f"fix:{name}": note for name, note in self._named(text)})
            case "languages":
                named = self._named(text, marks="/")
                draft.fields.update({f"lang:{name}": True for name, _note in named})
            case "parts":
                self._parts(draft, at, text)
            case "status":
                if plain(text) in meanings.OVER:
                    draft.fields["state"] = "done"
            case "language":
                draft.fields["lang"] = text
            case "hours":
                self._hours(draft, at, text)
            case "country" if not self.own:
                self._country(draft, at, text)
            case _:
                draft.fields[target] = text

    def _contact(self, draft: _Draft, at: int, kind: ContactKind, text: str) -> None:
        for part in cells.split(text) if self.own else [text]:
            value = one_line(cells.unescape(part) if self.own else part)
            found = kind
            if not self.own and kind is ContactKind.PHONE and cells.is_shortened(value):
                why = (
                    f"A spreadsheet made “{value[:30]}” of this phone number; its digits are lost."
                )
                self.problems.add(draft.where, why, kept=True)
                continue
            if not self.own:
                if kind is ContactKind.PHONE:
                    value = cells.as_phone(value)
                if kind is ContactKind.OTHER and cells.is_email(value):
                    found = ContactKind.EMAIL
                elif kind is ContactKind.OTHER and cells.is_phone(value):
                    found = ContactKind.PHONE
                elif kind is ContactKind.EMAIL:
                    value = value.removeprefix("mailto:")
                    found = kind if "@" in value else ContactKind.OTHER
                elif kind is ContactKind.PHONE and not any(each.isdigit() for each in value):
                    found = ContactKind.OTHER
            if draft.sort is Sort.PERSON and not self.own:
                found, value = self._told_apart(draft, at, found, value)
            draft.contacts.append(Contact(found, value))

    def _told_apart(
        self, draft: _Draft, at: int, kind: ContactKind, value: str
    ) -> tuple[ContactKind, str]:
        """One way of several to reach somebody, with what its column is called, where that says
        more: “Landline: 555 0103”."""
        column = one_line(self.header[at])
        if at not in self._plain_columns:
            meant = INDEX[Sort.PERSON].get(plain(column), ())
            self._plain_columns[at] = any(
                target in _CONTACTS or target == "address" for target in meant
            )
        if self._plain_columns[at]:
            return kind, value
        if kind is ContactKind.OTHER or any(each.kind is kind for each in draft.contacts):
            return ContactKind.OTHER, f"{column[:40]}: {value}"
        return kind, value

    def _named(self, text: str, marks: str = "") -> list[tuple[str, str]]:
        """The names in a list, each with what is noted of it."""
        if self.own:
            found = [cells.unpair(part) for part in cells.split(text)]
        else:
            for mark in marks:
                text = text.replace(mark, ";")
            found = [(part[:80], "") for part in cells.split_loosely(text)]
        return [pair for pair in found if pair[0]][:_MOST_OF_A_LIST]

    def _skills(self, draft: _Draft, level: SkillLevel, text: str) -> None:
        for name, note in self._named(text):
            draft.fields[f"skill:{name}"] = str(level)
            if note:
                draft.fields[f"skillnote:{name}"] = note

    def _parts(self, draft: _Draft, at: int, text: str) -> None:
        if text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= MOST_OF_A_PART:
            draft.fields["parts"] = int(text)
            return
        for name, amount in self._named(text) if self.own else ():
            if amount.isascii() and amount.isdigit() and 1 <= int(amount[:4]) <= MOST_OF_A_PART:
                draft.fields[f"part:{name[:LONGEST_PART]}"] = int(amount)
                continue
            self._not_understood(draft, at, text, "number")
        if not self.own:
            self._not_understood(draft, at, text, "number from 1 to 99")

    def _category(self, draft: _Draft, at: int, text: str) -> None:
        found = meanings.category(text)
        if found:
            draft.fields["category"] = found
        else:
            draft.fields["category"] = "other"
            self._not_understood(draft, at, text, "category of ours")

    def _choice(self, draft: _Draft, at: int, target: str, text: str) -> None:
        words, label = _CHOICES[draft.sort, target]
        found = words.get(plain(text)) or words.get(text)
        if found is not None:
            draft.fields[target] = found
        else:
            self._not_understood(draft, at, text, label)

    def _hours(self, draft: _Draft, at: int, text: str) -> None:
        try:
            draft.fields["hours"] = hours.canonical(text)
        except BadValueError:
            self._not_understood(draft, at, text, "opening hours that can be read")

    def _country(self, draft: _Draft, at: int, text: str) -> None:
        if len(text) == 3 and text.isalpha():
            draft.fields["country"] = text.upper()
        else:
            self._not_understood(draft, at, text, "country in three letters")

    def _not_understood(self, draft: _Draft, at: int, text: str, label: str) -> None:
        """Keep what is not understood beside, and say so once for each word."""
        self._beside(draft, at, text)
        if (at, text) not in self._odd and len(self._odd) < 500:
            self._odd.add((at, text))
            said = f"“{text[:60]}” is no {label}. It was kept beside, as text."
            self.problems.add(draft.where, said, kept=True)

    # -- times

    def _time(self, draft: _Draft, at: int, target: str, text: str) -> None:
        if target == "expires" and (text == STANDING or plain(text) in meanings.STANDING):
            draft.fields["standing"] = True
            return
        column = self._columns.setdefault(at, Column())
        try:
            found = dates.read(text)
        except (ValueError, OverflowError):
            if target == "starts" and "when" not in draft.fields:
                draft.fields["when"] = text
            elif target != "updated":
                self._not_understood(draft, at, text, "date that can be read")
            return
        column.note(text)
        if isinstance(found, Either):
            self._waiting.append((draft, at, target, found))
            if len(column.unclear) < 3:
                column.unclear.append(draft.where)
        else:
            self._set_time(draft, target, found)

    def _set_time(self, draft: _Draft, target: str, found: Moment) -> None:
        try:
            if target == "date":
                draft.fields["date"] = found.day.isoformat()
                return
            last = target in ("ends", "expires")
            ms = found.ms(self.tz, end=last)
        except (ValueError, OverflowError):
            return
        if ms < 0:
            return
        if target == "updated":
            draft.updated = ms
        else:
            draft.fields[target] = Millis(ms)
            if target == "starts" and found.time is None:
                draft.apart["whole day"] = dt.date.isoformat(found.day)

    # -- a whole row

    def _close(self, draft: _Draft) -> None:
        finish: dict[Sort, Callable[[_Draft], None]] = {
            Sort.PERSON: self._close_person,
            Sort.POST: self._close_post,
            Sort.PLACE: self._close_place,
            Sort.REPAIR: self._close_repair,
        }
        finish[draft.sort](draft)

    def _close_person(self, draft: _Draft) -> None:
        """The whole name of somebody, from what columns say of it: nothing of that is lost."""
        family = draft.apart.get("family", "")
        given = draft.apart.get("given", "")
        name = str(draft.fields.get("name", ""))
        if name and given and not family and not _is_part(given, name):
            name, family = "", name  # “Name” beside “Vorname”
        if not name and given and family and _is_part(given, family):
            name = family  # it was the whole name
        for part in (given, family):
            if not _is_part(part, name):
                name = f"{name} {part}" if name else part
        if name:
            draft.fields["name"] = name

    def _close_post(self, draft: _Draft) -> None:
        by = draft.apart.get("by", "")
        if by and not draft.fields.get("for"):
            draft.fields["for"] = by
        elif by and not self.own:
            draft.more["posted by"] = by
        if not draft.fields.get("title"):
            text = str(draft.fields.get("text", ""))
            draft.fields["title"] = " ".join(text.split())[:80]
        if not draft.fields.get("kind") and self.kind:
            draft.fields["kind"] = self.kind
            if not self.kind_said:
                self.kind_said = True
                said = (
                    f"Nothing says whether this is a need or an offer. It was taken as {self.kind}."
                )
                self.problems.add(draft.where, said, kept=True)

    def _close_place(self, draft: _Draft) -> None:
        lat, lon = draft.apart.get("lat"), draft.apart.get("lon")
        if lat and lon:
            point = _point(lat, lon)
            if point:
                draft.fields["point"] = point
            else:
                why = f"“{lat[:20]}, {lon[:20]}” is no point on the map. It was left out."
                self.problems.add(draft.where, why, kept=True)
        street = str(draft.fields.get("address", ""))
        town = " ".join(draft.apart.get(name, "") for name in ("postcode", "city")).strip()
        if town:
            draft.fields["address"] = f"{street}, {town}" if street else town
        if "website" in draft.apart:
            draft.contacts.append(Contact(ContactKind.OTHER, draft.apart["website"]))

    def _close_repair(self, draft: _Draft) -> None:
        fields = draft.fields
        item = str(fields.get("item", ""))
        if not fields.get("category"):
            fields["category"] = taxonomy.product_name(item) or "Misc"
        fields.setdefault("outcome", "unknown")
        barrier = fields.get("barrier")
        if isinstance(barrier, str) and not taxonomy.barrier_number(barrier):
            del fields["barrier"]
            said = str(fields.get("problem", ""))
            fields["problem"] = f"{said} ({barrier})" if said else barrier


def _is_part(part: str, name: str) -> bool:
    """Whether all words of a part stand in a name already."""
    return set(part.casefold().split()) <= set(name.casefold().split())


def _point(lat: str, lon: str) -> str:
    try:
        north, east = (float(each.replace(",", ".")) for each in (lat, lon))
    except ValueError:
        return ""
    if not (abs(north) <= 90 and abs(east) <= 180):
        return ""
    if max(len(repr(north)), len(repr(east))) > 12:  # more than anybody measures, or an exponent
        return f"{north:.6f},{east:.6f}"
    return f"{north},{east}"


def _order_times(draft: _Draft, problems: Problems) -> None:
    """The first of many times counts; a day without a time is the whole day; what ends before it
    begins does not end."""
    first = draft.fields.pop("first_starts", None), draft.fields.pop("first_ends", None)
    if first[0] is not None:
        draft.fields.pop("ends", None)
        named = zip(("starts", "ends"), first, strict=True)
        draft.fields.update({name: value for name, value in named if value is not None})
    starts, ends = draft.fields.get("starts"), draft.fields.get("ends")
    if isinstance(starts, int) and ends is None and "whole day" in draft.apart:
        draft.fields["ends"] = Millis(starts + 86_399_000)
    if isinstance(starts, int) and isinstance(ends, int) and ends < starts:
        del draft.fields["ends"]
        problems.add(draft.where, "It ends before it begins; the end was left out.", kept=True)
    if ends is not None and starts is None:
        del draft.fields["ends"]
    if draft.fields.get("repeat") and starts is None:
        del draft.fields["repeat"]
