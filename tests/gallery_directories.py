# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures of directories: what may leave, the plan, paper, lists that come in, what left."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mutualaid.ui.directories.page import DirectoriesPage
    from mutualaid.ui.shell import Shell
    from tests.gallery import Gallery

LIST = """Name,Phone,Can do,Area,Speaks,Shoe size
Rosa Lindqvist,0170 555 11 22,"bread, first aid",North side,"Swedish, English",38
Tomás Ferreira,0171 555 33 44,plumbing,Hill houses,Portuguese,43
Amal Haddad,0172 555 55 66,"translation, sewing",South side,"Arabic, French",37
,0173 555 77 88,,,,
Ben Okoro,,driving,West end,English,
"""


def wait(signal: Any, seconds: int = 60) -> None:
    """Until a signal comes."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    signal.connect(loop.quit)
    QTimer.singleShot(seconds * 1000, loop.quit)
    loop.exec()


def _page(shell: "Shell", view: str) -> "DirectoriesPage":
    from mutualaid.ui.directories.page import DirectoriesPage

    shell.show_page("directories")
    page = shell.page
    assert isinstance(page, DirectoriesPage)
    page.show_view(view)
    return page


def agree(shell: "Shell") -> None:
    """Say what of me may leave, and how the group can be reached."""
    from mutualaid.model.values import Audience, ContactKind
    from mutualaid.model.values.directories import GroupContact, ShareField

    group = shell.desk.group
    for field in ShareField:
        group.set_share(field, Audience.PUBLIC if field is ShareField.NAME else Audience.PRINT)
    group.set_contact(ContactKind.PHONE, "0170 123 45 67", Audience.PRINT)
    group.set_group_contact(
        GroupContact(
            about="Neighbours who help each other.",
            email="elm-street@example.org",
            where="The church door, Tuesdays at 17:00",
            points={"North side": (52.51, 13.4)},
        )
    )
    for row in group.places(limit=6):
        group.share_place(row.id, Audience.PUBLIC)
    shell.desk.bridge.look()


def show(gallery: "Gallery", shell: "Shell") -> None:
    """Every picture of directories."""
    names = (
        *("directories", "mine-consent", "people-known"),
        *("dialog-import", "dialog-from-paper", "dialog-agreed"),
    )
    if not any(gallery.wants(name) or gallery.only.startswith(name) for name in names):
        return
    agree(shell)
    with tempfile.TemporaryDirectory(prefix="mutualaid-gallery-") as folder:
        _taking_out(gallery, shell, Path(folder))
        _paper(gallery, shell)
        _imports(gallery, shell, Path(folder))
        _logs(gallery, shell, Path(folder))


def _taking_out(gallery: "Gallery", shell: "Shell", folder: Path) -> None:
    from mutualaid.model.values import Audience
    from mutualaid.ui.directories.plan_step import LOST, STAYS
    from mutualaid.ui.directories.taking_out import TakeOutView

    page = _page(shell, "out")
    view = page.view("out")
    assert isinstance(view, TakeOutView)

    def choice() -> object:
        _page(shell, "out")
        view.show_choice()
        return shell

    def plan(tab: str = "") -> Callable[[], object]:
        def put() -> object:
            _page(shell, "out")
            if not view.shows_plan:
                view.choose.formats["vcard"].setChecked(True)
                view.make_plan()
                wait(view.planned)
            if tab:
                view.plan.chips[tab].setChecked(True)
            return shell

        return put

    def not_allowed() -> object:
        choice()
        view.choose.not_allowed.tell(view.choose._whom_to_ask(), "For our own group")
        return shell

    def done() -> object:
        choice()
        if view.done.isHidden():
            view.choose.audience.choose(Audience.PRINT)
            view.make_plan()
            wait(view.planned)
            line = view.plan.leaving.rows[0]
            view.plan.leaving.mark([(line.sort, line.id)])
            view.write(folder / "elm-street")
            wait(view.written)
        return shell

    gallery.four_ways("directories-choice", choice)
    gallery.four_ways("directories-not-allowed", not_allowed)
    view.choose.refresh()
    gallery.four_ways("directories-plan", plan())
    gallery.four_ways("directories-stays", plan(STAYS))
    gallery.four_ways("directories-lost", plan(LOST))
    gallery.four_ways("directories-done", done)


def _paper(gallery: "Gallery", shell: "Shell") -> None:
    from mutualaid.ui.directories.printing import PrintView

    view = _page(shell, "print").view("print")
    assert isinstance(view, PrintView)

    def sheet(name: str) -> Callable[[], object]:
        def put() -> object:
            _page(shell, "print")
            before = view.chosen.sheet
            view.sheet.choose(name)
            if before != name or view._made is None:
                wait(view.pages.drawn)
            return shell

        return put

    for name in ("board", "directory", "card", "need-form"):
        gallery.four_ways(f"directories-print-{name}", sheet(name))


def _imports(gallery: "Gallery", shell: "Shell", folder: Path) -> None:
    from mutualaid.ui.directories.from_paper import FromPaperDialog, Paper
    from mutualaid.ui.directories.import_lists import COLUMNS
    from mutualaid.ui.directories.importing import ImportDialog
    from mutualaid.ui.neighbourhood.known_people import AgreedDialog
    from tests.gallery import _dialog

    file = folder / "helpers.csv"
    file.write_text(LIST, encoding="utf-8")

    def looked(tab: str = "") -> Callable[[], object]:
        def make() -> object:
            dialog = ImportDialog(shell, shell.desk)
            dialog.show()
            dialog.file.line.setText(str(file))
            dialog.try_submit()
            wait(dialog.looked)
            if tab:
                dialog.lists.chips[tab].setChecked(True)
            return dialog

        return make

    def slip() -> object:
        from mutualaid.model.values import PostFilter

        dialog = FromPaperDialog(shell, shell.desk)
        dialog.code.setText(shell.desk.group.posts(PostFilter())[0].code)
        dialog.look_up()
        return dialog

    def filled() -> object:
        dialog = FromPaperDialog(shell, shell.desk)
        dialog.kind.choose(Paper.FORM)
        return dialog

    for name, make in (
        ("import-looked", looked()),
        ("import-columns", looked(COLUMNS)),
        ("from-paper-slip", slip),
        ("from-paper-form", filled),
    ):
        if gallery.wants(f"dialog-{name}"):
            _dialog(gallery, shell, name, make)
    group = shell.desk.group
    group.apply_import(group.read_import("csv", file), origin="The library's helpers")
    shell.desk.bridge.look()

    def known() -> object:
        shell.show_page("people")
        page: Any = shell.page
        page.chip_known.setChecked(True)
        page._show_known(page.known_model.row(0))
        return shell

    def brought() -> object:
        _page(shell, "in")
        return shell

    gallery.four_ways("people-known", known)
    gallery.four_ways("directories-in", brought)
    row = group.known_people()[0]
    if gallery.wants("dialog-agreed"):
        _dialog(gallery, shell, "agreed", lambda: AgreedDialog(shell, shell.desk, row))


def _logs(gallery: "Gallery", shell: "Shell", folder: Path) -> None:
    from PySide6.QtCore import QTimer

    from mutualaid.model.values import Audience

    group = shell.desk.group
    plan = group.plan_directory(("text", "vcard"), Audience.PRINT)
    group.write_directory(plan, folder / "left")
    shell.desk.bridge.look()

    def left() -> object:
        _page(shell, "log")
        return shell

    def consent(down: int) -> Callable[[], object]:
        def put() -> object:
            shell.run_action("consent")
            page: Any = shell.page
            bar = page.consent.area.verticalScrollBar()
            # Once the window has its size.
            QTimer.singleShot(20, lambda: bar.setValue(down))
            return shell

        return put

    gallery.four_ways("directories-log", left)
    gallery.four_ways("mine-consent", consent(0))
    gallery.four_ways("mine-consent-exports", consent(10_000))
