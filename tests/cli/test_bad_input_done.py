# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From need to done with whatever is not so: a clear sentence, nothing half done."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from tests.benchmarks.processes import ROOT, environment
from tests.cli.conftest import Neighbours, Ran, Run
from tests.cli.test_bad_input import is_refused, unchanged
from tests.helpers.pictures import saved

A_MEGABYTE = "x" * 1024 * 1024


@contextmanager
def all_unchanged(street: Neighbours) -> Iterator[None]:
    """Nothing is written on any machine meanwhile, nor would be when they meet."""
    with unchanged(street["ana"]), unchanged(street["ben"]), unchanged(street["cleo"]):
        yield
        street.meet()


def need(street: Neighbours, *options: str) -> str:
    code = street["ana"]("post", "need", "A lift", *options, "--json").document["code"]
    street.meet()
    return str(code)


def answer(street: Neighbours, who: str, post: str, *options: str) -> str:
    code = street[who]("help-with", post, *options, "--json").document["code"]
    street.meet()
    return str(code)


# -- accepting, finishing and answering what cannot be


def test_accepting_what_was_taken_back(street_of_three: Neighbours) -> None:
    post = need(street_of_three)
    response = answer(street_of_three, "ben", post)
    street_of_three["ben"]("release", response)
    street_of_three.meet()
    with all_unchanged(street_of_three):
        for options in ((), ("--also",), ("--instead",)):
            refused = street_of_three["ana"]("accept", response, *options, "--json")
            assert "Ben took this answer back" in is_refused(refused, "not_allowed")


@pytest.mark.parametrize(("command", "status"), [("withdraw", "withdrawn"), ("park", "parked")])
def test_accepting_for_a_post_that_was_taken_back(
    command: str, status: str, street_of_three: Neighbours
) -> None:
    post = need(street_of_three)
    response = answer(street_of_three, "ben", post)
    street_of_three["ana"](command, post)
    street_of_three.meet()
    with all_unchanged(street_of_three):
        refused = street_of_three["ana"]("accept", response, "--json")
        assert status in is_refused(refused, "not_allowed")
        refused = street_of_three["cleo"]("help-with", post, "--json")
        assert status in is_refused(refused, "not_allowed")


def test_finishing_what_was_not_agreed(street_of_three: Neighbours) -> None:
    post = need(street_of_three)
    ana, ben, cleo = (street_of_three[name] for name in ("ana", "ben", "cleo"))
    response = answer(street_of_three, "ben", post)
    with all_unchanged(street_of_three):
        sentence = is_refused(ben("done", post, "--json"), "not_allowed")
        assert "Nothing is agreed with you here" in sentence
        assert "not answered" in is_refused(cleo("done", post, "--json"), "not_allowed")
        refused = ana("done", post, "--response", response, "--json")
        assert "Ben does not go" in is_refused(refused, "not_allowed")
        assert "nobody to thank" in is_refused(ana("thank", post, "Hi", "--json"), "not_allowed")
    ana("decline", response)
    street_of_three.meet()
    with all_unchanged(street_of_three):
        assert "declined" in is_refused(ben("done", post, "--json"), "not_allowed")


def test_finishing_twice(street_of_three: Neighbours) -> None:
    post = need(street_of_three)
    ana = street_of_three["ana"]
    ana("accept", answer(street_of_three, "ben", post))
    assert ana("done", post).code == 0
    street_of_three.meet()
    with all_unchanged(street_of_three):
        assert "done already" in is_refused(ana("done", post, "--json"), "not_allowed")
        refused = street_of_three["cleo"]("help-with", post, "--json")
        assert "done" in is_refused(refused, "not_allowed")


def test_answering_ones_own_need(street_of_three: Neighbours) -> None:
    post = need(street_of_three)
    with all_unchanged(street_of_three):
        refused = street_of_three["ana"]("help-with", post, "--json")
        assert "your own post" in is_refused(refused, "not_allowed")


def test_a_part_larger_than_what_is_left(street_of_three: Neighbours) -> None:
    post = need(street_of_three, "--part", "dinners=3", "--part", "loads=1")
    answer(street_of_three, "ben", post, "--of", "dinners", "--part", "2")
    cleo = street_of_three["cleo"]
    with all_unchanged(street_of_three):
        refused = cleo("help-with", post, "--of", "dinners", "--part", "2", "--json")
        assert "Only 1 of “dinners”" in is_refused(refused, "bad_value")
        refused = cleo("help-with", post, "--of", "cakes", "--json")
        assert "“dinners” (1 left)" in is_refused(refused, "bad_value")
        assert cleo("help-with", post, "--of", "dinners", "--part", "0").code == 2
        assert cleo("help-with", post, "--of", "dinners", "--part", "100").code == 2


def test_a_part_of_which_nothing_is_left(street_of_three: Neighbours) -> None:
    post = need(street_of_three, "--part", "dinners=1", "--part", "loads=1")
    answer(street_of_three, "ben", post, "--of", "dinners")
    with all_unchanged(street_of_three):
        refused = street_of_three["cleo"]("help-with", post, "--of", "dinners", "--json")
        assert "Nothing of “dinners” is left" in is_refused(refused, "bad_value")


def test_each_time_for_what_comes_once(street_of_three: Neighbours) -> None:
    post = need(street_of_three)
    with all_unchanged(street_of_three):
        refused = street_of_three["ben"]("help-with", post, "--every", "--json")
        assert "one time only" in is_refused(refused, "bad_value")


# -- photos


def huge() -> bytes:
    """200 megapixels in a few kilobytes."""
    return saved(Image.new("1", (20_000, 10_000)), "PNG")


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("kettle.jpg", lambda: b"not a picture", "not a picture"),
        ("kettle.jpg", lambda: b"", "not a picture"),
        ("kettle.png", huge, "20,000 by 10,000 pixels"),
        ("kettle.jpg", lambda: saved(Image.new("RGB", (9, 9)), "PNG"), "named like a JPEG"),
        ("kettle.jpg", lambda: saved(Image.new("RGB", (900, 900)))[:700], "damaged"),
        ("kettle.svg", lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        ("kettle.heic", lambda: b"\0\0\0\x18ftypheic" + bytes(64), "HEIC"),
    ],
    ids=["text", "empty", "huge", "another kind", "cut off", "a drawing", "from a phone"],
)
def test_a_photo_that_is_none(name: str, data, says: str, ana: Run, tmp_path: Path) -> None:
    file, good = tmp_path / name, tmp_path / "good.png"
    file.write_bytes(data())
    good.write_bytes(saved(Image.new("RGB", (9, 9)), "PNG"))
    code = ana("post", "offer", "A kettle", "--json").document["code"]
    with unchanged(ana):
        for command in (("post", "offer", "A pot"), ("edit", code)):
            refused = ana(*command, "--photo", str(good), "--photo", str(file), "--json")
            sentence = is_refused(refused, "bad_photo")
            assert says in sentence
            assert "Nothing was" in sentence
    (offer,) = ana("list", "offers", "--json").document
    assert offer["photos"] == []


def test_a_photo_that_is_not_there(ana: Run, tmp_path: Path) -> None:
    with unchanged(ana):
        refused = ana("post", "offer", "A pot", "--photo", str(tmp_path / "none.jpg"), "--json")
        assert "There is no file" in is_refused(refused, "bad_photo")
        assert ana("post", "offer", "A pot", "--photo", str(tmp_path)).code == 2
    assert ana("list", "offers", "--json").document == []


def test_five_photos(ana: Run, tmp_path: Path) -> None:
    files: list[str] = []
    for number in range(5):
        file = tmp_path / f"{number}.png"
        file.write_bytes(saved(Image.new("RGB", (9, 9 + number)), "PNG"))
        files += ["--photo", str(file)]
    with unchanged(ana):
        refused = ana("post", "offer", "A pot", *files, "--json")
        assert "up to 4 photos" in is_refused(refused, "bad_photo")
    code = ana("post", "offer", "A pot", *files[:6], "--json").document["code"]
    with unchanged(ana):
        refused = ana("edit", code, *files[6:], "--json")
        assert "has 3 already" in is_refused(refused, "bad_photo")
    assert len(ana("list", "offers", "--json").document[0]["photos"]) == 3


# -- long texts


@pytest.mark.parametrize("endless", [False, True])
def test_a_megabyte_of_words(
    endless: bool, street_of_three: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, ben = street_of_three["ana"], street_of_three["ben"]
    post = need(street_of_three)
    response = answer(street_of_three, "ben", post)
    ana("accept", response)
    ana("done", post)
    open_ = need(street_of_three)
    other = answer(street_of_three, "ben", open_)
    text = A_MEGABYTE * 5 if endless else A_MEGABYTE
    with all_unchanged(street_of_three):
        for run, *command in (
            (ben, "comment", post, "-"),
            (ben, "thread", post, "-"),
            (ben, "thank", post, "-"),
            (ana, "decline", other, "--note", "-"),
            (ana, "edit", open_, "--text", "-"),
            (ana, "post", "need", "Another", "--text", "-"),
        ):
            monkeypatch.setattr("sys.stdin", io.StringIO(text))
            sentence = is_refused(run(*command, "--json"), "bad_value")
            assert ("1,048,576" in sentence) is not endless, command
            assert len(sentence) < 200


def test_a_megabyte_through_a_pipe(ana: Run, profile: Path) -> None:
    """More than fits on a command line."""
    code = ana("post", "need", "A lift", "--json").document["code"]

    def said(data: bytes) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "mutualaid", "comment", code, "-", "--json"],
            cwd=ROOT,
            env=environment(profile) | {"PYTHONUTF8": "1"},
            input=data,
            capture_output=True,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    with unchanged(ana):
        assert "1,048,576" in is_refused(said(A_MEGABYTE.encode()), "bad_value")
        assert "not valid text" in is_refused(said(b"caf\xe9"), "bad_value")
        is_refused(said(b"  \n"), "bad_value")
    assert said("Ďakujem".encode()).code == 0
    assert ana("show", code, "--json").document["comments"][0]["text"] == "Ďakujem"


# -- times


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--from", "2027-03-01 14:00", "--until", "2027-03-01 12:00"), "before it begins"),
        (("--from", "2027-03-02", "--until", "2027-03-01"), "before it begins"),
        (("--until", "2027-03-01 12:00"), "needs a beginning"),
        (("--repeat", "weekly"), "needs the time"),
        (("--from", "2020-01-01 12:00", "--until", "2020-01-01 14:00"), "is over"),
        (("--from", "2027-02-30"), "There is no day"),
        (("--from", "tomorrow 25:00"), "There is no time"),
        (("--from", "soon"), "cannot be read as a time"),
        (("--from", "9999-01-01"), "in this century"),
        (
            ("--from", "2027-03-01", "--until", "2027-03-20", "--repeat", "weekly"),
            "begin again before it is over",
        ),
    ],
)
def test_a_window_that_cannot_be_meant(options: tuple[str, ...], says: str, ana: Run) -> None:
    code = ana("post", "need", "A lift", "--json").document["code"]
    with unchanged(ana):
        for command in (("post", "need", "Another"), ("edit", code)):
            assert says in is_refused(ana(*command, *options, "--json"), "bad_value")
    (need,) = ana("list", "needs", "--json").document
    assert (need["from"], need["until"], need["repeat"]) == (None, None, None)


def test_more_sorts_of_parts_than_fit(ana: Run) -> None:
    many = [f"--part=sort {number}=2" for number in range(13)]
    twice = ["--part", "dinners=2", "--part", " dinners =3"]
    for parts in (many, twice, ["--part", f"{'x' * 50}=2"], ["--part", "dinners=100"]):
        with unchanged(ana):
            is_refused(ana("post", "need", "Help", *parts, "--json"), "bad_value")
    assert json.loads(ana("list", "needs", "--json").out) == []
