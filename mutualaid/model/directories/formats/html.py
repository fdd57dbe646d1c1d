# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""HTML that no text can break out of: whatever is no :class:`Html` is escaped.

What neighbours typed goes in as plain ``str``, into text or attributes, and nowhere else: there are
no inline scripts and styles, and addresses of links go through :func:`web_address`, :func:`mail`
or :func:`telephone`.
"""

import re
from functools import lru_cache
from html import escape
from typing import Final
from urllib.parse import quote, urlsplit

#: Control characters, line separators, lone surrogates and what reverses or isolates text: every
#: text stands in an element of its own, with a direction of its own.
_UNFIT: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff"
    "\ud800-\udfff]+"
)
_SPECIAL: Final = re.compile("[&<>\"']")
_MAIL: Final = re.compile(r"[^\s@<>\"'(),:;\\\[\]]{1,64}@[^\s@<>\"'(),:;\\\[\]]{1,190}")
_TELEPHONE: Final = re.compile(r"\+?[\d\s()/.\-\u2010-\u2013\u00a0]{3,30}")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_EMPTY_TAGS: Final = frozenset(("br", "img", "input", "link", "meta"))


class Html(str):
    """Markup that may stand in a page as it is."""

    __slots__ = ()


NOTHING: Final = Html()


def fit(text: str) -> str:
    """Text without what has no place on a page or may change the direction of what follows."""
    return text if text.isprintable() else _UNFIT.sub(" ", text)


def text(content: str) -> Html:
    """Markup that shows exactly this text."""
    if isinstance(content, Html):
        return content
    if not content.isprintable():
        content = _UNFIT.sub(" ", content)
    return Html(escape(content) if _SPECIAL.search(content) else content)


def tag(name: str, /, *children: str | None, **attributes: str | bool | None) -> Html:
    """An element. ``class_`` is ``class``, ``data_ends`` is ``data-ends``; an attribute that is
    None or False is left out, one that is True stands without a value."""
    parts = ["<", name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        parts += (" ", _attribute(key))
        if value is not True:
            parts += ('="', text(value), '"')
    parts.append(">")
    if name not in _EMPTY_TAGS:
        parts += [text(child) for child in children if child]
        parts += ("</", name, ">")
    return Html("".join(parts))


def joined(*parts: str | None, by: str = "") -> Html:
    """Parts one after the other; those that are None or empty are left out."""
    return Html(text(by).join([text(part) for part in parts if part]))


def isolated(content: str) -> Html:
    """A text of its own direction amid others."""
    return Html(f'<bdi dir="auto">{text(content)}</bdi>') if content else NOTHING


def from_left(content: str) -> Html:
    """A code or a number: from left to right on every page."""
    return Html(f'<bdi dir="ltr">{text(content)}</bdi>')


@lru_cache(maxsize=256)
def _attribute(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def language_tag(language: str) -> str | None:
    """The ``lang`` of a text, or None where what was written is no tag of BCP 47."""
    return language if _LANGUAGE.fullmatch(language) else None


def web_address(address: str) -> str:
    """An address on the web that may be followed, or "" for everything else."""
    if not address.isprintable() or " " in address or "\\" in address:
        return ""
    try:
        parts = urlsplit(address)
        fine = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
    except ValueError:
        return ""
    return address if fine else ""


def mail(address: str, subject: str = "") -> str:
    """A ``mailto:`` for what is an address of e-mail, or ""."""
    if not address.isprintable() or not _MAIL.fullmatch(address):
        return ""
    about = f"?subject={quote(fit(subject), safe='')}" if subject else ""
    return f"mailto:{quote(address, safe='@+._-')}{about}"


def telephone(number: str) -> str:
    """A ``tel:`` for what is a telephone number, or ""."""
    if not _TELEPHONE.fullmatch(number.strip()):
        return ""
    digits = "".join(letter for letter in number if letter in "+0123456789")
    return f"tel:{digits}" if 3 <= len(digits.lstrip("+")) <= 17 else ""
