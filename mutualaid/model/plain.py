# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""CBOR from other machines, read as plain data and nothing else.

CBOR has tags for dates, regular expressions, shared and cyclic values and more (RFC 8949, section
3.4); none is ever written here, and some cost the reader much more than the writer. They are
refused, as are indefinite lengths and deep nesting.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import cbor2

#: Our deepest value is a header inside a control entry: three.
_MOST_DEPTH: Final = 8
#: Every tag that cbor2 gives a meaning.
_TAGS: Final = (
    *(0, 1, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 52, 54, 100, 256, 258, 260, 261),
    *(1004, 43000, 55799),
)


def _refuse(*_: object) -> Any:
    raise ValueError("a tag where plain data belongs")


_DECODERS: Final[Mapping[int, Callable[..., Any]]] = dict.fromkeys(_TAGS, _refuse)


def read(data: bytes) -> Any:
    """The value that ``data`` stands for; raises an Exception of many kinds if it is none.

    Time and memory are in proportion to the length of ``data``, whatever it says.
    """
    return cbor2.loads(
        data,
        tag_hook=_refuse,
        semantic_decoders=_DECODERS,
        max_depth=_MOST_DEPTH,
        allow_indefinite=False,
    )
