# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one change to a record says happened, in words."""

from collections.abc import Mapping
from typing import Final

from mutualaid.model.change import Change
from mutualaid.model.content import GONE
from mutualaid.model.records.post import LONGEST_FORM
from mutualaid.model.records.reading import line
from mutualaid.model.values import Say, Scalar


def words(kind: str, change: Change, about: str = "") -> str:
    """One change in words, "" for one that says nothing to people. ``about`` is the person whom
    a decision is about."""
    sets = change.sets or {}
    if sets.get(GONE) is True:
        return "taken off the lists"
    if kind == "decision":
        return _decided(sets, about or "a neighbour", first=not change.deps)
    if not change.deps:
        return _on_paper(kind, sets) or _BEGINNINGS.get(kind, "written")
    said = _said(kind, sets)
    if said:
        return said
    names = sorted(name for name in (*sets, *change.deletes) if name[0] != "_")
    named = [_FIELDS.get(name, name.partition(":")[0]) for name in names]
    return f"changed: {', '.join(dict.fromkeys(named))}" if named else "changed"


def _on_paper(kind: str, sets: Mapping[str, Scalar]) -> str:
    """Who wrote down whose words, where they came on paper."""
    if not sets.get("paper"):
        return ""
    whom = line(sets.get("for"), 80) or "a neighbour"
    if kind == "response":
        return f"wrote down from a slip of paper what {whom} answered"
    if kind == "post":
        return f"typed in form {line(sets.get('paper'), LONGEST_FORM)} for {whom}"
    return ""


_BEGINNINGS: Final = {
    "response": "offered to help",
    "thanks": "said thanks",
    "import": "brought in a list",
    "listed": "brought in with a list",
}
_STATES: Final = {
    ("post", "done"): "said that it is done",
    ("post", "parked"): "set it aside",
    ("post", "withdrawn"): "took it off the board",
    ("post", "open"): "put it back on the board",
    ("response", "released"): "took the offer back",
    ("response", "done"): "said that it is done",
}
_FIELDS: Final = {
    "expires": "how long it stays",
    "standing": "how long it stays",
    "mode": "gift or otherwise",
    "parts": "how many",
    "part": "how many",
    "for": "for whom",
    "yes": "how they agreed",
    "starts": "when",
    "ends": "when",
    "repeat": "how often",
    "lang": "language",
    "alt": "photos",
    "photo": "photos",
    "ask": "who may take a part",
    "share": "for whom it may leave",
    "share_photos": "for whom its photos may leave",
    "share_for": "for whom the name may leave",
    "point": "where it is",
    "contact": "how it is reached",
    "more": "remarks",
}


def _said(kind: str, sets: Mapping[str, Scalar]) -> str:
    state = _STATES.get((kind, str(sets.get("state"))))
    if state is not None and not (kind == "response" and "touched" in sets):
        return state
    if kind == "post" and any(name.startswith("did:") for name in sets):
        return "said that it is done, this time"
    if kind == "post" and sets.keys() == {"round"}:
        return "the next time has come"
    if kind == "post" and "confirmed" in sets:
        return "said that it still holds"
    if kind == "response" and "touched" in sets:
        return "said that it still holds"
    return ""


def _decided(sets: Mapping[str, Scalar], about: str, *, first: bool) -> str:
    if "lapsed" in sets:
        return f"the promise of {about} lapsed"
    if "touched" in sets and not first:
        return f"still counts on {about}"
    done = "said that it is done" if about == "a neighbour" else f"said that {about} did it"
    return {
        str(Say.ACCEPT): f"accepted {about}",
        str(Say.DECLINE): f"declined the offer of {about}",
        str(Say.LAPSE): f"the promise of {about} lapsed",
        str(Say.DONE): done,
        str(Say.TOLD): "told who it is for",
    }.get(str(sets.get("say")), "")
