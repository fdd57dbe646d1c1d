# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The life of posts, for the gallery: a few neighbours, and one post for each thing to look at."""

import io
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.model import street as streets
from tests.model.neighbours import Neighbours

if TYPE_CHECKING:
    from mutualaid.model.group import Group
    from mutualaid.model.values import PhotoDraft
    from mutualaid.ui.post.form import PostDialog
    from mutualaid.ui.shell import Shell
    from tests.gallery import Gallery

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NAMES = ("Lena", "Ana", "Jo", "Ben", "Mrs. Castellanos-Okonkwo")


def photo(colour: str, alt: str, sun: str = "#F0C868") -> "PhotoDraft":
    """A made-up picture: a ground, a sky and a sun."""
    from PIL import Image, ImageDraw

    from mutualaid.model import photos

    picture = Image.new("RGB", (1200, 900), "#BCD7E8")
    draw = ImageDraw.Draw(picture)
    draw.polygon([(0, 900), (0, 560), (420, 330), (760, 600), (1200, 420), (1200, 900)], colour)
    draw.ellipse((840, 110, 1010, 280), sun)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return photos.prepare(out.getvalue(), alt=alt)


class Scenes:
    """Posts of a street, each in another state; ids by name."""

    def __init__(self, street: Neighbours) -> None:
        self.street = street
        self.posts: dict[str, bytes] = {}
        self._now = int(time.time() * 1000)

    def at(self, before: int) -> None:
        """What follows was written so long ago, in ms."""
        streets.NOW = self._now - before

    def post(
        self, name: str, who: str, title: str, *pictures: "PhotoDraft", **more: object
    ) -> bytes:
        from mutualaid.model.values import PostDraft, PostKind

        kind = more.pop("kind", PostKind.NEED)
        draft = PostDraft(kind, title, **more)  # type: ignore[arg-type]
        made = self.street[who].post(draft, pictures).created
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
        """Everything, in the order in which it stands on the board from below."""
        from mutualaid.model.values import (
            Audience,
            ContactKind,
            Mode,
            Part,
            PostKind,
            Repeat,
            Urgency,
        )

        lena, jo = self.street["Lena"], self.street["Jo"]
        lena.set_contact(ContactKind.PHONE, "0170 123 45 67", Audience.HELPER)
        self.street["Ana"].set_contact(ContactKind.PHONE, "0171 765 43 21", Audience.HELPER)
        self.at(29 * DAY + 8 * HOUR)
        self.post("ends", "Lena", "Boxes for moving house", text="Any size.", area="South side")
        self.at(3 * DAY)
        self.post(
            "offer",
            "Jo",
            "Help with forms",
            text="Letters, housing, school.",
            kind=PostKind.OFFER,
            category="translation",
            standing=True,
            starts=self._now + 2 * DAY,
            ends=self._now + 2 * DAY + 2 * HOUR,
            repeat=Repeat.WEEKLY,
            area="Library",
        )
        self.at(2 * DAY)
        self.post("thanks", "Lena", "Somebody to hold the ladder", text="An hour, in the yard.")
        done = self.answer("thanks", "Jo", "With pleasure")
        lena.accept(done)
        self.street.meet()
        jo.done(self.posts["thanks"])
        self.street.meet()
        lena.done(self.posts["thanks"])
        lena.thank(self.posts["thanks"], "You saved us a broken leg. Soup is on us!")
        self.at(9 * HOUR)
        self.post("said", "Lena", "A sack of potatoes carried up", area="House 4, third floor")
        lena.accept(self.answer("said", "Ben", "On my way home", when="today at six"))
        self.street.meet()
        self.street["Ben"].done(self.posts["said"])
        self.street.meet()
        self.at(5 * HOUR)
        self.post(
            "photos",
            "Jo",
            "Extension ladder, 6 metres, to lend",
            photo("#4B7F52", "A ladder leaning on a green hill"),
            photo("#A35F22", "The same ladder, folded"),
            kind=PostKind.OFFER,
            category="tools",
            mode=Mode.LEND,
            text="Pick up any evening. I can hold it for you while you climb.",
            area="South side",
        )
        self.at(4 * HOUR)
        self.post(
            "parts",
            "Lena",
            "Five dinners and two loads for a family with a newborn",
            text="No nuts, please. Any evening this week.",
            category="food",
            area="North side",
            named_parts=(Part("dinners", 5), Part("loads of washing", 2)),
        )
        self.answer("parts", "Ana", "Lentil soup, mild", amount=2, part="dinners", when="Tuesday")
        self.answer("parts", "Ben", "", amount=1, part="dinners")
        self.at(3 * HOUR)
        self.apart()
        self.at(20 * MINUTE)
        self.post(
            "asked",
            "Lena",
            "A lift to the clinic at 16:00",
            text="Two people, one folding wheelchair. Back by six.",
            category="transport",
            urgency=Urgency.TODAY,
            area="North side",
            on_behalf_of="Mrs. Okafor",
            consent="On the phone this morning.",
            starts=self._now + 3 * HOUR,
            ends=self._now + 5 * HOUR,
        )
        self.answer("asked", "Ana", "I have the van free.", when="from three on")
        self.answer("asked", "Mrs. Castellanos-Okonkwo", "Can stand by.")
        self.street["Ben"].comment(self.posts["asked"], "The lift in house 4 is out, use the ramp.")
        self.street.meet()
        self.at(0)

    def apart(self) -> None:
        """Two machines of one owner, cut off from each other, each say yes to somebody else."""
        self.post(
            "apart",
            "Lena",
            "A hand with the piano",
            text="Ground floor to the van.",
            area="West end",
        )
        one = self.answer("apart", "Ana", "Strong as a horse")
        other = self.answer("apart", "Ben", "Me too")
        again = self.street.further_machine("Lena")
        again.replica.clock = lambda: streets.NOW
        self.street.meet()
        self.street["Lena"].accept(one)
        again.accept(other)
        self.street.meet()


def show(gallery: "Gallery") -> None:
    """Every picture of the life of a post."""
    with tempfile.TemporaryDirectory(prefix="mutualaid-gallery-") as folder:
        streets.NOW = int(time.time() * 1000) - 40 * DAY
        street = Neighbours(Path(folder), *NAMES)
        scenes = Scenes(street)
        scenes.make()
        _carry_photos(street)
        try:
            _owner(gallery, scenes, _window(street["Lena"]))
            _helper(gallery, scenes, _window(street["Ana"]))
        finally:
            street.close()


def _carry_photos(street: Neighbours) -> None:
    from mutualaid.model import blobs

    for group in street.groups.values():
        for digest in group.missing_photos():
            found = (other.photo(digest) for other in street.groups.values())
            data = next(one for one in found if one is not None)
            with group.replica.write(durable=False):
                blobs.put(group.replica.store.connection, digest, data)


def _window(group: "Group") -> "Shell":
    from mutualaid.ui.bridge import Bridge
    from mutualaid.ui.preferences import Preferences
    from mutualaid.ui.shell import Shell

    shell = Shell(group, None, Bridge(group.refresh), Preferences(None))
    shell.show_page("board")
    shell.show()
    return shell


def _opened(shell: "Shell", post: bytes) -> Callable[[], object]:
    def show() -> object:
        shell.show_page("board")
        shell.page.open_record(post)
        shell.page.pane.scroll_to_top()  # type: ignore[attr-defined]
        return shell

    return show


def _owner(gallery: "Gallery", scenes: Scenes, shell: "Shell") -> None:
    import shiboken6

    posts = scenes.posts
    gallery.four_ways("life-board", _opened(shell, posts["asked"]))
    for name in ("parts", "said", "apart", "ends"):
        gallery.four_ways(f"life-{name}", _opened(shell, posts[name]))
    gallery.four_ways("life-declining", _declining(gallery, shell, posts["asked"]))
    gallery.four_ways("life-covered", _covered(gallery, shell, posts["apart"]))
    gallery.four_ways("life-thanks", _past(shell, posts["thanks"]))
    _form(gallery, shell)
    shell.close()
    shiboken6.delete(shell)


def _declining(gallery: "Gallery", shell: "Shell", post: bytes) -> Callable[[], object]:
    def show() -> object:
        _opened(shell, post)()
        gallery.settle()
        card = list(shell.page.pane.answers.cards.values())[-1]  # type: ignore[attr-defined]
        card._open_note()
        return shell

    return show


def _covered(gallery: "Gallery", shell: "Shell", post: bytes) -> Callable[[], object]:
    def show() -> object:
        _opened(shell, post)()
        gallery.settle()
        card = list(shell.page.pane.answers.cards.values())[-1]  # type: ignore[attr-defined]
        card.accept()
        return shell

    return show


def _past(shell: "Shell", post: bytes) -> Callable[[], object]:
    def show() -> object:
        shell.show_page("board")
        shell.page.chip_past.setChecked(True)  # type: ignore[attr-defined]
        return _opened(shell, post)()

    return show


def _form(gallery: "Gallery", shell: "Shell") -> None:
    from mutualaid.ui.theme import Scheme, theme
    from tests.gallery import SIZES

    if not gallery.wants("life-form"):
        return
    for scheme in (Scheme.LIGHT, Scheme.DARK):
        theme().force(scheme)
        for width, height in SIZES:
            shell.resize(width, height)
            shell.show_page("board")
            gallery.settle()
            dialog = _filled(gallery, shell)
            gallery.keep(dialog, f"life-form-{scheme.value}-{width}x{height}")
            dialog.more.click()
            dialog.whom.setText("Mrs. Okafor")
            dialog.parts.fill(5, ())
            dialog.parts._begin()
            dialog.window_of_time.starts.setText("tomorrow 14:00")
            dialog.window_of_time.ends.setText("tomorrow 18:00")
            gallery.settle()
            dialog._scroll.verticalScrollBar().setValue(10_000)
            gallery.keep(dialog, f"life-form-more-{scheme.value}-{width}x{height}")
            dialog.reject()


def _filled(gallery: "Gallery", shell: "Shell") -> "PostDialog":
    from mutualaid.ui.known_words import known_words
    from mutualaid.ui.post.form import PostDialog

    shell.page.primary_action()
    (dialog,) = [one for one in shell.page.findChildren(PostDialog) if one.isVisible()]
    dialog.title.setText("A ladder for one day")
    dialog.text.setPlainText("To reach the gutter, about six metres up.")
    dialog.category.choose("tools")
    dialog.photos._put(photo("#6B645A", "The gutter, full of leaves"), None, None)
    if dialog.fits is not None:
        while not known_words().are_here():
            gallery.settle()
        dialog.fits.look()
    return dialog


def _helper(gallery: "Gallery", scenes: Scenes, shell: "Shell") -> None:
    import shiboken6

    posts = scenes.posts
    gallery.four_ways("life-helper-parts", _opened(shell, posts["parts"]))
    gallery.four_ways("life-helper-agreed", _opened(shell, posts["apart"]))
    gallery.four_ways("life-photos", _enlarged(gallery, shell, posts["photos"]))
    gallery.four_ways("life-repeats", _opened(shell, posts["offer"]))
    shell.close()
    shiboken6.delete(shell)


def _enlarged(gallery: "Gallery", shell: "Shell", post: bytes) -> Callable[[], object]:
    def show() -> object:
        _opened(shell, post)()
        gallery.settle()
        strip = shell.page.pane.head.photos  # type: ignore[attr-defined]
        strip.buttons[0].setChecked(True)
        gallery.settle()
        return shell

    return show
