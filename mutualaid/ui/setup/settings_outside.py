# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A card of the settings: how the group shows itself outside, and where strangers can ask."""

import re
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from mutualaid.errors import BadValueError, MutualAidError
from mutualaid.model.values.directories import GroupContact
from mutualaid.ui.page import Desk
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import Button, Card, Form, Look, Text
from mutualaid.ui.words import tr

_NUMBER: Final = r"[+-]?\d{1,3}(?:\.\d+)?"
#: "North side: 52.51, 13.4"
_POINT: Final = re.compile(rf"(.+?)\s*:\s*({_NUMBER})\s*[,; ]\s*({_NUMBER})")

HIGHEST_LATITUDE: Final = 90
HIGHEST_LONGITUDE: Final = 180


def read_points(typed: str) -> dict[str, tuple[float, float]]:
    """One area with its point on each line; raises BadValueError with the line it cannot read."""
    found: dict[str, tuple[float, float]] = {}
    for number, line in enumerate(typed.splitlines(), 1):
        if not line.strip():
            continue
        match = _POINT.fullmatch(line.strip())
        if match is None:
            raise BadValueError(
                tr(
                    "Line {number} cannot be read. Write the area, a colon, and two numbers: "
                    "“North side: 52.51, 13.40”.",
                    number=number,
                )
            )
        lat, lon = float(match[2]), float(match[3])
        if abs(lat) > HIGHEST_LATITUDE or abs(lon) > HIGHEST_LONGITUDE:
            raise BadValueError(
                tr(
                    "Line {number} is no point on the map: the first number goes from -90 to 90, "
                    "the second from -180 to 180.",
                    number=number,
                )
            )
        found[match[1].strip()] = (lat, lon)
    return found


def points_text(contact: GroupContact) -> str:
    """The points as they are typed."""
    return "\n".join(f"{area}: {lat:g}, {lon:g}" for area, (lat, lon) in contact.points.items())


class OutsideCard(Card):
    """Not saved by itself, since everybody sees it; stewards change it, the others can read it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._before = GroupContact()
        self.column.setSpacing(theme().px(10))
        self.column.addWidget(Text(tr("The group, seen from outside"), Size.CARD))
        self.column.addWidget(
            Text(
                tr(
                    "This stands in every directory that leaves, so that whoever finds one can "
                    "ask, answer a post, or have something taken out. Some formats need an email "
                    "address or a form."
                ),
                quiet=True,
                wrap=True,
            )
        )
        self._make_fields()
        self.only = Text(tr("Stewards can change this."), Size.META, quiet=True, wrap=True)
        self.column.addWidget(self.only)
        self.save = Button(tr("Save"), Look.PRIMARY, name=tr("Save what outsiders see"))
        self.save.clicked.connect(self.submit)
        self.give_up = Button(tr("Cancel"), Look.QUIET, name=tr("Leave it as it was"))
        self.give_up.clicked.connect(lambda: self.load(again=True))
        self.add_row(self.save, self.give_up, stretch_after=1)
        self.load(again=True)

    def _make_fields(self) -> None:
        self.form = Form(spacing=10)
        self.about = QPlainTextEdit()
        self.about.setTabChangesFocus(True)
        self.about.setFixedHeight(theme().px(72))
        self.email = QLineEdit()
        self.phone = QLineEdit()
        self.web = QLineEdit()
        self.web.setPlaceholderText("https://")
        self.where = QLineEdit()
        self.where.setPlaceholderText(tr("The church door, Tuesdays at 17:00"))
        self.points = QPlainTextEdit()
        self.points.setTabChangesFocus(True)
        self.points.setFixedHeight(theme().px(72))
        self.points.setPlaceholderText(tr("North side: 52.51, 13.40"))
        self.form.add(tr("Who we are"), self.about)
        self.form.add_pair((tr("Email of the group"), self.email), (tr("Phone"), self.phone))
        self.phone.setAccessibleName(tr("Phone of the group"))
        self.form.add(tr("A form on the web"), self.web)
        self.form.add(tr("Where we can be found"), self.where)
        self.form.add(
            tr("Areas on the map"),
            self.points,
            help_text=tr(
                "One area a line, with a point in its middle: latitude, longitude. Maps show "
                "needs and offers there, never where somebody lives."
            ),
        )
        self.column.addWidget(self.form)
        for line in (self.email, self.phone, self.web, self.where):
            line.textEdited.connect(self._changed)
        for text in (self.about, self.points):
            text.textChanged.connect(self._changed)

    @property
    def _typed(self) -> tuple[str, ...]:
        lines = (self.email, self.phone, self.web, self.where)
        return (
            self.about.toPlainText().strip(),
            *(line.text().strip() for line in lines),
            self.points.toPlainText().strip(),
        )

    @property
    def dirty(self) -> bool:
        """Whether something was changed and is not saved yet."""
        was = self._before
        saved = (was.about, was.email, was.phone, was.form, was.where, points_text(was))
        return self._typed != saved

    def load(self, *, again: bool = False) -> None:
        """What holds now; not over something that is being changed, unless ``again``."""
        dirty = self.dirty
        group = self._desk.group
        try:
            contact = group.group_contact()
            may = group.replica.membership().is_steward(group.me)
        except MutualAidError as error:
            self._desk.window.warn(str(error))
            return
        self._before = contact
        if again or not dirty:
            self.form.clear_problems()
            self.about.setPlainText(contact.about)
            self.email.setText(contact.email)
            self.phone.setText(contact.phone)
            self.web.setText(contact.form)
            self.where.setText(contact.where)
            self.points.setPlainText(points_text(contact))
        for field in (self.email, self.phone, self.web, self.where, self.about, self.points):
            field.setReadOnly(not may)
        self.only.setVisible(not may)
        self._changed()

    def _changed(self) -> None:
        had = self.save.hasFocus() or self.give_up.hasFocus()
        self.save.setVisible(self.dirty)
        self.give_up.setVisible(self.dirty)
        if had and not self.dirty:
            self.email.setFocus(Qt.FocusReason.OtherFocusReason)

    def submit(self) -> None:
        """Save it; what cannot be taken is said under its field."""
        self.form.clear_problems()
        about, email, phone, web, where, points = self._typed
        try:
            after = GroupContact(about, email, phone, web, where, read_points(points))
        except BadValueError as error:
            self.form.problem(self.points, str(error))
            return
        group, before = self._desk.group, self._before
        done = self._desk.run(
            lambda: group.set_group_contact(after),
            tr("Saved: this stands in whatever leaves from now on."),
            lambda _made: group.set_group_contact(before),
            on_error=self._refuse,
        )
        if done is not None:
            self.load(again=True)

    def _refuse(self, error: MutualAidError) -> None:
        sentence = str(error)
        email = self.email.text().strip()
        web = self.web.text().strip()
        if email and f"“{email[:40]}”" in sentence:
            self.form.problem(self.email, sentence)
        elif web and f"“{web[:40]}”" in sentence:
            self.form.problem(self.web, sentence)
        else:
            self.form.problem(self.about, sentence)
