# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""No text gets out of the place in a page that it was given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.model.directories.formats.html import (
    fit,
    joined,
    language_tag,
    mail,
    tag,
    telephone,
    text,
    web_address,
)
from tests.model.directories.pages import parsed

HOSTILE = st.text(
    st.characters(exclude_categories=()) | st.sampled_from(list("<>&\"'`/=\x00\u2028\u202e;-! "))
)


@given(HOSTILE, HOSTILE)
def test_any_text_is_shown_as_it_is_and_nothing_else(inside: str, value: str) -> None:
    page = tag("p", inside, tag("a", inside, title=value), joined(inside, value, by=" · "))
    (found,) = parsed(page).all("p")
    assert [each.name for each in found.all()] == ["p", "a"]
    link = found.one("a")
    assert link.attributes == {"title": fit(value)}
    assert link.text == fit(inside)
    page.encode()


@given(HOSTILE)
def test_what_turns_text_around_is_taken_out(inside: str) -> None:
    assert not set(fit(inside)) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\x00\ud800")


def test_markup_of_ours_is_not_escaped_twice() -> None:
    assert text(text("a & b")) == "a &amp; b"
    assert tag("p", tag("b", "<"), None, "") == "<p><b>&lt;</b></p>"
    assert tag("input", disabled=True, hidden=False, for_="x", data_ends=None) == (
        '<input disabled for="x">'
    )


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt://example.org/%0aalert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//evil.example",
        "https://",
        "https:///path",
        "https://user:secret@evil.example/",
        "https://example.org/ onclick=x",
        "https://example.org/\u202e",
        "https://example.org\\@evil.example",
        "https://[::1",
        " https://example.org",
        "",
    ],
)
def test_only_plain_addresses_on_the_web_become_links(address: str) -> None:
    assert web_address(address) == ""


def test_an_address_on_the_web_is_a_link() -> None:
    assert web_address("https://muehle.example/ask?x=1&y=ü#z") != ""
    assert web_address("HTTP://example.org") != ""


def test_mail_and_telephone() -> None:
    assert mail("ana@post.example") == "mailto:ana@post.example"
    assert mail("ana@post.example", "K7QF: a & b?") == (
        "mailto:ana@post.example?subject=K7QF%3A%20a%20%26%20b%3F"
    )
    for odd in ("ana", "a@b?bcc=c@d", "a@b,c@d", "a@b\nBcc: c@d", "<a@b>", "a@b&cc=x@y c"):
        assert "?" not in mail(odd)
        assert mail(odd).count("@") <= 1
    assert telephone("+49 (30) 901-820") == "tel:+4930901820"
    assert telephone("112") == "tel:112"
    for odd in ("", "call me", "12", "1" * 40, "*#06#", "+49;ext=1"):
        assert telephone(odd) == ""


def test_languages_of_texts() -> None:
    assert language_tag("pt-BR") == "pt-BR"
    for odd in ("", "x", 'en" onload="x', "english words", "Español"):
        assert language_tag(odd) is None
