# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The encodings of automerge's columns, each read strictly: one encoding for each content.

A reader raises :class:`InvalidChange`, or :class:`IndexError` where the data ends too early. It
takes no more memory than the number of entries it is told to expect.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar, cast

_T = TypeVar("_T")


class InvalidChange(ValueError):  # noqa: N818 - a verdict on data, named in the design
    """These bytes are not a change we take; the text says why."""


def unsigned(data: bytes, pos: int) -> tuple[int, int]:
    """An unsigned LEB128 number of at most 64 bits, as short as can be, and where it ends."""
    byte = data[pos]
    pos += 1
    if byte < 128:
        return byte, pos
    value = byte & 127
    shift = 7
    while True:
        byte = data[pos]
        pos += 1
        value |= (byte & 127) << shift
        if byte < 128:
            break
        shift += 7
        if shift > 63:
            raise InvalidChange("a number is too long")
    if byte == 0 or value >> 64:
        raise InvalidChange("a number is longer than it needs to be")
    return value, pos


def signed(data: bytes, pos: int) -> tuple[int, int]:
    """A signed LEB128 number of at most 64 bits, as short as can be, and where it ends."""
    byte = data[pos]
    pos += 1
    if byte < 128:
        return (byte if byte < 64 else byte - 128), pos
    value = byte & 127
    shift = 7
    while True:
        previous = byte
        byte = data[pos]
        pos += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            break
        if shift > 63:
            raise InvalidChange("a number is too long")
    if byte & 64:
        value -= 1 << shift
    if byte == (127 if previous & 64 else 0):
        raise InvalidChange("a number is longer than it needs to be")
    if not -(2**63) <= value < 2**63:
        raise InvalidChange("a number is too long")
    return value, pos


def text(data: bytes, pos: int) -> tuple[str, int]:
    size, pos = unsigned(data, pos)
    end = pos + size
    if end > len(data):
        raise InvalidChange("the change ends too early")
    return data[pos:end].decode(), end


def numbers(column: bytes, most: int) -> list[int]:
    """The entries, at most ``most``, of a run-length encoded column of numbers without nulls.

    As :func:`runs` with :func:`unsigned`, in half the time: every change has three of these.
    """
    entries: list[int] = []
    add = entries.append
    pos = 0
    end = len(column)
    last = -1
    after_literal = False
    while pos < end:
        head = column[pos]
        pos += 1
        if head > 127:
            head, pos = signed(column, pos - 1)
        elif head > 63:
            head -= 128
        if head > 1 and head <= most:
            value, pos = unsigned(column, pos)
            if value == last:
                raise InvalidChange("a column is not encoded as it must be")
            entries += [value] * head
            last = value
            after_literal = False
        elif head < 0 and not after_literal and head >= -most:
            for _ in range(-head):
                value = column[pos]
                pos += 1
                if value > 127:
                    value, pos = unsigned(column, pos - 1)
                if value == last:
                    raise InvalidChange("a column is not encoded as it must be")
                add(value)
                last = value
            after_literal = True
        else:
            raise InvalidChange("a column is not encoded as it must be")
        if len(entries) > most:
            raise InvalidChange("a column has the wrong number of entries")
    return entries


def runs(
    column: bytes, count: int, read: Callable[[bytes, int], tuple[_T, int]]
) -> list[_T | None]:
    """The ``count`` entries of a run-length encoded column.

    A positive number is a run of one value, a negative one begins a row of differing values, zero
    a run of nulls. A column of nothing but nulls is left out.
    """
    if not column:
        return [None] * count
    entries: list[_T | None] = []
    pos = 0
    end = len(column)
    last: _T | None = None
    previous = 1
    while pos < end:
        head, pos = signed(column, pos)
        if head:
            size = abs(head)
            ordered = head > 1 or (head < 0 and previous >= 0)
        else:
            size, pos = unsigned(column, pos)
            ordered = size > 0 and previous != 0
            last = None
        if not ordered or len(entries) + size > count:
            raise InvalidChange("a column is not encoded as it must be")
        if head == 0:
            entries += [None] * size
        else:
            for _ in range(1 if head > 0 else size):
                value, pos = read(column, pos)
                if value == last:
                    raise InvalidChange("a column is not encoded as it must be")
                entries.append(value)
                last = value
            if head > 0:
                entries += [last] * (size - 1)
        previous = head
    if len(entries) != count:
        raise InvalidChange("a column has the wrong number of entries")
    if last is None and not any(entry is not None for entry in entries):
        raise InvalidChange("a column is empty")
    return entries


def present(entries: Sequence[_T | None]) -> Sequence[_T]:
    """The entries of a column in which nothing may be null."""
    if None in entries:
        raise InvalidChange("a column lacks an entry")
    return cast("Sequence[_T]", entries)


def sums(deltas: list[int | None]) -> list[int | None]:
    """A delta column: each entry adds to the last one that is not null."""
    total = 0
    sums: list[int | None] = []
    for delta in deltas:
        if delta is not None:
            total += delta
        sums.append(None if delta is None else total)
    return sums


def booleans(column: bytes, count: int) -> list[bool]:
    """A boolean column: how many are false, how many then true, and so on."""
    entries: list[bool] = []
    value = False
    pos = 0
    while pos < len(column):
        size, pos = unsigned(column, pos)
        if len(entries) + size > count or (size == 0 and (entries or value)):
            raise InvalidChange("a column is not encoded as it must be")
        entries += [value] * size
        value = not value
    if len(entries) != count:
        raise InvalidChange("a column has the wrong number of entries")
    return entries
