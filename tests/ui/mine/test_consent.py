# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What of me may leave the group is said line by line, and what went out with it is shown."""

import pytest
from PySide6.QtWidgets import QApplication

from mutualaid.model.values import Audience, ContactKind
from mutualaid.model.values.directories import ExportedRow, ExportRow, ShareField
from mutualaid.ui.directories.words import AUDIENCES, leaving_word, share_word
from mutualaid.ui.mine.consent import ConsentView
from mutualaid.ui.mine.page import MyPage
from mutualaid.ui.neighbourhood.people import PeoplePage
from mutualaid.ui.widgets import Text
from tests.ui.helpers import Key, focused, press, tab_to
from tests.ui.homes import Home

NAME, SKILLS = ShareField.NAME, ShareField.SKILLS


@pytest.fixture
def page(home: Home) -> MyPage:
    page = home.window.page
    assert isinstance(page, MyPage)
    return page


@pytest.fixture
def view(page: MyPage) -> ConsentView:
    page.show_consent()
    QApplication.processEvents()
    return page.consent


def words(view: ConsentView) -> str:
    return " ".join(one.text() for one in view.findChildren(Text) if one.isVisible())


def export(number: int, **more: object) -> ExportRow:
    fields = {
        "number": number,
        "id": number.to_bytes(16),
        "code": f"K7PQ{number}",
        "who": "Ben",
        "mine": False,
        "created": 1_700_000_000_000,
        "audience": Audience.PRINT,
        "formats": ("print:board",),
        "people": 3,
        "posts": 2,
        "places": 1,
        "repairs": 0,
        "ends": 1_710_000_000_000,
        "ended": True,
        "hash": bytes(32),
    }
    return ExportRow(**{**fields, **more})  # type: ignore[arg-type]


def test_at_first_nothing_leaves(view, home):
    assert set(home.group.shares().values()) == {Audience.GROUP}
    for field, line in view.lines.items():
        assert line.audience.currentText() == leaving_word(Audience.GROUP), field
    assert "Nothing of yours has left the group so far." in words(view)


def test_by_keyboard_a_line_is_saved_at_once_and_taken_back(view, home, qtbot):
    line = view.lines[SKILLS]
    tab_to(qtbot, line.audience)
    assert focused().accessibleName() == "My skills may leave for"
    press(qtbot, Key.Key_Down, Key.Key_Down)
    # A box that is closed takes the arrows as choices of their own.
    assert home.group.shares()[SKILLS] is Audience.PRINT
    assert "a printed directory" in home.window.toast.words
    home.window.undo()
    assert home.group.shares()[SKILLS] is not Audience.PRINT


@pytest.mark.parametrize("field", list(ShareField))
@pytest.mark.parametrize("audience", AUDIENCES[1:])
def test_each_field_is_kept_for_each_audience(view, home, field, audience):
    box = view.lines[field].audience
    box.choose(audience)
    box.activated.emit(box.currentIndex())
    assert home.group.shares()[field] is audience
    assert share_word(field) in home.window.toast.words


def test_what_goes_no_further_than_the_name_says_so(view, home):
    home.group.set_share(SKILLS, Audience.PUBLIC)
    home.meet()
    assert view.lines[SKILLS].kept.isVisible()
    assert "only our group" in view.lines[SKILLS].kept.text()
    home.group.set_share(NAME, Audience.PUBLIC)
    home.meet()
    assert not view.lines[SKILLS].kept.isVisible()


def test_contacts_stay_where_they_are_and_are_mentioned(view, page, home):
    home.group.set_contact(ContactKind.PHONE, "0170 1234", Audience.PRINT)
    home.meet()
    assert "Phone: a printed directory" in view.contacts.text()
    assert "0170" not in words(view)
    view.reach.click()
    assert page.chip_reach.isChecked()
    page.reach.consent.click()
    assert page.chip_consent.isChecked()


def test_about_me_leads_there(home, page):
    home.window.edit_record("person", home.group.me)
    people = home.window.page
    assert isinstance(people, PeoplePage)
    people.form.consent.click()
    assert home.window.page is page
    assert page.chip_consent.isChecked()
    assert page.consent.lines[NAME].audience.hasFocus()


def test_exports_that_took_something_along_are_shown_with_what(view, home, monkeypatch):
    rows = [
        ExportedRow(export(1), ("name", "skills", "contact:phone", "post:K7PQ")),
        ExportedRow(export(2, mine=True, audience=Audience.PUBLIC), ("repairs",)),
        *(ExportedRow(export(number), ("name",)) for number in range(3, 9)),
    ]
    monkeypatch.setattr(type(home.group), "exports_with_me", lambda _self: rows)
    view.load()
    QApplication.processEvents()
    told = words(view)
    assert "for a printed directory" in told
    for what in ("my name", "my skills", "phone", "post K7PQ", "repairs I wrote down"):
        assert what in told
    assert "by Ben" in told
    assert "by you" in told
    assert "the board, with strips" in told
    assert "cannot be called back" in told
    assert "Nothing of yours" not in told
    assert len(view.exports.rows) < len(rows)
    view.more.click()
    QApplication.processEvents()
    assert len(view.exports.rows) == len(rows)
    assert not view.more.isVisible()
