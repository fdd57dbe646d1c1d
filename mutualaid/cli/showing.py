# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One record in full."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

import click

from mutualaid.cli import shapes, wording
from mutualaid.cli.context import App, command, pass_app
from mutualaid.cli.lookup import Found, answer, describe, find
from mutualaid.cli.membership import person_text
from mutualaid.cli.output import Json, one_line, plain
from mutualaid.errors import NotFoundError

if TYPE_CHECKING:
    from mutualaid.model import values
    from mutualaid.model.group import Group

Shown = tuple[dict[str, Json], str]
_ID_BYTES: Final = 16


@command("show", short_help="Show one record, the answers to it and its history.")
@click.argument("code", metavar="CODE")
@pass_app
def show(app: App, code: str) -> None:
    """Show one record with the answers to it and its history. A beginning of the code will do.

    What others said about a post counts as read once it was shown as text.
    """
    with app.group() as group:
        found = find(group, code)
        if found.kind == "post":
            shape, text = _show_post(group, found)
            app.done(shape, text)
            if not app.as_json:
                group.mark_read(found.id)
            return
        shape, text = _SHOWN.get(found.kind, _show_other)(group, found)
        history = group.history(found.id)
        app.done(
            {
                "record": found.kind,
                **shape,
                "responses": [],
                "history": [shapes.history(row) for row in history],
            },
            "\n".join((text, *wording.history_lines(history))),
        )


def _show_post(group: "Group", found: Found) -> Shown:
    detail = group.post_detail(found.id)
    contacts = _contacts(group, detail)
    number = group.behalf_contact(found.id) if detail.row.on_behalf_of else ""
    shape: dict[str, Json] = {
        "record": "post",
        **shapes.post_detail(detail),
        "contacts": [{"who": name, **shapes.open_contact(row)} for name, row in contacts],
        "for_contact": number or None,
        "warning": wording.warning(detail.row),
    }
    return shape, wording.post_text(detail, contacts, number, group.tz)


def _contacts(
    group: "Group", detail: "values.PostDetail"
) -> list[tuple[str, "values.OpenContactRow"]]:
    """How the owner and those who go can be reached, as far as it is open to me."""
    concerned = {} if detail.row.mine else {detail.row.owner: detail.row.owner_name}
    concerned |= {
        row.person: row.who for row in detail.responses if row.state.goes and not row.mine
    }
    found = [(name, row) for person, name in concerned.items() for row in group.contacts_of(person)]
    return found + [_on_paper(detail, row, value) for row, value in _slips(group, detail)]


def _slips(
    group: "Group", detail: "values.PostDetail"
) -> "Iterator[tuple[values.ResponseRow, str]]":
    """The answers that came on paper with a way to reach who wrote them."""
    for row in detail.responses:
        value = group.slip_contact(row.id) if row.paper else ""
        if value:
            yield row, value


def _on_paper(
    detail: "values.PostDetail", row: "values.ResponseRow", value: str
) -> tuple[str, "values.OpenContactRow"]:
    """Who wrote a slip, and what stood on it, as contacts of others are shown."""
    from mutualaid.model.values import Audience, ContactKind, OpenContactRow

    post = detail.row
    kind, helper = ContactKind.OTHER, Audience.HELPER
    return row.on_behalf_of, OpenContactRow(kind, value, helper, post.id, post.title, row.created)


def _show_answer(group: "Group", found: Found) -> Shown:
    try:
        detail, row = answer(group, found.id)
    except NotFoundError:
        return _show_other(group, found)
    to = f"{detail.row.code}  {detail.row.kind.value}: {one_line(detail.row.title)}"
    return shapes.answered(detail, row), f"{wording.answer_line(row)}\n  {to}"


def _show_person(group: "Group", found: Found) -> Shown:
    row = group.person(found.id)
    contacts = [] if row.mine else group.contacts_of(row.person)
    lines = [
        person_text(row),
        *(f"  Reach them: {wording.open_contact(each)}" for each in contacts),
    ]
    shape = shapes.person(row)
    return {**shape, "contacts": [shapes.open_contact(each) for each in contacts]}, "\n".join(lines)


def _show_place(group: "Group", found: Found) -> Shown:
    from mutualaid.model.hours import words

    row = group.place(found.id)
    lines = [f"{row.code}  {one_line(row.name)}, {row.kind.value}"]
    parts = (
        ("Area", row.area),
        ("Address", row.address),
        ("Hours", words(row.hours)),
        *((kind.value.capitalize(), value) for kind, value in row.contacts),
        ("Repairs", ", ".join(fix.category for fix in row.fixes)),
        ("Came of it", f"{row.fixed} of {row.attempts} fixed" if row.attempts else ""),
    )
    lines += [f"  {label}: {one_line(value)}" for label, value in parts if value]
    if row.about:
        lines.append(plain(row.about))
    return shapes.place(row), "\n".join(lines)


def _show_repair(group: "Group", found: Found) -> Shown:
    row = next(row for row in group.repairs(limit=_EVERYTHING) if row.id == found.id)
    lines = [f"{row.code}  {one_line(row.category)}, {row.outcome.value.replace('_', ' ')}"]
    parts = (
        ("Item", row.item),
        ("Brand", row.brand),
        ("Date", row.date),
        ("Place", row.place_name),
        ("By", row.who),
        ("In the way", row.barrier),
    )
    lines += [f"  {label}: {one_line(value)}" for label, value in parts if value]
    if row.problem:
        lines.append(plain(row.problem))
    return shapes.repair(row), "\n".join(lines)


def _show_export(group: "Group", found: Found) -> Shown:
    from mutualaid.cli.exporting import export_row, export_shape

    row = next((row for row in group.exports(None) if row.id == found.id), None)
    if row is None:  # a further part of one
        return _show_other(group, found)
    lines = ["  ".join(export_row(row))]
    mine = next((each for each in group.exports_with_me() if each.export.id == found.id), None)
    if mine is not None:
        lines.append(f"  Of you: {', '.join(mine.fields)}")
    fields = list(mine.fields) if mine else []
    return {**export_shape(row), "of_me": fields}, "\n".join(lines)


_EVERYTHING: Final = 1_000_000


def _show_other(group: "Group", found: Found) -> Shown:
    """A record of any kind, field by field; also of a kind that this version does not know."""
    from mutualaid.model.codes import code

    def value(of: "values.Scalar") -> Json:
        if isinstance(of, bytes):
            return code(of) if len(of) == _ID_BYTES else of.hex()
        return of

    shape: dict[str, Json] = {"code": code(found.id), "kind": found.kind}
    for name, of in group.fields(found.id).items():
        if not name.startswith("_"):
            shape.setdefault(name, value(of))
    lines = [f"{code(found.id)}  {describe(found.kind)}"]
    lines += [
        f"  {one_line(name)}: {one_line(str(shown))}"
        for name, shown in shape.items()
        if name not in ("code", "kind")
    ]
    return shape, "\n".join(lines)


_SHOWN: Final[dict[str, Callable[["Group", Found], Shown]]] = {
    "response": _show_answer,
    "person": _show_person,
    "place": _show_place,
    "export": _show_export,
    "repair": _show_repair,
}
