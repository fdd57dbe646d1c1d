# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""``python -m tests.benchmarks.workers WORKER``: the processes that live benchmarks are made of.

Each works on the profile in ``MUTUALAID_PROFILE`` and says on standard output what happened and
when, in nanoseconds of the monotonic clock, which all processes of a machine share.
"""

import hashlib
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mutualaid.model.profile import Profile
from mutualaid.model.values import PostDraft, PostFilter, PostKind
from tests.benchmarks.world import TEXT, TITLE, Words


def say(what: str, *values: object) -> None:
    """One line to whoever measures."""
    print(what, *values, flush=True)


def drafts() -> Iterator[PostDraft]:
    """Posts that differ."""
    words = Words(os.getpid())
    while True:
        yield PostDraft(PostKind.OFFER, words.text(TITLE), words.text(TEXT), "tools")


def writer() -> None:
    """Sync in a thread, as the window does; post for each line on standard input."""
    from mutualaid.sync.service import SyncService

    listening: list[str] = []
    told = threading.Event()

    def tell(status: object) -> None:
        where = getattr(status, "listening", None)
        if where and not listening:
            listening.append(where)
            told.set()

    profile = Profile.open()
    service = SyncService(profile, listen=f"127.0.0.1:{free_port()}", discovery=False, told=tell)
    with profile.open_group() as group:
        service.start()
        told.wait(30)
        say("listening", listening[0])
        for _, draft in zip(sys.stdin, drafts(), strict=False):
            begun = time.monotonic_ns()
            group.post(draft)
            service.wake()
            say("posted", begun, time.monotonic_ns())
        service.stop()


def free_port() -> int:
    """A port nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def watcher(address: str) -> None:
    """Sync with *address* in a thread; say when a post is stored and searchable here."""
    from mutualaid.sync.service import SyncService

    profile = Profile.open()
    ended = threading.Event()

    def wait_for_the_end() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    with profile.open_group() as group:
        entries = "SELECT max(number) FROM entry"
        db = group.replica.store.connection
        held = db.execute(entries).fetchone()[0]
        posts = group.count_posts(PostFilter())
        service = SyncService(profile, peers=[address], discovery=False)
        service.start()
        while not ended.wait(0.0005):
            if group.replica.store.data_version() is None:
                continue
            now = db.execute(entries).fetchone()[0]
            if now != held:
                held = now
                say("stored", time.monotonic_ns())
            if group.refresh().records.get("post") and group.count_posts(PostFilter()) != posts:
                posts = group.count_posts(PostFilter())
                say("applied", time.monotonic_ns())
        service.stop()


def window(*peers: str) -> None:
    """The real window; says when it is usable, and when each new row has been painted."""
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QWidget

    from mutualaid import app
    from mutualaid.ui.board.model import PostModel

    class Watch(QObject):
        """Waits for paint after something changed."""

        def __init__(self, shown: QWidget) -> None:
            super().__init__(shown)
            self._waiting = ["usable"]
            self._window = shown
            self.models = shown.findChildren(PostModel)
            for model in self.models:
                model.rowsInserted.connect(lambda *_: self._waiting.append("shown"))
            app_object = app.QApplication.instance()
            assert app_object is not None
            app_object.installEventFilter(self)

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if (
                event.type() == QEvent.Type.Paint
                and self._waiting
                and any(model.rowCount() for model in self.models)
            ):
                waiting, self._waiting = self._waiting, []
                # After the whole round of painting that this event belongs to.
                QTimer.singleShot(0, self, lambda: self._tell(waiting))
            return False

        def _tell(self, waiting: list[str]) -> None:
            for what in waiting:
                say(what, time.monotonic_ns())

    class Watched(app.App):
        """The program, watched."""

        def begin(self, name: str | None = None) -> None:
            super().begin(name)
            assert self.window is not None
            self._watch = Watch(self.window)

    def network(profile: Profile, told: Any, stored: Any, _: object) -> app.Syncing:
        """The real sync service, kept to this machine."""
        from mutualaid.sync.service import SyncService

        return SyncService(
            profile, listen="127.0.0.1", peers=peers, discovery=False, told=told, stored=stored
        )

    app.App = Watched  # type: ignore[misc]
    sys.exit(app.run(Path(os.environ["MUTUALAID_PROFILE"]), make_sync=network))


def empty_window() -> None:
    """A PySide6 window with nothing in it; says when it is usable."""
    from PySide6.QtCore import QEvent, QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    class Empty(QMainWindow):
        """Says when it has been painted."""

        said = False

        def event(self, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and not self.said:
                self.said = True
                QTimer.singleShot(0, lambda: say("usable", time.monotonic_ns()))
            return super().event(event)

    application = QApplication(sys.argv[:1])
    shown = Empty()
    shown.resize(1024, 600)
    shown.show()
    sys.exit(application.exec())


def sender() -> None:
    """The floor of a live post, first half: sign, commit, send; for each line on standard input."""
    from mutualaid.model import keys

    profile = Profile.open()
    device = keys.SigningKey.generate()
    with profile.open_group() as group, socket.create_server(("127.0.0.1", 0)) as server:
        store = group.replica.store
        store.connection.execute("CREATE TABLE floor (signature BLOB, body BLOB)")
        say("listening", f"127.0.0.1:{server.getsockname()[1]}")
        peer, _ = server.accept()
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        say("public", device.public.hex())
        for _, draft in zip(sys.stdin, drafts(), strict=False):
            begun = time.monotonic_ns()
            body = hashlib.blake2b(draft.text.encode()).digest() + draft.text.encode()
            signature = device.sign(body)
            with store.write(durable=True):
                store.connection.execute("INSERT INTO floor VALUES (?, ?)", (signature, body))
            peer.sendall(device.public + signature + body)
            say("posted", begun, time.monotonic_ns())
        peer.close()


def receiver(address: str) -> None:
    """The floor of a live post, second half: receive, check, commit."""
    from mutualaid.model import keys

    host, _, port = address.rpartition(":")
    profile = Profile.open()
    with profile.open_group() as group, socket.create_connection((host, int(port))) as peer:
        store = group.replica.store
        store.connection.execute("CREATE TABLE floor (signature BLOB, body BLOB)")
        while data := peer.recv(1 << 16):
            signature, body = data[32:96], data[96:]
            assert keys.verify(data[:32], body, signature)
            with store.write(durable=False):
                store.connection.execute("INSERT INTO floor VALUES (?, ?)", (signature, body))
            say("stored", time.monotonic_ns())


WORKERS: dict[str, Callable[..., None]] = {
    "writer": writer,
    "watcher": watcher,
    "window": window,
    "empty-window": empty_window,
    "sender": sender,
    "receiver": receiver,
}

if __name__ == "__main__":
    WORKERS[sys.argv[1]](*sys.argv[2:])
