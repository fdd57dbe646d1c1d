# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What of a directory stands on a sheet: what else there is does not leave with it."""

from dataclasses import replace
from typing import TYPE_CHECKING

from mutualaid.errors import NotFoundError
from mutualaid.model.directories.directory import (
    Contact,
    Directory,
    GroupCard,
    Person,
    Post,
)
from mutualaid.model.values import ContactKind

if TYPE_CHECKING:
    from mutualaid.model.directories.planning import Plan


def extract(name: str, directory: Directory, post: bytes | None = None) -> Directory:
    """Exactly what the sheet of that name says of people, posts and places.

    ``post`` is whose card it is; NotFoundError where it is not in the directory.
    """
    nothing = replace(directory, people=(), posts=(), places=(), repairs=())
    match name:
        case "directory":
            posts = tuple(_bare(each) for each in directory.posts if not each.status.is_past)
            return replace(directory, posts=posts, repairs=())
        case "board":
            return replace(
                nothing,
                posts=tuple(
                    replace(_bare(each), contacts=asked_directly(each, directory.group))
                    for each in directory.posts
                    if each.status.wants_help
                ),
            )
        case "card":
            return replace(nothing, posts=(_bare(_one(directory, post)),))
        case "phone-tree":
            called = (_callable(each) for each in directory.people)
            return replace(nothing, people=tuple(each for each in called if each is not None))
    return nothing


def planned(plan: "Plan", name: str, post: bytes | None = None) -> "Plan":
    """The plan for a sheet: its lines, and what the log will say, are about the sheet alone."""
    from mutualaid.model.directories import planning

    held = extract(name, plan.directory, post)
    lines = tuple(planning.lines((held,), held))
    return replace(plan, by_format={logged_as(name): held}, lines=lines)


def logged_as(name: str) -> str:
    """What the log of exports calls a sheet."""
    return f"print:{name}"


def _bare(post: Post) -> Post:
    """Without what no paper shows: photos, who promised to go, what a list said beside."""
    return replace(post, photos=(), promises=(), more={})


def asked_directly(post: Post, group: GroupCard) -> tuple[Contact, ...]:
    """How its owner is reached, where the group itself cannot be."""
    if group.phone or group.where or group.email or group.form:
        return ()
    return tuple(each for each in post.contacts if each.value)[:1]


def _one(directory: Directory, post: bytes | None) -> Post:
    found = next((each for each in directory.posts if each.id == post), None)
    if found is None:
        raise NotFoundError(
            "This need or offer may not leave for whom the card is, or it is over. Nothing was"
            " printed. Its owner says for whom it may leave."
        )
    return found


def _callable(person: Person) -> Person | None:
    """A member whose telephone may leave, and nothing else of them but where they live. Who is
    only known of agreed to be on a list, not to pass on calls."""
    phones = tuple(each for each in person.contacts if each.kind is ContactKind.PHONE)[:1]
    if not phones or person.known_of:
        return None
    return Person(
        person.id,
        person.code,
        person.name,
        area=person.area,
        contacts=phones,
        updated=person.updated,
    )
