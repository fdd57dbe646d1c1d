# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The parts every page is built from. Import them from here.

Text and buttons: ``Text Button CheckBox Chip MenuChip Pill Avatar Hairline``.
Containers: ``Card FlowLayout ScrollColumn DetailPane PageHeader SearchField``.
Forms: ``Form`` (no row without a label), ``FormDialog``.
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
from mutualaid.ui.widgets.feedback import Banner, EmptyState, Toast, announce
from mutualaid.ui.widgets.forms import ChoiceRow, Form, FormDialog
from mutualaid.ui.widgets.panes import DetailPane, PageHeader, SearchField

__all__ = [
    "Avatar",
    "Banner",
    "Button",
    "Card",
    "CheckBox",
    "Chip",
    "ChoiceRow",
    "DetailPane",
    "EmptyState",
    "FlowLayout",
    "Form",
    "FormDialog",
    "Hairline",
    "Look",
    "MenuChip",
    "PageHeader",
    "Pill",
    "ScrollColumn",
    "SearchField",
    "Text",
    "Toast",
    "Tone",
    "announce",
    "clear_layout",
    "paint",
]
