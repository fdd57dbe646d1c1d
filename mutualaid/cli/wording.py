# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Posts and answers in words, the same in every list and on every page."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from mutualaid.cli.output import local, one_line, plain

if TYPE_CHECKING:
    from mutualaid.model import values

#: By the value of ``Standing``.
_STANDS: Final = {
    "offered": "waits for a yes",
    "taken": "goes",
    "accepted": "goes",
    "stands by": "stands by",
    "declined": "declined",
    "released": "taken back",
    "lapsed": "lapsed",
    "said done": "says that it is done",
    "done": "done",
}
#: By the value of ``ExpiryWarning``.
_ENDS: Final = {"week": "ends within a week", "day": "ends within a day"}
#: By the value of ``ReasonKind``.
_FITS: Final = {
    "category": "{what}",
    "words": "says “{what}”",
    "area": "also {what}",
    "time": "also {what}",
    "language": "speaks {what}",
    "skill": "can: {what}",
    "fixes": "repairs: {what}",
    "learns": "wants to learn: {what}",
    "limit": "takes on up to {what} at once",
}


def listed(words: Sequence[str]) -> str:
    """Words as a sentence lists them: "a, b and c"."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def stands(row: "values.ResponseRow") -> str:
    """Where an answer stands."""
    return _STANDS[row.state.value]


def owner(row: "values.PostRow") -> str:
    """Who posted it, and for whom."""
    return f"{row.owner_name} for {row.on_behalf_of}" if row.on_behalf_of else row.owner_name


def who(row: "values.ResponseRow") -> str:
    """Who answered, and who goes."""
    return f"{row.who} for {row.on_behalf_of}" if row.on_behalf_of else row.who


def how_many(amount: int, part: str) -> str:
    """ "2 dinners", "2 parts", or nothing where it is the one thing wanted."""
    if part:
        return f"{amount} {one_line(part)}"
    return f"{amount} parts" if amount != 1 else ""


def status(row: "values.PostRow") -> str:
    """The state of a post, with how far it is covered where it has parts."""
    if row.wanted > 1 and row.covered > 0:
        return f"{row.status.value} {row.covered} of {row.wanted}"
    return row.status.value


def window(row: "values.PostRow", zone: str) -> str:
    """When, from its window of time: "2026-12-01 18:00 to 20:00, weekly".

    ``zone`` is the group's: what repeats goes by the clock on its wall.
    """
    if row.starts is None and row.ends is None:
        return ""
    from mutualaid.model.times import zone_of

    where = zone_of(zone) if zone else None
    starts = "" if row.starts is None else local(row.starts, where)
    ends = "" if row.ends is None else local(row.ends, where)
    if starts and ends:
        said = f"{starts} to {ends[-5:] if ends[:10] == starts[:10] else ends}"
    else:
        said = starts or f"until {ends}"
    return said if row.repeat is None else f"{said}, {row.repeat.value}"


def ends(row: "values.PostRow") -> str:
    """How long it is open, with a warning where that is soon over."""
    if row.expires is None:
        return "taken back"
    soon = warning(row)
    return local(row.expires) + (f" ({_ENDS[soon]})" if soon else "")


def warning(row: "values.PostRow") -> str | None:
    """The value of ``ExpiryWarning`` for a post that ends soon; None for any other."""
    if row.expires is None or not row.mine or row.status.is_past:
        return None
    import time

    from mutualaid.model.times import warning as of

    found = of(row.expires, max(row.created, row.confirmed or 0), time.time_ns() // 1_000_000)
    return None if found is None else found.value


def answer_line(row: "values.ResponseRow") -> str:
    """An answer with all that was said with it."""
    said = [stands(row), how_many(row.amount, row.part), "each time" if row.every else ""]
    said += [one_line(row.when), one_line(row.note), "on paper" if row.paper else ""]
    line = f"{row.code}  {one_line(who(row))}: {', '.join(each for each in said if each)}"
    return line if row.lapses is None else f"{line} (lapses {local(row.lapses)} unless touched)"


def open_contact(row: "values.OpenContactRow") -> str:
    """A way to reach somebody, and why it is open."""
    why = f" (for “{one_line(row.title)}”)" if row.title else ""
    return f"{row.kind.value} {one_line(row.value)}{why}"


def reasons(found: "Sequence[values.Reason]") -> str:
    """Why something may fit."""
    return ", ".join(_FITS[each.kind.value].format(what=one_line(each.what)) for each in found)


def post_text(
    detail: "values.PostDetail",
    contacts: Sequence[tuple[str, "values.OpenContactRow"]],
    on_behalf: str,
    zone: str,
) -> str:
    """A post with everything that hangs on it.

    ``contacts`` are ways to reach those concerned, by name; ``on_behalf`` the number of the
    person it is for; ``zone`` the group's time zone.
    """
    row = detail.row
    lines = [f"{row.code}  {row.kind.value}: {one_line(row.title)}  [{status(row)}]"]
    if row.text:
        lines.append(plain(row.text))
    agreed = f"{row.on_behalf_of} agreed: {row.consent}" if row.consent else ""
    parts = (
        ("From", owner(row)),
        ("Their yes", agreed),
        ("Category", row.category),
        ("How soon", row.urgency.value),
        ("When", row.when),
        ("Time", window(row, zone)),
        ("Area", row.area),
        ("As", row.mode.value),
        ("Parts", _parts(detail)),
        ("Who goes", "" if row.ask else "whoever answers; no yes is needed"),
        ("Open until", ends(row)),
        ("Phone", f"{on_behalf} ({row.on_behalf_of})" if on_behalf else ""),
    )
    lines += [f"  {label}: {one_line(value)}" for label, value in parts if value]
    lines += [f"  {_photo(at, each)}" for at, each in enumerate(detail.photos, 1)]
    lines += [f"  Reach {one_line(name)}: {open_contact(each)}" for name, each in contacts]
    lines += [f"  {answer_line(answer)}" for answer in detail.responses]
    lines += [
        f"  {said.code}  {local(said.created)}  {one_line(said.who)}: {one_line(said.text)}"
        for said in detail.comments
    ]
    lines += [
        f"  {said.code}  {local(said.created)}  {one_line(said.who)} says thanks: "
        f"{one_line(said.text)}"
        for said in detail.thanks
    ]
    if not detail.told:
        lines.append(f"  {one_line(row.on_behalf_of)} does not know yet how this stands.")
    lines += [
        f"  Also written for {value.field}, by {one_line(value.by)}: {one_line(str(value.value))}"
        for value in detail.conflicts
    ]
    lines += history_lines(detail.history)
    lines.append(f"Saved here, reached {detail.reached} of {detail.machines} machines.")
    return "\n".join(lines)


def _parts(detail: "values.PostDetail") -> str:
    if detail.row.wanted == 1 and not any(part.name for part in detail.parts):
        return ""
    return ", ".join(
        f"{part.covered} of {part.wanted} {one_line(part.name)}".rstrip() + " promised"
        for part in detail.parts
    )


def _photo(at: int, row: "values.PhotoRow") -> str:
    shown = one_line(row.alt) or "not described"
    return f"Photo {at}: {shown}" + ("" if row.here else " (it has not come yet)")


def history_lines(history: Sequence["values.HistoryRow"]) -> list[str]:
    """Each change to a record on a line."""
    return [f"  {local(row.when)}  {one_line(row.who)}: {one_line(row.what)}" for row in history]
