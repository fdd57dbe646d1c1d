# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form for a need or an offer: a title and Enter are enough, the rest is there if wanted."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any, Final

from PySide6.QtCore import QEvent, QMargins, QObject, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QShortcut,
)
from PySide6.QtWidgets import (
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from mutualaid.errors import BadValueError, MutualAidError
from mutualaid.model.taxonomy import CATEGORIES
from mutualaid.model.values import (
    Audience,
    Mode,
    Part,
    PostDetail,
    PostDraft,
    PostKind,
    Repeat,
    Suggestion,
    Urgency,
)
from mutualaid.model.values.directories import PostShares
from mutualaid.ui.post.form_fits import MayFit, Suggest
from mutualaid.ui.post.form_parts import PartsEditor
from mutualaid.ui.post.form_photos import PhotoPicker
from mutualaid.ui.post.form_shares import SharesEditor
from mutualaid.ui.post.form_time import WindowEditor
from mutualaid.ui.post.photos import Photos
from mutualaid.ui.theme import theme
from mutualaid.ui.widgets import (
    Button,
    CheckBox,
    Choice,
    ChoiceRow,
    Form,
    FormDialog,
    Look,
    ScrollColumn,
)
from mutualaid.ui.words import DAY, category_word, day, mode_word, now_ms, tr, urgency_word

#: How long a post can stay, in days, beside its category's own time and *standing*.
STAYS: Final = (1, 3, 7, 14, 30, 90)

#: A window around the form narrower than this, at 100 %, shows what may fit below the form.
WIDE: Final = 1000
#: Fewer digits than this are no phone number.
LEAST_DIGITS: Final = 3

Save = Callable[[PostDraft, "PostDialog"], bool]


def suggested_category(title: str) -> str:
    """The category that the words of a title speak of; "other" when none does."""
    words = {word.strip(".,;:!?()").casefold() for word in title.split()}
    for category in CATEGORIES:
        if words & {word.casefold() for word in category.words}:
            return category.id
    return "other"


def draft_of(detail: PostDetail) -> PostDraft:
    """What the form would have held for this post."""
    row = detail.row
    named = tuple(Part(part.name, part.wanted) for part in detail.parts if part.name)
    parts = 1 if named else row.wanted
    return PostDraft(
        kind=row.kind,
        title=row.title,
        text=row.text,
        category=row.category,
        urgency=row.urgency,
        area=row.area,
        when=row.when,
        expires=row.expires,
        standing=row.expires is None,
        mode=row.mode,
        parts=parts,
        on_behalf_of=row.on_behalf_of,
        named_parts=named,
        ask=_ask(row.ask, several=bool(named) or parts > 1),
        starts=row.starts,
        ends=row.ends,
        repeat=row.repeat,
        consent=row.consent,
    )


def _ask(asks: bool, *, several: bool) -> bool | None:
    """Whether a yes is needed, where that is not what is usual: it is, but not for parts."""
    return None if asks is not several else asks


def changed_fields(before: PostDraft, after: PostDraft) -> dict[str, Any]:
    """The fields in which two drafts differ, with their new values, for ``Group.edit_post``."""
    return {
        field.name: getattr(after, field.name)
        for field in fields(PostDraft)
        if getattr(before, field.name) != getattr(after, field.name) and field.name != "language"
    }


class PostDialog(FormDialog):
    """Post something new, or change one's own post (``detail``).

    ``save`` does it and returns whether the dialog may close; it calls ``refuse`` with an error.
    ``suggest`` finds what may already fit; ``suggestion_opened`` tells which one was chosen, after
    which the form closes: ``draft`` still says what was typed. Times are of the group's ``zone``.
    ``shares`` is for whom a post that is there may leave, ``usual`` for whom my posts do.
    """

    suggestion_opened = Signal(object)

    def __init__(
        self,
        parent: QWidget,
        areas: Sequence[str],
        save: Save,
        *,
        kind: PostKind = PostKind.NEED,
        detail: PostDetail | None = None,
        zone: str = "",
        suggest: Suggest | None = None,
        photos: Photos | None = None,
        shares: PostShares | None = None,
        usual: Audience = Audience.GROUP,
    ) -> None:
        title = tr("Change your post") if detail else tr("Post a need or an offer")
        super().__init__(parent, title, tr("Save") if detail else tr("Post"), width=560)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAcceptDrops(True)
        self._save = save
        self._before = draft_of(detail) if detail else None
        self._category_touched = detail is not None
        self._taking_touched = False
        self.phone_before = ""
        self._post_when_settled = False
        self._make_fields(areas, self._before.kind if self._before else kind)
        self.window_of_time = WindowEditor(zone)
        self.photos = PhotoPicker(detail.photos if detail else (), photos)
        self.photos.changed.connect(self._fit)
        self.photos.settled.connect(self._photos_settled)
        self.shares = SharesEditor(shares, usual)
        self._fill_stays()
        self._lay_out()
        if self._before is not None:
            self.fill(self._before)
        else:
            self.category.choose("other")
        self._say_title_hint()
        self.kind.changed.connect(self._say_title_hint)
        self.title.textEdited.connect(self._choose_category)
        self.category.activated.connect(self._touch_category)
        self.fits: MayFit | None = None
        if suggest is not None:
            self._make_fits(suggest)
        for field in (*self.findChildren(QLineEdit), self.text):
            field.installEventFilter(self)
        QShortcut(QKeySequence("Ctrl+Return"), self, self.try_submit)
        self.title.setFocus()

    # -- fields -------------------------------------------------------------------------------

    def _make_fields(self, areas: Sequence[str], kind: PostKind) -> None:
        self.kind = ChoiceRow(
            [(PostKind.NEED, tr("I need")), (PostKind.OFFER, tr("I offer"))], kind
        )
        self.title = QLineEdit()
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(theme().px(72))
        self.category = Choice()
        for one in CATEGORIES:
            self.category.addItem(category_word(one.id), one.id)
        self.urgency = Choice()
        for urgency in reversed(Urgency):
            self.urgency.addItem(urgency_word(urgency), urgency)
        self.area = QLineEdit()
        completer = QCompleter(list(areas), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.area.setCompleter(completer)
        self.when = QLineEdit()
        self.repeat = Choice()
        for repeat, words in (
            (None, tr("just once")),
            (Repeat.WEEKLY, tr("every week")),
            (Repeat.MONTHLY, tr("every month")),
        ):
            self.repeat.addItem(words, repeat)
        self.whom = QLineEdit()
        self.consent = QLineEdit()
        self.phone = QLineEdit()
        self.stays = Choice()
        self.mode = Choice()
        for mode in Mode:
            self.mode.addItem(mode_word(mode), mode)
        self.parts = PartsEditor()
        self.parts.changed.connect(self._parts_changed)
        self.taking = CheckBox(tr("Neighbours may take a part without asking me"))
        self.taking.clicked.connect(self._touch_taking)

    def _lay_out(self) -> None:
        form = self.form
        form.add(tr("What it is"), self.kind)
        form.add(tr("&Title"), self.title)
        form.add(tr("Te&xt"), self.text)
        form.add_pair((tr("&Category"), self.category), (tr("How &urgent"), self.urgency))
        form.add_pair((tr("&Area"), self.area), (tr("&When"), self.when))
        form.add(tr("P&hotos"), self.photos)
        self.more = Button(tr("More"), Look.QUIET, icon="down")
        self.more.clicked.connect(self._show_more)
        form.column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeading)
        self._rest = Form()
        holder = QVBoxLayout()
        holder.addWidget(self._rest)
        form.column.addLayout(holder)
        rest = self._rest
        rest.add(
            tr("For &somebody else"),
            self.whom,
            help_text=tr("A neighbour without a computer, who said yes to this."),
        )
        self._behalf = Form()
        self._behalf.add_pair(
            (tr("How they said &yes"), self.consent), (tr("Their phone"), self.phone)
        )
        self.phone.setAccessibleDescription(
            tr("Sealed: only the stewards, you and the helper who is accepted can read it.")
        )
        self.phone.setToolTip(self.phone.accessibleDescription())
        rest.column.addWidget(self._behalf)
        self._behalf.hide()
        self.whom.textChanged.connect(self._whom_changed)
        rest.add(tr("How many, or in how many &parts"), self.parts)
        rest.column.addWidget(self.taking)
        rest.add(tr("Time &from and until"), self.window_of_time)
        rest.add_pair((tr("Comes &back"), self.repeat), (tr("Stays for"), self.stays))
        rest.add(tr("How it is &given"), self.mode)
        rest.column.addWidget(self.shares)
        rest.hide()
        self.phone.setPlaceholderText(tr("Only for the helper and stewards"))
        self.area.setPlaceholderText(tr("In your words: by the library"))
        self.when.setPlaceholderText(tr("Saturday at 10:00, any evening"))
        self.consent.setPlaceholderText(tr("On the phone, on Monday"))

    def _show_more(self) -> None:
        self._rest.show()
        self.more.hide()
        self._fit()
        self.whom.setFocus(Qt.FocusReason.OtherFocusReason)

    def begin_behalf(self, consent: str) -> None:
        """Begin for somebody else, who said yes in the way that ``consent`` says."""
        self._show_more()
        self.consent.setText(consent)

    def _whom_changed(self, words: str) -> None:
        self._behalf.setVisible(bool(words.strip()))
        self.shares.set_behalf(bool(words.strip()))

    def _fill_stays(self) -> None:
        before = self._before
        if before is not None and before.expires is not None:
            self.stays.addItem(tr("until {day}", day=day(before.expires)), before.expires)
        elif before is None:
            self.stays.addItem(tr("as is usual"), None)
        for days in STAYS:
            self.stays.addItem(tr("%n days", one="%n day", n=days), days)
        self.stays.addItem(tr("until I take it off"), 0)

    def fill(self, draft: PostDraft) -> None:
        """Show what a post says, or what was typed before."""
        self.kind.choose(draft.kind)
        self.title.setText(draft.title)
        self.text.setPlainText(draft.text)
        if self.category.findData(draft.category) < 0:
            self.category.addItem(category_word(draft.category), draft.category)
        self.category.choose(draft.category)
        self.urgency.choose(draft.urgency)
        self.area.setText(draft.area)
        self.when.setText(draft.when)
        self.whom.setText(draft.on_behalf_of)
        self.consent.setText(draft.consent)
        self.mode.choose(draft.mode)
        self.parts.fill(draft.parts, draft.named_parts)
        several = self.parts.has_parts
        asks = draft.ask if draft.ask is not None else not several
        self._taking_touched = draft.ask is not None
        self.taking.setChecked(not asks)
        self.window_of_time.fill(draft.starts, draft.ends)
        self.repeat.choose(draft.repeat)
        if self._before is not None:
            self.stays.choose(draft.expires if draft.expires is not None else 0)
        elif draft.standing:
            self.stays.choose(0)
        plain = PostDraft(
            draft.kind,
            draft.title,
            draft.text,
            draft.category,
            draft.urgency,
            draft.area,
            draft.when,
            draft.expires,
        )
        if draft != plain:
            self._rest.show()
            self.more.hide()

    def _say_title_hint(self) -> None:
        self.title.setPlaceholderText(
            tr("A lift to the clinic at 16:00")
            if self.kind.current is PostKind.NEED
            else tr("Extension ladder, 6 metres, to lend")
        )

    def _touch_category(self, _index: int) -> None:
        self._category_touched = True

    def _choose_category(self, words: str) -> None:
        if not self._category_touched:
            self.category.choose(suggested_category(words))

    def _touch_taking(self) -> None:
        self._taking_touched = True

    def _parts_changed(self) -> None:
        if not self._taking_touched:
            self.taking.setChecked(self.parts.has_parts)
        self._fit()

    # -- what may fit -------------------------------------------------------------------------

    def _make_fits(self, suggest: Suggest) -> None:
        self.fits = MayFit(self.draft, suggest)
        self.fits.opened.connect(self._open_suggestion)
        for line in (self.title, self.area, self.when):
            line.textEdited.connect(self.fits.typed)
        self.text.textChanged.connect(self.fits.typed)
        self.category.activated.connect(self.fits.typed)
        self.kind.changed.connect(self.fits.typed)
        parent = self.parentWidget()
        room = parent.window().width() if parent is not None else 0
        if room < theme().px(WIDE):
            self.form.column.insertWidget(self.form.column.indexOf(self.more), self.fits)
            self.fits.changed.connect(self._fit)
            return
        outer = self.layout()
        assert isinstance(outer, QVBoxLayout)
        at = outer.indexOf(self._scroll)
        beside = QHBoxLayout()
        beside.setSpacing(0)
        px = theme().px
        self._side = ScrollColumn(QMargins(0, px(2), px(24), px(2)))
        self._side.column.addWidget(self.fits)
        self._side.setFixedWidth(px(280))
        self._side.hide()
        outer.removeWidget(self._scroll)
        beside.addWidget(self._scroll, 1)
        beside.addWidget(self._side)
        outer.insertLayout(at, beside, 1)
        self.fits.changed.connect(self._show_side)

    def _show_side(self) -> None:
        shown = self.fits is not None and not self.fits.isHidden()
        if shown and self._side.isHidden():
            # The dialog grows once, towards the end side; what is typed stays where it is.
            self._side.show()
            self._width += 280
            self._fit()

    def _open_suggestion(self, suggestion: Suggestion) -> None:
        self.suggestion_opened.emit(suggestion)
        self.reject()

    # -- photos -------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.photos.takes(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if self.photos.take(event.mimeData()):
            event.acceptProposedAction()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A picture that is pasted into a line of text becomes a photo."""
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.matches(QKeySequence.StandardKey.Paste)
        ):
            data = QGuiApplication.clipboard().mimeData()
            if data is not None and not data.hasText() and self.photos.take(data):
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            data = QGuiApplication.clipboard().mimeData()
            if data is not None and self.photos.take(data):
                event.accept()
                return
        super().keyPressEvent(event)

    def _photos_settled(self) -> None:
        if self._post_when_settled:
            self._post_when_settled = False
            if self.photos.problem.isHidden():
                self.try_submit()

    # -- what was typed -----------------------------------------------------------------------

    def draft(self) -> PostDraft:
        """What has been typed so far; a time that cannot be read is left out."""
        stays = self.stays.currentData()
        expires: int | None = None
        if isinstance(stays, int) and stays:
            known = self._before is not None and stays == self._before.expires
            expires = stays if known else now_ms() + stays * DAY
        behalf = self.whom.text()
        return PostDraft(
            kind=self.kind.current,
            title=self.title.text(),
            text=self.text.toPlainText(),
            category=str(self.category.currentData()),
            urgency=Urgency(self.urgency.currentData()),
            area=self.area.text(),
            when=self.when.text(),
            expires=expires,
            standing=stays == 0,
            mode=Mode(self.mode.currentData()),
            parts=self.parts.parts,
            on_behalf_of=behalf,
            named_parts=self.parts.named,
            ask=_ask(not self.taking.isChecked(), several=self.parts.has_parts),
            starts=self.window_of_time.starts.moment_or_none(),
            ends=self.window_of_time.ends.moment_or_none(),
            repeat=self.repeat.currentData(),
            consent=self.consent.text() if behalf.strip() else "",
        )

    @property
    def behalf_phone(self) -> str:
        """The phone number of the person it is for, if one was typed."""
        return self.phone.text().strip() if self.whom.text().strip() else ""

    @property
    def changed_phone(self) -> str | None:
        """That number where it is another one than before, "" to forget it; else None."""
        return self.behalf_phone if self.behalf_phone != self.phone_before else None

    def fill_phone(self, number: str) -> None:
        """Show the number that stands beside the post."""
        self.phone_before = number
        self.phone.setText(number)

    def submit(self) -> bool:
        self._rest.clear_problems()
        self._behalf.clear_problems()
        if not self.title.text().strip():
            self.form.problem(self.title, tr("A post needs a title. A few words are enough."))
            return False
        if not (self._times_can_be_read() and self._phone_can_be_read()):
            return False
        if self.photos.busy:
            self._post_when_settled = True
            return False
        return self._save(self.draft(), self)

    def _times_can_be_read(self) -> bool:
        for field in (self.window_of_time.starts, self.window_of_time.ends):
            try:
                field.moment()
            except BadValueError as error:
                self._rest.problem(self.window_of_time, str(error))
                field.setFocus(Qt.FocusReason.OtherFocusReason)
                return False
        return True

    def _phone_can_be_read(self) -> bool:
        digits = sum(letter.isdigit() for letter in self.behalf_phone)
        if self.behalf_phone and digits < LEAST_DIGITS:
            sentence = tr("This is no phone number. Write its digits, or leave it empty.")
            self._behalf.problem(self.phone, sentence)
            return False
        return True

    def refuse(self, error: MutualAidError) -> None:
        """Say why it was not taken; nothing typed is lost."""
        self.tell(str(error))
