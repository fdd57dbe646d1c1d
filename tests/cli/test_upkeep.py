# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a group agreed on about time."""

import pytest

from tests.cli.conftest import Neighbours, Run


def test_rules_are_shown_and_changed_for_everybody(street_of_three: Neighbours) -> None:
    ana, ben = street_of_three["ana"], street_of_three["ben"]
    usual = {"lapse_days": 6, "urgent_hours": 24, "forget_days": 90}
    assert ana("rules", "--json").document == usual
    changed = ben("rules", "--lapse-days", "1", "--forget-days", "30", "--json")
    assert changed.document == usual | {"lapse_days": 1, "forget_days": 30}
    assert "It cannot reach paper" in changed.err
    street_of_three.meet()
    text = ana("rules").out
    assert "after 1 day in which" in text
    assert "after 30 days." in text


@pytest.mark.parametrize(
    ("rule", "value"),
    [("--lapse-days", "0"), ("--urgent-hours", "1000"), ("--forget-days", "1")],
)
def test_rules_that_nobody_could_want(rule: str, value: str, ana: Run) -> None:
    before = ana("rules", "--json").document
    refused = ana("rules", rule, value, "--json")
    assert (refused.code, refused.document["code"]) == (1, "bad_value")
    assert ana("rules", "--json").document == before


def test_there_is_nothing_to_do_for_a_new_group(ana: Run) -> None:
    assert ana("tend", "--json").document == {"changed": False, "records": {}}
    assert ana("tend").out == "There was nothing to do.\n"
