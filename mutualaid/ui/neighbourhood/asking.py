# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking one person: a need on the board that names them, where others can help too."""

from PySide6.QtWidgets import QWidget

from mutualaid.model.taxonomy import post_category_of
from mutualaid.model.values import PostDraft
from mutualaid.model.values.directories import ShareField
from mutualaid.ui.page import Desk
from mutualaid.ui.post.form import PostDialog
from mutualaid.ui.post.saving import save_new
from mutualaid.ui.words import tr


def ask_person(parent: QWidget, desk: Desk, name: str, product: str = "") -> PostDialog:
    """Open the form for a need, begun for them; ``product`` is what they are to repair."""
    group = desk.group

    def save(draft: PostDraft, dialog: PostDialog) -> bool:
        done = desk.run(
            lambda: save_new(
                group, draft, dialog.photos.drafts, dialog.behalf_phone, dialog.shares.said
            ),
            tr("Posted on the board: “{title}”.", title=draft.title.strip()),
            lambda change: group.withdraw(change.created or b""),
            on_error=dialog.refuse,
        )
        return done is not None

    usual = group.shares()[ShareField.POSTS]
    dialog = PostDialog(parent, group.areas(), save, zone=group.tz, usual=usual)
    if product:
        dialog.title.setText(tr("{thing} to repair", thing=product))
        dialog.category.choose(post_category_of(product))
        dialog.text.setPlainText(tr("{name}, could you have a look at it?", name=name))
    else:
        dialog.text.setPlainText(tr("{name}, could you help with this?", name=name))
    dialog.open()
    return dialog
