# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one place where a directory is made: what may leave for an audience, and what stays.

What is for a wide audience is for all narrower ones. Of what nobody said anything it is for the
group, so for anybody beyond nothing leaves unless somebody said so. Everything is read in bulk,
from the views; a writer of a format sees what is here and nothing else.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mutualaid.model import times
from mutualaid.model.directories import gathered_people, gathered_places, gathered_posts
from mutualaid.model.directories.directory import AsOf, Directory, GroupCard, Person, Point
from mutualaid.model.directories.ledger import Asked, Ledger, Progress
from mutualaid.model.directories.photographs import Album
from mutualaid.model.membership import Membership
from mutualaid.model.values.directories import Held


@dataclass(frozen=True, slots=True)
class Gathered:
    """A directory, what stays behind, and whose its records are.

    ``members`` maps the record of a page, a post, a promise or a repair to the member whose it is.
    """

    directory: Directory
    held: tuple[Held, ...]
    members: Mapping[bytes, bytes]


def gather(db: Any, membership: Membership, asked: Asked, album: Album, tick: Progress) -> Gathered:
    """Read all that may leave; inside a transaction of the caller, so that it fits together."""
    led = Ledger(db, membership, asked, tick)
    people = [*gathered_people.members(led), *gathered_people.known_of(led)]
    posts = gathered_posts.posts(led, album)
    places = gathered_places.places(led)
    repairs = gathered_places.repairs(led, {place.id: place.name for place in places})
    directory = Directory(
        group=replace(group_card(db), id=asked.group),
        audience=asked.audience,
        made=asked.now,
        ends=asked.ends,
        as_of=asked.as_of,
        people=tuple(person for _name, person in sorted(people, key=_by_name)),
        posts=tuple(posts),
        places=tuple(places),
        repairs=tuple(repairs),
        called_off=tuple(gathered_posts.called_off(led)),
    )
    return Gathered(directory, tuple(led.held), led.members)


def _by_name(each: tuple[str, Person]) -> tuple[str, bytes]:
    return each[0], each[1].id


def group_card(db: Any) -> GroupCard:
    """The group as it shows itself outside."""
    row = db.execute(
        "SELECT name, country, tz, about, email, phone, form, whereabouts FROM group_page LIMIT 1"
    ).fetchone()
    points = {
        area: Point(lat, lon)
        for area, lat, lon in db.execute("SELECT area, lat, lon FROM group_point ORDER BY area")
    }
    name, country, tz, about, email, phone, form, where = row or ("",) * 8
    return GroupCard(name, country, tz, about, email, phone, form, where, points)


def as_of(devices: Collection[bytes], heard: Mapping[bytes, int], now: int) -> AsOf:
    """How fresh what is here is: ``devices`` are the others of the group, ``heard`` when each
    was last heard."""
    moments = [heard.get(device) for device in devices]
    known = [moment for moment in moments if moment is not None]
    return AsOf(
        machines=len(moments),
        heard=sum(moment > now - times.WEEK_MS for moment in known),
        latest=max(known, default=None),
        oldest=min(known) if known and len(known) == len(moments) else None,
    )
