# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Attacks by a member of the group that would hurt others, and do not."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mutualaid.errors import ProtocolError
from mutualaid.model.control import KeyShare
from mutualaid.model.entry import decode_batch, encode_batch
from tests.model.street import Street, entries_of, forge, meet, say, tell


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    made = Street(tmp_path)
    yield made
    made.close()


def test_who_leaves_out_signatures_does_not_stop_others_from_passing_on(street: Street) -> None:
    """A run whose only fitting signature is its last must still be passed on whole."""
    ana = street.start()
    mallory, ben = street.join(ana), street.join(ana)
    public = mallory.device.public
    run, last = forge(
        ana.group,
        public,
        mallory.device,
        [bytes(60 * 1024)] * 4,
        is_signed=lambda seq: seq == 3,
    )
    assert not ana.take_in(decode_batch(encode_batch([run]))).refused
    more, _last = forge(ana.group, public, mallory.device, [b"x"], first=4, prev=last)
    assert not ana.take_in([more]).refused
    tell(ana, ben)
    assert entries_of(ben) == entries_of(ana)


def test_a_fork_whose_own_signatures_are_missing_is_frozen_all_the_same(street: Street) -> None:
    """Both branches are proven by their headers up to the first signature, once."""
    ana = street.start()
    mallory, ben = street.join(ana), street.join(ana)
    meet(ana, mallory, ben)
    for payloads in ([b"a", b"b"], [b"c", b"d"]):
        run, _last = forge(
            ana.group,
            mallory.device.public,
            mallory.device,
            payloads,
            is_signed=lambda seq: seq == 1,
        )
        assert not ana.take_in([run]).refused
    for _ in range(5):
        tell(ana, ben)
        tell(ben, ana)
        ana.refresh()
        ben.refresh()
    before = entries_of(ana)
    for _ in range(5):
        tell(ana, ben)
        tell(ben, ana)
        ana.refresh()
        ben.refresh()
    assert entries_of(ana) == before
    assert not ana.membership().is_current(mallory.device.public)


def test_a_rubbish_key_share_does_not_keep_a_newcomer_out(street: Street) -> None:
    """Only the newcomer can tell that what was shared opens nothing; it asks elsewhere again."""
    ana = street.start()
    mallory = street.join(ana)
    newcomer = street.knock(ana)
    tell(ana, mallory)
    mallory.missing_shares = lambda *_: []  # type: ignore[method-assign]
    mallory.admit(newcomer.join_request())
    epoch = mallory.membership().epochs[0]
    say(mallory, KeyShare(epoch, newcomer.device.public, b"rubbish"))
    tell(mallory, ana)
    tell(ana, newcomer)
    assert not newcomer.joined
    ana.admit(newcomer.join_request())
    tell(ana, newcomer)
    assert newcomer.joined


def test_a_refused_newcomer_does_not_make_us_forget_who_belongs(street: Street) -> None:
    ana = street.start()
    asked = street.knock(ana).join_request()
    with pytest.raises(ProtocolError):
        ana.admit(replace(asked, vow=bytes(64)))
    assert ana.membership().is_current(ana.device.public)
