# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form for a place; its hours are typed in words and read back before they are saved."""

import re
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from PySide6.QtCore import QDateTime, QLocale, Qt
from PySide6.QtWidgets import QCompleter, QLineEdit, QPlainTextEdit, QWidget

from mutualaid.errors import BadValueError, MutualAidError
from mutualaid.model import hours
from mutualaid.model.values import (
    NOTHING_CHANGED,
    Audience,
    ChangeSet,
    ContactKind,
    Fix,
    PlaceDraft,
    PlaceKind,
    PlaceRow,
)
from mutualaid.ui.bridge import merged
from mutualaid.ui.directories.words import chosen_audience, leaving_box
from mutualaid.ui.neighbourhood.fix_form import canonical
from mutualaid.ui.page import Desk
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import Choice, FormDialog, Text
from mutualaid.ui.words import DAY, clock_time, day, now_ms, place_word, tr


def next_open_text(text: str) -> str:
    """When a place with these hours is open now or next; "" where that is not known."""
    tz = bytes(QDateTime.currentDateTime().timeZone().id().data()).decode(errors="replace")
    span = hours.next_session(text, now_ms(), tz)
    if span is None:
        return ""
    begin, end = span
    whole_day = end - begin >= DAY
    if begin <= now_ms() and whole_day:
        return tr("Open today")
    if begin <= now_ms():
        return tr("Open now, until {time}", time=clock_time(end))
    weekday = QLocale().toString(QDateTime.fromMSecsSinceEpoch(begin).date(), "dddd")
    if whole_day:
        return tr("Open next on {weekday}, {day}", weekday=weekday, day=day(begin))
    return tr(
        "Open next on {weekday}, {day}, {time}",
        weekday=weekday,
        day=day(begin),
        time=clock_time(begin),
    )


def draft_of(row: PlaceRow) -> PlaceDraft:
    """What the form would have held for this place."""
    return PlaceDraft(
        name=row.name,
        kind=row.kind,
        area=row.area,
        address=row.address,
        hours=row.hours,
        about=row.about,
        fixes=row.fixes,
        contacts=row.contacts,
        point=row.point,
    )


def fixes_text(fixes: tuple[Fix, ...]) -> str:
    return ", ".join(f"{fix.category} ({fix.note})" if fix.note else fix.category for fix in fixes)


def read_fixes(typed: str) -> tuple[Fix, ...]:
    """What was typed, "kettles, lamps (only small ones)", as product categories with notes."""
    found: dict[str, Fix] = {}
    for part in re.split(r"[,;\n]+(?![^(]*\))", typed):
        match = re.fullmatch(r"\s*([^(]+?)\s*(?:\((.*?)\)?)?\s*", part)
        if match and match[1].strip():
            category = canonical(match[1])
            found[category] = Fix(category, (match[2] or "").strip())
    return tuple(sorted(found.values(), key=lambda fix: fix.category))


class PlaceDialog(FormDialog):
    """Add a place, or correct one (``row``). ``done`` hears what adding made."""

    def __init__(
        self,
        parent: QWidget | None,
        desk: Desk,
        row: PlaceRow | None = None,
        done: Callable[[ChangeSet], None] | None = None,
    ) -> None:
        title = tr("Correct a place") if row else tr("Add a place")
        super().__init__(parent, title, tr("Save") if row else tr("Add"), width=560)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._desk = desk
        self._row = row
        self._done = done
        before = draft_of(row) if row else PlaceDraft(name="")
        self.name = QLineEdit(before.name)
        self.name.setPlaceholderText(tr("Repair session at the library"))
        self.kind = Choice()
        for kind in PlaceKind:
            self.kind.addItem(place_word(kind), kind)
        self.kind.choose(before.kind)
        self.area = QLineEdit(before.area)
        completer = QCompleter(desk.group.areas(), self.area)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.area.setCompleter(completer)
        self.address = QLineEdit(before.address)
        self.hours = QLineEdit(hours.words(before.hours))
        self.hours.setPlaceholderText(tr("First Saturday, 10:00 to 13:00"))
        self.read_back = Text("", Size.META, quiet=True, wrap=True)
        self.fixes = QLineEdit(fixes_text(before.fixes))
        self.fixes.setPlaceholderText(tr("Kettles, lamps, bicycles"))
        self.about = QPlainTextEdit(before.about)
        self.about.setTabChangesFocus(True)
        self.about.setFixedHeight(theme().px(84))
        self.form.add(tr("&Name"), self.name)
        self.form.add_pair((tr("&Kind"), self.kind), (tr("&Area, in words"), self.area))
        self.form.add(tr("A&ddress, if it may be known"), self.address)
        self.form.add(tr("&Hours"), self.hours)
        self.form.column.addWidget(self.read_back)
        self.form.add(tr("What is &repaired there"), self.fixes)
        self.form.add(tr("A&bout it"), self.about)
        reached = dict(before.contacts)
        self.phone = QLineEdit(reached.pop(ContactKind.PHONE, ""))
        self.email = QLineEdit(reached.pop(ContactKind.EMAIL, ""))
        self._reached_else = reached
        self.point = QLineEdit(before.point)
        self.point.setPlaceholderText(tr("52.4862, -1.8904"))
        self.form.add_pair((tr("&Phone"), self.phone), (tr("&Email"), self.email))
        self.form.add(tr("Point on a &map: latitude, longitude"), self.point)
        self.share = leaving_box("")
        self._share_before = desk.group.place_share(row.id) if row else Audience.GROUP
        self.share.choose(self._share_before)
        self.form.add(
            tr("May &leave the group for"),
            self.share,
            help_text=tr("A place that everybody may find can stand in a directory for everybody."),
        )
        self.hours.textChanged.connect(self._read_hours_back)
        self._read_hours_back()
        self.name.setFocus()

    def _read_hours_back(self) -> None:
        """Say how the hours are understood; an error waits until they are saved."""
        text = ""
        try:
            text = hours.canonical(self.hours.text())
        except BadValueError:
            said = ""
        else:
            said = hours.words(text)
            coming = next_open_text(text)
            said = f"{said}. {coming}" if said and coming else said
        self.read_back.setText(said)
        self.read_back.setVisible(bool(said))

    def draft(self) -> PlaceDraft:
        """What has been typed so far; raises BadValueError where the hours cannot be read."""
        return PlaceDraft(
            name=self.name.text(),
            kind=PlaceKind(self.kind.currentData()),
            area=self.area.text(),
            address=self.address.text(),
            hours=hours.canonical(self.hours.text()),
            about=self.about.toPlainText(),
            fixes=read_fixes(self.fixes.text()),
            contacts=self._contacts(),
            point=self.point.text().strip(),
        )

    def _contacts(self) -> tuple[tuple[ContactKind, str], ...]:
        """How the place is reached; what the form has no line for stays."""
        reached = {
            **self._reached_else,
            ContactKind.PHONE: self.phone.text().strip(),
            ContactKind.EMAIL: self.email.text().strip(),
        }
        return tuple((kind, reached[kind]) for kind in ContactKind if reached.get(kind))

    def submit(self) -> bool:
        if not self.name.text().strip():
            self.form.problem(self.name, tr("A place needs a name."))
            return False
        try:
            draft = self.draft()
        except BadValueError as error:
            self.form.problem(self.hours, str(error))
            return False
        return self._change(self._row, draft) if self._row else self._add(draft)

    def _add(self, draft: PlaceDraft) -> bool:
        group = self._desk.group
        share = chosen_audience(self.share)

        def add() -> ChangeSet:
            made = group.add_place(draft)
            if share is Audience.GROUP or made.created is None:
                return made
            both = merged(made, group.share_place(made.created, share))
            return ChangeSet(both.records, both.everything, both.members, made.created)

        change = self._desk.run(
            add,
            tr("Added {place}.", place=draft.name.strip()),
            lambda made: group.remove(made.created or b""),
            on_error=self._refuse,
        )
        if change is not None and self._done is not None:
            self._done(change)
        return change is not None

    def _change(self, row: PlaceRow, draft: PlaceDraft) -> bool:
        group, before = self._desk.group, draft_of(row)
        wanted: dict[str, Any] = {
            field.name: getattr(draft, field.name)
            for field in fields(PlaceDraft)
            if getattr(draft, field.name) != getattr(before, field.name)
        }
        share, shared = chosen_audience(self.share), self._share_before
        if not wanted and share is shared:
            return True
        back = {name: getattr(before, name) for name in wanted}

        def write(fields: dict[str, Any], audience: Audience) -> ChangeSet:
            done = group.edit_place(row.id, **fields) if fields else NOTHING_CHANGED
            if share is not shared:
                done = merged(done, group.share_place(row.id, audience))
            return done

        change = self._desk.run(
            lambda: write(wanted, share),
            tr("Corrected {place}.", place=draft.name.strip()),
            lambda _made: write(back, shared),
            on_error=self._refuse,
        )
        return change is not None

    def _refuse(self, error: MutualAidError) -> None:
        self.tell(str(error))
