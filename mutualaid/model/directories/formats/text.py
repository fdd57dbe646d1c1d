# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Needs and offers as plain text, to paste into a chat: two lines each, needs first."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from mutualaid.model.directories.directory import Directory, Post
from mutualaid.model.directories.formats.format import File, Format, Tick
from mutualaid.model.directories.formats.html import fit
from mutualaid.model.directories.formats.site_contents import ordered
from mutualaid.model.directories.formats.site_words import Words, language_of, spaced, words_in
from mutualaid.model.values import Mode, PostKind, Urgency

#: How much of what a post says stands behind its title.
LONGEST_TEXT: Final = 140

#: Begins a line that goes from right to left even where what follows does not say so.
_MARK: Final = {"ltr": "", "rtl": "\u200f"}
_PIECE: Final = 200  # posts


def files(directory: Directory, tick: Tick) -> Iterator[File]:
    yield File("directory.txt", _written(directory, words_in(language_of(directory)), tick))


def _written(directory: Directory, words: Words, tick: Tick) -> Iterator[bytes]:
    group = directory.group
    isolated = _ISOLATED[words.direction]
    ways = [isolated(way) for way in (group.email, group.phone, group.form, group.where) if way]
    answer = (
        words.said("text.answer", how=" · ".join(ways)) if ways else words.said("text.answer_none")
    )
    made, ends = words.moment(directory.made, group.tz), words.day(directory.ends, group.tz)
    fresh = words.said("text.freshness", made=isolated(made), ends=ends)
    heading = words.said("text.heading", group=isolated(group.name))
    mark = _MARK[words.direction]
    yield f"{mark}{heading}\n{mark}{answer}\n{mark}{fresh}\n".encode(errors="replace")
    for kind in (PostKind.NEED, PostKind.OFFER):
        posts = ordered(directory.posts, kind)
        yield f"\n{mark}{words.said(f'text.{kind}s')}\n".encode()
        if not posts:
            yield f"{mark}{words.said('text.none')}\n".encode()
        for first in range(0, len(posts), _PIECE):
            lines = []
            for post in posts[first : first + _PIECE]:
                tick()
                lines.append(_post(post, directory, words))
            yield "".join(lines).encode(errors="replace")


def _post(post: Post, directory: Directory, words: Words) -> str:
    isolated = _ISOLATED[words.direction]
    group = directory.group
    head = isolated(post.title)
    if post.urgency is not Urgency.ANYTIME:
        head += f" ({words.said(f'urgency.{post.urgency}')})"
    if short := _short(post.text):
        head += f": {isolated(short)}"
    facts = [
        words.state(post),
        isolated(post.area),
        _who(post, words),
        isolated(post.when),
        words.when(post, group.tz, directory.made),
        words.said(f"mode.{post.mode}") if post.mode is not Mode.GIFT else "",
        ""
        if post.expires is None
        else words.said("post.until", day=words.day(post.expires, group.tz, directory.made)),
        *(isolated(contact.value) for contact in post.contacts),
        isolated(spaced(post.code)),
    ]
    mark = _MARK[words.direction]
    return f"{mark}• {head}\n{mark}  {' · '.join(fact for fact in facts if fact)}\n"


def _who(post: Post, words: Words) -> str:
    isolated = _ISOLATED[words.direction]
    if post.by_name and post.on_behalf_of:
        return words.said(
            "post.by_for", who=isolated(post.by_name), name=isolated(post.on_behalf_of)
        )
    if post.on_behalf_of:
        return words.said("post.for", name=isolated(post.on_behalf_of))
    return isolated(post.by_name)


def _short(text: str) -> str:
    """The beginning of a long text on one line, cut between words."""
    line = " ".join(fit(text).split())
    if len(line) <= LONGEST_TEXT:
        return line
    cut = line[:LONGEST_TEXT]
    return cut[: cut.rfind(" ")].rstrip(" ,;:–—-") + "…" if " " in cut else f"{cut}…"


def _isolate(text: str, foreign: frozenset[str]) -> str:
    """A text on one line; in isolates (Unicode UAX 9) where some of it would otherwise change the
    order of what stands around it, or take another order itself."""
    text = " ".join(fit(text).split())
    if any(unicodedata.bidirectional(letter) in foreign for letter in text):
        return f"\u2068{text}\u2069"
    return text


def _isolate_in_ltr(text: str) -> str:
    return _isolate(text, frozenset(("R", "AL", "AN")))


def _isolate_in_rtl(text: str) -> str:
    return _isolate(text, frozenset(("L", "EN", "AN")))


_ISOLATED: Final[Mapping[str, Callable[[str], str]]] = {
    "ltr": _isolate_in_ltr,
    "rtl": _isolate_in_rtl,
}

FORMAT: Final = Format(
    name="text",
    title="Text for a chat",
    suffix=".txt",
    takes=frozenset(("post",)),
    files=files,
    about="For a chat or a message: needs and offers in two lines each, with their codes.",
    loses={
        "person": "two lines for each need and offer are long enough for a chat",
        "place": "two lines for each need and offer are long enough for a chat",
        "repair": "two lines for each need and offer are long enough for a chat",
        "post.text": f"only its first {LONGEST_TEXT} letters",
        "post.category": "two lines have no room for it",
        "post.parts": "only how many are covered",
        "post.promises": "only how many are covered",
        "post.photos": "text holds no pictures",
        "post.language": "text has no marks for languages",
        "post.created": "two lines have no room for it",
        "post.updated": "two lines have no room for it",
        "post.source": "two lines have no room for it",
        "post.more": "what a list brought beside stays in tables",
    },
)
