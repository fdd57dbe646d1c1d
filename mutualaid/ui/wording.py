# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How people, fixers, places and machines are put into sentences, the same on every page."""

from collections.abc import Sequence

from PySide6.QtCore import QDate, QLocale

from mutualaid.model.values import (
    FixCategoryRow,
    FixerRow,
    MachineRow,
    PersonRow,
    PlaceRow,
    SkillLevel,
)
from mutualaid.ui.words import ago, level_word, place_word, sentence, tr

_CLOSEST_MONTHS = 300  # days in which a month needs no year


def listed(parts: Sequence[str]) -> str:
    """``parts`` as the window's language lists them: "a, b and c"."""
    return QLocale().createSeparatedList([part for part in parts if part])


def language_name(code: str) -> str:
    """A language's name for its code; what is no code was typed as a name and stays."""
    if not 2 <= len(code) <= 3:
        return code
    language = QLocale.codeToLanguage(code)
    if language in (QLocale.Language.AnyLanguage, QLocale.Language.C):
        return code
    return QLocale.languageToString(language)


def languages_text(languages: Sequence[str]) -> str:
    """ "speaks Czech and English", or nothing."""
    if not languages:
        return ""
    return tr("speaks {languages}", languages=listed([language_name(one) for one in languages]))


def fix_level_word(level: SkillLevel | None) -> str:
    """What a fixer's level is called; a place has none."""
    return {
        None: tr("Repairs these"),
        SkillLevel.CAN: tr("Can fix"),
        SkillLevel.TEACH: tr("Can fix · can teach"),
        SkillLevel.LEARN: tr("Wants to learn"),
    }[level]


def confirmed_text(at: int | None, now: int) -> str:
    """When somebody last said that a place is still as written."""
    if at is None:
        return tr("never confirmed")
    return tr("confirmed {when}", when=ago(at, now))


def date_text(date: str) -> str:
    """A date YYYY-MM-DD as the window's language writes it; other text stays as it is."""
    then = QDate.fromString(date, "yyyy-MM-dd")
    return QLocale().toString(then, "d MMMM yyyy") if then.isValid() else date


def last_month(date: str) -> str:
    """The month of a date YYYY-MM-DD: "last in October", with the year where it is long ago."""
    then = QDate.fromString(date, "yyyy-MM-dd")
    if not then.isValid():
        return ""
    near = 0 <= then.daysTo(QDate.currentDate()) < _CLOSEST_MONTHS
    month = QLocale().toString(then, "MMMM" if near else "MMMM yyyy")
    return tr("last in {month}", month=month)


# -- fixers -----------------------------------------------------------------------------------


def fixers_text(row: FixCategoryRow) -> str:
    """How many can: "6 people", "only 1 person", "nobody yet", "2 people, 1 place"."""
    people = row.fixers - row.places
    if row.fixers == 0:
        return tr("nobody yet")
    places = tr("%n places", one="%n place", n=row.places) if row.places else ""
    if not people:
        return places
    if places:
        return tr(
            "{people}, {places}", places=places, people=tr("%n people", one="%n person", n=people)
        )
    return tr("%n people", one=tr("only 1 person"), n=people)


def learners_text(count: int) -> str:
    return tr("%n want to learn", one="%n wants to learn", n=count) if count else ""


def fix_category_sentence(row: FixCategoryRow) -> str:
    return sentence(row.category, fixers_text(row), learners_text(row.learners))


def outcomes_text(fixed: int, attempts: int) -> str:
    """What came of the attempts; nothing where none are shown."""
    if not attempts:
        return ""
    return tr(
        "{fixed} of {attempts} fixed",
        fixed=QLocale().toString(fixed),
        attempts=QLocale().toString(attempts),
    )


def fixer_sentence(row: FixerRow, when: str) -> str:
    name = tr("{name} (you)", name=row.name) if row.mine else row.name
    return sentence(
        name,
        row.category,
        fix_level_word(row.level).replace(" · ", ", "),
        row.note,
        row.area,
        when,
        outcomes_text(row.fixed, row.attempts),
    )


def advice(category: str, fixers: Sequence[FixerRow]) -> str:
    """What to do where a skill hangs on one person, or on nobody; "" where it does not."""
    able = [row for row in fixers if row.level is not SkillLevel.LEARN]
    learners = [row for row in fixers if row.level is SkillLevel.LEARN]
    if len(able) > 1 or (able and able[0].kind == "place"):
        return ""
    if not able:
        if learners:
            return tr(
                "{thing}: %n neighbours want to learn. A repair session nearby may take them "
                "along, or somebody next door can after all: ask around.",
                one="{thing}: %n neighbour wants to learn. A repair session nearby may take them "
                "along, or somebody next door can after all: ask around.",
                n=len(learners),
                thing=category,
            )
        return tr(
            "{thing}: ask at the next meeting who has done it before, or add a place that does it.",
            thing=category,
        )
    who = able[0]
    if who.mine:
        start = tr("You are the only one here who fixes this: {thing}.", thing=category)
    else:
        start = tr("Only {name} fixes this here: {thing}.", name=who.name, thing=category)
    if learners:
        end = tr(
            "%n neighbours want to learn: ask whether they could come along next time.",
            one="%n neighbour wants to learn: ask whether they could come along next time.",
            n=len(learners),
        )
    elif who.mine:
        end = tr("Could you show somebody, the next time you do it?")
    else:
        end = tr(
            "Would you like to learn it? Say so with “I can fix…”, and ask to come along next time."
        )
    return f"{start} {end}"


# -- people and places ------------------------------------------------------------------------


def skills_text(row: PersonRow) -> str:
    """Skills and fixes in one line, each with its level where it is not plain ability."""
    parts = [
        skill.name if skill.level is SkillLevel.CAN else f"{skill.name} ({level_word(skill.level)})"
        for skill in row.skills
    ]
    if row.fixes:
        parts.append(tr("fixes {things}", things=listed([fix.category for fix in row.fixes])))
    return ", ".join(parts)


def person_sentence(row: PersonRow) -> str:
    name = tr("{name} (you)", name=row.name) if row.mine else row.name
    return sentence(
        name, row.area, row.availability, languages_text(row.languages), skills_text(row)
    )


def place_sentence(row: PlaceRow, hours: str, now: int) -> str:
    return sentence(
        row.name,
        place_word(row.kind),
        row.area,
        row.address,
        hours,
        outcomes_text(row.fixed, row.attempts),
        confirmed_text(row.last_confirmed, now),
    )


# -- machines ---------------------------------------------------------------------------------


def machine_state(row: MachineRow, *, connected: bool) -> str:
    """One line on what a machine has."""
    if row.this:
        return tr("Everything shown here is saved on it.")
    if row.frozen:
        return tr(
            "Set aside: what it wrote came in two versions. What is new from it does not "
            "count until a neighbour admits it again."
        )
    if row.behind is None:
        return tr("Nothing is known yet about what it has.")
    if row.behind == 0:
        return tr("Has everything that is here.")
    if connected:
        return tr(
            "Catching up: %n changes to go.", one="Catching up: %n change to go.", n=row.behind
        )
    return tr(
        "Lacks %n changes that are here; it gets them when it is near.",
        one="Lacks %n change that is here; it gets it when it is near.",
        n=row.behind,
    )


def heard_text(row: MachineRow, now: int, *, connected: bool) -> str:
    if row.this:
        return tr("this machine")
    if connected:
        return tr("connected now")
    if row.last_heard is None:
        return tr("not heard yet")
    return tr("heard {when}", when=ago(row.last_heard, now))


def machine_sentence(row: MachineRow, now: int, *, connected: bool) -> str:
    return sentence(
        row.name, heard_text(row, now, connected=connected), machine_state(row, connected=connected)
    )
