# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages of a site read as a browser would: elements, texts, links, ids."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from mutualaid.model.directories.directory import Directory
from mutualaid.model.directories.formats import format_named

VOID = frozenset(("br", "img", "input", "link", "meta"))


@dataclass
class Element:
    name: str
    attributes: dict[str, str | None]
    children: list["Element | str"] = field(default_factory=list)

    def all(self, *names: str) -> Iterator["Element"]:
        """This element and those in it that are named so; all of them without a name."""
        if not names or self.name in names:
            yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.all(*names)

    def one(self, name: str) -> "Element":
        (found,) = self.all(name)
        return found

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def with_id(self, wanted: str) -> "Element":
        (found,) = [each for each in self.all() if each.attributes.get("id") == wanted]
        return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"twice in <{tag}>: {names}"
        made = Element(tag, dict(attrs))
        self.open[-1].children.append(made)
        if tag not in VOID:
            self.open.append(made)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].name == tag, f"</{tag}> closes <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def parsed(page: str) -> Element:
    """The root of a page; raises AssertionError where something is not closed in its order."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert len(reader.open) == 1, f"left open: {[each.name for each in reader.open]}"
    return reader.root


def made(directory: Directory) -> dict[str, bytes]:
    """All files of the site of a directory."""
    found: dict[str, bytes] = {}
    for file in format_named("site").files(directory, lambda: None):
        assert file.path not in found, file.path
        found[file.path] = b"".join(file.chunks)
    return found


def laid(directory: Directory, folder: Path) -> Path:
    """The site of a directory in a folder, as it lies on a stick."""
    for name, data in made(directory).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder
