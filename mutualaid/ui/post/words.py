# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a post, the answers to it and what came of them are said, the same on every page.

``zone`` is the group's time zone (``Group.tz``): windows of time are told by the clock on its
wall. ``now`` is in ms.
"""

from dataclasses import dataclass
from typing import Final

from mutualaid.model import times
from mutualaid.model.values import (
    ExpiryWarning,
    PartRow,
    PostKind,
    PostRow,
    PostStatus,
    Repeat,
    ResponseRow,
    Standing,
    Urgency,
)
from mutualaid.ui.widgets.paint import Tone
from mutualaid.ui.words import (
    DAY,
    ago,
    category_word,
    day,
    day_near,
    is_midnight,
    kind_word,
    mode_word,
    moment,
    sentence,
    status_word,
    time_in,
    tr,
    urgency_word,
    weekday,
)

#: The shape that goes with each status, so that colour is never alone.
STATUS_ICONS: Final = {
    PostStatus.OPEN: "",
    PostStatus.OFFERED: "help",
    PostStatus.PART_COVERED: "parts",
    PostStatus.AGREED: "check",
    PostStatus.SAID_DONE: "question",
    PostStatus.DONE: "done",
    PostStatus.LAPSED: "restore",
    PostStatus.PARKED: "pause",
    PostStatus.EXPIRED: "clock",
    PostStatus.WITHDRAWN: "withdraw",
}

#: The shape that goes with where an answer stands.
STANDING_ICONS: Final = {
    Standing.OFFERED: "question",
    Standing.TAKEN: "check",
    Standing.ACCEPTED: "check",
    Standing.STANDS_BY: "pause",
    Standing.DECLINED: "minus",
    Standing.RELEASED: "withdraw",
    Standing.LAPSED: "clock",
    Standing.SAID_DONE: "question",
    Standing.DONE: "done",
}


# -- who and when -------------------------------------------------------------------------------


def who(row: PostRow) -> str:
    """Who posted it, and for whom."""
    name = tr("you") if row.mine else row.owner_name
    if row.on_behalf_of:
        return tr("{who} for {whom}", who=name, whom=row.on_behalf_of)
    return name


def helper_name(answer: ResponseRow) -> str:
    """Who answered, and for whom."""
    name = tr("You") if answer.mine else answer.who
    if answer.on_behalf_of:
        return tr("{who} for {whom}", who=name, whom=answer.on_behalf_of)
    return name


def window(starts: int | None, ends: int | None, zone: str, now: int) -> str:
    """A window of time: "Tuesday 18:00–20:00", "until tomorrow 14:00", or nothing."""
    if starts is None:
        return "" if ends is None else tr("until {time}", time=_end(ends, zone, now))
    if ends is None:
        return moment(starts, zone, now)
    last = _last_day(ends, zone)
    if day_near(starts, zone, now) != day_near(last, zone, now):
        return tr("{start} to {end}", start=moment(starts, zone, now), end=_end(ends, zone, now))
    if is_midnight(starts, zone) and is_midnight(ends, zone):
        return day_near(starts, zone, now)
    return tr(
        "{day} {start}–{end}",
        day=day_near(starts, zone, now),
        start=time_in(starts, zone),
        end=time_in(ends, zone),
    )


def _last_day(ends: int, zone: str) -> int:
    """A time on the last day of what ends then; midnight ends the day before."""
    return ends - 1 if is_midnight(ends, zone) else ends


def _end(ends: int, zone: str, now: int) -> str:
    if is_midnight(ends, zone):
        return day_near(ends - 1, zone, now)
    return moment(ends, zone, now)


def window_words(row: PostRow, zone: str, now: int) -> str:
    """When a post is for, by its window of time and how it repeats."""
    if row.repeat is None or row.starts is None:
        return window(row.starts, row.ends, zone, now)
    if row.repeat is Repeat.MONTHLY:
        return tr("every month, next {time}", time=window(row.starts, row.ends, zone, now))
    name = weekday(row.starts, zone)
    if is_midnight(row.starts, zone):
        return tr("every {weekday}", weekday=name)
    hours = time_in(row.starts, zone)
    if row.ends is not None and row.ends - row.starts < DAY:
        hours = tr("{start}–{end}", start=hours, end=time_in(row.ends, zone))
    return tr("every {weekday} {time}", weekday=name, time=hours)


def time_words(row: PostRow, now: int, zone: str = "") -> str:
    """When it is for; else that it stands; else when it was posted."""
    due = window_words(row, zone, now)
    if due or row.when:
        return (
            tr("{when} ({words})", when=due, words=row.when)
            if due and row.when
            else due or row.when
        )
    if row.expires is None:
        return tr("standing offer") if row.kind is PostKind.OFFER else tr("standing need")
    return ago(row.created, now)


def ends_words(row: PostRow, now: int, zone: str = "") -> str:
    """A warning that a post soon leaves the board; "" while there is time, or nobody misses it."""
    if not row.mine or row.status.is_past or row.expires is None:
        return ""
    posted = max(row.created, row.confirmed or 0)
    soon = times.warning(row.expires, posted, now)
    if soon is None:
        return ""
    if soon is ExpiryWarning.DAY:
        return tr("ends {day}", day=day_near(row.expires, zone, now))
    return tr("ends in %n days", one="ends in %n day", n=(row.expires - now) // DAY)


def lapse_words(answer: ResponseRow, now: int, zone: str = "") -> str:
    """A warning that a promise soon lapses; "" while there is time."""
    if answer.lapses is None or not now < answer.lapses <= now + DAY:
        return ""
    return (
        tr("lapses {time} unless you are still on it", time=moment(answer.lapses, zone, now))
        if (answer.mine)
        else tr("lapses {time} unless they are still on it", time=moment(answer.lapses, zone, now))
    )


# -- what came of it ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SoFar:
    """What has happened to a post so far, for the end side of its card."""

    words: str
    tone: Tone = Tone.PLAIN
    icon: str = ""
    share: float | None = None  # how much is covered, for a bar under the words


def so_far(row: PostRow, now: int, fit: str = "", zone: str = "") -> SoFar | None:
    """The one thing worth knowing; ``fit`` says why it could suit whoever looks."""
    status = row.status
    icon = STATUS_ICONS[status]
    if status is PostStatus.OFFERED:
        words = (
            tr("%n offered help", n=row.responses)
            if row.kind is PostKind.NEED
            else tr("%n asked for it", n=row.responses)
        )
        return SoFar(words, Tone.ACCENT, icon)
    if status is PostStatus.PART_COVERED or (status is PostStatus.AGREED and row.wanted > 1):
        share = row.covered / max(1, row.wanted)
        tone = Tone.ACCENT if row.mine or status is PostStatus.AGREED else Tone.PLAIN
        return SoFar(covered_words(row.covered, row.wanted), tone, share=share)
    if status is PostStatus.AGREED:
        return SoFar(status_word(status), Tone.ACCENT, icon)
    if status is PostStatus.SAID_DONE:
        return SoFar(said_done_words(row), Tone.ACCENT, icon)
    if status is PostStatus.LAPSED:
        return SoFar(status_word(status), Tone.WARN, icon)
    if status is not PostStatus.OPEN:
        return SoFar(status_word(status), Tone.PLAIN, icon)
    if fit:
        return SoFar(fit, Tone.ACCENT, "star")
    if not row.mine and row.expires is not None and 0 < row.expires - now < 2 * DAY:
        return SoFar(tr("until {day}", day=day_near(row.expires, zone, now)))
    if row.confirmed is not None and row.confirmed > row.created + DAY:
        return SoFar(tr("confirmed {when}", when=ago(row.confirmed, now)))
    return None


def said_done_words(row: PostRow) -> str:
    if row.kind is PostKind.OFFER:
        return tr("said done by who asked")
    return status_word(PostStatus.SAID_DONE)


def covered_words(covered: int, wanted: int) -> str:
    return tr("{covered} of {wanted} covered", covered=covered, wanted=wanted)


def part_words(part: PartRow) -> str:
    """How far one sort of part is covered: "dinners: 3 of 5 covered, 2 still open"."""
    words = covered_words(part.covered, part.wanted)
    if part.left:
        words = tr("{covered}, %n still open", n=part.left, covered=words)
    return tr("{part}: {words}", part=part.name, words=words) if part.name else words


def amount_words(answer: ResponseRow) -> str:
    """What somebody takes: "2 dinners", "3", or nothing where there is only one thing."""
    if answer.part:
        return tr("{count} × {part}", count=answer.amount, part=answer.part)
    return tr("%n of it", n=answer.amount) if answer.amount > 1 else ""


def waits_for(row: PostRow, now: int, zone: str = "") -> tuple[str, bool]:
    """What one's own post waits for, in a few words, and whether it is a warning."""
    if not row.mine:
        return "", False
    if row.waiting:
        return tr("waits for your yes"), False
    if row.status is PostStatus.SAID_DONE:
        return tr("waits for your “done”"), False
    ends = ends_words(row, now, zone)
    return ends, bool(ends)


def action_words(row: PostRow) -> str:
    """The one thing to do about a card; "" for one's own and for what nobody can answer."""
    if row.mine or not row.status.wants_help:
        return ""
    if not row.ask and row.wanted > 1:
        return tr("Take one")
    return tr("I can help") if row.kind is PostKind.NEED else tr("Ask")


# -- answers ------------------------------------------------------------------------------------


def standing_words(answer: ResponseRow, row: PostRow, *, may_decide: bool = False) -> str:
    """Where an answer stands, said to whoever looks."""
    state, mine = answer.state, answer.mine
    if state is Standing.OFFERED:
        if may_decide:
            return tr("waits for your yes")
        return tr("waits for a yes from {who}", who=row.owner_name)
    if state in (Standing.TAKEN, Standing.ACCEPTED):
        if row.kind is PostKind.OFFER:
            return tr("you get it") if mine else tr("gets it")
        return tr("you go") if mine else tr("goes")
    if state is Standing.STANDS_BY:
        if mine:
            return tr("you stand by: somebody else was before you")
        return tr("stands by: somebody else was before them")
    if state is Standing.SAID_DONE:
        return tr("you said it is done") if mine else tr("said done")
    return {
        Standing.DECLINED: tr("not needed this time"),
        Standing.RELEASED: tr("taken back"),
        Standing.LAPSED: tr("lapsed: nothing more was heard"),
        Standing.DONE: tr("done"),
    }[state]


def answer_sentence(answer: ResponseRow, row: PostRow, *, may_decide: bool = False) -> str:
    """An answer as one sentence for a screen reader."""
    return sentence(
        helper_name(answer),
        standing_words(answer, row, may_decide=may_decide),
        amount_words(answer),
        answer.when,
        tr("each time") if answer.every else "",
        answer.note,
    )


# -- a card -------------------------------------------------------------------------------------


def meta_parts(row: PostRow, now: int, zone: str = "") -> list[str]:
    """The last line of a card, in parts."""
    return [
        category_word(row.category),
        mode_word(row.mode) if row.mode.value != "gift" else "",
        row.area,
        who(row),
        time_words(row, now, zone),
    ]


def stays_words(row: PostRow) -> str:
    """How long a post stays on the board."""
    if row.expires is None:
        return tr("stays until it is taken off")
    return tr("until {day}", day=day(row.expires))


def photos_words(row: PostRow) -> str:
    """That there are photos, and what the one on the card shows."""
    if not row.photos:
        return ""
    words = tr("with %n photos", one="with a photo", n=len(row.photos))
    return tr("{photos}: {alt}", photos=words, alt=row.photo_alt) if row.photo_alt else words


def spoken(row: PostRow, now: int, fit: str = "", zone: str = "") -> str:
    """A card as one sentence."""
    urgency = "" if row.urgency is Urgency.ANYTIME else urgency_word(row.urgency)
    happened = so_far(row, now, fit, zone)
    return sentence(
        f"{kind_word(row.kind)}: {row.title}",
        urgency,
        row.text,
        *meta_parts(row, now, zone),
        photos_words(row),
        happened.words if happened else "",
        waits_for(row, now, zone)[0],
    )
