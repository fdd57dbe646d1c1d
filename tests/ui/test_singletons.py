# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Calls of Qt cannot use up the references to None, True and False (Python 3.11)."""

import sys

import pytest

import mutualaid.ui  # noqa: F401 - what is tested happens on import

LOSSES = 1_000_000_000


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="they are immortal from 3.12 on")
@pytest.mark.parametrize("one", [None, True, False, NotImplemented])
def test_a_lifetime_of_losses_is_provided_for(one):
    assert sys.getrefcount(one) > LOSSES
