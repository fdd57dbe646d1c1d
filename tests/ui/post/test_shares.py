# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""For whom a post may leave the group is said in its form, shown beside it, and undone."""

import pytest

from mutualaid.model.values import Audience, PostDraft, PostKind
from mutualaid.model.values.directories import PostShares, ShareField
from mutualaid.ui.post.form import PostDialog
from tests.ui.helpers import Key, dialog, dialogs_open, settle
from tests.ui.neighbour import CONTROL

GROUP, PRINT, PUBLIC = Audience.GROUP, Audience.PRINT, Audience.PUBLIC


@pytest.fixture
def ana(homes):
    ana = homes["Ana"]
    ana.sit_down()
    yield ana
    for one in dialogs_open():
        one.close()
    settle()


def more(ana, form: PostDialog) -> None:
    ana.go_to(form.more)
    ana.press(Key.Key_Space)


def send(ana, form: PostDialog) -> None:
    ana.bot.keyClick(form, Key.Key_Return, CONTROL)


def edit(ana) -> PostDialog:
    ana.use("Change this post")
    form = dialog(PostDialog)
    ana.bot.waitUntil(form.title.hasFocus)
    return form


def shares(ana) -> PostShares:
    return ana.group.post_shares(ana.group.posts()[0].id)


def test_unsaid_a_post_follows_what_its_owner_allows(ana):
    ana.group.set_share(ShareField.POSTS, PRINT)
    form = ana.post("A ladder")
    assert form.shares.post.currentText() == "as is usual: a printed directory"
    send(ana, form)
    assert shares(ana) == PostShares(PRINT, GROUP, GROUP)
    ana.group.set_share(ShareField.POSTS, GROUP)
    assert shares(ana).post is GROUP


def test_a_post_says_by_keyboard_that_it_may_go_further(ana):
    form = ana.post("A ladder")
    more(ana, form)
    ana.go_to(form.shares.post)
    assert form.shares.post.accessibleName() == "May leave the group for"
    ana.press(*[Key.Key_Down] * 4)
    ana.go_to(form.shares.photos)
    ana.press(Key.Key_Down)
    send(ana, form)
    assert shares(ana) == PostShares(PUBLIC, Audience.LINKED, GROUP)
    ana.open(ana.group.posts()[0].id)
    assert "May leave the group for: everybody" in ana.reads()


def test_the_name_of_somebody_else_is_asked_for_apart(ana):
    ana.group.set_share(ShareField.POSTS, PUBLIC)
    form = ana.post("Shopping")
    assert not form.shares.on_behalf_of.isVisible()
    more(ana, form)
    ana.type("Mrs. Okafor")
    assert form.shares.on_behalf_of.isVisible()
    # What Ana allows of her own posts says nothing of Mrs. Okafor's.
    assert form.shares.post.currentText() == "as is usual: only our group"
    form.shares.on_behalf_of.choose(PRINT)
    send(ana, form)
    assert shares(ana) == PostShares(GROUP, GROUP, PRINT)
    ana.open(ana.group.posts()[0].id)
    assert "the name Mrs. Okafor: a printed directory" in ana.reads()


def test_it_is_changed_and_that_is_undone(ana):
    made = ana.group.post(PostDraft(PostKind.NEED, "A ladder"))
    ana.group.share_post(made.created, PRINT, photos=PRINT)
    ana.open(made.created)
    assert "May leave the group for: a printed directory" in ana.reads()
    form = edit(ana)
    form.shares.post.choose(PUBLIC)
    send(ana, form)
    assert shares(ana) == PostShares(PUBLIC, PRINT, GROUP)
    ana.window.undo()
    assert shares(ana) == PostShares(PRINT, PRINT, GROUP)
    assert "May leave the group for: a printed directory" in ana.reads()


def test_a_form_in_which_nothing_is_said_writes_nothing(ana):
    made = ana.group.post(PostDraft(PostKind.NEED, "A ladder"))
    before = ana.group.health().entries
    ana.open(made.created)
    form = edit(ana)
    with ana.bot.waitSignal(form.accepted):
        send(ana, form)
    assert ana.group.health().entries == before


def test_of_others_posts_it_is_not_told(ana, homes):
    made = homes["Ben"].group.post(PostDraft(PostKind.NEED, "A ladder"))
    ana.open(made.created)
    assert "May leave" not in ana.reads()
