# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Photos between real machines: after the text, and whole though the cable was cut meanwhile."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from mutualaid.model.group import Group
from mutualaid.model.profile import Profile
from mutualaid.model.values import PostDraft, PostKind
from tests.helpers.pictures import draft, noise, saved
from tests.lab import Lab, Machine, until

pytestmark = pytest.mark.lab

IN_STEP_S = 60
POSTS = 50
PHOTOS = POSTS * 4


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with Lab(tmp_path, "one", "two", "three") as built:
        yield built


@contextlib.contextmanager
def opened(machine: Machine) -> Iterator[Group]:
    """The group of a machine, beside its node, as a window has it."""
    with Profile.open(machine.profile, environ={"MUTUALAID_NO_KEYRING": "1"}) as profile:
        (directory,) = profile.directories()
        with profile.open_directory(directory) as group:
            yield group


def photos_here(group: Group) -> int:
    return int(group._db.execute("SELECT count(*) FROM blob").fetchone()[0])


def test_a_cable_cut_meanwhile_costs_no_photo(lab: Lab) -> None:
    one, two, three = (lab[name] for name in ("one", "two", "three"))
    one.run("start", "Elm Street", "--me", "Ana")
    invitation = one.json("invite")["invitation"]
    one.node()
    for machine, name in ((two, "Ben"), (three, "Cleo")):
        machine.run("join", invitation, "--me", name)
        machine.node()
    with contextlib.ExitStack() as stack:
        ana, ben, cleo = (stack.enter_context(opened(each)) for each in (one, two, three))
        until(lambda: len(ben.members()) == len(cleo.members()) == 3, IN_STEP_S, "all to belong")
        lab.split("one", "two", "three")
        for number in range(POSTS):
            some = [draft(number * 4 + place, side=300, alt="Noise") for place in range(4)]
            ana.post(PostDraft(PostKind.OFFER, f"A picture {number}"), some)
        lab.split("one+two", "three")
        until(lambda: photos_here(ben) > 5, IN_STEP_S, "the first photos")
        lab.split("one", "two+three")
        assert len(ben.posts(limit=100)) == POSTS, "the text was there before the photos"
        assert photos_here(ben) < PHOTOS, "the cable was cut too late to show anything"
        until(
            lambda: 0 < photos_here(ben) == photos_here(cleo) < PHOTOS,
            IN_STEP_S,
            "what Ben has, at Cleo's",
            lambda: (
                f"Ben {photos_here(ben)}, Cleo {photos_here(cleo)} photos and "
                f"{len(cleo.posts(limit=100))} posts"
            ),
        )
        assert len(cleo.missing_photos()) == len(ben.missing_photos()) == PHOTOS - photos_here(ben)
        lab.heal()
        until(lambda: photos_here(ben) == photos_here(cleo) == PHOTOS, IN_STEP_S, "all photos")
        for group in (ben, cleo):
            group.refresh()
            assert group.missing_photos() == []
            for row in group.posts(limit=100):
                for photo in group.post_detail(row.id).photos:
                    assert photo.here
                    assert photo.alt == "Noise"
                    assert group.photo(photo.hash) == ana.photo(photo.hash)


def test_a_photo_by_command_is_on_the_other_machine_without_what_the_file_told(
    lab: Lab, tmp_path: Path
) -> None:
    one, two = lab["one"], lab["two"]
    one.run("start", "Elm Street", "--me", "Ana")
    invitation = one.json("invite")["invitation"]
    one.node()
    two.run("join", invitation, "--me", "Ben")
    two.node()
    picture = tmp_path / "ladder.jpg"
    picture.write_bytes(saved(noise(1600, 1200), comment=b"taken at Elm Street 12"))
    one.run("post", "offer", "A ladder", "--photo", str(picture), "--alt", "A red ladder")
    with opened(two) as ben:
        until(lambda: photos_here(ben) == 1, IN_STEP_S, "the photo")
        ben.refresh()
        (row,) = ben.posts()
        (photo,) = ben.post_detail(row.id).photos
        data = ben.photo(photo.hash)
        assert data is not None
        assert photo.alt == "A red ladder"
        assert b"Elm Street" not in data
