# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The parts every page is built from. Import them from here.

Text and buttons: ``Text Button CheckBox Chip MenuChip Pill Avatar Hairline``.
Containers: ``Card FlowLayout ScrollColumn DetailPane Section PageHeader SearchField``.
Forms: ``Form`` (no row without a label), ``FormDialog``, ``Choice``, ``Count``.
Rows with buttons: ``CardButton KeyedColumn WordsAndButtons``.
Telling: ``EmptyState Banner Toast``.
Painting rows in a delegate: ``paint`` (a module).
"""

from mutualaid.ui.widgets import paint
from mutualaid.ui.widgets.basics import (
    Avatar,
    Button,
    Card,
    CheckBox,
    FlowLayout,
    Hairline,
    Look,
    Pill,
    ScrollColumn,
    Text,
    Tone,
    clear_layout,
)
from mutualaid.ui.widgets.chips import Chip, MenuChip
from mutualaid.ui.widgets.feedback import Banner, EmptyState, IconLabel, Toast, announce
from mutualaid.ui.widgets.forms import Choice, ChoiceRow, Count, Form, FormDialog
from mutualaid.ui.widgets.panes import DetailPane, PageHeader, SearchField, Section
from mutualaid.ui.widgets.rows import CardButton, KeyedColumn, WordsAndButtons

__all__ = [
    "Avatar",
    "Banner",
    "Button",
    "Card",
    "CardButton",
    "CheckBox",
    "Chip",
    "Choice",
    "ChoiceRow",
    "Count",
    "DetailPane",
    "EmptyState",
    "FlowLayout",
    "Form",
    "FormDialog",
    "Hairline",
    "IconLabel",
    "KeyedColumn",
    "Look",
    "MenuChip",
    "PageHeader",
    "Pill",
    "ScrollColumn",
    "SearchField",
    "Section",
    "Text",
    "Toast",
    "Tone",
    "WordsAndButtons",
    "announce",
    "clear_layout",
    "paint",
]
