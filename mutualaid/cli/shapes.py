# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The JSON shapes of the command line. Names here are a contract; more may be added beside."""

from typing import TYPE_CHECKING

from mutualaid.cli.output import Json, iso, iso_or_none

if TYPE_CHECKING:
    from mutualaid.model import values
    from mutualaid.model.group import Group


def group_and_me(group: "Group") -> dict[str, Json]:
    """How the answers of start, invite and join begin."""
    return {"group": group.name, "me": group.my_name}


def post(row: "values.PostRow") -> dict[str, Json]:
    """A need or an offer."""
    return {
        "code": row.code,
        "kind": row.kind.value,
        "title": row.title,
        "text": row.text,
        "category": row.category,
        "urgency": row.urgency.value,
        "area": row.area,
        "when": row.when,
        "status": row.status.value,
        "owner": row.owner_name,
        "for": row.on_behalf_of or None,
        "mode": row.mode.value,
        "parts": row.parts,
        "responses": row.responses,
        "mine": row.mine,
        "created": iso(row.created),
        "updated": iso(row.updated),
        "expires": iso_or_none(row.expires),
        "photos": [],
    }


def response(row: "values.ResponseRow") -> dict[str, Json]:
    """An answer to a post."""
    return {
        "code": row.code,
        "who": row.who,
        "note": row.note,
        "state": row.state,
        "mine": row.mine,
        "created": iso(row.created),
    }


def comment(row: "values.CommentRow") -> dict[str, Json]:
    """Something said about a record."""
    return {
        "code": row.code,
        "who": row.who,
        "text": row.text,
        "mine": row.mine,
        "created": iso(row.created),
    }


def history(row: "values.HistoryRow") -> dict[str, Json]:
    """One change to a record."""
    return {"who": row.who, "when": iso(row.when), "what": row.what}


def conflict(value: "values.Conflict") -> dict[str, Json]:
    """A second value for a field, written on a machine that was apart."""
    shown = value.value.hex() if isinstance(value.value, bytes) else value.value
    return {"field": value.field, "value": shown, "by": value.by, "at": iso(value.at)}


def post_detail(detail: "values.PostDetail") -> dict[str, Json]:
    """A post with everything that hangs on it."""
    return {
        **post(detail.row),
        "responses": [response(row) for row in detail.responses],
        "comments": [comment(row) for row in detail.comments],
        "history": [history(row) for row in detail.history],
        "conflicts": [conflict(value) for value in detail.conflicts],
        "reached": detail.reached,
        "machines": detail.machines,
    }


def skill(value: "values.Skill") -> dict[str, Json]:
    """Something a person can do, teaches or wants to learn."""
    return {"name": value.name, "level": value.level.value, "note": value.note}


def person(row: "values.PersonRow") -> dict[str, Json]:
    """A person."""
    return {
        "code": row.code,
        "name": row.name,
        "area": row.area,
        "languages": list(row.languages),
        "availability": row.availability,
        "skills": [skill(value) for value in row.skills],
        "fixes": [fix.category for fix in row.fixes],
        "mine": row.mine,
    }


def fixer(row: "values.FixerRow") -> dict[str, Json]:
    """A person or place that repairs one category."""
    return {
        "code": row.code,
        "name": row.name,
        "kind": row.kind,
        "category": row.category,
        "note": row.note,
        "area": row.area,
        "when": row.when,
        "level": None if row.level is None else row.level.value,
        "attempts": row.attempts,
        "fixed": row.fixed,
        "last": row.last or None,
        "mine": row.mine,
    }


def place(row: "values.PlaceRow") -> dict[str, Json]:
    """A place."""
    return {
        "code": row.code,
        "name": row.name,
        "kind": row.kind.value,
        "area": row.area,
        "address": row.address,
        "hours": row.hours,
        "about": row.about,
        "fixes": [fix.category for fix in row.fixes],
        "attempts": row.attempts,
        "fixed": row.fixed,
        "last_confirmed": iso_or_none(row.last_confirmed),
    }


def repair(row: "values.RepairRow") -> dict[str, Json]:
    """An attempt to repair something."""
    return {
        "code": row.code,
        "category": row.category,
        "item": row.item,
        "brand": row.brand,
        "problem": row.problem,
        "outcome": row.outcome.value,
        "barrier": row.barrier,
        "date": row.date or None,
        "place": row.place_name or None,
        "who": row.who or None,
        "mine": row.mine,
    }


def notice(row: "values.NoticeRow") -> dict[str, Json]:
    """A notice to everybody."""
    return {
        "code": row.code,
        "text": row.text,
        "who": row.who,
        "mine": row.mine,
        "created": iso(row.created),
        "expires": iso_or_none(row.expires),
    }


def machine(row: "values.MachineRow") -> dict[str, Json]:
    """A machine of the group."""
    return {
        "name": row.name,
        "person": row.person,
        "this": row.this,
        "last_heard": iso_or_none(row.last_heard),
        "behind": row.behind,
        "frozen": row.frozen,
    }


def health(found: "values.Health") -> dict[str, Json]:
    """What doctor found."""
    return {
        "ok": found.ok,
        "entries": found.entries,
        "devices": found.devices,
        "records": found.records,
        "view_hash": found.view_hash,
        "problems": list(found.problems),
    }
