# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The steps from an answer to what is done, each with what is said of it and how it is taken back.

The same from a card of my page, from the dispatcher's view and from a post in full. Each returns
whether it was done; what could not be done is told by the window.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from mutualaid.errors import AlreadyCoveredError, MutualAidError
from mutualaid.model.values import ChangeSet, PostRow, ResponseRow, Standing
from mutualaid.ui.page import Desk
from mutualaid.ui.post.words import helper_name
from mutualaid.ui.widgets import Button, FormDialog, Text
from mutualaid.ui.wording import listed
from mutualaid.ui.words import tr


def accept(desk: Desk, parent: QWidget, answer: ResponseRow) -> bool:
    """Say yes to an answer; where all is promised already, ask whether also or instead."""
    covered: list[AlreadyCoveredError] = []

    def refused(error: MutualAidError) -> None:
        if isinstance(error, AlreadyCoveredError):
            covered.append(error)
        else:
            desk.window.warn(str(error))

    done = desk.run(
        lambda: desk.group.accept(answer.id),
        tr("{who} goes, and sees how to reach you.", who=helper_name(answer)),
        lambda _made: before(desk, answer),
        on_error=refused,
    )
    if covered:
        AlsoOrInsteadDialog(parent, desk, answer, covered[0].names).open()
    return done is not None


def decline(desk: Desk, answer: ResponseRow, note: str = "") -> bool:
    """Say no to an answer, kindly; ``note`` is for its person alone."""
    done = desk.run(
        lambda: desk.group.decline(answer.id, note),
        tr("{who} sees that it is not needed this time.", who=helper_name(answer)),
        lambda _made: before(desk, answer),
    )
    return done is not None


def before(desk: Desk, answer: ResponseRow) -> ChangeSet:
    """Undo a yes or a no: what was said of the answer before is said again."""
    group = desk.group
    if answer.state is Standing.DECLINED:
        return group.decline(answer.id)
    if answer.state is Standing.ACCEPTED:
        return group.accept(answer.id)
    return group.undecide(answer.id)


def still_on_it(desk: Desk, answer: ResponseRow) -> bool:
    """Keep a promise from lapsing."""
    done = desk.run(lambda: desk.group.still_on_it(answer.id), tr("Good: the promise holds."))
    return done is not None


def release(desk: Desk, answer: ResponseRow) -> bool:
    """Take my own answer back."""
    done = desk.run(
        lambda: desk.group.release(answer.id),
        tr("You took your answer back."),
        lambda _made: desk.group.still_on_it(answer.id),
    )
    return done is not None


def finish(desk: Desk, row: PostRow, answer: ResponseRow | None = None) -> bool:
    """Say that it is done: the whole post, or what one person did for it."""
    mine = answer is not None and answer.mine
    said = tr("You said that it is done.") if mine else tr("Marked as done.")
    if mine and answer is not None:
        done = desk.run(
            lambda: desk.group.done(row.id, answer.id),
            said,
            lambda _made: desk.group.still_on_it(answer.id),
        )
    else:
        done = desk.run(
            lambda: desk.group.done(row.id, answer.id if answer is not None else None),
            said,
            None if answer is not None else lambda _made: desk.group.take_up(row.id),
        )
    return done is not None


def renew(desk: Desk, row: PostRow) -> bool:
    """Keep a post on the board for longer."""
    done = desk.run(
        lambda: desk.group.renew(row.id), tr("“{title}” stays for longer.", title=row.title)
    )
    return done is not None


def take_up(desk: Desk, row: PostRow) -> bool:
    """Put a post back on the board."""
    done = desk.run(
        lambda: desk.group.take_up(row.id), tr("“{title}” is back on the board.", title=row.title)
    )
    return done is not None


class AlsoOrInsteadDialog(FormDialog):
    """All is promised: does one more go as well, or instead of the others?"""

    def __init__(
        self, parent: QWidget, desk: Desk, answer: ResponseRow, going: tuple[str, ...]
    ) -> None:
        name, names = helper_name(answer), listed(going)
        super().__init__(parent, tr("All of it is promised"), tr("As well"), width=480)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._desk = desk
        self._answer = answer
        words = (
            tr("{names} go already. Should {who} go as well, or instead?", names=names, who=name)
            if len(going) > 1
            else tr(
                "{names} goes already. Should {who} go as well, or instead?", names=names, who=name
            )
        )
        told = tr("Instead: they are thanked, and your yes to them is taken back.")
        self.form.column.addWidget(Text(words, wrap=True))
        self.form.column.addWidget(Text(told, quiet=True, wrap=True))
        self.ok.setAccessibleName(tr("{who} goes as well", who=name))
        self.instead = Button(tr("Instead"), name=tr("{who} goes instead", who=name))
        self.instead.clicked.connect(lambda: self._accept(instead=True) and self.accept())
        self.buttons.insertWidget(self.buttons.indexOf(self.ok), self.instead)
        self.ok.setFocus()

    def submit(self) -> bool:
        return self._accept(instead=False)

    def _accept(self, *, instead: bool) -> bool:
        answer, group = self._answer, self._desk.group
        done = self._desk.run(
            lambda: group.accept(answer.id, also=not instead, instead=instead),
            tr("{who} goes, and sees how to reach you.", who=helper_name(answer)),
            None if instead else lambda _made: before(self._desk, answer),
            on_error=lambda error: self.tell(str(error)),
        )
        return done is not None
