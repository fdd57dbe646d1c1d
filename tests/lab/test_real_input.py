# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people really recorded, from one machine to another over the discovered network."""

from pathlib import Path

import pytest

from tests.lab import Lab
from tests.lab.machine import ROOT

pytestmark = pytest.mark.lab

TORONTO = ROOT.parent / "shared" / "data" / "ords" / "repaircafe-toronto-202507.csv"


@pytest.mark.skipif(not TORONTO.is_file(), reason="the recorded repairs are not here")
def test_repairs_of_a_city_reach_a_newcomer(tmp_path: Path) -> None:
    with Lab(tmp_path, "one", "two") as lab:
        one, two = lab["one"], lab["two"]
        one.run("start", "Repair Café", "--me", "Ana", "--country", "CAN")
        report = one.json("import", "ords", str(TORONTO))
        assert report["added"] == 5568  # the attempts, and the group that made them
        assert not report["problems"]
        for number in range(10):
            one.run("post", "need", f"Need {number}")
            one.run("post", "offer", f"Offer {number}")
        invitation = one.run("invite").stdout.strip()
        one.node()
        two.run("join", invitation, "--me", "Ben")
        found = [machine.json("list", "fixers", "--search", "kettle") for machine in (one, two)]
        for fixers in found:
            (toronto,) = (each for each in fixers if each["category"] == "Kettle")
            assert toronto["name"] == "Repair Café Toronto"
            assert (toronto["attempts"], toronto["fixed"]) == (172, 40)
        assert len(two.json("list", "needs")) == len(two.json("list", "offers")) == 10
        assert one.json("doctor")["view_hash"] == two.json("doctor")["view_hash"]
