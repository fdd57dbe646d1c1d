# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keeps Python 3.11 alive under PySide6 6.12.

The wheels of PySide6 6.12.0 are built for Python's stable ABI with the headers of 3.12 or later,
where ``Py_RETURN_NONE`` no longer takes a reference, since None is immortal there. Under 3.11 every
call of Qt that returns nothing (or True, or False) therefore loses one reference to that object,
and after some ten thousand calls the interpreter stops with "deallocating None". This makes the
four objects as good as immortal. Python 3.12 and later need nothing.
"""

import ctypes
import sys
from typing import Final

#: More than a lifetime of calls; far from what a signed 64-bit (or 32-bit) count can hold.
_ENOUGH: Final = sys.maxsize // 4


def keep_singletons() -> None:
    """Give None, True, False and NotImplemented references that no loss can use up."""
    if sys.version_info >= (3, 12) or sys.implementation.name != "cpython":
        return
    for one in (None, True, False, NotImplemented):
        if sys.getrefcount(one) > _ENOUGH // 2:
            continue
        count = ctypes.c_ssize_t.from_address(id(one))
        # In a build for debugging the object begins with something else: then leave it alone.
        if abs(count.value - sys.getrefcount(one)) <= 16:
            count.value += _ENOUGH
