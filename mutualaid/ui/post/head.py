# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The upper part of a post in full: what it says, its photos, and what its owner can do with it."""

from collections.abc import Callable

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from mutualaid.model.values import (
    ChangeSet,
    Mode,
    PostDetail,
    PostKind,
    PostRow,
    PostStatus,
    Urgency,
)
from mutualaid.ui.directories.words import leaving_word
from mutualaid.ui.page import Desk
from mutualaid.ui.post.person_menu import PersonMenu
from mutualaid.ui.post.photos import Photos, PhotoStrip
from mutualaid.ui.post.words import STATUS_ICONS, ends_words, stays_words, who, window_words
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import (
    Banner,
    Button,
    Card,
    FlowLayout,
    IconLabel,
    Look,
    Pill,
    Section,
    Text,
    Tone,
)
from mutualaid.ui.words import (
    ago,
    category_word,
    kind_word,
    meta,
    mode_word,
    now_ms,
    status_word,
    tr,
    urgency_word,
)

MINUTE = 60_000


class PostHead(QWidget):
    """``edit_asked`` when its owner wants to change it."""

    edit_asked = Signal()

    def __init__(self, desk: Desk, photos: Photos) -> None:
        super().__init__()
        self._desk = desk
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().px(10))
        self._words = Section()
        self.photos = PhotoStrip(photos)
        self._warnings = Section()
        self.own = Section()
        for widget in (self._words, self.photos, self._warnings, self.own):
            column.addWidget(widget)

    def show_post(self, detail: PostDetail, zone: str) -> None:
        """Show this post; what is the same stays as it is."""
        row, now = detail.row, now_ms()
        leaving = self._leaving(detail)
        shown = (row, detail.reached, detail.machines, detail.conflicts, leaving, now // MINUTE)
        self._words.fill(shown, lambda: self._build_words(detail, zone, now, leaving))
        self.photos.show_photos(detail.photos)
        ends = ends_words(row, now, zone)
        self._warnings.fill((row.id, ends), lambda: self._build_warning(row, ends))
        self.own.fill((row.id, row.mine, row.status, row.expires), lambda: self._build_own(row))

    # -- what it says -------------------------------------------------------------------------

    def _leaving(self, detail: PostDetail) -> str:
        """For whom a post of mine may leave the group, in words."""
        row = detail.row
        if not row.mine:
            return ""
        shares = self._desk.group.post_shares(row.id)
        photos = whom = ""
        if detail.photos and shares.photos is not shares.post:
            photos = tr("photos: {whom}", whom=leaving_word(shares.photos))
        if row.on_behalf_of:
            name, word = row.on_behalf_of, leaving_word(shares.on_behalf_of)
            whom = tr("the name {name}: {whom}", name=name, whom=word)
        post = tr("May leave the group for: {whom}", whom=leaving_word(shares.post))
        return meta(post, photos, whom)

    def _build_words(self, detail: PostDetail, zone: str, now: int, leaving: str) -> None:
        row, column = detail.row, self._words.column
        column.addWidget(_pills(row))
        column.addWidget(Text(row.title, Size.DETAIL, wrap=True, selectable=True))
        if row.text:
            column.addWidget(Text(row.text, wrap=True, selectable=True))
        facts = meta(
            category_word(row.category),
            row.area,
            mode_word(row.mode) if row.mode is not Mode.GIFT else "",
        )
        column.addWidget(Text(facts, Size.META, quiet=True, wrap=True))
        due = window_words(row, zone, now)
        if due or row.when:
            column.addLayout(_with_icon("calendar", meta(due, row.when)))
        if row.on_behalf_of:
            column.addLayout(_with_icon("people", _consent(row)))
        column.addLayout(self._posted(row, now))
        if leaving:
            column.addWidget(Text(leaving, Size.META, quiet=True, wrap=True))
        line = meta(tr("Code {code}", code=row.code), _reached(detail))
        column.addWidget(Text(line, Size.META, quiet=True, wrap=True, selectable=True))
        for conflict in detail.conflicts:
            card = Card(inset=True)
            told = tr(
                "Written at the same time by {who}, {ago}:",
                who=conflict.by,
                ago=ago(conflict.at, now),
            )
            card.column.addWidget(Text(told, Size.META, quiet=True, wrap=True))
            card.column.addWidget(Text(str(conflict.value), wrap=True, selectable=True))
            column.addWidget(card)

    def _posted(self, row: PostRow, now: int) -> QHBoxLayout:
        posted = tr("Posted by {who} {ago}", who=who(row), ago=ago(row.created, now))
        said = ""
        if row.confirmed is not None and row.confirmed > row.created:
            said = tr("confirmed {when}", when=ago(row.confirmed, now))
        line = QHBoxLayout()
        line.setSpacing(theme().px(6))
        words = meta(posted, said, "" if row.status.is_past else stays_words(row))
        line.addWidget(Text(words, Size.META, quiet=True, wrap=True), 1)
        if not row.mine:
            menu = PersonMenu(self._desk, row.owner, row.owner_name)
            line.addWidget(menu, 0, Qt.AlignmentFlag.AlignTop)
        return line

    def _build_warning(self, row: PostRow, ends: str) -> None:
        if not ends:
            return
        words = tr("This post {ends}. Does it still hold?", ends=ends)
        banner = Banner(words, warn=True, action=tr("Renew"))
        banner.acted.connect(lambda: self._renew(row.id))
        self._warnings.column.addWidget(banner)

    def _renew(self, record: bytes) -> None:
        group = self._desk.group
        self._desk.run(lambda: group.renew(record), tr("It stays on the board for longer."))

    # -- what its owner can do ------------------------------------------------------------------

    def _build_own(self, row: PostRow) -> None:
        if not row.mine:
            return
        group, record = self._desk.group, row.id
        holder = QWidget()
        flow = FlowLayout(holder)
        edit = Button(tr("Change"), icon="edit", name=tr("Change this post"))
        edit.clicked.connect(self.edit_asked)
        flow.addWidget(edit)

        def add(
            words: str,
            icon: str,
            said: str,
            do: Callable[[bytes], ChangeSet],
            back: Callable[[bytes], ChangeSet] | None,
        ) -> None:
            undo = None if back is None else lambda _made: back(record)
            waits = row.status is PostStatus.SAID_DONE and do == group.done
            button = Button(words, Look.PRIMARY if waits else Look.SECONDARY, icon=icon)
            button.clicked.connect(lambda: self._desk.run(lambda: do(record), said, undo))
            flow.addWidget(button)

        if row.status.is_past:
            was = group.park if row.status is PostStatus.PARKED else group.withdraw
            said = tr("Back on the board.")
            add(tr("Put back on the board"), "restore", said, group.take_up, was)
            flow.addWidget(self._forgetting(row))
        else:
            # Of what repeats only this time is done: nothing puts that back.
            back = group.take_up if row.repeat is None else None
            add(tr("Done"), "done", tr("Marked as done."), group.done, back)
            if row.expires is not None:
                said = tr("It stays on the board for longer.")
                add(tr("Renew"), "renew", said, group.renew, None)
            said = tr("Set aside for a while.")
            add(tr("Set aside"), "pause", said, group.park, group.take_up)
            add(tr("Withdraw"), "withdraw", tr("Withdrawn."), group.withdraw, group.take_up)
        self.own.column.addWidget(holder)

    def _forgetting(self, row: PostRow) -> Button:
        """What cannot be undone is asked for twice, with what it does not reach."""
        group, record = self._desk.group, row.id
        question = Banner(group.forgetting_reach(), warn=True, action=tr("Forget it"))
        question.hide()
        question.acted.connect(
            lambda: self._desk.run(lambda: group.purge(record), tr("Forgotten."))
        )
        self.own.column.addWidget(question)
        button = Button(tr("Forget for good…"), Look.QUIET, name=tr("Forget this post for good"))

        def ask() -> None:
            question.show()
            question.action.setFocus(Qt.FocusReason.OtherFocusReason)

        button.clicked.connect(ask)
        return button


def _pills(row: PostRow) -> QWidget:
    pills = QWidget()
    flow = FlowLayout(pills, spacing=6)
    tone = Tone.NEED if row.kind is PostKind.NEED else Tone.OFFER
    flow.addWidget(Pill(kind_word(row.kind), tone, row.kind.value))
    if row.urgency is not Urgency.ANYTIME:
        warn = row.urgency in (Urgency.TODAY, Urgency.DAYS)
        flow.addWidget(Pill(urgency_word(row.urgency), Tone.WARN if warn else Tone.PLAIN))
    if row.status not in (PostStatus.OPEN, PostStatus.OFFERED):
        lively = row.status in (PostStatus.AGREED, PostStatus.SAID_DONE, PostStatus.PART_COVERED)
        warn = row.status is PostStatus.LAPSED
        status_tone = Tone.WARN if warn else Tone.ACCENT if lively else Tone.PLAIN
        flow.addWidget(Pill(status_word(row.status), status_tone, STATUS_ICONS[row.status]))
    return pills


def _consent(row: PostRow) -> str:
    if row.mine:
        start = tr("You posted this for {whom}, who said yes.", whom=row.on_behalf_of)
    else:
        start = tr("For {whom}, who said yes.", whom=row.on_behalf_of)
    return tr("{sentence} “{how}”", sentence=start, how=row.consent) if row.consent else start


def _reached(detail: PostDetail) -> str:
    if not detail.machines:
        return tr("saved on this machine")
    locale = QLocale()
    return tr(
        "reached {count} of {all} machines",
        count=locale.toString(detail.reached),
        all=locale.toString(detail.machines),
    )


def _with_icon(icon: str, words: str) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(theme().px(8))
    line.addWidget(IconLabel(icon, "quiet", 16), 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(Text(words, wrap=True, selectable=True), 1)
    return line
