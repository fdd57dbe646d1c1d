# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A group that lives in memory: enough of ``Group`` for pages to be built and looked at."""

import time
from dataclasses import replace
from pathlib import Path

from mutualaid.errors import BadValueError
from mutualaid.model.values import (
    ChangeSet,
    Counts,
    Fix,
    FixCategoryRow,
    FixerRow,
    Health,
    MachineRow,
    MemberRow,
    PersonRow,
    PlaceDraft,
    PlaceKind,
    PlaceRow,
    Reached,
    Skill,
    SkillLevel,
)

NOW = int(time.time() * 1000)
MINUTE = 60_000
CATEGORIES = (
    "Aircon/dehumidifier",
    "Coffee maker",
    "Hair dryer",
    "Iron",
    "Kettle",
    "Lamp",
    "Laptop",
    "Large home electrical",
    "Mobile",
    "Musical instrument",
    "Power tool",
    "Sewing machine",
    "Small kitchen item",
    "Toaster",
    "Toy",
    "Vacuum",
    "Watch/clock",
)


def ident(number: int) -> bytes:
    return number.to_bytes(16, "big")


def person(number, name, area, languages, availability, skills, fixes, *, mine=False):
    return PersonRow(
        number=number,
        id=ident(number),
        code=f"K7QF{number:04d}".replace("0", "Z").replace("1", "Y"),
        person=ident(1000 + number),
        name=name,
        area=area,
        languages=languages,
        availability=availability,
        skills=skills,
        fixes=fixes,
        mine=mine,
    )


class FakeGroup:
    """Answers as a real group would; commands change what it answers."""

    def __init__(self) -> None:
        self.id = ident(7)
        self.name = "Elm Street"
        self.country = "CZE"
        self.me = ident(1001)
        self.my_name = "Mira"
        self.device = b"d" * 32
        self.joined = True
        self.directory = Path("/nowhere")
        self.warning: str | None = None
        can, teach, learn = SkillLevel.CAN, SkillLevel.TEACH, SkillLevel.LEARN
        self._people = [
            person(1, "Mira", "North side", ("en", "cs"), "evenings", (Skill("Bread", teach),), (),
                   mine=True),
            person(2, "Pavel", "South side", ("cs", "en"), "Tuesdays and Saturdays",
                   (Skill("Soldering", teach), Skill("Kettle", teach)),
                   (Fix("Kettle"), Fix("Large home electrical", "boilers"), Fix("Lamp"))),
            person(3, "Jo", "North side", ("en",), "evenings",
                   (Skill("First aid", can, "certified in 2025"),),
                   (Fix("Kettle", "has a soldering iron to lend"), Fix("Laptop"))),
            person(4, "Yusuf", "Library", ("ar", "fr", "en"), "Thursdays",
                   (Skill("Forms and letters", can), Skill("Sewing machine", learn)), ()),
            person(5, "Lena", "", (), "", (), ()),
        ]
        self._places = [
            PlaceRow(20, ident(20), "PLAC2222", "Repair session at the library",
                     PlaceKind.REPAIR, "Library", "Long Street 4", "FREQ=MONTHLY;BYDAY=1SA",
                     "Bring the thing and its plug. Tea is there.", (Fix("Kettle"), Fix("Toaster")),
                     41, 29, NOW - 9 * 24 * 60 * MINUTE, True),
            PlaceRow(21, ident(21), "PLAC3333", "Community kitchen", PlaceKind.KITCHEN,
                     "South side", "", "", "Hot meals, no questions.", (), 0, 0, None, True),
        ]
        self._number = 100

    # -- queries --------------------------------------------------------------------------

    def people(self, search="", limit=200, offset=0):
        wanted = search.casefold()
        found = [
            row for row in self._people
            if wanted in row.name.casefold()
            or any(wanted in skill.name.casefold() for skill in row.skills)
        ]
        return found[offset : offset + limit]

    def person(self, person_id):
        return next(row for row in self._people if person_id in (row.id, row.person))

    def fix_categories(self, search=""):
        rows = []
        for category in CATEGORIES:
            if search.casefold() not in category.casefold():
                continue
            fixers = self.fixers(category=category)
            can = sum(row.level is not SkillLevel.LEARN for row in fixers)
            rows.append(FixCategoryRow(category, can, len(fixers) - can,
                                       sum(row.attempts for row in fixers)))
        return rows

    def fixers(self, search="", category="", area="", limit=200):
        rows = []
        for one in self._people:
            levels = {skill.name: skill.level for skill in one.skills}
            for fix in one.fixes:
                attempts, fixed = (9, 7) if one.name == "Pavel" and fix.category == "Kettle" \
                    else (0, 0)
                rows.append(FixerRow(one.number, one.id, one.code, one.name, "person",
                                     fix.category, fix.note, one.area, one.availability,
                                     levels.get(fix.category, SkillLevel.CAN), attempts, fixed,
                                     "2026-10-17" if attempts else "", one.mine))
            for skill in one.skills:
                if skill.level is SkillLevel.LEARN and skill.name in CATEGORIES:
                    rows.append(FixerRow(one.number, one.id, one.code, one.name, "person",
                                         skill.name, "", one.area, one.availability,
                                         SkillLevel.LEARN, 0, 0, "", one.mine))
        for place in self._places:
            rows.extend(
                FixerRow(place.number, place.id, place.code, place.name, "place", fix.category,
                         fix.note, place.area, place.hours, None, place.attempts, place.fixed,
                         "2026-11-07", False)
                for fix in place.fixes
            )
        return [
            row for row in rows
            if (not category or row.category == category) and (not area or row.area == area)
            and (not search or search.casefold() in f"{row.category} {row.name}".casefold())
        ][:limit]

    def repairs(self, search="", category="", place=None, limit=200):
        return []

    def places(self, search="", limit=200):
        return [row for row in self._places if search.casefold() in row.name.casefold()][:limit]

    def place(self, place_id):
        return next(row for row in self._places if row.id == place_id)

    def posts(self, *_, **__):
        return []

    def notices(self):
        return []

    def counts(self):
        return Counts(11, 13, len(self._people), len(self._places))

    def areas(self):
        return ["North side", "South side", "Library"]

    def members(self):
        return [
            MemberRow(row.person, row.code, row.name, "member", None, 1, NOW, False)
            for row in self._people
        ]

    def machines(self):
        return [
            MachineRow(b"d" * 32, "Mira's machine", "Mira", True, None, 0, False),
            MachineRow(b"p" * 32, "Pavel's machine", "Pavel", False, NOW - 4 * MINUTE, 0, False),
            MachineRow(b"j" * 32, "Jo's machine", "Jo", False, NOW - 3000 * MINUTE, 12, False),
            MachineRow(b"y" * 32, "Yusuf's machine", "Yusuf", False, None, None, False),
        ]

    def reached(self):
        return Reached(1, 3, NOW - 4 * MINUTE)

    def waiting(self):
        return 2

    def health(self):
        return Health(True, 120, 4, 60, "5f3a", ())

    def refresh(self):
        return ChangeSet()

    # -- commands -------------------------------------------------------------------------

    def _changed(self, kind, number, created=None):
        return ChangeSet(records={kind: frozenset((number,))}, created=created)

    def _mine(self, **changes):
        at = next(at for at, row in enumerate(self._people) if row.mine)
        self._people[at] = replace(self._people[at], **changes)
        return self._changed("person", self._people[at].number)

    def set_me(self, name=None, area=None, languages=None, availability=None, outcomes=None):
        given = {"name": name, "area": area, "languages": languages, "availability": availability}
        if name is not None and not name.strip():
            raise BadValueError("A name has at least one letter. Nothing was changed.")
        return self._mine(**{key: value for key, value in given.items() if value is not None})

    def add_skill(self, name, level=SkillLevel.CAN, note=""):
        if not name.strip():
            raise BadValueError("A skill has a name. Nothing was changed.")
        skills = [s for s in self.person(self.me).skills if s.name != name]
        return self._mine(skills=(*skills, Skill(name, level, note)))

    def remove_skill(self, name):
        return self._mine(skills=tuple(s for s in self.person(self.me).skills if s.name != name))

    def add_fix(self, category, note=""):
        fixes = [f for f in self.person(self.me).fixes if f.category != category]
        return self._mine(fixes=(*fixes, Fix(category, note)))

    def remove_fix(self, category):
        fixes = self.person(self.me).fixes
        return self._mine(fixes=tuple(f for f in fixes if f.category != category))

    def add_place(self, draft: PlaceDraft):
        if not draft.name.strip():
            raise BadValueError("A place has a name. Nothing was changed.")
        self._number += 1
        number = self._number
        self._places.append(
            PlaceRow(number, ident(number), f"PLAC{number:04d}", draft.name, draft.kind,
                     draft.area, draft.address, draft.hours, draft.about, draft.fixes, 0, 0,
                     NOW, True)
        )
        return self._changed("place", number, ident(number))

    def edit_place(self, place_id, **fields):
        at = next(at for at, row in enumerate(self._places) if row.id == place_id)
        self._places[at] = replace(self._places[at], **fields)
        return self._changed("place", self._places[at].number)

    def confirm_place(self, place_id):
        return self.edit_place(place_id, last_confirmed=NOW)
