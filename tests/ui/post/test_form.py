# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form for a post: parts, times, photos, somebody else, and what may already fit."""

import io
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from mutualaid.model import photos
from mutualaid.model.values import Part, PostDraft, PostKind, Repeat
from mutualaid.ui import words
from mutualaid.ui.post.form import PostDialog
from mutualaid.ui.theme import theme
from tests.model.street import NOW
from tests.ui.helpers import Key, dialog, dialogs_open, focused, settle
from tests.ui.neighbour import CONTROL
from tests.ui.test_names import cut, lay_out, look_at

HOUR = 3_600_000
DAY = 24 * HOUR


@pytest.fixture(autouse=True)
def _same_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The window's clock shows what the machines' clocks show: 15 January 2027, 08:00 UTC."""
    monkeypatch.setattr(words.QDateTime, "currentMSecsSinceEpoch", lambda: NOW)


@pytest.fixture
def ana(homes):
    ana = homes["Ana"]
    ana.sit_down()
    yield ana
    for one in dialogs_open():
        one.close()
    settle()


def more(ana, form: PostDialog) -> None:
    """Open the rest of the form."""
    ana.go_to(form.more)
    ana.press(Key.Key_Space)


def send(ana, form: PostDialog) -> None:
    ana.bot.keyClick(form, Key.Key_Return, CONTROL)


def edit(ana) -> PostDialog:
    """The form for changing the post that is shown."""
    ana.use("Change this post")
    form = dialog(PostDialog)
    ana.bot.waitUntil(form.title.hasFocus)
    return form


def detail_of_first(ana):
    return ana.group.post_detail(ana.group.posts()[0].id)


# -- parts


def test_several_sorts_by_keyboard(ana):
    form = ana.post("Food and washing for a family")
    more(ana, form)
    ana.go_to(form.parts.several)
    ana.press(Key.Key_Space)
    assert focused() is form.parts.sorts[0].name
    ana.type("dinners")
    ana.bot.keyClick(focused(), Key.Key_Backtab)
    ana.press(*[Key.Key_Up] * 4)
    ana.go_to(form.parts.another)
    ana.press(Key.Key_Space)
    ana.type("loads")
    send(ana, form)
    found = detail_of_first(ana)
    assert [(one.name, one.wanted) for one in found.parts] == [("dinners", 5), ("loads", 1)]
    assert not found.row.ask


def test_a_sort_is_taken_off_again(ana):
    form = ana.post("Dinners")
    more(ana, form)
    ana.go_to(form.parts.several)
    ana.press(Key.Key_Space)
    ana.press(Key.Key_Tab, Key.Key_Space)
    assert not form.parts.sorts
    assert focused() is form.parts.count
    send(ana, form)
    assert detail_of_first(ana).row.wanted == 1


@pytest.mark.parametrize(("parts", "touch", "asks"), [(1, 0, True), (3, 0, False), (3, 1, True)])
def test_parts_are_taken_without_asking_unless_said_otherwise(ana, parts, touch, asks):
    form = ana.post("Dinners")
    more(ana, form)
    ana.go_to(form.parts.count)
    ana.press(*[Key.Key_Up] * (parts - 1))
    assert form.taking.isChecked() is (parts > 1)
    ana.go_to(form.taking)
    ana.press(*[Key.Key_Space] * touch)
    send(ana, form)
    assert detail_of_first(ana).row.ask is asks


# -- times


def test_a_window_of_time_is_read_back_and_kept(ana):
    form = ana.post("Somebody for the market stall")
    more(ana, form)
    ana.go_to(form.window_of_time.starts)
    ana.type("tomorrow 18:00")
    ana.press(Key.Key_Tab)
    ana.type("2027-01-16 20:00")
    assert form.window_of_time.read.text().startswith("Read as: tomorrow")
    ana.go_to(form.repeat)
    ana.press(Key.Key_Down)
    send(ana, form)
    row = detail_of_first(ana).row
    assert (row.starts, row.ends) == (NOW + 34 * HOUR, NOW + 36 * HOUR)
    assert row.repeat is Repeat.WEEKLY
    assert "every Saturday" in ana.board.model.index(0).data(
        words.Qt.ItemDataRole.AccessibleTextRole
    )


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [
        ("soonish", "", "cannot be read as a time"),
        ("2027-02-31", "", "There is no day"),
        ("", "25:00", "There is no time"),
        ("2027-01-17", "2027-01-16", "before it begins"),
    ],
)
def test_a_time_that_cannot_be_meant_is_a_sentence(ana, starts, ends, said):
    form = ana.post("Market stall")
    more(ana, form)
    form.window_of_time.starts.setText(starts)
    form.window_of_time.ends.setText(ends)
    send(ana, form)
    assert form.isVisible()
    lay_out()
    shown = [form.banner.accessibleName()] + [
        one.text() for one in form._rest._problems.values() if one.isVisible()
    ]
    assert said in " ".join(shown)
    assert ana.group.count_posts() == 0


def test_a_time_that_is_not_touched_stays_to_the_second(ana):
    starts = NOW + DAY + 1_234
    post = ana.group.post(PostDraft(PostKind.NEED, "Market stall", starts=starts)).created
    ana.sit_down()
    ana.board.open_record(post)
    form = edit(ana)
    assert form.window_of_time.starts.text() == "2027-01-16 08:00"
    form.title.setText("Market stall, Saturday")
    send(ana, form)
    row = ana.group.post_detail(post).row
    assert (row.title, row.starts) == ("Market stall, Saturday", starts)


# -- photos


def png(path: Path, colour: str = "green") -> Path:
    Image.new("RGB", (40, 30), colour).save(path, "PNG")
    return path


def test_photos_are_made_small_beside_the_typing_and_posted(ana, tmp_path):
    form = ana.post("A ladder to lend")
    with ana.bot.waitSignal(form.photos.settled):
        form.photos.add_files([str(png(tmp_path / "ladder.png"))])
    line = form.photos.lines[0]
    assert focused() is line.alt
    ana.type("A ladder by the wall")
    send(ana, form)
    (photo,) = detail_of_first(ana).photos
    assert (photo.alt, photo.here) == ("A ladder by the wall", True)
    assert photos.is_fit(ana.group.photo(photo.hash))


def test_posting_waits_for_a_photo_that_is_being_made_small(ana, tmp_path):
    form = ana.post("A ladder to lend")
    form.photos.add_files([str(png(tmp_path / "ladder.png"))])
    with ana.bot.waitSignal(form.photos.settled):
        send(ana, form)
        assert form.isVisible()
    assert not form.isVisible()
    assert len(detail_of_first(ana).photos) == 1


def test_what_is_no_photo_is_said_beside_the_photos_and_nothing_is_lost(ana, tmp_path):
    bad = tmp_path / "letter.jpg"
    bad.write_bytes(b"Dear neighbours")
    form = ana.post("A ladder to lend")
    with ana.bot.waitSignal(form.photos.settled):
        form.photos.add_files([str(bad)])
    assert "is not a picture" in form.photos.problem.text()
    assert form.photos.problem.isVisible()
    assert form.title.text() == "A ladder to lend"
    assert not form.photos.lines


def test_a_picture_is_pasted_and_dropped(ana, tmp_path):
    form = ana.post("A ladder to lend")
    image = QImage(30, 20, QImage.Format.Format_RGB32)
    image.fill(0xFF336699)
    QApplication.clipboard().setImage(image)
    with ana.bot.waitSignal(form.photos.settled):
        ana.bot.keyClick(form.title, Key.Key_V, CONTROL)
    QApplication.clipboard().clear()
    assert form.title.text() == "A ladder to lend"
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(png(tmp_path / "x.png", "red")))])
    assert form.photos.takes(dropped)
    with ana.bot.waitSignal(form.photos.settled):
        assert form.photos.take(dropped)
    assert len(form.photos.lines) == 2


def test_words_are_pasted_as_words(ana):
    form = ana.post("A ")
    QApplication.clipboard().setText("ladder")
    ana.bot.keyClick(form.title, Key.Key_V, CONTROL)
    assert form.title.text() == "A ladder"
    assert not form.photos.busy


def test_four_photos_are_enough(ana, tmp_path):
    form = ana.post("A ladder to lend")
    colours = ("red", "green", "blue", "white", "black")
    files = [str(png(tmp_path / f"{colour}.png", colour)) for colour in colours]
    with ana.bot.waitSignal(form.photos.settled):
        form.photos.add_files(files)
    assert len(form.photos.lines) == 4
    assert "up to four photos" in form.photos.problem.text()
    assert not form.photos.add.isVisible()


def test_photos_of_a_post_are_changed_and_changed_back(ana, tmp_path):
    drafts = [
        photos.prepare(png(tmp_path / f"{one}.png", one).read_bytes(), alt=one)
        for one in ("red", "blue")
    ]
    post = ana.group.post(PostDraft(PostKind.OFFER, "A ladder"), drafts).created
    ana.sit_down()
    ana.board.open_record(post)
    form = edit(ana)
    assert [line.alt.text() for line in form.photos.lines] == ["red", "blue"]
    form.photos.lines[1].alt.setText("the blue one")
    ana.go_to(form.photos.lines[0].remove)
    ana.press(Key.Key_Space)
    form.title.setText("A blue ladder")
    send(ana, form)
    found = ana.group.post_detail(post)
    assert found.row.title == "A blue ladder"
    assert [photo.alt for photo in found.photos] == ["the blue one"]
    ana.window.undo()
    found = ana.group.post_detail(post)
    assert found.row.title == "A ladder"
    assert sorted(photo.alt for photo in found.photos) == ["blue", "red"]


# -- for somebody


def test_for_somebody_with_their_yes_and_their_number(ana, street):
    form = ana.post("A lift to the clinic")
    more(ana, form)
    assert not form.phone.isVisible()
    ana.type("Mrs. Okafor")
    ana.press(Key.Key_Tab)
    assert focused() is form.consent
    ana.type("on the phone")
    ana.press(Key.Key_Tab)
    ana.type("0172 999")
    send(ana, form)
    row = detail_of_first(ana).row
    assert (row.on_behalf_of, row.consent) == ("Mrs. Okafor", "on the phone")
    assert ana.group.behalf_contact(row.id) == "0172 999"
    street.meet()
    assert street["Ben"].behalf_contact(row.id) == ""


def test_a_number_without_digits_is_asked_for_again_and_nothing_is_posted(ana):
    form = ana.post("A lift to the clinic")
    more(ana, form)
    ana.type("Mrs. Okafor")
    form.phone.setText("ring twice")
    send(ana, form)
    assert form.isVisible()
    assert focused() is form.phone
    assert ana.group.count_posts() == 0


# -- what may fit


def test_what_may_fit_shows_while_typing_and_opens_with_the_draft_kept(ana, street):
    offer = (
        street["Ben"]
        .post(PostDraft(PostKind.OFFER, "Extension ladder, 6 metres", category="tools"))
        .created
    )
    ana.hear()
    form = ana.post("Extension ladder for a day")
    assert form.fits is not None
    ana.bot.waitUntil(lambda: form.fits.isVisible() and not form.fits.waiting)
    (card,) = form.fits.cards.widgets
    assert card.accessibleName().startswith("Offer: Extension ladder, 6 metres, Ben")
    ana.go_to(card)
    ana.press(Key.Key_Return)
    assert not form.isVisible()
    assert ana.pane.record == offer
    settle()
    ana.sit_down()
    ana.bot.keyClick(ana.board, Key.Key_N, CONTROL)
    again = dialog(PostDialog)
    ana.bot.waitUntil(again.title.hasFocus)
    assert again.title.text() == "Extension ladder for a day"
    send(ana, again)
    assert detail_of_first(ana).row.title == "Extension ladder for a day"
    settle()
    ana.sit_down()
    assert ana.post("").title.text() == ""


def test_in_a_small_window_what_may_fit_stands_in_the_form(ana, street):
    street["Ben"].post(PostDraft(PostKind.OFFER, "Extension ladder", category="tools"))
    ana.hear()
    ana.window.resize(900, 600)
    form = ana.post("Extension ladder for a day")
    ana.bot.waitUntil(form.fits.isVisible)
    assert form.form.isAncestorOf(form.fits)


def test_a_card_says_that_it_could_fit(ana, street):
    ana.group.post(PostDraft(PostKind.NEED, "Extension ladder for a day", category="tools"))
    street["Ben"].post(PostDraft(PostKind.OFFER, "Extension ladder", category="tools"))
    ana.hear()
    role = words.Qt.ItemDataRole.AccessibleTextRole
    ana.bot.waitUntil(lambda: "could fit your post" in ana.board.model.index(0).data(role))


# -- for everybody


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_everything_has_a_name_and_nothing_is_cut(ana, street, tmp_path, scale):
    street["Ben"].post(PostDraft(PostKind.OFFER, "Extension ladder", category="tools"))
    ana.hear()
    theme().set_text_scale(scale)
    try:
        form = ana.post("Extension ladder for a day")
        ana.bot.waitUntil(form.fits.isVisible)
        with ana.bot.waitSignal(form.photos.settled):
            form.photos.add_files([str(png(tmp_path / "ladder.png"))])
        form.more.click()
        form.whom.setText("Mrs. Okafor")
        form.parts.fill(1, (Part("dinners", 5), Part("loads", 2)))
        form.window_of_time.starts.setText("tomorrow")
        lay_out()
        look_at(form)
        assert cut(form) == []
    finally:
        theme().set_text_scale(1.0)


@pytest.mark.qt_log_ignore("JPEG", "marker type")
def test_a_picture_of_no_sort_is_no_picture():
    from PySide6.QtCore import QSize

    from mutualaid.ui.post.photos import decode, size_of

    out = io.BytesIO()
    Image.new("RGB", (60, 30), "red").save(out, "JPEG")
    assert decode(out.getvalue(), QSize(20, 20), fill=True).size() == QSize(20, 20)
    assert decode(out.getvalue(), QSize(20, 20), fill=False).size() == QSize(20, 10)
    assert decode(out.getvalue(), QSize(500, 500), fill=False).size() == QSize(60, 30)
    assert size_of(out.getvalue()) == QSize(60, 30)
    assert decode(b"\xff\xd8\xff nothing", QSize(20, 20), fill=True).isNull()
    assert decode(out.getvalue()[:80], QSize(20, 20), fill=False).isNull()
