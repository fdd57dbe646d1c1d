# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How people, places, fixes and machines are put into words, the same on every page."""

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale, QTime

from mutualaid.model.values import (
    FixCategoryRow,
    FixerRow,
    MachineRow,
    PersonRow,
    PlaceKind,
    PlaceRow,
    SkillLevel,
)

_MINUTE = 60_000
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


def tr(text: str, count: int = -1) -> str:
    """A sentence of this file in the language of the window; ``%n`` becomes ``count``."""
    return QCoreApplication.translate("Wording", text, "", count)


def listed(parts: tuple[str, ...] | list[str]) -> str:
    """``parts`` as the language of the window lists them: "a, b and c"."""
    return QLocale().createSeparatedList([part for part in parts if part])


def dotted(*parts: str) -> str:
    """One line of meta information, its empty parts left out."""
    return " · ".join(part for part in parts if part)


def level_name(level: SkillLevel) -> str:
    return {
        SkillLevel.CAN: tr("can do"),
        SkillLevel.TEACH: tr("can teach"),
        SkillLevel.LEARN: tr("wants to learn"),
    }[level]


def fix_level_name(level: SkillLevel | None) -> str:
    """What a fixer's level is called; a place has none."""
    return {
        None: tr("Repairs this"),
        SkillLevel.CAN: tr("Can fix"),
        SkillLevel.TEACH: tr("Can fix and teach"),
        SkillLevel.LEARN: tr("Wants to learn"),
    }[level]


def place_kind_name(kind: PlaceKind) -> str:
    return {
        PlaceKind.ORGANIZATION: tr("Organization"),
        PlaceKind.HUB: tr("Neighbourhood hub"),
        PlaceKind.KITCHEN: tr("Kitchen"),
        PlaceKind.CLINIC: tr("Clinic"),
        PlaceKind.WORKSHOP: tr("Workshop"),
        PlaceKind.REPAIR: tr("Repair session"),
    }[kind]


def language_name(code: str) -> str:
    """A language's name for its code; what is no code was typed as a name and stays."""
    language = QLocale.codeToLanguage(code) if 2 <= len(code) <= 3 else QLocale.Language.AnyLanguage
    if language in (QLocale.Language.AnyLanguage, QLocale.Language.C):
        return code
    return QLocale.languageToString(language)


def languages_text(languages: tuple[str, ...]) -> str:
    """"speaks Czech and English", or nothing."""
    if not languages:
        return ""
    return tr("speaks %1").replace("%1", listed([language_name(one) for one in languages]))


def day(ms: int, now: int) -> str:
    """The day of a time: "today", "yesterday", "on 5 December", "on 5 December 2025"."""
    then = QDateTime.fromMSecsSinceEpoch(ms).date()
    today = QDateTime.fromMSecsSinceEpoch(now).date()
    days = then.daysTo(today)
    if days <= 0:
        return tr("today")
    if days == 1:
        return tr("yesterday")
    form = tr("d MMMM") if then.year() == today.year() else tr("d MMMM yyyy")
    return tr("on %1").replace("%1", QLocale().toString(then, form))


def ago(ms: int, now: int) -> str:
    """How long ago something was, as people say it."""
    passed = max(0, now - ms)
    if passed < _MINUTE:
        return tr("just now")
    if passed < _HOUR:
        return tr("%n minute(s) ago", passed // _MINUTE)
    if passed < 12 * _HOUR:
        return tr("%n hour(s) ago", passed // _HOUR)
    return day(ms, now)


def clock(ms: int) -> str:
    """The time of day of a time."""
    time: QTime = QDateTime.fromMSecsSinceEpoch(ms).time()
    return QLocale().toString(time, QLocale.FormatType.ShortFormat)


def confirmed_text(ms: int | None, now: int) -> str:
    """When somebody last said that a place is still as written."""
    if ms is None:
        return tr("never confirmed")
    return tr("confirmed %1").replace("%1", day(ms, now))


def month(date: str) -> str:
    """The month of a date YYYY-MM-DD: "last in October"; the year too where it is long ago."""
    then = QDate.fromString(date, "yyyy-MM-dd")
    if not then.isValid():
        return ""
    today = QDate.currentDate()
    near = 0 <= then.daysTo(today) < 300
    locale = QLocale()
    name = locale.monthName(then.month()) if near else locale.toString(then, tr("MMMM yyyy"))
    return tr("last in %1").replace("%1", name)


def people_count_text(row: FixCategoryRow) -> str:
    """How many can: "6 people", "only 1 person", "nobody yet"."""
    if row.fixers == 0:
        return tr("nobody yet")
    if row.fixers == 1:
        return tr("only 1 person")
    return tr("%n people", row.fixers)


def fix_category_sentence(row: FixCategoryRow) -> str:
    learners = tr("%n neighbour(s) want to learn.", row.learners) if row.learners else ""
    return f"{row.category}: {people_count_text(row)}. {learners}".strip()


def outcomes_text(row: FixerRow) -> str:
    """What came of the attempts, or that nothing is shown."""
    if row.attempts:
        return (
            tr("%1 of %2 fixed").replace("%1", str(row.fixed)).replace("%2", str(row.attempts))
        )
    return ""


def fixer_sentence(row: FixerRow, when: str) -> str:
    parts = [row.category, fix_level_name(row.level), row.note, row.area, when,
             outcomes_text(row)]
    return f"{row.name}: {', '.join(part for part in parts if part)}."


def person_sentence(row: PersonRow) -> str:
    parts = [row.area, row.availability, languages_text(row.languages)]
    parts += [f"{skill.name} ({level_name(skill.level)})" for skill in row.skills]
    if row.fixes:
        parts.append(tr("fixes %1").replace("%1", listed([fix.category for fix in row.fixes])))
    said = ", ".join(part for part in parts if part)
    name = tr("%1 (you)").replace("%1", row.name) if row.mine else row.name
    return f"{name}: {said}." if said else f"{name}."


def place_sentence(row: PlaceRow, hours: str, now: int) -> str:
    parts = [place_kind_name(row.kind), row.area, row.address, hours,
             confirmed_text(row.last_confirmed, now)]
    return f"{row.name}: {', '.join(part for part in parts if part)}."


def machine_state(row: MachineRow, *, connected: bool) -> str:
    """One line on what a machine has."""
    if row.this:
        return tr("This machine. Everything shown here is saved on it.")
    if row.frozen:
        return tr("Set aside: what it wrote lately came in two versions, and new things from it "
                  "do not count.")
    if row.behind is None:
        return tr("Nothing heard from it yet.")
    if row.behind == 0:
        return tr("Has everything that is here.")
    if connected:
        return tr("Catching up: %n thing(s) to go.", row.behind)
    return tr("Lacks %n thing(s) that are here.", row.behind)


def heard_text(row: MachineRow, now: int, *, connected: bool) -> str:
    if row.this:
        return tr("here")
    if connected:
        return tr("connected now")
    if row.last_heard is None:
        return tr("not heard yet")
    return tr("heard %1").replace("%1", ago(row.last_heard, now))


def machine_sentence(row: MachineRow, now: int, *, connected: bool) -> str:
    heard = heard_text(row, now, connected=connected)
    return f"{row.name}: {heard}. {machine_state(row, connected=connected)}"
