# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From an empty board to done with thanks, by keyboard alone, in two windows of two neighbours."""

from mutualaid.model.values import Audience, ContactKind, PostFilter, PostStatus, Standing
from tests.ui.helpers import Key, focused, settle


def test_from_an_empty_board_to_done_with_thanks(homes, street):
    ana, ben = homes["Ana"], homes["Ben"]
    street["Ana"].set_contact(ContactKind.PHONE, "0170 1234", Audience.HELPER)

    ana.sit_down()
    assert ana.board.model.rowCount() == 0
    ana.post("A lift to the clinic")
    ana.press(Key.Key_Return)
    settle()
    assert ana.board.model.row(0).title == "A lift to the clinic"

    ben.sit_down()
    ben.open_first_card()
    assert focused() is ben.pane.note
    ben.type("I have the van free")
    ben.press(Key.Key_Tab)
    ben.type("Friday at four")
    ben.press(Key.Key_Return)
    assert ben.answers() == [Standing.OFFERED]

    ana.sit_down()
    assert ana.board.model.row(0).status is PostStatus.OFFERED
    ana.open_first_card()
    assert focused().accessibleName() == "Accept Ben"
    ana.press(Key.Key_Space)
    assert ana.answers() == [Standing.ACCEPTED]
    assert ana.status() is PostStatus.AGREED

    ben.sit_down()
    assert "0170 1234" in ben.reads(ben.pane.reach)
    ben.use("Say that it is done")
    assert ben.answers() == [Standing.SAID_DONE]

    ana.sit_down()
    assert ana.status() is PostStatus.SAID_DONE
    ana.use("Done")
    assert ana.status() is PostStatus.DONE
    assert ana.board.model.rowCount() == 0
    ana.go_to(ana.pane.thanks.line.words)
    ana.type("You saved the day")
    ana.press(Key.Key_Return)

    ben.sit_down()
    assert ben.pane.record is not None
    assert [one.text for one in street["Ben"].post_detail(ben.pane.record).thanks] == [
        "You saved the day"
    ]
    assert street["Ben"].posts() == []
    (past,) = street["Ben"].posts(PostFilter(past=True))
    assert past.status is PostStatus.DONE
