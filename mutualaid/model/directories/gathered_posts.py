# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Needs and offers that are open, and who goes; and what was called off after it left."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mutualaid.model import queries, times
from mutualaid.model.directories import logged, sources
from mutualaid.model.directories.directory import Photo, Post, Promise
from mutualaid.model.directories.ledger import Ledger
from mutualaid.model.directories.photographs import Album, StoredPhoto
from mutualaid.model.outcomes import STANDINGS
from mutualaid.model.queries.board import post_rows
from mutualaid.model.queries.where import Where
from mutualaid.model.records.post import STATES
from mutualaid.model.values import Part, PostRow, PostStatus, Standing, Urgency
from mutualaid.model.values.directories import HeldWhy, ShareField

#: The format that says what was called off, and how many of the latest exports are looked at.
CALENDAR: Final = "icalendar"
_LATEST: Final = 200

_HOLDS: Final = (Standing.TAKEN, Standing.ACCEPTED)


@dataclass(frozen=True, slots=True)
class _Extras:
    """What hangs on posts; ``answers`` by the post's id, the rest by its number."""

    shares: Mapping[int, tuple[int | None, ...]]
    parts: Mapping[int, list[tuple[Any, ...]]]
    photos: Mapping[int, list[tuple[Any, ...]]]
    languages: Mapping[int, str]
    firsts: Mapping[int, tuple[int, int | None]]  # begin and end of the first time of what repeats
    answers: Mapping[bytes, list[tuple[Any, ...]]]
    origins: sources.Sources


def posts(led: Ledger, album: Album) -> list[Post]:
    """The open posts that leave, newest first; after the pages."""
    db, now = led.db, led.asked.now
    _past(led)
    open_ = Where().add("p.state = 0 AND (p.expires IS NULL OR p.expires > ?)", now)
    extras = _Extras(
        shares=_shares(db),
        parts=led.by_record("SELECT record, name, quantity FROM post_part ORDER BY name"),
        photos=led.by_record(
            "SELECT record, post_photo.hash, alt FROM post_photo"
            " JOIN blob ON blob.hash = post_photo.hash ORDER BY record, place"
        ),
        languages=dict(db.execute("SELECT record, lang FROM post WHERE lang <> ''")),
        firsts={
            number: (starts, ends if ends > starts else None)
            for number, starts, ends in db.execute(
                "SELECT record, starts, ends FROM post WHERE repeat <> 0"
            )
        },
        answers=_answers(db),
        origins=sources.read(db, "post"),
    )
    rows = post_rows(db, led.asked.me, now, open_, limit=-1)
    limits = queries.rules(db)
    found: list[Post] = []
    for row in sorted(rows, key=lambda row: (-row.created, row.id)):
        led.step()
        shares = extras.shares.get(row.number, (None, None, None))
        if led.is_left_out("post", row.id, row.title):
            continue
        if led.is_gone(row.owner) or not led.may(_share(led, row, shares, extras.origins)):
            led.stays("post", row.id, row.title, HeldWhy.NO_CONSENT)
            continue
        limit = limits.limit(urgent=row.urgency is Urgency.TODAY, repeat=row.repeat)
        found.append(_post(led, album, row, shares, extras, limit))
    return found


def _shares(db: Any) -> dict[int, tuple[int | None, ...]]:
    """By a post's number: for whom it, its photos, and the name of whom it is for may leave."""
    rows = db.execute("SELECT record, post, photos, on_behalf_of FROM post_share")
    return {number: tuple(rest) for number, *rest in rows}


def _share(
    led: Ledger, row: PostRow, shares: tuple[int | None, ...], origins: sources.Sources
) -> int | None:
    """For whom a post may leave. Unsaid, it is as its owner says of posts; but what is for
    somebody else, or from a list, is not theirs to let leave unsaid."""
    if shares[0] is None and not row.on_behalf_of and origins.source(row.number) is None:
        return led.shares.get(row.owner, {}).get(ShareField.POSTS)
    return shares[0]


def called_off(led: Ledger) -> list[Post]:
    """Posts with a time ahead that were withdrawn after a calendar for the same people had them.
    Whoever has that calendar would otherwise still go there."""
    left = [
        part
        for row in logged.exports(led.db, led.asked.me, led.asked.now, limit=_LATEST)
        if CALENDAR in row.formats and row.audience is led.asked.audience and not row.failed
        for part in logged.parts(led.db, row.id)
    ]
    if not left:
        return []
    withdrawn = Where().add("p.state = ? AND p.starts > 0", STATES.index("withdrawn"))
    extras = _shares(led.db)
    origins = sources.read(led.db, "post")
    found: list[Post] = []
    for row in post_rows(led.db, led.asked.me, led.asked.now, withdrawn, limit=-1):
        shares = extras.get(row.number, (None, None, None))
        ahead = row.repeat is not None or max(row.starts or 0, row.ends or 0) > led.asked.now
        was_out = any(True for part in left for _ in part.posts((row.id,)))
        if row.id in led.asked.leave_out or led.is_gone(row.owner):
            continue
        if ahead and was_out and led.may(_share(led, row, shares, origins)):
            led.members[row.id] = row.owner
            found.append(
                Post(
                    id=row.id,
                    code=row.code,
                    kind=row.kind,
                    title=row.title,
                    starts=row.starts,
                    ends=row.ends,
                    repeat=row.repeat,
                    created=row.created,
                    updated=row.updated,
                    expires=row.expires,
                    status=PostStatus.WITHDRAWN,
                )
            )
    return found


def _past(led: Ledger) -> None:
    for id_, title in led.db.execute(
        "SELECT r.id, p.title FROM post AS p JOIN record AS r ON r.number = p.record"
        " WHERE p.state <> 0 OR p.expires <= ? ORDER BY p.created DESC, r.id",
        (led.asked.now,),
    ):
        led.step()
        led.stays("post", id_, title, HeldWhy.PAST)


def _post(
    led: Ledger,
    album: Album,
    row: PostRow,
    shares: tuple[int | None, ...],
    extras: _Extras,
    limit: int,
) -> Post:
    owner = led.shown.get(row.owner)
    if owner is None:
        led.stays("post", row.id, row.title, HeldWhy.NO_NAME, "by")
    led.members[row.id] = row.owner
    on_behalf_of = row.on_behalf_of
    if on_behalf_of and not led.may(shares[2]):
        led.stays("post", row.id, row.title, HeldWhy.NO_CONSENT, "on_behalf_of")
        on_behalf_of = ""
    photos: tuple[Photo, ...] = tuple(
        StoredPhoto(album, digest, alt) for digest, alt in extras.photos.get(row.number, ())
    )
    if photos and not led.may(shares[1]):
        led.stays("post", row.id, row.title, HeldWhy.NO_CONSENT, "photos")
        photos = ()
    parts = tuple(Part(*each) for each in extras.parts.get(row.number, ()))
    if not parts and row.parts > 1:
        parts = (Part("", row.parts),)
    first = extras.firsts.get(row.number)
    source, more = extras.origins.source(row.number), extras.origins.more(row.number)
    if led.outside:
        # What a list said beside is on no form, so nobody agreed that it leaves.
        for what in more:
            led.stays("post", row.id, row.title, HeldWhy.NO_CONSENT, f"more:{what}")
        source, more = source if sources.is_published(source) else None, {}
    return Post(
        id=row.id,
        code=row.code,
        kind=row.kind,
        title=row.title,
        text=row.text,
        category=row.category,
        urgency=row.urgency,
        area=row.area,
        when=row.when,
        starts=row.starts,
        ends=row.ends,
        repeat=row.repeat,
        first=first if first and first[0] != row.starts else None,
        created=row.created,
        updated=row.updated,
        expires=row.expires,
        mode=row.mode,
        parts=parts,
        status=_status(led, row),
        language=extras.languages.get(row.number, ""),
        by=owner.id if owner else None,
        by_name=owner.name if owner else "",
        on_behalf_of=on_behalf_of,
        contacts=owner.contacts if owner else (),
        photos=photos,
        promises=_promises(led, row, extras.answers.get(row.id, ()), limit),
        source=source,
        more=more,
    )


def _status(led: Ledger, row: PostRow) -> PostStatus:
    """How it stands. Outside, that somebody offered and waits for a yes is nobody's affair."""
    if led.outside and row.status is PostStatus.OFFERED:
        return PostStatus.OPEN
    return row.status


def _answers(db: Any) -> dict[bytes, list[tuple[Any, ...]]]:
    """By post: what is known of each answer, at each round from which on it stands so."""
    found: dict[bytes, list[tuple[Any, ...]]] = {}
    for post, *rest in db.execute(
        "SELECT s.post, r.id, s.round, s.standing, s.decided_at, a.person, a.part, a.amount,"
        " a.created, a.touched, a.round, a.every, a.on_behalf_of FROM standing AS s"
        " JOIN response AS a ON a.record = s.record JOIN record AS r ON r.number = s.record"
        " ORDER BY a.created, r.id, s.round"
    ):
        found.setdefault(post, []).append(tuple(rest))
    return found


def _promises(
    led: Ledger, row: PostRow, answers: Iterable[tuple[Any, ...]], limit: int
) -> tuple[Promise, ...]:
    """Who goes, or went, in the present round, as far as they let that leave."""
    standing: dict[bytes, tuple[Any, ...]] = {}
    for answer in answers:
        first, every = answer[9], answer[10]
        present = first == row.round or (every and first <= row.round)
        if answer[1] <= row.round and present:
            standing[answer[0]] = answer
    found: list[Promise] = []
    held = False
    for (
        id_,
        _,
        state,
        decided,
        helper,
        part,
        amount,
        created,
        touched,
        *_,
        who,
    ) in standing.values():
        at = STANDINGS[state]
        lapses = times.lapse_at((touched, decided), limit, led.asked.now)
        if not at.goes or (at in _HOLDS and lapses is not None and lapses <= led.asked.now):
            continue
        if not led.lets(helper, ShareField.HELPING):
            held = True
            continue
        led.members[id_] = helper
        person = None if who else led.shown.get(helper)
        name = person.name if person else ""
        if who and not led.outside:
            name = who  # on behalf of somebody who said nothing of other audiences
        found.append(
            Promise(
                id=id_,
                by=person.id if person else None,
                by_name=name,
                standing=at,
                amount=amount,
                part=part,
                created=min(created, led.asked.now),
            )
        )
    if held:
        led.stays("post", row.id, row.title, HeldWhy.NO_CONSENT, "promises")
    return tuple(found)
