# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of the window, in the order of the sidebar. Each is imported when first shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from mutualaid.ui.page import Desk, Page
from mutualaid.ui.words import tr


@dataclass(frozen=True, slots=True)
class PageSpec:
    """A page before it exists. ``title`` is called late, when the language is known.

    ``kinds`` are the kinds of records that the page shows (for "show this record").
    ``about_group`` puts it into the lower part of the sidebar. ``figure`` is the one that goes
    there with Ctrl, where it is not the page's place in the row.
    """

    name: str
    title: Callable[[], str]
    icon: str
    module: str
    cls: str
    kinds: tuple[str, ...] = ()
    about_group: bool = False
    figure: int | None = None

    def make(self, desk: Desk) -> Page:
        made = getattr(import_module(self.module), self.cls)(desk)
        assert isinstance(made, Page)
        return made


def page_keys(pages: Sequence[PageSpec]) -> dict[str, str]:
    """The keys that go to each page, by its name."""
    figures = iter(range(1, 10))
    return {
        spec.name: f"Ctrl+{next(figures) if spec.figure is None else spec.figure}" for spec in pages
    }


PAGES: Final = (
    PageSpec(
        "board", lambda: tr("Board"), "board", "mutualaid.ui.board.page", "BoardPage", ("post",)
    ),
    PageSpec(
        "fixers",
        lambda: tr("Who fixes what"),
        "fixers",
        "mutualaid.ui.neighbourhood.fixers",
        "FixersPage",
        ("repair",),
    ),
    PageSpec(
        "people",
        lambda: tr("People and skills"),
        "people",
        "mutualaid.ui.neighbourhood.people",
        "PeoplePage",
        ("person", "listed"),
    ),
    PageSpec(
        "places",
        lambda: tr("Places"),
        "places",
        "mutualaid.ui.neighbourhood.places",
        "PlacesPage",
        ("place",),
    ),
    PageSpec("mine", lambda: tr("My page"), "me", "mutualaid.ui.mine.page", "MyPage"),
    PageSpec(
        "messages",
        lambda: tr("Messages"),
        "comment",
        "mutualaid.ui.talk.messages",
        "MessagesPage",
    ),
    PageSpec("news", lambda: tr("News"), "bell", "mutualaid.ui.talk.news", "NewsPage"),
    PageSpec(
        "machines",
        lambda: tr("Neighbours' machines"),
        "machines",
        "mutualaid.ui.setup.machines",
        "MachinesPage",
        about_group=True,
    ),
    PageSpec(
        "directories",
        lambda: tr("Directories"),
        "directory",
        "mutualaid.ui.directories.page",
        "DirectoriesPage",
        about_group=True,
        figure=0,  # settings keep theirs
    ),
    PageSpec(
        "settings",
        lambda: tr("Settings"),
        "settings",
        "mutualaid.ui.setup.settings",
        "SettingsPage",
        about_group=True,
    ),
)
