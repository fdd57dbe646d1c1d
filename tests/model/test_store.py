# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can happen to the file of a group, and that nothing saved is lost by it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlite

from mutualaid.errors import DamagedError, MutualAidError, NewerVersionError, StorageError
from mutualaid.model.group import Group
from mutualaid.model.keys import SigningKey
from mutualaid.model.profile import DATABASE, Profile
from mutualaid.model.replica import Replica
from mutualaid.model.store import Store
from mutualaid.model.values import PostDraft, PostKind
from tests.model.street import NOW, Street, entries_of, meet, tell, write

KEY = b"k" * 32
POST = {"kind": "need", "title": "A ladder", "text": "until Friday", "state": "open"}


@pytest.fixture
def profile(tmp_path: Path) -> Iterator[Profile]:
    with Profile.open(tmp_path / "profile", environ={"MUTUALAID_NO_KEYRING": "1"}) as opened:
        yield opened


@pytest.fixture
def home(profile: Profile) -> Path:
    """The folder of a group with a hundred posts, closed."""
    with profile.start("Elm Street", "Ana") as group:
        for number in range(100):
            group.post(PostDraft(PostKind.NEED, f"Post {number}", "words " * 50))
        return group.directory


def image(directory: Path) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes()
        for path in sorted(directory.iterdir())
        if not path.name.endswith("-shm")
    }


def use(profile: Profile, directory: Path) -> None:
    """What a program does with a group: open it, show it, check it."""
    with profile.open_directory(directory) as group:
        group.posts()
        group.people()
        health = group.health()
        if not health.ok:
            raise DamagedError("; ".join(health.problems))


# A file that is not what it should be


def test_a_database_of_a_newer_version_is_left_as_it_is(profile: Profile, home: Path) -> None:
    store = profile.store(home)
    store.connection.execute("PRAGMA user_version = 999")
    store.close()
    before = image(home)
    with pytest.raises(NewerVersionError, match="update the program"):
        profile.open_directory(home)
    assert image(home) == before


@pytest.mark.parametrize("share", [0.0, 0.001, 0.01, 0.1, 0.3, 0.5, 0.9, 0.99, 0.9999])
def test_a_truncated_database_is_said_to_be_damaged(
    profile: Profile, home: Path, share: float
) -> None:
    path = home / DATABASE
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(int(size * share))
    before = image(home)
    with pytest.raises(MutualAidError) as raised:
        use(profile, home)
    assert not isinstance(raised.value, StorageError) or isinstance(raised.value, DamagedError)
    assert image(home)[DATABASE][: len(before[DATABASE])] == before[DATABASE]


@pytest.mark.parametrize("at", [20, 5000, 60_000, 150_000])
def test_a_damaged_page_is_noticed(profile: Profile, home: Path, at: int) -> None:
    path = home / DATABASE
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"damage")
    with pytest.raises(DamagedError):
        use(profile, home)


@pytest.mark.parametrize("content", [b"not a database at all" * 1000, b"SQLite format 3\0" * 300])
def test_a_file_that_is_something_else_is_left_as_it_is(
    profile: Profile, home: Path, content: bytes
) -> None:
    for path in home.iterdir():
        path.unlink()
    (home / DATABASE).write_bytes(content)
    with pytest.raises(DamagedError):
        profile.open_directory(home)
    assert (home / DATABASE).read_bytes() == content


def test_a_database_of_another_program_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    other = sqlite.connect(str(path))
    other.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
    other.executescript("PRAGMA application_id = 7; CREATE TABLE theirs (a);")
    other.close()
    before = path.read_bytes()
    with pytest.raises(DamagedError, match="not a database of Mutual Aid"):
        Store(path, KEY)
    assert path.read_bytes() == before


# A folder or a disk that takes nothing


def test_a_folder_that_takes_no_files_is_said_so() -> None:
    with pytest.raises(StorageError):
        Store(Path("/proc/self/group.db"), KEY)


def test_a_file_that_takes_no_writing_can_still_be_read(profile: Profile, home: Path) -> None:
    with profile.open_directory(home) as group:
        group.replica.store.connection.execute("PRAGMA query_only = ON")
        before = entries_of(group.replica)
        with pytest.raises(StorageError):
            group.post(PostDraft(PostKind.NEED, "One more"))
        assert len(group.posts()) == 100
        group.replica.store.connection.execute("PRAGMA query_only = OFF")
        assert entries_of(group.replica) == before
        group.post(PostDraft(PostKind.NEED, "One more"))


def fill(store: Store) -> None:
    """Let the disk be full, but for a little."""
    pages = store.connection.execute("PRAGMA page_count").fetchone()[0]
    store.connection.execute(f"PRAGMA max_page_count = {pages}")


def until_it_fails(action: Callable[[], object], why: str) -> int:
    """How often an action was done before there was no room for it any more."""
    for done in range(1000):
        try:
            action()
        except StorageError as error:
            if why not in str(error):
                raise
            return done
    raise AssertionError("there is always room")


def room(store: Store) -> None:
    store.connection.execute("PRAGMA max_page_count = 1000000000")


def test_a_full_disk_loses_nothing_that_was_saved(profile: Profile, home: Path) -> None:
    with profile.open_directory(home) as group:
        fill(group.replica.store)
        saved = until_it_fails(
            lambda: group.post(PostDraft(PostKind.NEED, "One more", "words " * 300)),
            "disk is full",
        )
        assert len(group.posts(limit=2000)) == 100 + saved
        device = group.device
        room(group.replica.store)
        group.post(PostDraft(PostKind.NEED, "At last"))
        assert len(group.posts(limit=2000)) == 100 + saved + 1
        assert group.device == device
    use(profile, home)


def test_a_disk_that_is_full_while_syncing_takes_it_in_later(tmp_path: Path) -> None:
    street = Street(tmp_path)
    try:
        ana = street.start()
        ben = street.join(ana)
        meet(ana, ben)
        for number in range(50):
            write(ana, ana.me, "post", {**POST, "text": f"{number} " * 2000})
        fill(ben.store)
        with pytest.raises(StorageError, match="disk is full"):
            tell(ana, ben)
        assert ben.journal.problems() == []
        room(ben.store)
        meet(ana, ben)
        assert ana.applier.view_hash() == ben.applier.view_hash()
    finally:
        street.close()


def test_a_new_device_on_a_full_disk_is_none(tmp_path: Path) -> None:
    """Neither key nor entry was saved; so the next entry is by the device that is."""
    street = Street(tmp_path)
    try:
        ana = street.start()
        device = ana.device.public
        fill(ana.store)
        until_it_fails(lambda: ana.begin_new_device(copied=False), "disk is full")
        assert ana.membership().is_current(SigningKey(bytes(ana.store.meta("device"))).public)
        room(ana.store)
        write(ana, ana.me, "post", dict(POST))
        newest = ana.store.connection.execute(
            "SELECT key FROM entry JOIN chain ON chain.number = entry.chain"
            " JOIN device ON device.number = chain.device ORDER BY entry.number DESC LIMIT 1"
        ).fetchone()[0]
        assert ana.membership().is_current(newest)
        assert device in ana.membership().devices
    finally:
        street.close()


def test_a_window_goes_on_with_the_device_another_process_began(
    profile: Profile, home: Path
) -> None:
    """What is posted a moment later is not written into a chain that was cut off."""
    with profile.open_directory(home) as window, profile.open_directory(home) as node:
        before = window.device
        node.replica.begin_new_device(copied=True)
        window.post(PostDraft(PostKind.NEED, "By the new device"))
        assert window.device == node.device != before
        window.replica.begin_new_device(copied=True)
        node.post(PostDraft(PostKind.NEED, "And again"))
        assert window.device == node.device


def test_two_processes_that_notice_a_copy_begin_one_device(profile: Profile, home: Path) -> None:
    with profile.open_directory(home) as window, profile.open_directory(home) as node:
        node.replica.begin_new_device(copied=True)
        window.replica.begin_new_device(copied=True)
        assert len(window.replica.membership().devices) == 2


# A program that ends between two steps


class Snapshots:
    """The files as they are after each statement, as ``kill -9`` would leave them."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.kept: list[Path] = []

    def take(self, source: Path) -> None:
        kept = self.target / f"{len(self.kept)}"
        shutil.copytree(source, kept, ignore=shutil.ignore_patterns("*-shm", "*.lock"))
        self.kept.append(kept)


def watched(replica: Replica, snap: Callable[[], None]) -> None:
    replica.store.connection.set_trace_callback(lambda _sql: snap())


def test_killed_anywhere_while_posting_nothing_whose_command_returned_is_lost(
    tmp_path: Path, profile: Profile
) -> None:
    snapshots = Snapshots(tmp_path)
    promised: list[int] = []
    with profile.start("Elm Street", "Ana") as group:
        home = group.directory
        device = group.device
        returned = 0

        def snap() -> None:
            snapshots.take(profile.directory)
            promised.append(returned)

        watched(group.replica, snap)
        for number in range(3):
            group.post(PostDraft(PostKind.NEED, f"Post {number}"))
            returned += 1
        post = group.posts()[0].id
        group.edit_post(post, title="Another")
        group.replica.store.connection.set_trace_callback(None)
    assert len(snapshots.kept) > 30
    for kept, least in zip(snapshots.kept, promised, strict=True):
        again = Profile.open(kept, environ={"MUTUALAID_NO_KEYRING": "1"})
        with again.open_directory(kept / "groups" / home.name) as group:
            assert least <= len(group.posts()) <= least + 1
            group.post(PostDraft(PostKind.NEED, "One more"))
            assert group.device == device
            assert not group.machines()[0].frozen
            assert group.replica.journal.problems() == []
            before = group.replica.applier.view_hash()
            group.rebuild()
            assert group.replica.applier.view_hash() == before


def test_killed_anywhere_while_a_group_is_begun_there_is_a_whole_group_or_none(
    tmp_path: Path, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshots = Snapshots(tmp_path)
    opened = Store._prepare

    def prepare(store: Store, key: bytes) -> None:
        store.connection.set_trace_callback(lambda _sql: snapshots.take(profile.directory))
        opened(store, key)

    monkeypatch.setattr(Store, "_prepare", prepare)
    profile.start("Elm Street", "Ana").close()
    monkeypatch.undo()
    snapshots.take(profile.directory)
    assert len(snapshots.kept) > 60
    seen = set()
    for kept in {*snapshots.kept[::5], snapshots.kept[-1]}:
        with Profile.open(kept, environ={"MUTUALAID_NO_KEYRING": "1"}) as again:
            infos = again.groups()
            seen.add(len(infos))
            if infos:
                with again.open_group() as group:
                    assert (group.name, group.my_name) == ("Elm Street", "Ana")
            with again.start("Oak Street", "Ben") as group:
                assert group.name == "Oak Street"
    assert seen == {0, 1}


def test_killed_anywhere_while_taking_in_the_rest_comes_later(tmp_path: Path) -> None:
    street = Street(tmp_path)
    snapshots = Snapshots(tmp_path / "kept")
    try:
        ana = street.start()
        ben, carol = street.join(ana), street.join(ana)
        meet(ana, ben, carol)
        watch = tmp_path / "ben"
        watch.mkdir()

        def snap() -> None:
            for path in watch.iterdir():
                path.unlink()
            for path in ben.store.path.parent.glob(f"{ben.store.path.name}*"):
                shutil.copy(path, watch / path.name.replace(ben.store.path.name, "0.db"))
            snapshots.take(watch)

        device = ben.device.public
        post = write(carol, carol.me, "post", dict(POST))
        tell(carol, ana)
        street.join(ana)
        write(ana, ana.group, "place", {"name": "Hall", "kind": "hub"})
        watched(ben, snap)
        tell(ana, ben)
        ben.store.connection.set_trace_callback(None)
        whole = ben.applier.view_hash()
        assert len(snapshots.kept) > 20
        for kept in snapshots.kept:
            again = Replica(Store(kept / "0.db", KEY), clock=lambda: NOW)
            try:
                assert again.device.public == device
                assert tell(ana, again) == []
                assert again.applier.view_hash() == whole
                assert again.journal.problems() == []
                assert again.membership().is_current(device)
            finally:
                again.close()
        assert post
    finally:
        street.close()


def test_a_commit_that_was_lost_is_taken_back_from_others(tmp_path: Path) -> None:
    """A power cut took the last entry, but not before another machine had it."""
    street = Street(tmp_path)
    try:
        ana = street.start()
        ben = street.join(ana)
        meet(ana, ben)
        ben.store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        old = ben.store.path.read_bytes()
        post = write(ben, ben.me, "post", dict(POST))
        meet(ana, ben)
        device = ben.device.public
        path = ben.store.path
        ben.close()
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        path.write_bytes(old)
        again = street.machines[1] = Replica(Store(path, KEY), clock=lambda: NOW)
        meet(ana, again)
        assert again.device.public == device
        assert again.applier.view_hash() == ana.applier.view_hash()
        later = write(again, again.me, "post", dict(POST))
        meet(ana, again)
        with Group(again) as group:
            assert {post, later} <= {row.id for row in group.posts()}
        street.machines.pop(1)
    finally:
        street.close()


def test_a_disk_that_went_back_and_was_written_on_goes_on_as_a_new_device(tmp_path: Path) -> None:
    """Others hold more of the chain than this machine, which has written another entry since."""
    street = Street(tmp_path)
    try:
        ana = street.start()
        ben = street.join(ana)
        meet(ana, ben)
        ben.store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        old = ben.store.path.read_bytes()
        posts = {write(ben, ben.me, "post", dict(POST))}
        meet(ana, ben)
        device, path = ben.device.public, ben.store.path
        ben.close()
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        path.write_bytes(old)
        again = street.machines[1] = Replica(Store(path, KEY), clock=lambda: NOW)
        posts.add(write(again, again.me, "post", dict(POST)))
        for _ in range(3):
            meet(ana, again)
        assert again.device.public != device
        posts.add(write(again, again.me, "post", dict(POST)))
        meet(ana, again)
        for machine in (ana, again):
            assert posts <= {row.id for row in Group(machine).posts()}
        assert again.applier.view_hash() == ana.applier.view_hash()
    finally:
        street.close()
