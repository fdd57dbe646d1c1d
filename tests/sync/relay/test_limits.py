# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Token buckets, by a clock of the test's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutualaid.sync.relay.limits import DAY, AddressAllowance, Allowance, Allowances, Bucket, Limits


def test_a_full_bucket_gives_its_burst_and_then_its_rate() -> None:
    bucket = Bucket(rate=10, burst=5, now=0)
    for _ in range(5):
        assert bucket.wait(0) == 0
        bucket.take(1)
    assert bucket.wait(0) == pytest.approx(0, abs=0.01)
    bucket.take(1)
    assert bucket.wait(0) == pytest.approx(0.1, abs=0.01)
    assert bucket.wait(0.2) == 0


def test_more_than_the_burst_passes_once_and_is_paid_for() -> None:
    bucket = Bucket(rate=10, burst=5, now=0)
    assert bucket.wait(0) == 0
    bucket.take(105)
    assert bucket.wait(0) == pytest.approx(10, abs=0.01)
    assert bucket.wait(9.9) > 0
    assert bucket.wait(10.1) == 0


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 10)), max_size=50))
def test_over_any_time_no_more_than_rate_and_burst_is_given(
    steps: list[tuple[float, float]],
) -> None:
    bucket = Bucket(rate=2, burst=5, now=0)
    now = taken = 0.0
    for pause, cost in steps:
        now += pause
        if not bucket.wait(now):
            bucket.take(cost)
            taken += cost
    assert taken <= 2 * now + 5 + 10 + 1e-6


def test_a_clock_that_goes_back_gives_nothing() -> None:
    bucket = Bucket(rate=10, burst=5, now=100)
    bucket.take(6)
    assert bucket.wait(0) > 0


def test_ten_million_keys_are_remembered_in_bounded_room() -> None:
    allowances: Allowances[int, Allowance] = Allowances(
        lambda now: Allowance(Limits(), 1, now), most=100
    )
    for key in range(10_000):
        allowances.of(key, 0).take(1, 0)
    assert len(allowances._all) == 100
    assert 9_999 in allowances._all


def test_bytes_and_requests_both_count() -> None:
    limits = Limits(requests=1, traffic=1000)
    allowance = Allowance(limits, 1, 0)
    assert allowance.wait(0) == 0
    allowance.take(1, 1_000_000)
    assert allowance.wait(0) > 900


def test_what_one_address_may_leave_in_a_day() -> None:
    allowance = AddressAllowance(Limits(new_topics=2, quota_bytes=1000), 0)
    for _ in range(2):
        assert allowance.wait_to_leave(0, new_topic=True) == 0
        allowance.leave(100, new_topic=True)
    assert allowance.wait_to_leave(0, new_topic=True) > 0
    assert allowance.wait_to_leave(1, new_topic=False) == 0
    allowance.leave(4000, new_topic=False)
    assert allowance.wait_to_leave(1, new_topic=False) > 3000
    assert allowance.wait_to_leave(DAY, new_topic=True) == 0
