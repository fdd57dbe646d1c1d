# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The check of what a person typed, before it becomes a change of theirs."""

from collections.abc import Mapping
from typing import Final

from mutualaid.errors import BadValueError
from mutualaid.model.records.kind import Field, FieldType, Kind
from mutualaid.model.records.reading import LATEST
from mutualaid.model.text import is_blank, one_line, paragraphs
from mutualaid.model.values import Millis, Scalar

#: At most this many fields of one record are set at once.
MOST_FIELDS: Final = 400


def check(kind: Kind, fields: Mapping[str, Scalar], *, partial: bool = False) -> dict[str, Scalar]:
    """The fields as they are written, cleaned and in order.

    Raises :class:`BadValueError`, with a sentence for the person, for what cannot be taken. A new
    record (``partial`` false) needs all required fields, and blank ones are left out. Of a change
    to a record (``partial`` true) only what it sets is checked; None in the result means that the
    field is to be deleted.
    """
    if len(fields) > MOST_FIELDS:
        raise BadValueError(
            f"This is more than fits on one page: at most {MOST_FIELDS} things can be kept "
            "together. Remove a few and try again."
        )
    cleaned: dict[str, Scalar] = {}
    for name, value in fields.items():
        rule = kind.field_of(name)
        if rule is None:
            raise ValueError(f"records of kind {kind.name} have no field {name!r}")
        checked = _value(kind, rule, value)
        if checked is None and rule.required:
            raise _missing(kind, rule)
        if checked is not None or partial:
            cleaned[_name(rule, name)] = checked
    if not partial:
        for rule in kind.fields:
            if rule.required and rule.name not in cleaned:
                raise _missing(kind, rule)
    return cleaned


def _name(rule: Field, name: str) -> str:
    """The field's name; in a family with its key made clean."""
    if not rule.prefix:
        return name
    key = one_line(name[len(rule.name) :])
    if is_blank(key):
        raise BadValueError(f"The {_label(rule)} has no name. Write a name and try again.")
    if len(key) > rule.longest_key:
        raise BadValueError(
            f"A name can have at most {rule.longest_key} characters; “{key[:30]}…” has"
            f" {len(key):,}. Shorten it."
        )
    return rule.name + (rule.clean(key) if rule.clean else key)


def _value(kind: Kind, rule: Field, value: Scalar) -> Scalar:
    """The clean value; None for a blank one."""
    if value is None:
        return None
    match rule.type:
        case FieldType.TEXT | FieldType.LONG_TEXT:
            return _text(kind, rule, value)
        case FieldType.CHOICE:
            return _choice(rule, value)
        case FieldType.INTEGER:
            return _integer(rule, value)
        case FieldType.TIME:
            if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LATEST:
                raise BadValueError("This time cannot be kept; choose a day in this century.")
            return Millis(value)
        case FieldType.BOOLEAN:
            if not isinstance(value, bool):
                raise TypeError(f"{rule.name} of {kind.name} is true or false")
            return value
        case FieldType.BYTES:
            if not isinstance(value, bytes) or len(value) != rule.longest:
                raise TypeError(f"{rule.name} of {kind.name} is {rule.longest} bytes")
            return value
        case FieldType.PACKED:
            if not isinstance(value, bytes) or len(value) > rule.longest:
                raise TypeError(f"{rule.name} of {kind.name} is up to {rule.longest} bytes")
            return value


def _text(kind: Kind, rule: Field, value: Scalar) -> str | None:
    if not isinstance(value, str):
        raise TypeError(f"{rule.name} of {kind.name} is text")
    text = one_line(value) if rule.type is FieldType.TEXT else paragraphs(value)
    if is_blank(text):
        # In a family the key is what counts, and a blank note is a note.
        return "" if rule.prefix else None
    if len(text) > rule.longest:
        raise BadValueError(
            f"The {_label(rule)} has {len(text):,} characters, and at most {rule.longest:,} fit. "
            "Shorten it and try again."
        )
    return rule.clean(text) if rule.clean and not rule.prefix else text


def _choice(rule: Field, value: Scalar) -> str | None:
    text = one_line(value).lower() if isinstance(value, str) else str(value)
    if not text:
        return None
    if text not in rule.choices:
        raise BadValueError(
            f"“{text[:40]}” is not a possible {_label(rule)}. Possible are: "
            f"{', '.join(rule.choices)}."
        )
    return str(text)


def _integer(rule: Field, value: Scalar) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{rule.name} is a whole number")
    if not rule.least <= value <= rule.most:
        raise BadValueError(
            f"The {_label(rule)} must be from {rule.least:,} to {rule.most:,}, not {value:,}."
        )
    return value


def _missing(kind: Kind, rule: Field) -> BadValueError:
    of = {"post": "", "person": " of a neighbour"}.get(kind.name, f" of a {kind.name}")
    if rule.label == kind.name:
        of = ""
    return BadValueError(f"The {_label(rule)}{of} is empty. Write one and try again.")


def _label(rule: Field) -> str:
    return rule.label or rule.name.rstrip(":")
