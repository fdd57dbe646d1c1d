# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One's own page, and the posts on behalf of people without a machine."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final, NamedTuple

from mutualaid.model.keys import blake2b
from mutualaid.model.outcomes import STANDINGS
from mutualaid.model.queries.answers import responses
from mutualaid.model.queries.board import post_rows
from mutualaid.model.queries.where import Where, not_blocked
from mutualaid.model.records.decision import SAYS
from mutualaid.model.values import (
    DispatchRow,
    Involvement,
    MyRow,
    PostRow,
    PostStatus,
    ResponseRow,
    Say,
    Standing,
)

#: So many posts of each sort stand on one's own page.
MOST: Final = 200

_TOLD: Final = SAYS.index(Say.TOLD)
_LIVE: Final = (
    Standing.OFFERED,
    Standing.TAKEN,
    Standing.ACCEPTED,
    Standing.STANDS_BY,
    Standing.SAID_DONE,
)
_OVER: Final = (PostStatus.DONE, PostStatus.WITHDRAWN)


def my_page(db: Any, me: bytes, now: int, stewards: Collection[bytes]) -> list[MyRow]:
    """What waits for my yes, what I promised, what I asked, what was done; the latest first."""
    asked = post_rows(db, me, now, Where().add("p.owner = ?", me), limit=MOST)
    rows: list[MyRow] = []
    for post in (*asked, *_looked_after(db, me, now, stewards)):
        if post.waiting and not post.status.is_past:
            rows += [
                MyRow(Involvement.WAITING, post, answer)
                for answer in responses(db, me, now, post)
                if answer.state is Standing.OFFERED and not answer.mine
            ]
    promised = list(_promised(db, me, now))
    rows += [row for row in promised if row.role is Involvement.PROMISED]
    rows += [
        MyRow(Involvement.ASKED, post)
        for post in asked
        if post.status not in (PostStatus.DONE, PostStatus.WITHDRAWN)
    ]
    done = [MyRow(Involvement.DONE, post) for post in asked if post.status is PostStatus.DONE]
    done += [row for row in promised if row.role is Involvement.DONE]
    rows += sorted(done, key=lambda row: -row.post.updated)
    return rows


def waiting(db: Any, me: bytes, now: int, stewards: Collection[bytes]) -> int:
    """How many answers wait for a yes of mine, on all posts that I may decide about."""
    row = db.execute(
        f"""SELECT coalesce(sum(o.waiting), 0) FROM outcome AS o
            JOIN post AS p ON p.record = o.record AND p.round = o.round
            WHERE o.waiting > 0 AND p.state = 0 AND (p.expires IS NULL OR p.expires > ?)
            AND (p.owner = ? OR (? AND p.on_behalf_of <> '')){not_blocked(db, "p.owner")}""",
        (now, me, me in stewards),
    ).fetchone()
    return int(row[0])


def _looked_after(db: Any, me: bytes, now: int, stewards: Collection[bytes]) -> Sequence[PostRow]:
    """Posts on behalf that others made, where I may decide as well."""
    if me not in stewards:
        return ()
    where = Where().add("p.on_behalf_of <> '' AND p.owner <> ? AND p.state = 0", me)
    return post_rows(db, me, now, where, limit=MOST)


def may_end(db: Any, me: bytes, now: int) -> list[MyRow]:
    """My promises, and those of my posts that have an end: what time may do something to."""
    lasting = "p.state = 0 AND p.expires > ?"
    posts = post_rows(db, me, now, Where().add(f"p.owner = ? AND {lasting}", me, now), limit=MOST)
    alive = Where().add("p.state = 0 AND (p.expires IS NULL OR p.expires > ?)", now)
    return [
        *(row for row in _promised(db, me, now, alive) if row.role is Involvement.PROMISED),
        *(MyRow(Involvement.ASKED, post) for post in posts),
    ]


def _promised(db: Any, me: bytes, now: int, where: Where | None = None) -> Iterator[MyRow]:
    where = (where or Where()).add(
        "p.record IN (SELECT number FROM record WHERE id IN"
        " (SELECT post FROM response WHERE person = ? AND state <> 1))",
        me,
    )
    for post in post_rows(db, me, now, where, limit=MOST):
        for answer in responses(db, me, now, post):
            if not answer.mine:
                continue
            if answer.state is Standing.DONE or (
                post.status is PostStatus.DONE and answer.state.goes
            ):
                yield MyRow(Involvement.DONE, post, answer)
            elif post.status not in _OVER and (answer.state in _LIVE or _lapsed(answer)):
                yield MyRow(Involvement.PROMISED, post, answer)


def _lapsed(answer: ResponseRow) -> bool:
    """Lapsed by the time only: saying that it still holds keeps it."""
    return answer.state is Standing.LAPSED and answer.lapses is not None


# -- for people without a machine


class Telling(NamedTuple):
    """What somebody without a machine is to be told; ``digest`` tells one from another."""

    text: str
    digest: bytes


def telling(post: PostRow, answers: Sequence[ResponseRow]) -> Telling:
    """In words: how a post stands for the person it is for; "" while nothing has come of it."""
    sentences: list[str] = []
    facts: list[bytes] = []
    for answer in answers:
        who = answer.on_behalf_of or answer.who or "A neighbour"
        sentence = _SENTENCES.get(answer.state)
        if sentence is None:
            continue
        when = f" ({answer.when})" if answer.when and answer.state.goes else ""
        what = (
            f" with {answer.amount} {answer.part}".rstrip()
            if answer.amount > 1 or answer.part
            else ""
        )
        sentences.append(sentence.format(who=who, what=what, when=when))
        facts.append(answer.id + bytes([STANDINGS.index(answer.state)]))
    state = _STATES.get(post.status)
    if state is not None:
        sentences.append(state)
        facts.append(str(post.status).encode())
    return Telling(" ".join(sentences), blake2b(b"".join(sorted(facts)), size=8))


_SENTENCES: Final = {
    Standing.TAKEN: "{who} comes{what}{when}.",
    Standing.ACCEPTED: "{who} comes{what}{when}.",
    Standing.STANDS_BY: "{who} would come{what} if somebody else cannot.",
    Standing.LAPSED: "Nothing was heard of {who}; somebody else is looked for.",
    Standing.SAID_DONE: "{who} says that it is done.",
}
_STATES: Final = {
    PostStatus.DONE: "It is done.",
    PostStatus.EXPIRED: "Its time is over.",
    PostStatus.PARKED: "It is set aside for now.",
    PostStatus.WITHDRAWN: "It was taken off the board.",
}


def dispatch(db: Any, me: bytes, now: int, stewards: Collection[bytes]) -> list[DispatchRow]:
    """Posts on behalf that I may look after; those with something to tell come first."""
    where = Where().add("p.on_behalf_of <> ''")
    if me not in stewards:
        where.add("p.owner = ?", me)
    rows: list[DispatchRow] = []
    for post in post_rows(db, me, now, where, limit=MOST):
        answers = tuple(responses(db, me, now, post))
        news = telling(post, answers)
        told = _told(db, post, stewards)
        at = max((when for _about, when in told), default=None)
        known = any(about == news.digest for about, _when in told)
        if post.status in _OVER and (known or not news.text or not answers):
            continue
        rows.append(DispatchRow(post, "" if known else news.text, answers, at))
    return sorted(rows, key=lambda row: not row.tell)


def _told(db: Any, post: PostRow, stewards: Collection[bytes]) -> list[tuple[bytes, int]]:
    """What was told of a post, and when: by those who may look after it."""
    return [
        (about, at)
        for about, at, person in db.execute(
            "SELECT about, at, person FROM decision WHERE post = ? AND say = ?", (post.id, _TOLD)
        )
        if person == post.owner or person in stewards
    ]


def is_told(
    db: Any, post: PostRow, answers: Sequence[ResponseRow], stewards: Collection[bytes]
) -> bool:
    """Whether the person a post is for knows how it stands."""
    news = telling(post, answers)
    return not news.text or any(about == news.digest for about, _at in _told(db, post, stewards))
