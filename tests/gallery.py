# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""``python -m tests.gallery OUT``: every page and dialog as a picture, to be looked at.

Two sizes, light and dark, on a made-up neighbourhood in a folder that is thrown away. Options:
``--only NAME`` for one page or dialog, ``--rtl`` for right to left, ``--text 2.0`` for large
text, ``--scale 2`` for a dense screen, ``--contrast`` for a high-contrast palette.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import (
    gallery_directories,
    gallery_mine,
    gallery_paper,
    gallery_posts,
    gallery_shelves,
)

SIZES = ((1024, 600), (1600, 1000))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--rtl", action="store_true")
    parser.add_argument("--text", type=float, default=1.0)
    parser.add_argument("--scale", default="1")
    parser.add_argument("--contrast", action="store_true")
    return parser.parse_args()


class Gallery:
    """Puts one window after another up and keeps its picture."""

    def __init__(self, out: Path, only: str, rtl: bool) -> None:
        from PySide6.QtWidgets import QApplication

        self._out = out
        self.only = only
        self._rtl = rtl
        self._application = QApplication.instance()
        self.count = 0

    def wants(self, name: str) -> bool:
        return not self.only or name.startswith(self.only)

    def settle(self) -> None:
        """Let layouts, timers of no length and deferred deletions happen."""
        from PySide6.QtCore import QEvent, QEventLoop, QTimer

        for _ in range(3):
            loop = QEventLoop()
            QTimer.singleShot(15, loop.quit)
            loop.exec()
            self._application.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def keep(self, widget: object, name: str) -> None:
        self.settle()
        picture = widget.grab()  # type: ignore[attr-defined]
        self._out.mkdir(parents=True, exist_ok=True)
        picture.save(str(self._out / f"{name}.png"))
        self.count += 1
        print(name)

    def four_ways(self, name: str, show: Callable[[], object], resize: bool = True) -> None:
        """The widget that ``show`` puts up, at both sizes, light and dark."""
        from mutualaid.ui.theme import Scheme, theme

        if not self.wants(name):
            return
        for scheme in (Scheme.LIGHT, Scheme.DARK):
            theme().force(scheme)
            for width, height in SIZES:
                widget = show()
                if resize:
                    widget.window().resize(width, height)  # type: ignore[attr-defined]
                self.keep(widget, f"{name}-{scheme.value}-{width}x{height}")


@contextmanager
def _neighbourhood() -> Iterator[tuple[object, object]]:
    """A profile with a made-up group, and the group, open."""
    from mutualaid.model.demo import begin
    from mutualaid.model.profile import Profile

    with tempfile.TemporaryDirectory(prefix="mutualaid-gallery-") as folder:
        environ = {"MUTUALAID_NO_KEYRING": "1"}
        with Profile.open(Path(folder), environ=environ) as profile:
            group = begin(profile)
            try:
                yield profile, group
            finally:
                group.close()


def _pages(gallery: Gallery, shell: object) -> None:
    from mutualaid.ui.shell import Shell

    assert isinstance(shell, Shell)
    for spec in shell.specs:
        gallery.four_ways(f"page-{spec.name}", _page(shell, spec.name))
    gallery.four_ways("people-one", _first_of(shell, "people"))
    gallery.four_ways("people-about-me", _about_me(shell))
    gallery.four_ways("places-one", _first_of(shell, "places"))
    board = shell.page_named("board")
    gallery.four_ways("board-post", _opened(shell, 1))
    gallery.four_ways("board-own-post", _opened_own(shell))
    gallery.four_ways("board-nothing-fits", _searched(shell, "xyzzy"))
    shell.show_page("board")
    board.show_everything()
    gallery.settle()
    gallery.four_ways("toast", _toast(shell))
    shell.toast.hide()


def _page(shell: object, name: str) -> Callable[[], object]:
    def show() -> object:
        shell.show_page(name)  # type: ignore[attr-defined]
        return shell

    return show


def _first_of(shell: object, name: str) -> Callable[[], object]:
    def show() -> object:
        shell.show_page(name)  # type: ignore[attr-defined]
        page = shell.page  # type: ignore[attr-defined]
        page.open_record(page.model.row(0).id)
        return shell

    return show


def _about_me(shell: object) -> Callable[[], object]:
    def show() -> object:
        shell.show_page("people")  # type: ignore[attr-defined]
        shell.page.edit_about_me()  # type: ignore[attr-defined]
        return shell

    return show


def _invitation(shell: object) -> object:
    """The dialog once the invitation is made."""
    from mutualaid.ui.setup.invite import InviteDialog

    dialog = InviteDialog(shell, shell.desk)  # type: ignore[arg-type, attr-defined]
    dialog.open()
    dialog.try_submit()
    return dialog


def _opened(shell: object, position: int) -> Callable[[], object]:
    def show() -> object:
        shell.show_page("board")  # type: ignore[attr-defined]
        page = shell.page  # type: ignore[attr-defined]
        page.list.setCurrentIndex(page.model.index(position))
        page.list.activated.emit(page.model.index(position))
        return shell

    return show


def _opened_own(shell: object) -> Callable[[], object]:
    def show() -> object:
        shell.show_page("board")  # type: ignore[attr-defined]
        page = shell.page  # type: ignore[attr-defined]
        rows = [page.model.row(at) for at in range(page.model.rowCount())]
        mine = next((row for row in rows if row.mine), rows[0])
        page.open_record(mine.id)
        return shell

    return show


def _searched(shell: object, words: str) -> Callable[[], object]:
    def show() -> object:
        shell.show_page("board")  # type: ignore[attr-defined]
        page = shell.page  # type: ignore[attr-defined]
        page.leave_detail()
        page.search.setText(words)
        page.on_search(words)
        return shell

    return show


def _toast(shell: object) -> Callable[[], object]:
    def show() -> object:
        shell.tell("Jo stands by, in case Ana cannot come.", lambda: None)  # type: ignore[attr-defined]
        return shell

    return show


def _dialogs(gallery: Gallery, shell: object, profile: object) -> None:
    """Every dialog, one after the other, over the window at both sizes."""
    from importlib import import_module

    from mutualaid.app import DIALOGS
    from mutualaid.model.values import PostKind
    from mutualaid.ui.help import AboutDialog, HelpDialog
    from mutualaid.ui.neighbourhood.fix_form import FixDialog
    from mutualaid.ui.neighbourhood.place_form import PlaceDialog
    from mutualaid.ui.neighbourhood.repair_form import RepairDialog
    from mutualaid.ui.post.form import PostDialog
    from mutualaid.ui.trouble import PassphraseDialog, TroubleDialog

    def save(_draft: object, _dialog: object) -> bool:
        return True

    makers: dict[str, Callable[[], object]] = {
        "help": lambda: HelpDialog(shell),  # type: ignore[arg-type]
        "about": lambda: AboutDialog(shell),  # type: ignore[arg-type]
        "post": lambda: PostDialog(shell, ["North side"], save),  # type: ignore[arg-type]
        "offer": lambda: PostDialog(shell, [], save, kind=PostKind.OFFER),  # type: ignore[arg-type]
        "passphrase": lambda: PassphraseDialog("This profile is locked by a passphrase."),
        "trouble": lambda: TroubleDialog("The disk is full. Nothing was lost."),
        "invitation": lambda: _invitation(shell),
        "fix": lambda: FixDialog(shell, shell.desk, "Kettle"),  # type: ignore[arg-type, attr-defined]
        "repair": lambda: RepairDialog(shell, shell.desk),  # type: ignore[arg-type, attr-defined]
        "place": lambda: PlaceDialog(shell, shell.desk),  # type: ignore[arg-type, attr-defined]
    }
    for name, (module, cls) in DIALOGS.items():
        makers[name] = lambda module=module, cls=cls: getattr(import_module(module), cls)(
            shell,
            shell.desk,  # type: ignore[attr-defined]
        )
    for name, make in makers.items():
        if not gallery.wants(f"dialog-{name}"):
            continue
        _dialog(gallery, shell, name, make)


def _dialog(gallery: Gallery, shell: object, name: str, make: Callable[[], object]) -> None:
    from mutualaid.ui.theme import Scheme, theme

    for scheme in (Scheme.LIGHT, Scheme.DARK):
        theme().force(scheme)
        for width, height in SIZES:
            shell.resize(width, height)  # type: ignore[attr-defined]
            gallery.settle()
            dialog = make()
            dialog.show()  # type: ignore[attr-defined]
            gallery.keep(dialog, f"dialog-{name}-{scheme.value}-{width}x{height}")
            dialog.close()  # type: ignore[attr-defined]
            dialog.deleteLater()  # type: ignore[attr-defined]


def _first_run(gallery: Gallery) -> None:
    import shiboken6

    from mutualaid.model.profile import Profile
    from mutualaid.ui.setup.first_run import FirstRun

    with tempfile.TemporaryDirectory(prefix="mutualaid-gallery-") as folder:
        environ = {"MUTUALAID_NO_KEYRING": "1"}
        with Profile.open(Path(folder), environ=environ) as profile:
            window = FirstRun(profile)

            def show() -> object:
                window.show()
                return window

            gallery.four_ways("first-run", show)
            window.close()
            shiboken6.delete(window)


def main() -> int:
    arguments = _arguments()
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["QT_SCALE_FACTOR"] = arguments.scale
    import shiboken6
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette

    from mutualaid.app import make_application
    from mutualaid.ui import theme as themes
    from mutualaid.ui.bridge import Bridge
    from mutualaid.ui.preferences import Preferences
    from mutualaid.ui.shell import Shell

    application = make_application(sys.argv[:1])
    if "Inter" in QFontDatabase.families():  # what the drawings are set in
        application.setFont(QFont("Inter", 10))
    if arguments.rtl:
        application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    if arguments.contrast:
        palette = QPalette(QColor("#000000"), QColor("#000000"))
        for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text):
            palette.setColor(role, QColor("#FFFFFF"))
        palette.setColor(QPalette.ColorRole.Highlight, QColor("#FFFF00"))
        palette.setColor(QPalette.ColorRole.HighlightedText, QColor("#000000"))
        themes.LIGHT = themes.DARK = themes.contrast_colours(palette)
    theme = themes.Theme.install(application)
    theme.set_text_scale(arguments.text)
    gallery = Gallery(arguments.out, arguments.only, arguments.rtl)
    with _neighbourhood() as (profile, group):
        bridge = Bridge(group.refresh)  # type: ignore[attr-defined]
        shell = Shell(group, profile, bridge, Preferences(None))  # type: ignore[arg-type]
        shell.show_page("board")
        shell.show()
        gallery.settle()
        _pages(gallery, shell)
        _dialogs(gallery, shell, profile)
        gallery_shelves.show(gallery, shell)
        gallery_directories.show(gallery, shell)
        shell.close()
        shiboken6.delete(shell)
    _first_run(gallery)
    gallery_posts.show(gallery)
    gallery_mine.show(gallery)
    gallery_paper.show(gallery)
    print(f"{gallery.count} pictures in {arguments.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
