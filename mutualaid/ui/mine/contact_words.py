# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ways to reach people, and who may have them, in words."""

from mutualaid.model.values import Audience, ContactKind, OpenContactRow
from mutualaid.ui.words import tr


def contact_word(kind: ContactKind) -> str:
    """The name of a way to reach somebody."""
    return {
        ContactKind.PHONE: tr("Phone"),
        ContactKind.EMAIL: tr("Email"),
        ContactKind.SIGNAL: tr("Signal"),
        ContactKind.ADDRESS: tr("Address"),
        ContactKind.OTHER: tr("Another way"),
    }[kind]


def audience_word(audience: Audience) -> str:
    """Who may have it."""
    return {
        Audience.ME: tr("only me"),
        Audience.HELPER: tr("a helper I accepted"),
        Audience.GROUP: tr("the group"),
        Audience.LINKED: tr("linked groups"),
        Audience.PRINT: tr("a printed directory"),
        Audience.PUBLIC: tr("everybody"),
    }[audience]


def open_contact_words(row: OpenContactRow) -> str:
    """How somebody can be reached, and for what it was opened to me."""
    if not row.audience.sealed:
        return tr("{way}: {value}", way=contact_word(row.kind), value=row.value)
    if row.title:
        return tr(
            "{way}: {value} (open to you for “{title}”)",
            way=contact_word(row.kind),
            value=row.value,
            title=row.title,
        )
    return tr("{way}: {value} (open to you)", way=contact_word(row.kind), value=row.value)
