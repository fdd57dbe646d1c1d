# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The cards of my page: what a post is to me, and what there is to do about it."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mutualaid.model.values import (
    Involvement,
    MyRow,
    PostKind,
    PostRow,
    PostStatus,
    ResponseRow,
    Standing,
    Urgency,
)
from mutualaid.ui.page import Desk
from mutualaid.ui.post import deciding
from mutualaid.ui.post.words import (
    STANDING_ICONS,
    amount_words,
    ends_words,
    helper_name,
    lapse_words,
    meta_parts,
    so_far,
    standing_words,
    waits_for,
)
from mutualaid.ui.theme import Size, theme
from mutualaid.ui.widgets import (
    Button,
    CardButton,
    FlowLayout,
    Look,
    Pill,
    Text,
    Tone,
    WordsAndButtons,
)
from mutualaid.ui.words import ago, kind_word, meta, now_ms, sentence, tr, urgency_word

#: Promises that can still be kept, or let go.
HELD = (Standing.TAKEN, Standing.ACCEPTED)


@dataclass(frozen=True, slots=True)
class State:
    """Where it stands, as a pill: words, and a tone and a shape that go with them."""

    words: str
    tone: Tone = Tone.PLAIN
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing to do about a card."""

    words: str
    name: str  # for a screen reader, which does not see the card around it
    do: Callable[[], object]
    look: Look = Look.SECONDARY


def state_of(row: MyRow, now: int, zone: str) -> State | None:
    """What is worth knowing first."""
    post, answer = row.post, row.response
    if row.role is Involvement.WAITING:
        return State(tr("waits for your yes"), Tone.ACCENT, "question")
    if row.role is Involvement.DONE:
        return State(tr("done {when}", when=ago(post.updated, now)), Tone.PLAIN, "done")
    if row.role is Involvement.PROMISED and answer is not None:
        soon = lapse_words(answer, now, zone)
        if soon:
            return State(soon, Tone.WARN, "clock")
        tone = Tone.ACCENT if answer.state in HELD else Tone.PLAIN
        if answer.state is Standing.LAPSED:
            tone = Tone.WARN
        return State(standing_words(answer, post), tone, STANDING_ICONS[answer.state])
    words, warn = waits_for(post, now, zone)
    if words:
        return State(words, Tone.WARN if warn else Tone.ACCENT, "clock" if warn else "question")
    happened = so_far(post, now, zone=zone)
    if happened is None:
        return State(tr("nobody has answered yet")) if post.status is PostStatus.OPEN else None
    return State(happened.words, happened.tone, happened.icon)


def line_of(row: MyRow) -> str:
    """The one line of text: what was answered, else what was asked."""
    answer = row.response
    if answer is None or row.role is Involvement.ASKED:
        return row.post.text
    said = meta(amount_words(answer), answer.when, tr("each time") if answer.every else "")
    if answer.note:
        said = meta(tr("“{note}”", note=answer.note), said)
    if row.role is not Involvement.WAITING:
        return said or row.post.text
    name = helper_name(answer)
    if said:
        return tr("{who}: {words}", who=name, words=said)
    if row.post.kind is PostKind.NEED:
        return tr("{who} can help", who=name)
    return tr("{who} asks for it", who=name)


class MyCard(CardButton):
    """One line of my page. Pressed, it opens the post; its buttons are what there is to do.

    ``thanks_asked`` when somebody wants to say thanks.
    """

    opened = Signal(bytes)
    thanks_asked = Signal(object)  # PostRow

    def __init__(self, desk: Desk, row: MyRow) -> None:
        self._desk = desk
        self.row = row
        post, now, zone = row.post, now_ms(), desk.group.tz
        state, line = state_of(row, now, zone), line_of(row)
        facts = meta(*meta_parts(post, now, zone))
        super().__init__(
            sentence(
                f"{kind_word(post.kind)}: {post.title}",
                "" if post.urgency is Urgency.ANYTIME else urgency_word(post.urgency),
                state.words if state else "",
                line,
                facts.replace(" · ", ", "),
            )
        )
        self.clicked.connect(lambda: self.opened.emit(post.id))
        self.column.addWidget(pills_of(post, state))
        buttons = [button_for(deed) for deed in self.deeds(now, zone)]
        self.column.addLayout(WordsAndButtons(words_of(post.title, line, facts), *buttons))

    def deeds(self, now: int, zone: str) -> list[Deed]:
        """The one thing to do first, then what else there is."""
        answer = self.row.response
        match self.row.role:
            case Involvement.WAITING if answer is not None:
                return waiting_deeds(self._desk, self, self.row.post, answer)
            case Involvement.PROMISED if answer is not None:
                return self._promised(answer, soon=bool(lapse_words(answer, now, zone)))
            case Involvement.ASKED:
                return self._asked(now, zone)
            case _:
                # Of a need whoever asked says thanks, of an offer whoever took it up.
                need = self.row.post.kind is PostKind.NEED
                return [self._thanks()] if self.row.post.mine is need else []

    def _promised(self, answer: ResponseRow, *, soon: bool) -> list[Deed]:
        desk, post = self._desk, self.row.post
        back = Deed(
            tr("Take back"),
            tr("Take back your answer to “{title}”", title=post.title),
            lambda: deciding.release(desk, answer),
            Look.QUIET,
        )
        if answer.state not in (*HELD, Standing.LAPSED):
            return [] if answer.state in (Standing.SAID_DONE, Standing.DONE) else [back]
        need = post.kind is PostKind.NEED
        still = Deed(
            tr("Still on it") if need else tr("Still want it"),
            tr("Still on it: “{title}”", title=post.title)
            if need
            else tr("Still want it: “{title}”", title=post.title),
            lambda: deciding.still_on_it(desk, answer),
            Look.PRIMARY if soon or answer.state is Standing.LAPSED else Look.SECONDARY,
        )
        if answer.state is Standing.LAPSED:
            return [still, back]
        done = Deed(
            tr("Done"),
            tr("Done: “{title}”", title=post.title),
            lambda: deciding.finish(desk, post, answer),
            Look.SECONDARY if soon else Look.PRIMARY,
        )
        return [still, done, back] if soon else [done, still, back]

    def _asked(self, now: int, zone: str) -> list[Deed]:
        desk, post = self._desk, self.row.post
        if post.status in (PostStatus.PARKED, PostStatus.WITHDRAWN):
            return [
                Deed(
                    tr("Put back on the board"),
                    tr("Put “{title}” back on the board", title=post.title),
                    lambda: deciding.take_up(desk, post),
                )
            ]
        ends = post.status is PostStatus.EXPIRED or bool(ends_words(post, now, zone))
        deeds = []
        if post.status is not PostStatus.EXPIRED:
            said = post.status is PostStatus.SAID_DONE
            deeds.append(
                Deed(
                    tr("Done"),
                    tr("Done: “{title}”", title=post.title),
                    lambda: deciding.finish(desk, post),
                    Look.PRIMARY if said else Look.SECONDARY,
                )
            )
        if post.expires is not None:
            renew = Deed(
                tr("Renew"),
                tr("Renew “{title}”", title=post.title),
                lambda: deciding.renew(desk, post),
                Look.PRIMARY if ends else Look.QUIET,
            )
            deeds.insert(0 if ends else len(deeds), renew)
        return deeds

    def _thanks(self) -> Deed:
        post = self.row.post
        return Deed(
            tr("Say thanks"),
            tr("Say thanks for “{title}”", title=post.title),
            lambda: self.thanks_asked.emit(post),
        )


def waiting_deeds(desk: Desk, parent: QWidget, post: PostRow, answer: ResponseRow) -> list[Deed]:
    """Yes or no to one answer."""
    who, title = helper_name(answer), post.title
    return [
        Deed(
            tr("Accept"),
            tr("Accept {who} for “{title}”", who=who, title=title),
            lambda: deciding.accept(desk, parent.window(), answer),
            Look.PRIMARY,
        ),
        Deed(
            tr("Decline"),
            tr("Decline {who} for “{title}”", who=who, title=title),
            lambda: deciding.decline(desk, answer),
            Look.QUIET,
        ),
    ]


def button_for(deed: Deed) -> Button:
    """The button of one thing to do."""
    made = Button(deed.words, deed.look, name=deed.name)
    made.clicked.connect(lambda _checked=False: deed.do())
    return made


def pills_of(post: PostRow, state: State | None) -> QWidget:
    """What it is, how urgent, where it stands: each a shape and a word."""
    holder = QWidget()
    flow = FlowLayout(holder, spacing=6)
    tone = Tone.NEED if post.kind is PostKind.NEED else Tone.OFFER
    flow.addWidget(Pill(kind_word(post.kind), tone, post.kind.value))
    if post.urgency is not Urgency.ANYTIME:
        urgent = post.urgency in (Urgency.TODAY, Urgency.DAYS)
        flow.addWidget(Pill(urgency_word(post.urgency), Tone.WARN if urgent else Tone.PLAIN))
    if state is not None:
        flow.addWidget(Pill(state.words, state.tone, state.icon))
    return holder


def words_of(title: str, line: str, facts: str) -> QWidget:
    """Title, one line of text and the quiet last line, one under the other."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme().px(2))
    column.addWidget(_leading(Text(title, Size.CARD, wrap=True)))
    if line:
        column.addWidget(_leading(Text(_short(line), wrap=True, quiet=True)))
    column.addWidget(_leading(Text(facts, Size.META, quiet=True, wrap=True)))
    return holder


def _leading(label: Text) -> Text:
    """At the window's leading side, in whatever direction its own words are written."""
    right = label.layoutDirection() == Qt.LayoutDirection.RightToLeft
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    label.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)
    return label


def _short(line: str, most: int = 160) -> str:
    words = " ".join(line.split())
    if len(words) <= most:
        return words
    return words[:most].rsplit(" ", 1)[0] + "…"
