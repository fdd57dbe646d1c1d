# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a code or a name that a person typed to what it means."""

from typing import TYPE_CHECKING, Final, NamedTuple

from mutualaid.errors import AmbiguousError, BadValueError, NotFoundError

if TYPE_CHECKING:
    from mutualaid.model.group import Group
    from mutualaid.model.values import PostDetail, ResponseRow

_NAMES: Final = {
    "post": "a need or an offer",
    "response": "an answer to a post",
    "decision": "a decision about an answer",
    "thanks": "thanks for help",
    "comment": "a comment",
    "person": "a person",
    "place": "a place",
    "repair": "a repair",
    "notice": "a notice",
    "group": "the group",
    "contact": "a way to reach somebody",
    "export": "an export",
    "listed": "somebody known of from a list",
    "import": "an import",
}


class Found(NamedTuple):
    """A record that a code stands for."""

    number: int
    id: bytes
    kind: str


class Somebody(NamedTuple):
    """A person of the group."""

    id: bytes
    code: str  # "" of somebody who does not belong any more
    name: str


def describe(kind: str) -> str:
    """A kind of record in words, with its article."""
    return _NAMES.get(kind, "something of a newer version")


def code_of(record: bytes) -> str:
    """The code of a record."""
    from mutualaid.model.codes import code

    return code(record)


def find(group: "Group", code: str, *kinds: str) -> Found:
    """The record with that code, or a sentence about what was asked for instead.

    Raises NotFoundError and AmbiguousError as the group does, BadValueError for another kind.
    """
    found = Found(*group.find(code))
    if kinds and found.kind not in kinds:
        wanted = " or ".join(describe(kind) for kind in kinds)
        raise BadValueError(f"{code} is {describe(found.kind)}, not {wanted}. Nothing was changed.")
    return found


def answer(group: "Group", response: bytes) -> tuple["PostDetail", "ResponseRow"]:
    """An answer by its id, as it stands, and the post that it is to.

    Raises NotFoundError where it is not to be seen.
    """
    post = group.fields(response).get("post")
    if isinstance(post, bytes):
        detail = group.post_detail(post)
        for row in detail.responses:
            if row.id == response:
                return detail, row
    raise NotFoundError(
        "This answer was for another time, which is over, or what it answers is not on this "
        "machine."
    )


def codes_of_people(group: "Group") -> dict[bytes, str]:
    """The code of everybody in the group, by person."""
    return {row.person: row.code for row in group.members()}


def find_person(group: "Group", typed: str) -> Somebody:
    """The person of that name, or with that code.

    Raises AmbiguousError where several have the name, NotFoundError where nobody has it.
    """
    people = {each.person: Somebody(each.person, "", each.name) for each in group.blocked()}
    people |= {row.person: Somebody(row.person, row.code, row.name) for row in group.members()}
    wanted = " ".join(typed.split()).casefold()
    named = [each for each in people.values() if wanted and each.name.casefold() == wanted]
    if len(named) == 1:
        return named[0]
    if named:
        codes = ", ".join(each.code for each in named if each.code)
        raise AmbiguousError(
            f"Several people are called {typed}: {codes}. Nothing was changed. Type the code of "
            "the one you mean."
        )
    nobody = NotFoundError(
        f"Nobody here is called “{typed[:40]}”, and it is no person's code. Nothing was changed. "
        "“mutualaid list people” names everybody."
    )
    if not _is_code(typed):
        raise nobody
    try:
        found = find(group, typed, "person")
    except NotFoundError:
        raise nobody from None
    row = group.person(found.id)
    return people.get(row.person, Somebody(row.person, row.code, row.name))


def _is_code(typed: str) -> bool:
    from mutualaid.model.codes import clean

    try:
        clean(typed)
    except BadValueError:
        return False
    return True
