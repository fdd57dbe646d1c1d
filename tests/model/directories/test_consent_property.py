# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""For any consents and any audience, nothing leaves that was not agreed to, in any byte of any
output: every field of everything holds a text that stands nowhere else, and all outputs are
unpacked and searched for all of them.
"""

import base64
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mutualaid.model.directories import manifest, paper
from mutualaid.model.directories.exporting import AUDIENCES
from mutualaid.model.directories.formats import NAMES, format_named
from mutualaid.model.directories.planning import Plan
from mutualaid.model.directories.writing import Hashed
from mutualaid.model.keys import blake2b
from mutualaid.model.membership import Membership
from mutualaid.model.values import Audience, ContactKind
from mutualaid.model.values.directories import ShareField
from tests.helpers.examples import examples
from tests.model.directories import marked
from tests.model.directories.marked import Consents, World
from tests.model.directories.unpacking import readings

FORMATS = tuple(name for name in NAMES if name != "automerge")
WIDE = [each for each in Audience if not each.sealed]
WHO = marked.NAMES
REACHED = (*WHO, *(f"{who} known" for who in WHO))
POSTS = tuple(f"{who} {what}" for who in marked.NAMES for what in ("own", "behalf", "list"))
MARK = re.compile(rb"zq\d{12}|990\d{7}")

said = st.one_of(st.none(), st.sampled_from(list(Audience)))
consents = st.builds(
    Consents,
    pages=st.fixed_dictionaries(
        {who: st.fixed_dictionaries(dict.fromkeys(ShareField, said)) for who in WHO}
    ),
    contacts=st.fixed_dictionaries(
        {(who, kind): st.sampled_from(WIDE) for who in REACHED for kind in ContactKind}
    ),
    posts=st.fixed_dictionaries({name: st.tuples(said, said, said) for name in POSTS}),
    place=st.sampled_from(list(Audience)),
    words=st.dictionaries(st.sampled_from(WHO), st.sampled_from(WIDE)),
)


def everything(audience: Audience | None) -> Consents:
    """All the same for everything."""
    return Consents(
        pages={who: dict.fromkeys(ShareField, audience) for who in WHO},
        contacts={
            (who, kind): audience if audience in WIDE else Audience.GROUP
            for who in REACHED
            for kind in ContactKind
        },
        posts=dict.fromkeys(POSTS, (audience, audience, audience)),
        place=audience or Audience.GROUP,
        words=dict.fromkeys(WHO, audience) if audience in WIDE else {},
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = marked.build(tmp_path_factory.mktemp("street"))
    with pytest.MonkeyPatch.context() as patch:
        stewards = frozenset(made.street[who].me for who in marked.STEWARDS)
        patch.setattr(Membership, "stewards", lambda _self: stewards)
        yield made
    made.street.close()


def outputs(world: World, audience: Audience) -> Mapping[str, bytes]:
    """Every file of every format, and the manifest."""
    plan = world.group.plan_directory(FORMATS, audience)
    found: dict[str, bytes] = {}
    for name in FORMATS:
        format_ = format_named(name)
        for one in (format_, format_.in_one):
            if one is not None:
                for file in one.files(plan.by_format[name], lambda: None):
                    found[f"{name}{one.suffix}/{file.path}"] = b"".join(file.chunks)
    found["manifest"] = _manifest(world, plan, found)
    for sheet in set(paper.SHEETS) - paper.BLANK:
        posts = [post.id for post in plan.directory.posts] if sheet == "card" else [None]
        for post in posts:
            words = repr(paper.make(sheet, plan.directory, post=post))
            found[f"{sheet} {post.hex() if post else ''}"] = words.encode()
    return found


def _manifest(world: World, plan: Plan, files: Mapping[str, bytes]) -> bytes:
    hashed = [Hashed(path, len(data), blake2b(data)) for path, data in files.items()]
    device = world.group.replica.device
    return manifest.make(plan.directory, plan.formats, {}, hashed, bytes(16), device)


@cache
def read(data: bytes) -> tuple[frozenset[str], bytes]:
    """The marks in some bytes, and all their readings. Files that never change are read once."""
    every = b"\n".join(readings(data))
    return frozenset(mark.decode() for mark in MARK.findall(every)), every


def leaks(world: World, consents: Consents, audience: Audience) -> list[str]:
    """What must not be there and is."""
    marks = world.marks
    forbidden = {
        mark: what for mark, what in marks.what.items() if not marks.rules[mark](consents, audience)
    }
    others = [mark for mark in forbidden if not MARK.fullmatch(mark.encode())]
    pictures = {
        f"photo of {name}": data[len(data) // 2 :][:24].lower()
        for name, (data, rule) in world.photos.items()
        if not rule(consents, audience)
    }
    found: list[str] = []
    for path, data in outputs(world, audience).items():
        marks_here, every = read(data)
        found += [f"{path}: {forbidden[mark]}" for mark in marks_here & forbidden.keys()]
        found += [f"{path}: {forbidden[mark]}" for mark in others if mark.encode() in every]
        found += [f"{path}: {what}" for what, some in pictures.items() if some in every]
        exact = audience is not Audience.GROUP or not marked.reaches(consents.place, audience)
        if exact and any(f"{abs(degrees):.4f}".encode() in every for degrees in marked.POINT):
            found.append(f"{path}: where the place is, exactly")
    return found


# Each example writes every format and sheet: three people's things, read in a dozen ways each.
@settings(max_examples=examples(20), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(consents=consents, audience=st.sampled_from(AUDIENCES))
def test_nothing_leaves_without_consent(
    world: World, consents: Consents, audience: Audience
) -> None:
    world.say(consents)
    assert not leaks(world, consents, audience)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_unsaid_nothing_leaves_the_group(world: World, audience: Audience) -> None:
    unsaid = everything(None)
    world.say(unsaid)
    assert not leaks(world, unsaid, audience)
    if audience is not Audience.GROUP:
        plan = world.group.plan_directory(FORMATS, audience)
        assert [line.title for line in plan.lines] == [_item(world, "published item")]


def _item(world: World, what: str) -> str:
    return next(mark for mark, about in world.marks.what.items() if about == what)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_what_is_agreed_to_does_leave(world: World, audience: Audience) -> None:
    """Else the search would find nothing because there is nothing."""
    agreeing = everything(audience)
    world.say(agreeing)
    assert not leaks(world, agreeing, audience)
    there = {mark for data in outputs(world, audience).values() for mark in read(data)[0]}
    agreed = {
        mark
        for mark, rule in world.marks.rules.items()
        if MARK.fullmatch(mark.encode()) and rule(agreeing, audience)
    }
    assert {world.marks.what[mark] for mark in agreed - there} == set()


def test_the_search_finds_what_is_wrapped() -> None:
    text = "Zq000112345678"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("sheet.xml", f"<v>{text}</v>")
    spelled = "".join(f"&#{ord(letter)};" for letter in text)
    wrapped = [
        text.encode(),
        *(base64.b64encode(b"x" * before + text.encode()) for before in range(3)),
        base64.urlsafe_b64encode(f"????>>>>{text}".encode()),
        base64.encodebytes(b"x" * 50 + text.encode()),
        archive.getvalue(),
        spelled.encode(),
        "".join(f"%{ord(letter):02x}" for letter in text).encode(),
        "".join(f"={ord(letter):02X}" for letter in text).encode(),
        json.dumps("é" + text).encode(),
        "".join(f"\\u{ord(letter):04x}" for letter in text).encode(),
        f"{text[:6]}\r\n {text[6:]}".encode(),
        f"{text[:6]}=\r\n{text[6:]}".encode(),
        f"<b>{text[:6]}</b>{text[6:]}".encode(),
        text.encode("utf-16"),
        text.encode().hex().encode(),
        quote(text).encode(),
    ]
    for data in wrapped:
        assert text.lower() in read(data)[0], data
    assert "9900001234" in read(b"tel:+990-000 12.34")[0]
