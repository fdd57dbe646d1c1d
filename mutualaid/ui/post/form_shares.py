# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""For whom a post may leave the group: the fields of its form, and what they come to."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from mutualaid.model.values import Audience
from mutualaid.model.values.directories import PostShares
from mutualaid.ui.directories.words import AUDIENCES, leaving_box, leaving_word
from mutualaid.ui.widgets import Choice, Form
from mutualaid.ui.words import tr


@dataclass(frozen=True, slots=True)
class Shares:
    """What was said of where a post may go; None is what was not said."""

    post: Audience | None = None
    photos: Audience | None = None
    on_behalf_of: Audience | None = None

    @property
    def is_nothing(self) -> bool:
        return self == NOTHING_SAID


NOTHING_SAID: Final = Shares()


class SharesEditor(QWidget):
    """``before`` is what holds for a post that is there; a new one follows ``usual``, for whom my
    posts may leave, unless something else is chosen."""

    def __init__(self, before: PostShares | None, usual: Audience = Audience.GROUP) -> None:
        super().__init__()
        self._before = before
        self._usual = usual
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.form = Form(spacing=6)
        column.addWidget(self.form)
        self.post = leaving_box("")
        self.photos = leaving_box("")
        self.form.add_pair(
            (tr("May &leave the group for"), self.post), (tr("Its photos for"), self.photos)
        )
        self.photos.setAccessibleName(tr("Its photos may leave the group for"))
        self._whom = Form(spacing=6)
        self.on_behalf_of = leaving_box("")
        self._whom.add(tr("Their &name may leave the group for"), self.on_behalf_of)
        self.form.column.addWidget(self._whom)
        if before is None:
            self.post.insertItem(0, "", None)
            self._say_usual(usual)
            self.post.setCurrentIndex(0)
        else:
            _choose(self.post, before.post)
            _choose(self.photos, before.photos)
            _choose(self.on_behalf_of, before.on_behalf_of)
        self.set_behalf(False)

    def set_behalf(self, behalf: bool) -> None:
        """Whether it is for somebody else: then their name is asked for, too."""
        self._whom.setVisible(behalf)
        if self._before is None:
            # What I allow of my own posts says nothing of somebody else's.
            self._say_usual(Audience.GROUP if behalf else self._usual)

    def _say_usual(self, usual: Audience) -> None:
        self.post.setItemText(0, tr("as is usual: {whom}", whom=leaving_word(usual)))

    @property
    def said(self) -> Shares:
        """What is chosen and differs from what holds."""
        before = self._before
        usual = None if before is None else before.post
        photos = Audience.GROUP if before is None else before.photos
        whom = Audience.GROUP if before is None else before.on_behalf_of
        return Shares(
            post=_unless(self.post, usual),
            photos=_unless(self.photos, photos),
            on_behalf_of=None if self._whom.isHidden() else _unless(self.on_behalf_of, whom),
        )

    @property
    def before(self) -> Shares:
        """What held before, of what ``said`` changes."""
        said, was = self.said, self._before
        if was is None:
            return NOTHING_SAID
        return Shares(
            post=None if said.post is None else was.post,
            photos=None if said.photos is None else was.photos,
            on_behalf_of=None if said.on_behalf_of is None else was.on_behalf_of,
        )


def _choose(box: Choice, audience: Audience) -> None:
    box.choose(audience if audience in AUDIENCES else Audience.GROUP)


def _unless(box: Choice, before: Audience | None) -> Audience | None:
    chosen = box.currentData()
    if chosen is None or Audience(chosen) is before:
        return None
    return Audience(chosen)
