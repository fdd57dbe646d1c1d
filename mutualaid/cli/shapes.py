# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The JSON shapes of the command line. Names here are a contract; more may be added beside.

A state of a post is a value of ``PostStatus``, that of an answer one of ``Standing``.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mutualaid.cli.lookup import code_of
from mutualaid.cli.output import Json, iso, iso_or_none

if TYPE_CHECKING:
    from mutualaid.model import values
    from mutualaid.model.group import Group


def group_and_me(group: "Group") -> dict[str, Json]:
    """How the answers of start, invite and join begin."""
    return {"group": group.name, "me": group.my_name}


def post(row: "values.PostRow", photos: Sequence["values.PhotoRow"] = ()) -> dict[str, Json]:
    """A need or an offer. ``status`` is a value of ``PostStatus``."""
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
        "yes": row.consent or None,
        "mode": row.mode.value,
        "parts": row.parts,
        "covered": row.covered,
        "ask": row.ask,
        "from": iso_or_none(row.starts),
        "until": iso_or_none(row.ends),
        "repeat": None if row.repeat is None else row.repeat.value,
        "round": row.round,
        "responses": row.responses,
        "waiting": row.waiting,
        "mine": row.mine,
        "created": iso(row.created),
        "updated": iso(row.updated),
        "confirmed": iso_or_none(row.confirmed),
        "expires": iso_or_none(row.expires),
        "photos": [photo(each) for each in photos],
    }


def photo(row: "values.PhotoRow") -> dict[str, Json]:
    """A photo of a post; ``here`` says whether the picture itself has come yet."""
    return {"hash": row.hash.hex(), "alt": row.alt, "here": row.here}


def part(row: "values.PartRow") -> dict[str, Json]:
    """One sort of what a post wants or gives; its name is "" where there is only one."""
    return {"name": row.name, "wanted": row.wanted, "covered": row.covered, "left": row.left}


def response(row: "values.ResponseRow") -> dict[str, Json]:
    """An answer to a post and where it stands."""
    return {
        "code": row.code,
        "who": row.who,
        "for": row.on_behalf_of or None,
        "note": row.note,
        "when": row.when,
        "amount": row.amount,
        "part": row.part,
        "paper": row.paper,
        "every": row.every,
        "round": row.round,
        "state": row.state.value,
        "decided_by": row.decided_by or None,
        "lapses": iso_or_none(row.lapses),
        "mine": row.mine,
        "created": iso(row.created),
    }


def answered(detail: "values.PostDetail", row: "values.ResponseRow") -> dict[str, Json]:
    """An answer with the post it is to, as the commands that change it print it."""
    return {
        **response(row),
        "post": detail.row.code,
        "title": detail.row.title,
        "status": detail.row.status.value,
        "sorts": [part(each) for each in detail.parts],
    }


def thanks(row: "values.ThanksRow") -> dict[str, Json]:
    """A word of thanks for what was done."""
    return {
        "code": row.code,
        "who": row.who,
        "text": row.text,
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
    """A post with everything that hangs on it. ``parts`` is how many in all, as in every list;
    ``sorts`` says it for each sort."""
    return {
        **post(detail.row, detail.photos),
        "sorts": [part(row) for row in detail.parts],
        "responses": [response(row) for row in detail.responses],
        "thanks": [thanks(row) for row in detail.thanks],
        "comments": [comment(row) for row in detail.comments],
        "history": [history(row) for row in detail.history],
        "conflicts": [conflict(value) for value in detail.conflicts],
        "may_decide": detail.may_decide,
        "told": detail.told,
        "reached": detail.reached,
        "machines": detail.machines,
    }


def mine(row: "values.MyRow", photos: Sequence["values.PhotoRow"]) -> dict[str, Json]:
    """A post on one's own page: what it is to me, and my answer to it."""
    return {
        **post(row.post, photos),
        "role": row.role.value,
        "response": None if row.response is None else response(row.response),
    }


def dispatch(row: "values.DispatchRow", photos: Sequence["values.PhotoRow"]) -> dict[str, Json]:
    """A post for somebody without a machine, and what to phone back to them."""
    return {
        **post(row.post, photos),
        "answers": [response(each) for each in row.responses],
        "tell": row.tell or None,
        "told": iso_or_none(row.told_at),
    }


def contact(row: "values.ContactRow") -> dict[str, Json]:
    """One of one's own ways to be reached."""
    return {
        "kind": row.kind.value,
        "value": row.value,
        "audience": row.audience.value,
        "since": iso(row.since),
    }


def open_contact(row: "values.OpenContactRow") -> dict[str, Json]:
    """A way to reach somebody that is open to me."""
    return {
        "kind": row.kind.value,
        "value": row.value,
        "audience": row.audience.value,
        "post": None if row.post is None else code_of(row.post),
        "title": row.title or None,
        "since": iso(row.since),
    }


def opened(row: "values.OpenedRow", codes: Mapping[bytes, str]) -> dict[str, Json]:
    """Who has one of my contacts. ``person`` is null where it is everybody in the group."""
    return {
        "kind": row.kind.value,
        "value": row.value,
        "audience": row.audience.value,
        "person": codes.get(row.person) or None,
        "name": row.name,
        "post": None if row.post is None else code_of(row.post),
        "title": row.title or None,
        "since": iso(row.since),
    }


def message(row: "values.MessageRow") -> dict[str, Json]:
    """One message of a private thread."""
    return {
        "code": row.code,
        "who": row.who,
        "text": row.text,
        "mine": row.mine,
        "unread": row.unread,
        "created": iso(row.created),
    }


def thread(row: "values.ThreadRow", person_code: str) -> dict[str, Json]:
    """A private thread with one person beside one post."""
    return {
        "post": code_of(row.post),
        "title": row.title or None,
        "person": person_code or None,
        "with": row.name,
        "text": row.text,
        "mine": row.mine,
        "at": iso(row.at),
        "unread": row.unread,
    }


def reason(value: "values.Reason") -> dict[str, Json]:
    """One reason why something may fit. ``kind`` is a value of ``ReasonKind``."""
    return {"kind": value.kind.value, "what": value.what}


def suggestion(found: "values.Suggestion") -> dict[str, Json]:
    """A post or a person that may fit; the other is null."""
    return {
        "post": None if found.post is None else post(found.post),
        "person": None if found.person is None else person(found.person),
        "reasons": [reason(each) for each in found.reasons],
    }


def fit(found: "values.Fit") -> dict[str, Json]:
    """Why a post could be for me: it fits a post of mine or, with null, what my page says."""
    return {
        "post": None if found.post is None else code_of(found.post),
        "title": found.title or None,
        "reasons": [reason(each) for each in found.reasons],
    }


def learning(pair: "values.LearningPair") -> dict[str, Json]:
    """Somebody who wants to learn something, and somebody who can teach it."""
    return {
        "learner": person(pair.learner),
        "wanted": pair.wanted,
        "teacher": person(pair.teacher),
        "taught": pair.taught,
        "reasons": [reason(each) for each in pair.reasons],
    }


def news(row: "values.NewsRow") -> dict[str, Json]:
    """Something that happened. ``who`` is null where time did it, ``post`` for a notice."""
    return {
        "kind": row.kind.value,
        "who": row.who or None,
        "title": row.title,
        "post": code_of(row.post) if row.post else None,
        "at": iso(row.at),
        "unread": row.unread,
    }


def rules(value: "values.Rules") -> dict[str, Json]:
    """What the group agreed on about time."""
    return {
        "lapse_days": value.lapse_days,
        "urgent_hours": value.urgent_hours,
        "forget_days": value.forget_days,
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
        "promises": row.limit,
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
        "contacts": [{"kind": str(kind), "value": value} for kind, value in row.contacts],
        "point": row.point,
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


def shelf(row: "values.ShelfRow") -> dict[str, Json]:
    """A shelf as this machine last found it."""
    return {
        "address": row.address,
        "local": row.local,
        "reachable": row.reachable,
        "held": row.held,
        "bytes": row.bytes,
        "unread": row.unread,
        "waiting": row.waiting,
        "missing": row.missing,
        "last_heard": iso_or_none(row.last_heard),
        "problem": row.problem,
        "notice": row.notice,
        "noticed": iso_or_none(row.noticed),
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


def rotation(row: "values.RotationRow") -> dict[str, Json]:
    """Somebody changed the group's lock."""
    return {"who": row.who, "at": iso(row.at)}


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
