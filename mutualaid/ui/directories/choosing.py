# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first step of taking a directory out: for whom, in which formats, until when."""

import contextlib
from typing import Final

from PySide6.QtCore import QMargins, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from mutualaid.errors import MutualAidError
from mutualaid.model.values import Audience
from mutualaid.ui.directories.format_words import formats
from mutualaid.ui.page import Desk
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import (
    Banner,
    Button,
    Card,
    CheckBox,
    ChoiceRow,
    Count,
    Form,
    Look,
    ScrollColumn,
    Text,
)
from mutualaid.ui.wording import listed
from mutualaid.ui.words import tr

#: Wider lines than this are hard to read.
WIDTH: Final = 760
#: Chosen on the first day: what everybody can open.
USUAL: Final = ("site",)
#: Everything of the group that I can read: for members alone.
WHOLE: Final = "automerge"
#: How long an export says that it holds, in days.
DAYS: Final = 90
MOST_DAYS: Final = 3650


def audience_about(audience: Audience) -> str:
    """What an audience means for what leaves."""
    return {
        Audience.LINKED: tr("What each person allowed for linked groups, and for more than that."),
        Audience.PRINT: tr(
            "What each person allowed on paper or for everybody: for the church door, the "
            "helpline, the next street."
        ),
        Audience.PUBLIC: tr(
            "Only what each person allowed for everybody. Count on it that it is copied and kept."
        ),
    }.get(
        audience,
        tr("What every member sees anyway, to keep or to look at elsewhere. It stays among us."),
    )


class ChooseStep(QWidget):
    """``planned`` when somebody wants to see what would leave."""

    planned = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        px = theme().px
        self.area = ScrollColumn(QMargins(0, 0, px(4), px(16)))
        self.area.content.setMaximumWidth(px(WIDTH))
        outer.addWidget(self.area, 1)
        self._add_audience()
        self._add_formats()
        self._add_end()
        self.area.column.addStretch(1)
        foot = QHBoxLayout()
        foot.setContentsMargins(0, px(10), 0, px(16))
        foot.setSpacing(px(12))
        self.plan = Button(tr("Show what would leave"), Look.PRIMARY)
        self.plan.clicked.connect(self.planned)
        foot.addWidget(self.plan)
        self.nothing = Text("", Size.META, quiet=True, wrap=True)
        foot.addWidget(self.nothing, 1)
        outer.addLayout(foot)
        self._choose_audience()

    def _card(self, title: str, words: str = "") -> Card:
        card = Card()
        card.column.setSpacing(theme().px(8))
        card.column.addWidget(Text(title, Size.CARD))
        if words:
            card.column.addWidget(Text(words, quiet=True, wrap=True))
        self.area.column.addWidget(card)
        return card

    def _add_audience(self) -> None:
        card = self._card(tr("For whom"))
        self.audience: ChoiceRow[Audience] = ChoiceRow(
            (
                (Audience.GROUP, tr("Our own group")),
                (Audience.LINKED, tr("Linked groups")),
                (Audience.PRINT, tr("A printed directory")),
                (Audience.PUBLIC, tr("Everybody")),
            ),
            Audience.PRINT,
        )
        self.audience.setAccessibleName(tr("For whom"))
        self.audience.changed.connect(self._choose_audience)
        card.column.addWidget(self.audience)
        self.about = Text("", quiet=True, wrap=True)
        card.column.addWidget(self.about)
        self.not_allowed = Banner("", warn=True)
        self.not_allowed.acted.connect(lambda: self.audience.choose(Audience.GROUP))
        card.column.addWidget(self.not_allowed)

    def _add_formats(self) -> None:
        card = self._card(
            tr("In which formats"),
            tr("All of them hold the same people, posts and places; choose by who will read it."),
        )
        self.formats: dict[str, CheckBox] = {}
        for name, made in formats().items():
            box = CheckBox(made.title)
            box.setAccessibleDescription(made.about)
            box.setChecked(name in USUAL)
            box.toggled.connect(self._tell)
            about = Text(made.about, Size.META, quiet=True, wrap=True)
            about.setIndent(theme().px(30))
            pair = QVBoxLayout()
            pair.setSpacing(0)
            pair.addWidget(box)
            pair.addWidget(about)
            card.column.addLayout(pair)
            self.formats[name] = box

    def _add_end(self) -> None:
        card = self._card(tr("Until when"))
        form = Form()
        self.days = Count(1, MOST_DAYS)
        self.days.setSuffix(tr(" days"))
        self.days.setValue(DAYS)
        self.days.setMaximumWidth(theme().px(220))
        form.add(
            tr("It asks to be thrown away after"),
            self.days,
            help_text=tr("What leaves says so itself, and that it may be out of date before."),
        )
        card.column.addWidget(form)

    # -- what is chosen -----------------------------------------------------------------------

    @property
    def chosen(self) -> tuple[str, ...]:
        """The formats, in their order."""
        return tuple(
            name for name, box in self.formats.items() if box.isChecked() and box.isEnabled()
        )

    def refresh(self) -> None:
        """Who may do what can have changed."""
        self._choose_audience()

    def focus_first(self) -> None:
        self.audience.setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose_audience(self) -> None:
        audience, group = self.audience.current, self._desk.group
        self.about.setText(audience_about(audience))
        may = group.may_export(audience)
        if may:
            self.not_allowed.tell("")
        else:
            self.not_allowed.tell(self._whom_to_ask(), tr("For our own group"))
        whole = self.formats[WHOLE]
        whole.setEnabled(audience is Audience.GROUP)
        whole.setToolTip(
            "" if audience is Audience.GROUP else tr("Only for our own group: it holds everything.")
        )
        self._tell()

    def _whom_to_ask(self) -> str:
        group = self._desk.group
        names = []
        for steward in group.replica.membership().stewards():
            with contextlib.suppress(MutualAidError):  # whose page has not come yet
                names.append(group.person(steward).name)
        return tr(
            "Only an organizer may take out a directory for others, so that everybody knows who "
            "did. Ask {names}. A directory for our own group you can take out yourself.",
            names=listed(sorted(names)) or tr("a steward"),
        )

    def _tell(self, *_what: object) -> None:
        may = self._desk.group.may_export(self.audience.current)
        self.plan.setEnabled(may and bool(self.chosen))
        self.nothing.setText(tr("Choose at least one format.") if not self.chosen else "")
