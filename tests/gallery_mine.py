# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""My page, messages, news and what belongs to them, for the gallery: a street with something in
each of them."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.model import street as streets
from tests.model.neighbours import Neighbours

if TYPE_CHECKING:
    from mutualaid.model.group import Group
    from mutualaid.ui.mine.page import MyPage
    from mutualaid.ui.shell import Shell
    from tests.gallery import Gallery

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NAMES = ("Lena", "Ana", "Jo", "Ben", "Mrs. Castellanos-Okonkwo")


class Scenes:
    """What Lena, a steward, has to do with; ids of posts by name."""

    def __init__(self, street: Neighbours) -> None:
        self.street = street
        self.posts: dict[str, bytes] = {}
        self._now = int(time.time() * 1000)

    def at(self, before: int) -> None:
        """What follows was written so long ago, in ms."""
        streets.NOW = self._now - before

    def post(self, name: str, who: str, title: str, **more: object) -> bytes:
        from mutualaid.model.values import PostDraft, PostKind

        kind = more.pop("kind", PostKind.NEED)
        made = self.street[who].post(PostDraft(kind, title, **more)).created  # type: ignore[arg-type]
        assert made is not None
        self.street.meet()
        self.posts[name] = made
        return made

    def answer(self, name: str, who: str, note: str = "", **more: object) -> bytes:
        made = self.street[who].help_with(self.posts[name], note, **more)  # type: ignore[arg-type]
        assert made.created is not None
        self.street.meet()
        return made.created

    def make(self) -> None:
        """Everything, the oldest first."""
        from mutualaid.model.values import Audience, ContactKind, Mode, PostKind, Urgency

        lena, ana, jo, ben = (self.street[name] for name in ("Lena", "Ana", "Jo", "Ben"))
        self.at(30 * DAY)
        lena.set_contact(ContactKind.PHONE, "0170 123 45 67", Audience.HELPER)
        lena.set_contact(ContactKind.SIGNAL, "lena.47", Audience.HELPER)
        lena.set_contact(ContactKind.EMAIL, "lena@example.org", Audience.GROUP)
        lena.set_contact(ContactKind.ADDRESS, "Mill Lane 4, second floor", Audience.ME)
        ana.set_contact(ContactKind.PHONE, "0171 765 43 21", Audience.HELPER)
        self.at(26 * DAY)
        self.post("ends", "Lena", "Boxes for moving house", text="Any size.", area="South side")
        self.at(6 * DAY)
        self.post("thanks", "Lena", "Somebody to hold the ladder", text="An hour, in the yard.")
        lena.accept(self.answer("thanks", "Jo", "With pleasure"))
        self.street.meet()
        lena.done(self.posts["thanks"])
        self.street.meet()
        self.at(5 * DAY + 6 * HOUR)
        self.post(
            "promised",
            "Ana",
            "Company for my mother on Thursday",
            text="She is 84 and likes cards.",
            category="care",
            area="Hill houses",
        )
        ana.accept(self.answer("promised", "Lena", "I bring the cards", when="Thursday at three"))
        self.street.meet()
        self.at(2 * DAY)
        self.post(
            "drill",
            "Jo",
            "A drill, to lend",
            kind=PostKind.OFFER,
            category="tools",
            mode=Mode.LEND,
            area="South side",
            standing=True,
        )
        jo.accept(self.answer("drill", "Lena", "For one shelf", when="Saturday"))
        self.street.meet()
        self.at(DAY)
        self.post("stands", "Ben", "A hand with the piano", area="West end")
        ben.accept(self.answer("stands", "Jo", "Strong as a horse"))
        self.answer("stands", "Lena", "Me too, if needed")
        self._for_others()
        self._talk()
        self.at(20 * MINUTE)
        self.post(
            "asked",
            "Lena",
            "A lift to the clinic at 16:00",
            text="Two people, one folding wheelchair. Back by six.",
            category="transport",
            urgency=Urgency.TODAY,
            area="North side",
        )
        self.answer("asked", "Ana", "I have the van free.", when="from three on")
        self.answer("asked", "Mrs. Castellanos-Okonkwo", "Can stand by.")
        ben.comment(self.posts["asked"], "The lift in house 4 is out, use the ramp.")
        self.at(5 * MINUTE)
        ben.add_notice("Water is off in Mill Lane on Thursday from 9 to 12.")
        self.street.meet()
        lena.block(ben.me)
        lena.unblock(ben.me)
        self.at(0)

    def _for_others(self) -> None:
        from mutualaid.model.values import PostKind

        lena = self.street["Lena"]
        self.at(20 * HOUR)
        self.post(
            "okafor",
            "Lena",
            "Shopping once a week",
            text="Two bags, third floor. The list hangs at the door.",
            category="food",
            area="North side",
            on_behalf_of="Mrs. Okafor",
            consent="On the phone this morning",
        )
        lena.set_behalf_contact(self.posts["okafor"], "0331 22 33 44")
        lena.accept(self.answer("okafor", "Ana", "I go to the market anyway", when="Saturdays"))
        self.street.meet()
        self.post(
            "rose",
            "Jo",
            "I was a clerk for thirty years",
            text="Letters, forms, offices.",
            kind=PostKind.OFFER,
            on_behalf_of="Auntie Rose",
            consent="At the door",
            standing=True,
        )
        self.answer("rose", "Ben", "My tax form, if she can")

    def _talk(self) -> None:
        from mutualaid.model.values import Audience, ContactKind

        lena, ana = self.street["Lena"], self.street["Ana"]
        post = self.posts["promised"]
        self.at(6 * HOUR)
        lena.send(post, ana.me, "Which house is it? There are two with a green door.")
        self.street.meet()
        self.at(5 * HOUR)
        ana.send(post, lena.me, "The one beside the bakery. Second bell from the top.")
        self.at(5 * HOUR - 2 * MINUTE)
        ana.send(
            post,
            lena.me,
            "She hears badly, so please ring twice and wait a little. The dog barks, and does "
            "nothing else.",
        )
        self.street.meet()
        lena.mark_read(post, ana.me)
        self.at(4 * HOUR)
        lena.send(post, ana.me, "I will. See you on Thursday!")
        self.street.meet()
        self.at(40 * MINUTE)
        ana.send(post, lena.me, "She is already shuffling.")
        jo = self.street["Jo"]
        jo.send(self.posts["drill"], lena.me, "The 8 mm bit is worn, I put a new one in the box.")
        jo.set_contact(ContactKind.PHONE, "0172 11 22 33", Audience.GROUP)
        self.street.meet()


def show(gallery: "Gallery") -> None:
    """Every picture of my page and what belongs to it."""
    import shiboken6

    with tempfile.TemporaryDirectory(prefix="mutualaid-gallery-") as folder:
        # A chain's times never go back, so the street is older than all that is said in it.
        streets.NOW = int(time.time() * 1000) - 40 * DAY
        street = Neighbours(Path(folder), *NAMES)
        scenes = Scenes(street)
        scenes.make()
        shell = _window(street["Lena"])
        try:
            _pictures(gallery, scenes, shell)
        finally:
            shell.close()
            shiboken6.delete(shell)
            street.close()


def _window(group: "Group") -> "Shell":
    from mutualaid.ui.bridge import Bridge
    from mutualaid.ui.preferences import Preferences
    from mutualaid.ui.shell import Shell

    shell = Shell(group, None, Bridge(group.refresh), Preferences(None))
    shell.show_page("board")
    shell.show()
    return shell


def _mine(shell: "Shell") -> "MyPage":
    from mutualaid.ui.mine.page import MyPage

    shell.show_page("mine")
    page = shell.page
    assert isinstance(page, MyPage)
    page.show_detail(False)
    return page


def _pictures(gallery: "Gallery", scenes: Scenes, shell: "Shell") -> None:
    street = scenes.street

    def mine() -> object:
        _mine(shell).chip_mine.setChecked(True)
        return shell

    def opened() -> object:
        mine()
        _mine(shell).open_record(scenes.posts["asked"])
        return shell

    def others() -> object:
        _mine(shell).show_others()
        return shell

    def reach(down: int) -> Callable[[], object]:
        def show() -> object:
            page = _mine(shell)
            page.show_reach()
            gallery.settle()
            page.reach.area.verticalScrollBar().setValue(down)
            return shell

        return show

    def thread() -> object:
        shell.show_thread(scenes.posts["promised"], street["Ana"].me)
        return shell

    def page(name: str) -> Callable[[], object]:
        def show() -> object:
            shell.show_page(name)
            shell.page.show_detail(False)
            return shell

        return show

    gallery.four_ways("mine", mine)
    gallery.four_ways("mine-opened", opened)
    gallery.four_ways("mine-others", others)
    gallery.four_ways("mine-reach", reach(0))
    gallery.four_ways("mine-who-has-it", reach(10_000))
    gallery.four_ways("news", page("news"))
    gallery.four_ways("messages", page("messages"))
    gallery.four_ways("messages-thread", thread)
    _dialogs(gallery, scenes, shell)


def _dialogs(gallery: "Gallery", scenes: Scenes, shell: "Shell") -> None:
    from mutualaid.ui.mine.dispatch_dialogs import AnswerForDialog, NumberDialog
    from mutualaid.ui.mine.reaching import OpenDialog
    from mutualaid.ui.post.deciding import AlsoOrInsteadDialog
    from tests.gallery import _dialog

    desk, group = shell.desk, scenes.street["Lena"]
    detail = group.post_detail(scenes.posts["asked"])
    whose = group.post_detail(scenes.posts["okafor"]).row
    makers: dict[str, Callable[[], object]] = {
        "also": lambda: AlsoOrInsteadDialog(shell, desk, detail.responses[0], ("Jo",)),
        "number": lambda: NumberDialog(shell, desk, whose, "0331 22 33 44"),
        "answer-for": lambda: AnswerForDialog(shell, desk),
        "open-to": lambda: OpenDialog(shell, desk),
    }
    for name, make in makers.items():
        if gallery.wants(f"dialog-{name}"):
            _dialog(gallery, shell, name, make)
