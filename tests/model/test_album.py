# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Photos beside posts: put there, shown, taken off, and their bytes let go with the last post."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mutualaid.errors import BadPhotoError, MutualAidError, NotAllowedError, NotFoundError
from mutualaid.model import blobs, keys, photos
from mutualaid.model.backup import restore_backup, write_backup
from mutualaid.model.blobs import LEAST_COUNTED, MOST_MISSING_OF_AUTHOR, MOST_OF_AUTHOR
from mutualaid.model.group import Group
from mutualaid.model.profile import Profile
from mutualaid.model.values import PhotoDraft, PostDraft, PostKind
from tests.helpers.pictures import draft, noise, saved
from tests.model.street import Street, meet, tell, write
from tests.model.test_convergence import further_device

LADDER = PostDraft(PostKind.OFFER, "A ladder")
CHEAP = keys.PasswordCost(1, 8 << 20)


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    made = Street(tmp_path)
    yield made
    made.close()


@pytest.fixture
def ana(street: Street) -> Group:
    return Group(street.start())


@pytest.fixture
def ben(street: Street, ana: Group) -> Group:
    return Group(street.join(ana.replica))


def offer(group: Group, *drafts: PhotoDraft) -> bytes:
    post = group.post(LADDER, drafts).created
    assert post is not None
    return post


def hashes(group: Group, post: bytes) -> list[bytes]:
    return [photo.hash for photo in group.post_detail(post).photos]


def blobs_held(group: Group) -> int:
    return int(group._db.execute("SELECT count(*) FROM blob").fetchone()[0])


# Putting and taking off


def test_photos_are_put_beside_a_post_in_their_order(ana: Group) -> None:
    post = offer(ana, draft(1, alt="Closed"), draft(2))
    ana.add_photos(post, [draft(3), draft(1, alt="Closed")])
    assert hashes(ana, post) == [draft(number).hash for number in (1, 2, 3)]
    assert ana.photo(draft(2).hash) == draft(2).data
    assert ana.photo(bytes(32)) is None
    assert ana.missing_photos() == []
    assert [each.alt for each in ana.post_detail(post).photos] == ["Closed", "", ""]


def test_a_fifth_photo_is_refused_and_nothing_is_half_done(ana: Group) -> None:
    post = offer(ana, draft(1), draft(2), draft(3))
    before = ana.fields(post)
    with pytest.raises(BadPhotoError, match=r"up to 4 photos\. This one has 3"):
        ana.add_photos(post, [draft(4), draft(5)])
    assert ana.fields(post) == before
    assert blobs_held(ana) == 3
    ana.add_photos(post, [draft(4)])
    assert len(hashes(ana, post)) == 4


def test_a_photo_taken_off_leaves_room_and_takes_its_bytes_along(ana: Group) -> None:
    post = offer(ana, draft(1, alt="Red"), draft(2))
    changed = ana.remove_photo(post, draft(1, alt="Red").hash)
    assert changed.concerns("post")
    assert ana.photo(draft(1).hash) is None
    assert hashes(ana, post) == [draft(2).hash]
    assert not [name for name in ana.fields(post) if name.startswith("alt:")]
    ana.add_photos(post, [draft(3)])
    assert hashes(ana, post) == [draft(2).hash, draft(3).hash]
    with pytest.raises(NotFoundError, match="not beside the post"):
        ana.remove_photo(post, draft(1).hash)


def test_photos_added_apart_by_two_machines_of_one_person_are_both_there(
    ana: Group, street: Street
) -> None:
    post = offer(ana, draft(1))
    second = Group(further_device(street, ana.replica))
    meet(ana.replica, second.replica)
    ana.add_photos(post, [draft(2)])
    second.add_photos(post, [draft(3)])
    meet(ana.replica, second.replica)
    assert set(hashes(ana, post)) == {draft(number).hash for number in (1, 2, 3)}
    assert hashes(ana, post) == hashes(second, post)
    assert ana.conflicts(post) == []


def test_words_for_a_photo_can_be_given_later(ana: Group) -> None:
    post = offer(ana, draft(1))
    ana.describe_photo(post, draft(1).hash, "A red ladder")
    assert [each.alt for each in ana.post_detail(post).photos] == ["A red ladder"]
    with pytest.raises(MutualAidError, match="Shorten"):
        ana.describe_photo(post, draft(1).hash, "x" * 500)


def test_only_the_owner_puts_photos_there_or_takes_them_off(ana: Group, ben: Group) -> None:
    post = offer(ana, draft(1))
    meet(ana.replica, ben.replica)
    attempts: list[Callable[[], object]] = [
        lambda: ben.add_photos(post, [draft(2)]),
        lambda: ben.remove_photo(post, draft(1).hash),
        lambda: ben.describe_photo(post, draft(1).hash, "x"),
    ]
    for attempt in attempts:
        with pytest.raises(NotAllowedError):
            attempt()
    assert blobs_held(ben) == 0


def test_a_draft_not_made_here_is_a_mistake_of_ours(ana: Group) -> None:
    post = offer(ana)
    data = saved(noise(8, 8), comment=b"x")
    for bad in (
        PhotoDraft(data, photos.photo_hash(data), "", 8, 8),
        PhotoDraft(draft(1).data, bytes(32), "", 8, 8),
    ):
        with pytest.raises(ValueError, match=r"photos\.prepare"):
            ana.add_photos(post, [bad])
    assert blobs_held(ana) == 0


def test_one_person_can_fill_only_so_much(ana: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blobs, "MOST_OF_AUTHOR", 3 * LEAST_COUNTED)
    post = offer(ana, draft(1), draft(2), draft(3))
    with pytest.raises(BadPhotoError, match="Take photos off older posts"):
        ana.add_photos(post, [draft(4)])
    ana.remove_photo(post, draft(1).hash)
    ana.add_photos(post, [draft(4)])
    assert MOST_OF_AUTHOR > 200 * photos.MOST_BYTES


# Letting go


def test_a_photo_of_two_posts_stays_until_the_last_lets_it_go(ana: Group) -> None:
    one, other = offer(ana, draft(1)), offer(ana, draft(1))
    assert blobs_held(ana) == 1
    ana.remove_photo(one, draft(1).hash)
    assert ana.photo(draft(1).hash) is not None
    ana.purge(other)
    assert ana.photo(draft(1).hash) is None


def test_what_is_withdrawn_keeps_its_photos_and_what_is_forgotten_does_not(ana: Group) -> None:
    post = offer(ana, draft(1))
    ana.withdraw(post)
    assert ana.photo(draft(1).hash) is not None
    ana.purge(post)
    assert blobs_held(ana) == 0


def test_a_purge_takes_photos_along_on_every_machine(ana: Group, ben: Group) -> None:
    post = offer(ana, draft(1), draft(2))
    tell(ana.replica, ben.replica)
    assert ben.replica.keep_blob(draft(1).hash, draft(1).data)
    ana.purge(post)
    tell(ana.replica, ben.replica)
    assert blobs_held(ben) == 0
    assert ben.missing_photos() == []
    assert not ben.replica.keep_blob(draft(2).hash, draft(2).data)
    assert blobs_held(ben) == 0


def test_a_post_that_does_not_count_keeps_its_photos_until_it_is_forgotten(
    ana: Group, ben: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a machine is frozen, and another says later how far it counts."""
    post = offer(ben, draft(1))
    other = offer(ana, draft(2))
    tell(ben.replica, ana.replica)
    ana.replica.keep_blob(draft(1).hash, draft(1).data)
    number = ana._number(post)
    with monkeypatch.context() as patch, ana.replica.write(durable=False):
        patch.setattr(ana.replica.journal, "counts", lambda membership: lambda chain, seq: False)
        ana.replica.applier.recompute([number])
    assert [row.id for row in ana.posts()] == [other]
    assert ana.photo(draft(1).hash) is not None
    ben.purge(post)
    tell(ben.replica, ana.replica)
    assert ana.photo(draft(1).hash) is None
    assert ana.photo(draft(2).hash) is not None


def test_bytes_let_go_are_overwritten_in_the_file(ana: Group) -> None:
    assert ana._db.execute("PRAGMA secure_delete").fetchone()[0] == 1


def test_making_views_anew_lets_no_photo_go(ana: Group) -> None:
    """While they are made, no post may seem to name a photo that one further on names."""
    one = offer(ana, draft(1), draft(2))
    ana.remove_photo(one, draft(1).hash)
    other = offer(ana, draft(1))
    with ana.replica.write(durable=True):
        ana.replica.applier.rebuild()
    while ana.replica.apply_some(1):
        pass
    assert ana.photo(draft(1).hash) is not None
    assert blobs_held(ana) == 2
    ana.remove_photo(other, draft(1).hash)
    assert blobs_held(ana) == 1


# What other machines bring


def test_photos_of_living_posts_are_missing_newest_first(ana: Group, ben: Group) -> None:
    offer(ana, draft(1))
    tell(ana.replica, ben.replica)
    offer(ana, draft(2), draft(3))
    tell(ana.replica, ben.replica)
    wanted = [draft(2).hash, draft(3).hash, draft(1).hash]
    assert ben.missing_photos() == wanted
    revision = ben.replica.last_touched()
    assert ben.replica.keep_blob(draft(3).hash, draft(3).data)
    assert ben.replica.touched_since(revision).concerns("post")
    assert ben.missing_photos() == [draft(2).hash, draft(1).hash]
    assert not ben.replica.keep_blob(draft(3).hash, draft(3).data)
    offer(ana, draft(4))
    tell(ana.replica, ben.replica)
    assert ben.missing_photos() == [draft(4).hash, draft(2).hash, draft(1).hash]


def test_what_one_connection_wrote_another_misses(ana: Group, ben: Group) -> None:
    """Two connections to one database, as the window and the thread that syncs have them."""
    assert ben.missing_photos() == []
    offer(ana, draft(1))
    tell(ana.replica, ben.replica)
    from mutualaid.model.replica import Replica
    from mutualaid.model.store import Store

    other = Group(Replica(Store(ben.replica.store.path, b"k" * 32)))
    assert other.missing_photos() == [draft(1).hash]
    ben.replica.keep_blob(draft(1).hash, draft(1).data)
    assert other.refresh().concerns("post")
    assert other.missing_photos() == []
    assert other.photo(draft(1).hash) == draft(1).data
    other.close()


@pytest.mark.parametrize(
    "data", [b"", b"no photo", saved(noise(8, 8), "PNG"), saved(noise(1300, 8))]
)
def test_what_is_no_photo_is_not_kept_nor_asked_for_again(
    ana: Group, ben: Group, data: bytes
) -> None:
    digest = photos.photo_hash(data)
    write(ben.replica, ben.me, "post", {"kind": "need", "title": "x", "photo:1": digest})
    tell(ben.replica, ana.replica)
    assert ana.missing_photos() == [digest]
    assert not ana.replica.keep_blob(digest, data)
    assert ana.missing_photos() == []
    assert blobs_held(ana) == 0


def test_what_nobody_named_is_not_kept(ana: Group) -> None:
    assert not ana.replica.keep_blob(draft(1).hash, draft(1).data)
    assert blobs_held(ana) == 0


def test_who_names_thousands_of_photos_hides_nobodys(
    ana: Group, ben: Group, street: Street
) -> None:
    carol = Group(street.join(ana.replica))
    offer(carol, draft(1))
    tell(carol.replica, ana.replica)
    fields: dict[str, object] = {"kind": "need", "title": "x"}
    for _ in range(MOST_MISSING_OF_AUTHOR // 4 + 10):
        named = {f"photo:{place}": keys.random(32) for place in range(1, 9)}
        write(ben.replica, ben.me, "post", {**fields, **named})  # type: ignore[dict-item]
    tell(ben.replica, ana.replica)
    missing = ana.missing_photos()
    assert len(missing) == MOST_MISSING_OF_AUTHOR + 1
    assert draft(1).hash in missing


def test_one_author_fills_only_so_much_of_anothers_disk(
    ana: Group, ben: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = photos.MOST_TAKEN + 2 * LEAST_COUNTED
    for number in range(0, room // LEAST_COUNTED + 4, 4):
        offer(ben, *(draft(number + place) for place in range(4)))
    tell(ben.replica, ana.replica)
    monkeypatch.setattr(blobs, "MOST_OF_AUTHOR", room)
    kept = 0
    while missing := ana.missing_photos():
        data = ben.photo(missing[0])
        assert data is not None
        kept += ana.replica.keep_blob(missing[0], data)
    assert kept == room // LEAST_COUNTED
    assert blobs_held(ana) == kept


def test_photos_of_people_i_blocked_are_not_asked_for(ana: Group, ben: Group) -> None:
    offer(ben, draft(1))
    tell(ben.replica, ana.replica)
    ana.block(ben.me)
    assert ana.missing_photos() == []
    ana.unblock(ben.me)
    assert ana.missing_photos() == [draft(1).hash]


def test_only_what_a_living_post_names_is_given(ana: Group) -> None:
    post = offer(ana, draft(1))
    assert ana.replica.blobs.serve(draft(1).hash) == draft(1).data
    with ana.replica.write(durable=True):
        blobs.put(ana._db, draft(2).hash, draft(2).data)
    assert ana.replica.blobs.serve(draft(2).hash) is None
    assert ana.replica.blobs.held([draft(1).hash, draft(2).hash, bytes(32)]) == {draft(1).hash}
    ana.purge(post)
    assert ana.replica.blobs.serve(draft(1).hash) is None


# Backups


def test_a_backup_keeps_photos(tmp_path: Path) -> None:
    environment = {"MUTUALAID_NO_KEYRING": "1"}
    backup = tmp_path / "backup"
    large = draft(7, side=1280)
    with Profile.open(tmp_path / "one", environ=environment) as profile:
        with profile.start("Elm Street", "Ana") as group:
            post = offer(group, draft(1), large)
            gone = offer(group, draft(2))
            group.purge(gone)
        write_backup(profile, backup, "correct horse", cost=CHEAP)
    with Profile.open(tmp_path / "two", environ=environment) as profile:
        restore_backup(profile, backup, "correct horse")
        with profile.open_group() as group:
            assert group.photo(draft(1).hash) == draft(1).data
            assert group.photo(large.hash) == large.data
            assert group.missing_photos() == []
            assert blobs_held(group) == 2
            group.remove_photo(post, large.hash)
            assert blobs_held(group) == 1
