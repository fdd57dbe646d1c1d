# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A slip and a form come back and are typed in by keyboard, for whoever wrote them."""

from collections.abc import Iterator

import pytest
import shiboken6

from mutualaid.model.directories.paper.forms import new_number
from mutualaid.model.group import Group
from mutualaid.model.values import Audience, Part, PostDraft, PostFilter, PostKind, Standing
from mutualaid.ui.directories.from_paper import FromPaperDialog, Paper
from mutualaid.ui.post.form import PostDialog
from mutualaid.ui.shell import Shell
from tests.ui.helpers import Key, dialog, press, settle, tab_to, type_text


@pytest.fixture
def form(window: Shell, qtbot) -> Iterator[FromPaperDialog]:
    made = FromPaperDialog(window, window.desk)
    made.open()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    if shiboken6.isValid(made):
        made.reject()
    settle()


@pytest.fixture
def post(group: Group) -> bytes:
    made = group.post(PostDraft(PostKind.NEED, "Boxes for moving house")).created
    assert made is not None
    return made


def code_of(group: Group, post: bytes) -> str:
    return group.post_detail(post).row.code


def test_a_slip_is_typed_in_with_keys_alone_and_undone(form, window, group, post, qtbot):
    assert form.code.hasFocus()
    with qtbot.waitSignal(form.looked):
        type_text(qtbot, code_of(group, post).lower())
    assert form.title.text() == "Boxes for moving house"
    assert form.found.isVisible()
    tab_to(qtbot, form.whom)
    type_text(qtbot, "Mr. Adeyemi")
    tab_to(qtbot, form.text)
    type_text(qtbot, "I have eight of them")
    tab_to(qtbot, form.contact)
    type_text(qtbot, "0170 99 88 77")
    with qtbot.waitSignal(form.accepted):
        press(qtbot, Key.Key_Return)
    answer = group.post_detail(post).responses[0]
    assert answer.on_behalf_of == "Mr. Adeyemi"
    assert answer.note == "I have eight of them"
    assert answer.paper
    assert "0170 99 88 77" in group.slip_contact(answer.id)
    assert "Written down for Mr. Adeyemi" in window.toast.words
    window.undo()
    assert [one.state for one in group.post_detail(post).responses] == [Standing.RELEASED]


@pytest.mark.parametrize("typed", ["", "Z", "ZZZZZZZZ", "O0I1", "' OR 1=1 --", "x" * 5000])
def test_a_code_that_is_none_is_said_under_its_field(form, typed):
    form.code.setText(typed)
    form.whom.setText("Mr. Adeyemi")
    form.try_submit()
    assert form.code.property("bad") == "true"
    assert not form.found.isVisible()
    assert form.isVisible()


def test_whose_slip_it_is_has_to_be_said(form, group, post):
    form.code.setText(code_of(group, post))
    form.try_submit()
    assert form.whom.property("bad") == "true"
    assert group.post_detail(post).responses == ()


def test_a_slip_is_not_typed_in_twice(form, window, group, post):
    code = code_of(group, post)
    group.slip(code, "Mr. Adeyemi", "Eight")
    form.code.setText(code)
    form.whom.setText("Mr. Adeyemi")
    form.try_submit()
    assert form.banner.isVisible()
    assert len(group.post_detail(post).responses) == 1


def test_of_several_parts_it_is_said_which(form, group, qtbot):
    made = group.post(
        PostDraft(
            PostKind.NEED,
            "Soup for forty",
            named_parts=(Part("pots", 3), Part("hands", 2)),
        )
    )
    form.code.setText(code_of(group, made.created))
    form.look_up()
    assert form._taking.isVisible()
    form.part.choose("hands")
    form.whom.setText("Auntie Rose")
    form.try_submit()
    assert group.post_detail(made.created).responses[0].part == "hands"


def test_a_form_is_typed_in_for_whoever_filled_it_in(form, window, group, qtbot):
    number = new_number()
    form.kind.choose(Paper.FORM)
    assert form.number.hasFocus()
    type_text(qtbot, number.lower())
    press(qtbot, Key.Key_Return)
    settle()
    posting = dialog(PostDialog)
    assert posting.whom.isVisible()
    assert number in posting.consent.text()
    posting.title.setText("A hand with the shopping")
    posting.try_submit()
    assert "Whose form is it?" in posting.banner.accessibleName()
    posting.whom.setText("Mrs. Okafor")
    posting.shares.post.choose(Audience.PRINT)
    posting.try_submit()
    settle()
    made = next(row for row in group.posts(PostFilter()) if row.title == "A hand with the shopping")
    assert made.on_behalf_of == "Mrs. Okafor"
    assert group.post_shares(made.id).post is Audience.PRINT
    assert "Posted for Mrs. Okafor" in window.toast.words
    # The same form again, by somebody who did not know.
    again = FromPaperDialog(window, window.desk)
    again.open()
    again.kind.choose(Paper.FORM)
    again.number.setText(number)
    again.try_submit()
    posting = dialog(PostDialog)
    posting.title.setText("Once more")
    posting.whom.setText("Mrs. Okafor")
    posting.try_submit()
    assert posting.banner.isVisible()
    posting.reject()
    settle()


@pytest.mark.parametrize("typed", ["", "ABC", "22222223", "0000-0000"])
def test_a_number_that_was_never_printed_is_said_under_its_field(form, typed):
    form.kind.choose(Paper.FORM)
    form.number.setText(typed)
    form.try_submit()
    assert form.number.property("bad") == "true"


def test_the_board_and_the_menu_lead_there(window, qtbot):
    window.show_page("board")
    with qtbot.waitSignal(window.action_asked) as asked:
        window.page.paper.click()
    assert asked.args == ["from-paper"]
    action = next(one for one in window.actions() if "paper" in one.text())
    with qtbot.waitSignal(window.action_asked) as asked:
        action.trigger()
    assert asked.args == ["from-paper"]
