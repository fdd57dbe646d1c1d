# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happened, in words: in full inside the window, and summed up for outside of it."""

from collections.abc import Callable, Sequence
from typing import Final

from mutualaid.model.values import NewsKind, NewsRow
from mutualaid.ui.words import tr

#: The shape that goes with each kind of news.
NEWS_ICONS: Final = {
    NewsKind.ANSWERED: "help",
    NewsKind.RELEASED: "withdraw",
    NewsKind.ACCEPTED: "check",
    NewsKind.GOES_NOW: "check",
    NewsKind.DECLINED: "minus",
    NewsKind.STANDS_BY: "pause",
    NewsKind.CROSSED: "pause",
    NewsKind.OPEN_AGAIN: "restore",
    NewsKind.LAPSES: "clock",
    NewsKind.LAPSED: "restore",
    NewsKind.SAID_DONE: "question",
    NewsKind.DONE: "done",
    NewsKind.THANKED: "star",
    NewsKind.COMMENTED: "comment",
    NewsKind.MESSAGE: "lock",
    NewsKind.EXPIRES: "clock",
    NewsKind.NOTICE: "info",
}
#: What waits for something to be done, not only to be known.
PRESSING: Final = (NewsKind.LAPSES, NewsKind.EXPIRES)
#: So many sentences stand in one notification.
_SENTENCES: Final = 3


def news_text(row: NewsRow) -> str:
    """One thing that happened, as a sentence."""
    who = row.who or tr("A neighbour")
    title = row.title or tr("a post that is not here any more")
    if row.kind is NewsKind.NOTICE:
        return tr("{who} tells everybody: {words}", who=who, words=row.title)
    words = {
        NewsKind.ANSWERED: tr("{who} answered “{title}”."),
        NewsKind.RELEASED: tr("{who} took back their answer to “{title}”."),
        NewsKind.ACCEPTED: tr("Yes: you go for “{title}”."),
        NewsKind.GOES_NOW: tr("You are needed after all: you go for “{title}”."),
        NewsKind.DECLINED: tr(
            "You are not needed this time for “{title}”. Thank you all the same."
        ),
        NewsKind.STANDS_BY: tr(
            "Somebody else goes for “{title}”. You stand by, in case they cannot come."
        ),
        NewsKind.CROSSED: tr(
            "More said yes, or took a part, than “{title}” needs: {who} stands by."
        ),
        NewsKind.OPEN_AGAIN: tr("Nothing was heard of {who}, so “{title}” is open again."),
        NewsKind.LAPSES: tr("Are you still on it? Your promise lapses soon: “{title}”."),
        NewsKind.LAPSED: tr("Your promise lapsed, and it is open again: “{title}”."),
        NewsKind.SAID_DONE: tr("{who} says that it is done: “{title}”."),
        NewsKind.DONE: tr("It is done: “{title}”."),
        NewsKind.THANKED: tr("{who} says thanks: “{title}”."),
        NewsKind.COMMENTED: tr("{who} wrote a comment beside “{title}”."),
        NewsKind.MESSAGE: tr("{who} wrote to you alone about “{title}”."),
        NewsKind.EXPIRES: tr("This leaves the board soon, unless you renew it: “{title}”."),
    }[row.kind]
    return words.format(who=who, title=title)


def summary(rows: Sequence[NewsRow]) -> str:
    """What happened, for a notification: how much of what, without any name, title or text.

    Nothing that one person wrote to another, and nothing that says who has to do with whom,
    leaves the window.
    """
    said = []
    for kinds, words in _SUMMED:
        some = [row for row in rows if row.kind in kinds]
        if some:
            # The same neighbour twice is one neighbour; what time did has nobody.
            people = {row.person for row in some if row.person}
            said.append(words(len(some), len(people) or len(some)))
    if len(said) > _SENTENCES:
        rest = len(said) - _SENTENCES + 1
        more = tr("And more: %n other kinds of news.", n=rest)
        said = [*said[: _SENTENCES - 1], more]
    return " ".join(said)


#: Which kinds are told in one sentence, from how many things and how many people; in the order in
#: which they matter.
_SUMMED: Final[tuple[tuple[tuple[NewsKind, ...], Callable[[int, int], str]], ...]] = (
    (
        (NewsKind.ACCEPTED, NewsKind.GOES_NOW),
        lambda count, people: tr(
            "%n posts where you are expected now.",
            one="%n post where you are expected now.",
            n=count,
        ),
    ),
    (
        (NewsKind.ANSWERED,),
        lambda count, people: tr(
            "%n neighbours answered your posts.",
            one="%n neighbour answered your posts.",
            n=people,
        ),
    ),
    (
        (NewsKind.MESSAGE,),
        lambda count, people: tr("%n private messages.", one="%n private message.", n=count),
    ),
    (
        PRESSING,
        lambda count, people: tr(
            "%n things soon lapse or end.", one="%n thing soon lapses or ends.", n=count
        ),
    ),
    (
        (
            NewsKind.RELEASED,
            NewsKind.DECLINED,
            NewsKind.STANDS_BY,
            NewsKind.CROSSED,
            NewsKind.OPEN_AGAIN,
            NewsKind.LAPSED,
        ),
        lambda count, people: tr("%n answers changed.", one="%n answer changed.", n=count),
    ),
    (
        (NewsKind.SAID_DONE, NewsKind.DONE),
        lambda count, people: tr(
            "%n things are said to be done.", one="%n thing is said to be done.", n=count
        ),
    ),
    (
        (NewsKind.THANKED,),
        lambda count, people: tr(
            "%n neighbours said thanks.", one="%n neighbour said thanks.", n=people
        ),
    ),
    (
        (NewsKind.COMMENTED,),
        lambda count, people: tr("%n new comments.", one="%n new comment.", n=count),
    ),
    (
        (NewsKind.NOTICE,),
        lambda count, people: tr(
            "%n notices to everybody.", one="%n notice to everybody.", n=count
        ),
    ),
)
