# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One act: planned, logged, then put in its place whole; or nothing, and a sentence."""

import errno
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from mutualaid.errors import (
    BadValueError,
    ExportError,
    NotAllowedError,
    PlanChangedError,
    Stopped,
)
from mutualaid.model.directories import manifest, writing
from mutualaid.model.directories.exporting import EXPORT_DAYS
from mutualaid.model.directories.formats import NAMES, format_named
from mutualaid.model.group import Group
from mutualaid.model.keys import blake2b
from mutualaid.model.values import (
    Audience,
    ContactKind,
    PlaceDraft,
    PostDraft,
    PostKind,
    RepairDraft,
    RepairOutcome,
    Repeat,
)
from mutualaid.model.values.directories import HeldWhy, ShareField
from mutualaid.model.values.time import DAY_MS
from tests.model.directories import examples
from tests.model.neighbours import Neighbours
from tests.model.street import NOW


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Neighbours]:
    made = Neighbours(tmp_path / "machines", "Ana", "Ben")
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _machines(tmp_path: Path) -> None:
    (tmp_path / "machines").mkdir(exist_ok=True)


@pytest.fixture
def ana(street: Neighbours) -> Group:
    group = street["Ana"]
    group.set_me(area="Hill")
    group.set_share(ShareField.NAME, Audience.PRINT)
    group.set_contact(ContactKind.PHONE, "0123456789", Audience.PRINT)
    return group


def left_aside(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir() if each.name.startswith(".mutualaid")]


# Who may, and what is planned


def test_a_member_takes_a_copy_and_a_steward_lets_leave(street: Neighbours, ana: Group) -> None:
    ben = street["Ben"]
    assert [each for each in Audience if ana.may_export(each)] == list(Audience)[2:]
    assert [each for each in Audience if ben.may_export(each)] == [Audience.GROUP]


def test_who_may_not_writes_nothing(street: Neighbours, ana: Group, tmp_path: Path) -> None:
    street.meet()
    ben = street["Ben"]
    plan = ben.plan_directory(["vcard"], Audience.PRINT)
    assert [line.title for line in plan.lines] == ["Ana"]
    with pytest.raises(NotAllowedError, match="steward"):
        ben.write_directory(plan, tmp_path / "out.vcf")
    with pytest.raises(NotAllowedError, match="steward"):
        ben.write_made(plan, tmp_path / "out.pdf", b"%PDF", "print:board")
    with pytest.raises(NotAllowedError, match="steward"):
        ben.log_made(plan, bytes(32), "print:board")
    assert not ben.exports()
    assert not (tmp_path / "out.vcf").exists()


def test_a_plan_says_what_leaves_and_what_stays_and_why(ana: Group) -> None:
    ana.set_me(availability="evenings")
    ana.post(PostDraft(PostKind.NEED, "Soup"))
    mine = ana.post(PostDraft(PostKind.OFFER, "Bread")).created
    gone = ana.post(PostDraft(PostKind.OFFER, "Cake")).created
    out = ana.add_place(PlaceDraft("Hall")).created
    assert mine is not None
    assert gone is not None
    assert out is not None
    ana.share_post(mine, Audience.PRINT)
    ana.share_post(gone, Audience.PRINT)
    ana.withdraw(gone)
    ana.share_place(out, Audience.PUBLIC)
    plan = ana.plan_directory(["vcard"], Audience.PRINT, leave_out=[out])
    assert [(line.sort, line.title, line.fields) for line in plan.lines] == [
        ("person", "Ana", ("name", "contact:phone"))
    ]
    held = {(each.title, each.field, each.why, each.format) for each in plan.held}
    assert {
        ("Ana", "area", HeldWhy.NO_CONSENT, ""),
        ("Ana", "availability", HeldWhy.NO_CONSENT, ""),
        ("Soup", "", HeldWhy.NO_CONSENT, ""),
        ("Cake", "", HeldWhy.PAST, ""),
        ("Hall", "", HeldWhy.LEFT_OUT, ""),
    } <= held
    assert ("vcard", "post", 1) in {(each.format, each.field, each.count) for each in plan.losses}
    assert [each.title for each in plan.directory.posts] == ["Bread"]
    assert plan.ends == NOW + EXPORT_DAYS * DAY_MS


@pytest.mark.parametrize("audience", [Audience.ME, Audience.HELPER])
def test_no_directory_is_for_one_person(ana: Group, audience: Audience) -> None:
    with pytest.raises(BadValueError, match="cannot be for"):
        ana.plan_directory(["vcard"], audience)


@pytest.mark.parametrize("ends", [NOW, NOW - 1, NOW + 367 * DAY_MS])
def test_an_export_ends(ana: Group, ends: int) -> None:
    with pytest.raises(BadValueError, match="from 1 to 366 days"):
        ana.plan_directory(["vcard"], Audience.PRINT, ends=ends)


def test_only_the_group_has_the_whole_group(ana: Group) -> None:
    with pytest.raises(BadValueError, match="copy of the whole group"):
        ana.plan_directory(["automerge"], Audience.PRINT)
    with pytest.raises(BadValueError, match="no format"):
        ana.plan_directory(["pdf"], Audience.PRINT)


# Written whole


def test_one_file_with_its_manifest_beside_it(ana: Group, tmp_path: Path) -> None:
    dest = tmp_path / "out.vcf"
    written = ana.write_directory(ana.plan_directory(["vcard"], Audience.PRINT), dest)
    assert b"0123456789" in dest.read_bytes()
    said = json.loads((tmp_path / "out.vcf.manifest.json").read_bytes())
    assert said["what"]["people"] == 1
    assert written.path == dest
    assert not left_aside(tmp_path)
    (row,) = ana.exports()
    assert (row.id, row.code) == (written.export, said["export"])
    assert (row.audience, row.formats, row.people, row.failed) == (
        Audience.PRINT,
        ("vcard",),
        1,
        False,
    )
    assert row.hash.hex() == said["blake2b"]


def test_several_formats_in_one_folder(ana: Group, tmp_path: Path) -> None:
    plan = ana.plan_directory(["vcard", "site", "text"], Audience.PRINT)
    ana.write_directory(plan, tmp_path / "out")
    names = {each.name for each in (tmp_path / "out").iterdir()}
    assert names == {"directory.vcf", "site", "directory.txt", "manifest.json"}
    assert not manifest.check(tmp_path / "out").problems


def test_an_empty_folder_is_filled(ana: Group, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    ana.write_directory(ana.plan_directory(["site"], Audience.PRINT), tmp_path / "out")
    assert (tmp_path / "out" / "index.html").is_file()


def test_what_is_made_elsewhere_is_logged_as_what_it_is(ana: Group, tmp_path: Path) -> None:
    plan = ana.plan_directory([], Audience.PRINT)
    written = ana.write_made(plan, tmp_path / "board.pdf", b"%PDF-1.7", "print:board")
    assert (tmp_path / "board.pdf").read_bytes() == b"%PDF-1.7"
    assert [each.name for each in tmp_path.glob("board*")] == ["board.pdf"]
    sent = ana.log_made(plan, blake2b(b"sent"), "print:card")
    card, board = ana.exports()
    assert (board.id, board.formats, board.people) == (written.export, ("print:board",), 1)
    assert (card.id, card.formats, card.hash) == (sent, ("print:card",), blake2b(b"sent"))


def test_others_read_the_log(street: Neighbours, ana: Group, tmp_path: Path) -> None:
    ana.write_directory(ana.plan_directory(["vcard"], Audience.PRINT), tmp_path / "out.vcf")
    street.meet()
    (row,) = street["Ben"].exports()
    assert (row.who, row.mine, row.people, row.ended) == ("Ana", False, 1, False)
    assert street["Ben"].health().view_hash == ana.health().view_hash


def test_it_has_ended_when_it_says(ana: Group, tmp_path: Path) -> None:
    plan = ana.plan_directory(["vcard"], Audience.PRINT, ends=NOW + DAY_MS)
    ana.write_directory(plan, tmp_path / "out.vcf")
    ana.replica.clock = lambda: NOW + DAY_MS
    assert ana.exports()[0].ended


def test_progress_is_told_to_the_end(ana: Group, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    plan = ana.plan_directory(
        ["vcard"], Audience.PRINT, tick=lambda done, of: told.append((done, of))
    )
    assert told[-1][0] == told[-1][1]
    told.clear()
    ana.write_directory(plan, tmp_path / "out", tick=lambda done, of: told.append((done, of)))
    assert told[-1] == (1, 1)


# Or nothing


def refuse(message: str = "Stopped. Nothing was written.") -> None:
    raise Stopped(message)


def test_stopping_leaves_nothing(ana: Group, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    with pytest.raises(Stopped):
        ana.plan_directory(["vcard"], Audience.PRINT, tick=lambda _done, _of: refuse())
    plan = ana.plan_directory(["site", "vcard"], Audience.PRINT)
    with pytest.raises(Stopped):
        ana.write_directory(plan, tmp_path / "out", tick=lambda _done, _of: refuse())
    assert sorted(tmp_path.iterdir()) == before
    assert not ana.exports()


@pytest.mark.parametrize("formats", [["vcard"], ["site"], ["vcard", "site"]])
def test_what_is_there_stays(ana: Group, tmp_path: Path, formats: list[str]) -> None:
    dest = tmp_path / "out"
    dest.mkdir()
    (dest / "mine.txt").write_text("mine")
    with pytest.raises(ExportError, match="There is something"):
        ana.write_directory(ana.plan_directory(formats, Audience.PRINT), dest)
    assert [each.name for each in dest.iterdir()] == ["mine.txt"]
    assert not left_aside(tmp_path)
    assert not ana.exports()


def test_a_manifest_that_is_there_stays(ana: Group, tmp_path: Path) -> None:
    (tmp_path / "out.vcf.manifest.json").write_text("mine")
    with pytest.raises(ExportError, match="There is something"):
        ana.write_directory(ana.plan_directory(["vcard"], Audience.PRINT), tmp_path / "out.vcf")
    assert not (tmp_path / "out.vcf").exists()


def test_inside_a_file_there_is_no_place(ana: Group, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    plan = ana.plan_directory(["vcard"], Audience.PRINT)
    with pytest.raises(ExportError, match="a file, not a folder"):
        ana.write_directory(plan, tmp_path / "file" / "out.vcf")
    with pytest.raises(ExportError, match="is not there"):
        ana.write_directory(plan, tmp_path / "nowhere" / "out.vcf")


def test_a_link_to_nowhere_is_something(ana: Group, tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ExportError, match="There is something"):
        ana.write_directory(ana.plan_directory(["site"], Audience.PRINT), tmp_path / "out")


def test_where_it_cannot_be_moved_the_log_says_so(
    ana: Group, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def move(_aside: writing.Aside) -> None:
        assert len(ana.exports()) == 1  # logged before anything leaves
        raise OSError(errno.ENOSPC, "")

    monkeypatch.setattr(writing.Aside, "move", move)
    with pytest.raises(ExportError, match="no room left"):
        ana.write_directory(ana.plan_directory(["site"], Audience.PRINT), tmp_path / "out")
    assert ana.exports()[0].failed
    assert not ana.exports_with_me()
    assert not (tmp_path / "out").exists()
    assert not left_aside(tmp_path)


def test_a_manifest_does_not_stay_alone(
    ana: Group, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = writing._place

    def refuse_the_file(source: Path, dest: Path) -> None:
        if dest.name == "out.vcf":
            raise OSError(errno.EIO, "")
        place(source, dest)

    monkeypatch.setattr(writing, "_place", refuse_the_file)
    with pytest.raises(ExportError, match="does not answer"):
        ana.write_directory(ana.plan_directory(["vcard"], Audience.PRINT), tmp_path / "out.vcf")
    assert [each.name for each in tmp_path.iterdir()] == ["machines"]


def test_consent_that_was_taken_back_meanwhile_counts(ana: Group, tmp_path: Path) -> None:
    plan = ana.plan_directory(["vcard"], Audience.PRINT)
    ana.post(PostDraft(PostKind.NEED, "Soup"))  # does not leave, so it makes no difference
    ana.write_directory(plan, tmp_path / "one.vcf")
    ana.set_share(ShareField.NAME, Audience.GROUP)
    with pytest.raises(PlanChangedError, match="has changed"):
        ana.write_directory(plan, tmp_path / "two.vcf")
    assert len(ana.exports()) == 1
    assert not (tmp_path / "two.vcf").exists()


def test_even_while_it_is_being_written(ana: Group, tmp_path: Path) -> None:
    plan = ana.plan_directory(["vcard"], Audience.PRINT)

    def tick(done: int, of: int) -> None:
        if done == of:
            ana.set_share(ShareField.NAME, Audience.ME)

    with pytest.raises(PlanChangedError):
        ana.write_directory(plan, tmp_path / "out.vcf", tick=tick)
    assert not ana.exports()
    assert [each.name for each in tmp_path.iterdir()] == ["machines"]


# What is called off after it left


def test_what_left_in_a_calendar_is_called_off_in_the_next(ana: Group, tmp_path: Path) -> None:
    made = [
        ana.post(
            PostDraft(
                PostKind.OFFER,
                title,
                text="Bring a bowl",
                starts=NOW + DAY_MS,
                ends=NOW + DAY_MS + 3_600_000,
                repeat=Repeat.WEEKLY,
            )
        ).created
        for title in ("Soup night", "Bread night", "Film night")
    ]
    soup, bread, film = (each for each in made if each)
    for post in (soup, bread):
        ana.share_post(post, Audience.PRINT)

    def calendar(name: str) -> str:
        plan = ana.plan_directory(["icalendar"], Audience.PRINT)
        ana.write_directory(plan, tmp_path / name)
        return (tmp_path / name).read_text()

    assert "CANCELLED" not in calendar("one.ics")
    for post in (soup, bread, film):
        ana.withdraw(post)
    ana.share_post(bread, Audience.GROUP)
    ana.share_post(film, Audience.PRINT)  # it was never in a calendar
    text = calendar("two.ics")
    assert text.count("STATUS:CANCELLED") == 1
    assert "Soup night" in text
    assert "bowl" not in text
    assert "Bread" not in text
    assert "Film" not in text
    assert not ana.plan_directory(["text"], Audience.PRINT).lines
    assert "CANCELLED" not in ana_calendar_for(ana, Audience.PUBLIC, tmp_path / "three.ics")


def ana_calendar_for(ana: Group, audience: Audience, dest: Path) -> str:
    ana.write_directory(ana.plan_directory(["icalendar"], audience), dest)
    return dest.read_text()


def test_repairs_leave_without_a_name(ana: Group) -> None:
    ana.add_repair(RepairDraft("Kettle", RepairOutcome.FIXED, item="Blue kettle"))
    assert not ana.plan_directory(["ords"], Audience.PUBLIC).lines
    ana.set_share(ShareField.REPAIRS, Audience.PUBLIC)
    plan = ana.plan_directory(["ords"], Audience.PUBLIC)
    assert [line.title for line in plan.lines] == ["Blue kettle"]
    assert not plan.directory.people


def test_progress_never_goes_back_nor_stands_at_the_end(ana: Group, tmp_path: Path) -> None:
    for at in range(12):
        post = ana.post(PostDraft(PostKind.NEED, f"Soup {at}")).created
        assert post is not None
        ana.share_post(post, Audience.PRINT)
    told: list[int] = []
    plan = ana.plan_directory(["site", "hsds", "text"], Audience.PRINT)
    ana.write_directory(plan, tmp_path / "out", tick=lambda done, _of: told.append(done))
    assert told == sorted(told)
    total = told[-1]
    assert told.index(total) >= len(told) - 3


def test_no_two_formats_of_one_export_make_the_same_file() -> None:
    directory = examples.rich()
    names = [
        writing.in_place(file, format_, alone=False).path
        for format_ in map(format_named, NAMES)
        if format_.name != "automerge"
        for file in format_.files(directory, lambda: None)
    ]
    assert len(names) == len({name.casefold() for name in names})
