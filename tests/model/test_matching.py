# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How much of what fits is suggested, and how much of what is suggested fits, in each language.

Measured on ``tests/data/matching``, which was written and judged before there was a matcher, with
the commands that the window uses.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mutualaid.model.entry import NO_ENTRY, Chain, Run
from mutualaid.model.group import Group
from mutualaid.model.values import PostDraft, PostKind, Suggestion, Urgency
from tests.benchmarks.world import Author, admit
from tests.model.street import NOW, Street
from tests.model.test_matching_set import LANGUAGES, people, posts, read


@dataclass(slots=True)
class Figures:
    """Counts over all needs of a language."""

    shown: int = 0
    fitting: int = 0  # of those shown
    known: int = 0
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.fitting / self.shown

    @property
    def recall(self) -> float:
        return self.fitting / self.known

    def count(self, need: str, found: set[str], fits: set[str]) -> None:
        self.shown += len(found)
        self.fitting += len(found & fits)
        self.known += len(fits)
        self.wrong += [f"{need} {each}" for each in sorted(found - fits)]
        self.missed += [f"{need} {each}" for each in sorted(fits - found)]


class World:
    """All posts and people of some languages in one group, seen by somebody new to it."""

    def __init__(self, directory: Path, languages: tuple[str, ...]) -> None:
        self.languages = languages
        self.street = Street(directory)
        self.reader = Group(self.street.start())
        self.titles: dict[tuple[str, str], str] = {}
        self.ids: dict[str, str] = {}
        written: list[list[tuple[str, dict[str, Any]]]] = [[]]
        for language in languages:
            for one in read(language)["post"]:
                self.titles[one["kind"], one["title"]] = one["id"]
                wanted = ("kind", "title", "text", "category", "area", "urgency", "when")
                fields = {name: one[name] for name in wanted}
                written[0].append(("post", {**fields, "state": "open"}))
            for one_id, one in people(language).items():
                self.ids[f"{one['name']} ({language})"] = one_id
                written.append([("person", page_of(one, language))])
        self._take_in(written)

    def _take_in(self, written: list[list[tuple[str, dict[str, Any]]]]) -> None:
        """Each list is what one member wrote."""
        machine = self.reader.replica
        invitation = self.reader.invite(uses=len(written))
        authors = [Author(self.reader.id) for _ in written]
        admit(machine, authors, invitation)
        for author, records in zip(authors, written, strict=True):
            items = [
                author.write(kind, fields, NOW + number, number.to_bytes(8, "big"))
                for number, (kind, fields) in enumerate(records)
            ]
            run = Run(author.device.public, Chain.CONTENT, 0, NO_ENTRY, items)
            assert not machine.take_in([run]).refused
        machine.apply_all()
        assert len(self.reader.people()) == len(self.ids)

    def figures(self, language: str) -> tuple[Figures, Figures]:
        """For offers, and for people, of one language."""
        offers, persons = Figures(), Figures()
        for one_id, need in posts(language, PostKind.NEED).items():
            found = self.reader.suggest(draft_of(need))
            assert len(found) <= 5
            named = {self.name(each) for each in found}
            mine = {each for each in named if each.startswith(language)}
            some = {each for each in mine if each.startswith(f"{language}-p")}
            offers.count(one_id, mine - some, set(need["fits"]))
            persons.count(one_id, some, set(need["people"]))
        return offers, persons

    def name(self, suggestion: Suggestion) -> str:
        """The id in the labelled set."""
        if suggestion.post is not None:
            return self.titles[suggestion.post.kind, suggestion.post.title]
        assert suggestion.person is not None
        return self.ids[suggestion.person.name]


def page_of(one: dict[str, Any], language: str) -> dict[str, Any]:
    """Somebody's page as the set has it; names occur in several languages."""
    return {
        "name": f"{one['name']} ({language})",
        "area": one["area"],
        **{f"lang:{spoken}": True for spoken in one["languages"]},
        **{f"skill:{skill['name']}": skill["level"] for skill in one["skills"]},
        **{f"fix:{thing}": "" for thing in one["fixes"]},
    }


def draft_of(need: dict[str, Any]) -> PostDraft:
    return PostDraft(
        PostKind.NEED,
        need["title"],
        need["text"],
        need["category"],
        Urgency(need["urgency"]),
        need["area"],
        need["when"],
    )


@pytest.fixture(scope="module", params=[*LANGUAGES, "all"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    languages = LANGUAGES if request.param == "all" else (request.param,)
    made = World(tmp_path_factory.mktemp(request.param), languages)
    yield made
    made.street.close()


def test_offers_that_fit_are_found_and_few_others(world: World) -> None:
    for language in world.languages:
        offers, _ = world.figures(language)
        told = f"{language}: wrong {offers.wrong}, missed {offers.missed}"
        assert offers.precision >= 0.7, told
        assert offers.recall >= 0.8, told


def test_people_who_can_help_are_found(world: World) -> None:
    for language in world.languages:
        _, persons = world.figures(language)
        told = f"{language}: wrong {persons.wrong}, missed {persons.missed}"
        assert persons.precision >= 0.6, told
        assert persons.recall >= 0.7, told


def test_learners_meet_their_teachers(world: World) -> None:
    for language in world.languages:
        known = {(pair["learner"], pair["teacher"]) for pair in read(language)["learning"]}
        found = {
            (world.ids[pair.learner.name], world.ids[pair.teacher.name])
            for pair in world.reader.learning(limit=200)
        }
        mine = {pair for pair in found if all(each.startswith(language) for each in pair)}
        assert len(known & mine) >= 0.8 * len(known), sorted(known - mine)
        assert len(known & mine) >= 0.8 * len(mine), sorted(mine - known)


@pytest.mark.parametrize("world", ["all"], indirect=True)
def test_other_languages_are_searched_too(world: World) -> None:
    """Things and handiwork need little language; what the set does not name is not judged."""
    needs = {id_: one for each in LANGUAGES for id_, one in posts(each, PostKind.NEED).items()}
    known = found = 0
    for cross in read("cross")["cross"]:
        named = {
            world.name(each) for each in world.reader.suggest(draft_of(needs[cross["need"]]), 10)
        }
        known += len(cross["fits"])
        found += len(named & set(cross["fits"]))
    assert found >= 0.3 * known
