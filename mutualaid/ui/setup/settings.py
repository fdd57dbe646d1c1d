# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Settings: how the window looks, what the group agreed on and shows outside, notifications,
blocks, the network, the profile's key, backups, a check, the version."""

from PySide6.QtCore import QMargins, Qt

from mutualaid import __version__
from mutualaid.errors import MutualAidError
from mutualaid.model.profile import Profile
from mutualaid.model.values import ChangeSet, Health
from mutualaid.model.vault import VaultKind
from mutualaid.ui.page import Desk, Page
from mutualaid.ui.setup.backups import PassphraseDialog
from mutualaid.ui.setup.network_pane import NetworkSwitches, preferences_of
from mutualaid.ui.setup.settings_group import BlockedCard, NotifyCard, RulesCard
from mutualaid.ui.setup.settings_outside import OutsideCard
from mutualaid.ui.theme import Scheme, Size, theme
from mutualaid.ui.widgets import Banner, Button, Card, ChoiceRow, Form, Look, ScrollColumn, Text
from mutualaid.ui.words import tr
from mutualaid.ui.work import Task

#: Wider lines than this are hard to read.
WIDTH = 720


class SettingsPage(Page):
    """One column of cards, each about one thing."""

    name = "settings"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, tr("Settings"))
        px = theme().px
        self._task: Task | None = None
        self._scroll = ScrollColumn(QMargins(0, 0, px(8), px(24)))
        self._scroll.column.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._scroll.content.setMaximumWidth(px(WIDTH))
        self._add_appearance()
        self.notifications = NotifyCard(desk)
        self.rules = RulesCard(desk)
        self.blocked = BlockedCard(desk)
        self.outside = OutsideCard(desk)
        for own in (self.notifications, self.rules, self.outside, self.blocked):
            self._scroll.column.addWidget(own)
        self._add_network()
        self._add_key()
        self._add_backup()
        self._add_check()
        self._add_about()
        self._scroll.setFocusProxy(self.scheme)
        self.set_content(self._scroll)

    def _card(self, title: str, words: str = "") -> Card:
        card = Card()
        card.column.setSpacing(theme().px(10))
        card.column.addWidget(Text(title, Size.CARD))
        if words:
            card.column.addWidget(Text(words, quiet=True, wrap=True))
        self._scroll.column.addWidget(card)
        return card

    # -- what the window asks -----------------------------------------------------------------

    def activate(self) -> None:
        self.scheme.choose(theme().scheme)
        self.switches.refresh()
        self._show_key()
        self.rules.load()
        self.outside.load()
        self.blocked.load()
        self.scheme.setFocus(Qt.FocusReason.OtherFocusReason)

    def on_change(self, change: ChangeSet) -> None:
        if change.concerns("group"):
            self.rules.load()
        if change.members or change.concerns("group"):
            self.outside.load()
        if change.concerns("block", "person"):
            self.blocked.load()

    # -- appearance ---------------------------------------------------------------------------

    def _add_appearance(self) -> None:
        card = self._card(tr("Appearance"))
        form = Form()
        self.scheme: ChoiceRow[Scheme] = ChoiceRow(
            (
                (Scheme.SYSTEM, tr("As the system")),
                (Scheme.LIGHT, tr("Light")),
                (Scheme.DARK, tr("Dark")),
            ),
            theme().scheme,
        )
        form.add(tr("Colours"), self.scheme)
        card.column.addWidget(form)
        card.column.addWidget(
            Text(
                tr("Larger text: Ctrl and plus. Smaller text: Ctrl and minus."),
                Size.META,
                quiet=True,
                wrap=True,
            )
        )
        self.scheme.changed.connect(self._set_scheme)

    def _set_scheme(self) -> None:
        scheme = self.scheme.current
        if scheme is not theme().scheme:
            preferences_of(self.desk).scheme = scheme
            theme().force(scheme)

    # -- network ------------------------------------------------------------------------------

    def _add_network(self) -> None:
        card = self._card(tr("Network"))
        self.switches = NetworkSwitches(self.desk)
        card.column.addWidget(self.switches)
        self.more = Button(tr("Machines by address and invitations"), Look.QUIET)
        self.more.clicked.connect(lambda: self.desk.window.show_page("machines"))
        card.column.addWidget(self.more)

    # -- the profile's key --------------------------------------------------------------------

    def _add_key(self) -> None:
        card = self._card(
            tr("The key to this profile"),
            tr(
                "Everything on this computer's disk is sealed. Where its key is kept decides who "
                "can open it."
            ),
        )
        self.warning = Banner("", warn=True)
        card.column.addWidget(self.warning)
        self.kept = Text("", wrap=True)
        card.column.addWidget(self.kept)
        self.set_passphrase = Button(tr("Set a passphrase…"), Look.SECONDARY, icon="key")
        self.set_passphrase.clicked.connect(self._ask_passphrase)
        self.drop_passphrase = Button(tr("Do without the passphrase"), Look.QUIET)
        self.drop_passphrase.clicked.connect(self._drop_passphrase)
        card.add_row(self.set_passphrase, self.drop_passphrase, stretch_after=1)
        self._show_key()

    def _show_key(self) -> None:
        profile = self.desk.profile
        kind = profile.vault.kind if profile is not None else None
        self.warning.tell((profile.vault.warning or "") if profile is not None else "")
        self.kept.setText(
            {
                VaultKind.KEYCHAIN: tr(
                    "It is in this computer's keychain, and opens when you log in."
                ),
                VaultKind.PASSPHRASE: tr(
                    "It is behind your passphrase, which is asked for whenever Mutual Aid starts."
                ),
                VaultKind.FILE: tr("It is in a file beside the profile."),
                None: tr("This window has no profile of its own: nothing is kept."),
            }[kind]
        )
        locked = kind is VaultKind.PASSPHRASE
        self.set_passphrase.set_words(
            tr("Change the passphrase…") if locked else tr("Set a passphrase…")
        )
        self.set_passphrase.setEnabled(profile is not None)
        self.drop_passphrase.setVisible(locked)

    def _ask_passphrase(self) -> None:
        PassphraseDialog(self, self.desk, self._show_key).open()

    def _drop_passphrase(self) -> None:
        profile = self.desk.profile
        if profile is None:
            return
        try:
            profile.vault.set_passphrase(None)
        except MutualAidError as error:
            self.desk.window.warn(str(error))
            return
        self._show_key()
        self.set_passphrase.setFocus(Qt.FocusReason.OtherFocusReason)
        self.desk.window.tell(tr("Mutual Aid opens without a passphrase from now on."))

    # -- backup -------------------------------------------------------------------------------

    def _add_backup(self) -> None:
        card = self._card(
            tr("Backup"),
            tr(
                "One file with all groups of this profile, behind a passphrase of its own. "
                "Neighbours' machines hold what was written in the group, but not your keys."
            ),
        )
        self.backup = Button(tr("Keep a backup…"), Look.SECONDARY, icon="save")
        self.backup.clicked.connect(lambda: self.desk.window.run_action("backup"))
        self.restore = Button(tr("Bring a backup back…"), Look.QUIET, icon="restore")
        self.restore.clicked.connect(lambda: self.desk.window.run_action("restore"))
        card.add_row(self.backup, self.restore, stretch_after=1)

    # -- check --------------------------------------------------------------------------------

    def _add_check(self) -> None:
        card = self._card(
            tr("Check"),
            tr("Looks at every page of the file and at every signature in it. Nothing is changed."),
        )
        self.check = Button(tr("Check this profile"), Look.SECONDARY, icon="check")
        self.check.clicked.connect(lambda: self._look(rebuild=False))
        self.rebuild = Button(tr("Make the lists anew"), Look.QUIET)
        self.rebuild.setToolTip(tr("Makes every list and the search again from what was written"))
        self.rebuild.clicked.connect(lambda: self._look(rebuild=True))
        card.add_row(self.check, self.rebuild, stretch_after=1)
        self.checked = Text("", wrap=True)
        self.checked.hide()
        card.column.addWidget(self.checked)

    def _look(self, *, rebuild: bool) -> None:
        profile, directory = self.desk.profile, self.group.directory
        if profile is None or self._task is not None:
            return
        self._say(tr("Looking. This can take a while; go on with other things."))
        self.check.setEnabled(False)
        self.rebuild.setEnabled(False)

        def work() -> Health:
            with Profile(profile.directory, profile.vault).open_directory(directory) as own:
                if rebuild:
                    own.rebuild()
                return own.health()

        self._task = Task(work, "window-check", self)
        self._task.succeeded.connect(self._tell_health)
        self._task.failed.connect(self._tell_checked)
        self._task.start()

    def _tell_health(self, health: Health) -> None:
        if health.ok:
            said = tr(
                "All is well: %n records, every signature right.",
                one="All is well: %n record, every signature right.",
                n=health.records,
            )
        else:
            said = "\n".join((tr("Something is wrong:"), *health.problems))
        self._tell_checked(said)

    def _tell_checked(self, said: str) -> None:
        self._task = None
        self.check.setEnabled(True)
        self.rebuild.setEnabled(True)
        self._say(said)

    def _say(self, said: str) -> None:
        self.checked.setText(said)
        self.checked.setAccessibleName(said)
        self.checked.show()

    # -- about --------------------------------------------------------------------------------

    def _add_about(self) -> None:
        card = self._card(
            tr("Mutual Aid {version}", version=__version__),
            tr(
                "Free software under the GNU Affero General Public License, version 3 or later. No "
                "account, no server, no company: what is here belongs to the people who use it."
            ),
        )
        profile = self.desk.profile
        if profile is not None:
            words = Text(
                tr("This profile is in {folder}", folder=profile.directory),
                Size.META,
                quiet=True,
                wrap=True,
            )
            card.column.addWidget(words)
