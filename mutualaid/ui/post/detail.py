# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One post in full: what it says, how far it has come, who answered, what was said beside it.

What others write arrives under an open editor without touching it: only the sections around the
lines that are written in are made anew, and only where they changed.
"""

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLayout, QLineEdit, QWidget

from mutualaid.errors import MutualAidError, NotFoundError
from mutualaid.model.values import PostDetail
from mutualaid.ui.page import Desk
from mutualaid.ui.post.answers import Answers
from mutualaid.ui.post.fits import PostFits
from mutualaid.ui.post.head import PostHead
from mutualaid.ui.post.helping import HelpLine
from mutualaid.ui.post.photos import Photos
from mutualaid.ui.post.reach import Reach
from mutualaid.ui.post.said import Comments, History, Thanks
from mutualaid.ui.widgets import Button, DetailPane, Hairline
from mutualaid.ui.words import kind_word, tr


class PostDetailPane(DetailPane):
    """``edit_asked`` with the ``PostRow`` when its owner wants to change it; ``talk_asked`` with
    the post's id and the id of the person to talk to privately beside it."""

    edit_asked = Signal(object)
    talk_asked = Signal(object, object)

    def __init__(self, desk: Desk, photos: Photos | None = None) -> None:
        super().__init__(tr("The chosen post"))
        self._desk = desk
        self._detail: PostDetail | None = None
        self.record: bytes | None = None
        self.photos = photos or Photos(desk.group.photo, self)
        self.head = PostHead(desk, self.photos)
        self.head.edit_asked.connect(self._ask_edit)
        self.answers = Answers(desk)
        self.answers.talk_asked.connect(self._ask_talk)
        self.help = HelpLine(desk)
        self.help.answered.connect(self._answered)
        self.fits = PostFits(desk)
        self.reach = Reach(desk)
        self.thanks = Thanks(desk)
        self.comments = Comments(desk)
        self.history = History()
        for widget in (
            self.head,
            Hairline(),
            self.answers,
            self.help,
            self.fits,
            self.reach,
            self.thanks,
            Hairline(),
            self.comments,
            self.history,
        ):
            self.column.addWidget(widget)
        self.column.addStretch(1)

    # -- where things are written, for those who come by keyboard -----------------------------

    @property
    def note(self) -> QLineEdit:
        """The note with an answer."""
        return self.help.note

    @property
    def offer(self) -> Button:
        """The button that answers."""
        return self.help.button

    @property
    def words(self) -> QLineEdit:
        """The comment that is being written."""
        return self.comments.line.words

    # -- showing ------------------------------------------------------------------------------

    def show_post(self, record: bytes) -> None:
        """Show this post; what was being typed for another is dropped."""
        if record != self.record:
            self.record = record
            self.help.clear()
            self.words.clear()
            self.thanks.line.words.clear()
            self.scroll_to_top()
        self.refresh()

    def refresh(self) -> None:
        """Read the post again and change what differs."""
        if self.record is None:
            return
        group = self._desk.group
        try:
            detail = group.post_detail(self.record)
            self._show(detail, group.tz)
        except NotFoundError:
            self.record = None
            self.left.emit()
        except MutualAidError as error:
            self._desk.window.warn(str(error))

    def _show(self, detail: PostDetail, zone: str) -> None:
        row = detail.row
        self._detail = detail
        self.setAccessibleName(tr("{kind}: {title}", kind=kind_word(row.kind), title=row.title))
        self.photos.look_again()
        self.head.show_post(detail, zone)
        self.answers.show_post(detail, zone)
        self.help.show_post(detail)
        self.fits.show_post(detail)
        self.reach.show_post(detail)
        self.thanks.show_post(detail)
        self.comments.show_post(detail)
        self.history.show_post(detail)
        self._order_tabs()

    def _order_tabs(self) -> None:
        """Tab goes as things stand, whatever was made last."""
        stops = (self.back, *tab_stops(self._scroll.content))
        for one, other in pairwise(stops):
            QWidget.setTabOrder(one, other)

    # -- doing --------------------------------------------------------------------------------

    def focus_first(self) -> None:
        """Put the focus into the pane, where the likeliest thing to do is."""
        if not self.help.isHidden() and not (self._detail and self._detail.row.mine):
            self.help.focus()
            return
        deeds = [
            button
            for card in self.answers.cards.values()
            for button in card.buttons.findChildren(Button)
        ]
        if deeds:
            deeds[0].setFocus(Qt.FocusReason.OtherFocusReason)
        elif not self.thanks.line.isHidden() and not self.thanks.isHidden():
            self.thanks.line.words.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.words.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_offer(self) -> None:
        self.focus_first()

    def _answered(self) -> None:
        self.words.setFocus(Qt.FocusReason.OtherFocusReason)

    def _ask_edit(self) -> None:
        if self._detail is not None:
            self.edit_asked.emit(self._detail.row)

    def _ask_talk(self, person: object) -> None:
        if self.record is not None:
            self.talk_asked.emit(self.record, person)


def tab_stops(root: QWidget) -> Iterator[QWidget]:
    """Where Tab stops inside a widget, in the order in which things stand."""
    if root.focusPolicy() & Qt.FocusPolicy.TabFocus and root.focusProxy() is None:
        yield root
    layout = root.layout()
    if layout is not None:
        yield from _stops_in(layout)


def _stops_in(layout: QLayout) -> Iterator[QWidget]:
    for at in range(layout.count()):
        item = layout.itemAt(at)
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            yield from tab_stops(widget)
        elif inner is not None:
            yield from _stops_in(inner)
