# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One post in full, as its owner, a helper and a neighbour see it and work with it."""

import io

import pytest
from PIL import Image

from mutualaid.errors import NotFoundError
from mutualaid.model import codes, photos
from mutualaid.model.values import (
    Audience,
    ContactKind,
    Part,
    PostDraft,
    PostKind,
    PostStatus,
    Repeat,
    Standing,
)
from mutualaid.ui import words
from mutualaid.ui.post.person_menu import PersonMenu
from mutualaid.ui.theme import theme
from tests.model.street import NOW
from tests.ui.helpers import Key, focusables, focused
from tests.ui.test_names import cut, lay_out, look_at

HOUR = 3_600_000
DAY = 24 * HOUR


@pytest.fixture(autouse=True)
def _same_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The window's clock shows what the machines' clocks show."""
    monkeypatch.setattr(words.QDateTime, "currentMSecsSinceEpoch", lambda: NOW)


def answer(street, name: str, post: bytes, note: str = "", **more: object) -> bytes:
    made = street[name].help_with(post, note, **more).created
    street.meet()
    assert made is not None
    return made


# -- parts


def test_parts_are_taken_by_several_until_nothing_is_open(homes, street):
    dinners = (Part("dinners", 3), Part("loads", 1))
    post = street.need("Ana", "Dinners and washing", named_parts=dinners)
    ben, cleo = homes["Ben"], homes["Cleo"]
    ben.open(post)
    assert "dinners: 0 of 3 covered, 3 still open" in ben.reads()
    assert focused() is ben.pane.help.part
    ben.press(Key.Key_Tab, Key.Key_Up)
    assert ben.pane.help.amount.value() == 2
    ben.press(Key.Key_Tab)
    ben.type("Lentil soup")
    ben.press(Key.Key_Return)
    assert ben.answers() == [Standing.TAKEN]
    assert "dinners: 2 of 3 covered, 1 still open" in ben.reads()
    assert ben.pane.help.part.currentText() == "loads"

    cleo.open(post)
    assert cleo.pane.help.amount.maximum() == 1
    cleo.go_to(cleo.pane.help.note)
    cleo.press(Key.Key_Return)
    assert cleo.status() is PostStatus.PART_COVERED
    assert [part.left for part in street["Cleo"].post_detail(post).parts] == [0, 1]
    cleo.go_to(cleo.pane.help.note)
    cleo.press(Key.Key_Return)
    assert cleo.status() is PostStatus.AGREED
    assert not cleo.pane.help.isVisible()


def test_what_is_taken_meanwhile_leaves_what_is_being_typed(homes, street):
    post = street.need("Ana", "Five dinners", parts=5)
    ben = homes["Ben"]
    ben.open(post)
    ben.go_to(ben.pane.note)
    ben.type("I could bring")
    answer(street, "Cleo", post, amount=3)
    ben.hear()
    assert ben.pane.note.text() == "I could bring"
    assert focused() is ben.pane.note
    assert ben.pane.help.amount.maximum() == 2


def test_each_time_and_for_somebody_without_a_machine(homes, street):
    post = street.need("Ana", "Walk the dog", starts=NOW + DAY, repeat=Repeat.WEEKLY)
    ben = homes["Ben"]
    ben.open(post)
    ben.go_to(ben.pane.help.every)
    ben.press(Key.Key_Space)
    ben.use("Answer for somebody without a computer")
    assert focused() is ben.pane.help.whom
    ben.type("Mr. Novak")
    ben.press(Key.Key_Return)
    (mine,) = street["Ben"].post_detail(post).responses
    assert mine.every
    assert mine.on_behalf_of == "Mr. Novak"
    assert "You for Mr. Novak" in ben.reads()


# -- yes and no


def test_a_second_yes_asks_in_the_pane_whether_also_or_instead(homes, street):
    post = street.need("Ana")
    answer(street, "Ben", post)
    answer(street, "Cleo", post)
    ana = homes["Ana"]
    ana.open(post)
    ana.use("Accept Ben")
    ana.use("Accept Cleo")
    assert "Ben goes already. Should Cleo go as well, or instead?" in ana.reads()
    assert focused().accessibleName() == "Cleo goes as well"
    ana.press(Key.Key_Escape)
    assert "or instead" not in ana.reads()
    assert ana.board.detail_is_shown
    ana.use("Accept Cleo")
    ana.use("Cleo goes instead of Ben")
    states = {one.who: one.state for one in street["Ana"].post_detail(post).responses}
    assert states == {"Ben": Standing.DECLINED, "Cleo": Standing.ACCEPTED}
    ana.use("Accept Ben")
    ana.use("Ben goes as well")
    assert set(ana.answers()) == {Standing.ACCEPTED}


def test_a_yes_is_undone_to_what_was_before(homes, street):
    post = street.need("Ana")
    answer(street, "Ben", post)
    ana = homes["Ana"]
    ana.open(post)
    ana.press(Key.Key_Space)
    assert ana.answers() == [Standing.ACCEPTED]
    ana.window.undo()
    assert ana.answers() == [Standing.OFFERED]


def test_a_kind_no_is_private_and_is_not_disturbed(homes, street):
    post = street.need("Ana")
    answer(street, "Ben", post)
    ana = homes["Ana"]
    ana.open(post)
    ana.use("Decline Ben")
    ana.type("Thank you, my ")
    answer(street, "Cleo", post, "I could, too")
    street["Cleo"].comment(post, "Mind the step")
    ana.hear()
    assert "Mind the step" in ana.reads()
    ana.type("sister came")
    ana.press(Key.Key_Return)
    assert Standing.DECLINED in ana.answers()
    street.meet()
    (message,) = street["Ben"].thread(post, street["Ana"].me)
    assert message.text == "Thank you, my sister came"
    assert "sister" not in "".join(one.text for one in street["Cleo"].post_detail(post).comments)


def test_esc_leaves_the_note_and_then_the_post(homes, street):
    post = street.need("Ana")
    answer(street, "Ben", post)
    ana = homes["Ana"]
    ana.open(post)
    ana.use("Decline Ben")
    ana.press(Key.Key_Escape)
    assert ana.board.detail_is_shown
    assert ana.answers() == [Standing.OFFERED]
    ana.press(Key.Key_Escape)
    assert not ana.board.detail_is_shown


def test_who_was_accepted_apart_goes_or_stands_by_in_words(homes, street):
    post = street.need("Ana")
    first, second = answer(street, "Ben", post), answer(street, "Cleo", post)
    again = street.further_machine("Ana")
    street.meet()
    street["Ana"].accept(first)
    again.accept(second)
    street.meet()
    said = {}
    for name in ("Ben", "Cleo"):
        homes[name].open(post)
        said[name] = homes[name].reads(homes[name].pane.answers)
    goes = "Ben" if "you go" in said["Ben"] else "Cleo"
    other = "Cleo" if goes == "Ben" else "Ben"
    assert "stands by: somebody else was before them" in said[goes]
    assert "you stand by: somebody else was before you" in said[other]
    homes[goes].open(post)
    homes[goes].use("Take back your answer")
    homes[other].open(post)
    assert "you go" in homes[other].reads()


# -- the promise


def test_a_promise_is_kept_said_done_and_taken_back(homes, street):
    post = street.need("Ana")
    mine = answer(street, "Ben", post)
    street["Ana"].accept(mine)
    street.meet()
    ben = homes["Ben"]
    ben.open(post)
    ben.use("I am still on it")
    assert ben.answers() == [Standing.ACCEPTED]
    ben.use("Say that it is done")
    assert ben.answers() == [Standing.SAID_DONE]
    ben.use("It is not done yet")
    assert ben.answers() == [Standing.ACCEPTED]
    ben.use("Take back your answer")
    assert ben.answers() == [Standing.RELEASED]
    ben.window.undo()
    assert ben.answers() == [Standing.ACCEPTED]


def test_one_of_several_has_done_it(homes, street):
    post = street.need("Ana", "Three dinners", parts=3)
    answer(street, "Ben", post)
    answer(street, "Cleo", post)
    ana = homes["Ana"]
    ana.open(post)
    ana.use("Ben has done it")
    states = {one.who: one.state for one in street["Ana"].post_detail(post).responses}
    assert states == {"Ben": Standing.DONE, "Cleo": Standing.TAKEN}


def test_a_promise_that_is_about_to_lapse_says_so(homes, street, monkeypatch):
    post = street.need("Ana")
    street["Ana"].accept(answer(street, "Ben", post))
    street.meet()
    soon = NOW + 5 * DAY + 12 * HOUR
    monkeypatch.setattr(words.QDateTime, "currentMSecsSinceEpoch", lambda: soon)
    street["Ben"].replica.clock = lambda: soon
    ben = homes["Ben"]
    ben.open(post)
    assert "lapses" in ben.reads()
    assert "unless you are still on it" in ben.reads()
    ben.use("I am still on it")
    assert "unless you are still on it" not in ben.reads()


def test_a_post_that_ends_soon_is_renewed(homes, street, monkeypatch):
    post = street.need("Ana")
    soon = NOW + 29 * DAY + 12 * HOUR
    monkeypatch.setattr(words.QDateTime, "currentMSecsSinceEpoch", lambda: soon)
    street["Ana"].replica.clock = lambda: soon
    ana = homes["Ana"]
    ana.open(post)
    assert "Does it still hold?" in ana.reads()
    ana.use("Renew")
    assert "Does it still hold?" not in ana.reads()
    assert street["Ana"].post_detail(post).row.expires == soon + 30 * DAY


# -- reaching each other


def test_a_number_opens_with_the_yes_and_is_said_to(homes, street):
    street["Ana"].set_contact(ContactKind.PHONE, "0170 1234", Audience.HELPER)
    street["Ben"].set_contact(ContactKind.PHONE, "0171 5678", Audience.HELPER)
    post = street.need("Ana")
    mine = answer(street, "Ben", post)
    ana, ben, cleo = (homes[name] for name in ("Ana", "Ben", "Cleo"))
    ana.open(post)
    assert "So far: nobody." in ana.reads()
    ana.use("Accept Ben")
    assert ana.window.toast.words == "Ben goes. What you keep for helpers (phone) opens for Ben."
    assert "is open for Ben" in ana.reads()
    ben.open(post)
    assert "0170 1234" in ben.reads()
    assert "Ana cannot see yours" in ben.reads()
    ben.use("Open it for Ana")
    ana.open(post)
    assert "0171 5678" in ana.reads()
    cleo.open(post)
    assert "0170" not in cleo.reads()
    assert "0171" not in cleo.reads()
    street["Ana"].decline(mine)
    ben.open(post)
    assert "0170 1234" not in ben.reads()


def test_a_number_opens_by_hand_for_who_took_a_part_without_asking(homes, street):
    street["Ana"].set_contact(ContactKind.PHONE, "0170 1234", Audience.HELPER)
    post = street.need("Ana", "Three dinners", parts=3)
    answer(street, "Ben", post)
    ana, ben = homes["Ana"], homes["Ben"]
    ben.open(post)
    assert "0170 1234" not in ben.reads()
    ana.open(post)
    ana.use("Open it for Ben")
    assert "is open for Ben" in ana.reads()
    ben.open(post)
    assert "0170 1234" in ben.reads()
    ana.sit_down()
    ana.window.undo()
    ben.open(post)
    assert "0170 1234" not in ben.reads()


def test_talking_privately_is_asked_for_with_post_and_person(homes, street, qtbot):
    post = street.need("Ana")
    answer(street, "Ben", post)
    for name, other in (("Ana", "Ben"), ("Ben", "Ana")):
        home = homes[name]
        home.open(post)
        home.pane.talk_asked.disconnect()
        with qtbot.waitSignal(home.pane.talk_asked) as asked:
            home.use(f"Talk privately with {other}")
        assert asked.args == [post, street[other].me]


def test_blocking_somebody_hides_what_they_say_and_is_undone(homes, street):
    post = street.need("Ana")
    street["Ben"].comment(post, "Never mind")
    ana = homes["Ana"]
    ana.open(post)
    (menu,) = [one for one in ana.pane.findChildren(PersonMenu) if one.isVisible()]
    menu.menu().actions()[-1].trigger()
    assert "Never mind" not in ana.reads()
    ana.window.undo()
    assert "Never mind" in ana.reads()


def test_thanks_for_an_offer_come_from_who_took_it_up(homes, street):
    post = street["Ana"].post(PostDraft(PostKind.OFFER, "Apples")).created
    street.meet()
    street["Ana"].accept(answer(street, "Ben", post))
    street["Ana"].done(post)
    ana, ben = homes["Ana"], homes["Ben"]
    ana.open(post)
    assert not ana.pane.thanks.line.isVisible()
    ben.open(post)
    ben.go_to(ben.pane.thanks.line.words)
    ben.type("Best pie in years")
    ben.press(Key.Key_Return)
    ana.open(post)
    assert "“Best pie in years”" in ana.reads()
    ben.sit_down()
    ben.window.undo()
    assert not street["Ben"].post_detail(post).thanks


def test_a_steward_may_say_yes_for_who_has_no_machine(homes, street):
    post = street.need("Ben", "A lift", on_behalf_of="Mrs. Okafor", consent="on the phone")
    street["Ben"].set_behalf_contact(post, "0172 999", share=True)
    answer(street, "Cleo", post)
    ana = homes["Ana"]
    ana.open(post)
    assert "For Mrs. Okafor, who said yes. “on the phone”" in ana.reads()
    assert "0172 999" in ana.reads()
    ana.use("Accept Cleo")
    assert ana.status() is PostStatus.AGREED
    ben = homes["Ben"]
    ben.open(post)
    assert "yes from Ana" in ben.reads()


# -- photos


def picture(colour: str, alt: str):
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "PNG")
    return photos.prepare(out.getvalue(), alt=alt)


def test_photos_are_small_and_open_larger_with_their_words(homes, street, qtbot):
    pictures = (picture("green", "A ladder"), picture("brown", ""))
    post = street["Ana"].post(PostDraft(PostKind.OFFER, "Ladder"), pictures).created
    ana = homes["Ana"]
    ana.open(post)
    first, second = ana.pane.head.photos.buttons
    assert first.accessibleName() == "Photo 1 of 2: A ladder"
    assert second.accessibleName() == "Photo 2 of 2"
    assert not ana.pane.head.photos.large.isVisible()
    ana.go_to(first)
    ana.press(Key.Key_Space)
    assert ana.pane.head.photos.large.isVisible()
    assert "A ladder" in ana.reads(ana.pane.head.photos)
    qtbot.waitUntil(lambda: not ana.pane.photos.busy)
    ana.press(Key.Key_Tab, Key.Key_Space)
    assert not first.isChecked()
    assert "Nobody has said in words" in ana.reads(ana.pane.head.photos)
    ana.press(Key.Key_Space)
    assert not ana.pane.head.photos.large.isVisible()


def test_a_photo_that_has_not_come_says_so(homes, street):
    post = street["Ana"].post(PostDraft(PostKind.OFFER, "Ladder"), (picture("red", "x"),)).created
    ben = homes["Ben"]
    ben.open(post)
    (button,) = ben.pane.head.photos.buttons
    ben.go_to(button)
    ben.press(Key.Key_Space)
    assert "has not come to this machine yet" in ben.reads(ben.pane.head.photos)
    (digest,) = street["Ben"].missing_photos()
    with street["Ben"].replica.write(durable=True):
        assert street["Ben"].replica.blobs.keep(digest, street["Ana"].photo(digest))
    ben.hear()
    assert "has not come" not in ben.reads(ben.pane.head.photos)
    assert button.isVisible() is False  # a new one stands in its place, open like it
    assert ben.pane.head.photos.buttons[0].isChecked()
    assert focused() is ben.pane.head.photos.buttons[0]


# -- for everybody


def scenes(street) -> list[bytes]:
    """Posts of Ana in as many states as there are."""
    ana, ben = street["Ana"], street["Ben"]
    asked = street.need("Ana", "Asked", on_behalf_of="Mrs. Okafor")
    answer(street, "Ben", asked, "I have the van free", when="at four")
    answer(street, "Cleo", asked)
    parts = street.need("Ana", "Parts", named_parts=(Part("dinners of several courses", 4),))
    answer(street, "Ben", parts, amount=2)
    agreed = street.need("Ana", "Agreed")
    ana.accept(answer(street, "Ben", agreed))
    done = street.need("Ana", "Done")
    ana.accept(answer(street, "Ben", done))
    street.meet()
    ben.done(done)
    street.meet()
    return [asked, parts, agreed, done]


@pytest.mark.parametrize("name", ["Ana", "Ben", "Cleo"])
def test_everything_has_a_name_and_its_place_in_the_order(homes, street, name):
    posts = scenes(street)
    home = homes[name]
    for post in posts:
        home.open(post)
        lay_out()
        look_at(home.pane)
        assert cut(home.pane) == []
        tops = _tops(home)
        assert tops == sorted(tops), "Tab goes up again"


def _tops(home) -> list[int]:
    """How far down each stop of Tab is, in the order of Tab; those in one row count as one."""
    pane = home.pane
    tops: list[int] = []
    widget = pane.back.nextInFocusChain()
    while widget is not pane.back:
        if widget in focusables(pane):
            middle = widget.mapTo(pane, widget.rect().center()).y()
            same_row = tops and abs(middle - tops[-1]) < 24
            tops.append(tops[-1] if same_row else middle)
        widget = widget.nextInFocusChain()
    return tops


@pytest.mark.parametrize("name", ["Ana", "Ben"])
def test_nothing_is_cut_at_twice_the_text_size(homes, street, name):
    posts = scenes(street)
    home = homes[name]
    home.window.resize(1600, 1000)
    theme().set_text_scale(2.0)
    try:
        for post in posts:
            home.open(post)
            lay_out()
            assert cut(home.pane) == []
    finally:
        theme().set_text_scale(1.0)


def test_what_was_typed_for_one_post_is_not_said_about_another(homes, street):
    one, other = street.need("Ana", "One"), street.need("Ana", "Other")
    ben = homes["Ben"]
    ben.open(one)
    ben.type("for the first")
    ben.board.open_record(other)
    assert ben.pane.note.text() == ""


# -- forgotten for good


def test_what_is_past_is_forgotten_only_when_it_is_asked_for_twice(homes, street):
    post = street.need("Ana", "A ladder")
    ana = homes["Ana"]
    ana.open(post)
    assert "Forget this post for good" not in ana.offered()
    ana.use("Withdraw")
    ana.use("Forget this post for good")
    assert "It cannot reach paper" in ana.reads()
    assert ana.status() is PostStatus.WITHDRAWN
    assert focused().accessibleName() == "Forget it"
    ana.press(Key.Key_Space)
    assert not ana.board.detail_is_shown
    street.meet()
    for name in ("Ana", "Ben"):
        with pytest.raises(NotFoundError):
            street[name].post_detail(post)


# -- answers on paper


def test_who_answered_on_paper_is_reached_as_the_owner_alone_can_read(homes, street):
    post = street.need("Ana", "A ladder")
    street["Ben"].slip(codes.code(post), "Rosa", "Gladly", contact="0555 12")
    street.meet()
    ana, cleo = homes["Ana"], homes["Cleo"]
    ana.open(post)
    assert "on a slip of paper · Rosa is reached so: 0555 12" in ana.reads()
    cleo.open(post)
    assert "on a slip of paper" in cleo.reads()
    assert "0555 12" not in cleo.reads()
